"""Consults: an agent asks a colleague, a skill, an entry of the address book or a number, in private.

The customer waits on hold, or the others of a conference talk on.  A colleague gets a contact of their own, whose far
end is the asking agent; it has no Task unless the customer comes to it (DESIGN, section 4).
"""

from typing import Final

from msgspec.structs import replace

from connector.domain import numbers
from connector.domain.commands import Abandon
from connector.domain.commands import Consult as ConsultOrder
from connector.domain.dial_plan import dialled, outside
from connector.domain.directory import Profile
from connector.domain.effects import AskSwitch, CallParty, EndLeg, Mix, Offer
from connector.domain.model import Consult, Contact, Kind, Leg, LegState, Match, MatchState, Phase, Role
from connector.domain.rules import agents, audio, mixes
from connector.domain.rules.allowed_agents import outbound_skills, reachable
from connector.domain.step import Step
from connector.errors import BadInput, NotAllowed

ENDINGS: Final = {
    "busy": "consult_busy",
    "no_answer": "consult_no_answer",
    "declined": "consult_declined",
    "failed": "consult_failed",
    "wrong_number": "consult_wrong_number",
    "normal": "consult_hung_up",
    "cancelled": "consult_no_answer",
}
"""What the agent is told when the consulted one is gone, by the cause of the end of their leg."""


def consult(step: Step, contact: Contact, command: ConsultOrder) -> None:
    """The customer is put on hold, and the target is rung or its queue is asked.

    Raises `BadInput` for a target that cannot be used and `NotAllowed` for a colleague who cannot be called now.
    """
    kind, target, name, number = _target(step, contact, command)
    contact = audio.step_aside(step, contact)
    asked = Consult(kind, target, name, step.now, number=number)
    match kind:
        case "agent":
            _ask_agent(step, contact, asked)
        case "skill":
            _ask_skill(step, contact, asked)
        case _:
            _call(step, contact, asked)


def _target(step: Step, contact: Contact, command: ConsultOrder) -> tuple[str, str, str, str]:
    """kind (agent, skill, entry, number), id, name, and what is dialled."""
    directory = step.directory
    me = directory.profile(command.agent)
    match command.kind:
        case "agent":
            colleague = directory.agents.get(command.target)
            if colleague is None or colleague.id == me.id:
                raise BadInput("choice_unknown", "to", f"No other agent is {command.target!r}: choose from the list.")
            return _agent(step, contact, colleague)
        case "skill":
            skill = directory.skills.get(command.target)
            if skill is None:
                known = ", ".join(directory.skills)
                raise BadInput("choice_unknown", "to", f"{command.target!r} is no skill: choose one of {known}.")
            return "skill", skill.id, skill.name, ""
        case "entry":
            entry = directory.entry(command.target)
            if entry is None:
                raise BadInput("choice_unknown", "to", "The address book has no such entry (any more): search again.")
            return _number(step, contact, me, "entry", entry.id, entry.name, entry.number)
        case _:
            return _number(step, contact, me, "number", command.target, "", command.target)


def _number(
    step: Step, contact: Contact, me: Profile, kind: str, target: str, name: str, typed: str
) -> tuple[str, str, str, str]:
    number, internal = dialled(step.directory, typed, me, contact.skill)
    if not internal:
        return kind, target, name or numbers.shown(number, me.country), number
    colleague = step.directory.agent_of_device(number)
    assert colleague is not None
    return _agent(step, contact, colleague)


def _agent(step: Step, contact: Contact, colleague: Profile) -> tuple[str, str, str, str]:
    here = any(leg.agent == colleague.id for leg in contact.legs)
    why = "agent_busy" if here else reachable(step.floor, step.directory, step.agent(colleague.id))
    if why is not None:
        raise NotAllowed(why, f"{colleague.name} cannot be called now.")
    return "agent", colleague.id, colleague.name, colleague.device


# Whom it is for -----------------------------------------------------------------------------------------------------


def _ask_agent(step: Step, contact: Contact, asked: Consult) -> None:
    """The colleague is offered a contact whose far end is this agent's leg."""
    request = _request(step, contact)
    leg = Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now)
    offered = replace(
        request,
        phase=Phase.OFFERED,
        agent=asked.target,
        offered=step.now,
        direct=True,
        legs=(*request.legs, leg),
        visited=step.agent(asked.target).visited,
    )
    step.put(offered)
    agents.take(step, offered)
    rung(step, replace(contact, consult=replace(asked, contact=offered.key)), leg.id, asked.target)
    step.ask(Offer(offered.key, request.legs[0].id, leg.id, asked.number))


def _ask_skill(step: Step, contact: Contact, asked: Consult) -> None:
    """The request waits in the skill's queue, with the age of the customer."""
    request = replace(_request(step, contact), skill=asked.target, started=contact.started, priority=contact.priority)
    step.put(request)
    step.enqueue(request)
    step.put(replace(contact, consult=replace(asked, contact=request.key)))


def _request(step: Step, contact: Contact) -> Contact:
    """What a colleague gets: a contact with the asking agent at its far end."""
    mine = contact.leg(Role.AGENT)
    assert mine is not None and contact.agent is not None
    me = step.directory.profile(contact.agent)
    far = Leg(mine.id, Role.CUSTOMER, mine.state, mine.since, agent=me.id)
    return Contact(
        key=step.new_key(),
        interaction_key=contact.interaction_key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number=me.device,
        line=contact.line,
        skill=contact.skill,
        started=step.now,
        match=Match(MatchState.NONE),
        legs=(far,),
        internal=True,
        asked_by=contact.key,
    )


