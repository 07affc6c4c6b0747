"""Skills: which agent gets which contact."""

from connector.domain.directory import Directory, Skill
from connector.domain.hours import is_open
from connector.domain.model import Agent, AgentState, Contact, Kind, Phase
from connector.domain.step import Step, turn


def waiting(step: Step) -> list[Contact]:
    """Who waits, over all skills: by priority, then the longest first."""
    found = [
        contact
        for skill in step.queued_skills()
        for key in step.queue(skill)
        if (contact := step.contact(key)) is not None and contact.phase is Phase.QUEUED
    ]
    return sorted(found, key=turn)


def turned_away(step: Step, skill: Skill) -> str | None:
    """Why a caller cannot be taken into that skill now: closed, full; or None.

    Only callers count for the length of a queue, and a caller for whom an agent is free does not wait.
    """
    if not is_open(skill, step.now):
        return "closed"
    if skill.longest_queue is None:
        return None
    found = (step.contact(key) for key in step.queue(skill.id))
    callers = sum(contact is not None and contact.kind is Kind.INBOUND for contact in found)
    if callers < skill.longest_queue or best_agent(step, skill.id) is not None:
        return None
    return "full"


def candidates(directory: Directory, skill: str) -> dict[str, int]:
    """Whom a contact of that skill may be offered to, with their proficiency; nobody must wait for nobody.

    A contact whose skill vanished, or that no agent has, is for the agents of the default skill; where nobody has that
    either, for any agent.
    """
    for wanted in (skill, directory.settings.default_skill):
        if wanted in directory.skills:
            found = {key: agent.skills[wanted] for key, agent in directory.agents.items() if wanted in agent.skills}
            if found:
                return found
    return dict.fromkeys(directory.agents, 0)


def best_agent(step: Step, skill: str) -> Agent | None:
    """The available agent for that skill: the most proficient, then the one who has been available the longest."""
    best: tuple[int, int, str] | None = None
    for agent_id, proficiency in candidates(step.directory, skill).items():
        agent = step.agent(agent_id)
        if agent.state is not AgentState.AVAILABLE or not agent.phone_ready:
            continue
        rank = (-proficiency, agent.since, agent_id)
        if best is None or rank < best:
            best = rank
    return None if best is None else step.agent(best[2])
