"""Emergency calls: dialled at once, whatever the agent is doing.  Nothing is asked or awaited."""

from typing import Final

from msgspec.structs import replace

from connector.domain.commands import DialEmergency
from connector.domain.directory import Directory, Profile
from connector.domain.effects import Mix, RaiseAlarm
from connector.domain.emergency import (
    TEST,
    PhonePlan,
    dialled_numbers,
    emergency_of,
    route_of,
    trunks_of,
    verified,
)
from connector.domain.events import EmergencyDialled
from connector.domain.model import SILENT, UP, AgentState, Contact, Kind, Leg, LegState, Match, MatchState, Phase, Role
from connector.domain.rules import agents, audio, consult, offer, outbound
from connector.domain.rules.allowed_agents import outbound_skills
from connector.domain.step import Step
from connector.errors import BadInput

ON_THE_PHONE: Final = "Emergency call"
"""The reason of an agent who has dialled an emergency number on the phone itself."""


def dial(step: Step, command: DialEmergency) -> None:
    """The call is placed first; then everybody else in the agent's ear is taken out of it, confirmed or not.

    One that is under way already is not made twice.  Raises `BadInput` for what is no emergency number there.
    """
    directory = step.directory
    profile = directory.agents[command.agent]
    found = emergency_of(directory, profile, command.number)
    if found is None:
        raise BadInput("not_emergency", "number", f"{command.number.strip()!r} is no emergency number here.")
    kind, number, address = found
    calls = [step.known(key) for key in step.agent(profile.id).contacts]
    for known in calls:
        if known.phase is Phase.ACTIVE and known.emergency and known.number == number:
            step.created = known.key
            return
    contact = _contact(step, profile, kind, number, address)
    step.created = contact.key
    step.asked(contact, "dial", contact.key)
    agents.take(step, contact)
    outbound.place(step, contact)
    for known in calls:
        _out_of_the_ear(step, known)
    if kind != TEST:
        _alarm(step, contact)


def _contact(step: Step, profile: Profile, kind: str, number: str, address: str) -> Contact:
    key = step.new_key()
    return Contact(
        key=key,
        interaction_key=key,
        kind=Kind.OUTBOUND,
        phase=Phase.ACTIVE,
        number=number,
        line=callback_number(step.directory, profile),
        skill=step.directory.skill(step.directory.settings.default_skill).id,
        started=step.now,
        match=Match(MatchState.NONE),
        agent=profile.id,
        legs=(
            Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now),
            Leg(step.new_id(), Role.CUSTOMER, LegState.DIALING, step.now),
        ),
        visited=step.agent(profile.id).visited,
        priority=1,
        emergency=kind,
        address=address,
    )


def callback_number(directory: Directory, profile: Profile) -> str:
    """What is shown: a number that reaches this agent, by itself or within the time after an emergency call."""
    skills = [*outbound_skills(directory, profile.id), *directory.skills.values()]
    of_a_skill = next((skill.caller_id for skill in skills if skill.outbound and skill.caller_id), "")
    return profile.direct_number or directory.settings.emergency_number or of_a_skill


def _alarm(step: Step, contact: Contact) -> None:
    """Supervisors are told at the same moment, and who calls back reaches the agent."""
    assert contact.agent is not None
    _reached_by(step, contact.agent, contact.line)
    step.effect(RaiseAlarm(contact.agent, contact.key, contact.number, contact.line, contact.address, step.now))


def _reached_by(step: Step, agent_id: str, line: str) -> None:
    until = step.now + step.directory.settings.emergency_callback
    step.put_agent(replace(step.agent(agent_id), reached_by=line, reached_until=until))


def phone_plans(directory: Directory) -> tuple[PhonePlan, ...]:
    """What the switch is to know of each agent's phone, for emergency numbers that are dialled on it."""
    found = []
    for profile in directory.agents.values():
        route, where = route_of(directory, profile.country), verified(profile)
        if profile.device and route is not None:
            way, other = trunks_of(directory, profile, where)
            shown = callback_number(directory, profile)
            found.append(PhonePlan(profile.device, shown, way, other, dialled_numbers(route), where))
    return tuple(found)


def dialled_on_phone(step: Step, event: EmergencyDialled) -> None:
    """The call has left already, without us.  Others are told, who calls back reaches the agent, and nobody offers
    them anything else meanwhile."""
    profile = step.directory.agent_of_device(event.device)
    if profile is None:
        step.unknown = True
        return
    found = emergency_of(step.directory, profile, event.number)
    if found is not None and found[0] == TEST:
        return
    _reached_by(step, profile.id, event.callback)
    agent = step.agent(profile.id)
    if agent.state is AgentState.AVAILABLE:
        step.put_agent(replace(agent, state=AgentState.UNAVAILABLE, reason=ON_THE_PHONE, since=step.now))
    where = profile.address.line if event.address_sent and profile.address is not None else ""
    step.effect(RaiseAlarm(agent.id, step.new_key(), event.number, event.callback, where, event.at))


def _out_of_the_ear(step: Step, contact: Contact) -> None:
    """The contact's others do not hear the agent any more: on hold, left to themselves, or not dialled any further."""
    if contact.phase is Phase.OFFERED:
        offer.put_back(step, contact)
    mine, customer = contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER)
    goals = {ask.goal for ask in contact.asked}
    if contact.phase is not Phase.ACTIVE or contact.kind in SILENT or "end" in goals:
        return
    assert mine is not None
    assert customer is not None
    if customer.state not in UP:
        audio.order(step, contact, "end")
        return
    private = contact.consulted
    if private is None or private.state not in UP:
        contact, private = consult.drop(step, contact), None
    if contact.conference:
        contact = audio.step_aside(step, contact)
    if goals & {"merge", "transfer"}:
        # Whoever comes together by that goes on without the agent.
        step.ask(Mix(step.new_id(), contact.key, (mine.id,), ()))
    elif private is not None:
        waits = () if contact.conference else (customer.id,)
        step.ask(Mix(step.new_id(), contact.key, (mine.id,), (*waits, private.id)))
    elif not contact.conference and "hold" not in goals and (contact.in_ear or "resume" in goals):
        audio.order(step, contact, "hold")
