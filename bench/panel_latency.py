"""The panel in Chromium: from opening its page to being usable, and from an event of the switch to pixels.

    python bench/panel_latency.py [--loads N] [--calls N] [--holds N]

A running demo without customers; Sam sits at the console, the panel in its utility bar.  An event counts from the time
that the switch itself gives it to the first frame painted after the panel shows it; both clocks are this machine's, in
whole ms.  A second panel of Sam's, without a face, gives the orders, so that no mouse is in the way.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import aiohttp
from house.browser import find_browser
from playwright.async_api import Browser, Frame, Page, async_playwright

from bench.figures import Figure, figure, options, tell
from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, SAM, Product
from tests.e2e.robot import Robot, contact_in

PROGRAM = "panel_latency"
MIA = "+14155550143"

WATCH = """
(() => {
  if (window.top === window) return;
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now(), Date.now());
    channel.port2.postMessage(0);
  });
  window.benchSeen = (test) => new Promise((resolve) => {
    const look = () => test() && (observer.disconnect(), painted((now, wall) => resolve([now, wall])), true);
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  });
  window.benchUsable = window.benchSeen(() => {
    const button = document.querySelector('c-agent-status button');
    return button && !button.disabled && button.getAttribute('aria-disabled') !== 'true';
  });
})();
"""
"""In the panel's frame: what is true is told after the frame that shows it was painted."""


def _text(text: str, there: bool) -> str:
    sign = "" if there else "!"
    return f"window.benchSeen(() => {sign}document.body.innerText.includes({text!r}))"


async def _panel_frame(page: Page) -> Frame:
    handle = await page.wait_for_selector("iframe", state="attached")
    assert handle is not None
    frame = await handle.content_frame()
    assert frame is not None
    return frame


async def loads(browser: Browser, demo: Demo, count: int) -> tuple[list[float], list[float]]:
    """ms from the panel's navigation to usable: with an empty cache, and after a reload."""
    cold, warm = [], []
    for _ in range(count):
        context = await browser.new_context()
        await context.add_init_script(WATCH)
        page = await context.new_page()
        await page.goto(f"{demo.console}/?user=sam")
        cold.append(await _usable(page))
        await page.reload()
        warm.append(await _usable(page))
        await context.close()
    return cold, warm


async def _usable(page: Page) -> float:
    frame = await _panel_frame(page)
    await frame.wait_for_function("window.benchUsable !== undefined")
    found: list[float] = await frame.evaluate("window.benchUsable")
    return found[0]


async def rings(frame: Frame, product: Product, sam: Robot, count: int) -> list[float]:
    """ms from the arrival of a call at the switch to the offered call in the panel."""
    waits = []
    for _ in range(count):
        seen = asyncio.ensure_future(frame.evaluate(_text("Answer", True)))
        leg = await product.ring(MIA)
        _, wall = await seen
        offered = await sam.until(contact_in("OFFERED"), "the call is offered")
        waits.append(wall - offered["started"])
        gone = asyncio.ensure_future(frame.evaluate(_text("Answer", False)))
        await product.switch("hangup", {"leg": leg})
        await gone
        await sam.until(lambda state: not state["contacts"] and state["agent"]["state"] == "AVAILABLE", "free again")
    return waits


async def holds(frame: Frame, product: Product, sam: Robot, count: int) -> list[float]:
    """ms from the switch's parking of the customer, and from bringing them back, to the panel that says so."""
    await product.ring(MIA)
    key = (await sam.until(contact_in("OFFERED"), "the call is offered"))["key"]
    await sam.command("answer", contact=key)
    waits = []
    for _ in range(count):
        for order, there in (("hold", True), ("resume", False)):
            await sam.until(lambda s, order=order: s["contacts"][0]["controls"].get(order, "?") is None, order)
            seen = asyncio.ensure_future(frame.evaluate(_text("On hold", there)))
            await sam.command(order, contact=key)
            _, wall = await seen
            at = await sam.until(lambda s, held=there: _since(s, held), order)
            waits.append(wall - at)
    await sam.command("end", contact=key)
    await sam.until(contact_in("WRAP_UP"), "wrap-up")
    await sam.command("done", contact=key)
    return waits


def _since(state: dict[str, Any], held: bool) -> int | None:
    contact = state["contacts"][0]
    leg = next(leg for leg in contact["legs"] if leg["role"] == "CUSTOMER")
    return int(leg["since"]) if (leg["state"] == "HELD") is held else None


def _figures(name: str, values: list[float], how: str) -> list[Figure]:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return [
        figure(PROGRAM, f"{name}, median", values, "ms", f"{how}; {len(values)} times"),
        Figure(PROGRAM, f"{name}, 95 of 100", cuts[18], cuts[18], cuts[18], "ms", "of the same"),
    ]


async def run(counts: tuple[int, int, int]) -> list[Figure]:
    """Starts a demo and a Chromium and measures."""
    with tempfile.TemporaryDirectory(prefix="phone-panel-bench-") as folder:
        demo = Demo(Path(folder), ports(ANY_PORT), customers=False)
        try:
            await demo.start()
            async with aiohttp.ClientSession() as http, async_playwright() as playwright:
                product = Product(demo, http)
                browser = await playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
                cold, warm = await loads(browser, demo, counts[0])
                context = await browser.new_context(viewport={"width": 1440, "height": 900})
                await context.add_init_script(WATCH)
                page = await context.new_page()
                await page.goto(f"{demo.console}/?user=sam")
                await _usable(page)
                frame = await _panel_frame(page)
                async with product.connected(SAM) as sam:
                    await sam.command("set_state", state="AVAILABLE")
                    ringing = await rings(frame, product, sam, counts[1])
                    holding = await holds(frame, product, sam, counts[2])
                await browser.close()
        finally:
            await demo.stop()
    shown = "from the switch's own time stamp to the painted frame"
    usable = "from the frame's navigation to an enabled status button, painted"
    return [
        *_figures("Panel page to usable, empty cache", cold, usable),
        *_figures("Panel page to usable, reload", warm, "the same with a warm cache"),
        *_figures("A customer calls → offered call in the panel", ringing, shown),
        *_figures("Held or resumed at the switch → said in the panel", holding, shown),
    ]


def main() -> None:
    """Measures and tells."""
    parser = options(__doc__ or "", repeats=1)
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--holds", type=int, default=20)
    given = parser.parse_args()
    started = os.getloadavg()
    tell(asyncio.run(run((given.loads, given.calls, given.holds))), started, given.out)


if __name__ == "__main__":
    main()
