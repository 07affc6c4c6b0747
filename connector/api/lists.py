"""The lists that panels look at beside their own state: queues, skills, colleagues, today's contacts; the supervisors'.

A list is sent when a panel begins to show it, and then at most once a second, when it has changed, while it is shown.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from connector.api import view
from connector.domain.directory import Directory
from connector.domain.model import AgentState, Floor
from connector.domain.rules.allowed_agents import reachable
from connector.service.clock import Clock
from connector.wire import state as wire

LISTS_EVERY: Final = 1_000
"""A list is sent to a panel at most once in so many ms."""

_OF_ALL: Final = ("queues", "skills", "agents", "staff")
"""What depends on the whole floor; today's contacts are the agent's own, and Tasks are not of the floor alone."""

_OF_SUPERVISORS: Final = frozenset({"staff", "tasks"})
"""What nobody else is sent, whoever asks."""


class Reader(Protocol):
    """A panel that shows lists."""

    agent: str
    listed: dict[str, bytes]

    def send_text(self, text: bytes) -> None:
        """Sends what is encoded already."""


class Lists:
    """`source` gives the floor and the directory of now.

    `today` is called for an agent whose day may have changed, `tasks` for a panel that begins to show the Tasks.
    """

    def __init__(self, clock: Clock, source: Callable[[], tuple[Floor, Directory]]) -> None:
        self._clock = clock
        self._source = source
        self._readers: dict[str, dict[Reader, None]] = {}
        self._due: set[str] = set()
        self._today_due: set[str] = set()
        self._timer = False
        self.today: Callable[[str], Any] | None = None
        self.tasks: Callable[[Reader], Any] | None = None

    def watch(self, panel: Reader, names: Iterable[str]) -> set[str]:
        """The panel shows these lists now, and no others; one that it did not show before is sent at once.

        Returns those that it may not show.
        """
        asked = set(names)
        wanted = {name for name in asked if self._may(panel, name)}
        for name, readers in self._readers.items():
            if name not in wanted and panel in readers:
                del readers[panel]
                panel.listed.pop(name, None)
        begun = []
        for name in sorted(wanted):
            readers = self._readers.setdefault(name, {})
            if panel not in readers:
                readers[panel] = None
                begun.append(name)
        for name in begun:
            if name in _OF_ALL:
                self._send(name, [panel])
            elif name == "tasks" and self.tasks is not None:
                self.tasks(panel)
            elif name == "today" and self.today is not None:
                self.today(panel.agent)
        return asked - wanted

    def _may(self, panel: Reader, name: str) -> bool:
        profile = self._source()[1].agents.get(panel.agent)
        return name not in _OF_SUPERVISORS or (profile is not None and profile.supervisor)

    def readers(self, name: str) -> list[Reader]:
        """The panels that show that list, and still may."""
        return [panel for panel in self._readers.get(name, ()) if self._may(panel, name)]

    def showing(self, agent: str, name: str) -> list[Reader]:
        """The agent's panels that show that list."""
        return [panel for panel in self._readers.get(name, ()) if panel.agent == agent]

    def state_changed(self, agent: str) -> None:
        """What that agent sees has changed: they are in another state perhaps, or have one contact more."""
        self._changed("agents", "skills", "staff")
        if self._readers.get("today") and self.showing(agent, "today"):
            self._today_due.add(agent)
            self._soon()

    def queues_changed(self) -> None:
        """Somebody waits, or waits no more."""
        self._changed("queues", "skills")

    def setup_changed(self) -> None:
        """Skills and agents may be others now."""
        self._changed(*_OF_ALL)

    def _changed(self, *names: str) -> None:
        watched = [name for name in names if self._readers.get(name)]
        if watched:
            self._due.update(watched)
            self._soon()

    def _soon(self) -> None:
        if not self._timer:
            self._timer = True
            self._clock.call_at(self._clock.now() + LISTS_EVERY, self._send_due)

    def _send_due(self) -> None:
        self._timer = False
        due, self._due = self._due, set()
        today, self._today_due = self._today_due, set()
        for name in _OF_ALL:
            if name in due:
                self._send(name, self.readers(name))
        for agent in sorted(today):
            if self.today is not None and self.showing(agent, "today"):
                self.today(agent)

    def _send(self, name: str, panels: list[Reader]) -> None:
        """Those who are to see the same are sent the same text, and nobody what they have already."""
        if not panels:
            return
        text_for = _TEXTS[name](*self._source())
        for panel in panels:
            text = text_for(panel.agent)
            if panel.listed.get(name) != text:
                panel.listed[name] = text
                panel.send_text(text)


