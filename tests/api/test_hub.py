"""What panels are told, and when: whole, once a turn, and nobody waits for one that does not read."""

import asyncio
import base64
import json
import os
import re
import socket
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from connector.api.hub import PATIENCE as UNTIL_DROPPED
from connector.api.hub import ROOM
from connector.domain.commands import SaveDraft
from connector.domain.directory import Tag
from connector.domain.effects import (
    CompleteWork,
    Pop,
    PopByLayout,
    PopFlow,
    PopNew,
    PopRecord,
    PopSearch,
    PopUrl,
    RaiseAlarm,
    RefreshView,
    WithdrawPop,
)
from connector.domain.events import PhoneChanged, WorkCompleted
from connector.service.alarms import Alarm
from tests.api.rig import MIA_RECORD, ORIGIN, PATIENCE, Edge, Panel
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM


def states(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == "state"]


async def test_many_changes_in_one_turn_make_one_message(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        for revision in range(1, 21):
            edge.runner.draft(SaveDraft(SAM, contact, "comments", revision, f"{revision}"), lambda: None)
        edge.runner.event(PhoneChanged("2041", False))
        (state,) = states(await panel.so_far())
        assert state["contacts"][0]["draft"]["comments"] == {"value": "20", "revision": 20}
        assert state["agent"]["phone_ready"] is False


async def test_what_changes_nothing_is_not_sent(edge: Edge) -> None:
    async with edge.panel() as panel:
        edge.ring(line="+19995550100")
        edge.runner.event(PhoneChanged("2042", False))
        assert states(await panel.so_far()) == []


async def test_the_sequence_grows_by_one_and_is_the_agents_own(edge: Edge) -> None:
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        first = sam.heard[-1]["seq"]
        for n in range(3):
            await sam.order("set_state", state="AVAILABLE" if n % 2 else "UNAVAILABLE")
            assert (await sam.until("state"))["seq"] == first + n + 1
        assert jonas.heard[-1]["seq"] == 1
        async with edge.panel(SAM) as second:
            assert second.heard[-1]["seq"] == first + 4
        assert states(await sam.so_far()) == [], "a second panel that comes tells the first nothing new"


async def test_an_answer_goes_out_before_the_state_that_came_of_it(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.say("command", id="1", name="set_state", state="AVAILABLE")
        assert (await panel.next())["type"] == "reply"
        assert (await panel.next())["agent"]["state"] == "AVAILABLE"


async def test_a_view_that_fails_keeps_nobody_else_in_the_dark(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = edge.hub._encoded_state

    def fails_for_sam(agent: str) -> tuple[int, bytes]:
        if agent == SAM:
            raise ZeroDivisionError
        return real(agent)

    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        with monkeypatch.context() as broken:
            broken.setattr(edge.hub, "_encoded_state", fails_for_sam)
            await sam.order("set_state", state="AVAILABLE")
            await jonas.order("set_state", state="AVAILABLE")
            assert (await jonas.until("state"))["agent"]["state"] == "AVAILABLE"
        await sam.order("set_state", state="UNAVAILABLE", reason="Lunch")
        assert (await sam.until("state"))["agent"]["state"] == "UNAVAILABLE"
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "a panel could not be told"
    ]


# --- who does not read -----------------------------------------------------------------------------------------------


async def test_what_changes_while_panels_are_written_to_reaches_them_all(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.api.hub.AT_A_TIME", 1)
    async with edge.panel() as first, edge.panel() as second:
        real = edge.hub._encoded_state
        loop = asyncio.get_running_loop()

        def encoded(agent: str) -> tuple[int, bytes]:
            monkeypatch.setattr(edge.hub, "_encoded_state", real)
            loop.call_soon(edge.runner.event, PhoneChanged("2041", False))
            return real(agent)

        monkeypatch.setattr(edge.hub, "_encoded_state", encoded)
        await first.order("set_state", state="UNAVAILABLE")
        for panel in (first, second):
            assert states(await panel.so_far())[-1]["agent"]["phone_ready"] is False


class Deaf:
    """A panel that says hello and then reads nothing, as one whose browser has frozen."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self._tail = b""

    async def connect(self, edge: Edge, agent: str = SAM) -> None:
        loop = asyncio.get_running_loop()
        host, port = edge.url.removeprefix("http://").partition("/")[0].split(":")
        await loop.sock_connect(self.socket, (host, int(port)))
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET /panel/socket HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        await loop.sock_sendall(self.socket, request.encode())
        assert b" 101 " in await loop.sock_recv(self.socket, 1024)
        hello = json.dumps({"type": "hello", **edge.hello(agent)}).encode()
        # RFC 6455, section 5.2: a text frame with a mask (of zeros) and a length of two bytes.
        await loop.sock_sendall(self.socket, bytes([0x81, 0xFE]) + len(hello).to_bytes(2, "big") + bytes(4) + hello)

    async def until_cut(self) -> None:
        """Reads what is there to the end."""
        with suppress(ConnectionResetError):
            while await self._read():
                pass

    async def revisions(self) -> list[int]:
        """Reads a little; the revisions of the comments in it."""
        self._tail += await self._read()
        found = [int(number) for number in re.findall(rb'"comments":\{"value":"(\d+) ', self._tail)]
        self._tail = b"" if found else self._tail[-64:]
        return found

    async def _read(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 1 << 16), PATIENCE)


def long_note(contact: str, revision: int) -> SaveDraft:
    """So long that one state is more than a buffer should hold."""
    return SaveDraft(SAM, contact, "comments", revision, f"{revision} " + "\U0001f600" * 25_000)


async def test_who_does_not_read_is_dropped_and_the_others_go_on(edge: Edge) -> None:
    contact = await edge.talking()
    deaf = Deaf()
    async with edge.panel() as panel:
        await deaf.connect(edge)
        await panel.so_far()
        (_, frozen) = edge.hub._panels[SAM]
        revision = 0
        while frozen.transport.get_write_buffer_size() <= ROOM or revision < 30:
            revision += 1
            assert revision < 2_000, "the buffer never fills"
            assert frozen.ws._writer is not None
            frozen.ws._writer._output_size = 1 << 20  # else aiohttp waits for room only now and then
            edge.runner.draft(long_note(contact, revision), lambda: None)
            state = await panel.until("state")
            assert state["contacts"][0]["draft"]["comments"]["revision"] == revision
        most = frozen.transport.get_write_buffer_size()
        for _ in range(20):
            revision += 1
            edge.runner.draft(long_note(contact, revision), lambda: None)
            await panel.until("state")
        assert frozen.transport.get_write_buffer_size() == most, "nothing more is written to who does not read"
        assert edge.hub.count() == 2
        for _ in range(UNTIL_DROPPED // 100 + 2):
            edge.clock.advance(100)
            await asyncio.sleep(0)
        await deaf.until_cut()
        await panel.so_far()
        assert (edge.hub.count(), edge.hub.dropped) == (1, 1)
        assert (await panel.order("hold", contact=contact)).get("error") is None
    deaf.socket.close()


async def test_who_reads_again_in_time_is_shown_the_newest_state_only(edge: Edge) -> None:
    contact = await edge.talking()
    deaf = Deaf()
    async with edge.panel() as panel:
        await deaf.connect(edge)
        await panel.so_far()
        (_, frozen) = edge.hub._panels[SAM]
        revision = 0
        while frozen.transport.get_write_buffer_size() <= ROOM:
            revision += 1
            edge.runner.draft(long_note(contact, revision), lambda: None)
            await panel.until("state")
        shown = revision
        for _ in range(5):
            revision += 1
            edge.runner.draft(long_note(contact, revision), lambda: None)
            await panel.until("state")
        seen: list[int] = []
        while frozen.transport.get_write_buffer_size():
            seen += await deaf.revisions()
        edge.clock.advance(100)  # the hub looks again whether there is room
        while revision not in seen:
            seen += await deaf.revisions()
        assert not set(seen) & set(range(shown + 1, revision))
        assert edge.hub.dropped == 0
    deaf.socket.close()


# --- the directory, chores, who is gone ------------------------------------------------------------------------------


async def test_a_new_directory_is_told_to_everybody(edge: Edge) -> None:
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        edge.runner.set_directory(replace(DIRECTORY, version=2, tags=tuple(map(Tag, ("Refund", "VIP", "Invoice")))))
        for panel in (sam, jonas):
            setup = await panel.until("setup")
            assert (setup["version"], setup["tags"]) == (2, ["Refund", "VIP", "Invoice"])
            await panel.until("state")


async def test_a_record_waits_for_a_panel_that_opens_it(edge: Edge) -> None:
    edge.hub.pop(PopRecord(SAM, "a contact", MIA_RECORD))
    async with edge.panel() as panel:
        (chore,) = [message for message in panel.heard if message["type"] == "chore"]
        assert chore["record"]["name"] == "Mia Chen"


async def test_a_page_that_nobody_has_open_is_not_refreshed(edge: Edge) -> None:
    edge.hub.refresh(RefreshView(SAM, "a contact"))
    async with edge.panel() as panel:
        assert await panel.so_far() == []
        edge.hub.refresh(RefreshView(SAM, "a contact"))
        chore = await panel.until("chore")
        assert (chore["kind"], "record" in chore) == ("refresh", False)


async def test_a_page_of_a_work_item_is_opened_unless_it_is_no_longer_theirs(edge: Edge) -> None:
    edge.hub.pop(PopUrl(SAM, "one", "https://x.example/1"))
    edge.hub.pop(PopUrl(SAM, "two", "https://x.example/2"))
    edge.hub.pop(PopRecord(SAM, "one", MIA_RECORD))
    edge.hub.withdraw(WithdrawPop(SAM, "one"))
    async with edge.panel() as panel:
        (chore,) = [message for message in panel.heard if message["type"] == "chore"]
        assert (chore["kind"], chore["contact"], chore["text"]) == ("url_pop", "two", "https://x.example/2")
        assert "record" not in chore


POPS = (
    (PopRecord(SAM, "key", MIA_RECORD), {"kind": "screen_pop"}),
    (PopSearch(SAM, "key", MIA), {"kind": "search_pop", "text": MIA}),
    (PopUrl(SAM, "key", "https://x.example/1"), {"kind": "url_pop", "text": "https://x.example/1"}),
    (
        PopFlow(SAM, "key", "Who_Calls", (("number", MIA), ("contactKey", "key"))),
        {"kind": "flow_pop", "text": "Who_Calls", "arguments": {"number": MIA, "contactKey": "key"}},
    ),
    (
        PopNew(SAM, "key", "Lead", (("Phone", MIA),)),
        {"kind": "new_record", "text": "Lead", "fields": {"Phone": MIA}},
    ),
    (
        PopByLayout(SAM, "key", "Inbound", "none", None, MIA, (("Phone", MIA),), (("number", MIA),), "but_new"),
        {
            "kind": "layout_pop",
            "text": MIA,
            "fields": {"Phone": MIA},
            "arguments": {"number": MIA},
            "layout": {"call": "Inbound", "found": "none", "part": "but_new"},
        },
    ),
)


@pytest.mark.parametrize(("pop", "told"), POPS, ids=lambda it: type(it).__name__)
async def test_what_opens_is_one_chore_and_none_when_it_is_no_longer_theirs(
    edge: Edge, pop: Pop, told: dict[str, object]
) -> None:
    edge.hub.pop(pop)
    async with edge.panel() as panel:
        (chore,) = [message for message in panel.heard if message["type"] == "chore"]
        record = chore.pop("record", None)
        assert chore == {"type": "chore", "id": chore["id"], "contact": "key", **told}
        assert (record is not None) is isinstance(pop, PopRecord)
        edge.hub.withdraw(WithdrawPop(SAM, "key"))
        await panel.say("chore_taken", chore=chore["id"])
        assert await panel.so_far() == []


@pytest.mark.parametrize("ok", [True, False])
async def test_a_step_that_was_completed_is_reported(edge: Edge, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr(edge.runner, "event", reported.append)
    async with edge.panel() as panel:
        edge.hub.complete_work(CompleteWork(SAM, "a contact", "0wT1", "00T1", "Answered", connected=True))
        edge.hub.refresh(RefreshView(SAM, "a contact"))
        step, refresh = await panel.until("chore"), await panel.until("chore")
        assert {key: step[key] for key in ("kind", "text", "task_id", "disposition", "connected")} == {
            "kind": "complete_work",
            "text": "0wT1",
            "task_id": "00T1",
            "disposition": "Answered",
            "connected": True,
        }
        await panel.say("chore_done", chore=refresh["id"], ok=True)
        await panel.say("chore_done", chore=step["id"], ok=ok)
        await panel.say("chore_done", chore=step["id"], ok=ok)
        await panel.so_far()
        assert [event for event in reported if isinstance(event, WorkCompleted)] == [WorkCompleted("a contact")] * ok


async def test_an_emergency_call_is_told_to_the_supervisors_who_are_there(edge: Edge) -> None:
    raised: list[Alarm] = []
    edge.hub.alarm = raised.append
    chief = replace(DIRECTORY.agents[JONAS], supervisor=True)
    edge.runner.set_directory(replace(DIRECTORY, version=2, agents={**DIRECTORY.agents, JONAS: chief}))
    alarm = RaiseAlarm(SAM, "a contact", "911", "+14155550142", "1 Main St", edge.clock.now())
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas, edge.panel(JONAS) as second:
        edge.hub.raise_alarm(alarm)
        for panel in (jonas, second):
            assert await panel.until("alarm") == {
                "type": "alarm",
                "agent": "Sam Rivera",
                "number": "911",
                "callback": "+14155550142",
                "address": "1 Main St",
                "at": edge.clock.now(),
            }
        assert [m for m in await sam.so_far() if m["type"] == "alarm"] == []
    (told,) = raised
    assert (told.contact, told.agent, told.number, told.address) == ("a contact", "Sam Rivera", "911", "1 Main St")
    assert json.loads(told.posted) == {
        "type": "emergency_call",
        "contact": "a contact",
        "agent": SAM,
        "name": "Sam Rivera",
        "number": "911",
        "callback": "+14155550142",
        "address": "1 Main St",
        "at": edge.clock.now(),
    }


async def test_a_panel_that_goes_while_it_is_being_told_harms_nobody(edge: Edge) -> None:
    async with edge.panel(JONAS) as jonas:
        async with edge.panel() as panel:
            assert panel.ws._response.connection is not None
            panel.ws._response.connection.transport.abort()  # type: ignore[union-attr]  # as a cable that is cut
            for n in range(3):
                edge.runner.event(PhoneChanged("2041", bool(n % 2)))
                await jonas.so_far()
        await jonas.so_far()
        assert edge.hub.count() == 1
        assert edge.hub.dropped == 0


async def test_what_was_sent_is_counted(edge: Edge) -> None:
    async with edge.panel() as panel:
        assert edge.hub.sent == 2
        await panel.say("ping")
        await panel.until("pong")
        assert edge.hub.sent == 3


async def gone(edge: Edge, left: Panel) -> None:
    """No panel but that one is connected any more."""
    for _ in range(100):
        if edge.hub.count() == 1:
            return
        await left.so_far()
    raise AssertionError("a panel that was closed is still counted")


async def test_whether_an_agent_has_a_panel_is_told_with_the_first_and_the_last(edge: Edge) -> None:
    async with edge.panel() as first:
        await first.order("set_state", state="AVAILABLE")
        async with edge.panel():
            pass
        await first.so_far()
        assert edge.runner.floor.agents[SAM].panel_gone is None, "one is still there"
    async with edge.panel(JONAS) as jonas:
        await gone(edge, jonas)
        assert edge.runner.floor.agents[SAM].panel_gone == edge.clock.now()
        edge.clock.advance(DIRECTORY.settings.no_panel)
        assert edge.runner.floor.agents[SAM].state == "UNAVAILABLE"
        async with edge.panel() as again:
            assert again.heard[-1]["agent"]["reason"] == "No panel"
            assert edge.runner.floor.agents[SAM].panel_gone is None


async def test_a_panel_that_comes_back_in_time_changes_nothing_for_the_agent(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.order("set_state", state="AVAILABLE")
    async with edge.panel(JONAS) as jonas:
        await gone(edge, jonas)
    edge.clock.advance(DIRECTORY.settings.no_panel - 1)
    async with edge.panel() as again:
        edge.clock.advance(10 * DIRECTORY.settings.no_panel)
        await again.so_far()
        assert edge.runner.floor.agents[SAM].state == "AVAILABLE"
