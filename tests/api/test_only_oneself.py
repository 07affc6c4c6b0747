"""An agent acts for themselves and for nobody else; what more a supervisor may is looked at each time."""

import itertools
from typing import Any

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace

from connector.api import handlers
from connector.domain.effects import RaiseAlarm
from connector.domain.model import Agent
from connector.wire import commands
from tests.api.rig import CASE, LEAD, MIA_RECORD, Edge
from tests.domain.stage import DIRECTORY, JONAS, SAM

WITH_VALUES: dict[str, dict[str, Any]] = {
    "consult": {"to": {"kind": "agent", "id": SAM}},
    "digits": {"digits": "1"},
    "drop": {"leg": "in-1"},
    "step": {"work": "0wT1"},
}
"""The commands on a contact that need more than its key."""

OF_NO_CONTACT = {"set_state", "log_out", "dial", "dial_emergency", "favourite", "line"}
"""What an agent asks for themselves: the message has no way to say for whom."""


def seen(edge: Edge, agent: str = SAM) -> tuple[Any, ...]:
    """All that is the agent's."""
    floor = edge.runner.floor
    known = floor.agents[agent]
    return known, tuple(floor.contacts[key] for key in known.contacts)


def test_there_are_no_other_commands() -> None:
    """So that one that is added is tried here, too."""
    assert set(handlers._ON_CONTACT) & set(handlers._WITH_VALUES) == set()
    assert set(handlers._WITH_VALUES) - OF_NO_CONTACT == set(WITH_VALUES)


def test_no_message_says_for_whom_it_is() -> None:
    """The one agent that a message can name is whom a call is passed to."""
    named = set()
    for kind in msgspec.inspect.type_info(commands.Message).types:  # type: ignore[attr-defined]  # a union
        named |= {field.name for field in kind.fields}
    assert not {name for name in named if "agent" in name or "user" in name or name in ("owner", "on_behalf_of", "as")}
    assert commands.Target.__struct_fields__ == ("kind", "id")


@pytest.mark.parametrize("name", [*handlers._ON_CONTACT, *WITH_VALUES])
async def test_a_command_on_anothers_contact_is_refused_and_changes_nothing(edge: Edge, name: str) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    async with edge.panel(JONAS) as jonas:
        await jonas.order("set_state", state="AVAILABLE")
        before, asked = seen(edge), len(edge.wire.asked)
        reply = await jonas.order(name, contact=contact, **WITH_VALUES.get(name, {}))
        assert reply["error"] == "no_such_contact"
        assert (seen(edge), len(edge.wire.asked)) == (before, asked)


@pytest.mark.parametrize("name", sorted(OF_NO_CONTACT))
async def test_what_names_no_contact_is_done_for_who_asks(edge: Edge, name: str) -> None:
    """Also when it names another's contact by the way: it is not looked at."""
    contact = await edge.talking(SAM, MIA_RECORD)
    values: dict[str, dict[str, Any]] = {
        "set_state": {"state": "UNAVAILABLE", "reason": "Lunch"},
        "dial": {"number": "+14155550143"},
        "dial_emergency": {"number": "112"},
        "favourite": {"entry": "nobody", "on": True},
        "line": {"on": True},
    }
    async with edge.panel(JONAS) as jonas:
        before = seen(edge)
        await jonas.order(name, contact=contact, **values.get(name, {}))
        assert seen(edge) == before


@pytest.mark.parametrize(
    "value",
    [
        {"field": "comments", "text": "not mine"},
        {"field": "disposition", "text": "Resolved"},
        {"field": "tags", "tags": ["Refund"]},
        {"field": "who", "record": LEAD},
        {"field": "what", "record": CASE},
    ],
    ids=lambda value: value["field"],
)
@pytest.mark.parametrize("forgotten", [False, True])
async def test_no_field_of_anothers_draft_is_written(edge: Edge, value: dict[str, Any], forgotten: bool) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    if forgotten:
        edge.disk.closed["old"] = replace(edge.contact(contact), key="old")
        contact = "old"
    async with edge.panel(JONAS) as jonas:
        before = seen(edge)
        await jonas.say("draft", contact=contact, revision=9, **value)
        assert (await jonas.until("draft_refused"))["error"] == "no_such_contact"
        assert seen(edge) == before
    assert "old" not in edge.runner.floor.contacts


