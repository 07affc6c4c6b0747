"""The doctor on what an administrator wants of Tasks: it names what the org cannot follow, and no Task fails by it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from connector.ports.crm import TaskWritten
from connector.ports.diagnosis import Diagnosis, State
from connector.salesforce import SalesforceCrm
from tests.salesforce.test_doctor import (  # noqa: F401 - fixtures among them
    Look,
    certificate,
    doctor,
    first,
    hostile,
    look,
    one,
    rows,
    written,
)
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow

SALES = "Sales without disposition"


class Setup:
    """Custom Metadata Types in Setup; what was changed is as before in the end."""

    def __init__(self, org: RunningOrg) -> None:
        self._org = org
        self._before: list[dict[str, Any]] = []

    def change(self, sobject: str, name: str, before: dict[str, Any], **fields: Any) -> None:
        self._before.append({"object": sobject, "name": name, "fields": before})
        self._put({"object": sobject, "name": name, "fields": fields})

    def map(self, value: str, field: str | None) -> None:
        # A record cannot be removed here: mapped to nowhere, a value without a field of ours is as if it had none.
        ours = {"queue_seconds": "Phone_Queue_Time__c", "hold_seconds": "Phone_Hold_Time__c"}
        before = {"Value__c": value, "Field__c": ours.get(value)}
        self.change("Phone_Task_Field__mdt", f"Mine_{value}", before, Value__c=value, Field__c=field)

    def skill(self, name: str, **fields: str) -> None:
        self.change("Phone_Skill__mdt", name, dict.fromkeys(fields), **fields)

    def setting(self, key: str, value: str) -> None:
        self.change("Phone_Setting__mdt", key, {"Value__c": ""}, Value__c=value)

    def as_before(self) -> None:
        for record in self._before:
            self._put(record)

    def _put(self, record: dict[str, Any]) -> None:
        answer = self._org.control("POST", "configuration", record)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def setup(org: RunningOrg) -> Iterator[Setup]:
    made = Setup(org)
    yield made
    made.as_before()


def task(org: RunningOrg, crm: SalesforceCrm, name: str = SALES, fields: str = "Id") -> dict[str, Any]:
    """The Task of a contact as the connector writes it."""
    result = written(crm, first(crm, name))
    assert isinstance(result, TaskWritten), result
    (row,) = rows(org, f"SELECT {fields} FROM Task WHERE Id = '{result.task_id}'")
    return row


def checked(crm: SalesforceCrm) -> list[str]:
    """What `connector check` finds wrong, with its cure."""
    return [f"{finding.what} {finding.cure}" for finding in asyncio.run(crm.check()) if not finding.ok]


def about(found: list[Diagnosis], what: str) -> list[Diagnosis]:
    return [diagnosis for diagnosis in found if diagnosis.about == what]


# --- values of the call -----------------------------------------------------------------------------------------------


def test_our_own_fields_have_the_values_where_nothing_is_configured(org: RunningOrg, doctor: SalesforceCrm) -> None:  # noqa: F811
    names = "Phone_Queue_Time__c, Phone_Ring_Time__c, Phone_Hold_Time__c, Phone_Direction__c"
    found = task(org, doctor, fields=names)
    assert [found[name] for name in names.split(", ")] == [12.0, 5.0, 7.0, "Inbound"]


def test_own_fields_of_every_kind_get_the_values(org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup) -> None:  # noqa: F811, E501
    hostile(org, "own_fields")
    for value, field in (
        ("queue_seconds", "Queue_Time__c"),
        ("talk_seconds", "Wait__c"),
        ("answered", "Answered_At__c"),
        ("outcome", "How_It_Ended__c"),
    ):
        setup.map(value, field)
    setup.map("hold_seconds", None)
    # A picklist of theirs need not have every outcome: what it lacks is left blank.
    (told,) = look(try_task=True)
    assert (told.about, told.state) == ("picklists", State.HINT)
    assert "How It Ended is restricted and lacks 'completed'" in told.what
    assert checked(doctor) == []
    assert task(org, doctor, "work item", "How_It_Ended__c")["How_It_Ended__c"] is None
    names = ("Queue_Time__c", "Wait__c", "How_It_Ended__c", "Phone_Queue_Time__c", "Phone_Hold_Time__c")
    found = task(org, doctor, fields=", ".join((*names, "Answered_At__c")))
    assert [found[name] for name in names] == [12.0, "43", "answered", None, None]
    assert found["Answered_At__c"].endswith("+0000")


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ("queue_seconds", "Gone__c", "Task has no field Gone__c that the integration user sees"),
        ("queue_seconds", "Was_Held__c", "Was_Held__c is of the type boolean, which cannot hold queue_seconds"),
        ("queue_seconds", "Answered_At__c", "is of the type datetime, which cannot hold queue_seconds"),
        ("queue_seconds", "Talk_Formula__c", "the integration user may not write Talk_Formula__c"),
    ],
)
def test_a_field_that_cannot_have_the_value_is_named_and_no_task_fails(
    value: str, field: str, words: str, org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "own_fields")
    setup.map(value, field)
    told = one(look(), "mapped fields")
    assert (told.state, words in told.what) == (State.WRONG, True)
    assert told.fails == f"{value} is not written there, but to Phone_Queue_Time__c"
    assert told.cure.startswith("Setup > ")
    assert any(words in text and told.cure in text for text in checked(doctor))
    assert task(org, doctor, fields="Phone_Queue_Time__c") | {"attributes": None} == {
        "Phone_Queue_Time__c": 12.0,
        "attributes": None,
    }
    setup.map(value, "Queue_Time__c")
    assert look(try_task=True) == []


def test_a_field_that_is_too_short_is_a_hint_and_left_blank(
    org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "own_fields")
    setup.map("duration_seconds", "Short__c")
    told = one(look(), "mapped fields")
    assert (told.state, "Short__c holds 99 at most" in told.what) == (State.HINT, True)
    sample = first(doctor, SALES)
    assert task(org, doctor, fields="Short__c")["Short__c"] == 50.0
    longer = {**sample.fields, "Short__c": 100}
    result = written(doctor, type(sample)(sample.name, sample.key, longer))
    assert isinstance(result, TaskWritten)
    assert rows(org, f"SELECT Short__c FROM Task WHERE Id = '{result.task_id}'")[0]["Short__c"] is None


def test_a_field_that_is_gone_since_the_org_was_last_asked_fails_no_task(
    org: RunningOrg, doctor: SalesforceCrm, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "own_fields")
    setup.map("queue_seconds", "Queue_Time__c")
    setup.map("outcome", "How_It_Ended__c")
    sample = first(doctor, SALES)
    assert sample.fields["Queue_Time__c"] == 12
    hostile(org)
    (result,) = asyncio.run(doctor.write_tasks([sample.row()]))
    assert isinstance(result, TaskWritten)


# --- record types, Type, Priority, Status -----------------------------------------------------------------------------


def test_the_record_type_of_a_skill_and_of_the_settings(
    org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup  # noqa: F811
) -> None:
    """The default one does not offer Inbound: with another one Tasks are taken."""
    hostile(org, "record_types")
    assert one(look(), "record types").state is State.WRONG
    setup.skill("Sales", Task_Record_Type__c="Any_Call")
    told = one(look(), "record types")
    assert "Billing, Answered" in told.whom
    assert "and 6 more" in told.whom
    assert isinstance(written(doctor, first(doctor, SALES)), TaskWritten)
    setup.setting("Task_Record_Type", "Any_Call")
    assert look(try_task=True) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Any Call", "Task has no record type 'Any Call' (API names; there are: Field_Work, Any_Call, "),
        ("Not_Ours", "the record type 'Not_Ours' of Task is not active, or not the integration user's to use"),
    ],
)
def test_a_record_type_that_cannot_be_used_is_named_and_left_out(
    name: str, words: str, org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "record_types")
    setup.setting("Task_Record_Type", "Any_Call")
    setup.skill("Sales", Task_Record_Type__c=name)
    told = one(look(), "record types")
    assert (told.state, words in told.what) == (State.WRONG, True)
    assert any(words in text for text in checked(doctor))
    # The setting's is used in its place, and takes Inbound.
    assert first(doctor, SALES).fields["RecordTypeId"] == first(doctor).fields["RecordTypeId"]
    assert isinstance(written(doctor, first(doctor, SALES)), TaskWritten)


def test_a_record_type_that_does_not_offer_a_value_is_told_for_its_skill(
    org: RunningOrg, look: Look, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "record_types")
    setup.setting("Task_Record_Type", "Any_Call")
    setup.skill("Sales", Task_Record_Type__c="No_Inbound")
    told = one(look(), "record types")
    assert "'No Inbound', which Tasks get by their skill or the setting" in told.what
    assert "does not offer Call Type 'Inbound'" in told.what
    assert SALES in told.whom
    assert "Support" not in told.whom
    assert told.cure.endswith("or choose another record type.")


def test_a_record_type_that_is_taken_away_fails_no_task(org: RunningOrg, doctor: SalesforceCrm, setup: Setup) -> None:  # noqa: F811
    hostile(org, "record_types")
    setup.setting("Task_Record_Type", "Any_Call")
    sample = first(doctor, SALES)
    assert sample.fields["RecordTypeId"]
    hostile(org)
    (result,) = asyncio.run(doctor.write_tasks([sample.row()]))
    assert isinstance(result, TaskWritten)


@pytest.mark.parametrize(
    ("customisation", "field", "value", "words"),
    [
        ("restricted_type", "Task_Type__c", "Meeting", "'Meeting' is no active value of Task's Type"),
        ("restricted_priority", "Task_Priority__c", "Normal", "'Normal' is no active value of Task's Priority"),
    ],
)
def test_a_value_that_a_restricted_picklist_lacks_is_named_and_left_out(
    customisation: str, field: str, value: str, words: str,
    org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup,  # noqa: F811
) -> None:  # fmt: skip
    hostile(org, customisation)
    if field == "Task_Priority__c":
        setup.change("Phone_Setting__mdt", "Priority", {"Value__c": "Normal"}, Value__c="Routine")
    setup.skill("Sales", **{field: value})
    told = one(look(), "picklists")
    assert (told.state, words in told.what) == (State.WRONG, True)
    assert f"Phone_Skill__mdt Sales: {field}" in told.what
    assert any(words in text for text in checked(doctor))
    assert isinstance(written(doctor, first(doctor, SALES)), TaskWritten)


def test_type_priority_and_subject_of_a_skill_are_written(
    org: RunningOrg, doctor: SalesforceCrm, look: Look, setup: Setup  # noqa: F811
) -> None:
    hostile(org, "restricted_type")
    setup.setting("Task_Type", "Call")
    said = {"Task_Type__c": "Visit", "Task_Priority__c": "High", "Task_Subject__c": "{skill} {direction}"}
    setup.skill("Sales", **said)
    assert look(try_task=True) == []
    found = task(org, doctor, fields="Type, Priority, Subject")
    assert (found["Type"], found["Priority"], found["Subject"]) == ("Visit", "High", "Sales inbound")
    other = task(org, doctor, "Support_EN without disposition", "Type, Priority")
    assert (other["Type"], other["Priority"]) == ("Call", "Normal")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("Task_Status__c", "In Progress", "Task_Status__c of Sales is 'In Progress', which is not a closed Status"),
        ("Task_Open_Status__c", "Completed", "Task_Open_Status__c of Sales is 'Completed', which is not an open"),
        ("Task_Status__c", "Dealt with", "'Dealt with', which is not a closed Status"),
    ],
)
def test_a_status_of_a_skill_that_means_something_else_is_told(
    field: str, value: str, words: str, org: RunningOrg, look: Look, setup: Setup  # noqa: F811
) -> None:
    setup.skill("Sales", **{field: value})
    told = one(look(), "statuses")
    assert (words in told.what, told.whom) == (True, "agents of Sales")
    assert "Phone Skill > Manage Records" in told.cure


def test_what_was_mended_is_noticed_at_once(org: RunningOrg, doctor: SalesforceCrm, setup: Setup) -> None:  # noqa: F811
    """Though the org is asked but hourly what its Task is like."""
    setup.map("queue_seconds", "Queue_Time__c")
    before = asyncio.run(doctor.directory())
    assert any("Queue_Time__c" in note for note in before.ignored)
    hostile(org, "own_fields")
    after = asyncio.run(doctor.directory())
    assert not [note for note in after.ignored if "Queue_Time__c" in note]
    assert [one.field for one in after.task_fields if one.value == "queue_seconds"] == ["Queue_Time__c"]
    assert before.version != after.version
