"""What is said in a call, for the live transcript: never stored."""

from collections.abc import AsyncGenerator
from typing import Final, Protocol

RATE: Final = 16_000
"""Samples a second."""

PIECE: Final = 640
"""Bytes of a piece: 20 ms."""


class Audio(Protocol):
    """A switch whose calls can be listened to."""

    def listen(self, leg: str) -> AsyncGenerator[bytes, None]:
        """What the party at that leg says, each side of a call apart, from now until the leg has ended.

        Signed 16 bit, little-endian, mono, `RATE` a second, in pieces of `PIECE` bytes.  Nothing is kept; when the
        generator is closed nobody listens any more.  Raises SwitchUnavailable when the switch is away, or goes away.
        """
