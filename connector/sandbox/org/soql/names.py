"""From dotted names to columns: the object a query is about, and the parents it joins on the way."""

from __future__ import annotations

import msgspec

from connector.sandbox.org.database import NAME_COLUMNS, quoted
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.schema import Field, Schema, SObject, sobject
from connector.sandbox.org.soql.lexer import invalid_field, malformed, pointed
from connector.sandbox.org.soql.tree import Name, Query

ADVICE = (
    " If you are attempting to use a custom {kind}, be sure to append the '{suffix}' after the {what} name."
    " Please reference your WSDL or the describe call for the appropriate names."
)
MAX_DEPTH = 5

NAME_ENTITY = sobject(
    "Name", "Name", "Names", "",
    [Field(name="Id", label="ID", type="id", length=18)]
    + [Field(name=name, label=name, type="string", length=255) for name in NAME_COLUMNS if name != "Id"],
)  # fmt: skip
"""What a polymorphic parent shows: the fields that people, queues and records have in common."""


class Resolved(msgspec.Struct, frozen=True):
    """The SQL of a column, its field, and the canonical path that leads to it."""

    sql: str
    field: Field
    path: tuple[str, ...]


class Names:
    """Resolves the names of one query. `joins` has every parent used so far: its table alias and object."""

    def __init__(self, schema: Schema, text: str, query: Query) -> None:
        """Raises INVALID_TYPE when the org has no such object."""
        self._schema, self._text, self._query = schema, text, query
        found = schema.find(query.source)
        if found is None:
            message = f"sObject type '{query.source}' is not supported."
            advice = ADVICE.format(kind="object", suffix="__c", what="entity")
            raise OrgError("INVALID_TYPE", pointed(text, query.source_at, message + advice))
        self.sobject = found
        self.joins: dict[tuple[str, ...], tuple[str, SObject]] = {}
        self._join_sql: list[str] = []

    def tables(self) -> str:
        """What follows FROM. Complete once every name of the query is resolved."""
        return " ".join([f"{quoted(self.sobject.name)} t0", *self._join_sql])

    def resolve(self, name: Name) -> Resolved:
        """The column that a dotted name means, joining its parents; raises INVALID_FIELD."""
        parts = list(name.parts)
        if len(parts) > 1 and parts[0].lower() in (str(self._query.alias).lower(), self.sobject.name.lower()):
            parts = parts[1:]
        alias, owner = "t0", self.sobject
        path: tuple[str, ...] = ()
        if len(parts) > MAX_DEPTH + 1:
            raise malformed(self._text, name.at, "the field path has too many levels of relationships")
        for part in parts[:-1]:
            alias, owner, path = self._join(alias, owner, path, part, name)
        field = owner.field(parts[-1])
        if field is None:
            message = f"No such column '{parts[-1]}' on entity '{owner.name}'."
            advice = ADVICE.format(kind="field", suffix="__c", what="custom field")
            raise invalid_field(self._text, name.at, message + advice)
        return Resolved(f"{alias}.{quoted(field.name)}", field, (*path, field.name))

    def _join(
        self, alias: str, owner: SObject, path: tuple[str, ...], part: str, name: Name
    ) -> tuple[str, SObject, tuple[str, ...]]:
        reference = owner.relationships.get(part.lower())
        if reference is None or reference.relationship is None:
            message = f"Didn't understand relationship '{part}' in field path."
            advice = ADVICE.format(kind="relationship", suffix="__r", what="custom relationship")
            raise invalid_field(self._text, name.at, message + advice)
        deeper = (*path, reference.relationship)
        if deeper not in self.joins:
            target = NAME_ENTITY if reference.polymorphic else self._schema[reference.targets[0]]
            table = "_name" if target is NAME_ENTITY else target.name
            joined = f"t{len(self.joins) + 1}"
            self._join_sql.append(
                f'LEFT JOIN {quoted(table)} {joined} ON {joined}."Id" = {alias}.{quoted(reference.name)}'
            )
            self.joins[deeper] = (joined, target)
        joined, target = self.joins[deeper]
        return joined, target, deeper
