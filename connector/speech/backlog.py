"""What was heard and is still to be taken by a recognizer: bounded, so that a slow one makes gaps and no delay."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct

from connector.ports.audio import RATE

BYTES_A_MS: Final = RATE * 2 // 1000

CHUNK_MS: Final = 100
"""So much is taken at once: each costs a message."""

LATEST_MS: Final = 5_000
"""What is older than this is of no use to who reads along."""

KEPT_MS: Final = 1_000
"""So much is left then: one gap now and then leaves more whole words than many small ones."""


class Chunk(Struct, frozen=True, gc=False):
    """A stretch of audio; `at` is ms since the audio began."""

    at: int
    data: bytes

    @property
    def end(self) -> int:
        """Likewise."""
        return self.at + len(self.data) // BYTES_A_MS


class Backlog:
    """Between who brings the audio, in its own time, and who takes it, when there is time."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0
        self._ended = False
        self._error: Exception | None = None
        self._more = asyncio.Event()
        self.dropped = 0
        """Ms that nobody took in time."""

    async def fill(self, audio: AsyncIterator[bytes]) -> None:
        """Takes all audio as it comes; returns when it has ended.  What it raises is raised by `take`."""
        try:
            async for piece in audio:
                self._put(piece)
        except Exception as error:  # it is told to who takes
            self._error = error
        self._ended = True
        self._more.set()

    def _put(self, piece: bytes) -> None:
        self._held += piece
        if len(self._held) > LATEST_MS * BYTES_A_MS:
            gap = (len(self._held) // BYTES_A_MS) - KEPT_MS
            del self._held[: gap * BYTES_A_MS]
            self._at += gap
            self.dropped += gap
        if len(self._held) >= CHUNK_MS * BYTES_A_MS:
            self._more.set()

    async def take(self) -> Chunk | None:
        """The next `CHUNK_MS`, or what is left of the audio once it has ended, or None.  Raises what the audio did."""
        while len(self._held) < CHUNK_MS * BYTES_A_MS and not self._ended:
            self._more.clear()
            await self._more.wait()
        if self._error is not None:
            raise self._error
        if not self._held:
            return None
        chunk = Chunk(self._at, bytes(self._held[: CHUNK_MS * BYTES_A_MS]))
        del self._held[: len(chunk.data)]
        self._at = chunk.end
        return chunk
