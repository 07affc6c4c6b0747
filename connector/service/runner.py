"""The one loop: takes inputs in order, decides, commits, and lets the effects leave in commit order."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.commands import Command, DialEmergency, End, SaveDraft
from connector.domain.decide import decide, reconnected, restarted, start
from connector.domain.directory import Directory
from connector.domain.effects import (
    AskSwitch,
    CompleteWork,
    Effect,
    EndLeg,
    MatchCaller,
    PlayDigits,
    Pop,
    PopByLayout,
    PopFlow,
    PopNew,
    PopRecord,
    PopSearch,
    PopUrl,
    PushState,
    QueuesChanged,
    RaiseAlarm,
    RefreshView,
    SaveTask,
    SwitchAsk,
    WithdrawPop,
)
from connector.domain.events import AskRefused, CallbackRequested, Event, LegEnded, WorkDelivered
from connector.domain.model import Contact, Floor, Phase, SaveState
from connector.domain.rules.lookups import UNKNOWN, number_of
from connector.domain.rules.wrap_up import settled
from connector.domain.step import Change, Stamp, apply, load
from connector.domain.tasks import fields
from connector.errors import BadInput, NotAllowed, SwitchTaken, SwitchUnavailable
from connector.ports.crm import Crm
from connector.ports.store import Commit, Loaded, RememberedReply, Store
from connector.ports.switch import Snapshot, Switch
from connector.service.clock import Clock, new_key
from connector.service.commits import Commits
from connector.service.deadlines import Deadlines
from connector.service.endings import Endings
from connector.service.hearing import unheard
from connector.service.matching import Matching
from connector.service.reconcile import reconcile

log = logging.getLogger(__name__)

REMEMBERED = 64
"""How many of an agent's commands are remembered, so that one sent again is answered and not repeated."""


class Outside(Protocol):
    """Who shows what changed.  All calls come on the loop, after the commit of what they are about."""

    def state_changed(self, agent: str) -> None:
        """What that agent sees has changed."""

    def queues_changed(self) -> None:
        """Queue sizes have changed."""

    def setup_changed(self) -> None:
        """The directory has changed."""

    def pop(self, effect: Pop) -> None:
        """Something is to be opened in Salesforce, in one panel."""

    def withdraw(self, effect: WithdrawPop) -> None:
        """What concerns a contact need not be opened any more, if no panel has begun to."""

    def refresh(self, effect: RefreshView) -> None:
        """A Task was written: one panel refreshes its page."""

    def complete_work(self, effect: CompleteWork) -> None:
        """A step of the Work Queue is to be completed, by one panel; `WorkCompleted` is reported when it was."""

    def raise_alarm(self, effect: RaiseAlarm) -> None:
        """An emergency call: supervisors, e-mail and webhook are told."""


