"""Bulk API 2.0: records by the thousand as CSV. A job is done at once, while the request that closes it is answered."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import MultipleChoicesError, OrgError, not_found
from connector.sandbox.org.jobs import Job
from connector.sandbox.org.query import Record, run_soql
from connector.sandbox.org.rest.call import Call, Document, Reply
from connector.sandbox.org.rest.sobjects import external_key
from connector.sandbox.org.schema import Row, SObject
from connector.sandbox.org.values import stamp

OPERATIONS = ("insert", "update", "upsert", "delete")
DELIMITERS: Mapping[str, str] = {
    "COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`",
}  # fmt: skip
NULL = "#N/A"
"""Empties a field; a blank leaves it as it is."""
MAX_BATCH = 150 * 1024 * 1024
DEFAULT_RESULTS = 50_000


def route(context: Context, call: Call, rest: tuple[str, ...]) -> Reply:
    """jobs/ingest and jobs/query."""
    match rest:
        case ("ingest", *more):
            return _ingest(context, call, tuple(more))
        case ("query", *more):
            return _query(context, call, tuple(more))
    raise not_found()


def _ingest(context: Context, call: Call, rest: tuple[str, ...]) -> Reply:
    match call.method, rest:
        case "POST", ():
            return Reply(200, _shown(_opened(context, call), call))
        case "GET", ():
            listed = [_shown(job, call) for job in context.jobs.values() if job.kind == "V2Ingest"]
            return Reply(200, {"done": True, "nextRecordsUrl": None, "records": listed})
        case "PUT", (job_id, "batches"):
            return _upload(_job(context, job_id, "V2Ingest"), call)
        case "PATCH", (job_id,):
            return _change(context, call, _job(context, job_id, "V2Ingest"))
        case "GET", (job_id,):
            return Reply(200, _shown(_job(context, job_id, "V2Ingest"), call))
        case "GET", (job_id, which):
            return _results(_job(context, job_id, "V2Ingest"), which)
        case "DELETE", (job_id,):
            return _forget(context, _job(context, job_id, "V2Ingest"))
    raise not_found()


def _opened(context: Context, call: Call) -> Job:
    wanted = call.json()
    operation, name = str(wanted.get("operation")), str(wanted.get("object"))
    if operation not in OPERATIONS:
        raise OrgError("INVALIDJOB", f"operation: {operation} is none of {', '.join(OPERATIONS)}")
    sobject = context.schema.find(name)
    if sobject is None:
        raise OrgError("INVALIDENTITY", f"Unable to find object: {name}")
    key = str(wanted.get("externalIdFieldName") or "")
    if operation == "upsert":
        if not key:
            raise OrgError("INVALIDJOB", "External ID was blank for " + sobject.name)
        field = sobject.field(key)
        if field is None or not (field.external_id or field.type == "id"):
            said = f"InvalidJob : Field name provided: {key} is not an External ID or indexed field"
            raise OrgError("INVALIDJOB", said)
    delimiter = str(wanted.get("columnDelimiter") or "COMMA")
    if delimiter not in DELIMITERS:
        raise OrgError("INVALIDJOB", f"columnDelimiter: {delimiter} is none of {', '.join(DELIMITERS)}")
    job = Job(
        id=ids.make_id("750", context.database.next_number("job")),
        kind="V2Ingest", operation=operation, object=sobject.name, key=key, user=call.user_id,
        created=stamp(context.now()), delimiter=delimiter, line_ending=str(wanted.get("lineEnding") or "LF"),
    )  # fmt: skip
    context.jobs[job.id] = job
    return job


def _job(context: Context, text: str, kind: str) -> Job:
    job = context.jobs.get(ids.canonical(text) or "")
    if job is None or job.kind != kind:
        raise not_found()
    return job


def _shown(job: Job, call: Call) -> Record:
    shown: Record = {
        "apiVersion": float(call.version[1:]), "columnDelimiter": job.delimiter, "concurrencyMode": "Parallel",
        "contentType": "CSV", "createdById": job.user, "createdDate": job.created, "id": job.id,
        "jobType": job.kind, "lineEnding": job.line_ending, "object": job.object, "operation": job.operation,
        "state": job.state, "systemModstamp": job.created,
    }  # fmt: skip
    if job.kind == "V2Ingest":
        shown["contentUrl"] = f"services/data/{call.version}/jobs/ingest/{job.id}/batches"
    if job.key:
        shown["externalIdFieldName"] = job.key
    if job.state in ("JobComplete", "Failed"):
        shown |= {
            "numberRecordsFailed": len(job.failed), "numberRecordsProcessed": job.processed, "retries": 0,
            "totalProcessingTime": 0, "apexProcessingTime": 0, "apiActiveProcessingTime": 0,
        }  # fmt: skip
    if job.error:
        shown["errorMessage"] = job.error
    return shown


def _upload(job: Job, call: Call) -> Reply:
    if job.state != "Open" or job.data is not None:
        raise OrgError("INVALIDJOBSTATE", "InvalidJobState : the job takes no more data: it has one upload")
    if len(call.body) > MAX_BATCH:
        raise OrgError("INVALIDJOB", "InvalidBatch : the upload is larger than 150 MB")
    job.data = call.body
    return Reply(201)


def _change(context: Context, call: Call, job: Job) -> Reply:
    state = call.json().get("state")
    if state not in ("UploadComplete", "Aborted") or job.state != "Open":
        raise OrgError("INVALIDJOBSTATE", f"InvalidJobState : {job.state} cannot become {state}")
    if state == "Aborted":
        job.state = "Aborted"
    else:
        job.state = "UploadComplete"
        shown = _shown(job, call)
        _carry_out(context, job)
        return Reply(200, shown)
    return Reply(200, _shown(job, call))


def _forget(context: Context, job: Job) -> Reply:
    if job.state not in ("UploadComplete", "JobComplete", "Aborted", "Failed"):
        raise OrgError("INVALIDJOBSTATE", f"InvalidJobState : a job that is {job.state} cannot be deleted")
    del context.jobs[job.id]
    return Reply(204)


def _carry_out(context: Context, job: Job) -> None:
    """Save every row on its own; afterwards the job tells what became of each."""
    try:
        text = (job.data or b"").decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[job.delimiter], strict=True)
        job.columns = next(reader, [])
        rows = [row for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        job.state, job.error = "Failed", f"InvalidBatch : Failed to parse CSV: {error}"
        return
    sobject = context.schema[job.object]
    unknown = [name for name in job.columns if sobject.field(name) is None]
    if unknown or not job.columns:
        named = unknown[0] if unknown else ""
        job.state, job.error = "Failed", f"InvalidBatch : Field name not found : {named}"
        job.failed = [("", f"InvalidBatch : Field name not found : {named}", row) for row in rows]
        job.processed = len(rows)
        return
    for row in rows:
        try:
            with context.database.transaction():
                record_id, created = _save(context, job, sobject, row)
            job.succeeded.append((record_id, created, row))
        except OrgError as error:
            fields = ",".join(error.fields or ())
            job.failed.append(("", f"{error.code}:{error.message}:{fields} --", row))
        except MultipleChoicesError as error:
            said = f"DUPLICATE_EXTERNAL_ID:more than one record found: {', '.join(error.urls)}:{job.key} --"
            job.failed.append(("", said, row))
    job.processed = len(rows)
    job.state = "JobComplete"


def _save(context: Context, job: Job, sobject: SObject, row: list[str]) -> tuple[str, bool]:
    if len(row) != len(job.columns):
        raise OrgError("INVALID_FIELD", f"the row has {len(row)} columns, the header {len(job.columns)}")
    body = {name: None if value == NULL else value for name, value in zip(job.columns, row, strict=True) if value}
    given: Row = context.records.values(sobject, body)
    if job.operation == "insert":
        return context.records.create(sobject, given, job.user), True
    if job.operation == "upsert":
        key = external_key(sobject, job.key)
        value = given.pop(key.name, None)
        if not isinstance(value, str):
            raise OrgError("MISSING_ARGUMENT", f"{key.name} not specified", fields=[])
        return context.records.upsert(sobject, key, value, given, job.user)
    record_id = ids.canonical(str(given.pop("Id", "")))
    if record_id is None or not record_id.startswith(sobject.prefix):
        raise OrgError("MALFORMED_ID", "malformed id", fields=["Id"])
    if job.operation == "update":
        context.records.update(sobject, record_id, given, job.user)
    else:
        context.records.delete(sobject, record_id, job.user)
    return record_id, False


def _results(job: Job, which: str) -> Reply:
    if job.state not in ("JobComplete", "Failed", "Aborted"):
        raise OrgError("INVALIDJOBSTATE", f"InvalidJobState : {job.state} has no results")
    match which.lower():
        case "successfulresults":
            rows = [[record_id, str(created).lower(), *row] for record_id, created, row in job.succeeded]
            return _csv(["sf__Id", "sf__Created", *job.columns], rows, job)
        case "failedresults":
            return _csv(["sf__Id", "sf__Error", *job.columns], [[i, said, *row] for i, said, row in job.failed], job)
        case "unprocessedrecords":
            return _csv(job.columns, [], job)
    raise not_found()


def _csv(header: list[str], rows: list[list[str]], job: Job, headers: dict[str, str] | None = None) -> Reply:
    out = io.StringIO(newline="")
    ending = "\r\n" if job.line_ending == "CRLF" else "\n"
    writer = csv.writer(out, delimiter=DELIMITERS[job.delimiter], lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return Reply(200, Document(out.getvalue(), "text/csv"), headers or {})


def _query(context: Context, call: Call, rest: tuple[str, ...]) -> Reply:
    match call.method, rest:
        case "POST", ():
            return Reply(200, _shown(_asked(context, call), call))
        case "GET", (job_id,):
            return Reply(200, _shown(_job(context, job_id, "V2Query"), call))
        case "GET", (job_id, "results"):
            return _page(_job(context, job_id, "V2Query"), call)
        case "DELETE", (job_id,):
            return _forget(context, _job(context, job_id, "V2Query"))
    raise not_found()


def _asked(context: Context, call: Call) -> Job:
    wanted = call.json()
    operation, text = str(wanted.get("operation")), str(wanted.get("query") or "")
    if operation not in ("query", "queryAll"):
        raise OrgError("INVALIDJOB", f"operation: {operation} is none of query, queryAll")
    _, records = run_soql(
        context.database, context.schema, text, context.clock(call.user_id), call.version,
        deleted=operation == "queryAll",
    )  # fmt: skip
    flat = [dict(_flat(record)) for record in records]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    job = Job(
        id=ids.make_id("750", context.database.next_number("job")),
        kind="V2Query", operation=operation, object=str(text.split()[text.upper().split().index("FROM") + 1]),
        user=call.user_id, created=stamp(context.now()), columns=columns, state="JobComplete",
        rows=[[row.get(name, "") for name in columns] for row in flat], processed=len(flat),
        delimiter=str(wanted.get("columnDelimiter") or "COMMA"), line_ending=str(wanted.get("lineEnding") or "LF"),
    )  # fmt: skip
    context.jobs[job.id] = job
    return job


def _flat(record: Record, before: str = "") -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, dict):
            cells += _flat(value, f"{before}{name}.")
        else:
            cells.append((before + name, _cell(value)))
    return cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    return msgspec.json.encode(value).decode() if isinstance(value, bool | int | float) else str(value)


def _page(job: Job, call: Call) -> Reply:
    most, locator = call.query.get("maxRecords") or str(DEFAULT_RESULTS), call.query.get("locator") or "0"
    if not most.isdigit() or not locator.isdigit() or not int(most):
        raise OrgError("INVALID_QUERY_LOCATOR", "maxRecords and locator must be those that this job answered")
    begin, end = int(locator), int(locator) + int(most)
    page = job.rows[begin:end]
    following = str(end) if end < len(job.rows) else "null"
    headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(len(page))}
    return _csv(job.columns, page, job, headers)
