"""Tree to SQL. Identifiers come from the schema, every literal is a bound parameter.

SOQL knows two truth values where SQL knows three: a comparison with null is false and its NOT is true. So each
comparison here is written to yield 0 or 1: `IS` for `=`, and a null test beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.database import NAME_COLUMNS, quoted
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.schema import TEXT_TYPES, Field, Scalar, Schema, SObject, sobject
from connector.sandbox.org.soql.dates import day_range, local_today, midnight
from connector.sandbox.org.soql.lexer import invalid_field, malformed, pointed
from connector.sandbox.org.soql.tree import (
    Aggregate,
    Both,
    Comparison,
    Condition,
    Either,
    Membership,
    Name,
    Negation,
    Order,
    Query,
    Value,
)
from connector.sandbox.org.values import kept_date, kept_datetime

ADVICE = (
    " If you are attempting to use a custom {kind}, be sure to append the '{suffix}' after the {what} name."
    " Please reference your WSDL or the describe call for the appropriate names."
)
MAX_OFFSET = 2000
MAX_DEPTH = 5

NAME_ENTITY = sobject(
    "Name", "Name", "Names", "",
    [Field(name="Id", label="ID", type="id", length=18)]
    + [Field(name=name, label=name, type="string", length=255) for name in NAME_COLUMNS if name != "Id"],
)  # fmt: skip
"""What a polymorphic parent shows: the fields that people, queues and records have in common."""


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


class Clock(msgspec.Struct, frozen=True):
    """When and where the user asks: for date literals."""

    now: float
    zone: ZoneInfo


def compile_query(schema: Schema, text: str, query: Query, clock: Clock, *, deleted: bool) -> Compiled:
    """The SQL of a query; raises INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY and the like with the place."""
    return _Compiler(schema, text, query, clock, deleted=deleted).compile()


class _Resolved(msgspec.Struct, frozen=True):
    sql: str
    field: Field
    path: tuple[str, ...]


class _Compiler:
    def __init__(self, schema: Schema, text: str, query: Query, clock: Clock, *, deleted: bool) -> None:
        self.schema, self.text, self.query, self.clock = schema, text, query, clock
        self.deleted = deleted or query.all_rows
        found = schema.find(query.source)
        if found is None:
            message = f"sObject type '{query.source}' is not supported."
            advice = ADVICE.format(kind="object", suffix="__c", what="entity")
            raise OrgError("INVALID_TYPE", pointed(text, query.source_at, message + advice))
        self.sobject = found
        self.joins: dict[tuple[str, ...], tuple[str, SObject]] = {}
        self.join_sql: list[str] = []
        self.parameters: list[Scalar] = []

    def compile(self) -> Compiled:
        query = self.query
        aggregates = [item for item in query.select if isinstance(item, Aggregate)]
        counting = len(query.select) == 1 and bool(aggregates) and aggregates[0].argument is None
        if counting:
            selected, columns, parents = ["count(*)"], [], []
        elif aggregates or query.group:
            selected, columns = self._aggregate_columns()
            parents = []
        else:
            selected, columns, parents = self._plain_columns()
        where = self._where()
        group = ", ".join(self.resolve(name).sql for name in query.group)
        order = self._order() if not counting else ""
        sql = (
            f"SELECT {', '.join(selected)} FROM {quoted(self.sobject.name)} t0 {' '.join(self.join_sql)}"
            f"{where}{f' GROUP BY {group}' if group else ''}{order}{self._window()}"
        )
        return Compiled(
            sql, self.parameters, self.sobject, columns, parents, counting, bool(aggregates or query.group)
        )

    def compile_ids(self) -> str:
        """The query as a sub-select of ids: exactly one id or reference field."""
        if len(self.query.select) != 1 or isinstance(self.query.select[0], Aggregate):
            raise malformed(self.text, self.query.source_at, "A sub-query of IN selects exactly one field")
        item = self.resolve(self.query.select[0])
        where = self._where()
        return (
            f"SELECT {item.sql} FROM {quoted(self.sobject.name)} t0 {' '.join(self.join_sql)}"
            f"{where}{' AND' if where else ' WHERE'} {item.sql} IS NOT NULL"
        )

    # -- what is selected

    def _plain_columns(self) -> tuple[list[str], list[Column], list[Parent]]:
        names = self._all_fields() if self.query.all_fields else self.query.select
        resolved = [self.resolve(name) for name in names if isinstance(name, Name)]
        columns = [Column(item.path, item.field) for item in resolved]
        seen: set[tuple[str, ...]] = set()
        for name, column in zip(names, columns, strict=True):
            if column.path in seen:
                raise malformed(self.text, name.at, f"duplicate field selected: {'.'.join(column.path)}")
            seen.add(column.path)
        selected = [item.sql for item in resolved]
        parents = [Parent((), self.sobject.name, len(selected), None)]
        selected.append('t0."Id"')
        wanted = {column.path[:depth] for column in columns for depth in range(1, len(column.path))}
        for path, (alias, parent) in self.joins.items():
            if path not in wanted:
                continue
            typed = parent is NAME_ENTITY
            parents.append(Parent(path, parent.name, len(selected), len(selected) + 1 if typed else None))
            selected += [f'{alias}."Id"', f'{alias}."Type"'] if typed else [f'{alias}."Id"']
        return selected, columns, parents

    def _all_fields(self) -> tuple[Name, ...]:
        query = self.query
        if query.limit is None or query.limit > 200:
            raise malformed(self.text, query.source_at, "The SOQL FIELDS function must have a LIMIT of at most 200")
        return tuple(
            Name((field.name,), query.source_at)
            for field in self.sobject.fields.values()
            if query.all_fields == "ALL" or field.custom == (query.all_fields == "CUSTOM")
        )

    def _aggregate_columns(self) -> tuple[list[str], list[Column]]:
        grouped = {self.resolve(name).path for name in self.query.group}
        selected: list[str] = []
        columns: list[Column] = []
        for item in self.query.select:
            if isinstance(item, Name):
                found = self.resolve(item)
                if found.path not in grouped:
                    raise malformed(self.text, item.at, f"Field must be grouped or aggregated: {item.text}")
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
        found = self.resolve(item.argument)
        if item.function.startswith("COUNT"):
            distinct = "DISTINCT " if item.function == "COUNT_DISTINCT" else ""
            return f"count({distinct}{found.sql})", Field(name="count", label="", type="int")
        field = found.field
        if item.function in ("SUM", "AVG") and field.type in TEXT_TYPES | {"id", "reference", "boolean", "date", "datetime"}:
            message = f"field {field.name} does not support aggregate operator {item.function}"
            raise malformed(self.text, item.at, message)
        if item.function == "AVG":
            field = Field(name=field.name, label="", type="double")
        return f"{item.function.lower()}({found.sql})", field

    # -- names

    def resolve(self, name: Name) -> _Resolved:
        """The column that a dotted name means, joining its parents; raises INVALID_FIELD."""
        parts = list(name.parts)
        if len(parts) > 1 and parts[0].lower() in (str(self.query.alias).lower(), self.sobject.name.lower()):
            parts = parts[1:]
        alias, owner = "t0", self.sobject
        path: tuple[str, ...] = ()
        if len(parts) > MAX_DEPTH + 1:
            raise malformed(self.text, name.at, "the field path has too many levels of relationships")
        for part in parts[:-1]:
            alias, owner, path = self._join(alias, owner, path, part, name)
        field = owner.field(parts[-1])
        if field is None:
            message = f"No such column '{parts[-1]}' on entity '{owner.name}'."
            advice = ADVICE.format(kind="field", suffix="__c", what="custom field")
            raise invalid_field(self.text, name.at, message + advice)
        return _Resolved(f"{alias}.{quoted(field.name)}", field, (*path, field.name))

    def _join(
        self, alias: str, owner: SObject, path: tuple[str, ...], part: str, name: Name
    ) -> tuple[str, SObject, tuple[str, ...]]:
        reference = owner.relationships.get(part.lower())
        if reference is None or reference.relationship is None:
            message = f"Didn't understand relationship '{part}' in field path."
            advice = ADVICE.format(kind="relationship", suffix="__r", what="custom relationship")
            raise invalid_field(self.text, name.at, message + advice)
        deeper = (*path, reference.relationship)
        if deeper not in self.joins:
            target = NAME_ENTITY if reference.polymorphic else self.schema[reference.targets[0]]
            table = "_name" if target is NAME_ENTITY else target.name
            joined = f"t{len(self.joins) + 1}"
            self.join_sql.append(
                f'LEFT JOIN {quoted(table)} {joined} ON {joined}."Id" = {alias}.{quoted(reference.name)}'
            )
            self.joins[deeper] = (joined, target)
        joined, target = self.joins[deeper]
        return joined, target, deeper

    # -- conditions

    def _where(self) -> str:
        parts = []
        if self.query.where is not None:
            parts.append(self._condition(self.query.where))
        if not self.deleted and "IsDeleted" in self.sobject.fields:
            parts.append('t0."IsDeleted" = 0')
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _condition(self, condition: Condition) -> str:
        match condition:
            case Both(parts):
                return f"({' AND '.join(self._condition(part) for part in parts)})"
            case Either(parts):
                return f"({' OR '.join(self._condition(part) for part in parts)})"
            case Negation(part):
                return f"(NOT {self._condition(part)})"
            case Membership(left, negated, query):
                return self._membership(left, query, negated=negated)
            case Comparison():
                return self._comparison(condition)

    def _membership(self, left: Name, query: Query, *, negated: bool) -> str:
        found = self.resolve(left)
        inner = _Compiler(self.schema, self.text, query, self.clock, deleted=self.deleted)
        sql = inner.compile_ids()
        self.parameters += inner.parameters
        if negated:
            return f"({found.sql} IS NULL OR {found.sql} NOT IN ({sql}))"
        return f"({found.sql} IS NOT NULL AND {found.sql} IN ({sql}))"

    def _comparison(self, item: Comparison) -> str:
        found = self.resolve(item.left)
        if not found.field.filterable:
            message = f"field '{item.left.text}' can not be filtered in a query call"
            raise invalid_field(self.text, item.left.at, message)
        if item.operator == "LIKE":
            return self._like(found, item)
        if any(value.kind == "named" for value in item.values):
            return self._named_date(found, item)
        kept = [self._literal(found.field, item, value) for value in item.values]
        if item.operator in ("IN", "NOT IN"):
            return self._in(found, kept, negated=item.operator == "NOT IN")
        (value,) = kept
        sql, (value,) = self._comparable(found, [value]), self._folded(found, [value])
        if item.operator in ("=", "!="):
            if value is None:
                return f"({sql} IS {'NOT ' if item.operator == '!=' else ''}NULL)"
            self.parameters.append(value)
            return f"({sql} IS {'NOT ' if item.operator == '!=' else ''}?)"
        if value is None:
            raise invalid_field(self.text, item.left.at, f"null is not allowed with the operator {item.operator}")
        self.parameters.append(value)
        return f"({sql} IS NOT NULL AND {sql} {item.operator} ?)"

    def _in(self, found: _Resolved, kept: Sequence[Scalar], *, negated: bool) -> str:
        sql = self._comparable(found, kept)
        values = [value for value in self._folded(found, kept) if value is not None]
        null = len(values) != len(kept)
        self.parameters += values
        marks = ", ".join("?" * len(values))
        if negated:
            return f"({'' if null else f'{sql} IS NULL OR '}({sql} IS NOT NULL AND {sql} NOT IN ({marks})))"
        return f"({f'{sql} IS NULL OR ' if null else ''}({sql} IS NOT NULL AND {sql} IN ({marks})))"

    @staticmethod
    def _beyond_ascii(found: _Resolved, values: Sequence[Scalar]) -> bool:
        folds = found.field.type in TEXT_TYPES and not found.field.case_sensitive
        return folds and any(isinstance(value, str) and not value.isascii() for value in values)

    def _comparable(self, found: _Resolved, values: Sequence[Scalar]) -> str:
        """The column, folded where NOCASE is not enough for these values."""
        return f"fold({found.sql})" if self._beyond_ascii(found, values) else found.sql

    def _folded(self, found: _Resolved, values: Sequence[Scalar]) -> list[Scalar]:
        if not self._beyond_ascii(found, values):
            return list(values)
        return [value.casefold() if isinstance(value, str) else value for value in values]

    def _like(self, found: _Resolved, item: Comparison) -> str:
        (value,) = item.values
        if found.field.type not in TEXT_TYPES:
            kind = "id field" if found.field.type in ("id", "reference") else f"{found.field.type} field"
            raise invalid_field(self.text, item.left.at, f"invalid operator on {kind}")
        if value.kind != "string" or not isinstance(value.value, str):
            raise self._mistyped(found.field, item, value)
        sql = self._comparable(found, [value.value])
        self.parameters.append(self._folded(found, [value.value])[0])
        return f"({sql} IS NOT NULL AND {sql} LIKE ? ESCAPE '\\')"

    def _named_date(self, found: _Resolved, item: Comparison) -> str:
        (value, *more) = item.values
        if more or found.field.type not in ("date", "datetime"):
            raise self._mistyped(found.field, item, value)
        zone = self.clock.zone
        first, after = day_range(str(value.value), value.count, local_today(self.clock.now, zone))
        if found.field.type == "date":
            low, high = first.isoformat(), after.isoformat()
        else:
            low, high = midnight(first, zone), midnight(after, zone)
        sql = found.sql
        inside = f"({sql} IS NOT NULL AND {sql} >= ? AND {sql} < ?)"
        match item.operator:
            case "=":
                self.parameters += [low, high]
                return inside
            case "!=":
                self.parameters += [low, high]
                return f"(NOT {inside})"
            case "<" | ">=":
                self.parameters.append(low)
                return f"({sql} IS NOT NULL AND {sql} {item.operator} ?)"
            case ">" | "<=":
                self.parameters.append(high)
                return f"({sql} IS NOT NULL AND {sql} {'>=' if item.operator == '>' else '<'} ?)"
        raise self._mistyped(found.field, item, value)

    def _literal(self, field: Field, item: Comparison, value: Value) -> Scalar:
        """The kept form of a literal for this field; an empty string is null, as in Salesforce."""
        if value.kind == "null":
            return None
        kind = field.type
        if kind in ("id", "reference") and value.kind == "string" and isinstance(value.value, str):
            if not value.value:
                return None
            record_id = ids.canonical(value.value)
            if record_id is None:
                message = pointed(self.text, item.left.at, f"invalid ID field: {value.value}")
                raise OrgError("INVALID_QUERY_FILTER_OPERATOR", message)
            return record_id
        if kind in TEXT_TYPES and value.kind == "string":
            return value.value or None
        if kind == value.kind == "boolean" or (kind == "int" and isinstance(value.value, int) and value.kind == "number"):
            return value.value
        if kind in ("double", "currency", "percent") and value.kind == "number":
            return value.value
        if kind == value.kind == "date" and (day := kept_date(str(value.value))):
            return day
        if kind == value.kind == "datetime" and (moment := kept_datetime(str(value.value).replace(" ", "+"))):
            return moment
        raise self._mistyped(field, item, value)

    def _mistyped(self, field: Field, item: Comparison, value: Value) -> OrgError:
        names = {"datetime": "dateTime", "id": "ID", "reference": "ID"}
        name = names.get(field.type, "string" if field.type in TEXT_TYPES else field.type)
        quotes = "should" if name in ("string", "ID") else "should not"
        message = (
            f"value of filter criterion for field '{item.left.text}' must be of type {name}"
            f" and {quotes} be enclosed in quotes"
        )
        return invalid_field(self.text, item.left.at, message)

    # -- order and window

    def _order(self) -> str:
        return f" ORDER BY {', '.join(self._order_by(item) for item in self.query.order)}" if self.query.order else ""

    def _order_by(self, item: Order) -> str:
        found = self.resolve(item.by)
        if not found.field.filterable:
            raise malformed(self.text, item.by.at, f"field '{item.by.text}' can not be sorted in a query call")
        direction = "DESC" if item.descending else "ASC"
        return f"{found.sql} {direction} NULLS {'LAST' if item.nulls_last else 'FIRST'}"

    def _window(self) -> str:
        limit, offset = self.query.limit, self.query.offset
        if offset is not None and offset > MAX_OFFSET:
            message = pointed(self.text, self.query.source_at, f"Maximum SOQL offset allowed is {MAX_OFFSET}")
            raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message)
        if limit is None and offset is None:
            return ""
        self.parameters += [-1 if limit is None else limit, offset or 0]
        return " LIMIT ? OFFSET ?"
