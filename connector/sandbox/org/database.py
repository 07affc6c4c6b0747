"""Where the org keeps its records: one SQLite table per object, plus the tables that search and names need.

Commits are real (WAL, `synchronous=NORMAL`), so that another process may read the records of a file after this one was
killed. Uniqueness of external ids is a rule of `records`, not of the tables, because it can be switched while running.
"""
# ruff: noqa: S608 - identifiers come from the schema alone, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.sandbox.org.schema import Field, Row, Scalar, Schema, SObject

NAME_COLUMNS = ("Id", "Type", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username")
"""Columns of `_name`, the table behind polymorphic parents such as Who, What and Owner."""

_SUPPORT = f"""
CREATE TABLE IF NOT EXISTS _sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _name ({", ".join(f'"{c}" TEXT COLLATE NOCASE' for c in NAME_COLUMNS[1:])},
    "Id" TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _phone (reversed TEXT NOT NULL, extension TEXT, sobject TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS _phone_reversed ON _phone (sobject, reversed);
CREATE INDEX IF NOT EXISTS _phone_record ON _phone (record);
CREATE TABLE IF NOT EXISTS _word (word TEXT NOT NULL, scope TEXT NOT NULL, sobject TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS _word_word ON _word (sobject, word);
CREATE INDEX IF NOT EXISTS _word_record ON _word (record);
"""


def quoted(name: str) -> str:
    """A name of the schema as an SQL identifier. Never called with text from a request."""
    return f'"{name}"'


def fold(text: str | None) -> str | None:
    """`text` without differences of case, for literals beyond ASCII, where NOCASE does not reach."""
    return None if text is None else text.casefold()


def _column(field: Field) -> str:
    match field.type:
        case "boolean" | "int":
            kind = "INTEGER"
        case "double" | "currency" | "percent":
            kind = "REAL"
        case "id":
            kind = "TEXT PRIMARY KEY"
        case "reference" | "date" | "datetime":
            kind = "TEXT"
        case _:
            kind = "TEXT" if field.case_sensitive else "TEXT COLLATE NOCASE"
    return f"{quoted(field.name)} {kind}"


class Database:
    """The connection, its transactions, and the reading and writing of rows by name."""

    def __init__(self, path: Path | None, schema: Schema) -> None:
        """Open the file, or a database in memory for None, with a table for every object of `schema`."""
        self.connection = sqlite3.connect(path or ":memory:", isolation_level=None, cached_statements=512)
        self._depth = 0
        self.connection.create_function("fold", 1, fold, deterministic=True)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(_SUPPORT)
        for sobject in schema.objects.values():
            self.fit(sobject)

    def close(self) -> None:
        self.connection.close()

    def fit(self, sobject: SObject) -> None:
        """Make the object's table, or add the columns that it lacks."""
        table = quoted(sobject.name)
        columns = {str(row[1]) for row in self.connection.execute(f"PRAGMA table_info({table})")}
        if not columns:
            described = ", ".join(_column(field) for field in sobject.fields.values())
            self.connection.execute(f"CREATE TABLE {table} ({described}) WITHOUT ROWID")
        for field in sobject.fields.values():
            if columns and field.name not in columns:
                self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {_column(field)}")
                if field.default is not None:
                    self.connection.execute(f"UPDATE {table} SET {quoted(field.name)} = ?", [field.default])
            if field.type == "reference" or field.case_sensitive or field.unique or field.external_id:
                index = quoted(f"{sobject.name}_{field.name}")
                self.connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({quoted(field.name)})")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: on an error everything written inside is undone. Nests, by savepoints."""
        depth = self._depth
        begin, keep, undo = (
            ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
            if depth == 0
            else (f"SAVEPOINT s{depth}", f"RELEASE s{depth}", (f"ROLLBACK TO s{depth}", f"RELEASE s{depth}"))
        )
        self.connection.execute(begin)
        self._depth = depth + 1
        try:
            yield
        except BaseException:
            for statement in undo:
                self.connection.execute(statement)
            raise
        else:
            self.connection.execute(keep)
        finally:
            self._depth = depth

    def next_number(self, name: str) -> int:
        """The next number, from 0, of the sequence of that name."""
        rows = self.connection.execute(
            "INSERT INTO _sequence VALUES (?, 1) ON CONFLICT DO UPDATE SET next = next + 1 RETURNING next - 1", [name]
        ).fetchall()
        return int(rows[0][0])

    def set_sequence(self, name: str, following: int) -> None:
        """Make `following` the next number of the sequence of that name."""
        self.connection.execute("INSERT OR REPLACE INTO _sequence VALUES (?, ?)", [name, following])

    def insert(self, sobject: SObject, row: Row) -> None:
        names = ", ".join(quoted(name) for name in row)
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO {quoted(sobject.name)} ({names}) VALUES ({marks})", list(row.values()))

    def update(self, sobject: SObject, record_id: str, row: Row) -> None:
        sets = ", ".join(f"{quoted(name)} = ?" for name in row)
        self.connection.execute(f"UPDATE {quoted(sobject.name)} SET {sets} WHERE Id = ?", [*row.values(), record_id])

    def read(self, sobject: SObject, record_id: str) -> Row | None:
        """The record with that canonical id, deleted or not, or None."""
        rows = self.find(sobject, "Id", record_id, deleted=True)
        return rows[0] if rows else None

    def find(self, sobject: SObject, field: str, value: Scalar, *, deleted: bool = False) -> list[Row]:
        """The records whose field has that value, in order of id; without deleted ones unless asked for."""
        alive = "" if deleted or "IsDeleted" not in sobject.fields else " AND IsDeleted = 0"
        cursor = self.connection.execute(
            f"SELECT * FROM {quoted(sobject.name)} WHERE {quoted(field)} = ?{alive} ORDER BY Id", [value]
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor]

    def is_empty(self) -> bool:
        """Whether no organization has been set up in this database yet."""
        return not self.connection.execute("SELECT 1 FROM Organization LIMIT 1").fetchall()
