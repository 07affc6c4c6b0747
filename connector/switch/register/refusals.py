"""Why a switch does not do what it is asked, and what is told then."""

from typing import Final

from connector.domain.effects import Adopt, CallParty, KeepLine, Offer, PlaceCall, SwitchAsk
from connector.domain.events import AskRefused
from connector.switch.register.channel import Channel
from connector.switch.register.entry import Entry
from connector.switch.register.exchange import Exchange

NO_SUCH_LEG: Final = "no_such_leg"
NO_SUCH_CONTACT: Final = "no_such_contact"
NO_SUCH_MESSAGE: Final = "no_such_message"
NOT_ANSWERED: Final = "not_answered"
HELD: Final = "held"
TAKEN: Final = "taken"
CONTRADICTION: Final = "contradiction"
NO_PHONE: Final = "no_phone"
NO_ROUTE: Final = "no_route"
NUMBER_INVALID: Final = "number_invalid"
DIGITS_INVALID: Final = "digits_invalid"


def refuse(exchange: Exchange, ask: SwitchAsk, code: str) -> None:
    """The ask is not carried out.  The legs that it would have made have failed.

    An `Adopt` and a `KeepLine` are refused in silence: what is true stays so, and was told.
    """
    now = exchange.clock.now()
    if isinstance(ask, Adopt | KeepLine):
        return
    if isinstance(ask, Offer):
        exchange.report_of(ask.agent_leg, "failed")
        return
    exchange.journal(Entry(now, "refused", contact=ask.contact, cause=code, by=type(ask).__name__))
    exchange.tell(AskRefused(ask.contact, ask.id, code, now))
    if isinstance(ask, PlaceCall):
        exchange.report_of(ask.customer_leg, "failed")
        exchange.report_of(ask.agent_leg, "failed")
    if isinstance(ask, CallParty):
        exchange.report_of(ask.leg, "failed")


def gone(exchange: Exchange, legs: tuple[str, ...]) -> bool:
    """Whether one of the legs is not there (any more); that it has ended is told."""
    ended = [leg for leg in legs if (channel := exchange.channel(leg)) is None or not channel.live]
    for leg in ended:
        exchange.report_of(leg)
    return bool(ended)


def there(exchange: Exchange, leg: str) -> Channel:
    """The channel of a leg that is known to be there."""
    channel = exchange.channel(leg)
    assert channel is not None, f"{leg} was looked for before"
    return channel
