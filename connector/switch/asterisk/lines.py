"""Agents' phones that are kept connected between calls.

The phone's own channel waits in a bridge of its own, its ear.  A leg of it is a Local channel: the near half is the
leg, as any other; the far half comes into the ear when the leg is to hear somebody, in the place of that of the leg
before.  So a leg is mixed, muted, parked and ended as that of a phone that is rung.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

from msgspec import Struct

from connector.domain.model import Line, Role
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.machine import IN_EAR, LINE_CONTEXT, LINE_NOTE, Machine
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.register.channel import Channel
from connector.switch.register.exchange import Exchange

log = logging.getLogger(__name__)

LINE: Final = "line-"
"""With this the channel id of a kept phone begins; its device and a time follow."""

FAR: Final = "far-"
"""With this the channel id of a far half begins; its leg follows."""

NEAR: Final = IN_EAR.partition("/n")[0]
"""With this the channel name of a leg begins that is a near half, as that of its far half does."""

EAR: Final = "ear-"
"""With this the id of an ear begins; its phone's channel follows."""

RINGS_FOR: Final = 30
"""Seconds for which a phone rings that is to be kept."""

FAR_WITHIN: Final = 5_000
"""In ms, by when the far half of a leg comes that was dialled: the dialplan has but one step for it."""

CURE: Final = (
    f"no phone is kept connected, and each call rings: the dialplan needs the context [{LINE_CONTEXT}] with the "
    "extension ear, which hands over to the application of switch.app: see docs/admin/asterisk.md, The dialplan"
)

Job = Callable[[], Awaitable[None]]


def is_of_a_line(channel: str) -> bool:
    """Whether a channel is a kept phone's own or a far half: nobody's leg."""
    return channel.startswith((LINE, FAR))


def device_of(channel: str) -> str:
    """Whose phone the channel of a line is."""
    return channel.removeprefix(LINE).rpartition("-")[0]


class _Kept(Struct):
    """A phone: its own channel, whether it was lifted, and whether it is to stay so when its calls are over.

    `heard` is the leg that it heard last.
    """

    device: str
    channel: str
    up: bool = False
    wanted: bool = True
    heard: str = ""

    @property
    def ear(self) -> str:
        return f"{EAR}{self.channel}"


