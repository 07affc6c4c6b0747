"""Writing Tasks: each contact's Task exactly once, and nothing that a person edited overwritten.

A first, undoubted version is an upsert by contact key where that is a unique external id.  Everything else is looked up
first (`look_up`): by the Task's id, or by the key.  An org without our custom fields is served, too: the contact key is
then looked for in CallObject.  New Tasks are made, and those of later versions looked up, in one API request.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, TaskFields
from connector.salesforce.client import LARGEST_COLLECTION, MOST_QUERIES, Json, SalesforceClient, can_be_part
from connector.salesforce.converted import followed
from connector.salesforce.edits import BOOK_KEEPING, REVISION, Edits, Sent
from connector.salesforce.faults import Refused, of_the_org
from connector.salesforce.look_up import Found, LookUp
from connector.salesforce.named import named
from connector.salesforce.restore import Restore
from connector.salesforce.shapes import Shape, Shapes
from connector.salesforce.values import comparable, prepared

log = logging.getLogger(__name__)

KEY: Final = "Phone_Contact_Key__c"
KEY_WITHOUT_OURS: Final = "CallObject"

_CREATE_ONLY: Final = "INVALID_FIELD_FOR_INSERT_UPDATE"
OLDER_VERSION: Final = "OLDER_VERSION"
"""Our own code of what the package's validation rule Phone_Revision_never_decreases refuses."""

OLDER_WORDS: Final = "holds a newer version of this call"
"""Of that rule's message, which is not translated."""

_MET_BEFORE: Final = frozenset({"DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID", OLDER_VERSION})
_PERHAPS_GONE: Final = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})
_OUT_OF_DATE: Final = frozenset({"INVALID_FIELD", _CREATE_ONLY, "NOT_FOUND"})
"""What we know of Task's fields may be wrong; NOT_FOUND: the contact key is no external id any more."""

_OF_A_FIELD: Final = frozenset({"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "NUMBER_OUTSIDE_VALID_RANGE",
                                "STRING_TOO_LONG", "INVALID_CROSS_REFERENCE_KEY"})  # fmt: skip
"""Likewise, of a custom field or the record type: what we knew that they take."""

_TASK: Final = {"type": "Task"}
_WHOLE: Final = "wholeRequest"
"""Our own mark of a row's answer that is the refusal of its whole request."""

_ALIKE: Final = "allAlike"
"""Likewise, of one that every row of its request got, of several."""

_Record = tuple[OutboxRow, dict[str, Any], TaskFields]
"""A row, the body to send for it, and what the Task's fields are after it was carried out."""


def key_field(shape: Shape) -> str:
    """The field of Task that holds the contact key in this org."""
    field = shape.fields.get(KEY)
    return KEY if field is not None and field.createable and field.filterable else KEY_WITHOUT_OURS


def can_upsert(shape: Shape) -> bool:
    """Whether the contact key is a unique external id that our user may set."""
    field = shape.fields.get(KEY)
    return field is not None and field.external_id and field.unique and field.createable and field.updateable


