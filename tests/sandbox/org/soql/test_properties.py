"""SOQL against a second opinion: conditions made at random, judged row by row in Python."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.soql.parser import parse
from tests.sandbox.org.rig import Clock, Desk, undone

WORDS = ["alpha", "ALPHA", "beta", "béta", "o'clock", "a_b", "50%", None]
NUMBERS = [1, 2, 3, None]
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
Judge = Any
"""row → bool: whether the row meets the condition, by the two-valued logic of SOQL."""


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _word(value: str | None) -> str:
    return "null" if value is None else _quoted(value)


def _fold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, Judge]:
    if draw(st.booleans()):
        value, sign = draw(st.sampled_from(WORDS)), draw(st.sampled_from(["=", "!="]))
        same = sign == "="
        return f"Subject {sign} {_word(value)}", lambda row: (_fold(row[0]) == _fold(value)) == same
    if draw(st.booleans()):
        chosen, inside = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)), draw(st.booleans())
        listed = ", ".join(_word(word) for word in chosen)
        folded = {_fold(word) for word in chosen}
        return f"Subject {'IN' if inside else 'NOT IN'} ({listed})", lambda row: (_fold(row[0]) in folded) == inside
    number, sign = draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from(sorted(COMPARISONS)))
    judge = COMPARISONS[sign]
    return f"CallDurationInSeconds {sign} {number}", lambda row: row[1] is not None and judge(row[1], number)


def _joined(parts: list[tuple[str, Judge]], joiner: str) -> tuple[str, Judge]:
    every = all if joiner == "AND" else any
    return f" {joiner} ".join(f"({text})" for text, _ in parts), lambda row: every(judge(row) for _, judge in parts)


def _negated(part: tuple[str, Judge]) -> tuple[str, Judge]:
    text, judge = part
    return f"NOT ({text})", lambda row: not judge(row)


conditions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(_joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])),
        st.builds(_negated, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def table(seeded: tuple[Context, Clock]) -> Any:
    """Every pair of a word and a number as a task, for as long as this module runs."""
    context, clock = seeded
    sam = context.database.find(context.schema["User"], "FirstName", "Sam")[0]
    desk = Desk(context, clock, str(sam["Id"]))
    with undone(context):
        for word in WORDS:
            for number in NUMBERS:
                desk.create("Task", Subject=word, CallDurationInSeconds=number, Phone_Skill__c="Q")
        yield desk


@given(conditions)
def test_conditions_find_what_python_finds(table: Desk, condition: tuple[str, Judge]) -> None:
    text, judge = condition
    query = f"SELECT Subject, CallDurationInSeconds FROM Task WHERE Phone_Skill__c = 'Q' AND ({text})"
    found = sorted(repr((row["Subject"], row["CallDurationInSeconds"])) for row in table.rows(query))
    expected = sorted(repr((word, number)) for word in WORDS for number in NUMBERS if judge((word, number)))
    assert found == expected


PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(PRINTABLE)
def test_any_text_finds_itself_and_harms_nothing(table: Desk, text: str) -> None:
    record_id = table.create("Task", Subject="x", CallObject=text)
    stored = table.get("Task", record_id)["CallObject"]
    before = table.ask("GET", "query", q="SELECT COUNT() FROM Task").body
    if stored is not None:
        query = f"SELECT Id FROM Task WHERE CallObject = {_quoted(stored)}"
        assert record_id in table.values(query)
        like = stored.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("'", "\\'")
        assert record_id in table.values(f"SELECT Id FROM Task WHERE CallObject LIKE '{like}'")
    assert table.ask("GET", "query", q="SELECT COUNT() FROM Task").body == before


PIECES = [
    *(
        "Id",
        "Task",
        "(",
        ")",
        ",",
        "=",
        "!=",
        "<",
        ">",
        "'a'",
        "'",
        "\\",
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "null",
        "5",
    ),
    *("TODAY", "LAST_N_DAYS", ":", "2026-01-01", "2026-01-01T00:00:00Z", "ORDER", "BY", "LIMIT", "SELECT", "FROM"),
    *("\n", "%"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_parser_refuses_but_never_breaks(pieces: list[str]) -> None:
    try:
        parse("SELECT Id FROM Task WHERE " + " ".join(pieces))
    except OrgError as error:
        assert error.code == "MALFORMED_QUERY"  # noqa: PT017 - text that parses is fine too
