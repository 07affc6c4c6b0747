"""The record of which somebody else gave the id, as a Task can link to it and an agent may see it."""

from typing import Final

from connector.domain.model import Record
from connector.domain.tasks import PEOPLE
from connector.salesforce.access import visible
from connector.salesforce.client import SalesforceClient, quoted
from connector.salesforce.number_fields import NAME_FIELD
from connector.salesforce.people_found import CONVERTED, person, selected
from connector.salesforce.search import RECORD_DETAIL
from connector.salesforce.shapes import Shapes

_PREFIX: Final = 3
"""Characters of an id that say of which object it is."""


class About:
    """Looks records up by their ids.  Methods block; they raise `CrmUnavailable` and `Refused`."""

    def __init__(self, client: SalesforceClient, shapes: Shapes) -> None:
        self._client = client
        self._shapes = shapes
        self._objects: dict[str, str] = {}

    def find(self, agent: str, record: str) -> Record | None:
        """The record; None when a Task cannot link to it, the agent or our user may not read it, or there is none."""
        kind = self._object(record[:_PREFIX])
        if kind in PEOPLE or kind == "Account":
            found = self._person(kind, record) or (self._other(kind, record) if kind == "Account" else None)
        else:
            found = self._other(kind, record) if kind else None
        if found is None or not visible(self._client, agent, [found.id]):
            return None
        return found

    def _object(self, prefix: str) -> str:
        """The object whose ids begin so, "" for none; the org is asked for all of them once."""
        if prefix not in self._objects:
            known = self._client.get("sobjects").get("sobjects", [])
            self._objects.update({one["keyPrefix"]: one["name"] for one in known if one.get("keyPrefix")})
        return self._objects.setdefault(prefix, "")

    def _person(self, kind: str, record: str) -> Record | None:
        """Of an Account only a person's; a Lead that was converted is the Contact that it became."""
        shape = self._shapes.readable(kind)
        if shape is None:
            return None
        fields = ", ".join(dict.fromkeys([*selected(shape), *shape.those_of(*CONVERTED)]))
        rows = self._client.query(f"SELECT {fields} FROM {kind} WHERE Id = {quoted(record)}")  # noqa: S608 - quoted
        row = rows[0] if rows else None
        if row is not None and row.get("IsConverted"):
            became = row.get("ConvertedContactId")
            return self._person("Contact", became) if became else None
        if row is None or (kind == "Account" and not row.get("PersonContactId")):
            return None
        return person(row, kind, 0, "").record

    def _other(self, kind: str, record: str) -> Record | None:
        shape = self._shapes.readable(kind) if kind in self._shapes.of("Task").fields["WhatId"].targets else None
        name = NAME_FIELD.get(kind, "Name")
        if shape is None or name not in shape.fields:
            return None
        detail = shape.those_of(RECORD_DETAIL.get(kind, ""))
        fields = ", ".join(["Id", name, *detail])
        rows = self._client.query(f"SELECT {fields} FROM {kind} WHERE Id = {quoted(record)}")  # noqa: S608 - quoted
        if not rows:
            return None
        row = rows[0]
        return Record(row["Id"], kind, row[name] or "", (row[detail[0]] or "") if detail else "")
