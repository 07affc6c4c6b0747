"""What an agent does with a customer who calls, in a real browser; each test ends at the Task in the org."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.product import SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
NOBODY = "+16285550172"
WHITFIELDS = "+16285550144"


def finished(task: dict[str, Any]) -> bool:
    return bool(task["CallDisposition"])


async def test_from_the_first_ring_to_the_task(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    panel, page = seat.panel, seat.page
    await seat.utility("Phone").click()
    await expect(page.locator("iframe")).to_be_hidden()

    await product.ring(MIA)
    await expect(seat.button("Answer")).to_be_visible()
    await expect(page.locator("iframe")).to_be_visible()
    await expect(seat.utility(re.compile("Ringing"))).to_be_visible()
    await expect(seat.tab("Mia Chen")).to_be_visible()
    await expect(seat.shown("Incoming call · Support EN")).to_be_visible()

    await seat.answer()
    await expect(panel.get_by_role("article")).to_contain_text("Northwind Traders")
    await expect(seat.utility(re.compile(r"On a call \d:\d\d"))).to_be_visible()

    await seat.button("Hold").click()
    await expect(panel.get_by_role("article")).to_contain_text("On hold")
    timer = panel.get_by_role("timer").first
    first = await timer.inner_text()
    await expect(timer).not_to_have_text(first)
    await expect(seat.utility(re.compile("On hold"))).to_be_visible()
    await expect(seat.button("End")).to_have_attribute("aria-disabled", "true")
    await expect(panel.get_by_text("Resume first: a call on hold cannot be ended here.")).to_be_visible()
    await seat.button("Resume").click()
    await expect(panel.get_by_role("article")).to_contain_text("Connected")

    await seat.button("Mute").click()
    await seat.button("Unmute").click()
    await expect(seat.button("Mute")).to_be_visible()

    await seat.button("Keypad").click()
    await panel.get_by_role("button", name=re.compile("^4")).click()
    await page.keyboard.type("471#")
    await expect(panel.get_by_label("Digits sent")).to_have_text(re.compile("4 ?4 ?7 ?1 ?#"))
    await seat.button("Keypad").click()

    await seat.button("Record").click()
    await expect(seat.button("Stop recording")).to_be_visible()
    await seat.button("Mask").click()
    await expect(seat.shown("MASKED")).to_be_visible()
    await seat.button("Unmask").click()
    await expect(seat.button("Mask")).to_be_visible()
    await seat.button("Stop recording").click()
    await expect(seat.button("Record")).to_be_visible()

    await seat.show_details()
    await expect(panel.locator("c-record-picker").first).to_contain_text("Mia Chen")
    await panel.get_by_role("combobox", name="Related To").click()
    await panel.get_by_role("option", name=re.compile("00001026")).click()
    await panel.get_by_role("combobox", name="Disposition").select_option("Resolved")
    await panel.get_by_role("button", name=re.compile("^Tags")).click()
    await panel.get_by_text("Refund", exact=True).click()
    await panel.get_by_text("Follow-up", exact=True).click()
    await page.keyboard.press("Escape")
    await seat.comments.fill("Invoice 20931 charged twice. Refund promised by Friday.")
    await expect(seat.shown("Draft saved")).to_be_visible()

    await seat.button("End").click()
    await expect(seat.shown("Saved to Salesforce")).to_be_visible()
    await expect(seat.button("Done")).to_be_visible()
    await seat.comments.press("End")
    await seat.comments.type(" Call back to confirm.")
    await seat.button("Done").click()
    await expect(seat.status).to_contain_text("Available")

    task = await product.task(lambda task: "confirm" in (task["Description"] or ""), "with the last words")
    await everything_is_right(product, task)
    await product.only_tasks(1)


async def everything_is_right(product: Product, task: dict[str, Any]) -> None:
    mia = await product.record("Contact", "Name", "Mia Chen")
    case = await product.record("Case", "CaseNumber", "00001026")
    today = datetime.now(ZoneInfo("America/Los_Angeles")).date().isoformat()
    assert task["Description"] == "Invoice 20931 charged twice. Refund promised by Friday. Call back to confirm."
    expected = {
        "Subject": "Call with Mia Chen",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": today,
        "TaskSubtype": "Call",
        "CallType": "Inbound",
        "CallDisposition": "Resolved",
        "CallObject": task["Phone_Contact_Key__c"],
        "WhoId": mia,
        "WhatId": case,
        "OwnerId": await product.user(SAM),
        "Phone_Skill__c": "Support_EN",
        "Phone_Tags__c": "Refund; Follow-up",
        "Phone_Interaction_Key__c": task["Phone_Contact_Key__c"],
    }
    assert {name: task[name] for name in expected} == expected
    assert 1 <= task["CallDurationInSeconds"] <= 60


async def test_a_reload_in_mid_call_brings_everything_back_with_the_note(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(MIA)
    await seat.answer()
    await seat.show_details()
    await seat.comments.fill("Half a sent")
    await seat.page.reload()
    # The yardstick is a second; the bound here is only against a hang, for tests are not timed.
    await expect(seat.panel.get_by_role("article")).to_contain_text("Mia Chen")
    await expect(seat.button("Hold")).to_be_enabled()
    await seat.show_details_if_closed()
    await expect(seat.comments).to_have_value("Half a sent")
    await seat.button("End").click()
    await product.task(lambda task: task["Description"] == "Half a sent", "with the note")


async def test_two_tabs_show_the_same_and_the_record_opens_once(product: Product, desk: Desk) -> None:
    first = await desk.sit_down()
    second = await desk.open_tab(first.page.context)
    await product.ring(MIA)
    for seat in (first, second):
        await expect(seat.button("Answer")).to_be_visible()
    await second.answer()
    await expect(first.button("Hold")).to_be_enabled()
    assert sorted([await seat.tab("Mia Chen").count() for seat in (first, second)]) == [0, 1]
    await first.show_details()
    await first.comments.fill("Written in the first tab")
    await second.show_details_if_closed()
    await expect(second.comments).to_have_value("Written in the first tab")
    await second.button("Hold").click()
    await expect(first.button("Resume")).to_be_visible()
    await first.button("Resume").click()
    await second.button("End").click()
    await expect(first.button("Done")).to_be_visible()
    await first.button("Done").click()
    await expect(second.status).to_contain_text("Available")
    await product.only_tasks(1)


async def test_the_task_is_there_though_the_panel_was_closed_before_the_end(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    leg = await product.ring(MIA)
    await seat.answer()
    await seat.show_details()
    await seat.comments.fill("The last words")
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.page.context.close()
    await product.switch("hangup", {"leg": leg})
    task = await product.task(lambda task: task["Description"] == "The last words", "of the call")
    assert task["Subject"] == "Call with Mia Chen"


async def test_a_lost_connection_is_told_and_the_call_goes_on(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("WebSocket connection",)
    seat = await desk.sit_down()
    await product.ring(MIA)
    await seat.answer()
    await seat.show_details()
    await product.restart_connector_after(seat.lost_connection_seen())
    await expect(seat.shown("Connection lost. Your call goes on.")).to_be_hidden(timeout=20_000)
    await expect(seat.comments).to_have_value("Written without a connection")
    await expect(seat.button("Hold")).to_be_enabled()
    await seat.button("End").click()
    await product.task(lambda task: task["Description"] == "Written without a connection", "with the note")


async def test_a_declined_call_waits_on_and_the_agent_is_unavailable(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(MIA)
    await seat.button("Decline").click()
    await expect(seat.status).to_contain_text("Declined a call")
    await expect(seat.panel.get_by_text("Waiting in my skills")).to_be_visible()
    await seat.pick_state("Available")
    await expect(seat.button("Answer")).to_be_visible()
    assert product.tasks() == []


async def test_a_customer_who_gives_up_leaves_no_task(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    leg = await product.ring(MIA)
    await expect(seat.button("Answer")).to_be_visible()
    await product.switch("hangup", {"leg": leg})
    await expect(seat.button("Answer")).to_be_hidden()
    await expect(seat.status).to_contain_text("Available")
    assert product.tasks() == []


async def test_several_people_with_the_number_are_never_guessed(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(WHITFIELDS)
    await seat.answer()
    group = seat.panel.get_by_role("radiogroup", name="Who is calling?")
    await expect(group.get_by_role("radio")).to_have_count(3)
    await expect(group.get_by_role("radio", checked=True)).to_have_count(0)
    await group.get_by_text("Dan Whitfield").click()
    await expect(seat.panel.get_by_role("article")).to_contain_text("Dan Whitfield")
    await seat.button("End").click()
    dan = await product.record("Contact", "Name", "Dan Whitfield")
    await product.task(lambda task: task["WhoId"] == dan, "of the one who was chosen")


async def test_a_lead_as_name_closes_related_to(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(WHITFIELDS)
    await seat.answer()
    await seat.panel.get_by_text("D. Whitfield", exact=True).click()
    await seat.show_details()
    await expect(seat.shown("Empty while Name is a Lead")).to_be_visible()
    await expect(seat.panel.get_by_role("combobox", name="Related To")).to_have_count(0)
    await seat.button("End").click()
    lead = await product.record("Lead", "Name", "D. Whitfield")
    task = await product.task(lambda task: task["WhoId"] == lead, "of the lead")
    assert task["WhatId"] is None


async def test_a_lead_asks_before_it_clears_related_to(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await seat.talk_to(MIA, "Mia Chen")
    await seat.show_details()
    await seat.panel.get_by_role("combobox", name="Related To").click()
    await seat.panel.get_by_role("option", name=re.compile("00001026")).click()
    question = seat.panel.get_by_role("alertdialog", name=re.compile("D. Whitfield is a Lead"))
    for answer in ("Cancel", "Clear and choose"):
        await seat.panel.get_by_role("combobox", name="Name").click()
        await seat.panel.get_by_role("combobox", name="Name").fill("D. Whit")
        await seat.panel.get_by_role("option", name=re.compile("^D. Whitfield")).click()
        await expect(question).to_contain_text("Clear 00001026")
        await expect(seat.panel.locator("c-record-picker").nth(1)).to_contain_text("00001026")
        await question.get_by_role("button", name=answer).click()
        await expect(question).to_have_count(0)
        chosen = "Mia Chen" if answer == "Cancel" else "D. Whitfield"
        await expect(seat.panel.locator("c-record-picker").first).to_contain_text(chosen)
    await expect(seat.shown("Empty while Name is a Lead")).to_be_visible()
    await seat.button("End").click()
    lead = await product.record("Lead", "Name", "D. Whitfield")
    task = await product.task(lambda task: task["WhoId"] == lead, "of the lead")
    assert task["WhatId"] is None


async def test_comments_have_a_limit_that_is_seen(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await seat.talk_to(MIA, "Mia Chen")
    await seat.show_details()
    await expect(seat.shown("0 of 32,000")).to_be_visible()
    await seat.comments.fill("é" * 31_999)
    await expect(seat.shown("31,999 of 32,000")).to_be_visible()
    await seat.comments.press("End")
    await seat.page.keyboard.type("!?")
    await expect(seat.shown("32,000 of 32,000")).to_be_visible()
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.button("End").click()
    task = await product.task(lambda task: True, "of the call")
    assert task["Description"] == "é" * 31_999 + "!"


async def test_an_unknown_caller_is_said_to_be_one(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down()
    await product.ring(NOBODY)
    await seat.answer()
    await expect(seat.panel.get_by_text("Nobody has this number")).to_be_visible()
    await expect(seat.panel.get_by_role("article")).to_contain_text("Unknown caller")
    await seat.button("End").click()
    task = await product.task(lambda task: True, "of the call")
    assert (task["WhoId"], task["Subject"]) == (None, f"Call with {NOBODY}")


async def test_dutch(product: Product, desk: Desk) -> None:
    seat = await desk.sit_down("jonas", available=False, locale="nl-NL")
    await seat.choose_state("Beschikbaar")
    await product.ring(MIA)
    await seat.button("Beantwoorden").click()
    await expect(seat.button("In wachtstand")).to_be_enabled()
    await seat.button("In wachtstand").click()
    await expect(seat.button("Hervatten")).to_be_visible()
    await expect(seat.panel.get_by_text("Eerst hervatten")).to_be_visible()
    await seat.button("Hervatten").click()
    await seat.button("Beëindigen").click()
    await expect(seat.shown("Opgeslagen in Salesforce")).to_be_visible()
