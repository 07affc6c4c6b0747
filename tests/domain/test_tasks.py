"""A contact as a Task: every field, dates across time zones, durations, the Subject."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain import tasks, times
from connector.domain.commands import Done, Hold, Resume, SaveDraft
from connector.domain.directory import Profile, Settings
from connector.domain.events import CallerMatched
from connector.domain.model import (
    Contact,
    Draft,
    Kind,
    Link,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
)
from connector.domain.tasks import fields, linked, local_date, subject, unknown_words
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, SAM, START, Stage, go, on_a_call, wrapping_up

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
CASE = Record("500000000000001AAA", "Case", "Charged twice")

PLAIN = Contact(
    key="key-1",
    interaction_key="key-0",
    kind=Kind.INBOUND,
    phase=Phase.WRAP_UP,
    number="+14155550143",
    line="+14155550100",
    skill="support",
    started=START,
    match=Match(MatchState.NONE),
    agent=SAM,
    answered=START + 4_000,
    ended=START + 64_000,
    outcome=Outcome.ANSWERED,
)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def test_every_field_of_a_call() -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    drafts: list[tuple[str, dict[str, Any]]] = [
        ("comments", {"text": "Promised a refund"}),
        ("disposition", {"text": "Answered"}),
        ("tags", {"tags": ("Refund", "VIP")}),
        ("what", {"record": CASE}),
    ]
    for field, value in drafts:
        stage.give(SaveDraft(SAM, key, field, 1, **value))
    stage.pass_time(61_999)
    stage.customer_hangs_up()
    (task,) = stage.tasks
    assert (task.contact, task.revision) == (key, 1)
    assert task.fields == {
        "Subject": "Call with Mia Chen",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": "2026-11-23",
        "TaskSubtype": "Call",
        "CallType": "Inbound",
        "CallDurationInSeconds": 61,
        "CallDisposition": "Answered",
        "CallObject": key,
        "Description": "Promised a refund",
        "WhoId": MIA_RECORD.id,
        "WhatId": CASE.id,
        "OwnerId": SAM,
        "Phone_Contact_Key__c": key,
        "Phone_Interaction_Key__c": key,
        "Phone_Revision__c": 1,
        "Phone_Skill__c": "support",
        "Phone_Recording__c": None,
        "Phone_Tags__c": "Refund; VIP",
        "Phone_Queue_Time__c": 4,
        "Phone_Ring_Time__c": 4,
        "Phone_Hold_Time__c": 0,
        "Phone_Direction__c": "Inbound",
    }


def test_what_is_empty_clears_its_field() -> None:
    written = fields(PLAIN, DIRECTORY)
    empty = {name for name, value in written.items() if value is None}
    never = {"Phone_Queue_Time__c", "Phone_Ring_Time__c"}
    assert empty == {"CallDisposition", "Description", "WhoId", "WhatId", "Phone_Recording__c", "Phone_Tags__c", *never}
    assert written["Subject"] == "Call with +14155550143"
    assert written["Phone_Interaction_Key__c"] == "key-0"


def test_the_revision_counts() -> None:
    stage, key = wrapping_up()
    stage.give(SaveDraft(SAM, key, "comments", 1, "x"))
    stage.give(Done(SAM, key))
    assert [task.fields["Phone_Revision__c"] for task in stage.tasks] == [1, 2]
    changed = {name for name in stage.tasks[0].fields if stage.tasks[0].fields[name] != stage.tasks[1].fields[name]}
    assert changed == {"Description", "Phone_Revision__c"}


@pytest.mark.parametrize(
    ("kind", "internal", "expected"),
    [
        (Kind.INBOUND, False, "Inbound"),
        (Kind.OUTBOUND, False, "Outbound"),
        (Kind.OUTBOUND, True, "Internal"),
        (Kind.INBOUND, True, "Internal"),
    ],
)
def test_the_call_type(kind: Kind, internal: bool, expected: str) -> None:
    assert tasks.call_type(replace(PLAIN, kind=kind, internal=internal)) == expected


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-11-23T07:59:59+00:00", "America/Los_Angeles", "2026-11-22"),
        ("2026-11-23T08:00:00+00:00", "America/Los_Angeles", "2026-11-23"),
        ("2026-07-23T06:59:59+00:00", "America/Los_Angeles", "2026-07-22"),
        ("2026-07-23T07:00:00+00:00", "America/Los_Angeles", "2026-07-23"),
        ("2026-11-23T22:59:59+00:00", "Europe/Amsterdam", "2026-11-23"),
        ("2026-11-23T23:00:00+00:00", "Europe/Amsterdam", "2026-11-24"),
        ("2026-12-31T23:30:00+00:00", "Europe/Amsterdam", "2027-01-01"),
        ("2026-11-23T10:00:00+00:00", "Pacific/Kiritimati", "2026-11-24"),
        ("2026-11-23T18:29:59+00:00", "Asia/Kolkata", "2026-11-23"),
        ("2026-11-23T18:30:00+00:00", "Asia/Kolkata", "2026-11-24"),
        ("2026-11-23T23:30:00+00:00", "UTC", "2026-11-23"),
        ("2026-11-23T23:30:00+00:00", "Mars/Olympus", "2026-11-23"),
        ("2026-11-23T23:30:00+00:00", "", "2026-11-23"),
        ("2026-11-23T23:30:00+00:00", "/etc/passwd", "2026-11-23"),
    ],
)
def test_the_date_is_that_of_the_agent_s_time_zone(moment: str, zone: str, expected: str) -> None:
    assert local_date(at(moment), Profile(SAM, "Sam", time_zone=zone)) == expected


def test_the_date_is_that_of_the_start_of_the_call() -> None:
    begun = at("2026-11-22T23:59:50-08:00")
    over = replace(PLAIN, started=begun, answered=begun + 15_000, ended=begun + 600_000)
    assert fields(over, DIRECTORY)["ActivityDate"] == "2026-11-22"
    assert fields(replace(over, agent=JONAS), DIRECTORY)["ActivityDate"] == "2026-11-23"


def test_an_agent_who_left_the_directory_keeps_the_task() -> None:
    written = fields(PLAIN, replace(DIRECTORY, agents={}))
    assert written["OwnerId"] == SAM
    assert written["ActivityDate"] == "2026-11-23"


@pytest.mark.parametrize(
    ("answered", "ended", "seconds"),
    [(0, 0, 0), (0, 999, 0), (0, 1_000, 1), (0, 61_999, 61), (None, 30_000, 0), (5_000, 4_000, 0), (0, None, 0)],
)
def test_the_duration_is_whole_seconds_from_the_answer(answered: int | None, ended: int | None, seconds: int) -> None:
    contact = replace(
        PLAIN,
        answered=None if answered is None else START + answered,
        ended=None if ended is None else START + ended,
    )
    assert times.duration(contact) == seconds


def test_hold_belongs_to_the_duration_and_waiting_and_wrap_up_do_not() -> None:
    stage, key = on_a_call()
    stage.pass_time(10_000)
    go(stage, Hold(SAM, key))
    stage.pass_time(20_000)
    go(stage, Resume(SAM, key))
    stage.pass_time(5_000)
    stage.customer_hangs_up()
    stage.pass_time(9_000)
    stage.give(SaveDraft(SAM, key, "comments", 1, "x"))
    stage.give(Done(SAM, key))
    assert [task.fields["CallDurationInSeconds"] for task in stage.tasks] == [35, 35]


def test_status_is_open_while_a_required_disposition_is_missing() -> None:
    stage, key = wrapping_up(BILLING_LINE)
    stage.give(SaveDraft(SAM, key, "disposition", 1, "Refunded"))
    stage.give(Done(SAM, key))
    assert [task.fields["Status"] for task in stage.tasks] == ["Not Started", "Completed"]


def test_the_words_of_status_and_priority_are_configured() -> None:
    settings = Settings(status_completed="Done", status_open="Open", priority="Low")
    directory = replace(DIRECTORY, settings=settings)
    assert (fields(PLAIN, directory)["Status"], fields(PLAIN, directory)["Priority"]) == ("Done", "Low")
    assert fields(replace(PLAIN, skill="billing"), directory)["Status"] == "Open"


def test_a_skill_that_vanished_is_still_named_by_its_key() -> None:
    assert fields(replace(PLAIN, skill="gone"), DIRECTORY)["Phone_Skill__c"] == "gone"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Call with {who}", "Call with Mia Chen"),
        ("{direction} call, {skill}: {disposition}", "inbound call, Support EN: Answered"),
        ("{who} ({number})", "Mia Chen (+14155550143)"),
        ("{outcome} {unheard_of} {}", "answered {unheard_of} {}"),
        ("  Call  ", "Call"),
    ],
)
def test_the_subject_is_the_template_filled(template: str, expected: str) -> None:
    stage: Stage
    stage, key = on_a_call()
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    stage.give(SaveDraft(SAM, key, "disposition", 1, "Answered"))
    stage.customer_hangs_up()
    directory = replace(DIRECTORY, settings=Settings(subject=template))
    assert subject(stage.contact(), directory) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"caller": "Mia"}, "Call with Mia"),
        ({"caller": "Mia", "draft": Draft(who=Link(MIA_RECORD, 1))}, "Call with Mia Chen"),
        ({}, "Call with +14155550143"),
        ({"number": ""}, "Call with unknown caller"),
    ],
)
def test_who_it_was_is_the_name_or_what_the_caller_said_or_the_number(changes: dict[str, Any], expected: str) -> None:
    assert subject(replace(PLAIN, **changes), DIRECTORY) == expected


def test_what_is_not_known_yet_is_left_out_of_the_subject() -> None:
    directory = replace(DIRECTORY, settings=Settings(subject="<{outcome}{disposition}>"))
    assert subject(replace(PLAIN, outcome=None), directory) == "<>"


@pytest.mark.parametrize(
    ("title", "expected"),
    [("  Refund to approve ", "Refund to approve"), ("   ", "Support EN"), ("x" * 254 + " y", "x" * 254)],
)
@pytest.mark.parametrize("kind", [Kind.WORK_ITEM, Kind.EMAIL])
def test_the_subject_of_what_was_no_call_is_its_title(kind: Kind, title: str, expected: str) -> None:
    assert subject(replace(PLAIN, kind=kind, title=title), DIRECTORY) == expected


@pytest.mark.parametrize(("kind", "subtype"), [(Kind.WORK_ITEM, "Task"), (Kind.EMAIL, "Email")])
def test_what_was_no_call_has_none_of_its_fields(kind: Kind, subtype: str) -> None:
    begun = at("2026-11-22T23:59:50-08:00")
    silent = replace(PLAIN, kind=kind, title="Refund", started=begun, answered=begun + 15_000)
    assert fields(silent, DIRECTORY) == {
        "Subject": "Refund",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": "2026-11-23",
        "TaskSubtype": subtype,
        "CallDisposition": None,
        "CallObject": "key-1",
        "Description": None,
        "WhoId": None,
        "WhatId": None,
        "OwnerId": SAM,
        "Phone_Contact_Key__c": "key-1",
        "Phone_Interaction_Key__c": "key-0",
        "Phone_Revision__c": 0,
        "Phone_Skill__c": "support",
        "Phone_Recording__c": None,
        "Phone_Tags__c": None,
        "Phone_Queue_Time__c": None,
        "Phone_Ring_Time__c": None,
        "Phone_Hold_Time__c": None,
        "Phone_Direction__c": {Kind.WORK_ITEM: "Work Item", Kind.EMAIL: "E-mail"}[kind],
    }
    assert fields(replace(silent, answered=None), DIRECTORY)["ActivityDate"] == "2026-11-22"


def test_what_was_recorded_has_its_link() -> None:
    listened = replace(DIRECTORY, settings=replace(DIRECTORY.settings, recordings="https://phone.acme.example/recordings"))
    recorded = replace(PLAIN, recorded=True)
    link = "https://phone.acme.example/recordings/key-1"
    assert fields(recorded, listened)["Phone_Recording__c"] == link
    assert fields(PLAIN, listened)["Phone_Recording__c"] is None
    assert fields(recorded, DIRECTORY)["Phone_Recording__c"] is None


def test_a_contact_of_no_skill_has_none() -> None:
    assert fields(replace(PLAIN, skill=""), DIRECTORY)["Phone_Skill__c"] is None


def test_as_much_as_a_task_holds() -> None:
    assert (tasks.LONGEST_TEXT, tasks.LONGEST_COMMENTS) == (255, 32_000)


def test_a_subject_that_does_not_fit_is_cut() -> None:
    directory = replace(DIRECTORY, settings=Settings(subject="x" * 254 + " {number}"))
    assert subject(PLAIN, directory) == "x" * 254


def test_a_name_with_braces_is_no_template() -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, (replace(MIA_RECORD, name="{number}"),)))
    assert subject(stage.contact(), DIRECTORY) == "Call with {number}"


def test_words_that_a_template_does_not_know() -> None:
    assert unknown_words("Call with {who}, {whom}, {Number}") == ["whom", "Number"]
    assert unknown_words("plain {} text") == []
    assert {"who", "number", "skill", "direction", "disposition", "outcome"} == set(tasks.SUBJECT_WORDS)


LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (MIA_RECORD, Draft(who=Link(replace(MIA_RECORD, why="dialled"), 1, "match"))),
        (LEAD, Draft(who=Link(replace(LEAD, why="dialled"), 1, "match"))),
        (CASE, Draft(what=Link(replace(CASE, why="dialled"), 1, "match"))),
        (None, Draft()),
    ],
    ids=["contact", "lead", "case", "none"],
)
def test_the_record_that_a_contact_is_about_is_name_or_related_to(record: Record | None, expected: Draft) -> None:
    assert linked(record, "dialled") == expected
