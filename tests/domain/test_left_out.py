"""A Task that Salesforce will not have hang on a record: saved without it where that is allowed, else for the agent."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Done, SaveDraft
from connector.domain.events import TaskRefused, TaskSaved
from connector.domain.model import Link, Record, SaveState
from tests.domain.stage import DIRECTORY, SAM, TASK, Stage, wrapping_up

MIA = Record("003000000000001AAA", "Contact", "Mia Chen")
CASE = Record("500000000000001AAA", "Case", "00001026")
GONE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")
UNSEEN = ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",)
OTHERS = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "FIELD_INTEGRITY_EXCEPTION", "CANNOT_UPDATE_CONVERTED_LEAD")


def linked(policy: str) -> tuple[Stage, str]:
    """A call in wrap-up with Name and Related To, in an org with that policy."""
    stage, key = wrapping_up()
    stage.directory = replace(DIRECTORY, settings=replace(DIRECTORY.settings, drop_links=policy))
    stage.give(SaveDraft(SAM, key, "who", 5, record=MIA))
    stage.give(SaveDraft(SAM, key, "what", 5, record=CASE))
    return stage, key


def refused(stage: Stage, key: str, code: str, field: str = "", message: str = "no") -> None:
    stage.give(TaskRefused(key, stage.contact(key).save.wanted, code, field, message))


@pytest.mark.parametrize(
    ("policy", "codes"), [("", ()), ("deleted", GONE), ("unseen", (*GONE, *UNSEEN))], ids=["never", "deleted", "unseen"]
)
@pytest.mark.parametrize("code", [*GONE, *UNSEEN, *OTHERS])
@pytest.mark.parametrize(
    ("field", "message", "dropped"),
    [
        ("WhoId", "no such record", MIA),
        ("WhatId", "no such record", CASE),
        ("", "insufficient access rights on cross-reference id: 003000000000001", MIA),
        ("", "entity is deleted: 500000000000001AAA", CASE),
    ],
    ids=["who", "what", "id of who", "id of what"],
)
def test_what_is_left_out_is_what_was_refused_and_may_be(
    policy: str, codes: tuple[str, ...], code: str, field: str, message: str, dropped: Record
) -> None:
    stage, key = linked(policy)
    refused(stage, key, code, field, message)
    draft, save = stage.contact(key).draft, stage.contact(key).save
    if code in codes:
        left, kept = (draft.who, draft.what) if dropped is MIA else (draft.what, draft.who)
        assert (left, kept.value) == (Link(None, 6, "left_out"), CASE if dropped is MIA else MIA)
        assert (save.state, save.wanted, save.left_out) == (SaveState.SAVING, 2, dropped.name)
        wanted = stage.tasks[-1].fields
        assert (wanted["WhoId"], wanted["WhatId"]) == ((None, CASE.id) if dropped is MIA else (MIA.id, None))
    else:
        assert (save.state, save.code, save.left_out) == (SaveState.ATTENTION, code, "")
        assert (draft.who.value, draft.what.value) == (MIA, CASE)


@pytest.mark.parametrize(("field", "message"), [("", "no"), ("OwnerId", "no"), ("", "bad id 005000000000001AAA")])
def test_a_refusal_that_names_no_link_leaves_none_out(field: str, message: str) -> None:
    stage, key = linked("unseen")
    refused(stage, key, "INVALID_CROSS_REFERENCE_KEY", field, message)
    assert stage.contact(key).save.state is SaveState.ATTENTION


def test_both_are_left_out_one_after_the_other_and_the_agent_is_told_of_both() -> None:
    stage, key = linked("deleted")
    refused(stage, key, "ENTITY_IS_DELETED", "WhoId")
    refused(stage, key, "ENTITY_IS_DELETED", "WhatId")
    stage.give(TaskSaved(key, 3, TASK, "Call"))
    save = stage.contact(key).save
    assert (save.state, save.left_out) == (SaveState.SAVED, "Mia Chen, 00001026")


def test_without_a_link_the_same_refusal_needs_attention() -> None:
    stage, key = linked("deleted")
    refused(stage, key, "ENTITY_IS_DELETED", "WhoId")
    refused(stage, key, "ENTITY_IS_DELETED", "WhoId")
    assert stage.contact(key).save.state is SaveState.ATTENTION


def test_another_record_that_the_agent_chooses_instead_is_saved() -> None:
    stage, key = linked("deleted")
    refused(stage, key, "ENTITY_IS_DELETED", "WhoId")
    other = replace(MIA, id="003000000000009AAA", name="Mia Chan")
    stage.give(SaveDraft(SAM, key, "who", 7, record=other))
    stage.give(Done(SAM, key))
    assert stage.tasks[-1].fields["WhoId"] == other.id


def test_an_old_refusal_leaves_nothing_out() -> None:
    stage, key = linked("deleted")
    stage.give(TaskSaved(key, 1, TASK, "Call"))
    stage.give(TaskRefused(key, 1, "ENTITY_IS_DELETED", "WhoId", "no"))
    assert stage.contact(key).draft.who.value == MIA
