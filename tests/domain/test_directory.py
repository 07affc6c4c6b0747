"""What holds where nothing is configured (docs/reference/salesforce.md), and how things are looked up."""

import pytest
from msgspec.structs import asdict

from connector.domain.directory import (
    DEFAULT_SKILL,
    Directory,
    Disposition,
    EmergencyRoute,
    Entry,
    Opening,
    PopMoment,
    PopRule,
    Profile,
    RecordingMode,
    Settings,
    Skill,
    Tag,
    TaskField,
    TaskForm,
)
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, SAM

SETTINGS = {
    "subject": "Call with {who}",
    "status_completed": "Completed",
    "status_open": "Not Started",
    "priority": "Normal",
    "ring": 20_000,
    "ask": 5_000,
    "dial": 45_000,
    "default_skill": "Default",
    "click_to_dial": True,
    "blind_transfer": False,
    "transfer_notes": True,
    "most_parties": 6,
    "unattended": 60 * 60_000,
    "drop_links": "",
    "no_panel": 30_000,
    "mask_reminder": 60_000,
    "callback_attempts": 3,
    "callback_interval": 15 * 60_000,
    "outside_prefix": "",
    "emergency_record": False,
    "emergency_callback": 60 * 60_000,
    "emergency_number": "",
    "consent": 30_000,
    "recordings": "",
    "transcript": "",
    "task_type": "",
    "record_type": "",
    "pop_when": PopMoment.OFFER,
    "pop_one": PopRule("record"),
    "pop_many": PopRule("nothing"),
    "pop_none": PopRule("nothing"),
    "pop_fields": (("Phone", "{number}"),),
    "pop_outbound": False,
}
SKILL = {
    "id": "s",
    "name": "S",
    "numbers": (),
    "outbound": False,
    "caller_id": "",
    "wrap_up": 120_000,
    "disposition_required": False,
    "recording": RecordingMode.ON_DEMAND,
    "priority": 5,
    "extension": 0,
    "longest_queue": None,
    "hours": (),
    "time_zone": "UTC",
    "consent": "",
    "language": "",
    "task": TaskForm(),
    "pop_when": None,
    "pop_one": None,
    "pop_many": None,
    "pop_none": None,
    "pop_fields": None,
}
PROFILE = {
    "id": "a",
    "name": "A",
    "device": "",
    "country": "US",
    "time_zone": "UTC",
    "language": "en_US",
    "locale": "en_US",
    "skills": {},
    "supervisor": False,
    "direct_number": "",
    "address": None,
    "address_verified": False,
    "transcript": False,
}
ROUTE = {"country": "NL", "numbers": ("112",), "tests": (), "prefixes": (), "local": "", "national": ""}
DIRECTORY_FIELDS = {
    "version": 0,
    "agents": {},
    "skills": {},
    "dispositions": (),
    "tags": (),
    "reasons": ("Break", "Lunch", "Meeting", "Training"),
    "settings": Settings(),
    "entries": (),
    "emergency": (EmergencyRoute("US", ("911",), ("933",), ("9",), "sim-local", "sim-national"),),
    "number_fields": (),
    "task_fields": (),
    "record_types": {},
    "patterns": (),
    "ignored": (),
    "present": (),
    "absent": (),
}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Settings(), SETTINGS),
        (Skill("s", "S"), SKILL),
        (Profile("a", "A"), PROFILE),
        (EmergencyRoute("NL", ("112",)), ROUTE),
        (Entry("e", "Hotline", "+18005550199"), {"id": "e", "name": "Hotline", "number": "+18005550199", "detail": ""}),
        (Disposition("Answered"), {"name": "Answered", "skills": (), "call_result": ""}),
        (Tag("VIP"), {"name": "VIP", "skills": ()}),
        (
            TaskForm(),
            dict.fromkeys(("record_type", "status", "open_status", "priority", "type", "subject"), ""),
        ),
        (TaskField("tags"), {"value": "tags", "field": ""}),
        (Opening(0, 480, 1_050), {"day": 0, "opens": 480, "closes": 1_050}),
        (Directory(), DIRECTORY_FIELDS),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_what_holds_where_nothing_is_configured(made: object, expected: dict[str, object]) -> None:
    assert asdict(made) == expected  # type: ignore[arg-type]  # each is a Struct


