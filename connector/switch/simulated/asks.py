"""How the simulated switch carries out what it is asked.  An ask may come twice, late, or about a leg that is gone."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    KeepLine,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.model import LegState, Line, Recording
from connector.switch.register.admission import Ways, admit
from connector.switch.register.channel import Channel
from connector.switch.register.entry import Entry
from connector.switch.register.refusals import there
from connector.switch.simulated import calls
from connector.switch.simulated.exchange import SimulatedExchange

MESSAGES: Final = frozenset({"closed", "full"})
"""What callers can be told who cannot be taken."""


def carry_out(exchange: SimulatedExchange, ask: SwitchAsk) -> None:
    """Does now what is asked, or refuses it; what takes time is told later."""
    if admit(exchange, Ways(exchange.routes, MESSAGES, exchange.announcements), ask):
        _CARRY_OUT[type(ask)](exchange, ask)


def _adopt(exchange: SimulatedExchange, ask: Adopt) -> None:
    exchange.adopt(there(exchange, ask.leg), ask.contact)


def _mute(exchange: SimulatedExchange, ask: SetMute) -> None:
    exchange.mute(there(exchange, ask.leg), ask.muted)


def _record(exchange: SimulatedExchange, ask: SetRecording) -> None:
    if ask.recording is Recording.ON and ask.announcement and not exchange.written(ask.contact):
        exchange.consents.ask(ask)
    else:
        exchange.consents.call_off(ask.contact)
        exchange.record(ask.contact, ask.recording)


def _end(exchange: SimulatedExchange, ask: EndLeg) -> None:
    channel = there(exchange, ask.leg)
    exchange.end(channel, ask.cause or ("normal" if channel.up else "cancelled"), by="asked")


def _keep_line(exchange: SimulatedExchange, ask: KeepLine) -> None:
    """A phone that has to be lifted is lifted once, and the others need not be: the line is kept at once."""
    exchange.line(ask.device, Line.KEPT if ask.on else exchange.unkept(ask.device))


def _announce(exchange: SimulatedExchange, ask: Announce) -> None:
    """The caller is answered, hears why they cannot be taken, and is hung up on."""
    channel = there(exchange, ask.leg)
    channel.announced = True
    exchange.hear(channel)
    now = exchange.clock.now()
    exchange.journal(Entry(now, "announced", channel.leg, channel.contact, channel.role, cause=ask.message))
    exchange.clock.after(exchange.timing.announce, lambda: exchange.end(channel, "normal", by="asked"))


def _mix(exchange: SimulatedExchange, ask: Mix) -> None:
    of = partial(there, exchange)
    # What changes comes first: what was true before is old news, and must not be taken for the goal.
    for channel in sorted(map(of, ask.parked), key=lambda c: c.state is LegState.HELD):
        exchange.hold(channel)
    for channel in sorted(map(of, ask.talking), key=lambda c: c.state is LegState.CONNECTED):
        exchange.resume(channel)
    exchange.mix(ask.talking)


def _play(exchange: SimulatedExchange, ask: PlayDigits) -> None:
    """The tones are played one after the other, after those asked for before; nothing is told but a refusal."""
    channel = there(exchange, ask.leg)
    start = max(exchange.clock.now(), channel.tones_until)
    channel.tones_until = start + len(ask.digits) * exchange.timing.digit
    played = partial(_played, exchange, channel, start, len(ask.digits))
    exchange.clock.after(channel.tones_until - exchange.clock.now(), played)


def _played(exchange: SimulatedExchange, channel: Channel, start: int, count: int) -> None:
    """The journal knows how many tones were heard: a leg that ended meanwhile heard fewer, and never which ones."""
    if not channel.live:
        count = min(count, max(0, channel.since - start) // max(1, exchange.timing.digit))
    if count:
        exchange.note("digits", channel, count=count)


_CARRY_OUT: Final[dict[type, Callable[[SimulatedExchange, Any], None]]] = {
    Adopt: _adopt,
    Offer: calls.offer,
    Connect: calls.connect,
    PlaceCall: calls.place,
    CallParty: calls.call_party,
    Announce: _announce,
    Mix: _mix,
    SetMute: _mute,
    PlayDigits: _play,
    SetRecording: _record,
    EndLeg: _end,
    KeepLine: _keep_line,
}
