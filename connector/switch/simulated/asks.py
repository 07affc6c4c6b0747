"""How the simulated switch carries out what it is asked.  An ask may come twice, late, or about a leg that is gone."""

import re
from functools import partial
from typing import Final

from connector.domain.effects import (
    Adopt,
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
from connector.domain.events import AskRefused
from connector.domain.model import LegState, Recording, Role
from connector.switch.simulated.destinations import RINGS, Fate, rule_of
from connector.switch.simulated.exchange import Channel, Exchange
from connector.switch.simulated.journal import Entry

NO_SUCH_LEG: Final = "no_such_leg"
NO_SUCH_CONTACT: Final = "no_such_contact"
NOT_ANSWERED: Final = "not_answered"
HELD: Final = "held"
TAKEN: Final = "taken"
CONTRADICTION: Final = "contradiction"
NO_PHONE: Final = "no_phone"
NUMBER_INVALID: Final = "number_invalid"
DIGITS_INVALID: Final = "digits_invalid"

_DIALLABLE: Final = re.compile(r"\+?\d{2,15}")
_DIGITS: Final = re.compile(r"[0-9*#A-D]+")


def carry_out(exchange: Exchange, ask: SwitchAsk) -> None:
    """Does now what is asked, or refuses it; what takes time is told later."""
    match ask:
        case Adopt():
            _adopt(exchange, ask)
        case Offer():
            _offer(exchange, ask)
        case Connect():
            _connect(exchange, ask)
        case PlaceCall():
            _place(exchange, ask)
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


def refuse(exchange: Exchange, ask: SwitchAsk, code: str) -> None:
    """The ask is not carried out.  The legs that it would have made have failed; an `Adopt` is refused in silence."""
    now = exchange.clock.now()
    if isinstance(ask, Adopt):
        return
    if isinstance(ask, Offer):
        exchange.report_of(ask.agent_leg, "failed")
        return
    exchange.journal(Entry(now, "refused", contact=ask.contact, cause=code, by=type(ask).__name__))
    exchange.tell(AskRefused(ask.contact, ask.id, code, now))
    if isinstance(ask, PlaceCall):
        exchange.report_of(ask.customer_leg, "failed")
        exchange.report_of(ask.agent_leg, "failed")


def _gone(exchange: Exchange, legs: tuple[str, ...]) -> bool:
    """Whether one of the legs is not there (any more); that it has ended is told."""
    gone = [leg for leg in legs if (channel := exchange.channel(leg)) is None or not channel.live]
    for leg in gone:
        exchange.report_of(leg)
    return bool(gone)


def _there(exchange: Exchange, leg: str) -> Channel:
    channel = exchange.channel(leg)
    assert channel is not None, f"{leg} was looked for before"
    return channel


def _adopt(exchange: Exchange, ask: Adopt) -> None:
    """The channel carries our key; of one that has ended it is told that it has."""
    if not _gone(exchange, (ask.leg,)):
        exchange.adopt(_there(exchange, ask.leg), ask.contact)


def _offer(exchange: Exchange, ask: Offer) -> None:
    """The phone rings after a while, under the leg's name that we chose."""
    if exchange.knows(ask.agent_leg):
        exchange.report_of(ask.agent_leg)
    elif _gone(exchange, (ask.customer_leg,)):
        exchange.report_of(ask.agent_leg, "cancelled")
    elif not exchange.phones.get(ask.device, False):
        refuse(exchange, ask, NO_PHONE)
    else:
        line = _there(exchange, ask.customer_leg).line
        phone = exchange.add(_phone(ask, line, exchange.clock.now()), "offered")
        exchange.clock.after(exchange.timing.ring, lambda: exchange.ring(phone))


def _phone(ask: Offer | PlaceCall, line: str, now: int) -> Channel:
    leg, device = ask.agent_leg, ask.device
    return Channel(leg, Role.AGENT, device, line, now, contact=ask.contact, customer=ask.customer_leg, device=device)


def _connect(exchange: Exchange, ask: Connect) -> None:
    """The phone is answered after a while, and then the customer hears it."""
    if _gone(exchange, (ask.agent_leg, ask.customer_leg)):
        refuse(exchange, ask, NO_SUCH_LEG)
        return
    customer = _there(exchange, ask.customer_leg)
    speaker = exchange.speaker_of(customer)
    if speaker is not None and speaker.leg != ask.agent_leg:
        refuse(exchange, ask, TAKEN)
    elif not customer.inbound and not customer.up:
        refuse(exchange, ask, NOT_ANSWERED)
    elif speaker is not None:
        exchange.report(speaker)
        exchange.clock.after(exchange.timing.bridge, partial(_bridge, exchange, ask))
    else:
        exchange.clock.after(exchange.timing.pick_up, partial(_pick_up, exchange, ask))


def _pick_up(exchange: Exchange, ask: Connect) -> None:
    phone, speaker = _there(exchange, ask.agent_leg), exchange.speaker_of(_there(exchange, ask.customer_leg))
    if not phone.live:
        refuse(exchange, ask, NO_SUCH_LEG)
    elif speaker is not None and speaker.leg != ask.agent_leg:
        refuse(exchange, ask, TAKEN)
    else:
        exchange.answer(phone)
        exchange.clock.after(exchange.timing.bridge, partial(_bridge, exchange, ask))


def _bridge(exchange: Exchange, ask: Connect) -> None:
    """The customer talks to the agent, if both are still there."""
    phone, customer = _there(exchange, ask.agent_leg), _there(exchange, ask.customer_leg)
    if not phone.up or not customer.live:
        return
    if customer.state is LegState.HELD:
        exchange.resume(customer)
    elif customer.up:
        exchange.report(customer)
    else:
        exchange.answer(customer)


def _place(exchange: Exchange, ask: PlaceCall) -> None:
    """The agent's phone is rung and answers by itself; then the number is called."""
    if exchange.knows(ask.agent_leg) or exchange.knows(ask.customer_leg):
        exchange.report_of(ask.agent_leg, "failed")
        exchange.report_of(ask.customer_leg, "failed")
    elif not exchange.phones.get(ask.device, False):
        refuse(exchange, ask, NO_PHONE)
    elif not _DIALLABLE.fullmatch(ask.number):
        refuse(exchange, ask, NUMBER_INVALID)
    else:
        _start_call(exchange, ask)


def _start_call(exchange: Exchange, ask: PlaceCall) -> None:
    now, timing = exchange.clock.now(), exchange.timing
    customer = Channel(ask.customer_leg, Role.CUSTOMER, ask.number, ask.caller_id, now, contact=ask.contact)
    exchange.add(customer, "placed")
    phone = exchange.add(_phone(ask, ask.caller_id, now), "placed")

    def pick_up() -> None:
        exchange.answer(phone)
        if phone.up:
            exchange.clock.after(timing.dial, partial(_reach, exchange, customer))

    exchange.clock.after(timing.ring, lambda: exchange.ring(phone))
    exchange.clock.after(timing.ring + timing.auto_answer, pick_up)


def _reach(exchange: Exchange, customer: Channel) -> None:
    """The network has found the number, or not."""
    rule = rule_of(exchange.rules, customer.number)
    if rule.fate not in RINGS:
        exchange.end(customer, rule.fate.value, by="network")
        return
    exchange.ring(customer)
    customer.talk = rule.talk
    if rule.fate is Fate.ANSWER:
        exchange.clock.after(rule.rings_for, lambda: exchange.answer(customer))
    else:
        by = "customer" if rule.fate is Fate.DECLINED else "network"
        exchange.clock.after(rule.rings_for, lambda: exchange.end(customer, rule.fate.value, by=by))


def _mix(exchange: Exchange, ask: Mix) -> None:
    """All of it or nothing: one leg that cannot be had refuses the whole ask."""
    legs, there = (*ask.parked, *ask.talking), partial(_there, exchange)
    if len(set(legs)) < len(legs):
        refuse(exchange, ask, CONTRADICTION)
    elif _gone(exchange, legs):
        refuse(exchange, ask, NO_SUCH_LEG)
    elif not all(there(leg).up for leg in legs):
        refuse(exchange, ask, NOT_ANSWERED)
    else:
        # What changes comes first: what was true before is old news, and must not be taken for the goal.
        for channel in sorted(map(there, ask.parked), key=lambda c: c.state is LegState.HELD):
            exchange.hold(channel)
        for channel in sorted(map(there, ask.talking), key=lambda c: c.state is LegState.CONNECTED):
            exchange.resume(channel)


def _mute(exchange: Exchange, ask: SetMute) -> None:
    if _gone(exchange, (ask.leg,)):
        refuse(exchange, ask, NO_SUCH_LEG)
    elif not _there(exchange, ask.leg).up:
        refuse(exchange, ask, NOT_ANSWERED)
    else:
        exchange.mute(_there(exchange, ask.leg), ask.muted)


def _play(exchange: Exchange, ask: PlayDigits) -> None:
    """The tones are played one after the other, after those asked for before; nothing is told but a refusal."""
    if _gone(exchange, (ask.leg,)):
        refuse(exchange, ask, NO_SUCH_LEG)
        return
    channel = _there(exchange, ask.leg)
    if not _DIGITS.fullmatch(ask.digits):
        refuse(exchange, ask, DIGITS_INVALID)
    elif not channel.up:
        refuse(exchange, ask, NOT_ANSWERED)
    elif channel.state is LegState.HELD:
        refuse(exchange, ask, HELD)
    else:
        start = max(exchange.clock.now(), channel.tones_until)
        channel.tones_until = start + len(ask.digits) * exchange.timing.digit
        played = partial(_played, exchange, channel, start, len(ask.digits))
        exchange.clock.after(channel.tones_until - exchange.clock.now(), played)


def _played(exchange: Exchange, channel: Channel, start: int, count: int) -> None:
    """The journal knows how many tones were heard: a leg that ended meanwhile heard fewer, and never which ones."""
    if not channel.live:
        count = min(count, max(0, channel.since - start) // max(1, exchange.timing.digit))
    if count:
        exchange.note("digits", channel, count=count)


def _record(exchange: Exchange, ask: SetRecording) -> None:
    if exchange.recordable(ask.contact) or ask.recording is Recording.OFF:
        exchange.record(ask.contact, ask.recording)
    else:
        refuse(exchange, ask, NOT_ANSWERED if exchange.has(ask.contact) else NO_SUCH_CONTACT)


def _end(exchange: Exchange, ask: EndLeg) -> None:
    if not _gone(exchange, (ask.leg,)):
        channel = _there(exchange, ask.leg)
        exchange.end(channel, "normal" if channel.up else "cancelled", by="asked")
