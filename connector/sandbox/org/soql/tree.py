"""What a parsed query consists of. Positions are offsets into the query text, for error messages."""

from __future__ import annotations

from typing import Literal

import msgspec

from connector.sandbox.org.schema import Scalar

LiteralKind = Literal["string", "number", "boolean", "null", "date", "datetime", "named"]


class Name(msgspec.Struct, frozen=True):
    """A dotted field path as written."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return ".".join(self.parts)


class Value(msgspec.Struct, frozen=True):
    """A literal. `named` ones are date literals such as TODAY; `count` is the n of LAST_N_DAYS:n."""

    kind: LiteralKind
    value: Scalar
    at: int
    count: int | None = None


class Aggregate(msgspec.Struct, frozen=True):
    """COUNT(), COUNT(field), MIN(field)…; `argument` is None for COUNT()."""

    function: str
    argument: Name | None
    alias: str | None
    at: int


class Comparison(msgspec.Struct, frozen=True):
    """field operator literal; for IN and NOT IN `values` has any number of literals."""

    left: Name
    operator: str
    values: tuple[Value, ...]


class Membership(msgspec.Struct, frozen=True):
    """field [NOT] IN (SELECT …)."""

    left: Name
    negated: bool
    query: Query


class Both(msgspec.Struct, frozen=True):
    """Conditions that must all hold."""

    parts: tuple[Condition, ...]


class Either(msgspec.Struct, frozen=True):
    """Conditions of which one must hold."""

    parts: tuple[Condition, ...]


class Negation(msgspec.Struct, frozen=True):
    part: Condition


Condition = Comparison | Membership | Both | Either | Negation


class Order(msgspec.Struct, frozen=True):
    by: Name
    descending: bool
    nulls_last: bool


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One SELECT. `all_fields` holds ALL, STANDARD or CUSTOM for `FIELDS(…)`."""

    select: tuple[Name | Aggregate, ...]
    source: str
    source_at: int
    alias: str | None = None
    all_fields: str | None = None
    where: Condition | None = None
    group: tuple[Name, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    all_rows: bool = False