async def test_drafts_of_another_are_not_taken_with_the_hello_either(edge: Edge) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    before = edge.contact(contact)
    draft = {"type": "draft", "contact": contact, "field": "comments", "revision": 9, "text": "not mine"}
    async with edge.panel(JONAS, drafts=[draft]) as jonas:
        assert [m["error"] for m in jonas.heard if m["type"] == "draft_refused"] == ["no_such_contact"]
    assert edge.contact(contact) == before


async def test_nothing_of_anothers_contacts_is_shown(edge: Edge) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["queues", "today", "agents", "skills"])
        await jonas.say("visited", record=CASE)
        heard = [*jonas.heard, *await jonas.so_far()]
    text = msgspec.json.encode(heard).decode()
    assert SAM in text  # a colleague, with how they are
    for word in (contact, MIA_RECORD.id, "Mia Chen", "Northwind", "5550143"):
        assert word not in text, word


async def test_the_chores_of_another_are_not_ones_own(edge: Edge) -> None:
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        await edge.talking(SAM, MIA_RECORD)
        chore = (await sam.until("chore"))["id"]
        await jonas.say("chore_taken", chore=chore)
        await jonas.say("chore_done", chore=chore, ok=True)
        await jonas.so_far()
        async with edge.panel(SAM) as other:
            # Still Sam's to do: nobody has taken it.
            await sam.say("chore_done", chore=chore, ok=False)
            assert (await other.until("chore"))["id"] == chore


async def test_a_session_is_not_renewed_by_anothers_token(edge: Edge) -> None:
    async with edge.panel(SAM) as sam:
        await sam.say("renew", token=edge.hello(JONAS)["token"])
        assert (await sam.until("error"))["error"] == "another_agent"


# --- supervisors, administrators -------------------------------------------------------------------------------------


async def test_a_supervisor_does_nothing_with_a_colleagues_call_either(edge: Edge) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    set_supervisor(edge, JONAS, version=2)
    async with edge.panel(JONAS) as chief:
        for name in handlers._ON_CONTACT:
            assert (await chief.order(name, contact=contact))["error"] == "no_such_contact"


async def test_a_supervisors_right_counts_from_the_reading_that_has_it_to_the_one_that_has_not(edge: Edge) -> None:
    versions = itertools.count(2)
    async with edge.panel(JONAS) as jonas:
        told = []
        for supervises in (False, True, False):
            set_supervisor(edge, JONAS if supervises else "", version=next(versions))
            alarm = RaiseAlarm(SAM, f"contact {supervises}", "911", "", "", edge.clock.now())
            edge.hub.raise_alarm(alarm)
            heard = await jonas.so_far()
            setups = [m.get("supervisor", False) for m in heard if m["type"] == "setup"]
            told.append((setups, [m["type"] for m in heard if m["type"] == "alarm"]))
    assert told == [([False], []), ([True], ["alarm"]), ([False], [])]


def set_supervisor(edge: Edge, agent: str, version: int) -> None:
    agents = {key: replace(one, supervisor=key == agent) for key, one in DIRECTORY.agents.items()}
    edge.runner.set_directory(replace(DIRECTORY, version=version, agents=agents))


async def test_who_is_no_agent_any_more_is_out_at_the_next_reading(edge: Edge) -> None:
    async with edge.panel(JONAS) as jonas, edge.panel(SAM) as sam:
        without(edge, JONAS, version=2)
        assert await jonas.closed() == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        async with edge.socket() as again:
            await again.say("hello", **edge.hello(JONAS))
            assert await again.turned_away() == "not_an_agent"
        assert "error" not in await sam.order("set_state", state="AVAILABLE")


async def test_who_has_a_call_then_is_out_when_it_is_done(edge: Edge) -> None:
    contact = await edge.talking(SAM, MIA_RECORD)
    async with edge.panel(SAM) as sam:
        without(edge, SAM, version=2)
        assert (await sam.order("set_state", state="AVAILABLE"))["error"] == "unknown_agent"
        assert (await sam.order("dial", number="+14155550143"))["error"]
        assert "error" not in await sam.order("hold", contact=contact)
        edge.hangs_up(contact)
        await sam.say("command", id="last", name="done", contact=contact)
        assert await sam.closed() == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
    assert edge.runner.floor.agents.get(SAM, Agent(SAM)).contacts == ()


def without(edge: Edge, agent: str, version: int) -> None:
    rest = {key: one for key, one in DIRECTORY.agents.items() if key != agent}
    edge.runner.set_directory(replace(DIRECTORY, version=version, agents=rest))
