"""Carrying out a deployment: everything that can be checked is, then it takes effect, or nothing does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

import msgspec

from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.metadata import definitions
from connector.sandbox.org.metadata.components import ACTIVITY, Definition, Grants
from connector.sandbox.org.metadata.definitions import MetadataError
from connector.sandbox.org.metadata.package import (
    NAMESPACE,
    Component,
    Package,
    Problem,
    child_flag,
    child_text,
    children,
    parts,
)
from connector.sandbox.org.metadata.references import References
from connector.sandbox.org.objects.setup import RIGHTS
from connector.sandbox.org.schema import Field, Row, SObject

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ORDER = ("CustomLabels", "CustomObject", "CustomMetadata")
"""What others build on comes first; the rest in any order, permission sets last."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one component."""

    type: str
    name: str
    path: str
    created: bool = False
    problem: Problem | None = None


class _UndoError(Exception):
    """Leaves the transaction of a deployment that is not to be kept."""


def deploy(context: Context, package: Package, user_id: str, *, roll_back: bool, keep: bool) -> list[Outcome]:
    """What became of every component. With `roll_back` one failure undoes all; without `keep` it is only a check."""
    run = _Run(context, package, user_id)
    try:
        with context.database.transaction():
            outcomes = run.outcomes()
            failed = any(outcome.problem for outcome in outcomes)
            if not keep or (failed and roll_back):
                _undo()
    except _UndoError:
        pass
    finally:
        context.refresh_schema()
    return outcomes


def _undo() -> None:
    raise _UndoError


