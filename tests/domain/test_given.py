"""Fields that Salesforce has asked for and that have no place in the panel: who fills in which, with what, how long."""

import pytest
from msgspec.structs import replace

from connector.domain import given
from connector.domain.commands import Done, SaveAgain, SaveDraft
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved
from connector.domain.given import Choice, FieldForm, check
from connector.domain.model import Contact, Floor, Phase, SaveState
from connector.domain.step import Change, apply, load
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import JONAS, SAM, TASK, Stage, wrapping_up


def refuse(stage: Stage, key: str, revision: int, fields: str = "Region__c", message: str = "Region?") -> None:
    stage.give(TaskRefused(key, revision, "REQUIRED_FIELD_MISSING", fields, message))


def fill_in(stage: Stage, key: str, text: str, revision: int = 1, field: str = "Region__c") -> Contact:
    stage.give(SaveDraft(SAM, key, field, revision, text))
    return stage.contact(key)


def test_what_was_refused_and_may_be_filled_in() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1, "WhatId, Region__c, Phone_Revision__c, Visit_On__c")
    save = stage.contact().save
    assert save.fields == ("WhatId", "Region__c", "Phone_Revision__c", "Visit_On__c")
    assert (save.field, save.asked) == ("WhatId", ("Region__c", "Visit_On__c"))


@pytest.mark.parametrize("name", sorted(given.OURS))
def test_what_is_the_connector_s_own_is_never_filled_in(name: str) -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1, name)
    assert stage.contact().save.asked == ()
    with pytest.raises(BadInput) as refused:
        fill_in(stage, key, "x", field=name)
    assert (refused.value.code, refused.value.field) == ("field_unknown", name)


def test_nobody_else_fills_it_in() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    with pytest.raises(NotAllowed, match="no_such_contact"):
        stage.give(SaveDraft(JONAS, key, "Region__c", 1, "West"))


def test_the_value_goes_into_the_task_when_it_is_saved_again() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    fill_in(stage, key, "West")
    assert len(stage.tasks) == 1
    stage.give(SaveAgain(SAM, key))
    task = stage.tasks[-1]
    assert (task.revision, task.fields["Region__c"], task.fields["Phone_Revision__c"]) == (2, "West", 2)


def test_it_takes_the_place_of_what_the_connector_would_write_but_not_of_its_own_fields() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1, "Status")
    fill_in(stage, key, "Done", field="Status")
    stage.give(SaveAgain(SAM, key))
    assert stage.tasks[-1].fields["Status"] == "Done"


def test_an_older_revision_changes_nothing_and_an_empty_value_clears() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    fill_in(stage, key, "West", 2)
    assert fill_in(stage, key, "North", 1).draft.given[0].text.value == "West"
    fill_in(stage, key, "", 3)
    stage.give(SaveAgain(SAM, key))
    assert stage.tasks[-1].fields["Region__c"] is None


def test_what_was_asked_first_is_still_filled_in_when_more_is_asked() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    fill_in(stage, key, "West")
    stage.give(SaveAgain(SAM, key))
    refuse(stage, key, 2, "Visit_On__c", "West needs a visit.")
    save = stage.contact().save
    assert (save.fields, save.asked) == (("Visit_On__c",), ("Region__c", "Visit_On__c"))
    fill_in(stage, key, "2026-12-01", field="Visit_On__c")
    fill_in(stage, key, "North", 2)
    stage.give(SaveAgain(SAM, key))
    fields = stage.tasks[-1].fields
    assert (fields["Region__c"], fields["Visit_On__c"]) == ("North", "2026-12-01")
    stage.saved(key)
    save = stage.contact().save
    assert (save.state, save.refused, save.asked, save.fields) == (SaveState.SAVED, False, (), ())
    assert fill_in(stage, key, "West", 3).save.dirty, "what was given once may be changed"


def test_a_text_is_not_longer_than_any_field() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    with pytest.raises(BadInput, match="Region__c takes up to 32,000 characters") as refused:
        fill_in(stage, key, "x" * 32_001)
    assert refused.value.field == "Region__c"


# --- closed contacts --------------------------------------------------------------------------------------------------


def parked(stage: Stage, key: str) -> None:
    refuse(stage, key, 1)
    stage.give(Done(SAM, key))
    refuse(stage, key, 2)


def test_a_closed_contact_stays_with_its_agent_until_its_task_is_written() -> None:
    stage, key = wrapping_up()
    refuse(stage, key, 1)
    assert stage.floor.repairs == {}, "it is in wrap-up"
    stage.give(Done(SAM, key))
    assert stage.floor.repairs == {SAM: (key,)}
    refuse(stage, key, 2)
    assert (stage.contact().phase, stage.floor.repairs) == (Phase.CLOSED, {SAM: (key,)})
    fill_in(stage, key, "West")
    assert [task.revision for task in stage.tasks] == [1, 2], "nothing is sent before the agent says so"
    stage.give(SaveAgain(SAM, key))
    assert stage.contact().save.state is SaveState.SAVING
    assert stage.floor.repairs == {SAM: (key,)}, "it may be refused again"
    stage.give(TaskSaved(key, 3, TASK, "Call with Mia Chen"))
    assert (stage.floor.contacts, stage.floor.repairs) == ({}, {})


