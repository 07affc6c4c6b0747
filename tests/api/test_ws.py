"""The panel's socket, spoken to as a panel does: what is answered, and what never happens twice."""

import asyncio
from typing import Any

import aiohttp
import msgspec
import pytest

from connector.api.ws import FLOOD, LARGEST
from tests.api.rig import MIA_RECORD, ORIGIN, PATIENCE, Edge
from tests.domain.stage import JONAS, SAM

# --- commands --------------------------------------------------------------------------------------------------------


async def test_a_command_is_answered_and_the_state_follows(edge: Edge) -> None:
    async with edge.panel() as panel:
        assert await panel.order("set_state", state="UNAVAILABLE", reason="Lunch") == {"type": "reply", "id": "order-1"}
        state = await panel.until("state")
        assert (state["agent"]["state"], state["agent"]["reason"]) == ("UNAVAILABLE", "Lunch")


async def test_a_command_sent_again_is_answered_and_not_repeated(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.order("set_state", state="AVAILABLE")
        first = await panel.order("dial", "dial-1", number="(415) 555-0143", skill="support")
        again = await panel.order("dial", "dial-1", number="(415) 555-0143", skill="support")
        assert first == again
        assert first["contact"]
        assert len(edge.runner.floor.contacts) == 1
        async with edge.panel() as other:  # after a reload, the same
            assert await other.order("dial", "dial-1", number="(415) 555-0143", skill="support") == first
        assert len(edge.runner.floor.contacts) == 1


async def test_a_refusal_is_remembered_too(edge: Edge) -> None:
    async with edge.panel() as panel:
        first = await panel.order("log_out", "bye")
        assert first["error"] == "logged_out"
        await panel.order("set_state", state="AVAILABLE")
        assert await panel.order("log_out", "bye") == first
        assert edge.runner.floor.agents[SAM].state == "AVAILABLE"


async def test_the_ids_of_two_agents_do_not_meet(edge: Edge) -> None:
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        assert "error" in await sam.order("log_out", "1")
        assert "error" not in await jonas.order("set_state", "1", state="AVAILABLE")


async def test_a_command_is_answered_after_its_commit_only(edge: Edge) -> None:
    async with edge.panel() as panel:
        edge.disk.at_once = False
        await panel.say("command", id="1", name="set_state", state="AVAILABLE")
        assert await panel.so_far() == []
        edge.disk.write()
        assert (await panel.until("reply"))["id"] == "1"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "dance"}, "command_unknown", "name"),
        ({"name": "hold"}, "field_missing", "contact"),
        ({"name": "set_state"}, "field_missing", "state"),
        ({"name": "hold", "contact": "nobody"}, "no_such_contact", None),
        ({"name": "dial", "number": "1"}, "logged_out", None),
    ],
)
async def test_a_refused_command_has_a_code_and_names_the_field(
    edge: Edge, values: dict[str, Any], code: str, field: str | None
) -> None:
    async with edge.panel() as panel:
        reply = await panel.order(**values)
        assert (reply["error"], reply.get("field")) == (code, field)
        assert reply["message"]


async def test_another_agents_contact_does_not_exist(edge: Edge) -> None:
    contact = await edge.talking(SAM)
    async with edge.panel(JONAS) as jonas:
        assert (await jonas.order("end", contact=contact))["error"] == "no_such_contact"
    assert edge.contact(contact).asked == ()