class _Run:
    """One deployment under way, inside its transaction."""

    def __init__(self, context: Context, package: Package, user_id: str) -> None:
        self._context, self._package, self._user = context, package, user_id
        self._components = context.components
        self._incoming = {(c.type, c.name) for c in package.components}
        self._incoming |= {(kind, name) for c in package.components for kind, name, _ in parts(c)}
        self._references = References(context.records.schema, self._has)

    def outcomes(self) -> list[Outcome]:
        found = [Outcome(type=p.type, name=p.name, path=p.path, problem=p) for p in self._package.problems]
        for component in sorted(self._package.components, key=_place):
            found += self._one(component)
            if component.type == "CustomObject":
                self._context.refresh_schema()
        self._references = References(self._context.records.schema, self._has)
        # References last: components may name each other in any order.
        by_name = {(c.type, c.name): c for c in self._package.components}
        return [self._checked(outcome, by_name.get((outcome.type, outcome.name))) for outcome in found]

    def _has(self, kind: str, name: str) -> bool:
        return (kind, name) in self._incoming or self._components.has(kind, name)

    def _one(self, component: Component) -> Iterator[Outcome]:
        applied = self._APPLY.get(component.type, _Run._store)
        yield from applied(self, component)

    def _checked(self, outcome: Outcome, component: Component | None) -> Outcome:
        if outcome.problem is not None or component is None or component.type in ORDER:
            return outcome
        said = next(self._references.missing(component), None)
        return outcome if said is None else _failed(component, said)

    def _done(self, component: Component, created: bool) -> Outcome:
        return Outcome(type=component.type, name=component.name, path=component.path, created=created)

    def _store(self, component: Component) -> Iterator[Outcome]:
        yield self._done(component, self._components.put(component.type, component.name))

    def _labels(self, component: Component) -> Iterator[Outcome]:
        yield from self._store(component)
        for kind, name, part in parts(component):
            missing = next((e for e in ("language", "shortDescription", "value") if not child_text(part, e)), None)
            if missing:
                yield _part_failed(component, kind, name, f"Required field is missing: {missing}")
            else:
                yield Outcome(type=kind, name=name, path=component.path, created=self._components.put(kind, name))

    def _object(self, component: Component) -> Iterator[Outcome]:
        """The object itself, where it is custom, and all that its file holds."""
        try:
            if component.name.endswith(("__c", "__mdt")):
                yield self._done(component, self._custom_object(component))
            elif component.name != ACTIVITY and self._context.records.schema.find(component.name) is None:
                # One of Salesforce's own that this org does not have: taken as it is, without effect.
                yield from self._store(component)
                return
            elif ("CustomObject", component.name) in self._incoming and child_text(component.xml, "sharingModel"):
                yield from self._store(component)
        except MetadataError as error:
            yield _failed(component, str(error))
            return
        own = list(parts(component))
        for kind, name, part in own:
            if kind == "CustomField":
                yield self._field(component, name, part)
        if any(kind == "CustomField" for kind, _, _ in own):
            self._context.refresh_schema()
            self._references = References(self._context.records.schema, self._has)
        for kind, name, part in own:
            if kind == "CustomField":
                continue
            said = next(self._references.fields_in(part, component.name), None)
            if said:
                yield _part_failed(component, kind, name, said)
            else:
                yield Outcome(type=kind, name=name, path=component.path, created=self._components.put(kind, name))
        self._record_types(component)

    def _custom_object(self, component: Component) -> bool:
        components, name = self._components, component.name
        if name in components.base.objects:
            return components.put("CustomObject", name)
        old = components.definition(name)
        kind = "m" if name.endswith("__mdt") else "a"
        prefix = old.sobject.prefix if old else components.free_prefix(kind)
        if old and not child_text(component.xml, "label"):
            return False
        made = definitions.custom_object(name, component.xml, prefix)
        definition = Definition(made, definitions.takes_activities(component.xml))
        return components.put("CustomObject", name, definition)

    def _field(self, component: Component, name: str, xml: ET.Element) -> Outcome:
        try:
            field = definitions.custom_field(xml)
            self._refuse_change(component.name, field)
        except MetadataError as error:
            return _part_failed(component, "CustomField", name, str(error))
        return Outcome(
            type="CustomField",
            name=name,
            path=component.path,
            created=self._components.put("CustomField", name, field),
        )

    def _refuse_change(self, owner: str, field: Field) -> None:
        for target in field.targets:
            if self._context.records.schema.find(target) is None and ("CustomObject", target) not in self._incoming:
                raise MetadataError(f"referenceTo value of '{target}' does not resolve to a valid sObject type")
        old = self._references.field(owner, field.name)
        if old is not None and old.type != field.type:
            raise MetadataError(f"Cannot change field type from {old.type} to {field.type}")
        if owner == ACTIVITY and field.unique and self._context.settings.external_id != "unique":
            raise MetadataError("Can not specify 'unique' for a CustomField of Activity")

    def _record_types(self, component: Component) -> None:
        records = self._context.records
        kind = records.schema["RecordType"]
        for name, label, active in definitions.record_types(component.xml):
            owner = "Task" if component.name == ACTIVITY else component.name
            there = [r for r in records.database.find(kind, "DeveloperName", name) if r["SobjectType"] == owner]
            row: Row = {"Name": label, "IsActive": active}
            if there:
                records.database.update(kind, str(there[0]["Id"]), row)
            else:
                records.insert(kind, {**row, "DeveloperName": name, "SobjectType": owner}, self._user)

    def _custom_metadata(self, component: Component) -> Iterator[Outcome]:
        type_name, _, name = component.name.partition(".")
        sobject = self._context.records.schema.find(f"{type_name}__mdt")
        try:
            if sobject is None:
                raise MetadataError(f"The CustomMetadata type {type_name}__mdt does not exist")
            given = _values(component, sobject)
            label = child_text(component.xml, "label") or name.replace("_", " ")
            self._context.records.deploy(sobject, name, given, label=label)
        except MetadataError as error:
            yield _failed(component, str(error))
        except OrgError as error:
            yield _failed(component, error.message)
        else:
            yield from self._store(component)

    def _permission_set(self, component: Component) -> Iterator[Outcome]:
        xml, records = component.xml, self._context.records
        label = child_text(xml, "label")
        if not label:
            yield _failed(component, "Required field is missing: label")
            return
        kind = records.schema["PermissionSet"]
        row: Row = {"Label": label, "Description": child_text(xml, "description")[:255] or None}
        allowed = {child_text(x, "name") for x in children(xml, "userPermissions") if child_flag(x, "enabled")}
        row |= {name: name.removeprefix("Permissions") in allowed for name in kind.fields if name in RIGHTS}
        for item in children(xml, "userPermissions"):
            if (right := f"Permissions{child_text(item, 'name')}") in kind.fields:
                row[right] = child_flag(item, "enabled")
        there = records.database.find(kind, "Name", component.name)
        if there:
            records.database.update(kind, str(there[0]["Id"]), row)
        else:
            records.insert(kind, {**row, "Name": component.name}, self._user)
        self._components.put("PermissionSet", component.name, _grants(component))
        yield self._done(component, not there)

    def _call_centre(self, component: Component) -> Iterator[Outcome]:
        """Also a record of CallCenter, into which users can be put."""
        xml, records = component.xml, self._context.records
        kind = records.schema["CallCenter"]
        row: Row = {"Name": child_text(xml, "displayName"), "AdapterUrl": child_text(xml, "adapterUrl")}
        if not all(row.values()):
            yield _failed(component, "Required field is missing: displayName and adapterUrl")
            return
        there = records.database.find(kind, "InternalName", component.name)
        if there:
            records.database.update(kind, str(there[0]["Id"]), row)
        else:
            records.insert(kind, {**row, "InternalName": component.name}, self._user)
        yield from self._store(component)

    _APPLY: Mapping[str, Callable[[_Run, Component], Iterator[Outcome]]] = {
        "CallCenter": _call_centre,
        "CustomLabels": _labels,
        "CustomObject": _object,
        "CustomMetadata": _custom_metadata,
        "PermissionSet": _permission_set,
    }


