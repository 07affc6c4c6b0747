"""Those whom no agent is with any more: they talk until they end it, or their time is over.  They have no Task."""

from msgspec.structs import replace

from connector.domain.effects import EndLeg, Mix
from connector.domain.model import UP, Contact, Leg, LegState, Role
from connector.domain.rules import departures, mixes
from connector.domain.step import Step


def answered(step: Step, contact: Contact) -> None:
    """Somebody to whom the customer was passed on unannounced has answered: they are brought together."""
    legs = tuple(leg.id for leg in contact.legs if leg.state in UP)
    if len(legs) > 1:
        step.ask(Mix(step.new_id(), contact.key, legs, ()))


def ended(step: Step, contact: Contact, leg: Leg, at: int) -> None:
    """One has gone: who is left alone is let go, but a customer who was never put through waits for an agent again."""
    legs = tuple(other for other in contact.legs if other.id != leg.id)
    if len(legs) > 1:
        first, *rest = legs
        step.put(replace(contact, legs=(replace(first, role=Role.CUSTOMER), *rest)))
        return
    contact = step.put(replace(contact, legs=legs))
    never_through = leg.state not in UP and leg.role is Role.CONSULTED
    for left in legs:
        waits = left.state is LegState.HELD or (never_through and left.state in UP)
        if waits and left.role is Role.CUSTOMER:
            mixes.finished_alone(step, contact)
            departures.queue(step, departures.waits_again(step, contact, left))
            return
        step.ask(EndLeg(step.new_id(), contact.key, left.id))
    mixes.finished_alone(step, contact)


def unanswered(step: Step, contact: Contact) -> None:
    """Whom the customer was passed on to has let it ring for too long."""
    for leg in contact.legs:
        if leg.state in (LegState.DIALING, LegState.RINGING):
            step.ask(EndLeg(step.new_id(), contact.key, leg.id, "no_answer"))


def time_over(step: Step, contact: Contact) -> None:
    """They have talked, or let it ring, for as long as they may."""
    if all(leg.state in UP for leg in contact.legs):
        over(step, contact)
    else:
        unanswered(step, contact)


def over(step: Step, contact: Contact) -> None:
    """Their time is over."""
    for leg in contact.legs:
        step.ask(EndLeg(step.new_id(), contact.key, leg.id))
    mixes.finished_alone(step, contact)
