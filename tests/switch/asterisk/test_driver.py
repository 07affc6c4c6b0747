"""The driver and its connection: lost and had again, taken by another connector, silent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpServer

from connector.domain.effects import EndLeg
from connector.domain.model import LegState
from connector.errors import SwitchTaken, SwitchUnavailable
from connector.switch.asterisk import socket as ari_socket
from connector.switch.asterisk.driver import AsteriskSwitch
from tests.ports.switch_rig import Heard
from tests.switch.asterisk.test_socket import Ari

APP = "phone-panel"
CHANNEL = {
    "id": "cust",
    "name": "PJSIP/carrier-0001",
    "state": "Ring",
    "caller": {"name": "", "number": "+14155550143"},
    "dialplan": {"app_name": "Stasis", "app_data": f"{APP},inbound,+14155550100"},
    "creationtime": "2026-11-25T13:57:50.114+0000",
}


@pytest.fixture
def ari() -> Ari:
    """An Asterisk with one caller."""
    made = Ari()
    made.answers = {
        "GET bridges": (200, "[]"),
        "GET channels": (200, json.dumps([CHANNEL])),
        "GET channels/cust/variable?variable=PHONE_PANEL": (404, "{}"),
        "GET asterisk/info?only=status": (200, '{"status": {"startup_time": "2026-11-25T13:00:00.000+0000"}}'),
    }
    return made


@pytest.fixture
async def url(ari: Ari, aiohttp_server: AiohttpServer) -> str:
    app = web.Application()
    app.router.add_get("/ari/events", ari.serve)
    server = await aiohttp_server(app)
    return f"http://127.0.0.1:{server.port}/ari"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[AsteriskSwitch, Heard]]:
    switch, heard = AsteriskSwitch(url, "connector", "secret", app=APP), Heard()
    await switch.start(heard)
    try:
        yield switch, heard
    finally:
        await switch.close()


async def until(heard: Heard, what: str, count: int) -> None:
    async with asyncio.timeout(5):
        while len(getattr(heard, what)) < count:
            heard.woken.clear()
            await heard.woken.wait()


async def test_a_new_connection_shows_what_is_there_and_since_when_asterisk_runs(url: str) -> None:
    async with connected(url) as (_, heard):
        (snapshot,) = heard.snapshots
        assert [(leg.leg, leg.state) for leg in snapshot.legs] == [("cust", LegState.RINGING)]
        assert snapshot.began == 1_795_611_600_000


async def test_a_connection_that_is_lost_is_had_again(url: str, ari: Ari) -> None:
    async with connected(url) as (_, heard):
        assert ari.socket is not None
        await ari.socket.close()
        await until(heard, "snapshots", 2)
        assert len(heard.downs) == 1


async def test_who_is_gone_by_then_has_ended(url: str, ari: Ari) -> None:
    async with connected(url) as (_, heard):
        ari.answers["GET channels"] = (200, "[]")
        assert ari.socket is not None
        await ari.socket.close()
        await until(heard, "snapshots", 2)
        (leg,) = heard.snapshots[-1].legs
        assert (leg.state, leg.cause) == (LegState.ENDED, "cancelled")


async def test_the_application_is_taken(url: str, ari: Ari, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(url) as (switch, heard):
        await ari.say(type="ApplicationReplaced", application=APP, timestamp="2026-11-25T13:57:50.114+0000")
        async with asyncio.timeout(5):
            while heard.lost is None:
                heard.woken.clear()
                await heard.woken.wait()
        assert f'the Stasis application "{APP}" of the Asterisk at {url}' in str(heard.lost)
        assert len(heard.downs) == 1
        with pytest.raises(SwitchUnavailable, match="another connector has taken"):
            await switch.ask(EndLeg("a", "c", "cust"))
    assert [record.levelname for record in caplog.records if "has taken" in record.message] == ["CRITICAL"]


async def test_the_application_is_taken_while_it_is_read(url: str, ari: Ari) -> None:
    ari.silent.add("GET bridges")
    switch, heard = AsteriskSwitch(url, "connector", "secret", app=APP), Heard()
    starting = asyncio.create_task(switch.start(heard))
    await asyncio.wait_for(ari.kept_silent.wait(), 5)
    await ari.say(type="ApplicationReplaced", application=APP, timestamp="2026-11-25T13:57:50.114+0000")
    assert ari.socket is not None
    bridges = next(asked for asked in ari.asked if asked["uri"] == "bridges")
    answer = {"request_id": bridges["request_id"], "status_code": 200, "reason_phrase": "OK", "message_body": "[]"}
    await ari.say(type="RESTResponse", **answer)
    with pytest.raises(SwitchTaken):
        await starting
    assert not heard.snapshots


async def test_an_asterisk_that_does_not_answer_is_away(url: str, ari: Ari, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ari_socket, "ANSWER_WITHIN", 0.05)
    async with aiohttp.ClientSession() as http:
        opened = await ari_socket.AriSocket.open(http, url, APP, lambda _event: None)
        ari.silent.add("GET bridges")
        with pytest.raises(SwitchUnavailable, match="did not answer within"):
            await opened.request("GET", "bridges")
        await opened.close()


async def test_a_mistake_of_ours_costs_a_connection_and_not_the_switch(
    url: str, ari: Ari, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = asyncio.Event()
    monkeypatch.setattr(caplog.handler, "emit", lambda _record: logged.set())
    ari.answers["GET channels"] = (200, '{"no": "list"}')
    switch, heard = AsteriskSwitch(url, "connector", "secret", app=APP), Heard()
    starting = asyncio.create_task(switch.start(heard))
    await asyncio.wait_for(logged.wait(), 5)
    ari.answers["GET channels"] = (200, "[]")
    await starting
    assert len(heard.snapshots) == 1
    await switch.close()


async def test_channels_of_other_applications_are_not_touched(url: str, ari: Ari) -> None:
    others = [
        {**CHANNEL, "id": "theirs", "dialplan": {"app_name": "Stasis", "app_data": "other-app,ours"}},
        {**CHANNEL, "id": "waiting", "dialplan": {"app_name": "MusicOnHold", "app_data": "default"}},
    ]
    ari.answers["GET channels"] = (200, json.dumps([CHANNEL, *others]))
    async with connected(url) as (_, heard):
        assert [leg.leg for leg in heard.snapshots[0].legs] == ["cust"]
        assert not [asked for asked in ari.asked if "theirs" in asked["uri"] or "waiting" in asked["uri"]]
