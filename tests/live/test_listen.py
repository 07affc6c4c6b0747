"""Each side of a call apart, as the live transcript will hear it, from a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command

from connector.domain.effects import Adopt, Connect, EndLeg, Offer
from connector.errors import SwitchUnavailable
from connector.ports.audio import PIECE
from tests.live.asterisk_rig import AsteriskRig, World
from tests.live.listening import heard, raw_samples
from tests.ports.switch_rig import SAM

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


@pytest_asyncio.fixture(loop_scope="module")
async def talking(world: World) -> AsyncIterator[tuple[AsteriskRig, str]]:
    """A customer and an agent talk, each with a tone; the customer's leg."""
    rig = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    came: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    world.network.came_up = came.set_result
    leg = await rig.ring()
    await rig.switch.ask(Adopt(leg, "contact"))
    await rig.switch.ask(Offer("contact", leg, "agent", SAM))
    await rig.switch.ask(Connect("ask", "contact", leg, "agent"))
    await world.network.sing(await came, CUSTOMER)
    await world.network.sing(await rig._far("agent"), AGENT)
    yield rig, leg
    await rig.close()


async def first_second(rig: AsteriskRig, leg: str) -> list[frozenset[int]]:
    """What is heard of that leg in a second, from half a second on."""
    found = b""
    async with asyncio.timeout(10), aclosing(rig.drivers[0].listen(leg)) as pieces:
        async for piece in pieces:
            assert len(piece) == PIECE
            found += piece
            if len(found) >= PIECE * 75:
                break
    # Every other sample: 8 kHz is what the tones need.
    return heard(raw_samples(found)[::2])[5:]


async def test_each_side_is_heard_apart(talking: tuple[AsteriskRig, str], world: World) -> None:
    rig, leg = talking
    customer, agent = await asyncio.gather(first_second(rig, leg), first_second(rig, "agent"))
    assert customer == [{CUSTOMER}] * len(customer)
    assert agent == [{AGENT}] * len(agent)
    assert len(customer) >= 9
    await rig.until_channels(2)
    assert len(await world.all("bridges")) == 1


async def test_it_ends_with_the_leg_and_leaves_nothing(talking: tuple[AsteriskRig, str], world: World) -> None:
    rig, leg = talking
    pieces = 0
    async with asyncio.timeout(10):
        async for _piece in rig.drivers[0].listen(leg):
            pieces += 1
            if pieces == 10:
                await rig.switch.ask(EndLeg("end", "contact", leg))
    assert pieces >= 10
    await rig.until_channels(0)
    assert await world.all("bridges") == []


async def test_a_leg_that_is_not_there_cannot_be_heard(talking: tuple[AsteriskRig, str]) -> None:
    rig, _ = talking
    with pytest.raises(SwitchUnavailable, match="nobody"):
        await anext(rig.drivers[0].listen("nobody"))
