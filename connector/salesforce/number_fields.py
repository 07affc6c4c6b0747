"""By which fields callers are recognised: those that the administrator chose, or all phone fields."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from connector.domain.directory import NumberField
from connector.salesforce.shapes import Shape, Shapes
from connector.salesforce.tables import Tables

SOBJECT: Final = "Phone_Number_Field__mdt"
PEOPLE: Final = ("Contact", "Lead", "Account")
NAME_FIELD: Final = {"Case": "CaseNumber"}
"""The field that is a record's name, where that is not Name."""

_NOT_A_CALLERS: Final = ("Fax",)
_API_NAME: Final = re.compile(r"[A-Za-z]\w*")
_COUNTRIES: Final = {
    "Contact": "MailingCountryCode",
    "Lead": "CountryCode",
    "Account": "BillingCountryCode",
}
"""Where the country is, in an org that has picklists of countries."""

_WHY: Final = {
    "Phone": "matched_phone",
    "MobilePhone": "matched_mobile",
    "PersonMobilePhone": "matched_mobile",
}


class Source(Struct, frozen=True):
    """An object that numbers are read of: its fields, the likeliest to be the caller's first.

    `countries` names, for a field, the one that has the record's country.
    """

    sobject: str
    fields: tuple[str, ...]
    countries: dict[str, str] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        """All fields that have to be read."""
        return tuple(dict.fromkeys((*self.fields, *self.countries.values())))


def read_number_fields(tables: Tables) -> tuple[NumberField, ...]:
    """What is configured; a row that cannot be meant is noted and left out."""
    found: dict[tuple[str, str], NumberField] = {}
    for row in tables.rows(SOBJECT):
        given = [(row.get(name) or "").strip() for name in ("Object__c", "Field__c", "Country_Field__c")]
        for column, text in zip(("Object__c", "Field__c"), given, strict=False):
            if not _API_NAME.fullmatch(text):
                tables.note(SOBJECT, row["DeveloperName"], f"is left out: {column} {text!r} is not an API name")
                break
        else:
            one = NumberField(*given)
            found.setdefault((one.sobject.lower(), one.field.lower()), one)
    return tuple(found.values())


def sources(shapes: Shapes, configured: Sequence[NumberField]) -> tuple[list[Source], list[str]]:
    """The objects with their fields, and what of the configuration is left out and why.

    An object for which fields are configured has these alone; Contact, Lead and Account have all their phone fields
    but fax where there is none that can be used.  Asks the org about its objects, which takes a moment the first time.
    """
    notes: list[str] = []
    chosen: dict[str, list[NumberField]] = {}
    for one in configured:
        chosen.setdefault(one.sobject, []).append(one)
    found = []
    for name in dict.fromkeys((*PEOPLE, *chosen)):
        shape = shapes.readable(name)
        if shape is None:
            if name in chosen:
                notes.append(f"{SOBJECT}: {name} is left out: there is no such object, or our user may not read it")
            continue
        fields = _chosen(shape, chosen.get(name, ()), notes)
        if not fields and name in PEOPLE:
            fields = _usual(shape)
        if fields and _may_be_linked(shapes, shape, notes):
            found.append(_source(shape, fields))
    return found, notes


def why(field: str) -> str:
    """The code that says by which field a record was found."""
    return _WHY.get(field, "matched_other")


def rank(field: str) -> int:
    """How likely a number in that field is the caller's own: the lower, the likelier."""
    if field == "Phone":
        return 0
    if field in _WHY:
        return 1
    return 3 if "Assistant" in field else 2


def _usual(shape: Shape) -> list[NumberField]:
    names = [name for name, field in shape.fields.items() if field.type == "phone" and name not in _NOT_A_CALLERS]
    country = _COUNTRIES.get(shape.name, "")
    known = country if country in shape.fields else ""
    return [NumberField(shape.name, name, known) for name in names]


def _chosen(shape: Shape, configured: Sequence[NumberField], notes: list[str]) -> list[NumberField]:
    by_lower = {name.lower(): name for name in shape.fields}
    found = []
    for one in configured:
        field, country = by_lower.get(one.field.lower()), by_lower.get(one.country.lower(), "")
        if field is None or shape.fields[field].type not in ("phone", "string"):
            what = "there is no such field, or our user may not see it" if field is None else "it is no phone or text"
            notes.append(f"{SOBJECT}: {one.sobject}.{one.field} is left out: {what}")
            continue
        if one.country and not country:
            notes.append(f"{SOBJECT}: {one.sobject}.{one.country} is no field: the country is taken to be the agent's")
        found.append(NumberField(shape.name, field, country))
    return found


def _may_be_linked(shapes: Shapes, shape: Shape, notes: list[str]) -> bool:
    """Whether a Task can have such a record as its Name or Related To, and we can show it."""
    if shape.name in PEOPLE:
        return True
    if NAME_FIELD.get(shape.name, "Name") not in shape.fields:
        notes.append(f"{SOBJECT}: {shape.name} is left out: its records have no name")
        return False
    if shape.name not in shapes.of("Task").fields["WhatId"].targets:
        notes.append(f"{SOBJECT}: {shape.name} is left out: no Task can be related to it; tick Allow Activities")
        return False
    return True


def _source(shape: Shape, fields: Sequence[NumberField]) -> Source:
    ordered = sorted(fields, key=lambda one: (rank(one.field), one.field))
    countries = {one.field: one.country for one in ordered if one.country}
    return Source(shape.name, tuple(dict.fromkeys(one.field for one in ordered)), countries)
