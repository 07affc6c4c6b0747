"""Tree to SQL. Identifiers come from the schema, every literal is a bound parameter."""
# ruff: noqa: S608 - identifiers come from the schema alone, values are bound

from __future__ import annotations

import msgspec

from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.schema import TEXT_TYPES, Field, Scalar, Schema, SObject
from connector.sandbox.org.soql.conditions import Clock, Conditions
from connector.sandbox.org.soql.lexer import malformed, pointed
from connector.sandbox.org.soql.names import NAME_ENTITY, Names
from connector.sandbox.org.soql.tree import Aggregate, Name, Order, Query

MAX_OFFSET = 2000


class Column(msgspec.Struct, frozen=True):
    """One selected field: `path` is the canonical relationship names that lead to it, then its own name."""

    path: tuple[str, ...]
    field: Field


class Parent(msgspec.Struct, frozen=True):
    """A parent reached by `path`; its id and type are selected at these places of the SQL row."""

    path: tuple[str, ...]
    type_name: str
    id_at: int
    type_at: int | None


class Compiled(msgspec.Struct, frozen=True):
    """The statement, its parameters, and how to read its rows: columns first, then ids and types of parents."""

    sql: str
    parameters: list[Scalar]
    sobject: SObject
    columns: list[Column]
    parents: list[Parent]
    counting: bool
    aggregate: bool


def compile_query(schema: Schema, text: str, query: Query, clock: Clock, *, deleted: bool) -> Compiled:
    """The SQL of a query; raises INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY and the like with the place."""
    return _Compiler(schema, text, query, clock, deleted=deleted).compile()


