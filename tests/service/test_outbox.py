"""The outbox against a scripted Salesforce: waits, refusals, lost replies, crashes, newer revisions, a bad disk."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from connector.domain.effects import SaveTask
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved, TaskWaiting
from connector.errors import CrmUnavailable, StoreError
from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import LONGEST_WAIT, Commit, OutboxRow, Settled
from connector.service.clock import ManualClock, Timer
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import MEMORY, NOON, committed, saving
from tests.ports.store_contract import task as bare_task
from tests.service.task_org import TaskOrg


class WatchedClock(ManualClock):
    """Tells when somebody sets an alarm."""

    def __init__(self, now: int, set_: Callable[[], None]) -> None:
        super().__init__(now)
        self.alarms: list[int] = []
        self._set = set_

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        self.alarms.append(at)
        self._set()
        return super().call_at(at, call)


class World:
    """An org, a store on disk and an outbox between them, all of which a test can end and start again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changed = asyncio.Event()
        self.clock = WatchedClock(NOON, self._changed.set)
        self.org = TaskOrg()
        self.news: list[TaskNews] = []
        self.store = SqliteStore(path, self.clock.now)
        self.outbox = self.make()

    def make(self) -> Outbox:
        return Outbox(
            self.store,
            self.org,
            clock=self.clock,
            report=self.take,
            gather_ms=300,
            timeout_ms=10_000,
            random=lambda: 1.0,
        )

    def take(self, news: TaskNews) -> None:
        self.news.append(news)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when it is so; looked at whenever there is news or an alarm is set."""
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def told(self, count: int) -> None:
        """There is that much news."""
        await self.until(lambda: len(self.news) == count)

    async def alarm(self, at: int) -> None:
        """The outbox sleeps until then; and then it is then."""
        await self.until(lambda: at in self.clock.alarms)
        self.clock.advance(at - self.clock.now())

    async def restart(self) -> tuple[TaskNews | TaskDiscarded, ...]:
        """The process ended without a word; another one has the store."""
        await self.store.close()
        self.store = SqliteStore(self.path, self.clock.now)
        loaded = await self.store.open()
        self.outbox = self.make()
        return loaded.news

    async def want(self, *keys: str, revision: int = 1, **fields: str) -> None:
        await committed(
            self.store, *(Commit((saving(key, revision),), (), (task(key, revision, **fields),)) for key in keys)
        )

    async def round(self) -> list[TaskNews]:
        """One round; returns what it told."""
        before = len(self.news)
        await self.outbox.round()
        return self.news[before:]

    async def settle_down(self) -> None:
        """Rounds, and the time between them, until nothing is due any more."""
        for _ in range(500):
            await self.outbox.round()
            due = await self.store.next_due()
            if due is None:
                return
            self.clock.advance(max(0, due - self.clock.now()))
        raise AssertionError("the outbox does not come to rest")


def task(key: str, revision: int = 1, **fields: str) -> SaveTask:
    return bare_task(key, revision, Phone_Contact_Key__c=key, **fields)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        world = World(Path(folder) / "connector.db")
        await world.store.open()
        yield world
        world.org.gate.set()
        await world.outbox.stop()
        await world.store.close()


def unavailable(
    code: str, *, doubtful: bool = False, retry_after: int | None = None
) -> Callable[..., list[TaskResult]]:
    def fail(_: Sequence[OutboxRow]) -> list[TaskResult]:
        raise CrmUnavailable(code, "no", doubtful=doubtful, retry_after=retry_after)

    return fail


def refusing(code: str, message: str = "no", fields: tuple[str, ...] = ()) -> Callable[[OutboxRow], TaskError]:
    return lambda row: TaskError(row.contact, code, message, fields)


# The straight way ----------------------------------------------------------------------------------------------


async def test_a_wanted_task_is_written_and_told(world: World) -> None:
    await world.want("k1")
    assert await world.round() == [TaskSaved("k1", 1, "00T000000000000001", "Call k1")]
    assert world.org.of("k1") == [task("k1").fields]
    assert await world.store.next_due() is None
    assert (world.outbox.written, world.outbox.parked, world.outbox.retries, world.outbox.last_batch) == (1, 0, 0, 1)


async def test_a_later_revision_updates_the_same_task(world: World) -> None:
    await world.want("k1")
    await world.round()
    await world.want("k1", revision=2, Description="note")
    assert await world.round() == [TaskSaved("k1", 2, "00T000000000000001", "Call k1")]
    (row,) = world.org.requests[-1]
    assert (row.written, row.written_fields, row.task_id) == (1, task("k1").fields, "00T000000000000001")
    assert [f["Description"] for f in world.org.of("k1")] == ["note"]


async def test_at_most_400_at_once(world: World) -> None:
    await world.want(*(f"k{n:03}" for n in range(850)))
    assert await world.outbox.round() is True
    assert await world.outbox.round() is True
    assert await world.outbox.round() is False
    assert [len(rows) for rows in world.org.requests] == [400, 400, 50]
    assert len(world.org.tasks) == 850


async def test_nothing_due_asks_nothing(world: World) -> None:
    assert await world.outbox.round() is False
    assert world.org.requests == []


async def test_a_task_that_people_deleted_stays_deleted(world: World) -> None:
    await world.want("k1")
    await world.round()
    world.org.tasks.clear()
    await world.want("k1", revision=2)
    assert await world.round() == [TaskSaved("k1", 2, None, "Call k1")]
    requests = len(world.org.requests)
    await world.want("k1", revision=3)
    assert await world.round() == [TaskSaved("k1", 3, None, "Call k1")]
    assert len(world.org.requests) == requests, "there is nothing to ask"
    assert world.org.tasks == {}


# The loop ------------------------------------------------------------------------------------------------------


async def test_due_rows_gather_for_a_moment(world: World) -> None:
    world.outbox.start()
    await world.want("k1")
    world.outbox.poke()
    await world.until(lambda: world.clock.alarms == [NOON + 300])
    world.clock.advance(299)
    await world.want("k2")
    world.outbox.poke()
    assert world.org.requests == []
    world.clock.advance(1)
    await world.told(2)
    # It slept until then: the second was found without looking for it.
    assert world.clock.alarms == [NOON + 300]
    assert [len(rows) for rows in world.org.requests] == [2]


async def test_flush_does_not_wait(world: World) -> None:
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.told(1)
    assert world.clock.now() == NOON


async def test_a_full_batch_is_followed_by_the_next_at_once(world: World) -> None:
    world.outbox.start()
    await world.want(*(f"k{n:03}" for n in range(450)))
    world.outbox.flush()
    await world.told(450)
    assert world.clock.now() == NOON
    assert [len(rows) for rows in world.org.requests] == [400, 50]


async def test_what_comes_during_a_request_goes_with_the_next(world: World) -> None:
    world.org.gate.clear()
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.org.asked.wait()
    await world.want("k2", "k3")
    world.outbox.poke()
    world.clock.advance(300)
    world.org.gate.set()
    await world.told(3)
    assert [[row.contact for row in rows] for rows in world.org.requests] == [["k1"], ["k2", "k3"]]


async def test_it_wakes_when_a_row_is_due_again(world: World) -> None:
    world.org.script.append(unavailable("connection"))
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.told(1)
    await world.alarm(NOON + 1_300)
    await world.told(2)
    assert isinstance(world.news[1], TaskSaved)


async def test_stop_finishes_the_request_under_way_and_begins_no_other(world: World) -> None:
    world.org.gate.clear()
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.org.asked.wait()
    await world.want("k2")
    world.outbox.flush()
    stopping = asyncio.create_task(world.outbox.stop())
    world.org.gate.set()
    await stopping
    assert [type(news) for news in world.news] == [TaskSaved]
    assert await world.restart() == (TaskSaved("k1", 1, "00T000000000000001", "Call k1"),)
    assert await world.store.next_due() == NOON, "k2 is for the next start"


async def test_stop_without_start_and_stop_when_idle(world: World) -> None:
    await world.outbox.stop()
    outbox = world.make()
    outbox.start()
    await outbox.stop()


def test_a_lease_must_outlast_two_requests(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "x.db", lambda: 0)
    with pytest.raises(ValueError, match="lease_ms is 20000: it must be more than twice timeout_ms"):
        Outbox(store, TaskOrg(), clock=ManualClock(), report=print, timeout_ms=10_000, lease_ms=20_000)


# Salesforce cannot be asked ------------------------------------------------------------------------------------


async def test_a_fault_of_the_connection_waits_and_never_parks(world: World) -> None:
    await world.want("k1", "k2")
    for failure in range(1, 30):
        world.org.script.append(unavailable("connection"))
        news = await world.round()
        due = world.clock.now() + min(60_000, 1_000 << (failure - 1))
        assert news == [TaskWaiting("k1", 1, due, "connection"), TaskWaiting("k2", 1, due, "connection")]
        world.clock.advance(due - world.clock.now())
    assert [type(news) for news in await world.round()] == [TaskSaved, TaskSaved]
    assert all(not row.doubtful and row.attempts == 0 for rows in world.org.requests for row in rows)
    assert world.outbox.rest is None


async def test_what_comes_while_salesforce_is_away_is_told_to_wait_and_not_tried(world: World) -> None:
    world.org.script.append(unavailable("daily_limit"))
    await world.want("k1")
    await world.round()
    world.clock.advance(10_000)
    await world.want("k2")
    assert await world.round() == [TaskWaiting("k2", 1, NOON + 300_000, "daily_limit")]
    assert len(world.org.requests) == 1
    assert world.outbox.rest_code == "daily_limit"
    world.clock.advance(290_000)
    assert world.outbox.rest_code == ""
    assert [type(news) for news in await world.round()] == [TaskSaved, TaskSaved]
    (k1, k2) = world.org.requests[-1]
    assert (k2.doubtful, k2.attempts) == (False, 0), "it was never tried"
    assert (k1.doubtful, k1.attempts) == (False, 0)


async def test_as_long_as_salesforce_asks_for(world: World) -> None:
    world.org.script.append(unavailable("busy", retry_after=90_000))
    await world.want("k1")
    assert await world.round() == [TaskWaiting("k1", 1, NOON + 91_000, "busy")]


@pytest.mark.parametrize("asked", [86_400_000, 10**30])
async def test_whoever_asks_for_days_is_asked_again_after_a_quarter_of_an_hour(world: World, asked: int) -> None:
    world.org.script.append(unavailable("unavailable", retry_after=asked))
    await world.want("k1")
    assert await world.round() == [TaskWaiting("k1", 1, NOON + LONGEST_WAIT, "unavailable")]
    assert await world.restart() == (TaskWaiting("k1", 1, NOON + LONGEST_WAIT, "unavailable"),)
    world.clock.advance(LONGEST_WAIT)
    await world.round()
    assert isinstance(world.news[-1], TaskSaved)


async def test_the_log_has_the_code_of_what_rests_the_queue_not_the_words(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    words = "entity type cannot be inserted: Mrs Vos is ill"
    world.org.refuse = refusing("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)
    await world.want("k1")
    await world.round()
    assert "INSUFFICIENT_ACCESS" in caplog.text
    assert "Vos" not in caplog.text


async def test_an_error_of_the_org_rests_the_queue_without_parking(world: World) -> None:
    world.org.refuse = refusing("API_DISABLED_FOR_ORG")
    await world.want("k1", "k2")
    news = await world.round()
    assert news == [TaskWaiting(key, 1, NOON + 300_000, "API_DISABLED_FOR_ORG") for key in ("k1", "k2")]
    assert world.outbox.rest is not None
    assert (await world.store.outbox_count()).parked == 0
    world.org.refuse = lambda row: None
    await world.settle_down()
    assert len(world.org.tasks) == 2


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_lost_reply_is_looked_up_and_makes_no_second_task(world: World, carried_out: bool) -> None:
    def lose(rows: Sequence[OutboxRow]) -> list[TaskResult]:
        if carried_out:
            world.org.carry_out(rows)
        raise CrmUnavailable("connection", "reset by peer", doubtful=True)

    world.org.script.append(lose)
    await world.want("k1")
    assert [type(news) for news in await world.round()] == [TaskWaiting]
    world.org.script.append(unavailable("connection", doubtful=False))
    await world.settle_down()
    assert [rows[0].doubtful for rows in world.org.requests] == [False, True, True], "doubt stays until it is resolved"
    assert len(world.org.of("k1")) == 1


# Salesforce refuses --------------------------------------------------------------------------------------------


async def test_a_refused_row_parks_with_its_field_and_a_newer_revision_frees_it(world: World) -> None:
    world.org.refuse = refusing("STRING_TOO_LONG", "Subject: data value too large", ("Subject",))
    await world.want("k1")
    assert await world.round() == [TaskRefused("k1", 1, "STRING_TOO_LONG", "Subject", "Subject: data value too large")]
    assert await world.store.next_due() is None
    assert (await world.store.outbox_count()).parked == 1
    assert world.outbox.parked == 1
    world.clock.advance(10**9)
    assert await world.round() == []
    world.org.refuse = lambda row: None
    await world.want("k1", revision=2)
    assert [type(news) for news in await world.round()] == [TaskSaved]
    assert len(world.org.of("k1")) == 1


async def test_only_the_refused_row_of_a_batch_parks(world: World) -> None:
    world.org.refuse = lambda row: TaskError("k2", "MALFORMED_ID", "x", ("WhatId",)) if row.contact == "k2" else None
    await world.want("k1", "k2", "k3")
    assert [type(news) for news in await world.round()] == [TaskSaved, TaskRefused, TaskSaved]


async def test_contention_backs_off_row_by_row(world: World) -> None:
    world.org.refuse = lambda row: TaskError("k2", "UNABLE_TO_LOCK_ROW", "x") if row.contact == "k2" else None
    await world.want("k1", "k2")
    assert await world.round() == [
        TaskSaved("k1", 1, "00T000000000000001", "Call k1"),
        TaskWaiting("k2", 1, NOON + 1_000, "UNABLE_TO_LOCK_ROW"),
    ]
    world.clock.advance(1_000)
    assert await world.round() == [TaskWaiting("k2", 1, NOON + 3_000, "UNABLE_TO_LOCK_ROW")]
    assert world.outbox.rest is None, "others go on"
    world.clock.advance(2_000)
    world.org.refuse = lambda row: None
    assert [type(news) for news in await world.round()] == [TaskSaved]
    assert world.outbox.retries == 2


async def test_a_duplicate_is_our_own_and_is_looked_up_at_once(world: World) -> None:
    world.org.carry_out([OutboxRow("k1", 1, task("k1").fields, 0, {}, None, False, 0)])
    world.org.refuse = lambda row: None if row.doubtful else TaskError("k1", "DUPLICATE_VALUE", "duplicates value")
    await world.want("k1")
    assert await world.round() == []
    assert [type(news) for news in await world.round()] == [TaskSaved]
    assert len(world.org.of("k1")) == 1


async def test_a_duplicate_that_a_look_up_does_not_explain_parks(world: World) -> None:
    world.org.refuse = refusing("DUPLICATE_VALUE", "duplicate value found: Ticket__c", ("Ticket__c",))
    await world.want("k1")
    assert await world.round() == []
    assert await world.round() == [
        TaskRefused("k1", 1, "DUPLICATE_VALUE", "Ticket__c", "duplicate value found: Ticket__c")
    ]


async def test_an_error_on_every_row_is_the_batchs_and_halves_it(world: World) -> None:
    def too_much(rows: Sequence[OutboxRow]) -> list[TaskResult]:
        if len(rows) <= 25:
            return world.org.carry_out(rows)
        return [TaskError(row.contact, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Apex CPU time limit") for row in rows]

    world.org.script.extend([too_much] * 30)
    await world.want(*(f"k{n:03}" for n in range(200)))
    await world.settle_down()
    assert [len(rows) for rows in world.org.requests][:5] == [200, 100, 50, 25, 50]
    assert len(world.org.tasks) == 200
    assert world.outbox.parked == 0


async def test_a_request_that_took_too_long_comes_back_half_as_large(world: World) -> None:
    def too_long(rows: Sequence[OutboxRow]) -> list[TaskResult]:
        if len(rows) <= 25:
            return world.org.carry_out(rows)
        raise CrmUnavailable("timeout", "Your request was running for too long.", retry_after=5_000)

    world.org.script.extend([too_long] * 30)
    await world.want(*(f"k{n:03}" for n in range(200)))
    await world.outbox.round()
    await world.want("late")
    await world.outbox.round()
    assert {news.code for news in world.news if isinstance(news, TaskWaiting)} == {"timeout"}
    assert len(world.news) == 201, "all that is due meanwhile is put off at once"
    await world.settle_down()
    assert [len(rows) for rows in world.org.requests][:5] == [200, 100, 50, 25, 50]
    assert len(world.org.tasks) == 201
    assert world.outbox.parked == 0


async def test_a_whole_request_that_is_refused_for_an_unknown_reason_is_logged_and_tried_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.org.refuse = lambda row: TaskError(row.contact, "A_CODE_OF_NEXT_YEAR", "by the org", request=True)
    await world.want("k1")
    assert await world.round() == [TaskWaiting("k1", 1, NOON + 1_000, "A_CODE_OF_NEXT_YEAR")]
    assert "refused a request for Tasks as a whole (A_CODE_OF_NEXT_YEAR)" in caplog.text
    assert "by the org" not in caplog.text, "it may have the agent's words in it"
    world.org.refuse = lambda row: None
    await world.settle_down()
    assert len(world.org.tasks) == 1


@pytest.mark.parametrize(
    ("code", "level"), [("connection", "WARNING"), ("daily_limit", "WARNING"), ("access", "ERROR"), ("login", "ERROR")]
)
async def test_what_an_administrator_must_mend_is_an_error_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, code: str, level: str
) -> None:
    world.org.script.append(unavailable(code))
    await world.want("k1")
    await world.round()
    (record,) = (record for record in caplog.records if "Salesforce takes no Tasks" in record.getMessage())
    assert record.levelname == level


async def test_rows_that_are_refused_one_by_one_park_after_all(world: World) -> None:
    world.org.refuse = refusing("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]", ("Region__c",))
    await world.want(*(f"k{n}" for n in range(8)))
    await world.settle_down()
    assert [len(rows) for rows in world.org.requests] == [8, 4, 2, *[1] * 8]
    assert world.outbox.parked == 8
    world.org.refuse = lambda row: None
    await world.want(*(f"n{n}" for n in range(7)))
    await world.settle_down()
    assert [len(rows) for rows in world.org.requests[11:]] == [1, 2, 4], "and widens again"


async def test_new_tasks_and_later_revisions_are_judged_apart(world: World) -> None:
    await world.want("k1", "k2")
    await world.round()
    world.org.refuse = lambda row: (
        TaskError(row.contact, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "x") if row.written else None
    )
    await world.want("k1", "k2", revision=2)
    await world.want("k3")
    assert [type(news) for news in await world.round()] == [TaskSaved], "no refusal yet"
    assert [news.contact for news in await world.round()] == ["k1"]


# We fail -------------------------------------------------------------------------------------------------------


async def test_a_mistake_of_ours_with_one_row_does_not_hold_up_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(rows: Sequence[OutboxRow]) -> list[TaskResult]:
        if any(row.contact == "k3" for row in rows):
            world.org.carry_out([row for row in rows if row.contact != "k3"])
            raise KeyError("k3")
        return world.org.carry_out(rows)

    world.org.script.extend([stumble] * 12)
    await world.want(*(f"k{n}" for n in range(6)))
    for _ in range(12):
        await world.outbox.round()
        world.clock.advance(60_000)
    assert all(len(world.org.of(f"k{n}")) == 1 for n in (0, 1, 2, 4, 5))
    assert {type(news) for news in world.news if news.contact == "k3"} == {TaskWaiting}, "it is never given up"
    assert "KeyError: 'k3'" in caplog.text


async def test_answers_in_another_order_are_not_believed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.org.script.append(lambda rows: world.org.carry_out(rows)[::-1])
    await world.want("k1", "k2")
    assert {type(news) for news in await world.round()} == {TaskWaiting}
    assert "in another order" in caplog.text
    await world.settle_down()
    assert [len(world.org.of(key)) for key in ("k1", "k2")] == [1, 1]


async def test_a_listener_that_fails_costs_nobody_else_the_news(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def take(news: TaskNews) -> None:
        if news.contact == "k1":
            raise RuntimeError("not now")
        world.news.append(news)

    world.take = take  # type: ignore[method-assign]
    world.outbox = world.make()
    await world.want("k1", "k2")
    assert [news.contact for news in await world.round()] == ["k2"]
    assert "not now" in caplog.text
    assert {news.contact for news in await world.restart()} == {"k1", "k2"}


# Crashes and newer revisions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_crash_between_write_and_settle(world: World, carried_out: bool) -> None:
    await world.want("k1")
    rows = await world.store.claim(NOON, 200, 20_001)
    if carried_out:
        world.org.carry_out(rows)
    assert await world.restart() == ()
    assert await world.round() == [], "the request of the dead process may be under way"
    world.clock.advance(20_001)
    assert [type(news) for news in await world.round()] == [TaskSaved]
    assert len(world.org.of("k1")) == 1


async def test_a_crash_between_settle_and_the_news(world: World) -> None:
    await world.want("k1")
    world.take = lambda news: None  # type: ignore[method-assign]
    world.outbox = world.make()
    await world.round()
    assert await world.restart() == (TaskSaved("k1", 1, "00T000000000000001", "Call k1"),)
    assert await world.round() == []


@pytest.mark.parametrize("outcome", ["written", "lost", "refused", "locked"])
async def test_a_newer_revision_while_one_is_in_flight(world: World, outcome: str) -> None:
    world.org.gate.clear()

    def lose(rows: Sequence[OutboxRow]) -> list[TaskResult]:
        world.org.carry_out(rows)
        raise CrmUnavailable("connection", "reset", doubtful=True)

    answers: dict[str, Callable[[Sequence[OutboxRow]], Sequence[TaskResult]]] = {
        "written": world.org.carry_out,
        "lost": lose,
        "refused": lambda rows: [TaskError(row.contact, "STRING_TOO_LONG", "x", ("Description",)) for row in rows],
        "locked": lambda rows: [TaskError(row.contact, "UNABLE_TO_LOCK_ROW", "x") for row in rows],
    }
    world.org.script.append(answers[outcome])
    await world.want("k1")
    flying = asyncio.create_task(world.outbox.round())
    await world.org.asked.wait()
    await world.want("k1", revision=2, Description="newer")
    world.org.gate.set()
    await flying
    assert await world.store.next_due() == NOON
    await world.settle_down()
    assert [f["Description"] for f in world.org.of("k1")] == ["newer"]
    assert world.news[-1] == TaskSaved("k1", 2, "00T000000000000001", "Call k1")


# The store fails -----------------------------------------------------------------------------------------------


async def test_an_answer_that_could_not_be_kept_is_kept_in_mind(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settle, failures = world.store.settle, [StoreError("the disk is full")] * 2

    async def fail(rows: Sequence[Settled]) -> None:
        if failures:
            raise failures.pop()
        await settle(rows)

    monkeypatch.setattr(world.store, "settle", fail)
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.until(lambda: NOON + 1_000 in world.clock.alarms)
    assert world.news == [], "what is not durable is not told"
    await world.alarm(NOON + 1_000)
    await world.alarm(NOON + 3_000)
    await world.told(1)
    assert len(world.org.requests) == 1, "and Salesforce is not asked again"
    assert caplog.text.count("the store failed, Tasks wait for") == 2


async def test_a_claim_that_fails_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, failures = world.store.claim, [StoreError("disk I/O error"), ValueError("a mistake")]

    async def fail(now: int, limit: int, lease: int) -> Sequence[OutboxRow]:
        if failures:
            raise failures.pop()
        return await claim(now, limit, lease)

    monkeypatch.setattr(world.store, "claim", fail)
    world.outbox.start()
    await world.want("k1")
    world.outbox.flush()
    await world.alarm(NOON + 1_000)
    await world.alarm(NOON + 3_000)
    await world.told(1)


async def test_stop_says_when_answers_are_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: Sequence[Settled]) -> None:
        raise StoreError("the disk is full")

    await world.want("k1")
    with monkeypatch.context() as patch:
        patch.setattr(world.store, "settle", fail)
        with pytest.raises(StoreError):
            await world.outbox.round()
        await world.outbox.stop()
    assert "looked up at the next start: the disk is full" in caplog.text
    await world.restart()
    world.clock.advance(20_001)
    await world.settle_down()
    assert len(world.org.of("k1")) == 1
