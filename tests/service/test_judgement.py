"""From answers to what becomes of each row: doubt is never dropped, kinds are judged apart, dice are thrown."""

import pytest
from msgspec import structs

from connector.domain.events import TaskRefused, TaskSaved, TaskWaiting
from connector.ports.crm import TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, Settled
from connector.service.judgement import Judgement, Rest, judge, rest_of
from connector.service.retry import VERDICTS

NOW = 1_000_000


def row(contact: str = "k1", **changes: object) -> OutboxRow:
    made = OutboxRow(contact, 1, {"Subject": "Call"}, 0, {}, None, doubtful=False, attempts=0)
    return structs.replace(made, **changes)


def judged(rows: list[OutboxRow], *results: TaskResult) -> Judgement:
    return judge(rows, results, NOW, 0, lambda: 1.0)


def outcome(of: OutboxRow, result: TaskResult) -> Settled:
    ((settled, _),) = judged([of], result).rows
    return settled


def test_written() -> None:
    result = judged([row(wanted=3)], TaskWritten("k1", "00TA", {"Subject": "Call", "WhoId": None}))
    assert result == Judgement(
        ((Settled("k1", 3, "written", "00TA", {"Subject": "Call", "WhoId": None}), TaskSaved("k1", 3, "00TA", "Call")),)
    )


def test_deleted() -> None:
    assert judged([row(written=1, wanted=2)], TaskDeleted("k1")).rows == (
        (Settled("k1", 2, "written", None, {"Subject": "Call"}), TaskSaved("k1", 2, None, "Call")),
    )


def test_a_task_without_subject_is_told_with_an_empty_one() -> None:
    ((_, news),) = judged([row()], TaskWritten("k1", "00TA", {"Subject": None})).rows
    assert news == TaskSaved("k1", 1, "00TA", "")


def test_refused() -> None:
    result = judged([row()], TaskError("k1", "STRING_TOO_LONG", "too large", ("Region__c", "Description")))
    assert result.rows == (
        (
            Settled("k1", 1, "parked", code="STRING_TOO_LONG", field="Description, Region__c", message="too large"),
            TaskRefused("k1", 1, "STRING_TOO_LONG", "Description, Region__c", "too large"),
        ),
    )


def test_later_and_later_again() -> None:
    error = TaskError("k1", "UNABLE_TO_LOCK_ROW", "locked")
    for attempts, delay in ((0, 1_000), (1, 2_000), (5, 32_000)):
        ((settled, news),) = judged([row(attempts=attempts)], error).rows
        assert settled == Settled("k1", 1, "later", due=NOW + delay, code="UNABLE_TO_LOCK_ROW", message="locked")
        assert news == TaskWaiting("k1", 1, NOW + delay, "UNABLE_TO_LOCK_ROW")


@pytest.mark.parametrize("code", [*VERDICTS, "A_CODE_OF_NEXT_YEAR"])
def test_a_refusal_settles_no_earlier_doubt(code: str) -> None:
    assert outcome(row(doubtful=True), TaskError("k1", code, "no")).doubtful
    both = [row("k1", doubtful=True), row("k2", doubtful=True)]
    for settled, _ in judged(both, *(TaskError(r.contact, code, "no") for r in both)).rows:
        assert settled.doubtful


@pytest.mark.parametrize(
    ("code", "doubtful"),
    [
        ("UNABLE_TO_LOCK_ROW", False),
        ("STRING_TOO_LONG", False),
        ("API_DISABLED_FOR_ORG", False),
        ("DUPLICATE_VALUE", True),
        ("UNKNOWN_EXCEPTION", True),
        ("SERVER_UNAVAILABLE", True),
        ("INTERNAL", True),
    ],
)
def test_what_raises_doubt(code: str, doubtful: bool) -> None:
    assert outcome(row(), TaskError("k1", code, "no")).doubtful is doubtful


@pytest.mark.parametrize(("code", "counts"), [("API_DISABLED_FOR_ORG", False), ("UNABLE_TO_LOCK_ROW", True)])
def test_a_fault_of_the_org_is_no_attempt_of_the_rows(code: str, counts: bool) -> None:
    assert outcome(row(), TaskError("k1", code, "no")).counts is counts


