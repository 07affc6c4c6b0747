"""A made-up voice that stand-in recognizers understand: each word says in its samples which one it is.

A word takes as long as it has letters, like in a mouth.  What is missing of it makes it another word, or none.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from connector.ports.audio import PIECE

MARK: Final = b"\x7fV"
PIECE_MS: Final = 20
A_LETTER: Final = 3
"""Pieces."""

SILENCE: Final = bytes(PIECE)
PAUSE_MS: Final = 500
"""After so much silence an utterance is over."""


def spoken(text: str, pause_ms: int = 700) -> list[bytes]:
    """That text in pieces, and silence after it."""
    return [*(piece for word in text.split() for piece in _word(word)), *silence(pause_ms)]


def silence(ms: int) -> list[bytes]:
    """As many pieces as that takes."""
    return [SILENCE] * (ms // PIECE_MS)


def lasts(text: str) -> int:
    """Ms, without the silence after it."""
    return sum(len(word) * A_LETTER * PIECE_MS for word in text.split())


def _word(word: str) -> Iterator[bytes]:
    data = word.encode()
    count = len(word) * A_LETTER
    for number in range(count):
        yield (MARK + bytes([number, count, len(data)]) + data).ljust(PIECE, b"\x11")


def understood(pieces: Iterable[bytes]) -> list[tuple[str, int, int]]:
    """The whole words among those pieces, with the ms at which they begin and end."""
    found = []
    next_number, began = 0, 0
    for at, piece in enumerate(pieces):
        if not piece.startswith(MARK):
            next_number = 0
            continue
        number, count, length = piece[2:5]
        if number == 0:
            began = at
        elif number != next_number:
            next_number = 0
            continue
        next_number = number + 1
        if next_number == count:
            found.append((piece[5 : 5 + length].decode(), began * PIECE_MS, (at + 1) * PIECE_MS))
            next_number = 0
    return found
