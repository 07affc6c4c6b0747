"""Texts that fit, and values that compare as Salesforce gives them back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.salesforce.shapes import FieldShape, RecordType, Shape
from connector.salesforce.values import comparable, cut, prepared


def field(name: str, kind: str = "string", length: int = 255) -> FieldShape:
    return FieldShape(name, kind, length=length, createable=True, updateable=True)


TASK = Shape(
    "Task",
    {
        "Subject": field("Subject", "combobox", 10),
        "Description": field("Description", "textarea", 32_000),
        "CallDurationInSeconds": field("CallDurationInSeconds", "int", 0),
        "WhoId": field("WhoId", "reference", 18),
        "ActivityDate": field("ActivityDate", "date", 0),
    },
)


@pytest.mark.parametrize(
    "name,value,expected",
    [
        ("Subject", "0123456789", "0123456789"),
        ("Subject", "0123456789a", "012345678…"),
        ("Subject", "💥" * 11, "💥" * 9 + "…"),
        ("Subject", "", None),
        ("Subject", " \n", None),
        ("Subject", None, None),
        ("Subject", "a\x00b\ud800\uffffc", "abc"),
        ("Description", "a\tb\nc\r\n", "a\tb\nc\r\n"),
        ("CallDurationInSeconds", 252, 252),
        ("WhoId", "003000000000001AAA", "003000000000001AAA"),
        ("ActivityDate", "2026-11-23", "2026-11-23"),
    ],
)
def test_prepared(name: str, value: str | int | None, expected: str | int | None) -> None:
    assert prepared({name: value, "Missing__c": "x"}, TASK) == {name: expected}


def test_tags_are_cut_between_tags() -> None:
    assert cut("Refund; Follow-up; VIP", 21) == "Refund; Follow-up; …"
    assert cut("Refund; Follow-up; VIP", 15) == "Refund; …"
    assert cut("Refunds", 4) == "Ref…"


@given(st.text(max_size=400), st.integers(1, 300))
def test_a_cut_text_fits_says_so_and_is_cut_alike_again(text: str, length: int) -> None:
    fitted = cut(text, length)
    assert len(fitted) <= length
    assert (fitted == text) == (len(text) <= length) or fitted.endswith("…")
    assert cut(fitted, length) == fitted


@given(st.integers(0, 3_000))
def test_a_long_text_says_how_long_it_was(more: int) -> None:
    text = "x" * (1_000 + more)
    fitted = cut(text, 1_000)
    assert len(fitted) == 1_000
    assert (fitted == text) if not more else fitted.endswith(f"[… cut, {1_000 + more:,} characters]")


@pytest.mark.parametrize(
    "kind,ours,theirs",
    [
        ("string", " text ", "text"),
        ("string", "", None),
        ("textarea", "a\nb", "a\r\nb"),
        ("textarea", "a\nb\n", "a\nb"),
        ("double", 3, 3.0),
        ("int", 0, 0),
        ("reference", "003000000000001", "003000000000001AAA"),
        ("date", "2026-11-23", "2026-11-23"),
        ("boolean", False, False),
    ],
)
def test_equal_values(kind: str, ours: Any, theirs: Any) -> None:
    assert comparable(ours, field("X", kind)) == comparable(theirs, field("X", kind))


@pytest.mark.parametrize(
    "kind,ours,theirs",
    [
        ("string", "text", "Text"),
        ("string", "text", None),
        ("double", 0, None),
        ("double", 3, 4.0),
        ("reference", "003000000000001AAA", "003000000000002AAA"),
        ("reference", "003000000000001AAA", None),
    ],
)
def test_different_values(kind: str, ours: Any, theirs: Any) -> None:
    assert comparable(ours, field("X", kind)) != comparable(theirs, field("X", kind))


# --- fields of the administrators' own --------------------------------------------------------------------------------


def own(kind: str, **more: Any) -> FieldShape:
    return FieldShape("Own__c", kind, **{"createable": True, "updateable": True, **more})


@pytest.mark.parametrize(
    ("value", "held_by", "expected"),
    [
        (65, own("double", digits=9), 65),
        (65, own("int", digits=2), 65),
        (100, own("double", digits=2), None),
        (-100, own("double", digits=2), None),
        (99, own("double", digits=2), 99),
        (65, own("string", length=20), "65"),
        (123_456, own("string", length=4), "123…"),
        ("Inbound", own("picklist", values=("Inbound",), restricted=True, length=255), "Inbound"),
        ("Transfer", own("picklist", values=("Inbound",), restricted=True, length=255), None),
        ("Transfer", own("picklist", values=("Inbound",), length=255), "Transfer"),
        ("+14155550143", own("phone", length=40), "+14155550143"),
        ("2026-11-23T13:00:20.000Z", own("datetime"), "2026-11-23T13:00:20.000Z"),
        ("yesterday", own("datetime"), None),
        ("2026-11-23T13:00:20", own("datetime"), None),
        (65, own("datetime"), None),
        ("many", own("double", digits=9), None),
        (None, own("double", digits=9), None),
        (None, own("string", length=9), None),
        (None, own("datetime"), None),
    ],
)
def test_an_own_field_gets_what_it_can_hold(value: str | int | None, held_by: FieldShape, expected: Any) -> None:
    assert prepared({"Own__c": value}, Shape("Task", {"Own__c": held_by})) == {"Own__c": expected}


@pytest.mark.parametrize(
    ("held_by", "text", "expected"),
    [
        (own("boolean"), "true", True),
        (own("boolean"), "false", False),
        (own("boolean"), None, False),
        (own("date"), "2026-12-01", "2026-12-01"),
        (own("date"), "1-12-2026", None),
        (own("date"), None, None),
        (own("datetime"), "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        (own("double", digits=4, scale=2), "12.50", 12.5),
        (own("double", digits=4), " 12 ", 12),
        (own("double", digits=4), "12345", None),
        (own("double"), "twelve", None),
        (own("currency", digits=16, scale=2), "-0.5", -0.5),
        (own("percent"), "7", 7),
        (own("int"), "7", 7),
        (own("reference"), "001000000000001AAA", "001000000000001AAA"),
        (own("reference"), "Northwind", None),
        (own("multipicklist", length=4_099, restricted=True, values=("A", "B")), "A;B", "A;B"),
        (own("multipicklist", length=4_099, restricted=True, values=("A", "B")), "A;C", None),
        (own("multipicklist", length=4_099), "A;C", "A;C"),
        (own("picklist", length=255, restricted=True, values=("A",)), "A", "A"),
        (own("email", length=80), "mia@northwind.example", "mia@northwind.example"),
    ],
)
def test_what_a_person_gave_is_text_and_becomes_what_its_field_holds(
    held_by: FieldShape, text: str | None, expected: Any
) -> None:
    found = prepared({"Own__c": text}, Shape("Task", {"Own__c": held_by}))
    assert found == {"Own__c": expected}
    assert type(found["Own__c"]) is type(expected)


@pytest.mark.parametrize(("kind", "text", "expected"), [("boolean", "true", True), ("double", "1.5", 1.5)])
def test_the_same_in_a_field_of_salesforce_s_own(kind: str, text: str, expected: Any) -> None:
    assert prepared({"Own": text}, Shape("Task", {"Own": field("Own", kind)})) == {"Own": expected}


@pytest.mark.parametrize("kind", ["boolean", "date", "reference", "multipicklist", "email", "currency", "percent"])
def test_a_field_of_another_kind_is_left_alone(kind: str) -> None:
    assert prepared({"Own__c": 65}, Shape("Task", {"Own__c": own(kind)})) == {}


@pytest.mark.parametrize(
    ("record_type", "kept"),
    [("012000000000001AAA", True), ("012000000000001", True), ("012000000000002AAA", False), ("0120000009", False)],
)
def test_a_record_type_that_is_none_of_ours_to_use_is_left_out(record_type: str, kept: bool) -> None:
    kinds = (RecordType("Call", "012000000000001AAA", True), RecordType("Old", "012000000000002AAA", False))
    shape = Shape("Task", {"RecordTypeId": FieldShape("RecordTypeId", "reference")}, kinds)
    assert prepared({"RecordTypeId": record_type}, shape) == ({"RecordTypeId": record_type} if kept else {})


def test_a_moment_compares_however_it_is_written() -> None:
    held = own("datetime")
    said = "2026-11-23T13:00:20.000+0000"
    assert comparable("2026-11-23T13:00:20.000Z", held) == comparable(said, held) == 1_795_438_820.0
    assert comparable(None, held) is None
    assert comparable("soon", held) is None
