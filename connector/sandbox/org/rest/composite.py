"""composite: up to 25 requests in one, where later ones may use results of earlier ones as @{reference.path}."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError, parse_error
from connector.sandbox.org.rest.call import Call, Reply, split_path

MAX_REQUESTS = 25
MAX_QUERIES_AND_COLLECTIONS = 5
REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
HALTED = OrgError(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)

Answer = Callable[[Context, Call], Reply]


class RolledBackError(Exception):
    """A composite with allOrNone failed; leaves its transaction and carries the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("the composite request was rolled back")
        self.reply = reply


class _Subrequest(msgspec.Struct, frozen=True):
    method: str
    url: str
    reference: str
    body: object


def run(context: Context, call: Call, answer: Answer) -> Reply:
    """Answer the subrequests in order; raises RolledBackError when one fails under allOrNone."""
    body = call.json()
    all_or_none = body.get("allOrNone", False) is True
    requests = _subrequests(body.get("compositeRequest"))
    results: dict[str, object] = {}
    replies: list[Reply] = []
    for request in requests:
        reply = _one(context, call, request, results, answer)
        results[request.reference] = reply.body
        replies.append(reply)
        if all_or_none and reply.status >= 300:
            raise RolledBackError(_halted(requests, replies))
    return Reply(200, {"compositeResponse": [_shown(r, reply) for r, reply in zip(requests, replies, strict=True)]})


def _subrequests(listed: object) -> list[_Subrequest]:
    if not isinstance(listed, list) or not listed:
        raise parse_error("The body must have compositeRequest: a list of requests")
    if len(listed) > MAX_REQUESTS:
        raise OrgError("LIMIT_EXCEEDED", f"Limit of {MAX_REQUESTS} subrequests exceeded.")
    requests: list[_Subrequest] = []
    for item in listed:
        if not isinstance(item, dict):
            raise parse_error("Each entry of compositeRequest must be an object")
        values = [item.get(name) for name in ("method", "url", "referenceId")]
        if not all(isinstance(value, str) and value for value in values):
            raise parse_error("Each entry of compositeRequest needs method, url and referenceId")
        method, url, reference = (str(value) for value in values)
        requests.append(_Subrequest(method.upper(), url, reference, item.get("body")))
    names = [request.reference for request in requests]
    if len(set(names)) != len(names):
        raise OrgError("INVALID_INPUT", "Each referenceId must be unique within the request")
    heavy = sum(1 for request in requests if re.search(r"/(?:query(?:All)?|composite/sobjects)\b", request.url))
    if heavy > MAX_QUERIES_AND_COLLECTIONS:
        message = f"Limit of {MAX_QUERIES_AND_COLLECTIONS} queries and sobject collections in one composite exceeded."
        raise OrgError("LIMIT_EXCEEDED", message)
    return requests


def _one(context: Context, call: Call, request: _Subrequest, results: dict[str, object], answer: Answer) -> Reply:
    try:
        url = str(_resolved(request.url, results))
        version, segments, query = split_path(url)
        body = b"" if request.body is None else msgspec.json.encode(_resolved(request.body, results))
    except OrgError as error:
        return Reply(error.status, error.body())
    if segments == ("composite",):
        return Reply(400, OrgError("INVALID_INPUT", "A composite request cannot hold another one").body())
    inner = msgspec.structs.replace(
        call, method=request.method, version=version, segments=segments, query=query, body=body
    )
    return answer(context, inner)


def _resolved(value: object, results: dict[str, object]) -> object:
    """`value` with every @{reference} in its texts replaced; raises PROCESSING_HALTED for an unknown one."""
    if isinstance(value, dict):
        return {name: _resolved(item, results) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, results) for item in value]
    if isinstance(value, str):
        return REFERENCE.sub(lambda match: _referenced(match, results), value)
    return value


def _referenced(match: re.Match[str], results: dict[str, object]) -> str:
    found = results.get(match[1])
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", match[2]):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            found = None
    if found is None or isinstance(found, dict | list):
        raise OrgError("PROCESSING_HALTED", f"Invalid reference specified. No value for {match[0][2:-1]} found")
    return str(found)


def _halted(requests: list[_Subrequest], replies: list[Reply]) -> Reply:
    last = len(replies) - 1
    stopped = Reply(400, HALTED.body())
    shown = [_shown(request, replies[last] if index == last else stopped) for index, request in enumerate(requests)]
    return Reply(200, {"compositeResponse": shown})


def _shown(request: _Subrequest, reply: Reply) -> dict[str, object]:
    return {
        "body": reply.body,
        "httpHeaders": reply.headers,
        "httpStatusCode": reply.status,
        "referenceId": request.reference,
    }
