"""What a panel asks on its socket: searches, previews, visited records, the time."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.address import CivicAddress
from connector.domain.directory import Entry, NumberPattern, PatternAction
from connector.domain.model import Record
from connector.errors import CrmUnavailable
from tests.api.rig import CASE, MIA_RECORD, PATIENCE, Edge
from tests.domain.stage import DIRECTORY, JONAS, SAM


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
        assert edge.crm.searched_for == [SAM], "as that agent may see it"


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


@pytest.mark.parametrize("what", ["people", "records"])
@pytest.mark.parametrize("text", ["", "m", "  m  "])
async def test_salesforce_is_not_searched_for_less_than_two_characters(edge: Edge, what: str, text: str) -> None:
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what=what, text=text)
        found = await panel.until("found", id="f1")
        assert (found["records"], found["error"], found["field"]) == ([], "text_too_short", "text")
        assert "2" in found["message"]
    assert edge.crm.searches == []


BOOK = (
    Entry("taxi", "Taxi", "+14155550188", "Around the clock"),
    Entry("bank", "Card fraud line", "+18005550199", "Bank"),
    Entry("desk", "front desk", "2099"),
    Entry("rai", "RAI Amsterdam", "+31205550199"),
)


def with_book(edge: Edge, entries: tuple[Entry, ...] = BOOK, favourites: tuple[str, ...] = ("desk",)) -> None:
    edge.runner.set_directory(replace(DIRECTORY, version=2, entries=entries))
    edge.runner.floor.agents[SAM] = replace(edge.runner.floor.agents[SAM], favourites=favourites)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["front desk", "Card fraud line", "RAI Amsterdam", "Taxi"]),
        ("fr", ["front desk", "Card fraud line"]),
        ("FRAUD bank", ["Card fraud line"]),
        ("clock", ["Taxi"]),
        ("(415) 555", ["Taxi"]),
        ("020 555 0199", ["RAI Amsterdam"]),
        ("2099", ["front desk"]),
        ("+1 800", ["Card fraud line"]),
        ("nobody", []),
        ("-", []),
    ],
)
async def test_the_address_book_is_searched_by_name_number_and_detail(edge: Edge, text: str, names: list[str]) -> None:
    with_book(edge)
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="book", text=text)
        found = await panel.until("found", id="f1")
        assert [record["name"] for record in found["records"]] == names
        assert found["error"] is None
    assert edge.crm.searches == []


async def test_an_entry_is_shown_with_its_number_and_whether_it_is_a_favourite(edge: Edge) -> None:
    with_book(edge)
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="book", text="r")
        desk, bank, *_ = (await panel.until("found"))["records"]
        assert desk == {"id": "desk", "type": "Entry", "name": "front desk", "detail": "2099", "why": "favourite"}
        assert (bank["detail"], bank["why"]) == ("+1 800 555 0199 · Bank", "")


async def test_no_more_than_fifty_entries_are_shown_and_a_favourite_is_never_left_out(edge: Edge) -> None:
    many = tuple(Entry(f"e{n}", f"Branch {n:03}", f"+1415555{n:04}") for n in range(200))
    with_book(edge, many, ("e199",))
    async with edge.panel() as panel:
        await panel.say("find", id="f1", what="book", text="branch")
        found = (await panel.until("found"))["records"]
        assert (len(found), found[0]["id"], found[1]["id"]) == (50, "e199", "e0")
        with_book(edge, BOOK)
        await panel.say("find", id="f2", what="book", text="branch")
        assert (await panel.until("found", id="f2"))["records"] == [], "the book of now is searched"


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
        ("911", {"number": "911", "shown": "911", "emergency": "national", "address": None, "error": None}),
        ("9911", {"number": "911", "emergency": "national"}),
        ("933", {"number": "933", "emergency": "test"}),
        ("+1 (415) 555-0143", {"emergency": None, "number": "+14155550143"}),
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


@pytest.mark.parametrize(
    ("typed", "skill", "shown"),
    [
        ("8043", None, {"number": "+14155550143", "shown": "+1 415 555 0143", "place": "San Francisco, CA"}),
        ("47 11", None, {"number": "4711", "shown": "4711", "place": None, "error": None}),
        ("7042", None, {"number": "2042", "shown": "2042", "place": "Jonas Weber"}),
        ("+1 900 555 0100", "support", {"number": None, "error": "number_refused"}),
        ("+1 900 555 0100", "billing", {"number": "+19005550100", "error": None}),
        ("+1 900 555 0100", None, {"number": "+19005550100", "error": None}),
        ("+31 20 555 0121", None, {"number": "+31205550121", "shown": "+31 20 555 0121"}),
        ("911", "support", {"number": "911", "emergency": "national"}),
    ],
)
async def test_what_the_dial_plan_makes_of_it_is_previewed(
    edge: Edge, typed: str, skill: str | None, shown: dict[str, Any]
) -> None:
    patterns = (
        NumberPattern("Emergencies", "9*", PatternAction.REFUSE),
        NumberPattern("Premium", "+1900*", PatternAction.REFUSE, skills=("support",)),
        NumberPattern("Porter", "47xx", PatternAction.INTERNAL),
        NumberPattern("Short dial", "80xx", PatternAction.REWRITE, "+141555501xx"),
        NumberPattern("Desks", "70xx", PatternAction.REWRITE, "20xx"),
        NumberPattern("Abroad", "+31*", PatternAction.REWRITE, "0031*"),
    )
    edge.runner.set_directory(replace(DIRECTORY, version=2, patterns=patterns))
    async with edge.panel() as panel:
        await panel.say("preview", id="p1", number=typed, skill=skill)
        previewed = await panel.until("previewed", id="p1")
        assert {name: previewed.get(name) for name in shown} == shown


async def test_the_address_that_would_be_sent_along_is_previewed(edge: Edge) -> None:
    there = CivicAddress("US", street="Mission St", number="415")
    sam = replace(DIRECTORY.agents[SAM], address=there, address_verified=True)
    edge.runner.set_directory(replace(DIRECTORY, version=2, agents={**DIRECTORY.agents, SAM: sam}))
    async with edge.panel() as panel:
        await panel.say("preview", id="p1", number="911")
        previewed = await panel.until("previewed", id="p1")
        assert (previewed["emergency"], previewed["address"]) == ("local", "415 Mission St")
    async with edge.panel(JONAS) as panel:
        await panel.say("preview", id="p1", number="112")
        previewed = await panel.until("previewed", id="p1")
        assert (previewed["error"], previewed.get("emergency")) == ("number_emergency", None)


async def test_an_agent_in_a_call_who_was_taken_off_the_directory_is_told(edge: Edge) -> None:
    await edge.talking()
    async with edge.panel() as panel:
        rest = {JONAS: DIRECTORY.agents[JONAS]}
        edge.runner.set_directory(replace(DIRECTORY, version=2, agents=rest))
        await panel.say("preview", id="p1", number="415 555 0143")
        assert (await panel.until("previewed"))["error"] == "unknown_agent"
        await panel.say("find", id="f1", what="book", text="")
        assert (await panel.until("found"))["error"] == "unknown_agent"
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
