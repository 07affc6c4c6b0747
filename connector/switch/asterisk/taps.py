"""Listening to one side of a call: a snoop hears the leg, and an external media channel brings that to a WebSocket.

Asterisk takes any connection to `/media/ID` for the one with that id, without a password: its HTTP server belongs on
loopback or behind TLS and a firewall, as the administrator's page says.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

import aiohttp

from connector.errors import SwitchUnavailable
from connector.ports.audio import PIECE
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AriRefusal

TAP: Final = "tap-"
"""With this the ids of channels and bridges begin by which a leg is listened to."""

FORMAT: Final = "slin16"
READY_WITHIN: Final = 5.0


class Taps:
    """All that listen now."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}
        self._sockets: dict[str, aiohttp.ClientWebSocketResponse] = {}
        self._made = 0

    def is_up(self, channel: str) -> None:
        """That channel of a tap is in our application."""
        if channel in self._waiting:
            self._waiting[channel].set()

    async def ended(self, channel: str) -> None:
        """The channel has gone, with the leg that was listened to: there is nothing more to be heard."""
        socket = self._sockets.get(channel)
        if socket is not None:
            await socket.close()

    async def listen(
        self, machine: Machine, session: aiohttp.ClientSession, server: str, leg: str
    ) -> AsyncGenerator[bytes, None]:
        """As the port says; `server` is Asterisk's HTTP address.  Raises SwitchUnavailable and AriRefusal."""
        self._made += 1
        tap = f"{TAP}{leg}-{self._made}"
        media = f"{tap}-media"
        up = {channel: self._waiting.setdefault(channel, asyncio.Event()) for channel in (tap, media)}
        try:
            await machine.tap(tap, leg)
            connection = await machine.external_media(media, FORMAT)
            async with session.ws_connect(f"{server}/media/{connection}", protocols=("media",)) as socket:
                self._sockets[tap] = socket
                async with asyncio.timeout(READY_WITHIN):
                    await asyncio.gather(*(event.wait() for event in up.values()))
                await machine.mix(tap, (tap, media))
                async for piece in _pieces(socket):
                    yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SwitchUnavailable(f"Asterisk's media cannot be listened to: {error!r}") from error
        finally:
            self._sockets.pop(tap, None)
            for channel in up:
                del self._waiting[channel]
            # External media goes on by itself for ever; the snoop has ended with its leg, or ends now.
            with suppress(SwitchUnavailable, AriRefusal):
                await machine.hang_up(media, "normal")
                await machine.hang_up(tap, "normal")
                await machine.remove_bridge(tap)


async def _pieces(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[bytes, None]:
    """What comes, cut into pieces; control messages are passed over."""
    left = b""
    async for message in socket:
        if message.type is aiohttp.WSMsgType.BINARY:
            left += message.data
            while len(left) >= PIECE:
                yield left[:PIECE]
                left = left[PIECE:]
