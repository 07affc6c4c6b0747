"""What an agent's panel asks and says of a Task that Salesforce has refused: the form, the values, and saving again."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Done
from connector.domain.directory import TaskForm
from connector.domain.events import TaskRefused, TaskSaved
from connector.domain.given import Choice, FieldForm
from connector.domain.model import Phase, SaveState
from connector.errors import CrmUnavailable
from tests.api.rig import Edge
from tests.domain.stage import DIRECTORY, JONAS, SAM, TASK

REGION = FieldForm("Region__c", "Region", "choice", strict=True, choices=(Choice("W", "West"),), longest=255)
VISIT = FieldForm("Visit_On__c", "Visit On", "date", required=True)


def refuse(edge: Edge, key: str, *fields: str, message: str = "Region and visit, please.") -> None:
    revision = edge.contact(key).save.wanted
    edge.runner.event(TaskRefused(key, revision, "REQUIRED_FIELD_MISSING", ", ".join(fields), message))


async def refused(edge: Edge, *fields: str) -> str:
    """A contact of Sam's in wrap-up whose Task was refused for these fields."""
    edge.crm.forms = {form.name: form for form in (REGION, VISIT)}
    key = await edge.talking()
    edge.hangs_up(key)
    refuse(edge, key, *fields)
    return key


async def test_the_form_has_each_field_that_was_asked_for(edge: Edge) -> None:
    key = await refused(edge, "Region__c", "CallDisposition", "Visit_On__c")
    async with edge.panel() as panel:
        save = panel.heard[-1]["contacts"][0]["save"]
        assert save["state"] == "attention"
        assert save["field"] == "Region__c"
        assert save["fields"] == ["Region__c", "CallDisposition", "Visit_On__c"]
        assert save["asked"] == ["Region__c", "Visit_On__c"]
        assert save["message"] == "Region and visit, please."
        await panel.say("describe", id="d1", contact=key)
        assert await panel.until("described") == {
            "type": "described",
            "id": "d1",
            "contact": key,
            "fields": [
                {
                    "name": "Region__c",
                    "label": "Region",
                    "kind": "choice",
                    "strict": True,
                    "choices": [{"value": "W", "label": "West"}],
                    "longest": 255,
                },
                {"name": "Visit_On__c", "label": "Visit On", "kind": "date", "required": True},
            ],
        }
    assert edge.crm.described == [(("Region__c", "Visit_On__c"), "")]


async def test_picklists_are_those_of_the_record_type_of_the_skill(edge: Edge) -> None:
    support = replace(DIRECTORY.skills["support"], task=TaskForm(record_type="Call"))
    directory = replace(
        DIRECTORY, version=2, skills={**DIRECTORY.skills, "support": support}, record_types={"Call": "012A"}
    )
    key = await refused(edge, "Region__c")
    edge.runner.set_directory(directory)
    async with edge.panel() as panel:
        await panel.say("describe", id="d1", contact=key)
        await panel.until("described")
    assert edge.crm.described == [(("Region__c",), "012A")]


@pytest.mark.parametrize(
    ("error", "code"), [(CrmUnavailable("connection", "gone"), "crm_unavailable"), (KeyError("oops"), "internal")]
)
async def test_a_form_that_cannot_be_made_says_so_and_what_is_given_is_kept_all_the_same(
    edge: Edge, error: Exception, code: str
) -> None:
    key = await refused(edge, "Region__c")
    edge.crm.forms = error
    async with edge.panel() as panel:
        await panel.say("describe", id="d1", contact=key)
        assert await panel.until("described") == {"type": "described", "id": "d1", "contact": key, "error": code}
        await panel.draft(key, "Region__c", 1, text="somewhere")
        assert (await panel.until("draft_saved"))["field"] == "Region__c"
    assert edge.disk.contacts[key].draft.given[0].text.value == "somewhere"


async def test_another_agent_is_told_nothing_of_it(edge: Edge) -> None:
    key = await refused(edge, "Region__c")
    async with edge.panel(JONAS) as jonas:
        await jonas.say("describe", id="d1", contact=key)
        assert (await jonas.until("described"))["error"] == "no_such_contact"
        await jonas.draft(key, "Region__c", 1, text="W")
        assert (await jonas.until("draft_refused"))["error"] == "no_such_contact"
        assert "repairs" not in jonas.heard[-1]
    assert edge.crm.described == []


