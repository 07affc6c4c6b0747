"""The org's describe, as far as the console needs it, read once and kept."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec

from connector.sandbox.console.org_rest import OrgRest

RECORD_ID = re.compile(r"^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$")


class BadRequestError(Exception):
    """What the page asked for makes no sense. The text names the parameter and the cure."""


class Field(msgspec.Struct, frozen=True):
    """One field of describe. `targets` are the objects a reference may lead to."""

    name: str
    label: str
    type: str
    length: int
    createable: bool
    updateable: bool
    required: bool
    relationship: str | None
    targets: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    restricted: bool


class ObjectInfo(msgspec.Struct, frozen=True):
    """One object of describe. `name_field` is the field that people call the record by (Name, CaseNumber, Subject)."""

    name: str
    label: str
    plural: str
    name_field: str
    fields: dict[str, Field]


class Catalogue:
    """Which object an id belongs to, and the fields of each object."""

    def __init__(self, rest: OrgRest) -> None:
        self._rest = rest
        self._objects: dict[str, ObjectInfo] = {}
        self._prefixes: dict[str, str] = {}
        self._reading = asyncio.Lock()

    async def object(self, username: str, name: str) -> ObjectInfo:
        """The object's description. Raises `OrgRefusedError` (404) for an object that the org does not have."""
        async with self._reading:
            if name not in self._objects:
                if not re.fullmatch(r"\w+", name):
                    raise BadRequestError(f"{name!r} is not the API name of an object")
                described = await self._rest.call(username, "GET", f"sobjects/{name}/describe")
                self._objects[name] = _object(described)
            return self._objects[name]

    def forget(self) -> None:
        """What is known of objects has proved out of date: an administrator has changed their fields."""
        self._objects.clear()

    async def object_of(self, username: str, record_id: str) -> ObjectInfo:
        """The object that the id belongs to, by its key prefix. Raises `BadRequestError`."""
        if not RECORD_ID.match(record_id):
            raise BadRequestError(f"{record_id!r} is not a record id: it must have 15 or 18 letters and digits")
        async with self._reading:
            if not self._prefixes:
                answer = await self._rest.call(username, "GET", "sobjects")
                self._prefixes = {item["keyPrefix"]: item["name"] for item in answer["sobjects"] if item["keyPrefix"]}
        name = self._prefixes.get(record_id[:3])
        if name is None:
            raise BadRequestError(f"{record_id!r} belongs to no object of this org: no key prefix is {record_id[:3]!r}")
        return await self.object(username, name)


def _object(described: dict[str, Any]) -> ObjectInfo:
    fields = {item["name"]: _field(item) for item in described["fields"]}
    named = [item["name"] for item in described["fields"] if item.get("nameField")]
    return ObjectInfo(
        described["name"],
        described["label"],
        described.get("labelPlural") or described["label"],
        named[0] if named else "Name" if "Name" in fields else "Id",
        fields,
    )


def _field(item: dict[str, Any]) -> Field:
    return Field(
        name=item["name"],
        label=item["label"],
        type=item["type"],
        length=item.get("length") or 0,
        createable=bool(item.get("createable")),
        updateable=bool(item.get("updateable")),
        required=bool(item.get("createable"))
        and not item.get("nillable", True)
        and not item.get("defaultedOnCreate")
        and item["type"] != "boolean",
        relationship=item.get("relationshipName"),
        targets=tuple(item.get("referenceTo") or ()),
        options=tuple(
            (value["value"], value.get("label") or value["value"])
            for value in item.get("picklistValues") or ()
            if value.get("active", True)
        ),
        restricted=bool(item.get("restrictedPicklist")),
    )
