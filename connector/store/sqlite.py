"""The default store: one SQLite file with a write-ahead log, synced at every commit, and one owner."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.erasure import Person
from connector.domain.model import Contact
from connector.errors import StoreError
from connector.ports.store import (
    About,
    Commit,
    Discard,
    Keep,
    LedgerRow,
    Loaded,
    OutboxCount,
    OutboxEntry,
    OutboxRow,
    Settled,
    TaskFields,
)
from connector.store import database, ledger_rows, outbox_rows, records
from connector.store.group_commit import Alone, GroupCommit

log = logging.getLogger(__name__)

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], object]


class _Write(Struct, frozen=True, gc=False):
    """A commit and the time at which it was handed over."""

    commit: Commit
    now: int


class SqliteStore:
    """See `connector.ports.store.Store`.  `now` gives ms since 1970 UTC and is called on the loop only.

    Reads take their turn behind the commits handed over before them, so they show those.  Fit for a local disk; the
    lock `<path>.lock` and SQLite's own `-wal` and `-shm` lie beside the file and belong to it.
    """

    def __init__(self, path: Path, now: Callable[[], int], keep: Keep = Keep()) -> None:  # noqa: B008 - frozen
        self.path = path
        self.keep = keep
        self.epoch = 0
        self._now = now
        self._thread: GroupCommit[_Write | Query] = GroupCommit(path, self._perform)

    async def open(self) -> Loaded:
        """See the port."""
        self.epoch = await self._thread.start()
        now = self._now()
        try:
            loaded = await self._ask(lambda db: self._load(db, now))
            await self.prune(now)
        except BaseException:
            await self._thread.end()
            raise
        return loaded

    def _load(self, db: sqlite3.Connection, now: int) -> Loaded:
        outbox_rows.not_of_another_clock(db, now)
        contacts = records.unsettled_contacts(db)
        return Loaded(
            self.epoch,
            tuple(contacts),
            tuple(records.agents(db)),
            tuple(records.replies(db, now - self.keep.replies)),
            records.directory(db, now - self.keep.directory if self.keep.directory else -1),
            tuple(outbox_rows.news(db, contacts, now)),
        )

    def commit(self, commit: Commit, done: Callable[[BaseException | None], None]) -> None:
        """See the port."""
        if not self._thread.submit(_Write(commit, self._now()), lambda _, error: done(error)):
            asyncio.get_running_loop().call_soon(done, self._closed())

    async def claim(self, now: int, limit: int, lease: int) -> Sequence[OutboxRow]:
        """See the port."""
        return await self._ask(lambda db: outbox_rows.claim(db, now, limit, now + lease, self.epoch))

    async def settle(self, rows: Sequence[Settled]) -> None:
        """See the port."""
        now = self._now()
        await self._ask(lambda db: outbox_rows.settle(db, rows, now, self.epoch))

    async def next_due(self) -> int | None:
        """See the port."""
        return await self._ask(outbox_rows.next_due)

    async def outbox_count(self) -> OutboxCount:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: outbox_rows.count(db, now))

    async def outbox_entries(self, contact: str | None = None) -> Sequence[OutboxEntry]:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: outbox_rows.entries(db, now, contact))

    async def parked_entries(self, limit: int) -> tuple[int, Sequence[OutboxEntry]]:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: outbox_rows.parked_entries(db, now, limit))

    async def try_again(self, contacts: Sequence[str] | None = None, *, but: Sequence[str] = ()) -> int:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: outbox_rows.try_again(db, contacts, but, now))

    async def discard(self, discard: Discard) -> bool:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: outbox_rows.discard(db, discard, now, self.epoch))

    async def ledger(self, since: int, after: LedgerRow | None, limit: int) -> Sequence[LedgerRow]:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: ledger_rows.page(db, since, after, limit, now))

    async def ledger_of(self, contacts: Sequence[str]) -> Sequence[LedgerRow]:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: ledger_rows.of(db, contacts, now))

    async def write_again(self, row: LedgerRow, fields: TaskFields, *, anew: bool) -> bool:
        """See the port."""
        now = self._now()
        return await self._ask(lambda db: ledger_rows.write_again(db, row, fields, now, self.epoch, anew=anew))

    async def today(self, agent: str, since: int, limit: int) -> tuple[int, Sequence[Contact]]:
        """See the port."""
        return await self._ask(lambda db: records.today(db, agent, since, limit))

    async def contact(self, key: str) -> Contact | None:
        """See the port."""
        return await self._ask(lambda db: records.contact(db, key))

    async def recorded_by(self, contact: str) -> str | None:
        """See the port."""
        return await self._ask(lambda db: records.recorded_by(db, contact))

    async def forget_recorded(self, before: int) -> int:
        """See the port.  Done in small steps, as `prune`."""
        total = 0
        while gone := await self._ask(lambda db: records.forget_recorded(db, before)):
            total += gone
        return total

    async def use_token(self, token: str, until: int) -> bool:
        """See the port."""
        return await self._ask(lambda db: records.use_token(db, token, until))

    async def save_directory(self, directory: Directory) -> None:
        """See the port."""
        now = self._now()
        await self._ask(lambda db: records.put_directory(db, directory, now, self.epoch))

    async def about(self, person: Person) -> Sequence[About]:
        """See the port."""
        return await self._ask(lambda db: records.about(db, person))

    async def erase(self, person: Person, contacts: Sequence[str]) -> None:
        """See the port.  The file is written anew: commits wait for that."""
        now = self._now()
        await self._ask(lambda db: records.erase(db, person, contacts, now, self.epoch))
        await self._ask(Alone(database.purge))

    async def prune(self, now: int) -> int:
        """See the port.  Done in small steps: commits get their turn in between."""
        total = 0
        while gone := await self._ask(lambda db: records.prune(db, now, self.keep)):
            total += gone
        return total

    async def close(self) -> None:
        """See the port."""
        await self._thread.end()

    # ------------------------------------------------------------------------------------------------------------

    async def _ask(self, query: "Callable[[sqlite3.Connection], T] | Alone[T]") -> T:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(result: Any, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

        if not self._thread.submit(query, done):
            raise self._closed()
        return await answer

    def _closed(self) -> StoreError:
        return StoreError(f"{self.path}: the store is not open")

    def _perform(self, db: sqlite3.Connection, batch: Sequence[_Write | Query]) -> list[object]:
        """In the thread: neighbouring commits are written as one, everything else in its turn."""
        results: list[object] = []
        writes: list[_Write] = []
        for work in batch:
            if isinstance(work, _Write):
                writes.append(work)
                results.append(None)
            else:
                self._write(db, writes)
                writes.clear()
                results.append(work(db))
        self._write(db, writes)
        return results

    def _write(self, db: sqlite3.Connection, writes: Sequence[_Write]) -> None:
        """The newest value of each thing: what one transaction replaces twice need not be written twice."""
        if not writes:
            return
        commits = [write.commit for write in writes]
        contacts = {contact.key: contact for commit in commits for contact in commit.contacts}
        agents = {agent.id: agent for commit in commits for agent in commit.agents}
        replies = {(reply.agent, reply.request): reply for commit in commits for reply in commit.replies}
        tasks = sorted((task for commit in commits for task in commit.tasks), key=lambda task: task.revision)
        now = writes[-1].now
        if tasks:
            outbox_rows.want(db, {task.contact: task for task in tasks}.values(), now, self.epoch)
        if contacts:
            records.put_contacts(db, contacts.values(), now, self.epoch)
        if agents:
            records.put_agents(db, agents.values(), self.epoch)
        if replies:
            records.put_replies(db, replies.values(), self.epoch)
