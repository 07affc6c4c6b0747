"""How fields of Task are filled in by a person: what describe, and the record type, say of them."""

from collections.abc import Sequence
from typing import Final

from connector.domain.given import Choice, FieldForm
from connector.salesforce.client import SalesforceClient
from connector.salesforce.shapes import FieldShape, Shape, Shapes

FRESH_S: Final = 60
"""What was described longer ago is described anew: an administrator may just have changed what was refused."""

KINDS: Final = {
    "string": "text",
    "encryptedstring": "text",
    "textarea": "long_text",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "int": "number",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "date": "date",
    "datetime": "moment",
    "boolean": "checkbox",
    "picklist": "choice",
    "combobox": "choice",
    "multipicklist": "choices",
    "reference": "id",
}
"""Describe's types and ours; no form is made for any other."""


def forms(client: SalesforceClient, shapes: Shapes, names: Sequence[str], record_type: str) -> list[FieldForm]:
    """A form for each of the fields, in order; one that our user does not see is not to be written by it.

    Picklists offer what the record type (id, "": our user's default) does.
    """
    shape = shapes.of("Task", FRESH_S)
    if any(name not in shape.fields or not _is_writable(shape.fields[name]) for name in names):
        # A field that was made this minute, or a right that was given.
        shape = shapes.of("Task", 0)
    found = [shape.fields.get(name) for name in names]
    picked = any(field is not None and field.values for field in found)
    offers = _offers(client, record_type) if picked and shape.record_types else {}
    return [
        FieldForm(name, name, "other", writable=False) if field is None else _form(field, shape, offers)
        for name, field in zip(names, found, strict=True)
    ]


def _is_writable(field: FieldShape) -> bool:
    return field.createable and field.updateable


def _form(field: FieldShape, shape: Shape, offers: dict[str, tuple[Choice, ...]]) -> FieldForm:
    kind = KINDS.get(field.type, "other")
    choices = tuple(map(Choice, field.values, field.value_labels))
    return FieldForm(
        name=field.name,
        label=field.label or field.name,
        kind=kind,
        required=field.required,
        writable=_is_writable(field),
        strict=field.restricted,
        choices=offers.get(field.name, choices) if kind in ("choice", "choices") else (),
        longest=field.length if kind != "id" else 0,
        digits=field.digits if kind == "number" else 0,
        decimals=field.scale if kind == "number" else 0,
        targets=field.targets,
        help=field.help,
    )


def _offers(client: SalesforceClient, record_type: str) -> dict[str, tuple[Choice, ...]]:
    """The active values that a record type offers, by picklist; nothing when the org does not tell."""
    mappings = client.get("sobjects/Task/describe/layouts").get("recordTypeMappings") or ()
    for mapping in mappings:
        default = not record_type and mapping.get("defaultRecordTypeMapping")
        if default or str(mapping["recordTypeId"])[:15] == record_type[:15]:
            return {
                offer["picklistName"]: tuple(
                    Choice(value["value"], value.get("label") or value["value"])
                    for value in offer["picklistValues"]
                    if value.get("active", True)
                )
                for offer in mapping.get("picklistsForRecordType") or ()
            }
    return {}
