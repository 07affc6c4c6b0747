"""The index of numbers in a SQLite file of its own: lost, it is read from the org again, so it needs no backup."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from connector.errors import StoreError
from connector.ports.number_index import Mark, Numbers, Place

log = logging.getLogger(__name__)

T = TypeVar("T")

APPLICATION_ID: Final = 0x50684E31
"""Marks our files (SQLite's `application_id`), so that no other file is ever thrown away."""

SCHEMA: Final = 1
_TABLES: Final = """
CREATE TABLE number (
    key TEXT NOT NULL, extension TEXT NOT NULL, sobject TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (key, extension, sobject, record)
) WITHOUT ROWID;
CREATE INDEX number_record ON number (sobject, record);
CREATE TABLE mark (
    sobject TEXT PRIMARY KEY, fields TEXT NOT NULL, stamp TEXT NOT NULL, record TEXT NOT NULL, filled INTEGER NOT NULL
) WITHOUT ROWID;
"""
_ALL: Final = 1_000_000
_SIDES: Final = ("", "-wal", "-shm")


class SqliteNumberIndex:
    """See `connector.ports.number_index.NumberIndex`.  Only the owner of the file can read it.

    A file that is damaged, or of another version of ours, is thrown away and begun anew.
    """

    def __init__(self, path: Path) -> None:
        """The file is opened, or made, when it is first needed; any method may raise `StoreError`."""
        self._path = path
        self._lock = threading.Lock()
        self._closed = False
        self._db: sqlite3.Connection | None = None

    def find(self, keys: Sequence[str], most: int) -> Sequence[Place]:
        """See the port."""
        marks = ", ".join("?" * len(keys))
        sql = (
            f"SELECT sobject, record FROM number WHERE key IN ({marks}) "  # noqa: S608 - only question marks
            "GROUP BY sobject, record ORDER BY min(extension <> ''), record LIMIT ?"
        )
        return self._do(lambda db: [Place(*row) for row in db.execute(sql, [*keys, most])])

    def put(self, sobject: str, records: Iterable[Numbers], mark: Mark) -> None:
        """See the port."""
        newest = {given.record: given for given in records}

        def work(db: sqlite3.Connection) -> None:
            db.executemany("DELETE FROM number WHERE sobject = ? AND record = ?", [(sobject, one) for one in newest])
            rows = [(*key, sobject, given.record) for given in newest.values() for key in given.keys]
            db.executemany("INSERT OR IGNORE INTO number VALUES (?, ?, ?, ?)", rows)
            place = (sobject, mark.fields, mark.stamp, mark.record, mark.filled)
            db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?)", place)

        self._do(work)

    def remove(self, places: Iterable[Place]) -> None:
        """See the port."""
        rows = [(place.sobject, place.record) for place in places]
        self._do(lambda db: db.executemany("DELETE FROM number WHERE sobject = ? AND record = ?", rows))

    def erase(self, keys: Sequence[str], places: Iterable[Place]) -> int:
        """See the port."""
        found = {*self.find(keys, _ALL), *places} if keys else set(places)
        rows = [(place.sobject, place.record) for place in found]

        def work(db: sqlite3.Connection) -> int:
            gone = {
                row
                for row in rows
                if db.execute("DELETE FROM number WHERE sobject = ? AND record = ?", row).rowcount
            }
            return len(gone)

        count = self._do(work)
        with self._lock:
            if self._db is not None:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def mark(self, sobject: str) -> Mark:
        """See the port."""
        sql = "SELECT fields, stamp, record, filled FROM mark WHERE sobject = ?"
        row = self._do(lambda db: db.execute(sql, [sobject]).fetchone())
        return Mark() if row is None else Mark(row[0], row[1], row[2], bool(row[3]))

    def begin(self, sobject: str, fields: str) -> None:
        """See the port."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM number WHERE sobject = ?", [sobject])
            db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, '', '', 0)", [sobject, fields])

        self._do(work)

    def keep_only(self, sobjects: Collection[str]) -> None:
        """See the port."""

        def work(db: sqlite3.Connection) -> None:
            for (known,) in db.execute("SELECT sobject FROM mark").fetchall():
                if known not in sobjects:
                    db.execute("DELETE FROM number WHERE sobject = ?", [known])
                    db.execute("DELETE FROM mark WHERE sobject = ?", [known])

        self._do(work)

    def count(self) -> int:
        """See the port."""
        sql = "SELECT count(*) FROM (SELECT DISTINCT sobject, record FROM number)"
        return int(self._do(lambda db: db.execute(sql).fetchone())[0])

    def close(self) -> None:
        """See the port."""
        with self._lock:
            self._closed = True
            if self._db is not None:
                self._db.close()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """In a transaction of its own; a file that proves damaged is begun anew, and the work done on that."""
        with self._lock:
            if self._closed:
                raise StoreError(f"{self._path}: the index of numbers is closed")
            try:
                return self._once(work)
            except sqlite3.DatabaseError as error:
                if not self._is_spoilt(error):
                    raise StoreError(f"{self._path}: the index of numbers cannot be used: {error}") from error
                log.warning("the index of numbers is read anew: %s", error)
            if self._db is not None:
                self._db.close()
                self._db = None
            for side in _SIDES:
                self._path.with_name(self._path.name + side).unlink(missing_ok=True)
            return self._once(work)

    def _is_spoilt(self, error: sqlite3.DatabaseError) -> bool:
        """Whether our own file is of no use any more: damaged, or of another version."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) and _is_ours(self._path)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._db is None:
            self._db = self._open()
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}: check the path, and who owns the folder") from error
        db = sqlite3.connect(self._path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            if not ours and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StoreError(f"{self._path}: a database of another program: give the store another path")
            if ours and found != SCHEMA:
                raise sqlite3.DatabaseError(f"written by another version (schema {found}, this one has {SCHEMA})")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = ON")
            if not ours:
                made = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA};"
                db.executescript(f"BEGIN IMMEDIATE; {_TABLES} {made} COMMIT;")
        except BaseException:
            db.close()
            raise
        return db


def _is_ours(path: Path) -> bool:
    """Whether the file says so itself: bytes 68 to 71 of SQLite's header are the `application_id`."""
    with path.open("rb") as file:
        return file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")
