"""The connector as a process whose disk takes nothing more: what it says, what goes on, and that nothing is lost.

RLIMIT_FSIZE, set from outside, is such a disk: files cannot grow any more.
"""

import asyncio
import json
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, JONAS, SAM, Product
from tests.e2e.robot import State, contact_in, contact_of

pytestmark = pytest.mark.slow

MIA = "+14155550143"
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
async def product(tmp_path: Path, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    needs("panel")
    demo = Demo(tmp_path, ports(ANY_PORT), customers=False)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


def fill(product: Product) -> None:
    """The connector's files cannot grow any more."""
    assert product.demo.connector is not None
    largest = max(file.stat().st_size for file in product.demo.folder.glob("phone-panel.db*"))
    resource.prlimit(product.demo.connector.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


def free(product: Product) -> None:
    assert product.demo.connector is not None
    resource.prlimit(product.demo.connector.pid, resource.RLIMIT_FSIZE, NO_LIMIT)


async def ready(product: Product) -> tuple[int, dict[str, Any]]:
    async with product.http.get(f"{product.demo.connector_address}/readyz") as answer:
        return answer.status, json.loads(await answer.text())


async def ready_again(product: Product) -> None:
    for _ in range(200):
        if (await ready(product))[0] == 200:
            return
        # The connector is another process: there is no event to wait for, only the next look.
        await asyncio.sleep(0.05)
    raise AssertionError(await ready(product))


async def test_calls_go_on_nothing_new_is_begun_and_all_is_kept_when_there_is_room_again(product: Product) -> None:
    async with product.connected(SAM) as sam, product.connected(JONAS) as jonas:
        await sam.command("set_state", state="AVAILABLE")
        leg = await product.ring(MIA)
        offered = await sam.until(contact_in("OFFERED"), "an offer")
        key = offered["key"]
        await sam.command("answer", contact=key)
        await sam.until(lambda state: _may(state, key, "hold"), "the customer is there")
        sam.type(key, "before")
        await sam.until(lambda _: sam.acked.get(key, (0, ""))[1] == "before", "it is on disk")
        assert await ready(product) == (200, {"ready": True, "missing": []})

        fill(product)
        # Enough to outgrow what room there is in the files; acknowledged is only what is on disk.
        said = "before, and after " + "x" * 20_000
        while sam.acked[key][1] == sam.sent[key][1]:
            sam.type(key, said)
            said += "x"
            await sam.until(lambda state: _store_down(state) or _acked(sam, key), "news")
        await sam.until(_store_down, "the agent is told")
        status, told = await ready(product)
        assert status == 503
        assert "store" in told["missing"]
        assert told["reasons"]["store"].startswith("the disk ")

        # The call goes on: it is held, taken back and ended.
        reply = await sam.command("hold", contact=key)
        assert reply.get("error") is None, reply
        await sam.until(lambda state: contact_of(key)(state)["held_since"], "the customer is on hold")  # type: ignore[index]
        await sam.command("resume", contact=key)
        await sam.until(lambda state: contact_of(key)(state)["held_since"] is None, "taken back")  # type: ignore[index]
        await sam.command("end", contact=key)
        await sam.until(contact_of(key, phase="WRAP_UP"), "wrap-up")
        assert leg not in [call["leg"] for call in await product.calls()]

        # Nothing new: a caller waits though Jonas is free, nobody dials, other systems are sent away.
        await jonas.command("set_state", state="AVAILABLE")
        await product.ring("+12125550163")
        assert (await jonas.command("dial", number="+16285550172", skill="Sales"))["error"] == "store_down"
        body = {"number": MIA, "skill": "Sales"}
        headers = {"Authorization": f"Bearer {product.demo.api_key}"}
        address = f"{product.demo.connector_address}/api/callbacks"
        async with product.http.post(address, json=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (503, "store_down")
        assert jonas.state is not None
        assert jonas.state["contacts"] == []
        assert product.tasks() == [], "no Task is written that could be forgotten"

        free(product)
        await jonas.until(contact_in("OFFERED"), "who waited is offered")
        await sam.until(lambda _: _acked(sam, key), "what was typed is on disk")
        await ready_again(product)
        task = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of the call")
        assert task["Description"].startswith("before")
        sam.draft(key, "disposition", 99, text="Answered")
        await sam.command("done", contact=key)
        await product.task(lambda task: task["Description"] == sam.sent[key][1], "with all that was typed")
        assert len(product.tasks()) == 1
    store = product.demo.folder / "phone-panel.db"
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _may(state: State, key: str, order: str) -> bool:
    contact = contact_of(key, phase="ACTIVE")(state)
    return contact is not None and contact["controls"][order] is None


def _store_down(state: State) -> bool:
    return bool(state["agent"]["controls"]["dial"] == "store_down")


def _acked(robot: Any, key: str) -> bool:
    return bool(robot.acked[key] == robot.sent[key])


async def test_what_a_full_disk_kept_from_the_store_is_with_the_agent_after_a_crash(product: Product) -> None:
    async with product.connected(SAM) as sam:
        await sam.command("set_state", state="AVAILABLE")
        await product.ring(MIA)
        key = (await sam.until(contact_in("OFFERED"), "an offer"))["key"]
        await sam.command("answer", contact=key)
        await sam.until(lambda state: _may(state, key, "hold"), "the customer is there")
        fill(product)
        sam.type(key, "y" * 30_000)
        await sam.until(_store_down, "the agent is told")
        assert key not in sam.acked
        seen = sam.fresh
        await product.restart_connector_after(asyncio.sleep(0))  # killed; the new process has room
        await sam.news(seen)
        await sam.until(lambda _: key in sam.acked, "the panel sends again what it was not told to be on disk")
        await sam.until(contact_of(key, phase="ACTIVE"), "the call is still there")
        await sam.command("end", contact=key)
        await product.task(lambda task: task["Description"] == "y" * 30_000, "with all that was typed")
