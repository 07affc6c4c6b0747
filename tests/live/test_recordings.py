"""What a real Asterisk has recorded, listened to: who is on it and who is not, silence in its place, whole length."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from house.asterisk import command
from msgspec import Struct

from connector.domain.effects import CallParty, EndLeg, Mix, SetRecording, SwitchAsk
from connector.domain.events import AskRefused, LegHeld, LegResumed, RecordingChanged
from connector.domain.model import LegState, Recording
from connector.ports.recordings import RecordingStore
from connector.sandbox.asterisk.instance import USER
from connector.switch import SwitchConfig, open_recordings
from connector.switch.asterisk.socket import uri
from connector.switch.simulated.faults import Number
from tests.live.asterisk_rig import CONSENT_HERTZ, CONSENT_MS, AsteriskRig, World, sound
from tests.live.listening import FRAME_MS, frames, heard, samples_of
from tests.ports.recordings_contract import whole
from tests.ports.switch_rig import LINE, Rig, Scene, fresh, told
from tests.ports.switch_scenes import hold, pause, record, resume, stop, talking

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

CUSTOMER, AGENT, ASKED = 500, 900, 1_300
"""The tone of each, in hertz."""

TONES = (CUSTOMER, AGENT, ASKED, CONSENT_HERTZ)
EDGE = 200
"""Within so many ms of a change nothing is said of what is to be heard: the sound has to come through."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("r"), command(program), program)
    try:
        await made.start()
        for hertz in (CUSTOMER, AGENT, ASKED):
            sound(made.pbx.folder / f"tone-{hertz}", hertz, 30_000)
        yield made
    finally:
        await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def rig(world: World) -> AsyncIterator[AsteriskRig]:
    rig = AsteriskRig(world)
    await rig.switch.start(rig.heard)
    yield rig
    await rig.close()
    assert not rig.heard.impossible


@pytest_asyncio.fixture(loop_scope="session")
async def recordings(world: World, rig: AsteriskRig) -> AsyncIterator[RecordingStore]:
    config = SwitchConfig("asterisk", world.pbx.ari, user=USER, password=world.pbx.password)
    opened = open_recordings(config, rig.switch)
    yield opened
    await opened.close()


async def hum(rig: AsteriskRig, leg: str, hertz: int) -> None:
    """Whoever is at the far end of the leg makes that tone from now on."""
    channel = await rig._far(leg)
    media = f"sound:{rig.world.pbx.folder / f'tone-{hertz}'}"
    await rig.world.network.ari.request("POST", uri("channels", channel, "play", media=media))


async def humming(rig: AsteriskRig) -> Scene:
    """Customer and agent talk, each with their own tone."""
    scene = await talking(cast("Rig", rig))
    await hum(rig, scene.customer, CUSTOMER)
    await hum(rig, scene.agent, AGENT)
    return scene


async def go_on(rig: AsteriskRig, ms: int) -> None:
    """They talk for so long."""
    end = time.monotonic() + ms / 1000
    await rig.until(lambda: time.monotonic() >= end)


async def recording(rig: AsteriskRig, scene: Scene, ask: SwitchAsk, state: Recording) -> int:
    """The recording is so; when it was."""
    before = len(rig.heard.news)
    await rig.switch.ask(ask)

    def at() -> list[int]:
        news = rig.heard.news[before:]
        changes = [event for event in news if isinstance(event, RecordingChanged) and event.contact == scene.contact]
        return [event.at for event in changes if event.recording is state]

    await rig.until(lambda: bool(at()))
    return at()[0]


async def moved(rig: AsteriskRig, ask: SwitchAsk, kind: type[LegHeld] | type[LegResumed], leg: str) -> int:
    """They are brought together so; when it was told of that leg."""
    before = len(rig.heard.news)
    await rig.switch.ask(ask)

    def at() -> list[int]:
        return [event.at for event in rig.heard.news[before:] if isinstance(event, kind) and event.leg == leg]

    await rig.until(lambda: bool(at()))
    return at()[0]


class Frame(Struct, frozen=True):
    """A tenth of a second: the tones in it, and whether every sample is 0."""

    tones: frozenset[int]
    silent: bool


def listened(data: bytes) -> list[Frame]:
    """The whole frames of a WAV file."""
    samples = samples_of(data)
    return [Frame(*both) for both in zip(heard(samples, TONES), (not any(one) for one in frames(samples)), strict=True)]


