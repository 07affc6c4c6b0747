"""Which field of Task gets which value: what makes no sense is noted, what the org cannot hold is left out and told."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.directory import Directory, Settings, Skill, TaskField, TaskForm
from connector.domain.task_values import VALUES, Sort
from connector.salesforce.shapes import FieldShape, RecordType, Shape
from connector.salesforce.task_fields import TAKES, Misfit, fitted, short
from connector.salesforce.values import TAKEN
from tests.salesforce.test_directory import Row, read


def row(name: str, value: str | None, field: str | None) -> Row:
    return {"DeveloperName": name, "Value__c": value, "Field__c": field}


def test_values_go_to_fields_of_the_administrators_own() -> None:
    rows = [row("A", "queue_seconds", " Queue_Time__c "), row("B", "direction", None), row("C", "tags", "ns__Tags__c")]
    found = read({"Phone_Task_Field__mdt": rows})
    assert found.task_fields == (
        TaskField("queue_seconds", "Queue_Time__c"),
        TaskField("direction", ""),
        TaskField("tags", "ns__Tags__c"),
    )
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ("waiting", "A__c", "Value__c 'waiting' is not known; known are answered, "),
        (None, "A__c", "Value__c '' is not known"),
        ("tags", "Description", "Field__c 'Description' is no custom field; give the API name of one"),
        ("contact_key", None, "always has its contact_key, by which the connector knows its Tasks"),
        ("queue_seconds", "Phone_Revision__c", "Field__c Phone_Revision__c has revision already"),
        ("queue_seconds", "phone_tags__C", "has tags already; give that another field first, or a blank Field__c"),
    ],
)
def test_a_row_that_makes_no_sense_is_noted(value: str | None, field: str | None, words: str) -> None:
    found = read({"Phone_Task_Field__mdt": [row("Mine", value, field)]})
    assert found.task_fields == ()
    (note,) = found.ignored
    assert note.startswith("Phone_Task_Field__mdt Mine: is left out: ")
    assert words in note


def test_a_field_has_one_value_and_one_that_was_given_up_is_free() -> None:
    rows = [
        row("A", "tags", None),
        row("B", "sender", "Phone_Tags__c"),
        row("C", "caller_name", "Phone_Tags__c"),
        row("D", "tags", "Own__c"),
    ]
    found = read({"Phone_Task_Field__mdt": rows})
    assert [(one.value, one.field) for one in found.task_fields] == [
        ("tags", ""),
        ("sender", "Phone_Tags__c"),
        ("tags", "Own__c"),
    ]
    assert [note.partition(":")[0] for note in found.ignored] == ["Phone_Task_Field__mdt C"]


# --- what the org's Task can hold -------------------------------------------------------------------------------------


def field(name: str, kind: str, **more: Any) -> FieldShape:
    return FieldShape(name, kind, **{"createable": True, "updateable": True, **more})


TASK = Shape(
    "Task",
    {
        one.name: one
        for one in (
            field("Status", "picklist", values=("Open", "Done")),
            field("Priority", "picklist", values=("High", "Low"), restricted=True),
            field("Type", "picklist", label="Type", values=("Call", "Visit"), restricted=True),
            field("Seconds__c", "double", digits=9),
            field("Short__c", "double", digits=2),
            field("Words__c", "string", length=20),
            field("When__c", "datetime"),
            field("Checked__c", "boolean"),
            field("Day__c", "date"),
            field("Ours__c", "reference"),
            field("Formula__c", "double", createable=False, updateable=False),
            field("Fixed__c", "double", updateable=False),
        )
    },
    (RecordType("Call", "012000000000001AAA", True), RecordType("Gone", "012000000000002AAA", False)),
)


def mapped(*pairs: tuple[str, str]) -> tuple[Directory, list[Misfit]]:
    return fitted(Directory(task_fields=tuple(TaskField(*pair) for pair in pairs)), TASK)


def test_what_fits_is_kept_by_the_name_that_the_org_has_for_it() -> None:
    pairs = (("queue_seconds", "seconds__C"), ("started", "When__c"), ("tags", ""), ("talk_seconds", "Words__c"))
    found, misfits = mapped(*pairs)
    assert misfits == []
    assert [one.field for one in found.task_fields] == ["Seconds__c", "When__c", "", "Words__c"]


@pytest.mark.parametrize(
    ("value", "name", "what", "cure"),
    [
        ("queue_seconds", "Gone__c", "no field Gone__c that the integration user sees", "a Number or Text field"),
        ("queue_seconds", "When__c", "When__c is of the type datetime, which cannot hold queue_seconds", "a Number or"),
        ("queue_seconds", "Checked__c", "of the type boolean", "a Number or Text"),
        ("tags", "Seconds__c", "of the type double, which cannot hold tags", "a Text, Text Area, Picklist"),
        ("started", "Day__c", "of the type date, which cannot hold started", "a Date/Time or Text"),
        ("number", "Ours__c", "of the type reference", "a Text"),
        ("talk_seconds", "Formula__c", "the integration user may not write Formula__c", "Edit Access for Formula__c"),
        ("talk_seconds", "Fixed__c", "may not write Fixed__c", "a formula can be written by nobody"),
    ],
)
def test_what_does_not_fit_is_left_out_and_told_with_its_cure(value: str, name: str, what: str, cure: str) -> None:
    found, misfits = mapped((value, name), ("direction", ""))
    assert found.task_fields == (TaskField("direction", ""),)
    (misfit,) = misfits
    assert misfit.about == "mapped fields"
    assert what in misfit.what
    assert cure in misfit.cure
    assert misfit.cure.startswith("Setup > ")
    assert name in misfit.note and value in misfit.note


def test_a_value_that_cannot_go_where_it_should_goes_to_our_own_field() -> None:
    _, (queue, talk) = mapped(("queue_seconds", "Gone__c"), ("talk_seconds", "Gone__c"))
    assert queue.fails == "queue_seconds is not written there, but to Phone_Queue_Time__c"
    assert talk.fails == "talk_seconds is not written there"


@pytest.mark.parametrize("sort", Sort)
def test_what_is_mapped_is_what_can_be_written(sort: Sort) -> None:
    assert TAKES[sort] <= TAKEN
    assert any(value.sort is sort for value in VALUES.values())


def test_a_field_too_short_for_the_seconds_of_a_day() -> None:
    found, misfits = mapped(("queue_seconds", "Short__c"), ("hold_seconds", "Seconds__c"), ("talk_seconds", "Words__c"))
    assert misfits == []
    assert list(short(found, TASK)) == [("Short__c", 99)]


# --- skills and settings ----------------------------------------------------------------------------------------------


def formed(**form: str) -> tuple[Directory, list[Misfit]]:
    return fitted(Directory(skills={"Sales": Skill("Sales", "Sales", task=TaskForm(**form))}), TASK)


def test_a_record_type_is_known_by_its_id() -> None:
    found, misfits = formed(record_type="Call", type="Visit", status="Done", open_status="Any", priority="High")
    assert misfits == []
    assert found.record_types == {"Call": "012000000000001AAA"}
    assert found.skills["Sales"].task == TaskForm("Call", "Done", "Any", "High", "Visit")


@pytest.mark.parametrize(
    ("form", "about", "what", "fails"),
    [
        ({"record_type": "Cal"}, "record types", "no record type 'Cal' (API names; there are: Call, Gone)", "default"),
        ({"record_type": "Gone"}, "record types", "'Gone' of Task is not active, or not the integration", "default"),
        ({"type": "Meeting"}, "picklists", "'Meeting' is no active value of Task's Type", "no Type"),
        ({"priority": "Normal"}, "picklists", "'Normal' is no active value of Task's Priority", "of the settings"),
    ],
)
def test_of_a_skill_what_the_org_does_not_have_is_left_out(
    form: dict[str, str], about: str, what: str, fails: str
) -> None:
    found, (misfit,) = formed(subject="{who}", **form)
    assert found.skills["Sales"].task == TaskForm(subject="{who}")
    assert found.record_types == {}
    assert (misfit.about, what in misfit.what, fails in misfit.fails) == (about, True, True)
    assert misfit.where.startswith("Phone_Skill__mdt Sales: Task_")
    assert misfit.cure.startswith("Setup > Object Manager > Task > ")


def test_of_the_settings_likewise() -> None:
    settings = Settings(record_type="Cal", task_type="Meeting", priority="Normal")
    found, misfits = fitted(Directory(settings=settings), TASK)
    assert found.settings == replace(settings, record_type="", task_type="")
    where = "Phone_Setting__mdt Task_"
    assert [misfit.where for misfit in misfits] == [f"{where}Record_Type", f"{where}Type"]


def test_a_picklist_that_is_not_restricted_takes_any_value_and_a_hidden_one_none() -> None:
    free = replace(TASK, fields={**TASK.fields, "Type": field("Type", "picklist", values=("Call",))})
    skill = Directory(skills={"Sales": Skill("Sales", "Sales", task=TaskForm(type="Meeting"))})
    assert fitted(skill, free) == (replace(skill, record_types={}), [])
    hidden = replace(TASK, fields={name: one for name, one in TASK.fields.items() if name != "Type"})
    found, (misfit,) = fitted(skill, hidden)
    assert found.skills["Sales"].task.type == ""
    assert misfit.what == "the integration user may not write Task's Type"
