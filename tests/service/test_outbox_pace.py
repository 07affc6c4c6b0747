"""How long Tasks wait for each other: what that saves of API requests, and what it costs in age.  Time is virtual."""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from connector.config import Config
from connector.domain.events import TaskSaved
from connector.ports.crm import Budget, BudgetMode, TaskResult
from connector.ports.store import Commit, OutboxRow
from connector.service.clock import ManualClock
from connector.service.judgement import TaskNews
from connector.service.outbox import BUSY, Outbox
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import MEMORY, NOON, committed, saving
from tests.service.task_org import TaskOrg
from tests.service.test_outbox import World, task, world

__all__ = ["world"]

RESERVE = Budget(85_000, 100_000, BudgetMode.RESERVE, NOON)
LATENCY = 150
"""Ms that the org takes for a request."""

LAST = 2
"""The revision after which nothing more is wanted."""

TICK = 50
"""Ms by which the time passes."""


async def test_while_few_requests_are_left_rows_wait_longer(world: World) -> None:
    world.org.budget = RESERVE
    world.outbox.start()
    await world.want("k1")
    world.outbox.poke()
    await world.alarm(NOON + 10_000)
    await world.told(1)
    world.org.budget = None
    await world.want("k2")
    world.outbox.poke()
    await world.alarm(NOON + 10_300)
    await world.told(2)


@pytest.mark.parametrize("mode", [BudgetMode.RESERVE, BudgetMode.LAST])
async def test_then_a_step_of_a_work_queue_waits_too_but_a_person_does_not(world: World, mode: BudgetMode) -> None:
    world.org.budget = Budget(99_000, 100_000, mode, NOON)
    world.outbox.start()
    await world.want("k1")
    world.outbox.hurry()
    await world.until(lambda: world.clock.alarms == [NOON + 10_000])
    assert world.org.requests == []
    world.outbox.try_now()
    await world.told(1)
    assert world.clock.now() == NOON


async def test_a_step_of_a_work_queue_is_not_kept_waiting(world: World) -> None:
    world.outbox.start()
    await world.want("k1")
    world.outbox.hurry()
    await world.told(1)
    assert world.clock.now() == NOON


async def test_while_many_come_rows_wait_twice_as_long(world: World) -> None:
    world.outbox.start()
    await world.want(*(f"k{n:03}" for n in range(BUSY)))
    world.outbox.poke()
    await world.alarm(NOON + 300)
    await world.told(BUSY)
    await world.want("one")
    world.outbox.poke()
    await world.alarm(NOON + 900)
    await world.told(BUSY + 1)
    await world.want("two")
    world.outbox.poke()
    await world.alarm(NOON + 1_200)
    await world.told(BUSY + 2)
    assert world.outbox.batches == {BUSY: 1, 1: 2}


# A day's traffic ------------------------------------------------------------------------------------------------------


class Slow(TaskOrg):
    """Takes its time for each request, and counts them as the adapter makes them: what is new is written, and what is
    there looked up, in one; what is there is written in another."""

    def __init__(self, clock: ManualClock, idle: asyncio.Event) -> None:
        super().__init__()
        self.made_at: list[int] = []
        self._clock = clock
        self._idle = idle

    async def write_tasks(self, rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
        new = sum(row.written == 0 and not row.doubtful for row in rows)
        requests = 1 + (new < len(rows))
        self.made_at += [self._clock.now()] * requests
        answered = asyncio.Event()
        self._clock.call_at(self._clock.now() + requests * LATENCY, answered.set)
        self._idle.set()
        await answered.wait()
        self._idle.clear()
        return await super().write_tasks(rows)


class Watched(Outbox):
    """Says when it waits for the time to pass."""

    idle: asyncio.Event

    async def _wait(self, until: int | None) -> None:
        self.idle.set()
        try:
            await super()._wait(until)
        finally:
            self.idle.clear()


class Day:
    """Contacts come by chance, `rate` a second, each with two versions of its Task; `ages` of all, in ms."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON)
        self.idle = asyncio.Event()
        self.org = Slow(self.clock, self.idle)
        self.store = SqliteStore(folder / "day.db", self.clock.now)
        config = Config()
        self.outbox = Watched(
            self.store,
            self.org,
            clock=self.clock,
            report=self._told,
            gather_ms=config.gather_ms,
            reserve_gather_ms=config.reserve_gather_ms,
        )
        self.outbox.idle = self.idle
        self.ages: list[int] = []
        self._wanted: dict[tuple[str, int], int] = {}
        self._written: set[str] = set()

    def _told(self, news: TaskNews) -> None:
        assert isinstance(news, TaskSaved), news
        self.ages.append(self.clock.now() - self._wanted[news.contact, news.revision])
        if news.revision == LAST:
            self._written.add(news.contact)

    async def pass_by(self, rate: float, seconds: float) -> None:
        dice = random.Random(6)
        coming: list[tuple[int, str, int]] = []
        at = 0.0
        while (at := at + dice.expovariate(rate)) < seconds:
            key = f"k{len(coming):05}"
            coming += [(round(at * 1000), key, 1), (round((at + dice.uniform(4, 9)) * 1000), key, LAST)]
        coming.sort(reverse=True)
        await self.store.open()
        self.outbox.start()
        contacts = {key for _, key, _ in coming}
        while self._written < contacts:
            self.clock.advance(TICK)
            now = self.clock.now() - NOON
            ready = []
            while coming and coming[-1][0] <= now:
                _, key, revision = coming.pop()
                self._wanted[key, revision] = self.clock.now()
                ready.append(Commit((saving(key, revision),), (), (task(key, revision),)))
            if ready:
                await committed(self.store, *ready)
                self.outbox.poke()
            for _ in range(5):
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await self.idle.wait()
        await self.outbox.stop()
        await self.store.close()

    def requests_per_task(self, begin: int, end: int) -> float:
        """In that time, in s from the beginning, while as many contacts come as go."""
        asked = sum(begin * 1000 <= at - NOON < end * 1000 for at in self.org.made_at)
        new = sum(
            revision == 1 and begin * 1000 <= at - NOON < end * 1000 for (_, revision), at in self._wanted.items()
        )
        return asked / new


@pytest.mark.slow
async def test_fifty_contacts_a_second_take_less_than_a_fiftieth_of_a_request_each() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        day = Day(Path(folder))
        await day.pass_by(50, 42)
    assert day.requests_per_task(10, 42) < 0.02
    assert statistics.quantiles(day.ages, n=100)[98] < 3_500, "and they are not kept waiting for it"


async def test_with_few_contacts_a_task_is_written_within_three_seconds() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        day = Day(Path(folder))
        await day.pass_by(1, 120)
    assert statistics.quantiles(day.ages, n=100)[98] < 3_000
