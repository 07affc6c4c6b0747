"""The ear of the audio tests hears what is there and nothing else."""

import pytest

from tests.live.listening import RATE, TONES, heard, samples_of, silent, tone


@pytest.mark.parametrize("hertz", TONES)
def test_one_tone_is_heard_and_no_other(hertz: int) -> None:
    assert heard(samples_of(tone(hertz, 500))) == [{hertz}] * 5


def test_tones_together_are_all_heard() -> None:
    parts = [samples_of(tone(hertz, 300, 4_000)) for hertz in TONES[:5]]
    assert heard([sum(part) for part in zip(*parts, strict=True)]) == [set(TONES[:5])] * 3


def test_a_key_is_none_of_the_tones() -> None:
    for low in (697, 770, 852, 941):
        for high in (1209, 1336, 1477, 1633):
            low_part, high_part = samples_of(tone(low, 200, 6_000)), samples_of(tone(high, 200, 6_000))
            assert heard([a + b for a, b in zip(low_part, high_part, strict=True)]) == [set(), set()]


def test_silence_is_silent_and_a_tone_is_not() -> None:
    assert silent([0] * RATE) == [True] * 10
    assert silent([-8, 8] * (RATE // 2)) == [True] * 10
    assert silent(samples_of(tone(450, 300))) == [False] * 3