class Counts(Struct):
    """What `/metrics` shows of the loop.  `faults` are mistakes of ours, in the log with their traceback."""

    inputs: int = 0
    refused: int = 0
    unknown_events: int = 0
    faults: int = 0
    commits_failed: int = 0
    slow_commits: int = 0


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
        hurry_outbox: Callable[[], None] | None = None,
        new_id: Callable[[int], str] = new_key,
        overhear: Callable[[Iterable[Contact]], None] | None = None,
    ) -> None:
        """`overhear` is told of each contact that has changed, at once and before anything is on disk.

        `poke_outbox` is called when a Task is wanted, `hurry_outbox` (the same, when None) when somebody waits for it.
        """
        self.floor = Floor(switch_up=False)
        self.directory = Directory()
        self.ended: asyncio.Future[SwitchTaken] = asyncio.get_running_loop().create_future()
        self._counts = Counts()
        self._switch = switch
        self._clock = clock
        self._outside = outside
        self._new_id = new_id
        self._poke_outbox = poke_outbox
        self._overhear = overhear
        self._commits = Commits(
            store,
            clock,
            self.floor,
            carry_out=self._carry_out,
            tasks_wanted=poke_outbox,
            tasks_awaited=hurry_outbox or poke_outbox,
            safe_again=self._show_all,
            store_is=self._store_is,
        )
        self._replies: dict[str, OrderedDict[str, RememberedReply]] = {}
        self._asks: asyncio.Queue[SwitchAsk] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._matching = Matching(self.floor, crm, lambda: self.directory, self.event, self.fault, clock)
        self._deadlines = Deadlines(clock, self.event)
        self._endings = Endings(clock, self._asks.put_nowait, lambda leg: leg in self.floor.legs)

    @property
    def slow(self) -> bool:
        """Whether what is shown may not be on disk."""
        return self._commits.slow

    @property
    def store_fails(self) -> str:
        """Why the store takes nothing, "" while it does: then nothing new is begun, and what is under way goes on."""
        return self._commits.why

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        return replace(self._counts, commits_failed=self._commits.failed, slow_commits=self._commits.overdue)

    async def start(self, loaded: Loaded, directory: Directory) -> None:
        """The floor is as it was kept, the switch is connected and what differs is made up for."""
        self.directory = directory
        load(self.floor, loaded.contacts, loaded.agents)
        self._listen_to(loaded.contacts)
        for reply in loaded.replies:
            self._remember(reply)
        self._want_again()
        self._take(restarted(self.floor, directory, self._stamp()))
        for news in loaded.news:
            self.event(news)
        self._spawn(self._ask_in_order())
        await self._switch.start(self)
        for contact in list(self.floor.contacts.values()):
            if contact.match.state in UNKNOWN and contact.phase is not Phase.CLOSED:
                self._spawn(self._matching.look_up(MatchCaller(contact.key, number_of(contact))))

    def _want_again(self) -> None:
        """Each Task that is not known to be written is wanted; a store that has it in its outbox already ignores it."""
        open_saves = [
            contact
            for contact in self.floor.contacts.values()
            if contact.save.wanted > contact.save.written and contact.save.state is not SaveState.DISCARDED
        ]
        wanted = [SaveTask(it.key, it.save.wanted, fields(it, self.directory)) for it in open_saves]
        self._take(Change(effects=tuple(wanted)))

    async def stop(self) -> None:
        """No more effects leave; what was committed stays, and calls go on."""
        self._commits.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._deadlines.stop()
        self._endings.clear()

    def set_directory(self, directory: Directory) -> None:
        """The new configuration counts from now on."""
        self.directory = directory
        self._take(start(self.floor, directory, self._stamp()))
        self._deadlines.follow(self.floor.contacts.values(), directory)
        self._deadlines.follow_agents(self.floor.agents.values(), directory)
        self._listen_to(self.floor.contacts.values())
        self._outside.setup_changed()

    # What comes in ---------------------------------------------------------------------------------------------

    def event(self, event: Event) -> None:
        """Something happened (also the `SwitchListener`'s).  An event that we fail on is logged and changes nothing."""
        self._counts.inputs += 1
        if type(event) is LegEnded:
            self._endings.ended(event.leg)
        try:
            change = decide(self.floor, self.directory, event, self._stamp())
        except Exception:
            # Whoever reports it cannot mend it, and must go on reporting.
            self._counts.faults += 1
            log.exception("an event could not be dealt with", extra={"event": type(event).__name__})
            return
        if change.unknown:
            self._counts.unknown_events += 1
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
        self._counts.inputs += 1
        change, reply = self._decide(command, request)
        self._remember(reply)
        if change is None:
            answer(reply)
        else:
            self._take(change, reply, lambda: answer(reply), urgent=isinstance(command, End | DialEmergency))

    def draft(self, command: Command, saved: Callable[[], None]) -> None:
        """Like a command that is harmless when repeated; `saved` is called only once it is on disk.

        Raises `NotAllowed` or `BadInput`.
        """
        self._counts.inputs += 1
        try:
            change = decide(self.floor, self.directory, command, self._stamp())
        except (NotAllowed, BadInput):
            if isinstance(command, SaveDraft):
                self._let_go(command.contact)
            raise
        self._take(change, then=saved, durable=True)

    def deliver(self, event: CallbackRequested | WorkDelivered, saved: Callable[[], None]) -> None:
        """Work from outside; `saved` is called only once it is on disk, also when the same was there already."""
        self._counts.inputs += 1
        self._take(decide(self.floor, self.directory, event, self._stamp()), then=saved, durable=True)

    def adopt(self, contact: Contact) -> None:
        """A closed contact that the floor had forgotten is back, for a draft that came late.

        When it has come back meanwhile for another draft, that one's is the newer value, and stays.
        """
        if contact.key not in self.floor.contacts:
            apply(self.floor, Change(contacts=(contact,)))

    def _let_go(self, key: str) -> None:
        """A contact that was adopted for nothing is forgotten again."""
        contact = self.floor.contacts.get(key)
        if contact is not None and settled(contact):
            apply(self.floor, Change(forgotten=(key,)))

    def up(self, snapshot: Snapshot) -> None:
        """See `SwitchListener`: differences become ordinary events, unfulfilled goals are asked again.

        Nobody is offered anything before all that happened meanwhile is known.
        """
        self.floor.switch_up = False
        self._endings.clear()
        events, orphans = reconcile(self.floor, snapshot, self._clock.now())
        for event in events:
            self.event(event)
        self.floor.switch_up = True
        self._take(Change(effects=tuple(map(AskSwitch, orphans))))
        self._take(reconnected(self.floor, self.directory, self._stamp()))
        self._take(Change(effects=tuple(map(AskSwitch, unheard(self.floor, snapshot)))))
        self._deadlines.follow(self.floor.contacts.values(), self.directory)
        self._show_all()

    def down(self, reason: str) -> None:
        """See `SwitchListener`."""
        log.warning("switch is away", extra={"reason": reason})
        self.floor.switch_up = False
        self._show_all()

    def taken(self, error: SwitchTaken) -> None:
        """See `SwitchListener`: whoever waits for `ended` is told."""
        if not self.ended.done():
            self.ended.set_result(error)

    def _store_is(self, up: bool) -> None:
        """The store has failed, or takes what it is given again; then whoever waited meanwhile is offered."""
        self.floor.store_up = up
        if up:
            log.warning("the store takes what it is given again")
            self._take(start(self.floor, self.directory, self._stamp()))
            self._poke_outbox()
        self._show_all()

    def _show_all(self) -> None:
        for agent in self.floor.agents:
            self._outside.state_changed(agent)

    def fault(self) -> None:
        """A mistake of ours, made and logged elsewhere, counts too."""
        self._counts.faults += 1

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
        self._counts.refused += 1
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
        self._listen_to(change.contacts)
        self._matching.follow(change)
        self._deadlines.follow(change.contacts, self.directory)
        self._deadlines.follow_agents(change.agents, self.directory)
        tasks = tuple(effect for effect in change.effects if type(effect) is SaveTask)
        commit = Commit(change.contacts, change.agents, tasks, () if reply is None else (reply,))
        self._commits.take(commit, change.effects, then, durable=durable)
        if urgent:
            self._commits.hurry()

    def _listen_to(self, contacts: Iterable[Contact]) -> None:
        if self._overhear is None:
            return
        try:
            self._overhear(contacts)
        except Exception as error:
            # Calls go on without it; what it says of itself may hold what was said.
            self._counts.faults += 1
            log.error("the live transcript has failed: %s", type(error).__name__)

    # Effects ---------------------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PushState(agent=agent):
                self._outside.state_changed(agent)
            case AskSwitch(ask=ask):
                self._asks.put_nowait(ask)
                if type(ask) is EndLeg:
                    self._endings.asked(ask)
            case QueuesChanged():
                self._outside.queues_changed()
            case MatchCaller():
                self._spawn(self._matching.look_up(effect))
            case WithdrawPop():
                self._outside.withdraw(effect)
            case RefreshView():
                self._outside.refresh(effect)
            case CompleteWork():
                self._outside.complete_work(effect)
            case RaiseAlarm():
                self._outside.raise_alarm(effect)
            case PopRecord() | PopUrl() | PopSearch() | PopFlow() | PopNew() | PopByLayout():
                self._outside.pop(effect)

    async def _ask_in_order(self) -> None:
        while True:
            ask = await self._asks.get()
            try:
                await self._switch.ask(ask)
            except SwitchUnavailable as error:
                # Not lost: the goal is still noted, and asked again when the switch is back.
                log.warning("switch was not asked: %s", error, extra={"ask": type(ask).__name__})
                if isinstance(ask, PlayDigits):  # but for this one, which is never asked again
                    self.event(AskRefused(ask.contact, ask.id, "switch_down", self._clock.now()))
            except Exception:
                self._counts.faults += 1
                log.exception("the switch could not be asked", extra={"ask": type(ask).__name__})

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the loop failed", exc_info=error)
