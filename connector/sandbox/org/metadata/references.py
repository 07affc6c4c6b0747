"""What a component refers to: each check yields the words of what is not there.

Custom names are looked up. Standard objects and fields are taken on trust, since the org has only some of Salesforce's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

from connector.sandbox.org.metadata.components import ACTIVITY
from connector.sandbox.org.metadata.package import NAMESPACE, Component, child_flag, child_text, children
from connector.sandbox.org.schema import Field, Schema

Has = Callable[[str, str], bool]
"""Whether the org or the package has the component of that type and name."""

CUSTOM = ("__c", "__mdt", "__e")
_DOTTED = re.compile(r"(?<![\w.$])([A-Za-z]\w*)[.$]([A-Za-z]\w*__c)\b")
_IMPORT = re.compile(r"""["'](?:@salesforce/(label|apex|messageChannel|resourceUrl|schema)/([\w.]+)|c/(\w+))["']""")
_EXPRESSION = re.compile(r"\$(Resource|Label)\.(?:c\.)?(\w+)")
_CONTROLLER = re.compile(r"""<apex:page\b[^>]*?\b(?:controller|extensions)\s*=\s*["']([\w.,\s]+)["']""", re.IGNORECASE)


class References:
    """Looks up what components name, in the schema as it will be after the deployment."""

    def __init__(self, schema: Schema, has: Has) -> None:
        self._schema, self._has = schema, has

    def missing(self, component: Component) -> Iterator[str]:
        """The words of Salesforce for each thing that the component needs and that is not there."""
        check = self._CHECKS.get(component.type)
        if check is not None:
            yield from check(self, component)
        else:
            yield from self.fields_in(component.xml, component.name.partition("-")[0])

    def field(self, owner: str, name: str) -> Field | None:
        """The field of that object, where Activity, Task and Event share their custom fields."""
        found = self._schema.find("Task" if owner in (ACTIVITY, "Event") else owner)
        return None if found is None else found.field(name)

    def no_object(self, name: str, where: str) -> str | None:
        if self._schema.find(name) is None and name.endswith(CUSTOM):
            return f"In field: {where} - no CustomObject named {name} found"
        return None

    def fields_in(self, xml: ET.Element, owner: str) -> Iterator[str]:
        """Custom fields named anywhere in the element that are not there; bare names are those of `owner`."""
        for element in xml.iter():
            tag, value = element.tag.removeprefix(NAMESPACE), (element.text or "").strip()
            found = [(match[1], match[2]) for match in _DOTTED.finditer(value)]
            if tag in ("field", "fields", "columns", "displayField") and re.fullmatch(r"\w+__c", value):
                found.append((owner, value))
            for holder, name in found:
                known = holder in (ACTIVITY, "Event") or self._schema.find(holder) is not None
                if known and self.field(holder, name) is None:
                    yield f"In field: {tag} - no CustomField named {holder}.{name} found"
                elif not known and (gone := self.no_object(holder, tag)):
                    yield gone

    def _named(self, xml: ET.Element, element: str, name: str, kind: str) -> Iterator[str]:
        for item in children(xml, element):
            wanted = child_text(item, name)
            if not self._has(kind, wanted):
                yield f"In field: {name} - no {kind} named {wanted} found"

    def _permission_set(self, component: Component) -> Iterator[str]:
        xml = component.xml
        for item in children(xml, "fieldPermissions"):
            yield from self._field_permission(child_text(item, "field"), item)
        for item in children(xml, "objectPermissions"):
            if gone := self.no_object(child_text(item, "object"), "object"):
                yield gone
        for item in children(xml, "customMetadataTypeAccesses"):
            if gone := self.no_object(child_text(item, "name"), "name"):
                yield gone
        yield from self._named(xml, "classAccesses", "apexClass", "ApexClass")
        yield from self._named(xml, "pageAccesses", "apexPage", "ApexPage")
        yield from self._named(xml, "customPermissions", "name", "CustomPermission")
        yield from self._named(xml, "flowAccesses", "flow", "Flow")
        for item in children(xml, "applicationVisibilities"):
            wanted = child_text(item, "application")
            if not wanted.startswith("standard__") and not self._has("CustomApplication", wanted):
                yield f"In field: application - no CustomApplication named {wanted} found"
        for item in children(xml, "tabSettings"):
            wanted = child_text(item, "tab")
            if not wanted.startswith("standard-") and not self._has("CustomTab", wanted):
                yield f"In field: tab - no CustomTab named {wanted} found"

    def _field_permission(self, named: str, item: ET.Element) -> Iterator[str]:
        owner, _, name = named.partition(".")
        if owner == ACTIVITY:
            # Permission sets name the fields of activities as those of Task and Event.
            yield f"In field: field - no CustomField named {named} found"
            return
        field = self.field(owner, name)
        if field is None and (name.endswith("__c") or owner.endswith(CUSTOM)):
            yield f"In field: field - no CustomField named {named} found"
        elif field is not None and field.required:
            yield f"You cannot deploy to a required field: {named}"
        elif child_flag(item, "editable") and not child_flag(item, "readable"):
            yield f"Field {named}: to be editable it must be readable too"

    def _application(self, component: Component) -> Iterator[str]:
        bar = child_text(component.xml, "utilityBar")
        if bar and not self._has("FlexiPage", bar):
            yield f"In field: utilityBar - no FlexiPage named {bar} found"
        for tab in children(component.xml, "tabs"):
            name = tab.text or ""
            if not name.startswith("standard-") and not self._has("CustomTab", name):
                yield f"In field: tab - no CustomTab named {name} found"

    def _flexi_page(self, component: Component) -> Iterator[str]:
        yield from self.fields_in(component.xml, child_text(component.xml, "sobjectType"))
        for element in component.xml.iter(NAMESPACE + "componentName"):
            prefix, _, name = (element.text or "").rpartition(":")
            if prefix in ("", "c") and not self._bundle(name):
                yield f"We couldn't retrieve the design time component information for component {element.text}."

    def _bundle(self, name: str) -> bool:
        return self._has("LightningComponentBundle", name) or self._has("AuraDefinitionBundle", name)

    def _tab(self, component: Component) -> Iterator[str]:
        if child_flag(component.xml, "customObject") and (gone := self.no_object(component.name, "customObject")):
            yield gone
        kinds = {"page": "ApexPage", "flexiPage": "FlexiPage", "lwcComponent": "LightningComponentBundle"}
        for element, kind in kinds.items():
            name = child_text(component.xml, element)
            if name and not self._has(kind, name):
                yield f"In field: {element} - no {kind} named {name} found"

    def _translations(self, component: Component) -> Iterator[str]:
        yield from self._named(component.xml, "customLabels", "name", "CustomLabel")

    def _report_type(self, component: Component) -> Iterator[str]:
        if gone := self.no_object(child_text(component.xml, "baseObject"), "baseObject"):
            yield gone
        for column in component.xml.iter(NAMESPACE + "columns"):
            table, name = child_text(column, "table"), child_text(column, "field")
            known = table in (ACTIVITY, "Event") or self._schema.find(table) is not None
            if name.endswith("__c") and known and self.field(table, name) is None:
                yield f"In field: field - no CustomField named {table}.{name} found"

    def _report(self, component: Component) -> Iterator[str]:
        yield from self.fields_in(component.xml, "")
        kind = child_text(component.xml, "reportType")
        if kind.endswith("__c") and not self._has("ReportType", kind.removesuffix("__c")):
            yield f"In field: reportType - no ReportType named {kind} found"

    def _bundle_imports(self, component: Component) -> Iterator[str]:
        for path, content in component.files.items():
            if not path.endswith(".js"):
                continue
            for match in _IMPORT.finditer(content.decode("utf-8", "replace")):
                kind, name, module = match.groups()
                if module and not self._bundle(module):
                    yield f"No MODULE named markup://c:{module} found : [markup://c:{component.name}]"
                elif kind and (said := self._import(kind, name)):
                    yield said

    def _import(self, kind: str, name: str) -> str | None:
        match kind:
            case "label":
                label = name.removeprefix("c.")
                return None if self._has("CustomLabel", label) else f"Invalid reference c.{label} of type label"
            case "apex":
                found = self._has("ApexClass", name.partition(".")[0])
                return None if found else f"Unable to find Apex action class referenced as '{name.partition('.')[0]}'."
            case "messageChannel":
                found = self._has("LightningMessageChannel", name.removesuffix("__c"))
                return None if found else f"Invalid reference {name} of type messageChannel"
            case "resourceUrl":
                found = self._has("StaticResource", name)
                return None if found else f"Invalid reference {name} of type resourceUrl"
        owner, _, field = name.partition(".")
        known = self.field(owner, field) is not None if field else self._schema.find(owner) is not None
        return None if known or not name.endswith("__c") else f"Invalid reference {name} of type sobjectField"

    def _page(self, component: Component) -> Iterator[str]:
        for content in component.files.values():
            text = content.decode("utf-8", "replace")
            for kind, name in _EXPRESSION.findall(text):
                of = "StaticResource" if kind == "Resource" else "CustomLabel"
                if not self._has(of, name):
                    yield f"{of} named {name} does not exist. Check spelling."
            for match in _CONTROLLER.finditer(text):
                for name in match[1].replace(" ", "").split(","):
                    if not self._has("ApexClass", name):
                        yield f"Apex class '{name}' does not exist"

    def _source(self, component: Component) -> Iterator[str]:
        for path, content in component.files.items():
            word = "trigger" if component.type == "ApexTrigger" else r"(?:class|interface|enum)"
            text = content.decode("utf-8", "replace")
            if not re.search(rf"\b{word}\s+{re.escape(component.name)}\b", text, re.IGNORECASE):
                yield f"File name must match what is declared in it: {path}"

    def _nothing(self, component: Component) -> Iterator[str]:
        yield from ()

    _CHECKS: Mapping[str, Callable[[References, Component], Iterator[str]]] = {
        "ApexClass": _source,
        "ApexPage": _page,
        "ApexTrigger": _source,
        "CustomApplication": _application,
        "CustomTab": _tab,
        "FlexiPage": _flexi_page,
        "LightningComponentBundle": _bundle_imports,
        "PermissionSet": _permission_set,
        "Report": _report,
        "ReportType": _report_type,
        "StaticResource": _nothing,
        "Translations": _translations,
    }
