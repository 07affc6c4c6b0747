"""The demo's live transcript on the simulated switch: what is prepared to be said, the recognizer, the panel."""

import re
import sys
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from connector.sandbox.demo import Demo, ports
from tests.e2e.desk import Desk
from tests.e2e.product import ANY_PORT, Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
PATIENCE_MS = 45_000
"""They speak as fast as people do, and the machine has the tests beside it to do."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A running demo with the embedded recognizer, as `make demo` has it."""
    needs("panel")
    speech = needs("speech")
    folder = tmp_path_factory.mktemp("prepared")
    demo = Demo(folder, ports(ANY_PORT), customers=False, directory_every_s=2, transcript=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", speech)
        try:
            await demo.start()
            async with aiohttp.ClientSession() as http:
                yield Product(demo, http)
        finally:
            await demo.stop()


def lines(place: Locator, who: str, words: str) -> Locator:
    """Those of that party with such words."""
    return place.get_by_role("listitem").filter(has_text=who).filter(has_text=re.compile(words, re.IGNORECASE))


async def read(place: Locator, who: str, words: str) -> None:
    """Such a line is there, or comes."""
    await expect(lines(place, who, words).first).to_be_visible(timeout=PATIENCE_MS)


async def test_a_call_of_the_demo_is_read_along_stops_on_hold_and_is_gone_at_its_end(
    product: Product, desk: Desk
) -> None:
    sam = await desk.sit_down()
    panel = sam.panel.get_by_role("region", name="Conversation")
    await product.ring(MIA)
    await sam.press("Answer")
    await expect(panel).to_contain_text("Nothing has been said yet.")
    await read(panel, "You", "thank you for calling|how can I help")
    await read(panel, "Mia Chen", "internet connection|since Monday")
    await read(panel, "You", "account number")
    assert await lines(panel, "You", "since Monday").count() == 0
    assert await lines(panel, "Mia Chen", "how can I help").count() == 0
    await read(panel, "Mia Chen", "seven|4729")

    await sam.press("Hold")
    await expect(panel).to_contain_text("On hold since")
    shown = await panel.get_by_role("listitem").locator(".cv-text").all_inner_texts()
    # As long as it takes to say a line, during which nobody does: that nothing comes has no event to wait for.
    await sam.page.wait_for_timeout(4_000)
    assert await panel.get_by_role("listitem").locator(".cv-text").all_inner_texts() == shown
    await sam.press("Resume")
    await expect(panel).to_contain_text(re.compile(r"On hold · \d"))
    await read(panel, "You", "found your account|test the line")
    await sam.press("End")
    await expect(panel.get_by_role("listitem")).to_have_count(0)
    await sam.wrap_up("Resolved")


async def test_the_settings_of_the_demo_are_right(
    product: Product, needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, needs("speech")])
    from connector.config import read as read_settings
    from connector.configured import try_transcript

    found = await try_transcript(read_settings(product.demo.config, {}))
    assert [(one.ok, one.hint) for one in found] == [(True, False), (True, True)]
    assert "prepared sentences" in found[1].what
