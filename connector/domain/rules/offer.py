"""Offers: a customer calls, waits, is offered to an agent, and is answered, declined, missed or gone."""

from msgspec.structs import replace

from connector.domain import times
from connector.domain.commands import Answer, Decline
from connector.domain.effects import Adopt, Announce, AskSwitch, Connect, EndLeg, Mix, Offer
from connector.domain.events import CallArrived
from connector.domain.model import (
    AgentState,
    Contact,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Role,
)
from connector.domain.routing import agent_for, reached, turned_away, waiting
from connector.domain.rules import agents, audio, consult, lookups, pops
from connector.domain.step import Step
from connector.domain.transitions import CONTACT, ContactTrigger

DECLINED = "Declined a call"
MISSED = "Missed a call"
_DECLINED_OF = {
    Kind.CALLBACK: "Declined a callback",
    Kind.WORK_ITEM: "Declined a work item",
    Kind.EMAIL: "Declined an e-mail",
}
_MISSED_OF = {Kind.CALLBACK: "Missed a callback", Kind.WORK_ITEM: "Missed a work item", Kind.EMAIL: "Missed an e-mail"}
_LOOKED_UP = frozenset({Kind.INBOUND, Kind.CALLBACK})
"""The kinds of which it is looked up whose the number is before somebody has them."""


def arrive(step: Step, event: CallArrived) -> None:
    """A contact of its own waits in the skill of the number that was called; who calls is looked up at once.

    One to the number that an agent's emergency call showed is for that agent, past queues and closed hours.
    A caller whom the skill cannot take is told why, and nothing of them remains.  Who was let in once (the switch has
    our key) stays in.
    """
    key = event.contact_key or step.fresh
    if step.contact(key) is not None or event.leg in step.floor.legs:
        return
    reaches = reached(step, event.line)
    directory = step.directory
    skill = directory.skill(directory.settings.default_skill) if reaches else directory.skill_of_line(event.line)
    why_not = None if event.contact_key or reaches else turned_away(step, skill)
    if why_not is not None:
        step.ask(Announce(step.new_id(), key, event.leg, why_not))
        return
    contact = Contact(
        key=key,
        interaction_key=key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number=event.number,
        line=event.line,
        skill=skill.id,
        started=event.at,
        priority=1 if reaches else skill.priority,
        reaches=reaches,
        match=Match(MatchState.SEARCHING if event.number or event.record else MatchState.WITHHELD),
        record=Record(event.record, "", "") if event.record else None,
        legs=(Leg(event.leg, Role.CUSTOMER, LegState.RINGING, event.at),),
    )
    step.put(contact)
    step.ask(Adopt(event.leg, key))
    lookups.look_up(step, contact)
    step.enqueue(contact)


def offer_waiting(step: Step) -> None:
    """Whoever waits the longest is offered first, each to the best agent that is free.

    While nothing can be kept only those are who belong to a call that is under way.
    """
    if not step.floor.switch_up:
        return
    nobody: set[tuple[str, Kind, tuple[str, int], str]] = set()
    for contact in waiting(step):
        # An offer only takes agents away: a skill that has nobody free has nobody for the rest of the queue either.
        if not step.floor.store_up and not (contact.asked_by or contact.sender or contact.reaches):
            continue
        alike = (contact.skill, contact.kind, contact.given_back, contact.reaches)
        if alike in nobody and not contact.reaches:
            continue
        agent = agent_for(step, contact)
        if agent is None:
            nobody.add(alike)
        else:
            _offer(step, contact, agent.id)


def _offer(step: Step, contact: Contact, agent: str) -> None:
    """A contact without a customer's leg is only shown: no phone rings for it."""
    profile = step.directory.agents[agent]
    customer = contact.leg(Role.CUSTOMER)
    leg = Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now)
    step.dequeue(contact)
    offered = step.put(
        replace(
            contact,
            phase=CONTACT[contact.phase, ContactTrigger.OFFER],
            agent=agent,
            offered=step.now,
            legs=contact.legs if customer is None else (*contact.legs, leg),
            visited=step.agent(agent).visited,
            popped=False,
            window_due=False,
            problem=None,
        )
    )
    agents.take(step, offered)
    if contact.asked_by:
        consult.offered(step, offered, leg)
    if customer is not None:
        step.ask(Offer(contact.key, customer.id, leg.id, profile.device))
    pops.pop(step, offered)


def answer(step: Step, contact: Contact, _command: Answer) -> None:
    """The switch is asked to connect the two; the call is the agent's when it says so."""
    audio.only_in_ear(step, contact)
    _connect(step, contact)


def _connect(step: Step, contact: Contact) -> None:
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and agent is not None
    ask_id = step.new_id()
    step.asked(contact, "answer", ask_id)
    step.ask(Connect(ask_id, contact.key, customer.id, agent.id))


def connected(step: Step, contact: Contact, at: int) -> None:
    """The agent's leg is connected: the call is theirs.  An agent who lifts the phone has answered, too."""
    if not any(ask.goal == "answer" for ask in contact.asked):
        _connect(step, contact)
    asked = tuple(ask for ask in contact.asked if ask.goal != "answer")
    assert contact.offered is not None
    contact = replace(times.taken(contact, at), rung=max(0, at - contact.offered))
    contact = step.put(
        replace(contact, phase=CONTACT[contact.phase, ContactTrigger.ANSWER], answered=at, asked=asked, problem=None)
    )
    audio.only_in_ear(step, contact)
    pops.pop(step, step.newest(contact))


