"""What every switch does about recordings that an announcement comes before: `SetRecording.announcement`."""

from collections.abc import Callable

import pytest

from connector.domain.effects import SetRecording
from connector.domain.model import Recording
from tests.ports.switch_contract import expect, now
from tests.ports.switch_rig import Rig, Scene, fresh, told
from tests.ports.switch_scenes import Ask, end_agent, end_customer, held, hold, pause, record, resume, stop, talking

ANNOUNCED = "consent"
"""A name that the switch under test has an announcement for."""


def consented(s: Scene) -> SetRecording:
    return SetRecording(fresh("ask"), s.contact, Recording.ON, ANNOUNCED)


async def long(rig: Rig) -> None:
    """Longer than any announcement of the rig."""
    for _ in range(12):
        await rig.settle()


async def announcing(rig: Rig, scene: Callable[[Rig], object] = talking) -> Scene:
    """Customer and agent hear the announcement; they are not recorded yet."""
    made = await scene(rig)  # type: ignore[misc]  # a scene is a coroutine
    assert isinstance(made, Scene)
    await rig.settle()
    rig.heard.news.clear()
    await rig.switch.ask(consented(made))
    await rig.settle()
    assert told(rig.heard, made) == []
    return made


class RecordingContract:
    """The tests."""

    async def test_a_recording_starts_after_its_announcement(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await now(rig)
        assert scene.contact not in rig.heard.snapshots[-1].recordings

    async def test_it_is_told_when_it_is_recorded(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await expect(rig, scene, ("recording on",))
        await now(rig)
        assert rig.heard.snapshots[-1].recordings[scene.contact] is Recording.ON

    async def test_asked_twice_it_is_announced_once(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(consented(scene))
        await expect(rig, scene, ("recording on",))
        await rig.switch.ask(consented(scene))
        await rig.settle()
        assert told(rig.heard, scene) == ["recording on", "recording on"]

    async def test_a_mask_meanwhile_is_told_at_once_and_nothing_is_recorded(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(pause(scene))
        await rig.settle()
        assert told(rig.heard, scene) == ["recording paused"]
        await long(rig)
        assert told(rig.heard, scene) == ["recording paused"]

    async def test_after_a_mask_it_is_announced_anew(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(pause(scene))
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(consented(scene))
        await rig.settle()
        assert told(rig.heard, scene) == []
        await expect(rig, scene, ("recording on",))

    async def test_one_that_is_stopped_meanwhile_does_not_start(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(stop(scene))
        await long(rig)
        assert told(rig.heard, scene) == ["recording off"]

    async def test_a_hold_meanwhile_puts_it_off_until_they_talk(self, rig: Rig) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(hold(scene))
        await long(rig)
        assert told(rig.heard, scene) == ["held customer", "resumed agent"]
        rig.heard.news.clear()
        await rig.switch.ask(resume(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))
        assert told(rig.heard, scene) == ["resumed customer", "resumed agent", "mixed agent customer", "recording on"]

    async def test_asked_for_on_hold_it_waits_until_they_talk(self, rig: Rig) -> None:
        scene = await announcing(rig, held)
        await long(rig)
        assert told(rig.heard, scene) == []
        await rig.switch.ask(resume(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))

    @pytest.mark.parametrize("end", [end_customer, end_agent])
    async def test_a_call_that_ends_meanwhile_is_not_recorded(self, rig: Rig, end: Ask) -> None:
        scene = await announcing(rig)
        await rig.switch.ask(end(scene))
        await long(rig)
        news = told(rig.heard, scene)
        assert sorted(news) == ["ended agent normal", "ended customer normal", "refused no_such_contact"]
        assert news[-1] == "refused no_such_contact"

    async def test_an_announcement_that_there_is_not(self, rig: Rig) -> None:
        scene = await talking(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(SetRecording(fresh("ask"), scene.contact, Recording.ON, "nobody-recorded-this"))
        await expect(rig, scene, ("refused no_such_message",))
        await now(rig)
        assert scene.contact not in rig.heard.snapshots[-1].recordings

    async def test_what_is_recorded_already_goes_on(self, rig: Rig) -> None:
        scene = await talking(rig)
        await rig.switch.ask(record(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(pause(scene))
        await rig.switch.ask(consented(scene))
        await rig.settle()
        assert told(rig.heard, scene) == ["recording paused", "recording on"]
