"""What can be heard in a recording: which of a few known tones, at which time (Goertzel, one frequency at a time).

Each party sends a tone of its own, so that who hears whom is read from what each of them received.
"""

import math
import wave
from collections.abc import Iterable
from io import BytesIO
from typing import Final

RATE: Final = 8_000
FRAME_MS: Final = 100
"""Long enough to tell tones of 10 Hz apart, and no longer than a word."""

FRAME: Final = RATE * FRAME_MS // 1000
"""So many samples."""

TONES: Final = (450, 570, 1060, 1750, 1900, 2350, 2600)
"""Frequencies of the parties: none is a harmonic of another, nor one of a key's (ITU-T Q.23)."""

LOUD: Final = 250
"""The least amplitude that counts as heard, of 32,767: 40 dB below the loudest."""


def samples_of(data: bytes) -> list[int]:
    """The samples of a WAV of 16 bits, 8 kHz and one channel."""
    with wave.open(BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return raw_samples(file.readframes(file.getnframes()))


def raw_samples(data: bytes) -> list[int]:
    """The samples of bare 16 bits, as of a file that is still written."""
    return list(memoryview(data[: len(data) // 2 * 2]).cast("h"))


def amplitude(samples: list[int], hertz: int) -> float:
    """How much of that frequency there is: the amplitude of a sine that would give as much."""
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = last * last + before * before - factor * last * before
    return 2 * math.sqrt(max(0.0, power)) / len(samples)


def frames(samples: list[int]) -> list[list[int]]:
    """The samples in whole frames of `FRAME_MS`."""
    return [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME)]


def heard(samples: list[int], tones: Iterable[int] = TONES) -> list[frozenset[int]]:
    """For each frame which of the tones were heard."""
    wanted = tuple(tones)
    return [
        frozenset(tone for tone in wanted if amplitude(frame, tone) > LOUD) if any(frame) else frozenset()
        for frame in frames(samples)
    ]


def played(samples: list[int], chords: Iterable[tuple[int, ...]]) -> list[bool]:
    """For each frame whether one of the chords was heard, with all its voices."""
    known = tuple(chords)
    return [any(all(amplitude(frame, voice) > LOUD for voice in chord) for chord in known) for frame in frames(samples)]


def silent(samples: list[int]) -> list[bool]:
    """For each frame whether it is silence: nothing at all, not even noise."""
    return [max(map(abs, frame)) <= SILENCE for frame in frames(samples)]


SILENCE: Final = 8
"""The largest sample that is silence: the two steps of G.711 around zero."""


def tone(hertz: int, ms: int, level: int = 8_000) -> bytes:
    """A WAV of that tone."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        count = RATE * ms // 1000
        wave_form = (int(level * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(count))
        file.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in wave_form))
    return out.getvalue()
