"""Contacts, agents, replies and the directory as rows.  Every function runs within the caller's transaction."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec import structs

from connector.domain import erasure
from connector.domain.directory import Directory
from connector.domain.erasure import Person
from connector.domain.model import Agent, Contact, Phase, SaveState
from connector.errors import StoreError
from connector.ports.store import About, Keep, RememberedReply

log = logging.getLogger(__name__)

PRUNED_AT_ONCE: Final = 500
"""Rows deleted in one transaction, so that no commit waits long for it."""

_encode = msgspec.msgpack.Encoder().encode
_contact = msgspec.msgpack.Decoder(Contact).decode
_agent = msgspec.msgpack.Decoder(Agent).decode
_reply = msgspec.msgpack.Decoder(RememberedReply).decode
_directory = msgspec.msgpack.Decoder(Directory).decode

T_co = TypeVar("T_co", covariant=True)


class _Decode(Protocol[T_co]):
    def __call__(self, value: bytes, /) -> T_co: ...


def put_contacts(db: sqlite3.Connection, contacts: Iterable[Contact], now: int, epoch: int) -> None:
    """The newest values; what the outbox settled counts as told once a contact shows it."""
    db.executemany(
        "INSERT INTO contact (key, agent, started, closed, written, pending, epoch, value)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET agent = excluded.agent,"
        " started = excluded.started, closed = excluded.closed, written = excluded.written,"
        " pending = excluded.pending, epoch = excluded.epoch, value = excluded.value",
        [_contact_row(contact, now, epoch) for contact in contacts],
    )
    heard = [(it.key, it.agent, it.started, epoch) for it in contacts if it.recorded and it.agent is not None]
    if heard:
        db.executemany("INSERT INTO recorded VALUES (?, ?, ?, ?) ON CONFLICT (contact) DO NOTHING", heard)
    told = [
        (it.key, it.save.written, it.save.state is SaveState.DISCARDED)
        for it in contacts
        if it.save.written or it.save.state is SaveState.DISCARDED
    ]
    if told:
        db.executemany(
            "UPDATE outbox SET told = 1 WHERE contact = ? AND told = 0 AND written <= ? AND discarded <= ?", told
        )


def _contact_row(contact: Contact, now: int, epoch: int) -> tuple[object, ...]:
    closed = None
    if contact.phase is Phase.CLOSED:
        closed = now if contact.closed is None else contact.closed
    if contact.digits:
        # What the customer typed may be a card number: it lives in memory only.
        contact = structs.replace(contact, digits="")
    # What waited since yesterday, or longer, is of the agent's day on which they were offered it.
    started = contact.started if contact.offered is None else max(contact.started, contact.offered)
    told = (closed, contact.save.written, contact.work_due)
    return contact.key, contact.agent, started, *told, epoch, _encode(contact)


def put_agents(db: sqlite3.Connection, agents: Iterable[Agent], epoch: int) -> None:
    """The newest values."""
    db.executemany(
        "INSERT INTO agent (id, epoch, value) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, value = excluded.value",
        [(agent.id, epoch, _encode(agent)) for agent in agents],
    )


def put_replies(db: sqlite3.Connection, replies: Iterable[RememberedReply], epoch: int) -> None:
    """The replies, each in place of an earlier one to the same request."""
    db.executemany(
        "INSERT INTO reply (agent, request, at, epoch, value) VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent, request)"
        " DO UPDATE SET at = excluded.at, epoch = excluded.epoch, value = excluded.value",
        [(reply.agent, reply.request, reply.at, epoch, _encode(reply)) for reply in replies],
    )


def put_directory(db: sqlite3.Connection, directory: Directory, now: int, epoch: int) -> None:
    """The directory, in place of the one before."""
    db.execute(
        "INSERT INTO directory (one, epoch, value, at) VALUES (1, ?, ?, ?)"
        " ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, value = excluded.value, at = excluded.at",
        (epoch, _encode(directory), now),
    )


def unsettled_contacts(db: sqlite3.Connection) -> list[Contact]:
    """Contacts that are open, or whose Task is unwritten, or whose Task's outcome they may not show; oldest first.

    And those of which Salesforce is to be told something beside the Task.  Not one other row is read (`+` keeps SQLite
    from going through all that are closed).
    """
    rows = db.execute(
        "SELECT key, value FROM contact WHERE closed IS NULL UNION ALL"
        " SELECT key, value FROM contact WHERE pending = 1 AND +closed IS NOT NULL UNION ALL"
        " SELECT key, value FROM outbox CROSS JOIN contact ON key = contact"
        " WHERE (wanted > outbox.written OR told = 0) AND NOT (discarded AND told)"
        " AND closed IS NOT NULL AND pending = 0"
    )
    return sorted((_decoded(_contact, value, f"contact {key}") for key, value in rows), key=_age)


def _age(contact: Contact) -> tuple[int, str]:
    return contact.started, contact.key


def every_contact(db: sqlite3.Connection) -> Iterator[Contact]:
    """All contacts that are kept, open or closed; who changes them reads to the end first."""
    for key, value in db.execute("SELECT key, value FROM contact"):
        yield _decoded(_contact, value, f"contact {key}")


def agents(db: sqlite3.Connection) -> list[Agent]:
    """All agents."""
    rows = db.execute("SELECT id, value FROM agent ORDER BY id")
    return [_decoded(_agent, value, f"agent {key}") for key, value in rows]


def replies(db: sqlite3.Connection, since: int) -> list[RememberedReply]:
    """The replies since then, oldest first."""
    rows = db.execute("SELECT request, value FROM reply WHERE at > ? ORDER BY at, rowid", (since,))
    return [_decoded(_reply, value, f"reply {request}") for request, value in rows]


def directory(db: sqlite3.Connection, since: int = -1) -> Directory | None:
    """The last directory, if it was confirmed since then; None, too, when this version cannot read it."""
    row = db.execute("SELECT value FROM directory WHERE at > ?", (since,)).fetchone()
    if row is None:
        return None
    try:
        return _directory(row[0])
    except msgspec.DecodeError as error:
        log.warning("the directory kept by another version cannot be read and is fetched anew: %s", error)
        return None


def contact(db: sqlite3.Connection, key: str) -> Contact | None:
    """The contact, open or closed, or None."""
    row = db.execute("SELECT value FROM contact WHERE key = ?", (key,)).fetchone()
    return None if row is None else _decoded(_contact, row[0], f"contact {key}")


def recorded_by(db: sqlite3.Connection, key: str) -> str | None:
    """The agent of a contact that was recorded, or None."""
    row = db.execute("SELECT agent FROM recorded WHERE contact = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def forget_recorded(db: sqlite3.Connection, before: int) -> int:
    """Forgets whose some of the old recordings were; returns of how many, 0 when none was left."""
    return db.execute(
        "DELETE FROM recorded WHERE contact IN (SELECT contact FROM recorded WHERE at < ? LIMIT ?)",
        (before, PRUNED_AT_ONCE),
    ).rowcount


def use_token(db: sqlite3.Connection, token: str, until: int) -> bool:
    """Notes that the token was used; whether it was not before."""
    return db.execute("INSERT OR IGNORE INTO used_token VALUES (?, ?)", (token, until)).rowcount == 1


def today(db: sqlite3.Connection, agent: str, since: int, limit: int) -> tuple[int, list[Contact]]:
    """How many closed contacts of that agent started since then, and the newest of them, newest first."""
    condition = "FROM contact WHERE agent = ? AND started >= ? AND closed IS NOT NULL"
    count = db.execute(f"SELECT count(*) {condition}", (agent, since)).fetchone()[0]
    rows = db.execute(
        f"SELECT key, value {condition} ORDER BY started DESC LIMIT ?",
        (agent, since, limit),
    )
    return count, [_decoded(_contact, value, f"contact {key}") for key, value in rows]


_SETTLED: Final = (
    "SELECT key FROM contact WHERE closed IS NOT NULL AND pending = 0"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.contact = key"
    " AND (wanted > outbox.written OR told = 0) AND NOT (discarded AND told))"
)


def about(db: sqlite3.Connection, person: Person) -> list[About]:
    """The contacts with that person, oldest first."""
    settled = {key for (key,) in db.execute(_SETTLED)}
    recorded = {key for (key,) in db.execute("SELECT contact FROM recorded")}
    found = [it for it in every_contact(db) if erasure.about(it, person)]
    return [About(it, it.key in settled, it.recorded or it.key in recorded) for it in sorted(found, key=_age)]


def erase(db: sqlite3.Connection, person: Person, keys: Iterable[str], now: int, epoch: int) -> None:
    """Those contacts are gone, and nowhere else is that person named."""
    gone = set(keys)
    for change in _ERASE:
        db.executemany(change, [(key,) for key in gone])
    for request, value in db.execute("SELECT request, value FROM reply").fetchall():
        reply = _decoded(_reply, value, f"reply {request}")
        named = any(number in (reply.message or "") for number in person.numbers)
        if reply.contact in gone or named:
            db.execute("DELETE FROM reply WHERE agent = ? AND request = ?", (reply.agent, reply.request))
    changed = [other for it in every_contact(db) if (other := erasure.unnamed(it, person)) is not it]
    put_contacts(db, changed, now, epoch)
    put_agents(db, [o for it in agents(db) if (o := erasure.agent_without(it, person)) is not it], epoch)


_ERASE: Final = (
    "DELETE FROM contact WHERE key = ?",
    "DELETE FROM outbox WHERE contact = ?",
    "DELETE FROM restored WHERE contact = ?",
    "DELETE FROM discarded WHERE contact = ?",
    "DELETE FROM recorded WHERE contact = ?",
)


def prune(db: sqlite3.Connection, now: int, keep: Keep) -> int:
    """Deletes some of what nobody needs any more; returns how many contacts, 0 when nothing was left to delete."""
    db.execute("DELETE FROM reply WHERE at <= ?", (now - keep.replies,))
    db.execute("DELETE FROM used_token WHERE until <= ?", (now,))
    db.execute("DELETE FROM discarded WHERE at <= ?", (now - keep.discards,))
    if keep.directory:
        db.execute("DELETE FROM directory WHERE at <= ?", (now - keep.directory,))
    if keep.task_fields < keep.contacts:
        db.execute(
            "UPDATE outbox SET written_fields = ? WHERE wanted <= outbox.written AND written_fields <> ?"
            " AND contact IN (SELECT key FROM contact WHERE closed < ?)",
            (_encode({}), _encode({}), now - keep.task_fields),
        )
    gone = db.execute(
        "DELETE FROM contact WHERE key IN (SELECT key FROM contact WHERE closed < ? AND NOT EXISTS (SELECT 1 FROM"
        " outbox WHERE outbox.contact = key AND (wanted > outbox.written OR told = 0) AND NOT (discarded AND told))"
        " LIMIT ?) RETURNING key",
        (now - keep.contacts, PRUNED_AT_ONCE),
    ).fetchall()
    db.executemany("DELETE FROM outbox WHERE contact = ?", gone)
    db.executemany("DELETE FROM restored WHERE contact = ?", gone)
    return len(gone)


def _decoded(decode: _Decode[T_co], value: bytes, what: str) -> T_co:
    try:
        return decode(value)
    except msgspec.DecodeError as error:
        raise StoreError(f"{what} cannot be read ({error}): restore the file from a backup") from error
