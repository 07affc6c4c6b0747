"""What stands between the connector and the org: passes requests on, or does to them what a bad day does."""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import aiohttp
from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace
from yarl import URL

HTML_503: Final = "<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"
NOT_BULK_SAFE: Final = (
    "PhoneTaskTrigger: execution of AfterInsert\n\ncaused by: System.LimitException: Too many SOQL queries: 101"
)
_NOT_DONE: Final = {"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": NOT_BULK_SAFE, "fields": []}
_HOP: Final = frozenset({"connection", "content-length", "content-encoding", "transfer-encoding", "keep-alive"})


class Asked(Struct, frozen=True):
    """A request as the org is to get it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def writes(self) -> bool:
        return self.method != "GET" and ("/composite/sobjects" in self.path or self.is_mixed)

    @property
    def looks_up(self) -> bool:
        """Whether it reads, and nothing else."""
        return not self.writes and ("/query" in self.path or b"/query" in self.body)

    @property
    def is_mixed(self) -> bool:
        """Whether it is several requests in one, the first of which writes."""
        return self.path.endswith("/composite") and b"/composite/sobjects" in self.body

    @property
    def records(self) -> int:
        """How many records it carries."""
        if not self.writes or self.method == "DELETE":
            return 0
        body = json.loads(self.body)
        return len((body["compositeRequest"][0]["body"] if self.is_mixed else body)["records"])


class Told(Struct, frozen=True):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def error(status: int, code: str, message: str, **headers: str) -> Told:
    """Salesforce's refusal of a whole request."""
    body = json.dumps([{"errorCode": code, "message": message}]).encode()
    return Told(status, {"Content-Type": "application/json", **headers}, body)


def page(status: int, text: str = HTML_503, content_type: str = "text/html") -> Told:
    """An answer of something that is not Salesforce."""
    return Told(status, {"Content-Type": content_type}, text.encode())


class Fault(Struct):
    """What is done to the next `count` requests that it `meets`: writes, unless said otherwise.

    `way`: "answer" (`told`, the org gets nothing), "cut_before" and "cut_after" (no answer; the org got nothing, or
    all), "slow" (the org got it, the answer comes too late), "late" (no answer; the org gets it when `release` is
    called), "twice" (the org gets it two times), "again_late" (answered; the org gets it once more at `release`),
    "not_bulk_safe" (a trigger undoes every request of more than one record), "refuse" (the first record is refused with
    `refused`, the others are carried out).  `name` is what it is counted under.
    """

    way: str
    count: int = 1
    told: Told | None = None
    meets: Callable[[Asked], bool] = lambda asked: asked.writes
    refused: dict[str, Any] = {}
    name: str = ""


class Proxy:
    """Serves on a port of its own for one org.  `faults` wait for requests, `late` requests for `release`.

    `asked` is what came, in order.  `met` counts the requests that met a fault, `met_by` by its name.
    """

    def __init__(self, org: str, tls: ssl.SSLContext | None = None) -> None:
        self.faults: list[Fault] = []
        self.late: list[Asked] = []
        self.met = 0
        self.met_by: Counter[str] = Counter()
        self.requests = 0
        self.asked: list[Asked] = []
        self.url = ""
        self._org = org
        self._tls = tls
        self._over = asyncio.Event()

    async def start(self) -> None:
        self._http = aiohttp.ClientSession(auto_decompress=True)
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, max_line_size=1 << 16)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._over.set()
        self.hang_up()
        await self._runner.cleanup()
        await self._http.close()

    def hang_up(self) -> None:
        """Every connection is closed; new ones are taken."""
        server = self._runner.server
        assert server is not None
        for connection in list(server.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def release(self) -> None:
        """What the network had kept arrives at the org, in the order in which it was sent."""
        kept, self.late = self.late, []
        for asked in kept:
            await self._forward(asked)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        dropped = ("connection", "accept-encoding", "content-length")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        asked = Asked(request.method, request.raw_path, headers, await request.read())
        self.requests += 1
        self.asked.append(asked)
        fault = self._take(asked)
        told = await self._forward(asked) if fault is None else await self._faulty(asked, fault)
        if told is None:
            if request.transport is not None:  # whoever asked may be gone by now
                request.transport.abort()
            return web.Response()
        kept = {name: value for name, value in told.headers.items() if name.lower() not in _HOP}
        return web.Response(status=told.status, headers=kept, body=told.body)

    def _take(self, asked: Asked) -> Fault | None:
        for fault in self.faults:
            if fault.meets(asked) and not (fault.way == "not_bulk_safe" and asked.records < 2):
                fault.count -= 1
                self.met += 1
                self.met_by[fault.name] += 1
                if not fault.count:
                    self.faults.remove(fault)
                return fault
        return None

    async def _faulty(self, asked: Asked, fault: Fault) -> Told | None:
        match fault.way:
            case "answer":
                return fault.told
            case "cut_before":
                return None
            case "cut_after":
                await self._forward(asked)
                return None
            case "slow":
                await self._forward(asked)
                await self._over.wait()
                return None
            case "late":
                self.late.append(asked)
                await self._over.wait()
                return None
            case "twice":
                await self._forward(asked)
                return await self._forward(asked)
            case "again_late":
                self.late.append(asked)
                return await self._forward(asked)
            case "not_bulk_safe":
                return await self._refused(asked, asked.records, _NOT_DONE)
            case "refuse":
                return await self._refused(asked, 1, fault.refused)
        raise ValueError(fault.way)

    async def _refused(self, asked: Asked, count: int, error: dict[str, Any]) -> Told:
        """The first `count` records are refused, and never written; the rest, and what is read, is passed on."""
        given = json.loads(asked.body)
        if not asked.is_mixed:
            rest = given["records"][count:]
            others: list[Any] = []
            if rest:
                others = await self._passed_on(asked, {**given, "records": rest})
            return _told([*_refusals(count, error), *others])
        write, *queries = given["compositeRequest"]
        rest = write["body"]["records"][count:]
        parts = [{**write, "body": {**write["body"], "records": rest}}, *queries] if rest else queries
        told = (await self._passed_on(asked, {**given, "compositeRequest": parts}))["compositeResponse"]
        first: dict[str, Any] = {"httpHeaders": {}, "httpStatusCode": 200, "body": []}
        if rest:
            first = told.pop(0)
        return _told({"compositeResponse": [{**first, "body": [*_refusals(count, error), *first["body"]]}, *told]})

    async def _passed_on(self, asked: Asked, body: dict[str, Any]) -> Any:
        return json.loads((await self._forward(replace(asked, body=json.dumps(body).encode()))).body)

    async def _forward(self, asked: Asked) -> Told:
        url = self._org + asked.path
        async with self._http.request(
            asked.method, URL(url, encoded=True), headers=asked.headers, data=asked.body
        ) as answer:
            body = await answer.read()
            if self._tls is not None:
                # The org names itself as it was asked: without TLS.
                body = body.replace(self.url.replace("https:", "http:").encode(), self.url.encode())
            return Told(answer.status, dict(answer.headers), body)


def _refusals(count: int, error: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"success": False, "errors": [error]}] * count


def _told(answer: object) -> Told:
    return Told(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
