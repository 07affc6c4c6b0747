"""What is deployed (force-app), what the stand-in org has, and what the connector reads and writes are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from connector.salesforce import checks, tables
from connector.sandbox.org.objects import standard_schema
from connector.sandbox.org.schema import Field

ROOT = Path(__file__).resolve().parents[2]
ORG = ROOT / "force-app" / "main" / "default"
XMLNS = "{http://soap.sforce.com/2006/04/metadata}"

SCHEMA = standard_schema()
ACTIVITY = "Activity"
OURS = (
    *("Phone_Skill__mdt", "Phone_Disposition__mdt", "Phone_Tag__mdt", "Phone_Reason__mdt", "Phone_Setting__mdt"),
    *("Phone_Emergency_Route__mdt", "Phone_Number_Field__mdt", "Phone_Number_Pattern__mdt", "Phone_Task_Field__mdt"),
    *("Phone_Agent_Skill__c", "Phone_Address_Book_Entry__c"),
)
NOT_READ_YET = {
    "User": {"Phone_Address_Verified_On__c", "Phone_Address_Verified_By__c"},
}
"""Deployed for what is to come, or for people."""

TYPES = {
    "Text": "string", "Number": "double", "Checkbox": "boolean", "Phone": "phone", "Url": "url", "Picklist": "picklist",
    "Lookup": "reference", "DateTime": "datetime",
}  # fmt: skip


def deployed(sobject: str) -> dict[str, ET.Element]:
    """The custom fields of an object in force-app, by name."""
    folder = ORG / "objects" / sobject / "fields"
    found = {}
    for file in sorted(folder.glob("*.field-meta.xml")):
        field = ET.parse(file).getroot()
        assert field.findtext(f"{XMLNS}fullName") == file.name.removesuffix(".field-meta.xml")
        found[file.name.removesuffix(".field-meta.xml")] = field
    return found


def text(field: ET.Element, name: str) -> str | None:
    return field.findtext(f"{XMLNS}{name}")


def as_described(name: str, field: ET.Element) -> dict[str, Any]:
    """What describe says of a deployed field, as far as the connector could notice."""
    values = [value for value in field.iter(f"{XMLNS}value") if value.find(f"{XMLNS}fullName") is not None]
    chosen = [text(value, "fullName") for value in values if text(value, "default") == "true"]
    kind = TYPES[text(field, "type") or ""]
    return {
        "name": name,
        "label": text(field, "label"),
        "type": kind,
        "length": int(text(field, "length") or 0) if kind == "string" else None,
        "precision": int(text(field, "precision") or 0),
        "required": text(field, "required") == "true",
        "external_id": text(field, "externalId") == "true",
        "unique": text(field, "unique") == "true",
        "case_sensitive": text(field, "caseSensitive") == "true",
        "restricted": any(one.text == "true" for one in field.iter(f"{XMLNS}restricted")),
        "values": tuple(text(value, "fullName") for value in values),
        "default": {"true": True, "false": False}.get(text(field, "defaultValue") or "", chosen[0] if chosen else None),
        "targets": tuple(one.text for one in field.iter(f"{XMLNS}referenceTo")),
    }


def as_stood_in(field: Field) -> dict[str, Any]:
    said = {name: getattr(field, name) for name in as_described("", ET.fromstring(EMPTY))}
    return {**said, "length": field.length if field.type == "string" else None}


EMPTY = '<CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><type>Text</type></CustomField>'


def objects() -> Iterator[tuple[str, str]]:
    """Folder in force-app, and the object as the API calls it."""
    for folder in sorted((ORG / "objects").iterdir()):
        if (folder / "fields").is_dir():
            yield folder.name, "Task" if folder.name == ACTIVITY else folder.name


@pytest.mark.parametrize(("folder", "sobject"), list(objects()))
def test_the_stand_in_has_the_deployed_fields(folder: str, sobject: str) -> None:
    stood_in = SCHEMA[sobject]
    custom = {name: as_stood_in(field) for name, field in stood_in.fields.items() if field.custom}
    assert {name: as_described(name, field) for name, field in deployed(folder).items()} == custom


def test_every_object_of_ours_is_deployed() -> None:
    assert {name for name, _ in objects()} == {*OURS, ACTIVITY, "User"}
    ours = {name for name in SCHEMA.objects if name.startswith("Phone_")}
    assert ours == set(OURS)


@pytest.mark.parametrize("sobject", [*OURS, "User"])
def test_what_the_connector_reads_is_deployed_and_all_of_it_is_read(sobject: str) -> None:
    read = {
        field
        for table in tables.all_tables()
        if table.sobject == sobject
        for field in table.fields
        if field.endswith("__c")
    }
    assert read | NOT_READ_YET.get(sobject, set()) == set(deployed(sobject))
    assert not read & NOT_READ_YET.get(sobject, set())


def test_what_the_connector_writes_is_deployed_on_activity() -> None:
    assert {name for name in checks.FIELDS if name.endswith("__c")} == set(deployed(ACTIVITY))


@pytest.mark.parametrize("sobject", OURS)
def test_every_field_can_be_filled_in_on_the_layout(sobject: str) -> None:
    (layout,) = (ORG / "layouts").glob(f"{sobject}-*.layout-meta.xml")
    placed = {one.text for one in ET.parse(layout).getroot().iter(f"{XMLNS}field")}
    named = {"MasterLabel", "DeveloperName"} if sobject.endswith("__mdt") else {"Name"} & placed
    assert placed == {*deployed(sobject), *named}


def test_every_field_says_what_it_is_for() -> None:
    for folder, _ in objects():
        for name, field in deployed(folder).items():
            assert re.fullmatch(r"(?s).{10,1000}", text(field, "description") or ""), name
            assert len(text(field, "label") or "") <= 40, name
            assert len(text(field, "inlineHelpText") or "") <= 510, name


# --- what people look at ----------------------------------------------------------------------------------------------

LIST_VIEWS = sorted((ROOT / "reports" / "main" / "default" / "objects" / "Task" / "listViews").iterdir())
COLUMNS = {
    *("SUBJECT", "WHO_NAME", "WHAT_NAME", "DUE_DATE", "STATUS", "CORE.USERS.ALIAS", "CALLDURATION", "CALLDISPOSITION"),
}
"""What list views of Tasks call the standard fields, as in those that were retrieved from real orgs."""


@pytest.mark.parametrize("file", LIST_VIEWS, ids=lambda file: file.name.partition(".")[0])
def test_list_views_name_columns_that_there_are(file: Path) -> None:
    view = ET.parse(file).getroot()
    assert view.findtext(f"{XMLNS}fullName") == file.name.removesuffix(".listView-meta.xml")
    assert len(view.findtext(f"{XMLNS}label") or "") <= 40
    shown = [one.text for one in view.findall(f"{XMLNS}columns")]
    filtered = [one.findtext(f"{XMLNS}field") for one in view.findall(f"{XMLNS}filters")]
    assert set(shown) | set(filtered) <= COLUMNS | set(deployed(ACTIVITY))
    assert len(shown) <= 15
    # Whoever does not see a field that a list view filters by gets no list: the first is everybody's of the panel.
    assert filtered[0] in SEEN_BY_AGENTS


def test_there_are_list_views_for_agents_and_supervisors() -> None:
    assert [file.name.partition(".")[0] for file in LIST_VIEWS] == [
        "Phone_Calls_Today",
        "Phone_My_Calls",
        "Phone_Without_Disposition",
    ]


SEEN_BY_AGENTS = set(
    re.findall(
        r"<field>Task\.(\w+)</field>",
        (ORG / "permissionsets" / "Phone_Panel_Agent.permissionset-meta.xml").read_text(encoding="utf-8"),
    )
)


def test_reports_show_columns_of_their_type() -> None:
    reports = ROOT / "reports" / "main" / "default"
    known = {
        f"Activity${column.findtext(f'{XMLNS}field')}"
        for column in ET.parse(reports / "reportTypes" / "Phone_Calls.reportType-meta.xml").iter(f"{XMLNS}columns")
    }
    assert {f"Activity${name}" for name in deployed(ACTIVITY)} - known == {
        "Activity$Phone_Contact_Key__c",
        "Activity$Phone_Revision__c",
    }
    for file in (reports / "reports" / "Phone_Panel").iterdir():
        named = re.findall(r">(Activity\$\w+)<", file.read_text(encoding="utf-8"))
        assert set(named) <= known, file.name
        assert named


RECORD_PAGES = sorted((ROOT / "record-pages" / "main" / "default" / "flexipages").iterdir())
WINDOW = ROOT / "lwc" / "conversationWindow" / "conversationWindow.js-meta.xml"


@pytest.mark.parametrize("file", RECORD_PAGES, ids=lambda file: file.name.split(".")[0])
def test_a_record_page_has_the_conversation_and_is_in_nobodys_way(file: Path) -> None:
    page = ET.parse(file).getroot()
    assert text(page, "type") == "RecordPage"
    assert f"Phone_{text(page, 'sobjectType')}" == file.name.split(".")[0]
    regions = {text(region, "name"): region for region in page.iter(f"{XMLNS}flexiPageRegions")}
    assert {"header", "main", "sidebar"} <= set(regions), "the regions of its template"
    identifiers = [one.text for one in page.iter(f"{XMLNS}identifier")]
    assert len(identifiers) == len(set(identifiers))
    for item in page.iter(f"{XMLNS}componentInstanceProperties"):
        if text(item, "name") in ("body", "tabs"):
            assert text(item, "value") in regions, "a tab shows a facet that is there"
    placed = {text(one, "componentName"): one for one in regions["sidebar"].iter(f"{XMLNS}componentInstance")}
    given = {text(one, "name"): text(one, "value") for one in placed["conversationWindow"]
             if one.tag == f"{XMLNS}componentInstanceProperties"}  # fmt: skip
    window = ET.parse(WINDOW).getroot()
    assert text(window, "isExposed") == "true"
    assert "lightning__RecordPage" in [target.text for target in window.iter(f"{XMLNS}target")]
    declared = {one.get("name"): one for one in window.iter(f"{XMLNS}property")}
    assert set(given) <= set(declared)
    assert (
        int(declared["height"].get("min", "")) <= int(given["height"] or "") <= int(declared["height"].get("max", ""))
    )


def test_no_page_of_the_orgs_own_is_replaced() -> None:
    """Nothing that is deployed makes a page the default: that is the administrator's to do."""
    named = {file.name.split(".")[0] for file in RECORD_PAGES}
    overrides = [
        content.text
        for folder in ("force-app", "record-pages", "reports")
        for file in (ROOT / folder).rglob("*-meta.xml")
        for content in ET.parse(file).getroot().iter(f"{XMLNS}content")
    ]
    assert not named & set(overrides)
    assert all(name.startswith("Phone_") for name in named), "not the name of a page that an org has"


def test_the_message_channel_says_all_that_the_panel_says() -> None:
    channel = ET.parse(ORG / "messageChannels" / "Phone_Conversation.messageChannel-meta.xml").getroot()
    declared = {field.text for field in channel.iter(f"{XMLNS}fieldName")}
    window = (ROOT / "lwc" / "conversationWindow" / "conversationWindow.js").read_text(encoding="utf-8")
    (read,) = re.findall(r"const \{ ([\w, ]+) \} = message", window)
    assert set(read.split(", ")) == declared
