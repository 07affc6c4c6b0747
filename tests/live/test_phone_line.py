"""A phone that is kept connected, on a real Asterisk, through the panel in a browser."""

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.test_phone_line import keep
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
