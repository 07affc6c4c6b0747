"""Faults on demand, so that clients can be tried against the bad days of an org."""

from __future__ import annotations

from typing import Literal

import msgspec

from connector.sandbox.org.rest.call import RowLock

Kind = Literal[
    "expired_session", "daily_limit", "concurrent_limit", "row_lock", "unavailable", "html_502", "slow",
    "drop_before", "drop_after",
]  # fmt: skip


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A fault waiting for requests below /services/data.

    It meets the next `count` requests whose path holds `path` and whose method is `method`, where those are given.
    `seconds` is how long a slow one waits; `rows` are the places, from 0, of a collection's rows that a row lock holds
    (all when absent). `drop_before` closes the connection without doing anything, `drop_after` after the commit.
    """

    kind: Kind
    count: int = 1
    path: str | None = None
    method: str | None = None
    seconds: float = 0.0
    rows: list[int] | None = None

    def meets(self, method: str, path: str) -> bool:
        if self.kind == "row_lock" and method == "GET":
            return False
        return (self.method is None or self.method.upper() == method) and (self.path is None or self.path in path)


class Faults:
    """The faults that still wait, in the order they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        self.waiting += [fault for fault in faults if fault.count > 0]

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that meets this request, one of its counts used up; at most one fault meets a request."""
        for fault in self.waiting:
            if fault.meets(method, path):
                fault.count -= 1
                if fault.count == 0:
                    self.waiting.remove(fault)
                return fault
        return None


def row_lock(fault: Fault | None) -> RowLock | None:
    """The locked rows that the fault means, if it is a row lock."""
    if fault is None or fault.kind != "row_lock":
        return None
    return RowLock(None if fault.rows is None else frozenset(fault.rows))
