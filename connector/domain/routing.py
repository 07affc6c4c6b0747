"""Skills: which agent gets which contact."""

from connector.domain.directory import Directory, Skill
from connector.domain.hours import is_open
from connector.domain.model import SILENT, Agent, AgentState, Contact, Kind, Phase
from connector.domain.step import Step, turn


def waiting(step: Step) -> list[Contact]:
    """Who waits, over all skills: by priority, then the longest first; not who is to be called later."""
    found = [
        contact
        for skill in step.queued_skills()
        for key in step.queue(skill)
        if (contact := step.contact(key)) is not None and contact.phase is Phase.QUEUED
    ]
    return sorted([contact for contact in found if contact.reaches or contact.not_before <= step.now], key=turn)


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


def best_agent(step: Step, skill: str, *, silent: bool = False, not_to: tuple[str, int] | None = None) -> Agent | None:
    """The free agent for that skill: the most proficient, then the one who has been free the longest.

    `silent`: for a contact without a call, which needs no phone.  A call may interrupt an e-mail where no agent is
    Available.  `not_to` is who gave the contact back, and when: first they do something else.
    """
    free: list[tuple[int, int, str]] = []
    others: list[tuple[int, int, str]] = []
    for agent_id, proficiency in candidates(step.directory, skill).items():
        agent = step.agent(agent_id)
        if not (agent.phone_ready or silent):
            continue
        if not_to is not None and agent_id == not_to[0] and agent.since <= not_to[1]:
            continue
        fitting = free if agent.state is AgentState.AVAILABLE else others
        fitting.append((-proficiency, agent.since, agent_id))
    if free or silent:
        return step.agent(min(free)[-1]) if free else None
    ranked = (step.agent(agent_id) for _, _, agent_id in sorted(others))
    return next((agent for agent in ranked if interruptible(step, agent)), None)


def agent_for(step: Step, contact: Contact) -> Agent | None:
    """The free agent whom that contact is to be offered to, or None.

    A call to the number that an emergency call showed rings the agent who made it in any state; when they did not take
    it, another who is free gets it, and while nobody is they are rung again, not more often than every few seconds.
    """
    if not contact.reaches:
        return best_agent(step, contact.skill, silent=contact.kind in SILENT, not_to=contact.given_back)
    pausing = contact.not_before > step.now
    agent = None if pausing else _rung_in_any_state(step, contact)
    if agent is not None and not contact.attempts:
        return agent
    return best_agent(step, contact.skill, not_to=(contact.reaches, step.now) if pausing else None) or agent


def _rung_in_any_state(step: Step, contact: Contact) -> Agent | None:
    agent = step.agent(contact.reaches)
    can_be = agent.phone_ready and agent.id in step.directory.agents and step.now < agent.reached_until
    return agent if can_be else None


def reached(step: Step, line: str) -> str:
    """The agent whose emergency call showed that number within the configured time, the last one of several, or ""."""
    found = [
        (agent.reached_until, agent.id)
        for agent in step.floor.agents.values()
        if agent.reached_by and agent.reached_by == line and step.now < agent.reached_until
    ]
    return max(found)[1] if found else ""


def interruptible(step: Step, agent: Agent) -> bool:
    """Whether the agent has nothing but e-mails at hand, and would be Available without them."""
    if agent.state is not AgentState.WORKING or (agent.next or agent.before)[0] is not AgentState.AVAILABLE:
        return False
    found = (step.contact(key) for key in agent.contacts)
    return all(known is None or (known.kind is Kind.EMAIL and known.phase is Phase.ACTIVE) for known in found)
