"""The jobs of the Bulk API that the org knows of, kept in memory."""

from __future__ import annotations

import msgspec


class Job(msgspec.Struct, kw_only=True):
    """A job: what it was given, how far it is, and what became of its rows.

    succeeded: id, whether new, the row. failed: id, what was wrong, the row. rows: the answer of a query.
    """

    id: str
    kind: str
    operation: str
    object: str
    user: str
    created: str
    key: str = ""
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    state: str = "Open"
    error: str = ""
    data: bytes | None = None
    columns: list[str] = []
    processed: int = 0
    succeeded: list[tuple[str, bool, list[str]]] = []
    failed: list[tuple[str, str, list[str]]] = []
    rows: list[list[str]] = []
