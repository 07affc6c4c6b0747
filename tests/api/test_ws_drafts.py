"""Drafts on the panel's socket: acknowledged when they are on disk, and never lost."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.model import Phase, Record, Save, SaveState
from tests.api.rig import CASE, LEAD, MIA_RECORD, Edge
from tests.domain.stage import JONAS, SAM


async def test_a_draft_is_acknowledged_after_its_commit_only(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        edge.disk.at_once = False
        await panel.draft(contact, "comments", 1, text="Ref")
        await panel.draft(contact, "comments", 2, text="Refund")
        assert await panel.so_far() == []
        edge.disk.write(1)
        assert (await panel.until("draft_saved"))["revision"] == 1
        edge.disk.write()
        assert await panel.until("draft_saved") == {
            "type": "draft_saved",
            "contact": contact,
            "field": "comments",
            "revision": 2,
        }
        assert edge.disk.contacts[contact].draft.comments.value == "Refund"


async def test_a_slow_disk_shows_the_state_and_does_not_acknowledge(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        edge.disk.at_once = False
        await panel.draft(contact, "comments", 1, text="Refund")
        await panel.so_far()
        edge.clock.advance(250)
        state = await panel.until("state")
        assert (state["durable"], state["contacts"][0]["draft"]["comments"]["value"]) == (False, "Refund")
        assert not [message for message in await panel.so_far() if message["type"] == "draft_saved"]
        edge.disk.write()
        await panel.until("draft_saved")


async def test_an_older_revision_is_acknowledged_and_changes_nothing(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        await panel.draft(contact, "comments", 5, text="newer")
        await panel.until("draft_saved")
        await panel.draft(contact, "comments", 4, text="older")
        assert (await panel.until("draft_saved"))["revision"] == 4
        assert edge.contact(contact).draft.comments.value == "newer"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("disposition", {"text": "Invented"}, "choice_unknown"),
        ("tags", {"tags": ["Invented"]}, "choice_unknown"),
        ("who", {"record": CASE}, "record_not_person"),
    ],
)
async def test_a_draft_that_cannot_be_taken_is_refused(
    edge: Edge, field: str, value: dict[str, Any], code: str
) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        await panel.draft(contact, field, 1, **value)
        refused = await panel.until("draft_refused")
        assert (refused["contact"], refused["field"], refused["revision"]) == (contact, field, 1)
        assert refused["error"] == code
        assert refused["message"]


async def test_a_lead_and_related_to_exclude_each_other(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        await panel.draft(contact, "who", 5, record=LEAD)
        await panel.until("draft_saved")
        await panel.draft(contact, "what", 5, record=CASE)
        assert (await panel.until("draft_refused"))["error"] == "name_is_lead"


async def test_a_record_that_is_offered_keeps_what_is_known_of_it(edge: Edge) -> None:
    account = replace(MIA_RECORD, pop_id="001000000000001AAA", type="Contact")
    contact = await edge.talking(person=account)
    async with edge.panel() as panel:
        await panel.draft(contact, "who", 9, record={"id": MIA_RECORD.id, "type": "Contact", "name": "as shown"})
        await panel.until("draft_saved")
        assert edge.contact(contact).draft.who.value == account
        await panel.draft(contact, "what", 1, record=CASE)
        await panel.until("draft_saved")
        assert edge.contact(contact).draft.what.value == Record(CASE["id"], "Case", "00001026", why="search")


async def test_another_agents_contact_takes_no_draft(edge: Edge) -> None:
    contact = await edge.talking(SAM)
    async with edge.panel(JONAS) as jonas:
        for of in (contact, "nobody"):
            await jonas.draft(of, "comments", 1, text="mine now")
            assert (await jonas.until("draft_refused"))["error"] == "no_such_contact"
    assert edge.contact(contact).draft.comments.value == ""


async def test_drafts_of_the_hello_are_taken_before_the_state_is_shown(edge: Edge) -> None:
    contact = await edge.talking()
    drafts = [
        {"contact": contact, "field": "comments", "revision": 3, "text": "typed before the cut", "type": "draft"},
        {"contact": "nobody", "field": "comments", "revision": 1, "text": "lost", "type": "draft"},
    ]
    async with edge.panel(drafts=drafts) as panel:
        kinds = [message["type"] for message in panel.heard]
        assert kinds == ["draft_saved", "draft_refused", "setup", "state"]
        assert panel.heard[-1]["contacts"][0]["draft"]["comments"] == {"value": "typed before the cut", "revision": 3}


async def test_a_hellos_draft_that_we_fail_on_does_not_lock_the_panel_out(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = await edge.talking()
    edge.disk.broken = OSError("disk")
    drafts = [
        {"contact": "an old one", "field": "comments", "revision": 1, "text": "late", "type": "draft"},
        {"contact": contact, "field": "comments", "revision": 1, "text": "new", "type": "draft"},
    ]
    async with edge.panel(drafts=drafts) as panel:
        kinds = [(message["type"], message.get("contact")) for message in panel.heard]
        assert kinds == [("error", None), ("draft_saved", contact), ("setup", None), ("state", None)]


async def closed_and_forgotten(edge: Edge, agent: str = SAM) -> str:
    """A contact that the floor does not hold any more, its Task written."""
    contact = await edge.talking(agent)
    edge.hangs_up(contact)
    old = edge.contact(contact)
    saved = Save(SaveState.SAVED, 1, 1, task_id="00T000000000001AAA", subject="Call with Mia Chen")
    edge.disk.closed[contact] = replace(old, phase=Phase.CLOSED, closed=edge.clock.now(), save=saved)
    del edge.runner.floor.contacts[contact]
    agents = edge.runner.floor.agents
    agents[agent] = replace(agents[agent], contacts=())
    return contact


async def test_a_late_draft_reaches_a_contact_that_the_floor_forgot(edge: Edge) -> None:
    contact = await closed_and_forgotten(edge)
    edge.disk.commits.clear()
    drafts = [{"type": "draft", "contact": contact, "field": "comments", "revision": 7, "text": "the last word"}]
    async with edge.panel(drafts=drafts) as panel:
        assert panel.heard[0]["type"] == "draft_saved"
    assert edge.disk.contacts[contact].draft.comments.value == "the last word"
    assert edge.disk.tasks[contact] == 2, "and its Task is written again"


async def test_a_late_draft_on_another_agents_contact_is_refused(edge: Edge) -> None:
    contact = await closed_and_forgotten(edge, SAM)
    async with edge.panel(JONAS) as jonas:
        await jonas.draft(contact, "comments", 7, text="not mine")
        assert (await jonas.until("draft_refused"))["error"] == "no_such_contact"
    assert contact not in edge.runner.floor.contacts
