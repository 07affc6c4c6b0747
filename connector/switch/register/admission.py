"""Whether an ask can be carried out at all.  One rule for every switch, so that each refuses the same with one code.

Of an ask that comes twice, late or about a leg that is gone, what is true is told instead.
"""

import re
from collections.abc import Callable, Container
from typing import Any, Final

from msgspec import Struct

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
from connector.domain.model import LegState, Recording
from connector.switch.register import refusals
from connector.switch.register.exchange import Exchange
from connector.switch.register.refusals import gone, refuse, there

_DIGITS: Final = re.compile(r"[0-9*#A-D]+")
_DIALLABLE: Final = re.compile(r"\+?\d{2,15}|[\d*#]{2,24}")
"""A number, or what stands for one behind a prefix of up to eight signs."""


class Ways(Struct, frozen=True):
    """What a switch has beside its phones: routes of emergency calls, messages for callers, and announcements."""

    routes: Container[str]
    messages: Container[str]
    announcements: Container[str] = ()


def admit(exchange: Exchange, ways: Ways, ask: SwitchAsk) -> bool:
    """Whether the ask is to be carried out now; if not, all that is to be told about it has been told."""
    match ask:
        case Adopt() | EndLeg():
            return not gone(exchange, (ask.leg,))
        case KeepLine():
            return exchange.phones.get(ask.device, False) or not ask.on
        case Offer():
            return _offer(exchange, ask)
        case Announce():
            return not gone(exchange, (ask.leg,)) and _announce(exchange, ways, ask)
        case PlaceCall() if exchange.knows(ask.agent_leg) or exchange.knows(ask.customer_leg):
            _report_again(exchange, ask)
            return False
        case CallParty() if exchange.knows(ask.leg):
            exchange.report_of(ask.leg, "failed")
            return False
    match ask:
        case PlaceCall():
            why = _not_placed(exchange, ways, ask)
        case SetRecording():
            why = _not_recorded(exchange, ways, ask)
        case _:
            why = _WHY_NOT[type(ask)](exchange, ask)
    if why is not None:
        refuse(exchange, ask, why)
    return why is None


def _offer(exchange: Exchange, ask: Offer) -> bool:
    if exchange.knows(ask.agent_leg):
        exchange.report_of(ask.agent_leg)
    elif gone(exchange, (ask.customer_leg,)):
        exchange.report_of(ask.agent_leg, "cancelled")
    elif not exchange.phones.get(ask.device, False):
        refuse(exchange, ask, refusals.NO_PHONE)
    else:
        return True
    return False


def _announce(exchange: Exchange, ways: Ways, ask: Announce) -> bool:
    channel = there(exchange, ask.leg)
    if ask.message not in ways.messages:
        refuse(exchange, ask, refusals.NO_SUCH_MESSAGE)
    elif exchange.parties.mixes.of(ask.leg) is not None:
        refuse(exchange, ask, refusals.TAKEN)
    elif channel.announced:
        exchange.report(channel)
    else:
        return True
    return False


def of_a_colleague(exchange: Exchange, ask: PlaceCall) -> bool:
    """Whether what is called is a phone of ours, which is offered the call by an ask of its own."""
    return not ask.route and ask.number in exchange.phones


def _report_again(exchange: Exchange, ask: PlaceCall) -> None:
    exchange.report_of(ask.agent_leg, "failed")
    if not of_a_colleague(exchange, ask) or exchange.knows(ask.customer_leg):
        exchange.report_of(ask.customer_leg, "failed")


def _not_placed(exchange: Exchange, ways: Ways, ask: PlaceCall) -> str | None:
    if ask.agent_leg == ask.customer_leg:
        return refusals.CONTRADICTION
    if not exchange.phones.get(ask.device, False):
        return refusals.NO_PHONE
    if ask.route and ask.route not in ways.routes:
        return refusals.NO_ROUTE
    return None if _DIALLABLE.fullmatch(ask.number) else refusals.NUMBER_INVALID


def _not_called(exchange: Exchange, ask: CallParty) -> str | None:
    why = _not_up(exchange, ask.agent_leg)
    if why is None and (ask.number in exchange.phones or not _DIALLABLE.fullmatch(ask.number)):
        return refusals.NUMBER_INVALID
    return why


def _not_connected(exchange: Exchange, ask: Connect) -> str | None:
    if ask.agent_leg == ask.customer_leg:
        return refusals.CONTRADICTION
    if gone(exchange, (ask.agent_leg, ask.customer_leg)):
        return refusals.NO_SUCH_LEG
    customer, phone = there(exchange, ask.customer_leg), there(exchange, ask.agent_leg)
    if exchange.parties.taken(customer, phone, ask.contact):
        return refusals.TAKEN
    return refusals.NOT_ANSWERED if not customer.inbound and not customer.up else None


def _not_mixed(exchange: Exchange, ask: Mix) -> str | None:
    """Why these cannot be brought together or parked, or None; that a leg has ended is told."""
    legs = (*ask.parked, *ask.talking)
    if len(set(legs)) < len(legs):
        return refusals.CONTRADICTION
    if gone(exchange, legs):
        return refusals.NO_SUCH_LEG
    return None if all(there(exchange, leg).up for leg in legs) else refusals.NOT_ANSWERED


def _not_muted(exchange: Exchange, ask: SetMute) -> str | None:
    return _not_up(exchange, ask.leg)


def _not_up(exchange: Exchange, leg: str) -> str | None:
    if gone(exchange, (leg,)):
        return refusals.NO_SUCH_LEG
    return None if there(exchange, leg).up else refusals.NOT_ANSWERED


def _not_played(exchange: Exchange, ask: PlayDigits) -> str | None:
    if gone(exchange, (ask.leg,)):
        return refusals.NO_SUCH_LEG
    if not _DIGITS.fullmatch(ask.digits):
        return refusals.DIGITS_INVALID
    channel = there(exchange, ask.leg)
    if not channel.up:
        return refusals.NOT_ANSWERED
    return refusals.HELD if channel.state is LegState.HELD else None


def _not_recorded(exchange: Exchange, ways: Ways, ask: SetRecording) -> str | None:
    if ask.recording is Recording.OFF:
        return None
    if exchange.parties.recordable(ask.contact):
        unknown = bool(ask.announcement) and ask.announcement not in ways.announcements
        return refusals.NO_SUCH_MESSAGE if unknown else None
    return refusals.NOT_ANSWERED if exchange.parties.has(ask.contact) else refusals.NO_SUCH_CONTACT


_WHY_NOT: Final[dict[type, Callable[[Exchange, Any], str | None]]] = {
    CallParty: _not_called,
    Connect: _not_connected,
    Mix: _not_mixed,
    SetMute: _not_muted,
    PlayDigits: _not_played,
}
