"""What supervisors are shown of all Tasks and of everybody, what they do about Tasks, and that nobody else may."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from connector.api.lists import LISTS_EVERY
from connector.domain.commands import SaveDraft, SetState
from connector.domain.events import PhoneChanged, TaskRefused, TaskSaved
from connector.domain.model import AgentState, SaveState
from connector.errors import StoreError
from connector.ports.crm import Budget, BudgetMode
from connector.ports.store import OutboxEntry, TaskFields
from connector.service.judgement import Rest
from connector.service.overview import MOST
from connector.service.proof import Verdict
from connector.service.proving import Outcome
from tests.api.rig import MIA_RECORD, Edge, Panel
from tests.domain.stage import DIRECTORY, JONAS, SAM

RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


def row(contact: str, state: str = "parked", **changes: Any) -> OutboxEntry:
    fields: TaskFields = {"Subject": "Call with Mia Chen"}
    made = OutboxEntry(
        contact, state, 1, 0, fields, {}, None, None, False, False, 1, RULE, "Subject", "Say why.", SAM, 1_000
    )
    return replace(made, **changes)


def appoint(edge: Edge, agent: str, version: int = 2, **changes: Any) -> None:
    """That agent is the one supervisor, from the reading of the directory on; "" for nobody."""
    agents = {key: replace(one, supervisor=key == agent) for key, one in DIRECTORY.agents.items()}
    if agent:
        agents[agent] = replace(agents[agent], **changes)
    edge.runner.set_directory(replace(DIRECTORY, version=version, agents=agents))


async def refused(edge: Edge) -> str:
    """A call of Sam's whose Task Salesforce refuses; returns its key."""
    key = await edge.talking(SAM, MIA_RECORD)
    edge.hangs_up(key)
    edge.disk.rows[key] = row(key)
    edge.runner.event(TaskRefused(key, edge.contact(key).save.wanted, RULE, "Subject", "Say why."))
    assert edge.contact(key).save.state is SaveState.ATTENTION
    return key


async def heard(edge: Edge, panel: Panel, kind: str) -> list[dict[str, Any]]:
    """What the next second brings of that list; the Tasks are worked out in a task of their own."""
    edge.clock.advance(LISTS_EVERY)
    found: list[dict[str, Any]] = []
    for _ in range(3):
        found += [message for message in await panel.so_far() if message["type"] == kind]
    return found


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_an_agent_is_sent_nothing_of_the_supervisors_and_is_told_so(edge: Edge) -> None:
    await refused(edge)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks", "staff", "skills"])
        said = await jonas.so_far()
        edge.clock.advance(LISTS_EVERY)
        said += await jonas.so_far()
        error = next(message for message in said if message["type"] == "error")
        assert (error["error"], error["field"], error["final"]) == ("not_a_supervisor", "lists", False)
        assert "staff, tasks" in error["message"]
        assert [message["type"] for message in said if message["type"] != "error"] == ["skills"]
    assert edge.disk.looked == [], "the store was not even asked"


@pytest.mark.parametrize("name", ["retry_task", "retry_tasks", "discard_task"])
async def test_an_agent_decides_nothing_about_tasks(edge: Edge, name: str) -> None:
    key = await refused(edge)
    before = edge.contact(key)
    async with edge.panel(SAM) as sam:
        reply = await sam.order(name, contact=key, reason="mine")
        assert reply["error"] == "not_a_supervisor"
        assert "Phone Panel Supervisor" in reply["message"]
    assert (edge.contact(key), edge.disk.tried, edge.disk.discards) == (before, [], [])


