"""Asterisk's channels as the register has them: asks become requests, events keep the register true.

The register is the exchange of the simulated switch, so that both tell the same in the same situation.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from connector.domain.events import CallArrived, SwitchEvent
from connector.domain.model import LegState, Role
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.causes import cause_of
from connector.switch.asterisk.dialled import EMERGENCY, DialledOnPhones
from connector.switch.asterisk.keys import PhoneKeys
from connector.switch.asterisk.lines import Lines, is_of_a_line
from connector.switch.asterisk.machine import MIX, Machine
from connector.switch.asterisk.music import USUAL, Music, QueueMusic
from connector.switch.asterisk.notes import note_of
from connector.switch.asterisk.recorder import SPY, Recorder
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.asterisk.taps import TAP, Taps
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock
from connector.switch.register.consents import Consents, Hearing
from connector.switch.register.exchange import Exchange
from connector.switch.register.named import record_of

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]
NORMAL: Final = 16
"""Q.850: normal call clearing."""

REACHED: Final = (NORMAL, 17)
"""Q.850 of a call that has got through to where it was to go: cleared, or busy there."""

SAID: Final = "said-"
"""With this the name of what a caller hears begins who cannot be taken."""


class Floor:
    """`do` is given what must be asked of Asterisk, to be done in order; `tell` each event of the port.

    Numbers are called by the endpoint `trunk`, emergency numbers by those of `routes`; `sounds` is what callers hear
    who cannot be taken, by message.
    """

    def __init__(
        self,
        clock: Clock,
        tell: Callable[[SwitchEvent], None],
        do: Callable[[Job], None],
        *,
        trunk: str,
        routes: Mapping[str, str],
        sounds: Mapping[str, str],
        music: Music = USUAL,
    ) -> None:
        self.exchange = Exchange(clock, (), tell=tell, journal=lambda _entry: None, let_go=self._let_go)
        self._do = do
        self.trunk = trunk
        self.routes = routes
        self.sounds = sounds
        self._machine: Machine | None = None
        self.hung_up: dict[str, int] = {}
        self.asked_causes: dict[str, str] = {}
        self.when_up: dict[str, Job] = {}
        self.second_ways: dict[str, Job] = {}
        self.bridges: dict[str, str] = {}
        self.started = 0
        self.announced: dict[str, str] = {}
        self.music = music
        self.queue_music = QueueMusic(music, clock, lambda: self.machine, do)
        self.lines = Lines(self.exchange, lambda: self.machine, do, self._let_go)
        self.keys = PhoneKeys(self.exchange, lambda: self.machine, do, self.lines)
        self.taps = Taps()
        self.dialled = DialledOnPhones(self.exchange.tell, lambda: self.machine, do)
        self.recorder = Recorder(self.exchange, lambda: self.machine, do)
        self.consents = Consents(self.exchange, self._announce, self._hush)
        self._hearings: dict[str, Hearing] = {}
        self.exchange.moved = self.consents.follow

    @property
    def machine(self) -> Machine:
        """The hand on Asterisk, while connected."""
        assert self._machine is not None
        return self._machine

    def connected(self, machine: Machine) -> None:
        """This is the hand on Asterisk from now on."""
        self._machine = machine
        # What was played meanwhile is not known: the core asks again, and it is played again.
        self.consents.forget()

    async def watch(self, devices: tuple[str, ...]) -> None:
        """Of these phones, too, it is told whether they can be rung."""
        await self.machine.watch(devices)
        self.lines.known(devices)
        for device in devices:
            self.exchange.register(device, await self.machine.ready(device))

    def do(self, job: Job) -> None:
        """That is done after what was asked before."""
        self._do(job)

    def _let_go(self, channel: Channel, cause: str, by: str) -> None:
        async def hang_up() -> None:
            if channel.live:
                self.asked_causes[channel.leg] = cause
                await self.machine.hang_up(channel.leg, "normal")

        self._do(hang_up)

    async def together(self, legs: tuple[str, ...]) -> None:
        """These are in a bridge of their own, unless they are already."""
        mix = self.exchange.parties.mixes.of(legs[0])
        if mix is not None and {*mix.legs} == {*legs}:
            return
        await self.rejoin(legs)

    async def rejoin(self, legs: tuple[str, ...]) -> None:
        """These are in a new bridge, whatever they are in now."""
        bridge = f"{MIX}{legs[0]}-{self.exchange.clock.now()}"
        await self.machine.mix(bridge, legs)
        await self.lines.hear(legs)
        # Asterisk tells the same, but maybe later than its answer.
        self.bridges.update(dict.fromkeys(legs, bridge))

    async def noted(self, *channels: Channel) -> None:
        """What is known of these legs is on their channels, too."""
        for channel in channels:
            if channel.live:
                await self.machine.note(channel.leg, note_of(channel))

    # --- what happens -----------------------------------------------------------------------------------------------

    def take(self, event: p.Event) -> None:
        """The register is as the event says, and what of it concerns the connector is told."""
        match event:
            case p.StasisStart():
                self._ours(event)
            case p.ChannelStateChange():
                self._moved(event.channel)
            case p.ChannelHangupRequest():
                self.hung_up.setdefault(event.channel.id, event.cause)
            case p.ChannelDestroyed():
                self._ended(event.channel.id, event.cause)
            case p.StasisEnd():
                self._let_out(event.channel.id)
            case p.ChannelHold() | p.ChannelUnhold() | p.ChannelTransfer():
                self._pressed(event)
            case p.ChannelEnteredBridge():
                self.bridges[event.channel.id] = event.bridge.id
            case p.ChannelLeftBridge():
                self._left(event.channel.id, event.bridge)
            case p.PlaybackFinished():
                self.heard(event.playback)
            case p.RecordingStarted() | p.RecordingFailed():
                self.recorder.take(event)
            case p.DeviceStateChanged():
                self._phone_changed(event.device_state)

    def _pressed(self, event: p.ChannelHold | p.ChannelUnhold | p.ChannelTransfer) -> None:
        """A key of a phone.  A transfer that nobody listened to is told when the phone hangs up: too late."""
        if not isinstance(event, p.ChannelTransfer) or event.referred_by.source_channel.id not in self.hung_up:
            self.keys.take(event)

    def heard(self, played: p.PlaybackOf) -> None:
        """Who could not be taken is hung up on; who was told that they are recorded is, from now on."""
        told = self.exchange.channel(self.announced.pop(played.id, ""))
        hearing = self._hearings.pop(played.id, None)
        if told is not None:
            self._let_go(told, "normal", "asked")
        if hearing is not None:
            self._do(partial(self._begin, hearing, whole=played.state != "failed"))

    async def _begin(self, hearing: Hearing, *, whole: bool) -> None:
        # One that was cut off because they were brought together anew is not the current one any more.
        if not whole:
            self.consents.missing(hearing)
            return
        ask = self.consents.heard(hearing)
        if ask is not None:
            await self.recorder.want(ask.contact, ask.recording)

    def _announce(self, hearing: Hearing, leg: Channel) -> None:
        """All who talk with that leg are to hear the announcement before its contact is recorded."""

        async def play() -> None:
            bridge = self.bridges.get(leg.leg)
            if bridge is not None and self.consents.current(hearing):
                playback = f"consent-{hearing.ask.contact}-{self.exchange.clock.now()}"
                self._hearings[playback] = hearing
                await self.machine.play_to_all(playback, bridge, self.sounds[hearing.ask.announcement])

        self._do(play)

    def _hush(self, hearing: Hearing) -> None:
        for playback in [name for name, known in self._hearings.items() if known is hearing]:
            del self._hearings[playback]
            self._do(partial(self.machine.stop_playing, playback))

    def _ours(self, event: p.StasisStart) -> None:
        """A caller has come, a spy listens, or the channel of somebody whom we call is there."""
        leg = event.channel.id
        if event.args[:1] == ("inbound",):
            self._arrived(event, *event.args[1:3])
        elif event.args[:1] == (EMERGENCY,):
            self.dialled.take(event)
        elif leg.startswith(SPY):
            begin = self.recorder.spy_is_up(leg)
            if begin is not None:
                self._do(begin)
        elif leg.startswith(TAP):
            self.taps.is_up(leg)
        elif is_of_a_line(leg):
            self.lines.made(leg)
        else:
            self._made(leg)

    def _made(self, leg: str) -> None:
        """Its channel is in our hands: it can be dialled now."""
        channel = self.exchange.channel(leg)
        if channel is not None and channel.live and not channel.dialled:
            self._do(partial(self.dial, channel))
        elif channel is None:
            # As a number that an agent dials on the phone itself: nobody takes it, and silence is no answer.
            log.warning("a channel that nobody wants is hung up", extra={"leg": leg})
            self._do(partial(self.machine.hang_up, leg, "normal"))

    async def dial(self, channel: Channel) -> None:
        """The far end of a leg of ours is rung; where that cannot be done the leg has failed."""
        if not channel.live:
            return
        channel.dialled = True
        try:
            await self.machine.dial(channel.leg, note_of(channel))
        except AriRefusal:
            if channel.leg not in self.second_ways:
                self.exchange.end(channel, "failed", by="network")
            # Where there is another way, that is tried when this channel is gone.
            await self.machine.hang_up(channel.leg, "congestion")

    def failed(self, channel: Channel) -> None:
        """The leg could not be called: it is by its second way, if it has one that was not tried yet."""
        again = self.second_ways.pop(channel.leg, None)
        if again is None:
            self.exchange.end(channel, "failed", by="network")
        else:
            self._call_by_the_other_way(channel, again)

    def _call_by_the_other_way(self, channel: Channel, again: Job) -> None:
        channel.dialled = False
        self.do(again)

    def _moved(self, found: p.Channel) -> None:
        """The far end of a leg of ours rings, or has answered; or a phone that is to be kept was lifted."""
        if is_of_a_line(found.id):
            self.lines.moved(found)
            return
        channel = self.exchange.channel(found.id)
        if channel is None or channel.inbound:
            return
        if found.state == "Ringing":
            self.exchange.ring(channel)
        elif found.state == "Up":
            self.is_up(channel)

    def _let_out(self, leg: str) -> None:
        """Of a caller whom we had that is the last we are told; of a leg of ours its end, with the cause, follows."""
        channel = self.exchange.channel(leg)
        if channel is not None and channel.inbound:
            self._ended(leg, self.hung_up.get(leg, NORMAL))

    def _left(self, leg: str, bridge: p.Bridge) -> None:
        if self.bridges.get(leg) == bridge.id:
            del self.bridges[leg]
        if not bridge.channels:
            self._do(partial(self.machine.remove_bridge, bridge.id))

    def _phone_changed(self, state: p.DeviceState) -> None:
        device = state.name.removeprefix("PJSIP/")
        ready = state.state not in ("UNAVAILABLE", "INVALID")
        if self.exchange.phones.get(device) is not ready:
            self.exchange.register(device, ready)

    def _arrived(self, event: p.StasisStart, line: str, record: str = "") -> None:
        """`record`: what the dialplan, which may have asked or been told, says that the call is about."""
        number, leg, at = event.channel.caller.shown, event.channel.id, event.at
        if self.exchange.channel(leg) is not None:
            return
        record = record_of(record, leg)
        caller = Channel(leg, Role.CUSTOMER, number, line, at, LegState.RINGING, inbound=True, record=record)
        self.exchange.add(caller, "arrived")
        self.exchange.tell(CallArrived(leg, number, line, at, record=record))
        self.welcome(caller)

    def welcome(self, caller: Channel) -> None:
        """A caller hears that it rings and, in a moment, music; and is noted."""

        async def ring() -> None:
            if caller.live and not caller.up:
                await self.machine.let_ring(caller.leg)
                await self.machine.note(caller.leg, note_of(caller))

        self._do(ring)
        self.queue_music.awaited_by(caller)

    def is_up(self, channel: Channel) -> None:
        """A leg of ours was answered: what waited for that is done."""
        self.exchange.answer(channel)
        then = self.when_up.pop(channel.leg, None)
        if then is not None:
            self._do(then)

    def gone(self, leg: str) -> None:
        """Nothing is to be done for that leg any more."""
        self.when_up.pop(leg, None)
        self.second_ways.pop(leg, None)
        self.hung_up.pop(leg, None)
        self.bridges.pop(leg, None)
        self.asked_causes.pop(leg, None)
        self.recorder.ended(leg)
        self.keys.ended(leg)
        if leg.startswith(TAP):
            self._do(partial(self.taps.ended, leg))

    def _ended(self, leg: str, q850: int) -> None:
        self._end_of_leg(leg, q850)
        self.lines.ended(leg)

    def _end_of_leg(self, leg: str, q850: int) -> None:
        asked = self.asked_causes.get(leg)
        again = self.second_ways.pop(leg, None)
        reached = q850 in REACHED and not self.lines.lost(leg)
        self.gone(leg)
        channel = self.exchange.channel(leg)
        if channel is None or not channel.live:
            return
        if again is not None and asked is None and channel.state is LegState.DIALING and not reached:
            self._call_by_the_other_way(channel, again)
            return
        phone = channel.role is Role.AGENT
        gave_up = channel.inbound and not channel.up
        cause = asked or ("cancelled" if gave_up else cause_of(q850, up=channel.up, agent=phone))
        self.exchange.end(channel, cause, by="asked" if asked else "phone" if phone else "customer")
        if channel.contact is not None:
            self.recorder.over(channel.contact)
