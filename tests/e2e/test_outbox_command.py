"""`connector outbox` beside the running product: a Task that a rule refuses, retried, and discarded with a reason."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.e2e.product import Product
from tests.e2e.robot import Robot, contact_in, contact_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
RULE = {
    "object": "Task",
    "when": {"Phone_Skill__c": "Support_EN"},
    "require": "CallDisposition",
    "message": "Support calls need a call result.",
    "field": "CallDisposition",
}


async def outbox(product: Product, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", "outbox", *arguments, "--config", str(product.demo.config)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


async def refused(product: Product, sam: Robot, number: str = "+14155550143") -> str:
    """A call of Sam's whose Task the org refuses; returns its key."""
    return await called(product, sam, "attention", number)


async def called(product: Product, sam: Robot, save: str, number: str = "+14155550143") -> str:
    """A call of Sam's, from which on its Task is so; returns its key."""
    await product.ring(number)
    offered = await sam.until(contact_in("OFFERED"), "an offer")
    key = str(offered["key"])
    await sam.command("answer", contact=key)
    await sam.until(contact_of(key, phase="ACTIVE"), "the call")
    await sam.command("end", contact=key)
    await sam.until(lambda state: _save(state, key, save), f"the Task is {save}")
    return key


def _save(state: dict[str, object], key: str, expected: str) -> dict[str, object] | None:
    contact = contact_of(key)(state)
    return contact["save"] if contact is not None and contact["save"]["state"] == expected else None


async def test_what_is_refused_is_explained_retried_and_discarded(product: Product, sam: Robot) -> None:
    await product.control("settings", {"rules": [RULE]})
    mended = await refused(product, sam)
    told = await outbox(product, "list")
    assert f"parked     {mended}" in told
    assert "Sam Rivera" in told
    assert "a validation rule refuses it (Support calls need a call result.)" in told
    told = await outbox(product, "explain", mended)
    assert "cure: mend what it says, or the rule; then retry" in told
    await product.control("settings", {"rules": []})
    assert await outbox(product, "retry", mended) == "1 to be tried now\n"
    await sam.until(lambda state: _save(state, mended, "saved"), "it is written")
    await product.only_tasks(1)
    sam.draft(mended, "disposition", 1, text="Answered")
    await sam.command("done", contact=mended)

    await product.control("settings", {"rules": [RULE]})
    await sam.command("set_state", state="AVAILABLE")
    dropped = await refused(product, sam)
    told = await outbox(product, "discard", dropped, "--reason", "a test call", "--by", "Kim")
    assert f"{dropped}: revision 1 is not written; by Kim: a test call" in told
    save = await sam.until(lambda state: _save(state, dropped, "discarded"), "the agent sees it")
    assert (save["code"], save["message"]) == ("discarded", "Kim: a test call")
    assert "state: discarded" in await outbox(product, "explain", dropped)
    await product.control("settings", {"rules": []})
    await product.restart_connector_after(asyncio.sleep(0))
    await sam.until(lambda state: _save(state, dropped, "discarded"), "also after a restart")
    assert f"discarded  {dropped}" in await outbox(product, "list")
    await product.only_tasks(1)
