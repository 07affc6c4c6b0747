"""A server that speaks the protocol of the Vosk server, as its source has it, and understands the voice of `voice`.

One answer to each message of audio; `{"eof" : 1}` is compared as text; then the last answer, and it hangs up.
"""

import asyncio
import json
import ssl
from typing import Any, Final

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from connector.ports.audio import PIECE
from tests.speech.voice import PAUSE_MS, PIECE_MS, SILENCE, understood

EOF: Final = '{"eof" : 1}'


class VoskServer:
    """`rooms` may be listened to at once; `status` refuses everybody.

    With a `rubbish` it answers that, and with `silent` nothing.  While `going` is cleared it reads no audio.
    `texts` are the messages that are no audio, of all; `sizes` those that are, in bytes; `headers` of who came.
    """

    def __init__(self) -> None:
        self.rooms = 100
        self.status = 0
        self.rubbish: str | bytes | None = None
        self.silent = False
        self.words = True
        self.going = asyncio.Event()
        self.going.set()
        self.texts: list[str] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.said: list[str] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self.idle = asyncio.Event()
        """Nobody is listened to."""
        application = web.Application()
        application.router.add_get("/{language:.*}", self._serve)
        self._server = TestServer(application)

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        await self._server.start_server(ssl=tls)

    async def stop(self) -> None:
        """Whoever is listened to loses the connection."""
        await self.hang_up()
        await self._server.close()

    async def hang_up(self) -> None:
        """Everybody who is listened to is cut off, as when it is killed."""
        for socket in list(self.sockets):
            transport = socket._req.transport if socket._req is not None else None  # no word of good-bye
            if transport is not None:
                transport.abort()

    def url(self, path: str = "") -> str:
        scheme = "wss" if self._server.scheme == "https" else "ws"
        return f"{scheme}://localhost:{self._server.port}/{path}"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        if self.status or len(self.sockets) >= self.rooms:
            return web.Response(status=self.status or 503)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sockets.add(socket)
        self.idle.clear()
        try:
            await self._talk(socket, _Ear(self.words))
        finally:
            self.sockets.discard(socket)
            if not self.sockets:
                self.idle.set()
        return socket

    async def _talk(self, socket: web.WebSocketResponse, ear: "_Ear") -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.texts.append(message.data)
                if message.data == EOF:
                    await self._answer(socket, ear.end())
                    return
                continue
            await self.going.wait()
            self.sizes.append(len(message.data))
            await self._answer(socket, ear.hear(message.data))

    async def _answer(self, socket: web.WebSocketResponse, answer: dict[str, Any]) -> None:
        if isinstance(self.rubbish, bytes):
            await socket.send_bytes(self.rubbish)
        elif not self.silent:
            if answer.get("text"):
                self.said.append(answer["text"])
            await socket.send_str(self.rubbish if self.rubbish is not None else json.dumps(answer))


class _Ear:
    """What one who is listened to has said; an utterance is over after `PAUSE_MS` of silence."""

    def __init__(self, words: bool) -> None:
        self._words = words
        self._pieces: list[bytes] = []
        self._since = 0

    def hear(self, data: bytes) -> dict[str, Any]:
        self._pieces += [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
        pause = self._pieces[-(PAUSE_MS // PIECE_MS) :]
        open_ = self._pieces[self._since :]
        if len(pause) == PAUSE_MS // PIECE_MS and all(piece == SILENCE for piece in pause) and any(map(any, open_)):
            return self.end()
        return {"partial": " ".join(word for word, _, _ in understood(open_))}

    def end(self) -> dict[str, Any]:
        found = understood(self._pieces[self._since :])
        before = self._since * PIECE_MS
        self._since = len(self._pieces)
        answer: dict[str, Any] = {"text": " ".join(word for word, _, _ in found)}
        if found and self._words:
            answer["result"] = [
                {"conf": 1.0, "word": word, "start": (before + began) / 1000, "end": (before + ended) / 1000}
                for word, began, ended in found
            ]
        return answer
