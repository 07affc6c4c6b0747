"""Agents: what they choose, and what follows for them from the contacts that they have."""

from msgspec.structs import replace

from connector.domain.commands import LogOut, SetFavourite, SetLine, SetState, Visit
from connector.domain.directory import Profile
from connector.domain.effects import KeepLine, WithdrawPop
from connector.domain.model import Agent, AgentState, Contact, Line, Missed, Phase
from connector.domain.step import Step
from connector.domain.tasks import local_date
from connector.domain.transitions import AGENT, BACK, AgentTrigger
from connector.errors import BadInput

REMEMBERED_VISITS = 8
"""How many records of the agent's tabs are remembered as options of Name and Related To."""

MOST_FAVOURITES = 50
"""How many entries of the address book an agent may have as favourites."""

MOST_MISSED = 50
"""How many of today's offers that an agent did not take are remembered."""


def set_state(step: Step, command: SetState) -> None:
    """The agent is Available or Unavailable; while they work or wrap up, it is noted for afterwards.

    Raises `BadInput` for a reason that is not one of the directory's.
    """
    agent = step.agent(command.agent)
    available = command.state is AgentState.AVAILABLE
    if not available and command.reason and command.reason not in step.directory.reasons:
        known = ", ".join(step.directory.reasons)
        raise BadInput("choice_unknown", "reason", f"{command.reason!r} is no reason of being away: choose {known}.")
    trigger = AgentTrigger.GO_AVAILABLE if available else AgentTrigger.GO_UNAVAILABLE
    reason = "" if available else command.reason
    state = AGENT[agent.state, trigger]
    if state in (AgentState.WORKING, AgentState.WRAP_UP):
        step.put_agent(replace(agent, next=(command.state, reason)))
    elif state is not agent.state or reason != agent.reason:
        assert state is not None
        keep_line(step, step.put_agent(replace(agent, state=state, reason=reason, since=step.now)))


def log_out(step: Step, command: LogOut) -> None:
    """The agent takes no more calls."""
    agent = step.agent(command.agent)
    keep_line(step, step.put_agent(replace(agent, state=AgentState.LOGGED_OUT, reason="", since=step.now)))


def phone(step: Step, agent_id: str, ready: bool, line: Line) -> None:
    """The agent's phone can be rung, or cannot, and takes calls like that.

    One that is back is kept connected again, and one that was connected for nobody is let go.
    """
    agent = step.agent(agent_id)
    if agent.phone_ready is not ready or agent.line is not line:
        now = step.put_agent(replace(agent, phone_ready=ready, line=line))
        if not agent.phone_ready or line is Line.KEPT:
            keep_line(step, now)


def set_line(step: Step, command: SetLine) -> None:
    """The agent's phone is to be kept connected between calls, or rung for each; the same again asks again."""
    agent = step.agent(command.agent)
    if agent.persistent is not command.persistent:
        agent = step.put_agent(replace(agent, persistent=command.persistent))
    if command.persistent:
        keep_line(step, agent)
    else:
        _ask_for_line(step, agent, on=False)


def keep_line(step: Step, agent: Agent) -> None:
    """The switch is asked for what the agent chose, where it is not so; nobody's phone is kept who is logged out."""
    kept = agent.line is Line.KEPT
    if agent.persistent and agent.state is not AgentState.LOGGED_OUT:
        if agent.phone_ready and not kept:
            _ask_for_line(step, agent, on=True)
    elif agent.persistent or kept:
        # One that rings to be kept is not known to be there, and is to stop, too.
        _ask_for_line(step, agent, on=False)


def _ask_for_line(step: Step, agent: Agent, *, on: bool) -> None:
    profile = step.directory.agents.get(agent.id)
    if profile is not None and profile.device:
        step.ask(KeepLine(profile.device, on))


def keep_lines(step: Step) -> None:
    """Each phone is kept connected or not as its agent chose, and none that is nobody's."""
    for agent_id in step.floor.agents:
        keep_line(step, step.agent(agent_id))
    devices = {profile.device for profile in step.directory.agents.values()}
    for device, line in step.floor.lines.items():
        if line is Line.KEPT and device not in devices:
            step.ask(KeepLine(device, on=False))


