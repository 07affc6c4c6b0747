"""query, queryAll, search, limits and the list of resources."""

from __future__ import annotations

import re
from typing import cast

from connector.sandbox.org.access import ENTITY, access_rows
from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.hostile import whose_tasks
from connector.sandbox.org.query import DEFAULT_PAGE, SMALLEST_PAGE, run_soql
from connector.sandbox.org.rest.call import Call, Reply
from connector.sandbox.org.schema import NUMBER_TYPES, TEXT_TYPES, Field, Schema
from connector.sandbox.org.soql.compiler import compile_query
from connector.sandbox.org.soql.conditions import Clock
from connector.sandbox.org.soql.parser import parse
from connector.sandbox.org.sosl import run_sosl

RESOURCES = ("composite", "jobs", "limits", "metadata", "query", "queryAll", "search", "sobjects", "tooling")
DATA_STORAGE_MB = 200
_OF_ACCESS = re.compile(rf"\sFROM\s+{ENTITY}\b", re.IGNORECASE)


def resources(context: Context, call: Call) -> dict[str, str]:
    """Where everything is; `identity` ends with who asks."""
    (organization,) = context.database.connection.execute('SELECT "Id" FROM "Organization"').fetchone()
    identity = f"https://login.salesforce.com/id/{organization}/{call.user_id}"
    return {"identity": identity, **{name: f"/services/data/{call.version}/{name}" for name in RESOURCES}}


def limits(context: Context) -> dict[str, dict[str, int]]:
    """API requests, which are counted, and data storage, which is not: it always has the same room."""
    usage = context.usage
    return {
        "DailyApiRequests": {"Max": usage.limit, "Remaining": max(0, usage.limit - usage.used)},
        "DataStorageMB": {"Max": DATA_STORAGE_MB, "Remaining": DATA_STORAGE_MB - 12},
    }


def _page_size(call: Call) -> int:
    match = re.search(r"batchSize\s*=\s*(\d+)", call.headers.get("Sforce-Query-Options", ""))
    return max(SMALLEST_PAGE, min(DEFAULT_PAGE, int(match[1]))) if match else DEFAULT_PAGE


def query(context: Context, call: Call, *, deleted: bool) -> Reply:
    text = call.query.get("q")
    if not text:
        raise OrgError("MALFORMED_QUERY", "SOQL statement is missing: give it as the parameter q")
    if _OF_ACCESS.search(text):
        return Reply(200, context.cursors.first(access_rows(context, parse(text)), _page_size(call), call.version))
    clock = context.clock(call.user_id)
    if call.query.get("columns") == "true":
        return Reply(200, columns(context.schema, text, clock))
    total, records = run_soql(
        context.database,
        context.schema,
        text,
        clock,
        call.version,
        deleted=deleted,
        tasks_of=whose_tasks(context.database, call.user_id, context.settings.hostile),
    )
    if total is not None:
        return Reply(200, {"totalSize": total, "done": True, "records": []})
    return Reply(200, context.cursors.first(records, _page_size(call), call.version))


def columns(schema: Schema, text: str, clock: Clock) -> dict[str, object]:
    """What `query?columns=true` tells of a query: the type of each column, parents with theirs below them."""
    query = parse(text)
    compiled = compile_query(schema, text, query, clock, deleted=False)
    top: list[dict[str, object]] = []
    for column in compiled.columns:
        level = top
        for name in column.path[:-1]:
            there = next((one for one in level if one["columnName"] == name), None)
            if there is None:
                there = _column(name, None)
                level.append(there)
            level = cast("list[dict[str, object]]", there["joinColumns"])
        level.append(_column(column.path[-1], column.field))
    source = schema.find(query.source)
    return {
        "columnMetadata": top,
        "entityName": source.name if source else query.source,
        "groupBy": compiled.aggregate,
        "idSelected": any(column.path == ("Id",) for column in compiled.columns),
        "keyPrefix": source.prefix if source else None,
    }


def _column(name: str, field: Field | None) -> dict[str, object]:
    kind = field.type if field else "reference"
    return {
        "aggregate": False,
        "apexType": kind.capitalize(),
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": bool(field and field.custom),
        "displayName": name,
        "foreignKeyName": None,
        "insertable": bool(field and field.createable),
        "joinColumns": [],
        "numberType": kind in NUMBER_TYPES,
        "textType": kind in TEXT_TYPES,
        "updatable": bool(field and field.updateable),
    }


def more(context: Context, call: Call, locator: str) -> Reply:
    return Reply(200, context.cursors.following(locator, _page_size(call), call.version))


def search(context: Context, call: Call) -> Reply:
    text = call.query.get("q")
    if not text:
        raise OrgError("MALFORMED_SEARCH", "SOSL statement is missing: give it as the parameter q")
    records = run_sosl(
        context.database,
        context.schema,
        text,
        clock=context.clock(call.user_id),
        version=call.version,
        lag_seconds=context.settings.search_lag_seconds,
    )
    return Reply(200, {"searchRecords": records})
