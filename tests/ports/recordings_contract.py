"""What every store of recordings must do: the contract of `connector.ports.recordings.RecordingStore`.

A suite subclasses `RecordingsContract` and gives it the fixtures `rig`, whose switch records, and `recordings`.
"""

import io
import wave

import pytest

from connector.domain.events import RecordingChanged
from connector.errors import RecordingGone
from connector.ports.recordings import RecordingStore, Stored, stored
from tests.ports.switch_rig import Rig, Scene, told
from tests.ports.switch_scenes import pause, record, stop, talking


async def recorded(rig: Rig, times: int = 1) -> Scene:
    """A call that was recorded so many times and goes on."""
    scene = await talking(rig)
    for _ in range(times):
        rig.heard.news.clear()
        await rig.switch.ask(record(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))
        await rig.settle()
        await rig.settle()
        await rig.switch.ask(stop(scene))
        await rig.until(lambda: "recording off" in told(rig.heard, scene))
    await rig.settle()
    return scene


async def whole(recordings: RecordingStore, name: str) -> bytes:
    async with recordings.open(name) as opened:
        return b"".join([piece async for piece in opened.read(0, opened.size)])


def took_ms(rig: Rig, scene: Scene) -> int:
    """How long the last recording took, as the switch told it."""
    news = [e for e in rig.heard.news if isinstance(e, RecordingChanged) and e.contact == scene.contact]
    return news[-1].at - news[0].at


class RecordingsContract:
    """The tests."""

    async def test_it_is_found_by_its_contact(self, rig: Rig, recordings: RecordingStore) -> None:
        scene, other = await recorded(rig), await recorded(rig)
        (found,) = await recordings.of(scene.contact)
        assert found == stored(found.name) == Stored(found.name, scene.contact, found.started)
        assert [one.contact for one in await recordings.of(other.contact)] == [other.contact]
        assert list(await recordings.of("nobody")) == []
        assert list(await recordings.of(scene.contact[:-1])) == []

    async def test_one_contact_may_have_several(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig, times=3)
        found = await recordings.of(scene.contact)
        assert len(found) == 3
        assert [one.started for one in found] == sorted({one.started for one in found})

    async def test_it_is_sound(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig)
        (found,) = await recordings.of(scene.contact)
        data = await whole(recordings, found.name)
        with wave.open(io.BytesIO(data)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
            assert file.getnframes() * 2 + 44 == len(data)
            # A switch in another process may have been asked to stop within the same millisecond.
            assert file.getnframes() > 0 or took_ms(rig, scene) == 0

    async def test_parts_of_it_are_read(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig)
        (found,) = await recordings.of(scene.contact)
        data = await whole(recordings, found.name)
        end = len(data)
        for start, stop_ in ((0, 1), (0, 44), (43, min(46, end)), (end // 2, end - 3), (end - 1, end), (7, end)):
            async with recordings.open(found.name) as opened:
                assert opened.size == len(data)
                assert b"".join([piece async for piece in opened.read(start, stop_)]) == data[start:stop_]

    async def test_one_that_is_opened_and_not_read(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig)
        (found,) = await recordings.of(scene.contact)
        async with recordings.open(found.name) as opened:
            assert opened.size >= 44
        assert len(await whole(recordings, found.name)) == opened.size

    @pytest.mark.parametrize(
        "name", ["nobody-1795438800000", "", ".", "..", "../../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "a/b", "a?b#c"]
    )
    async def test_one_that_there_is_not(self, rig: Rig, recordings: RecordingStore, name: str) -> None:
        with pytest.raises(RecordingGone):
            await whole(recordings, name)

    async def test_one_that_is_removed(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig, times=2)
        first, second = await recordings.of(scene.contact)
        await recordings.remove(first.name)
        await recordings.remove(first.name)
        assert list(await recordings.of(scene.contact)) == [second]
        with pytest.raises(RecordingGone):
            await whole(recordings, first.name)

    async def test_those_of_before(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await recorded(rig, times=2)
        first, second = await recordings.of(scene.contact)
        before = [one for one in await recordings.before(second.started) if one.contact == scene.contact]
        assert before == [first]
        assert second in await recordings.before(second.started + 1)

    async def test_a_pause_with_nothing_to_pause_leaves_no_file(self, rig: Rig, recordings: RecordingStore) -> None:
        scene = await talking(rig)
        await rig.switch.ask(pause(scene))
        await rig.until(lambda: "recording paused" in told(rig.heard, scene))
        await rig.settle()
        await rig.switch.ask(stop(scene))
        await rig.until(lambda: "recording off" in told(rig.heard, scene))
        await rig.settle()
        assert list(await recordings.of(scene.contact)) == []
