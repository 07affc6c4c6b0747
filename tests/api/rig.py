"""The connector's edge with everything behind it played by hand, and panels that really connect to it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from connector.api.auth import SignIn
from connector.api.hub import Hub
from connector.api.supervision import Supervision
from connector.api.ws import PanelSockets
from connector.domain.commands import Answer, SetState
from connector.domain.directory import Directory
from connector.domain.events import CallArrived, LegAnswered, LegEnded
from connector.domain.given import FieldForm
from connector.domain.model import AgentState, Contact, Phase, Record
from connector.ports.crm import Budget, CallerMatch
from connector.ports.store import Discard, Loaded, OutboxEntry
from connector.ports.switch import Snapshot
from connector.service.admin import Admin
from connector.service.clock import ManualClock
from connector.service.conversation import Conversations
from connector.service.outbox import Outbox
from connector.service.overview import Overview
from connector.service.proving import Outcome
from connector.service.runner import Runner
from connector.store.number_index import SqliteNumberIndex
from tests.api.tokens import issuer, token
from tests.domain.stage import DIRECTORY, LINE, MIA, SAM
from tests.ports.spoken import Spoken
from tests.service.rig import PHONES, Disk, People, Wire

ORIGIN = "https://acme.lightning.force.com"
NO_INDEX = SqliteNumberIndex(Path("never-opened"))
PATIENCE = 10.0
"""Seconds after which a test that waits has failed."""

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen", "Northwind Traders", "matched_phone")
LEAD = {"id": "00Q000000000001AAA", "type": "Lead", "name": "D. Whitfield"}
CASE = {"id": "500000000000001AAA", "type": "Case", "name": "00001026"}


class Archive(Disk):
    """A disk that also finds contacts again, and today's list."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: dict[str, Contact] = {}
        self.rows: dict[str, OutboxEntry] = {}
        self.looked: list[int] = []
        self.tried: list[str] = []
        self.discards: list[Discard] = []
        self.broken: Exception | None = None
        self.heard: dict[str, str] = {}

    async def contact(self, key: str) -> Contact | None:
        if self.broken is not None:
            raise self.broken
        return self.closed.get(key)


    async def parked_entries(self, limit: int) -> tuple[int, list[OutboxEntry]]:
        self.looked.append(limit)
        if self.broken is not None:
            raise self.broken
        parked = [row for row in self.rows.values() if row.state == "parked"]
        return len(parked), parked[:limit]

    async def outbox_entries(self, contact: str | None = None) -> list[OutboxEntry]:
        return [row for row in self.rows.values() if contact in (None, row.contact)]

    async def try_again(self, contacts: Sequence[str] | None = None, *, but: Sequence[str] = ()) -> int:
        free = [key for key, row in self.rows.items() if key not in but and row.state in ("due", "later", "parked")]
        tried = free if contacts is None else list(contacts)
        self.tried += tried
        return len(tried)

    async def discard(self, discard: Discard) -> bool:
        self.discards.append(discard)
        return True

    async def recorded_by(self, contact: str) -> str | None:
        return self.heard.get(contact)


class Salesforce(People):
    """Finds what it is told to, when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.searches: list[tuple[str, str]] = []
        self.searched_for: list[str] = []
        self.found: Sequence[Record] | Exception = ()
        self.budget: Budget | None = None
        self.forms: dict[str, FieldForm] | Exception = {}
        self.described: list[tuple[Sequence[str], str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def find(self, what: str, text: str, agent: str = "") -> Sequence[Record]:
        self.searches.append((what, text))
        self.searched_for.append(agent)
        await self.go_on.wait()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    async def field_forms(self, names: Sequence[str], record_type: str = "") -> Sequence[FieldForm]:
        self.described.append((names, record_type))
        await self.go_on.wait()
        if isinstance(self.forms, Exception):
            raise self.forms
        return [self.forms[name] for name in names]


class Panel:
    """A connected panel that shows nothing and notes everything."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.heard: list[dict[str, Any]] = []
        self._ids = itertools.count(1)

    async def say(self, kind: str, **values: Any) -> None:
        await self.ws.send_json({"type": kind, **values})

    async def next(self) -> dict[str, Any]:
        """The next message; every message is text."""
        frame = await self.ws.receive(timeout=PATIENCE)
        assert frame.type is aiohttp.WSMsgType.TEXT, (frame, self.ws.close_code)
        message: dict[str, Any] = json.loads(frame.data)
        self.heard.append(message)
        return message

    async def until(self, kind: str, **values: Any) -> dict[str, Any]:
        """The next message of that type with those values."""
        while True:
            message = await self.next()
            if message["type"] == kind and all(message.get(name) == value for name, value in values.items()):
                return message

    async def so_far(self) -> list[dict[str, Any]]:
        """All that was not read yet and is on its way."""
        first = len(self.heard)
        for _ in range(2):  # a state that is due goes out after the first answer
            await self.say("ping")
            await self.until("pong")
        return [message for message in self.heard[first:] if message["type"] != "pong"]

    async def order(self, name: str, request: str = "", **values: Any) -> dict[str, Any]:
        """Gives an order; returns the reply."""
        request = request or f"order-{next(self._ids)}"
        await self.say("command", id=request, name=name, **values)
        return await self.until("reply", id=request)

    async def draft(self, contact: str, field: str, revision: int, **value: Any) -> None:
        """One field as the agent has written it so far."""
        await self.say("draft", contact=contact, field=field, revision=revision, **value)

    async def turned_away(self) -> str:
        """The reason, told in words before the socket is closed with it."""
        failure = await self.until("error")
        assert failure["final"]
        assert failure["message"]
        assert await self.closed() == aiohttp.WSCloseCode.POLICY_VIOLATION
        return str(failure["error"])

    async def cut(self) -> None:
        """The connection is gone, with no word of why."""
        transport = self.ws._writer.transport
        assert transport is not None
        transport.abort()
        await self.closed()

    async def closed(self) -> int | None:
        """Waits for the end of the socket; returns why."""
        while True:
            frame = await self.ws.receive(timeout=PATIENCE)
            if frame.type is aiohttp.WSMsgType.TEXT:
                self.heard.append(json.loads(frame.data))
            else:
                assert frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR), frame
                return self.ws.close_code


