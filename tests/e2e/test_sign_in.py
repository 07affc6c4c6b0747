"""The panel in a window of its own: signed in to with Salesforce, and then used as in Salesforce."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import JONAS, SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def signed_in(product: Product, desk: Desk, name: str) -> Seat:
    """The panel of that user, opened by its address."""
    page = await desk.open_page(product.demo.panel)
    assert page.url.startswith(f"{product.demo.org}/services/oauth2/authorize?")
    await page.get_by_role("button", name=name).click()
    seat = Seat(product, page, {}, alone=True)
    await expect(seat.status).to_be_visible()
    assert page.url == product.demo.panel
    return seat


async def test_a_call_from_the_sign_in_to_the_task(product: Product, desk: Desk) -> None:
    sam = await signed_in(product, desk, "Sam Rivera")
    await sam.choose_state("Available")
    await sam.talk_to(MIA, "Mia Chen")
    await sam.button("End").click()
    await sam.wrap_up()
    task = await product.task(lambda task: task["IsClosed"], "that is completed")
    assert task["OwnerId"] == await product.user(SAM)


async def test_a_reload_asks_nothing_and_signing_out_ends_it(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("401",)
    sam = await signed_in(product, desk, "Sam Rivera")
    await sam.page.reload()
    await expect(sam.status).to_be_visible()
    assert sam.page.url == product.demo.panel
    await sam.page.goto(f"{product.demo.connector_address}/sign-out")
    await sam.page.get_by_role("button", name="Sign out").click()
    await expect(sam.page.get_by_text("You are signed out of the phone.")).to_be_visible()
    await sam.page.goto(product.demo.panel)
    await expect(sam.page.get_by_text("Who are you?")).to_be_visible()


async def test_two_windows_are_two_agents(product: Product, desk: Desk) -> None:
    sam = await signed_in(product, desk, "Sam Rivera")
    jonas = await signed_in(product, desk, "Jonas Weber")
    await sam.choose_state("Available")
    await sam.talk_to(MIA, "Mia Chen")
    await expect(jonas.card("Mia Chen")).to_have_count(0)
    async with product.connected(JONAS) as robot:
        assert (robot.state or {})["contacts"] == []


async def test_when_the_connector_was_restarted_the_panel_leads_to_the_sign_in(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("401", "ERR_CONNECTION_REFUSED", "WebSocket", "No session token")
    sam = await signed_in(product, desk, "Sam Rivera")

    async def nothing() -> None:
        """Meanwhile."""

    await product.restart_connector_after(nothing())
    await expect(sam.page.get_by_text("Who are you?")).to_be_visible(timeout=20_000)
    await sam.page.get_by_role("button", name="Sam Rivera").click()
    await expect(sam.status).to_be_visible()


async def test_who_is_no_agent_is_told_so(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("403",)
    page = await desk.open_page(product.demo.panel)
    await page.get_by_role("button", name=re.compile("Phone Connector")).first.click()
    await expect(page.get_by_text("your user is not an agent of the phone")).to_be_visible()
    await expect(page.get_by_text("not_an_agent")).to_be_visible()


async def test_who_refuses_is_told_and_may_try_again(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("401",)
    page = await desk.open_page(product.demo.panel)
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_text("sign_in_denied")).to_be_visible()
    await page.get_by_role("link", name="Sign in with Salesforce").click()
    await expect(page.get_by_text("Who are you?")).to_be_visible()


async def test_a_link_from_elsewhere_signs_nobody_in(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("400",)
    page = await desk.open_page(product.demo.panel)
    async with page.expect_request("**/sign-in/callback*") as sent:
        await page.get_by_role("button", name="Sam Rivera").click()
    victim = await desk.open_page((await sent.value).url)
    await expect(victim.get_by_text("sign_in_stale")).to_be_visible()
    await victim.goto(product.demo.panel)
    await expect(victim.get_by_text("Who are you?")).to_be_visible()


async def test_the_orgs_new_key_is_found(product: Product, desk: Desk) -> None:
    await signed_in(product, desk, "Sam Rivera")
    await product.control("openid/rotate", [])
    page = await desk.open_page(product.demo.panel)
    await page.get_by_role("button", name="Jonas Weber").click()
    seat = Seat(product, page, {}, alone=True)
    await expect(seat.status).to_be_visible()
