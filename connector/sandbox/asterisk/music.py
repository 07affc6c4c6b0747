"""Music for those who wait, made here: a slow sequence of soft chords that belongs to nobody."""

import math
import struct
import wave
from pathlib import Path
from typing import Final

RATE: Final = 8_000
CHORD_MS: Final = 2_400
CHORDS: Final = (
    (262, 330, 392),
    (220, 262, 330),
    (175, 262, 349),
    (196, 247, 392),
)
"""C, A minor, F and G, in hertz."""

LEVEL: Final = 2_200
"""The amplitude of each voice, of 32,767: what is said is louder."""

SWELL_MS: Final = 400
"""For how long a chord comes and goes, so that nothing clicks."""


def make_music(file: Path) -> None:
    """A WAV of 8 kHz that can be played in a loop; one that is there stays."""
    if file.exists():
        return
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for chord in CHORDS:
            out.writeframes(_chord(chord))


def _chord(hertz: tuple[int, ...]) -> bytes:
    count, swell = RATE * CHORD_MS // 1_000, RATE * SWELL_MS // 1_000
    turns = [2 * math.pi * voice / RATE for voice in hertz]
    loud = (LEVEL * min(1.0, n / swell, (count - 1 - n) / swell) for n in range(count))
    return struct.pack(
        f"<{count}h", *(int(level * sum(math.sin(turn * n) for turn in turns)) for n, level in enumerate(loud))
    )
