"""A day of two agents at their desks, in two browsers, and exactly the Tasks of it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import JONAS, SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
ROSA = "+14155550188"

# Interaction, owner, subtype, call type, disposition, who.
TASKS = [
    (0, "Sam", "Call", "Inbound", "Escalated", "Mia Chen"),
    (0, "Jonas", "Call", "Inbound", "Resolved", "Mia Chen"),
    (1, "Sam", "Call", "Inbound", None, "Mia Chen"),
    (1, "Jonas", "Call", "Inbound", None, "Mia Chen"),
    (2, "Sam", "Call", "Inbound", None, "Mia Chen"),
    (3, "Sam", "Call", "Outbound", None, "Rosa Martínez"),
    (4, "Sam", "Call", "Outbound", "Answered", "Rosa Martínez"),
    (5, "Sam", "Task", None, "Resolved", None),
    (6, "Jonas", "Call", "Internal", None, None),
    (6, "Sam", "Call", "Internal", None, None),
]


async def takes_mia(product: Product, sam: Seat) -> None:
    await sam.choose_state("Available")
    await product.ring(MIA)
    await sam.answer()
    await expect(sam.panel.get_by_role("article")).to_contain_text("Mia Chen")


async def asks_jonas(sam: Seat, jonas: Seat) -> None:
    await sam.consult("Jonas Weber")
    await expect(jonas.shown("A colleague asks you")).to_be_visible()
    await jonas.button("Answer").click()


async def a_transfer(product: Product, sam: Seat, jonas: Seat) -> None:
    """Jonas gets the customer with what Sam wrote."""
    await takes_mia(product, sam)
    await sam.show_details()
    await sam.comments.fill("Charged twice.")
    await expect(sam.shown("Draft saved")).to_be_visible()
    await asks_jonas(sam, jonas)
    await sam.press("Transfer")
    await sam.wrap_up("Escalated")
    await expect(jonas.shown("Passed on by Sam Rivera")).to_be_visible()
    await jonas.show_details_if_closed()
    await expect(jonas.comments).to_have_value(re.compile("Charged twice"))
    await jonas.press("End")
    await jonas.wrap_up("Resolved")


async def a_conference(product: Product, sam: Seat, jonas: Seat) -> None:
    """All hear all; Sam leaves, and Jonas goes on with the customer."""
    await takes_mia(product, sam)
    await asks_jonas(sam, jonas)
    await sam.press("Merge")
    for seat in (sam, jonas):
        await expect(seat.shown("3 parties, all hear all")).to_be_visible()
        await expect(seat.button("Hold")).to_have_attribute("aria-disabled", "true")
    await sam.press("Leave")
    await sam.wrap_up()
    await expect(jonas.button("Hold")).not_to_have_attribute("aria-disabled", "true")
    await jonas.press("End")
    await jonas.wrap_up()


async def two_calls(product: Product, sam: Seat) -> None:
    """The panel offers to hold; swapped, merged, and both let go."""
    await takes_mia(product, sam)
    await sam.dial("4155550188", "Sales")
    await expect(sam.shown("Mia Chen is still on the line.")).to_be_visible()
    await sam.press("Hold and call")
    await sam.press("Swap")
    await expect(sam.panel.get_by_role("article", name="Rosa Martínez")).to_contain_text("On hold")
    await sam.press("Merge")
    await expect(sam.button("Leave")).to_be_visible()
    await sam.press("Leave")
    await sam.wrap_up(left=1)
    await sam.wrap_up()


async def a_callback(product: Product, sam: Seat) -> None:
    await sam.choose_state("Available")
    await product.deliver("callbacks", {"number": ROSA, "name": "Rosa Martínez", "skill": "Sales"})
    await expect(sam.shown("Callback")).to_be_visible()
    await sam.press("Call")
    await expect(sam.panel.get_by_role("article")).to_contain_text("Connected", timeout=15_000)
    await sam.press("End")
    await sam.wrap_up("Answered")


async def a_work_item(product: Product, sam: Seat) -> None:
    await sam.choose_state("Available")
    body = {"skill": "Support_EN", "title": "Check address change", "payload": {"To": "9"}}
    await product.deliver("work-items", body)
    await sam.press("Accept")
    await sam.press("Finish")
    await sam.wrap_up("Resolved")


async def a_colleague_calls(sam: Seat, jonas: Seat) -> None:
    await jonas.dial("2041", "Sales")
    await expect(sam.shown("A colleague calls")).to_be_visible()
    await sam.answer()
    await sam.press("End")
    await sam.wrap_up()
    await jonas.wrap_up()


async def test_the_day_leaves_exactly_the_right_tasks(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    await a_transfer(product, sam, jonas)
    await a_conference(product, sam, jonas)
    await two_calls(product, sam)
    await a_callback(product, sam)
    await a_work_item(product, sam)
    await a_colleague_calls(sam, jonas)
    await expect(jonas.status).to_contain_text("Training")

    await product.only_tasks(len(TASKS))
    assert await told(product) == TASKS


async def told(product: Product) -> list[tuple[Any, ...]]:
    """Each Task as the day tells it, in the order of the calls; interactions are numbered as they come."""
    owners = {await product.user(SAM): "Sam", await product.user(JONAS): "Jonas"}
    people = {await product.record("Contact", "Name", name): name for name in ("Mia Chen", "Rosa Martínez")}
    tasks = sorted(product.tasks(), key=lambda task: task["Phone_Contact_Key__c"])
    keys = list(dict.fromkeys(task["Phone_Interaction_Key__c"] for task in tasks))
    return [
        (
            keys.index(task["Phone_Interaction_Key__c"]),
            owners[task["OwnerId"]],
            task["TaskSubtype"],
            task["CallType"],
            task["CallDisposition"],
            people.get(task["WhoId"]),
        )
        for task in tasks
    ]
