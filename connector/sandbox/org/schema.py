"""What the org knows about its objects: the values behind describe, DML and SOQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

Scalar = str | int | float | bool | None
Row = dict[str, Scalar]
"""A record: canonical field name to stored value."""

FieldType = Literal[
    "id", "string", "textarea", "picklist", "combobox", "phone", "email", "url", "boolean", "int", "double", "currency",
    "percent", "date", "datetime", "reference", "multipicklist",
]  # fmt: skip

TEXT_TYPES = frozenset({"string", "textarea", "picklist", "multipicklist", "combobox", "phone", "email", "url"})
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})

ExternalIdMode = Literal["unique", "shared", "plain"]
"""How the Task's contact key is set up: unique external id; external id that may repeat; an ordinary text field."""

CONTACT_KEY = "Phone_Contact_Key__c"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an object. Lengths count characters; `digits` is the most an int may have."""

    name: str
    label: str
    type: FieldType
    length: int = 0
    digits: int = 0
    precision: int = 0
    scale: int = 0
    required: bool = False
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    default: Scalar = None
    defaulted: bool = False
    values: tuple[str, ...] = ()
    restricted: bool = False
    targets: tuple[str, ...] = ()
    relationship: str | None = None
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    filterable: bool = True
    name_field: bool = False
    calculated: bool = False
    auto_number: bool = False
    number_format: str = ""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def polymorphic(self) -> bool:
        """Whether the reference may lead to several objects and is read through the `Name` entity."""
        return len(self.targets) > 1


class RecordKind(msgspec.Struct, frozen=True, kw_only=True):
    """A record type: what it is called, whether records get it by default, which values its picklists offer.

    `available`: the users may make records of it.
    """

    id: str
    name: str
    developer_name: str
    default: bool
    offers: dict[str, tuple[str, ...]]
    available: bool = True


class SObject(msgspec.Struct, frozen=True, kw_only=True):
    """One object: its names, its three-character key prefix, its fields in describe order."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field]
    name_field: str = "Name"
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    searchable: bool = False
    field_by_lower: dict[str, Field] = {}
    relationships: dict[str, Field] = {}
    kinds: tuple[RecordKind, ...] = ()

    @property
    def custom(self) -> bool:
        return self.name.endswith(("__c", "__mdt"))

    def field(self, name: str) -> Field | None:
        """The field of that name; names are case-insensitive, as in Salesforce."""
        return self.field_by_lower.get(name.lower())

    def phones(self) -> list[Field]:
        return [field for field in self.fields.values() if field.type == "phone"]


def with_fields(item: SObject, fields: Iterable[Field]) -> SObject:
    """The same object with these fields, and its look-up tables made from them."""
    table = {field.name: field for field in fields}
    return msgspec.structs.replace(
        item,
        fields=table,
        field_by_lower={field.name.lower(): field for field in table.values()},
        relationships={f.relationship.lower(): f for f in table.values() if f.relationship},
    )


def sobject(
    name: str,
    label: str,
    plural: str,
    prefix: str,
    fields: Iterable[Field],
    *,
    name_field: str = "Name",
    createable: bool = True,
    updateable: bool = True,
    deletable: bool = True,
    searchable: bool = False,
) -> SObject:
    """An SObject with its look-up tables made from `fields`."""
    bare = SObject(
        name=name,
        label=label,
        plural=plural,
        prefix=prefix,
        fields={},
        name_field=name_field,
        createable=createable,
        updateable=updateable,
        deletable=deletable,
        searchable=searchable,
    )
    return with_fields(bare, fields)


class Schema:
    """All objects of the org. Never changes; `with_contact_key` makes another one."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self.objects: Mapping[str, SObject] = {item.name: item for item in objects}
        self._by_lower = {name.lower(): item for name, item in self.objects.items()}
        self._by_prefix = {item.prefix: item for item in self.objects.values()}

    def __getitem__(self, name: str) -> SObject:
        return self.objects[name]

    def find(self, name: str) -> SObject | None:
        """The object of that name, case-insensitive, or None."""
        return self._by_lower.get(name.lower())

    def of_id(self, record_id: str) -> SObject | None:
        """The object that ids with this prefix belong to, or None."""
        return self._by_prefix.get(record_id[:3])

    def having(self, changed: Iterable[SObject]) -> Schema:
        """The same schema with these objects in place of those of their names, or added."""
        return Schema({**self.objects, **{item.name: item for item in changed}}.values())

    def with_contact_key(self, mode: ExternalIdMode) -> Schema:
        """The same schema with the Task's contact key, where there is one, set up as `mode` says."""
        task = self.objects["Task"]
        if CONTACT_KEY not in task.fields:
            return self
        key = msgspec.structs.replace(
            task.fields[CONTACT_KEY],
            external_id=mode != "plain",
            id_lookup=mode != "plain",
            unique=mode == "unique",
        )
        return self.having([with_fields(task, {**task.fields, CONTACT_KEY: key}.values())])
