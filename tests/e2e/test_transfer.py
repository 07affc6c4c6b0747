"""Two agents in two browsers: one asks the other, passes a customer on, and talks with several."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import JONAS, SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def sit_at_two(desk: Desk) -> tuple[Seat, Seat]:
    """Sam is available; Jonas is in a training, so that he is called directly only."""
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    return await desk.sit_down(), jonas


async def asked(desk: Desk) -> tuple[Seat, Seat]:
    """Sam talks to Mia and asks Jonas, who has answered."""
    sam, jonas = await sit_at_two(desk)
    await sam.talk_to(MIA, "Mia Chen")
    await sam.show_details()
    await sam.comments.fill("Charged twice.")
    await expect(sam.shown("Draft saved")).to_be_visible()
    await sam.ask("Agents", "Jonas Weber")
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    await expect(sam.button("Merge")).to_have_attribute("aria-disabled", "true")
    await expect(jonas.shown("A colleague asks you")).to_be_visible()
    await jonas.button("Answer").click()
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true")
    return sam, jonas


async def test_the_four_tabs_by_keyboard_and_an_entry_is_called(product: Product, desk: Desk) -> None:
    sam, _ = await sit_at_two(desk)
    await sam.talk_to(MIA, "Mia Chen")
    keyboard = sam.page.keyboard
    await sam.button("Hold").focus()
    await keyboard.press("Alt+KeyT")
    tabs = sam.panel.get_by_role("tab")
    await expect(tabs).to_have_text(["Agents", "Skills", "Address book", "Keypad"])
    await expect(sam.panel.get_by_role("tabpanel", name="Agents")).to_contain_text("Jonas Weber")
    await tabs.nth(0).focus()
    await keyboard.press("ArrowRight")
    await expect(sam.panel.get_by_role("tabpanel", name="Skills")).to_contain_text("Billing")
    await keyboard.press("ArrowRight")
    await expect(sam.panel.get_by_role("tabpanel", name="Address book")).to_contain_text("Warehouse Oakland")
    await keyboard.press("ArrowRight")
    await expect(sam.panel.get_by_role("textbox", name="Phone number")).to_be_visible()
    await keyboard.press("ArrowLeft")
    await sam.panel.get_by_role("searchbox", name="Search address book").focus()
    await keyboard.type("front")
    await expect(sam.panel.locator("[data-row]")).to_have_count(1)
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(sam.card("Front desk")).to_be_visible()
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true", timeout=15_000)
    await keyboard.press("Alt+KeyX")
    await expect(sam.button("Abandon")).to_have_count(0)
    await keyboard.press("Alt+KeyH")
    await expect(sam.card("Mia Chen")).to_contain_text("Connected")
    await sam.button("End").click()
    await product.task(lambda task: True, "of Mia's call")
    await product.only_tasks(1)


async def test_a_transfer_takes_the_notes_along(product: Product, desk: Desk) -> None:
    sam, jonas = await asked(desk)
    await sam.button("Transfer").click()
    await sam.done()
    await expect(jonas.card("Mia Chen")).to_contain_text("Passed on by Sam Rivera")
    await jonas.show_details_if_closed()
    await expect(jonas.comments).to_have_value(re.compile(r"^Sam Rivera:\nCharged twice\."))
    await expect(jonas.button("Hold")).to_be_enabled()
    await jonas.button("End").click()
    await jonas.done()
    jonas_id, sam_id = await product.user(JONAS), await product.user(SAM)
    second = await product.task(lambda task: task["OwnerId"] == jonas_id, "of Jonas")
    first = await product.task(lambda task: task["OwnerId"] == sam_id, "of Sam")
    await product.only_tasks(2)
    assert first["Phone_Interaction_Key__c"] == second["Phone_Interaction_Key__c"] == first["Phone_Contact_Key__c"]
    assert first["WhoId"] == second["WhoId"] == await product.record("Contact", "Name", "Mia Chen")


async def test_a_conference_lists_its_parties_and_one_is_dropped(product: Product, desk: Desk) -> None:
    sam, jonas = await asked(desk)
    await sam.button("Merge").click()
    for seat in (sam, jonas):
        parties = seat.panel.get_by_role("list", name="In the conference").get_by_role("listitem")
        await expect(parties).to_have_count(3)
        for tool in ("Hold", "Keypad", "Mask"):
            await expect(seat.button(tool)).to_have_attribute("aria-disabled", "true")
    await expect(sam.panel.get_by_text("Not in a conference").first).to_be_visible()
    await sam.ask("Address book", "Front desk")
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true", timeout=15_000)
    await sam.button("Merge").click()
    parties = sam.panel.get_by_role("list", name="In the conference").get_by_role("listitem")
    await expect(parties).to_have_count(4)
    await sam.button("Drop Front desk").click()
    await sam.panel.get_by_role("alertdialog").get_by_role("button", name="Drop").click()
    await expect(parties).to_have_count(3)
    await sam.button("Leave").click()
    await sam.done()
    await expect(jonas.button("Hold")).to_be_enabled()
    await expect(jonas.button("Mask")).to_be_enabled()
    await jonas.button("End").click()
    await jonas.done()
    jonas_id = await product.user(JONAS)
    await product.task(lambda task: task["OwnerId"] == jonas_id, "of Jonas")
    await product.only_tasks(2)


async def test_who_refuses_costs_the_customer_nothing(product: Product, desk: Desk) -> None:
    sam, jonas = await sit_at_two(desk)
    await sam.talk_to(MIA, "Mia Chen")
    await sam.ask("Agents", "Jonas Weber")
    await jonas.button("Decline").click()
    await expect(sam.shown("The other side declined.")).to_be_visible()
    await expect(jonas.status).to_contain_text("Training")
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    await sam.open_consult("Keypad")
    call = sam.button("Call")
    await expect(call).to_have_attribute("aria-disabled", "true")
    await sam.panel.get_by_role("textbox", name="Phone number").fill("4155550190")
    await expect(call).not_to_have_attribute("aria-disabled", "true")
    await call.click()
    await expect(sam.button("Transfer")).not_to_have_attribute("aria-disabled", "true", timeout=15_000)
    await sam.button("Transfer").click()
    await sam.done()
    await product.task(lambda task: True, "of Mia's call")
    await product.only_tasks(1)


async def test_a_customer_is_put_into_the_queue_of_a_skill(product: Product, desk: Desk) -> None:
    sam, jonas = await sit_at_two(desk)
    await sam.talk_to(MIA, "Mia Chen")
    await sam.show_details()
    await sam.comments.fill("Wants a group pass.")
    await expect(sam.shown("Draft saved")).to_be_visible()
    await sam.ask("Skills", "Sales")
    await expect(sam.button("Transfer")).not_to_have_attribute("aria-disabled", "true")
    await expect(sam.button("Merge")).to_have_attribute("aria-disabled", "true")
    await sam.pick_state("Lunch")
    await sam.button("Transfer").click()
    await sam.done()
    await jonas.pick_state("Available")
    await expect(jonas.shown("Incoming call · Sales")).to_be_visible()
    await jonas.answer()
    await expect(jonas.card("Mia Chen")).to_contain_text("Passed on by Sam Rivera")
    await jonas.show_details_if_closed()
    await expect(jonas.comments).to_have_value(re.compile(r"^Sam Rivera:\nWants a group pass\."))
    await jonas.button("End").click()
    jonas_id = await product.user(JONAS)
    task = await product.task(lambda task: task["OwnerId"] == jonas_id, "of Jonas")
    assert task["Phone_Skill__c"] == "Sales"


async def test_a_customer_is_passed_on_before_the_colleague_answers(product: Product, desk: Desk) -> None:
    sam, jonas = await sit_at_two(desk)
    await sam.talk_to(MIA, "Mia Chen")
    await sam.ask("Agents", "Jonas Weber")
    await expect(jonas.shown("A colleague asks you")).to_be_visible()
    await expect(sam.shown("Transfer now, or Merge when Jonas Weber answers.")).to_be_visible()
    await expect(sam.button("Merge")).to_have_attribute("aria-disabled", "true")
    await sam.press("Transfer")
    await sam.done()
    await expect(jonas.panel.locator("c-offered-call")).to_contain_text("Mia Chen")
    await jonas.answer()
    await expect(jonas.card("Mia Chen")).to_contain_text("Connected")
    await expect(jonas.card("Mia Chen")).to_contain_text("Passed on by Sam Rivera")
    await jonas.button("End").click()
    await jonas.done()
    sam_id, jonas_id = await product.user(SAM), await product.user(JONAS)
    first = await product.task(lambda task: task["OwnerId"] == sam_id, "of Sam")
    second = await product.task(lambda task: task["OwnerId"] == jonas_id, "of Jonas")
    await product.only_tasks(2)
    assert first["Phone_Interaction_Key__c"] == second["Phone_Interaction_Key__c"] == first["Phone_Contact_Key__c"]


async def test_the_administrator_may_forbid_to_pass_on_unasked(product: Product, desk: Desk) -> None:
    async with product.setting("Blind_Transfer", "yes", "no"):
        sam, jonas = await sit_at_two(desk)
        await sam.talk_to(MIA, "Mia Chen")
        await sam.ask("Agents", "Jonas Weber")
        await expect(jonas.shown("A colleague asks you")).to_be_visible()
        await expect(sam.shown("Merge and Transfer when Jonas Weber answers")).to_be_visible()
        await expect(sam.button("Transfer")).to_have_attribute("aria-disabled", "true")
        await jonas.button("Answer").click()
        await expect(sam.button("Transfer")).not_to_have_attribute("aria-disabled", "true")