TextFor = Callable[[str], bytes]


def _queues(floor: Floor, directory: Directory) -> TextFor:
    """Agents with the same skills see the same queues."""
    texts: dict[frozenset[str], bytes] = {}

    def text(agent: str) -> bytes:
        profile = directory.agents.get(agent)
        skills = frozenset(profile.skills if profile else ())
        if skills not in texts:
            texts[skills] = wire.encode(view.queues_view(floor, directory, agent))
        return texts[skills]

    return text


def _skills(floor: Floor, directory: Directory) -> TextFor:
    """All skills with how many wait and how many agents are free: the same for everybody."""
    free = dict.fromkeys(directory.skills, 0)
    for agent in floor.agents.values():
        profile = directory.agents.get(agent.id)
        if profile is not None and agent.state is AgentState.AVAILABLE and agent.phone_ready:
            for skill in profile.skills:
                if skill in free:
                    free[skill] += 1
    rows = tuple(
        wire.SkillRow(skill.id, skill.name, *view.waiting(floor, skill.id), free[skill.id])
        for skill in directory.skills.values()
    )
    encoded = wire.encode(wire.Skills(rows))
    return lambda _agent: encoded


def _agents(floor: Floor, directory: Directory) -> TextFor:
    """The others who are not logged out, by name; all rows are encoded once, and each sees them without their own."""
    begin, end = wire.encode(wire.Agents(())).split(b"[]")
    names: dict[frozenset[str], tuple[str, ...]] = {}
    rows: list[bytes] = []
    places: dict[str, tuple[int, int]] = {}
    at = len(begin) + 1
    for profile in sorted(directory.agents.values(), key=lambda it: (it.name.casefold(), it.id)):
        agent = floor.agents.get(profile.id)
        if agent is None or agent.state is AgentState.LOGGED_OUT:
            continue
        skills = frozenset(profile.skills)
        if skills not in names:
            names[skills] = view.skill_names(directory, profile.id)
        why = reachable(floor, directory, agent)
        row = wire.encode(
            wire.AgentRow(agent.id, profile.name, agent.state, agent.reason or None, agent.since, names[skills], why)
        )
        rows.append(row)
        places[agent.id] = (at, at + len(row) + 1)
        at += len(row) + 1
    whole = begin + b"[" + b",".join(rows) + b"]" + end
    closing = at - 1 if rows else at

    def text(agent: str) -> bytes:
        if agent not in places:
            return whole
        first, last = places[agent]
        if last > closing:  # the last row goes with the comma before it, the others with the one behind
            return whole[: max(first - 1, len(begin) + 1)] + whole[closing:]
        return whole[:first] + whole[last:]

    return text


def _staff(floor: Floor, directory: Directory) -> TextFor:
    """Everybody who is not logged out, by name: the same for all supervisors."""
    rows = []
    for profile in sorted(directory.agents.values(), key=lambda it: (it.name.casefold(), it.id)):
        agent = floor.agents.get(profile.id)
        if agent is not None and agent.state is not AgentState.LOGGED_OUT:
            kinds = tuple(dict.fromkeys(floor.contacts[key].kind for key in agent.contacts if key in floor.contacts))
            rows.append(
                wire.StaffRow(
                    agent.id, profile.name, agent.state, agent.reason or None, agent.since, kinds, agent.phone_ready
                )
            )
    encoded = wire.encode(wire.Staff(tuple(rows), len(directory.agents) - len(rows)))
    return lambda _agent: encoded


_TEXTS: Final[dict[str, Callable[[Floor, Directory], TextFor]]] = {
    "queues": _queues,
    "skills": _skills,
    "agents": _agents,
    "staff": _staff,
}
