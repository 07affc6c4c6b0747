"""Phones that are kept connected, on a real Asterisk: who hears whom, keys, and phones that nobody lifts."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
import pytest_asyncio
from house.asterisk import command

from connector.domain.effects import KeepLine, Mix, Offer, PlayDigits, SetMute
from connector.domain.events import PhoneChanged, PhoneHeld, PhoneResumed, PhoneTransferred
from connector.domain.model import LegState, Line
from connector.switch.asterisk.lines import CURE
from connector.switch.asterisk.lines import LINE as LINE_CHANNEL
from connector.switch.simulated.faults import Down, Up
from tests.live.asterisk_rig import AsteriskRig, World
from tests.live.network import Ear, Network
from tests.ports.switch_line_contract import kept, lines
from tests.ports.switch_rig import SAM, Scene, fresh
from tests.ports.switch_scenes import connect, end_agent, hold, resume, ringing, talking, waiting

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="module")]

PHONE, MIA, LEO = 450, 570, 1060
"""The tones of the agent's phone and of two customers."""

UP_OUT_THERE: WeakKeyDictionary[AsteriskRig, set[str]] = WeakKeyDictionary()
"""The customers' own channels whose calls were answered."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    """Two running Asterisks."""
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("l"), command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def rig(world: World) -> AsyncIterator[AsteriskRig]:
    rig = AsteriskRig(world)
    up: set[str] = set()
    world.network.came_up = up.add
    UP_OUT_THERE[rig] = up
    await rig.switch.start(rig.heard)
    yield rig
    await rig.close()
    assert not rig.heard.impossible


async def phone(rig: AsteriskRig) -> str:
    """The channel of SAM's phone, out there."""
    own = await line_channel(rig)
    assert own is not None
    network: Network = rig.world.network
    found = await network.channel_of(own["protocol_id"])
    assert found is not None
    return found


async def line_channel(rig: AsteriskRig) -> dict[str, str] | None:
    every = await rig.world.all("channels")
    return next((one for one in every if one["id"].startswith(LINE_CHANNEL)), None)


async def speaks(rig: AsteriskRig, channel: str, hertz: int) -> Ear:
    """That party sends its tone from now on; what it hears is returned."""
    network: Network = rig.world.network
    await network.sing(channel, hertz)
    return await network.listen(channel)


async def customer(rig: AsteriskRig, scene: Scene, hertz: int) -> Ear:
    channel = await rig._far(scene.customer)
    await rig.until(lambda: channel in UP_OUT_THERE[rig])
    return await speaks(rig, channel, hertz)


async def test_only_who_talks_is_heard(rig: AsteriskRig) -> None:
    await kept(rig)
    ear = await speaks(rig, await phone(rig), PHONE)
    first = await ringing(rig)
    await ear.until(())
    await rig.switch.ask(connect(first))
    mia = await customer(rig, first, MIA)
    await mia.until({PHONE})
    await ear.until({MIA})
    await rig.switch.ask(hold(first))
    await ear.until(())
    await mia.until(())
    second = await talking(rig)
    leo = await customer(rig, second, LEO)
    await leo.until({PHONE})
    await ear.until({LEO})
    await mia.until(())
    await rig.switch.ask(SetMute(fresh("ask"), second.contact, second.agent, True))
    await leo.until(())
    await ear.until({LEO})
    await rig.switch.ask(hold(second))
    await rig.switch.ask(resume(first))
    await mia.until({PHONE})
    await ear.until({MIA})
    await leo.until(())
    await rig.switch.ask(end_agent(first))
    await ear.until(())


async def test_one_leg_for_two_customers(rig: AsteriskRig) -> None:
    await kept(rig)
    ear = await speaks(rig, await phone(rig), PHONE)
    first = await talking(rig)
    mia = await customer(rig, first, MIA)
    await rig.switch.ask(hold(first))
    second = await talking(rig)
    leo = await customer(rig, second, LEO)
    await rig.switch.ask(Mix(fresh("ask"), first.contact, (second.agent, first.customer, second.customer), ()))
    await mia.until({PHONE, LEO})
    await leo.until({PHONE, MIA})
    await ear.until({MIA, LEO})
    await rig.switch.ask(end_agent(first))
    await leo.until({PHONE, MIA})
    await rig.hang_up(first.customer)
    await rig.until(lambda: rig.heard.legs[first.customer] is LegState.ENDED)
    await leo.until({PHONE})
    await ear.until({LEO})


