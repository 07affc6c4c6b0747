"""A call beside another: the first is held, both are there, they are swapped, merged and put through."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def two_calls(desk: Desk) -> Seat:
    """Sam talks to Rosa; Mia, who called first, is on hold, which the panel offered to do."""
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.dial("4155550188", "Sales")
    offer = sam.panel.get_by_role("alertdialog", name="Hold and call")
    await expect(offer).to_contain_text("Mia Chen is still on the line.")
    await offer.get_by_role("button", name="Hold and call").click()
    await expect(sam.card("Rosa Martínez")).to_contain_text("Connected", timeout=15_000)
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    return sam


async def test_two_calls_are_swapped_in_one_press_and_merged(product: Product, desk: Desk) -> None:
    sam = await two_calls(desk)
    await sam.button("Swap").click()
    await expect(sam.card("Mia Chen")).to_contain_text("Connected")
    await expect(sam.card("Rosa Martínez")).to_contain_text("On hold")
    await sam.button("Merge").click()
    parties = sam.panel.get_by_role("list", name="In the conference").get_by_role("listitem")
    await expect(parties).to_have_count(3)
    await sam.button("Leave").click()
    await sam.button("Done").click()
    await expect(sam.panel.get_by_role("article")).to_have_count(1)
    await sam.done()
    await product.task(lambda task: task["CallType"] == "Outbound", "of Rosa")
    await product.task(lambda task: task["CallType"] == "Inbound", "of Mia")
    await product.only_tasks(2)


async def test_two_customers_are_put_through_to_each_other(product: Product, desk: Desk) -> None:
    sam = await two_calls(desk)
    await sam.button("Transfer").click()
    await expect(sam.button("Done")).to_be_visible()
    await product.task(lambda task: task["CallType"] == "Outbound", "of Rosa")
    await product.task(lambda task: task["CallType"] == "Inbound", "of Mia")
    await product.only_tasks(2)


async def test_a_colleague_calls_while_a_customer_is_there(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await jonas.dial("2041", "Sales")
    await expect(sam.card("Jonas Weber")).to_contain_text("Ringing")
    await expect(sam.card("Mia Chen")).to_contain_text("Connected")
    await sam.button("Answer").click()
    await expect(sam.card("Jonas Weber")).to_contain_text("Connected")
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    await sam.button("End").click()
    await expect(jonas.button("Done")).to_be_visible()
    await product.task(lambda task: task["CallType"] == "Internal", "of the colleagues")


async def test_a_click_while_a_call_is_live_offers_to_hold_and_dial(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas")
    await jonas.page.get_by_role("link", name="Grace Okafor").first.click()
    await expect(jonas.tab("Grace Okafor")).to_be_visible()
    await jonas.talk_to(MIA, "Mia Chen")
    await jonas.tab("Grace Okafor").click()
    await jonas.page.get_by_role("button", name=re.compile("^Call 503-555-0127")).first.click()
    await jonas.choose_skill_and_call("Sales")
    offer = jonas.panel.get_by_role("alertdialog", name="Hold and call")
    await expect(offer).to_contain_text("Mia Chen is still on the line.")
    await expect(offer).to_contain_text("Grace Okafor")
    await offer.get_by_role("button", name="Hold and call").click()
    await expect(jonas.card("Grace Okafor")).to_contain_text("Connected", timeout=15_000)
    await expect(jonas.card("Mia Chen")).to_contain_text("On hold")
    await jonas.button("End").click()
    grace = await product.record("Contact", "Name", "Grace Okafor")
    task = await product.task(lambda task: task["WhoId"] == grace, "of the call to Grace")
    assert task["CallType"] == "Outbound"
