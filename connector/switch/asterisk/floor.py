"""Asterisk's channels as the register has them: asks become requests, events keep the register true.

The register is the exchange of the simulated switch, so that both tell the same in the same situation.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.events import CallArrived, SwitchEvent
from connector.domain.model import LegState, Recording, Role
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.causes import cause_of
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.recorder import SPY, Recorder
from connector.switch.asterisk.register import leg_of, note_of
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.simulated import refusals
from connector.switch.simulated.channel import USUAL, Channel
from connector.switch.simulated.clock import Clock
from connector.switch.simulated.exchange import Exchange
from connector.switch.simulated.refusals import gone, refuse, there

Job = Callable[[], Awaitable[None]]
_DIGITS: Final = re.compile(r"[0-9*#A-D]+")
_DIALLABLE: Final = re.compile(r"\+?\d{2,15}")


class Floor:
    """`do` is given what must be asked of Asterisk, to be done in order; `tell` each event of the port.

    Numbers are called by the endpoint `trunk`, emergency numbers by those of `routes`; `sounds` is what callers hear who
    cannot be taken, by message.
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
    ) -> None:
        self.exchange = Exchange(
            clock, (), rules=(), timing=USUAL, tell=tell, journal=lambda _entry: None, let_go=self._let_go
        )
        self._do = do
        self._trunk = trunk
        self._routes = routes
        self._sounds = sounds
        self._machine: Machine | None = None
        self._hung_up: dict[str, str] = {}
        self._asked_causes: dict[str, str] = {}
        self._when_up: dict[str, Job] = {}
        self._bridges: dict[str, str] = {}
        self._announced: dict[str, str] = {}
        self._recorder = Recorder(self.exchange, lambda: self.machine, do)

    @property
    def machine(self) -> Machine:
        """The hand on Asterisk, while connected."""
        assert self._machine is not None
        return self._machine

    # --- at each connection -----------------------------------------------------------------------------------------

    async def reconcile(self, machine: Machine, devices: tuple[str, ...]) -> None:
        """The register is as Asterisk is: what ended meanwhile has ended, what is there is there."""
        self._machine = machine
        await machine.watch(devices)
        for device in devices:
            self.exchange.phones[device] = await machine.ready(device)
        found = {channel.id: (channel, note) for channel, note in await machine.channels()}
        for known in self.exchange.channels():
            if known.live and known.leg not in found:
                self.exchange.end(known, "normal" if known.up else "cancelled", by="network")
        for leg, (channel, note) in found.items():
            made = None if self.exchange.channel(leg) is not None else leg_of(channel, note)
            if made is not None:
                self.exchange.add(made, "arrived")
        for bridge in await machine.bridges():
            legs = tuple(leg for leg in bridge.channels if self.exchange.channel(leg) is not None)
            if len(legs) > 1:
                self.exchange.parties.mixes.together(legs, self.exchange.clock.now())
            for leg in legs:
                self._bridges[leg] = bridge.id
            if not bridge.channels:
                await machine.remove_bridge(bridge.id)

    # --- what is asked ----------------------------------------------------------------------------------------------

    async def carry_out(self, ask: SwitchAsk) -> None:
        """Does what is asked, or refuses it.  Raises AriRefusal where Asterisk will not."""
        match ask:
            case Adopt():
                await self._adopt(ask)
            case Offer():
                await self._offer(ask)
            case Connect():
                await self._connect(ask)
            case Mix():
                await self._mix(ask)
            case SetMute():
                await self._mute(ask)
            case PlayDigits():
                await self._play(ask)
            case EndLeg():
                await self._end(ask)
            case PlaceCall():
                await self._place(ask)
            case CallParty():
                await self._call_party(ask)
            case SetRecording():
                await self._record(ask)
            case Announce():
                await self._announce(ask)

    async def _adopt(self, ask: Adopt) -> None:
        if not gone(self.exchange, (ask.leg,)):
            channel = there(self.exchange, ask.leg)
            self.exchange.adopt(channel, ask.contact)
            await self.machine.note(ask.leg, note_of(channel))

    async def _offer(self, ask: Offer) -> None:
        exchange = self.exchange
        if exchange.knows(ask.agent_leg):
            exchange.report_of(ask.agent_leg)
        elif gone(exchange, (ask.customer_leg,)):
            exchange.report_of(ask.agent_leg, "cancelled")
        elif not exchange.phones.get(ask.device, False):
            refuse(exchange, ask, refusals.NO_PHONE)
        else:
            customer = there(exchange, ask.customer_leg)
            await self._ring(_phone(ask, customer.line, exchange.clock.now()), customer.number, "offered")

    async def _ring(self, phone: Channel, shown: str, what: str) -> None:
        """The phone is in the register before Asterisk is asked: its first news may be here before the answer."""
        self.exchange.add(phone, what)
        try:
            await self.machine.ring_phone(phone.leg, phone.device, shown, note_of(phone))
        except AriRefusal:
            # A phone that is not registered: Asterisk makes no channel, and says no more than that (500).
            self.exchange.end(phone, "failed", by="network")

    async def _connect(self, ask: Connect) -> None:
        exchange = self.exchange
        if ask.agent_leg == ask.customer_leg:
            refuse(exchange, ask, refusals.CONTRADICTION)
            return
        if gone(exchange, (ask.agent_leg, ask.customer_leg)):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
            return
        customer, phone = there(exchange, ask.customer_leg), there(exchange, ask.agent_leg)
        if exchange.parties.taken(customer, phone, ask.contact):
            refuse(exchange, ask, refusals.TAKEN)
        elif not customer.inbound and not customer.up:
            refuse(exchange, ask, refusals.NOT_ANSWERED)
        elif phone.up:
            exchange.report(phone)
            await self._bridge(ask)
        else:
            self._when_up[phone.leg] = partial(self._bridge, ask)

    async def _bridge(self, ask: Connect) -> None:
        exchange = self.exchange
        if gone(exchange, (ask.agent_leg, ask.customer_leg)):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
            return
        customer, phone = there(exchange, ask.customer_leg), there(exchange, ask.agent_leg)
        if exchange.parties.taken(customer, phone, ask.contact):
            refuse(exchange, ask, refusals.TAKEN)
            return
        exchange.parties.belongs(phone, customer.leg)
        told, mix = customer.up, exchange.parties.mixes.of(phone.leg)
        together = mix.legs if mix is not None and customer.leg in mix.legs else (customer.leg, phone.leg)
        if not customer.up:
            await self.machine.answer(customer.leg)
        await self._together(together)
        for held in (customer, phone):
            if held.state is LegState.HELD:
                await self.machine.music(held.leg, on=False)
        if customer.live and phone.live:
            exchange.hear(customer)
            if phone.state is LegState.HELD:
                exchange.resume(phone)
            exchange.mix(together, told=told)
            await self._noted(customer, phone)

    async def _together(self, legs: tuple[str, ...]) -> None:
        """These are in a bridge of their own, unless they are already."""
        mix = self.exchange.parties.mixes.of(legs[0])
        if mix is not None and {*mix.legs} == {*legs}:
            return
        bridge = f"mix-{legs[0]}-{self.exchange.clock.now()}"
        await self.machine.mix(bridge, legs)

    async def _noted(self, *channels: Channel) -> None:
        for channel in channels:
            if channel.live:
                await self.machine.note(channel.leg, note_of(channel))

    async def _mix(self, ask: Mix) -> None:
        exchange = self.exchange
        legs, of = (*ask.parked, *ask.talking), partial(there, exchange)
        if len(set(legs)) < len(legs):
            refuse(exchange, ask, refusals.CONTRADICTION)
            return
        if gone(exchange, legs):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
            return
        if not all(of(leg).up for leg in legs):
            refuse(exchange, ask, refusals.NOT_ANSWERED)
            return
        for leg in ask.parked:
            await self._out_of_its_bridge(leg)
            if of(leg).state is not LegState.HELD:
                await self.machine.music(leg, on=True)
        for leg in ask.talking:
            if of(leg).state is LegState.HELD:
                await self.machine.music(leg, on=False)
        if len(ask.talking) > 1:
            await self._together(ask.talking)
        elif ask.talking:
            await self._out_of_its_bridge(ask.talking[0])
        if gone(exchange, legs):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
            return
        for channel in sorted(map(of, ask.parked), key=lambda c: c.state is LegState.HELD):
            exchange.hold(channel)
        for channel in sorted(map(of, ask.talking), key=lambda c: c.state is LegState.CONNECTED):
            exchange.resume(channel)
        exchange.mix(ask.talking)
        await self._recorder.follow(*map(of, legs))
        await self._noted(*map(of, legs))

    async def _out_of_its_bridge(self, leg: str) -> None:
        bridge = self._bridges.get(leg)
        if bridge is not None:
            await self.machine.unmix(bridge, leg)

    async def _mute(self, ask: SetMute) -> None:
        exchange = self.exchange
        if gone(exchange, (ask.leg,)):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
        elif not there(exchange, ask.leg).up:
            refuse(exchange, ask, refusals.NOT_ANSWERED)
        else:
            channel = there(exchange, ask.leg)
            if channel.muted is not ask.muted:
                await self.machine.mute(ask.leg, on=ask.muted)
            exchange.mute(channel, ask.muted)
            await self._noted(channel)

    async def _play(self, ask: PlayDigits) -> None:
        exchange = self.exchange
        if gone(exchange, (ask.leg,)):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
            return
        channel = there(exchange, ask.leg)
        if not _DIGITS.fullmatch(ask.digits):
            refuse(exchange, ask, refusals.DIGITS_INVALID)
        elif not channel.up:
            refuse(exchange, ask, refusals.NOT_ANSWERED)
        elif channel.state is LegState.HELD:
            refuse(exchange, ask, refusals.HELD)
        else:
            await self.machine.tones(ask.leg, ask.digits)

    async def _end(self, ask: EndLeg) -> None:
        if not gone(self.exchange, (ask.leg,)):
            channel = there(self.exchange, ask.leg)
            self._asked_causes[ask.leg] = ask.cause or ("normal" if channel.up else "cancelled")
            await self.machine.hang_up(ask.leg, "normal")

    def _let_go(self, channel: Channel, cause: str, by: str) -> None:
        async def hang_up() -> None:
            if channel.live:
                self._asked_causes[channel.leg] = cause
                await self.machine.hang_up(channel.leg, "normal")

        self._do(hang_up)

    async def _place(self, ask: PlaceCall) -> None:
        exchange = self.exchange
        colleague = not ask.route and ask.number in exchange.phones
        if ask.agent_leg == ask.customer_leg:
            refuse(exchange, ask, refusals.CONTRADICTION)
        elif exchange.knows(ask.agent_leg) or exchange.knows(ask.customer_leg):
            exchange.report_of(ask.agent_leg, "failed")
            if not colleague or exchange.knows(ask.customer_leg):
                exchange.report_of(ask.customer_leg, "failed")
        elif not exchange.phones.get(ask.device, False):
            refuse(exchange, ask, refusals.NO_PHONE)
        elif ask.route and ask.route not in self._routes:
            refuse(exchange, ask, refusals.NO_ROUTE)
        elif not _DIALLABLE.fullmatch(ask.number):
            refuse(exchange, ask, refusals.NUMBER_INVALID)
        else:
            now = exchange.clock.now()
            if not colleague:
                customer = Channel(ask.customer_leg, Role.CUSTOMER, ask.number, ask.caller_id, now, contact=ask.contact)
                exchange.add(customer, "placed")
                self._when_up[ask.agent_leg] = partial(self._dial, customer, ask)
            await self._ring(_phone(ask, ask.caller_id, now), ask.number, "placed")

    async def _dial(self, customer: Channel, ask: PlaceCall) -> None:
        if not customer.live:
            return
        self._when_up[customer.leg] = partial(self._answered, customer, ask)
        try:
            trunk = self._routes[ask.route] if ask.route else self._trunk
            await self.machine.call(customer.leg, ask.number, trunk, ask.caller_id, note_of(customer))
        except AriRefusal:
            self.exchange.end(customer, "failed", by="network")

    async def _answered(self, customer: Channel, ask: PlaceCall) -> None:
        phone = self.exchange.channel(ask.agent_leg)
        alone = phone is not None and self.exchange.parties.mixes.of(phone.leg) is None
        if phone is not None and alone and phone.state is customer.state is LegState.CONNECTED:
            await self._together((customer.leg, phone.leg))
            if phone.up and customer.up:
                self.exchange.mix((customer.leg, phone.leg), told=False)
            await self._noted(customer, phone)

    async def _call_party(self, ask: CallParty) -> None:
        exchange = self.exchange
        if exchange.knows(ask.leg):
            exchange.report_of(ask.leg, "failed")
        elif gone(exchange, (ask.agent_leg,)):
            refuse(exchange, ask, refusals.NO_SUCH_LEG)
        elif not there(exchange, ask.agent_leg).up:
            refuse(exchange, ask, refusals.NOT_ANSWERED)
        elif ask.number in exchange.phones or not _DIALLABLE.fullmatch(ask.number):
            refuse(exchange, ask, refusals.NUMBER_INVALID)
        else:
            now, asker = exchange.clock.now(), ask.agent_leg
            called = Channel(
                ask.leg, Role.CONSULTED, ask.number, ask.caller_id, now, contact=ask.contact, customer=asker
            )
            exchange.add(called, "placed")
            try:
                await self.machine.call(ask.leg, ask.number, self._trunk, ask.caller_id, note_of(called))
            except AriRefusal:
                exchange.end(called, "failed", by="network")

    async def _record(self, ask: SetRecording) -> None:
        exchange = self.exchange
        if ask.recording is Recording.OFF or exchange.parties.recordable(ask.contact):
            await self._recorder.want(ask.contact, exchange.parties.heard_of(ask.contact), ask.recording)
        else:
            why = refusals.NOT_ANSWERED if exchange.parties.has(ask.contact) else refusals.NO_SUCH_CONTACT
            refuse(exchange, ask, why)

    async def _announce(self, ask: Announce) -> None:
        exchange = self.exchange
        if gone(exchange, (ask.leg,)):
            return
        channel = there(exchange, ask.leg)
        if ask.message not in self._sounds:
            refuse(exchange, ask, refusals.NO_SUCH_MESSAGE)
        elif exchange.parties.mixes.of(ask.leg) is not None:
            refuse(exchange, ask, refusals.TAKEN)
        elif channel.announced:
            exchange.report(channel)
        else:
            channel.announced = True
            await self.machine.answer(ask.leg)
            exchange.hear(channel)
            playback = f"said-{ask.leg}"
            self._announced[playback] = ask.leg
            await self.machine.play(playback, ask.leg, self._sounds[ask.message])

    # --- what happens -----------------------------------------------------------------------------------------------

    def take(self, event: p.Event) -> None:
        """The register is as the event says, and what of it concerns the connector is told."""
        match event:
            case p.StasisStart(args=("inbound", line)):
                self._arrived(event, line)
            case p.StasisStart() if event.channel.id.startswith(SPY):
                begin = self._recorder.spy_is_up(event.channel.id)
                if begin is not None:
                    self._do(begin)
            case p.StasisStart():
                self._is_up(event.channel.id)
            case p.PlaybackFinished():
                told = self.exchange.channel(self._announced.pop(event.playback.id, ""))
                if told is not None:
                    self._let_go(told, "normal", "asked")
            case p.ChannelStateChange(channel=p.Channel(state="Ringing")):
                channel = self.exchange.channel(event.channel.id)
                if channel is not None:
                    self.exchange.ring(channel)
            case p.ChannelHangupRequest():
                self._hung_up.setdefault(event.channel.id, str(event.cause))
            case p.ChannelDestroyed():
                self._ended(event.channel.id, event.cause)
            case p.StasisEnd():
                self._ended(event.channel.id, int(self._hung_up.get(event.channel.id, "16")))
            case p.ChannelEnteredBridge():
                self._bridges[event.channel.id] = event.bridge.id
            case p.ChannelLeftBridge():
                if self._bridges.get(event.channel.id) == event.bridge.id:
                    del self._bridges[event.channel.id]
                if not event.bridge.channels:
                    self._do(partial(self.machine.remove_bridge, event.bridge.id))
            case p.DeviceStateChanged():
                device = event.device_state.name.removeprefix("PJSIP/")
                ready = event.device_state.state not in ("UNAVAILABLE", "INVALID")
                if self.exchange.phones.get(device) is not ready:
                    self.exchange.register(device, ready)

    def _arrived(self, event: p.StasisStart, line: str) -> None:
        number, leg, at = event.channel.caller.number, event.channel.id, event.at
        caller = Channel(leg, Role.CUSTOMER, number, line, at, LegState.RINGING, inbound=True)
        self.exchange.add(caller, "arrived")
        self.exchange.tell(CallArrived(leg, number, line, at))

        async def welcome() -> None:
            if caller.live and not caller.up:
                await self.machine.let_ring(leg)
                await self.machine.note(leg, note_of(caller))

        self._do(welcome)

    def _is_up(self, leg: str) -> None:
        channel = self.exchange.channel(leg)
        if channel is None:
            return
        self.exchange.answer(channel)
        then = self._when_up.pop(leg, None)
        if then is not None:
            self._do(then)

    def _ended(self, leg: str, q850: int) -> None:
        self._when_up.pop(leg, None)
        self._hung_up.pop(leg, None)
        self._recorder.ended(leg)
        asked = self._asked_causes.pop(leg, None)
        channel = self.exchange.channel(leg)
        if channel is None or not channel.live:
            return
        phone = channel.role is Role.AGENT
        gave_up = channel.inbound and not channel.up
        cause = asked or ("cancelled" if gave_up else cause_of(q850, up=channel.up, agent=phone))
        self.exchange.end(channel, cause, by="asked" if asked else "phone" if phone else "customer")


def _phone(ask: Offer | PlaceCall, line: str, now: int) -> Channel:
    leg, device = ask.agent_leg, ask.device
    return Channel(leg, Role.AGENT, device, line, now, contact=ask.contact, customer=ask.customer_leg, device=device)
