"""Skills: which agent gets which contact."""

from collections.abc import Iterable

from connector.domain.model import Agent, AgentState, Contact, Phase
from connector.domain.step import Step


def waiting(step: Step) -> list[Contact]:
    """Who waits, over all skills, the longest first."""
    found = [
        contact
        for skill in step.queued_skills()
        for key in step.queue(skill)
        if (contact := step.contact(key)) is not None and contact.phase is Phase.QUEUED
    ]
    return sorted(found, key=lambda contact: (contact.started, contact.key))


def best_agent(step: Step, skill: str, candidates: Iterable[str]) -> Agent | None:
    """The available agent with that skill: the most proficient, then the one who has been available the longest.

    A contact whose skill vanished, or that no agent has, is for any available agent of the default skill.
    """
    best: tuple[int, int, str] | None = None
    for agent_id in candidates:
        agent = step.agent(agent_id)
        if agent.state is not AgentState.AVAILABLE or not agent.phone_ready:
            continue
        profile = step.directory.agents.get(agent_id)
        proficiency = profile.skills.get(skill) if profile else None
        if proficiency is None:
            continue
        rank = (-proficiency, agent.since, agent_id)
        if best is None or rank < best:
            best = rank
    return None if best is None else step.agent(best[2])
