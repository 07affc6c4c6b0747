"""What the org says about its objects (describe), read once, then hourly or when it proves out of date."""

import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from connector.salesforce.client import Json, SalesforceClient
from connector.salesforce.faults import Refused

MAX_AGE_S: Final = 3_600


class FieldShape(Struct, frozen=True):
    """One field as our user may use it.

    `length` in characters, `digits` before and `scale` after the point of a number, 0 where there is none; `values` of
    a picklist with their `value_labels`; `required`: a record must have it, and the org fills in nothing by itself.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    createable: bool = False
    updateable: bool = False
    external_id: bool = False
    unique: bool = False
    filterable: bool = True
    restricted: bool = False
    values: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    digits: int = 0
    scale: int = 0
    required: bool = False
    value_labels: tuple[str, ...] = ()
    help: str = ""


class RecordType(Struct, frozen=True):
    """A record type by its API name; `available`: it is active, and our user may make such records."""

    name: str
    id: str
    available: bool


class Shape(Struct, frozen=True):
    """One object: its fields by API name, and its record types but the master."""

    name: str
    fields: dict[str, FieldShape]
    record_types: tuple[RecordType, ...] = ()

    def those_of(self, *names: str) -> list[str]:
        """Which of these fields there are, in that order."""
        return [name for name in names if name in self.fields]


class Shapes:
    """The shapes of the org's objects.  Methods block; they raise what `SalesforceClient.describe` raises."""

    def __init__(self, client: SalesforceClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, Shape | None]] = {}

    def of(self, name: str, age_s: float = MAX_AGE_S) -> Shape:
        """The shape of an object, as it was at most `age_s` ago."""
        kept = self._kept.get(name)
        if kept is not None and kept[1] is not None and self._clock() - kept[0] < age_s:
            return kept[1]
        shape = _shape(self._client.describe(name))
        self._kept[name] = (self._clock(), shape)
        return shape

    def readable(self, name: str) -> Shape | None:
        """The shape of an object, or None when the org does not have it or our user may not read it."""
        kept = self._kept.get(name)
        if kept is not None and kept[1] is None and self._clock() - kept[0] < MAX_AGE_S:
            return None
        try:
            return self.of(name)
        except Refused:
            self._kept[name] = (self._clock(), None)
            return None

    def forget(self, name: str) -> None:
        """The next `of` asks the org again: what we know has proved out of date."""
        self._kept.pop(name, None)


def _shape(described: Json) -> Shape:
    fields = [_field(given) for given in described["fields"]]
    kinds = [
        RecordType(
            str(kind.get("developerName") or kind["name"]),
            str(kind["recordTypeId"]),
            bool(kind.get("active", True) and kind.get("available", True)),
        )
        for kind in described.get("recordTypeInfos") or ()
        if not kind["master"]
    ]
    return Shape(described["name"], {field.name: field for field in fields}, tuple(kinds))


def _field(given: Json) -> FieldShape:
    choices = [choice for choice in given.get("picklistValues") or () if choice.get("active", True)]
    filled = bool(given.get("nillable", True) or given.get("defaultedOnCreate"))
    return FieldShape(
        name=given["name"],
        type=given["type"],
        label=given.get("label") or "",
        length=given.get("length") or 0,
        createable=bool(given.get("createable")),
        updateable=bool(given.get("updateable")),
        external_id=bool(given.get("externalId")),
        unique=bool(given.get("unique")),
        filterable=bool(given.get("filterable", True)),
        restricted=bool(given.get("restrictedPicklist")),
        values=tuple(choice["value"] for choice in choices),
        targets=tuple(given.get("referenceTo") or ()),
        digits=given.get("digits") or max(0, (given.get("precision") or 0) - (given.get("scale") or 0)),
        scale=given.get("scale") or 0,
        required=not filled and given["type"] != "boolean",
        value_labels=tuple(choice.get("label") or choice["value"] for choice in choices),
        help=given.get("inlineHelpText") or "",
    )
