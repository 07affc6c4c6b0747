"""composite/sobjects: up to 200 records in one request, each with an answer of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import MultipleChoicesError, OrgError, not_found, parse_error
from connector.sandbox.org.rest.call import Call, Reply, lock_error
from connector.sandbox.org.rest.sobjects import chosen_fields, external_key, shown_record
from connector.sandbox.org.schema import Field, Row, SObject

MAX_RECORDS = 200
MAX_RETRIEVED = 2000
ROLLED_BACK = OrgError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Outcome = dict[str, object]


class _Step(msgspec.Struct, frozen=True):
    """One row: what saving it does, and what its answer carries when it fails."""

    save: Callable[[], Outcome]
    failed: Outcome


class _UndoError(Exception):
    """Leaves the transaction of a request with allOrNone."""


def route(context: Context, call: Call, rest: tuple[str, ...]) -> Reply:
    match call.method, rest:
        case "POST", ():
            return _create(context, call)
        case "PATCH", ():
            return _update(context, call)
        case "DELETE", ():
            return _delete(context, call)
        case "PATCH", (type_name, key_name):
            return _upsert(context, call, _typed(context, type_name), key_name)
        case "GET" | "POST", (type_name,):
            return _retrieve(context, call, _typed(context, type_name))
    raise not_found()


def _typed(context: Context, name: str) -> SObject:
    sobject = context.schema.find(name)
    if sobject is None:
        raise not_found()
    return sobject


def _records(call: Call) -> tuple[list[dict[str, object]], bool]:
    body = call.json()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise parse_error("The body must have records: a list of JSON objects")
    _limit(len(records))
    all_or_none = body.get("allOrNone", False)
    if not isinstance(all_or_none, bool):
        raise parse_error("allOrNone must be true or false")
    return records, all_or_none


def _limit(count: int) -> None:
    if count > MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {MAX_RECORDS} records into this call"
        raise OrgError("EXCEEDED_ID_LIMIT", message)


def _type_of(context: Context, record: dict[str, object]) -> SObject:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise parse_error("Every record needs attributes with its type")
    sobject = context.schema.find(name)
    if sobject is None:
        raise OrgError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return sobject


def _run(context: Context, call: Call, steps: Sequence[_Step], *, all_or_none: bool) -> Reply:
    """Save row by row, each undone on its own if refused; with all_or_none all are undone if one is."""
    outcomes: list[Outcome] = []
    failed: set[int] = set()
    try:
        with context.database.transaction():
            for index, step in enumerate(steps):
                try:
                    outcomes.append(_save(context, call, index, step))
                except OrgError as error:
                    failed.add(index)
                    outcomes.append({**step.failed, "success": False, "errors": [_row_error(error).row()]})
            _undo_if(all_or_none and bool(failed))
    except _UndoError:
        undone = {"success": False, "errors": [ROLLED_BACK.row()]}
        outcomes = [
            outcome if index in failed else {**steps[index].failed, **undone} for index, outcome in enumerate(outcomes)
        ]
    return Reply(200, outcomes)


def _save(context: Context, call: Call, index: int, step: _Step) -> Outcome:
    if call.lock and call.lock.holds(index):
        raise lock_error()
    with context.database.transaction():
        return step.save()


def _undo_if(wanted: bool) -> None:
    if wanted:
        raise _UndoError


def _row_error(error: OrgError) -> OrgError:
    """What a single record's 404 is called in a row."""
    if error.code == "NOT_FOUND":
        return OrgError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[])
    return error


def _done(record_id: str, **more: object) -> Outcome:
    return {"id": record_id, "success": True, "errors": [], **more}


def _create(context: Context, call: Call) -> Reply:
    records, all_or_none = _records(call)

    def step(sobject: SObject, given: Row) -> _Step:
        return _Step(lambda: _done(context.records.create(sobject, given, call.user_id)), {})

    typed = [(_type_of(context, record), record) for record in records]
    steps = [step(sobject, context.records.values(sobject, record)) for sobject, record in typed]
    return _run(context, call, steps, all_or_none=all_or_none)


