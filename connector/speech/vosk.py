"""A recognizer elsewhere that speaks the WebSocket protocol of the Vosk server: a socket for each who is listened to.

It answers each message of audio with exactly one of its own.  So what it has not answered yet is counted, and no more
than `AHEAD_MS` is ever on its way: otherwise the buffers of sockets would hold half a minute of what was said.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Final

import aiohttp
import msgspec
from aiohttp import WSMsgType
from msgspec import Meta, Struct

from connector.errors import RecognizerBusy, RecognizerUnavailable
from connector.ports.audio import RATE
from connector.ports.recognizer import Heard
from connector.speech.backlog import CHUNK_MS, Backlog, Chunk

AHEAD_MS: Final = 1_000
TIMEOUT_S: Final = 10.0
CLOSE_WITHIN_S: Final = 1.0
LARGEST: Final = 256 * 1024
"""Bytes of an answer: more than a minute of words with their times."""

BEGIN: Final = msgspec.json.encode({"config": {"sample_rate": RATE, "words": True, "max_alternatives": 0}}).decode()
END: Final = '{"eof" : 1}'
"""With exactly these blanks: servers compare the text."""

FULL: Final = 503

Moment = Annotated[float, Meta(ge=0, le=1e6)]


class _Word(Struct, frozen=True, gc=False):
    """Seconds since what was sent began."""

    start: Moment
    end: Moment


class _Answer(Struct, frozen=True, gc=False):
    """`text` is final, `partial` is not."""

    partial: str | None = None
    text: str | None = None
    result: tuple[_Word, ...] = ()


class Vosk:
    """The recognizer.  `urls` are ws://HOST:PORT or wss://…, by language (en-US, or en); that of "" is for all others.

    `token` is shown as a bearer's, to a proxy that asks for one; `most` may be listened to at once.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        token: str = "",
        trust: ssl.SSLContext | None = None,
        most: int = 16,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._urls = dict(urls)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._trust = trust
        self._most = most
        self._timeout_s = timeout_s
        self._open = 0
        self._session: aiohttp.ClientSession | None = None

    def knows(self, language: str) -> bool:
        """As the port says."""
        return bool(self._url(language))

    async def hear(self, audio: AsyncIterator[bytes], language: str) -> AsyncGenerator[Heard, None]:
        """As the port says."""
        url = self._url(language)
        if not url:
            raise RecognizerUnavailable(f"transcript.urls: has nobody for the language {language!r}")
        if self._open >= self._most:
            raise RecognizerBusy(f"{self._most} are listened to already; transcript.speakers is the limit")
        self._open += 1
        try:
            async with AsyncExitStack() as stack:
                # First: that audio is taken tells the agent that it is written down.
                socket = await self._connect(url)
                stack.push_async_callback(socket.close)
                backlog = Backlog()
                filling = asyncio.create_task(backlog.fill(audio))
                stack.push_async_callback(_end, filling)
                line = _Line(socket, backlog, self._timeout_s)
                sending = asyncio.create_task(line.send())
                stack.push_async_callback(_end, sending)
                async with aclosing(line.listen()) as understood:
                    async for heard in understood:
                        yield heard
        except (aiohttp.ClientError, ConnectionError) as error:
            raise RecognizerUnavailable(f"the recognizer at {url} went away: {error!r}") from error
        finally:
            self._open -= 1

    async def start(self) -> None:
        """As the port says: each who is heard has a connection of their own."""

    async def close(self) -> None:
        """As the port says."""
        if self._session is not None:
            await self._session.close()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All, each once."""
        return tuple(dict.fromkeys(self._urls.values()))

    async def try_out(self, url: str) -> None:
        """Raises RecognizerUnavailable when that one cannot be used now."""
        await (await self._connect(url)).close()

    def _url(self, language: str) -> str:
        names = (language, language.partition("-")[0], "")
        return next((self._urls[name] for name in names if name in self._urls), "")

    async def _connect(self, url: str) -> aiohttp.ClientWebSocketResponse:
        if self._session is None or self._session.closed:
            # Each socket lasts as long as a call: there may be more of them than aiohttp lets by itself.
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(headers=self._headers, connector=connector)
        try:
            async with asyncio.timeout(self._timeout_s):
                socket = await self._session.ws_connect(
                    url,
                    ssl=True if self._trust is None else self._trust,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
                    max_msg_size=LARGEST,
                )
                await socket.send_str(BEGIN)
        except aiohttp.WSServerHandshakeError as refusal:
            if refusal.status == FULL:
                raise RecognizerBusy(f"the recognizer at {url} has no room for one more") from refusal
            cure = "; is transcript.token_file right?" if refusal.status in (401, 403) else ""
            raise RecognizerUnavailable(f"the recognizer at {url} answers {refusal.status}{cure}") from refusal
        except TimeoutError as error:
            raise RecognizerUnavailable(f"the recognizer at {url} does not answer") from error
        except aiohttp.ClientError as error:
            raise RecognizerUnavailable(f"the recognizer at {url} cannot be reached: {error}") from error
        return socket


class _Line:
    """What goes to and comes from the server, of one who is listened to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, backlog: Backlog, timeout_s: float) -> None:
        self._socket = socket
        self._backlog = backlog
        self._timeout_s = timeout_s
        self._room = asyncio.Semaphore(AHEAD_MS // CHUNK_MS)
        self._sent: deque[Chunk] = deque()
        self._moments = _Moments()
        self._ending = False
        self._over = False
        self._error: Exception | None = None
        self._shown = ""
        self._began: int | None = None
        self._reached = 0

    async def send(self) -> None:
        """All audio is sent, as fast as it is answered, and the end of it; when that fails, `listen` ends."""
        try:
            while True:
                await self._room.acquire()
                chunk = await self._backlog.take()
                if chunk is None:
                    break
                self._moments.sent(chunk)
                self._sent.append(chunk)
                await self._socket.send_bytes(chunk.data)
            self._ending = True
            await self._socket.send_str(END)
        except Exception as error:  # it is told to who listens, whom the closing wakes
            self._error = error
            await self._socket.close()

    async def listen(self) -> AsyncGenerator[Heard, None]:
        """What the server understands, until it has said all after the end.  Raises what `send` did."""
        while not self._over:
            oldest = self._sent[0] if self._sent else None
            try:
                message = await self._socket.receive(timeout=self._timeout_s)
            except TimeoutError as error:
                # While nobody brings audio it has nothing to answer.
                if self._ending or (oldest is not None and self._sent and self._sent[0] is oldest):
                    raise RecognizerUnavailable("the recognizer does not answer any more") from error
                continue
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                break
            if message.type is not WSMsgType.TEXT:
                raise RecognizerUnavailable("the recognizer sent what is no text: it does not speak Vosk's protocol")
            for understood in self._understood(message.data):
                yield understood
        if self._error is not None:
            raise self._error
        if not self._over:
            raise RecognizerUnavailable("the recognizer hung up")

    def _understood(self, text: str) -> list[Heard]:
        try:
            answer = _DECODER.decode(text)
        except msgspec.DecodeError:
            # Without its words, which may hold what was said.
            raise RecognizerUnavailable("the recognizer sent rubbish: it does not speak Vosk's protocol") from None
        if answer.partial is None and answer.text is None:
            raise RecognizerUnavailable(
                "the recognizer sent neither partial nor text: it does not speak Vosk's protocol"
            )
        began = self._reached
        if self._sent:
            began = self._sent[0].at
            self._reached = self._sent.popleft().end
            self._room.release()
        elif self._ending:
            self._over = True
        else:
            raise RecognizerUnavailable("the recognizer answers what it was not sent")
        if answer.text is not None:
            return self._settled(answer.text.strip(), answer.result)
        return self._partly((answer.partial or "").strip(), began)

    def _partly(self, text: str, began: int) -> list[Heard]:
        if text == self._shown:
            return []
        if self._began is None:
            self._began = began
        self._shown = text
        return [Heard(text, False, self._began, self._reached)]

    def _settled(self, text: str, words: tuple[_Word, ...]) -> list[Heard]:
        shown, self._shown = self._shown, ""
        began, self._began = self._began, None
        if not text and not shown:
            return []
        ended = self._reached
        if words:
            began, ended = self._moments.of(words[0].start), self._moments.of(words[-1].end)
        self._moments.forget(self._reached)
        began = ended if began is None else min(began, ended)
        return [Heard(text, True, began, ended)]


class _Moments:
    """Which moment of the audio a moment of what was sent is: they differ by what was left out before it."""

    def __init__(self) -> None:
        self._sent = 0
        self._gaps: deque[tuple[int, int]] = deque([(0, 0)])

    def sent(self, chunk: Chunk) -> None:
        """That chunk is the next one that is sent."""
        left_out = chunk.at - self._sent
        if left_out != self._gaps[-1][1]:
            self._gaps.append((self._sent, left_out))
        self._sent += chunk.end - chunk.at

    def of(self, seconds: float) -> int:
        """Ms since the audio began."""
        at = round(seconds * 1000)
        return at + next((left_out for since, left_out in reversed(self._gaps) if since <= at), 0)

    def forget(self, before: int) -> None:
        """Nobody will ask for moments before that one of the audio."""
        while len(self._gaps) > 1 and self._gaps[1][0] + self._gaps[1][1] <= before:
            self._gaps.popleft()


async def _end(task: asyncio.Task[None]) -> None:
    """It has ended, whatever it was doing; what it raised was told where it matters."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


_DECODER: Final = msgspec.json.Decoder(_Answer)
