"""A mail server on this machine that takes what it is told to take, and keeps it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """SMTP (RFC 5321) as far as a client needs it; `refusals` answers so many messages with 451 first."""

    def __init__(self, refusals: int = 0, password: str = "") -> None:
        self.refusals = refusals
        self.password = password
        self.letters: list[EmailMessage] = []
        self.logged_in: list[str] = []
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MailServer"]:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 here")
        while line := (await reader.readline()).decode().strip():
            match line.split()[0].upper():
                case "EHLO":
                    say("250-here")
                    say("250 AUTH PLAIN" if self.password else "250 8BITMIME")
                case "AUTH":
                    _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                    good = password == self.password
                    self.logged_in += [user] * good
                    say("235 welcome" if good else "535 no")
                case "DATA":
                    say("354 go on")
                    text = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                    say(self._take(text))
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("250 fine")
        await writer.drain()
        writer.close()

    def _take(self, text: bytes) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 later"
        letter = message_from_bytes(text, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"
