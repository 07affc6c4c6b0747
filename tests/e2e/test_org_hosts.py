"""The panel where agents have it: in an org's own hosts, by TLS, framed by Lightning from another host.

Once from the Visualforce page of force-app with its static resources, once from the connector itself.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Frame, Page, async_playwright, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.org_hosts import ADAPTER, CONNECTOR, ELSEWHERE, LIGHTNING, SANDBOX, VISUALFORCE, Hosts, hosts_of
from tests.e2e.product import SAM, Product

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
FORMS = {"in the org": (LIGHTNING, VISUALFORCE), "hosted by the connector": (SANDBOX, CONNECTOR)}
EACH_FORM = pytest.mark.parametrize(("lightning", "framed"), FORMS.values(), ids=FORMS.keys())

LISTEN = """() => navigator.mediaDevices.getUserMedia({ audio: true }).then(
    (stream) => stream.getAudioTracks().map((track) => track.readyState).join(), (error) => error.name)"""
KEEPS_NOTHING = ("This browser keeps nothing for the panel",)
"""What is said where a browser blocks third-party cookies, as in a private window, and the frame is of another site: to
Lightning the connector's is, the Visualforce host is not."""

NOT_ADMITTED = "ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"
REFUSED = (*KEEPS_NOTHING, "Permissions policy violation", "blocked because of a permissions policy")

NOTE = "Invoice 20931 charged twice."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(whole: Product) -> AsyncIterator[Hosts]:
    """The hosts, for all tests of this module."""
    async with hosts_of(whole.demo) as hosts:
        yield hosts


@pytest.fixture
def hosts(running: Hosts) -> Hosts:
    """The hosts, as in an org that is set up as the guide says."""
    running.clear()
    return running


@pytest.fixture(scope="module")
def options(running: Hosts) -> list[str]:
    """How a Chromium is started that finds them.  Its microphone is a tone, and asks for consent as any does."""
    return ["--no-sandbox", "--use-fake-device-for-media-stream", *running.browser_options]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(chromium_path: str, options: list[str]) -> AsyncIterator[Browser]:
    """One for this module: where hosts are found is said when a browser starts, and others' must not be led here."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium_path, args=options)
        try:
            yield started
        finally:
            await started.close()


def phone(page: Page) -> Frame:
    """The panel's frame."""
    frame = page.frame(url=re.compile(r"mode=Lightning"))
    assert frame is not None, [frame.url for frame in page.frames]
    return frame


async def call_and_note(seat: Seat) -> None:
    """Mia calls, is answered, is noted and hung up."""
    await seat.product.ring(MIA)
    await expect(seat.utility(re.compile("Ringing"))).to_be_visible()
    await expect(seat.tab("Mia Chen")).to_be_visible()
    await seat.answer()
    await expect(seat.card("Mia Chen")).to_contain_text("Northwind Traders")
    await seat.show_details_if_closed()
    await seat.comments.fill(NOTE)
    await expect(seat.shown("Draft saved")).to_be_visible()
    await seat.button("End").click()
    await seat.done()


async def the_task(product: Product) -> None:
    """That call's Task is Sam's, and has the note."""
    task = await product.task(lambda task: task["IsClosed"], "that is completed")
    assert (task["Subject"], task["Description"]) == ("Call with Mia Chen", NOTE)
    assert task["OwnerId"] == await product.user(SAM)


@EACH_FORM
async def test_a_call_from_the_sign_in_to_the_task(
    product: Product, desk: Desk, hosts: Hosts, lightning: str, framed: str
) -> None:
    desk.console = lightning
    desk.expected_troubles = KEEPS_NOTHING if framed == CONNECTOR else ()
    seat = await desk.sit_down()
    frame = phone(seat.page)
    where = await frame.evaluate("() => [location.origin, isSecureContext, Object.keys(sforce.opencti).length > 20]")
    assert where == [framed, True, True]
    assert f"sfdcIframeOrigin={lightning.replace('://', '%3A%2F%2F')}" in frame.url
    radius = await seat.status.get_by_role("button").first.evaluate("one => getComputedStyle(one).borderRadius")
    assert radius != "0px", "the stylesheet is not there"
    await call_and_note(seat)
    await the_task(product)


