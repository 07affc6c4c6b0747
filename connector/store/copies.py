"""Copies of the store: a backup while the connector runs, the way back, and bringing the schema forward.

A copy is made beside its place and verified before it gets its name, so that there is never half a file under it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct, structs

from connector.domain.directory import Directory
from connector.domain.model import Contact
from connector.domain.tasks import Fields, fields
from connector.errors import StoreError
from connector.store import database, records

SIDES: Final = ("", "-wal", "-shm")
_MINUTE: Final = 60_000
_encode = msgspec.msgpack.Encoder().encode


class Found(Struct, frozen=True):
    """What a store holds: its schema, how many contacts, and how many Tasks that are not known to be written."""

    schema: int
    contacts: int
    unwritten: int


class Migration(Struct, frozen=True):
    """From which schema to which, and the names of the steps in between."""

    found: int
    latest: int
    steps: tuple[str, ...]


class Return(Struct, frozen=True):
    """What a restore brought back, and where the store is now that was there before ("" for none)."""

    found: Found
    aside: str


def back_up(store: Path, target: Path, now: int, *, replace: bool = False) -> tuple[Path, Found]:
    """Writes a consistent copy, also while a connector runs on the store; returns where it is and what it holds.

    A `target` that is a folder gets a file named after the store and the time.  Raises `StoreError`.
    """
    if target.is_dir():
        target = target / f"{store.stem}-{_stamp(now)}{store.suffix}"
    ours = {store.with_name(store.name + side).resolve() for side in (*SIDES, ".lock", ".numbers", ".admin")}
    if target.resolve() in ours:
        raise StoreError(f"{target}: belongs to the store itself: give the backup another name")
    if target.exists() and not replace:
        raise StoreError(f"{target}: is there already: give another name, or --replace")
    if not store.exists():
        raise StoreError(f"{store}: there is no store yet: look at the setting `store`")
    with _copied(store, target) as part:
        found = verified(part)
        part.replace(target)
    _sync(target.parent)
    return target, found


def restore(source: Path, store: Path, now: int) -> Return:
    """Puts a backup in the store's place; what was there is kept beside it.

    Every Task is looked up by its key before the restored store writes it: the org may hold newer versions of it.
    Raises `StoreLocked` while a connector runs, `StoreError` for a source that is damaged, of another program or of a
    newer version; the store is then as it was.
    """
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file: give the path of a backup")
    lock = database.Lock(store)
    try:
        if source.resolve() == store.resolve():
            raise StoreError(f"{source}: is the store itself: give the path of a backup")
        verified(source)
        with _copied(source, store) as part:
            with closing(database.connect(part)) as db:
                try:
                    _doubt_all(db, now)
                    db.execute("PRAGMA journal_mode = DELETE")
                except sqlite3.Error as error:
                    raise database.explained(error, part) from error
            found = verified(part)
            aside = _set_aside(store, now)
            part.replace(store)
        _sync(store.parent)
    finally:
        lock.release()
    return Return(found, aside)


def migrate(store: Path, *, dry_run: bool = False) -> Migration:
    """Brings the schema up to date without serving, or says what would be done.  Raises `StoreError`, `StoreLocked`."""
    if not store.exists():
        raise StoreError(f"{store}: there is no store yet: the connector makes it when it starts")
    if dry_run:
        return _planned(store)
    lock = database.Lock(store)
    try:
        planned = _planned(store)
        database.connect(store).close()
    finally:
        lock.release()
    return planned


def verified(path: Path) -> Found:
    """What the file holds, every page and value of it looked at.  Raises `StoreError` that says what is wrong."""
    with closing(reading(path)) as db:
        try:
            problem = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if problem != "ok":
                raise StoreError(f"{path}: it is damaged ({problem}): take another backup")
            schema = db.execute("PRAGMA user_version").fetchone()[0]
            contacts = sum(1 for _ in records.every_contact(db))
            records.agents(db)
            unwritten = db.execute("SELECT count(*) FROM outbox WHERE wanted > written").fetchone()[0]
        except sqlite3.Error as error:
            raise database.explained(error, path) from error
    return Found(schema, contacts, unwritten)


def reading(path: Path) -> sqlite3.Connection:
    """The store, to be read only; also while a connector has it.

    Raises `StoreError` for another program's file, a damaged one, and one of a newer connector.
    """
    db: sqlite3.Connection | None = None
    try:
        db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
        database.check_ours(db, path)
        database.check_schema(db, path)
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise database.explained(error, path) from error
    except BaseException:
        if db is not None:
            db.close()
        raise
    return db


def _planned(store: Path) -> Migration:
    with closing(reading(store)) as db:
        found = db.execute("PRAGMA user_version").fetchone()[0]
    names = database.migration_names()
    return Migration(found, max(names), tuple(name for number, name in sorted(names.items()) if number > found))


@contextmanager
def _copied(source: Path, place: Path) -> Iterator[Path]:
    """A copy of a database beside `place`, its owner's only and on disk; gone afterwards unless it was moved."""
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"{part}: {error.strerror}: check the path, and who owns the folder") from error
    try:
        with closing(reading(source)) as db:
            try:
                # One transaction, and only what is in use: what was deleted is not in the copy.
                db.execute("VACUUM INTO ?", (str(part),))
            except sqlite3.Error as error:
                raise database.explained(error, part) from error
        _sync(part)
        yield part
    except OSError as error:
        raise StoreError(f"{place}: {error.strerror}: check the path, and who owns the folder") from error
    finally:
        for side in SIDES:
            part.with_name(part.name + side).unlink(missing_ok=True)


