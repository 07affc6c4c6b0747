"""What `connector check` says of an Asterisk that answers wrongly: a stand-in gives the answers."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpServer

from connector.errors import SwitchUnavailable
from connector.ports.finding import Finding
from connector.switch import SwitchConfig, Wanted, check_switch
from connector.switch.asterisk.check import _of_transport
from connector.switch.asterisk.needed import NEEDED

ALL = {name for needed in NEEDED.values() for name in needed}
TEMPLATES = Path(__file__).parents[3] / "connector" / "sandbox" / "asterisk" / "templates"


class Ari:
    """Answers as an Asterisk would that is as its attributes say."""

    def __init__(self) -> None:
        self.version = "22.10.1"
        self.modules = set(ALL)
        self.endpoints = {"carrier": "online", "psap": "online", "2041": "online"}
        self.sounds = {"ss-noservice", "queue-callswaiting"}
        self.applications: set[str] = set()
        self.ear = "NOT_INUSE"
        self.status = 200
        self.read_only = False
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if self.status != 200:
            return web.json_response({"message": "no"}, status=self.status)
        path = request.path.removeprefix("/ari/")
        if request.method == "DELETE":
            return web.json_response({"message": "no"}, status=403 if self.read_only else 404)
        found: Any = None
        match path.split("/"):
            case ["asterisk", "info"]:
                found = {"system": {"version": self.version}} if self.version else {}
            case ["asterisk", "modules"]:
                found = [{"name": name, "status": "Running"} for name in self.modules]
                found.append({"name": "res_musiconhold.so", "status": "Declined"})
            case ["endpoints", "PJSIP", name] if name in self.endpoints:
                found = {"state": self.endpoints[name]}
            case ["deviceStates", *_]:
                found = {"state": self.ear}
            case ["sounds", name] if name in self.sounds:
                found = {"id": name}
            case ["applications", name] if name in self.applications:
                found = {"name": name}
        if found is None:
            return web.json_response({"message": "not found"}, status=404)
        return web.json_response(found)


Serve = Callable[[Ari], Awaitable[SwitchConfig]]


@pytest.fixture
def serve(aiohttp_server: AiohttpServer) -> Serve:
    async def begin(ari: Ari) -> SwitchConfig:
        app = web.Application()
        app.router.add_route("*", "/ari/{tail:.*}", ari.answer)
        server = await aiohttp_server(app)
        return SwitchConfig(
            "asterisk",
            f"http://127.0.0.1:{server.port}/ari",
            user="panel",
            password="p",
            devices=("2041",),
            routes={"local": "psap", "national": "psap"},
        )

    return begin


WANTED = Wanted(routes=("local", "national"))


def wrong(findings: list[Finding]) -> list[str]:
    return [f"{finding.what}  ->  {finding.cure}" for finding in findings if not finding.ok]


async def test_nothing_is_wrong_where_all_is_there(serve: Serve) -> None:
    ari = Ari()
    found = await check_switch(await serve(ari), WANTED)
    assert wrong(found) == []
    words = "\n".join(finding.what for finding in found)
    for told in ("Asterisk 22.10.1", "may control calls", "nobody uses the Stasis application 'phone-panel'", "'2041'"):
        assert told in words
    assert {line.partition(" ")[0] for line in ari.asked} == {"GET", "DELETE"}
    assert [line for line in ari.asked if "events" in line] == [], "whoever connects takes the application away"
    deleted = [line for line in ari.asked if line.startswith("DELETE")]
    assert len(deleted) == 1 and "/channels/check-" in deleted[0]


async def test_a_dialplan_without_an_ear_is_told_and_is_no_mistake(serve: Serve) -> None:
    ari = Ari()
    ari.ear = "INVALID"
    found = await check_switch(await serve(ari), WANTED)
    assert wrong(found) == []
    (told,) = [finding for finding in found if "kept connected" in finding.what]
    assert told.hint
    assert "[phone-panel-line]" in told.cure


@pytest.mark.parametrize(
    ("change", "what", "cure"),
    [
        ({"version": "20.17.0"}, "Asterisk 20.17.0", "22 or newer"),
        ({"read_only": True}, "'panel' may not control calls", "read_only = no in the section [panel]"),
        ({"modules": ALL - {"res_stasis_snoop.so"}}, "recordings: res_stasis_snoop.so", "load res_stasis_snoop.so"),
        ({"modules": ALL - {"res_musiconhold.so"}}, "music on hold: res_musiconhold.so not running", "modules.conf"),
        ({"endpoints": {"psap": "online", "2041": "online"}}, "PJSIP endpoint 'carrier' (switch.trunk", "pjsip.conf"),
        (
            {"endpoints": {"psap": "online", "2041": "online", "carrier": "offline"}},
            "'carrier' is offline",
            "pjsip show endpoint carrier",
        ),
        ({"endpoints": {"psap": "online", "carrier": "online"}}, "no PJSIP endpoint for the phone '2041'", "device"),
        ({"sounds": {"ss-noservice"}}, "full: Asterisk has no sound queue-callswaiting", 'full = "sound:'),
    ],
)
async def test_what_is_wrong_is_told_with_its_cure(
    serve: Serve, change: dict[str, Any], what: str, cure: str
) -> None:
    ari = Ari()
    for name, value in change.items():
        setattr(ari, name, value)
    told = wrong(await check_switch(await serve(ari), WANTED))
    assert len(told) == 1
    assert what in told[0].partition("  ->  ")[0]
    assert cure in told[0].partition("  ->  ")[2]


async def test_an_emergency_endpoint_that_is_not_there_is_told_for_each_route(serve: Serve) -> None:
    ari = Ari()
    del ari.endpoints["psap"]
    told = wrong(await check_switch(await serve(ari), WANTED))
    assert ["(local)" in told[0], "(national)" in told[1], len(told)] == [True, True, 2]


async def test_what_the_org_names_and_the_settings_do_not_is_told(serve: Serve) -> None:
    config = await serve(Ari())
    told = wrong(await check_switch(config, Wanted(routes=("local", "abroad"), announcements=("recorded",))))
    assert "'abroad' cannot be made" in told[0]
    assert 'abroad = "…" in switch.routes' in told[0]
    assert "'recorded' of a skill has no sound" in told[1]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("status", "what", "cure"),
    [
        (401, "refuses the user 'panel' or the password", "[panel]"),
        (404, "there is no ARI at", "http.conf"),
        (500, "is no Asterisk (status 500)", "switch.url"),
    ],
)
async def test_who_does_not_get_in_is_told_only_that(serve: Serve, status: int, what: str, cure: str) -> None:
    ari = Ari()
    ari.status = status
    found = await check_switch(await serve(ari), WANTED)
    assert len(found) == 1
    assert what in found[0].what
    assert cure in found[0].cure


async def test_what_is_only_worth_knowing_is_a_hint(serve: Serve) -> None:
    ari = Ari()
    ari.version = "GIT-master-123"
    ari.applications = {"phone-panel"}
    ari.endpoints["2041"] = "offline"
    config = await serve(ari)
    found = await check_switch(config, WANTED)
    assert wrong(found) == []
    hints = "\n".join(finding.what for finding in found if finding.hint)
    for told in ("has no number", "a connector uses the Stasis application", "'2041' is not registered", "dialplan"):
        assert told in hints
    without = await check_switch(config, None)
    assert any(finding.hint and "the org cannot be asked" in finding.what for finding in without)


async def test_an_unencrypted_way_to_another_machine_is_a_hint() -> None:
    assert [finding.hint for finding in _of_transport("http://pbx.acme.example:8088/ari")] == [True]
    assert _of_transport("https://pbx.acme.example:8089/ari") == _of_transport("http://127.0.0.1:8088/ari") == []


async def test_who_cannot_be_reached_is_told_where_to_look(unused_tcp_port: int, serve: Serve) -> None:
    config = await serve(Ari())
    with pytest.raises(SwitchUnavailable, match=r"cannot be reached .* is Asterisk running"):
        await check_switch(SwitchConfig("asterisk", f"http://127.0.0.1:{unused_tcp_port}/ari", user="u", password="p"))
    with pytest.raises(SwitchUnavailable, match=r"does not speak TLS|cannot be reached"):
        await check_switch(SwitchConfig("asterisk", config.url.replace("http", "https"), user="u", password="p"))


def test_the_demos_asterisk_has_all_modules_that_are_needed() -> None:
    loaded = (TEMPLATES / "modules.conf.j2").read_text(encoding="utf-8")
    assert [name for name in sorted(ALL) if f"load = {name}" not in loaded] == []
