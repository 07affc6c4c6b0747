"""The outbox as a ledger: what ought to be in the org.  Every function runs within the caller's transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from connector.ports.store import LedgerRow, TaskFields

ASKED_AT_ONCE: Final = 500
"""Keys in one query; SQLite takes 32,766."""

_SELECT: Final = (
    "SELECT outbox.contact, wanted, outbox.written, task_id, due, lease_until, parked, discarded, closed"
    " FROM contact CROSS JOIN outbox ON outbox.contact = key WHERE "
)
"""`CROSS JOIN` holds SQLite to that order: the contacts by their index on `closed`, then the row of each."""

_encode = msgspec.msgpack.Encoder().encode


def state(
    wanted: int, written: int, due: int | None, lease_until: int | None, parked: int, discarded: int, now: int
) -> str:
    """See `OutboxEntry`."""
    if wanted <= written:
        return "written"
    if discarded or parked:
        return "discarded" if discarded else "parked"
    if lease_until is not None and lease_until > now:
        return "writing"
    return "later" if due is not None and due > now else "due"


def page(db: sqlite3.Connection, since: int, after: LedgerRow | None, limit: int, now: int) -> list[LedgerRow]:
    """Up to `limit` rows after that one: of contacts closed since then, the earliest first, then of open ones."""
    found: list[LedgerRow] = []
    if after is None or after.closed is not None:
        closed, key = (since, "") if after is None else (after.closed, after.contact)
        found = _rows(
            db.execute(
                f"{_SELECT} closed >= ? AND (closed, key) > (?, ?) ORDER BY closed, key LIMIT ?",
                (closed, closed, key, limit),
            ),
            now,
        )
    if len(found) < limit:
        key = after.contact if after is not None and after.closed is None else ""
        found += _rows(
            db.execute(f"{_SELECT} closed IS NULL AND key > ? ORDER BY key LIMIT ?", (key, limit - len(found))), now
        )
    return found


def of(db: sqlite3.Connection, contacts: Sequence[str], now: int) -> list[LedgerRow]:
    """The rows of these contacts."""
    found: list[LedgerRow] = []
    for first in range(0, len(contacts), ASKED_AT_ONCE):
        part = contacts[first : first + ASKED_AT_ONCE]
        marks = ", ".join("?" * len(part))
        found += _rows(db.execute(f"{_SELECT} key IN ({marks})", part), now)
    return found


def _rows(rows: Iterable[tuple[Any, ...]], now: int) -> list[LedgerRow]:
    return [
        LedgerRow(
            contact,
            state(wanted, written, due, lease_until, parked, discarded, now),
            wanted,
            written,
            task_id,
            closed,
        )
        for contact, wanted, written, task_id, due, lease_until, parked, discarded, closed in rows
    ]


def write_again(
    db: sqlite3.Connection, row: LedgerRow, fields: TaskFields, now: int, epoch: int, *, anew: bool
) -> bool:
    """See `Store`.  The row is as one that was tried and never confirmed, so that it is looked up first."""
    return bool(
        db.execute(
            "UPDATE outbox SET written = 0, written_fields = NULL, fields = :fields, doubtful = 1, attempts = 0,"
            " task_id = CASE WHEN :anew THEN NULL ELSE task_id END, due = :now, since = :now, lease_until = NULL,"
            " epoch = :epoch WHERE contact = :contact AND wanted = :wanted AND written = wanted"
            " AND task_id IS :task_id AND due IS NULL",
            {
                "contact": row.contact,
                "wanted": row.wanted,
                "task_id": row.task_id,
                "fields": _encode(fields),
                "anew": anew,
                "now": now,
                "epoch": epoch,
            },
        ).rowcount
    )
