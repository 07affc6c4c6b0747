"""Takes the README's screenshots anew: `.venv/bin/python tools/screenshots.py`, into docs/images.

Runs the demo without customers of its own, plays two calls as an agent, and photographs the panel on the way.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from connector.sandbox.demo import Demo, ports  # noqa: E402  # needs the path above
from tests.conftest import _browser_path  # noqa: E402  # as above
from tests.e2e.desk import Desk, Seat  # noqa: E402  # as above
from tests.e2e.product import ANY_PORT, JONAS, Product  # noqa: E402  # as above

IMAGES = ROOT / "docs" / "images"
NOTE = "Invoice 20931 charged twice. Refund promised by Friday; call back to confirm."


async def main() -> None:
    """One call, photographed."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), ports(ANY_PORT), customers=False)
        try:
            await demo.start()
            async with aiohttp.ClientSession() as http, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=_browser_path(), args=["--no-sandbox"])
                await play(Desk(Product(demo, http), browser))
                await browser.close()
        finally:
            await demo.stop()


async def play(desk: Desk) -> None:
    """Rings, answers, writes, ends; a picture at each."""
    seat = await desk.sit_down(device_scale_factor=1.5)
    frame = seat.page.locator("#phone")

    async def shoot(name: str) -> None:
        # What moves (timers, the ring's pulse) may be anywhere; what is loaded must be there.
        await seat.page.wait_for_load_state("networkidle")
        await frame.screenshot(path=IMAGES / f"{name}.png", animations="disabled")

    await desk.product.ring("+14155550143")
    await seat.button("Answer").wait_for()
    await seat.tab("Mia Chen").wait_for()
    await shoot("offered")
    await seat.answer()
    await seat.button("Record").click()
    await seat.button("Stop recording").wait_for()
    await seat.show_details_if_closed()
    await seat.comments.fill(NOTE)
    await seat.shown("Draft saved").wait_for()
    await shoot("live")
    await seat.page.screenshot(path=IMAGES / "console.png", animations="disabled")
    await seat.button("Hold").click()
    await seat.button("Resume").wait_for()
    await seat.button("Resume").click()
    await desk.product.control("faults", [{"kind": "slow", "count": 1, "path": "composite", "seconds": 3}])
    await seat.button("End").click()
    await seat.shown("Saving to Salesforce").wait_for()
    await shoot("wrapup")
    await seat.shown("Saved to Salesforce").wait_for()
    await shoot("saved")
    await seat.button("Done").click()
    await together(desk, seat, shoot)
    await desk.close(None)


async def together(desk: Desk, seat: Seat, shoot: Callable[[str], Awaitable[None]]) -> None:
    """A colleague is asked, and joins."""
    async with desk.product.connected(JONAS) as jonas:
        await jonas.command("set_state", state="UNAVAILABLE", reason="Training")
        await desk.product.ring("+14155550143")
        await seat.answer()
        await seat.button("Transfer / conference").click()
        await seat.panel.locator("[data-row]").first.wait_for()
        await shoot("chooser")
        await seat.panel.locator("[data-row]").first.click()
        offered = await jonas.until(lambda state: state["contacts"], "the request")
        await jonas.command("answer", contact=offered[0]["key"])
        await seat.button("Swap").wait_for()
        await shoot("consult")
        await seat.button("Merge").click()
        await seat.button("Leave").wait_for()
        await shoot("conference")


if __name__ == "__main__":
    asyncio.run(main())
