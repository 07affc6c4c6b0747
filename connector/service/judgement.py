"""From Salesforce's answers to what becomes of each outbox row, and what is told of it.  Pure, but for the dice."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from connector.domain.events import TaskRefused, TaskSaved, TaskWaiting
from connector.ports.crm import TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, Settled, TaskFields
from connector.service.retry import UNSURE, Verdict, backoff, fields_of, meant, pause, verdict

TaskNews = TaskSaved | TaskWaiting | TaskRefused
Judged = tuple[Settled, TaskNews | None]


_NOT_THE_BATCH: Final = frozenset({Verdict.PAUSE, Verdict.LOOK_UP})
"""A smaller batch would get the same answer."""


class Rest(Struct, frozen=True):
    """Salesforce is not asked before `until`, because of `code`."""

    until: int
    code: str
    message: str


class Judgement(Struct, frozen=True):
    """`rows` in order; `rest` when the org is to be left alone; `narrower`: the next batch should be smaller."""

    rows: tuple[Judged, ...]
    rest: Rest | None = None
    narrower: bool = False


def judge(
    rows: Sequence[OutboxRow], results: Sequence[TaskResult], now: int, faults: int, random: Callable[[], float]
) -> Judgement:
    """What becomes of each row.  `faults` counts the pauses in a row before this one; `random` gives 0 to 1.

    An error that every row of a request, or of a kind, got is taken for the batch's: none of them is parked, and the
    next is smaller.
    """
    results = [meant(result) if isinstance(result, TaskError) else result for result in results]
    pausing = next((r for r in results if isinstance(r, TaskError) and _verdict(r) is Verdict.PAUSE), None)
    rest = None
    if pausing is not None:
        until = now + pause(pausing.code, faults + 1, random())
        rest = Rest(until, pausing.code, pausing.message)
    shared = _shared(rows, results)
    judged = []
    for row, result in zip(rows, results, strict=True):
        match result:
            case TaskWritten(task_id=task_id, fields=fields, newer=newer):
                judged.append(_written(row, task_id, fields, newer=newer))
            case TaskDeleted():
                judged.append(_written(row, None, row.fields))
            case TaskError():
                judged.append(_refused(row, result, now, rest, random, whole=row.contact in shared))
    return Judgement(tuple(judged), rest, narrower=bool(shared))


def rest_of(rows: Sequence[OutboxRow], rest: Rest, *, doubtful: bool) -> tuple[Judged, ...]:
    """All rows wait until the rest is over; `doubtful`: they may have been written all the same."""
    return tuple(_later(row, rest.until, rest, doubtful=doubtful or row.doubtful, counts=False) for row in rows)


def _verdict(error: TaskError) -> Verdict:
    return verdict(error, looked_up=False)


def _shared(rows: Sequence[OutboxRow], results: Sequence[TaskResult]) -> set[str]:
    """The contacts whose error is shared by all rows of their request, or kind: new Tasks and later revisions.

    A row that had nothing to write, or was in another request, says nothing about the others.
    """
    shared = {
        result.contact
        for result in results
        if isinstance(result, TaskError) and result.alike and _verdict(result) not in _NOT_THE_BATCH
    }
    for new in (True, False):
        kind = [
            result for row, result in zip(rows, results, strict=True) if (row.written == 0 and not row.doubtful) is new
        ]
        errors = [result for result in kind if isinstance(result, TaskError)]
        alike = len(kind) > 1 and len(errors) == len(kind) and len({error.code for error in errors}) == 1
        if alike and _NOT_THE_BATCH.isdisjoint(map(_verdict, errors)):
            shared.update(result.contact for result in kind)
    return shared


def _written(row: OutboxRow, task_id: str | None, fields: TaskFields, *, newer: bool = False) -> Judged:
    settled = Settled(row.contact, row.wanted, "written", task_id=task_id, fields=fields, newer=newer)
    return settled, TaskSaved(row.contact, row.wanted, task_id, str(fields.get("Subject") or ""))


def _refused(
    row: OutboxRow, error: TaskError, now: int, rest: Rest | None, random: Callable[[], float], *, whole: bool
) -> Judged:
    match verdict(error, looked_up=row.doubtful or row.written > 0):
        case Verdict.PAUSE if rest is not None:
            return _later(row, rest.until, error, doubtful=row.doubtful, counts=False)
        case Verdict.LOOK_UP:
            return _at_once(row, now, doubtful=True)
        case Verdict.PARK if whole:
            return _at_once(row, now, doubtful=row.doubtful)
        case Verdict.PARK:
            fields = fields_of(error)
            settled = Settled(
                row.contact,
                row.wanted,
                "parked",
                doubtful=row.doubtful,
                code=error.code,
                field=fields,
                message=error.message,
            )
            return settled, TaskRefused(row.contact, row.wanted, error.code, fields, error.message)
        case _:
            due = now + backoff(row.attempts + 1, random())
            return _later(row, due, error, doubtful=row.doubtful or error.code in UNSURE, counts=True)


def _at_once(row: OutboxRow, now: int, *, doubtful: bool) -> Judged:
    return Settled(row.contact, row.wanted, "later", due=now, doubtful=doubtful), None


def _later(row: OutboxRow, due: int, why: TaskError | Rest, *, doubtful: bool, counts: bool) -> Judged:
    settled = Settled(
        row.contact,
        row.wanted,
        "later",
        due=due,
        doubtful=doubtful,
        code=why.code,
        message=why.message,
        counts=counts,
    )
    return settled, TaskWaiting(row.contact, row.wanted, due, why.code)