async def test_keys_pass_both_ways(rig: AsteriskRig) -> None:
    await kept(rig)
    scene = await talking(rig)
    own, far, keys = await phone(rig), await rig._far(scene.customer), rig.world.network.digits
    await rig.settle()
    await rig.world.network.press(own, "42#")
    await rig.until(lambda: keys.get(far) == "42#")
    await rig.world.network.press(far, "17")
    await rig.until(lambda: keys.get(own) == "17")
    await rig.switch.ask(PlayDigits(fresh("ask"), scene.contact, scene.customer, "9"))
    await rig.until(lambda: keys.get(far) == "42#9")


async def test_the_keys_of_the_phone_itself_are_about_the_call_that_it_hears(rig: AsteriskRig) -> None:
    await kept(rig)
    first = await talking(rig)
    await rig.switch.ask(hold(first))
    second = await talking(rig)
    own, network = await phone(rig), rig.world.network
    leo = await customer(rig, second, LEO)
    await network.hold(own, on=True)
    await rig.until(lambda: [e.leg for e in rig.heard.news if isinstance(e, PhoneHeld)] == [second.agent])
    await rig.switch.ask(hold(second))
    await network.hold(own, on=False)
    await rig.until(lambda: [e.leg for e in rig.heard.news if isinstance(e, PhoneResumed)] == [second.agent])
    await rig.switch.ask(resume(second))
    await network.sing(own, PHONE)
    await leo.until({PHONE})
    await network.refer(own, "2042")
    await rig.until(lambda: [(e.leg, e.number) for e in rig.heard.news if isinstance(e, PhoneTransferred)] != [])
    (transferred,) = [e for e in rig.heard.news if isinstance(e, PhoneTransferred)]
    assert (transferred.leg, transferred.number) == (second.agent, "2042")
    await rig.switch.ask(end_agent(second))
    await rig.until(lambda: rig.heard.legs[second.agent] is LegState.ENDED)
    assert rig.heard.legs[first.agent] is LegState.CONNECTED


