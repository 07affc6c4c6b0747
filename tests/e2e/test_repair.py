"""A Task that is refused for a field that the panel does not have: the agent fills it in, and it is saved, once."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.desk import DUTCH, Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
NEEDED = "Required fields are missing: [Region__c]"


def rule(require: str, message: str, *, field: str | None = None, **when: str) -> dict[str, Any]:
    """Where `when` holds, `require` must not be blank; `field` is where the message stands, None for the page's top."""
    return {"object": "Task", "when": when, "require": require, "message": message, "field": field}


async def customised(product: Product, *rules: Mapping[str, Any]) -> None:
    """The org asks for fields of its own."""
    await product.control("settings", {"hostile": ["asked_fields"]})
    await product.control("settings", {"rules": list(rules)})


async def refused(product: Product, desk: Desk, note: str, **options: object) -> Seat:
    """Sam has talked to Mia, and Salesforce does not take the Task."""
    seat = await desk.sit_down(**options)  # type: ignore[arg-type]  # options of a browser's context
    await product.ring(MIA, "Support_EN")
    await seat.answer()
    await seat.show_details_if_closed()
    await seat.comments.fill(note)
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.button("End").click()
    await expect(seat.shown("Needs attention")).to_be_visible()
    return seat


async def test_a_required_field_is_filled_in_with_one_of_its_values_and_outlives_a_reload(
    product: Product, desk: Desk
) -> None:
    await customised(product)
    seat = await refused(product, desk, "Kept though it was refused")
    await expect(seat.shown(NEEDED)).to_be_visible()
    region = seat.field("Region")
    await expect(region).to_be_focused()
    assert await region.locator("option").all_inner_texts() == ["Choose", "North", "South", "West"]
    assert product.tasks() == []
    await region.select_option("South")
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.page.reload()
    await expect(seat.field("Region")).to_have_value("South")
    await expect(seat.comments).to_have_value("Kept though it was refused")
    await seat.button("Save again").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    await seat.done()
    task = await product.task(lambda task: task["Region__c"] == "South", "with the region")
    assert task["Description"] == "Kept though it was refused"
    await product.only_tasks(1)


async def test_a_second_refusal_is_shown_and_the_next_field_asked_for(product: Product, desk: Desk) -> None:
    words = "The West wants to know when it is visited."
    await customised(product, rule("Visit_On__c", words, field="Visit_On__c", Region__c="West"))
    seat = await refused(product, desk, "Two refusals")
    await seat.field("Region").select_option("West")
    await seat.button("Save again").click()
    await expect(seat.shown(words)).to_be_visible()
    await expect(seat.field("Visit On")).to_be_focused()
    await expect(seat.field("Region")).to_have_value("West")
    await expect(seat.field("Region")).not_to_have_attribute("aria-invalid", "true")
    await seat.field("Visit On").fill("2026-12-24")
    await seat.button("Save again").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    task = await product.task(lambda task: True, "of the call")
    assert (task["Region__c"], task["Visit_On__c"]) == ("West", "2026-12-24")
    await seat.done()
    await product.only_tasks(1)


async def test_a_closed_contact_is_mended_from_the_list(product: Product, desk: Desk) -> None:
    await customised(product, rule("Amount__c", "Say the amount.", field="Amount__c", Region__c="North"))
    seat = await refused(product, desk, "Mended afterwards")
    await seat.button("Done").click()
    await seat.mend("Mia Chen")
    await expect(seat.shown(NEEDED)).to_be_visible()
    await seat.field("Region").select_option("North")
    await seat.page.reload()
    await seat.mend("Mia Chen")
    await expect(seat.field("Region")).to_have_value("North")
    await seat.button("Save again").click()
    await expect(seat.shown("Say the amount.")).to_be_visible()
    await seat.field("Amount").fill("12.345")
    await expect(seat.shown("Draft kept here")).to_be_visible()
    await seat.comments.focus()
    await expect(seat.shown("This field does not take that.")).to_be_visible()
    await seat.field("Amount").fill("12.5")
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.button("Save again").click()
    await expect(seat.shown("Waiting in my skills")).to_be_visible()
    await expect(seat.panel.get_by_role("button", name="Fill in what is missing: Mia Chen")).to_have_count(0)
    task = await product.task(lambda task: True, "of the call")
    assert (task["Region__c"], task["Amount__c"], task["Description"]) == ("North", 12.5, "Mended afterwards")
    await product.only_tasks(1)


