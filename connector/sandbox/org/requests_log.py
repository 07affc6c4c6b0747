"""What was asked of the API, for tests that count requests."""

from __future__ import annotations

from collections import deque

import msgspec

KEPT = 1000


class Entry(msgspec.Struct, frozen=True):
    """One API request. The path has no query, where tokens and personal data may stand; status 0 is a dropped one."""

    method: str
    path: str
    status: int


class RequestLog:
    """All API and token requests are counted, the last ones kept."""

    def __init__(self) -> None:
        self.count = 0
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, entry: Entry) -> None:
        self.count += 1
        self._entries.append(entry)

    def last(self, number: int) -> list[Entry]:
        """At most that many entries, oldest first."""
        return list(self._entries)[-number:] if number else []