class _Compiler:
    def __init__(self, schema: Schema, text: str, query: Query, clock: Clock, *, deleted: bool) -> None:
        self._schema, self._text, self._query, self._clock = schema, text, query, clock
        self._deleted = deleted or query.all_rows
        self._names = Names(schema, text, query)
        self._conditions = Conditions(self._names, text, clock, self._sub_select)

    def compile(self) -> Compiled:
        query = self._query
        aggregates = [item for item in query.select if isinstance(item, Aggregate)]
        counting = len(query.select) == 1 and bool(aggregates) and aggregates[0].argument is None
        selected: list[str] = ["count(*)"]
        columns: list[Column] = []
        parents: list[Parent] = []
        if not counting and (aggregates or query.group):
            selected, columns = self._aggregate_columns()
        elif not counting:
            selected, columns, parents = self._plain_columns()
        where = self._where()
        group = ", ".join(self._names.resolve(name).sql for name in query.group)
        order = self._order() if not counting else ""
        sql = (
            f"SELECT {', '.join(selected)} FROM {self._names.tables()}{where}"
            f"{f' GROUP BY {group}' if group else ''}{order}{self._window()}"
        )
        return Compiled(
            sql,
            self._conditions.parameters,
            self._names.sobject,
            columns,
            parents,
            counting,
            bool(aggregates or query.group),
        )

    def compile_ids(self) -> str:
        """The query as a sub-select of ids: exactly one id or reference field."""
        if len(self._query.select) != 1 or isinstance(self._query.select[0], Aggregate):
            raise malformed(self._text, self._query.source_at, "A sub-query of IN selects exactly one field")
        item = self._names.resolve(self._query.select[0])
        if item.field.type not in ("id", "reference"):
            message = f"The selected field '{item.field.name}' of a sub-query of IN must be an id"
            raise malformed(self._text, self._query.select[0].at, message)
        where = self._where()
        return (
            f"SELECT {item.sql} FROM {self._names.tables()}{where}"
            f"{' AND' if where else ' WHERE'} {item.sql} IS NOT NULL"
        )

    def _sub_select(self, query: Query, parameters: list[Scalar]) -> str:
        inner = _Compiler(self._schema, self._text, query, self._clock, deleted=self._deleted)
        sql = inner.compile_ids()
        parameters += inner._conditions.parameters
        return sql

    def _where(self) -> str:
        parts = []
        if self._query.where is not None:
            parts.append(self._conditions.sql(self._query.where))
        if not self._deleted and "IsDeleted" in self._names.sobject.fields:
            parts.append('t0."IsDeleted" = 0')
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _plain_columns(self) -> tuple[list[str], list[Column], list[Parent]]:
        names = self._all_fields() if self._query.all_fields else self._query.select
        resolved = [self._names.resolve(name) for name in names if isinstance(name, Name)]
        columns = [Column(item.path, item.field) for item in resolved]
        seen: set[tuple[str, ...]] = set()
        for name, column in zip(names, columns, strict=True):
            if column.path in seen:
                raise malformed(self._text, name.at, f"duplicate field selected: {'.'.join(column.path)}")
            seen.add(column.path)
        selected = [item.sql for item in resolved]
        parents = [Parent((), self._names.sobject.name, len(selected), None)]
        selected.append('t0."Id"')
        wanted = {column.path[:depth] for column in columns for depth in range(1, len(column.path))}
        for path, (alias, parent) in self._names.joins.items():
            if path not in wanted:
                continue
            typed = parent is NAME_ENTITY
            parents.append(Parent(path, parent.name, len(selected), len(selected) + 1 if typed else None))
            selected += [f'{alias}."Id"', f'{alias}."Type"'] if typed else [f'{alias}."Id"']
        return selected, columns, parents

    def _all_fields(self) -> tuple[Name, ...]:
        query = self._query
        if query.limit is None or query.limit > 200:
            raise malformed(self._text, query.source_at, "The SOQL FIELDS function must have a LIMIT of at most 200")
        return tuple(
            Name((field.name,), query.source_at)
            for field in self._names.sobject.fields.values()
            if query.all_fields == "ALL" or field.custom == (query.all_fields == "CUSTOM")
        )

    def _aggregate_columns(self) -> tuple[list[str], list[Column]]:
        grouped = {self._names.resolve(name).path for name in self._query.group}
        selected: list[str] = []
        columns: list[Column] = []
        for item in self._query.select:
            if isinstance(item, Name):
                found = self._names.resolve(item)
                if found.path not in grouped:
                    raise malformed(self._text, item.at, f"Field must be grouped or aggregated: {item.text}")
                selected.append(found.sql)
                columns.append(Column((found.field.name,), found.field))
                continue
            sql, field = self._aggregate(item)
            number = sum(1 for column in columns if column.path[0].startswith("expr"))
            selected.append(sql)
            columns.append(Column((item.alias or f"expr{number}",), field))
        return selected, columns

    def _aggregate(self, item: Aggregate) -> tuple[str, Field]:
        if item.argument is None:
            return "count(*)", Field(name="count", label="", type="int")
        found = self._names.resolve(item.argument)
        if item.function.startswith("COUNT"):
            distinct = "DISTINCT " if item.function == "COUNT_DISTINCT" else ""
            return f"count({distinct}{found.sql})", Field(name="count", label="", type="int")
        field = found.field
        if item.function in ("SUM", "AVG") and field.type in TEXT_TYPES | {
            "id",
            "reference",
            "boolean",
            "date",
            "datetime",
        }:
            message = f"field {field.name} does not support aggregate operator {item.function}"
            raise malformed(self._text, item.at, message)
        if item.function == "AVG":
            field = Field(name=field.name, label="", type="double")
        return f"{item.function.lower()}({found.sql})", field

    def _order(self) -> str:
        return f" ORDER BY {', '.join(self._order_by(item) for item in self._query.order)}" if self._query.order else ""

    def _order_by(self, item: Order) -> str:
        found = self._names.resolve(item.by)
        if not found.field.filterable:
            raise malformed(self._text, item.by.at, f"field '{item.by.text}' can not be sorted in a query call")
        direction = "DESC" if item.descending else "ASC"
        return f"{found.sql} {direction} NULLS {'LAST' if item.nulls_last else 'FIRST'}"

    def _window(self) -> str:
        limit, offset = self._query.limit, self._query.offset
        if offset is not None and offset > MAX_OFFSET:
            message = pointed(self._text, self._query.source_at, f"Maximum SOQL offset allowed is {MAX_OFFSET}")
            raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message)
        if limit is None and offset is None:
            return ""
        self._conditions.parameters += [-1 if limit is None else limit, offset or 0]
        return " LIMIT ? OFFSET ?"
