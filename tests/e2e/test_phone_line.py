"""A phone that has to be lifted, and one that is kept connected between calls, seen in the panel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
PHONE = "2041"
PICK_UP = "Pick up your phone."
KEEP = "Keep my phone connected"


@asynccontextmanager
async def sam_at_a_phone_to_lift(product: Product, desk: Desk) -> AsyncIterator[Seat]:
    """Sam, whose phone has to be lifted; afterwards it takes calls by itself again."""
    phone = {"fault": "phone", "device": PHONE, "ready": True}
    await product.switch("faults", {**phone, "lifted": True})
    try:
        yield await desk.sit_down()
    finally:
        await product.switch("hangup", {"device": PHONE})
        await product.switch("faults", phone)


async def lift(product: Product) -> None:
    """Whoever has Sam's phone lifts it as soon as it rings, which is a moment after the panel says so."""
    async with asyncio.timeout(5):
        while True:
            for leg in await product.calls():
                if leg["number"] == PHONE and leg["state"] == "RINGING":
                    await product.switch("lift", {"leg": leg["leg"]})
                    return
            # The switch is another process: there is no event to wait for, only the next look.
            await asyncio.sleep(0.02)


async def keep(sam: Seat) -> None:
    """Sam chooses whether the phone is kept connected."""
    await sam.panel.locator('[data-menu="status"]').click()
    await sam.panel.get_by_role("menuitemcheckbox", name=KEEP).click()


async def test_lifting_the_phone_is_the_answer_and_the_panel_says_so(product: Product, desk: Desk) -> None:
    async with sam_at_a_phone_to_lift(product, desk) as sam:
        await product.ring(MIA)
        await expect(sam.button("Answer")).to_have_attribute("aria-disabled", "true")
        await expect(sam.panel.get_by_text(PICK_UP, exact=True)).to_be_visible()
        await lift(product)
        await expect(sam.button("Hold")).to_be_enabled()
        await sam.press("End")
        await sam.wrap_up("Resolved")
        await product.only_tasks(1)


async def test_a_phone_that_is_kept_connected_is_answered_in_the_panel(product: Product, desk: Desk) -> None:
    async with sam_at_a_phone_to_lift(product, desk) as sam:
        await keep(sam)
        await product.ring(MIA)
        await sam.press("Answer")
        await expect(sam.button("Hold")).to_be_enabled()
        await sam.press("End")
        await sam.wrap_up("Resolved")
        await keep(sam)
        await product.ring(MIA)
        await expect(sam.panel.get_by_text(PICK_UP, exact=True)).to_be_visible()
        await lift(product)
        await expect(sam.button("Hold")).to_be_enabled()
