"""A runner with everything around it played by hand: disk, switch, Salesforce, panels and clock do what a test says."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from connector.domain.commands import Command
from connector.domain.directory import Directory
from connector.domain.effects import (
    CompleteWork,
    Pop,
    PopRecord,
    PopUrl,
    RaiseAlarm,
    RefreshView,
    SwitchAsk,
    WithdrawPop,
)
from connector.domain.emergency import PhonePlan
from connector.domain.events import CallArrived
from connector.domain.model import Contact, Record
from connector.errors import SwitchUnavailable
from connector.ports.crm import CallerMatch
from connector.ports.store import Commit, Loaded, RememberedReply
from connector.ports.switch import Snapshot, SwitchListener
from connector.service.clock import ManualClock
from connector.service.runner import Runner
from tests.domain.stage import DIRECTORY, LINE, MIA

PHONES = {"2041": True, "2042": True}


class Disk:
    """Takes commits, and has them on disk, or fails, when it is told to."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.waiting: list[tuple[Commit, Callable[[BaseException | None], None]]] = []
        self.at_once = True
        self.handed = asyncio.Event()

    def commit(self, commit: Commit, done: Callable[[BaseException | None], None]) -> None:
        self.waiting.append((commit, done))
        self.handed.set()
        if self.at_once:
            self.write()

    def write(self, count: int = 1_000_000) -> None:
        """The oldest ones are on disk."""
        for _ in range(min(count, len(self.waiting))):
            commit, done = self.waiting.pop(0)
            self.commits.append(commit)
            done(None)

    def fail(self, count: int = 1) -> None:
        """The oldest ones are not."""
        for _ in range(count):
            _, done = self.waiting.pop(0)
            done(OSError("no space left on device"))

    @property
    def contacts(self) -> dict[str, Contact]:
        """The newest value of each contact on disk."""
        return {contact.key: contact for commit in self.commits for contact in commit.contacts}

    @property
    def tasks(self) -> dict[str, int]:
        """The newest revision of each Task on disk, as the store would have it."""
        found: dict[str, int] = {}
        for commit in self.commits:
            for task in commit.tasks:
                found[task.contact] = max(task.revision, found.get(task.contact, 0))
        return found

    @property
    def replies(self) -> list[RememberedReply]:
        return [reply for commit in self.commits for reply in commit.replies]


class Wire:
    """A switch that hears what it is asked and does nothing about it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.asked: list[SwitchAsk] = []
        self.snapshot = snapshot
        self.cut = False
        self.broken: Exception | None = None

    async def start(self, listener: SwitchListener) -> None:
        listener.up(self.snapshot)

    async def ask(self, ask: SwitchAsk) -> None:
        if self.broken is not None:
            error, self.broken = self.broken, None
            raise error
        if self.cut:
            raise SwitchUnavailable("cut")
        self.asked.append(ask)

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        """Nobody dials on a phone of its."""

    def watch(self, devices: tuple[str, ...]) -> None:
        """It has no phones."""

    async def close(self) -> None:
        """Nothing to let go of."""


class People:
    """A Salesforce that only knows who has a number."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.asked_for: list[str] = []
        self.looked_at: list[tuple[str, tuple[str, ...]]] = []
        self.hidden: set[str] = set()
        self.records: dict[str, Record] = {}
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.answer: CallerMatch | Exception = CallerMatch((), ())

    async def visible(self, agent: str, records: Sequence[str]) -> set[str]:
        self.looked_at.append((agent, tuple(records)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return set(records) - self.hidden

    async def named(self, agent: str, record: str) -> Record | None:
        self.looked_at.append((agent, (record,)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return None if record in self.hidden else self.records.get(record)

    async def match(self, number: str, country: str, agent: str = "") -> CallerMatch:
        self.asked.append((number, country))
        self.asked_for.append(agent)
        await self.go_on.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Panels:
    """What was shown, in order."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.broken = False

    def state_changed(self, agent: str) -> None:
        if self.broken:
            self.broken = False
            raise RuntimeError("a panel could not be told")
        self.seen.append(("state", agent))

    def queues_changed(self) -> None:
        self.seen.append(("queues", ""))

    def setup_changed(self) -> None:
        self.seen.append(("setup", ""))

    def pop(self, effect: Pop) -> None:
        match effect:
            case PopRecord(record=record):
                self.seen.append(("pop", record.name))
            case PopUrl(url=url):
                self.seen.append(("pop_url", url))
            case _:
                self.seen.append((type(effect).__name__, effect.contact))

    def withdraw(self, effect: WithdrawPop) -> None:
        self.seen.append(("withdraw", effect.contact))

    def complete_work(self, effect: CompleteWork) -> None:
        self.seen.append(("complete_work", effect.work))

    def raise_alarm(self, effect: RaiseAlarm) -> None:
        self.seen.append(("alarm", effect.agent))

    def refresh(self, effect: RefreshView) -> None:
        self.seen.append(("refresh", effect.contact))


class Rig:
    """All of it.  The clock stands still; `turn` lets what is ready on the loop happen."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.clock = ManualClock()
        self.disk = Disk()
        self.wire = Wire(snapshot or Snapshot(phones=PHONES))
        self.people = People()
        self.panels = Panels()
        self.pokes = 0
        self.hurries = 0
        self.answers: list[RememberedReply] = []
        self.calls = 0
        self.ids = 0
        self.runner = Runner(
            store=self.disk,  # type: ignore[arg-type]  # the loop uses no more of it
            switch=self.wire,
            crm=self.people,  # type: ignore[arg-type]  # the loop uses no more of it
            clock=self.clock,
            outside=self.panels,
            poke_outbox=self.poke,
            hurry_outbox=self.hurry,
            new_id=self.new_id,
        )

    async def start(self, loaded: Loaded | None = None, directory: Directory = DIRECTORY) -> "Rig":
        await self.runner.start(loaded or Loaded(1, (), (), (), None), directory)
        await self.turn()
        self.panels.seen.clear()
        return self

    def poke(self) -> None:
        self.pokes += 1

    def hurry(self) -> None:
        self.hurries += 1

    def new_id(self, _now: int) -> str:
        self.ids += 1
        return f"id{self.ids:04}"

    async def turn(self) -> None:
        """What is ready happens: asks and look-ups take a few turns of the loop."""
        for _ in range(10):
            await asyncio.sleep(0)

    def order(self, command: Command, request: str = "") -> None:
        """An agent's command; its answer goes to `answers`."""
        self.runner.command(command, request or f"request-{self.ids}", self.answers.append)

    def ring(self, line: str = LINE, number: str = MIA) -> str:
        """A customer calls; returns the contact's key."""
        self.calls += 1
        known = set(self.runner.floor.contacts)
        self.runner.event(CallArrived(f"in-{self.calls}", number, line, self.clock.now()))
        (key,) = set(self.runner.floor.contacts) - known
        return key

    def asked(self, kind: type[Any]) -> list[Any]:
        """What the switch was asked, of one kind."""
        return [ask for ask in self.wire.asked if isinstance(ask, kind)]

    def contact(self, key: str) -> Contact:
        return self.runner.floor.contacts[key]


def one_person(name: str = "Mia Chen") -> CallerMatch:
    """A match that is sure."""
    return CallerMatch((Record("003000000000001AAA", "Contact", name),), ())


def errors(records: Sequence[Any]) -> list[str]:
    """The messages of what was logged as an error."""
    return [record.getMessage() for record in records if record.levelname == "ERROR"]
