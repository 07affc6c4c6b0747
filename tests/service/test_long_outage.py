"""Three days without Salesforce, in virtual time: nothing is given up, nothing lost, and all is there minutes later."""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from connector.domain.events import TaskSaved, TaskWaiting
from connector.errors import CrmUnavailable
from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import OutboxRow
from connector.service.retry import PAUSE
from tests.ports.store_contract import DAY, HOUR, MEMORY, NOON
from tests.service.test_outbox import World

pytestmark = pytest.mark.slow

CALLS_EVERY = 8 * HOUR
Answer = Callable[[Sequence[OutboxRow]], list[TaskResult]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        world = World(Path(folder) / "connector.db")
        await world.store.open()
        yield world
        await world.store.close()


def away(code: str, *, doubtful: bool = False, retry_after: int | None = None) -> Answer:
    def answer(_: Sequence[OutboxRow]) -> list[TaskResult]:
        raise CrmUnavailable(code, "no", doubtful=doubtful, retry_after=retry_after)

    return answer


def each(code: str, *, request: bool = False) -> Answer:
    return lambda rows: [TaskError(row.contact, code, "no", request=request) for row in rows]


OUTAGES: dict[str, Answer] = {
    "no connection": away("connection"),
    "no answer": away("timeout", doubtful=True),
    "overload": away("busy", retry_after=5_000),
    "the daily limit": away("daily_limit", retry_after=600_000),
    "the API is switched off": away("access", retry_after=300_000),
    "no right to Tasks": each("INVALID_TYPE"),
    "the storage is full": each("STORAGE_LIMIT_EXCEEDED"),
    "every row locked": each("UNABLE_TO_LOCK_ROW"),
    "read only": each("INSUFFICIENT_ACCESS_OR_READONLY"),
    "an unknown refusal of every request": each("A_CODE_OF_NEXT_YEAR", request=True),
}


@pytest.mark.parametrize("name", OUTAGES)
async def test_three_days(world: World, name: str) -> None:
    """Calls come to an end meanwhile, an agent types on, and the connector is restarted once a day."""
    answer = OUTAGES[name]
    keys: list[str] = []
    until = NOON + 3 * DAY
    while world.clock.now() < until:
        if world.clock.now() >= NOON + len(keys) * CALLS_EVERY:
            keys.append(f"k{len(keys):03}")
            await world.want(keys[-1])
            await world.want(keys[0], revision=len(keys) + 1, Description=f"words {len(keys)}")
            if len(keys) % 3 == 0:
                await world.restart()
        world.org.script.append(answer)
        await world.outbox.round()
        world.org.script.clear()
        due = await world.store.next_due()
        assert due is not None, "something is always to be tried again"
        next_call = NOON + len(keys) * CALLS_EVERY
        world.clock.advance(max(1, min(due, next_call) - world.clock.now()))
    assert len(keys) == 9
    assert {type(news) for news in world.news} == {TaskWaiting}
    count = await world.store.outbox_count()
    assert (count.parked, count.waiting + count.leased) == (0, len(keys))
    latest = max(news.next_try for news in world.news if isinstance(news, TaskWaiting))
    assert latest <= until + 2 * PAUSE + 60_000
    await world.settle_down()
    assert world.clock.now() - until <= 2 * PAUSE + 60_000, "it is all there minutes after Salesforce is back"
    assert [len(world.org.of(key)) for key in keys] == [1] * len(keys)
    assert world.org.of(keys[0])[0]["Description"] == f"words {len(keys)}"
    assert {news.contact for news in world.news if isinstance(news, TaskSaved)} == set(keys)
