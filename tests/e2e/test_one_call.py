"""One call through every layer, without a browser: switch, core, store, panel socket, outbox, org."""

import pytest

from tests.e2e.product import SAM, Product
from tests.e2e.robot import Robot, contact_in

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def test_one_inbound_call_becomes_one_task(product: Product, sam: Robot) -> None:
    await product.ring(MIA)
    offered = await sam.until(contact_in("OFFERED"), "the call is offered")
    key = offered["key"]
    assert (await sam.command("answer", contact=key)).get("error") is None
    live = await sam.until(lambda s: s["contacts"][0]["controls"].get("hold", "?") is None and s["contacts"][0], "live")
    assert (live["number_shown"], live["place"]) == ("+1 415 555 0143", "San Francisco, CA")
    await sam.until(lambda s: s["contacts"][0]["match"]["state"] == "one", "Mia is found")
    sam.type(key, "Invoice 20931 charged twice.")
    assert (await sam.command("hold", contact=key)).get("error") is None
    held = await sam.until(lambda s: s["contacts"][0]["held_since"] and s["contacts"][0], "on hold")
    assert held["controls"]["end"] == "held"
    assert (await sam.command("end", contact=key))["error"] == "held"
    await sam.command("resume", contact=key)
    await sam.until(lambda s: not s["contacts"][0]["held_since"], "resumed")
    await sam.command("end", contact=key)
    await sam.until(contact_in("WRAP_UP"), "wrap-up")
    first = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of the contact")
    assert first["Description"] == "Invoice 20931 charged twice."
    sam.draft(key, "disposition", 1, text="Answered")
    sam.type(key, "Invoice 20931 charged twice. Refund promised.")
    await sam.command("done", contact=key)
    task = await product.task(lambda task: task["CallDisposition"] == "Answered", "with the disposition")
    assert task["Id"] == first["Id"]
    assert task["Description"] == "Invoice 20931 charged twice. Refund promised."
    assert (task["OwnerId"], task["CallType"], task["TaskSubtype"]) == (await product.user(SAM), "Inbound", "Call")
    assert (task["Subject"], task["Status"], task["Priority"]) == ("Call with Mia Chen", "Completed", "Normal")
    assert task["WhoId"]
    await product.only_tasks(1)
    assert [chore["kind"] for chore in sam.chores] == ["screen_pop", "refresh"]
    assert sam.errors == []