async def test_a_mistake_of_ours_is_answered_and_the_panel_goes_on(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    contact = await edge.talking()
    async with edge.panel() as panel:
        with monkeypatch.context() as broken:
            broken.setattr(edge.runner, "command", fails)
            broken.setattr(edge.runner, "draft", fails)
            assert (await panel.order("hold", contact=contact))["error"] == "internal"
            await panel.draft(contact, "comments", 1, text="Refund")
            failure = await panel.until("error")
            assert (failure["error"], failure["final"]) == ("internal", False)
        assert "error" not in await panel.order("hold", contact=contact)
    logged = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert logged == ["a message could not be dealt with"] * 2
    assert edge.runner.counts.faults == 2


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", None),
        ("{", None),
        ("[]", None),
        ("null", None),
        ('{"type":"hold"}', "type"),
        ('{"type":"ping","extra":1}', "extra"),
        ('{"type":"command","name":"hold"}', "id"),
        ('{"type":"command","id":"1","name":"hold","contact":7}', "contact"),
        ('{"type":"draft","contact":"k","field":"comments","revision":1.5}', "revision"),
        ('{"type":"draft","contact":"k","field":"comments","revision":9007199254740992}', "revision"),
        ('{"type":"draft","contact":"k","field":"tags","revision":1,"tags":["' + "x" * 256 + '"]}', "tags[0]"),
        ('{"type":"find","id":"1","what":"money","text":"mia"}', "what"),
        ('{"type":"visited","record":{"id":"1","type":"Case"}}', "record.id"),
        ('{"type":"command","id":"1","name":"digits","contact":"k","digits":"12\\n"}', "digits"),
        ('{"x":' + "[" * 60_000 + "]" * 60_000 + ',"type":"ping"}', None),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_cannot_be_read_is_told_and_changes_nothing(edge: Edge, text: str, field: str | None) -> None:
    async with edge.panel() as panel:
        await panel.ws.send_str(text)
        failure = await panel.until("error")
        assert (failure["error"], failure["field"], failure["final"]) == ("message_invalid", field, False)
        assert failure["message"]
        assert await panel.so_far() == []
        assert edge.disk.commits == []


async def test_a_message_may_come_as_bytes(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.ws.send_bytes(b'{"type":"ping"}')
        await panel.until("pong")
        await panel.ws.send_bytes(b"\xff\xfe")
        assert (await panel.until("error"))["error"] == "message_invalid"


async def test_a_message_that_is_too_large_ends_the_socket(edge: Edge) -> None:
    async with edge.panel() as panel, edge.panel(JONAS) as other:
        await panel.say("find", id="1", what="people", text="x" * LARGEST)
        assert await panel.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        assert await other.so_far() == []
    assert edge.crm.searches == []


async def test_the_longest_note_is_not_too_large(edge: Edge) -> None:
    contact = await edge.talking()
    longest = "\U0001f600" * 32_000
    assert 7 * len(longest.encode()) < LARGEST, "a hello carries the unacknowledged notes of several contacts"
    async with edge.panel() as panel:
        await panel.ws.send_bytes(
            msgspec.json.encode(
                {"type": "draft", "contact": contact, "field": "comments", "revision": 1, "text": longest}
            )
        )
        await panel.until("draft_saved")
    assert edge.contact(contact).draft.comments.value == longest


async def test_a_second_hello_is_refused_and_the_socket_stays(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.say("hello", **edge.hello(JONAS))
        assert (await panel.until("error"))["error"] == "hello_twice"
        assert (await panel.order("set_state", state="AVAILABLE")).get("error") is None
        assert JONAS not in edge.runner.floor.agents or edge.runner.floor.agents[JONAS].state == "LOGGED_OUT"


async def test_a_flood_ends_its_own_socket_only(edge: Edge) -> None:
    async with edge.panel(JONAS) as other, edge.panel() as panel:
        for _ in range(FLOOD[0] + 1):
            await panel.say("focus")
        assert await panel.turned_away() == "flood"
        assert (await other.order("set_state", state="AVAILABLE")).get("error") is None
        assert edge.hub.count() == 1


async def test_a_fast_typist_is_no_flood(edge: Edge) -> None:
    async with edge.panel() as panel:
        for _ in range(5):
            for _ in range(FLOOD[1]):
                await panel.say("focus")
            await panel.so_far()
            edge.clock.advance(1_100)
        assert await panel.so_far() == []


# --- several panels, and the end -------------------------------------------------------------------------------------


async def test_two_panels_of_one_agent_show_the_same(edge: Edge) -> None:
    async with edge.panel() as one, edge.panel() as two:
        assert edge.hub.count() == 2
        await one.order("set_state", state="AVAILABLE")
        first, second = await one.until("state"), await two.until("state")
        assert first == second
        assert not [message for message in await two.so_far() if message["type"] == "reply"]


async def test_a_chore_goes_to_the_panel_that_was_focused_last(edge: Edge) -> None:
    async with edge.panel() as one, edge.panel(focused=True) as two:
        edge.clock.advance(1_000)
        await one.say("focus")
        await one.so_far()
        contact = await edge.talking(person=MIA_RECORD)
        chore = await one.until("chore")
        assert (chore["kind"], chore["contact"], chore["record"]["id"]) == ("screen_pop", contact, MIA_RECORD.id)
        assert not [message for message in await two.so_far() if message["type"] == "chore"]
        await one.say("chore_taken", chore=chore["id"])
        assert await one.until("chore_yours") == {"type": "chore_yours", "chore": chore["id"]}
        edge.clock.advance(60_000)
        assert not [message for message in await two.so_far() if message["type"] == "chore"]
        await one.say("chore_done", chore=chore["id"], ok=False)
        assert (await two.until("chore"))["id"] == chore["id"]
        await two.say("chore_done", chore=chore["id"], ok=True)
        await two.so_far()
        edge.clock.advance(60_000)
        assert not [message for message in await one.so_far() if message["type"] == "chore"]


async def test_of_two_panels_without_focus_one_opens_the_record(edge: Edge) -> None:
    async with edge.panel() as one, edge.panel() as two:
        await edge.talking(person=MIA_RECORD)
        chore = await one.until("chore")
        edge.clock.advance(2_000)
        assert (await two.until("chore"))["id"] == chore["id"], "the first was slow"
        await two.say("chore_taken", chore=chore["id"])
        await two.until("chore_yours")
        await one.say("chore_taken", chore=chore["id"])
        assert not [message for message in await one.so_far() if message["type"] == "chore_yours"]


@pytest.mark.parametrize("how", ["closed", "cut"])
async def test_who_opened_a_record_and_was_not_heard_is_asked_before_another_is(edge: Edge, how: str) -> None:
    async with edge.panel() as other, edge.panel(panel="mine", focused=True) as mine:
        await edge.talking(person=MIA_RECORD)
        chore = await mine.until("chore")
        await mine.say("chore_taken", chore=chore["id"])
        await mine.until("chore_yours")
        await other.so_far()
        code = aiohttp.WSCloseCode.GOING_AWAY if how == "closed" else aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        await (mine.ws.close(code=code) if how == "closed" else mine.cut())
        await edge.until(lambda: edge.hub.count() == 1)
        given = [message for message in await other.so_far() if message["type"] == "chore"]
        if how == "closed":
            assert [message["id"] for message in given] == [chore["id"]], "what was open in it is gone"
            return
        assert given == []
        async with edge.panel(panel="mine") as back:
            again = next(message for message in back.heard if message["type"] == "chore")
            assert again == chore
            await back.say("chore_taken", chore=chore["id"])
            await back.until("chore_yours")
            await back.say("chore_done", chore=chore["id"], ok=True)
            await back.so_far()
            edge.clock.advance(60_000)
            assert not [message for message in await other.so_far() if message["type"] == "chore"]


async def test_a_panel_that_closes_takes_no_call_with_it(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        await panel.draft(contact, "comments", 1, text="kept")
        await panel.until("draft_saved")
    async with edge.panel() as again:
        (shown,) = again.heard[-1]["contacts"]
        assert (shown["phase"], shown["draft"]["comments"]["value"]) == ("ACTIVE", "kept")


async def test_at_the_end_all_panels_are_told_and_no_new_one_is_let_in(edge: Edge) -> None:
    async with edge.panel() as one, edge.panel(JONAS) as two, edge.socket() as mute:
        closing = asyncio.get_running_loop().create_task(edge.sockets.close())
        assert await one.closed() == aiohttp.WSCloseCode.GOING_AWAY
        assert await two.closed() == aiohttp.WSCloseCode.GOING_AWAY
        assert await mute.closed() == aiohttp.WSCloseCode.GOING_AWAY
        await asyncio.wait_for(closing, PATIENCE)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await edge.http.ws_connect(edge.url, headers={"Origin": ORIGIN})
        assert refused.value.status == 503
        assert edge.hub.count() == 0
