"""What a deployment does to the org: fields, objects, custom metadata and permission sets work, or nothing stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.sandbox.org.context import Context, Settings
from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.objects import bare_schema
from connector.sandbox.org.seed import fill, found
from connector.sandbox.org.seed.world import ADMINISTRATOR
from connector.sandbox.org.server import INTEGRATION_USERNAME
from tests.sandbox.org.packages import (
    NAME,
    OBJECT,
    XMLNS,
    deploy_call,
    deployed,
    document,
    envelope,
    field,
    grant,
    package,
    permission_set,
    problems,
    text_field,
)
from tests.sandbox.org.rig import Clock, Desk, RunningOrg, undone

KEY = text_field("Key__c", "<externalId>true</externalId><unique>true</unique><caseSensitive>true</caseSensitive>")


def opened(path: Path | None = None, *, settings: Settings | None = None) -> Context:
    database = Database(path, bare_schema())
    return Context(database, bare_schema(), Clock(), settings or Settings(), daily_limit=1000)


@pytest.fixture(scope="module")
def bare() -> Iterator[Context]:
    context = opened()
    with context.database.transaction():
        found(context.records, INTEGRATION_USERNAME)
        fill(context.records)
    yield context
    context.database.close()


@pytest.fixture
def desk(bare: Context) -> Iterator[Desk]:
    """The administrator at an org without the product. What a test deploys is rolled back after it."""
    with undone(bare):
        yield Desk(bare, Clock(), ADMINISTRATOR, version="v62.0")
    bare.refresh_schema()


def activity(*fields: str) -> dict[str, str]:
    return {"objects/Activity.object": document("CustomObject", "".join(fields))}


def put(desk: Desk, files: dict[str, str], members: dict[str, list[str]], **options: object) -> dict[str, str]:
    """Deploys; answers what went wrong."""
    return problems(deployed(desk.context, ADMINISTRATOR, package(files, members), **options))


def assign(desk: Desk, name: str) -> None:
    desk.create("PermissionSetAssignment", AssigneeId=desk.user_id,
                PermissionSetId=desk.one(f"SELECT Id FROM PermissionSet WHERE Name = '{name}'"))  # fmt: skip


def test_deploy_assign_then_upsert_by_the_new_key(desk: Desk) -> None:
    path = "sobjects/Task/Key__c/k-1"
    assert desk.refused("PATCH", path, {"Subject": "x"})[0] == 404
    files = activity(KEY) | {"permissionsets/Set.permissionset": permission_set(grant("Task.Key__c"))}
    assert put(desk, files, {"CustomField": ["Activity.Key__c"], "PermissionSet": ["Set"]}) == {}
    # Nobody sees a new field before a permission set says so, as in Salesforce.
    assert desk.refused("PATCH", path, {"Subject": "x"})[1]["errorCode"] == "NOT_FOUND"
    assert desk.refused("GET", "query?q=SELECT+Key__c+FROM+Task")[1]["errorCode"] == "INVALID_FIELD"
    assign(desk, "Set")
    assert desk.ask("PATCH", path, {"Subject": "new"}).status == 201
    assert desk.ask("PATCH", path, {"Subject": "changed"}).status == 200
    assert desk.values("SELECT Subject FROM Task WHERE Key__c = 'k-1'") == ["changed"]
    assert desk.refused("POST", "sobjects/Task", {"Key__c": "k-1"})[1]["errorCode"] == "DUPLICATE_VALUE"


def test_reading_alone_is_not_writing(desk: Desk) -> None:
    files = activity(KEY) | {"permissionsets/Set.permissionset": permission_set(grant("Task.Key__c", edit=False))}
    put(desk, files, {"CustomField": ["Activity.Key__c"], "PermissionSet": ["Set"]})
    assign(desk, "Set")
    assert len(desk.rows("SELECT Key__c FROM Task")) > 0
    assert desk.refused("POST", "sobjects/Task", {"Key__c": "k"})[1]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    status, error = desk.refused("POST", "sobjects/PermissionSetAssignment", {
        "AssigneeId": desk.user_id, "PermissionSetId": desk.one("SELECT Id FROM PermissionSet WHERE Name = 'Set'"),
    })  # fmt: skip
    assert (status, error["errorCode"]) == (400, "DUPLICATE_VALUE")


def test_custom_metadata_types_and_their_records(desk: Desk) -> None:
    fields = [field("Number__c", "Number", "<precision>4</precision><scale>0</scale>"),
              field("On__c", "Checkbox", "<defaultValue>false</defaultValue>"), text_field("Text__c")]  # fmt: skip
    kind = document("CustomObject", f"<label>Rule</label><pluralLabel>Rules</pluralLabel>{''.join(fields)}")
    values = [("Number__c", "12.0"), ("On__c", "true"), ("Text__c", "any")]
    record = document("CustomMetadata", "<label>First one</label>" + "".join(
        f"<values><field>{name}</field><value>{value}</value></values>" for name, value in values))  # fmt: skip
    files = {"objects/Rule__mdt.object": kind, "customMetadata/Rule.First.md": record}
    assert put(desk, files, {"CustomObject": ["Rule__mdt"], "CustomMetadata": ["Rule.First"]}) == {}
    query = "SELECT DeveloperName, MasterLabel, Number__c, On__c, Text__c FROM Rule__mdt"
    (row,) = desk.rows(query)
    assert [row[name] for name in list(row)[1:]] == ["First", "First one", 12.0, True, "any"]
    # Others need to be given the type; then it is all theirs to read.
    sam = Desk(desk.context, desk.clock, desk.one("SELECT Id FROM User WHERE FirstName = 'Sam'"), version="v62.0")
    assert sam.refused("GET", "query?q=SELECT+Id+FROM+Rule__mdt")[1]["errorCode"] == "INVALID_TYPE"
    access = "<customMetadataTypeAccesses><enabled>true</enabled><name>Rule__mdt</name></customMetadataTypeAccesses>"
    put(desk, {"permissionsets/Set.permissionset": permission_set(access)}, {"PermissionSet": ["Set"]})
    desk.create("PermissionSetAssignment", AssigneeId=sam.user_id,
                PermissionSetId=desk.one("SELECT Id FROM PermissionSet WHERE Name = 'Set'"))  # fmt: skip
    assert sam.rows(query) == [row]
    changed = {"customMetadata/Rule.First.md": record.replace("any", "other")}
    assert put(desk, changed, {"CustomMetadata": ["Rule.First"]}) == {}
    assert desk.values("SELECT Text__c FROM Rule__mdt") == ["other"]


def test_a_custom_object_with_a_lookup_and_a_number(desk: Desk) -> None:
    counted = "<nameField><displayFormat>T-{000}</displayFormat><label>No</label><type>AutoNumber</type></nameField>"
    related = field("Account__c", "Lookup", "<referenceTo>Account</referenceTo>")
    values = "<value><fullName>a</fullName><default>true</default></value>"
    value_set = f"<restricted>true</restricted><valueSetDefinition>{values}</valueSetDefinition>"
    choice = field("Choice__c", "Picklist", f"<valueSet>{value_set}</valueSet>")
    needed = text_field("Needed__c", "<required>true</required>")
    inner = f"<enableActivities>true</enableActivities>{OBJECT}{counted}{related}{choice}{needed}"
    rights = (
        "<objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit>"
        "<allowRead>true</allowRead><object>Thing__c</object></objectPermissions>"
    )
    files = {
        "objects/Thing__c.object": document("CustomObject", inner),
        "permissionsets/Set.permissionset": permission_set(
            rights + grant("Thing__c.Account__c") + grant("Thing__c.Choice__c")
        ),
    }
    assert put(desk, files, {"CustomObject": ["Thing__c"], "PermissionSet": ["Set"]}) == {}
    sam = Desk(desk.context, desk.clock, desk.one("SELECT Id FROM User WHERE FirstName = 'Sam'"), version="v62.0")
    assert sam.refused("POST", "sobjects/Thing__c", {"Needed__c": "x"})[0] == 404
    desk.create("PermissionSetAssignment", AssigneeId=sam.user_id,
                PermissionSetId=desk.one("SELECT Id FROM PermissionSet WHERE Name = 'Set'"))  # fmt: skip
    account = desk.one("SELECT Id FROM Account LIMIT 1")
    assert sam.refused("POST", "sobjects/Thing__c", {"Account__c": account})[1]["errorCode"] == "REQUIRED_FIELD_MISSING"
    thing = sam.create("Thing__c", Account__c=account, Needed__c="x")
    assert sam.one("SELECT Name FROM Thing__c") == "T-001"
    assert sam.one("SELECT Choice__c FROM Thing__c") == "a"
    assert sam.rows("SELECT Account__r.Name FROM Thing__c")[0]["Account__r"] is not None
    assert sam.refused("PATCH", f"sobjects/Thing__c/{thing}", {"Choice__c": "b"})[1]["errorCode"].endswith("PICKLIST")
    assert sam.refused("DELETE", f"sobjects/Thing__c/{thing}")[1]["errorCode"] == "INVALID_TYPE_FOR_OPERATION"
    assert sam.create("Task", WhatId=thing)


LWC = {"lwc/a/a.js-meta.xml": document("LightningComponentBundle", "<isExposed>false</isExposed>")}

# What is deployed, the members named, and the words about the one that is wrong.
BROKEN: list[tuple[str, dict[str, str], dict[str, list[str]], dict[str, str]]] = [
    ("unknown field in a permission set", {"permissionsets/S.permissionset": permission_set(grant("Task.No__c"))},
     {"PermissionSet": ["S"]}, {"S": "In field: field - no CustomField named Task.No__c found"}),
    ("required field in a permission set",
     activity(text_field("R__c", "<required>true</required>"))
     | {"permissionsets/S.permissionset": permission_set(grant("Task.R__c"))},
     {"CustomField": ["Activity.R__c"], "PermissionSet": ["S"]},
     {"S": "You cannot deploy to a required field: Task.R__c"}),
    ("permission set that names Activity",
     activity(text_field("T__c")) | {"permissionsets/S.permissionset": permission_set(grant("Activity.T__c"))},
     {"CustomField": ["Activity.T__c"], "PermissionSet": ["S"]},
     {"S": "In field: field - no CustomField named Activity.T__c found"}),
    ("unknown class in a permission set",
     {"permissionsets/S.permissionset": permission_set(
         "<classAccesses><apexClass>No</apexClass><enabled>true</enabled></classAccesses>")},
     {"PermissionSet": ["S"]}, {"S": "In field: apexClass - no ApexClass named No found"}),
    ("unknown field in a layout", {"layouts/Task-Task.layout": document("Layout", "<layoutSections><layoutColumns>"
     "<layoutItems><field>No__c</field></layoutItems></layoutColumns></layoutSections>")},
     {"Layout": ["Task-Task"]}, {"Task-Task": "In field: field - no CustomField named Task.No__c found"}),
    ("unknown field in a report", {"reports/F-meta.xml": document("ReportFolder", "<name>F</name>"),
     "reports/F/R.report": document("Report", "<columns><field>Activity.No__c</field></columns>")},
     {"Report": ["F", "F/R"]}, {"F/R": "In field: field - no CustomField named Activity.No__c found"}),
    ("custom metadata of an unknown type", {"customMetadata/No.R.md": document("CustomMetadata", "<label>R</label>")},
     {"CustomMetadata": ["No.R"]}, {"No.R": "The CustomMetadata type No__mdt does not exist"}),
    ("text without a length", activity(field("T__c", "Text")), {"CustomField": ["Activity.T__c"]},
     {"Activity.T__c": "Must specify length for a CustomField of type Text"}),
    ("unknown kind of field", activity(field("T__c", "Words")), {"CustomField": ["Activity.T__c"]},
     {"Activity.T__c": "'Words' is not a valid value for the enum 'FieldType'"}),
    ("external id of a kind that has none", activity(field("T__c", "Date", "<externalId>true</externalId>")),
     {"CustomField": ["Activity.T__c"]},
     {"Activity.T__c": "Can not specify 'externalId' for a CustomField of type Date"}),
    ("lookup to nowhere", activity(field("T__c", "Lookup", "<referenceTo>No__c</referenceTo>")),
     {"CustomField": ["Activity.T__c"]},
     {"Activity.T__c": "referenceTo value of 'No__c' does not resolve to a valid sObject type"}),
    ("object without a sharing model", {"objects/T__c.object": document("CustomObject", f"<label>T</label>{NAME}")},
     {"CustomObject": ["T__c"]}, {"T__c": "Must specify a sharingModel for the CustomObject"}),
    ("unknown type", {}, {"Nonsense": ["X"]}, {"package.xml": "Unknown type name 'Nonsense' in package.xml"}),
    ("named but not there", {}, {"ApexClass": ["Gone"]},
     {"Gone": "An object 'Gone' of type ApexClass was named in package.xml, but was not found in zipped directory"}),
    ("there but not named", {"labels/CustomLabels.labels": document("CustomLabels", "")}, {},
     {"CustomLabels": "A file was found in the zip but CustomLabels CustomLabels is not in package.xml"}),
    ("no XML", {"flows/F.flow": "<Flow"}, {"Flow": ["F"]}, {"F": "Error parsing file: unclosed token"}),
    ("another root", {"flows/F.flow": document("Floww", "")}, {"Flow": ["F"]},
     {"F": "Error parsing file: Element Floww invalid at this location"}),
    ("component with an unknown label", LWC | {"lwc/a/a.js": 'import x from "@salesforce/label/c.No";'},
     {"LightningComponentBundle": ["a"]}, {"a": "Invalid reference c.No of type label"}),
    ("component that imports none that is there", LWC | {"lwc/a/a.js": 'import x from "c/b";'},
     {"LightningComponentBundle": ["a"]}, {"a": "No MODULE named markup://c:b found : [markup://c:a]"}),
    ("translation of no label", {"translations/nl_NL.translation": document(
        "Translations", "<customLabels><label>x</label><name>No</name></customLabels>")},
     {"Translations": ["nl_NL"]}, {"nl_NL": "In field: name - no CustomLabel named No found"}),
    ("page without its style", {"pages/P.page": "<apex:page>{!$Resource.No}</apex:page>",
     "pages/P.page-meta.xml": document("ApexPage", "<label>P</label>")},
     {"ApexPage": ["P"]}, {"P": "StaticResource named No does not exist. Check spelling."}),
    ("class of another name", {"classes/A.cls": "public class B {}",
     "classes/A.cls-meta.xml": document("ApexClass", "<apiVersion>62.0</apiVersion>")},
     {"ApexClass": ["A"]}, {"A": "File name must match what is declared in it: classes/A.cls"}),
]  # fmt: skip


@pytest.mark.parametrize(("files", "members", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_is_wrong_is_named_and_nothing_stays(
    desk: Desk, files: dict[str, str], members: dict[str, list[str]], said: dict[str, str]
) -> None:
    good = {"objects/Case.object": document("CustomObject", text_field("Good__c"))}
    more = {**members, "CustomField": [*members.get("CustomField", []), "Case.Good__c"]}
    before = desk.context.records.schema["Case"].fields.keys()
    assert put(desk, files | good, more) == said
    assert desk.context.records.schema["Case"].fields.keys() == before
    assert desk.context.components.names("CustomField") == []
    # Without rollback the others are kept.
    assert put(desk, files | good, more, rollbackOnError=False) == said
    assert "Good__c" in desk.context.records.schema["Case"].fields


def test_a_check_only_changes_nothing(desk: Desk) -> None:
    result = deployed(
        desk.context, ADMINISTRATOR, package(activity(KEY), {"CustomField": ["Activity.Key__c"]}), checkOnly=True
    )
    assert (result["status"], result["checkOnly"], result["numberComponentsDeployed"]) == ("Succeeded", True, 1)
    assert "Key__c" not in desk.context.records.schema["Task"].fields


def test_a_type_once_given_stays(desk: Desk) -> None:
    members = {"CustomField": ["Activity.Key__c"]}
    assert put(desk, activity(KEY), members) == {}
    assert put(desk, activity(field("Key__c", "Date")), members) == {
        "Activity.Key__c": "Cannot change field type from string to date"
    }


def test_an_org_that_refuses_unique_on_activity() -> None:
    context = opened(settings=Settings(external_id="shared"))
    with context.database.transaction():
        found(context.records, INTEGRATION_USERNAME)
    members = {"CustomField": ["Activity.Key__c"]}
    refused = deployed(context, ADMINISTRATOR, package(activity(KEY), members))
    assert problems(refused) == {"Activity.Key__c": "Can not specify 'unique' for a CustomField of Activity"}
    shared = text_field("Key__c", "<externalId>true</externalId>")
    assert problems(deployed(context, ADMINISTRATOR, package(activity(shared), members))) == {}
    context.database.close()


def test_what_was_deployed_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "org.db"
    context = opened(path)
    with context.database.transaction():
        found(context.records, INTEGRATION_USERNAME)
    thing = {"objects/Thing__c.object": document("CustomObject", OBJECT + NAME + text_field("T__c"))}
    members = {"CustomObject": ["Thing__c"], "CustomField": ["Activity.Key__c"]}
    assert problems(deployed(context, ADMINISTRATOR, package(thing | activity(KEY), members))) == {}
    prefix = context.records.schema["Thing__c"].prefix
    context.database.close()
    again = opened(path)
    assert again.records.schema["Task"].fields["Key__c"].unique
    assert (again.records.schema["Thing__c"].prefix, "T__c" in again.records.schema["Thing__c"].fields) == (
        prefix,
        True,
    )
    again.database.close()


def test_only_administrators_deploy_and_no_apex_runs(desk: Desk) -> None:
    sam = desk.one("SELECT Id FROM User WHERE FirstName = 'Sam'")
    data = package({}, {})
    with pytest.raises(OrgError, match="INSUFFICIENT_ACCESS"):
        deployed(desk.context, sam, data)
    for options, words in (({"testLevel": "RunLocalTests"}, "runs no Apex"), ({}, None)):
        result = deployed(desk.context, ADMINISTRATOR, data, **options)
        assert (words is None) == result["success"], result
        assert words is None or words in result["errorMessage"]
    assert "No package.xml" in deployed(desk.context, ADMINISTRATOR, b"PK\x05\x06" + bytes(18))["errorMessage"]
    assert "cannot be read" in deployed(desk.context, ADMINISTRATOR, b"no zip")["errorMessage"]


@pytest.mark.slow
def test_soap_and_rest(run_org: Callable[..., RunningOrg]) -> None:
    org = run_org(product=False, seed=False)
    session = org.session("admin@phone-panel.example")
    token = session["Authorization"].removeprefix("Bearer ")
    data = package(activity(KEY), {"CustomField": ["Activity.Key__c"]})

    def soap(operation: str, inner: str, token: str = token) -> tuple[int, str]:
        body = envelope(token, operation, inner).encode()
        answer = org.http.post(f"{org.url}/services/Soap/m/62.0", data=body, timeout=10)
        return answer.status_code, answer.text

    status, text = soap("deploy", deploy_call(data))
    assert (status, "<state>Queued</state>" in text) == (200, True)
    number = text.partition("<id>")[2].partition("</id>")[0]
    status, text = soap(
        "checkDeployStatus", f"<asyncProcessId>{number}</asyncProcessId><includeDetails>true</includeDetails>"
    )
    assert "<status>Succeeded</status>" in text
    assert "<fullName>Activity.Key__c</fullName>" in text
    assert "<xmlName>PermissionSet</xmlName>" in soap("describeMetadata", "<asOfVersion>62.0</asOfVersion>")[1]
    assert (
        "<fullName>Activity.Key__c</fullName>" in soap("listMetadata", "<queries><type>CustomField</type></queries>")[1]
    )
    assert soap("describeMetadata", "", "nonsense")[0] == 500
    assert "sf:INVALID_SESSION_ID" in soap("describeMetadata", "", "nonsense")[1]
    assert "has no such call" in soap("renameMetadata", "")[1]
    assert org.http.post(f"{org.url}/services/Soap/m/62.0", data=b"<", timeout=10).status_code == 500
    assert "disabled by default" in org.http.post(f"{org.url}/services/Soap/u/62.0", data=b"", timeout=10).text
    files = {
        "file": ("package.zip", data, "application/zip"),
        "entity_content": (None, '{"deployOptions": {"checkOnly": true}}', "application/json"),
    }
    begun = org.api("POST", "metadata/deployRequest", session, files=files)
    assert begun.status_code == 201, begun.text
    told = org.api("GET", f"metadata/deployRequest/{begun.json()['id']}?includeDetails=true", session).json()
    assert (told["deployResult"]["status"], told["deployResult"]["checkOnly"]) == ("Succeeded", True)
    assert org.api("GET", "metadata/deployRequest/0Af5g00005MpSMZEA3", session).status_code == 404
    assert org.api("GET", "metadata/describe", session).json()["partialSaveAllowed"] is True
    assert org.api("POST", "metadata/deployRequest", session, data=b"x").status_code == 400
    assert XMLNS in envelope("", "deploy", "")
