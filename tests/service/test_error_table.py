"""Each row of the table of Salesforce's errors: what becomes of the Task, of the others, and of the org."""

from pathlib import Path

import pytest

from connector.domain.events import TaskRefused, TaskSaved, TaskWaiting
from connector.ports.crm import TaskWritten
from connector.ports.store import OutboxRow
from connector.service.judgement import judge
from connector.service.retry import OUR_FAULT, PAUSE, VERDICTS, needs_people
from tests.service.error_table import CASES, ROWS, Action, Case

NOW = 1_000_000
NOT_ASKED_FOR = {
    *("OLDER_VERSION", "UNKNOWN_EXCEPTION", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED"),
    *("INVALID_FIELD", "DUPLICATE_EXTERNAL_ID"),
}
"""Codes that come from the way in which we ask."""


def row(contact: str, attempts: int = 0, *, doubtful: bool = False) -> OutboxRow:
    return OutboxRow(contact, 1, {"Subject": "Call"}, 0, {}, None, doubtful, attempts)


def test_every_row_has_its_case() -> None:
    assert {case.row for case in CASES} == ROWS


def test_every_code_is_in_the_administrators_table() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/task-errors.md").read_text("utf-8")
    codes = {*VERDICTS, *(case.code for case in CASES)} - {"", "A_CODE_OF_NEXT_YEAR", OUR_FAULT, *NOT_ASKED_FOR}
    assert {code for code in codes if code not in page} == set()


@pytest.mark.parametrize("case", [case for case in CASES if not case.status], ids=lambda case: case.name)
def test_an_error_of_a_record(case: Case) -> None:
    rows = [row("k1", attempts=2), row("k2")]
    result = judge(rows, [case.of("k1"), TaskWritten("k2", "00TA", {})], NOW, 0, lambda: 0.5)
    (settled, news), (_, other) = result.rows
    assert other == TaskSaved("k2", 1, "00TA", ""), "the others are written"
    assert not result.narrower
    match case.action:
        case Action.PARK:
            field = case.fields[0] if case.fields else ""
            assert (settled.result, settled.field, settled.message) == ("parked", field, case.message)
            assert news == TaskRefused("k1", 1, case.code, field, case.message)
            assert result.rest is None
        case Action.BACK_OFF:
            assert (settled.result, settled.due - NOW, settled.counts) == ("later", 3_000, True)
            assert news == TaskWaiting("k1", 1, NOW + 3_000, case.code)
            assert result.rest is None
        case Action.LOOK_UP:
            assert (settled.result, settled.due, settled.doubtful, news) == ("later", NOW, True, None)
            assert result.rest is None
        case Action.STOP | Action.BUDGET:
            assert result.rest is not None
            assert (settled.result, settled.counts) == ("later", False)
            assert PAUSE / 2 <= result.rest.until - NOW <= PAUSE
            code = "INSUFFICIENT_ACCESS" if case.row == "a trigger failed" else case.code
            assert news == TaskWaiting("k1", 1, result.rest.until, code)
            assert needs_people(code) is (case.action is Action.STOP)
        case _:
            raise AssertionError(case.action)


@pytest.mark.parametrize("case", [case for case in CASES if not case.status], ids=lambda case: case.name)
def test_an_error_of_every_record_parks_none_of_them(case: Case) -> None:
    rows = [row("k1"), row("k2")]
    judged = judge(rows, [case.of("k1"), case.of("k2")], NOW, 0, lambda: 0.5)
    assert [settled.result for settled, _ in judged.rows] == ["later", "later"]
    assert judged.narrower is (case.action in {Action.PARK, Action.BACK_OFF})


@pytest.mark.parametrize("code", ["DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"])
def test_a_duplicate_that_looking_up_does_not_explain_is_for_people(code: str) -> None:
    (case,) = (case for case in CASES if case.code == "DUPLICATE_VALUE")
    ((settled, _),) = judge([row("k1", doubtful=True)], [case.of("k1")], NOW, 0, lambda: 0.5).rows
    assert settled.result == "parked"


@pytest.mark.parametrize("case", [case for case in CASES if case.action is not Action.PARK], ids=lambda case: case.name)
def test_a_fault_of_the_org_never_parks_however_often(case: Case) -> None:
    tried = row("k1", attempts=10_000)
    ((settled, _),) = judge([tried], [case.of("k1")], NOW, 10_000, lambda: 1.0).rows
    assert settled.result == "later"
    assert settled.due - NOW <= PAUSE
