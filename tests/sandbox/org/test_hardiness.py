"""Whatever is sent, the org answers in Salesforce's shape and never falls over itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.org.context import Context
from tests.sandbox.org.rig import Clock, Desk, undone

pytestmark = pytest.mark.slow


FIELDS = [
    *(
        "Subject",
        "WhoId",
        "WhatId",
        "OwnerId",
        "ActivityDate",
        "CallDurationInSeconds",
        "CallType",
        "Status",
        "Id",
        "Who",
    ),
    *("IsReminderSet", "ReminderDateTime", "Phone_Revision__c", "Phone_Contact_Key__c", "attributes", "Who", "Nope"),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(["NaN", "Infinity", "1_0", "1e400", "٣", "\x00", "Completed", "2026-11-25",
                     "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0035g00005MpSMPAA3",
                     "00Q5g00005MpSMPEA3", "5005g00005MpSMQAA3"]),
    st.lists(st.none(), max_size=1),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
)  # fmt: skip
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)


@pytest.fixture(scope="module")
def table(seeded: tuple[Context, Clock]) -> Any:
    context, clock = seeded
    sam = context.database.find(context.schema["User"], "FirstName", "Sam")[0]
    with undone(context):
        yield Desk(context, clock, str(sam["Id"]))


@given(RECORDS)
def test_any_record_is_saved_or_refused_with_a_code(table: Desk, record: dict[str, Any]) -> None:
    reply = table.ask("POST", "sobjects/Task", record)
    body: Any = reply.body
    assert reply.status == 201 or (reply.status == 400 and body[0]["errorCode"] and body[0]["message"])
    collected = table.ask("POST", "composite/sobjects", {"records": [{**record, "attributes": {"type": "Task"}}]})
    rows: Any = collected.body
    if collected.status == 200 and rows[0]["success"]:
        saved = table.get("Task", rows[0]["id"])
        assert saved["Id"] == rows[0]["id"]


@given(st.recursive(VALUES, lambda inner: st.dictionaries(st.sampled_from(["records", "allOrNone", "compositeRequest",
       "method", "url", "referenceId", "body", "attributes", "type"]), st.one_of(inner, st.lists(inner, max_size=3))),
       max_leaves=8))  # fmt: skip
def test_any_body_is_answered(table: Desk, body: Any) -> None:
    for method, path in (("POST", "composite"), ("POST", "composite/sobjects"), ("PATCH", "composite/sobjects"),
                         ("PATCH", "composite/sobjects/Task/Phone_Contact_Key__c"), ("POST", "sobjects/Contact"),
                         ("POST", "composite/sobjects/Task")):  # fmt: skip
        assert table.ask(method, path, body).status in (200, 201, 400, 404)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT Id FROM Task WHERE {'(' * 500}Id = null{')' * 500}",
        f"SELECT Id FROM Task WHERE {'NOT ' * 3000}Id = null",
        "SELECT Id FROM Task WHERE " + " OR ".join(["Id = null"] * 3000),
        f"SELECT Id FROM Task LIMIT {'9' * 30}",
        "SELECT Id FROM Task WHERE Subject = '" + "x" * 100_001 + "'",
    ],
    ids=["parentheses", "negations", "alternatives", "limit", "length"],
)
def test_monstrous_queries_are_refused(desk: Desk, query: str) -> None:
    reply: Any = desk.ask("GET", "query", q=query)
    assert reply.status == 400
    assert reply.body[0]["errorCode"] in ("MALFORMED_QUERY", "QUERY_TOO_COMPLICATED")


def test_huge_numbers_in_conditions(desk: Desk) -> None:
    assert desk.rows(f"SELECT Id FROM Opportunity WHERE Amount > {'9' * 40}") == []
    assert desk.refused("POST", "sobjects/Task", {"CallDurationInSeconds": 10**30})[0] == 400


@given(st.text(st.sampled_from('ab*?"()\\{}+- ANDORNT1'), max_size=20))
def test_any_search_is_answered(table: Desk, term: str) -> None:
    assert table.ask("GET", "search", q=f"FIND {{{term}}} RETURNING Contact(Id)").status in (200, 400)
    assert table.ask("GET", "search", q=f"FIND {{{'(' * 200}{term}").status == 400
