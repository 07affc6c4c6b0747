"""What makes text of what is heard, for the live transcript: never stored."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from msgspec import Struct


class Heard(Struct, frozen=True, gc=False):
    """What was understood of one utterance so far; times are ms since the audio began.

    Not `final`: it comes again, better or longer.  After a final one the next utterance begins.  `text` "" takes back
    what was understood of this utterance before.
    """

    text: str
    final: bool
    began: int
    ended: int


class Recognizer(Protocol):
    """Makes text of speech, somewhere else than on the event loop."""

    def knows(self, language: str) -> bool:
        """Whether it understands that language, which is like en-US, or "" where nobody has said which."""

    def hear(self, audio: AsyncIterator[bytes], language: str) -> AsyncGenerator[Heard, None]:
        """What is said in the audio, which is as the `Audio` port gives it; ends when the audio does.

        `language` is one that it knows.  When the generator is closed, what was not final
        is forgotten, and nothing of it is kept anywhere.  Raises RecognizerBusy when it has no room for one more, and
        RecognizerUnavailable when it is away, fails or goes away.
        """

    async def start(self) -> None:
        """It gets ready for who will be heard, and returns at once."""

    async def close(self) -> None:
        """Nobody is heard any more, and whatever was started for it has ended."""
