"""A fault laboratory: contacts with Tasks to be, the outbox and the adapter as they are, a proxy, an org.

Contacts are counted here, where they are made up, and Tasks by SOQL at the org itself; the ledger is asked for neither.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from connector.ports.store import Commit, TaskFields
from connector.salesforce import SalesforceCrm
from connector.service.clock import ManualClock
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.store.sqlite import SqliteStore
from tests.faults.proxy import Proxy
from tests.ports.crm_contract import Desk, Row, fresh_key, task_fields
from tests.ports.store_contract import committed, saving
from tests.ports.store_contract import task as wanted_task

ROUNDS = 400
MakeCrm = Callable[[], SalesforceCrm]


class Figures(Struct):
    """What one trial came to: contacts in, those that have a Task, Tasks too many, and how long it took."""

    contacts: int
    tasks: int
    doubles: int
    recovered_ms: int


class Connector:
    """A store, an outbox and an adapter: all of a connector that writes Tasks.  `parked` is what it gave to people."""

    def __init__(self, path: Path, make_crm: MakeCrm, clock: ManualClock) -> None:
        self.path = path
        self.clock = clock
        self.parked: list[TaskNews] = []
        self.longest_ms = 0
        self.news: list[TaskNews] = []
        self._make_crm = make_crm

    async def start(self) -> None:
        self.store = SqliteStore(self.path, self.clock.now)
        await self.store.open()
        self.crm = self._make_crm()
        self.outbox = Outbox(self.store, self.crm, clock=self.clock, report=self._take, timeout_ms=2_000)

    def _take(self, news: TaskNews) -> None:
        self.news.append(news)
        if type(news).__name__ == "TaskRefused":
            self.parked.append(news)

    async def stop(self) -> None:
        await self.store.close()
        await self.crm.close()

    async def restart(self) -> None:
        """What it remembered is gone, what it kept is not."""
        await self.stop()
        await self.start()

    async def copied(self, path: Path) -> "Connector":
        """Another connector, on a copy of the store; nobody told it that it is one."""
        await self.stop()
        shutil.copyfile(self.path, path)
        await self.start()
        other = Connector(path, self._make_crm, self.clock)
        await other.start()
        return other

    async def settle(self) -> int:
        """Rounds, and the time between them, until nothing is due; returns how many ms of the clock that took."""
        began = self.clock.now()
        for _ in range(ROUNDS):
            due = await self.store.next_due()
            if due is None:
                took = self.clock.now() - began
                self.longest_ms = max(self.longest_ms, took)
                return took
            self.clock.advance(max(0, due - self.clock.now()))
            await self.outbox.round()
        raise AssertionError(f"the outbox does not come to rest; it rests for {self.outbox.rest}")


class Lab:
    """Contacts, of which it knows what their Tasks must be, and one connector."""

    def __init__(self, connector: Connector, proxy: Proxy, desk: Desk, people: tuple[str, ...]) -> None:
        self.connector = connector
        self.proxy = proxy
        self.desk = desk
        self.must_be: dict[str, TaskFields] = {}
        self.deleted: set[str] = set()
        self.most_doubles = 0
        self._people = people

    async def call(self, count: int = 1, **fields: str | int | None) -> list[str]:
        """So many contacts have come to an end; returns their keys."""
        keys = [fresh_key() for _ in range(count)]
        for n, key in enumerate(keys):
            who = self._people[n % len(self._people)]
            given = {"WhoId": who, "Description": f"words {n}", **fields}
            self.must_be[key] = task_fields(key, self.desk.agent, **given)
        await self._commit(self.connector, keys)
        return keys

    async def type(self, keys: list[str], **changes: str | int | None) -> None:
        """Agents typed on: the next version of each is wanted."""
        for key in keys:
            fields = self.must_be[key]
            fields["Phone_Revision__c"] = _revision(fields) + 1
            fields |= {"Description": f"{fields['Description']} and more", **changes}
        await self._commit(self.connector, keys)

    async def type_at(self, other: Connector, keys: list[str], **changes: str | int | None) -> None:
        """The same at another connector, whose agents nobody listens to here."""
        await self._commit(other, keys, **changes)

    async def _commit(self, connector: Connector, keys: list[str], **changes: str | int | None) -> None:
        commits = []
        for key in keys:
            fields = {**self.must_be[key], **changes}
            revision = _revision(fields)
            commits.append(Commit((saving(key, revision),), (), (wanted_task(key, revision, **_free(fields)),)))
        await committed(connector.store, *commits)

    async def task(self, key: str) -> Row:
        return await self.desk.task(key)

    async def tasks(self) -> dict[str, list[Row]]:
        """The Tasks of each contact, as the org tells a person."""
        return {key: await self.desk.tasks(key) for key in self.must_be}

    async def settled(self) -> Figures:
        """Everything is written; each contact has its one Task, as it must be."""
        took = await self.connector.settle()
        figures = await self.figures(took)
        assert self.connector.parked == []
        assert figures.doubles == 0
        assert figures.tasks == figures.contacts - len(self.deleted)
        for key, (task, *_) in ((key, tasks) for key, tasks in (await self.tasks()).items() if tasks):
            fields = self.must_be[key]
            assert key not in self.deleted
            assert {name: task[name] for name in fields} == fields
        return figures

    async def figures(self, took: int) -> Figures:
        tasks = await self.tasks()
        written = sum(bool(found) for found in tasks.values())
        doubles = sum(max(0, len(found) - 1) for found in tasks.values())
        self.most_doubles = max(self.most_doubles, doubles)
        return Figures(len(tasks), written, doubles, took)

    async def tell(self, test: str) -> None:
        """Prints what became of it, as a row of docs/reference/faults.md."""
        at_last = await self.figures(self.connector.longest_ms)
        seconds = at_last.recovered_ms / 1000
        counted = f"{at_last.contacts} | {at_last.tasks} | {self.most_doubles} | {at_last.doubles} | {seconds:.1f}"
        print(f"| {test} | {counted} |")


def _revision(fields: TaskFields) -> int:
    revision = fields["Phone_Revision__c"]
    assert isinstance(revision, int)
    return revision


def _free(fields: TaskFields) -> TaskFields:
    return {name: value for name, value in fields.items() if name != "Phone_Revision__c"}
