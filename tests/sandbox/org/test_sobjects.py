"""Describe, single records, and the rules of objects other than Task."""

from __future__ import annotations

from typing import Any

from connector.sandbox.org import ids
from tests.sandbox.org.rig import Desk


def described(desk: Desk, sobject: str) -> dict[str, dict[str, Any]]:
    body: Any = desk.ask("GET", f"sobjects/{sobject}/describe").body
    return {field["name"]: field for field in body["fields"]}


def test_describe_of_task(desk: Desk) -> None:
    fields = described(desk, "Task")
    texts = ("Subject", "Description", "CallDisposition", "CallObject")
    assert [(fields[name]["length"], fields[name]["type"]) for name in texts] == [
        (255, "combobox"), (32000, "textarea"), (255, "string"), (255, "string"),
    ]  # fmt: skip
    assert fields["CallDurationInSeconds"]["digits"] == 8
    assert (fields["TaskSubtype"]["createable"], fields["TaskSubtype"]["updateable"]) == (True, False)
    assert (fields["AccountId"]["createable"], fields["AccountId"]["updateable"]) == (False, False)
    assert fields["WhoId"]["referenceTo"] == ["Contact", "Lead"]
    assert fields["WhoId"]["relationshipName"] == "Who"
    assert fields["CallType"]["restrictedPicklist"] is True
    assert [value["value"] for value in fields["CallType"]["picklistValues"]] == ["Internal", "Inbound", "Outbound"]
    assert fields["Type"]["restrictedPicklist"] is False
    key = fields["Phone_Contact_Key__c"]
    assert (key["externalId"], key["unique"], key["caseSensitive"], key["length"]) == (True, True, True, 36)
    assert fields["Description"]["filterable"] is False
    body: Any = desk.ask("GET", "sobjects/Task/describe").body
    assert (body["keyPrefix"], body["name"], body["createable"]) == ("00T", "Task", True)
    relations: Any = desk.ask("GET", "sobjects/Contact/describe").body
    assert ("Task", "WhoId") in {(child["childSObject"], child["field"]) for child in relations["childRelationships"]}


def test_describe_of_all(desk: Desk) -> None:
    body: Any = desk.ask("GET", "sobjects").body
    prefixes = {item["name"]: item["keyPrefix"] for item in body["sobjects"]}
    assert {"Task": "00T", "Lead": "00Q", "Contact": "003", "Account": "001", "Case": "500", "User": "005"}.items() <= (
        prefixes.items()
    )
    assert len(set(prefixes.values())) == len(prefixes)


def test_required_fields(desk: Desk) -> None:
    assert desk.refused("POST", "sobjects/Lead", {"FirstName": "x"}) == (
        400,
        {
            "errorCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [LastName, Company]",
            "fields": ["LastName", "Company"],
        },
    )
    assert desk.refused("POST", "sobjects/Account", {})[1]["fields"] == ["Name"]
    contact = desk.create("Contact", LastName="x")
    assert desk.refused("PATCH", f"sobjects/Contact/{contact}", {"LastName": ""})[1]["fields"] == ["LastName"]


def test_names_follow_their_parts(desk: Desk) -> None:
    contact = desk.create("Contact", FirstName="Ada", LastName="Byron")
    task = desk.create("Task", WhoId=contact)
    desk.ask("PATCH", f"sobjects/Contact/{contact}", {"LastName": "Lovelace"})
    assert desk.get("Contact", contact)["Name"] == "Ada Lovelace"
    assert desk.rows(f"SELECT Who.Name FROM Task WHERE Id = '{task}'")[0]["Who"]["Name"] == "Ada Lovelace"
    assert desk.refused("PATCH", f"sobjects/Contact/{contact}", {"Name": "x"})[1]["fields"] == ["Name"]


def test_cases_are_numbered_and_closed(desk: Desk) -> None:
    mia = desk.rows("SELECT Id, AccountId FROM Contact WHERE Name = 'Mia Chen'")[0]
    case = desk.get("Case", desk.create("Case", Subject="New", ContactId=mia["Id"]))
    assert (case["CaseNumber"], case["AccountId"], case["IsClosed"]) == ("00001031", mia["AccountId"], False)
    desk.ask("PATCH", f"sobjects/Case/{case['Id']}", {"Status": "Closed"})
    closed = desk.get("Case", case["Id"])
    assert (closed["IsClosed"], closed["ClosedDate"]) == (True, "2026-11-25T20:00:00.000+0000")


def test_stages_of_an_opportunity(desk: Desk) -> None:
    made = desk.create("Opportunity", Name="x", StageName="Needs Analysis", CloseDate="2027-01-31", Amount="1250.5")
    row = desk.get("Opportunity", made)
    assert (row["Probability"], row["Amount"], row["IsClosed"]) == (20.0, 1250.5, False)
    desk.ask("PATCH", f"sobjects/Opportunity/{made}", {"StageName": "Closed Won"})
    won = desk.get("Opportunity", made)
    assert (won["IsWon"], won["IsClosed"], won["Probability"]) == (True, True, 100.0)


