"""While no connector runs a caller is kept; and of two connectors of one application the first one ends."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from connector.sandbox.parts import Part
from tests.e2e.product import SAM
from tests.e2e.robot import Robot, contact_of
from tests.live.asterisk_rig import AWAY_HERTZ
from tests.live.killing import MIA
from tests.live.whole import ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def sam(product: ProductOnAsterisk) -> AsyncIterator[Robot]:
    """An agent who waits for calls."""
    async with product.connected(SAM) as robot:
        await robot.command("set_state", state="AVAILABLE")
        yield robot


async def test_who_calls_during_a_restart_hears_that_it_rings_and_gets_through(
    product: ProductOnAsterisk, sam: Robot
) -> None:
    async def meanwhile() -> None:
        caller = await product.ring(MIA)
        await asyncio.sleep(1)
        assert await product.network.channels() == [caller]
        assert "customer" not in product.parties, "the call was answered by nobody"

    await product.restart_connector_after(meanwhile())
    await product.hear(customer=["sam"], sam=["customer"])
    contact = await sam.until(lambda state: state["contacts"] and state["contacts"][0], "the call is Sam's")
    await sam.command("end", contact=contact["key"])
    await product.all_gone()


async def test_who_waits_for_longer_hears_something_and_gets_through(product: ProductOnAsterisk, sam: Robot) -> None:
    async def meanwhile() -> None:
        await product.ring(MIA)
        ear = (await product.party("customer")).ear
        await product.until(lambda: ear.heard().count(frozenset({AWAY_HERTZ})) >= 8, "what is said to those who wait")

    await product.restart_connector_after(meanwhile())
    await product.hear(customer=["sam"], sam=["customer"])
    contact = await sam.until(lambda state: state["contacts"] and state["contacts"][0], "the call is Sam's")
    assert contact["answered"] is not None
    await sam.command("end", contact=contact["key"])
    await product.all_gone()


async def talking(product: ProductOnAsterisk, sam: Robot) -> str:
    """Sam has Mia on the line; returns the contact's key."""
    await product.ring(MIA)
    await product.hear(customer=["sam"], sam=["customer"])
    contact = await sam.until(lambda state: state["contacts"] and state["contacts"][0], "the call is Sam's")
    return str(contact["key"])


@pytest.mark.parametrize("who", ["customer", "sam"])
async def test_a_call_that_ends_while_no_connector_runs_ends_in_the_panel_and_for_the_other(
    product: ProductOnAsterisk, sam: Robot, who: str
) -> None:
    key = await talking(product, sam)
    await product.restart_connector_after(product.hang_up(who))
    contact = await sam.until(contact_of(key, phase="WRAP_UP"), "the call has ended")
    assert contact["answered"] < contact["ended"]
    await product.all_gone()
    await sam.command("done", contact=key)
    await product.only_tasks(1)


async def test_a_customer_on_hold_whose_agent_is_gone_by_then_is_not_left_in_silence(
    product: ProductOnAsterisk, sam: Robot
) -> None:
    key = await talking(product, sam)
    await sam.command("hold", contact=key)
    await sam.until(lambda state: state["contacts"][0]["held_since"], "Mia is on hold")
    await product.restart_connector_after(product.hang_up("sam"))
    # Sam's phone is rung again, and lifted: the two have each other back.
    await product.hear(customer=["sam"], sam=["customer"])
    contact = await sam.until(lambda state: state["contacts"] and state["contacts"][0], "the call is Sam's")
    await sam.command("end", contact=contact["key"])
    await product.all_gone()


async def test_of_two_connectors_the_first_ends_and_says_why(product: ProductOnAsterisk, sam: Robot) -> None:
    demo = product.demo
    first = demo.connector
    assert first is not None
    other = demo.folder / "other.toml"
    text = demo.config.read_text(encoding="utf-8").replace("phone-panel.db", "other.db")
    other.write_text(re.sub(r"(?m)^port = \d+$", "port = 0", text), encoding="utf-8")
    second = Part("other", "connector.sandbox.connector_process", [str(other)], demo.folder)
    told = sam.state is not None
    try:
        await second.start()
        assert await asyncio.wait_for(first.ended(), 10) == 1
        assert told
        words = first.last_words()
        assert 'connector: another connector has taken the Stasis application "phone-panel"' in words
        assert "Stop one of the two, or give each an application of its own" in words
    finally:
        await second.stop()
        if first in demo.parts:
            demo.parts.remove(first)
            await first.stop()
            await demo.start_connector()
