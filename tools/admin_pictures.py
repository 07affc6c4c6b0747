"""Takes the pictures of docs/admin anew: `.venv/bin/python tools/admin_pictures.py`, into docs/images/admin.

Runs the demo without customers of its own, and does what the guide describes as an agent.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import aiohttp
from playwright.async_api import Locator, async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from connector.sandbox.demo import Demo, ports  # noqa: E402  # needs the path above
from tests.conftest import _browser_path  # noqa: E402  # as above
from tests.e2e.desk import Desk, Seat  # noqa: E402  # as above
from tests.e2e.product import ANY_PORT, JONAS, Product  # noqa: E402  # as above
from tests.e2e.test_outbox_command import RULE, refused  # noqa: E402  # as above

IMAGES = ROOT / "docs" / "images" / "admin"
ADMINISTRATOR = "admin@phone-panel.example"
MIA = "+14155550143"
GIVEN = (
    "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Phone_Panel_Agent' "
    "AND Assignee.Username = 'priya.nair@phone-panel.example'"
)


async def main() -> None:
    """All of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), ports(ANY_PORT), customers=False, directory_every_s=1)
        try:
            await demo.start()
            async with aiohttp.ClientSession() as http, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=_browser_path(), args=["--no-sandbox"])
                product = Product(demo, http)
                desk = Desk(product, browser)
                await play(desk)
                await desk.close(None)
                await browser.close()
        finally:
            await demo.stop()


async def shoot(seat: Seat, name: str, what: Locator | None = None) -> None:
    """The phone, or (smaller) another part of the page, when all that is to be there is loaded."""
    await seat.page.wait_for_load_state("networkidle")
    shown = what or seat.page.locator("#phone")
    await shown.screenshot(
        path=IMAGES / f"{name}.png", animations="disabled", scale="device" if what is None else "css"
    )


async def play(desk: Desk) -> None:
    """An agent's first day."""
    await supervisor(desk)
    await not_an_agent(desk)
    seat = await desk.sit_down(available=False, device_scale_factor=1.5)
    await seat.status.get_by_role("button").first.click()
    await seat.panel.get_by_role("menuitemradio", name="Available").wait_for()
    await shoot(seat, "states")
    await seat.panel.get_by_role("menuitemradio", name="Available").click()
    await seat.open_dial_pad("415 555 0158")
    await seat.panel.get_by_role("combobox", name="Skill").select_option("Sales")
    await shoot(seat, "new-call")
    await seat.panel.get_by_role("textbox").first.fill("911")
    await seat.button("Call 911 now").wait_for()
    await shoot(seat, "emergency")
    await seat.panel.get_by_role("textbox").first.fill("")
    await desk.product.ring(MIA)
    await seat.answer()
    await seat.open_consult("Address book")
    await seat.panel.locator("[data-row]").first.wait_for()
    await shoot(seat, "address-book")
    await seat.button("End").click()
    await seat.button("Done").wait_for()
    await wrap_up(seat)


async def wrap_up(seat: Seat) -> None:
    """What is chosen, and the Task that comes of it."""
    await seat.comments.fill("Invoice 20931 charged twice. Refund promised by Friday.")
    await seat.panel.get_by_role("combobox", name="Disposition").select_option("Resolved")
    await seat.panel.get_by_role("button", name=re.compile("^Tags")).click()
    await seat.panel.get_by_text("Refund", exact=True).click()
    await seat.page.keyboard.press("Escape")
    await seat.shown("Draft saved").wait_for()
    await shoot(seat, "wrap-up")
    await seat.done()
    task = await seat.product.task(lambda task: task["CallDisposition"], "with a disposition")
    await seat.page.set_viewport_size({"width": 1000, "height": 1900})
    await seat.page.goto(f"{seat.product.demo.console}/lightning/r/{task['Id']}/view")
    await seat.page.get_by_text("Phone Tags").wait_for()
    await shoot(seat, "task", seat.page.get_by_role("region", name="Details"))


async def supervisor(desk: Desk) -> None:
    """The supervisor's tab, with a Task that a rule refuses."""
    product = desk.product
    priya = await desk.sit_down("priya", available=False, device_scale_factor=1.5)
    await priya.panel.get_by_role("tab", name="Supervisor").click()
    await product.control("settings", {"rules": [RULE]})
    async with product.connected(JONAS) as jonas:
        await jonas.command("set_state", state="AVAILABLE")
        await refused(product, jonas)
        await priya.button("Try again: Mia Chen").wait_for()
        await product.ring("+14155550199", skill="Billing")
        await priya.panel.locator("c-queue-list").get_by_text("longest").wait_for()
        await shoot(priya, "supervisor")
    await product.clear()


async def not_an_agent(desk: Desk) -> None:
    """What somebody sees whose permission set was taken away."""
    product = desk.product
    session = await product.control("sessions", {"username": ADMINISTRATOR})
    key = {"Authorization": f"Bearer {session['access_token']}"}
    rest = f"{product.demo.org}/services/data/v63.0"
    async with product.http.get(f"{rest}/query", params={"q": GIVEN}, headers=key) as answer:
        (given,) = (await answer.json())["records"]
    async with product.http.delete(f"{rest}/sobjects/PermissionSetAssignment/{given['Id']}", headers=key) as answer:
        assert answer.status == 204, await answer.text()
    context = await desk.new_context(viewport={"width": 1440, "height": 900}, device_scale_factor=1.5)
    page = await context.new_page()
    told = page.frame_locator("iframe").get_by_text("You are not set up as an agent").first
    async with asyncio.timeout(30):
        await page.goto(f"{product.demo.console}/?user=priya")
        while not await told.is_visible():
            # The connector reads the org every second.
            await asyncio.sleep(1)
            await page.reload()
            await page.wait_for_load_state("networkidle")
    box = await page.locator("#phone").bounding_box()
    assert box is not None
    box["height"] = 170
    await page.screenshot(path=IMAGES / "not-an-agent.png", clip=box, animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
