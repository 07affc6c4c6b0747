"""What is prepared to be said on the simulated switch: a conversation that is the same in every call.

`speech/README.md` says where the voice comes from.
"""

from array import array
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from connector.ports.audio import PIECE

FOLDER: Final = Path(__file__).parent / "speech"
PIECE_MS: Final = 20
A_PIECE: Final = 160
"""Bytes of µ-law."""

SILENCE: Final = bytes(PIECE)
BETWEEN_MS: Final = 900
"""Between two lines; the recognizer takes half a second of it for the end of a sentence."""


class Line(Struct, frozen=True):
    """What one side says without a pause.  `side`: agent or customer."""

    file: str
    side: str
    text: str


class Lines(Struct, frozen=True):
    """How a conversation begins, by who called whom, and how it goes on."""

    called_us: tuple[Line, ...]
    called_by_us: tuple[Line, ...]
    then: tuple[Line, ...]


class Script:
    """Lines in their time, of which there is so much, in ms; afterwards everybody is silent."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines
        self._starts: list[int] = []
        at = BETWEEN_MS
        for line in lines:
            self._starts.append(at)
            at += len(sound(line.file)) // A_PIECE * PIECE_MS + BETWEEN_MS
        self.length = at

    def before(self, at: int) -> int:
        """When the pause begins before the line that is said then, or was last."""
        number = bisect_right(self._starts, at)
        return self._starts[number - 1] - BETWEEN_MS if number else 0

    def piece(self, at: int, side: str) -> bytes:
        """The 20 ms from then on of that side, as the `Audio` port has them."""
        number = bisect_right(self._starts, at) - 1
        if number < 0 or self.lines[number].side != side:
            return SILENCE
        said = sound(self.lines[number].file)
        start = (at - self._starts[number]) // PIECE_MS * A_PIECE
        return _wide(said[start : start + A_PIECE + 1]) if start < len(said) else SILENCE


@cache
def script(called: str = "") -> Script:
    """That of a call in which the customer `called_us` or was `called_by_us`; "" for how it goes on only."""
    lines = msgspec.json.decode((FOLDER / "lines.json").read_bytes(), type=Lines)
    return Script((*({"called_us": lines.called_us, "called_by_us": lines.called_by_us}.get(called, ())), *lines.then))


@cache
def sound(file: str) -> bytes:
    """That file's µ-law, whole pieces."""
    data = (FOLDER / f"{file}.ulaw").read_bytes()
    return data + b"\xff" * (-len(data) % A_PIECE)


def _wide(data: bytes) -> bytes:
    """A piece with twice as many samples, those between two being their mean; `data` has the next sample, too."""
    found = array("h")
    levels = _levels()
    samples = [levels[code] for code in data]
    samples += [0] * (A_PIECE + 1 - len(samples))
    for n in range(A_PIECE):
        found.append(samples[n])
        found.append((samples[n] + samples[n + 1]) // 2)
    return found.tobytes()


@cache
def _levels() -> tuple[int, ...]:
    """What each code of µ-law stands for, as ITU-T G.711 says."""
    found = []
    for code in range(256):
        bits = ~code & 0xFF
        size = (((bits & 0x0F) << 3) + 132 << (bits >> 4 & 7)) - 132
        found.append(-size if bits & 0x80 else size)
    return tuple(found)