def _call(step: Step, contact: Contact, asked: Consult) -> None:
    mine = contact.leg(Role.AGENT)
    assert mine is not None
    leg = step.new_id()
    rung(step, replace(contact, consult=asked), leg, "")
    number = outside(step.directory, asked.number, contact.skill)
    step.ask(CallParty(contact.key, contact.key, leg, mine.id, number, caller_id(step, contact)))


def caller_id(step: Step, contact: Contact) -> str:
    """What a number is shown that is called out of a contact: the caller id of its skill, or of one of the agent's."""
    skill = step.directory.skill(contact.skill)
    if skill.caller_id:
        return skill.caller_id
    assert contact.agent is not None
    mine = outbound_skills(step.directory, contact.agent)
    return next((skill.caller_id for skill in mine if skill.caller_id), contact.line)


def rung(step: Step, contact: Contact, leg_id: str, agent: str) -> None:
    """A phone is rung for the consult: its leg is one of the contact's, apart from the conversation."""
    assert contact.consult is not None
    known = contact.consult
    name, number = ("", "") if agent else (known.name, known.number)
    leg = Leg(leg_id, Role.CONSULTED, LegState.DIALING, step.now, False, agent, name, number, True)
    step.put(replace(contact, legs=(*contact.legs, leg), consult=replace(known, leg=leg_id)))


# How it goes on -----------------------------------------------------------------------------------------------------


def answered(step: Step, contact: Contact) -> None:
    """The consulted one is there: they talk with the agent, unless that one went back to the customer meanwhile."""
    leg, mine, customer = contact.consulted, contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER)
    assert leg is not None and mine is not None and customer is not None
    away = not contact.in_ear or any(ask.goal in ("hold", "step_out") for ask in contact.asked)
    if not away:
        step.ask(Mix(step.new_id(), contact.key, (mine.id, customer.id), (leg.id,)))
        return
    park = () if contact.conference or contact.held else (customer.id,)
    step.ask(Mix(step.new_id(), contact.key, (mine.id, leg.id), park))


def abandon(step: Step, contact: Contact, _command: Abandon) -> None:
    """The consult is given up: whoever was rung is let go, and the customer is still on hold."""
    drop(step, contact)


def drop(step: Step, contact: Contact, code: str | None = None) -> Contact:
    """The consult is over, whatever there is of it is taken back; with a code the agent is told why.

    Returns the contact as it is then.
    """
    known = contact.consult
    if known is None:
        return contact
    legs = tuple(leg for leg in contact.legs if leg.id != known.leg)
    asked = tuple(ask for ask in contact.asked if ask.goal not in mixes.OF_CONSULT)
    contact = step.put(replace(contact, legs=legs, consult=None, asked=asked))
    if code is not None:
        contact = step.problem(contact, code, "consult")
    if known.leg:
        step.ask(EndLeg(step.new_id(), contact.key, known.leg))
    request = step.contact(known.contact)
    if request is not None and request.phase is not Phase.CLOSED and request.asked_by == contact.key:
        discard(step, request)
    mixes.not_alone(step, contact)
    return contact


def lost(step: Step, contact: Contact, cause: str) -> None:
    """The consulted one is gone; the customer is not touched by that."""
    drop(step, contact, ENDINGS.get(cause, ENDINGS["failed"]))


def discard(step: Step, request: Contact, cause: str = "") -> None:
    """A contact that was to help is over without a Task: its agent is as before."""
    agent = request.agent
    leg = request.leg(Role.AGENT)
    if leg is not None:
        step.ask(EndLeg(step.new_id(), request.key, leg.id, cause))
    if request.phase is Phase.QUEUED:
        step.dequeue(request)
    closed = mixes.closed(step, request)
    if agent is not None:
        agents.drop(step, agent, request.key)
    step.forget(closed)


def asker(step: Step, request: Contact) -> Contact | None:
    """The contact that the request is for, while it still waits for it."""
    contact = step.contact(request.asked_by)
    if contact is None or contact.consult is None or contact.consult.contact != request.key:
        return None
    return contact


def offered(step: Step, request: Contact, leg: Leg) -> None:
    """A queue has given the request to a colleague, who is rung."""
    contact = asker(step, request)
    if contact is not None:
        assert request.agent is not None
        rung(step, contact, leg.id, request.agent)


def taken_back(step: Step, request: Contact, leg: Leg | None) -> None:
    """That colleague did not take it: the request waits on."""
    contact = asker(step, request)
    if contact is not None:
        assert contact.consult is not None and leg is not None
        legs = tuple(other for other in contact.legs if other.id != leg.id)
        step.put(replace(contact, legs=legs, consult=replace(contact.consult, leg="")))


def asks_again(step: Step, contact: Contact) -> list[AskSwitch]:
    """A number that the switch may not have been asked to call is asked for again: the leg is named by us."""
    leg, mine, known = contact.consulted, contact.leg(Role.AGENT), contact.consult
    if leg is None or leg.agent or leg.state is not LegState.DIALING:
        return []
    assert mine is not None and known is not None
    number = outside(step.directory, known.number, contact.skill)
    return [AskSwitch(CallParty(contact.key, contact.key, leg.id, mine.id, number, caller_id(step, contact)))]


def unanswered(step: Step, contact: Contact) -> None:
    """It rang for as long as is configured."""
    lost(step, contact, "no_answer")