async def test_the_right_ends_with_the_reading_that_has_it_no_more(edge: Edge) -> None:
    key = await refused(edge)
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks", "staff"])
        await jonas.until("tasks")
        appoint(edge, "", version=3)
        edge.runner.event(TaskSaved(key, edge.contact(key).save.wanted, "00T1", ""))
        edge.runner.command(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"), "away", lambda _: None)
        assert await heard(edge, jonas, "tasks") == []
        assert [message for message in jonas.heard if message["type"] == "staff"][1:] == []
        assert (await jonas.order("retry_tasks"))["error"] == "not_a_supervisor"


# --- Tasks ------------------------------------------------------------------------------------------------------------


async def test_what_is_refused_is_shown_with_its_contact_and_the_cure(edge: Edge) -> None:
    key = await refused(edge)
    appoint(edge, JONAS, language="en_US", country="US")
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        tasks = await jonas.until("tasks")
    assert tasks["parked"] == [
        {
            "contact": key,
            "kind": "inbound",
            "name": "Mia Chen",
            "number_shown": "+1 415 555 0143",
            "agent": "Sam Rivera",
            "at": 1_000,
            "subject": "Call with Mia Chen",
            "code": RULE,
            "field": "Subject",
            "message": "Say why.",
            "what": "a validation rule refuses it",
            "cure": "mend what it says, or the rule; then retry",
            "doubtful": False,
        }
    ]
    assert (tasks["parked_total"], tasks["waiting"], tasks["oldest"]) == (1, 0, None)


async def test_each_supervisor_reads_it_in_their_language(edge: Edge) -> None:
    await refused(edge)
    appoint(edge, JONAS, language="nl_NL")
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        (parked,) = (await jonas.until("tasks"))["parked"]
    assert parked["what"] == "een validatieregel weigert het"


async def test_a_row_whose_contact_is_not_there_has_what_the_outbox_knows(edge: Edge) -> None:
    await refused(edge)
    edge.disk.rows = {"old": row("old", agent="005000000000009AAA", doubtful=True, code="ODD")}
    appoint(edge, JONAS, language="en_US")
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        (parked,) = (await jonas.until("tasks"))["parked"]
    assert (parked["kind"], parked["name"], parked["number_shown"]) == ("", "", "")
    assert (parked["agent"], parked["doubtful"]) == ("005000000000009AAA", True)
    assert parked["what"] == "Salesforce refuses it"


async def test_tasks_on_their_way_are_counted_with_the_end_of_the_oldest_call(edge: Edge) -> None:
    key = await edge.talking(SAM, MIA_RECORD)
    edge.hangs_up(key)
    ended = edge.clock.now()
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        edge.clock.advance(90_000)
        await jonas.say("watch", lists=["tasks"])
        tasks = await jonas.until("tasks")
        assert (tasks["waiting"], tasks["oldest"], tasks["parked"]) == (1, ended, [])
        edge.runner.event(TaskSaved(key, edge.contact(key).save.wanted, "00T1", ""))
        (tasks,) = await heard(edge, jonas, "tasks")
        assert (tasks["waiting"], tasks["oldest"]) == (0, None)


async def test_what_salesforce_still_takes_is_shown(edge: Edge) -> None:
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        nothing = {"used": None, "limit": None, "mode": None, "batch": 0, "rest_until": None, "rest_why": None}
        assert (await jonas.until("tasks"))["budget"] == nothing
        edge.crm.budget = Budget(81_250, 100_000, BudgetMode.RESERVE, edge.clock.now())
        edge.outbox.last_batch = 12
        edge.outbox.rest = Rest(edge.clock.now() + 60_000, "busy", "")
        (tasks,) = await heard(edge, jonas, "tasks")
        assert tasks["budget"] == {
            "used": 81_250,
            "limit": 100_000,
            "mode": "reserve",
            "batch": 12,
            "rest_until": edge.clock.now() + 59_000,
            "rest_why": "Salesforce heeft het te druk",
        }


async def test_what_the_last_proof_found_is_shown(edge: Edge) -> None:
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        assert (await jonas.until("tasks"))["proof"] is None
        counts: dict[str, int] = {Verdict.PROVEN: 7, Verdict.MISSING: 2, Verdict.UNPROVEN: 3}
        edge.proof = Outcome(0, 5_000, 100, counts, {Verdict.MISSING: 1}, (), "Salesforce cannot be asked")
        (tasks,) = await heard(edge, jonas, "tasks")
        assert tasks["proof"] == {
            "at": 5_000,
            "contacts": 12,
            "gaps": 1,
            "unproven": 3,
            "why": "Salesforce cannot be asked",
        }


async def test_it_is_worked_out_once_a_second_while_somebody_looks_and_the_store_asked_for_what_is_new(
    edge: Edge,
) -> None:
    key = await refused(edge)
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        edge.clock.advance(60_000)
        assert edge.disk.looked == [], "nobody looks"
        await jonas.say("watch", lists=["tasks"])
        await jonas.until("tasks")
        assert edge.disk.looked == [MOST]
        assert await heard(edge, jonas, "tasks") == [], "nothing has changed"
        assert edge.disk.looked == [MOST]
        draft = SaveDraft(SAM, key, "comments", 1, "x")
        edge.runner.draft(draft, lambda: None)
        assert await jonas.so_far() == [], "the second is not over"
        edge.disk.rows.clear()
        assert [tasks["parked"] for tasks in await heard(edge, jonas, "tasks")] == [[]]
        await jonas.say("watch", lists=[])
        await jonas.so_far()
        looked = len(edge.disk.looked)
        edge.runner.event(TaskSaved(key, edge.contact(key).save.wanted, "00T1", ""))
        assert await heard(edge, jonas, "tasks") == []
        assert len(edge.disk.looked) == looked
        await jonas.say("watch", lists=["tasks"])
        assert (await jonas.until("tasks"))["parked"] == [], "who looks again is told again"


async def test_a_store_that_cannot_be_read_is_tried_again(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    await refused(edge)
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        for broken in (StoreError("disk I/O error"), ZeroDivisionError("ours")):
            edge.disk.broken = broken
            await jonas.say("watch", lists=["tasks"])
            await jonas.so_far()
            assert await heard(edge, jonas, "tasks") == []
            edge.disk.broken = None
            assert len(await heard(edge, jonas, "tasks")) == 1
            await jonas.say("watch", lists=[])
            await jonas.so_far()
            edge.supervision._overview._refused.clear()
    assert "disk I/O error" in caplog.text
    assert "ZeroDivisionError" in caplog.text


# --- what is done -----------------------------------------------------------------------------------------------------


async def test_one_is_tried_again_with_the_draft_of_now(edge: Edge) -> None:
    key = await refused(edge)
    wanted = edge.contact(key).save.wanted
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        assert await jonas.order("retry_task", contact=key) == {"type": "reply", "id": "order-1"}
    assert (edge.contact(key).save.state, edge.contact(key).save.wanted) == (SaveState.SAVING, wanted + 1)


@pytest.mark.parametrize("state", ["writing", "written"])
async def test_one_that_is_on_its_way_already_is_what_was_asked_for(edge: Edge, state: str) -> None:
    edge.disk.rows = {"out": row("out", state)}
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        assert "error" not in await jonas.order("retry_task", contact="out")
    assert edge.disk.tried == []


async def test_all_are_tried_again(edge: Edge) -> None:
    key = await refused(edge)
    edge.disk.rows |= {"later": row("later", "later"), "gone": row("gone", "discarded"), "out": row("out", "writing")}
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        assert "error" not in await jonas.order("retry_tasks")
    assert edge.contact(key).save.state is SaveState.SAVING
    assert edge.disk.tried == ["later"]


async def test_one_is_discarded_under_the_supervisors_own_name_and_seen_at_once(edge: Edge) -> None:
    key = await refused(edge)
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["tasks"])
        await jonas.until("tasks")
        edge.disk.rows[key] = row(key)
        reply = await jonas.order("discard_task", contact=key, reason=" a test call ")
        assert "error" not in reply
        assert (await jonas.until("tasks"))["parked"] == [], "without waiting for the second to be over"
    (given,) = edge.disk.discards
    assert (given.contact, given.who, given.reason) == (key, "Jonas Weber", "a test call")
    save = edge.contact(key).save
    assert (save.state, save.message) == (SaveState.DISCARDED, "Jonas Weber: a test call")


@pytest.mark.parametrize(
    ("name", "values", "error", "field"),
    [
        ("retry_task", {}, "field_missing", "contact"),
        ("discard_task", {"reason": "x"}, "field_missing", "contact"),
        ("retry_task", {"contact": "nobody"}, "no_such_row", "contact"),
        ("discard_task", {"contact": "nobody", "reason": "x"}, "no_such_row", "contact"),
        ("discard_task", {"contact": "mine"}, "text_needed", "reason"),
        ("discard_task", {"contact": "mine", "reason": "  "}, "text_needed", "reason"),
        ("discard_task", {"contact": "out", "reason": "x"}, "not_waiting", "contact"),
    ],
)
async def test_what_cannot_be_done_is_said(
    edge: Edge, name: str, values: dict[str, str], error: str, field: str
) -> None:
    edge.disk.rows = {"mine": row("mine"), "out": row("out", "writing")}
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        reply = await jonas.order(name, **values)
        assert (reply["error"], reply["field"]) == (error, field)
        assert reply["message"]
    assert edge.disk.discards == []


async def test_a_store_that_fails_is_said(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*, but: Sequence[str]) -> int:
        raise StoreError("no space left on device")

    monkeypatch.setattr(edge.disk, "try_again", fails)
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        reply = await jonas.order("retry_tasks")
        assert (reply["error"], reply["message"]) == ("store", "no space left on device")


# --- everybody --------------------------------------------------------------------------------------------------------


async def test_everybody_is_listed_with_their_contacts_and_their_phone(edge: Edge) -> None:
    appoint(edge, JONAS)
    async with edge.panel(JONAS) as jonas:
        await jonas.say("watch", lists=["staff"])
        assert await jonas.until("staff") == {"type": "staff", "agents": [], "logged_out": len(DIRECTORY.agents)}
        edge.runner.command(SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"), "away", lambda _: None)
        await edge.talking(SAM, MIA_RECORD)
        edge.runner.event(PhoneChanged("2042", False))
        (staff,) = await heard(edge, jonas, "staff")
        now = edge.clock.now() - LISTS_EVERY
        here = {"state": "WORKING", "reason": None, "since": now, "kinds": ["inbound"], "phone": True}
        away = {"state": "UNAVAILABLE", "reason": "Lunch", "since": now, "kinds": [], "phone": False}
        assert staff["agents"] == [
            {"id": JONAS, "name": "Jonas Weber", **away},
            {"id": SAM, "name": "Sam Rivera", **here},
        ]
        assert staff["logged_out"] == len(DIRECTORY.agents) - 2
        assert "Mia Chen" not in str(staff), "what they talk about is the agent's"
