"""Calls that the agent makes: from the keypad without a mouse, from a record, and what becomes of them."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.product import SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_from_the_dial_pad_without_a_mouse(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    panel, keyboard = seat.panel, seat.page.keyboard
    await panel.get_by_role("button", name=re.compile("Agent status")).focus()
    await keyboard.press("Alt+KeyN")
    await keyboard.type("(415) 555-0188")
    await expect(seat.shown("Will dial")).to_contain_text("+1 415 555 0188")
    await expect(seat.button("Call")).to_have_attribute("aria-disabled", "true")
    await panel.get_by_role("combobox", name="Skill").focus()
    await keyboard.type("Sales")
    await expect(seat.button("Call")).not_to_have_attribute("aria-disabled", "true")
    await panel.get_by_role("textbox").first.focus()
    await keyboard.press("Enter")
    await expect(panel.get_by_role("article")).to_contain_text("Ringing")
    await expect(seat.button("Hold")).to_have_attribute("aria-disabled", "true")
    await expect(panel.get_by_role("article")).to_contain_text("Connected", timeout=15_000)
    await expect(panel.get_by_role("article")).to_contain_text("Rosa Martínez")
    await keyboard.press("Alt+KeyH")
    await expect(seat.button("Resume")).to_be_visible()
    await keyboard.press("Alt+KeyH")
    await expect(seat.button("Hold")).to_be_enabled()
    await keyboard.press("Alt+KeyX")
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    rosa = await product.record("Contact", "Name", "Rosa Martínez")
    task = await product.task(lambda task: task["WhoId"] == rosa, "of the call to Rosa")
    assert (task["CallType"], task["Phone_Skill__c"], task["OwnerId"]) == ("Outbound", "Sales", await product.user(SAM))
    assert task["CallDurationInSeconds"] >= 0


async def test_a_number_on_a_record_dials_and_the_record_is_the_name(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down("jonas")
    await seat.page.get_by_role("link", name="Grace Okafor").first.click()
    await seat.page.get_by_role("button", name=re.compile("^Call 503-555-0127")).first.click()
    await seat.choose_skill_and_call("Sales")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Grace Okafor")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Connected", timeout=15_000)
    await seat.button("End").click()
    grace = await product.record("Contact", "Name", "Grace Okafor")
    task = await product.task(lambda task: task["WhoId"] == grace, "of the call to Grace")
    assert task["CallType"] == "Outbound"


@pytest.mark.parametrize(
    ("number", "words"), [("4155550181", "Busy"), ("4155550184", "Wrong number")], ids=["busy", "wrong number"]
)
async def test_a_call_that_is_not_answered_says_why_and_has_a_task(
    product: Product, desk: Desk, number: str, words: str
) -> None:
    seat = await desk.sit_down()
    await seat.dial(number, "Sales")
    await expect(seat.button("Done")).to_be_visible(timeout=15_000)
    await expect(seat.panel.get_by_role("article")).to_contain_text(words)
    task = await product.task(lambda task: True, "of the call")
    assert (task["CallType"], task["CallDurationInSeconds"]) == ("Outbound", 0)


async def test_a_call_can_be_cancelled_while_it_rings(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await seat.dial("4155550188", "Sales")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Ringing")
    await seat.button("End").click()
    await expect(seat.button("Done")).to_be_visible()
    assert len([await product.task(lambda task: task["CallDurationInSeconds"] == 0, "of the cancelled call")]) == 1


async def test_a_number_that_cannot_be_dialled_is_told_so(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await seat.open_dial_pad("123")
    await expect(seat.shown("Outbound call")).to_be_visible()
    await expect(seat.panel.locator("main")).to_contain_text("too short")
    await expect(seat.button("Call")).to_have_attribute("aria-disabled", "true")
    assert product.tasks() == []


async def test_what_the_dial_plan_makes_of_a_number_is_shown_and_called(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await seat.open_dial_pad("900 555 0100")
    await expect(seat.shown("That number may not be called from here.")).to_be_visible()
    await expect(seat.button("Call")).to_have_attribute("aria-disabled", "true")
    await seat.panel.get_by_role("textbox").first.fill("6014")
    await expect(seat.shown("Will dial")).to_contain_text("6014")
    await seat.panel.get_by_role("textbox").first.fill("8043")
    await expect(seat.shown("Will dial")).to_contain_text("+1 415 555 0143")
    await seat.choose_skill_and_call("Sales")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Mia Chen")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Connected", timeout=15_000)
    await seat.button("End").click()
    mia = await product.record("Contact", "Name", "Mia Chen")
    assert (await product.task(lambda task: task["WhoId"] == mia, "of the call to Mia"))["CallType"] == "Outbound"


async def test_an_emergency_number_has_a_button_of_its_own(desk: Desk) -> None:
    seat = await desk.sit_down(available=False)
    await seat.open_dial_pad("911")
    await expect(seat.button("Call 911 now")).to_be_enabled()
    await expect(seat.button("Call")).to_have_count(0)


async def test_an_outbound_call_never_makes_an_unavailable_agent_available(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down(available=False)
    await seat.choose_state("Break")
    await seat.dial("4155550188", "Sales")
    await expect(seat.panel.get_by_role("article")).to_contain_text("Connected", timeout=15_000)
    await seat.button("End").click()
    await seat.button("Done").click()
    await expect(seat.status).to_contain_text("Break")


async def test_the_administrator_may_disable_click_to_dial(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down("jonas")
    await seat.page.get_by_role("link", name="Grace Okafor").first.click()
    number = seat.page.get_by_role("button", name=re.compile("^Call 503-555-0127"))
    await expect(number.first).to_be_visible()
    async with product.setting("Click_To_Dial", "yes", "no"):
        await expect(number).to_have_count(0)
        await expect(seat.page.get_by_text("503-555-0127").first).to_be_visible()
    await expect(number.first).to_be_visible()
