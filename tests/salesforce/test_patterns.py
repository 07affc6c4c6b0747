"""The dial plan as an administrator writes it: what is read of it, and what is left out and why."""

import pytest

from connector.domain.directory import Entry, NumberPattern, PatternAction
from tests.salesforce.test_directory import JONAS, SAM, Row, read, skill, users

ALLOW, REFUSE, INTERNAL, REWRITE = PatternAction
TYPE = "Phone_Number_Pattern__mdt"


def row(name: str, pattern: str | None, action: str | None, result: str | None = None, **fields: object) -> Row:
    return {"DeveloperName": name.replace(" ", "_"), "MasterLabel": name, "Pattern__c": pattern, "Action__c": action,
            "Result__c": result, "Skills__c": None, "Sort_Order__c": None, **fields}  # fmt: skip


def test_patterns_are_read_in_their_order() -> None:
    rows = [
        row("Rest", "+*", "refuse"),
        row("Home", "+1*", "allow", Sort_Order__c=3.0),
        row("Porter", " 47 XX ", "Internal", Sort_Order__c=1.0, Skills__c="Sales, Gone"),
        row("Short dial", "80xx", "rewrite", "+1 415 555 01xx", Sort_Order__c=2.0),
    ]
    found = read({TYPE: rows, "Phone_Skill__mdt": [skill("Sales")]})
    assert found.patterns == (
        NumberPattern("Porter", "47xx", INTERNAL, "", ("Sales",)),
        NumberPattern("Short dial", "80xx", REWRITE, "+141555501xx"),
        NumberPattern("Home", "+1*", ALLOW),
        NumberPattern("Rest", "+*", REFUSE),
    )
    assert found.ignored == (f"{TYPE} Porter: Skills__c: 'Gone' is no skill",)