HOTLINE = Entry("e1", "Hotline", "+18005550199")
OFFICE = Entry("e2", "Office", "2043")
CHOICES = (Disposition("Answered"), Disposition("Refunded", ("billing",)), Disposition("Sold", ("sales", "support")))
FULL = Directory(
    agents={
        **DIRECTORY.agents,
        "005000000000008AAA": Profile("005000000000008AAA", "No phone"),
    },
    skills=DIRECTORY.skills,
    dispositions=CHOICES,
    settings=Settings(default_skill="support"),
    entries=(HOTLINE, OFFICE),
)


@pytest.mark.parametrize(
    ("directory", "skill", "expected"),
    [
        (FULL, "billing", "billing"),
        (FULL, "support", "support"),
        (FULL, "gone", "support"),
        (FULL, "", "support"),
        (Directory(skills={DEFAULT_SKILL: Skill(DEFAULT_SKILL, "Everybody")}), "gone", "Default"),
        (Directory(), "gone", "Default"),
    ],
)
def test_a_skill_that_is_not_there_is_the_default_one(directory: Directory, skill: str, expected: str) -> None:
    assert directory.skill(skill).id == expected


def test_without_any_skill_there_is_one_with_the_defaults() -> None:
    assert Directory().skill("gone") == Skill("Default", "Default")


@pytest.mark.parametrize(
    ("directory", "line", "expected"),
    [
        (FULL, BILLING_LINE, "billing"),
        (FULL, "+14155550102", "sales"),
        (FULL, "+14155550999", "support"),
        (FULL, "", "support"),
        (Directory(), BILLING_LINE, "Default"),
    ],
)
def test_a_line_leads_to_its_skill_and_else_to_the_default_one(directory: Directory, line: str, expected: str) -> None:
    assert directory.skill_of_line(line).id == expected


def test_an_agent_who_left_the_directory_is_still_somebody() -> None:
    assert FULL.profile(SAM) is FULL.agents[SAM]
    assert FULL.profile("gone") == Profile("gone", "gone")


@pytest.mark.parametrize(("device", "agent"), [("2041", SAM), ("2042", JONAS), ("2043", None), ("", None)])
def test_a_device_is_that_of_its_agent(device: str, agent: str | None) -> None:
    found = FULL.agent_of_device(device)
    assert (found and found.id) == agent


@pytest.mark.parametrize(("entry", "expected"), [("e1", HOTLINE), ("e2", OFFICE), ("e3", None), ("", None)])
def test_an_entry_of_the_address_book(entry: str, expected: Entry | None) -> None:
    assert FULL.entry(entry) is expected


@pytest.mark.parametrize(
    ("skill", "expected"),
    [
        ("support", ("Answered", "Sold")),
        ("billing", ("Answered", "Refunded")),
        ("sales", ("Answered", "Sold")),
        ("gone", ("Answered",)),
    ],
)
def test_dispositions_are_those_for_every_skill_and_those_of_the_skill(skill: str, expected: tuple[str, ...]) -> None:
    assert FULL.dispositions_of(skill) == expected


@pytest.mark.parametrize(
    ("skill", "disposition", "expected"),
    [
        ("support", "Answered", "Connected"),
        ("support", "Refunded", "Refunded"),
        ("billing", "Refunded", "Meaningful Connect"),
        ("support", "Sold", "Sold"),
        ("support", "gone", "gone"),
    ],
)
def test_what_sales_engagement_calls_a_disposition(skill: str, disposition: str, expected: str) -> None:
    known = (
        Disposition("Answered", (), "Connected"),
        Disposition("Refunded", ("billing",), "Meaningful Connect"),
        Disposition("Sold"),
    )
    assert Directory(dispositions=known).call_result(skill, disposition) == expected
