"""Running SOQL: rows in Salesforce's shape, a page at a time."""

from __future__ import annotations

import itertools
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.schema import Field, Scalar, Schema
from connector.sandbox.org.soql.compiler import Compiled, compile_query
from connector.sandbox.org.soql.conditions import Clock
from connector.sandbox.org.soql.parser import parse
from connector.sandbox.org.soql.tree import Both, Comparison, Name, Query, Value
from connector.sandbox.org.values import shown

DEFAULT_PAGE = 2000
SMALLEST_PAGE = 200
MAX_QUERY_CHARACTERS = 100_000
OPEN_CURSORS = 50
"""Cursors kept; the oldest is forgotten beyond that, as in Salesforce when a user opens too many."""

Record = dict[str, object]


class _Node(msgspec.Struct):
    """What to read from an SQL row for one record of the answer."""

    type_name: str
    id_at: int
    type_at: int | None
    items: list[tuple[str, int, Field] | tuple[str, _Node]]


class Cursors:
    """The rest of answers that did not fit on a page."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, list[Record]] = OrderedDict()
        self._numbers = itertools.count(1)

    def first(self, records: list[Record], size: int, version: str) -> Record:
        """The first page, and with it the address of the next if there is more."""
        if len(records) <= size:
            return {"totalSize": len(records), "done": True, "records": records}
        key = f"01g5g{next(self._numbers):010d}AAA"
        self._open[key] = records
        while len(self._open) > OPEN_CURSORS:
            self._open.popitem(last=False)
        return self._page(key, records, 0, size, version)

    def following(self, locator: str, size: int, version: str) -> Record:
        """The page that a locator `<cursor>-<offset>` names; raises INVALID_QUERY_LOCATOR."""
        key, _, offset = locator.partition("-")
        records = self._open.get(key)
        if records is None or not offset.isdigit() or int(offset) >= len(records):
            raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(key, records, int(offset), size, version)

    @staticmethod
    def _page(key: str, records: list[Record], offset: int, size: int, version: str) -> Record:
        end = offset + size
        page: Record = {"totalSize": len(records), "done": end >= len(records), "records": records[offset:end]}
        if end < len(records):
            page["nextRecordsUrl"] = f"/services/data/{version}/query/{key}-{end}"
        return page


def run_soql(
    database: Database,
    schema: Schema,
    text: str,
    clock: Clock,
    version: str,
    *,
    deleted: bool,
    tasks_of: Sequence[str] | None = None,
) -> tuple[int | None, list[Record]]:
    """All records of a query; the number is given instead of records for `SELECT COUNT()`.

    `tasks_of`: of Tasks, only those of these owners.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise OrgError(
            "QUERY_TOO_COMPLICATED", f"SOQL statements cannot be longer than {MAX_QUERY_CHARACTERS} characters."
        )
    query = parse(text)
    if tasks_of is not None and query.source.lower() == "task":
        owners = tuple(Value("string", owner, query.source_at) for owner in tasks_of)
        owned = Comparison(Name(("OwnerId",), query.source_at), "IN", owners)
        query = replace(query, where=owned if query.where is None else Both((query.where, owned)))
    return run_query(database, schema, text, query, clock=clock, version=version, deleted=deleted)


def run_query(
    database: Database, schema: Schema, text: str, query: Query, *, clock: Clock, version: str, deleted: bool = False
) -> tuple[int | None, list[Record]]:
    """The same for a parsed query; `text` is what its positions point into."""
    compiled = compile_query(schema, text, query, clock, deleted=deleted)
    try:
        rows = database.connection.execute(compiled.sql, compiled.parameters).fetchall()
    except sqlite3.OperationalError as error:
        # More conditions or values than SQLite takes in one statement; the rest would be a mistake of ours.
        if "too large" in str(error) or "too many" in str(error):
            raise OrgError("QUERY_TOO_COMPLICATED", "The query has too many conditions or values.") from error
        raise
    if compiled.counting:
        return int(rows[0][0]), []
    if compiled.aggregate:
        return None, [_aggregate(compiled, row) for row in rows]
    root = _plan(compiled)
    return None, [_record(root, row, version) for row in rows]


def _aggregate(compiled: Compiled, row: Sequence[Scalar]) -> Record:
    record: Record = {"attributes": {"type": "AggregateResult"}}
    for column, value in zip(compiled.columns, row, strict=True):
        record[column.path[0]] = shown(column.field, value)
    return record


def _plan(compiled: Compiled) -> _Node:
    nodes = {parent.path: _Node(parent.type_name, parent.id_at, parent.type_at, []) for parent in compiled.parents}
    linked: set[tuple[str, ...]] = {()}
    for place, column in enumerate(compiled.columns):
        for depth in range(1, len(column.path)):
            path = column.path[:depth]
            if path not in linked:
                linked.add(path)
                nodes[path[:-1]].items.append((path[-1], nodes[path]))
        nodes[column.path[:-1]].items.append((column.path[-1], place, column.field))
    return nodes[()]


def _record(node: _Node, row: Sequence[Scalar], version: str) -> Record:
    url_type = node.type_name if node.type_at is None else row[node.type_at]
    url = f"/services/data/{version}/sobjects/{url_type}/{row[node.id_at]}"
    record: Record = {"attributes": {"type": node.type_name, "url": url}}
    for item in node.items:
        if len(item) == 2:
            name, child = item
            record[name] = None if row[child.id_at] is None else _record(child, row, version)
        else:
            name, place, field = item
            record[name] = shown(field, row[place])
    return record
