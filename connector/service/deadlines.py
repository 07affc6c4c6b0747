"""Deadlines follow from state: whatever changes a contact or an agent moves them, and a restart finds them again."""

import heapq
from collections.abc import Callable, Iterable

from connector.domain.decide import deadline
from connector.domain.directory import Directory
from connector.domain.events import AgentDeadlinePassed, DeadlinePassed
from connector.domain.model import Agent, Contact
from connector.domain.rules.presence import agent_deadline
from connector.service.clock import Clock, Timer

_Passed = type[DeadlinePassed] | type[AgentDeadlinePassed]


class Deadlines:
    """Reports the nearest deadline of each contact and each agent, once, when it is due."""

    def __init__(self, clock: Clock, report: Callable[[DeadlinePassed | AgentDeadlinePassed], None]) -> None:
        self._clock = clock
        self._report = report
        self._current: dict[tuple[_Passed, str], tuple[int, str]] = {}
        self._heap: list[tuple[int, str, str, _Passed]] = []
        self._timer: Timer | None = None
        self._armed = 0

    def follow(self, contacts: Iterable[Contact], directory: Directory) -> None:
        """These contacts have changed: their deadlines are what follows from them now."""
        for contact in contacts:
            self._set(DeadlinePassed, contact.key, deadline(contact, directory))
        self._arm()

    def follow_agents(self, agents: Iterable[Agent], directory: Directory) -> None:
        """These agents have changed: their deadlines are what follows from them now."""
        for agent in agents:
            self._set(AgentDeadlinePassed, agent.id, agent_deadline(agent, directory))
        self._arm()

    def stop(self) -> None:
        """No more reports."""
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()

    def _set(self, passed: _Passed, key: str, nearest: tuple[int, str] | None) -> None:
        if nearest is None:
            self._current.pop((passed, key), None)
        elif self._current.get((passed, key)) != nearest:
            self._current[passed, key] = nearest
            heapq.heappush(self._heap, (nearest[0], key, nearest[1], passed))

    def _arm(self) -> None:
        if not self._heap or (self._timer is not None and self._armed <= self._heap[0][0]):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed = self._heap[0][0]
        self._timer = self._clock.call_at(self._armed, self._fire)

    def _fire(self) -> None:
        self._timer = None
        try:
            while self._heap and self._heap[0][0] <= self._clock.now():
                due, key, kind, passed = heapq.heappop(self._heap)
                if self._current.get((passed, key)) == (due, kind):
                    del self._current[passed, key]
                    self._report(passed(key, kind, due))
        finally:
            self._arm()
