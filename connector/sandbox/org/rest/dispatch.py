"""Which resource answers a call."""

from __future__ import annotations

from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import MultipleChoicesError, OrgError, not_found
from connector.sandbox.org.rest import bulk, collections, composite, queries, sobjects, tooling
from connector.sandbox.org.rest.call import Call, Reply


def answer(context: Context, call: Call) -> Reply:
    """The reply to a call. Whatever it wrote is committed when this returns; a refusal leaves nothing behind."""
    context = context.seen_by(call.user_id)
    try:
        if call.method == "GET":
            return _route(context, call)
        with context.database.transaction():
            return _route(context, call)
    except OrgError as error:
        return Reply(error.status, error.body())
    except MultipleChoicesError as choices:
        base = f"/services/data/{call.version}/sobjects/{call.segments[1]}"
        return Reply(300, [f"{base}/{record_id}" for record_id in choices.urls])
    except composite.RolledBackError as rolled_back:
        return rolled_back.reply


def _route(context: Context, call: Call) -> Reply:
    match call.method, call.segments:
        case "GET", ():
            return Reply(200, queries.resources(context, call))
        case "GET", ("limits",):
            return Reply(200, queries.limits(context))
        case "GET", ("query" | "queryAll" as which,):
            return queries.query(context, call, deleted=which == "queryAll")
        case "GET", ("query" | "queryAll", locator):
            return queries.more(context, call, locator)
        case "GET", ("search",):
            return queries.search(context, call)
        case "POST", ("composite",):
            return composite.run(context, call, answer)
        case _, ("composite", "sobjects", *rest):
            return collections.route(context, call, tuple(rest))
        case _, ("jobs", *rest):
            return bulk.route(context, call, tuple(rest))
        case "GET", ("tooling", "query"):
            return tooling.query(context, call)
        case _, ("sobjects", *rest):
            return sobjects.route(context, call, tuple(rest))
    raise not_found()
