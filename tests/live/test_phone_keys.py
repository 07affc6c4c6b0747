"""An agent's phone on a real Asterisk: what its own keys do, and what others hear meanwhile."""

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.live.test_audio import MIA, talking, with_jonas
from tests.live.whole import ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def holds(product: ProductOnAsterisk, name: str, *, on: bool) -> None:
    """Somebody presses the hold key of their phone, or takes the call back."""
    await product.network.hold((await product.party(name)).channel, on=on)


async def hears_music(product: ProductOnAsterisk, name: str) -> None:
    """One of the chords is heard, and none of the parties."""
    await (await product.party(name)).ear.until_music()


async def test_the_phone_s_hold_is_a_hold_with_music(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await talking(product, desk)
    await holds(product, "sam", on=True)
    await expect(sam.button("Resume")).to_be_visible()
    await hears_music(product, "customer")
    await product.hear(customer=[])
    await holds(product, "sam", on=False)
    await expect(sam.button("Hold")).to_be_visible()
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("End")
    await sam.wrap_up("Resolved")


async def test_in_a_conference_the_phone_s_hold_silences_that_leg_and_plays_nothing(
    product: ProductOnAsterisk, desk: Desk
) -> None:
    sam, _ = await with_jonas(product, desk)
    await sam.press("Merge")
    await product.hear(customer=["sam", "jonas"], jonas=["customer", "sam"])
    await holds(product, "sam", on=True)
    await expect(sam.button("Unmute")).to_be_visible()
    await product.hear(customer=["jonas"], jonas=["customer"])
    await product.hear(1_000, customer=["jonas"], jonas=["customer"])
    for name in ("customer", "jonas"):
        assert not any((await product.party(name)).ear.music(1_000)), "Asterisk plays music into the conference"
    await holds(product, "sam", on=False)
    await expect(sam.button("Mute")).to_be_visible()
    await product.hear(customer=["sam", "jonas"], jonas=["customer", "sam"])


async def test_who_hangs_up_with_the_customer_on_hold_is_rung_again(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await talking(product, desk)
    await sam.press("Hold")
    await expect(sam.button("Resume")).to_be_visible()
    await hears_music(product, "customer")
    product.stays_down.add("sam")
    await product.hang_up("sam")
    await expect(sam.panel.get_by_text("it rings again").first).to_be_visible()
    await hears_music(product, "customer")
    await product.lift("sam")
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("End")
    await sam.wrap_up("Resolved")
    await product.all_gone()
    await product.only_tasks(1)


async def test_one_who_does_not_want_them_back_leaves_them_to_the_next_agent(
    product: ProductOnAsterisk, desk: Desk
) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    sam = await talking(product, desk)
    await sam.press("Hold")
    await expect(sam.button("Resume")).to_be_visible()
    product.stays_down.add("sam")
    await product.hang_up("sam")
    await expect(sam.panel.get_by_text("it rings again").first).to_be_visible()
    await product.decline("sam")
    await sam.wrap_up("Resolved")
    await hears_music(product, "customer")
    await jonas.pick_state("Available")
    await product.hear(customer=["jonas"], jonas=["customer"])
    await jonas.press("End")
    await jonas.wrap_up("Resolved")
    await product.all_gone()
    await product.only_tasks(2)


async def test_the_phone_s_transfer_is_under_the_panel_s_rules(product: ProductOnAsterisk, desk: Desk) -> None:
    """To a colleague who is logged out it is refused, and all goes on; to one who is there it is one."""
    sam = await talking(product, desk)
    channel = (await product.party("sam")).channel
    await product.network.refer(channel, "2042")
    await expect(sam.panel.get_by_text("Transfer did not work").first).to_be_visible()
    await product.hear(customer=["sam"], sam=["customer"])
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    await product.network.refer(channel, "2042")
    await product.hear(customer=["jonas"], jonas=["customer"])
    await product.free("sam")
    await sam.wrap_up("Resolved")
    await jonas.press("End")
    await jonas.wrap_up("Resolved")
    await product.all_gone()
    await product.only_tasks(2)


async def test_two_calls_are_put_through_by_the_phone(product: ProductOnAsterisk, desk: Desk) -> None:
    product.numbers = {"+14155550190": "second"}
    sam = await talking(product, desk)
    first = (await product.party("sam")).channel
    await sam.press("Hold")
    await expect(sam.button("Resume")).to_be_visible()
    del product.parties["sam"]
    await sam.dial("+14155550190", "Support_EN")
    await product.hear(second=["sam"], sam=["second"], customer=[])
    await product.network.refer(first, "", (await product.party("sam")).channel)
    await product.hear(customer=["second"], second=["customer"])
    await product.free("sam")
    assert first not in await product.network.channels()


async def test_who_waits_hears_music_while_the_call_still_rings(product: ProductOnAsterisk, desk: Desk) -> None:
    channel = await product.ring(MIA)
    ear = await product.network.listen(channel)
    await ear.until_music(within=15)
    (caller,) = await product.world.all("channels")
    assert caller["state"] == "Ring"
    sam = await desk.sit_down(available=False)
    await sam.pick_state("Available")
    await expect(sam.button("Hold")).to_be_enabled()
    await product.hear(1_000, customer=["sam"], sam=["customer"])
    assert not any((await product.party("customer")).ear.music(1_000))