async def test_a_value_that_does_not_fit_is_refused_with_what_the_field_takes(edge: Edge) -> None:
    key = await refused(edge, "Region__c", "Visit_On__c")
    async with edge.panel() as panel:
        await panel.say("describe", id="d1", contact=key)
        await panel.until("described")
        await panel.draft(key, "Region__c", 1, text="East")
        answer = await panel.until("draft_refused")
        assert (answer["field"], answer["revision"], answer["error"]) == ("Region__c", 1, "value_wrong")
        assert answer["message"] == "Region does not have the value 'East': choose one of West."
        await panel.draft(key, "Visit_On__c", 1, text="tomorrow")
        assert (await panel.until("draft_refused"))["message"] == "Visit On takes a date, as 2026-11-30."
        await panel.draft(key, "Visit_On__c", 2, text="2026-12-01")
        await panel.until("draft_saved")
    assert edge.contact(key).draft.given[0].text.value == "2026-12-01"


@pytest.mark.parametrize("field", ["Subject", "Phone_Revision__c", "OwnerId", "Other__c"])
async def test_a_field_that_was_not_asked_for_is_not_written(edge: Edge, field: str) -> None:
    key = await refused(edge, "Region__c")
    async with edge.panel() as panel:
        await panel.draft(key, field, 1, text="x")
        answer = await panel.until("draft_refused")
        assert (answer["field"], answer["error"]) == (field, "field_unknown")
    assert edge.contact(key).draft.given == ()


async def test_a_closed_contact_is_mended_and_saved_again(edge: Edge) -> None:
    key = await refused(edge, "Region__c")
    edge.runner.command(Done(SAM, key), "done", lambda _: None)
    refuse(edge, key, "Region__c")
    assert edge.contact(key).phase is Phase.CLOSED
    async with edge.panel() as panel:
        state = panel.heard[-1]
        assert state["contacts"] == []
        (repair,) = state["repairs"]
        assert (repair["key"], repair["phase"], repair["save"]["state"]) == (key, "CLOSED", "attention")
        assert repair["controls"] == {"save_again": None}
        wanted = edge.contact(key).save.wanted
        await panel.say("describe", id="d1", contact=key)
        await panel.until("described")
        await panel.draft(key, "Region__c", 1, text="W")
        await panel.until("draft_saved")
        assert edge.contact(key).save.wanted == wanted, "not before the agent says so"
        assert (await panel.order("save_again", contact=key)).get("error") is None
        assert edge.disk.commits[-1].tasks[-1].fields["Region__c"] == "W"
        (repair,) = (await panel.until("state"))["repairs"]
        assert (repair["save"]["state"], repair["draft"]["given"]) == (
            "saving",
            {"Region__c": {"value": "W", "revision": 1}},
        )
        refuse(edge, key, "Visit_On__c", message="West needs a visit.")
        (repair,) = (await panel.until("state"))["repairs"]
        assert (repair["save"]["message"], repair["save"]["asked"]) == (
            "West needs a visit.",
            ["Region__c", "Visit_On__c"],
        )
        edge.runner.event(TaskSaved(key, edge.contact(key).save.wanted, TASK, "Call"))
        assert "repairs" not in await panel.until("state")
    assert key not in edge.runner.floor.contacts


async def test_what_was_typed_without_a_connection_is_saved_when_the_panel_comes_back(edge: Edge) -> None:
    key = await refused(edge, "Region__c")
    edge.runner.command(Done(SAM, key), "done", lambda _: None)
    refuse(edge, key, "Region__c")
    wanted = edge.contact(key).save.wanted
    draft = {"contact": key, "field": "Region__c", "revision": 1, "text": "W", "type": "draft"}
    async with edge.panel():
        pass
    await edge.until(lambda: edge.runner.floor.agents[SAM].panel_gone is not None)
    async with edge.panel(drafts=[draft]) as panel:
        assert [message["type"] for message in panel.heard] == ["draft_saved", "setup", "state"]
    save = edge.contact(key).save
    assert (save.state, save.wanted) == (SaveState.SAVING, wanted + 1)
