"""What other systems bring: callbacks, work items and e-mails; and what is left of the day."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
NOBODY = "+16285550176"


async def test_a_work_item_is_accepted_handled_and_has_its_task(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    body = {"title": "Refund of order 20931", "skill": "Support_EN", "payload": {"Order": "20931"}, "key": "e2e-w1"}
    key = await product.deliver("work-items", body)
    await expect(sam.shown("Work item")).to_be_visible()
    await sam.button("Accept").click()
    await expect(sam.panel.locator("c-work-item")).to_contain_text("20931")
    await sam.button("Finish").click()
    await sam.done()
    task = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of the work item")
    assert (task["TaskSubtype"], task["CallType"], task["Subject"]) == ("Task", None, "Refund of order 20931")


async def test_a_call_interrupts_an_e_mail_which_comes_back(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    body = {"kind": "email", "title": "Where is my order?", "skill": "Support_EN", "key": "e2e-m1"}
    key = await product.deliver("work-items", body)
    await sam.button("Accept").click()
    await expect(sam.button("Finish")).to_be_visible()
    await product.ring(MIA)
    await sam.answer()
    await expect(sam.card("Where is my order?")).to_contain_text("Parked")
    await sam.button("End").click()
    await sam.done()
    await expect(sam.button("Finish")).to_be_enabled()
    await sam.button("Finish").click()
    await sam.done()
    task = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of the e-mail")
    assert task["TaskSubtype"] == "Email"
    await product.only_tasks(2)


async def test_a_callback_is_seen_before_it_is_dialled(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    body = {"number": "+14155550188", "name": "Rosa Martínez", "skill": "Sales", "key": "e2e-c1"}
    key = await product.deliver("callbacks", body)
    await expect(sam.shown("Callback")).to_be_visible()
    await expect(sam.panel.locator("c-offered-call")).to_contain_text("Rosa Martínez")
    await sam.button("Call").click()
    await expect(sam.card("Rosa Martínez")).to_contain_text("Connected", timeout=15_000)
    await sam.button("End").click()
    await sam.done()
    task = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of the callback")
    assert (task["TaskSubtype"], task["CallType"]) == ("Call", "Outbound")


async def test_today_lists_what_was_missed_and_calls_back(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    leg = await product.ring("+14155550188")
    await sam.button("Decline").click()
    await expect(sam.status).to_contain_text("Declined a call")
    await product.switch("hangup", {"leg": leg})
    today = sam.panel.locator("c-today-list")
    await expect(today.get_by_role("listitem").first).to_contain_text("Declined")
    await today.get_by_role("button", name=re.compile("^Call back")).first.click()
    await expect(sam.card("Rosa Martínez")).to_contain_text("Connected", timeout=15_000)
    await sam.button("End").click()
    await product.task(lambda task: task["CallType"] == "Outbound", "of the call back")


async def test_an_unknown_caller_becomes_a_new_contact(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await product.ring(NOBODY)
    await expect(sam.button("New Contact")).to_have_count(0)
    await sam.answer()
    await sam.button("New Contact").click()
    window = sam.page.get_by_role("dialog", name="New Contact")
    await expect(window.get_by_label("Phone", exact=True)).to_have_value(re.compile("628.?555.?0176"))
    await window.get_by_label("First Name").fill("Ada")
    await window.get_by_label("Last Name").fill("Newcomer")
    await window.get_by_role("button", name="Save").click()
    await expect(sam.card("Ada Newcomer")).to_be_visible()
    await sam.button("End").click()
    ada = await product.record("Contact", "Name", "Ada Newcomer")
    await product.task(lambda task: task["WhoId"] == ada, "of the new contact")


HOLD_BACK = """
() => window.addEventListener("message", (event) => {
  if (event.data?.methodName === "hvs.completeWork") {
    document.documentElement.dataset.heldBack = "yes";
    event.stopImmediatePropagation();
  }
}, true)
"""
COUNT_COMPLETED = """
window.completed = 0;
window.addEventListener("message", ({ data }) => {
  if (data?.methodName === "hvs.completeWork" && data.isCallbackRegistered) window.completed += 1;
}, true);
"""


async def test_a_step_that_no_panel_could_complete_waits_over_a_restart_of_the_connector(
    product: Product, desk: Desk
) -> None:
    sam = await desk.sit_down()
    desk.expected_troubles = ("WebSocket", "ERR_CONNECTION_REFUSED")
    await sam.page.goto(f"{product.demo.console}/lightning/n/WorkQueue")
    row = sam.page.get_by_role("region", name="To call").locator("tr[data-step]").first
    step = await row.get_attribute("data-step")
    await row.get_by_role("button").click()
    await sam.choose_skill_and_call("Sales")
    await expect(sam.button("Hold")).to_be_enabled(timeout=15_000)
    await sam.page.evaluate(HOLD_BACK)
    await sam.show_details_if_closed()
    await sam.panel.get_by_role("combobox", name="Disposition").select_option("Callback Promised")
    await expect(sam.shown("Draft saved")).to_be_visible()
    await sam.button("End").click()
    await sam.done()
    await expect(sam.page.locator("html")).to_have_attribute("data-held-back", "yes")
    # Salesforce has not heard of it, and the only panel is gone.
    context = sam.page.context
    await sam.page.close()

    async def nothing() -> None:
        """Nobody is there."""

    await product.restart_connector_after(nothing())
    await context.add_init_script(COUNT_COMPLETED)
    back = await desk.open_tab(context)
    await back.page.goto(f"{product.demo.console}/lightning/n/WorkQueue")
    finished = back.page.get_by_role("region", name="Done").locator(f"tr[data-step='{step}']")
    await expect(finished).to_contain_text("Callback Promised")
    again = await desk.open_tab(context)
    await expect(again.status).to_be_visible()
    await product.none_left("contacts")
    assert await again.page.evaluate("window.completed") == 0


@pytest.mark.parametrize(("first", "name"), [("work", "Rosa Martínez"), ("number", "Grace Okafor")])
async def test_a_work_queue_step_is_completed_after_a_reload(
    product: Product, desk: Desk, first: str, name: str
) -> None:
    sam = await desk.sit_down()
    await sam.page.evaluate("(first) => sessionStorage.setItem('console.work.order', first)", first)
    await sam.page.goto(f"{product.demo.console}/lightning/n/WorkQueue")
    row = sam.page.get_by_role("region", name="To call").locator("tr[data-step]").filter(has_text=name)
    step = await row.get_attribute("data-step")
    await row.get_by_role("button", name=f"Call {name}").click()
    await sam.choose_skill_and_call("Sales")
    await expect(sam.card(name)).to_contain_text("Connected", timeout=15_000)
    await sam.show_details_if_closed()
    await sam.panel.get_by_role("combobox", name="Disposition").select_option("Callback Promised")
    await expect(sam.shown("Draft saved")).to_be_visible()
    await sam.page.reload()
    await expect(sam.card(name)).to_contain_text("Connected")
    await sam.button("End").click()
    await sam.done()
    await product.task(lambda task: task["CallDisposition"] == "Callback Promised", "of the step")
    finished = sam.page.get_by_role("region", name="Done").locator(f"tr[data-step='{step}']")
    await expect(finished).to_contain_text("Callback Promised")
