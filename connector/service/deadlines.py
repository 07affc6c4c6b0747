"""Deadlines follow from state: whatever changes a contact moves them, and a restart finds them again."""

import heapq
from collections.abc import Callable, Iterable

from connector.domain.decide import deadline
from connector.domain.directory import Directory
from connector.domain.events import DeadlinePassed
from connector.domain.model import Contact
from connector.service.clock import Clock, Timer


class Deadlines:
    """Reports `DeadlinePassed` for the nearest deadline of each contact, once, when it is due."""

    def __init__(self, clock: Clock, report: Callable[[DeadlinePassed], None]) -> None:
        self._clock = clock
        self._report = report
        self._current: dict[str, tuple[int, str]] = {}
        self._heap: list[tuple[int, str, str]] = []
        self._timer: Timer | None = None
        self._armed = 0

    def follow(self, contacts: Iterable[Contact], directory: Directory) -> None:
        """These contacts have changed: their deadlines are what follows from them now."""
        for contact in contacts:
            nearest = deadline(contact, directory)
            if nearest is None:
                self._current.pop(contact.key, None)
            elif self._current.get(contact.key) != nearest:
                self._current[contact.key] = nearest
                heapq.heappush(self._heap, (nearest[0], contact.key, nearest[1]))
        self._arm()

    def stop(self) -> None:
        """No more reports."""
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()

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
                due, key, kind = heapq.heappop(self._heap)
                if self._current.get(key) == (due, kind):
                    del self._current[key]
                    self._report(DeadlinePassed(key, kind, due))
        finally:
            self._arm()
