"""What each permission set grants: written down here, so that nothing is granted by the way; and to whom it must be."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from connector.salesforce import checks, tables

ORG = Path(__file__).resolve().parents[2] / "force-app" / "main" / "default"
XMLNS = "{http://soap.sforce.com/2006/04/metadata}"

AGENT, SUPERVISOR = tables.AGENT_PERMISSION, tables.SUPERVISOR_PERMISSION
ADMINISTRATOR, INTEGRATION = "Phone_Panel_Administrator", "Phone_Panel_Integration"

APP = {"app Phone_Panel"}
ADDRESS = {
    f"User.Phone_Address_{part}__c"
    for part in ("Name", "Number", "Street", "Building", "Floor", "Room", "Postal_Code", "City", "State", "Verified")
}
PHONE = {"User.Phone_Device__c", "User.Phone_Country__c", "User.Phone_Direct_Number__c"}
LISTS = {"Phone_Agent_Skill__c", "Phone_Address_Book_Entry__c"}
LISTED = {"Phone_Agent_Skill__c.Proficiency__c", "Phone_Address_Book_Entry__c.Number__c",
          "Phone_Address_Book_Entry__c.Detail__c"}  # fmt: skip
TYPES = {
    f"type {name}__mdt"
    for name in ("Phone_Skill", "Phone_Disposition", "Phone_Tag", "Phone_Reason", "Phone_Setting",
                 "Phone_Emergency_Route", "Phone_Number_Field", "Phone_Number_Pattern", "Phone_Task_Field")
}  # fmt: skip
NOTED = {f"Task.{name}" for name in checks.FIELDS if name.endswith("__c")}
SHOWN = {
    f"Task.Phone_{name}__c"
    for name in ("Skill", "Tags", "Recording", "Queue_Time", "Ring_Time", "Hold_Time", "Direction")
}
EDITED = {
    *(f"change {name}" for name in LISTS),
    *(f"edit {name}" for name in LISTED),
    *(f"tab {name}" for name in LISTS),
    "may RunReports",
}


def _all(how: str, what: set[str]) -> set[str]:
    return {f"{how} {one}" for one in what}


GRANTED = {
    AGENT: (
        *APP,
        *_all("read", SHOWN),
        *_all("class", {"PhonePanelController", "PhonePanelSession", "PhoneRecordingController"}),
        *_all("page", {"PhonePanel", "PhoneRecording"}),
    ),
    SUPERVISOR: APP | EDITED | _all("read", SHOWN | PHONE | {"Task.Phone_Interaction_Key__c"}),
    ADMINISTRATOR: (
        *APP,
        *EDITED,
        *TYPES,
        *_all("read", NOTED),
        *_all("edit", ADDRESS | PHONE | {"User.Phone_Transcript__c"}),
        *_all("read", {"User.Phone_Address_Verified_On__c", "User.Phone_Address_Verified_By__c"}),
    ),
    INTEGRATION: (
        *TYPES,
        *_all("edit", NOTED),
        *_all("read", LISTED | PHONE | ADDRESS | {"User.Phone_Transcript__c"}),
        *_all("see", LISTS),
        *_all("see all", {"Account", "Contact", "Lead", "Case", "Opportunity", "Campaign"}),
        *_all("may", {"ApiEnabled", "ActivitiesAccess", "EditTask", "ViewSetup", "ViewRoles"}),
    ),
}


def granted(name: str) -> list[str]:
    """What a permission set grants, in a few words each."""
    root = ET.parse(ORG / "permissionsets" / f"{name}.permissionset-meta.xml").getroot()
    return [words for part in root if (words := _words(part))]


def _words(part: ET.Element) -> str:
    said = {one.tag.removeprefix(XMLNS): one.text or "" for one in part}
    match part.tag.removeprefix(XMLNS):
        case "applicationVisibilities" if said["visible"] == "true":
            return f"app {said['application']}"
        case "classAccesses" if said["enabled"] == "true":
            return f"class {said['apexClass']}"
        case "pageAccesses" if said["enabled"] == "true":
            return f"page {said['apexPage']}"
        case "customMetadataTypeAccesses" if said["enabled"] == "true":
            return f"type {said['name']}"
        case "userPermissions" if said["enabled"] == "true":
            return f"may {said['name']}"
        case "tabSettings" if said["visibility"] != "None":
            return f"tab {said['tab']}"
        case "fieldPermissions":
            return f"{'edit' if said['editable'] == 'true' else 'read'} {said['field']}"
        case "objectPermissions":
            return _on_object(said)
        case "label" | "description" | "hasActivationRequired":
            return ""
    return f"{part.tag}: {said}"


def _on_object(said: dict[str, str]) -> str:
    on = {name for name, value in said.items() if value == "true"}
    known = {
        ("allowRead",): "see",
        ("allowRead", "viewAllRecords"): "see all",
        ("allowCreate", "allowDelete", "allowEdit", "allowRead"): "change",
    }
    return f"{known.get(tuple(sorted(on)), sorted(on))} {said['object']}"


def test_there_are_these() -> None:
    assert {file.name.split(".")[0] for file in (ORG / "permissionsets").iterdir()} == set(GRANTED)


@pytest.mark.parametrize("name", GRANTED)
def test_each_grants_this_and_nothing_else(name: str) -> None:
    assert sorted(granted(name)) == sorted(GRANTED[name])


def test_the_connector_may_read_what_it_reads_and_write_what_it_writes() -> None:
    rights = set(granted(INTEGRATION))
    for table in tables.all_tables():
        if table.sobject.endswith("__mdt"):
            assert f"type {table.sobject}" in rights
        if table.sobject in LISTS:
            assert f"see {table.sobject}" in rights
    read = {
        f"read {table.sobject}.{field}"
        for table in tables.all_tables()
        if not table.sobject.endswith("__mdt")
        for field in table.fields
        if field.endswith("__c") and f"{table.sobject}.{field}" not in _required()
    }
    assert read <= rights
    assert _all("edit", NOTED) <= rights


def _required() -> set[str]:
    """Required fields: everybody who sees the record sees them, and no permission set may name them."""
    return {
        f"{file.parent.parent.name}.{file.name.split('.')[0]}"
        for file in ORG.glob("objects/*/fields/*.field-meta.xml")
        if "<required>true</required>" in file.read_text()
    }


def test_every_field_is_granted_to_somebody_and_required_ones_to_nobody() -> None:
    fields = {
        f"{file.parent.parent.name}.{file.name.split('.')[0]}".replace("Activity.", "Task.")
        for file in ORG.glob("objects/*/fields/*.field-meta.xml")
        if "__mdt" not in str(file)
    }
    named = {words.split()[-1] for name in GRANTED for words in granted(name) if re.match("read|edit", words)}
    assert named == fields - _required()


def test_classes_that_the_panel_asks_are_the_agents() -> None:
    """The page's controller, and the class that signs; what only tests or triggers use is nobody's."""
    rights = set(granted(AGENT))
    for page in (ORG / "pages").glob("*.page"):
        assert f"page {page.stem}" in rights
        for controller in re.findall(r'controller="(\w+)"', page.read_text()):
            assert f"class {controller}" in rights
    services = [file for file in (ORG / "classes").glob("*.cls") if "webService static" in file.read_text()]
    assert services
    assert {f"class {file.stem}" for file in services} <= rights


def test_agents_see_no_address_and_nobody_but_the_org_says_who_verified_one() -> None:
    assert not [words for words in granted(AGENT) if "Address" in words]
    assert not [words for words in granted(SUPERVISOR) if "User.Phone_Address" in words]
    for name in GRANTED:
        assert not {words for words in granted(name) if re.match(r"edit User.Phone_Address_Verified_(On|By)", words)}
