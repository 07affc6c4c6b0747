"""The socket against a server that says what Asterisk would: what is asked, what is told, and how it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpServer

from connector.errors import SwitchUnavailable
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AT_A_TIME, AriRefusal, AriSocket, uri

APP = "phone-panel"


class Ari:
    """A server that answers each request with what `answers` has for its method and path, else 204."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[int, str]] = {}
        self.query: dict[str, str] = {}
        self.silent: set[str] = set()
        self.kept_silent = asyncio.Event()
        self.socket: web.WebSocketResponse | None = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        self.query = dict(request.query)
        self.socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            asked = json.loads(message.data)
            self.asked.append(asked)
            what = f"{asked['method']} {asked['uri']}"
            if what in self.silent:
                self.kept_silent.set()
                continue
            status, body = self.answers.get(what, (204, ""))
            answer = {"type": "RESTResponse", "request_id": asked["request_id"], "status_code": status}
            await socket.send_json({**answer, "reason_phrase": "Reason", "message_body": body})
        return socket

    async def say(self, **event: object) -> None:
        assert self.socket is not None
        await self.socket.send_json(event)


@pytest.fixture
def ari() -> Ari:
    return Ari()


@pytest.fixture
async def url(ari: Ari, aiohttp_server: AiohttpServer) -> str:
    app = web.Application()
    app.router.add_get("/ari/events", ari.serve)
    server = await aiohttp_server(app)
    return str(server.make_url("/ari"))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def told() -> list[p.Event]:
    return []


@pytest.fixture
async def socket(url: str, session: aiohttp.ClientSession, told: list[p.Event]) -> AsyncIterator[AriSocket]:
    opened = await AriSocket.open(session, url, APP, told.append)
    yield opened
    await opened.close()


async def test_it_is_told_only_what_is_used(socket: AriSocket, ari: Ari) -> None:
    assert ari.query == {"app": APP, "subscribeAll": "false"}
    asked = ari.asked[0]
    assert (asked["method"], asked["uri"]) == ("PUT", "applications/phone-panel/eventFilter")
    allowed = [kind["type"] for kind in json.loads(asked["message_body"])["allowed"]]
    assert allowed == [*p.USED, "RESTResponse"]


async def test_events_come_in_their_order_and_unreadable_ones_cost_nothing(
    socket: AriSocket, ari: Ari, told: list[p.Event], caplog: pytest.LogCaptureFixture
) -> None:
    for digit in "12":
        await ari.say(type="ChannelDtmfReceived", channel={"id": "a"}, digit=digit)
        await ari.say(type="ChannelDtmfReceived", channel=3)
    await socket.request("GET", "asterisk/ping")
    assert [event.digit for event in told if isinstance(event, p.ChannelDtmfReceived)] == ["1", "2"]
    assert [record.message for record in caplog.records] == ["a message of Asterisk that cannot be read"] * 2


async def test_a_request_and_its_answer(socket: AriSocket, ari: Ari) -> None:
    path = uri("channels", "a/b", "moh", mohClass="x y")
    assert path == "channels/a%2Fb/moh?mohClass=x+y"
    ari.answers[f"POST {path}"] = (200, '{"ok": 1}')
    assert await socket.request("POST", path) == b'{"ok": 1}'
    assert "message_body" not in ari.asked[-1]


async def test_requests_are_sent_in_their_order_without_waiting(socket: AriSocket, ari: Ari) -> None:
    answers = [socket.send("GET", f"channels/{n}") for n in range(50)]
    assert {(await answer).status_code for answer in answers} == {204}
    assert [asked["uri"] for asked in ari.asked[1:]] == [f"channels/{n}" for n in range(50)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"message": "Channel not found"}', "Channel not found"),
        ('{"error": "Allocation failed"}', "Allocation failed"),
        ("", "Reason"),
        ("<html>", "<html>"),
    ],
)
async def test_what_asterisk_refuses(socket: AriSocket, ari: Ari, body: str, said: str) -> None:
    ari.answers["GET channels/x"] = (404, body)
    with pytest.raises(AriRefusal, match=f"GET channels/x: 404 {said}") as refused:
        await socket.request("GET", "channels/x")
    assert (refused.value.status, refused.value.said) == (404, said)


