"""Formulas of validation rules, worked out for a record that is not there yet."""

from typing import Any

import pytest

from connector.salesforce.doctor.formula import UNKNOWN, outcome

RECORD: dict[str, Any] = {
    "Status": "Completed",
    "CallDisposition": None,
    "Subject": 'Call with "Mia"',
    "CallDurationInSeconds": 50.0,
    "IsReminderSet": False,
    "Phone_Skill__c": "Billing",
    "Description": "",
}


def field(name: str) -> Any:
    return RECORD.get(name, UNKNOWN)


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("TRUE", True),
        ("false", False),
        ("IsReminderSet", False),
        ("!IsReminderSet", True),
        ("ISBLANK(CallDisposition)", True),
        ("ISBLANK( Description )", True),
        ('ISPICKVAL(Status, "Completed")', True),
        ("ISPICKVAL(Status, 'Open')", False),
        ('AND(ISPICKVAL(Status, "Completed"), ISBLANK(CallDisposition))', True),
        ('TEXT(Status) = "Completed" && ISNULL(CallDisposition)', True),
        ('Phone_Skill__c <> "Billing" || LEN(Subject) > 100', False),
        ('NOT(OR(Phone_Skill__c == "Sales", Phone_Skill__c == "Support"))', True),
        ("LEN(Subject) >= 15", True),
        ("CallDurationInSeconds > 60", False),
        ("CallDurationInSeconds * 2 - 40 + 1 = 61", True),
        ("-CallDurationInSeconds < 0", True),
        ('CONTAINS(Subject, "Mia")', True),
        ('BEGINS(Subject, "Mia")', False),
        ('UPPER(Phone_Skill__c) & "!" = "BILLING!"', True),
        (r'Subject = "Call with \"Mia\""', True),
        ("IF(ISNEW(), ISBLANK(CallDisposition), FALSE)", True),
        ("ISCHANGED(Status)", False),
        ('CASE(Status, "Open", FALSE, "Completed", TRUE, FALSE)', True),
        ('BLANKVALUE(CallDisposition, "none") = "none"', True),
        ("/* all of them */ TRUE /* really */", True),
        ("TRUE || FALSE && FALSE", True),
        ("(TRUE || FALSE) && FALSE", False),
        ('CallDisposition = ""', True),
        ("ISBLANK(CallDisposition) = TRUE", True),
    ],
)
def test_what_can_be_known_is_worked_out(formula: str, result: object) -> None:
    assert outcome(formula, field) is result


@pytest.mark.parametrize(
    "formula",
    [
        '$User.Department = "Finance"',
        'Owner:User.Name = "Sam"',
        'Who.Name = "Mia"',
        "Other__c = 1",
        "ActivityDate < TODAY()",
        'REGEX(Subject, "[A-Z]+")',
        "VLOOKUP(a, b, c)",
        'AND(ISBLANK(CallDisposition), $Profile.Name = "Agent")',
        "OR(IsReminderSet, Other__c = 1)",
        "CallDurationInSeconds / 7 > 1",
        "Status",
    ],
)
def test_what_hangs_on_something_unknown_is_unknown(formula: str) -> None:
    assert outcome(formula, field) is UNKNOWN


@pytest.mark.parametrize(
    ("formula", "result"),
    [('AND($User.Id = "005", IsReminderSet)', False), ("OR(TODAY() > ActivityDate, ISBLANK(CallDisposition))", True)],
)
def test_what_is_unknown_does_not_hide_what_is_certain(formula: str, result: object) -> None:
    assert outcome(formula, field) is result


@pytest.mark.parametrize(
    "formula", ["", "AND(", "AND(TRUE,", "= 1", "TRUE TRUE", '"open', "ISBLANK()", "§", "(" * 5_000]
)
def test_what_is_no_formula_is_unknown(formula: str) -> None:
    assert outcome(formula, field) is UNKNOWN
