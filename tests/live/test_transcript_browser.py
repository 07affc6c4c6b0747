"""The live transcript of the whole product: voices on telephones, a real Asterisk, the recognizer, the panel."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from house.asterisk import command
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Seat
from tests.live.asterisk_rig import World
from tests.live.whole import DemoOnAsterisk, Party, ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
BILL = "charge|invoice|dollar|forty|offer"
"""Words that only `customer-2` says."""

PATIENCE_MS = 45_000
"""A sentence is up to seven seconds long, and the machine has the tests beside it to do."""


class Speaking(ProductOnAsterisk):
    """The parties have no tones; they say what is in a file."""

    speech: Path

    async def _speaks(self, name: str, channel: str) -> None:
        async with self._came:
            self.parties[name] = Party(channel, await self.network.listen(channel))
            self._came.notify_all()

    async def say(self, name: str, file: str) -> str:
        """That party says it."""
        return await self.network.speak((await self.party(name)).channel, self.speech / f"{file}.wav")

    async def say_all(self, name: str, file: str) -> None:
        """That party has said all of it."""
        speech = await self.say(name, file)
        async with asyncio.timeout(60):
            while True:
                if not await self.network.is_speaking(speech):
                    return
                # Another process's state: there is no event to wait for, only the next look.
                await asyncio.sleep(0.05)

    def recognizer(self) -> int:
        """The process of the connector's recognizer."""
        connector = self.demo.connector
        assert connector is not None
        pid = connector.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        (found,) = [int(child) for child in children if b"speech.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Speaking]:
    """The running product, whose connector makes text of what it hears."""
    needs("panel")
    program = Path(needs("asterisk"))
    world = World(tmp_path_factory.mktemp("w"), command(program), program)
    demo = DemoOnAsterisk(tmp_path_factory.mktemp("demo"), world, '[transcript]\nrecognizer = "moonshine"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", needs("speech"))
        try:
            await world.start()
            await demo.start()
            async with aiohttp.ClientSession() as http:
                product = Speaking(demo, http, world)
                product.speech = Path(needs("phones")) / "speech"
                yield product
        finally:
            await demo.stop()
            await world.stop()


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


def keeping(folder: Path, texts: list[str]) -> list[str]:
    """The files in which one of them stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(text.encode() in path.read_bytes() for text in texts)]


async def test_what_was_read_is_kept_nowhere(product: Speaking, desk: Desk) -> None:
    sam, panel = await talking(product, desk)
    await product.say("customer", "customer-1")
    await expect(lines(panel, "Mia Chen", "order").first).to_be_visible(timeout=PATIENCE_MS)
    shown = await panel.get_by_role("listitem").locator(".cv-text").all_inner_texts()
    texts = [text.strip("… ") for text in shown if len(text.split()) > 2]
    assert texts, "a sentence, which stands nowhere by chance"
    folder = product.demo.folder
    (folder / "planted").write_text(f"so {texts[0]} it is", encoding="utf-8")
    assert keeping(folder.parent, texts) == ["planted"]
    (folder / "planted").unlink()
    async with product.http.get(f"{product.demo.connector_address}/metrics") as answer:
        metrics = await answer.text()
    worker = product.recognizer()
    await over(product, sam, panel)
    assert keeping(folder.parent, texts) == []
    assert not any(text in metrics or text in str(product.tasks()) for text in texts)
    opened = {str(link.readlink()).partition(":")[0] for link in Path(f"/proc/{worker}/fd").iterdir()}
    assert opened == {"/dev/null", "socket"}


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
