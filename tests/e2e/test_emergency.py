"""Emergency calls in the panel; the switch of the demo has no route but loopback."""

import pytest
from playwright.async_api import expect

from connector.switch.simulated.journal import read
from tests.e2e.desk import Desk
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
ADDRESS = "San Francisco"


async def test_911_calls_at_once_and_the_supervisor_is_told(product: Product, desk: Desk) -> None:
    priya = await desk.sit_down("priya", available=False)
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.open_dial_pad("911")
    await expect(sam.panel.locator("#pp-emergency")).to_contain_text(ADDRESS)
    await sam.button("Call 911 now").click()
    card = sam.panel.get_by_role("article").filter(has_text="911")
    await expect(card).to_contain_text(ADDRESS)
    await expect(card).to_contain_text("Connected", timeout=15_000)
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    alarm = priya.panel.get_by_text("Emergency call: Sam Rivera dials 911").first
    await expect(alarm).to_be_visible()
    await expect(priya.panel.locator("main")).to_contain_text(ADDRESS)
    await sam.button("End").click()
    await product.task(lambda task: "911" in task["Subject"], "of the emergency call")


async def test_933_reads_the_address_back_and_alarms_nobody(product: Product, desk: Desk) -> None:
    priya = await desk.sit_down("priya", available=False)
    sam = await desk.sit_down(available=False)
    await sam.open_dial_pad("933")
    await expect(sam.panel.locator("#pp-emergency")).to_contain_text("No alarm is raised.")
    await sam.button("Call 933 now").click()
    card = sam.panel.get_by_role("article").filter(has_text="933")
    await expect(card).to_contain_text(ADDRESS)
    await expect(card).to_contain_text("Connected", timeout=15_000)
    await sam.button("End").click()
    await product.task(lambda task: "933" in task["Subject"], "of the test")
    await expect(priya.panel.get_by_text("Emergency call:")).to_have_count(0)


async def test_911_on_the_phone_itself_is_told_and_nothing_else_is_offered(product: Product, desk: Desk) -> None:
    priya = await desk.sit_down("priya", available=False)
    sam = await desk.sit_down()
    await product.switch("dial", {"device": "2041", "number": "9911"})
    await expect(priya.panel.get_by_text("Emergency call: Sam Rivera dials 911").first).to_be_visible()
    await expect(priya.panel.locator("main")).to_contain_text(ADDRESS)
    await expect(sam.panel.locator("body")).to_contain_text("Emergency call")
    (seen,) = [entry for entry in read(product.demo.journal) if entry.what == "emergency" and entry.by == "phone"]
    assert (seen.number, seen.route, seen.line) == ("911", "sim-local", "+14155550161")
    assert ADDRESS in seen.address
