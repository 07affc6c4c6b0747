"""`connector reconcile` beside the running product: proven, deleted by a person, behind, and mended."""

import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.product import Product
from tests.e2e.robot import Robot, contact_in, contact_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]


async def reconcile(product: Product, *arguments: str) -> tuple[int | None, str]:
    """Its exit code, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", "reconcile", *arguments, "--config", str(product.demo.config)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()


async def call(product: Product, sam: Robot) -> str:
    """A call of Sam's from the first ring to the end of wrap-up; returns its key."""
    await product.ring("+14155550143")
    key = str((await sam.until(contact_in("OFFERED"), "an offer"))["key"])
    await sam.command("answer", contact=key)
    await sam.until(contact_of(key, phase="ACTIVE"), "the call")
    await sam.command("end", contact=key)
    await sam.until(contact_of(key, phase="WRAP_UP"), "wrap-up")
    sam.draft(key, "disposition", 1, text="Resolved")
    await sam.command("done", contact=key)
    await sam.command("set_state", state="AVAILABLE")
    return key


async def test_each_contact_is_proven_and_gaps_are_mended(product: Product, sam: Robot) -> None:
    since = ("--since", datetime.now(UTC).isoformat())  # what other tests left is theirs
    first, second = await call(product, sam), await call(product, sam)
    await product.only_tasks(2)
    code, told = await reconcile(product, *since)
    assert (code, "        2  proven " in told, "no gaps" in told) == (0, True, True), told

    ids = {task["Phone_Contact_Key__c"]: task["Id"] for task in product.tasks()}
    await product.delete("Task", ids[first])
    code, told = await reconcile(product, *since, "--mend")
    assert code == 0, told
    assert re.search(rf"^deleted +{first} +{ids[first]} ", told, re.MULTILINE), told
    await product.only_tasks(1)

    await product.edit("Task", ids[second], Phone_Contact_Key__c=None)
    code, told = await reconcile(product, *since)
    assert code == 1
    assert re.search(rf"^behind +{second} +{ids[second]} ", told, re.MULTILINE), told
    code, told = await reconcile(product, *since, "--mend")
    assert code == 0, told
    assert "mended: it is written again" in told
    await product.only_tasks(1)
    assert {task["Phone_Contact_Key__c"]: task["Id"] for task in product.tasks()} == {second: ids[second]}
    code, told = await reconcile(product, *since)
    assert (code, "no gaps" in told) == (0, True), told
    await product.none_left("reconcile_gaps")
