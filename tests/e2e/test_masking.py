"""Masked is only what the switch has confirmed, with a switch that refuses, keeps silent or is late."""

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
REFUSES = {"fault": "refuse", "ask": "SetRecording"}
KEEPS_SILENT = {"fault": "silent", "ask": "SetRecording"}

WATCH = """() => {
  const look = () => { globalThis.saidMasked ||= Boolean(document.querySelector(".pp-mask")); };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


def masked(seat: Seat) -> Locator:
    """The banner that says so."""
    return seat.panel.get_by_text("MASKED", exact=True)


async def recorded(product: Product, desk: Desk) -> Seat:
    """Sam talks to Mia, and is recorded."""
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    await sam.button("Record").click()
    await expect(sam.button("Stop recording")).to_be_visible()
    return sam


@pytest.mark.parametrize("fault", [REFUSES, KEEPS_SILENT], ids=["refused", "silence"])
async def test_a_mask_that_is_not_confirmed_is_an_alarm(product: Product, desk: Desk, fault: dict[str, str]) -> None:
    sam = await recorded(product, desk)
    main = sam.panel.locator("main")
    await main.evaluate(WATCH)
    await product.switch("faults", fault)
    await sam.button("Mask").click()
    alarm = sam.panel.get_by_role("group", name="NOT masked")
    await expect(alarm).to_contain_text("The recording can hear everything.", timeout=15_000)
    await expect(sam.panel.get_by_role("alert")).to_contain_text("NOT masked. The recording can hear everything.")
    await expect(sam.button("Stop recording")).to_be_visible()
    assert await main.evaluate("() => globalThis.saidMasked") is False
    await alarm.get_by_role("button", name="Try again").click()
    await expect(masked(sam)).to_be_visible()
    await expect(alarm).to_have_count(0)


async def test_a_mask_keeps_its_digits_through_a_hold_reminds_and_is_off_at_the_end(
    product: Product, desk: Desk
) -> None:
    async with product.setting("Mask_Reminder_Seconds", "60", "5"):
        sam = await recorded(product, desk)
        await sam.button("Mask").click()
        await expect(masked(sam)).to_be_visible()
        await expect(sam.shown("Reminder at 0:05. Masking ends with the call.")).to_be_visible()
        await sam.button("Keypad").click()
        await sam.page.keyboard.type("4471")
        await expect(sam.panel.get_by_label("Digits sent")).to_have_text("")
        await sam.button("Keypad").click()
        await sam.button("Hold").click()
        await expect(sam.card("Mia Chen")).to_contain_text("On hold")
        await expect(masked(sam)).to_be_visible()
        await expect(sam.panel.get_by_role("status").last).to_contain_text("Masked for 0:05", timeout=15_000)
        await sam.button("Resume").click()
        await expect(sam.button("Unmask")).to_be_enabled()
        await sam.button("End").click()
        await expect(sam.button("Done")).to_be_visible()
        await expect(masked(sam)).to_have_count(0)
    await product.only_tasks(1)
    assert "4471" not in str(product.tasks())


async def test_a_crash_keeps_the_mask(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("WebSocket connection",)
    sam = await recorded(product, desk)
    await sam.button("Mask").click()
    await expect(masked(sam)).to_be_visible()
    await sam.show_details()
    await product.restart_connector_after(sam.lost_connection_seen())
    await expect(sam.shown("Connection lost. Your call goes on.")).to_be_hidden(timeout=20_000)
    await expect(masked(sam)).to_be_visible()
    await expect(sam.button("Unmask")).to_be_enabled()
    await sam.button("Unmask").click()
    await expect(sam.button("Stop recording")).to_be_visible()


async def test_nobody_is_merged_or_given_the_customer_while_masked(product: Product, desk: Desk) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    sam = await recorded(product, desk)
    await sam.button("Mask").click()
    await expect(masked(sam)).to_be_visible()
    await sam.ask("Agents", "Jonas Weber")
    await jonas.button("Answer").click()
    await expect(sam.card("Jonas Weber")).to_contain_text("Connected")
    await expect(sam.shown("Unmask first.")).to_be_visible()
    for button in ("Merge", "Transfer"):
        await expect(sam.button(button)).to_have_attribute("aria-disabled", "true")
    await sam.button("Abandon").click()
    await sam.button("Resume").click()
    await sam.button("Unmask").click()
    await expect(masked(sam)).to_have_count(0)
    await sam.ask("Agents", "Jonas Weber")
    await jonas.button("Answer").click()
    for button in ("Merge", "Transfer"):
        await expect(sam.button(button)).not_to_have_attribute("aria-disabled", "true")


async def test_where_the_skill_says_always_there_is_only_the_mask(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen", skill="Billing")
    await expect(sam.card("Mia Chen")).to_contain_text("Rec")
    await expect(sam.button("Record")).to_have_attribute("aria-disabled", "true")
    await sam.button("Record").click(force=True)
    await expect(sam.shown("always recorded")).to_be_visible()
    await sam.button("Mask").click()
    await expect(masked(sam)).to_be_visible()
    await sam.button("Unmask").click()
    await expect(masked(sam)).to_have_count(0)
