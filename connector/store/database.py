"""The database file: its lock, its schema, and what SQLite's errors mean in plain words."""

import fcntl
import os
import sqlite3
from importlib import resources
from pathlib import Path
from typing import Final

from connector.errors import StoreError, StoreLocked

APPLICATION_ID: Final = 0x50685031
"""Marks our files (SQLite's `application_id`), so that nobody else's database is migrated by mistake."""

_MIGRATIONS = resources.files("connector.store") / "migrations"

_CURES: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "it cannot be written: check who owns the file and its folder, and the disk",
    sqlite3.SQLITE_PERM: "no permission: check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check the path, and who owns the folder",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite database: check the path, or restore the file from a backup",
    sqlite3.SQLITE_CORRUPT: "it is damaged: keep a copy, then restore the file from a backup",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write: look at the system's log",
    sqlite3.SQLITE_BUSY: "another program is writing to it: end that program",
}


class Lock:
    """The exclusive right to a store, held by an open file beside it; it ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Takes the lock.  Raises `StoreLocked` when somebody has it, `StoreError` when there can be none."""
        side = path.with_name(path.name + ".lock")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(side, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{side}: {error.strerror}: check the path, and who owns the folder") from error
        try:
            # flock belongs to the open file: it also keeps out a second store in this very process.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._file, 32, 0).decode(errors="replace").strip()
            os.close(self._file)
            who = f"process {owner}" if owner else "another process"
            raise StoreLocked(
                f"{path} is in use by {who}: end that connector, or give this one another path"
            ) from error
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"{side}: {error.strerror}: the store needs a local disk that has file locks") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Lets go.  The file stays: to delete it would let two processes lock two files of the same name."""
        os.close(self._file)


def connect(path: Path) -> sqlite3.Connection:
    """Opens the database, made with mode 0600 when it is not there, with every commit synced and the schema current.

    Raises `StoreError`.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}: check the path, and who owns the file and its folder") from error
    db = sqlite3.connect(path, isolation_level=None, timeout=1.0, cached_statements=64)
    try:
        _configure(db)
        _check_owner(db, path)
        _migrate(db, path)
    except sqlite3.Error as error:
        db.close()
        raise explained(error, path) from error
    except BaseException:
        db.close()
        raise
    return db


def explained(error: sqlite3.Error, path: Path) -> StoreError:
    """The same in words that name the file and the cure."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    cure = _CURES.get(code, "see the text before")
    return StoreError(f"{path}: {error}: {cure}", reason=cure, damaged=code == sqlite3.SQLITE_CORRUPT)


def purge(db: sqlite3.Connection) -> None:
    """The file and its log hold nothing but what is kept.  Raises `StoreError` while somebody else reads them."""
    db.execute("VACUUM")
    busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        why = "somebody reads the store, a backup perhaps, so that what was erased is still in its log: erase again"
        raise StoreError(why, reason=why)


def latest_schema() -> int:
    """The number of the newest migration."""
    return max(_migrations(), default=0)


def _configure(db: sqlite3.Connection) -> None:
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise sqlite3.OperationalError(f"write-ahead log refused (journal mode is {mode})")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA fullfsync = ON")
    db.execute("PRAGMA cell_size_check = ON")
    # What is deleted or replaced is overwritten.
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA journal_size_limit = 67108864")


def migration_names() -> dict[int, str]:
    """Number to what the migration is called."""
    return {number: name for number, (name, _) in _migration_files().items()}


def check_ours(db: sqlite3.Connection, path: Path) -> None:
    """Raises `StoreError` for a file that is no store of ours, an empty one too."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path}: is no store of the connector: check the path")


def check_schema(db: sqlite3.Connection, path: Path) -> int:
    """The file's schema.  Raises `StoreError` for one that only a newer connector knows."""
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > latest_schema():
        raise StoreError(
            f"{path}: written by a newer connector (schema {found}, this one knows {latest_schema()}): "
            "install that version again, or restore the backup made before it"
        )
    return found


def _check_owner(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
        return
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise StoreError(f"{path}: a database of another program: give the store another path")


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Brings the schema up to date, a migration a transaction; forward only."""
    found = check_schema(db, path)
    known = _migrations()
    for number in sorted(number for number in known if number > found):
        try:
            db.executescript(
                f"BEGIN EXCLUSIVE; {known[number]} PRAGMA application_id = {APPLICATION_ID}; "
                f"PRAGMA user_version = {number}; COMMIT;"
            )
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _migrations() -> dict[int, str]:
    """Number to SQL, from `NNNN_name.sql`."""
    return {number: text for number, (_, text) in _migration_files().items()}


def _migration_files() -> dict[int, tuple[str, str]]:
    return {
        int(entry.name.split("_", 1)[0]): (entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry in _MIGRATIONS.iterdir()
        if entry.name.endswith(".sql")
    }
