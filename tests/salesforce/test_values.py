"""Texts that fit, and values that compare as Salesforce gives them back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.salesforce.shapes import FieldShape, Shape
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