async def test_what_was_asked_when_the_connection_goes(socket: AriSocket, ari: Ari) -> None:
    ari.silent.add("GET channels")
    asked = asyncio.ensure_future(socket.request("GET", "channels"))
    await ari.kept_silent.wait()
    assert ari.socket is not None
    await ari.socket.close()
    with pytest.raises(SwitchUnavailable, match="went away"):
        await asked
    await socket.closed.wait()
    with pytest.raises(SwitchUnavailable, match=r"cannot be asked: the connection was closed \(1000\)"):
        socket.send("GET", "channels")


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses the user or the password"), (404, "has no ARI there"), (500, "answers 500")]
)
async def test_what_is_no_ari(
    session: aiohttp.ClientSession, aiohttp_server: AiohttpServer, status: int, said: str
) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/ari/events", refuse)
    server = await aiohttp_server(app)
    with pytest.raises(SwitchUnavailable, match=said):
        await AriSocket.open(session, str(server.make_url("/ari")), APP, lambda _event: None)


async def test_nothing_is_there(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    with pytest.raises(SwitchUnavailable, match="cannot be reached"):
        await AriSocket.open(session, f"http://127.0.0.1:{unused_tcp_port}/ari", APP, lambda _event: None)


async def test_a_filter_that_is_refused(session: aiohttp.ClientSession, url: str, ari: Ari) -> None:
    ari.answers["PUT applications/phone-panel/eventFilter"] = (400, '{"message": "no"}')
    with pytest.raises(AriRefusal, match="400 no"):
        await AriSocket.open(session, url, APP, lambda _event: None)


async def test_a_flood_of_events_leaves_everybody_else_their_turn(
    socket: AriSocket, ari: Ari, told: list[p.Event]
) -> None:
    """A thousand that have arrived together can be read without waiting once."""
    at_each_turn: list[int] = []

    async def look() -> None:
        while len(told) < 1_000:
            at_each_turn.append(len(told))
            await asyncio.sleep(0)

    for _ in range(1_000):
        await ari.say(type="DeviceStateChanged", device_state={"name": "PJSIP/2041", "state": "INUSE"})
    async with asyncio.timeout(10):
        await look()
    steps = [later - earlier for earlier, later in pairwise(at_each_turn)]
    assert max(steps) <= AT_A_TIME


async def test_more_phones_are_watched_than_one_request_can_list(socket: AriSocket, ari: Ari) -> None:
    devices = tuple(f"{2_000 + n}" for n in range(257))
    await Machine(socket, APP).watch(devices)
    listed = [parse_qs(asked["uri"].partition("?")[2])["eventSource"][0].split(",") for asked in ari.asked[1:]]
    assert [source for some in listed for source in some] == [f"deviceState:PJSIP/{device}" for device in devices]
    assert max(map(len, listed)) <= 128


async def test_no_phones_are_watched_with_no_request(socket: AriSocket, ari: Ari) -> None:
    await Machine(socket, APP).watch(())
    assert len(ari.asked) == 1


async def test_nothing_waits_for_a_note(socket: AriSocket, ari: Ari, caplog: pytest.LogCaptureFixture) -> None:
    """Not for one that is answered late, is about a channel that is gone, or refused."""
    machine = Machine(socket, APP)
    ari.answers = {
        "POST channels/gone/variable": (404, '{"message": "Channel not found"}'),
        "POST channels/odd/variable": (500, '{"message": "Out of order"}'),
    }
    for leg in ("here", "gone", "odd"):
        await machine.note(leg, f"{leg} is Sam's")
    await machine.answer("here")
    await machine.all_noted()
    *noted, answered = ari.asked[1:]
    assert [asked["uri"] for asked in noted] == [f"channels/{leg}/variable" for leg in ("here", "gone", "odd")]
    assert json.loads(noted[0]["message_body"]) == {"variable": "PHONE_PANEL", "value": "here is Sam's"}
    assert answered["uri"] == "channels/here/answer"
    assert [record.getMessage() for record in caplog.records] == ["Asterisk refused a note"]


async def test_who_is_cancelled_as_the_answer_comes_is_cancelled(
    socket: AriSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: asyncio.Future[p.RESTResponse] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(socket, "send", lambda *_: answer)
    asking = asyncio.create_task(socket.request("GET", "bridges"))
    await asyncio.sleep(0)
    answer.set_result(p.RESTResponse("1", 204))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
