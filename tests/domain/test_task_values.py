"""What a call tells its Task, value by value, and to which fields."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.directory import Directory, Disposition, Settings, TaskField, TaskForm
from connector.domain.model import (
    Contact,
    Draft,
    Field,
    Kind,
    Labels,
    Link,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Save,
)
from connector.domain.task_values import VALUES, Sort, direction, filled, placed, value_of
from connector.domain.tasks import fields, subject
from tests.domain.stage import DIRECTORY, JONAS, SAM, START, with_skill

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen", why="matched_phone")
CALL = Contact(
    key="key-1",
    interaction_key="key-0",
    kind=Kind.INBOUND,
    phase=Phase.WRAP_UP,
    number="+14155550143",
    line="+14155550100",
    skill="support",
    started=START,
    match=Match(MatchState.ONE, (MIA_RECORD,)),
    agent=SAM,
    answered=START + 20_000,
    ended=START + 80_500,
    outcome=Outcome.ANSWERED,
    waited=20_000,
    rung=7_900,
    hold=12_200,
    ended_by="customer",
    recorded=True,
    caller="Mia",
    sender=JONAS,
    draft=Draft(
        disposition=Field("Answered", 1), tags=Labels(("Refund", "VIP"), 1), who=Link(MIA_RECORD, 1, "match")
    ),
    save=Save(wanted=3),
)
CONFIGURED = replace(
    DIRECTORY,
    dispositions=(Disposition("Answered", (), "Meaningful Connect"),),
    settings=replace(DIRECTORY.settings, recordings="https://phone.acme.example/recordings"),
)
OWN = {"Phone_Contact_Key__c", "Phone_Interaction_Key__c", "Phone_Revision__c", "Phone_Skill__c", "Phone_Tags__c",
       "Phone_Recording__c", "Phone_Queue_Time__c", "Phone_Ring_Time__c", "Phone_Hold_Time__c",
       "Phone_Direction__c"}  # fmt: skip

EXPECTED: dict[str, Any] = {
    "contact_key": "key-1",
    "interaction_key": "key-0",
    "revision": 3,
    "queue_seconds": 20,
    "ring_seconds": 7,
    "hold_seconds": 12,
    "talk_seconds": 48,
    "duration_seconds": 60,
    "started": "2026-11-23T13:00:00.000Z",
    "answered": "2026-11-23T13:00:20.000Z",
    "ended": "2026-11-23T13:01:20.500Z",
    "direction": "Transfer",
    "number": "+14155550143",
    "line": "+14155550100",
    "skill": "support",
    "skill_name": "Support EN",
    "extension": "2041",
    "outcome": "answered",
    "ended_by": "customer",
    "disposition": "Answered",
    "call_result": "Meaningful Connect",
    "tags": "Refund; VIP",
    "recording": "https://phone.acme.example/recordings/key-1",
    "match_reason": "matched_phone",
    "caller_name": "Mia",
    "sender": "Jonas Weber",
    "attempt": None,
}


def test_every_value_of_a_call() -> None:
    assert {name: value_of(name, CALL, CONFIGURED) for name in VALUES} == EXPECTED
    for name, value in VALUES.items():
        expected = int if value.sort is Sort.NUMBER else str
        assert EXPECTED[name] is None or isinstance(EXPECTED[name], expected), name
        assert type(value_of(name, CALL, CONFIGURED)) in (expected, type(None)), name


def test_who_was_chosen_for_no_reason_that_we_know_says_how_the_match_went() -> None:
    chosen = replace(CALL, draft=Draft(who=Link(replace(MIA_RECORD, why=""), 1)))
    assert value_of("match_reason", chosen, DIRECTORY) == "one"


def test_only_by_its_key_and_its_revision_is_a_task_known() -> None:
    assert [name for name, value in VALUES.items() if value.kept] == ["contact_key", "revision"]


def test_what_is_not_known_is_blank() -> None:
    bare = Contact(
        key="k", interaction_key="k", kind=Kind.OUTBOUND, phase=Phase.WRAP_UP, number="", line="", skill="",
        started=START, match=Match(MatchState.NONE), agent="nobody",
    )  # fmt: skip
    found = {name: value_of(name, bare, Directory()) for name in VALUES}
    said = {name: value for name, value in found.items() if value is not None}
    assert said == {
        "contact_key": "k",
        "interaction_key": "k",
        "revision": 0,
        "duration_seconds": 0,
        "started": EXPECTED["started"],
        "direction": "Outbound",
        "skill_name": "Default",
        "match_reason": "none",
    }


def test_a_callback_counts_its_attempts() -> None:
    assert value_of("attempt", replace(CALL, kind=Kind.CALLBACK, attempts=2), DIRECTORY) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Inbound"),
        ({"kind": Kind.OUTBOUND}, "Outbound"),
        ({"kind": Kind.CALLBACK}, "Callback"),
        ({"sender": JONAS}, "Transfer"),
        ({"sender": JONAS, "internal": True}, "Transfer"),
        ({"internal": True}, "Internal"),
        ({"kind": Kind.OUTBOUND, "internal": True}, "Internal"),
        ({"kind": Kind.OUTBOUND, "emergency": "local"}, "Emergency"),
        ({"kind": Kind.OUTBOUND, "emergency": "test"}, "Emergency Test"),
        ({"reaches": SAM}, "Emergency Callback"),
        ({"kind": Kind.WORK_ITEM}, "Work Item"),
        ({"kind": Kind.EMAIL, "sender": JONAS}, "E-mail"),
    ],
)
def test_the_direction_in_detail(changes: dict[str, Any], expected: str) -> None:
    assert direction(replace(CALL, **{"sender": "", **changes})) == expected
    assert len(expected) <= 40


# --- which field gets it ----------------------------------------------------------------------------------------------


def own(*pairs: tuple[str, str]) -> Directory:
    return replace(CONFIGURED, task_fields=tuple(TaskField(value, field) for value, field in pairs))


def test_where_nothing_is_configured_our_own_fields_have_the_values() -> None:
    found = filled(CALL, CONFIGURED)
    assert set(found) == OWN
    assert found == {VALUES[name].field: EXPECTED[name] for name in VALUES if VALUES[name].field}


def test_an_own_field_gets_the_value_in_place_of_ours() -> None:
    found = filled(CALL, own(("queue_seconds", "Queue_Time__c"), ("talk_seconds", "Talk__c")))
    assert (found["Queue_Time__c"], found["Talk__c"]) == (20, 48)
    assert "Phone_Queue_Time__c" not in found
    assert set(found) == OWN - {"Phone_Queue_Time__c"} | {"Queue_Time__c", "Talk__c"}


def test_a_value_can_go_to_several_fields_and_to_none() -> None:
    found = filled(CALL, own(("tags", "A__c"), ("tags", "Phone_Tags__c"), ("direction", "")))
    assert (found["A__c"], found["Phone_Tags__c"]) == ("Refund; VIP", "Refund; VIP")
    assert "Phone_Direction__c" not in found


def test_by_what_we_know_our_tasks_is_always_there() -> None:
    found = filled(CALL, own(("contact_key", "Call_Id__c"), ("revision", ""), ("interaction_key", "")))
    assert (found["Call_Id__c"], found["Phone_Contact_Key__c"], found["Phone_Revision__c"]) == ("key-1", "key-1", 3)
    assert "Phone_Interaction_Key__c" not in found


def test_each_field_is_named_once() -> None:
    twice = own(("tags", "A__c"), ("tags", "A__c"))
    assert list(placed(twice)).count(("tags", "A__c")) == 1


def test_a_task_has_them() -> None:
    written = fields(CALL, own(("ended_by", "Who_Hung_Up__c"), ("hold_seconds", "")))
    assert written["Who_Hung_Up__c"] == "customer"
    assert "Phone_Hold_Time__c" not in written
    assert written["CallDurationInSeconds"] == 60


# --- what kind of Task ------------------------------------------------------------------------------------------------


def formed(form: TaskForm = TaskForm(), **settings: Any) -> Directory:  # noqa: B008 - frozen
    changed = with_skill("support", task=form)
    known = {"Call": "012A", "Own": "012B"}
    return replace(changed, settings=replace(changed.settings, **settings), record_types=known)


def test_nothing_is_said_of_a_type_that_nobody_chose() -> None:
    assert not {"Type", "RecordTypeId"} & fields(CALL, CONFIGURED).keys()


def test_the_settings_hold_where_the_skill_says_nothing() -> None:
    written = fields(CALL, formed(task_type="Call", record_type="Call", priority="Low", status_completed="Done"))
    assert (written["Type"], written["RecordTypeId"]) == ("Call", "012A")
    assert (written["Priority"], written["Status"]) == ("Low", "Done")


def test_the_skill_comes_first() -> None:
    form = TaskForm("Own", "Handled", "To do", "High", "Visit", "{skill}: {who}")
    directory = formed(form, task_type="Call", record_type="Call", subject="x")
    written = fields(CALL, directory)
    assert (written["Type"], written["RecordTypeId"]) == ("Visit", "012B")
    assert (written["Priority"], written["Status"]) == ("High", "Handled")
    assert subject(CALL, directory) == "Support EN: Mia Chen"
    missing = replace(directory, skills={"support": replace(directory.skills["support"], disposition_required=True)})
    assert fields(replace(CALL, draft=Draft()), missing)["Status"] == "To do"


def test_a_record_type_that_the_org_does_not_have_is_left_to_the_org() -> None:
    assert "RecordTypeId" not in fields(CALL, formed(TaskForm("Gone")))


@pytest.mark.parametrize("kind", [Kind.WORK_ITEM, Kind.EMAIL])
def test_the_type_of_calls_is_none_of_what_is_no_call(kind: Kind) -> None:
    silent = replace(CALL, kind=kind, title="Refund")
    assert "Type" not in fields(silent, formed(task_type="Call"))
    assert fields(silent, formed(TaskForm(type="Other"), task_type="Call"))["Type"] == "Other"
    assert fields(silent, formed(record_type="Call"))["RecordTypeId"] == "012A"


def test_settings_without_a_word_of_it() -> None:
    assert Directory(settings=Settings()).task_form("gone") == TaskForm(
        "", "Completed", "Not Started", "Normal", "", "Call with {who}"
    )
