"""A phone that is kept connected, on a real Asterisk, through the panel in a browser."""

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.test_phone_line import PICK_UP, keep
from tests.live.test_audio import MIA
from tests.live.whole import ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_answer_in_the_panel_is_enough_and_the_phone_stays(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await desk.sit_down()
    await keep(sam)
    try:
        await product.party("sam")
        for _ in range(2):
            await product.ring(MIA)
            await sam.press("Answer")
            await expect(sam.button("Hold")).to_be_enabled()
            await product.hear(customer=["sam"], sam=["customer"])
            await sam.press("End")
            await sam.wrap_up("Resolved")
            await product.hear(sam=[])
            del product.parties["customer"]
    finally:
        await keep(sam)
    await product.free("sam")
    await product.all_gone()
    await product.only_tasks(2)


async def test_the_phone_s_own_transfer_passes_the_customer_on(product: ProductOnAsterisk, desk: Desk) -> None:
    """The line goes on, until the phone ends it as most do after a transfer; then the next call rings."""
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    sam = await desk.sit_down()
    await keep(sam)
    own = (await product.party("sam")).channel
    for _ in range(2):
        await product.ring(MIA)
        await sam.press("Answer")
        await product.hear(customer=["sam"], sam=["customer"])
        await product.network.refer(own, "2042")
        await product.hear(customer=["jonas"], jonas=["customer"], sam=[])
        await sam.wrap_up("Resolved")
        await jonas.press("End")
        await jonas.wrap_up("Resolved")
        del product.parties["customer"], product.parties["jonas"]
    await product.hang_up("sam")
    product.stays_down.add("sam")
    await product.ring(MIA)
    await expect(sam.panel.get_by_text(PICK_UP, exact=True)).to_be_visible()
    await product.lift("sam")
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("End")
    await sam.wrap_up("Resolved")
    await keep(sam)
    await product.all_gone()
    await product.only_tasks(5)
