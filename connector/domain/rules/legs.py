"""What the switch reports about a channel, and what follows for its contact."""

from msgspec.structs import replace

from connector.domain.effects import Adopt, EndLeg, MatchCaller, SetRecording
from connector.domain.events import LegAnswered, LegEnded, LegHeld, LegResumed, LegRinging
from connector.domain.model import Contact, Kind, Leg, LegState, MatchState, Phase, Recording, Role
from connector.domain.rules import audio, offer, outbound, recording, wrap_up
from connector.domain.step import Step
from connector.domain.transitions import LEG, LegTrigger

LegEvent = LegRinging | LegAnswered | LegHeld | LegResumed | LegEnded

_TRIGGERS = {
    LegRinging: LegTrigger.RINGING,
    LegAnswered: LegTrigger.ANSWERED,
    LegHeld: LegTrigger.HELD,
    LegResumed: LegTrigger.RESUMED,
    LegEnded: LegTrigger.ENDED,
}


def report(step: Step, event: LegEvent) -> None:
    """The leg is as the switch says, in each contact that it is part of; one that no contact has is old news."""
    holders = step.holders(event.leg)
    step.unknown = not holders and not isinstance(event, LegEnded)
    for key in [contact.key for contact in holders]:
        contact = step.contact(key)
        leg = None if contact is None else contact.leg_of(event.leg)
        if contact is not None and leg is not None:
            _report(step, contact, leg, event)


def _report(step: Step, contact: Contact, leg: Leg, event: LegEvent) -> None:
    state = LEG.get((leg.state, _TRIGGERS[type(event)]))
    if state is None:
        step.unknown = True
        return
    moved = state is not leg.state
    if moved:
        now = replace(leg, state=state, since=event.at)
        legs = tuple([now if other is leg else other for other in contact.legs])
        contact = step.put(replace(contact, legs=legs))
        leg = now
    _follow(step, contact, leg, event)
    if moved and state is LegState.CONNECTED:
        recording.start_if_always(step, step.contact(contact.key) or contact)


def _follow(step: Step, contact: Contact, leg: Leg, event: LegEvent) -> None:
    match event:
        case LegRinging():
            _settle(step, contact, "dial")
        case LegAnswered(at=at):
            _settle(step, contact, "dial")
            _answered(step, step.contact(contact.key) or contact, leg, at)
        case LegHeld() if leg.role is Role.CUSTOMER:
            _settle(step, contact, "hold")
        case LegResumed() if leg.role is Role.CUSTOMER:
            _settle(step, contact, "resume")
        case LegEnded(cause=cause, at=at):
            _ended(step, contact, leg, cause, at)


def _settle(step: Step, contact: Contact, goal: str) -> None:
    known = audio.fulfilled(contact, goal)
    if known is not contact:
        step.put(known)


def _answered(step: Step, contact: Contact, leg: Leg, at: int) -> None:
    if contact.phase is Phase.OFFERED and leg.role is Role.AGENT and leg.state is LegState.CONNECTED:
        offer.connected(step, contact, at)
    elif contact.phase is Phase.ACTIVE and contact.kind is Kind.OUTBOUND and leg.role is Role.CUSTOMER:
        outbound.customer_answered(step, contact, at)


def _ended(step: Step, contact: Contact, leg: Leg, cause: str, at: int) -> None:
    match (contact.phase, leg.role):
        case (Phase.QUEUED | Phase.OFFERED, Role.CUSTOMER):
            offer.abandon(step, contact, at)
        case (Phase.OFFERED, Role.AGENT):
            offer.requeue(step, contact, offer.DECLINED)
        case (Phase.ACTIVE, Role.CUSTOMER):
            _customer_gone(step, contact, cause, at)
        case (Phase.ACTIVE, Role.AGENT):
            _agent_gone(step, contact, cause, at)


def _customer_gone(step: Step, contact: Contact, cause: str, at: int) -> None:
    agent = contact.leg(Role.AGENT)
    if agent is not None and agent.state is not LegState.ENDED:
        step.ask(EndLeg(step.new_id(), contact.key, agent.id))
    ours = cause in ("normal", "cancelled") and any(ask.goal == "end" for ask in contact.asked)
    if ours and at - contact.started >= step.directory.settings.dial:
        cause = "no_answer"
    wrap_up.finish(step, contact, cause, at)


def _agent_gone(step: Step, contact: Contact, cause: str, at: int) -> None:
    """The agent's phone is gone, and the call with it; but a customer on hold, or about to be, is never dropped so.

    How a call ended that nobody had answered is about the other side: that the phone was declined or not picked up by
    the agent who dialled is no such thing.
    """
    customer = contact.leg(Role.CUSTOMER)
    assert customer is not None
    if not contact.internal and (contact.held or any(ask.goal == "hold" for ask in contact.asked)):
        _back_to_queue(step, contact, customer, at)
    else:
        step.ask(EndLeg(step.new_id(), contact.key, customer.id))
        wrap_up.finish(step, contact, "failed" if cause == "failed" else "cancelled", at)


def _back_to_queue(step: Step, contact: Contact, customer: Leg, at: int) -> None:
    """The customer waits for another agent, with their age; this agent's part is over and has its Task."""
    waiting = Contact(
        key=step.fresh,
        interaction_key=contact.interaction_key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number=contact.number,
        line=contact.line,
        skill=contact.skill,
        started=contact.started,
        match=contact.match,
        legs=(customer,),
    )
    step.ask(SetRecording(step.new_id(), contact.key, Recording.OFF))
    wrap_up.finish(step, contact, "normal", at)
    step.put(waiting)
    step.ask(Adopt(customer.id, waiting.key))
    if waiting.match.state is MatchState.SEARCHING:
        step.effect(MatchCaller(waiting.key, waiting.number))
    step.enqueue(waiting)