class Edge:
    """Runner, hub and sockets.  The clock stands still."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.disk = Archive()
        self.wire = Wire(Snapshot(phones=PHONES))
        self.crm = Salesforce()
        self.hub = Hub(self.clock)
        self.spoken = Spoken()
        self.hub.conversations = Conversations(
            clock=self.clock,
            directory=lambda: self.runner.directory,
            recognizer=self.spoken,
            audio=self.spoken,
            tell=self.hub.said,
        )
        self.proof: Outcome | None = None
        self.calls = 0
        self.panels = itertools.count(1)
        self.runner = Runner(
            store=self.disk,  # type: ignore[arg-type]  # the loop uses no more of it
            switch=self.wire,
            crm=self.crm,  # type: ignore[arg-type]  # nor of this
            clock=self.clock,
            outside=self.hub,
            poke_outbox=lambda: None,
            overhear=self.hub.conversations.follow,
        )
        self.hub.watch(self.runner)
        self.outbox = Outbox(
            self.disk,  # type: ignore[arg-type]  # never started
            self.crm,  # type: ignore[arg-type]
            clock=self.clock,
            report=self.runner.event,
        )
        self.supervision = Supervision(
            self.hub.lists,
            Overview(
                self.disk,  # type: ignore[arg-type]  # as above
                self.outbox,
                self.crm,  # type: ignore[arg-type]
                lambda: self.runner.floor,
                lambda: self.proof,
            ),
            Admin(self.disk, self.clock, lambda: self.runner.directory, NO_INDEX, runner=self.runner),  # type: ignore[arg-type]  # as above
            self.clock,
            lambda: self.runner.directory,
        )
        self.sockets = PanelSockets(
            runner=self.runner,
            hub=self.hub,
            crm=self.crm,  # type: ignore[arg-type]  # the sockets search in it
            store=self.disk,  # type: ignore[arg-type]  # and find old contacts in this
            sign_in=SignIn([issuer()], self.clock.now),
            origins=frozenset({ORIGIN}),
            clock=self.clock,
            supervision=self.supervision,
        )
        self.url = ""
        self.http: aiohttp.ClientSession

    @asynccontextmanager
    async def running(self, directory: Directory = DIRECTORY) -> AsyncIterator["Edge"]:
        await self.runner.start(Loaded(1, (), (), (), None), directory)
        self.disk.commits.clear()
        sending = asyncio.get_running_loop().create_task(self.hub.run())
        app = web.Application()
        app.router.add_get("/panel/socket", self.sockets.handle)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("/panel/socket"))
        try:
            async with aiohttp.ClientSession() as self.http:
                yield self
        finally:
            await self.sockets.close()
            await server.close()
            await self.supervision.stop()
            await self.runner.stop()
            if self.hub.conversations is not None:
                await self.hub.conversations.stop()
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    @asynccontextmanager
    async def socket(self, **headers: str) -> AsyncIterator[Panel]:
        """A socket on which nothing was said yet."""
        ws = await self.http.ws_connect(self.url, headers={"Origin": ORIGIN, **headers})
        try:
            yield Panel(ws)
        finally:
            await ws.close()

    @asynccontextmanager
    async def panel(self, agent: str = SAM, **hello: Any) -> AsyncIterator[Panel]:
        """A panel that has said hello and heard what can be chosen and what is true."""
        async with self.socket() as panel:
            await panel.say("hello", **{**self.hello(agent), **hello})
            await panel.until("setup")
            await panel.until("state")
            yield panel

    def hello(self, agent: str = SAM) -> dict[str, Any]:
        return {"version": 1, "token": token(agent), "panel": f"panel-{next(self.panels)}"}

    def ring(self, number: str = MIA, line: str = LINE) -> str:
        """A customer calls; returns the contact's key."""
        self.calls += 1
        known = set(self.runner.floor.contacts)
        self.runner.event(CallArrived(f"in-{self.calls}", number, line, self.clock.now()))
        (key,) = set(self.runner.floor.contacts) - known
        return key

    async def talking(self, agent: str = SAM, person: Record | None = None, number: str = MIA) -> str:
        """The agent talks to a customer; returns the contact's key."""
        self.crm.answer = CallerMatch((person,) if person else (), ())
        self.runner.command(SetState(agent, AgentState.AVAILABLE), "up", lambda _: None)
        key = self.ring(number)
        self.runner.command(Answer(agent, key), f"answer-{key}", lambda _: None)
        for leg in self.contact(key).legs[::-1]:
            self.runner.event(LegAnswered(leg.id, self.clock.now()))
        for _ in range(10):  # the look-up takes a few turns of the loop
            await asyncio.sleep(0)
        assert self.contact(key).phase is Phase.ACTIVE
        return key

    async def until(self, true: Callable[[], bool]) -> None:
        """Returns when that is so."""
        async with asyncio.timeout(PATIENCE):
            # Sockets end by themselves: there is no event of ours to wait for, only the next turn of the loop.
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0)

    def hangs_up(self, key: str) -> None:
        """The customer does."""
        self.runner.event(LegEnded(self.contact(key).legs[0].id, "normal", self.clock.now()))

    def contact(self, key: str) -> Contact:
        return self.runner.floor.contacts[key]
