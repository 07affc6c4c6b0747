"""WHERE: conditions to SQL with bound parameters.

SOQL knows two truth values where SQL knows three: a comparison with null is false and its NOT is true. So each
comparison here is written to yield 0 or 1: `IS` for `=`, and a null test beside the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.schema import TEXT_TYPES, Field, Scalar
from connector.sandbox.org.soql.dates import day_range, local_today, midnight
from connector.sandbox.org.soql.lexer import invalid_field, malformed, pointed
from connector.sandbox.org.soql.names import Names, Resolved
from connector.sandbox.org.soql.tree import (
    Both,
    Comparison,
    Condition,
    Either,
    Membership,
    Name,
    Negation,
    Query,
    Value,
)
from connector.sandbox.org.values import kept_date, kept_datetime


class Clock(msgspec.Struct, frozen=True):
    """When and where the user asks: for date literals."""

    now: float
    zone: ZoneInfo


class Conditions:
    """Writes the conditions of one query."""

    def __init__(self, names: Names, text: str, clock: Clock, sub_select: Callable[[Query, list[Scalar]], str]) -> None:
        """`sub_select` gives the SQL of a sub-query of ids and appends its parameters to the list."""
        self._names, self._text, self._clock, self._sub_select = names, text, clock, sub_select
        self.parameters: list[Scalar] = []

    def sql(self, condition: Condition) -> str:
        """The SQL of a condition, which yields 0 or 1; its values are appended to `parameters`."""
        match condition:
            case Both(parts):
                return f"({' AND '.join(self.sql(part) for part in parts)})"
            case Either(parts):
                return f"({' OR '.join(self.sql(part) for part in parts)})"
            case Negation(part):
                return f"(NOT {self.sql(part)})"
            case Membership(left, negated, query):
                return self._membership(left, query, negated=negated)
            case Comparison():
                return self._comparison(condition)

    def _membership(self, left: Name, query: Query, *, negated: bool) -> str:
        found = self._names.resolve(left)
        if found.field.type not in ("id", "reference"):
            message = f"The field '{left.text}' before a sub-query of IN must be an id"
            raise malformed(self._text, left.at, message)
        sql = self._sub_select(query, self.parameters)
        if negated:
            return f"({found.sql} IS NULL OR {found.sql} NOT IN ({sql}))"
        return f"({found.sql} IS NOT NULL AND {found.sql} IN ({sql}))"

    def _comparison(self, item: Comparison) -> str:
        found = self._names.resolve(item.left)
        if not found.field.filterable:
            message = f"field '{item.left.text}' can not be filtered in a query call"
            raise invalid_field(self._text, item.left.at, message)
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
            raise invalid_field(self._text, item.left.at, f"null is not allowed with the operator {item.operator}")
        self.parameters.append(value)
        return f"({sql} IS NOT NULL AND {sql} {item.operator} ?)"

    def _in(self, found: Resolved, kept: Sequence[Scalar], *, negated: bool) -> str:
        sql = self._comparable(found, kept)
        values = [value for value in self._folded(found, kept) if value is not None]
        null = len(values) != len(kept)
        self.parameters += values
        marks = ", ".join("?" * len(values))
        if negated:
            return f"({'' if null else f'{sql} IS NULL OR '}({sql} IS NOT NULL AND {sql} NOT IN ({marks})))"
        return f"({f'{sql} IS NULL OR ' if null else ''}({sql} IS NOT NULL AND {sql} IN ({marks})))"

    @staticmethod
    def _beyond_ascii(found: Resolved, values: Sequence[Scalar]) -> bool:
        folds = found.field.type in TEXT_TYPES and not found.field.case_sensitive
        return folds and any(isinstance(value, str) and not value.isascii() for value in values)

    def _comparable(self, found: Resolved, values: Sequence[Scalar]) -> str:
        """The column, folded where NOCASE is not enough for these values."""
        return f"fold({found.sql})" if self._beyond_ascii(found, values) else found.sql

    def _folded(self, found: Resolved, values: Sequence[Scalar]) -> list[Scalar]:
        if not self._beyond_ascii(found, values):
            return list(values)
        return [value.casefold() if isinstance(value, str) else value for value in values]

    def _like(self, found: Resolved, item: Comparison) -> str:
        (value,) = item.values
        if found.field.type not in TEXT_TYPES:
            kind = "id field" if found.field.type in ("id", "reference") else f"{found.field.type} field"
            raise invalid_field(self._text, item.left.at, f"invalid operator on {kind}")
        if value.kind != "string" or not isinstance(value.value, str):
            raise self._mistyped(found.field, item, value)
        sql = self._comparable(found, [value.value])
        self.parameters.append(self._folded(found, [value.value])[0])
        return f"({sql} IS NOT NULL AND {sql} LIKE ? ESCAPE '\\')"

    def _named_date(self, found: Resolved, item: Comparison) -> str:
        (value, *more) = item.values
        if more or found.field.type not in ("date", "datetime"):
            raise self._mistyped(found.field, item, value)
        zone = self._clock.zone
        first, after = day_range(str(value.value), value.count, local_today(self._clock.now, zone))
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
                message = pointed(self._text, item.left.at, f"invalid ID field: {value.value}")
                raise OrgError("INVALID_QUERY_FILTER_OPERATOR", message)
            return record_id
        if kind in TEXT_TYPES and value.kind == "string":
            return value.value or None
        if kind == value.kind == "boolean" or (
            kind == "int" and isinstance(value.value, int) and value.kind == "number"
        ):
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
        return invalid_field(self._text, item.left.at, message)
