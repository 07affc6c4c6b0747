"""Agents' phones on a real Asterisk, as the directory changes."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from house.asterisk import command

from connector.domain.effects import PlaceCall
from connector.domain.events import PhoneChanged
from connector.domain.model import LegState, Line
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.socket import uri
from connector.switch.simulated.faults import Phone
from tests.live.asterisk_rig import AsteriskRig, World
from tests.ports.switch_rig import GONE, JONAS, SAM
from tests.ports.switch_scenes import talking

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    """Two running Asterisks."""
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("p"), command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def test_the_phone_of_a_new_agent_is_watched_without_a_restart(world: World) -> None:
    rig = AsteriskRig(world, devices=(SAM,))
    await rig.switch.start(rig.heard)
    try:
        assert rig.heard.snapshots[0].phones == {SAM: True}
        rig.switch.watch((SAM, JONAS, GONE))
        await rig.settle()
        assert rig.heard.news == [PhoneChanged(JONAS, True, Line.LIFTED), PhoneChanged(GONE, False, Line.LIFTED)]
        await rig.inflict(Phone(JONAS, ready=False))
        await rig.until(lambda: rig.heard.news[-1] == PhoneChanged(JONAS, False, Line.LIFTED))
        await rig.inflict(Phone(JONAS, ready=True))
        await rig.until(lambda: rig.heard.news[-1] == PhoneChanged(JONAS, True, Line.LIFTED))
    finally:
        await rig.close()


async def test_the_keys_of_a_customer_are_seen_in_a_call_of_two(world: World) -> None:
    """Asterisk's core hears no keys where two phones talk past it: that depends on the type of the bridge."""
    rig: Any = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    seen: list[tuple[str, str]] = []
    floor = rig.drivers[0]._floor
    take = floor.take

    def look(event: p.Event) -> None:
        if isinstance(event, p.ChannelDtmfReceived):
            seen.append((event.channel.id, event.digit))
        take(event)

    floor.take = look
    try:
        scene = await talking(rig)
        await rig.settle()
        (bridge,) = await world.all("bridges")
        assert bridge["technology"] == "simple_bridge"
        await world.network.press(await rig._far(scene.customer), "42#")
        await rig.until(lambda: seen == [(scene.customer, digit) for digit in "42#"])
    finally:
        await rig.close()


async def test_who_is_called_is_shown_the_number_of_the_skill(world: World) -> None:
    rig = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    try:
        await rig.switch.ask(PlaceCall("ask", "contact", "own", "called", SAM, "+14155550190", "+14155550177"))
        await rig.until(lambda: rig.heard.legs.get("called") is LegState.CONNECTED)
        channel = await rig._far("called")
        body = await world.network.ari.request("GET", uri("channels", channel))
        assert msgspec.json.decode(body, type=p.Channel).caller.number == "+14155550177"
    finally:
        await rig.close()
