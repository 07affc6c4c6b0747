"""Who hears whom, through the panel in a browser, on a real Asterisk: each party sends a tone, and what each receives
is analysed."""

from itertools import groupby

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.test_recordings import PLAYED, opened
from tests.live.listening import FRAME_MS, heard, samples_of, silent
from tests.live.whole import TONE, ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"


async def talking(product: ProductOnAsterisk, desk: Desk) -> Seat:
    """Sam has lifted the phone, and talks to Mia."""
    sam = await desk.sit_down()
    await product.ring(MIA)
    await product.party("sam")
    await expect(sam.button("Hold")).to_be_enabled()
    await product.hear(customer=["sam"], sam=["customer"])
    return sam


async def test_a_call_with_hold_and_mute(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await talking(product, desk)
    await sam.press("Hold")
    await expect(sam.button("Resume")).to_be_visible()
    await product.hear(customer=[], sam=[])
    await sam.press("Resume")
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("Mute")
    await product.hear(customer=[], sam=["customer"])
    await sam.press("Unmute")
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("End")
    await sam.wrap_up("Resolved")
    await product.all_gone()
    await product.only_tasks(1)


async def with_jonas(product: ProductOnAsterisk, desk: Desk) -> tuple[Seat, Seat]:
    """Sam has asked Jonas, who has lifted the phone; Mia is on hold and hears neither."""
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    sam = await talking(product, desk)
    await sam.ask("Agents", "Jonas Weber")
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true")
    await product.hear(customer=[], sam=["jonas"], jonas=["sam"])
    return sam, jonas


async def test_after_a_transfer_the_other_two_talk_and_the_agent_is_free(
    product: ProductOnAsterisk, desk: Desk
) -> None:
    sam, jonas = await with_jonas(product, desk)
    await sam.press("Transfer")
    await product.free("sam")
    await product.hear(customer=["jonas"], jonas=["customer"])
    await sam.wrap_up("Resolved")
    await jonas.press("End")
    await jonas.wrap_up("Resolved")
    await product.all_gone()
    await product.only_tasks(2)


async def test_swapping_and_a_conference_of_three_that_becomes_two(product: ProductOnAsterisk, desk: Desk) -> None:
    sam, jonas = await with_jonas(product, desk)
    await sam.press("Swap")
    await product.hear(customer=["sam"], sam=["customer"], jonas=[])
    await sam.press("Merge")
    await product.hear(customer=["sam", "jonas"], sam=["customer", "jonas"], jonas=["customer", "sam"])
    await jonas.press("Leave")
    await product.free("jonas")
    await product.hear(customer=["sam"], sam=["customer"])
    await sam.press("Hold")
    await product.hear(customer=[], sam=[])
    await sam.press("Resume")
    await product.hear(customer=["sam"], sam=["customer"])


async def test_in_a_conference_of_five_all_hear_all(product: ProductOnAsterisk, desk: Desk) -> None:
    product.numbers = {"+14155550190": "outside", "+14155550191": "second"}
    sam, _ = await with_jonas(product, desk)
    await sam.press("Merge")
    everybody = ["customer", "sam", "jonas"]
    for number, name in product.numbers.items():
        await expect(sam.shown("Conference")).to_be_visible()
        await sam.open_consult("Keypad")
        await sam.panel.get_by_role("textbox", name="Phone number").fill(number)
        await sam.page.keyboard.press("Enter")
        await product.party(name)
        others = [one for one in everybody if one not in ("sam", "customer")]
        await product.hear(**{name: ["sam"]}, sam=[name], customer=others)
        await sam.press("Merge")
        everybody.append(name)
        await product.hear(**{one: [other for other in everybody if other != one] for one in everybody})
    await sam.press("Leave")
    await product.free("sam")
    everybody.remove("sam")
    await product.hear(**{one: [other for other in everybody if other != one] for one in everybody})


async def test_keys_go_both_ways(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await talking(product, desk)
    await sam.button("Keypad").click()
    await sam.page.keyboard.type("12#")
    await product.pressed("customer", "12#")
    await product.network.press((await product.party("customer")).channel, "9*")
    await product.pressed("sam", "9*")


async def test_the_recording_is_silent_while_masked_and_on_hold_and_keeps_its_length(
    product: ProductOnAsterisk, desk: Desk
) -> None:
    sam = await talking(product, desk)
    await sam.press("Record")
    await expect(sam.button("Stop recording")).to_be_visible()
    both = {"customer": ["sam"], "sam": ["customer"]}
    await product.hear(800, **both)
    await sam.press("Mask")
    await expect(sam.button("Unmask")).to_be_visible()
    await product.hear(1_000, **both)
    await sam.press("Unmask")
    await expect(sam.button("Mask")).to_be_visible()
    await product.hear(800, **both)
    await sam.press("Hold")
    await product.hear(1_000, customer=[], sam=[])
    await sam.press("Resume")
    await product.hear(800, **both)
    await sam.press("Stop recording")
    await expect(sam.button("Record")).to_be_visible()
    (file,) = (product.world.pbx.folder / "spool" / "recording").rglob("*.wav")
    samples = samples_of(file.read_bytes())
    wanted = frozenset({TONE["customer"], TONE["sam"]})
    seen = ["both" if tones == wanted else "silence" if still else "" for tones, still in told(samples)]
    runs = [(what, len(list(run)) * FRAME_MS) for what, run in groupby(filter(None, seen))]
    assert [what for what, _ in runs] == ["both", "silence", "both", "silence", "both"], runs
    assert all(length >= 700 for _, length in runs), runs


async def test_what_was_recorded_is_heard_from_its_task(product: ProductOnAsterisk, desk: Desk) -> None:
    sam = await talking(product, desk)
    await sam.press("Record")
    await expect(sam.button("Stop recording")).to_be_visible()
    await product.hear(800, customer=["sam"], sam=["customer"])
    await sam.press("End")
    await sam.wrap_up()
    task = await product.task(lambda task: task["Phone_Recording__c"], "a Task with a link to what was recorded")
    page = await opened(desk, product, "sam", str(task["Id"]))
    player = page.locator("audio")
    await expect(player).to_have_count(1)
    assert await player.evaluate(PLAYED) >= 0.8


def told(samples: list[int]) -> list[tuple[frozenset[int], bool]]:
    return list(zip(heard(samples), silent(samples), strict=True))