@pytest.mark.parametrize(
    ("pattern", "action", "result", "words"),
    [
        (None, "refuse", None, "Pattern__c '': write digits, x for any digit"),
        ("19[0-9]*", "refuse", None, "Pattern__c '19[0-9]*': write digits"),
        ("1*2", "refuse", None, "a * only at the end"),
        ("4xxx", None, None, "Action__c '' is none of allow, refuse, internal, rewrite"),
        ("4xxx", "forbid", None, "Action__c 'forbid' is none of"),
        ("+31*", "internal", None, "internal numbers are looked at as they are typed, without +"),
        ("x", "internal", None, "an internal number has 2 digits or more"),
        ("911", "refuse", None, "911 is an emergency number, which no pattern touches"),
        ("9911", "internal", None, "9911 is an emergency number, which no pattern touches"),
        ("80xx", "rewrite", None, "Result__c '': write digits"),
        ("80xx", "rewrite", "+1415555O1xx", "Result__c '+1415555O1xx': write digits"),
        ("80xx", "rewrite", "+1415555xxxx", "must have as many x, and a * or none, as Pattern__c '80xx'"),
        ("0*", "rewrite", "+14155550100", "must have as many x, and a * or none, as Pattern__c '0*'"),
        ("8xxx", "rewrite", "+14155558xxxx", "must have as many x"),
        ("8xxxx", "rewrite", "+14155558xxxx", "is no telephone number, whatever the x are"),
        ("7xx", "rewrite", "9xx", "could be 911, an emergency number"),
        ("+1415555xxxx", "rewrite", "xxxx", "could be 9911, an emergency number"),
        ("7*", "rewrite", "*", "could be 911, an emergency number"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_left_out_with_the_cure(
    pattern: str | None, action: str | None, result: str | None, words: str
) -> None:
    found = read({TYPE: [row("Mine", pattern, action, result)]})
    assert found.patterns == ()
    (note,) = found.ignored
    assert note.startswith(f"{TYPE} Mine: is left out: ")
    assert words in note


def test_a_pattern_none_of_whose_skills_exists_is_left_out() -> None:
    found = read({TYPE: [row("Mine", "4xxx", "internal", Skills__c="Gone")], "Phone_Skill__mdt": [skill("Sales")]})
    assert found.patterns == ()
    assert found.ignored[-1] == f"{TYPE} Mine: is left out: none of its skills exists"


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ({"Pattern__c": "+*"}, {"Pattern__c": "+1900*"}, False),
        ({"Pattern__c": "4xxx"}, {"Pattern__c": "42xx"}, False),
        ({"Pattern__c": "42xx"}, {"Pattern__c": "4xxx"}, True),
        ({"Pattern__c": "+*"}, {"Pattern__c": "4xxx"}, True),
        ({"Pattern__c": "4xxx", "Skills__c": "Sales"}, {"Pattern__c": "4xxx"}, True),
        ({"Pattern__c": "4xxx", "Skills__c": "Sales"}, {"Pattern__c": "4xxx", "Skills__c": "Billing"}, True),
        ({"Pattern__c": "4xxx", "Skills__c": "Sales,Billing"}, {"Pattern__c": "4xxx", "Skills__c": "Billing"}, False),
        ({"Pattern__c": "4xxx"}, {"Pattern__c": "4xxx", "Skills__c": "Billing"}, False),
    ],
)
def test_a_pattern_that_can_never_count_is_said_so(before: Row, after: Row, counts: bool) -> None:
    rows = [{**row("One", "", "refuse", Sort_Order__c=1.0), **before}, {**row("Two", "", "allow"), **after}]
    found = read({TYPE: rows, "Phone_Skill__mdt": [skill("Sales"), skill("Billing")]})
    assert [one.name for one in found.patterns] == (["One", "Two"] if counts else ["One"])
    words = f"{TYPE} Two: is left out: One ({before['Pattern__c']}) comes before it and takes all that it would"
    assert found.ignored == (() if counts else (words,))


def test_a_result_without_a_use_is_said_so_and_the_pattern_counts() -> None:
    found = read({TYPE: [row("Premium", "+1900*", "refuse", "+14155550100")]})
    assert found.patterns == (NumberPattern("Premium", "+1900*", REFUSE),)
    assert found.ignored == (f"{TYPE} Premium: Result__c is of no use with Action__c refuse",)


def test_which_numbers_are_emergency_numbers_is_what_the_routes_say() -> None:
    german = {"DeveloperName": "DE", "Country__c": "DE", "Numbers__c": "110,112", "Test_Numbers__c": None,
              "Prefixes__c": "0", "Local_Route__c": "a", "National_Route__c": None}  # fmt: skip
    found = read(
        {TYPE: [row("A", "0110", "internal"), row("B", "911", "internal")], "Phone_Emergency_Route__mdt": [german]}
    )
    assert [one.name for one in found.patterns] == ["B"]


BOOK = "Phone_Address_Book_Entry__c"


def test_the_address_book_may_have_what_the_dial_plan_makes_a_number_of() -> None:
    plan = [
        row("Porter", "47xx", "internal"),
        row("Short", "80xx", "rewrite", "+141555501xx"),
        row("No", "09*", "refuse"),
    ]
    entries: list[Row] = [
        {"Id": "a1", "Name": "Porter", "Number__c": "47 11", "Detail__c": None},
        {"Id": "a2", "Name": "Mia", "Number__c": "8043", "Detail__c": None},
        {"Id": "a3", "Name": "Premium", "Number__c": "0900", "Detail__c": None},
        {"Id": "a4", "Name": "Short", "Number__c": "4811", "Detail__c": None},
    ]
    found = read({**users(SAM, JONAS), TYPE: plan, BOOK: entries})
    assert found.entries == (Entry("a1", "Porter", "4711"), Entry("a2", "Mia", "8043"))
    assert [note.split(":")[0] for note in found.ignored] == [f"{BOOK} Premium", f"{BOOK} Short"]
