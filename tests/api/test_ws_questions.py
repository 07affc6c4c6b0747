"""What a panel asks on its socket: searches, previews, visited records, the time."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.model import Record
from connector.errors import CrmUnavailable
from tests.api.rig import CASE, MIA_RECORD, PATIENCE, Edge
from tests.domain.stage import DIRECTORY, JONAS


async def test_what_is_found_is_answered(edge: Edge) -> None:
    edge.crm.found = (MIA_RECORD, Record("00Q000000000001AAA", "Lead", "Mia Chan"))
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="people", text="mia")
        found = await panel.until("found")
        assert (found["id"], found["error"]) == ("f1", None)
        assert [(record["name"], record["type"]) for record in found["records"]] == [
            ("Mia Chen", "Contact"),
            ("Mia Chan", "Lead"),
        ]
        assert edge.crm.searches == [("people", "mia")]


async def test_only_the_newest_search_is_answered(edge: Edge) -> None:
    edge.crm.found = (MIA_RECORD,)
    edge.crm.go_on.clear()
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="people", text="mi")
        await panel.say("find", id="f2", what="people", text="mia")
        await panel.so_far()
        edge.crm.go_on.set()
        assert (await panel.until("found"))["id"] == "f2"
        assert await panel.so_far() == []


@pytest.mark.parametrize(
    ("error", "code"), [(CrmUnavailable("connection", "gone"), "crm_unavailable"), (KeyError("oops"), "internal")]
)
async def test_a_search_that_fails_says_so(edge: Edge, error: Exception, code: str) -> None:
    edge.crm.found = error
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="records", text="1026")
        assert await panel.until("found") == {"type": "found", "id": "f1", "records": [], "error": code}


async def test_a_search_ends_with_its_panel(edge: Edge) -> None:
    edge.crm.go_on.clear()
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="people", text="mia")
        await panel.so_far()
        running = [task for task in asyncio.all_tasks() if "_found" in repr(task.get_coro())]
        assert len(running) == 1
    await asyncio.wait(running, timeout=PATIENCE)
    assert running[0].cancelled()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("(415) 555-0143", {"number": "+14155550143", "shown": "+1 415 555 0143", "place": "San Francisco, CA"}),
        ("2042", {"number": "2042", "shown": "2042", "place": "Jonas Weber"}),
        ("911", {"number": None, "error": "number_emergency"}),
        ("555", {"number": None, "error": "number_too_short"}),
        ("", {"number": None, "error": "number_too_short"}),
        ("+1 415 555 01430000", {"number": None, "error": "number_invalid"}),
    ],
)
async def test_what_would_be_dialled_is_previewed(edge: Edge, typed: str, shown: dict[str, Any]) -> None:
    async with edge.panel() as panel:
        await panel.say("preview", id="p1", number=typed)
        previewed = await panel.until("previewed", id="p1")
        assert {name: previewed.get(name) for name in shown} == shown
    assert edge.runner.floor.contacts == {}


async def test_an_agent_who_was_taken_off_the_directory_is_told(edge: Edge) -> None:
    async with edge.panel() as panel:
        rest = {JONAS: DIRECTORY.agents[JONAS]}
        edge.runner.set_directory(replace(DIRECTORY, version=2, agents=rest))
        await panel.say("preview", id="p1", number="415 555 0143")
        assert (await panel.until("previewed"))["error"] == "unknown_agent"
        assert (await panel.order("set_state", state="AVAILABLE"))["error"] == "unknown_agent"


async def test_a_visited_record_becomes_an_option(edge: Edge) -> None:
    await edge.talking()
    async with edge.panel() as panel:
        await panel.say("visited", record=CASE)
        state = await panel.until("state")
        assert state["contacts"][0]["what_options"][0] == {**CASE, "detail": "", "why": "active_tab"}


async def test_ping_is_answered_with_the_time(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.say("ping")
        assert await panel.next() == {"type": "pong", "now": edge.clock.now()}