def _place(component: Component) -> tuple[int, bool, str]:
    place = ORDER.index(component.type) if component.type in ORDER else len(ORDER)
    return (place, component.type == "PermissionSet", component.name)


def _failed(component: Component, text: str) -> Outcome:
    return _part_failed(component, component.type, component.name, text)


def _part_failed(component: Component, kind: str, name: str, text: str) -> Outcome:
    problem = Problem(kind, name, component.path, text)
    return Outcome(type=kind, name=name, path=component.path, problem=problem)


def _values(component: Component, sobject: SObject) -> dict[str, str | None]:
    given: dict[str, str | None] = {}
    for item in children(component.xml, "values"):
        name = child_text(item, "field")
        if sobject.field(name) is None:
            raise MetadataError(f"In field: field - no CustomField named {sobject.name}.{name} found")
        value = item.find(NAMESPACE + "value")
        empty = value is None or value.get(XSI_NIL) == "true"
        given[name] = None if empty or value is None else (value.text or "")
    absent = [field.name for field in sobject.fields.values() if field.custom and field.required]
    if missing := [name for name in absent if not given.get(name)]:
        raise MetadataError(f"Required fields are missing: [{', '.join(missing)}]")
    return given


def _grants(component: Component) -> Grants:
    xml = component.xml
    fields = {
        child_text(item, "field"): (child_flag(item, "readable"), child_flag(item, "editable"))
        for item in children(xml, "fieldPermissions")
    }
    rights = ("allowRead", "allowCreate", "allowEdit", "allowDelete")
    objects = {}
    for item in children(xml, "objectPermissions"):
        read, create, edit, delete = (child_flag(item, right) for right in rights)
        objects[child_text(item, "object")] = (read, create, edit, delete)
    types = frozenset(
        child_text(item, "name") for item in children(xml, "customMetadataTypeAccesses") if child_flag(item, "enabled")
    )
    return Grants(fields, objects, types)
