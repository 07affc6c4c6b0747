"""A customer who had an agent waits for the next one."""

from typing import Final

from msgspec.structs import replace

from connector.domain.effects import Adopt, Mix
from connector.domain.model import Contact, Kind, Leg, LegState, Match, MatchState, Phase
from connector.domain.rules import lookups
from connector.domain.step import Step

FIRST: Final = 0
"""The priority of who is dealt with before everybody else: skills and requests have 1 to 10."""

def waits_again(step: Step, contact: Contact, customer: Leg) -> Contact:
    """A contact of its own for a customer who waits for the next agent of the skill."""
    return Contact(
        key=step.new_key(),
        interaction_key=contact.interaction_key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number=contact.number,
        line=contact.line,
        skill=contact.skill,
        started=contact.started,
        match=Match(MatchState.SEARCHING) if lookups.number_of(contact) else contact.match,
        priority=contact.priority,
        emergency=contact.emergency,
        address=contact.address,
        queued=step.now,
        record=contact.record,
        legs=(replace(customer, invited=False),),
    )


def queue(step: Step, waiting: Contact) -> None:
    """The customer waits there from now on, on hold."""
    step.put(waiting)
    (customer,) = waiting.legs
    step.ask(Adopt(customer.id, waiting.key))
    if customer.state is LegState.CONNECTED:
        step.ask(Mix(step.new_id(), waiting.key, (), (customer.id,)))
    lookups.look_up(step, waiting)
    step.enqueue(waiting)
