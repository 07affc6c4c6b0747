"""What every recognizer must do: the contract of `connector.ports.recognizer.Recognizer`.

A suite subclasses `RecognizerContract` and gives it the fixture `rig`.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Protocol

import pytest

from connector.errors import RecognizerBusy, RecognizerUnavailable, SwitchUnavailable
from connector.ports.recognizer import Recognizer
from tests.speech.ear import Ear


class EarRig(Protocol):
    """A recognizer with two rooms, and what can be said to it."""

    recognizer: Recognizer
    lines: tuple[str, str]
    """What can be said: two utterances, each shorter than four seconds."""

    def spoken(self, line: str) -> Iterable[bytes]:
        """That line as audio, with the silence after it that ends it."""

    def is_said(self, line: str, text: str) -> bool:
        """Whether the text is that line, as well as this recognizer can."""

    async def kill(self) -> None:
        """It goes away, now."""

    async def revive(self) -> None:
        """It is there again."""


class RecognizerContract:
    """The tests."""

    @pytest.fixture
    async def ears(self, rig: EarRig) -> AsyncIterator[list[Ear]]:  # they go before it
        """Who is listened to; the test adds them, and at its end nobody is."""
        listened: list[Ear] = []
        yield listened
        for ear in listened:
            await ear.close()

    async def test_what_is_said_is_heard_in_order_and_in_its_time(self, rig: EarRig, ears: list[Ear]) -> None:
        ears.append(ear := Ear(rig.recognizer))
        first, second = rig.lines
        ear.say(rig.spoken(first))
        one = await ear.final()
        ear.say(rig.spoken(second))
        two = await ear.final(2)
        ear.end()
        await ear.ended()
        assert rig.is_said(first, one.text)
        assert rig.is_said(second, two.text)
        assert 0 <= one.began < one.ended <= two.began < two.ended
        assert ear.heard[-1].final

    async def test_what_is_said_last_is_heard_although_nothing_follows(self, rig: EarRig, ears: list[Ear]) -> None:
        ears.append(ear := Ear(rig.recognizer))
        ear.say(rig.spoken(rig.lines[0]))
        ear.end()
        await ear.ended()
        assert [rig.is_said(rig.lines[0], heard.text) for heard in ear.finals] == [True]

    async def test_nothing_said_is_nothing_heard(self, rig: EarRig, ears: list[Ear]) -> None:
        ears.append(ear := Ear(rig.recognizer))
        ear.end()
        await ear.ended()
        assert ear.heard == []

    async def test_two_are_not_mixed_up(self, rig: EarRig, ears: list[Ear]) -> None:
        ears += [Ear(rig.recognizer), Ear(rig.recognizer)]
        for ear, line in zip(ears, rig.lines, strict=True):
            ear.say(rig.spoken(line))
        for ear, line in zip(ears, rig.lines, strict=True):
            assert rig.is_said(line, (await ear.final()).text)
            assert len(ear.finals) == 1

    async def test_who_comes_when_it_is_full_is_refused_until_there_is_room(self, rig: EarRig, ears: list[Ear]) -> None:
        ears += [Ear(rig.recognizer), Ear(rig.recognizer)]
        for ear, line in zip(ears, rig.lines, strict=True):
            ear.say(rig.spoken(line))
            await ear.final()
        with pytest.raises(RecognizerBusy):
            await Ear(rig.recognizer).ended()
        await ears.pop().close()
        ears.append(next_ := Ear(rig.recognizer))
        next_.say(rig.spoken(rig.lines[1]))
        assert rig.is_said(rig.lines[1], (await next_.final()).text)

    async def test_who_is_closed_is_forgotten_and_takes_no_more_audio(self, rig: EarRig, ears: list[Ear]) -> None:
        ear = Ear(rig.recognizer)
        pieces = list(rig.spoken(rig.lines[0]))
        ear.say(pieces[: len(pieces) // 2])
        await ear.until(lambda: ear.pulled == len(pieces) // 2)
        await ear.close()
        pulled = ear.pulled
        ear.say(pieces)
        ears.append(other := Ear(rig.recognizer))
        other.say(rig.spoken(rig.lines[1]))
        other.end()
        await other.ended()
        assert ear.pulled == pulled
        assert [rig.is_said(rig.lines[1], heard.text) for heard in other.finals] == [True]

    async def test_killed_in_the_middle_it_says_so_and_works_once_it_is_back(
        self, rig: EarRig, ears: list[Ear]
    ) -> None:
        ear = Ear(rig.recognizer)
        ear.say(rig.spoken(rig.lines[0]))
        await ear.final()
        await rig.kill()
        ear.say(rig.spoken(rig.lines[1]))
        with pytest.raises(RecognizerUnavailable):
            await ear.ended()
        with pytest.raises(RecognizerUnavailable):
            await heard_of(rig, rig.lines[0])
        await rig.revive()
        ears.append(next_ := Ear(rig.recognizer))
        next_.say(rig.spoken(rig.lines[1]))
        assert rig.is_said(rig.lines[1], (await next_.final()).text)

    async def test_what_is_wrong_with_the_audio_is_raised(self, rig: EarRig) -> None:
        ear = Ear(rig.recognizer)
        ear.break_(SwitchUnavailable("gone"))
        with pytest.raises(SwitchUnavailable, match="gone"):
            await ear.ended()


async def heard_of(rig: EarRig, line: str) -> None:
    """Somebody says that and hangs up; raises what is raised."""
    ear = Ear(rig.recognizer)
    ear.say(rig.spoken(line))
    ear.end()
    await ear.ended()
