"""The outbox as rows: wanted, claimed under a lease, settled.  Every function runs within the caller's transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from connector.domain.effects import SaveTask
from connector.domain.events import TaskRefused, TaskSaved, TaskWaiting
from connector.domain.model import Contact, SaveState
from connector.ports.store import OutboxCount, OutboxRow, Restored, Settled, TaskFields

UNKNOWN_FOR: Final = 8 * 24 * 3_600_000
"""For so many ms after a restore any contact may have a Task that the backup did not know of."""

_encode = msgspec.msgpack.Encoder().encode
_fields = msgspec.msgpack.Decoder(TaskFields).decode


def want(db: sqlite3.Connection, tasks: Iterable[SaveTask], now: int, epoch: int) -> None:
    """Notes the revisions; one that is not newer than what is wanted already changes nothing.

    A row becomes due at once, a parked one too, but never before the end of a lease: its request is under way.
    """
    tasks = list(tasks)
    restored = db.execute("SELECT restored FROM owner").fetchone()[0]
    if restored and now < restored + UNKNOWN_FOR:
        _doubt(db, tasks)
    db.executemany(
        "INSERT INTO outbox (contact, wanted, fields, due, epoch, doubtful) VALUES (?1, ?2, ?3, ?4, ?5,"
        " EXISTS (SELECT 1 FROM restored WHERE restored.contact = ?1))"
        " ON CONFLICT (contact) DO UPDATE SET wanted = excluded.wanted, fields = excluded.fields,"
        " due = CASE WHEN lease_until IS NULL THEN excluded.due ELSE due END,"
        " attempts = CASE WHEN parked THEN 0 ELSE attempts END, parked = 0, epoch = excluded.epoch"
        " WHERE excluded.wanted > wanted",
        [(task.contact, task.revision, _encode(task.fields), now, epoch) for task in tasks],
    )


def _doubt(db: sqlite3.Connection, tasks: Iterable[SaveTask]) -> None:
    """What this store never wrote may be there all the same, from the time that the backup does not know."""
    db.executemany(
        "INSERT OR IGNORE INTO restored SELECT ?1, 0, ?2"
        " WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.contact = ?1)",
        [(task.contact, _encode({})) for task in tasks],
    )


def claim(db: sqlite3.Connection, now: int, limit: int, until: int, epoch: int) -> list[OutboxRow]:
    """Leases up to `limit` due rows until then and marks them doubtful; returns them as they were before."""
    rows = db.execute(
        "SELECT outbox.contact, wanted, outbox.fields, written, written_fields, task_id, doubtful, attempts,"
        " restored.revision, restored.fields FROM outbox LEFT JOIN restored ON restored.contact = outbox.contact"
        " WHERE due <= ? ORDER BY due, outbox.contact LIMIT ?",
        (now, limit),
    ).fetchall()
    db.executemany(
        "UPDATE outbox SET due = ?, lease_until = ?, doubtful = 1, attempts = attempts + 1, epoch = ?"
        " WHERE contact = ?",
        [(until, until, epoch, row[0]) for row in rows],
    )
    return [
        OutboxRow(
            contact,
            wanted,
            _fields(fields),
            written,
            {} if before is None else _fields(before),
            task_id,
            bool(doubtful),
            attempts,
            None if known is None else Restored(known, _fields(then)),
        )
        for contact, wanted, fields, written, before, task_id, doubtful, attempts, known, then in rows
    ]


def settle(db: sqlite3.Connection, rows: Sequence[Settled], now: int, epoch: int) -> None:
    """Ends the leases.  A row whose wanted revision is newer than the settled one is due now."""
    for row in rows:
        if row.result == "written":
            _written(db, row, now, epoch)
        elif row.result in {"later", "parked"}:
            _unwritten(db, row, now, epoch)
        else:
            raise ValueError(f"result of {row.contact} is {row.result!r}, not written, later or parked")


def _written(db: sqlite3.Connection, row: Settled, now: int, epoch: int) -> None:
    db.execute(
        "UPDATE outbox SET written = :revision, written_fields = :fields, task_id = :task_id, told = 0, attempts = 0,"
        " doubtful = 0, parked = 0, lease_until = NULL, due = CASE WHEN wanted > :revision THEN :now END,"
        " code = '', field = '', message = '', epoch = :epoch"
        " WHERE contact = :contact AND written <= :revision",
        {
            "contact": row.contact,
            "revision": row.revision,
            "fields": _encode(row.fields),
            "task_id": row.task_id,
            "now": now,
            "epoch": epoch,
        },
    )
    if not row.newer:
        db.execute("DELETE FROM restored WHERE contact = ?", (row.contact,))


def _unwritten(db: sqlite3.Connection, row: Settled, now: int, epoch: int) -> None:
    parked = row.result == "parked"
    db.execute(
        "UPDATE outbox SET lease_until = NULL, doubtful = :doubtful, code = :code, field = :field, message = :message,"
        " parked = :parked AND wanted <= :revision, due = CASE WHEN wanted > :revision THEN :now ELSE :due END,"
        " attempts = attempts - (NOT :counts), epoch = :epoch WHERE contact = :contact AND written < wanted",
        {
            "contact": row.contact,
            "revision": row.revision,
            "doubtful": row.doubtful,
            "code": row.code,
            "field": row.field,
            "message": row.message,
            "parked": parked,
            "counts": row.counts,
            "now": now,
            "due": None if parked else row.due,
            "epoch": epoch,
        },
    )


def next_due(db: sqlite3.Connection) -> int | None:
    """When the next row is due, or its lease ends."""
    due: int | None = db.execute("SELECT min(due) FROM outbox WHERE due IS NOT NULL").fetchone()[0]
    return due


def count(db: sqlite3.Connection, now: int) -> OutboxCount:
    """How many rows wait, are leased, are parked; since when the oldest of the waiting ones is due."""
    waiting, leased, oldest = db.execute(
        "SELECT count(*) FILTER (WHERE lease_until IS NULL OR lease_until <= :now),"
        " count(*) FILTER (WHERE lease_until > :now),"
        " min(due) FILTER (WHERE lease_until IS NULL OR lease_until <= :now) FROM outbox WHERE due IS NOT NULL",
        {"now": now},
    ).fetchone()
    parked = db.execute("SELECT count(*) FROM outbox WHERE (wanted > written OR told = 0) AND parked").fetchone()[0]
    return OutboxCount(waiting, leased, parked, oldest)


def news(db: sqlite3.Connection, contacts: Iterable[Contact], now: int) -> list[TaskSaved | TaskWaiting | TaskRefused]:
    """What was settled and what these contacts do not show."""
    shown = {contact.key: contact.save for contact in contacts}
    events: list[TaskSaved | TaskWaiting | TaskRefused] = []
    for contact, wanted, written, written_fields, task_id, due, parked, code, field, message in db.execute(
        "SELECT contact, wanted, written, written_fields, task_id, due, parked, code, field, message FROM outbox"
        " WHERE wanted > written OR told = 0 ORDER BY contact"
    ):
        save = shown.get(contact)
        if save is None:
            continue
        if written > save.written:
            subject = _fields(written_fields).get("Subject")
            events.append(TaskSaved(contact, written, task_id, str(subject or "")))
        if parked and save.state is not SaveState.ATTENTION:
            events.append(TaskRefused(contact, wanted, code, field, message))
        elif code and due is not None and due > now and save.state is SaveState.SAVING:
            events.append(TaskWaiting(contact, wanted, due, code))
    return events
