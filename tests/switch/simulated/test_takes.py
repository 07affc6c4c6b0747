"""What the simulated switch has recorded: as long as it took, and silent where nobody was to be heard."""

import io
import struct
import wave

import pytest

from connector.domain.model import Recording
from connector.errors import RecordingGone
from connector.switch.register.clock import VirtualClock
from connector.switch.register.entry import Entry
from connector.switch.simulated.takes import Takes

ON, OFF, PAUSED = Recording.ON, Recording.OFF, Recording.PAUSED


class Day:
    """A clock, and takes that see what happens."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.takes = Takes(self.clock)

    def see(self, what: str, after: int = 0, **values: object) -> None:
        self.clock.advance(after)
        self.takes.see(Entry(self.clock.now(), what, **values))  # type: ignore[arg-type]  # as the test has it

    def record(self, recording: Recording, after: int = 0, legs: tuple[str, ...] = ("c",)) -> None:
        self.see("recording", after, contact="k", recording=recording, legs=legs)

    def runs(self, number: int = 0) -> list[tuple[bool, int]]:
        """For how many ms it is silent, or not, in turn."""
        with wave.open(io.BytesIO(b"".join(self.takes.wav(self.takes.names()[number]).pieces()))) as file:
            raw = file.readframes(file.getnframes())
        samples = struct.unpack(f"<{len(raw) // 2}h", raw)
        found: list[tuple[bool, int]] = []
        for at in range(0, len(samples), 80):
            still = not any(samples[at : at + 80])
            if found and found[-1][0] is still:
                found[-1] = (still, found[-1][1] + 10)
            else:
                found.append((still, 10))
        return found


def test_it_is_as_long_as_it_took() -> None:
    day = Day()
    day.record(ON)
    day.record(OFF, after=2_500)
    assert day.runs() == [(False, 2_500)]


def test_a_pause_is_silent_in_its_place() -> None:
    day = Day()
    day.record(ON)
    day.record(PAUSED, after=500)
    day.record(ON, after=1_200)
    day.record(OFF, after=300)
    assert day.runs() == [(False, 500), (True, 1_200), (False, 300)]


def test_a_hold_is_silent_in_its_place_and_a_pause_through_it() -> None:
    day = Day()
    day.record(ON)
    day.see("held", 100, leg="c")
    day.record(PAUSED, after=100)
    day.see("resumed", 100, leg="c")
    day.record(ON, after=100)
    day.record(OFF, after=100)
    assert day.runs() == [(False, 100), (True, 300), (False, 100)]


def test_the_hold_of_another_is_none_of_its_business() -> None:
    day = Day()
    day.record(ON)
    day.see("held", 100, leg="other")
    day.record(OFF, after=100)
    assert day.runs() == [(False, 200)]


def test_one_that_begins_on_hold_is_silent_from_the_first() -> None:
    day = Day()
    day.see("held", leg="c")
    day.record(ON)
    day.see("resumed", 300, leg="c")
    day.record(OFF, after=200)
    assert day.runs() == [(True, 300), (False, 200)]


def test_of_colleagues_only_what_they_say_to_each_other() -> None:
    day = Day()
    day.see("mixed", legs=("a", "j"))
    day.record(ON, legs=("a", "j"))
    day.see("mixed", 100, legs=("a", "k"))
    day.see("mixed", 200, legs=("a", "j"))
    day.record(OFF, after=300, legs=("a", "j"))
    assert day.runs() == [(False, 100), (True, 200), (False, 300)]


def test_each_start_is_a_file_of_its_own() -> None:
    day = Day()
    for _ in range(2):
        day.record(ON)
        day.record(OFF)
    assert len(set(day.takes.names())) == 2


def test_the_same_calls_make_the_same_bytes() -> None:
    days = [Day(), Day()]
    for day in days:
        day.record(ON)
        day.record(PAUSED, after=333)
        day.record(OFF, after=777)
    one, other = (b"".join(day.takes.wav(day.takes.names()[0]).pieces()) for day in days)
    assert one == other


def test_one_that_runs_is_read_as_far_as_it_is_and_one_that_is_dropped_is_gone() -> None:
    day = Day()
    day.record(ON)
    day.clock.advance(700)
    (name,) = day.takes.names()
    assert day.runs() == [(False, 700)]
    day.takes.drop(name)
    with pytest.raises(RecordingGone):
        day.takes.wav(name)
    day.record(OFF)
    assert day.takes.names() == []
