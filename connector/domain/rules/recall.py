"""An agent's phone that was hung up while the customer was on hold is rung again; nobody is dropped by that.

The contact stays the agent's, with the customer parked.  Whoever lifts the phone has the customer back at once.  Is it
declined, not answered in time, or cannot be rung, then the customer waits for another agent, before everybody else.
"""

from typing import Final

from msgspec.structs import replace

from connector.domain.directory import Profile
from connector.domain.effects import AskSwitch, EndLeg, Offer, SetRecording
from connector.domain.model import AgentState, Contact, Leg, LegState, Recording, Role
from connector.domain.rules import audio, offer, waiting, wrap_up
from connector.domain.step import Step

_NOT_TAKEN: Final = {"no_answer": offer.MISSED, "declined": offer.DECLINED, "busy": offer.DECLINED}


def ring_again(step: Step, contact: Contact, at: int) -> None:
    """The agent's phone is rung once more, or the customer waits for another agent at once if it cannot be."""
    customer, profile = contact.leg(Role.CUSTOMER), _profile(step, contact)
    assert customer is not None and contact.agent is not None
    if profile is None or not step.agent(contact.agent).phone_ready:
        _back_to_queue(step, contact, at)
        return
    leg = Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now)
    legs = tuple(leg if other.role is Role.AGENT else other for other in contact.legs)
    # What was asked of the leg that is gone is over with it; so is its mute.
    contact = step.put(replace(contact, legs=legs, asked=(), muted=False))
    if not contact.held:
        contact = audio.order(step, contact, "hold")
    contact = step.problem(contact, "phone_rings_again", "phone")
    step.ask(Offer(contact.key, customer.id, leg.id, profile.device))


def answered(step: Step, contact: Contact) -> None:
    """The phone was lifted: the customer comes back to the agent's ear, unless that was asked for already."""
    audio.only_in_ear(step, contact)
    if not any(ask.goal in ("resume", "end") for ask in contact.asked):
        audio.order(step, contact, "resume")


def failed(step: Step, contact: Contact, cause: str, at: int) -> None:
    """The phone was not lifted: the customer waits for another agent, and this one is not offered them again."""
    reason = _NOT_TAKEN.get(cause)
    if reason is not None:
        assert contact.agent is not None
        agent = step.agent(contact.agent)
        step.put_agent(replace(agent, next=(AgentState.UNAVAILABLE, reason)))
    _back_to_queue(step, contact, at)


def unanswered(step: Step, contact: Contact) -> None:
    """It rang for as long as an offer does."""
    mine = contact.leg(Role.AGENT)
    assert mine is not None
    step.ask(EndLeg(step.new_id(), contact.key, mine.id, "no_answer"))
    failed(step, contact, "no_answer", step.now)


def _back_to_queue(step: Step, contact: Contact, at: int) -> None:
    """The customer is the next one for an agent of the skill; this agent's part is over and has its Task."""
    customer = contact.leg(Role.CUSTOMER)
    assert customer is not None
    again = replace(waiting.waits_again(step, contact, customer), priority=waiting.FIRST)
    step.ask(SetRecording(step.new_id(), contact.key, Recording.OFF))
    wrap_up.finish(step, contact, "normal", at)
    waiting.queue(step, again)


def asks_again(step: Step, contact: Contact) -> list[AskSwitch]:
    """A phone that the switch may not have been asked to ring is asked for again: the leg is named by us."""
    customer, mine, profile = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT), _profile(step, contact)
    if not contact.recalled or profile is None:
        return []
    assert customer is not None and mine is not None
    if mine.state is not LegState.DIALING:
        return []
    return [AskSwitch(Offer(contact.key, customer.id, mine.id, profile.device))]


def _profile(step: Step, contact: Contact) -> Profile | None:
    return None if contact.agent is None else step.directory.agents.get(contact.agent)
