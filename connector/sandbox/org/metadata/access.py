"""What a user sees of what was deployed: nothing, until a permission set says so.

As in Salesforce, a deployed field is hidden from everybody, administrators too, unless a permission set grants it;
required fields and those of custom metadata types are for all who see the object. What the org had from the beginning
stays visible to every user.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from connector.sandbox.org.database import Database
from connector.sandbox.org.metadata.components import Components, Grants
from connector.sandbox.org.schema import Field, Schema, SObject, with_fields

ADMINISTRATORS = "System Administrator"
ALL = (True, True, True, True)
_HELD = (
    'SELECT s."Name" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"'
    ' WHERE a."AssigneeId" = ? AND a."IsDeleted" = 0 AND s."IsDeleted" = 0'
)
_PROFILE = 'SELECT p."Name" FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId" WHERE u."Id" = ?'


class Access:
    """The schema as each user sees it. `refresh` after every deployment."""

    def __init__(self, database: Database, components: Components) -> None:
        self._database, self._components = database, components
        self.refresh()

    def refresh(self) -> None:
        """Read anew what was deployed."""
        self._fields = self._components.own_fields()
        self._objects = self._components.own_objects()
        self._views: dict[tuple[int, frozenset[str], bool], tuple[Schema, Schema]] = {}

    def is_administrator(self, user_id: str) -> bool:
        rows = self._database.connection.execute(_PROFILE, [user_id]).fetchall()
        return bool(rows) and rows[0][0] == ADMINISTRATORS

    def view(self, schema: Schema, user_id: str) -> Schema:
        """Of this schema what the user may see, with what the user may write marked so."""
        if not self._fields and not self._objects:
            return schema
        held = frozenset(str(row[0]) for row in self._database.connection.execute(_HELD, [user_id]))
        key = (id(schema), held, self.is_administrator(user_id))
        if key not in self._views:
            # The schema is kept with its view, so that its id stays its own.
            self._views[key] = (schema, self._made(schema, held, administrator=key[2]))
        return self._views[key][1]

    def _made(self, schema: Schema, held: Iterable[str], *, administrator: bool) -> Schema:
        granted = [grants for name in sorted(held) if (grants := self._components.grants(name)) is not None]
        seen = [
            shown
            for item in schema.objects.values()
            if (shown := self._object(item, granted, administrator=administrator)) is not None
        ]
        names = {item.name for item in seen}
        return Schema(_without_targets(item, names) for item in seen)

    def _object(self, item: SObject, granted: list[Grants], *, administrator: bool) -> SObject | None:
        if item.name in self._objects:
            if item.name.endswith("__mdt"):
                readable = administrator or any(item.name in grants.types for grants in granted)
                return item if readable else None
            rights = [grants.objects[item.name] for grants in granted if item.name in grants.objects]
            read, create, edit, delete = (any(r) for r in zip(*[*rights, ALL if administrator else (False,) * 4]))  # noqa: B905 - rows of four
            if not read:
                return None
            item = replace(item, createable=create, updateable=edit, deletable=delete)
        fields = [
            shown for field in item.fields.values() if (shown := self._field(item.name, field, granted)) is not None
        ]
        return with_fields(item, fields)

    def _field(self, owner: str, field: Field, granted: list[Grants]) -> Field | None:
        if (owner, field.name) not in self._fields or field.required or owner.endswith("__mdt"):
            return field
        key = f"{owner}.{field.name}"
        rights = [grants.fields[key] for grants in granted if key in grants.fields]
        if not any(read for read, _ in rights):
            return None
        if any(edit for _, edit in rights):
            return field
        return replace(field, createable=False, updateable=False)


def _without_targets(item: SObject, names: set[str]) -> SObject:
    """The object without relationships that lead to what the user does not see."""
    if all(set(field.targets) <= names for field in item.fields.values()):
        return item
    fields = []
    for field in item.fields.values():
        targets = tuple(target for target in field.targets if target in names)
        changed = targets != field.targets
        fields.append(
            replace(field, targets=targets, relationship=field.relationship if targets else None) if changed else field
        )
    return with_fields(item, fields)
