"""Contacts through a random mixture of all faults, with kill -9 of the connector every few seconds: each has one Task.

`SOAK=true` runs the long form and writes docs/reference/soak.md; SEED and CONTACTS can be given.
"""

import asyncio
import json
import os
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.soaked import Soaked, soaked
from tests.faults.tally import Figures, tally, write_page
from tests.faults.weather import Weather

pytestmark = pytest.mark.slow

LONG = os.environ.get("SOAK") == "true"
SEED = int(os.environ.get("SEED", "20261130"))
CONTACTS = int(os.environ.get("CONTACTS", "10000" if LONG else "100"))
AGENTS = 21 if LONG else 7
"""More than the three of the demo."""

KILL_EVERY_S = (1.0, 7.0) if LONG else (0.3, 2.0)


@pytest.fixture(scope="module")
def figures() -> Iterator[list[Figures]]:
    """What each run came to; the long form's are kept for people to read."""
    found: list[Figures] = []
    yield found
    if LONG and len(found) == 2:
        write_page(found, SEED, CONTACTS)


@pytest.mark.parametrize("external_id", ["unique", "plain"])
async def test_each_contact_has_its_one_task(
    tmp_path: Path, needs: Callable[[str], str], external_id: str, figures: list[Figures]
) -> None:
    needs("panel")
    print(f"seed {SEED}, contacts {CONTACTS // 2}, external id {external_id}")
    async with soaked(tmp_path, external_id, AGENTS, random.Random(f"{SEED} {external_id}")) as (run, weather):
        began = time.monotonic()
        await make_contacts(run, weather, CONTACTS // 2)
        await weather.clear()
        over = time.monotonic()
        waiting = await run.command("outbox", "list")
        # As an administrator would: what waits for the org's next day, or for minutes, is tried now.
        await run.command("outbox", "retry", "--all")
        await run.product.none_left("outbox", but="", timeout=120)
        recovered = time.monotonic() - over
        before = await tally(run)
        await run.command("reconcile", "--mend")
        await run.product.none_left("outbox", but="")
        proof = json.loads(await run.command("reconcile", "--format", "json"))
        found = Figures(
            external_id=external_id,
            tally=await tally(run),
            doubles=sum(before.doubles.values()),
            proven={verdict: count for verdict, count in proof["counts"].items() if count},
            kills=run.kills,
            stops=run.stops,
            took_s=over - began,
            waited=waiting.rstrip().splitlines()[-1],
            recovered_s=recovered,
            requests=run.proxy.requests,
            met=weather.counts,
        )
        print(found)
        assert "parked" not in waiting
        assert found.tally.wrong == []
        assert found.tally.doubles == {}
        assert found.tally.contacts >= CONTACTS // 2
        assert found.proven.keys() <= {"proven", "edited", "deleted"}
        assert proof["contacts"] == found.tally.contacts
        assert run.kills
        # With a plain key Salesforce keeps nothing apart, and these contacts have no next version at which doubles go.
        assert found.doubles == 0 or external_id == "plain"
        figures.append(found)


async def make_contacts(run: Soaked, weather: Weather, count: int) -> None:
    """So many contacts, a tenth of them calls, are made and dealt with in bad weather, with kills of the connector."""
    loop = asyncio.get_running_loop()
    calls = count // 10
    changing = loop.create_task(weather.change())
    killing = loop.create_task(run.kill_again_and_again(KILL_EVERY_S))
    background = [changing, killing, *(loop.create_task(worker.work()) for worker in run.workers)]
    try:
        run.want_dials(calls // 5)
        await until_done(run.make_all(count - calls, calls), background)
        await ended(killing)
        # Not each call is answered: what is missing is delivered.
        await until_done(run.deliver(max(0, calls - len(run.calls()))), background)
        await until_done(run.product.none_left("contacts", but="CLOSED", timeout=120), background)
        await ended(changing)
    finally:
        for task in background:
            await ended(task)


async def until_done(work: Coroutine[Any, Any, None], others: list[asyncio.Task[None]]) -> None:
    """Returns when the work is done; raises what ended one of the others, which never end by themselves."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.wait(
            {task, *(other for other in others if not other.done())}, return_when=asyncio.FIRST_COMPLETED
        )
        for other in others:
            if other.done() and not other.cancelled():
                other.result()
        await task
    finally:
        await ended(task)


async def ended(task: asyncio.Task[None]) -> None:
    """It is over, however."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
