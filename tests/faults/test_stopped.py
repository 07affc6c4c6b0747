"""The writer is stopped (SIGSTOP) in the middle of a write, past its lease, and woken: real processes, with a proxy."""

import asyncio
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.parts import Part, PartError
from tests.e2e.product import SAM
from tests.e2e.robot import Robot, contact_of
from tests.faults.proxy import Fault
from tests.faults.soaked import LEASE_S, Soaked, soaked

pytestmark = pytest.mark.slow
TASK = "SELECT Id, Phone_Revision__c, Description, CallDisposition FROM Task WHERE Phone_Contact_Key__c = '{}'"


@pytest.fixture(params=["unique", "plain"])
async def run(request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[[str], str]) -> AsyncIterator[Soaked]:
    """The product; the external id unique, or plain."""
    needs("panel")
    async with soaked(tmp_path, request.param, 0, random.Random(0)) as (run, _):
        yield run


async def stopped_while_it_writes(run: Soaked) -> tuple[Robot, str]:
    """Sam has dealt with a piece of work, and the connector stands still; what it has sent is kept by the network."""
    sam = run.workers[0].robot
    await sam.command("set_state", state="AVAILABLE")
    key = await run.product.deliver("work-items", {"skill": "Sales", "title": "Piece of work"})
    await sam.until(contact_of(key, phase="OFFERED"), "an offer")
    await sam.command("answer", contact=key)
    sam.type(key, "one")
    await sam.until(lambda _: sam.acked.get(key, (0, ""))[1] == "one", "it is on disk")
    run.proxy.faults = [Fault("late")]
    await sam.command("finish", contact=key)
    await run.product.until(lambda: run.proxy.late, "the first version is under way")
    assert run.pid is not None
    os.kill(run.pid, signal.SIGSTOP)
    return sam, key


async def wake(run: Soaked) -> None:
    assert run.pid is not None
    os.kill(run.pid, signal.SIGCONT)


async def only_task(run: Soaked, key: str) -> dict[str, Any]:
    (task,) = await run.rows(TASK.format(key))
    return {name: value for name, value in task.items() if name not in ("Id", "attributes")}


def written(run: Soaked, revision: int) -> dict[str, Any] | None:
    """The Task in that revision, once it is there."""
    return next((task for task in run.product.tasks() if task["Phone_Revision__c"] == revision), None)


def beside(run: Soaked, store: Path) -> Part:
    """Another connector on that store, with a switch of its own."""
    demo = run.product.demo
    settings = demo.config.read_text(encoding="utf-8")
    own_store, own_port = str(demo.folder / "phone-panel.db"), demo.connector_address.rpartition(":")[2]
    settings = settings.replace(own_store, str(store)).replace(f"\nport = {own_port}\n", "\nport = 0\n")
    before, _, rest = settings.partition("[switch]")
    config = demo.folder / "second.toml"
    config.write_text(f'{before}[switch]\nkind = "simulated"\n\n{rest[rest.index("[[sign_in]]") :]}', encoding="utf-8")
    return Part("second", "tests.faults.soaked_connector", [str(config)], demo.folder)


async def test_it_goes_on_where_it_was_stopped(run: Soaked) -> None:
    """Its store is its own meanwhile; what it had sent has arrived, and its words go on from there."""
    sam, key = await stopped_while_it_writes(run)
    with pytest.raises(PartError, match="is in use by process"):
        await beside(run, run.product.demo.folder / "phone-panel.db").start()
    await asyncio.sleep(LEASE_S)  # nothing tells of the end of a lease whose holder stands still
    await run.proxy.release()
    assert (await only_task(run, key))["Description"] == "one"
    sam.type(key, "one two")
    await wake(run)
    await sam.until(lambda _: sam.acked[key][1] == "one two", "it is on disk")
    await sam.command("done", contact=key)
    await run.product.none_left("outbox", but="")
    assert await only_task(run, key) == {"Phone_Revision__c": 2, "Description": "one two", "CallDisposition": None}


async def test_another_connector_has_written_a_newer_version_meanwhile(run: Soaked) -> None:
    """On a copy of its store, while it stood still.  Neither what it had sent nor what it does then undoes that."""
    first, key = await stopped_while_it_writes(run)
    demo = run.product.demo
    copy = demo.folder / "copy.db"
    for suffix in ("", "-wal"):
        shutil.copyfile(demo.folder / f"phone-panel.db{suffix}", f"{copy}{suffix}")
    second = beside(run, copy)
    demo.parts.append(second)
    address = await second.start()
    sam = Robot(
        f"{address.replace('http', 'ws', 1)}/panel/socket", demo.console, lambda: run.product.token(SAM), "sam-2"
    )
    sam.start()
    try:
        await sam.until(contact_of(key, phase="WRAP_UP"), "the work of the other connector", timeout=60)
        sam.sent[key] = first.sent[key]
        sam.type(key, "one two")
        sam.draft(key, "disposition", 1, text="Answered")
        await sam.command("done", contact=key)
        newest = {"Phone_Revision__c": 2, "Description": "one two", "CallDisposition": "Answered"}
        task = await run.product.until(lambda: written(run, 2), "what the second writes", timeout=60)
        await run.proxy.release()
        await wake(run)
        await run.product.none_left("outbox", but="")
        assert await only_task(run, key) == newest
        assert f"Task: {task['Id']}" in await run.command("outbox", "explain", key)
    finally:
        await sam.stop()