async def test_all_that_the_page_needs_comes_from_its_own_host(product: Product, desk: Desk, hosts: Hosts) -> None:
    desk.console = LIGHTNING
    asked: list[str] = []
    context = await desk.new_context()
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: asked.append(socket.url)))
    await desk.open_tab(context)
    assert (hosts.asked[0], sorted(hosts.asked[1:])) == (
        "PhonePanel",
        ["PhonePanelScript", "PhonePanelStyle", "opencti_min.js"],
    )
    others = [url for url in asked if not url.startswith((LIGHTNING, VISUALFORCE, "data:"))]
    assert others == [CONNECTOR.replace("https", "wss") + "/panel/socket"]


async def test_two_windows_show_the_same(product: Product, desk: Desk, hosts: Hosts) -> None:
    desk.console = LIGHTNING
    left = await desk.sit_down()
    right = await desk.open_tab(left.page.context)
    await product.ring(MIA)
    for seat in (left, right):
        await expect(seat.button("Answer")).to_be_visible()
    await right.answer()
    await expect(left.button("Hold")).to_be_enabled()
    await left.button("Hold").click()
    await expect(right.button("Resume")).to_be_visible()
    await left.show_details_if_closed()
    await left.comments.fill(NOTE)
    await right.show_details_if_closed()
    await expect(right.comments).to_have_value(NOTE)
    await right.button("Resume").click()
    await right.press("End")
    await left.done()
    await expect(right.card("Mia Chen")).to_have_count(0)
    await the_task(product)
    await product.only_tasks(1)


# --- what the page refuses --------------------------------------------------------------------------------------------


async def test_the_language_is_the_users_and_a_foreign_frame_is_refused(
    product: Product, desk: Desk, hosts: Hosts
) -> None:
    desk.console = LIGHTNING
    desk.expected_troubles = ("could not be connected to Salesforce",)
    hosts.config = {"origins": ["https://umbra.lightning.force.com"], "language": "nl_NL"}
    page = await desk.open_page(f"{LIGHTNING}/?user=sam")
    panel = page.frame_locator("iframe")
    await expect(panel.locator("html")).to_have_attribute("lang", "nl")
    await expect(panel.get_by_text(f"{LIGHTNING} may not show this panel")).to_be_visible()


async def test_a_hop_that_loses_the_query_is_told(product: Product, desk: Desk, hosts: Hosts) -> None:
    desk.console = LIGHTNING
    desk.expected_troubles = ("Failed to initialize Open CTI",)
    hosts.loses_query = True
    page = await desk.open_page(f"{LIGHTNING}/?user=sam")
    await expect(page.frame_locator("iframe").get_by_text("Open this panel from Salesforce")).to_be_visible()


@pytest.mark.parametrize("target", [VISUALFORCE + ADAPTER, f"{CONNECTOR}/panel"])
async def test_no_other_site_can_frame_it(product: Product, desk: Desk, hosts: Hosts, target: str) -> None:
    desk.expected_troubles = ("frame-ancestors", "Framing")
    address = f"{target}?mode=Lightning%26sfdcIframeOrigin={ELSEWHERE}"
    page = await desk.open_page(f"{ELSEWHERE}/?frame={address}")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]


async def test_a_browser_asks_before_it_goes_to_a_connector_in_its_own_network(
    product: Product, hosts: Hosts, chromium_path: str, options: list[str]
) -> None:
    async with async_playwright() as playwright:
        arguments = [*options, hosts.connector_is_local]
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        try:
            for lightning, framed in FORMS.values():
                desk = Desk(product, browser)
                desk.console = lightning
                desk.expected_troubles = KEEPS_NOTHING
                context = await desk.new_context()
                page = await context.new_page()
                await page.goto(f"{lightning}/?user=sam")
                if framed == CONNECTOR:
                    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
                else:
                    await expect(page.frame_locator("iframe").get_by_text("Connecting…")).to_be_visible()
                    assert any(NOT_ADMITTED in said.text for said in await page.console_messages())
                await context.grant_permissions(["local-network-access"], origin=lightning)
                seat = await desk.open_tab(context)
                await seat.choose_state("Available")
                await desk.close(None)
                assert desk.troubles == []
        finally:
            await browser.close()


