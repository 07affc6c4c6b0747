"""Each side of a call apart, as the live transcript hears it, from a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command

from connector.domain.effects import EndLeg
from connector.ports.audio import Audio
from tests.live.asterisk_rig import AsteriskRig, World
from tests.live.listening import heard, raw_samples
from tests.ports.audio_contract import AudioContract, some

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="module")]

CUSTOMER, AGENT = 450, 570


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("l"), command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


class Tones:
    """The two of the contract, each with a tone."""

    def __init__(self, rig: AsteriskRig, customer: str) -> None:
        self.rig = rig
        self.audio: Audio = rig.drivers[0]
        self.customer = customer
        self.agent = "agent"

    def speakers(self, sound: bytes) -> set[str]:
        # Every other sample: 8 kHz is what the tones need.  The first half second is that of the mixer.
        told = heard(raw_samples(sound)[::2])[5:]
        assert len(told) >= 9
        assert len(set(told)) == 1, "without a gap"
        return {{CUSTOMER: "customer", AGENT: "agent"}[tone] for tone in told[0]}

    async def hang_up(self) -> None:
        await self.rig.switch.ask(EndLeg("end", "contact", self.customer))


@pytest_asyncio.fixture(loop_scope="module")
async def talking(world: World) -> AsyncIterator[Tones]:
    """A customer and an agent talk."""
    rig = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    leg, caller = await rig.talk()
    await world.network.sing(caller, CUSTOMER)
    await world.network.sing(await rig._far("agent"), AGENT)
    yield Tones(rig, leg)
    await rig.close()


class TestOnAsterisk(AudioContract):
    """The contract."""


async def test_nothing_is_left_of_who_listened(talking: Tones, world: World) -> None:
    legs = (talking.customer, talking.agent)
    await asyncio.gather(*(some(talking.audio.listen(leg), 0.2) for leg in legs))
    await talking.rig.until_channels(2)
    assert len(await world.all("bridges")) == 1
    async with asyncio.timeout(10):
        async for _piece in talking.audio.listen(talking.customer):
            await talking.hang_up()
    await talking.rig.until_channels(0)
    assert await world.all("bridges") == []