def test_the_org_rests_and_the_others_keep_their_own_verdict() -> None:
    rows = [row("k1"), row("k2"), row("k3")]
    result = judged(
        rows,
        TaskWritten("k1", "00TA", {}),
        TaskError("k2", "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        TaskError("k3", "STRING_TOO_LONG", "no"),
    )
    assert result.rest == Rest(NOW + 300_000, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    assert [(settled.result, settled.due) for settled, _ in result.rows] == [
        ("written", 0),
        ("later", NOW + 300_000),
        ("parked", 0),
    ]
    assert result.narrower is False


@pytest.mark.parametrize(
    ("codes", "narrower"),
    [
        (["STRING_TOO_LONG", "STRING_TOO_LONG"], True),
        (["QUERY_TIMEOUT", "QUERY_TIMEOUT"], True),
        (["STRING_TOO_LONG"], False),
        (["STRING_TOO_LONG", "MALFORMED_ID"], False),
        (["STRING_TOO_LONG", ""], False),
        (["", ""], False),
        (["API_DISABLED_FOR_ORG", "API_DISABLED_FOR_ORG"], False),
        (["DUPLICATE_VALUE", "DUPLICATE_VALUE"], False),
    ],
)
def test_an_error_of_every_row_is_the_batchs(codes: list[str], narrower: bool) -> None:
    rows = [row(f"k{n}") for n in range(len(codes))]
    results: list[TaskResult] = [
        TaskError(r.contact, code, "no") if code else TaskWritten(r.contact, "00TA", {})
        for r, code in zip(rows, codes, strict=True)
    ]
    result = judged(rows, *results)
    assert result.narrower is narrower
    if narrower:
        assert all(settled.result == "later" for settled, _ in result.rows)


def test_rows_of_another_kind_do_not_speak_for_a_batch() -> None:
    rows = [row("new"), row("k1", written=1, task_id="00TA"), row("k2", doubtful=True)]
    result = judged(
        rows, TaskWritten("new", "00TB", {}), *(TaskError(r.contact, "STRING_TOO_LONG", "no") for r in rows[1:])
    )
    assert result.narrower
    assert [(settled.result, settled.due, news) for settled, news in result.rows[1:]] == [("later", NOW, None)] * 2


def test_everybody_rests() -> None:
    rest = Rest(NOW + 5, "connection", "reset")
    rows = [row("k1"), row("k2", doubtful=True)]
    for doubtful, expected in ((False, [False, True]), (True, [True, True])):
        settled = [settled for settled, _ in rest_of(rows, rest, doubtful=doubtful)]
        assert [s.doubtful for s in settled] == expected
        assert {(s.result, s.due, s.code, s.counts) for s in settled} == {("later", NOW + 5, "connection", False)}
    assert rest_of(rows, rest, doubtful=False)[0][1] == TaskWaiting("k1", 1, NOW + 5, "connection")


def test_dice_are_thrown_for_each_row() -> None:
    throws = iter([0.0, 1.0])
    rows = [row("k1"), row("k2", attempts=1)]
    result = judge(
        rows, [TaskError("k1", "UNABLE_TO_LOCK_ROW", ""), TaskError("k2", "QUERY_TIMEOUT", "")], NOW, 0, throws.__next__
    )
    assert [settled.due - NOW for settled, _ in result.rows] == [500, 2_000]


def test_what_all_rows_of_a_request_got_is_not_theirs_whatever_became_of_the_others() -> None:
    alike = [TaskError(key, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger", alike=True) for key in ("k1", "k2")]
    rows = [row(key, doubtful=True) for key in ("k1", "k2", "k3")]
    result = judged(rows, *alike, TaskWritten("k3", "00TA", {}))
    assert [settled.result for settled, _ in result.rows] == ["later", "later", "written"]
    assert [settled.due for settled, _ in result.rows[:2]] == [NOW, NOW]
    assert result.narrower
    # One alone got it for itself.
    assert outcome(rows[0], structs.replace(alike[0], alike=False)).result == "parked"


def test_a_pause_that_all_rows_of_a_request_got_makes_no_batch_smaller() -> None:
    errors = [TaskError(key, "STORAGE_LIMIT_EXCEEDED", "full", alike=True) for key in ("k1", "k2")]
    result = judged([row("k1"), row("k2")], *errors)
    assert not result.narrower
    assert result.rest is not None
