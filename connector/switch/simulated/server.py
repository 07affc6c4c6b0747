"""The simulated switch as a server on loopback: one connector by WebSocket, and control by HTTP.

`GET /` is the connector's WebSocket (see `wire.py`).  Control, for the demo and for tests:

- `POST /calls` {"from", "to" | "skill", "talk", "patience"}: a customer calls; 201 {"leg"}
- `GET /calls`: the legs that have not ended
- `POST /hangup` {"leg"}: the far end hangs up; {"device"}: the handset of a phone is laid down, and all its legs end
- `POST /phones` {"leg", "does": "hold" | "resume" | "transfer", "to", "other"}: the keys of an agent's phone itself
- `POST /dial` {"device", "number"}: somebody dials an emergency number on a phone itself
- `POST /faults` {"fault": ...}: see `faults.py`
- `GET /journal`: what the switch saw, JSON lines
- `GET /recordings/stored`, `GET /recordings/stored/NAME/file`, `DELETE /recordings/stored/NAME`: as of ARI

All need the header `X-Sandbox-Key`.  Bad input is 400 {"code", "field", "message"}.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from connector.domain.events import SwitchEvent
from connector.errors import BadInput, RecordingGone, SwitchTaken, SwitchUnavailable
from connector.ports.switch import Snapshot
from connector.switch.simulated.engine import REPLACED, Engine
from connector.switch.simulated.faults import Fault
from connector.switch.simulated.new_call import NewCall
from connector.switch.simulated.wire import (
    KEY_HEADER,
    FromSwitch,
    Provide,
    Rejected,
    Replaced,
    Snapshotted,
    decode_from_connector,
    encode,
)

MOST_UNREAD: Final = 4_096
"""A connector that lets more messages than this pile up is cut off; it connects again and reads the snapshot."""

Body = TypeVar("Body")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Hangup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The far end of `leg` is to hang up, or the handset of `device` is laid down; one of the two is given."""

    leg: str = ""
    device: str = ""


class Lift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The phone that rings for `leg` is lifted."""

    leg: str


class PhoneAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The phone of `leg` holds, takes back, or passes its far end on: to a number, or to the far end of `other`."""

    leg: str
    does: Literal["hold", "resume", "transfer"]
    to: str = ""
    other: str = ""