async def test_a_phone_that_rings_to_be_kept_is_free_for_a_call_and_kept_afterwards(rig: AsteriskRig) -> None:
    await rig.switch.ask(KeepLine(SAM, on=True))
    rig.lifts_to_be_kept = False
    await rig.settle()
    assert await line_channel(rig) is not None
    scene = await waiting(rig)
    await rig.switch.ask(Offer(scene.contact, scene.customer, scene.agent, SAM))
    await rig.until(lambda: rig.heard.legs.get(scene.agent) is LegState.RINGING)
    assert await line_channel(rig) is None
    await rig.lift(scene.agent)
    await rig.switch.ask(connect(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.CONNECTED)
    rig.lifts_to_be_kept = True
    await rig.switch.ask(KeepLine(SAM, on=True))
    await rig.settle()
    assert not lines(rig)
    await rig.switch.ask(end_agent(scene))
    await rig.until(lambda: lines(rig) == [Line.KEPT])


async def test_a_phone_that_is_not_there_is_not_kept(rig: AsteriskRig) -> None:
    await rig.switch.ask(KeepLine("2049", on=True))
    await rig.settle()
    assert await line_channel(rig) is None
    assert not [event for event in rig.heard.news if isinstance(event, PhoneChanged)]


async def test_a_phone_that_stops_to_be_kept_while_it_rings(rig: AsteriskRig) -> None:
    await rig.switch.ask(KeepLine(SAM, on=True))
    rig.lifts_to_be_kept = False
    await rig.settle()
    await rig.switch.ask(KeepLine(SAM, on=False))
    await rig.settle()
    assert await line_channel(rig) is None
    assert lines(rig)[-1] is Line.LIFTED


async def test_what_is_left_over_of_a_line_is_swept(rig: AsteriskRig) -> None:
    """The phone was laid down, and its leg's far half is alone, while nobody was connected."""
    await kept(rig)
    scene = await talking(rig)
    await rig.switch.ask(hold(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.HELD)
    await rig.inflict(Down())
    await rig.lay_down(SAM)
    await rig.inflict(Up())
    await rig.until(lambda: rig.heard.legs[scene.agent] is LegState.ENDED)
    await rig.settle()
    assert rig.heard.snapshots[-1].lines[SAM] is Line.LIFTED
    assert rig.heard.legs[scene.customer] is LegState.HELD
    assert {one["id"] for one in await rig.world.all("channels")} == {scene.customer}
    assert not await rig.world.all("bridges")


# What the phone itself does while nobody listens -------------------------------------------------------------------


def phone_held(rig: AsteriskRig) -> list[str]:
    return [event.leg for event in rig.heard.news if isinstance(event, PhoneHeld)]


async def own_of(rig: AsteriskRig) -> str:
    """SAM's phone out there, kept or in a call."""
    every = await rig.world.all("channels")
    call = next(one["protocol_id"] for one in every if one["name"].startswith(f"PJSIP/{SAM}-"))
    network: Network = rig.world.network
    found = await network.channel_of(call)
    assert found is not None
    return found


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_hold_by_the_phone_while_nobody_listened_is_told(rig: AsteriskRig, keeps: bool) -> None:
    if keeps:
        await kept(rig)
    scene = await talking(rig)
    await rig.settle()
    network, own = rig.world.network, await own_of(rig)
    await rig.inflict(Down())
    await network.hold(own, on=True)
    far = f"far-{scene.agent}" if keeps else scene.customer
    await rig.world.until(f"channels/{far}/variable?variable=CHANNEL(onhold)", '"1"')
    await rig.inflict(Up())
    await rig.until(lambda: phone_held(rig) == [scene.agent])
    await rig.switch.ask(hold(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.HELD)
    await network.hold(own, on=False)
    await rig.until(lambda: [e.leg for e in rig.heard.news if isinstance(e, PhoneResumed)] == [scene.agent])
    await rig.switch.ask(resume(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.CONNECTED)
    await rig.settle()
    await rig.inflict(Down())
    rig.heard.news.clear()
    await rig.inflict(Up())
    await rig.settle()
    assert not phone_held(rig), "they talk"


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_transfer_by_the_phone_while_nobody_listened_is_none(rig: AsteriskRig, keeps: bool) -> None:
    if keeps:
        await kept(rig)
    scene = await talking(rig)
    await rig.settle()
    own = await own_of(rig)
    await rig.inflict(Down())
    await rig.world.network.refer(own, "2042")
    await rig.settle()
    await rig.inflict(Up())
    await rig.lay_down(SAM)
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.ENDED)
    assert not [event for event in rig.heard.news if isinstance(event, PhoneTransferred)]


# A dialplan that has no ear ------------------------------------------------------------------------------------------


@asynccontextmanager
async def dialplan(rig: AsteriskRig, steps: str) -> AsyncIterator[None]:
    """The context of the ears is that, meanwhile."""
    pbx = rig.world.pbx
    file = pbx.folder / "etc" / "extensions.conf"
    usual = file.read_text(encoding="utf-8")
    before, _, rest = usual.partition("[phone-panel-line]")
    file.write_text(f"{before}{steps}\n{rest[rest.index('[') :]}", encoding="utf-8")
    try:
        await pbx.cli("dialplan reload")
        yield
    finally:
        file.write_text(usual, encoding="utf-8")
        await pbx.cli("dialplan reload")


async def rings_itself(rig: AsteriskRig) -> None:
    """A call for SAM rings at the phone, and is answered by lifting it; nothing is left of it."""
    scene = await ringing(rig)
    assert (await rig.world.get(f"channels/{scene.agent}", "name")).startswith(f"PJSIP/{SAM}-")
    await rig.until(lambda: lines(rig)[-1:] == [Line.LIFTED])
    await rig.switch.ask(connect(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.CONNECTED)
    await rig.switch.ask(end_agent(scene))
    await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.ENDED)
    await rig.until_channels(0)


async def test_no_phone_is_kept_without_an_ear(rig: AsteriskRig, caplog: pytest.LogCaptureFixture) -> None:
    async with dialplan(rig, ""):
        await rig.switch.ask(KeepLine(SAM, on=True))
        await rig.until(lambda: lines(rig) == [Line.LIFTED])
        assert CURE in caplog.messages
        await rings_itself(rig)
    await kept(rig)


@pytest.mark.parametrize("steps", ["", "Hangup()", "Wait(30)"])
async def test_calls_ring_where_the_ear_was_taken_away(
    rig: AsteriskRig, steps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.switch.asterisk.lines.FAR_WITHIN", 300)
    await kept(rig)
    async with dialplan(rig, steps and f"[phone-panel-line]\nexten => ear,1,{steps}"):
        await rings_itself(rig)
