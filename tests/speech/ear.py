"""Somebody who is listened to, in tests of recognizers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing

from connector.ports.recognizer import Heard, Recognizer

PATIENCE_S = 20.0


class Ear:
    """What was `heard` so far of what was said with `say`; `pulled` counts the pieces that were taken."""

    def __init__(self, recognizer: Recognizer, language: str = "en-US") -> None:
        self.heard: list[Heard] = []
        self.pulled = 0
        self._line: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self._more = asyncio.Condition()
        self._task = asyncio.create_task(self._hear(recognizer, language))

    @property
    def finals(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.final and heard.text]

    def say(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._line.put_nowait(piece)

    def break_(self, error: Exception) -> None:
        """The audio fails."""
        self._line.put_nowait(error)

    def end(self) -> None:
        """There is no more audio."""
        self._line.put_nowait(None)

    async def until(self, holds: Callable[[], object]) -> None:
        """Returns once that holds; what is raised meanwhile is raised here."""
        async with asyncio.timeout(PATIENCE_S), self._more:
            while not holds():
                if self._task.done():
                    self._task.result()
                    raise AssertionError(f"it ended too early: {self.heard}")
                await self._more.wait()

    async def final(self, number: int = 1) -> Heard:
        """The final text of that utterance."""
        await self.until(lambda: len(self.finals) >= number)
        return self.finals[number - 1]

    async def ended(self) -> None:
        """Returns when all has been heard; raises what is raised."""
        async with asyncio.timeout(PATIENCE_S):
            await self._task

    async def close(self) -> None:
        """Nobody listens any more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _audio(self) -> AsyncIterator[bytes]:
        while (piece := await self._line.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            self.pulled += 1
            await self._tell()
            yield piece

    async def _hear(self, recognizer: Recognizer, language: str) -> None:
        try:
            async with aclosing(recognizer.hear(self._audio(), language)) as found:
                async for heard in found:
                    self.heard.append(heard)
                    await self._tell()
        finally:
            await self._tell()

    async def _tell(self) -> None:
        async with self._more:
            self._more.notify_all()
