"""Presence: an agent with no panel open is not offered anything for long.  Their calls go on."""

from typing import Final

from msgspec.structs import replace

from connector.domain.directory import Directory
from connector.domain.events import AgentDeadlinePassed, PanelsChanged
from connector.domain.model import Agent, AgentState
from connector.domain.step import Step

NO_PANEL: Final = "No panel"
"""The reason of an agent who is Unavailable because no panel of theirs has been open for a while."""


def panels_changed(step: Step, event: PanelsChanged) -> None:
    """The agent has a panel again, or none since then.  That one comes back makes nobody Available."""
    agent = step.agent(event.agent)
    if event.open is not (agent.panel_gone is None):
        step.put_agent(replace(agent, panel_gone=None if event.open else event.at))


def nobody_here(step: Step) -> None:
    """The connector has just started: no panel is open yet."""
    for agent in step.floor.agents.values():
        step.put_agent(replace(agent, panel_gone=step.now))


def agent_deadline(agent: Agent, directory: Directory) -> tuple[int, str] | None:
    """When something must happen to the agent by itself if nothing else does, and what: no_panel."""
    if agent.panel_gone is None or not _will_be_available(agent):
        return None
    return agent.panel_gone + directory.settings.no_panel, "no_panel"


def _will_be_available(agent: Agent) -> bool:
    """Whether the agent is Available, or will be by themselves when their contacts are over."""
    if agent.state in (AgentState.WORKING, AgentState.WRAP_UP):
        return (agent.next or agent.before)[0] is AgentState.AVAILABLE
    return agent.state is AgentState.AVAILABLE


def overdue(step: Step, event: AgentDeadlinePassed) -> None:
    """What is due for an agent, if it still is: with no panel they are Unavailable, at once or after their contacts."""
    agent = step.agent(event.agent)
    if agent_deadline(agent, step.directory) == (event.due, event.kind) and event.due <= step.now:
        no_panel(step, agent)


def no_panel(step: Step, agent: Agent) -> None:
    """Nobody would see what the agent is offered."""
    if agent.state is AgentState.AVAILABLE:
        step.put_agent(replace(agent, state=AgentState.UNAVAILABLE, reason=NO_PANEL, since=step.now))
    else:
        step.put_agent(replace(agent, next=(AgentState.UNAVAILABLE, NO_PANEL)))
