"""UserRecordAccess: which records a user may read. Everybody may read everything but what the org's settings hide."""

from __future__ import annotations

from collections.abc import Iterator

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.query import Record
from connector.sandbox.org.soql.tree import Both, Comparison, Condition, Name, Query

ENTITY = "UserRecordAccess"
MOST_RECORDS = 200
LEVELS = ("HasReadAccess", "HasEditAccess", "HasDeleteAccess", "HasTransferAccess", "HasAllAccess")


def access_rows(context: Context, query: Query) -> list[Record]:
    """The answer to a query of UserRecordAccess, which takes one user and up to 200 records."""
    users, records, levels = _wanted(query.where)
    if len(users) != 1 or not records:
        raise OrgError("MALFORMED_QUERY", f"{ENTITY}: a filter on one UserId and on RecordId is required")
    if len(records) > MOST_RECORDS:
        raise OrgError("EXCEEDED_ID_LIMIT", f"Number of records exceeds limit:{MOST_RECORDS}")
    names = [item.text for item in query.select if isinstance(item, Name)]
    unknown = [name for name in names if name not in ("RecordId", *LEVELS)]
    if unknown or (levels and names != ["RecordId"]):
        # As in Salesforce: who filters by a level of access selects RecordId alone.
        raise OrgError("INVALID_FIELD", f"{ENTITY}: cannot select {', '.join(unknown or names)} with these filters")
    hidden = {ids.canonical(record) for record in context.settings.hidden.get(users[0], ())}
    found: list[Record] = []
    for record in records:
        key = ids.canonical(record)
        if key is None or not _is_there(context, key):
            continue
        reads = key not in hidden
        if all(reads is wanted for wanted in levels):
            shown = {"RecordId": key, **dict.fromkeys(LEVELS, reads)}
            found.append({"attributes": {"type": ENTITY}, **{name: shown[name] for name in names}})
    return found


def _wanted(where: Condition | None) -> tuple[list[str], list[str], list[bool]]:
    users: list[str] = []
    records: list[str] = []
    levels: list[bool] = []
    for part in _comparisons(where):
        values = [value.value for value in part.values]
        match part.left.text, part.operator:
            case "UserId", "=":
                users += [str(ids.canonical(str(value))) for value in values]
            case "RecordId", "=" | "IN":
                records += map(str, values)
            case name, "=" if name in LEVELS:
                levels += map(bool, values)
            case name, operator:
                raise OrgError("MALFORMED_QUERY", f"{ENTITY}: cannot filter by {name} {operator}")
    return users, records, levels


def _comparisons(where: Condition | None) -> Iterator[Comparison]:
    match where:
        case Comparison():
            yield where
        case Both(parts):
            for part in parts:
                yield from _comparisons(part)
        case None:
            return
        case _:
            raise OrgError("MALFORMED_QUERY", f"{ENTITY}: only filters joined by AND are supported")


def _is_there(context: Context, record_id: str) -> bool:
    sobject = context.schema.of_id(record_id)
    row = context.database.read(sobject, record_id) if sobject else None
    return row is not None and not row.get("IsDeleted")
