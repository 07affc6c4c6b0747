"""Screen pops in real windows: in exactly one of them, by the rules of Setup and of the softphone layout, and once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA, MIA_NAME = "+14155550143", "Mia Chen"
NOBODY = "+16285550173"
CASE = "00001026"

# Listeners of one window are called in the order of their registration, so the one that can keep a pop from the console
# is this one, which is there before the console's.
COUNT_POPS = """
window.pops = [];
window.addEventListener("message", (event) => {
  const { data } = event;
  if (data?.apiType === "opencti" && data.methodName === "screenPop") {
    window.pops.push(data.args);
    document.documentElement.dataset.pops = window.pops.length;
    if (window.answersNothing) event.stopImmediatePropagation();
  }
}, true);
"""
LOSE_DONE = """
() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!text.includes('"chore_done"')) return send.call(this, text);
    WebSocket.prototype.send = send;
    this.close();
  };
}
"""


async def available(product: Product) -> None:
    """Sam takes calls, without a touch of a window."""
    async with product.connected(SAM) as robot:
        await robot.command("set_state", state="AVAILABLE")


async def two_windows(product: Product, desk: Desk) -> tuple[Seat, Seat]:
    """Two pages of one agent; what opens in each is counted."""
    one = await desk.sit_down(available=False)
    await one.page.context.add_init_script(COUNT_POPS)
    await one.page.reload()
    await expect(one.status).to_be_visible()
    two = await desk.open_tab(one.page.context)
    await available(product)
    return one, two


async def pops(page: Page) -> int:
    count: int = await page.evaluate("window.pops.length")
    return count


async def counted(seat: Seat, *others: Seat) -> list[int]:
    """How much opened in each, once the call has lasted so long that every second try would have been made."""
    await expect(seat.shown("0:08")).to_be_visible(timeout=20_000)
    return [await pops(other.page) for other in (seat, *others)]


async def test_two_windows_of_which_nobody_looks_at_either_open_the_record_in_one(product: Product, desk: Desk) -> None:
    one, two = await two_windows(product, desk)
    await product.ring(MIA)
    await one.answer()
    found = await counted(one, two)
    assert sorted(found) == [0, 1]
    popped = (one, two)[found.index(1)]
    await expect(popped.tab(MIA_NAME)).to_be_visible()


async def test_it_opens_where_the_agent_worked_last_in_the_page_too(product: Product, desk: Desk) -> None:
    one, two = await two_windows(product, desk)
    for number, (seat, other) in enumerate(((one, two), (two, one)), 1):
        await other.page.goto(f"{product.demo.console}/lightning/o/Case/list")
        await expect(other.status).to_be_visible()
        await seat.page.goto(f"{product.demo.console}/lightning/o/Case/list")
        await expect(seat.status).to_be_visible()
        # The panel itself is not touched: it is the page in which the agent works.
        await seat.page.get_by_role("main").get_by_role("link", name=CASE).click()
        await expect(seat.tab(CASE)).to_be_visible()
        await product.ring(MIA)
        await expect(seat.tab(MIA_NAME)).to_be_visible()
        await seat.answer()
        assert [await pops(seat.page), await pops(other.page)] == [1, 0], number
        await seat.button("End").click()
        await seat.done()


async def test_a_window_that_is_closed_while_it_opens_the_record_leaves_it_to_the_other(
    product: Product, desk: Desk
) -> None:
    one, two = await two_windows(product, desk)
    await two.page.evaluate("window.answersNothing = true")
    await two.status.get_by_role("button").first.click()
    await product.ring(MIA)
    await expect(two.page.locator("html")).to_have_attribute("data-pops", "1")
    await two.page.close()
    # At once where its socket says that the page is gone, and after five seconds where it is only cut.
    await expect(one.tab(MIA_NAME)).to_be_visible(timeout=15_000)
    await one.answer()
    assert await counted(one) == [1]


async def test_a_window_that_opened_it_and_could_not_say_so_is_not_asked_to_do_it_again(
    product: Product, desk: Desk
) -> None:
    one, two = await two_windows(product, desk)
    desk.expected_troubles = ("WebSocket",)
    await two.status.get_by_role("button").first.click()
    frame = next(frame for frame in two.page.frames if "/panel" in frame.url)
    await frame.evaluate(LOSE_DONE)
    await product.ring(MIA)
    await expect(two.tab(MIA_NAME)).to_be_visible()
    await one.answer()
    assert await counted(one, two) == [0, 1]


@asynccontextmanager
async def rules(product: Product, **values: str) -> AsyncIterator[None]:
    """What Support_EN opens."""
    blank = dict.fromkeys(("Pop_When__c", "Pop_One__c", "Pop_Many__c", "Pop_None__c", "Pop_Fields__c"), "")
    async with product.configured("Phone_Skill__mdt", "Support_EN", blank, {**blank, **values}):
        yield


async def layout(product: Product, **found: dict[str, str]) -> None:
    """Setup, Softphone Layouts: the screen pops of inbound calls."""
    url = f"{product.demo.console}/api/softphone-layout/Inbound"
    async with product.http.put(url, json=found) as answer:
        assert answer.status == 200, await answer.text()


async def test_a_new_record_is_begun_after_answer_with_its_fields_filled_in(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    async with rules(product, Pop_None__c="new Lead", Pop_Fields__c="Phone={number}; Company=Unknown"):
        await product.ring(NOBODY)
        await expect(sam.shown("+1 628 555 0173")).to_be_visible()
        window = sam.page.get_by_role("dialog", name="New Lead")
        await expect(sam.button("Answer")).to_be_enabled()
        await expect(window).to_have_count(0)
        await sam.answer()
        await expect(window.get_by_label("Phone", exact=True)).to_have_value(NOBODY)
        await expect(window.get_by_label("Company")).to_have_value("Unknown")


async def test_a_flow_is_told_of_the_call_and_opens_on_offer(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    async with rules(product, Pop_One__c="flow Verify_Caller"):
        await product.ring(MIA)
        window = sam.page.get_by_role("dialog", name="Flow: Verify_Caller")
        await expect(window).to_contain_text(MIA)
        await expect(window).to_contain_text("Support_EN")
        mia = await product.record("Contact", "Name", MIA_NAME)
        await expect(window).to_contain_text(mia)


async def test_the_moment_is_the_skill_s(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    async with rules(product, Pop_When__c="never"):
        leg = await product.ring(MIA)
        await sam.answer()
        await expect(sam.shown("0:03")).to_be_visible()
        await expect(sam.tab(MIA_NAME)).to_have_count(0)
        await product.switch("hangup", {"leg": leg})
        await sam.done()
    async with rules(product, Pop_When__c="answer"):
        await product.ring(MIA)
        await expect(sam.shown(MIA_NAME)).to_be_visible()
        await expect(sam.tab(MIA_NAME)).to_have_count(0)
        await sam.answer()
        await expect(sam.tab(MIA_NAME)).to_be_visible()


LAYOUTS: list[tuple[dict[str, Any], str]] = [
    ({"NoMatch": {"screenPopType": "PopToEntity", "screenPopData": "Contact"}}, "New Contact"),
    ({"NoMatch": {"screenPopType": "PopToFlow", "screenPopData": "Who_Calls"}}, "Flow: Who_Calls"),
    ({"NoMatch": {"screenPopType": "PopToVisualforce", "screenPopData": "Caller"}}, "Visualforce page: Caller"),
]


@pytest.mark.parametrize(("said", "name"), LAYOUTS, ids=[name for _, name in LAYOUTS])
async def test_the_softphone_layout_is_followed(
    product: Product, desk: Desk, said: dict[str, Any], name: str
) -> None:
    await layout(product, **said)
    sam = await desk.sit_down()
    async with rules(product, Pop_None__c="layout"):
        await product.ring(NOBODY)
        window = sam.page.get_by_role("dialog", name=name)
        if name == "New Contact":
            await expect(sam.button("Answer")).to_be_enabled()
            await expect(window).to_have_count(0)
            await sam.answer()
            await expect(window.get_by_label("Phone", exact=True)).to_have_value(NOBODY)
        else:
            await expect(window).to_contain_text(NOBODY)
            await sam.answer()
        await expect(sam.page.get_by_role("dialog")).to_have_count(1)


async def test_the_record_that_the_switch_names_opens(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    case = await product.record("Case", "CaseNumber", CASE)
    await product.ring(MIA, record=case)
    await expect(sam.tab(CASE)).to_be_visible()
    await sam.answer()
    await expect(sam.tab(MIA_NAME)).to_have_count(0)
    await sam.button("End").click()
    await sam.done()
    await product.task(lambda task: task["WhatId"] == case, "on the case that the switch named")