class TaskWriter:
    """Brings Tasks to their wanted revision.  Methods block."""

    def __init__(
        self,
        client: SalesforceClient,
        shapes: Shapes,
        *,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._shapes = shapes
        self._timeout_s = timeout_s
        self._clock = clock
        self._sent = Sent()

    def write(self, rows: Sequence[OutboxRow]) -> list[TaskResult]:
        """One result per row, in order.

        Raises `CrmUnavailable`, `doubtful` if any row may have been written.  No write begins later than twice
        the timeout after the start, so that the last one is over within four times the timeout (see `http`).
        """
        latest = self._clock() + 2 * self._timeout_s
        started = _Round(self._client, self._shapes.of("Task"), self._sent, self._clock, latest)
        try:
            results = self._written(started, rows)
        except CrmUnavailable as error:
            if not started.wrote:
                raise
            raise CrmUnavailable(error.code, str(error), doubtful=True, retry_after=error.retry_after) from error
        except Refused as refused:
            # Of what was asked after a write, as for a converted lead: the rows may have been written.
            raise of_the_org(refused, doubtful=started.wrote) from refused
        return [results[row.contact] for row in rows]

    def _written(self, current: "_Round", rows: Sequence[OutboxRow]) -> dict[str, TaskResult]:
        """The results by contact; rows refused for a field that the org no longer has as described are tried anew."""
        current.bring(rows)
        stale = [row for row in rows if _is_out_of_date(current.results[row.contact])]
        if stale:
            self._shapes.forget("Task")
            current.shape = self._shapes.of("Task")
            current.bring(stale)
        current.bring(followed(self._client, rows, current.results))
        current.results |= named(self._client, rows, current.results)
        return current.results


class _Round:
    """One call of `write`: its results so far, and whether anything may have been written."""

    def __init__(
        self, client: SalesforceClient, shape: Shape, sent: Sent, clock: Callable[[], float], latest: float
    ) -> None:
        self._sent = sent
        self.shape = shape
        self.results: dict[str, TaskResult] = {}
        self._prepared: dict[str, TaskFields] = {}
        self.wrote = False
        self._client = client
        self._clock = clock
        self._latest = latest

    def bring(self, rows: Sequence[OutboxRow]) -> None:
        """Writes what has to be written for these rows; a refused request counts for each row that was in it."""
        self._prepared.clear()  # the shape may have changed
        deleted = [row for row in rows if row.written > 0 and row.task_id is None]
        self.results.update({row.contact: TaskDeleted(row.contact) for row in deleted})
        fresh = [row for row in rows if row.written == 0 and not row.doubtful and row.task_id is None]
        taken = {row.contact for row in (*deleted, *fresh)}
        later = [row for row in rows if row.contact not in taken]
        if can_upsert(self.shape):
            look_up = self._look_up(later)
            self._reconcile(later, look_up, self._create(fresh, look_up.soqls))
            again = [row for row in fresh if self._was_met_before(row)]
        else:
            again = [*later, *fresh]
        if again:
            look_up = self._look_up(again)
            self._reconcile(again, look_up, self._client.queries(look_up.soqls, deleted=True))

    def _was_met_before(self, row: OutboxRow) -> bool:
        """Whether an upsert was refused because the Task is there already."""
        result = self.results[row.contact]
        if not isinstance(result, TaskError):
            return False
        create_only = {name for name, field in self.shape.fields.items() if field.createable and not field.updateable}
        return result.code in _MET_BEFORE or (result.code == _CREATE_ONLY and bool(create_only & set(result.fields)))

    # Look up, then create or update -----------------------------------------------------------------------------

    def _reconcile(self, rows: Sequence[OutboxRow], look_up: LookUp, answers: Sequence[list[Json] | Refused]) -> None:
        try:
            found = look_up.found(answers)
        except Refused as refused:
            self.results.update({row.contact: _error(row, refused) for row in rows})
            return
        missing: list[OutboxRow] = []
        updates: list[tuple[OutboxRow, str, TaskFields]] = []
        doubles: list[Json] = []
        for row in rows:
            here = found.get(row.contact, Found())
            doubles.extend(here.doubles)
            if here.task is not None and row.restored is None and _is_newer(here.task, row):
                # Of another connector, or of a try of ours that a copy of the store knows nothing of.
                self.results[row.contact] = TaskWritten(row.contact, here.task["Id"], self._fields(row))
            elif here.task is not None:
                restore = self._restore(row, here.task)
                newer = restore is not None
                changes = self._changes(row, here.task, look_up) if not restore else restore.changes(self._fields(row))
                self.results[row.contact] = TaskWritten(row.contact, here.task["Id"], self._fields(row), newer)
                if changes:
                    updates.append((row, here.task["Id"], changes))
            elif here.deleted or row.task_id is not None:
                self.results[row.contact] = TaskDeleted(row.contact)
            else:
                missing.append(row)
        self._create(missing)
        self._update(updates)
        self._remove(doubles)

    def _look_up(self, rows: Sequence[OutboxRow]) -> LookUp:
        """How the Tasks of these contacts are looked up, recycle bin included."""
        key = key_field(self.shape)
        wanted = {name for row in rows for name in self._decisive(row) if name in self.shape.fields}
        wanted.update(self.shape.those_of(key, *BOOK_KEEPING))
        ids = {row.task_id[:15]: row.contact for row in rows if row.task_id}
        # Where the org does not keep keys apart, a create may have come through late, or twice, beside the Task.
        keys = {row.contact for row in rows if not row.task_id or not can_upsert(self.shape)}
        return LookUp(key, wanted, ids, keys)

    def _decisive(self, row: OutboxRow) -> Iterable[str]:
        """The fields whose values in the org decide what is sent: when nothing is in doubt, those that we change.

        What we do not change is left as it is, whoever has changed it.
        """
        if row.doubtful or not row.written or row.restored is not None or len(self._sent.of(row.contact)) > 1:
            return row.fields
        last = row.written_fields
        return [name for name, value in row.fields.items() if name not in last or last[name] != value]

    def _restore(self, row: OutboxRow, task: Json) -> Restore | None:
        """What decides when we come from a backup and the org knows better, else None."""
        if row.restored is None:
            return None
        restore = Restore(row.restored, self.shape, task, self._last(row))
        return restore if restore.is_outdated() else None

    def _last(self, row: OutboxRow) -> TaskFields:
        return prepared(row.written_fields, self.shape) if row.written else {}

    def _changes(self, row: OutboxRow, task: Json, look_up: LookUp) -> TaskFields:
        """The fields to send: those that differ from what we want, except where a person has edited them since."""
        wanted: TaskFields = {}
        for name, value in self._fields(row).items():
            if name in look_up.fields and task.get(name) != value:
                field = self.shape.fields[name]
                if field.updateable and comparable(task.get(name), field) != comparable(value, field):
                    wanted[name] = value
        if not wanted:
            return wanted
        before = {name: row.written_fields[name] for name in wanted if row.written and name in row.written_fields}
        sent = self._sent
        edits = Edits(row, task, prepared(before, self.shape), sent.of(row.contact), sent.is_all(row.contact))
        return {name: value for name, value in wanted.items() if edits.left_by_us(self.shape.fields[name], value)}

    def _fields(self, row: OutboxRow) -> TaskFields:
        """The row's values as this org's Task can hold them, its key among them."""
        kept = self._prepared.get(row.contact)
        if kept is None:
            kept = prepared({**row.fields, key_field(self.shape): row.contact}, self.shape)
            self._prepared[row.contact] = kept
        return kept

    # Requests ---------------------------------------------------------------------------------------------------

    def _create(self, rows: Sequence[OutboxRow], soqls: Sequence[str] = ()) -> list[list[Json] | Refused]:
        """Makes the Tasks, and asks the queries along with that; returns their answers."""
        path, method = "composite/sobjects", "POST"
        if can_upsert(self.shape):
            path, method = f"composite/sobjects/Task/{KEY}", "PATCH"
        createable = {name for name, field in self.shape.fields.items() if field.createable}
        records = []
        for row in rows:
            fields = self._fields(row)
            body = {name: value for name, value in fields.items() if value is not None and name in createable}
            records.append((row, body, fields))
        answered, read = self._send(method, path, records, soqls)
        for row, answer in answered:
            if answer.get("success"):
                self.results[row.contact] = TaskWritten(row.contact, str(answer["id"]), self._fields(row))
            else:
                self.results[row.contact] = _row_error(row, answer)
        return read

    def _update(self, updates: Sequence[tuple[OutboxRow, str, TaskFields]]) -> None:
        perhaps_gone: dict[str, OutboxRow] = {}
        task_ids = {row.contact: task_id for row, task_id, _ in updates}
        records = [(row, {"id": task_id, **changes}, changes) for row, task_id, changes in updates]
        answered, _ = self._send("PATCH", "composite/sobjects", records)
        for row, answer in answered:
            if answer.get("success"):
                continue
            error = self.results[row.contact] = _row_error(row, answer)
            if error.code in _PERHAPS_GONE:
                perhaps_gone[task_ids[row.contact]] = row
        if perhaps_gone:
            # The same codes tell of a deleted Contact or Case: whether it is the Task is looked up.
            there = self._client.query_among("SELECT Id FROM Task WHERE Id IN ({})", perhaps_gone)
            alive = {task["Id"] for task in there}
            gone = [row for task_id, row in perhaps_gone.items() if task_id not in alive]
            self.results.update({row.contact: TaskDeleted(row.contact) for row in gone})

    def _remove(self, doubles: Sequence[Json]) -> None:
        """Doubles, of a create that came through after we had looked, go to the recycle bin; nobody edited them."""
        ids = [task["Id"] for task in doubles]
        for first in range(0, len(ids), LARGEST_COLLECTION):
            part = ids[first : first + LARGEST_COLLECTION]
            self._may_write()
            try:
                answers = self._client.delete(part)
            except Refused as refused:
                # It would be each time, and hold up all Tasks; `connector reconcile` tells of doubles.
                log.warning("doubles of %d Tasks could not be removed (%s)", len(part), refused.code)
                continue
            for task_id, answer in zip(part, answers, strict=True):
                if not answer.get("success"):
                    log.warning("the double %s of a Task could not be removed (%s)", task_id, _code(answer))

    def _send(
        self, method: str, path: str, records: Sequence[_Record], soqls: Sequence[str] = ()
    ) -> tuple[list[tuple[OutboxRow, Json]], list[list[Json] | Refused]]:
        """Each row with its answer; a refusal of the request as a whole is each row's.  And what the queries found."""
        answered: list[tuple[OutboxRow, Json]] = []
        read: list[list[Json] | Refused] = []
        for first in range(0, len(records), LARGEST_COLLECTION):
            part = records[first : first + LARGEST_COLLECTION]
            for row, _, fields in part:
                self._sent.add(row.contact, fields, doubtful=row.doubtful)
            bodies = [{"attributes": _TASK, **body} for _, body, _ in part]
            along = soqls[len(read) :][: MOST_QUERIES - 1] if can_be_part(bodies) else ()
            answers, found = self._write(method, path, bodies, along)
            read += found
            self.wrote = True
            codes = {_code(answer) for answer in answers}
            if len(answers) > 1 and len(codes) == 1 and "" not in codes:
                answers = [{**answer, _ALIKE: True} for answer in answers]
            for (row, _, _), answer in zip(part, answers, strict=True):
                self._sent.settled(row.contact, carried_out=bool(answer.get("success")))
                answered.append((row, answer))
        return answered, read + self._client.queries(soqls[len(read) :], deleted=True)

    def _write(
        self, method: str, path: str, bodies: list[Json], soqls: Sequence[str]
    ) -> tuple[list[Json], list[list[Json] | Refused]]:
        """One API request: the answer for each record, and for each query unless the request as a whole is refused."""
        found: list[list[Json] | Refused] = []
        answers: list[Json] | Refused
        try:
            if soqls:
                answers, found = self._client.write_and_query(method, path, bodies, soqls, self._may_write)
            else:
                answers = self._client.write(method, path, bodies, may_begin=self._may_write)
        except Refused as refused:
            answers = refused
        return [_answer(answers)] * len(bodies) if isinstance(answers, Refused) else answers, found

    def _may_write(self) -> None:
        if self._clock() > self._latest:
            raise CrmUnavailable("timeout", "Salesforce is too slow to write the Tasks within the lease.")


def _is_newer(task: Json, row: OutboxRow) -> bool:
    revision = task.get(REVISION)
    return revision is not None and revision > row.wanted


def _is_out_of_date(result: TaskResult) -> bool:
    if not isinstance(result, TaskError):
        return False
    chosen = any(name.endswith("__c") or name == "RecordTypeId" for name in result.fields)
    return result.code in _OUT_OF_DATE or (chosen and result.code in _OF_A_FIELD)


def _error(row: OutboxRow, refused: Refused) -> TaskError:
    return TaskError(row.contact, refused.code, str(refused), refused.fields, request=True)


def _answer(refused: Refused) -> Json:
    """A refusal of the whole request in the form of a row's."""
    error = {"statusCode": refused.code, "message": str(refused), "fields": list(refused.fields)}
    return {"success": False, "errors": [error], _WHOLE: True}


def _errors(answer: Json) -> list[Json]:
    return answer.get("errors") or [{"statusCode": "UNKNOWN_EXCEPTION", "message": "no reason given"}]


def _code(answer: Json) -> str:
    """The error's code; "" for a row that was written."""
    return "" if answer.get("success") else str(_errors(answer)[0].get("statusCode", ""))


def _row_error(row: OutboxRow, answer: Json) -> TaskError:
    errors = _errors(answer)
    fields = dict.fromkeys(str(field) for error in errors for field in error.get("fields") or ())
    message = " ".join(str(error.get("message", "")) for error in errors)
    code = OLDER_VERSION if OLDER_WORDS in message else _code(answer)
    told = {"request": bool(answer.get(_WHOLE)), "alike": bool(answer.get(_ALIKE))}
    return TaskError(row.contact, code, message, tuple(fields), **told)
