"""The Conversation in the panel and beside the record, in a browser: shown while the call lasts, and nowhere kept."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from connector.sandbox.demo import Demo, ports
from tests.e2e.desk import DUTCH, Desk, Seat
from tests.e2e.product import ANY_PORT, Product
from tests.e2e.spoken_connector import SOCKET
from tests.e2e.test_panel_sizes import WIDE, fits, frame_of, nothing_found

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
RARE = "quetzalcoatl"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A running demo whose connector can hear."""
    needs("panel")
    folder = tmp_path_factory.mktemp("spoken")
    demo = Demo(folder, ports(ANY_PORT), customers=False, directory_every_s=2, connector="tests.e2e.spoken_connector")
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


class Talk:
    """Sam's call with Mia, in which people say what they are told to."""

    def __init__(self, product: Product, seat: Seat, http: aiohttp.ClientSession) -> None:
        self.product = product
        self.seat = seat
        self._http = http
        self._legs: dict[str, str] = {}

    @property
    def panel(self) -> Locator:
        """The section in the panel."""
        return self.seat.panel.get_by_role("region", name=self.seat.word("Conversation"))

    @property
    def window(self) -> Locator:
        """The component beside the record."""
        return self.seat.page.get_by_role("region", name=self.seat.word("Conversation"))

    @property
    def places(self) -> tuple[Locator, Locator]:
        return self.panel, self.window

    async def ask(self, path: str, body: dict[str, Any]) -> Any:
        async with self._http.post(f"http://speech/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def reached(self) -> list[str]:
        """What the recognizer was given so far."""
        async with self._http.get("http://speech/reached") as answer:
            return list(await answer.json())

    async def leg(self, role: str) -> str:
        if role not in self._legs:
            self._legs |= {leg["role"]: leg["leg"] for leg in await self.product.calls()}
        return self._legs[role]

    async def say(self, role: str, text: str, final: bool = True, *, heard: bool = True) -> None:
        """That party says it, and is listened to, or is not."""
        body = {"leg": await self.leg(role), "text": text, "final": final}
        async with asyncio.timeout(10):
            while True:
                if await self.ask("say", body) is heard:
                    return
                # The connector is another process: there is no event to wait for, only the next try.
                await asyncio.sleep(0.05)

    async def mia(self, text: str, final: bool = True) -> None:
        await self.say("CUSTOMER", text, final)

    async def sam(self, text: str, final: bool = True) -> None:
        await self.say("AGENT", text, final)

    async def shown(self, text: str, count: int = 1) -> None:
        """Both places show it, so often."""
        for place in self.places:
            await expect(place.get_by_role("listitem").filter(has_text=text)).to_have_count(count)


@pytest_asyncio.fixture(loop_scope="session")
async def speech(product: Product) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.UnixConnector(str(product.demo.folder / SOCKET))
    async with aiohttp.ClientSession(connector=connector) as http:
        yield http


async def talking(product: Product, desk: Desk, http: aiohttp.ClientSession, **options: Any) -> Talk:
    """Sam talks to Mia, whose record is open."""
    seat = await desk.sit_down(**options)
    await seat.talk_to(MIA, "Mia Chen")
    await expect(seat.tab("Mia Chen")).to_be_visible()
    talk = Talk(product, seat, http)
    for place in talk.places:
        await expect(place).to_contain_text(seat.word("Nothing has been said yet."))
    return talk


async def test_what_is_said_stands_in_the_panel_and_beside_the_record(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    await talk.mia("I was charged", final=False)
    await talk.shown("I was charged… ")
    await talk.mia("I was charged twice for the same invoice.")
    await talk.sam("Sorry about that. Which invoice is it?")
    await talk.mia("It is two zero nine three one.")
    for place in talk.places:
        lines = place.get_by_role("listitem")
        await expect(lines).to_have_count(3)
        await expect(lines.nth(0)).to_contain_text("I was charged twice for the same invoice.")
        await expect(lines.nth(0)).to_contain_text("Mia Chen · 0:0")
        await expect(lines.nth(1)).to_contain_text("You · 0:0")
        await expect(lines.nth(2).get_by_role("button", name="Copy 20931")).to_be_visible()
        await expect(place).to_contain_text("Made by a machine: check names and numbers. Gone when the call ends.")
    mine, hers = [await talk.window.get_by_role("listitem").nth(n).locator(".cv-text").bounding_box() for n in (1, 0)]
    assert mine is not None
    assert hers is not None
    assert mine["x"] > hers["x"] + 20, "the two sides stand apart"


async def test_a_hold_and_a_mask_leave_a_mark_and_not_a_word(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    await talk.mia("Before")
    await talk.mia("My card number is", final=False)
    await talk.shown("My card number is")
    await talk.seat.button("Hold").click()
    await talk.shown("On hold since")
    await talk.shown("My card number is", 0)
    for role in ("CUSTOMER", "AGENT"):
        await talk.say(role, RARE, heard=False)
    await expect(talk.window).to_contain_text("Paused")
    await talk.seat.button("Resume").click()
    await talk.shown("On hold · 0:0")
    await talk.sam("And now your card, please.")
    await talk.seat.button("Mask").click()
    await talk.shown("Masked since")
    await talk.say("CUSTOMER", RARE, heard=False)
    await talk.seat.button("Unmask").click()
    await talk.shown("Masked · 0:0")
    await talk.mia("Thank you")
    await talk.shown("Thank you")
    await talk.shown(RARE, 0)
    assert RARE not in " ".join(await talk.reached())


async def test_nothing_is_left_of_it_when_the_call_is_over(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    await talk.mia(f"The word is {RARE}")
    await talk.shown(RARE)
    folder = product.demo.folder
    await talk.seat.button("End").click()
    await expect(talk.seat.button("Done")).to_be_visible()
    await expect(talk.panel).to_have_count(0)
    await expect(talk.window).to_contain_text("What is said in your call is shown here while it lasts.")
    frame = await frame_of(talk.seat)
    for page in (talk.seat.page.main_frame, frame):
        assert RARE not in await page.content()
        kept = await page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
        assert RARE not in kept
        assert await page.evaluate("async () => (await indexedDB.databases()).length") == 0
    await talk.seat.done()
    await product.only_tasks(1)
    assert RARE not in json.dumps(product.tasks())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "phone-panel.db" for path in files)
    assert [path.name for path in files if RARE.encode() in path.read_bytes()] == []


async def test_what_comes_late_gets_what_was_said_so_far(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    await talk.mia("First")
    await talk.shown("First")
    # Another record's page is another place of the component; and the panel itself is loaded again.
    await talk.seat.page.get_by_role("link", name="Northwind Traders").first.click()
    await expect(talk.seat.tab("Northwind Traders")).to_be_visible()
    await talk.shown("First")
    await talk.seat.page.reload()
    await talk.shown("First")
    await talk.mia("Second")
    await talk.shown("Second")
    second = await desk.open_tab(talk.seat.page.context)
    other = Talk(product, second, speech)
    await expect(other.panel.get_by_role("listitem")).to_have_count(2)
    await second.page.goto(talk.seat.page.url)
    await other.shown("Second")
    await talk.mia("Third")
    for one in (talk, other):
        await one.shown("Third")


async def test_in_a_conference_all_are_named_and_who_takes_over_sees_from_then_on(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    jonas = await desk.sit_down("jonas", available=False)
    await jonas.choose_state("Training")
    talk = await talking(product, desk, speech)
    await talk.mia("For Sam alone")
    await talk.shown("For Sam alone")
    known = {leg["leg"] for leg in await product.calls()}
    await talk.seat.ask("Agents", "Jonas Weber")
    await jonas.button("Answer").click()
    await expect(talk.seat.card("Jonas Weber")).to_contain_text("Connected")
    (leg,) = {leg["leg"] for leg in await product.calls()} - known
    private = {"leg": leg, "text": RARE, "final": True}
    assert await talk.ask("say", private) is False, "what they say to each other is nobody's to read"
    theirs = Talk(product, jonas, speech)
    await expect(theirs.panel).to_have_count(0)
    await talk.seat.press("Merge")
    await expect(theirs.panel).to_be_visible()
    async with asyncio.timeout(10):
        while True:
            if await talk.ask("say", {**private, "text": "Jonas from billing here"}):
                break
            # The connector is another process: there is no event to wait for, only the next try.
            await asyncio.sleep(0.05)
    await expect(talk.panel.get_by_role("listitem").filter(has_text="Jonas Weber · ")).to_have_count(1)
    await expect(talk.window.get_by_role("listitem").filter(has_text="Jonas Weber · ")).to_have_count(1)
    await expect(theirs.panel.get_by_role("listitem").filter(has_text="You · ")).to_have_text(
        re.compile("Jonas from billing")
    )
    await talk.seat.press("Leave")
    await expect(talk.seat.button("Done")).to_be_visible()
    await expect(talk.panel).to_have_count(0)
    await talk.mia("Now it is only us")
    await expect(theirs.panel.get_by_role("listitem").last).to_contain_text("Now it is only us")
    await expect(theirs.panel).not_to_contain_text("For Sam alone")
    await expect(theirs.panel).not_to_contain_text(RARE)
    await jonas.button("End").click()
    await jonas.done()
    await talk.seat.done()


async def test_a_recognizer_that_fails_is_told_and_the_call_goes_on(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    await talk.mia("Before")
    await talk.ask("fault", {"words": "The recognizer is away."})
    try:
        await talk.mia("Lost")
        for place in talk.places:
            await expect(place).to_contain_text("Nothing is written down just now.")
        await expect(talk.seat.button("Hold")).not_to_have_attribute("aria-disabled", "true")
    finally:
        await talk.ask("fault", {"words": ""})
    await talk.mia("It is back")
    await talk.shown("It is back")
    for place in talk.places:
        await expect(place).not_to_contain_text("Nothing is written down just now.")


async def test_it_follows_the_end_unless_the_agent_reads_above(
    product: Product, desk: Desk, speech: aiohttp.ClientSession
) -> None:
    talk = await talking(product, desk, speech)
    for number in range(30):
        await talk.say(
            ("CUSTOMER", "AGENT")[number % 2], f"Sentence number {number}, which is rather long for its place."
        )
    await talk.shown("Sentence number 29,")
    for place in talk.places:
        newest = place.get_by_role("button", name="Newest")
        last = place.get_by_role("listitem").last
        await expect(last).to_be_in_viewport()
        await expect(newest).to_have_count(0)
        await place.locator(".cv-scroll").evaluate("(list) => list.scrollTo(0, 0)")
        await expect(newest).to_be_visible()
    await talk.mia("And one more")
    await talk.shown("And one more")
    for place in talk.places:
        last = place.get_by_role("listitem").last
        assert await place.locator(".cv-scroll").evaluate("(list) => list.scrollTop") == 0
        await place.get_by_role("button", name="Newest").click()
        await expect(last).to_be_in_viewport()
        await expect(last).to_be_focused()
        await expect(place.get_by_role("button", name="Newest")).to_have_count(0)


async def test_lines_are_searched_and_copied(product: Product, desk: Desk, speech: aiohttp.ClientSession) -> None:
    talk = await talking(product, desk, speech)
    await talk.seat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await talk.mia("I was charged twice for the same invoice.")
    await talk.sam("Which invoice is it?")
    await talk.mia("It is two zero nine three one.")
    await talk.shown("two zero nine")
    for place in talk.places:
        await place.get_by_role("button", name="Search in conversation").click()
        await place.get_by_role("searchbox").fill("INVOICE")
        await expect(place).to_contain_text("2 found")
        await expect(place.locator("mark")).to_have_text(["invoice", "invoice"])
        await place.get_by_role("searchbox").fill("0931")
        await expect(place).to_contain_text("1 found")
        await place.get_by_role("searchbox").press("Escape")
        await expect(place.get_by_role("searchbox")).to_have_count(0)
        await place.get_by_role("button", name="Copy 20931").click()
        await expect(place.get_by_role("status").last).to_have_text("Copied: 20931")
        pasted = "() => navigator.clipboard.readText()"
        assert await talk.seat.page.evaluate(pasted) == "20931"
        await place.get_by_role("button", name="Copy this line").first.click()
        await expect(place.get_by_role("status").last).to_contain_text("Copied: I was charged twice")
        assert await talk.seat.page.evaluate(pasted) == "I was charged twice for the same invoice."


@pytest.mark.parametrize("locale", ["en-US", DUTCH], ids=["english", "dutch"])
async def test_it_can_be_read_at_any_size_and_axe_finds_nothing(
    product: Product, desk: Desk, speech: aiohttp.ClientSession, locale: str
) -> None:
    talk = await talking(product, desk, speech, locale=locale, viewport=WIDE)
    await talk.mia(f"It is two zero nine three one and {'x' * 120}")
    await talk.sam("أريد استرداد المبلغ")
    await talk.mia("Great, and", final=False)
    await talk.shown("Great, and")
    await nothing_found(talk.seat, "live")
    await talk.seat.page.evaluate((Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = await talk.seat.page.evaluate(
        "async () => (await axe.run('c-conversation-window', { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', "
        "'wcag21a', 'wcag21aa'] } })).violations.map(({ id, nodes }) => id + nodes.map(({ html }) => html).join())"
    )
    assert found == []
    await fits(talk.seat, "conversation", [])
    text = talk.panel.locator(".cv-text").first
    box = await text.bounding_box()
    assert box is not None
    assert box["width"] > 120


async def test_an_agent_who_may_not_sees_nothing(product: Product, desk: Desk, speech: aiohttp.ClientSession) -> None:
    seat = await desk.sit_down("priya")
    await product.ring(MIA)
    await seat.answer()
    talk = Talk(product, seat, speech)
    await talk.say("CUSTOMER", RARE, heard=False)
    await expect(seat.card("Mia Chen")).to_be_visible()
    await expect(talk.panel).to_have_count(0)
    await expect(seat.tab("Mia Chen")).to_be_visible()
    await expect(talk.window).to_contain_text("What is said in your call is shown here while it lasts.")
