"""What deployments have put into the org: kept in its database, so that it is there again after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.database import Database
from connector.sandbox.org.schema import Field, Schema, SObject, with_fields

ACTIVITY = "Activity"
"""Custom fields of tasks and events are deployed on Activity. The org has no events."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS _component (type TEXT NOT NULL, name TEXT NOT NULL, definition BLOB,"
    " PRIMARY KEY (type, name)) WITHOUT ROWID"
)


class Grants(msgspec.Struct, frozen=True):
    """What a permission set allows: fields to (read, edit), objects to (read, create, edit, delete), custom types."""

    fields: dict[str, tuple[bool, bool]] = {}
    objects: dict[str, tuple[bool, bool, bool, bool]] = {}
    types: frozenset[str] = frozenset()


class Definition(msgspec.Struct, frozen=True):
    """A deployed object without its fields, and whether Tasks may be related to its records."""

    sobject: SObject
    activities: bool = False


class Components:
    """The deployed components by type and name; changes go with the transaction that they are made in."""

    def __init__(self, database: Database, base: Schema) -> None:
        """`base` is the schema of the org without any deployment."""
        self.base = base
        self._database = database
        database.connection.execute(_TABLE)

    def has(self, kind: str, name: str) -> bool:
        return bool(self._rows("SELECT 1 FROM _component WHERE type = ? AND name = ?", kind, name))

    def put(self, kind: str, name: str, definition: object = None) -> bool:
        """Keep the component; says whether it is new."""
        new = not self.has(kind, name)
        packed = None if definition is None else msgspec.json.encode(definition)
        self._database.connection.execute("INSERT OR REPLACE INTO _component VALUES (?, ?, ?)", [kind, name, packed])
        return new

    def names(self, kind: str) -> list[str]:
        """The names of the components of that type."""
        rows = self._database.connection.execute("SELECT name FROM _component WHERE type = ?", [kind])
        return [str(row[0]) for row in rows]

    def definition(self, name: str) -> Definition | None:
        """The deployed object of that name that the org did not have before."""
        return next((item for key, item in self._definitions() if key == name), None)

    def grants(self, permission_set: str) -> Grants | None:
        """What the deployed permission set of that name allows."""
        rows = self._rows("SELECT definition FROM _component WHERE type = 'PermissionSet' AND name = ?", permission_set)
        return msgspec.json.decode(rows[0][0], type=Grants) if rows and rows[0][0] else None

    def schema(self) -> Schema:
        """The base schema with every deployed object and field."""
        objects = dict(self.base.objects)
        related: list[str] = []
        for name, definition in self._definitions():
            objects[name] = definition.sobject
            related += [name] if definition.activities else []
        added: dict[str, list[Field]] = {}
        for owner, field in self._fields():
            added.setdefault(owner, []).append(field)
        for owner, fields in added.items():
            if owner in objects:
                old = objects[owner]
                objects[owner] = with_fields(old, {**old.fields, **{field.name: field for field in fields}}.values())
        if related:
            objects["Task"] = _related_to(objects["Task"], related)
        return Schema(objects.values())

    def own_fields(self) -> set[tuple[str, str]]:
        """Object and field of all that is there by deployment alone: only permission sets give rights to these."""
        found = set()
        for owner, field in self._fields():
            base = self.base.find(owner)
            if base is None or field.name not in base.fields:
                found.add((owner, field.name))
        return found

    def own_objects(self) -> set[str]:
        return {name for name, _ in self._definitions()}

    def free_prefix(self, kind: str) -> str:
        """A key prefix that no object has: a and two more for objects, m and two more for custom metadata types."""
        taken = {item.prefix for item in self.schema().objects.values()}
        letters = ids.BASE62
        return next(p for p in (f"{kind}{i}{j}" for i in letters for j in letters) if p not in taken)

    def _definitions(self) -> Iterator[tuple[str, Definition]]:
        for name, packed in self._rows(
            "SELECT name, definition FROM _component WHERE type = 'CustomObject' AND definition IS NOT NULL"
        ):
            kept = msgspec.json.decode(packed, type=Definition)
            yield name, Definition(with_fields(kept.sobject, kept.sobject.fields.values()), kept.activities)

    def _fields(self) -> Iterator[tuple[str, Field]]:
        for name, packed in self._rows("SELECT name, definition FROM _component WHERE type = 'CustomField'"):
            owner = name.partition(".")[0]
            yield ("Task" if owner == ACTIVITY else owner), msgspec.json.decode(packed, type=Field)

    def _rows(self, sql: str, *values: str) -> list[tuple[str, bytes]]:
        return self._database.connection.execute(sql, values).fetchall()


def _related_to(task: SObject, names: list[str]) -> SObject:
    what = task.fields["WhatId"]
    wider = msgspec.structs.replace(what, targets=(*what.targets, *names))
    return with_fields(task, {**task.fields, "WhatId": wider}.values())
