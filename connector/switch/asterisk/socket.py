"""One connection with Asterisk's ARI: events come in, requests and their answers go over the same socket.

Requests are pipelined, which measured seven times as many as HTTP on ten connections; their order is kept by
Asterisk, which carries them out one after the other.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

import aiohttp
import msgspec
from msgspec import Struct

from connector.errors import ConnectorError, SwitchUnavailable
from connector.switch.asterisk.parse import USED, Event, RESTResponse, parse

log = logging.getLogger(__name__)

HEARTBEAT: Final = 10.0
"""Seconds between pings: Asterisk that has vanished without a word is noticed after one and a half of these."""

ANSWER_WITHIN: Final = 10.0
"""Seconds in which a request is answered, or the connection is taken for dead."""


AT_A_TIME: Final = 32
"""How many messages are taken in before everybody else has a turn."""


class AriRefusal(ConnectorError):
    """Asterisk will not: `status` as of HTTP, `said` its own words."""

    code = "ari_refused"

    def __init__(self, what: str, status: int, said: str) -> None:
        super().__init__(f"Asterisk refused {what}: {status} {said}")
        self.status = status
        self.said = said


class _Request(Struct, frozen=True, tag_field="type", tag="RESTRequest", omit_defaults=True):
    request_id: str
    transaction_id: str
    method: str
    uri: str
    content_type: str = ""
    message_body: str = ""


_ENCODER: Final = msgspec.json.Encoder()
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def uri(*parts: str, **query: str | int) -> str:
    """A path of ARI with each part quoted, as `channels/a%2Fb/moh?mohClass=x`."""
    path = "/".join(part if _PLAIN(part) else quote(part, safe="") for part in parts)
    texts = {name: str(value) for name, value in query.items()}
    # Most have nothing to quote, and `quote` looks at each character by itself.
    asked = [f"{name}={text if _PLAIN(text) else quote_plus(text)}" for name, text in texts.items()]
    return f"{path}?{'&'.join(asked)}" if query else path


class AriSocket:
    """A connection that is open; `tell` is given each event, in order, on the event loop.

    `closed` is set, with `why`, when it is over: nothing is told and nothing can be asked after that.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, tell: Callable[[Event], None]) -> None:
        self._socket = socket
        self._tell = tell
        self._asked = 0
        self._waiting: dict[str, asyncio.Future[RESTResponse]] = {}
        self._reading = asyncio.get_running_loop().create_task(self._read(), name="ARI")
        self.closed = asyncio.Event()
        self.why = ""

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, app: str, tell: Callable[[Event], None]
    ) -> "AriSocket":
        """Connected as `app` at `url` (http://host:port/ari), and told only what the driver uses.

        Raises SwitchUnavailable that says what is wrong.
        """
        address = f"{url}/events?{urlencode({'app': app, 'subscribeAll': 'false'})}"
        try:
            socket = await session.ws_connect(address, heartbeat=HEARTBEAT, max_msg_size=0)
        except aiohttp.WSServerHandshakeError as refused:
            raise SwitchUnavailable(f"Asterisk at {url} {_refused(refused.status)}") from refused
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SwitchUnavailable(f"Asterisk at {url} cannot be reached: {error}") from error
        opened = cls(socket, tell)
        # The answers to requests pass the same filter.
        wanted = msgspec.json.encode({"allowed": [{"type": kind} for kind in (*USED, "RESTResponse")]}).decode()
        try:
            await opened.request("PUT", uri("applications", app, "eventFilter"), wanted)
        except ConnectorError:
            await opened.close()
            raise
        return opened

    async def request(self, method: str, path: str, body: str = "") -> bytes:
        """Asks, and returns the body of the answer.

        Raises AriRefusal for any status but 2xx and SwitchUnavailable when the connection is lost before an answer.
        """
        try:
            # Not by `wait_for`, which on Python 3.11 loses a cancellation that comes together with the answer.
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await self.send(method, path, body)
        except TimeoutError:
            raise SwitchUnavailable(f"Asterisk did not answer within {ANSWER_WITHIN:.0f} s") from None
        if answer.status_code >= 300:
            raise AriRefusal(f"{method} {path}", answer.status_code, _words(answer))
        return answer.message_body.encode()

    def send(self, method: str, path: str, body: str = "") -> asyncio.Future[RESTResponse]:
        """Asks after all that was asked before; the answer comes as it is, whatever its status.

        Raises SwitchUnavailable when the connection is closed.
        """
        if self.closed.is_set():
            raise SwitchUnavailable(f"Asterisk cannot be asked: {self.why}")
        self._asked += 1
        name = str(self._asked)
        kind = "application/json" if body else ""
        text = _ENCODER.encode(_Request(name, name, method, path, kind, body)).decode()
        answer = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        # The writer of aiohttp keeps the order; what it could not write is noticed by the reader.
        writing = asyncio.get_running_loop().create_task(self._socket.send_str(text))
        writing.add_done_callback(lambda done: self._unsent(name, done))
        return answer

    async def close(self) -> None:
        """Lets go; what Asterisk has goes on."""
        await self._socket.close()
        await self._reading

    def _unsent(self, name: str, done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        answer = self._waiting.pop(name, None) if error is not None else None
        if answer is not None and not answer.done():
            answer.set_exception(SwitchUnavailable(f"Asterisk could not be asked: {error}"))

    async def _read(self) -> None:
        taken = 0
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
                taken += 1
                if taken % AT_A_TIME == 0:
                    # What is there already is read without waiting, and may be a thousand messages.
                    await asyncio.sleep(0)
        finally:
            self.why = f"the connection was closed ({self._socket.close_code})"
            self.closed.set()
            waiting, self._waiting = self._waiting, {}
            for answer in waiting.values():
                if not answer.done():
                    answer.set_exception(SwitchUnavailable(f"Asterisk went away: {self.why}"))

    def _take(self, text: str) -> None:
        try:
            message = parse(text)
        except msgspec.DecodeError:
            # One message that we cannot read must not cost us the others.
            log.exception("a message of Asterisk that cannot be read", extra={"text": text[:500]})
            return
        if isinstance(message, RESTResponse):
            answer = self._waiting.pop(message.request_id, None)
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif message is not None:
            self._tell(message)


def _refused(status: int) -> str:
    if status == 401:
        return "refuses the user or the password; see ari.conf"
    if status == 404:
        return "has no ARI there; see http.conf (enabled, prefix) and whether res_ari is loaded"
    return f"answers {status} where its event socket should be"


def _words(answer: RESTResponse) -> str:
    """Asterisk's own words, {"message": …} or {"error": …}, or what HTTP calls the status."""
    try:
        said = msgspec.json.decode(answer.message_body or "{}", type=dict[str, object])
    except msgspec.DecodeError:
        return answer.message_body[:200]
    return str(said.get("message") or said.get("error") or answer.reason_phrase)
