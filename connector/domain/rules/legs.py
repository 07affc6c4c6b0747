"""What the switch reports about a channel, and what follows for its contact."""

from msgspec.structs import replace

from connector.domain import times
from connector.domain.events import LegAnswered, LegEnded, LegHeld, LegResumed, LegRinging
from connector.domain.model import Contact, Leg, LegState, Phase, Role
from connector.domain.rules import attend, audio, consult, departures, offer, outbound, recall, recording
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
    for holder in holders:
        contact = step.newest(holder)
        leg = contact.leg_of(event.leg)
        if leg is not None:
            _report(step, contact, leg, event)


def _report(step: Step, contact: Contact, leg: Leg, event: LegEvent) -> None:
    state = LEG.get((leg.state, _TRIGGERS[type(event)]))
    if state is None:
        step.unknown = True
        return
    was = leg
    moved = state is not was.state
    if moved:
        now = replace(was, state=state, since=event.at)
        legs = tuple([now if other is was else other for other in contact.legs])
        contact = step.put(times.moved(replace(contact, legs=legs), was, event.at))
        leg = now
    _follow(step, contact, leg, event, was)
    if moved and state is LegState.CONNECTED:
        recording.start_if_always(step, step.newest(contact))


def _follow(step: Step, contact: Contact, leg: Leg, event: LegEvent, was: Leg) -> None:
    """What follows from the news of `leg`, which has been as it `was`."""
    match event:
        case LegRinging():
            _settle(step, contact, "dial")
        case LegAnswered(at=at):
            _answered(step, _settle(step, contact, "dial"), leg, at, leg is not was)
        case LegHeld() if leg.role is Role.CUSTOMER:
            _settle(step, contact, "hold")
        case LegResumed() if leg.role is Role.CUSTOMER and not contact.conference:
            _settle(step, contact, "resume")
        case LegEnded(cause=cause, at=at):
            _ended(step, contact, was, cause, at)


def _settle(step: Step, contact: Contact, goal: str) -> Contact:
    known = audio.fulfilled(contact, goal)
    return contact if known is contact else step.put(known)


def _answered(step: Step, contact: Contact, leg: Leg, at: int, moved: bool) -> None:
    if contact.phase is Phase.OFFERED and leg.role is Role.AGENT:
        offer.connected(step, contact, at)
    if contact.phase is not Phase.ACTIVE:
        return
    if contact.unattended:
        if moved:
            attend.answered(step, contact)
    elif leg == contact.consulted:
        if moved:
            consult.answered(step, contact)
    elif leg.role is Role.CUSTOMER:
        outbound.customer_answered(step, contact, at)
    elif leg.role is Role.AGENT and moved and contact.answered is not None:
        recall.answered(step, contact)
    elif leg.role is Role.AGENT:
        outbound.phone_answered(step, contact)


def _ended(step: Step, contact: Contact, leg: Leg, cause: str, at: int) -> None:
    match (contact.phase, leg.role):
        case (Phase.QUEUED | Phase.OFFERED, Role.CUSTOMER):
            departures.gave_up(step, contact, at)
        case (Phase.OFFERED, Role.AGENT):
            offer.refused(step, contact, cause)
        case (Phase.ACTIVE, _) if contact.unattended:
            attend.ended(step, contact, leg)
        case (Phase.ACTIVE, Role.CUSTOMER):
            departures.customer_gone(step, contact, cause, at)
        case (Phase.ACTIVE, Role.AGENT):
            departures.agent_gone(step, contact, leg, cause, at)
        case (Phase.ACTIVE, Role.CONSULTED):
            departures.party_gone(step, contact, leg, cause)