def decline(step: Step, contact: Contact, _command: Decline) -> None:
    """The contact goes back to its queue, and the agent is not offered another until they say so."""
    _not_taken(step, contact, _DECLINED_OF.get(contact.kind, DECLINED), "declined")


def missed(step: Step, contact: Contact) -> None:
    """The agent did not answer in time: as if declined, with another reason."""
    _not_taken(step, contact, _MISSED_OF.get(contact.kind, MISSED), "no_answer")


def refused(step: Step, contact: Contact, cause: str) -> None:
    """The agent's phone has declined, or cannot be rung."""
    _not_taken(step, contact, DECLINED, cause if cause in ("failed", "no_answer", "busy") else "declined")


def _not_taken(step: Step, contact: Contact, reason: str, cause: str) -> None:
    """Who called for this agent only is told so; anybody else waits again."""
    if contact.direct and contact.internal:
        _turned_away(step, contact, cause)
    else:
        requeue(step, contact, reason)


def _turned_away(step: Step, contact: Contact, cause: str) -> None:
    """A colleague's request or direct call is over; this agent is as before."""
    asker = consult.asker(step, contact)
    consult.discard(step, contact, cause)
    if asker is not None:
        consult.lost(step, asker, cause)


def put_back(step: Step, contact: Contact) -> None:
    """The agent cannot take it now and is as before: others may, but for who calls back after an emergency call."""
    if contact.direct and contact.internal:
        _turned_away(step, contact, "busy")
    elif not contact.reaches:
        requeue(step, contact, None)


def _for_the_next(contact: Contact) -> Contact:
    """The next agent may see other records than the last one; what was delivered without a call is as it was."""
    return lookups.anew(contact) if contact.kind in _LOOKED_UP else contact


def requeue(step: Step, contact: Contact, reason: str | None) -> None:
    """The contact waits again, with its age; the agent becomes unavailable with the reason, if there is one.

    Who is reached because of an emergency call stays as they are, and is rung again after a moment.
    """
    assert contact.agent is not None
    customer, leg = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    if leg is not None:
        assert customer is not None
        if _answer_in_doubt(contact):
            # They may be talking by now, and a switch may hang up on a customer who is left, but not on a parked one.
            step.ask(Mix(step.new_id(), contact.key, (), (customer.id,)))
        step.ask(EndLeg(step.new_id(), contact.key, leg.id))
    agent = contact.agent
    agents.missed(step, contact, "declined" if reason is not None and reason.startswith("Declined") else "missed")
    again = contact.reaches == agent and step.now < step.agent(agent).reached_until
    queued = step.put(
        replace(
            _for_the_next(contact),
            phase=CONTACT[contact.phase, ContactTrigger.REQUEUE],
            agent=None,
            offered=None,
            legs=tuple(leg for leg in contact.legs if leg.role is not Role.AGENT),
            asked=(),
            visited=(),
            direct=False,
            attempts=contact.attempts + again,
            not_before=step.now + step.directory.settings.ask if again else contact.not_before,
        )
    )
    lookups.look_up(step, queued)
    if contact.asked_by:
        consult.taken_back(step, queued, leg)
    afterwards = None if reason is None or contact.direct or again else (AgentState.UNAVAILABLE, reason)
    agents.drop(step, agent, contact.key, afterwards)
    step.enqueue(queued)


def _answer_in_doubt(contact: Contact) -> bool:
    """Whether the switch was asked to connect the two, the one thing that it is asked by then, and did not say so."""
    return contact.problem is not None or bool(contact.asked)


def abandon(step: Step, contact: Contact, at: int) -> None:
    """The customer is gone before anyone answered: no Task, and the agent is as before."""
    agent = contact.agent
    leg = contact.leg(Role.AGENT)
    if leg is not None:
        step.ask(EndLeg(step.new_id(), contact.key, leg.id))
    if contact.phase is Phase.QUEUED:
        step.dequeue(contact)
    closed = step.put(
        replace(
            contact,
            phase=CONTACT[contact.phase, ContactTrigger.ABANDON],
            outcome=Outcome.ABANDONED,
            ended=at,
            closed=step.now,
            legs=(),
            asked=(),
        )
    )
    if agent is not None:
        agents.missed(step, contact, "abandoned")
        agents.drop(step, agent, contact.key)
    step.forget(closed)


def asks_again(contact: Contact, device: str) -> list[AskSwitch]:
    """What to ask once more of a switch that may not have heard it.

    Our key on the channel, an offer that has not rung, an answer under way, or one that the customer does not hear yet.
    """
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    if customer is None or contact.kind is not Kind.INBOUND:
        return []
    again = [] if customer.agent else [AskSwitch(Adopt(customer.id, contact.key))]
    if agent is None:
        return again
    if agent.state is LegState.DIALING and not contact.recalled:
        again.append(AskSwitch(Offer(contact.key, customer.id, agent.id, device)))
    again += [
        AskSwitch(Connect(ask.id, contact.key, customer.id, agent.id)) for ask in contact.asked if ask.goal == "answer"
    ]
    if agent.state is LegState.CONNECTED and customer.state is LegState.RINGING:
        again.append(AskSwitch(Connect(contact.key, contact.key, customer.id, agent.id)))
    return again