class Lines:
    """All of them, by device.  `let_go` hangs up on a leg, with the cause and by whom."""

    def __init__(
        self,
        exchange: Exchange,
        machine: Callable[[], Machine],
        do: Callable[[Job], None],
        let_go: Callable[[Channel, str, str], None],
    ) -> None:
        self._exchange = exchange
        self._machine = machine
        self._do = do
        self._let_go = let_go
        self._kept: dict[str, _Kept] = {}
        self._legs: dict[str, _Kept] = {}
        self._here: set[str] = set()
        self._answered: set[str] = set()
        self._in_ear: set[str] = set()
        self._later: set[str] = set()

    # --- what is asked ----------------------------------------------------------------------------------------------

    async def keep(self, device: str, *, on: bool) -> None:
        """The phone is rung to be kept, unless it is in a call: then afterwards; or it is let go after its calls."""
        line = self._kept.get(device)
        self._later.discard(device)
        if not on:
            await self._let_line_go(device, line)
        elif line is not None:
            line.wanted = True
            if line.up:
                self._exchange.line(device, Line.KEPT)
        elif self._in_a_call(device):
            self._later.add(device)
        else:
            await self._ring(device)

    async def _ring(self, device: str) -> None:
        if not await self._has_ear():
            self._exchange.line(device, Line.LIFTED)
            return
        line = _Kept(device, f"{LINE}{device}-{self._exchange.clock.now()}")
        self._kept[device] = line
        try:
            await self._machine().ring_line(line.channel, device)
        except AriRefusal:
            # The phone is not registered any more; that is told by itself.
            del self._kept[device]

    async def _has_ear(self) -> bool:
        there = await self._machine().has_ear()
        if not there:
            log.error(CURE)
        return there

    async def _let_line_go(self, device: str, line: _Kept | None) -> None:
        if line is None or not line.up:
            self._exchange.line(device, Line.LIFTED)
        if line is not None:
            line.wanted = False
            await self._hang_up_unwanted(line)

    async def _hang_up(self, channel: str) -> None:
        await self._machine().hang_up(channel, "normal")

    async def _hang_up_unwanted(self, line: _Kept) -> None:
        if not line.wanted and line not in self._legs.values():
            await self._hang_up(line.channel)

    def kept(self, device: str) -> bool:
        """Whether the phone is connected."""
        line = self._kept.get(device)
        return line is not None and line.up

    def leg_of(self, channel: str) -> str:
        """The leg that somebody means who presses a key at the phone of that channel: the one that they hear, or heard.

        A phone that is not kept is its leg.
        """
        line = self._kept.get(device_of(channel)) if channel.startswith(LINE) else None
        if line is None:
            return channel
        mixes = self._exchange.parties.mixes
        legs = [leg for leg, of in self._legs.items() if of is line]
        line.heard = next((leg for leg in legs if mixes.of(leg) is not None), line.heard)
        return line.heard

    def phone_of(self, leg: str) -> str:
        """The channel of the phone that has the leg: its own, where that is not kept."""
        line = self._legs.get(leg)
        return leg if line is None else line.channel

    async def can_ring(self, device: str) -> bool:
        """Whether the phone is connected, and can be given a leg."""
        return self.kept(device) and await self._has_ear()

    async def give_up(self, device: str) -> None:
        """The phone is connected no more, from the end of its calls on: it can be given no leg."""
        line = self._kept.get(device)
        if line is not None and line.up:
            line.wanted = False
            await self._hang_up_unwanted(line)

    def hears(self, leg: str) -> str:
        """The channel that Asterisk tells of a hold when the phone of that leg holds: whom its phone hears.

        "" where that is nobody, or several.
        """
        if leg in self._legs:
            return f"{FAR}{leg}" if leg in self._in_ear else ""
        mix = self._exchange.parties.mixes.of(leg)
        return next((one for one in mix.legs if one != leg), "") if mix is not None and len(mix.legs) == 2 else ""

    def lost(self, leg: str) -> bool:
        """Whether it is a kept phone's leg whose far half never came."""
        return leg in self._legs and leg not in self._here

    async def ring(self, leg: str, device: str, note: str) -> None:
        """A leg of a kept phone is made, which rings unheard."""
        self._legs[leg] = self._kept[device]
        self._exchange.clock.after(FAR_WITHIN, lambda: self._do(partial(self._end_lost, leg)))
        try:
            await self._machine().ring_in_ear(leg, f"{FAR}{leg}", note)
        except AriRefusal:
            del self._legs[leg]
            raise

    async def _end_lost(self, leg: str) -> None:
        if self.lost(leg):
            log.error(CURE)
            await self._machine().hang_up(leg, "congestion")

    async def free(self, device: str) -> None:
        """A phone that rings to be kept is free for a call; it is rung again when that is over."""
        line = self._kept.get(device)
        if line is not None and not line.up:
            del self._kept[device]
            self._later.add(device)
            await self._hang_up(line.channel)

    async def lift(self, leg: str) -> None:
        """The leg is answered, as if the phone were lifted, once it rings; one that is of no kept phone is not."""
        if leg in self._legs and leg not in self._answered:
            self._answered.add(leg)
            if leg in self._here:
                await self._answer(leg)

    async def _answer(self, leg: str) -> None:
        if leg in self._legs:
            await self._machine().answer(f"{FAR}{leg}")

    async def hear(self, legs: Iterable[str]) -> None:
        """The phones of these legs, which were brought together, hear them and no leg that hears nobody."""
        for leg in legs:
            line = self._legs.get(leg)
            if line is not None and leg not in self._in_ear:
                await self._make_room(line)
                self._in_ear.add(leg)
                await self._machine().join(line.ear, f"{FAR}{leg}")

    async def _make_room(self, line: _Kept) -> None:
        for other in [one for one in self._in_ear if self._legs.get(one) is line]:
            if self._exchange.parties.mixes.of(other) is None:
                self._in_ear.discard(other)
                with suppress(AriRefusal):
                    await self._machine().unmix(line.ear, f"{FAR}{other}")

    # --- what happens -----------------------------------------------------------------------------------------------

    def made(self, channel: str) -> None:
        """A channel of ours is in our hands: a phone that is to be rung, or the far half of a leg."""
        if channel.startswith(LINE):
            self._do(partial(self._dial, channel))
            return
        leg = channel.removeprefix(FAR)
        known = self._exchange.channel(leg)
        if leg not in self._legs or known is None:
            self._do(partial(self._hang_up, channel))
            return
        self._here.add(leg)
        self._exchange.ring(known)
        if leg in self._answered:
            self._do(partial(self._answer, leg))

    async def _dial(self, channel: str) -> None:
        try:
            await self._machine().dial(channel, LINE_NOTE, RINGS_FOR)
        except AriRefusal:
            await self._hang_up(channel)

    def moved(self, channel: p.Channel) -> None:
        """A phone that was rung to be kept was lifted."""
        line = self._kept.get(device_of(channel.id))
        if channel.state == "Up" and line is not None and line.channel == channel.id and not line.up:
            self._do(partial(self._open, line))

    async def _open(self, line: _Kept) -> None:
        await self._machine().mix(line.ear, (line.channel,))
        line.up = True
        self._exchange.line(line.device, Line.KEPT)

    def ended(self, channel: str) -> None:
        """The channel is gone: of a kept phone that was laid down, all legs end; a leg leaves the others alone."""
        if channel.startswith(LINE):
            self._laid_down(channel)
        elif channel.startswith(FAR):
            self._here.discard(channel.removeprefix(FAR))
        else:
            self._leg_ended(channel)

    def _laid_down(self, channel: str) -> None:
        line = self._kept.get(device_of(channel))
        if line is None or line.channel != channel:
            return
        del self._kept[line.device]
        for leg in [leg for leg, of in self._legs.items() if of is line]:
            known = self._exchange.channel(leg)
            if known is not None and known.live:
                self._let_go(known, "normal" if known.up else "declined", "phone")
        if line.up:
            self._exchange.line(line.device, Line.LIFTED)

    def _leg_ended(self, leg: str) -> None:
        line = self._legs.pop(leg, None)
        self._answered.discard(leg)
        self._in_ear.discard(leg)
        if line is not None:
            self._do(partial(self._hang_up_unwanted, line))
            return
        known = self._exchange.channel(leg)
        if known is not None and known.device in self._later and not self._in_a_call(known.device):
            self._do(partial(self.keep, known.device, on=True))

    def _in_a_call(self, device: str) -> bool:
        """Whether the phone was rung for a call that is not over."""
        legs = self._exchange.channels()
        return any(one.live and one.device == device and one.role is Role.AGENT for one in legs)

    # --- at each connection -----------------------------------------------------------------------------------------

    def known(self, devices: Iterable[str]) -> None:
        """How these phones take calls is in the register."""
        for device in devices:
            self._exchange.lines[device] = Line.KEPT if self.kept(device) else Line.LIFTED

    async def reconcile(self, found: Iterable[p.Channel], bridges: Collection[p.Bridge]) -> None:
        """The phones that are connected, and the halves of their legs, are found again; what is left over ends.

        Nothing is told: what a phone was to be is asked for again.
        """
        self._kept, self._legs = {}, {}
        self._here, self._answered, self._in_ear, self._later = set(), set(), set(), set()
        places = {channel: bridge.id for bridge in bridges for channel in bridge.channels}
        here = {channel.id: channel for channel in found}
        for channel in here.values():
            if channel.id.startswith(LINE):
                await self._find_line(channel, places, bridges)
        for channel in here.values():
            if channel.name.startswith(NEAR) and not channel.id.startswith(FAR):
                self._find_leg(channel, here.get(f"{FAR}{channel.id}"))
        for channel in here.values():
            if channel.id.startswith(FAR):
                await self._find_far_half(channel, places)
        await self.hear([leg for leg in self._answered if self._exchange.parties.mixes.of(leg) is not None])
        ears = {line.ear for line in self._kept.values()}
        for bridge in bridges:
            if bridge.id.startswith(EAR) and bridge.id not in ears:
                await self._machine().remove_bridge(bridge.id)

    async def _find_line(self, channel: p.Channel, places: dict[str, str], bridges: Collection[p.Bridge]) -> None:
        line = _Kept(device_of(channel.id), channel.id)
        if line.device in self._kept or channel.state not in ("Up", "Ringing"):
            await self._hang_up(channel.id)
            return
        self._kept[line.device] = line
        if channel.state == "Up":
            line.up = True
            if not any(bridge.id == line.ear for bridge in bridges):
                await self._machine().mix(line.ear, (line.channel,))
            elif places.get(channel.id) != line.ear:
                await self._machine().join(line.ear, line.channel)

    def _find_leg(self, near: p.Channel, far: p.Channel | None) -> None:
        """A leg of a phone that is still connected is its; any other ends.

        The far half of one that was dialled is in our hands: whatever a note says, this one was not if it is not.
        """
        known = self._exchange.channel(near.id)
        if known is None or not known.live:
            return
        line = self._kept.get(known.device)
        if line is None or not line.up:
            known.dialled = True
            self._let_go(known, "normal" if known.up else "declined", "phone")
            return
        self._legs[near.id] = line
        if far is None and not known.up:
            known.dialled = False

    async def _find_far_half(self, channel: p.Channel, places: dict[str, str]) -> None:
        leg = channel.id.removeprefix(FAR)
        known, line = self._exchange.channel(leg), self._legs.get(leg)
        if known is None or line is None:
            await self._hang_up(channel.id)
            return
        self._here.add(leg)
        self._exchange.ring(known)
        if channel.state == "Up":
            self._answered.add(leg)
            if places.get(channel.id) == line.ear:
                self._in_ear.add(leg)
                line.heard = leg
