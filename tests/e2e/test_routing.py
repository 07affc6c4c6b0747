"""What an agent sees of queues, hours, states and wrap-up, as the administrator has configured them."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
NOBODY = "+16285550172"


def queue(seat: Seat, skill: str) -> Locator:
    """The row of that skill under "Waiting in my skills"."""
    return seat.panel.locator("c-queue-list").get_by_role("listitem").filter(has_text=skill)


async def test_the_queues_are_shown_and_a_full_one_takes_no_caller(product: Product, desk: Desk) -> None:
    async with product.configured("Phone_Skill__mdt", "Sales", {"Longest_Queue__c": None}, {"Longest_Queue__c": 1}):
        sam = await desk.sit_down(available=False)
        await sam.choose_state("Break")
        await expect(queue(sam, "Sales")).to_contain_text("nobody waits")
        waits = await product.ring(MIA, "Sales")
        await expect(queue(sam, "Sales")).to_contain_text(re.compile(r"longest \d:\d\d\s*1$"))
        late = await product.ring(NOBODY, "Sales")
        await product.until(lambda: product.announced(late), "the caller is told")
        assert (product.announced(waits), product.announced(late)) == (None, "full")
        await expect(queue(sam, "Sales")).to_contain_text(re.compile(r"longest \d:\d\d\s*1$"))
        await sam.pick_state("Available")
        await expect(sam.panel.locator("c-offered-call")).to_contain_text("Mia Chen")
    assert product.tasks() == []


async def test_closed_hours_take_no_caller(product: Product, desk: Desk) -> None:
    hours = {"Hours__c": "Su 03:00-03:01"}
    async with product.configured("Phone_Skill__mdt", "Billing", {"Hours__c": None}, hours):
        sam = await desk.sit_down()
        late = await product.ring(NOBODY, "Billing")
        await product.until(lambda: product.announced(late), "the caller is told")
        assert product.announced(late) == "closed"
        await expect(queue(sam, "Billing")).to_contain_text("nobody waits")
        await product.ring(MIA)
        await expect(sam.panel.locator("c-offered-call")).to_contain_text("Mia Chen")
    assert product.tasks() == []


async def test_who_closes_the_browser_is_not_offered_anything(product: Product, desk: Desk) -> None:
    async with product.setting("No_Panel_Seconds", "30", "5"):
        jonas = await desk.sit_down("jonas")
        await jonas.talk_to(MIA, "Mia Chen")
        sam = await desk.sit_down()
        await jonas.open_consult("Agents")
        row = jonas.panel.locator("[data-row]").filter(has_text="Sam Rivera")
        await expect(row).to_contain_text("Available")
        await sam.page.context.close()
        await expect(row).to_contain_text("No panel", timeout=15_000)
        await product.ring(NOBODY)
        sam = await desk.sit_down(available=False)
        await expect(sam.status).to_contain_text("No panel")
        await expect(queue(sam, "Support EN")).to_contain_text("longest")
        await sam.pick_state("Available")
        await expect(sam.button("Answer")).to_be_visible()


async def test_wrap_up_is_extended_by_a_button_where_the_skill_permits_it(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.button("End").click()
    await expect(sam.shown("Ends by itself in")).to_be_visible()
    await expect(sam.button("More time")).to_have_count(0)
    await sam.done()
    await sam.talk_to(MIA, "Mia Chen", skill="Sales")
    await sam.button("End").click()
    left = sam.panel.locator("c-call-controls").get_by_role("timer")
    await expect(left).to_have_text(re.compile("^1:"))
    await sam.button("More time").click()
    await expect(left).to_have_text(re.compile("^2:"))
    await sam.done()
    await expect(sam.status).to_contain_text("Available")


async def test_a_state_chosen_during_a_call_applies_afterwards(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.pick_state("Lunch")
    await expect(sam.button("Hold")).to_be_enabled()
    await sam.button("End").click()
    await product.ring(NOBODY)
    await sam.done()
    await expect(sam.status).to_contain_text("Lunch")
    await expect(queue(sam, "Support EN")).to_contain_text("longest")
    await expect(sam.button("Answer")).to_have_count(0)