async def test_every_kind_of_field(product: Product, desk: Desk) -> None:
    """One rule after the other asks for one more field; each is filled in as its kind is."""
    asked = ["Promised_At__c", "Consent__c", "Site__c", "Findings__c", "Reasons__c", "Order_Number__c"]
    rules = [rule(name, f"Fill in {name}.", field=name, CallType="Inbound") for name in asked if name != "Consent__c"]
    await customised(product, *rules)
    account = await product.record("Account", "Name", "Northwind Traders")
    seat = await refused(product, desk, "Every kind", timezone_id="America/New_York")

    async def save(then: str) -> None:
        await seat.button("Save again").click()
        await expect(seat.shown(then)).to_be_visible()

    await seat.field("Region").select_option("West")
    await save("Fill in Promised_At__c.")
    await seat.field("Promised At").fill("2026-12-24T09:30")
    await save("Fill in Site__c.")
    await seat.field("Site").fill(account)
    await save("Fill in Findings__c.")
    await seat.field("Findings").fill("Two lines,\nas they are")
    await save("Fill in Reasons__c.")
    group = seat.panel.get_by_role("group", name="Reasons for the call and what the customer had tried before")
    for name in ("Quality", "Price"):
        await group.get_by_role("checkbox", name=name).check()
    await save("Fill in Order_Number__c.")
    await seat.field("Order Number").fill("A-1")
    await save("Saved to Salesforce")
    task = await product.task(lambda task: True, "of the call")
    assert task["Promised_At__c"] == "2026-12-24T14:30:00.000+0000", "by the clock of the agent's computer"
    assert (task["Site__c"], task["Findings__c"]) == (account, "Two lines,\nas they are")
    assert (task["Reasons__c"], task["Order_Number__c"]) == ("Price;Quality", "A-1")
    await seat.done()
    await product.only_tasks(1)


async def test_a_refusal_that_names_no_field_shows_its_words_and_the_panel_s_own_fields(
    product: Product, desk: Desk
) -> None:
    nameless = rule("CallDisposition", "How did it end?", Phone_Skill__c="Support_EN")
    await product.control("settings", {"rules": [nameless]})
    seat = await refused(product, desk, "No field named")
    await seat.button("Done").click()
    await seat.mend("Mia Chen")
    await expect(seat.shown("How did it end?")).to_be_visible()
    await seat.panel.get_by_role("combobox", name="Disposition").select_option("Resolved")
    await seat.button("Save again").click()
    task = await product.task(lambda task: task["CallDisposition"] == "Resolved", "with the disposition")
    assert task["Description"] == "No field named"
    await product.only_tasks(1)


async def test_a_second_tab_shows_what_was_filled_in_and_a_kill_loses_nothing(product: Product, desk: Desk) -> None:
    await customised(product)
    seat = await refused(product, desk, "Two tabs")
    other = await desk.open_tab(seat.page.context)
    await seat.field("Region").select_option("South")
    await expect(other.field("Region")).to_have_value("South")
    desk.expected_troubles = ("WebSocket", "The connector says")

    async def nothing() -> None:
        return None

    await product.restart_connector_after(nothing())
    await expect(other.field("Region")).to_have_value("South")
    await other.press("Save again")
    await expect(other.shown("Saved to Salesforce")).to_be_visible()
    task = await product.task(lambda task: True, "of the call")
    assert task["Region__c"] == "South"
    await other.done()
    await product.only_tasks(1)


async def test_what_cannot_be_asked_is_asked_again(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(MIA, "Support_EN")
    await seat.answer()
    await product.control("settings", {"hostile": ["required_field"]})
    await product.control("faults", [{"kind": "unavailable", "count": 1_000, "path": "sobjects/Task/describe"}])
    await seat.button("End").click()
    await expect(seat.shown("Salesforce could not be asked what is to be filled in.")).to_be_visible()
    await product.no_faults()
    await seat.button("Try again").click()
    await seat.field("Cost Centre").fill("Berlin 4")
    await seat.button("Save again").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    await product.task(lambda task: task["Cost_Centre__c"] == "Berlin 4", "with the cost centre")


async def test_the_form_in_dutch(product: Product, desk: Desk) -> None:
    await customised(product)
    seat = await desk.sit_down(locale=DUTCH)
    await product.ring(MIA, "Support_EN")
    await seat.answer()
    await seat.button("End").click()
    await expect(seat.shown(seat.word("Needs attention."))).to_be_visible()
    await expect(seat.field("Region").locator("option").first).to_have_text(seat.word("Choose"))
    await seat.field("Region").select_option("West")
    await seat.button("Save again").click()
    await expect(seat.shown(seat.word("Saved to Salesforce"))).to_be_visible()
