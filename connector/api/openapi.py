"""The description of the HTTP API (OpenAPI 3.1), made from the types of the wire; served at `/openapi.json`."""

from typing import Any, Final

import msgspec

from connector.api.work import IDEMPOTENCY, LARGEST
from connector.service.alarm_channels import DELIVERY, SIGNATURE
from connector.wire import requests

VERSION: Final = "1"

_TYPES: Final = (
    requests.CallbackRequest,
    requests.WorkRequest,
    requests.Accepted,
    requests.Refused,
    requests.AlarmPost,
)
_REFUSALS: Final = {
    "400": "The body cannot be used: `field` names what is wrong, `message` says what would be right.",
    "401": "No API key, or none that is known here.",
    "404": "There is no such skill.",
    "409": "The idempotency key was used for another request.",
    "413": f"The body has more than {LARGEST} bytes.",
    "415": "The body is no JSON.",
    "429": "This key makes more requests than it may; Retry-After says when to come back.",
    "503": "It is not on disk: send the same request again, with the same key.",
}


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Phone Panel connector",
            "version": VERSION,
            "description": "Work from other systems: callbacks, work items and e-mails that agents are offered.",
        },
        "paths": {
            "/api/callbacks": {
                "post": _post(
                    "createCallback",
                    "Have somebody called; it waits in its skill like a call.",
                    "CallbackRequest",
                    {"number": "+1 415 555 0143", "name": "Mia Chen", "skill": "Support_EN", "key": "order-20931"},
                )
            },
            "/api/work-items": {
                "post": _post(
                    "createWorkItem",
                    "Deliver a work item or an e-mail; it waits in its skill.",
                    "WorkRequest",
                    {
                        "skill": "Support_EN",
                        "title": "Check returned parcel",
                        "payload": {"Order": "A-20931", "Pieces": 2},
                        "record": {"id": "500000000000001AAA", "type": "Case", "name": "00001026"},
                    },
                )
            },
        },
        "webhooks": {"emergencyCall": _webhook()},
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key made by `connector api-key` whose hash is in the settings.",
                }
            },
            "schemas": {name: _tidy(schema) for name, schema in sorted(schemas.items())},
        },
        "security": [{"apiKey": []}],
    }


def _post(name: str, summary: str, kind: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {
                "name": IDEMPOTENCY,
                "in": "header",
                "required": False,
                "description": "Makes the request one that may be sent again: it is answered with the same contact.",
                "schema": {"type": "string", "maxLength": 255},
            }
        ],
        "requestBody": {"required": True, "content": _json(kind, example)},
        "responses": {
            "201": {"description": "It is on disk, and waits in its skill.", "content": _json("Accepted")},
            "200": {"description": "The same request was taken before.", "content": _json("Accepted")},
            **{code: {"description": words, "content": _json("Refused")} for code, words in _REFUSALS.items()},
        },
    }


def _webhook() -> dict[str, Any]:
    return {
        "post": {
            "operationId": "emergencyCall",
            "summary": "An agent calls an emergency number: sent to the URL in the settings, until it is taken.",
            "parameters": [
                {
                    "name": SIGNATURE,
                    "in": "header",
                    "description": "sha256= and the HMAC-SHA256 of the body with the secret in the settings, in hex.",
                    "schema": {"type": "string"},
                },
                {
                    "name": DELIVERY,
                    "in": "header",
                    "description": "The same for each try.",
                    "schema": {"type": "string"},
                },
            ],
            "requestBody": {"content": _json("AlarmPost")},
            "responses": {"2XX": {"description": "Taken; any other answer is tried again for some minutes."}},
            "security": [],
        }
    }


def _json(kind: str, example: dict[str, Any] | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{kind}"}}
    return {"application/json": content if example is None else {**content, "example": example}}


def _tidy(value: Any) -> Any:
    """Docstrings on one line each."""
    if isinstance(value, dict):
        return {
            key: " ".join(inner.split()) if key == "description" and isinstance(inner, str) else _tidy(inner)
            for key, inner in value.items()
        }
    return [_tidy(inner) for inner in value] if isinstance(value, list) else value
