"""Audio and recognizer in memory: what is said at a leg is given as text, and comes out of the recognizer as such."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from connector.errors import RecognizerBusy
from connector.ports.recognizer import Heard


class Spoken:
    """Both ports.  `reached` has each text that the recognizer was given, with its language; it raises `fault`.

    There are so many `rooms`; `asked` counts how often it was asked to hear somebody.  With a `clock` (ms) times are
    those at which it was said, and not those that are given.
    """

    def __init__(self, clock: Callable[[], int] | None = None) -> None:
        self._clock = clock
        self.reached: list[tuple[str, str]] = []
        self.asked = 0
        self.fault: Exception | None = None
        self.rooms = 1_000
        self._heard = 0
        self._lines: dict[str, list[asyncio.Queue[bytes | None]]] = {}

    @property
    def listened(self) -> set[str]:
        """The legs that somebody listens to now."""
        return {leg for leg, lines in self._lines.items() if lines}

    def say(self, leg: str, text: str, final: bool = False, began: int = 0, ended: int = 1_000) -> None:
        """That is said there, whether anybody listens or not."""
        for line in self._lines.get(leg, ()):
            line.put_nowait(json.dumps([text, final, began, ended]).encode())

    def hang_up(self, leg: str) -> None:
        """There is nothing more to be heard of that leg."""
        for line in self._lines.get(leg, ()):
            line.put_nowait(None)

    async def listen(self, leg: str) -> AsyncGenerator[bytes, None]:
        """As the `Audio` port says, but for what a piece is."""
        line: asyncio.Queue[bytes | None] = asyncio.Queue()
        lines = self._lines.setdefault(leg, [])
        lines.append(line)
        try:
            while (piece := await line.get()) is not None:
                yield piece
        finally:
            lines.remove(line)

    async def hear(self, audio: AsyncIterator[bytes], language: str) -> AsyncGenerator[Heard, None]:
        """As the `Recognizer` port says."""
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        if self._heard >= self.rooms:
            raise RecognizerBusy("there is no room")
        self._heard += 1
        try:
            async for heard in self._understand(audio, language):
                yield heard
        finally:
            self._heard -= 1

    async def _understand(self, audio: AsyncIterator[bytes], language: str) -> AsyncGenerator[Heard, None]:
        since: int | None = None
        began: int | None = None
        async for piece in audio:
            text, final, given, ended = json.loads(piece)
            if self._clock is not None:
                now = self._clock()
                since = now if since is None else since
                ended = now - since
                given = began = ended if began is None else began
                began = None if final else began
            self.reached.append((text, language))
            if self.fault is not None:
                raise self.fault
            yield Heard(text, final, given, ended)

    def knows(self, language: str) -> bool:
        """As the `Recognizer` port says: all but Welsh."""
        return not language.startswith("cy")

    async def start(self) -> None:
        """It is ready."""

    async def close(self) -> None:
        """Nothing was started."""
