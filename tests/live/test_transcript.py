"""From voices at telephones to text, on a real Asterisk with the embedded recognizer: the words, and whose they are."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command
from house.speech import SAID

from connector.speech.embedded import Embedded
from tests.live.asterisk_rig import AsteriskRig, World

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

CUSTOMER, AGENT = "customer-1", "agent"
ENOUGH = 0.6
"""Of the words.  The voice is a synthesizer's, of which the model understands less than of people."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("t"), command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def recognizer(needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Embedded]:
    monkeypatch.setattr(sys, "path", [*sys.path, needs("speech")])
    made = Embedded(("en",))
    await made.start()
    async with asyncio.timeout(60):
        await made.is_up.wait()
    yield made
    await made.close()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def understood(found: str, said: str) -> float:
    """Which part of what was said is among what was found."""
    there = words(found)
    wanted = words(" ".join(SAID[said][1]))
    return sum(word in there for word in wanted) / len(wanted)


async def text_of(rig: AsteriskRig, recognizer: Embedded, leg: str, said: str) -> str:
    """All that is understood at that leg until it is enough of what is said there."""
    found = ""
    async with (
        asyncio.timeout(90),
        aclosing(rig.drivers[0].listen(leg)) as pieces,
        aclosing(recognizer.hear(pieces, "en-US")) as heard,
    ):
        async for one in heard:
            found = f"{found} {one.text}" if one.final else found
            if understood(found, said) >= ENOUGH:
                break
    return found


async def test_what_both_sides_say_is_text_and_is_not_mixed_up(
    world: World, recognizer: Embedded, needs: Callable[[str], str]
) -> None:
    speech = Path(needs("phones")) / "speech"
    rig = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    leg, caller = await rig.talk()
    customer = asyncio.create_task(text_of(rig, recognizer, leg, CUSTOMER))
    agent = asyncio.create_task(text_of(rig, recognizer, "agent", AGENT))
    await world.network.speak(caller, speech / f"{CUSTOMER}.wav")
    await world.network.speak(await rig._far("agent"), speech / f"{AGENT}.wav")
    try:
        of_customer, of_agent = await asyncio.gather(customer, agent)
    finally:
        await rig.close()
    assert understood(of_customer, CUSTOMER) >= ENOUGH > understood(of_customer, AGENT)
    assert understood(of_agent, AGENT) >= ENOUGH > understood(of_agent, CUSTOMER)
