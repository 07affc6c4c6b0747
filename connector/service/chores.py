"""Chores: what exactly one panel of an agent must do in Salesforce, the last focused one first."""

from collections.abc import Callable
from itertools import count
from typing import Protocol

from msgspec import Struct

from connector.domain.model import Record
from connector.service.clock import Clock, Timer

PATIENCE = 2_000
"""After so many ms in which a panel has not even taken a chore it is offered to the next one."""


class Chore(Struct, frozen=True):
    """`kind`: screen_pop (a record is opened) or refresh (the page shows what was written)."""

    id: str
    agent: str
    kind: str
    contact: str
    record: Record | None = None


class Panel(Protocol):
    """A connected panel."""

    agent: str
    focused_at: int

    def do(self, chore: Chore) -> None:
        """Sends the chore."""


class _Waiting:
    def __init__(self, chore: Chore) -> None:
        self.chore = chore
        self.tried: list[Panel] = []
        self.timer: Timer | None = None
        self.taken_by: Panel | None = None


class Chores:
    """Gives each chore to one panel, until one has done it or it is no longer wanted."""

    def __init__(self, clock: Clock, panels: Callable[[str], list[Panel]]) -> None:
        self._clock = clock
        self._panels = panels
        self._waiting: dict[str, _Waiting] = {}
        self._ids = count(1)

    def give(self, agent: str, kind: str, contact: str, record: Record | None = None) -> None:
        """The chore goes to the agent's panels in turn; with no panel open it waits for one."""
        chore = Chore(f"chore-{next(self._ids)}", agent, kind, contact, record)
        self._waiting[chore.id] = _Waiting(chore)
        self._offer(chore.id)

    def taken(self, panel: Panel, chore: str) -> None:
        """That panel is at it: no other does it too, however long Salesforce takes."""
        waiting = self._waiting.get(chore)
        if waiting is not None and waiting.chore.agent == panel.agent:
            waiting.taken_by = panel
            if waiting.timer is not None:
                waiting.timer.cancel()
                waiting.timer = None

    def panel_gone(self, panel: Panel) -> None:
        """What that panel had taken and not done is for the next one."""
        for chore_id in [key for key, waiting in self._waiting.items() if waiting.taken_by is panel]:
            self._offer(chore_id)

    def done(self, agent: str, chore: str, ok: bool) -> None:
        """A panel reports; one that could not passes the chore on to the next."""
        waiting = self._waiting.get(chore)
        if waiting is None or waiting.chore.agent != agent:
            return
        if ok:
            self._drop(chore)
        else:
            self._offer(chore)

    def panel_came(self, agent: str) -> None:
        """A panel is there: chores that no panel has done so far are offered to it."""
        for chore_id in [key for key, waiting in self._waiting.items() if waiting.chore.agent == agent]:
            waiting = self._waiting[chore_id]
            if waiting.timer is None and waiting.taken_by is None:
                self._offer(chore_id)

    def withdraw(self, agent: str, kind: str, contact: str) -> None:
        """It need not be done any more: a panel that is opened later must not begin with it."""
        unwanted = (agent, kind, contact)
        for chore_id, waiting in list(self._waiting.items()):
            chore = waiting.chore
            if (chore.agent, chore.kind, chore.contact) == unwanted:
                self._drop(chore_id)

    def _drop(self, chore_id: str) -> None:
        waiting = self._waiting.pop(chore_id)
        if waiting.timer is not None:
            waiting.timer.cancel()

    def _offer(self, chore_id: str) -> None:
        waiting = self._waiting.get(chore_id)
        if waiting is None:
            return
        waiting.taken_by = None
        if waiting.timer is not None:
            waiting.timer.cancel()
            waiting.timer = None
        panels = sorted(self._panels(waiting.chore.agent), key=lambda panel: -panel.focused_at)
        untried = [panel for panel in panels if panel not in waiting.tried]
        if not untried:
            waiting.tried = []
            return
        panel = untried[0]
        waiting.tried.append(panel)
        waiting.timer = self._clock.call_at(self._clock.now() + PATIENCE, lambda: self._offer(chore_id))
        panel.do(waiting.chore)
