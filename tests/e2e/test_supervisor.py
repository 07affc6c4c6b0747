"""The supervisor's tab in the whole product: who has it, parked Tasks, queues and agents as they change."""

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import JONAS, Product
from tests.e2e.robot import Robot
from tests.e2e.test_outbox_command import RULE, called, outbox, refused

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def supervises(desk: Desk) -> Seat:
    """Priya, who is a supervisor, looks at her tab."""
    priya = await desk.sit_down("priya", available=False)
    await priya.panel.get_by_role("tab", name="Supervisor").click()
    await expect(priya.panel.get_by_role("heading", name="Needs attention")).to_be_visible()
    return priya


def row(seat: Seat, part: str, text: str) -> Locator:
    return seat.panel.locator(f"{part} li").filter(has_text=text)


async def test_a_parked_task_is_seen_and_tried_again_once_the_org_is_mended(
    product: Product, desk: Desk, sam: Robot
) -> None:
    priya = await supervises(desk)
    await expect(priya.shown("Nothing needs attention.")).to_be_visible()
    await product.control("settings", {"rules": [RULE]})
    await refused(product, sam)
    parked = row(priya, "c-parked-tasks", "Mia Chen")
    await expect(parked).to_contain_text("Support calls need a call result.")
    await expect(parked).to_contain_text("Sam Rivera")
    await expect(parked).to_contain_text("a validation rule refuses it: mend what it says, or the rule; then retry")
    assert product.tasks() == []
    await priya.button("Try again: Mia Chen").click()
    await expect(parked, "it is refused once more").to_be_visible()
    await product.control("settings", {"rules": []})
    await priya.button("Try again: Mia Chen").click()
    await expect(priya.shown("Nothing needs attention.")).to_be_visible()
    await product.task(lambda task: task["Subject"] == "Call with Mia Chen", "that was refused")


async def test_a_parked_task_is_discarded_with_a_reason_under_the_supervisors_name(
    product: Product, desk: Desk, sam: Robot
) -> None:
    await product.control("settings", {"rules": [RULE]})
    key = await refused(product, sam)
    priya = await supervises(desk)
    await priya.button("Discard: Mia Chen").click()
    reason = priya.panel.get_by_role("textbox", name="Why is this Task not to be saved?")
    await expect(reason).to_be_focused()
    await priya.button("Discard").first.click()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await reason.fill("a test call")
    await priya.button("Discard").first.click()
    await expect(priya.shown("Nothing needs attention.")).to_be_visible()
    told = await outbox(product, "explain", key)
    assert "state: discarded" in told
    assert "Priya Nair: a test call" in told
    await product.control("settings", {"rules": []})
    await product.none_left("outbox")
    assert product.tasks() == []


async def test_an_agent_has_no_such_tab(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas")
    await expect(jonas.shown("Waiting in my skills")).to_be_visible()
    await expect(jonas.panel.get_by_role("tab")).to_have_count(0)


async def test_queues_and_agents_change_while_one_looks(product: Product, desk: Desk) -> None:
    priya = await supervises(desk)
    support, jonas = row(priya, "c-queue-list", "Support EN"), row(priya, "c-staff-list", "Jonas Weber")
    await expect(support).to_contain_text("0 agents available")
    await expect(jonas).to_have_count(0)
    await expect(priya.shown("3 logged out")).to_be_visible()
    other = await desk.sit_down("jonas")
    await expect(jonas).to_contain_text("Available")
    await expect(support).to_contain_text("1 agent available")
    await product.ring(MIA)
    await expect(jonas).to_contain_text("Incoming call")
    await product.ring("+14155550199")
    await expect(support).to_contain_text("longest")
    await other.answer()
    await expect(jonas).to_contain_text("Working")
    async with product.connected(JONAS) as robot:
        await robot.command("set_state", state="UNAVAILABLE", reason="Lunch")
    await other.button("End").click()
    await other.done()
    await expect(jonas).to_contain_text("Lunch")
    await expect(jonas).not_to_contain_text("Incoming call")


async def test_what_waits_for_salesforce_is_shown_and_tried_when_it_is_back(
    product: Product, desk: Desk, sam: Robot
) -> None:
    priya = await supervises(desk)
    shown = priya.panel.locator("c-api-budget")
    await expect(shown).to_contain_text("of 5,000,000 (0%)")
    await expect(shown).to_contain_text("Tasks waiting0")
    await product.control("faults", [{"kind": "unavailable", "count": 1_000, "path": "composite/sobjects"}])
    await called(product, sam, "waiting")
    await expect(shown).to_contain_text("Tasks waiting1, the oldest for")
    await expect(shown).to_contain_text("Salesforce has too much to do")
    assert product.tasks() == []
    await product.no_faults()
    await priya.button("Try all again").click()
    await expect(shown).to_contain_text("Tasks waiting0")
    await expect(shown).to_contain_text("at once")
    await product.only_tasks(1)
