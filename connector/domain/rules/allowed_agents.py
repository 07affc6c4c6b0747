"""What an agent may do now apart from a contact and, if not, why not: as `allowed` has it for contacts."""

from msgspec import Struct

from connector.domain.directory import Directory, Skill
from connector.domain.emergency import route_of
from connector.domain.model import Agent, AgentState, Contact, Floor, Phase
from connector.domain.rules.allowed import why_not
from connector.domain.rules.around import MOST_CALLS, calls_of, live_contact


def outbound_skills(directory: Directory, agent: str) -> list[Skill]:
    """The skills with which an agent may dial, in the directory's order."""
    profile = directory.agents.get(agent)
    mine = profile.skills if profile else {}
    return [skill for skill in directory.skills.values() if skill.outbound and skill.id in mine]


class Rights(Struct, frozen=True, gc=False):
    """What the directory lets an agent do: `outbound`: there is a skill to dial with; `emergency`: there is a route."""

    outbound: bool
    emergency: bool


def rights_of(directory: Directory, agent: str) -> Rights:
    """The rights of an agent; they change with the directory only."""
    profile = directory.agents.get(agent)
    route = None if profile is None else route_of(directory, profile.country)
    return Rights(bool(outbound_skills(directory, agent)), route is not None)


def set_state(_floor: Floor, directory: Directory, agent: Agent) -> str | None:
    """An agent of the directory may choose a state at any time; during a call it applies afterwards."""
    return None if agent.id in directory.agents else "unknown_agent"


def log_out(floor: Floor, _directory: Directory, agent: Agent) -> str | None:
    """Not with a live contact, nor with one to wrap up: its note would have no reader."""
    if agent.state is AgentState.LOGGED_OUT:
        return "logged_out"
    if live_contact(floor, agent) is not None:
        return "live_contact"
    return "wrap_up" if agent.contacts else None


def dial(floor: Floor, directory: Directory, agent: Agent, rights: Rights | None = None) -> str | None:
    """Whatever the agent's state, with a phone that can be rung and an outbound skill, when it can be kept.

    One other call may be there, if it waits; `hold_first` says that it can be put on hold.
    """
    if agent.state is AgentState.LOGGED_OUT:
        return "logged_out"
    if not floor.store_up:
        return "store_down"
    if not floor.switch_up:
        return "switch_down"
    if not agent.phone_ready:
        return "no_phone"
    if not (rights or rights_of(directory, agent.id)).outbound:
        return "no_outbound_skill"
    return _beside(calls_of(floor, agent))


def _beside(calls: list[Contact]) -> str | None:
    """Whether one more call can be had beside these."""
    if len(calls) >= MOST_CALLS:
        return "two_calls"
    for contact in calls:
        if contact.consult is not None:
            return "consulting"
        if contact.asked_by:
            return "consulted"
        if contact.phase is Phase.OFFERED or contact.answered is None or contact.recalled:
            return "live_call"
        if contact.in_ear:
            return "hold_first"
    return None


def dial_held(floor: Floor, directory: Directory, agent: Agent) -> str | None:
    """The same for a call for which the one in the agent's ear is put on hold."""
    code = dial(floor, directory, agent)
    if code != "hold_first":
        return code
    (contact,) = calls_of(floor, agent)
    return None if contact.conference else why_not(floor, contact, directory, "hold")


def reachable(floor: Floor, directory: Directory, agent: Agent) -> str | None:
    """Why a colleague cannot call that agent now, or None.  Being away, or in one call, is no reason."""
    if agent.id not in directory.agents or agent.state is AgentState.LOGGED_OUT:
        return "agent_logged_out"
    if not agent.phone_ready:
        return "agent_no_phone"
    calls = calls_of(floor, agent)
    if len(calls) >= MOST_CALLS or any(_occupied(contact) for contact in calls):
        return "agent_busy"
    return None


def _occupied(contact: Contact) -> bool:
    return contact.consult is not None or bool(contact.asked_by) or contact.answered is None or contact.recalled


def dial_emergency(floor: Floor, directory: Directory, agent: Agent, rights: Rights | None = None) -> str | None:
    """In any state and beside any calls, where there are emergency numbers, with a phone that can be rung."""
    if agent.id not in directory.agents:
        return "unknown_agent"
    if not (rights or rights_of(directory, agent.id)).emergency:
        return "not_emergency"
    if not floor.switch_up:
        return "switch_down"
    return None if agent.phone_ready else "no_phone"


def agent_controls(
    floor: Floor, directory: Directory, agent: Agent, rights: Rights | None = None
) -> dict[str, str | None]:
    """Each control of an agent: None when allowed now, else why not.  `rights` may be given where they are known."""
    return {
        "set_state": set_state(floor, directory, agent),
        "log_out": log_out(floor, directory, agent),
        "dial": dial(floor, directory, agent, rights),
        "dial_emergency": dial_emergency(floor, directory, agent, rights),
    }
