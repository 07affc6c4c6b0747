"""What the agent sees of the Task, whatever Salesforce says; and that nothing is ever lost on the way."""

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def a_call_with_a_note(product: Product, desk: Desk, skill: str, note: str) -> Seat:
    seat = await desk.sit_down()
    await product.ring(MIA, skill)
    await seat.answer()
    await seat.show_details_if_closed()
    await seat.comments.fill(note)
    await expect(seat.shown("Draft saved")).to_be_visible()
    return seat


async def test_a_validation_rule_is_shown_with_its_field_and_words_and_can_be_mended(
    product: Product, desk: Desk
) -> None:
    rule = {
        "object": "Task",
        "when": {"Phone_Skill__c": "Support_EN"},
        "require": "CallDisposition",
        "message": "Support calls need a call result.",
        "field": "CallDisposition",
    }
    await product.control("settings", {"rules": [rule]})
    seat = await a_call_with_a_note(product, desk, "Support_EN", "Kept though it was refused")
    await seat.button("End").click()
    await expect(seat.shown("Needs attention")).to_be_visible()
    await expect(seat.shown("Support calls need a call result.")).to_be_visible()
    assert product.tasks() == []
    await seat.panel.get_by_role("combobox", name="Disposition").select_option("Resolved")
    await seat.button("Save again").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    await seat.button("Done").click()
    task = await product.task(lambda task: task["CallDisposition"] == "Resolved", "with the disposition")
    assert task["Description"] == "Kept though it was refused"
    await product.only_tasks(1)


async def test_while_salesforce_is_away_the_task_waits_and_is_then_written(product: Product, desk: Desk) -> None:
    seat = await a_call_with_a_note(product, desk, "Support_EN", "Written when Salesforce is back")
    await product.control("faults", [{"kind": "unavailable", "count": 1, "path": "composite/sobjects"}])
    await seat.button("End").click()
    await expect(seat.shown("Waiting for Salesforce")).to_be_visible()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible(timeout=30_000)
    assert [task["Description"] for task in product.tasks()] == ["Written when Salesforce is back"]


async def test_an_answer_that_was_lost_makes_no_second_task(product: Product, desk: Desk) -> None:
    seat = await a_call_with_a_note(product, desk, "Support_EN", "Written once")
    await product.control("faults", [{"kind": "drop_after", "count": 1, "path": "composite/sobjects"}])
    await seat.button("End").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible(timeout=60_000)
    assert [task["Description"] for task in product.tasks()] == ["Written once"]


async def test_a_required_disposition_keeps_the_agent_in_wrap_up(product: Product, desk: Desk) -> None:
    seat = await a_call_with_a_note(product, desk, "Billing", "No disposition yet")
    await seat.button("End").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    first = await product.task(lambda task: True, "of the call")
    assert (first["Status"], first["CallDisposition"]) == ("In Progress", None)
    await expect(seat.button("Done")).to_have_attribute("aria-disabled", "true")
    await seat.panel.get_by_role("combobox", name="Disposition").select_option("Answered")
    await seat.button("Done").click()
    task = await product.task(lambda task: task["CallDisposition"] == "Answered", "with the disposition")
    assert (task["Id"], task["Status"]) == (first["Id"], "Completed")


async def test_the_link_opens_the_task(product: Product, desk: Desk) -> None:
    seat = await a_call_with_a_note(product, desk, "Support_EN", "Linked")
    await seat.button("End").click()
    await seat.panel.locator("c-save-state").get_by_role("button", name="Call with Mia Chen").click()
    await expect(seat.tab("Call with Mia Chen")).to_be_visible()
