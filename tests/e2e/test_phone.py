"""What an agent does on the phone itself, seen in the panel."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
PHONE = "2041"
RINGS_AGAIN = "Your phone was hung up while the customer was on hold: it rings again."


async def on_hold(product: Product, desk: Desk) -> Seat:
    """Sam has Mia on hold."""
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.press("Hold")
    await expect(sam.button("Resume")).to_be_visible()
    return sam


async def leg_of(product: Product) -> str:
    """The leg of Sam's phone."""
    found: str = next(leg["leg"] for leg in await product.calls() if leg["number"] == PHONE)
    return found


async def rings(product: Product) -> None:
    """Returns when Sam's phone, which was hung up, rings: the panel tells of it when that is asked for."""
    async with asyncio.timeout(10):
        while True:
            if any(leg["number"] == PHONE for leg in await product.calls()):
                return
            await asyncio.sleep(0.05)  # another process: there is no event to wait for


async def test_the_phone_s_own_hold_is_shown_and_taken_back(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    leg = await leg_of(product)
    await product.switch("phones", {"leg": leg, "does": "hold"})
    await expect(sam.button("Resume")).to_be_visible()
    await product.switch("phones", {"leg": leg, "does": "resume"})
    await expect(sam.button("Hold")).to_be_visible()


async def test_the_phone_s_own_transfer_that_is_not_allowed_says_why(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await product.switch("phones", {"leg": await leg_of(product), "does": "transfer", "to": "2042"})
    await expect(sam.panel.get_by_text("Transfer did not work").first).to_be_visible()
    await expect(sam.button("Hold")).to_be_enabled()


async def test_who_hangs_up_with_the_customer_on_hold_has_them_back(product: Product, desk: Desk) -> None:
    sam = await on_hold(product, desk)
    await product.switch("hangup", {"device": PHONE})
    await expect(sam.panel.get_by_text(RINGS_AGAIN, exact=True)).to_be_visible()
    await sam.press("Resume")
    await expect(sam.button("Hold")).to_be_visible()
    await expect(sam.panel.get_by_text(RINGS_AGAIN, exact=True)).to_have_count(0)
    await sam.press("End")
    await sam.wrap_up("Resolved")
    await product.only_tasks(1)


async def test_who_does_not_want_them_back_may_end_the_call(product: Product, desk: Desk) -> None:
    sam = await on_hold(product, desk)
    await product.switch("hangup", {"device": PHONE})
    await expect(sam.panel.get_by_text(RINGS_AGAIN, exact=True)).to_be_visible()
    await sam.press("End")
    await sam.wrap_up("Resolved")
    assert await product.calls() == []


async def test_who_does_not_lift_it_leaves_them_to_the_next_agent(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    sam = await on_hold(product, desk)
    await product.switch("hangup", {"device": PHONE})
    await expect(sam.panel.get_by_text(RINGS_AGAIN, exact=True)).to_be_visible()
    await rings(product)
    await product.switch("hangup", {"device": PHONE})
    await sam.wrap_up("Resolved")
    await jonas.pick_state("Available")
    await jonas.answer()
    await jonas.press("End")
    await jonas.wrap_up("Resolved")
    await product.only_tasks(2)
