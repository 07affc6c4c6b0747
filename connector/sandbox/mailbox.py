"""A mail server that sends nothing on: what is handed over to it on this machine is told to whoever runs it."""

import asyncio
import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

Taken = Callable[[EmailMessage], None]
LARGEST: Final = 1024 * 1024
"""Bytes of a message."""

_PLAIN: Final = {b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"RSET": b"250 ok", b"NOOP": b"250 ok", b"HELO": b"250 demo"}


class Mailbox:
    """SMTP (RFC 5321) on 127.0.0.1, as far as one client needs it; `taken` is called with each message."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listens; returns the port.  Raises `OSError` when it is taken."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", port, limit=LARGEST)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Nothing is taken any more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 demo\r\n")
            while line := await reader.readline():
                word = line.split(b" ", 1)[0].strip().upper()
                if word == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                writer.write(await self._answer(word, reader, writer) + b"\r\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # it broke off, or sent more than a line may have
        finally:
            writer.close()

    async def _answer(self, word: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if word == b"EHLO":
            return b"250-demo\r\n250 8BITMIME"
        if word != b"DATA":
            return _PLAIN.get(word, b"502 not here")
        writer.write(b"354 go on\r\n")
        body = bytearray()
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionError
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        self._taken(email.message_from_bytes(bytes(body), _class=EmailMessage, policy=email.policy.default))
        return b"250 taken"
