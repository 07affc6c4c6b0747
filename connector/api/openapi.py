"""The description of the HTTP API (OpenAPI 3.1), made from the types of the wire; served at `/openapi.json`."""

from typing import Any, Final

import msgspec

from connector.api.recordings import COOKIE, FORM
from connector.api.recordings import PATH as RECORDINGS
from connector.api.work import IDEMPOTENCY, LARGEST
from connector.ports.recordings import CONTACT
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
    "503": "It is not on disk: send the same request again later, with the same key.",
}


PAGE: Final = "text/html"
SOUND: Final = "audio/wav"
_CONTACT: Final = {
    "name": "contact",
    "in": "path",
    "required": True,
    "description": "The contact's key, as Phone_Contact_Key__c has it.",
    "schema": {"type": "string", "pattern": f"^{CONTACT}$"},
}
_NUMBER: Final = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "1 for the first recording of the contact.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 999},
}


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Phone Panel connector",
            "version": VERSION,
            "description": "Work from other systems: callbacks, work items and e-mails that agents are offered;"
            " and, for people who come from Salesforce, what was recorded.",
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
            f"{RECORDINGS}/{{contact}}": {"parameters": [_CONTACT], "post": _sign_in(), "get": _listen(PAGE)},
            f"{RECORDINGS}/{{contact}}/{{number}}": {"parameters": [_CONTACT, _NUMBER], "get": _listen(SOUND)},
        },
        "webhooks": {"emergencyCall": _webhook()},
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key made by `connector api-key` whose hash is in the settings.",
                },
                "listener": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Ten minutes for one agent, opened with a session token of the org.",
                },
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


def _sign_in() -> dict[str, Any]:
    form = {"type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}}
    return {
        "operationId": "openRecordings",
        "summary": "Signs an agent in with a session token, which is good once; from pages of the configured origins.",
        "requestBody": {"required": True, "content": {FORM: {"schema": form}}},
        "responses": {
            "303": {"description": "The cookie is set; go on to the page at the same address."},
            "401": {"description": "The token is not accepted."},
            "403": {"description": "The page that posted it is of another origin."},
            "429": {"description": "Too many sign-ins at once."},
        },
        "security": [],
    }


def _listen(what: str) -> dict[str, Any]:
    found: dict[str, Any] = {"description": "It may be heard.", "content": {what: {"schema": {"type": "string"}}}}
    responses = {
        "200": found,
        "401": {"description": "No session, or one that is over: open the link from the Task."},
        "404": {"description": "There is none, or none that this agent may hear."},
        "503": {"description": "The switch cannot be asked now."},
    }
    if what == SOUND:
        responses |= {
            "206": {**found, "description": "The part that Range asks for."},
            "416": {"description": "That part is not there."},
        }
    page = what == PAGE
    if page:
        responses["303"] = {"description": "Nobody has signed in, and [oidc] is set: to Salesforce, and back here."}
    return {
        "operationId": "showRecordings" if page else "hearRecording",
        "summary": "What was recorded of a contact." if page else "One recording, whole or in part.",
        "responses": dict(sorted(responses.items())),
        "security": [{"listener": []}],
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
