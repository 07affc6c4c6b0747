"""The one loop: takes inputs in order, decides, commits, and lets the effects leave in commit order."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from msgspec import Struct

from connector.domain.commands import Command, End
from connector.domain.decide import Input, asks_again, decide, start
from connector.domain.directory import Directory
from connector.domain.effects import (
    AskSwitch,
    Effect,
    MatchCaller,
    PopRecord,
    PushState,
    QueuesChanged,
    RefreshView,
    SaveTask,
    SwitchAsk,
)
from connector.domain.events import CallerMatched, Event
from connector.domain.model import Contact, Floor, MatchState, Phase
from connector.domain.step import Change, Stamp, apply, load
from connector.errors import BadInput, CrmUnavailable, NotAllowed, SwitchUnavailable
from connector.ports.crm import Crm
from connector.ports.store import Commit, Loaded, RememberedReply, Store
from connector.ports.switch import Snapshot, Switch
from connector.service.clock import Clock, Timer, new_key
from connector.service.deadlines import Deadlines
from connector.service.reconcile import reconcile

log = logging.getLogger(__name__)

SLOW_COMMIT = 250
"""After so many ms of waiting for the disk, what agents see and what the switch is asked go ahead (DESIGN, 1.4)."""

REMEMBERED = 64
"""How many of an agent's commands are remembered, so that one sent again is answered and not repeated."""

RECOMMIT = 1_000
"""How many ms after a commit failed the same values are handed to the store again."""


class Outside(Protocol):
    """Who shows what changed.  All calls come on the loop, after the commit of what they are about."""

    def state_changed(self, agent: str) -> None:
        """What that agent sees has changed."""

    def queues_changed(self) -> None:
        """Queue sizes have changed."""

    def setup_changed(self) -> None:
        """The directory has changed."""

    def pop(self, effect: PopRecord) -> None:
        """A record is to be opened, in one panel."""

    def refresh(self, effect: RefreshView) -> None:
        """A Task was written: one panel refreshes its page."""


class Counts(Struct):
    """What `/metrics` shows of the loop."""

    inputs: int = 0
    refused: int = 0
    unknown_events: int = 0
    commits_failed: int = 0
    slow_commits: int = 0


class _Pending:
    """A change on its way to the disk."""

    __slots__ = ("at", "durable", "done", "effects", "released", "then")

    def __init__(self, effects: tuple[Effect, ...], at: int, then: Callable[[], None] | None, durable: bool) -> None:
        self.effects = effects
        self.at = at
        self.then = then
        self.durable = durable
        self.done = False
        self.released = False


Answer = Callable[[RememberedReply], None]


