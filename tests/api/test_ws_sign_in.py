"""Who gets a socket of the panel, and what those are told who do not."""

import base64
import logging
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from connector.api import ws as sockets
from connector.api.auth import LEEWAY
from tests.api.rig import ORIGIN, Edge
from tests.api.tokens import NOW, key, token
from tests.domain.stage import DIRECTORY, JONAS, SAM


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", ORIGIN + ".evil.example", "http://acme.lightning.force.com"]
)
async def test_a_page_of_another_origin_is_refused(edge: Edge, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await edge.http.ws_connect(edge.url, headers={"Origin": origin})
    assert refused.value.status == 403


async def test_who_names_no_origin_is_refused(edge: Edge) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await edge.http.ws_connect(edge.url)
    assert refused.value.status == 403


async def test_an_origin_must_be_named_even_when_the_host_is_not(edge: Edge) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await edge.http.ws_connect(edge.url, headers={"Host": "", "Origin": ""})
    assert refused.value.status in (400, 403)


async def test_the_page_that_we_serve_may_open_its_socket(edge: Edge) -> None:
    own = edge.url.removesuffix("/panel/socket")
    async with edge.socket(Origin=own) as panel:
        await panel.say("hello", **edge.hello())
        assert (await panel.next())["type"] == "setup"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, "wire_version"),
        ({"token": "not a token"}, "token_malformed"),
        ({"token": token(iss="https://evil.example")}, "token_foreign"),
        ({"token": token(signed_by=key("theirs"))}, "token_wrong"),
        ({"token": token(exp=1)}, "token_expired"),
        ({"token": token("005000000000009AAA")}, "not_an_agent"),
        ({"token": ""}, "message_invalid"),
        ({"panel": None}, "message_invalid"),
        ({"extra": 1}, "message_invalid"),
    ],
)
async def test_a_hello_that_is_not_accepted_is_told_why(edge: Edge, changes: dict[str, Any], code: str) -> None:
    async with edge.socket() as panel:
        await panel.say("hello", **{**edge.hello(), **changes})
        assert await panel.turned_away() == code
        assert edge.hub.count() == 0


async def test_the_org_is_asked_about_somebody_who_is_no_agent_yet(edge: Edge) -> None:
    asked = []
    newcomer = "005000000000009AAA"

    async def fresh() -> None:
        asked.append(1)
        if len(asked) == 2:
            agents = {**DIRECTORY.agents, newcomer: replace(DIRECTORY.agents[SAM], id=newcomer, device="")}
            edge.runner.set_directory(replace(DIRECTORY, version=2, agents=agents))

    edge.sockets._fresh = fresh
    async with edge.panel():
        assert asked == [], "an agent waits for nobody"
    async with edge.socket() as panel:
        await panel.say("hello", **{**edge.hello(), "token": token(newcomer)})
        assert await panel.turned_away() == "not_an_agent"
    async with edge.panel(token=token(newcomer)) as panel:
        assert panel.heard[0]["type"] == "setup"
    assert asked == [1, 1]


def unsigned() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{token().split('.')[1]}."


def forged() -> str:
    """A good signature, under what somebody else would like to be."""
    head, _, signature = token().split(".")
    return f"{head}.{token(JONAS).split('.')[1]}.{signature}"


TOKENS = {
    "forged": (forged, "token_wrong"),
    "alg=none": (unsigned, "token_wrong"),
    "wrong key": (lambda: token(signed_by=key("theirs")), "token_wrong"),
    "wrong audience": (lambda: token(aud="someone-else"), "token_wrong"),
    "expired": (lambda: token(iat=NOW - 600, exp=NOW - LEEWAY), "token_expired"),
    "other org": (lambda: token(org="00D000000000002EAA"), "token_foreign"),
    "other org's issuer": (lambda: token(iss="https://other.my.salesforce.com"), "token_foreign"),
    "from the future": (lambda: token(iat=NOW + LEEWAY + 1), "token_wrong"),
    "no nonce": (lambda: token(without="jti"), "token_wrong"),
}


@pytest.mark.parametrize("kind", [*TOKENS, "replayed"])
async def test_a_token_that_is_refused_is_told_and_logged_by_its_code_and_is_not_in_the_log(
    kind: str, edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    make, code = TOKENS.get(kind, (token, "token_used"))
    text = make()
    if kind == "replayed":
        async with edge.panel(token=text):
            pass
    async with edge.socket() as panel:
        await panel.say("hello", version=1, token=text, panel="p")
        assert await panel.turned_away() == code
    assert edge.hub.count() == 0
    ours = [record for record in caplog.records if record.name.startswith("connector.")]
    assert [record.code for record in ours if hasattr(record, "code")] == [code]
    assert not [record for record in ours if text in str(record.__dict__)]


@pytest.mark.parametrize("skew", [-LEEWAY + 1, 0, LEEWAY])
async def test_clocks_may_differ_by_the_leeway(skew: int, edge: Edge) -> None:
    """By how many seconds the org's clock is ahead of ours; the token lasts no longer than a moment."""
    async with edge.panel(token=token(iat=NOW + skew, exp=NOW + skew)) as panel:
        assert (await panel.order("set_state", state="AVAILABLE")).get("error") is None


async def test_a_version_is_told_before_the_token_is_looked_at(edge: Edge) -> None:
    async with edge.socket() as panel:
        await panel.say("hello", version=99, token="whatever", panel="p")
        assert await panel.turned_away() == "wire_version"


async def test_a_token_opens_one_socket(edge: Edge) -> None:
    hello = edge.hello()
    async with edge.socket() as first, edge.socket() as second:
        await first.say("hello", **hello)
        await first.until("state")
        await second.say("hello", **hello)
        assert await second.turned_away() == "token_used"


@pytest.mark.parametrize("text", ['{"type":"ping"}', '{"type":"command","id":"1","name":"log_out"}'])
async def test_hello_comes_first(edge: Edge, text: str) -> None:
    async with edge.socket() as panel:
        await panel.ws.send_str(text)
        assert await panel.turned_away() == "hello_first"
        assert edge.disk.commits == []


async def test_who_says_nothing_is_turned_away(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HELLO_WITHIN", 0.05)
    async with edge.socket() as panel:
        assert await panel.turned_away() == "hello_late"


async def test_who_goes_before_hello_leaves_nothing_behind(edge: Edge) -> None:
    async with edge.socket():
        pass
    async with edge.panel():
        assert edge.hub.count() == 1


async def test_the_agent_is_the_one_of_the_token(edge: Edge) -> None:
    async with edge.panel(JONAS) as panel:
        assert panel.heard[-1]["agent"]["id"] == JONAS
        await panel.order("set_state", state="AVAILABLE")
        assert edge.runner.floor.agents[JONAS].state == "AVAILABLE"


async def test_setup_and_state_come_on_connect(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        setup, state = panel.heard
        assert (setup["type"], setup["user"], setup["language"]) == ("setup", "Sam Rivera", "en_US")
        assert [skill["id"] for skill in setup["skills"]] == ["support", "billing", "sales"]
        assert (state["type"], state["agent"]["state"], state["durable"]) == ("state", "WORKING", True)
        assert [(c["key"], c["phase"]) for c in state["contacts"]] == [(contact, "ACTIVE")]
        assert state["now"] == edge.clock.now()
