"""Open CTI from end to end: a panel of another origin calls every method, the console answers and shows it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect

from connector.sandbox.console.server import Console, start_console
from connector.sandbox.org.server import Org
from tests.sandbox.console.conftest import OpenPanel
from tests.sandbox.console.doubles import MIA, MIA_PHONE, Panel, served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def open_person(page: Page, name: str) -> str:
    """Opens the Contact from the list; its id."""
    await page.get_by_role("navigation", name="App").get_by_role("link", name="Contacts").click()
    await page.locator("main").get_by_role("link", name=name, exact=True).click()
    await expect(page.locator(".lx-top h2")).to_have_text(name)
    return str(re.search(r"/r/Contact/(\w{18})/view", page.url)[1])  # type: ignore[index]


async def test_the_frame_gets_lightnings_parameters_and_its_permissions(
    open_panel: OpenPanel, console: Console
) -> None:
    panel = await open_panel("/")
    query = await panel.frame.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    nonce = query.pop("nonce")
    assert re.fullmatch(r"[\w-]{16,}", nonce)
    assert query.pop("sfdcIframeOrigin") == console.url
    assert query == {"mode": "Lightning", "ltn_app_id": "06m000000000001AAA", "isdtp": "vw", "clc": "1"}
    assert await panel.page.get_attribute("#phone iframe", "allow") == "microphone; autoplay"
    assert await panel.frame.evaluate("location.origin") != console.url
    assert await panel.frame.evaluate("Object.values(sforce.opencti.SCREENPOP_TYPE)") == [
        "SOBJECT", "URL", "OBJECTHOME", "LIST", "SEARCH", "NEW_RECORD_MODAL", "FLOW",
    ]  # fmt: skip
    assert await panel.frame.evaluate("Object.keys(sforce.opencti.CALL_TYPE)") == ["INBOUND", "OUTBOUND", "INTERNAL"]


async def test_without_its_parameters_the_script_refuses_to_start(context: BrowserContext, console: Console) -> None:
    script = f"{console.url}/support/api/63.0/lightning/opencti_min.js"

    async def host(request: web.Request) -> web.Response:
        frame = f"<iframe src='/inner?{request.query_string}'></iframe>"
        return web.Response(text=frame, content_type="text/html")

    async def inner(_: web.Request) -> web.Response:
        return web.Response(text=f"<script src='{script}'></script>", content_type="text/html")

    async with served(web.get("/", host), web.get("/inner", inner)) as origin:
        page = await context.new_page()
        for query in (
            "",
            "mode=Lightning",
            f"sfdcIframeOrigin={console.url}",
            f"mode=Classic&sfdcIframeOrigin={console.url}",
            f"mode=Lightning&sfdcIframeOrigin={origin}",
        ):
            async with page.expect_event("pageerror") as caught:
                await page.goto(f"{origin}/?{query}")
            assert "Failed to initialize Open CTI" in str(await caught.value), query


async def test_numbers_are_dead_until_click_to_dial_is_enabled(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    person = await open_person(page, MIA)
    call = page.get_by_role("button", name=f"Call {MIA_PHONE}")
    await expect(call).to_have_count(0)
    await expect(page.locator("main")).to_contain_text(MIA_PHONE)
    assert await panel.value("enableClickToDial") is None
    await call.first.click()
    assert await panel.heard("onClickToDial") == [
        {
            "number": MIA_PHONE, "params": "", "recordId": person, "recordName": MIA, "objectType": "Contact",
            "personAccount": False,
        }
    ]  # fmt: skip
    await panel.value("disableClickToDial")
    await expect(call).to_have_count(0)


async def test_navigation_is_told_for_records_and_not_for_lists(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    person = await open_person(page, MIA)
    [event] = await panel.heard("onNavigationChange")
    seen = {"url": page.url, "recordId": person, "recordName": MIA, "objectType": "Contact", "personAccount": False}
    assert event == seen
    assert await panel.value("getAppViewInfo") == seen
    await page.get_by_role("navigation", name="App").get_by_role("link", name="Cases").click()
    await expect(page.locator("main h2").first).to_have_text("Cases")
    assert await panel.value("getAppViewInfo") == {"url": page.url}
    await page.go_back()
    await expect(page.locator(".lx-top h2")).to_have_text(MIA)
    events = await panel.heard("onNavigationChange", 2)
    assert [item["recordId"] for item in events] == [person, person]


async def test_screen_pop_opens_every_kind_of_place(open_panel: OpenPanel) -> None:
    panel = await open_panel("/lightning/n/WorkQueue")
    page = panel.page
    found = await panel.value("searchAndScreenPop", {"searchParams": MIA, "callType": "INBOUND", "deferred": True})
    pop = found.pop("SCREEN_POP_DATA")
    [person] = found
    assert await panel.value("screenPop", pop) is None
    await expect(page.locator(".lx-top h2")).to_have_text(MIA)
    await panel.value("screenPop", {"type": "OBJECTHOME", "params": {"scope": "Lead"}})
    await expect(page.locator("main h2").first).to_have_text("Leads")
    await panel.value("screenPop", {"type": "LIST", "params": {"listViewId": "Mine", "scope": "Contact"}})
    await expect(page.get_by_label("List view")).to_have_value("Mine")
    await panel.value("screenPop", {"type": "SEARCH", "params": {"searchString": "Whitfield"}})
    await expect(page.locator("main")).to_contain_text("Dana Whitfield")
    await panel.value("screenPop", {"type": "URL", "params": {"url": f"/{person}"}})
    await expect(page.locator(".lx-top h2")).to_have_text(MIA)
    flow = {"flowDevName": "Verify_Caller", "flowArgs": [{"name": "phone", "type": "String", "value": "+1"}]}
    await panel.value("screenPop", {"type": "FLOW", "params": flow})
    await expect(page.get_by_role("dialog", name="Flow: Verify_Caller")).to_contain_text("phone (String)")


async def test_the_new_record_window_really_makes_the_person(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    for entity, extra in (("Contact", {}), ("Lead", {"Company": "Ashgrove"})):
        values = {"LastName": f"Ng {entity}", "Phone": "+16285550172", **extra}
        params = {"entityName": entity, "defaultFieldValues": values}
        await panel.value("screenPop", {"type": "NEW_RECORD_MODAL", "params": params})
        window = page.get_by_role("dialog", name=f"New {entity}")
        await expect(window.get_by_label("Phone", exact=True)).to_have_value("+16285550172")
        await window.get_by_label("First Name").fill("Ada")
        await window.get_by_role("button", name="Save").click()
        await expect(page.locator(".lx-top h2")).to_have_text(f"Ada Ng {entity}")
        view = await panel.value("getAppViewInfo")
        assert (view["recordName"], view["objectType"]) == (f"Ada Ng {entity}", entity)
        assert (await panel.heard("onNavigationChange"))[-1] == view, "so that the panel can take the person as Name"
        await panel.forget()


async def test_a_refusal_of_the_org_stays_in_the_new_record_window(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    await panel.value("screenPop", {"type": "NEW_RECORD_MODAL", "params": {"entityName": "Lead"}})
    window = page.get_by_role("dialog", name="New Lead")
    await window.get_by_role("button", name="Save").click()
    await expect(window.get_by_role("alert")).to_contain_text("Last Name, Company")
    await expect(window.get_by_label("Last Name")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(window).to_have_count(0)


async def test_search_and_screen_pop_follows_the_softphone_layout(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    layout = await panel.value("getSoftphoneLayout")
    assert set(layout) == {"Internal", "Inbound", "Outbound"}
    assert {"displayName": "Name", "apiName": "Name"} in layout["Inbound"]["objects"]["Contact"]
    one = await panel.value("searchAndScreenPop", {"searchParams": "4155550143", "callType": "inbound"})
    [row] = one.values()
    assert (row["Name"], row["RecordType"], row["Account.Name"]) == (MIA, "Contact", "Northwind Traders")
    await expect(page.locator(".lx-top h2")).to_have_text(MIA)
    several = await panel.value("searchAndScreenPop", {"searchParams": "Whitfield", "callType": "INBOUND"})
    assert len(several) >= 3
    await expect(page.locator("main")).to_contain_text("Dan Whitfield")
    before = page.url
    deferred = {"searchParams": MIA, "callType": "OUTBOUND", "deferred": True}
    assert (await panel.value("searchAndScreenPop", deferred))["SCREEN_POP_DATA"] is None
    none = await panel.value("searchAndScreenPop", {"searchParams": "6285550172", "callType": "INBOUND"})
    assert none == {}
    assert page.url == before


async def test_search_and_screen_pop_starts_flows_and_pages_that_the_layout_names(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    rules = {
        "NoMatch": {"screenPopType": "PopToFlow", "screenPopData": "Who_Calls"},
        "SingleMatch": {"screenPopType": "PopToVisualforce", "screenPopData": "Caller"},
    }
    setup = urljoin(panel.page.url, "/api/softphone-layout/Inbound")
    changed = await panel.page.request.put(setup, data=rules)
    assert changed.ok
    refused = await panel.page.request.put(setup, data={"NoMatch": {"screenPopType": "Dance"}})
    assert refused.status == 400
    again = await open_panel("/")
    assert (await again.value("getSoftphoneLayout"))["Inbound"]["screenPopSettings"] == {
        "screenPopsOpenWithin": "ExistingWindow",
        "MultipleMatches": {},
        **rules,
    }
    flow = [{"name": "number", "type": "String", "value": "+16285550172"}]
    nobody = {"searchParams": "6285550172", "callType": "INBOUND", "params": {"flowArgs": flow}}
    await again.value("searchAndScreenPop", nobody)
    window = again.page.get_by_role("dialog", name="Flow: Who_Calls")
    await expect(window).to_contain_text("+16285550172")
    await window.get_by_role("button", name="Close").first.click()
    one = {"searchParams": "4155550143", "callType": "INBOUND", "queryParams": "number=%2B14155550143"}
    await again.value("searchAndScreenPop", one)
    await expect(again.page.get_by_role("dialog", name="Visualforce page: Caller")).to_contain_text("+14155550143")


async def test_the_panel_rules_its_own_frame(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    box = page.locator("#phone")
    assert await panel.value("isSoftphonePanelVisible") == {"visible": True}
    await panel.value("setSoftphonePanelVisibility", {"visible": False})
    await expect(box).not_to_be_visible()
    assert await panel.value("isSoftphonePanelVisible") == {"visible": False}
    await page.get_by_role("contentinfo").get_by_role("button", name="Phone").click()
    await expect(box).to_be_visible()
    await page.get_by_role("button", name="Minimize the phone panel").click()
    assert await panel.value("isSoftphonePanelVisible") == {"visible": False}
    await panel.value("setSoftphonePanelVisibility", {"visible": True})
    await panel.value("setSoftphonePanelWidth", {"widthPX": 410})
    await panel.value("setSoftphonePanelHeight", {"heightPX": 400})
    assert await panel.frame.evaluate("[innerWidth, innerHeight]") == [410, 400]
    await panel.value("setSoftphonePanelLabel", {"label": "On call 4:12"})
    await panel.value("setSoftphoneItemLabel", {"label": "Ringing"})
    await panel.value("setSoftphonePanelIcon", {"key": "incoming_call"})
    await panel.value("setSoftphoneItemIcon", {"key": "pause"})
    await expect(box.get_by_role("heading")).to_have_text("On call 4:12")
    await expect(page.get_by_role("button", name="Ringing")).to_be_visible()
    icons = [await page.get_attribute(f"{where} use", "href") for where in ("#phone-icon", "#phone-item-icon")]
    assert [str(icon).partition("#")[2] for icon in icons] == ["incoming_call", "pause"]


async def test_settings_name_the_panel_and_hold_no_secret(open_panel: OpenPanel, panel_url: str, org: Org) -> None:
    panel = await open_panel("/")
    settings = await panel.value("getCallCenterSettings")
    assert settings["/reqGeneralInfo/reqAdapterUrl"] == panel_url
    assert settings["/reqGeneralInfo/reqSalesforceCompatibilityMode"] == "Lightning"
    assert all(isinstance(value, str) for value in settings.values())
    assert org.control_key not in str(settings)


async def test_save_log_makes_and_changes_a_task_and_refresh_view_shows_it(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    person = await open_person(page, MIA)
    value = {"entityApiName": "Task", "Subject": "Logged by the panel", "WhoId": person, "TaskSubtype": "Call"}
    task = await panel.value("saveLog", {"value": value})
    assert re.fullmatch(r"00T\w{15}", task)
    assert await panel.value("saveLog", {"value": {"Id": task, "Status": "Completed"}}) == task
    card = page.get_by_role("region", name="Activity")
    await expect(card).not_to_contain_text("Logged by the panel")
    assert await panel.value("refreshView") is None
    await expect(card).to_contain_text("Logged by the panel")
    await card.get_by_role("link", name="Logged by the panel").click()
    await expect(page.locator("[data-field=Status] dd").first).to_have_text("Completed")
    refused = await panel.error("saveLog", {"value": {"Id": task, "WhoId": task}})
    assert refused["details"][0]["fieldErrors"][0]["field"] == "WhoId"


async def test_apex_answers_with_text_or_says_why_not(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    call = {"apexClass": "PhonePanelSession", "methodName": "token", "methodParams": ""}
    answer = await panel.value("runApex", call)
    assert answer["runApex"].count(".") == 2
    assert "Nope" in (await panel.error("runApex", {**call, "apexClass": "Nope"}))["description"]


async def test_messages_pass_between_the_panel_and_the_component_beside_a_record(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    channel = {"channelName": "Phone_Conversation__c"}
    answer = await panel.frame.evaluate("(args) => listen('subscribe', args)", channel)
    subscription = answer["returnValue"]
    assert subscription["channelName"] == channel["channelName"]
    await open_person(page, MIA)
    conversation = page.get_by_role("region", name="Conversation")
    await expect(conversation).to_contain_text("What is said in your call is shown here while it lasts.")
    assert (await panel.heard("subscribe"))[0] == {"type": "hello"}, "it asks for what was said before it came"
    said = {"kind": "said", "side": "customer", "who": "Mia Chen", "final": True, "at": 1_000, "began": 1_000}
    whole = {"type": "conversation", "sequence": 1, "contact": "k", "name": "Mia Chen", "status": "live", "cut": False}
    line = {**said, "id": "1", "text": "I was charged twice."}
    await panel.value("publish", {**channel, "message": {**whole, "lines": [line]}})
    await expect(conversation.get_by_role("listitem")).to_have_text(re.compile("I was charged twice."))
    await expect(conversation).to_contain_text("Mia Chen")
    more = {"type": "segments", "sequence": 2, "contact": "k", "status": "live", "dropped": ["1"]}
    line = {**said, "id": "2", "text": "It is two zero nine three one."}
    await panel.value("publish", {**channel, "message": {**more, "lines": [line]}})
    await expect(conversation.get_by_role("listitem")).to_have_text(re.compile("two zero nine three one"))
    await expect(conversation.get_by_role("button", name="Copy 20931")).to_be_visible()
    heard = len(await panel.heard("subscribe"))
    await panel.value("publish", {**channel, "message": {**more, "sequence": 9, "lines": []}})
    assert (await panel.heard("subscribe", heard + 2))[-1] == {"type": "hello"}, "it has missed something"
    await panel.value("unsubscribe", {"subscription": subscription})
    await panel.value("publish", {**channel, "message": {"type": "over", "sequence": 10}})
    await expect(conversation.get_by_role("listitem")).to_have_count(0)
    assert len(await panel.heard("subscribe")) == heard + 2
    assert (await panel.error("unsubscribe", {"subscription": subscription}))["code"] == "INVALID_PARAM"


async def test_a_work_queue_step_starts_and_is_completed_with_its_task(open_panel: OpenPanel) -> None:
    panel = await open_panel("/lightning/n/WorkQueue")
    page = panel.page
    await panel.value("enableClickToDial")
    row = page.get_by_role("region", name="To call").locator("tr[data-step]").first
    work_id = await row.get_attribute("data-step")
    name = await row.get_by_role("link").inner_text()
    await row.get_by_role("button", name=f"Call {name}").click()
    [start] = await panel.heard("hvs.onWorkStart")
    [dial] = await panel.heard("onClickToDial")
    assert (start["workId"], start["completeWorkWhen"]) == (work_id, "TaskSaved")
    assert start["attributes"]["to"] == dial["number"]
    assert dial["recordName"] == name
    value = {"entityApiName": "Task", "Subject": "Call", "WhoId": dial["recordId"], "TaskSubtype": "Call"}
    task = await panel.value("saveLog", {"value": value})
    done = {"workId": work_id, "attributes": {"disposition": "Callback Promised", "taskId": task, "wasConnected": True}}
    unknown = await panel.error("hvs.completeWork", {**done, "workId": task})
    assert unknown["code"] == "INVALID_PARAM"
    incomplete = await panel.error("hvs.completeWork", {**done, "attributes": {"taskId": task}})
    assert "disposition" in incomplete["description"]
    await page.reload()
    panel = await Panel.on(page)
    await panel.value("hvs.completeWork", done)
    assert await panel.value("hvs.completeWork", done) is None, "a repeat does no harm"
    finished = page.get_by_role("region", name="Done").locator(f"tr[data-step='{work_id}']")
    await expect(finished).to_contain_text("Callback Promised")
    await finished.get_by_role("link", name="Task").click()
    await expect(page.locator("[data-field=WhoId] dd").first).to_have_text(name)


async def order_heard(panel: Panel) -> list[str]:
    """Which of the two events of a Work Queue call came first; what was heard is forgotten."""
    await panel.heard("hvs.onWorkStart")
    await panel.heard("onClickToDial")
    names: list[str] = await panel.frame.evaluate("heard.map((h) => h.name)")
    await panel.forget()
    return names


async def test_a_step_and_its_number_are_told_in_either_order(open_panel: OpenPanel) -> None:
    panel = await open_panel("/lightning/n/WorkQueue")
    page = panel.page
    await panel.value("enableClickToDial")
    call = page.get_by_role("region", name="To call").locator("tr[data-step] button").first
    orders = []
    for _ in range(3):
        await call.click()
        orders.append(await order_heard(panel))
    step_first, number_first = ["hvs.onWorkStart", "onClickToDial"], ["onClickToDial", "hvs.onWorkStart"]
    assert orders == [step_first, number_first, step_first]
    for words, order in (("the step first", step_first), ("the number first", number_first)):
        await page.get_by_role("button", name="Demo tools").click()
        await page.get_by_role("menuitemradio", name=f"Work Queue tells {words}").click()
        for _ in range(2):
            await call.click()
            assert await order_heard(panel) == order


async def test_the_call_buttons_of_the_work_queue_are_grey_while_click_to_dial_is_off(open_panel: OpenPanel) -> None:
    panel = await open_panel("/lightning/n/WorkQueue")
    call = panel.page.get_by_role("region", name="To call").locator("tr[data-step] button").first
    await expect(call).to_be_disabled()
    await expect(call).to_have_attribute("title", re.compile("Click-to-dial is off"))
    await panel.value("enableClickToDial")
    await expect(call).to_be_enabled()
    await panel.value("disableClickToDial")
    await expect(call).to_be_disabled()


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("screenPop", {"type": "WINDOW", "params": {}}, "type must be one of"),
    ("screenPop", {"type": "SOBJECT", "params": {"recordId": "12"}}, "recordId must be a record id"),
    ("screenPop", {"type": "SOBJECT", "params": {"recordId": "003000000000009AAA"}}, "does not exist"),
    ("screenPop", {"type": "SOBJECT"}, "params must be an object"),
    ("screenPop", {"type": "URL", "params": {"url": "https://evil.example/"}}, "url must be relative"),
    ("screenPop", {"type": "URL", "params": {"url": "//evil.example/"}}, "url must be relative"),
    ("screenPop", {"type": "URL", "params": {"url": "/nowhere"}}, "leads to no page"),
    ("screenPop", {"type": "SEARCH", "params": {"searchString": "ab"}}, "at least 3 characters"),
    ("screenPop", {"type": "LIST", "params": {"listViewId": "00B", "scope": "Contact"}}, "listViewId must be one of"),
    ("screenPop", {"type": "OBJECTHOME", "params": {"scope": "Gadget"}}, "scope must be one of"),
    (
        "screenPop",
        {"type": "NEW_RECORD_MODAL", "params": {"entityName": "Contact", "defaultFieldValues": {"Nope__c": "x"}}},
        "Nope__c is not a field",
    ),
    ("searchAndScreenPop", {"searchParams": "Mia"}, "callType must be one of"),
    ("searchAndScreenPop", {"callType": "INBOUND"}, "searchParams must be"),
    ("setSoftphonePanelVisibility", {"visible": "yes"}, "visible must be true or false"),
    ("setSoftphonePanelHeight", {"heightPX": 239}, "from 240 to 2560"),
    ("setSoftphonePanelHeight", {"heightPX": 2561}, "from 240 to 2560"),
    ("setSoftphonePanelWidth", {"widthPX": "400"}, "from 200 to 1920"),
    ("setSoftphonePanelWidth", {"widthPX": 199}, "from 200 to 1920"),
    ("setSoftphonePanelLabel", {}, "label must be a text"),
    ("setSoftphoneItemLabel", {"label": ""}, "label must be a text"),
    ("setSoftphoneItemIcon", {"key": "no_such_icon"}, "key must be the name of an SLDS utility icon"),
    ("setSoftphonePanelIcon", {"key": 7}, "key must be a text"),
    ("saveLog", {"value": {"Subject": "x"}}, "either entityApiName"),
    ("saveLog", {}, "value must be an object"),
    ("runApex", {"methodName": "token"}, "apexClass must be a text"),
    ("publish", {"channelName": "Phone", "message": {}}, "channelName must be the name"),
    ("publish", {"channelName": "Phone__c", "message": "text"}, "message must be an object"),
    ("subscribe", {"channelName": "Phone__c"}, "listener must be a function"),
    ("onClickToDial", {}, "listener must be a function"),
    ("hvs.completeWork", {"workId": "8HF000000000001AAA", "attributes": {}}, "disposition must be a text"),
    ("hvs.completeWork", {"attributes": {}}, "workId must be a record id"),
    ("hvs.completeWork", {"workId": "8HF000000000001AAA"}, "attributes must be an object"),
    (
        "hvs.completeWork",
        {"workId": "8HF000000000001AAA", "attributes": {"disposition": "Answered"}},
        "taskId must be a record id",
    ),
    (
        "hvs.completeWork",
        {
            "workId": "8HF000000000001AAA",
            "attributes": {"disposition": "Busy", "taskId": "00T000000000001AAA", "wasConnected": "no"},
        },
        "wasConnected must be true or false",
    ),
    ("hvs.onWorkStart", {}, "listener must be a function"),
]


async def test_wrong_arguments_are_refused_by_name(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    for name, args, words in WRONG:
        error = await panel.error(name, args)
        assert error["code"] == "INVALID_PARAM", (name, args, error)
        assert words in error["description"], (name, args, error)
        assert "details" not in error


async def test_messages_of_others_are_not_heard(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    message = (
        "{methodName: 'setSoftphonePanelLabel', callId: 1, apiVersion: 63, apiType: 'opencti', args: {label: 'Stolen'}}"
    )
    await panel.page.evaluate(f"window.postMessage({message}, '*')")
    await panel.frame.evaluate(f"parent.postMessage({{...{message}, apiType: 'other'}}, '*')")
    await panel.value("isSoftphonePanelVisible")
    await expect(panel.page.locator("#phone-label")).to_have_text("Phone")


async def test_the_standby_page_takes_over_when_the_panel_stays_silent(
    context: BrowserContext, org: Org, panel_url: str
) -> None:
    standby = panel_url.replace("/panel", "/standby")
    console = await start_console(
        org_url=org.url, control_key=org.control_key, panel_url=f"{panel_url}?silent=1",
        standby_url=standby, standby_seconds=0.3,
    )  # fmt: skip
    try:
        page = await context.new_page()
        await page.goto(console.url)
        await expect(page.get_by_text("Standby", exact=True)).to_be_visible()
        panel = await Panel.on(page, "/standby")
        settings = await panel.value("getCallCenterSettings")
        assert (settings["/reqGeneralInfo/reqStandbyUrl"], settings["/reqGeneralInfo/reqTimeout"]) == (standby, "300")
    finally:
        await console.close()