class Runner:
    """Owns the floor of one switch.  Everything here runs on the event loop; there are no locks."""

    def __init__(
        self,
        *,
        store: Store,
        switch: Switch,
        crm: Crm,
        clock: Clock,
        outside: Outside,
        poke_outbox: Callable[[], None],
        new_id: Callable[[int], str] = new_key,
    ) -> None:
        self.floor = Floor(switch_up=False)
        self.directory = Directory()
        self.counts = Counts()
        self.slow = False
        self._store = store
        self._switch = switch
        self._crm = crm
        self._clock = clock
        self._outside = outside
        self._poke_outbox = poke_outbox
        self._new_id = new_id
        self._pending: deque[_Pending] = deque()
        self._slow_timer: Timer | None = None
        self._replies: dict[str, OrderedDict[str, RememberedReply]] = {}
        self._asks: asyncio.Queue[SwitchAsk] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deadlines = Deadlines(clock, self.event)
        self._unsaved: dict[str, SaveTask | None] = {}

    async def start(self, loaded: Loaded, directory: Directory) -> None:
        """The floor is as it was kept, the switch is connected and what differs is made up for."""
        self.directory = directory
        load(self.floor, loaded.contacts, loaded.agents)
        for reply in loaded.replies:
            self._remember(reply)
        self._spawn(self._ask_in_order())
        await self._switch.start(self)
        for contact in list(self.floor.contacts.values()):
            if contact.match.state is MatchState.SEARCHING and contact.phase is not Phase.CLOSED:
                self._spawn(self._match(MatchCaller(contact.key, contact.number)))

    async def stop(self) -> None:
        """No more effects leave; what was committed stays, and calls go on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._deadlines.stop()

    def set_directory(self, directory: Directory) -> None:
        """The new configuration counts from now on."""
        self.directory = directory
        self._take(start(self.floor, directory, self._stamp()))
        self._deadlines.follow(self.floor.contacts.values(), directory)
        self._outside.setup_changed()

    # What comes in ---------------------------------------------------------------------------------------------

    def event(self, event: Event) -> None:
        """Something happened (also the `SwitchListener`'s)."""
        self.counts.inputs += 1
        change = decide(self.floor, self.directory, event, self._stamp())
        if change.unknown:
            self.counts.unknown_events += 1
            log.warning("event fits no table", extra={"event": type(event).__name__})
        self._take(change)

    def command(self, command: Command, request: str, answer: Answer) -> None:
        """Carries out an agent's command, once: the same `request` sent again gets the same answer.

        `answer` is called when the command was committed, or when it was refused.
        """
        replies = self._replies.get(command.agent)
        if replies is not None and (known := replies.get(request)) is not None:
            answer(known)
            return
        self.counts.inputs += 1
        change, reply = self._decide(command, request)
        self._remember(reply)
        if change is None:
            answer(reply)
        else:
            self._take(change, reply, lambda: answer(reply), urgent=isinstance(command, End))

    def draft(self, command: Command, saved: Callable[[], None]) -> None:
        """Like a command that is harmless when repeated; `saved` is called only once it is on disk.

        Raises `NotAllowed` or `BadInput`.
        """
        self.counts.inputs += 1
        change = decide(self.floor, self.directory, command, self._stamp())
        self._take(change, then=saved, durable=True)

    def adopt(self, contact: Contact) -> None:
        """A closed contact that the floor had forgotten is back, for a draft that came late."""
        apply(self.floor, Change(contacts=(contact,)))

    def up(self, snapshot: Snapshot) -> None:
        """See `SwitchListener`: differences become ordinary events, unfulfilled goals are asked again."""
        self.floor.switch_up = True
        events, orphans = reconcile(self.floor, snapshot, self._clock.now())
        for event in events:
            self.event(event)
        for ask in orphans:
            self._asks.put_nowait(ask)
        for again in asks_again(self.floor, self.directory):
            self._asks.put_nowait(again.ask)
        self._take(start(self.floor, self.directory, self._stamp()))
        self._deadlines.follow(self.floor.contacts.values(), self.directory)
        self._show_all()

    def down(self, reason: str) -> None:
        """See `SwitchListener`."""
        log.warning("switch is away", extra={"reason": reason})
        self.floor.switch_up = False
        self._show_all()

    def _show_all(self) -> None:
        for agent in self.floor.agents:
            self._outside.state_changed(agent)

    # Deciding and committing -----------------------------------------------------------------------------------

    def _stamp(self) -> Stamp:
        now = self._clock.now()
        return Stamp(now, self._new_id(now))

    def _decide(self, command: Command, request: str) -> tuple[Change | None, RememberedReply]:
        stamp = self._stamp()
        error = field = message = None
        try:
            change = decide(self.floor, self.directory, command, stamp)
        except NotAllowed as refusal:
            error, message = refusal.code, str(refusal)
        except BadInput as refusal:
            error, field, message = refusal.code, refusal.field, str(refusal)
        else:
            return change, RememberedReply(command.agent, request, None, None, None, change.created, stamp.now)
        self.counts.refused += 1
        return None, RememberedReply(command.agent, request, error, field, message, None, stamp.now)

    def _remember(self, reply: RememberedReply) -> None:
        replies = self._replies.setdefault(reply.agent, OrderedDict())
        replies[reply.request] = reply
        while len(replies) > REMEMBERED:
            replies.popitem(last=False)

    def _take(
        self,
        change: Change,
        reply: RememberedReply | None = None,
        then: Callable[[], None] | None = None,
        *,
        durable: bool = False,
        urgent: bool = False,
    ) -> None:
        apply(self.floor, change)
        self._deadlines.follow(change.contacts, self.directory)
        pending = _Pending(change.effects, self._clock.now(), then, durable)
        tasks = tuple(effect for effect in change.effects if type(effect) is SaveTask)
        replies = () if reply is None else (reply,)
        if change.contacts or change.agents or tasks or replies:
            self._pending.append(pending)
            commit = Commit(change.contacts, change.agents, tasks, replies)
            self._store.commit(commit, lambda error: self._committed(pending, commit, error))
            if self._slow_timer is None:
                self._slow_timer = self._clock.call_at(pending.at + SLOW_COMMIT, self._slow_check)
        elif self._pending:
            pending.done = True
            self._pending.append(pending)
        else:
            self._release(pending)
            self._after(pending)
        if urgent:
            self._release_all()

    def _committed(self, pending: _Pending, commit: Commit, error: BaseException | None) -> None:
        pending.done = True
        if error is not None:
            self._commit_failed(commit, error)
            pending.then = None if pending.durable else pending.then
        while self._pending and self._pending[0].done:
            head = self._pending.popleft()
            self._release(head)
            self._after(head)
        if not self._pending:
            if self._slow_timer is not None:
                self._slow_timer.cancel()
                self._slow_timer = None
            if self.slow and not self._unsaved:
                self.slow = False
                self._show_all()

    def _slow_check(self) -> None:
        self._slow_timer = None
        if not self._pending:
            return
        due = self._pending[0].at + SLOW_COMMIT
        if due > self._clock.now():
            self._slow_timer = self._clock.call_at(due, self._slow_check)
            return
        self.counts.slow_commits += 1
        self.slow = True
        self._release_all()
        self._slow_timer = self._clock.call_at(self._clock.now() + SLOW_COMMIT, self._slow_check)

    def _release_all(self) -> None:
        for pending in self._pending:
            self._release(pending)

    def _release(self, pending: _Pending) -> None:
        """What agents see, what the switch is asked and the answers to commands; never what must be durable first."""
        if pending.released:
            return
        pending.released = True
        for effect in pending.effects:
            self._carry_out(effect)
        if pending.then is not None and not pending.durable:
            pending.then()
            pending.then = None

    def _after(self, pending: _Pending) -> None:
        """What waits for the disk: Task writes and the acknowledgement of drafts."""
        if pending.then is not None:
            pending.then()
        if any(type(effect) is SaveTask for effect in pending.effects):
            self._poke_outbox()

    def _commit_failed(self, commit: Commit, error: BaseException) -> None:
        """Nothing is lost from memory: the newest values are handed to the store again until it takes them."""
        self.counts.commits_failed += 1
        log.error("commit failed: %s", error)
        first = not self._unsaved
        for contact in commit.contacts:
            self._unsaved.setdefault(contact.key, None)
        for task in commit.tasks:
            self._unsaved[task.contact] = task
        self.slow = True
        if first:
            self._clock.call_at(self._clock.now() + RECOMMIT, self._recommit)

    def _recommit(self) -> None:
        unsaved, self._unsaved = self._unsaved, {}
        contacts = tuple(contact for key in unsaved if (contact := self.floor.contacts.get(key)) is not None)
        tasks = tuple(task for task in unsaved.values() if task is not None)
        self._take(Change(contacts=contacts, agents=tuple(self.floor.agents.values()), effects=tasks))

    # Effects ---------------------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PushState(agent=agent):
                self._outside.state_changed(agent)
            case AskSwitch(ask=ask):
                self._asks.put_nowait(ask)
            case QueuesChanged():
                self._outside.queues_changed()
            case MatchCaller():
                self._spawn(self._match(effect))
            case PopRecord():
                self._outside.pop(effect)
            case RefreshView():
                self._outside.refresh(effect)

    async def _ask_in_order(self) -> None:
        while True:
            ask = await self._asks.get()
            try:
                await self._switch.ask(ask)
            except SwitchUnavailable as error:
                # Not lost: the goal is still noted, and asked again when the switch is back.
                log.warning("switch was not asked: %s", error, extra={"ask": type(ask).__name__})

    async def _match(self, effect: MatchCaller) -> None:
        contact = self.floor.contacts.get(effect.contact)
        profile = self.directory.agents.get(contact.agent or "") if contact else None
        try:
            found = await self._crm.match(effect.number, profile.country if profile else "US")
        except CrmUnavailable as error:
            log.warning("caller could not be looked up: %s", error, extra={"contact": effect.contact})
            self.event(CallerMatched(effect.contact, failed=True))
        else:
            self.event(CallerMatched(effect.contact, found.people, found.related))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the loop failed", exc_info=error)
