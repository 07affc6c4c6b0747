"""Chores: what exactly one panel of an agent must do in Salesforce, the last focused one first."""

import secrets
from collections.abc import Callable
from itertools import count
from typing import Final, Protocol

from msgspec import Struct

from connector.domain.effects import Values
from connector.domain.model import Record
from connector.service.clock import Clock, Timer

PATIENCE: Final = 2_000
"""After so many ms in which a panel has not even taken a chore it is offered to the next one."""

COMES_BACK: Final = 5_000
"""For so many ms a panel whose connection was cut may come back and say what came of the chores that it had taken."""

AGAIN: Final = 30_000
LONGEST: Final = 1_800_000
"""What must be done in the end and no panel could do is tried again after so many ms, then twice that, up to these."""

PERSISTENT: Final = frozenset({"complete_work"})
"""The kinds that must be done in the end: nobody else will do it."""


class Work(Struct, frozen=True):
    """What a chore is about.  `text`: a page's address, what is searched for, a flow, an object, a Work Queue step.

    `layout` is what a softphone layout is asked: call, found and part of `PopByLayout`.
    """

    record: Record | None = None
    text: str | None = None
    task_id: str | None = None
    disposition: str | None = None
    connected: bool | None = None
    fields: Values = ()
    arguments: Values = ()
    layout: tuple[str, str, str] | None = None


class Chore(Struct, frozen=True):
    """One piece of work for one panel.

    `kind`: screen_pop (a record is opened), url_pop (a page is), search_pop, flow_pop, new_record, layout_pop (what the
    softphone layout says is), refresh (the page shows what was written), complete_work (a step of the Work Queue is
    completed with a Task).
    """

    id: str
    agent: str
    kind: str
    contact: str
    work: Work = Work()


NO_WORK = Work()


class Panel(Protocol):
    """A connected panel; `name` is its own id, which it keeps as long as its page is open."""

    agent: str
    name: str
    focused_at: int

    def do(self, chore: Chore) -> None:
        """Offers the chore."""

    def begin(self, chore: str) -> None:
        """Tells the panel that the chore of that id is its own."""


class _Waiting:
    def __init__(self, chore: Chore) -> None:
        self.chore = chore
        self.tried: list[Panel] = []
        self.failed: list[Panel] = []
        self.timer: Timer | None = None
        self.taken_by: Panel | None = None
        self.back: str | None = None
        self.rounds = 0
        self.rests = False

    @property
    def free(self) -> bool:
        """Whether no panel is at it, was just given it, or is waited for: one that comes may have it."""
        return self.taken_by is None and self.back is None and (self.timer is None or self.rests)

    def wait(self, timer: Timer | None, *, rests: bool = False) -> None:
        """That is waited for from now on, and nothing else; `rests`: until it is tried again."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer, self.rests = timer, rests


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
                if known.work == work or waiting.taken_by is not None or waiting.back is not None:
                    return
                self._drop(chore_id)
        self.give(agent, kind, contact, work)

    def taken(self, panel: Panel, chore: str) -> None:
        """That panel would do it: the first one is told to, and no other, however long Salesforce takes."""
        waiting = self._waiting.get(chore)
        if waiting is None or waiting.chore.agent != panel.agent or waiting.back is not None:
            return
        if waiting.taken_by is None:
            waiting.taken_by = panel
            # Who was offered it as well has not tried it: should this one vanish, it is for them.
            waiting.tried = [*waiting.failed, panel]
            waiting.wait(None)
            panel.begin(chore)

    def panel_gone(self, panel: Panel, *, closed: bool) -> None:
        """What it had taken and not done is for the next one: at once when its page was `closed`.

        One that was cut off may have done it, and not have been heard: it is waited for a while.
        """
        for chore_id in [key for key, waiting in self._waiting.items() if waiting.taken_by is panel]:
            if closed:
                self._offer(chore_id)
            else:
                waiting = self._waiting[chore_id]
                waiting.taken_by, waiting.back = None, panel.name
                waiting.wait(self._later(COMES_BACK, chore_id))

    def done(self, agent: str, chore: str, ok: bool) -> Chore | None:
        """A panel reports: the chore that is done with it, or None.  One that could not passes it on to the next."""
        waiting = self._waiting.get(chore)
        if waiting is None or waiting.chore.agent != agent:
            return None
        if ok:
            self._drop(chore)
            return waiting.chore
        if waiting.taken_by is not None:
            waiting.failed.append(waiting.taken_by)
        self._offer(chore)
        return None

    def panel_came(self, panel: Panel) -> None:
        """A panel is there: what it had taken before it was cut off is given to it again, which it knows by its id.

        Chores that no panel has done so far are offered to it, too.
        """
        for chore_id in [key for key, waiting in self._waiting.items() if waiting.chore.agent == panel.agent]:
            waiting = self._waiting[chore_id]
            before = waiting.taken_by.name if waiting.taken_by is not None else waiting.back
            if before == panel.name:
                waiting.taken_by = waiting.back = None
                self._give(waiting, panel)
            elif waiting.free:
                self._offer(chore_id)

    def withdraw(self, agent: str, kind: str, contact: str) -> None:
        """It need not be done any more: a panel that is opened later must not begin with it."""
        unwanted = (agent, kind, contact)
        for chore_id, waiting in list(self._waiting.items()):
            chore = waiting.chore
            if (chore.agent, chore.kind, chore.contact) == unwanted:
                self._drop(chore_id)

    def _drop(self, chore_id: str) -> None:
        self._waiting.pop(chore_id).wait(None)

    def _later(self, ms: int, chore_id: str) -> Timer:
        return self._clock.call_at(self._clock.now() + ms, lambda: self._offer(chore_id))

    def _offer(self, chore_id: str) -> None:
        waiting = self._waiting.get(chore_id)
        if waiting is None:
            return
        waiting.taken_by = waiting.back = None
        waiting.wait(None)
        panels = sorted(self._panels(waiting.chore.agent), key=lambda panel: -panel.focused_at)
        untried = [panel for panel in panels if panel not in waiting.tried]
        if untried:
            self._give(waiting, untried[0])
            return
        waiting.tried, waiting.failed = [], []
        if panels and waiting.chore.kind in PERSISTENT:
            waiting.wait(self._later(min(AGAIN << waiting.rounds, LONGEST), chore_id), rests=True)
            waiting.rounds += 1

    def _give(self, waiting: _Waiting, panel: Panel) -> None:
        waiting.tried.append(panel)
        waiting.wait(self._later(PATIENCE, waiting.chore.id))
        panel.do(waiting.chore)
