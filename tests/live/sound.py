"""Which tones a WAV file has, and when: Goertzel's algorithm over tenths of a second."""

import io
import math
import struct
import wave
from collections.abc import Iterable

from msgspec import Struct

FRAME_MS = 100
LOUD = 300
"""The amplitude from which on a tone counts as heard; those played have some thousands."""


class Frame(Struct, frozen=True):
    """A tenth of a second: the tones in it, and whether every sample is 0."""

    tones: frozenset[int]
    silent: bool


def frames(data: bytes, hertz: Iterable[int]) -> list[Frame]:
    """The whole frames of a file, of 8,000 samples of 16 bits a second."""
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
        raw = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    size = 8 * FRAME_MS
    parts = (samples[at : at + size] for at in range(0, len(samples) - size + 1, size))
    wanted = tuple(hertz)
    return [Frame(frozenset(tone for tone in wanted if _level(part, tone) > LOUD), not any(part)) for part in parts]


def _level(part: tuple[int, ...], hertz: int) -> float:
    """The amplitude of that tone."""
    factor = 2 * math.cos(2 * math.pi * hertz / 8_000)
    before, last = 0.0, 0.0
    for sample in part:
        before, last = last, sample + factor * last - before
    power = before * before + last * last - factor * before * last
    return 2 * math.sqrt(max(0.0, power)) / len(part)


def between(found: list[Frame], start: int, stop: int) -> list[Frame]:
    """The frames that lie whole between two times, in ms from the beginning."""
    return found[-(-start // FRAME_MS) : stop // FRAME_MS]