def between(found: list[Frame], start: int, stop: int) -> list[Frame]:
    """The frames that lie whole between two times, in ms from the beginning."""
    return found[-(-start // FRAME_MS) : stop // FRAME_MS]


async def heard_in(recordings: RecordingStore, scene: Scene, count: int = 1) -> list[list[Frame]]:
    """What is on each recording of the contact."""
    found = await recordings.of(scene.contact)
    assert len(found) == count
    return [listened(await whole(recordings, one.name)) for one in found]


def tones(part: list[Frame]) -> set[frozenset[int]]:
    assert part, "there is nothing between these times"
    return {frame.tones for frame in part}


async def test_a_mask_is_silent_in_its_place_and_the_length_is_whole(
    rig: AsteriskRig, recordings: RecordingStore
) -> None:
    scene = await humming(rig)
    begun = await recording(rig, scene, record(scene), Recording.ON)
    await go_on(rig, 1_000)
    masked = await recording(rig, scene, pause(scene), Recording.PAUSED) - begun
    await go_on(rig, 1_000)
    unmasked = await recording(rig, scene, record(scene), Recording.ON) - begun
    await go_on(rig, 1_000)
    ended = await recording(rig, scene, stop(scene), Recording.OFF) - begun
    await rig.settle()
    (found,) = await heard_in(recordings, scene)
    both = {frozenset({CUSTOMER, AGENT})}
    assert tones(between(found, EDGE, masked - EDGE)) == both
    assert all(frame.silent for frame in between(found, masked + EDGE, unmasked - EDGE))
    assert tones(between(found, unmasked + EDGE, ended - EDGE)) == both
    assert abs(len(found) * FRAME_MS - ended) < 300


async def test_a_hold_and_what_is_asked_meanwhile_are_not_on_it(rig: AsteriskRig, recordings: RecordingStore) -> None:
    scene = await humming(rig)
    await rig.inflict(Number("0171=answer:0.02"))
    begun = await recording(rig, scene, record(scene), Recording.ON)
    await go_on(rig, 800)
    held = await moved(rig, hold(scene), LegHeld, scene.customer) - begun
    await rig.switch.ask(CallParty(fresh("ask"), scene.contact, scene.other, scene.agent, "+14155550171", LINE))
    await rig.until(lambda: rig.heard.legs.get(scene.other) is LegState.CONNECTED)
    await rig.switch.ask(Mix(fresh("ask"), scene.contact, (scene.agent, scene.other), (scene.customer,)))
    await rig.settle()
    await hum(rig, scene.other, ASKED)
    await go_on(rig, 1_000)
    await rig.switch.ask(EndLeg(fresh("ask"), scene.contact, scene.other))
    await rig.until(lambda: rig.heard.legs.get(scene.other) is LegState.ENDED)
    back = await moved(rig, resume(scene), LegResumed, scene.customer) - begun
    await go_on(rig, 800)
    ended = await recording(rig, scene, stop(scene), Recording.OFF) - begun
    await rig.settle()
    (found,) = await heard_in(recordings, scene)
    both = {frozenset({CUSTOMER, AGENT})}
    assert tones(between(found, EDGE, held - EDGE)) == both
    assert back - held > 1_000
    assert all(frame.silent for frame in between(found, held + EDGE, back - EDGE))
    assert tones(between(found, back + EDGE, ended - EDGE)) == both
    assert not any(ASKED in frame.tones for frame in found)
    assert abs(len(found) * FRAME_MS - ended) < 300


async def test_off_and_on_is_a_second_one(rig: AsteriskRig, recordings: RecordingStore) -> None:
    scene = await humming(rig)
    for _ in range(2):
        await recording(rig, scene, record(scene), Recording.ON)
        await go_on(rig, 600)
        await recording(rig, scene, stop(scene), Recording.OFF)
        await go_on(rig, 600)
    for found in await heard_in(recordings, scene, 2):
        assert tones(between(found, EDGE, 500)) == {frozenset({CUSTOMER, AGENT})}
        assert len(found) * FRAME_MS < 1_000


async def test_both_hear_the_announcement_and_the_recording_starts_after_it(
    rig: AsteriskRig, recordings: RecordingStore
) -> None:
    scene = await talking(cast("Rig", rig))
    ears = {leg: await rig._far(leg) for leg in (scene.customer, scene.agent)}
    network = rig.world.network
    for channel in ears.values():
        await network.ari.request("POST", uri("channels", channel, "record", name=f"ear-{channel}", format="wav"))
    asked = time.time_ns() // 1_000_000
    ask = SetRecording(fresh("ask"), scene.contact, Recording.ON, "consent")
    begun = await recording(rig, scene, ask, Recording.ON)
    assert begun - asked >= CONSENT_MS - 100
    await go_on(rig, 500)
    await recording(rig, scene, stop(scene), Recording.OFF)
    for channel in ears.values():
        await network.ari.request("POST", uri("recordings", "live", f"ear-{channel}", "stop"))
    await rig.settle()
    for channel in ears.values():
        data = (network.asterisk.folder / "spool" / "recording" / f"ear-{channel}.wav").read_bytes()
        said = [frame for frame in listened(data) if CONSENT_HERTZ in frame.tones]
        assert abs(len(said) * FRAME_MS - CONSENT_MS) <= 300
    (found,) = await heard_in(recordings, scene)
    assert not any(CONSENT_HERTZ in frame.tones for frame in found)


async def test_an_announcement_whose_file_is_lost_is_refused(rig: AsteriskRig, recordings: RecordingStore) -> None:
    scene = await talking(cast("Rig", rig))
    ask = SetRecording(fresh("ask"), scene.contact, Recording.ON, "lost")
    await rig.switch.ask(ask)
    await rig.until(lambda: any(isinstance(event, AskRefused) and event.ask == ask.id for event in rig.heard.news))
    await rig.settle()
    assert "refused no_such_message" in told(rig.heard, scene)
    assert list(await recordings.of(scene.contact)) == []
