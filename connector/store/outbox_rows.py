"""The outbox as rows: wanted, claimed under a lease, settled.  Every function runs within the caller's transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from connector.domain.effects import SaveTask
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved, TaskWaiting
from connector.domain.model import Contact, SaveState
from connector.ports.store import (
    LONGEST_WAIT,
    Discard,
    OutboxCount,
    OutboxEntry,
    OutboxRow,
    Restored,
    Settled,
    TaskFields,
)
from connector.store import ledger_rows

UNKNOWN_FOR: Final = 8 * 24 * 3_600_000
"""For so many ms after a restore any contact may have a Task that the backup did not know of."""

_encode = msgspec.msgpack.Encoder().encode
_fields = msgspec.msgpack.Decoder(TaskFields).decode
_NOTHING: Final = _encode({})


def want(db: sqlite3.Connection, tasks: Iterable[SaveTask], now: int, epoch: int) -> None:
    """Notes the revisions; one that is not newer than what is wanted already changes nothing.

    A row becomes due at once, a parked one too, but never before the end of a lease: its request is under way.
    """
    tasks = list(tasks)
    restored = db.execute("SELECT restored FROM owner").fetchone()[0]
    if restored and now < restored + UNKNOWN_FOR:
        _doubt(db, tasks)
    db.executemany(
        "INSERT INTO outbox (contact, wanted, fields, due, since, epoch, doubtful) VALUES (?1, ?2, ?3, ?4, ?4, ?5,"
        " EXISTS (SELECT 1 FROM restored WHERE restored.contact = ?1))"
        " ON CONFLICT (contact) DO UPDATE SET wanted = excluded.wanted, fields = excluded.fields,"
        " since = CASE WHEN due IS NULL THEN excluded.since ELSE coalesce(since, excluded.since) END,"
        " due = CASE WHEN lease_until IS NULL THEN excluded.due ELSE due END,"
        " attempts = CASE WHEN parked THEN 0 ELSE attempts END, parked = 0, discarded = 0, epoch = excluded.epoch"
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


def not_of_another_clock(db: sqlite3.Connection, now: int) -> None:
    """What would wait for a time that no clock of today has set is due now."""
    db.execute("UPDATE outbox SET due = ? WHERE due > ?", (now, now + LONGEST_WAIT))


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
    written = [row for row in rows if row.result == "written"]
    _written(db, written, now, epoch)
    for row in rows:
        if row.result in {"later", "parked"}:
            _unwritten(db, row, now, epoch)
        elif row.result != "written":
            raise ValueError(f"result of {row.contact} is {row.result!r}, not written, later or parked")


def _written(db: sqlite3.Connection, rows: Sequence[Settled], now: int, epoch: int) -> None:
    db.executemany(
        "UPDATE outbox SET written = ?2, written_fields = ?3, task_id = ?4, attempts = 0,"
        # Of what was written again as it was there is nothing to tell.
        " told = task_id IS ?4 AND EXISTS (SELECT 1 FROM contact AS shown WHERE key = ?1 AND shown.written >= ?2),"
        " doubtful = 0, parked = 0, lease_until = NULL, due = CASE WHEN wanted > ?2 THEN ?5 END,"
        " since = CASE WHEN wanted > ?2 THEN ?5 END,"
        # What is written is not kept twice.
        " fields = CASE WHEN wanted > ?2 THEN outbox.fields ELSE ?6 END,"
        " code = '', field = '', message = '', epoch = ?7"
        " WHERE contact = ?1 AND written <= ?2",
        [(row.contact, row.revision, _encode(row.fields), row.task_id, now, _NOTHING, epoch) for row in rows],
    )
    db.executemany("DELETE FROM restored WHERE contact = ?", [(row.contact,) for row in rows if not row.newer])


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
    """How many rows wait, are leased, are parked; since when the oldest of the waiting ones is due, and wanted."""
    waiting, leased, oldest_due, later, oldest = db.execute(
        "SELECT count(*) FILTER (WHERE lease_until IS NULL OR lease_until <= :now),"
        " count(*) FILTER (WHERE lease_until > :now),"
        " min(due) FILTER (WHERE lease_until IS NULL OR lease_until <= :now),"
        " count(*) FILTER (WHERE due > :now AND (lease_until IS NULL OR lease_until <= :now)),"
        " min(coalesce(since, due)) FROM outbox WHERE due IS NOT NULL",
        {"now": now},
    ).fetchone()
    parked = db.execute("SELECT count(*) FROM outbox WHERE (wanted > written OR told = 0) AND parked").fetchone()[0]
    return OutboxCount(waiting, leased, parked, oldest_due, later, oldest)


def entries(db: sqlite3.Connection, now: int, contact: str | None) -> list[OutboxEntry]:
    """What is not written, oldest contact first; of one contact its row, written or not."""
    which = "wanted > outbox.written" if contact is None else "outbox.contact = :contact"
    return _entries(db, now, which, {"contact": contact})


def parked_entries(db: sqlite3.Connection, now: int, limit: int) -> tuple[int, list[OutboxEntry]]:
    """How many are parked, and up to `limit` of them, oldest contact first."""
    which = "wanted > outbox.written AND parked"
    total = db.execute(f"SELECT count(*) FROM outbox WHERE {which}").fetchone()[0]  # noqa: S608 - the text above
    return total, _entries(db, now, which, {"limit": limit}) if total else []


def _entries(db: sqlite3.Connection, now: int, which: str, values: dict[str, object]) -> list[OutboxEntry]:
    rows = db.execute(
        "SELECT outbox.contact, wanted, outbox.written, fields, written_fields, task_id, due, lease_until, parked,"  # noqa: S608 - one of those above
        " doubtful, attempts, code, field, message, discarded, agent, started,"
        " EXISTS (SELECT 1 FROM restored WHERE restored.contact = outbox.contact)"
        " FROM outbox LEFT JOIN contact ON contact.key = outbox.contact"
        f" WHERE {which} ORDER BY started, outbox.contact LIMIT :limit",
        {"limit": -1, **values},
    ).fetchall()
    return [_entry(db, row, now) for row in rows]


def _entry(db: sqlite3.Connection, row: tuple[Any, ...], now: int) -> OutboxEntry:
    contact, wanted, written, fields, before, task_id, due, lease_until, parked, doubtful, attempts, *more = row
    code, field, message, discarded, agent, started, restored = more
    state = ledger_rows.state(wanted, written, due, lease_until, parked, discarded, now)
    discards = db.execute("SELECT * FROM discarded WHERE contact = ? ORDER BY at", (contact,))
    return OutboxEntry(
        contact,
        state,
        wanted,
        written,
        _fields(fields),
        {} if before is None else _fields(before),
        task_id,
        due,
        bool(doubtful),
        bool(restored),
        attempts,
        code,
        field,
        message,
        agent,
        started,
        tuple(Discard(*one) for one in discards),
    )


_FREE: Final = "wanted > written AND (lease_until IS NULL OR lease_until <= :now)"


def try_again(db: sqlite3.Connection, contacts: Sequence[str] | None, but: Sequence[str], now: int) -> int:
    """Those rows, or all that are not discarded `but` those, are due now; how many."""
    change = "UPDATE outbox SET due = :now, lease_until = NULL, parked = 0, discarded = 0, attempts = 0"
    if contacts is None:
        others = "contact NOT IN (SELECT value FROM json_each(:but))"
        values = {"now": now, "but": msgspec.json.encode(but).decode()}
        return db.execute(f"{change} WHERE {_FREE} AND NOT discarded AND {others}", values).rowcount
    return sum(
        db.execute(f"{change} WHERE {_FREE} AND contact = :contact", {"now": now, "contact": contact}).rowcount
        for contact in contacts
    )


def discard(db: sqlite3.Connection, given: Discard, now: int, epoch: int) -> bool:
    """What is wanted is not written; False, and nothing changes, when it cannot be decided so now."""
    values = {"contact": given.contact, "revision": given.revision, "now": now, "epoch": epoch}
    done = db.execute(
        "UPDATE outbox SET discarded = 1, told = 0, parked = 0, due = NULL, lease_until = NULL, epoch = :epoch,"
        " code = 'discarded', field = '', message = :message WHERE contact = :contact AND wanted = :revision"
        " AND wanted > written AND (lease_until IS NULL OR lease_until <= :now)",
        {**values, "message": words(given)},
    ).rowcount
    if done:
        db.execute(
            "INSERT OR REPLACE INTO discarded VALUES (?, ?, ?, ?, ?)",
            (given.contact, given.revision, given.at, given.who, given.reason),
        )
    return bool(done)


def words(given: Discard) -> str:
    """What the contact shows of it."""
    return f"{given.who}: {given.reason}"


def news(
    db: sqlite3.Connection, contacts: Iterable[Contact], now: int
) -> list[TaskSaved | TaskWaiting | TaskRefused | TaskDiscarded]:
    """What was settled and what these contacts do not show."""
    shown = {contact.key: contact.save for contact in contacts}
    events: list[TaskSaved | TaskWaiting | TaskRefused | TaskDiscarded] = []
    for contact, wanted, written, written_fields, task_id, due, parked, discarded, code, field, message in db.execute(
        "SELECT contact, wanted, written, written_fields, task_id, due, parked, discarded, code, field, message"
        " FROM outbox WHERE wanted > written OR told = 0 ORDER BY contact"
    ):
        save = shown.get(contact)
        if save is None:
            continue
        if written > save.written or (written and written == save.written and task_id != save.task_id):
            subject = _fields(written_fields).get("Subject")
            events.append(TaskSaved(contact, written, task_id, str(subject or "")))
        if discarded and save.state is not SaveState.DISCARDED:
            events.append(TaskDiscarded(contact, wanted, message))
        elif parked and save.state is not SaveState.ATTENTION:
            events.append(TaskRefused(contact, wanted, code, field, message))
        elif code and due is not None and due > now and save.state is SaveState.SAVING:
            events.append(TaskWaiting(contact, wanted, due, code))
    return events
