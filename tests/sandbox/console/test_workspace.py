"""The console in the hands of an agent: tabs, lists, search, forms, menus, errors; by mouse and by keyboard."""

from __future__ import annotations

import re

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from connector.sandbox.console.server import start_console
from connector.sandbox.org.server import Org
from tests.sandbox.console.conftest import OpenPanel
from tests.sandbox.console.doubles import MIA, Panel, Simulated

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def follow(page: Page, name: str) -> None:
    """Follows the link to a record and waits for its page."""
    await page.locator("main").get_by_role("link", name=name, exact=True).first.click()
    await expect(page.locator(".lx-top h2")).to_have_text(name)


async def fault(org: Org, kind: str, **more: object) -> None:
    body = [{"kind": kind, "count": 1, **more}]
    async with (
        aiohttp.ClientSession(headers={"X-Sandbox-Key": org.control_key}) as control,
        control.post(f"{org.url}/sandbox/faults", json=body) as response,
    ):
        assert response.status == 200, await response.text()


async def tabs(page: Page) -> list[str]:
    return await page.get_by_role("navigation", name="Open tabs").get_by_role("link").all_inner_texts()


async def test_tabs_open_switch_close_and_outlive_a_reload(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    bar = page.get_by_role("navigation", name="Open tabs")
    await follow(page, MIA)
    await follow(page, "Northwind Traders")
    assert await tabs(page) == [MIA, "Northwind Traders"]
    await page.reload()
    await expect(page.locator(".lx-top h2")).to_have_text("Northwind Traders")
    assert await tabs(page) == [MIA, "Northwind Traders"]
    await expect(bar.locator("[aria-current=page]")).to_have_text("Northwind Traders")
    await bar.get_by_role("link", name=MIA).click()
    await expect(page.locator(".lx-top h2")).to_have_text(MIA)
    assert page.url.endswith("/view")
    await bar.get_by_role("button", name=f"Close {MIA}").click()
    await expect(page.locator(".lx-top h2")).to_have_text("Northwind Traders")
    await bar.get_by_role("button", name="Close Northwind Traders").click()
    await expect(page.locator("main h2").first).to_have_text("Accounts")
    assert await tabs(page) == []


async def test_nothing_is_refused_by_the_page_policy_and_nothing_overflows(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.reload()
    await Panel.on(page)
    for width in (1440, 1024):
        await page.set_viewport_size({"width": width, "height": 720})
        for name in ("Contacts", "Accounts", "Cases", "Opportunities", "Leads", "Campaigns", "Work Queue", "Tasks"):
            await page.get_by_role("navigation", name="App").get_by_role("link", name=name).click()
            await expect(page).to_have_title(re.compile(f"^{name} "))
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    assert complaints == []


async def test_a_list_is_filtered_and_sorted(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    rows = page.locator("main tbody tr")
    names = page.locator("main tbody tr td:first-child")
    await page.get_by_role("button", name="Name", exact=True).click()
    await expect(page.get_by_role("columnheader", name="Name").first).to_have_attribute("aria-sort", "ascending")
    up = await names.all_inner_texts()
    await page.get_by_role("button", name="Name ↑").click()
    await expect(page.get_by_role("columnheader", name="Name").first).to_have_attribute("aria-sort", "descending")
    assert await names.all_inner_texts() == up[::-1]
    await page.get_by_placeholder("Search this list").fill("northwind")
    await expect(rows.first).to_contain_text("Northwind")
    assert 0 < await rows.count() < len(up)
    await page.get_by_placeholder("Search this list").fill("no such words")
    await expect(page.locator("main")).to_contain_text("No row contains this text")


async def test_search_by_keyboard(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    await page.get_by_role("searchbox", name="Search", exact=True).fill("Whitfield")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Contacts")).to_contain_text("Dana Whitfield")
    await expect(page.get_by_role("region", name="Leads")).to_contain_text("D. Whitfield")
    await page.get_by_role("searchbox", name="Search", exact=True).fill("zzzz")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Nothing was found for “zzzz”")


async def test_the_user_is_changed_in_the_menu_by_keyboard(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    await page.get_by_role("button", name="Signed in as Sam Rivera").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitemradio", name="Sam")).to_be_focused()
    await expect(page.get_by_role("menuitemradio", name="Sam")).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Signed in as Sam Rivera")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Signed in as Jonas Weber")).to_be_visible()
    assert "user=" not in page.url


async def test_a_record_is_edited_with_a_look_up_by_keyboard(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    await follow(page, MIA)
    await page.get_by_role("button", name="Edit").click()
    window = page.get_by_role("dialog", name=f"Edit {MIA}")
    await window.get_by_label("Title").fill("Chief Financial Officer")
    await window.get_by_role("button", name="Clear Account Name").click()
    box = window.get_by_role("combobox", name="Account Name")
    await expect(box).to_be_focused()
    await page.keyboard.type("contoso")
    await expect(window.get_by_role("listbox").get_by_role("option")).to_have_text(["Contoso Retail"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(window.get_by_role("button", name="Clear Account Name")).to_be_focused()
    await window.get_by_role("button", name="Save").click()
    await expect(window).to_have_count(0)
    await expect(page.locator("[data-field=Title] dd")).to_have_text("Chief Financial Officer")
    await expect(page.locator("[data-field=AccountId] dd")).to_have_text("Contoso Retail")


async def test_a_new_case_knows_its_contact(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    await follow(page, MIA)
    await page.get_by_role("button", name="New Case").click()
    window = page.get_by_role("dialog", name="New Case")
    await expect(window.get_by_role("button", name="Clear Contact")).to_be_visible()
    await window.get_by_label("Subject").fill("Wrong invoice address")
    await window.get_by_label("Subject").press("Enter")
    await expect(page.locator(".lx-top h2")).to_have_text(re.compile(r"^\d{8}$"))
    await expect(page.locator("[data-field=ContactId] dd")).to_have_text(MIA)
    await expect(page.locator("[data-field=AccountId] dd")).to_have_text("Northwind Traders")


async def test_a_window_leaves_the_phone_usable_and_closes_by_escape(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    await page.get_by_role("button", name="New", exact=True).first.click()
    await page.get_by_role("menuitem", name="New Lead").click()
    await expect(page.get_by_role("dialog", name="New Lead")).to_be_visible()
    await expect(page.locator("#page")).to_have_js_property("inert", True)
    await panel.frame.locator("#state").click()
    await page.get_by_role("dialog").get_by_label("First Name").press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#page")).to_have_js_property("inert", False)


async def test_what_cannot_be_shown_says_why_and_can_be_tried_again(open_panel: OpenPanel, org: Org) -> None:
    page = (await open_panel("/lightning/r/Contact/003000000000009AAA/view")).page
    await expect(page.get_by_role("alert")).to_contain_text("does not exist")
    await page.get_by_role("navigation", name="App").get_by_role("link", name="Contacts").click()
    await follow(page, MIA)
    await fault(org, "unavailable", path="query")
    activity = page.get_by_role("region", name="Activity")
    await activity.get_by_role("button", name="Refresh").click()
    await expect(activity.get_by_role("alert")).to_contain_text("Server Unavailable")
    await activity.get_by_role("button", name="Try again").click()
    await expect(activity.get_by_role("alert")).to_have_count(0)
    await expect(activity.locator("[data-task]").first).to_be_visible()
    await page.goto(page.url.split("/lightning")[0] + "/lightning/nowhere")
    await expect(page.locator("main")).to_contain_text("Page not found")


async def test_a_customer_is_made_to_call_from_the_demo_menu(open_panel: OpenPanel, simulated: Simulated) -> None:
    page = (await open_panel("/")).page
    await page.get_by_role("button", name="Demo tools").click()
    await expect(page.get_by_role("menu", name="Demo")).to_contain_text("The panel is ready")
    await page.get_by_role("menuitem", name="Let a customer call").click()
    window = page.get_by_role("dialog", name="Let a customer call")
    await window.get_by_label("Who").select_option(label=f"{MIA}, Northwind Traders")
    await expect(window.get_by_label("Number")).to_have_value("+14155550143")
    await window.get_by_label("Skill").select_option(label="Support EN")
    simulated.answer = 404
    await window.get_by_role("button", name="Call").click()
    await expect(window.get_by_role("alert")).to_contain_text("no such skill")
    simulated.answer = 202
    await window.get_by_role("button", name="Call").click()
    await expect(window).to_have_count(0)
    assert simulated.calls == [{"from": "+14155550143", "skill": "Support_EN", "talk": 60}]


async def test_without_a_simulation_the_demo_menu_offers_no_call(
    context: BrowserContext, org: Org, panel_url: str
) -> None:
    console = await start_console(org_url=org.url, control_key=org.control_key, panel_url=panel_url)
    try:
        page = await context.new_page()
        await page.goto(console.url)
        await page.get_by_role("button", name="Demo tools").click()
        await expect(page.get_by_role("menuitem", name="Reload the panel")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Let a customer call")).to_have_count(0)
    finally:
        await console.close()


async def test_the_panel_is_reloaded_from_the_demo_menu(open_panel: OpenPanel) -> None:
    panel = await open_panel("/")
    page = panel.page
    await panel.value("enableClickToDial")
    await expect(page.locator("button.lx-dial__number").first).to_be_visible()
    await panel.frame.evaluate("window.old = true")
    await page.get_by_role("button", name="Demo tools").click()
    await page.get_by_role("menuitem", name="Reload the panel").click()
    await expect(page.locator("button.lx-dial__number")).to_have_count(0)
    await panel.frame.wait_for_function("window.old === undefined && document.getElementById('state')")
    fresh = await Panel.on(page)
    assert await fresh.value("isSoftphonePanelVisible") == {"visible": True}


async def test_history_favorites_and_notes(open_panel: OpenPanel) -> None:
    page = (await open_panel("/")).page
    bar = page.get_by_role("contentinfo")
    await follow(page, MIA)
    await bar.get_by_role("button", name="History").click()
    await expect(page.get_by_role("region", name="History")).to_contain_text(MIA)
    await page.get_by_role("button", name="Minimize History").click()
    await expect(bar.get_by_role("button", name="History")).to_be_focused()
    await page.get_by_role("button", name="Favorites").click()
    await page.get_by_role("menuitem", name=f"Add {MIA}").click()
    await bar.get_by_role("button", name="Notes").click()
    await page.get_by_role("textbox", name="Notes").fill("Ask about the invoice")
    await page.reload()
    await bar.get_by_role("button", name="Notes").click()
    await expect(page.get_by_role("textbox", name="Notes")).to_have_value("Ask about the invoice")
    await page.get_by_role("button", name="Favorites").click()
    await expect(page.get_by_role("menuitem", name=MIA, exact=True)).to_be_visible()


async def test_colleagues_leave_a_console_that_somebody_opens_and_can_be_asked_from_the_demo_menu(
    context: BrowserContext, org: Org, panel_url: str
) -> None:
    console = await start_console(
        org_url=org.url, control_key=org.control_key, panel_url=panel_url, colleagues_come=True
    )
    try:
        page = await context.new_page()
        async with page.expect_response("**/api/stream") as seen:
            await page.goto(f"{console.url}/?user=jonas")
        assert (await seen.value).status == 200
        await page.get_by_role("button", name="Demo tools").click()
        await expect(page.get_by_role("menuitem", name="Priya passes a customer on to you")).to_be_visible()
        await page.get_by_role("menuitem", name="Priya calls you").click()
        # The panel of this test is none that anybody could have.
        await expect(page.get_by_text("Priya cannot be asked now")).to_be_visible()
    finally:
        await console.close()
