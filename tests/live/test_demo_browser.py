"""The demo on a real Asterisk as a person sees it: a customer by sipp, the agent's phone by baresip, the panel in a
browser."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from connector.sandbox.asterisk.world import Programs
from connector.sandbox.demo import Demo, ports
from tests.browsing import open_chromium
from tests.e2e.desk import Desk
from tests.e2e.product import ANY_PORT, Product
from tests.live.handset import Handset

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A running demo on Asterisk, in which nobody calls by themselves."""
    needs("panel")
    programs = Programs(Path(needs("asterisk")), Path(needs("phones")))
    folder = tmp_path_factory.mktemp("b")
    options = ["--lift-after", "1", "--dumps", str(folder / "dumps")]
    demo = Demo(folder, ports(ANY_PORT), customers=False, programs=programs, switch_options=options, transcript=True)
    speech = needs("speech")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, speech])
        patch.setenv("PYTHONPATH", speech)
        try:
            await demo.start()
            async with aiohttp.ClientSession() as http:
                yield Product(demo, http)
        finally:
            await demo.stop()


async def test_a_call_from_its_ring_to_its_task(product: Product, chromium_path: str) -> None:
    async with open_chromium(chromium_path) as browser:
        desk = Desk(product, browser)
        sam, handset = await desk.sit_down(), Handset(product)
        leg = await product.ring("+14155550143")
        await expect(sam.shown("Incoming call")).to_be_visible()
        # Lifting the phone is the answer.
        await expect(sam.button("Hold")).to_be_enabled()
        await expect(sam.card("Mia Chen")).to_be_visible()
        await product.until(handset.hears, "Sam hears Mia")
        await sam.press("Hold")
        await expect(sam.button("Resume")).to_be_visible()
        await product.until(handset.silent, "Sam hears nothing of Mia on hold")
        await sam.press("Resume")
        await expect(sam.button("Hold")).to_be_enabled()
        await product.until(lambda: not handset.silent() and handset.hears(), "Sam hears Mia again")
        said = sam.panel.get_by_role("region", name="Conversation").get_by_role("listitem")
        for who in ("Mia Chen", "You"):
            await expect(said.filter(has_text=who).first).to_be_visible(timeout=45_000)
        await product.switch("hangup", {"leg": leg})
        await sam.wrap_up("Resolved")
        task = await product.task(lambda found: found["CallDisposition"] == "Resolved", "of the call")
        assert task["Subject"] == "Call with Mia Chen"
        await desk.close(None)
        assert desk.troubles == []