def visit(step: Step, command: Visit) -> None:
    """The record becomes an option of Name or Related To on the agent's open contacts and on the next ones."""
    agent = step.agent(command.agent)
    others = [record for record in agent.visited if record.id != command.record.id]
    step.put_agent(replace(agent, visited=(command.record, *others)[:REMEMBERED_VISITS]))
    for key in agent.contacts:
        contact = step.contact(key)
        if contact is not None:
            known = [record for record in contact.visited if record.id != command.record.id]
            step.put(replace(contact, visited=(command.record, *known)[: 2 * REMEMBERED_VISITS]))


def favourite(step: Step, command: SetFavourite) -> None:
    """The entry is among the agent's favourites, the last one first, or no longer.

    Raises `BadInput` for an unknown one; one that the address book has no more can be taken off all the same.
    """
    agent = step.agent(command.agent)
    if command.on and step.directory.entry(command.entry) is None:
        raise BadInput("choice_unknown", "entry", "The address book has no such entry (any more): search again.")
    others = tuple(entry for entry in agent.favourites if entry != command.entry)
    favourites = (command.entry, *others)[:MOST_FAVOURITES] if command.on else others
    if favourites != agent.favourites:
        step.put_agent(replace(agent, favourites=favourites))


def take(step: Step, contact: Contact) -> None:
    """The contact is the agent's from now on."""
    assert contact.agent is not None
    agent = step.agent(contact.agent)
    if contact.key not in agent.contacts:
        agent = replace(agent, contacts=(*agent.contacts, contact.key))
    follow(step, agent)


def drop(step: Step, agent_id: str, key: str, afterwards: tuple[AgentState, str] | None = None) -> None:
    """The contact is not the agent's any more; `afterwards` takes precedence over what they chose for then."""
    step.effect(WithdrawPop(agent_id, key))
    agent = step.agent(agent_id)
    agent = replace(agent, contacts=tuple(other for other in agent.contacts if other != key))
    follow(step, agent if afterwards is None else replace(agent, next=afterwards))


def missed(step: Step, contact: Contact, outcome: str) -> None:
    """It is among today's offers that the agent did not take; `outcome` is missed, declined or abandoned.

    One that comes again and again with nothing between stands there once.
    """
    assert contact.agent is not None
    agent = step.agent(contact.agent)
    profile = step.directory.agents.get(agent.id) or Profile(agent.id, agent.id)
    today = local_date(step.now, profile)
    who = contact.draft.who.value
    name = who.name if who else contact.caller or contact.title
    entry = Missed(contact.key, contact.kind, contact.number, name, contact.skill, step.now, outcome)
    earlier = agent.missed[1:] if agent.missed and agent.missed[0].key == contact.key else agent.missed
    known = [old for old in earlier if local_date(old.at, profile) == today]
    step.put_agent(replace(agent, missed=(entry, *known)[:MOST_MISSED]))


def agree(step: Step) -> None:
    """Each agent has the open contacts that are theirs, and the state that follows.

    It is so already, unless the disk took a change and not the one before it when the connector ended.
    """
    theirs: dict[str, list[Contact]] = {agent: [] for agent in step.floor.agents}
    for contact in step.floor.contacts.values():
        if contact.agent is not None and contact.phase is not Phase.CLOSED:
            theirs.setdefault(contact.agent, []).append(contact)
    for agent_id, contacts in theirs.items():
        agent = step.agent(agent_id)
        if set(agent.contacts) != {contact.key for contact in contacts}:
            keys = tuple(contact.key for contact in sorted(contacts, key=lambda known: (known.started, known.key)))
            follow(step, replace(agent, contacts=keys))


def follow(step: Step, agent: Agent) -> None:
    """The agent's state follows from their contacts: a live one, one to wrap up, or none."""
    phases = {contact.phase for key in agent.contacts if (contact := step.contact(key)) is not None}
    if Phase.OFFERED in phases or Phase.ACTIVE in phases:
        trigger = AgentTrigger.ENGAGE
    elif Phase.WRAP_UP in phases:
        trigger = AgentTrigger.REST
    else:
        trigger = AgentTrigger.RELEASE
    state = AGENT.get((agent.state, trigger), agent.state)
    if state is BACK:
        back, reason = agent.next or agent.before
        step.put_agent(replace(agent, state=back, reason=reason, since=step.now, next=None))
    elif state is agent.state:
        step.put_agent(agent)
    elif trigger is AgentTrigger.ENGAGE and agent.state is not AgentState.WRAP_UP:
        before = (agent.state, agent.reason)
        step.put_agent(replace(agent, state=state, reason="", since=step.now, before=before))
    else:
        step.put_agent(replace(agent, state=state, since=step.now))
