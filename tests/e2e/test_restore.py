"""The whole product put back to an earlier backup: one Task for each contact, each with its newest words."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, SAM, Product
from tests.e2e.robot import Robot, contact_in

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MIA = "+14155550143"


@pytest.fixture(params=["unique", "plain"])
async def product(
    request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[[str], str]
) -> AsyncIterator[Product]:
    """The product; the external id unique, or plain."""
    needs("panel")
    options = ["--external-id", request.param]
    demo = Demo(tmp_path, ports(ANY_PORT), customers=False, org_options=options)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


async def connector(product: Product, *arguments: str) -> str:
    """Runs a command of the connector with the demo's settings; returns what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", *arguments, "--config", str(product.demo.config)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


async def answered(product: Product, sam: Robot, words: str) -> str:
    """Mia calls, Sam answers and types; returns the contact's key."""
    await product.ring(MIA)
    offered = await sam.until(contact_in("OFFERED"), "an offer")
    await sam.command("answer", contact=offered["key"])
    active = await sam.until(contact_in("ACTIVE"), "a call")
    sam.type(active["key"], words)
    await sam.until(lambda _: sam.acked.get(active["key"], (0, ""))[1] == words, "the words are on disk")
    return str(active["key"])


async def finished(product: Product, sam: Robot, key: str, words: str) -> None:
    """Sam hangs up, and has written that in the end; the Task has it."""
    await sam.command("end", contact=key)
    wrap_up = await sam.until(contact_in("WRAP_UP"), "wrap-up")
    sam.type(key, words)
    sam.draft(key, "disposition", wrap_up["draft"]["disposition"]["revision"] + 1, text="Answered")
    await sam.until(lambda _: sam.acked.get(key, (0, ""))[1] == words, "the words are on disk")
    await sam.command("done", contact=key)
    await product.task(lambda task: task["Phone_Contact_Key__c"] == key and task["Description"] == words, words)


async def edited(product: Product, task_id: str, words: str) -> None:
    """A person edits the Task in the org."""
    session = await product._session(SAM)
    address = f"{product.demo.org}/services/data/v63.0/sobjects/Task/{task_id}"
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    async with product.http.patch(address, json={"Description": words}, headers=headers) as answer:
        assert answer.status == 204, await answer.text()


async def test_an_earlier_backup_doubles_nothing_and_undoes_nothing(product: Product, tmp_path: Path) -> None:
    demo = product.demo
    copy = tmp_path / "copies" / "earlier.db"
    async with product.connected(SAM) as sam:
        await sam.command("set_state", state="AVAILABLE")
        by_person = await answered(product, sam, "one")
        await finished(product, sam, by_person, "one, done")
        went_on = await answered(product, sam, "two, so far")
        said = await connector(product, "backup", str(copy))
        assert f"{copy}: schema" in said

        await finished(product, sam, went_on, "two, so far and to the end")
        unknown = await answered(product, sam, "three")
        await finished(product, sam, unknown, "three, done")
        first = await product.task(lambda task: task["Phone_Contact_Key__c"] == by_person, "one")
        await edited(product, first["Id"], "a person's words")
    await product.none_left("outbox")
    before = newest(product)
    assert before == {
        by_person: ("a person's words", "Answered"),
        went_on: ("two, so far and to the end", "Answered"),
        unknown: ("three, done", "Answered"),
    }

    assert demo.connector is not None
    os.kill(demo.connector.pid, signal.SIGKILL)
    await demo.connector.ended()
    demo.parts.remove(demo.connector)
    assert "each Task is looked up in Salesforce" in await connector(product, "restore", str(copy))
    await demo.start_connector()
    async with product.connected(SAM) as sam:
        # The call of then is over by now, and its wrap-up asks for a disposition as it did.
        wrap_up = await sam.until(contact_in("WRAP_UP"), "the call that the backup knew is over")
        assert wrap_up["key"] == went_on
        await product.none_left("outbox")
        assert newest(product) == before
        sam.draft(went_on, "disposition", 9, text="Answered")
        await sam.until(lambda _: ("disposition", went_on) not in sam._drafts, "it is on disk")
        await sam.command("done", contact=went_on)
        await product.none_left("outbox")
        assert newest(product) == before
        # And work goes on.
        await sam.command("set_state", state="AVAILABLE")
        fresh = await answered(product, sam, "four")
        await finished(product, sam, fresh, "four, done")
    assert newest(product) == {**before, fresh: ("four, done", "Answered")}
    assert len(product.tasks()) == 4


def newest(product: Product) -> dict[str, tuple[str, str]]:
    """Words and disposition by contact, from the org's own database; no contact has two Tasks."""
    tasks = product.tasks()
    assert len({task["Phone_Contact_Key__c"] for task in tasks}) == len(tasks), tasks
    return {task["Phone_Contact_Key__c"]: (task["Description"], task["CallDisposition"]) for task in tasks}
