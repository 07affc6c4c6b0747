"""Transfer: the other two talk with each other, or the customer waits in a queue, and the agent is free."""

from msgspec.structs import replace

from connector.domain.commands import Transfer
from connector.domain.effects import Adopt, EndLeg, Mix, QueuesChanged, SetRecording
from connector.domain.model import UP, Contact, Leg, LegState, Recording, Role
from connector.domain.rules import audio, mixes, wrap_up
from connector.domain.step import Step


def transfer(step: Step, contact: Contact, _command: Transfer) -> None:
    """The switch is asked to let the other two talk; whoever is still rung, or a queue, gets the customer now.

    Raises `NotAllowed` while the colleague at the far end is away.
    """
    mixes.far_end_is_here(step, contact)
    asked = contact.consult
    consulted = contact.consulted
    if asked is None:
        other = mixes.other_call(step, contact)
        assert other is not None
        contact = audio.order(step, contact, "transfer")
        step.asked(other, "transfer", contact.asked[-1].id)
    elif consulted is not None and consulted.state in UP:
        audio.order(step, contact, "transfer")
    elif asked.contact:
        _hand_over(step, contact, asked.contact)
    else:
        _send_on(step, contact)


def _hand_over(step: Step, contact: Contact, key: str) -> None:
    """Who gets the request, in a queue or at a phone that rings, gets the customer in place of the agent."""
    request, customer = step.contact(key), contact.leg(Role.CUSTOMER)
    assert request is not None and customer is not None
    rest = tuple(leg for leg in request.legs if leg.role is not Role.CUSTOMER)
    aged = replace(request, started=contact.started, priority=contact.priority, queued=step.now)
    received = mixes.passed_on(step, aged, contact, (customer, *rest))
    step.ask(Adopt(customer.id, received.key))
    step.effect(QueuesChanged())
    _go(step, contact, customer)


def _send_on(step: Step, contact: Contact) -> None:
    """A number that still rings: the customer hears music until it is answered."""
    customer, consulted = contact.leg(Role.CUSTOMER), contact.consulted
    assert customer is not None and consulted is not None
    mixes.alone(step, contact, (customer, replace(consulted, joined=True)))
    _go(step, contact, customer)


def _go(step: Step, contact: Contact, customer: Leg) -> None:
    """The agent's part is over; the customer is on hold."""
    mine = contact.leg(Role.AGENT)
    assert mine is not None
    if customer.state is not LegState.HELD:
        step.ask(Mix(step.new_id(), contact.key, (), (customer.id,)))
    step.ask(EndLeg(step.new_id(), contact.key, mine.id))
    if contact.recording is not Recording.OFF:
        step.ask(SetRecording(step.new_id(), contact.key, Recording.OFF))
    wrap_up.finish(step, contact, "normal", step.now)