def _doubt_all(db: sqlite3.Connection, now: int) -> None:
    """Notes of each contact what the backup knew; what waited, was leased or parked is due, and looked up first.

    What is wanted from now on has higher revisions than any that can have been wanted after the backup: no contact
    has one for each minute since 1970.
    """
    base = now // _MINUTE
    directory = records.directory(db) or Directory()
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE owner SET restored = ?", (now,))
    wanted = dict(db.execute("SELECT contact, wanted FROM outbox"))
    for contact in list(records.every_contact(db)):
        newest = max(contact.save.wanted, wanted.get(contact.key, 0))
        db.execute(
            "INSERT OR REPLACE INTO restored VALUES (?, ?, ?)",
            (contact.key, newest, _encode(_fields(contact, directory))),
        )
        later = structs.replace(contact, save=structs.replace(contact.save, base=base))
        db.execute("UPDATE contact SET value = ? WHERE key = ?", (_encode(later), contact.key))
    db.execute(
        "INSERT OR IGNORE INTO restored SELECT contact, wanted, fields FROM outbox"  # a contact that is gone
    )
    db.execute(
        "UPDATE outbox SET doubtful = 1, lease_until = NULL, parked = 0, attempts = 0,"
        " due = CASE WHEN wanted > written THEN ? END",
        (now,),
    )
    db.execute("COMMIT")


def _fields(contact: Contact, directory: Directory) -> Fields:
    """What the Task would be, were it written now; of somebody or of nobody."""
    return fields(structs.replace(contact, agent=contact.agent or ""), directory)


def _set_aside(store: Path, now: int) -> str:
    """The store under another name, with its log of changes; still under its own, too, until that is replaced."""
    if not store.exists():
        return ""
    with suppress(sqlite3.Error), closing(sqlite3.connect(store, isolation_level=None)) as db:
        # What is only in the log so far goes into the file.  One that is damaged is kept as it is, log and all.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = store.with_name(f"{store.name}.before-restore-{_stamp(now)}")
    os.link(store, aside)
    for side in SIDES[1:]:
        with suppress(FileNotFoundError):
            store.with_name(store.name + side).rename(aside.with_name(aside.name + side))
    return str(aside)


def _stamp(now: int) -> str:
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _sync(path: Path) -> None:
    """What was written to the file, or which names the folder has, is on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
