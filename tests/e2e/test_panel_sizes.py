"""The panel at its smallest and its widest, in both languages, whatever is on it: nothing is cut off."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Frame, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
WHITFIELDS = "+16285550144"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIZES = ((200, 240), (1920, 240))

RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}"""

# The tabs of whom to consult scroll sideways where there is no room for them; arrow keys bring each into sight.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const seen = [...document.querySelectorAll("button, input, select, textarea, a")].filter((one) => one.offsetParent);
  const outside = (one) => {
    const { left, right } = one.getBoundingClientRect();
    return !one.closest("[role=tablist]") && (left < -0.5 || right > width + 0.5);
  };
  const names = seen.filter(outside).map((one) => one.getAttribute("aria-label") ?? one.textContent.trim());
  const whole = document.documentElement.scrollWidth;
  return whole > width ? [`page ${whole}`, ...names] : names;
}"""


async def frame_of(seat: Seat) -> Frame:
    """The panel's own document."""
    handle = await seat.page.locator("iframe").element_handle()
    found = await handle.content_frame()
    assert found is not None
    return found


async def nothing_found(seat: Seat, where: str) -> None:
    """axe-core finds nothing in the panel as it is now."""
    frame = await frame_of(seat)
    await frame.evaluate(AXE.read_text(encoding="utf-8"))
    assert await frame.evaluate(RUN_AXE) == [], where


async def fits(seat: Seat, where: str, buttons: Sequence[str]) -> None:
    """At both sizes nothing is wider than the panel, and those buttons can be reached."""
    for width, height in SIZES:
        await seat.page.evaluate(
            "([w, h]) => Object.assign(document.querySelector('iframe').style, "
            "{ position: 'fixed', left: '0', top: '0', zIndex: '9999', width: w + 'px', height: h + 'px' })",
            [width, height],
        )
        frame = await frame_of(seat)
        await frame.wait_for_function("(w) => innerWidth === w", arg=width)
        assert await frame.evaluate(TOO_WIDE) == [], f"{where} at {width} x {height}"
        for name in buttons:
            await seat.button(name).click(trial=True)


ENGLISH = {"answer": "Answer", "decline": "Decline", "hold": "Hold", "end": "End", "done": "Done"}
ENGLISH |= {"consult": "Transfer / conference", "new": "New", "free": "Available"}
DUTCH = {"answer": "Beantwoorden", "decline": "Weigeren", "hold": "In wachtstand", "end": "Beëindigen", "done": "Klaar"}
DUTCH |= {"consult": "Doorschakelen/conferentie", "new": "Nieuw", "free": "Beschikbaar"}


@pytest.mark.parametrize(("locale", "words"), [("en-US", ENGLISH), ("nl-NL", DUTCH)], ids=["english", "dutch"])
async def test_nothing_is_cut_off_at_any_size(product: Product, desk: Desk, locale: str, words: dict[str, str]) -> None:
    sam = await desk.sit_down(available=False, locale=locale, viewport={"width": 1920, "height": 900})
    await sam.choose_state(words["free"])
    await fits(sam, "idle", [words["new"]])
    await product.ring(MIA)
    await expect(sam.button(words["answer"])).to_be_visible()
    await fits(sam, "offered", [words["answer"], words["decline"]])
    await sam.button(words["answer"]).click()
    await expect(sam.button(words["hold"])).to_be_enabled()
    await fits(sam, "live", [words["hold"], words["end"], words["consult"]])
    await sam.button(words["consult"]).click()
    await expect(sam.panel.get_by_role("tab").first).to_be_visible()
    await fits(sam, "chooser", [words["end"]])
    await sam.button(words["consult"]).click()
    await sam.button(words["end"]).click()
    await expect(sam.button(words["done"])).to_be_visible()
    await fits(sam, "wrap-up", [words["done"]])


async def test_axe_finds_nothing_in_one_call(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    sam = await desk.sit_down()
    await nothing_found(sam, "idle")
    await product.ring(MIA)
    await expect(sam.button("Answer")).to_be_visible()
    await nothing_found(sam, "offered")
    await sam.answer()
    await sam.show_details()
    await nothing_found(sam, "live, details open")
    await sam.open_consult("Agents")
    await expect(sam.panel.get_by_role("tabpanel")).to_contain_text("Jonas Weber")
    await nothing_found(sam, "chooser")
    await sam.button("Transfer / conference").click()
    await sam.ask("Agents", "Jonas Weber")
    await jonas.button("Answer").click()
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true")
    for seat in (sam, jonas):
        await nothing_found(seat, "consult")
    await sam.button("Merge").click()
    await expect(sam.button("Leave")).to_be_visible()
    await nothing_found(sam, "conference")
    await sam.button("Leave").click()
    await expect(sam.button("Done")).to_be_visible()
    await nothing_found(sam, "wrap-up")
    await product.task(lambda task: True, "of the call")


async def test_axe_finds_nothing_in_two_calls(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await product.ring(WHITFIELDS)
    await sam.answer()
    await expect(sam.panel.get_by_role("radiogroup", name="Who is calling?")).to_be_visible()
    await nothing_found(sam, "who is calling")
    await sam.dial("4155550188", "Sales")
    await nothing_found(sam, "offer to hold")
    await sam.panel.get_by_role("alertdialog").get_by_role("button", name="Hold and call").click()
    await expect(sam.card("Rosa Martínez")).to_contain_text("Connected", timeout=15_000)
    await nothing_found(sam, "two calls")
    await sam.button("Transfer").click()
    for kind in ("Outbound", "Inbound"):
        await product.task(lambda task, kind=kind: task["CallType"] == kind, "of the call")  # type: ignore[misc]
