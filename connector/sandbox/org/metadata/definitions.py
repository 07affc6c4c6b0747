"""From an object's file to the schema: custom objects, custom metadata types and fields."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from connector.sandbox.org.fields import audit, moment, owner, read_only, record_id, text
from connector.sandbox.org.metadata.package import NAMESPACE, child_flag, child_text, children
from connector.sandbox.org.schema import Field, FieldType, SObject, sobject

MetadataError = ValueError
"""Raised with the words of the failure, for the component in hand."""

EXTERNAL_ID_TYPES = frozenset({"Text", "Number", "Email", "AutoNumber"})
UNIQUE_TYPES = frozenset({"Text", "Number", "Email"})
MASTER_DETAIL = "MasterDetail"


def _number_of(xml: ET.Element, name: str, least: int, most: int) -> int:
    given = child_text(xml, name)
    if not given.isdigit():
        raise MetadataError(f"Must specify {name} for a CustomField of type {child_text(xml, 'type')}")
    if not least <= int(given) <= most:
        raise MetadataError(f"{name}: must be between {least} and {most}")
    return int(given)


def _plain(kind: FieldType, length: int = 0) -> Callable[[ET.Element, Field], Field]:
    return lambda xml, field: replace(field, type=kind, length=length)


def _text(xml: ET.Element, field: Field) -> Field:
    return replace(field, type="string", length=_number_of(xml, "length", 1, 255))


def _long(xml: ET.Element, field: Field) -> Field:
    _number_of(xml, "visibleLines", 2, 50)
    return replace(field, type="textarea", length=_number_of(xml, "length", 256, 131_072), filterable=False)


def _number(kind: FieldType) -> Callable[[ET.Element, Field], Field]:
    def made(xml: ET.Element, field: Field) -> Field:
        precision, scale = _number_of(xml, "precision", 1, 18), _number_of(xml, "scale", 0, 18)
        if scale > precision:
            raise MetadataError("scale: must not be greater than precision")
        return replace(field, type=kind, precision=precision, scale=scale)

    return made


def _checkbox(xml: ET.Element, field: Field) -> Field:
    if child_text(xml, "defaultValue") not in ("true", "false"):
        raise MetadataError("Must specify defaultValue for a CustomField of type Checkbox")
    default = child_flag(xml, "defaultValue")
    return replace(field, type="boolean", default=default, defaulted=True, nillable=False, required=False)


def _picklist(kind: FieldType) -> Callable[[ET.Element, Field], Field]:
    def made(xml: ET.Element, field: Field) -> Field:
        values = xml.find(NAMESPACE + "valueSet")
        if values is None:
            raise MetadataError(f"Must specify valueSet for a CustomField of type {child_text(xml, 'type')}")
        listed = values.findall(f"{NAMESPACE}valueSetDefinition/{NAMESPACE}value")
        names = tuple(child_text(value, "fullName") for value in listed if child_text(value, "isActive") != "false")
        default = next((child_text(v, "fullName") for v in listed if child_flag(v, "default")), None)
        return replace(
            field, type=kind, length=255 if kind == "picklist" else 4099, values=names,
            restricted=child_flag(values, "restricted"), default=default, defaulted=default is not None,
            nillable=field.nillable and default is None,
        )  # fmt: skip

    return made


def _lookup(xml: ET.Element, field: Field) -> Field:
    target = child_text(xml, "referenceTo")
    if not target:
        raise MetadataError(f"Must specify referenceTo for a CustomField of type {child_text(xml, 'type')}")
    relationship = field.name.removesuffix("__c") + "__r"
    if child_text(xml, "type") == MASTER_DETAIL:
        field = replace(field, required=True, nillable=False, updateable=False)
    return replace(field, type="reference", length=18, targets=(target,), relationship=relationship)


def _auto_number(xml: ET.Element, field: Field) -> Field:
    form = child_text(xml, "displayFormat")
    if "{0" not in form:
        raise MetadataError("displayFormat: must hold {0}")
    return replace(
        field, type="string", length=30, createable=False, updateable=False, nillable=False, auto_number=True,
        number_format=form,
    )  # fmt: skip


_KINDS: Mapping[str, Callable[[ET.Element, Field], Field]] = {
    "Text": _text, "TextArea": _plain("textarea", 255), "LongTextArea": _long, "Html": _long,
    "Number": _number("double"), "Currency": _number("currency"), "Percent": _number("percent"),
    "Checkbox": _checkbox, "Date": _plain("date"), "DateTime": _plain("datetime"), "Phone": _plain("phone", 40),
    "Email": _plain("email", 80), "Url": _plain("url", 255), "Picklist": _picklist("picklist"),
    "MultiselectPicklist": _picklist("multipicklist"), "Lookup": _lookup, MASTER_DETAIL: _lookup,
    "AutoNumber": _auto_number, "EncryptedText": _text, "MetadataRelationship": _lookup,
}  # fmt: skip


def custom_field(xml: ET.Element) -> Field:
    """The field that this element describes; raises MetadataError with what is wrong."""
    name, kind = child_text(xml, "fullName"), child_text(xml, "type")
    label = child_text(xml, "label")
    if not name.endswith("__c") or not name.removesuffix("__c").isidentifier():
        raise MetadataError(f"{name}: is no valid name of a custom field")
    if kind not in _KINDS:
        raise MetadataError(f"'{kind}' is not a valid value for the enum 'FieldType'")
    if not label:
        raise MetadataError("Required field is missing: label")
    required = child_flag(xml, "required")
    field = Field(name=name, label=label, type="string", required=required, nillable=not required)
    if child_text(xml, "formula"):
        # Formulas are not evaluated here: the field is there, empty, and nobody can write it.
        plain = copy.deepcopy(xml)
        for absent, value in (("length", "255"), ("precision", "18"), ("scale", child_text(xml, "scale", "0"))):
            if plain.find(NAMESPACE + absent) is None:
                ET.SubElement(plain, NAMESPACE + absent).text = value
        made = replace(field, type="boolean", nillable=False) if kind == "Checkbox" else _KINDS[kind](plain, field)
        return replace(made, createable=False, updateable=False, calculated=True, required=False)
    return _keys(xml, kind, _KINDS[kind](xml, field))


def _keys(xml: ET.Element, kind: str, field: Field) -> Field:
    external, unique = child_flag(xml, "externalId"), child_flag(xml, "unique")
    if external and kind not in EXTERNAL_ID_TYPES:
        raise MetadataError(f"Can not specify 'externalId' for a CustomField of type {kind}")
    if unique and kind not in UNIQUE_TYPES:
        raise MetadataError(f"Can not specify 'unique' for a CustomField of type {kind}")
    return replace(
        field,
        external_id=external,
        id_lookup=external,
        unique=unique,
        case_sensitive=unique and child_flag(xml, "caseSensitive"),
    )


def custom_object(name: str, xml: ET.Element, prefix: str) -> SObject:
    """A new object without its custom fields; raises MetadataError."""
    label, plural = child_text(xml, "label"), child_text(xml, "pluralLabel")
    if not label:
        raise MetadataError("Must specify a non-empty label for the CustomObject")
    if name.endswith("__mdt"):
        return _metadata_type(name, label, plural or label, prefix)
    if not child_text(xml, "sharingModel"):
        raise MetadataError("Must specify a sharingModel for the CustomObject")
    name_field = xml.find(NAMESPACE + "nameField")
    if name_field is None:
        raise MetadataError("Must specify a nameField for the CustomObject")
    named = Field(name="Name", label=child_text(name_field, "label", "Name"), type="string", length=80, name_field=True)
    if child_text(name_field, "type") == "AutoNumber":
        named = replace(_auto_number(name_field, named), length=80)
    return sobject(
        name, label, plural or label, prefix, [record_id(), named, owner(("User", "Group")), *audit()],
        searchable=child_flag(xml, "enableSearch"),
    )  # fmt: skip


def _metadata_type(name: str, label: str, plural: str, prefix: str) -> SObject:
    fields = [
        record_id(),
        text("DeveloperName", "Custom Metadata Record Name", 40, required=True),
        text("MasterLabel", "Label", 40, required=True),
        text("Language", "Master Language", 40),
        text("NamespacePrefix", "Namespace Prefix", 15),
        text("QualifiedApiName", "Qualified API Name", 70),
        read_only(moment("SystemModstamp", "System Modstamp")),
    ]
    return sobject(
        name, label, plural, prefix, fields,
        name_field="MasterLabel", createable=False, updateable=False, deletable=False,
    )  # fmt: skip


def takes_activities(xml: ET.Element) -> bool:
    """Whether Tasks may be related to records of the object."""
    return child_flag(xml, "enableActivities")


def record_types(xml: ET.Element) -> list[tuple[str, str, bool]]:
    """Name, label and whether active, of each record type in an object's file."""
    return [
        (child_text(item, "fullName"), child_text(item, "label"), child_text(item, "active") != "false")
        for item in children(xml, "recordTypes")
    ]