# --- the microphone ---------------------------------------------------------------------------------------------------


@EACH_FORM
async def test_the_microphone_is_the_frames_when_user_and_frame_permit_it(
    product: Product, desk: Desk, hosts: Hosts, lightning: str, framed: str
) -> None:
    desk.console = lightning
    desk.expected_troubles = REFUSED
    seat = await desk.sit_down(available=False)
    assert await phone(seat.page).evaluate(LISTEN) == "NotAllowedError"
    await seat.page.context.grant_permissions(["microphone"], origin=lightning)
    assert await phone(seat.page).evaluate(LISTEN) == "live"
    async with seat.page.expect_event("framenavigated"):
        await seat.page.locator("iframe").evaluate("frame => { frame.allow = 'autoplay'; frame.src += ''; }")
    await expect(seat.status).to_be_visible()
    assert await phone(seat.page).evaluate(LISTEN) == "NotAllowedError"


@EACH_FORM
async def test_an_org_may_keep_the_microphone_from_it(
    product: Product, desk: Desk, hosts: Hosts, lightning: str, framed: str
) -> None:
    desk.console = lightning
    desk.expected_troubles = REFUSED
    hosts.microphone = "()"
    seat = await desk.sit_down(available=False)
    await seat.page.context.grant_permissions(["microphone"], origin=lightning)
    assert await phone(seat.page).evaluate(LISTEN) == "NotAllowedError"
    hosts.microphone = f'(self "{framed}")'
    await seat.page.reload()
    await expect(seat.status).to_be_visible()
    assert await phone(seat.page).evaluate(LISTEN) == "live"


# --- what the browser keeps -------------------------------------------------------------------------------------------


@asynccontextmanager
async def ordinary_window(
    chromium: str, options: list[str], profile: Path, **preferences: object
) -> AsyncIterator[BrowserContext]:
    """A browser with a profile; every other context here is a private window."""
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=options, viewport={"width": 1440, "height": 900}
        )
        try:
            context.set_default_timeout(10_000)
            yield context
        finally:
            await context.close()


@EACH_FORM
async def test_what_was_not_saved_is_kept_over_a_reload(
    product: Product,
    desk: Desk,
    hosts: Hosts,
    chromium_path: str,
    options: list[str],
    tmp_path: Path,
    lightning: str,
    framed: str,
) -> None:
    desk.console = lightning
    desk.expected_troubles = ("WebSocket",)
    # Third-party cookies are not blocked.
    async with ordinary_window(chromium_path, options, tmp_path, cookie_controls_mode=0) as context:
        seat = await desk.open_tab(context)
        await seat.choose_state("Available")
        await seat.talk_to(MIA, "Mia Chen")
        await seat.show_details_if_closed()
        async with hosts.cut_off():
            await expect(seat.shown("Connection lost. Your call goes on.")).to_be_visible()
            await seat.comments.fill(NOTE)
            await expect(seat.shown("Draft kept here")).to_be_visible()
            await seat.page.reload()
            await expect(seat.card("Mia Chen")).to_have_count(0)
        await expect(seat.card("Mia Chen")).to_be_visible()
        await seat.show_details_if_closed()
        await expect(seat.comments).to_have_value(NOTE)


async def test_a_browser_that_keeps_nothing_for_the_page_takes_calls_too(
    product: Product, desk: Desk, hosts: Hosts, chromium_path: str, options: list[str], tmp_path: Path
) -> None:
    desk.console = LIGHTNING
    desk.expected_troubles = KEEPS_NOTHING
    blocked = {"cookies": {f"{VISUALFORCE},*": {"setting": 2}}}
    async with ordinary_window(chromium_path, options, tmp_path, content_settings={"exceptions": blocked}) as context:
        seat = await desk.open_tab(context)
        read = "() => { try { return typeof sessionStorage } catch (error) { return error.name } }"
        assert await phone(seat.page).evaluate(read) == "SecurityError"
        await seat.choose_state("Available")
        await call_and_note(seat)
    await the_task(product)
