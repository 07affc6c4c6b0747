"""query, queryAll, search, limits and the list of resources."""

from __future__ import annotations

import re

from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.query import DEFAULT_PAGE, SMALLEST_PAGE, run_soql
from connector.sandbox.org.rest.call import Call, Reply
from connector.sandbox.org.sosl import run_sosl

RESOURCES = ("composite", "limits", "query", "queryAll", "search", "sobjects")


def resources(call: Call) -> dict[str, str]:
    return {name: f"/services/data/{call.version}/{name}" for name in RESOURCES}


def limits(context: Context) -> dict[str, dict[str, int]]:
    """Only the limits that the stand-in keeps count of."""
    usage = context.usage
    return {"DailyApiRequests": {"Max": usage.limit, "Remaining": max(0, usage.limit - usage.used)}}


def _page_size(call: Call) -> int:
    match = re.search(r"batchSize\s*=\s*(\d+)", call.headers.get("Sforce-Query-Options", ""))
    return max(SMALLEST_PAGE, min(DEFAULT_PAGE, int(match[1]))) if match else DEFAULT_PAGE


def query(context: Context, call: Call, *, deleted: bool) -> Reply:
    text = call.query.get("q")
    if not text:
        raise OrgError("MALFORMED_QUERY", "SOQL statement is missing: give it as the parameter q")
    clock = context.clock(call.user_id)
    total, records = run_soql(context.database, context.schema, text, clock, call.version, deleted=deleted)
    if total is not None:
        return Reply(200, {"totalSize": total, "done": True, "records": []})
    return Reply(200, context.cursors.first(records, _page_size(call), call.version))


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
