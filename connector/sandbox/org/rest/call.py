"""A request to the REST API after sign-in, and its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from connector.sandbox.org.errors import OrgError, parse_error

NEWEST, OLDEST = 67, 42
VERSIONS = tuple(f"v{number}.0" for number in range(OLDEST, NEWEST + 1))
WINTER_24 = 59


class RowLock(msgspec.Struct, frozen=True):
    """Rows that another transaction holds; None for every row of the request."""

    rows: frozenset[int] | None = None

    def holds(self, index: int) -> bool:
        return self.rows is None or index in self.rows


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request below /services/data/{version}/. `segments` are the decoded parts of the path after the version."""

    method: str
    version: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    user_id: str
    lock: RowLock | None = None

    def json(self) -> dict[str, object]:
        """The body as a JSON object; raises JSON_PARSER_ERROR."""
        try:
            value = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise parse_error(f"The body is not valid JSON: {error}") from None
        except UnicodeDecodeError:
            raise parse_error("The body is not valid UTF-8") from None
        if not isinstance(value, dict):
            raise parse_error("The body must be a JSON object")
        return value


class Document(msgspec.Struct, frozen=True):
    """A body that is no JSON, such as CSV or XML."""

    text: str
    content_type: str


class Reply(msgspec.Struct, frozen=True):
    """Status, body (None for an empty one) and extra headers."""

    status: int
    body: object = None
    headers: dict[str, str] = {}


def form_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart/form-data body by name; raises INVALID_MULTIPART_REQUEST."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise OrgError("INVALID_MULTIPART_REQUEST", "The request must be multipart/form-data")
    parts: dict[str, bytes] = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name is not None:
            parts[name[1].decode()] = content.removesuffix(b"\r\n")
    return parts


def split_path(url: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Version, decoded segments and query of a path below /services/data; raises NOT_FOUND for unknown versions."""
    parts = urlsplit(url)
    segments = [unquote(part) for part in parts.path.strip("/").split("/")]
    if segments[:2] != ["services", "data"] or len(segments) < 3 or segments[2] not in VERSIONS:
        raise OrgError("NOT_FOUND", "The requested resource does not exist", status=404)
    return segments[2], tuple(segments[3:]), dict(parse_qsl(parts.query, keep_blank_values=True))


def version_label(version: str) -> str:
    """The release that a version belongs to, such as Winter '24 for v59.0."""
    releases, season = divmod(int(version[1:-2]) - WINTER_24, 3)
    return f"{('Winter', 'Spring', 'Summer')[season]} '{24 + releases}"


def lock_error(record: str = "") -> OrgError:
    """UNABLE_TO_LOCK_ROW for the record that is held."""
    message = f"unable to obtain exclusive access to this record or 1 records: {record[:15]}"
    return OrgError("UNABLE_TO_LOCK_ROW", message, fields=[])