def test_person_accounts(desk: Desk) -> None:
    kind = desk.one("SELECT Id FROM RecordType WHERE DeveloperName = 'PersonAccount'")
    account = desk.create(
        "Account", RecordTypeId=kind, FirstName="Ana", LastName="Lima", PersonMobilePhone="(303) 555-0101"
    )
    row = desk.get("Account", account)
    assert (row["Name"], row["IsPersonAccount"]) == ("Ana Lima", True)
    contact = desk.get("Contact", row["PersonContactId"])
    assert (contact["Name"], contact["IsPersonAccount"], contact["AccountId"]) == ("Ana Lima", True, account)
    assert contact["MobilePhone"] == "(303) 555-0101"
    desk.ask("PATCH", f"sobjects/Account/{account}", {"LastName": "Costa", "PersonMobilePhone": None})
    after = desk.get("Contact", row["PersonContactId"])
    assert (after["Name"], after["MobilePhone"]) == ("Ana Costa", None)
    refused = desk.refused("PATCH", f"sobjects/Contact/{row['PersonContactId']}", {"Title": "x"})
    assert refused[1]["errorCode"] == "INVALID_PERSON_ACCOUNT_OPERATION"
    assert desk.refused("POST", "sobjects/Account", {"Name": "Firm", "LastName": "x"})[1]["fields"] == ["LastName"]
    desk.ask("DELETE", f"sobjects/Account/{account}")
    assert desk.refused("GET", f"sobjects/Contact/{row['PersonContactId']}")[1]["errorCode"] == "ENTITY_IS_DELETED"


def test_lead_conversion(desk: Desk) -> None:
    lead = desk.create("Lead", FirstName="Lee", LastName="Fox", Company="Foxes", Phone="(303) 555-0102")
    with desk.context.database.transaction():
        made = desk.context.records.convert_lead(lead, desk.user_id)
    row = desk.get("Lead", lead)
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, made["contact_id"])
    contact = desk.get("Contact", made["contact_id"])
    assert (contact["Name"], contact["Phone"], contact["AccountId"]) == (
        "Lee Fox",
        "(303) 555-0102",
        made["account_id"],
    )


def test_what_cannot_be_written(desk: Desk) -> None:
    status, error = desk.refused("POST", "sobjects/TaskStatus", {"MasterLabel": "x"})
    assert (status, error["errorCode"]) == (400, "INVALID_TYPE_FOR_OPERATION")
    assert desk.refused("DELETE", f"sobjects/User/{desk.user_id}")[1]["errorCode"] == "INVALID_TYPE_FOR_OPERATION"
    error = desk.refused("POST", "sobjects/Contact", {"LastName": "x", "Email": "nonsense"})[1]
    assert (error["errorCode"], error["fields"]) == ("INVALID_EMAIL_ADDRESS", ["Email"])


def test_what_is_not_there(desk: Desk) -> None:
    gone = {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
    for path in ("sobjects/Nope", "sobjects/Nope/describe", "nonsense", f"sobjects/Task/{ids.make_id('00T', 99_999)}"):
        assert desk.refused("GET", path) == (404, gone)
    message = "Provided external ID field does not exist or is not accessible: Nope__c"
    assert desk.refused("PATCH", "sobjects/Task/Nope__c/1", {})[1]["message"] == message
    assert desk.refused("GET", "sobjects/Task/nonsense")[0] == 404
    status, error = desk.refused("PUT", f"sobjects/User/{desk.user_id}", {})
    assert (status, error["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_chosen_fields(desk: Desk) -> None:
    reply: Any = desk.ask("GET", f"sobjects/User/{desk.user_id}?fields=Name,phone_device__c").body
    assert {name: reply[name] for name in reply if name != "attributes"} == {
        "Name": "Sam Rivera",
        "Phone_Device__c": "2041",
    }
    assert desk.refused("GET", f"sobjects/User/{desk.user_id}?fields=Nope")[1]["errorCode"] == "INVALID_FIELD"


def test_the_seeded_world(desk: Desk) -> None:
    counts = {
        sobject: desk.ask("GET", "query", q=f"SELECT COUNT() FROM {sobject}").body
        for sobject in ("Account", "Contact", "Lead", "Case", "Opportunity", "Campaign", "ActionCadenceStepTracker")
    }
    sizes = {sobject: body["totalSize"] for sobject, body in counts.items() if isinstance(body, dict)}
    assert sizes == {"Account": 26, "Contact": 60, "Lead": 20, "Case": 30, "Opportunity": 15, "Campaign": 4,
                     "ActionCadenceStepTracker": 12}  # fmt: skip
    agents = desk.rows(
        "SELECT Name, Phone_Device__c, TimeZoneSidKey FROM User WHERE IsActive = true AND Id IN"
        " (SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Phone_Panel_Agent')"
    )
    assert [(agent["Name"], agent["Phone_Device__c"]) for agent in agents] == [
        ("Sam Rivera", "2041"), ("Jonas Weber", "2042"), ("Priya Nair", "2043"),
    ]  # fmt: skip
    billing = desk.rows("SELECT FIELDS(CUSTOM) FROM Phone_Skill__mdt WHERE DeveloperName = 'Billing' LIMIT 1")[0]
    assert (billing["Disposition_Required__c"], billing["Wrap_Up_Seconds__c"], billing["Recording__c"]) == (
        True, 120.0, "always",
    )  # fmt: skip
    skills = desk.rows("SELECT Skill__c, Proficiency__c FROM Phone_Agent_Skill__c WHERE User__r.Name = 'Sam Rivera'")
    assert {row["Skill__c"]: row["Proficiency__c"] for row in skills} == {
        "Support_EN": 8.0,
        "Billing": 5.0,
        "Sales": 3.0,
    }


def test_ids_of_the_seed_never_change(desk: Desk) -> None:
    assert desk.one("SELECT Id FROM Contact WHERE Name = 'Mia Chen'") == "0035g00005MpSMPAA3"
    assert desk.one("SELECT Id FROM Case WHERE CaseNumber = '00001026'") == "5005g00005MpSMQAA3"
    assert desk.user_id == "0055g00005MpSMRAA3"