class Dialled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody dials `number`, an emergency number, on the phone `device` itself."""

    device: str
    number: str


class Connection:
    """One connector: what it is to be told, in order, until `None`, which closes its socket.

    `abort` breaks the connection off, unsent messages and all.
    """

    def __init__(self, abort: Callable[[], None]) -> None:
        self._unread: asyncio.Queue[str | None] = asyncio.Queue()
        self._open = True
        self._abort = abort

    def up(self, snapshot: Snapshot) -> None:
        """As the port says."""
        self.say(Snapshotted(snapshot))

    def event(self, event: SwitchEvent) -> None:
        """As the port says."""
        self.say(event)

    def down(self, reason: str) -> None:
        """The socket closes, after the news that another connector took its place if that is the reason."""
        if reason == REPLACED:
            self.say(Replaced())
        self.close()

    def taken(self, error: SwitchTaken) -> None:
        """It was told by `down` already."""

    def say(self, message: FromSwitch | SwitchEvent) -> None:
        """The message will be sent, or the connection is broken off because too many are unread already."""
        if self._open and self._unread.qsize() >= MOST_UNREAD:
            self._open = False
            self._abort()
        elif self._open:
            self._unread.put_nowait(encode(message))

    def close(self) -> None:
        """The socket closes after what was said before."""
        if self._open:
            self._open = False
            self._unread.put_nowait(None)

    async def write(self, socket: web.WebSocketResponse) -> None:
        """Sends what is to be told until the connection is to be closed, and closes it."""
        while (text := await self._unread.get()) is not None:
            await socket.send_str(text)
        await socket.close(code=WSCloseCode.SERVICE_RESTART)


class SwitchServer:
    """Serves `engine` to who knows `key`; `journal` is the file that `GET /journal` returns."""

    def __init__(self, engine: Engine, key: str, journal: Path) -> None:
        self._engine = engine
        self._key = key.encode()
        self._journal = journal
        self._runner: web.AppRunner | None = None
        self._connections: set[Connection] = set()

    async def start(self, port: int) -> int:
        """Listens on 127.0.0.1 at `port`, or at a free one for 0; returns the port.  Raises OSError if it is taken."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self._connector),
                web.post("/calls", self._call),
                web.get("/calls", self._calls),
                web.post("/hangup", self._hang_up),
                web.post("/lift", self._lift),
                web.post("/phones", self._phone_acts),
                web.post("/dial", self._dial),
                web.post("/faults", self._fault),
                web.get("/journal", self._read_journal),
                web.get("/recordings/stored", self._recordings),
                web.get("/recordings/stored/{name}/file", self._recording),
                web.delete("/recordings/stored/{name}", self._drop),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        address: tuple[str, int] = self._runner.addresses[0]
        return address[1]

    async def stop(self) -> None:
        """Serves nobody any more."""
        if self._runner is not None:
            for connection in self._connections:
                connection.close()
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(KEY_HEADER, "").encode()
        if not hmac.compare_digest(given, self._key):
            return problem(401, "key_refused", KEY_HEADER, f"send the switch's key in the header {KEY_HEADER}")
        try:
            return await handler(request)
        except BadInput as bad:
            status = 404 if bad.code in ("leg_unknown", "device_unknown") else 400
            return problem(status, bad.code, bad.field, str(bad))
        except RecordingGone as gone:
            return problem(404, gone.code, "name", str(gone))
        except SwitchUnavailable as down:
            return problem(503, down.code, "", str(down))

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        if self._engine.down is not None:
            raise SwitchUnavailable(f"the simulated switch is down: {self._engine.down}")
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        connection = Connection(lambda: _abort(request))
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write(socket))
        try:
            self._engine.attach(connection)
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._obey(connection, message.data)
        finally:
            self._engine.detach(connection)
            self._connections.discard(connection)
            writer.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return socket

    def _obey(self, connection: Connection, text: str | bytes) -> None:
        try:
            message = decode_from_connector(text)
            if isinstance(message, Provide):
                self._engine.provide(message.plans)
            else:
                self._engine.ask(message)
        except msgspec.MsgspecError as unreadable:
            connection.say(Rejected(str(unreadable)))
        except SwitchUnavailable:
            # The socket is closing for the same reason, which says more than an answer to this one ask could.
            connection.close()

    async def _call(self, request: web.Request) -> web.Response:
        leg = self._engine.call(await body_of(request, _NEW_CALL))
        return web.json_response({"leg": leg}, status=201)

    async def _calls(self, _request: web.Request) -> web.Response:
        return json_of([self._engine.now(channel) for channel in self._engine.live()])

    async def _hang_up(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _HANGUP)
        if bool(asked.leg) is bool(asked.device):
            raise BadInput("value_missing", "leg", "give either a leg or a device")
        if asked.device:
            self._engine.lay_down(asked.device)
        else:
            self._engine.hang_up(asked.leg)
        return web.json_response({})

    async def _lift(self, request: web.Request) -> web.Response:
        self._engine.lift((await body_of(request, _LIFT)).leg)
        return web.json_response({})

    async def _phone_acts(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _PHONE_ACT)
        match asked.does:
            case "hold":
                self._engine.phone_hold(asked.leg)
            case "resume":
                self._engine.phone_resume(asked.leg)
            case "transfer":
                self._engine.phone_transfer(asked.leg, asked.to, asked.other)
        return web.json_response({})

    async def _dial(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _DIALLED)
        self._engine.dial(asked.device, asked.number)
        return web.json_response({})

    async def _fault(self, request: web.Request) -> web.Response:
        self._engine.inflict(await body_of(request, _FAULT))
        return web.json_response({})

    async def _recordings(self, _request: web.Request) -> web.Response:
        return json_of([{"name": name, "format": "wav"} for name in self._engine.takes.names()])

    async def _recording(self, request: web.Request) -> web.StreamResponse:
        wav = self._engine.takes.wav(request.match_info["name"])
        answer = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(wav.size)})
        await answer.prepare(request)
        for piece in wav.pieces():
            await answer.write(piece)
        return answer

    async def _drop(self, request: web.Request) -> web.Response:
        self._engine.takes.drop(request.match_info["name"])
        return web.Response(status=204)

    async def _read_journal(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(self._journal, headers={"Content-Type": "application/x-ndjson"})


_NEW_CALL: Final = msgspec.json.Decoder(NewCall)
_HANGUP: Final = msgspec.json.Decoder(Hangup)
_LIFT: Final = msgspec.json.Decoder(Lift)
_PHONE_ACT: Final = msgspec.json.Decoder(PhoneAct)
_DIALLED: Final = msgspec.json.Decoder(Dialled)
_FAULT: Final[msgspec.json.Decoder[Fault]] = msgspec.json.Decoder(Fault)
_FIELD: Final = re.compile(r"at `\$\.(\w+)`|field `(\w+)`")


async def body_of(request: web.Request, decoder: msgspec.json.Decoder[Body]) -> Body:
    """The JSON body as a value.  Raises BadInput that names the field."""
    try:
        return decoder.decode(await request.read())
    except msgspec.MsgspecError as bad:
        found = _FIELD.search(str(bad))
        raise BadInput("body_invalid", (found[1] or found[2]) if found else "body", str(bad)) from bad


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def problem(status: int, code: str, field: str, message: str) -> web.Response:
    """What is wrong with a request, as the answer."""
    return web.json_response({"code": code, "field": field, "message": message}, status=status)


def json_of(value: object) -> web.Response:
    """A value as the answer."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
