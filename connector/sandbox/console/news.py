"""What goes on around the pages, told to all that are open."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage


class News:
    """What pages are told; each has a queue of its own."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[str | None]] = set()

    def tell(self, text: str) -> None:
        """All open pages show it."""
        for page in self._pages:
            page.put_nowait(text)

    def tell_mail(self, message: EmailMessage) -> None:
        """All open pages show that it was handed over to the mail server."""
        self.tell(f"E-mail to {message['To']}: {message['Subject']}")

    def listen(self) -> asyncio.Queue[str | None]:
        """A page's queue, until `leave`."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[str | None]) -> None:
        """That page is closed."""
        self._pages.discard(queue)

    def close(self) -> None:
        """The streams of all pages end."""
        for page in self._pages:
            page.put_nowait(None)