def _update(context: Context, call: Call) -> Reply:
    records, all_or_none = _records(call)
    seen: set[str] = set()

    def save(sobject: SObject, given: Row) -> Outcome:
        text = given.pop("Id", None)
        if text is None:
            raise OrgError("MISSING_ARGUMENT", "Id not specified in an update call", fields=[])
        record_id = _id_of(sobject, str(text))
        if record_id in seen:
            raise OrgError("DUPLICATE_VALUE", f"Duplicate id specified: {record_id}", fields=[])
        seen.add(record_id)
        context.records.update(sobject, record_id, given, call.user_id)
        return _done(record_id)

    def step(sobject: SObject, given: Row) -> _Step:
        return _Step(lambda: save(sobject, given), {})

    typed = [(_type_of(context, record), record) for record in records]
    steps = [step(sobject, context.records.values(sobject, record)) for sobject, record in typed]
    return _run(context, call, steps, all_or_none=all_or_none)


def _id_of(sobject: SObject, text: str) -> str:
    record_id = ids.canonical(text)
    if record_id is None:
        raise OrgError("MALFORMED_ID", f"malformed id {text}", fields=["Id"])
    if not record_id.startswith(sobject.prefix):
        raise OrgError("MALFORMED_ID", f"Record ID: id value of incorrect type: {text}", fields=["Id"])
    return record_id


def _upsert(context: Context, call: Call, sobject: SObject, key_name: str) -> Reply:
    key = external_key(sobject, key_name)
    records, all_or_none = _records(call)
    rows: list[Row] = []
    for record in records:
        if _type_of(context, record) is not sobject:
            raise OrgError("INVALID_TYPE", f"Every record of this upsert must be of type {sobject.name}")
        rows.append(context.records.values(sobject, record))
    times = Counter(str(row.get(key.name)) for row in rows if row.get(key.name) is not None)
    twice = {value for value, count in times.items() if count > 1}
    steps = [_upsert_step(context, call.user_id, sobject, key, row, twice) for row in rows]
    return _run(context, call, steps, all_or_none=all_or_none)


def _upsert_step(context: Context, user_id: str, sobject: SObject, key: Field, row: Row, twice: Set[str]) -> _Step:
    value = row.pop(key.name, None)
    known = context.database.find(sobject, key.name, value) if isinstance(value, str) else []

    def save() -> Outcome:
        if not isinstance(value, str):
            raise OrgError("MISSING_ARGUMENT", f"{key.name} not specified", fields=[])
        if "Id" in row and key.name != "Id":
            raise OrgError("INVALID_FIELD", "The Id field should not be specified in the sobject data.", fields=["Id"])
        if value in twice:
            raise OrgError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", fields=[key.name])
        try:
            record_id, created = context.records.upsert(sobject, key, value, row, user_id)
        except MultipleChoicesError as choices:
            found = ", ".join(record_id[:15] for record_id in choices.urls)
            message = f"{key.label}: more than one record found for external id field: [{found}]"
            raise OrgError("DUPLICATE_EXTERNAL_ID", message, fields=[key.name]) from None
        return _done(record_id, created=created)

    # As the live service does: a failed row still tells whether it would have been a new record.
    return _Step(save, {"created": not known})


def _delete(context: Context, call: Call) -> Reply:
    texts = [text for text in call.query.get("ids", "").split(",") if text]
    _limit(len(texts))

    def save(text: str) -> Outcome:
        record_id = ids.canonical(text)
        sobject = context.schema.of_id(record_id) if record_id else None
        if record_id is None or sobject is None:
            raise OrgError("MALFORMED_ID", f"malformed id {text}", fields=[])
        context.records.delete(sobject, record_id, call.user_id)
        return _done(record_id)

    def step(text: str) -> _Step:
        return _Step(lambda: save(text), {"id": text})

    all_or_none = call.query.get("allOrNone", "false").lower() == "true"
    return _run(context, call, [step(text) for text in texts], all_or_none=all_or_none)


def _retrieve(context: Context, call: Call, sobject: SObject) -> Reply:
    """Records by id in the order asked for; null for what is not there."""
    if call.method == "GET":
        texts, names = call.query.get("ids", "").split(","), call.query.get("fields", "")
    else:
        body = call.json()
        asked, listed = body.get("ids"), body.get("fields")
        if not isinstance(asked, list) or not isinstance(listed, list):
            raise parse_error("The body must have ids and fields, both lists")
        texts, names = [str(text) for text in asked], ",".join(str(name) for name in listed)
    if len(texts) > MAX_RETRIEVED:
        raise OrgError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot retrieve more than {MAX_RETRIEVED} records")
    fields = chosen_fields(sobject, names)
    found: list[object] = []
    for text in texts:
        record_id = ids.canonical(text)
        row = context.database.read(sobject, record_id) if record_id else None
        alive = row is not None and not row.get("IsDeleted")
        found.append(shown_record(sobject, row, call.version, fields) if row is not None and alive else None)
    return Reply(200, found)
