"""Random walks: whatever fails, each contact ends as exactly one Task with its newest revision.

The model org has no unique key, requests of a dead process may still be carried out until their lease is over, and the
model of what is wanted is the walk's own: neither the store's nor the outbox's word is taken for it.
"""

import asyncio
import tempfile
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connector.domain.events import TaskEvent, TaskRefused, TaskSaved
from connector.errors import CrmUnavailable, StoreError
from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import Commit, OutboxRow, Settled
from connector.service.clock import ManualClock
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.service.retry import VERDICTS, Verdict
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import MEMORY, NOON, committed, saving, task
from tests.service.task_org import Fault, TaskOrg

KEYS = [f"k{n}" for n in range(4)]
TIMEOUT = 1_000
SOME = st.lists(st.sampled_from(KEYS), min_size=1, unique=True)
T = TypeVar("T")


class DiesError(BaseException):
    """The process ends here."""


class BrokenStore(SqliteStore):
    """A store whose next settling fails, if told so."""

    broken = False

    async def settle(self, rows: Sequence[Settled]) -> None:
        if self.broken:
            self.broken = False
            raise StoreError("the disk is full")
        await super().settle(rows)


class Walk(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.clock = ManualClock(NOON)
        self.org = TaskOrg()
        self.wanted: dict[str, int] = {}
        self.told: dict[str, TaskEvent] = {}
        self.late: list[tuple[int, Sequence[OutboxRow]]] = []
        self.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def start(self) -> None:
        self.store = BrokenStore(Path(self.folder.name) / "x.db", self.clock.now)
        loaded = self.run(self.store.open())
        for news in loaded.news:
            self.told[news.contact] = news
        self.outbox = Outbox(
            self.store, self.org, clock=self.clock, report=self.take, timeout_ms=TIMEOUT, random=lambda: 0.5
        )

    def take(self, news: TaskNews) -> None:
        self.told[news.contact] = news

    @rule(keys=SOME)
    def want(self, keys: list[str]) -> None:
        commits = []
        for key in keys:
            revision = self.wanted[key] = self.wanted.get(key, 0) + 1
            wanted = task(key, revision, Phone_Contact_Key__c=key, Description=f"note {revision}")
            commits.append(Commit((saving(key, revision),), (), (wanted,)))
        self.run(committed(self.store, *commits))

    @rule(ms=st.sampled_from([1, 500, 2_001, 60_000, 400_000]))
    def time_passes(self, ms: int) -> None:
        until = self.clock.now() + ms
        for at, rows in self.late:
            if at <= until:
                self.org.carry_out(rows)
        self.late = [(at, rows) for at, rows in self.late if at > until]
        self.clock.advance(ms)

    @rule()
    def works(self) -> None:
        self.run(self.round())

    def request(self, keys: list[str], answer: Fault) -> None:
        """The next request meets that answer; it is about these keys, if no lease forbids it, and about a new one."""
        if self.outbox.rest is not None:
            self.time_passes(max(0, self.outbox.rest.until - self.clock.now()))
        self.want([*keys, f"new {len(self.wanted)}"])
        self.org.script.append(answer)
        try:
            self.run(self.round())
        finally:
            self.org.script.clear()

    async def round(self) -> None:
        try:
            await self.outbox.round()
        except StoreError:
            assert not self.store.broken

    @rule(
        keys=SOME,
        carried_out=st.booleans(),
        doubtful=st.booleans(),
        code=st.sampled_from(["connection", "busy", "daily_limit"]),
    )
    def unavailable(self, keys: list[str], carried_out: bool, doubtful: bool, code: str) -> None:
        def fail(rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
            if carried_out and doubtful:
                self.org.carry_out(rows)
            raise CrmUnavailable(code, "no", doubtful=doubtful)

        self.request(keys, fail)

    @rule(codes=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(sorted(VERDICTS)), min_size=1))
    def refuses(self, codes: dict[str, str]) -> None:
        """Salesforce refuses some rows; a duplicate is only reported by an org that has the Task."""

        def refuse(rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
            results: list[TaskResult] = []
            for row in rows:
                code = codes.get(row.contact)
                if code is None or (VERDICTS[code] is Verdict.LOOK_UP and not self.org.of(row.contact)):
                    results += self.org.carry_out([row])
                else:
                    results.append(TaskError(row.contact, code, "no"))
            return results

        self.request(sorted(codes), refuse)

    @rule(keys=SOME, when=st.sampled_from(["before", "after", "late"]))
    def dies(self, keys: list[str], when: str) -> None:
        """kill -9 with a request under way; Salesforce may finish it up to the request's timeout later."""

        def die(rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
            if when == "after":
                self.org.carry_out(rows)
            if when == "late":
                self.late.append((self.clock.now() + TIMEOUT, list(rows)))
            raise DiesError

        with suppress(DiesError):
            self.request(keys, die)
        self.run(self.store.close())
        self.start()

    @rule()
    def restarts(self) -> None:
        self.run(self.outbox.stop())
        self.run(self.store.close())
        self.start()

    @rule(keys=SOME)
    def disk_fills(self, keys: list[str]) -> None:
        self.store.broken = True
        self.request(keys, self.org.carry_out)
        self.store.broken = False

    @rule(keys=SOME)
    def we_stumble(self, keys: list[str]) -> None:
        def stumble(rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
            self.org.carry_out(rows[:1])
            raise KeyError("mistake")

        self.request(keys, stumble)

    @invariant()
    def never_two(self) -> None:
        for key in self.wanted:
            assert len(self.org.of(key)) <= 1, key

    @invariant()
    def never_said_saved_what_is_not(self) -> None:
        for news in self.told.values():
            if isinstance(news, TaskSaved) and news.task_id is not None:
                revision = self.org.tasks[news.task_id]["Phone_Revision__c"]
                assert isinstance(revision, int)
                assert revision >= news.revision

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        # A refusal needs a newer revision; nothing else does.
        parked = [key for key, news in self.told.items() if isinstance(news, TaskRefused)]
        if parked:
            self.want(parked)
        for _ in range(50):
            self.run(self.outbox.round())
            due = self.run(self.store.next_due())
            if due is None:
                break
            self.time_passes(max(0, due - self.clock.now()))
        self.time_passes(10 * TIMEOUT)
        try:
            for key, revision in self.wanted.items():
                notes = [fields["Description"] for fields in self.org.of(key)]
                assert notes == [f"note {revision}"], key
                news = self.told[key]
                assert isinstance(news, TaskSaved), news
                assert news.revision == revision
            count = self.run(self.store.outbox_count())
            assert (count.waiting, count.leased, count.parked) == (0, 0, 0)
        finally:
            self.run(self.store.close())
            self.folder.cleanup()
            self.loop.close()


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=max(10, settings().max_examples // 5), stateful_step_count=25)
