"""Chores: what exactly one panel of an agent must do in Salesforce, the last focused one first."""

import secrets
from collections.abc import Callable
from itertools import count
from typing import Protocol

from msgspec import Struct

from connector.domain.model import Record
from connector.service.clock import Clock, Timer

PATIENCE = 2_000
"""After so many ms in which a panel has not even taken a chore it is offered to the next one."""


class Work(Struct, frozen=True):
    """What a chore is about.  `text` is a page's address or the id of a Work Queue step."""

    record: Record | None = None
    text: str | None = None
    task_id: str | None = None
    disposition: str | None = None
    connected: bool | None = None


class Chore(Struct, frozen=True):
    """One piece of work for one panel.

    `kind`: screen_pop (a record is opened), url_pop (a page is), refresh (the page shows what was written),
    complete_work (a step of the Work Queue is completed with a Task).
    """

    id: str
    agent: str
    kind: str
    contact: str
    work: Work = Work()


NO_WORK = Work()


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
        # Another word each time that we start: an answer about a chore of before must not count for one of now.
        self._word = secrets.token_hex(4)
        self._ids = count(1)

    def give(self, agent: str, kind: str, contact: str, work: Work = NO_WORK) -> None:
        """The chore goes to the agent's panels in turn; with no panel open it waits for one."""
        chore = Chore(f"chore-{self._word}-{next(self._ids)}", agent, kind, contact, work)
        self._waiting[chore.id] = _Waiting(chore)
        self._offer(chore.id)

    def give_once(self, agent: str, kind: str, contact: str, work: Work) -> None:
        """The same of a chore that must not be done twice: while one for the contact waits it is brought up to date.

        One that a panel is carrying out by now stays as it is.
        """
        for chore_id, waiting in list(self._waiting.items()):
            known = waiting.chore
            if (known.agent, known.kind, known.contact) == (agent, kind, contact):
                if known.work == work or waiting.taken_by is not None:
                    return
                self._drop(chore_id)
        self.give(agent, kind, contact, work)

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

    def done(self, agent: str, chore: str, ok: bool) -> Chore | None:
        """A panel reports: the chore that is done with it, or None.  One that could not passes it on to the next."""
        waiting = self._waiting.get(chore)
        if waiting is None or waiting.chore.agent != agent:
            return None
        if ok:
            self._drop(chore)
            return waiting.chore
        self._offer(chore)
        return None

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
