"""The live transcript of the whole product: voices on telephones, a real Asterisk, the recognizer, the panel."""

import os
import re
import signal
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Seat
from tests.live.speaking import Speaking, speaking

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
BILL = "charge|invoice|dollar|forty|offer"
"""Words that only `customer-2` says."""

PATIENCE_MS = 45_000
"""A sentence is up to seven seconds long, and the machine has the tests beside it to do."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Speaking]:
    """The running product, whose connector makes text of what it hears."""
    async with speaking(tmp_path_factory, needs) as product:
        yield product


def lines(place: Locator, who: str, words: str) -> Locator:
    """Those of that party with such words."""
    return place.get_by_role("listitem").filter(has_text=who).filter(has_text=re.compile(words, re.IGNORECASE))


async def talking(product: Speaking, desk: Desk) -> tuple[Seat, Locator]:
    """Sam talks to Mia, and has the Conversation in view."""
    sam = await desk.sit_down()
    await product.ring(MIA)
    await expect(sam.button("Hold")).to_be_enabled()
    panel = sam.panel.get_by_role("region", name="Conversation")
    await expect(panel).to_contain_text("Nothing has been said yet.")
    return sam, panel


async def over(product: Speaking, sam: Seat, panel: Locator) -> None:
    """The call ends, and nothing of it is left."""
    await sam.press("End")
    await expect(panel.get_by_role("listitem")).to_have_count(0)
    await sam.wrap_up("Resolved")
    await product.all_gone()


async def test_what_is_said_is_read_along_and_comes_back_when_the_recognizer_was_killed(
    product: Speaking, desk: Desk
) -> None:
    sam, panel = await talking(product, desk)
    await product.say("customer", "customer-1")
    await product.say("sam", "agent")
    await expect(lines(panel, "Mia Chen", "order").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(lines(panel, "You", "call|order|morning|tomorrow").first).to_be_visible(timeout=PATIENCE_MS)

    os.kill(product.recognizer(), signal.SIGKILL)
    await expect(panel).to_contain_text("Interrupted", timeout=PATIENCE_MS)
    await expect(panel).not_to_contain_text("Interrupted", timeout=PATIENCE_MS)
    await expect(sam.button("Hold")).to_be_enabled()
    before = await panel.get_by_role("listitem").count()
    await product.say("customer", "customer-1")
    await expect(panel.get_by_role("listitem").nth(before)).to_be_visible(timeout=PATIENCE_MS)

    await over(product, sam, panel)


@pytest.mark.parametrize(("begin", "end"), [("Hold", "Resume"), ("Mask", "Unmask")])
async def test_what_is_said_in_a_pause_is_never_read(product: Speaking, desk: Desk, begin: str, end: str) -> None:
    sam, panel = await talking(product, desk)
    bill = lines(panel, "Mia Chen", BILL)
    await product.say_all("customer", "customer-2")
    await expect(bill.first).to_be_visible(timeout=PATIENCE_MS)
    await sam.press(begin)
    await expect(sam.button(end)).to_be_enabled()
    before = await bill.count()
    await product.say_all("customer", "customer-2")
    await sam.press(end)
    await expect(sam.button(begin)).to_be_enabled()
    await product.say("customer", "customer-1")
    await expect(lines(panel, "Mia Chen", "order").first).to_be_visible(timeout=PATIENCE_MS)
    assert await bill.count() == before
    await over(product, sam, panel)
