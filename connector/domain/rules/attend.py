"""Those whom no agent is with any more: they talk until they end it, or their time is over.  They have no Task."""

from msgspec.structs import replace

from connector.domain.effects import EndLeg, Mix
from connector.domain.model import UP, Contact, Leg, LegState, Role
from connector.domain.rules import mixes, waiting
from connector.domain.step import Step


def answered(step: Step, contact: Contact) -> None:
    """Somebody to whom the customer was passed on unannounced has answered: they are brought together."""
    step.ask(Mix(step.new_id(), contact.key, tuple(leg.id for leg in contact.legs), ()))


def ended(step: Step, contact: Contact, leg: Leg) -> None:
    """One has gone (`leg` as it was before): who is left alone is let go.

    But a customer who was never put through waits for an agent again.
    """
    first, *rest = (other for other in contact.legs if other.id != leg.id)
    if rest:
        step.put(replace(contact, legs=(replace(first, role=Role.CUSTOMER), *rest)))
        return
    mixes.finished_alone(step, contact)
    if first.role is Role.CUSTOMER and (leg.state not in UP or first.state is LegState.HELD):
        waiting.queue(step, waiting.waits_again(step, contact, first))
    else:
        step.ask(EndLeg(step.new_id(), contact.key, first.id))


def unanswered(step: Step, contact: Contact) -> None:
    """Whom the customer was passed on to has let it ring for too long."""
    for leg in contact.legs:
        if leg.state not in UP:
            step.ask(EndLeg(step.new_id(), contact.key, leg.id, "no_answer"))
            ended(step, contact, leg)


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
