"""Who has the panel: a colleague where nobody sits, the person as soon as there is one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connector.sandbox.attendance import Attendance, NotThereError
from connector.sandbox.colleagues import Manner
from tests.sandbox.console.doubles import served

MANNERS = {"jonas": Manner(answer=0), "priya": Manner(answer=0, declines=True)}
AWAY = {"type": "state", "agent": {"state": "UNAVAILABLE"}, "contacts": []}
RINGING = {"key": "c1", "phase": "OFFERED", "kind": "inbound", "number": "2041", "controls": {"answer": None}}


class Connector:
    """The panel's socket: `hellos` are those that came, `orders` what was sent after; `cut` closes one socket."""

    def __init__(self) -> None:
        self.hellos: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.orders: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.ends: asyncio.Queue[str] = asyncio.Queue()
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.origins: list[str | None] = []
        self.tokens = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.origins.append(request.headers.get("Origin"))
        hello = json.loads(await socket.receive_str())
        self.sockets[hello["panel"]] = socket
        self.hellos.put_nowait(hello)
        async for message in socket:
            self.orders.put_nowait(json.loads(message.data))
        self.ends.put_nowait(hello["panel"])
        return socket

    async def token(self, key: str) -> str:
        self.tokens += 1
        return f"{key}-{self.tokens}"


@asynccontextmanager
async def attended(grace_s: float = 0) -> AsyncIterator[tuple[Attendance, Connector]]:
    connector = Connector()
    async with served(web.get("/panel/socket", connector.serve)) as origin, aiohttp.ClientSession() as http:
        attendance = Attendance(http, f"{origin}/panel/socket", connector.token, MANNERS, grace_s=grace_s)
        attendance.start("http://console")
        try:
            yield attendance, connector
        finally:
            await attendance.stop()


async def next_of(queue: "asyncio.Queue[Any]") -> Any:
    return await asyncio.wait_for(queue.get(), 10)


async def test_colleagues_come_to_every_panel_and_do_as_they_do() -> None:
    async with attended() as (_, connector):
        hellos = [await next_of(connector.hellos) for _ in MANNERS]
        assert {hello["panel"] for hello in hellos} == {"colleague-jonas", "colleague-priya"}
        assert {hello["token"][:5] for hello in hellos} == {"jonas", "priya"}
        assert set(connector.origins) == {"http://console"}
        socket = connector.sockets["colleague-jonas"]
        await socket.send_json(AWAY)
        await socket.send_json({**AWAY, "contacts": [RINGING]})
        order = await next_of(connector.orders)
        assert (order["name"], order["contact"]) == ("answer", "c1")


async def test_a_person_has_the_panel_alone_and_the_colleague_is_back_afterwards() -> None:
    async with attended() as (attendance, connector):
        for _ in MANNERS:
            await next_of(connector.hellos)
        async with attendance.person("jonas"), attendance.person("jonas"):
            assert await next_of(connector.ends) == "colleague-jonas"
            assert connector.hellos.empty()
            with pytest.raises(NotThereError, match=r"^Jonas cannot be asked"):
                attendance.ask("jonas")
        assert (await next_of(connector.hellos))["panel"] == "colleague-jonas"


async def test_a_page_that_is_loaded_again_calls_no_colleague() -> None:
    async with attended(grace_s=3_600) as (attendance, connector):
        for _ in MANNERS:
            await next_of(connector.hellos)
        async with attendance.person("jonas"):
            await next_of(connector.ends)
        async with attendance.person("jonas"):
            assert connector.hellos.empty()


async def test_of_a_user_who_is_not_played_nobody_takes_notice() -> None:
    async with attended() as (attendance, connector):
        for _ in MANNERS:
            await next_of(connector.hellos)
        async with attendance.person("sam"):
            pass
        assert set(attendance.there()) == {"jonas", "priya"}


async def test_a_colleague_can_be_asked_when_there_and_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.sandbox.attendance.RETRY_S", 0)
    async with attended() as (attendance, connector):
        for _ in MANNERS:
            await next_of(connector.hellos)
        with pytest.raises(NotThereError):
            attendance.ask("jonas")
        await connector.sockets["colleague-jonas"].send_json(AWAY)
        async with asyncio.timeout(10):
            while not attendance.there()["jonas"]:  # noqa: ASYNC110  # another task reads it: there is no event
                await asyncio.sleep(0)
        attendance.ask("jonas").call("2041")
        assert (await next_of(connector.orders))["number"] == "2041"
        await connector.sockets["colleague-jonas"].close()
        assert (await next_of(connector.hellos))["token"] == "jonas-3", "back after a cut, with a fresh token"


async def test_a_connector_that_cannot_be_reached_or_talks_nonsense_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.sandbox.attendance.RETRY_S", 0)
    async with attended() as (attendance, connector):
        for _ in MANNERS:
            await next_of(connector.hellos)
        await connector.sockets["colleague-priya"].send_str("{}")
        assert (await next_of(connector.hellos))["panel"] == "colleague-priya"
    async with aiohttp.ClientSession() as http:
        tries: asyncio.Queue[str] = asyncio.Queue()

        async def refused(key: str) -> str:
            tries.put_nowait(key)
            raise aiohttp.ClientError("no org")

        attendance = Attendance(http, "http://127.0.0.1:9/panel/socket", refused, {"jonas": Manner()})
        attendance.start("http://console")
        for _ in range(3):
            assert await next_of(tries) == "jonas"
        await attendance.stop()
