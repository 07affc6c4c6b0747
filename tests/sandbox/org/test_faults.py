"""Faults on demand: what each one looks like to a client, and what it leaves in the database."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.org.rig import RunningOrg


def tasks(live: RunningOrg, subject: str) -> int:
    query = {"q": f"SELECT COUNT() FROM Task WHERE Subject = '{subject}'"}
    return int(live.api("GET", "query", live.session(), params=query).json()["totalSize"])


def fault(live: RunningOrg, kind: str, **more: Any) -> None:
    answer = live.control("POST", "faults", [{"kind": kind, **more}])
    assert answer.status_code == 200, answer.text


ANSWERS = [
    ("expired_session", 401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]),
    ("daily_limit", 403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]),
    ("concurrent_limit", 403,
     [{"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]),
    ("unavailable", 503, [{"message": "Server Unavailable", "errorCode": "SERVER_UNAVAILABLE"}]),
    ("row_lock", 400, [{"message": "unable to obtain exclusive access to this record or 1 records: ",
                        "errorCode": "UNABLE_TO_LOCK_ROW", "fields": []}]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "body"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_refusing_faults_leave_nothing_behind(live: RunningOrg, kind: str, status: int, body: object) -> None:
    session = live.session()
    fault(live, kind, count=2)
    for _ in range(2):
        session = live.session() if kind == "expired_session" else session
        answer = live.api("POST", "sobjects/Task", session, json={"Subject": f"fault {kind}"})
        assert (answer.status_code, answer.json()) == (status, body)
    assert live.control("GET", "faults").json() == []
    assert tasks(live, f"fault {kind}") == 0
    # The session itself is gone only after an expired one.
    again = live.api("POST", "sobjects/Task", session, json={"Subject": f"fault {kind}"})
    assert again.status_code == (401 if kind == "expired_session" else 201)


def test_html_from_a_gateway(live: RunningOrg) -> None:
    fault(live, "html_502")
    answer = live.api("GET", "limits", live.session())
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "Bad Gateway" in answer.text


@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 1)])
def test_dropped_connections(live: RunningOrg, kind: str, written: int) -> None:
    session = live.session()
    fault(live, kind, method="POST", path="sobjects/Task")
    assert live.api("GET", "sobjects/Task", session).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        live.api("POST", "sobjects/Task", session, json={"Subject": kind})
    assert tasks(live, kind) == written
    entries = live.control("GET", "requests?last=50").json()["requests"]
    assert {"method": "POST", "path": "/services/data/v59.0/sobjects/Task", "status": 0} in entries


def test_slow_answers_still_come(live: RunningOrg) -> None:
    session = live.session()
    fault(live, "slow", seconds=0.15, path="limits")
    with pytest.raises(requests.exceptions.ReadTimeout):
        live.http.get(f"{live.url}/services/data/v59.0/limits", headers=session, timeout=0.05)
    assert live.api("GET", "limits", session).status_code == 200


def test_row_lock_on_some_rows(live: RunningOrg) -> None:
    session = live.session()
    fault(live, "row_lock", rows=[1])
    assert live.api("GET", "limits", session).status_code == 200
    records = [{"attributes": {"type": "Task"}, "Subject": f"lock {number}"} for number in range(3)]
    answer = live.api("POST", "composite/sobjects", session, json={"records": records}).json()
    assert [row["success"] for row in answer] == [True, False, True]
    assert answer[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"


def test_faults_wait_in_order_and_can_be_cleared(live: RunningOrg) -> None:
    session = live.session()
    fault(live, "unavailable")
    fault(live, "html_502", count=3)
    assert [item["kind"] for item in live.control("GET", "faults").json()] == ["unavailable", "html_502"]
    assert [live.api("GET", "limits", session).status_code for _ in range(2)] == [503, 502]
    assert live.control("GET", "faults").json()[0]["count"] == 2
    assert live.control("DELETE", "faults").json() == []
    assert live.api("GET", "limits", session).status_code == 200


def test_a_wrong_fault_is_refused_with_the_cure(live: RunningOrg) -> None:
    answer = live.control("POST", "faults", [{"kind": "earthquake"}])
    assert answer.status_code == 400
    assert "earthquake" in answer.json()["error"]
