"""sobjects: describe, and single records by id or by external id."""

from __future__ import annotations

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.describe import describe_global, describe_object
from connector.sandbox.org.errors import MultipleChoicesError, OrgError, not_found
from connector.sandbox.org.hostile import layouts
from connector.sandbox.org.rest.call import Call, Reply, lock_error
from connector.sandbox.org.schema import Field, Row, SObject
from connector.sandbox.org.values import read, shown

UPSERT_ANSWERS_200 = 46
"""Since this version an upsert that updates answers 200 with a body; before, 204."""


def route(context: Context, call: Call, rest: tuple[str, ...]) -> Reply:
    if not rest:
        return _only(call, {"GET": Reply(200, describe_global(context.schema, call.version))})
    sobject = context.schema.find(rest[0])
    if sobject is None:
        raise not_found()
    match rest[1:]:
        case ():
            return _collection(context, call, sobject)
        case ("describe",):
            return _only(call, {"GET": Reply(200, describe_object(context.schema, sobject, call.version))})
        case ("describe", "layouts"):
            return _only(call, {"GET": Reply(200, layouts(sobject))})
        case (record_id,):
            return _record(context, call, sobject, record_id)
        case (name, value):
            return _by_key(context, call, sobject, name, value)
    raise not_found()


def shown_record(sobject: SObject, row: Row, version: str, fields: list[Field] | None = None) -> dict[str, object]:
    """A record as the API shows it, with `attributes`, all fields or the given ones."""
    record: dict[str, object] = {
        "attributes": {
            "type": sobject.name,
            "url": f"/services/data/{version}/sobjects/{sobject.name}/{row['Id']}",
        }
    }
    for field in fields if fields is not None else sobject.fields.values():
        record[field.name] = shown(field, row[field.name])
    return record


def chosen_fields(sobject: SObject, names: str | None) -> list[Field] | None:
    """The fields of a comma list, Id among them; None for no list. Raises INVALID_FIELD."""
    if not names:
        return None
    fields = []
    for name in names.split(","):
        field = sobject.field(name.strip())
        if field is None:
            raise OrgError("INVALID_FIELD", f"No such column '{name.strip()}' on entity '{sobject.name}'.")
        fields.append(field)
    return fields


def _only(call: Call, replies: dict[str, Reply]) -> Reply:
    if call.method not in replies:
        raise _not_allowed(call, *replies)
    return replies[call.method]


def _not_allowed(call: Call, *allowed: str) -> OrgError:
    message = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(allowed)}"
    return OrgError("METHOD_NOT_ALLOWED", message, status=405)


def _collection(context: Context, call: Call, sobject: SObject) -> Reply:
    if call.method == "GET":
        description = describe_object(context.schema, sobject, call.version)
        basic = {name: value for name, value in description.items() if not isinstance(value, list)}
        return Reply(200, {"objectDescribe": basic, "recentItems": []})
    if call.method != "POST":
        raise _not_allowed(call, "GET", "POST")
    given = context.records.values(sobject, call.json())
    if call.lock:
        raise lock_error(str(given.get("WhatId") or given.get("WhoId") or ""))
    return _created(call, sobject, context.records.create(sobject, given, call.user_id), upsert=False)


def _created(call: Call, sobject: SObject, record_id: str, *, upsert: bool) -> Reply:
    body: dict[str, object] = {"id": record_id, "success": True, "errors": []}
    if upsert:
        body["created"] = True
    location = f"/services/data/{call.version}/sobjects/{sobject.name}/{record_id}"
    return Reply(201, body, {"Location": location})


def _record(context: Context, call: Call, sobject: SObject, text: str) -> Reply:
    record_id = ids.canonical(text)
    if record_id is None:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {text}")
    if not record_id.startswith(sobject.prefix):
        raise not_found()
    return _one(context, call, sobject, record_id)


def _one(context: Context, call: Call, sobject: SObject, record_id: str) -> Reply:
    match call.method:
        case "GET":
            row = context.records.read(sobject, record_id)
            return Reply(
                200, shown_record(sobject, row, call.version, chosen_fields(sobject, call.query.get("fields")))
            )
        case "PATCH":
            given = context.records.values(sobject, call.json())
            _refuse_in_body(given, "Id")
            if call.lock:
                raise lock_error(record_id)
            context.records.update(sobject, record_id, given, call.user_id)
            return Reply(204)
        case "DELETE":
            if call.lock:
                raise lock_error(record_id)
            context.records.delete(sobject, record_id, call.user_id)
            return Reply(204)
    raise _not_allowed(call, "GET", "PATCH", "DELETE")


def _refuse_in_body(given: Row, name: str) -> None:
    if name in given:
        raise OrgError("INVALID_FIELD", f"The {name} field should not be specified in the sobject data.")


def external_key(sobject: SObject, name: str) -> Field:
    """The external id field of that name; raises 404 NOT_FOUND in Salesforce's words."""
    field = sobject.field(name)
    if field is None or not (field.external_id or field.type == "id"):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def _by_key(context: Context, call: Call, sobject: SObject, name: str, value: str) -> Reply:
    key = external_key(sobject, name)
    if call.method == "PATCH":
        given = context.records.values(sobject, call.json())
        _refuse_in_body(given, key.name)
        _refuse_in_body(given, "Id")
        if call.lock:
            raise lock_error()
        record_id, created = context.records.upsert(sobject, key, value, given, call.user_id)
        if created:
            return _created(call, sobject, record_id, upsert=True)
        if int(call.version[1:-2]) < UPSERT_ANSWERS_200:
            return Reply(204)
        return Reply(200, {"id": record_id, "success": True, "errors": [], "created": False})
    matches = context.database.find(sobject, key.name, read(key, value))
    if not matches:
        raise not_found()
    if len(matches) > 1:
        raise MultipleChoicesError([str(match["Id"]) for match in matches])
    return _one(context, call, sobject, str(matches[0]["Id"]))
