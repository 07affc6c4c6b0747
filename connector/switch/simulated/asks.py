"""How the simulated switch carries out what it is asked.  An ask may come twice, late, or about a leg that is gone."""

import re
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
from connector.domain.model import LegState, Recording
from connector.switch.register import refusals
from connector.switch.register.channel import Channel
from connector.switch.register.entry import Entry
from connector.switch.register.refusals import gone, refuse, there
from connector.switch.simulated import calls
from connector.switch.simulated.exchange import SimulatedExchange

_DIGITS: Final = re.compile(r"[0-9*#A-D]+")
_MESSAGES: Final = frozenset({"closed", "full"})


def carry_out(exchange: SimulatedExchange, ask: SwitchAsk) -> None:
    """Does now what is asked, or refuses it; what takes time is told later."""
    match ask:
        case Adopt():
            _adopt(exchange, ask)
        case Offer():
            calls.offer(exchange, ask)
        case Connect():
            calls.connect(exchange, ask)
        case PlaceCall():
            calls.place(exchange, ask)
        case CallParty():
            calls.call_party(exchange, ask)
        case Announce():
            _announce(exchange, ask)
        case Mix():
            _mix(exchange, ask)
        case SetMute():
            _mute(exchange, ask)
        case PlayDigits():
            _play(exchange, ask)
        case SetRecording():
            _record(exchange, ask)
        case EndLeg():
            _end(exchange, ask)


def _adopt(exchange: SimulatedExchange, ask: Adopt) -> None:
    """The channel carries our key; of one that has ended it is told that it has."""
    if not gone(exchange, (ask.leg,)):
        exchange.adopt(there(exchange, ask.leg), ask.contact)


def _announce(exchange: SimulatedExchange, ask: Announce) -> None:
    """The caller is answered, hears why they cannot be taken, and is hung up on."""
    if gone(exchange, (ask.leg,)):
        return
    channel = there(exchange, ask.leg)
    if ask.message not in _MESSAGES:
        refuse(exchange, ask, refusals.NO_SUCH_MESSAGE)
    elif exchange.parties.mixes.of(ask.leg) is not None:
        refuse(exchange, ask, refusals.TAKEN)
    elif channel.announced:
        exchange.report(channel)
    else:
        channel.announced = True
        exchange.hear(channel)
        now = exchange.clock.now()
        exchange.journal(Entry(now, "announced", channel.leg, channel.contact, channel.role, cause=ask.message))
        exchange.clock.after(exchange.timing.announce, lambda: exchange.end(channel, "normal", by="asked"))


def _mix(exchange: SimulatedExchange, ask: Mix) -> None:
    """All of it or nothing: one leg that cannot be had refuses the whole ask."""
    legs, of = (*ask.parked, *ask.talking), partial(there, exchange)
    if len(set(legs)) < len(legs):
        refuse(exchange, ask, refusals.CONTRADICTION)
    elif gone(exchange, legs):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
    elif not all(of(leg).up for leg in legs):
        refuse(exchange, ask, refusals.NOT_ANSWERED)
    else:
        # What changes comes first: what was true before is old news, and must not be taken for the goal.
        for channel in sorted(map(of, ask.parked), key=lambda c: c.state is LegState.HELD):
            exchange.hold(channel)
        for channel in sorted(map(of, ask.talking), key=lambda c: c.state is LegState.CONNECTED):
            exchange.resume(channel)
        exchange.mix(ask.talking)


def _mute(exchange: SimulatedExchange, ask: SetMute) -> None:
    if gone(exchange, (ask.leg,)):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
    elif not there(exchange, ask.leg).up:
        refuse(exchange, ask, refusals.NOT_ANSWERED)
    else:
        exchange.mute(there(exchange, ask.leg), ask.muted)


def _play(exchange: SimulatedExchange, ask: PlayDigits) -> None:
    """The tones are played one after the other, after those asked for before; nothing is told but a refusal."""
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


def _record(exchange: SimulatedExchange, ask: SetRecording) -> None:
    if exchange.parties.recordable(ask.contact) or ask.recording is Recording.OFF:
        exchange.record(ask.contact, ask.recording)
    else:
        refuse(exchange, ask, refusals.NOT_ANSWERED if exchange.parties.has(ask.contact) else refusals.NO_SUCH_CONTACT)


def _end(exchange: SimulatedExchange, ask: EndLeg) -> None:
    if not gone(exchange, (ask.leg,)):
        channel = there(exchange, ask.leg)
        exchange.end(channel, ask.cause or ("normal" if channel.up else "cancelled"), by="asked")
