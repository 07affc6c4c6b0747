"""Changes on their way to the disk: what is shown, asked and answered leaves in commit order, after its commit."""

import logging
from collections import deque
from collections.abc import Callable

from connector.domain.effects import Effect, SaveTask
from connector.domain.model import Agent, Contact, Floor
from connector.errors import StoreError
from connector.ports.store import Commit, RememberedReply, Store
from connector.service.clock import Clock, Timer

log = logging.getLogger(__name__)

SLOW_COMMIT = 250
"""After so many ms of waiting for the disk, what agents see and what the switch is asked go ahead (DESIGN, 1.4)."""

RECOMMIT = 1_000
"""How many ms after a commit failed the newest values are handed to the store again."""

Then = Callable[[], None]


class _Pending:
    """A change on its way to the disk.  `then`: who is told; `durable`: only when it is on disk."""

    __slots__ = ("at", "commit", "done", "durable", "effects", "released", "then")

    def __init__(self, commit: Commit, effects: tuple[Effect, ...], at: int, then: Then | None, durable: bool) -> None:
        self.commit = commit
        self.effects = effects
        self.at = at
        self.then = then
        self.durable = durable
        self.done = False
        self.released = False


class _Unsaved:
    """What a failed commit held, and who waits to hear that it is on disk."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.agents: dict[str, Agent] = {}
        self.tasks: dict[str, SaveTask] = {}
        self.replies: list[RememberedReply] = []
        self.then: list[Then] = []
        self.damaged = False

    def add(self, commit: Commit) -> None:
        """The store did not take this."""
        self.contacts.update((contact.key, contact) for contact in commit.contacts)
        self.agents.update((agent.id, agent) for agent in commit.agents)
        for task in commit.tasks:
            known = self.tasks.get(task.contact)
            if known is None or known.revision < task.revision:
                self.tasks[task.contact] = task
        self.replies += commit.replies

    def overtaken_by(self, commit: Commit) -> None:
        """The store took newer values of the same things."""
        for contact in commit.contacts:
            self.contacts.pop(contact.key, None)
        for agent in commit.agents:
            self.agents.pop(agent.id, None)
        for task in commit.tasks:
            known = self.tasks.get(task.contact)
            if known is not None and known.revision <= task.revision:
                del self.tasks[task.contact]

    def newest(self, floor: Floor) -> Commit:
        """All of it as it is now; of a contact that the floor has forgotten, as it was at last."""
        return Commit(
            tuple(floor.contacts.get(key, contact) for key, contact in self.contacts.items()),
            tuple(floor.agents.get(key, agent) for key, agent in self.agents.items()),
            tuple(self.tasks.values()),
            tuple(self.replies),
        )


def _parts(commit: Commit) -> list[Commit]:
    """The same, each contact and agent by itself."""
    tasks = {task.contact: task for task in commit.tasks}
    contacts = [
        Commit((it,), (), (task,) if (task := tasks.pop(it.key, None)) is not None else ()) for it in commit.contacts
    ]
    agents = [Commit((), (agent,)) for agent in commit.agents]
    return [*contacts, *(Commit((), (), (task,)) for task in tasks.values()), *agents, Commit(replies=commit.replies)]


class Commits:
    """Hands changes to the store and lets their effects leave; `slow` says that what is shown may not be on disk.

    `why` says why the store takes nothing, "" while it does.  `carry_out` gets each effect but `SaveTask`,
    `tasks_wanted` is called when one is on disk, `tasks_awaited` instead when a step of a Work Queue waits for one,
    `safe_again` when `slow` has ended, `store_is` when the store has failed (False), and when all that it did not take
    is on disk after all.  `failed` and `overdue` count commits.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        floor: Floor,
        *,
        carry_out: Callable[[Effect], None],
        tasks_wanted: Callable[[], None],
        tasks_awaited: Callable[[], None],
        safe_again: Callable[[], None],
        store_is: Callable[[bool], None],
    ) -> None:
        self.slow = False
        self.why = ""
        self.failed = 0
        self.overdue = 0
        self._store = store
        self._clock = clock
        self._floor = floor
        self._carry_out = carry_out
        self._tasks_wanted = tasks_wanted
        self._tasks_awaited = tasks_awaited
        self._safe_again = safe_again
        self._store_is = store_is
        self._pending: deque[_Pending] = deque()
        self._slow_timer: Timer | None = None
        self._unsaved: _Unsaved | None = None
        self._recommit_timer: Timer | None = None
        self._stopped = False

    def take(
        self, commit: Commit, effects: tuple[Effect, ...], then: Then | None = None, *, durable: bool = False
    ) -> None:
        """The commit is handed to the store; the effects, and `then`, follow when it and all before it are done.

        `then` counts as an effect, unless it is `durable`: then it waits until the change is truly on disk.
        """
        pending = _Pending(commit, effects, self._clock.now(), then, durable)
        self._pending.append(pending)
        if commit == _NOTHING:
            pending.done = True
            self._drain()
            return
        self._store.commit(commit, lambda error: self._committed(pending, error))
        if self._slow_timer is None and not pending.done:
            self._slow_timer = self._clock.call_at(pending.at + SLOW_COMMIT, self._slow_check)

    def hurry(self) -> None:
        """What need not be durable leaves now, in order."""
        for pending in self._pending:
            self._release(pending)

    def stop(self) -> None:
        """No more effects leave; what was handed over is still written."""
        self._stopped = True
        for timer in (self._slow_timer, self._recommit_timer):
            if timer is not None:
                timer.cancel()

    def _committed(self, pending: _Pending, error: BaseException | None) -> None:
        pending.done = True
        if error is not None:
            self._keep(pending.commit, error)
        elif self._unsaved is not None:
            self._unsaved.overtaken_by(pending.commit)
        self._drain()

    def _drain(self) -> None:
        while self._pending and self._pending[0].done:
            head = self._pending.popleft()
            self._release(head)
            self._after(head)
        if self._pending:
            return
        if self._slow_timer is not None:
            self._slow_timer.cancel()
            self._slow_timer = None
        if self.slow and self._unsaved is None and not self._stopped:
            self.slow = False
            self._safe_again()

    def _slow_check(self) -> None:
        self._slow_timer = None
        if not self._pending:
            return
        due = self._pending[0].at + SLOW_COMMIT
        if due > self._clock.now():
            self._slow_timer = self._clock.call_at(due, self._slow_check)
            return
        self.overdue += 1
        self.slow = True
        self.hurry()
        self._slow_timer = self._clock.call_at(self._clock.now() + SLOW_COMMIT, self._slow_check)

    def _release(self, pending: _Pending) -> None:
        """What agents see, what the switch is asked and the answers to commands; never what must be durable first."""
        if pending.released or self._stopped:
            return
        pending.released = True
        for effect in pending.effects:
            if type(effect) is not SaveTask:
                try:
                    self._carry_out(effect)
                except Exception:  # one effect that fails must not keep back those after it
                    log.exception("an effect failed")
        if pending.then is not None and not pending.durable:
            self._try(pending.then)

    def _after(self, pending: _Pending) -> None:
        """What waits for the disk: Task writes and the acknowledgement of drafts."""
        if self._stopped:
            return
        if pending.then is not None and pending.durable:
            if self._unsaved is None:
                self._try(pending.then)
            else:
                # What is acknowledged may be part of what is not saved, however long ago it was written.
                self._unsaved.then.append(pending.then)
        if any(contact.work_waits for contact in pending.commit.contacts):
            self._try(self._tasks_awaited)
        elif pending.commit.tasks:
            self._try(self._tasks_wanted)

    def _try(self, call: Then) -> None:
        """One effect that fails must not keep back those after it."""
        try:
            call()
        except Exception:
            log.exception("an effect failed")

    def _keep(self, commit: Commit, error: BaseException) -> None:
        """Nothing is lost: the newest values are handed to the store again until it takes them."""
        self.failed += 1
        log.error("commit failed: %s", error)
        self.slow = True
        failing = bool(self.why)
        self.why = (error.reason if isinstance(error, StoreError) else "") or "see the log"
        if self._unsaved is None:
            self._unsaved = _Unsaved()
        self._unsaved.add(commit)
        self._unsaved.damaged = self._unsaved.damaged or (isinstance(error, StoreError) and error.damaged)
        if not failing:
            self._store_is(False)
        if self._recommit_timer is None and not self._stopped:
            self._recommit_timer = self._clock.call_at(self._clock.now() + RECOMMIT, self._recommit)

    def _recommit(self) -> None:
        self._recommit_timer = None
        unsaved, self._unsaved = self._unsaved, None
        assert unsaved is not None

        def saved() -> None:
            for then in unsaved.then:
                self._try(then)
            self.why = ""
            self._store_is(True)

        newest = unsaved.newest(self._floor)
        if unsaved.damaged:
            # What lies in good parts of the file must not wait for what lies in the damaged one.
            for part in _parts(newest):
                self.take(part, ())
            newest = _NOTHING
        self.take(newest, (), saved, durable=True)


_NOTHING = Commit()
