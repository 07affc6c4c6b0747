"""What went wrong with a request: Salesforce's refusal of it, or that Salesforce cannot be asked.

Codes and statuses: REST API Developer Guide, "Status Codes and Error Responses"; the same error code
REQUEST_LIMIT_EXCEEDED stands for the daily budget and for too many long requests at a time.
"""

import json
from typing import Any, Final

import requests
from requests import exceptions as fault
from simple_salesforce.exceptions import SalesforceError

from connector.errors import ConnectorError, CrmUnavailable

DAILY_LIMIT_MS: Final = 600_000
ACCESS_MS: Final = 300_000
BUSY_MS: Final = 5_000

EXPIRED: Final = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER"})
_NO_ACCESS: Final = frozenset({"API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG", "INVALID_CLIENT_ID", "ORG_LOCKED"})
_TOO_LONG: Final = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})
_BUSY: Final = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", *_TOO_LONG})
_NEVER_SENT: Final = (fault.ConnectTimeout, fault.SSLError, fault.ProxyError, fault.InvalidURL, fault.InvalidSchema)


class Refused(ConnectorError):
    """Salesforce read the whole request and refused it: its error code, its own words, the fields it named."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


def is_expired(error: SalesforceError) -> bool:
    """Whether the session is over; such a request was not carried out."""
    return error.status == requests.codes.unauthorized and (_first(error)[0] in EXPIRED or not _listed(error.content))


def was_dropped(error: requests.RequestException) -> bool:
    """Whether a connection that was there ended without an answer, as an idle one does that the far end has closed."""
    return isinstance(error, fault.ConnectionError) and not _not_sent(error) and not isinstance(error, fault.Timeout)


def from_answer(error: SalesforceError, *, writing: bool, retry_after: int | None) -> ConnectorError:
    """The error for an answer that is none of success; `retry_after` (ms) is what its header asked for."""
    code, message, fields = _first(error)
    status = error.status
    if status == requests.codes.unauthorized:
        return CrmUnavailable("session", f"Salesforce accepts no session of ours ({code or status}).")
    if code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" not in message.lower():
        return CrmUnavailable(
            "daily_limit", f"{message} The org has used up its API requests.", retry_after=DAILY_LIMIT_MS
        )
    if code == "REQUEST_LIMIT_EXCEEDED" or code in _BUSY or status == requests.codes.too_many_requests:
        # The last two of these may come after the work was done.
        doubtful = writing and status >= requests.codes.server_error
        return CrmUnavailable(
            "timeout" if code in _TOO_LONG else "busy",
            message or "Too many requests.",
            doubtful=doubtful,
            retry_after=retry_after or BUSY_MS,
        )
    if code in _NO_ACCESS:
        cure = "Give the integration user the permission 'API Enabled', in an edition with API access."
        return CrmUnavailable("access", f"{message} {cure}", retry_after=ACCESS_MS)
    if _listed(error.content) and requests.codes.bad_request <= status < requests.codes.server_error:
        return Refused(code, message, fields)
    said = f"{code}: {message}" if code else "no error of Salesforce's in it"
    text = f"Salesforce answered {status} ({said})."
    return CrmUnavailable("unavailable", text, doubtful=writing, retry_after=retry_after)


def of_the_org(refused: Refused, *, doubtful: bool = False) -> CrmUnavailable:
    """The error for a refusal that no row can be blamed for: the org's fault, as a missing permission."""
    cure = "See `connector check`: the integration user may lack a permission, or the package its deployment."
    text = f"Salesforce refused a request ({refused.code}: {refused}). {cure}"
    return CrmUnavailable("access", text, doubtful=doubtful, retry_after=ACCESS_MS)


def from_connection(error: requests.RequestException | ValueError, *, writing: bool) -> CrmUnavailable:
    """The error for an answer that did not come, or could not be read."""
    if isinstance(error, fault.ReadTimeout):
        return CrmUnavailable("timeout", "Salesforce did not answer in time.", doubtful=writing)
    if isinstance(error, fault.ConnectTimeout):
        return CrmUnavailable("timeout", "Salesforce could not be reached in time.")
    if isinstance(error, json.JSONDecodeError):
        return CrmUnavailable("unavailable", "The answer was not JSON; is a proxy in between?", doubtful=writing)
    if isinstance(error, fault.SSLError):
        return CrmUnavailable("connection", "The certificate of Salesforce's address is not trusted.")
    not_sent = isinstance(error, requests.RequestException) and _not_sent(error)
    text = "Salesforce cannot be reached." if not_sent else "The connection to Salesforce was lost."
    return CrmUnavailable("connection", text, doubtful=writing and not not_sent)


def _not_sent(error: requests.RequestException) -> bool:
    """Whether the request cannot have left: there was no connection yet."""
    if isinstance(error, _NEVER_SENT):
        return True
    cause = error.args[0] if error.args else None
    return type(getattr(cause, "reason", None)).__name__ in ("NewConnectionError", "NameResolutionError")


def _listed(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and isinstance(content[0], dict)


def _first(error: SalesforceError) -> tuple[str, str, tuple[str, ...]]:
    """Code, message and fields of the first error of the body; empty when the body is no list of errors."""
    content: Any = error.content
    if not _listed(content):
        return "", "", ()
    first = content[0]
    fields = first.get("fields")
    return (
        str(first.get("errorCode", "")),
        str(first.get("message", "")).strip(),
        tuple(map(str, fields)) if isinstance(fields, list) else (),
    )