def test_several_are_listed_and_are_still_after_a_restart() -> None:
    stage, first = wrapping_up()
    parked(stage, first)
    contact = stage.contact()
    apply(stage.floor, Change(contacts=(replace(contact, key="second"), replace(contact, key="other", agent=JONAS))))
    assert stage.floor.repairs == {SAM: (first, "second"), JONAS: ("other",)}
    started = Floor()
    load(started, tuple(stage.floor.contacts.values()), ())
    assert started.repairs == stage.floor.repairs
    stage.give(SaveAgain(SAM, first))
    stage.give(TaskSaved(first, 3, TASK, "Call"))
    assert stage.floor.repairs == {SAM: ("second",), JONAS: ("other",)}


def test_what_somebody_has_discarded_is_nobody_s_to_mend() -> None:
    stage, key = wrapping_up()
    parked(stage, key)
    stage.give(TaskDiscarded(key, 2, "Kim: a test call"))
    assert stage.floor.repairs == {}


def test_what_is_saved_is_not_saved_again() -> None:
    stage, key = wrapping_up()
    stage.give(Done(SAM, key))
    with pytest.raises(NotAllowed, match="nothing_to_save"):
        stage.give(SaveAgain(SAM, key))


# --- what fits a field ------------------------------------------------------------------------------------------------

CHOICES = (Choice("N", "North"), Choice("W", "West"))


def form(kind: str, **more: object) -> FieldForm:
    return FieldForm("Region__c", "Region", kind, **more)  # type: ignore[arg-type]  # a table's values


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (form("text", longest=4), "West"),
        (form("text"), "x" * 32_000),
        (form("long_text", longest=9), "two\nlines"),
        (form("phone", longest=40), "+1 415 555 0143"),
        (form("url", longest=255), "https://a.example"),
        (form("email", longest=80), "mia@northwind.example"),
        (form("number", digits=3), " 120 "),
        (form("number", digits=3), "-120"),
        (form("number", digits=3, decimals=2), "007.50"),
        (form("number", decimals=2), "1.500"),
        (form("number", digits=3), "120.0"),
        (form("date"), "2026-11-30"),
        (form("moment"), "2026-11-30T09:00:00Z"),
        (form("moment"), "2026-11-30T09:00:00.000Z"),
        (form("checkbox"), "true"),
        (form("checkbox"), "false"),
        (form("choice", strict=True, choices=CHOICES), "W"),
        (form("choice", choices=CHOICES), "East"),
        (form("choices", strict=True, choices=CHOICES), "N;W"),
        (form("id", targets=("Account",)), "001000000000001"),
        (form("id"), "001000000000001AAA"),
        (form("other"), ""),
        (form("number"), ""),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else value.kind,
)
def test_what_fits(shape: FieldForm, text: str) -> None:
    check(shape, text)


@pytest.mark.parametrize(
    ("shape", "text", "code", "words"),
    [
        (form("text", longest=4), "North", "value_too_long", "Region takes up to 4 characters, and these are 5"),
        (form("email"), "mia at northwind", "value_wrong", "Region takes an e-mail address, as name@company.com"),
        (form("email", longest=5), "mia@a.nl", "value_too_long", "takes up to 5 characters, and these are 8"),
        (form("number"), "twelve", "value_wrong", "Region takes a number, as 12 or 12.5"),
        (form("number"), "1e3", "value_wrong", "takes a number"),
        (form("number"), "NaN", "value_wrong", "takes a number"),
        (form("number", digits=3), "1200", "value_wrong", "takes up to 3 digits before the point"),
        (form("number", digits=3), "1.5", "value_wrong", "takes a whole number"),
        (form("number", digits=3, decimals=1), "1.55", "value_wrong", "takes up to 1 decimals"),
        (form("date"), "30-11-2026", "value_wrong", "Region takes a date, as 2026-11-30"),
        (form("date"), "2026-02-30", "value_wrong", "takes a date"),
        (form("date"), "20261130", "value_wrong", "takes a date"),
        (form("date"), "1600-01-01", "value_wrong", "takes a date"),
        (form("moment"), "2026-11-30T09:00", "value_wrong", "takes a date and time in UTC"),
        (form("moment"), "2026-11-31T09:00:00Z", "value_wrong", "takes a date and time in UTC"),
        (form("checkbox"), "yes", "value_wrong", "Region is a checkbox: true or false"),
        (form("choice", strict=True, choices=CHOICES), "East", "value_wrong", "'East': choose one of North, West"),
        (form("choice", strict=True), "East", "value_wrong", "choose one of there are none"),
        (form("choice", choices=CHOICES), "x" * 256, "value_too_long", "takes up to 255 characters"),
        (form("choices", strict=True, choices=CHOICES), "N;East", "value_wrong", "does not have the value 'East'"),
        (form("id", targets=("Account", "Case")), "001", "value_wrong", "takes the id of a Account or Case"),
        (form("other"), "x", "field_read_only", "Region cannot be filled in here: ask your administrator"),
        (form("text", writable=False), "x", "field_read_only", "Region may not be written by the connector"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else value.kind,
)
def test_what_does_not_fit_is_told_with_the_field_and_what_it_takes(
    shape: FieldForm, text: str, code: str, words: str
) -> None:
    with pytest.raises(BadInput) as refused:
        check(shape, text)
    assert (refused.value.code, refused.value.field) == (code, "Region__c")
    assert words in str(refused.value)
