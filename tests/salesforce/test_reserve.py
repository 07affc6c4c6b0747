"""The adapter while few of the org's API requests are left, or none: who still gets through, and that it ends."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from connector.errors import CrmUnavailable
from connector.ports.crm import BudgetMode, TaskWritten
from connector.salesforce import SalesforceCrm
from connector.salesforce.budget import SELDOM_MS
from connector.salesforce.turns import Turn
from connector.store.number_index import SqliteNumberIndex
from tests.ports.crm_contract import Desk, first, fresh_key, later, one, task_fields
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


class Wall:
    """A clock that stands still until a test sets it forward, in seconds."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def crm(
    org: RunningOrg, config: MakeConfig, wall: Wall, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SalesforceCrm]:
    """It knows the org, and has an index of numbers that is not filled yet."""
    index = SqliteNumberIndex(tmp_path_factory.mktemp("numbers") / "numbers.db")
    crm = SalesforceCrm(config(reserve_percent=20, last_reserve_percent=5, threads=3), index, now=wall)
    await crm.find("people", "Chen")
    yield crm
    await crm.close()


def leave(org: RunningOrg, left: int) -> None:
    """So many of a thousand requests are left."""
    org.control("POST", "settings", {"daily_limit": 1000, "daily_used": 1000 - left})


async def look(crm: SalesforceCrm) -> BudgetMode:
    """The mode that the next answer makes."""
    await crm.find("people", "Chen")
    assert crm.budget is not None
    return crm.budget.mode


def asked(org: RunningOrg) -> int:
    return int(org.control("GET", "requests?last=0").json()["count"])


async def save(crm: SalesforceCrm, desk: Desk) -> None:
    key = fresh_key()
    assert isinstance(await one(crm, first(key, task_fields(key, desk.agent))), TaskWritten)


async def test_in_the_reserve_polling_stops_and_agents_go_on(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    leave(org, 150)
    assert await look(crm) is BudgetMode.RESERVE
    before = asked(org)
    assert await crm.read_numbers() == SELDOM_MS / 1000
    with pytest.raises(CrmUnavailable) as put_off:
        await crm.check()
    assert put_off.value.code == "budget"
    assert asked(org) == before, "the org was not asked"
    await crm.directory()
    with pytest.raises(CrmUnavailable, match="kept for what is more urgent"):
        await crm.directory()
    await save(crm, desk)
    assert (await crm.match("+14155550143", "US")).people
    assert await crm.visible(desk.agent, [desk.agent]) is not None
    assert crm.requests["save"] >= 1


async def test_from_the_last_reserve_only_tasks_are_written(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    leave(org, 30)
    assert await look(crm) is BudgetMode.LAST
    before = asked(org)
    with pytest.raises(CrmUnavailable) as put_off:
        await crm.match("+14155550143", "US")
    assert (put_off.value.code, put_off.value.retry_after) == ("budget", SELDOM_MS)
    for question in (crm.find("people", "Chen"), crm.directory(), crm.visible(desk.agent, [desk.agent])):
        with pytest.raises(CrmUnavailable, match="kept"):
            await question
    assert asked(org) == before
    await save(crm, desk)


async def test_a_day_without_requests_ends_by_itself(
    crm: SalesforceCrm, org: RunningOrg, desk: Desk, wall: Wall
) -> None:
    leave(org, 0)
    key = fresh_key()
    row = first(key, task_fields(key, desk.agent))
    with pytest.raises(CrmUnavailable) as refused:
        await crm.write_tasks([row])
    assert (refused.value.code, refused.value.doubtful) == ("daily_limit", False)
    assert crm.budget is not None
    assert (crm.budget.mode, crm.budget.left) == (BudgetMode.LAST, 0)
    before = asked(org)
    for _ in range(3):
        with pytest.raises(CrmUnavailable, match="kept"):
            await crm.match("+14155550143", "US")
    assert asked(org) == before, "who calls is not asked in vain"
    wall.now += SELDOM_MS / 1000
    with pytest.raises(CrmUnavailable) as still:
        await crm.match("+14155550143", "US")
    assert still.value.code == "daily_limit"
    assert asked(org) == before + 1, "one finds out for all"
    leave(org, 900)
    wall.now += SELDOM_MS / 1000
    assert (await crm.match("+14155550143", "US")).people
    assert crm.budget.mode is BudgetMode.NORMAL
    assert isinstance(await one(crm, row), TaskWritten)
    assert await crm.read_numbers() < 1, "and it is read ahead again"


# Threads --------------------------------------------------------------------------------------------------------------


async def test_a_task_is_written_while_all_else_hangs(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    begun, let_go = threading.Semaphore(0), threading.Event()

    def hang() -> bool:
        begun.release()
        return let_go.wait(30)

    hanging = [asyncio.create_task(crm._client.run(hang, turn)) for turn in (Turn.BACKGROUND, Turn.ASK) * 4]
    for _ in range(2):
        await asyncio.to_thread(begun.acquire)
    await save(crm, desk)
    assert not begun.acquire(blocking=False), "two of three threads are theirs"
    let_go.set()
    assert all(await asyncio.gather(*hanging))


async def test_a_batch_takes_two_requests_however_many_tasks_are_in_it(
    crm: SalesforceCrm, desk: Desk
) -> None:
    keys = [fresh_key() for _ in range(100)]
    made = await crm.write_tasks([first(key, task_fields(key, desk.agent)) for key in keys[:50]])
    before = crm.requests["save"]
    new = [first(key, task_fields(key, desk.agent)) for key in keys[50:]]
    results = await crm.write_tasks([*new, *(later(one, Description="more") for one in made)])
    assert all(isinstance(result, TaskWritten) for result in results)
    assert crm.requests["save"] - before == 2
