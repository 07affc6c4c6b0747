"""What was recorded is heard from the link in its Task: by its agent, by supervisors, and by nobody else."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import Desk
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
PLAYED = """(audio) => new Promise((done) => {
  audio.muted = true;
  audio.addEventListener("ended", () => done(audio.duration));
  audio.addEventListener("error", () => done(-1));
  audio.play();
})"""
"""How long it is, in seconds, once it has been played to its end."""


async def opened(desk: Desk, product: Product, user: str, task: str) -> Page:
    """What that user sees who follows the link in the Task."""
    seat = await desk.sit_down(user, available=False)
    await seat.page.goto(f"{product.demo.console}/lightning/r/Task/{task}/view")
    link = seat.page.locator("[data-field=Phone_Recording__c] a")
    async with seat.page.context.expect_page() as opening:
        await link.click()
    page = await opening.value
    await page.wait_for_load_state()
    return page


async def recorded(product: Product, desk: Desk) -> str:
    """Sam has talked to Mia, and stopped and started the recording; the Task's id."""
    sam = await desk.sit_down()
    await sam.talk_to(MIA, "Mia Chen")
    for _ in range(2):
        await sam.button("Record").click()
        await expect(sam.button("Stop recording")).to_be_enabled()
        await sam.button("Stop recording").click()
        await expect(sam.button("Record")).to_be_enabled()
    await sam.button("End").click()
    await sam.wrap_up()
    task = await product.task(lambda task: task["Phone_Recording__c"], "a Task with a link to what was recorded")
    return str(task["Id"])


async def test_its_agent_hears_it_from_the_task(product: Product, desk: Desk) -> None:
    task = await recorded(product, desk)
    page = await opened(desk, product, "sam", task)
    await expect(page.get_by_role("heading", name="Call recordings")).to_be_visible()
    players = page.locator("audio")
    await expect(players).to_have_count(2)
    assert await players.first.evaluate(PLAYED) > 0
    again = await page.context.new_page()
    await again.goto(page.url)
    await expect(again.locator("audio")).to_have_count(2)


async def test_a_supervisor_hears_it_and_a_colleague_does_not(product: Product, desk: Desk) -> None:
    task = await recorded(product, desk)
    page = await opened(desk, product, "priya", task)
    await expect(page.locator("audio")).to_have_count(2)
    page = await opened(desk, product, "jonas", task)
    await expect(page.get_by_text("There is no recording here that you can listen to.")).to_be_visible()
    await expect(page.locator("audio")).to_have_count(0)


async def test_the_bare_link_leads_through_the_sign_in(product: Product, desk: Desk) -> None:
    task = await recorded(product, desk)
    link = str((await product.task(lambda row: row["Id"] == task, "the Task"))["Phone_Recording__c"])
    page = await desk.open_page(link)
    await page.get_by_role("button", name="Sam Rivera").click()
    await expect(page.locator("audio")).to_have_count(2)
    assert page.url == link
    assert await page.locator("audio").first.evaluate(PLAYED) > 0


async def test_who_signs_in_hears_no_more_than_before(product: Product, desk: Desk) -> None:
    desk.expected_troubles = ("404",)
    task = await recorded(product, desk)
    link = str((await product.task(lambda row: row["Id"] == task, "the Task"))["Phone_Recording__c"])
    page = await desk.open_page(link)
    await page.get_by_role("button", name="Jonas Weber").click()
    await expect(page.get_by_text("There is no recording here that you can listen to.")).to_be_visible()
    page = await desk.open_page(link)
    await page.get_by_role("button", name="Priya Nair").click()
    await expect(page.locator("audio")).to_have_count(2)
