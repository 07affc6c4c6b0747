"""The panel inside the org: the Visualforce page of force-app with the static resources, in the utility bar."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e import adapter_page
from tests.e2e.desk import Desk
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One that takes a page which the test hands it for as near as the servers of this machine."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
        started = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        try:
            yield started
        finally:
            await started.close()


async def test_a_call_in_the_page_of_the_org(product: Product, desk: Desk, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    try:
        await adapter_page.serve(context, product, asked)
        seat = await desk.open_tab(context)
        assert (asked[0], set(asked[1:])) == ("page", {"PhonePanelStyle", "opencti", "PhonePanelScript"})
        await seat.choose_state("Available")
        await product.ring(MIA)
        await expect(seat.utility(re.compile("Ringing"))).to_be_visible()
        await expect(seat.tab("Mia Chen")).to_be_visible()
        await seat.answer()
        await expect(seat.card("Mia Chen")).to_contain_text("Northwind Traders")
        background = await seat.button("Hold").evaluate("button => getComputedStyle(button).borderRadius")
        assert background != "0px", "the stylesheet is not there"
        await seat.button("End").click()
        task = await product.task(lambda task: bool(task["Phone_Contact_Key__c"]), "of the call")
        assert task["Subject"] == "Call with Mia Chen"
    finally:
        await context.close()


async def test_the_language_is_the_users_and_a_foreign_frame_is_refused(
    product: Product, desk: Desk, browser: Browser
) -> None:
    context = await browser.new_context()
    desk.expected_troubles = ("could not be connected to Salesforce",)
    try:
        await adapter_page.serve(context, product, [], origins=["https://acme.lightning.force.com"], language="nl_NL")
        page = await context.new_page()
        await page.goto(f"{product.demo.console}/?user=sam")
        panel = page.frame_locator("iframe")
        await expect(panel.locator("html")).to_have_attribute("lang", "nl")
        await expect(panel.get_by_text(re.compile("may not show this panel"))).to_be_visible()
    finally:
        await context.close()
