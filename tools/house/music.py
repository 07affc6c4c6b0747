"""Music for callers who wait: a few slow chords, made here, so that nobody's rights are touched."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 8_000
BEAT = 0.5
CHORDS = ((262, 330, 392, 523), (220, 262, 330, 440), (175, 220, 262, 349), (196, 247, 294, 392))
"""C major, A minor, F major, G major: the notes of each, in Hz, played one after the other and back."""


def write_music(path: Path) -> None:
    """Sixteen seconds of it, as a WAV file of telephone quality."""
    samples = [0.0] * round(2 * 8 * len(CHORDS) * BEAT * RATE)
    notes = [note for chord in CHORDS * 2 for note in (*chord, chord[2], chord[1], chord[2], chord[1])]
    for place, note in enumerate(notes):
        start = round(place * BEAT * RATE)
        for n in range(min(round(4 * BEAT * RATE), len(samples) - start)):
            fades = min(1.0, n / 80) * math.exp(-n / (1.2 * RATE))
            samples[start + n] += fades * math.sin(2 * math.pi * note * n / RATE)
    loudest = max(map(abs, samples))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *(round(6_000 * sample / loudest) for sample in samples)))
