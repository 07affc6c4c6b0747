"""Somebody's leg is gone: the customer, the agent, a party.  A customer who waits is never dropped by that."""

from msgspec.structs import replace

from connector.domain.effects import EndLeg
from connector.domain.model import UP, Contact, Leg, Role
from connector.domain.rules import consult, mixes, offer, recall, wrap_up
from connector.domain.step import Step


def gave_up(step: Step, contact: Contact, at: int) -> None:
    """Whoever waited is gone before anyone answered."""
    if contact.asked_by:
        _asker_gone(step, contact)
    else:
        offer.abandon(step, contact, at)


def customer_gone(step: Step, contact: Contact, cause: str, at: int) -> None:
    """The call is over, unless others are left to talk to: then one of them takes the customer's place."""
    heir = _heir(contact)
    if heir is not None:
        _inherit(step, contact, heir)
        return
    if contact.asked_by:
        _asker_gone(step, contact)
        return
    contact = consult.drop(step, contact)
    agent = contact.leg(Role.AGENT)
    if agent is not None:
        step.ask(EndLeg(step.new_id(), contact.key, agent.id))
    asked = any(ask.goal == "end" for ask in contact.asked)
    if asked and cause in ("normal", "cancelled") and at - contact.started >= step.directory.settings.dial:
        cause = "no_answer"
    # The order may have come true after its deadline: the agent has ended it all the same.
    late = contact.problem is not None and contact.problem.order == "end"
    wrap_up.finish(step, contact, cause, at, "agent" if asked or late else "customer")


def _asker_gone(step: Step, request: Contact) -> None:
    """The leg of the agent who asks is gone; their contact, should it go on with another one, asks nobody any more."""
    asker = consult.asker(step, request)
    consult.discard(step, request)
    if asker is not None:
        consult.drop(step, asker)


def _heir(contact: Contact) -> Leg | None:
    """Who is left to talk to: a party of the conference, else the one who is consulted and has answered."""
    for leg in contact.legs:
        if leg.role is Role.CONSULTED and leg.joined:
            return leg
    consulted = contact.consulted
    return consulted if consulted is not None and consulted.state in UP else None


def _inherit(step: Step, contact: Contact, heir: Leg) -> None:
    private = not heir.joined
    legs = []
    for leg in contact.legs:
        if leg is heir:
            legs.append(replace(leg, role=Role.CUSTOMER, joined=True, invited=False))
        elif leg.role is Role.AGENT:
            legs.append(replace(leg, joined=leg.joined or private))
        elif leg.role is not Role.CUSTOMER:
            legs.append(leg)
    asked = tuple(ask for ask in contact.asked if ask.goal not in mixes.OF_CONSULT) if private else contact.asked
    consult_left = None if private else contact.consult
    # That this one was parked before, as somebody who was asked, is no hold of the customer.
    heard = replace(contact, legs=tuple(legs), asked=asked, consult=consult_left, hold_counted=step.now)
    mixes.not_alone(step, step.put(heard))


def agent_gone(step: Step, contact: Contact, was: Leg, cause: str, at: int) -> None:
    """The agent's phone is gone, and the call with it; but a customer on hold, or about to be, is never dropped so.

    It is rung again then.  `was` is the leg as it was before.

    How a call ended that nobody had answered is about the other side: that the phone was declined or not picked up by
    the agent who dialled is no such thing.
    """
    if contact.asked_by:
        asker = consult.asker(step, contact)
        consult.discard(step, contact)
        mixes.let_go(step, contact, (leg for leg in contact.legs if leg.role is not Role.AGENT))
        if asker is not None:
            consult.lost(step, asker, cause)
        return
    contact = consult.drop(step, contact)
    customer = contact.leg(Role.CUSTOMER)
    assert customer is not None
    if contact.conference:
        mixes.leave(step, contact, at)
    elif was.state not in UP and contact.answered is not None:
        recall.failed(step, contact, cause, at)
    elif not contact.internal and (contact.held or any(ask.goal == "hold" for ask in contact.asked)):
        recall.ring_again(step, contact, at)
    else:
        rest = tuple(leg for leg in contact.legs if leg.role is not Role.AGENT)
        wrap_up.finish(step, contact, cause if cause == "failed" else "cancelled", at)
        mixes.let_go(step, contact, rest)


def party_gone(step: Step, contact: Contact, leg: Leg, cause: str) -> None:
    """A party has left the conference, or the consult is over; the customer is not touched by that."""
    if contact.consult is not None and contact.consult.leg == leg.id:
        request = step.contact(contact.consult.contact)
        # With a request it is dealt with there: its colleague has hung up or declined, or their queue goes on looking.
        if request is None:
            consult.lost(step, contact, cause)
        return
    legs = tuple(other for other in contact.legs if other.id != leg.id)
    mixes.not_alone(step, step.put(replace(contact, legs=legs)))
