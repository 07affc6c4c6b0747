"""Outbound calls: the number, the skill, and how dialling goes."""

from msgspec.structs import replace

from connector.domain import numbers
from connector.domain.commands import Dial
from connector.domain.directory import Directory, Profile, Skill
from connector.domain.effects import AskSwitch, EndLeg, MatchCaller, PlaceCall
from connector.domain.model import (
    Contact,
    Draft,
    Kind,
    Leg,
    LegState,
    Link,
    Match,
    MatchState,
    Phase,
    Record,
    Role,
)
from connector.domain.rules import agents, wrap_up
from connector.domain.rules.allowed_agents import outbound_skills
from connector.domain.rules.links import PEOPLE
from connector.domain.step import Step
from connector.errors import BadInput


def dial(step: Step, command: Dial) -> None:
    """The agent's phone is connected, then the number is called; the contact is live from the first moment.

    The ask has the contact's key for its id: a contact is dialled once, however often the switch is asked to.
    """
    skill = _skill(step, command)
    profile = step.directory.agents[command.agent]
    number, internal = dialled(step.directory, command.number, profile)
    legs = (
        Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now),
        Leg(step.new_id(), Role.CUSTOMER, LegState.DIALING, step.now),
    )
    contact = Contact(
        key=step.fresh,
        interaction_key=step.fresh,
        kind=Kind.OUTBOUND,
        phase=Phase.ACTIVE,
        number=number,
        line=skill.caller_id,
        skill=skill.id,
        started=step.now,
        match=Match(MatchState.NONE if internal else MatchState.SEARCHING),
        agent=command.agent,
        legs=legs,
        internal=internal,
        visited=step.agent(command.agent).visited,
        draft=_linked(command.record),
    )
    step.created = contact.key
    step.asked(contact, "dial", contact.key)
    agents.take(step, contact)
    step.ask(PlaceCall(contact.key, contact.key, legs[0].id, legs[1].id, profile.device, number, skill.caller_id))
    if not internal:
        step.effect(MatchCaller(contact.key, number))


def _skill(step: Step, command: Dial) -> Skill:
    """The outbound skill: chosen by itself when the agent has only one, asked for when there are several."""
    mine = outbound_skills(step.directory, command.agent)
    if not command.skill and len(mine) == 1:
        return mine[0]
    for skill in mine:
        if skill.id == command.skill:
            return skill
    names = ", ".join(skill.id for skill in mine)
    raise BadInput("skill_needed", "skill", f"Choose the skill to call with: {names}.")


def dialled(directory: Directory, typed: str, profile: Profile) -> tuple[str, bool]:
    """What will be dialled: a colleague's extension as it is (True), or the number in E.164 (False).

    Raises `BadInput` naming what is wrong with the number.
    """
    colleague = directory.agent_of_device(typed.strip())
    if colleague is not None and colleague.id != profile.id:
        return colleague.device, True
    return numbers.normalise(typed, profile.country).e164, False


def _linked(record: Record | None) -> Draft:
    """The record from which was dialled is Name or Related To by itself."""
    if record is None:
        return Draft()
    record = replace(record, why="dialled")
    if record.type in PEOPLE:
        return Draft(who=Link(record, 1, "match"))
    return Draft(what=Link(record, 1, "match"))


def customer_answered(step: Step, contact: Contact, at: int) -> None:
    """The other side took the call: it counts from now."""
    if contact.answered is None:
        step.put(replace(contact, answered=at))


def refused(step: Step, contact: Contact, ask: str, code: str, at: int) -> bool:
    """Whether that was the switch's word that it will not dial: then the call is over, and the agent is told why."""
    customer = contact.leg(Role.CUSTOMER)
    dialling = contact.kind is Kind.OUTBOUND and customer is not None and customer.state is LegState.DIALING
    if ask != contact.key or not dialling or contact.phase is not Phase.ACTIVE:
        return False
    for leg in contact.legs:
        step.ask(EndLeg(step.new_id(), contact.key, leg.id))
    wrap_up.finish(step, contact, "failed", at)
    step.problem(step.contact(contact.key) or contact, code, "dial")
    return True


def unanswered(step: Step, contact: Contact) -> None:
    """It rang for as long as is configured: the switch is asked to give up."""
    customer = contact.leg(Role.CUSTOMER)
    assert customer is not None
    ask_id = step.new_id()
    step.asked(contact, "end", ask_id)
    step.ask(EndLeg(ask_id, contact.key, customer.id))


def asks_again(contact: Contact, device: str) -> list[AskSwitch]:
    """A call that the switch may not have been asked to place is asked for again: its legs are named by us."""
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    if contact.kind is not Kind.OUTBOUND or contact.answered is not None or customer is None or agent is None:
        return []
    if customer.state is not LegState.DIALING or any(ask.goal == "end" for ask in contact.asked):
        return []
    return [AskSwitch(PlaceCall(contact.key, contact.key, agent.id, customer.id, device, contact.number, contact.line))]
