"""Task: what is derived, what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.org import ids
from connector.sandbox.org.context import Settings
from connector.sandbox.org.rules import NAMED_RULES, ValidationRule
from tests.sandbox.org.rig import Desk

UNKNOWN_CONTACT = ids.make_id("003", 999_999)


def found(desk: Desk, sobject: str, name: str) -> str:
    field = {"Case": "CaseNumber"}.get(sobject, "Name")
    return str(desk.one(f"SELECT Id FROM {sobject} WHERE {field} = '{name}'"))


def test_defaults_of_a_new_task(desk: Desk) -> None:
    task = desk.get("Task", desk.create("Task", Subject="  Call back  "))
    expected = {
        "Subject": "Call back", "Status": "Not Started", "Priority": "Normal", "OwnerId": desk.user_id,
        "TaskSubtype": "Task", "IsClosed": False, "IsHighPriority": False, "CompletedDateTime": None,
        "AccountId": None, "IsDeleted": False, "IsArchived": False, "CreatedById": desk.user_id,
        "LastModifiedById": desk.user_id, "CreatedDate": "2026-11-25T20:00:00.000+0000",
        "SystemModstamp": "2026-11-25T20:00:00.000+0000",
    }  # fmt: skip
    assert {name: task[name] for name in expected} == expected
    assert task["attributes"] == {"type": "Task", "url": f"/services/data/v59.0/sobjects/Task/{task['Id']}"}
    assert task["Id"].startswith("00T")


def test_closing_sets_the_completed_time_once_and_reopening_clears_it(desk: Desk) -> None:
    task = desk.create("Task", Status="Completed")
    assert desk.get("Task", task)["CompletedDateTime"] == "2026-11-25T20:00:00.000+0000"
    assert desk.get("Task", task)["IsClosed"] is True
    desk.clock.advance(60)
    assert desk.ask("PATCH", f"sobjects/Task/{task}", {"Status": "Completed", "Subject": "x"}).status == 204
    assert desk.get("Task", task)["CompletedDateTime"] == "2026-11-25T20:00:00.000+0000"
    desk.ask("PATCH", f"sobjects/Task/{task}", {"Status": "In Progress"})
    reopened = desk.get("Task", task)
    assert (reopened["IsClosed"], reopened["CompletedDateTime"]) == (False, None)


def test_a_task_is_changed_by_its_owner_and_by_who_is_above_them(desk: Desk) -> None:
    task = desk.create("Task", Subject="a")
    sam = desk.user_id
    codes = {}
    for name in ("Jonas Weber", "Hannah Becker", "Phone Connector", "Alex Morgan"):
        desk.user_id = desk.one(f"SELECT Id FROM User WHERE Name = '{name}'")
        reply = desk.ask("PATCH", f"sobjects/Task/{task}", {"Subject": f"by {name}"})
        codes[name] = reply.status
    desk.user_id = sam
    assert codes == {"Jonas Weber": 400, "Hannah Becker": 400, "Phone Connector": 204, "Alex Morgan": 204}
    assert desk.get("Task", task)["Subject"] == "by Alex Morgan"


def test_every_write_moves_the_stamps_and_names_who_wrote(desk: Desk) -> None:
    priya = desk.one("SELECT Id FROM User WHERE Name = 'Priya Nair'")
    task = desk.create("Task", Subject="a", OwnerId=priya)
    desk.clock.advance(5)
    desk.user_id = priya
    desk.ask("PATCH", f"sobjects/Task/{task}", {"Subject": "a"})
    after = desk.get("Task", task)
    assert after["SystemModstamp"] == after["LastModifiedDate"] == "2026-11-25T20:00:05.000+0000"
    assert after["LastModifiedById"] == desk.user_id != after["CreatedById"]
    assert after["CreatedDate"] == "2026-11-25T20:00:00.000+0000"


@pytest.mark.parametrize(
    ("sobject", "name"),
    [("Account", "Northwind Traders"), ("Case", "00001026"), ("Opportunity", "Renewal 2027")],
)
def test_account_is_derived_from_related_to(desk: Desk, sobject: str, name: str) -> None:
    task = desk.create("Task", WhatId=found(desk, sobject, name), WhoId=found(desk, "Contact", "Rosa Martínez"))
    assert desk.get("Task", task)["AccountId"] == found(desk, "Account", "Northwind Traders")


def test_account_is_else_the_persons(desk: Desk) -> None:
    renewals = found(desk, "Campaign", "Renewals 2027")
    alpine, mia = found(desk, "Account", "Alpine Ski House"), found(desk, "Contact", "Mia Chen")
    task = desk.create("Task", WhoId=found(desk, "Contact", "Rosa Martínez"), WhatId=renewals)
    assert desk.get("Task", task)["AccountId"] == alpine
    desk.ask("PATCH", f"sobjects/Task/{task}", {"WhoId": mia})
    assert desk.get("Task", task)["AccountId"] == found(desk, "Account", "Northwind Traders")
    desk.ask("PATCH", f"sobjects/Task/{task}", {"WhoId": None})
    assert desk.get("Task", task)["AccountId"] is None


def test_person_account_through_its_contact(desk: Desk) -> None:
    account = desk.rows("SELECT Id, PersonContactId, IsPersonAccount FROM Account WHERE IsPersonAccount = true")[0]
    task = desk.create("Task", WhoId=account["PersonContactId"])
    assert desk.get("Task", task)["AccountId"] == account["Id"]
    status, error = desk.refused("POST", "sobjects/Task", {"WhoId": account["Id"]})
    assert (status, error["errorCode"]) == (400, "FIELD_INTEGRITY_EXCEPTION")


REFUSED: list[tuple[str, dict[str, Any], str, str, list[str]]] = [
    ("too long", {"Subject": "s" * 256}, "STRING_TOO_LONG",
     f"Subject: data value too large: {'s' * 256} (max length=255)", ["Subject"]),
    ("description", {"Description": "d" * 32_001}, "STRING_TOO_LONG",
     f"Description: data value too large: {'d' * 32_001} (max length=32000)", ["Description"]),
    ("restricted picklist", {"CallType": "Sideways"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
     "Call Type: bad value for restricted picklist field: Sideways", ["CallType"]),
    ("bad id", {"WhatId": "006B000002nBrQ"}, "MALFORMED_ID",
     "Related To ID: id value of incorrect type: 006B000002nBrQ", ["WhatId"]),
    ("unknown person", {"WhoId": UNKNOWN_CONTACT}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []),
    ("read-only", {"AccountId": None, "IsClosed": True}, "INVALID_FIELD_FOR_INSERT_UPDATE",
     ("Unable to create/update fields: AccountId, IsClosed. Please check the security settings of this field and verify"
      " that it is read/write for your profile or permission set."), ["AccountId", "IsClosed"]),
    ("duration", {"CallDurationInSeconds": 123_456_789}, "NUMBER_OUTSIDE_VALID_RANGE",
     "Call Duration: value outside of valid range on numeric field: 123456789", ["CallDurationInSeconds"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "message", "fields"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refusals_in_salesforces_words(
    desk: Desk, body: dict[str, Any], code: str, message: str, fields: list[str]
) -> None:
    expected = {"errorCode": code, "message": message, "fields": fields}
    assert desk.refused("POST", "sobjects/Task", body) == (400, expected)
    row = {"attributes": {"type": "Task"}, **body}
    reply: Any = desk.ask("POST", "composite/sobjects", {"records": [row]})
    in_row = {"statusCode": code, "message": message, "fields": fields}
    assert (reply.status, reply.body) == (200, [{"success": False, "errors": [in_row]}])


WHOLE: list[tuple[str, dict[str, Any], str, str]] = [
    ("unknown column", {"Colour": "red"}, "INVALID_FIELD", "No such column 'Colour' on sobject of type Task"),
    ("no date", {"ActivityDate": "25.11.2026"}, "JSON_PARSER_ERROR",
     ("Cannot deserialize instance of date from VALUE_STRING value 25.11.2026 or request may be missing a required"
      " field at [line:1, column:1]")),
    ("no such day", {"ActivityDate": "2026-02-30"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of date from"),
    ("date-time without T", {"ReminderDateTime": "2026-11-25 10:00:00"}, "JSON_PARSER_ERROR",
     "Cannot deserialize instance of datetime from VALUE_STRING value 2026-11-25 10:00:00"),
    ("fraction", {"CallDurationInSeconds": 1.5}, "JSON_PARSER_ERROR",
     "Cannot deserialize instance of int from VALUE_NUMBER_FLOAT value 1.5"),
    ("number as text", {"Subject": 7}, "JSON_PARSER_ERROR",
     "Cannot deserialize instance of string from VALUE_NUMBER_INT value 7"),
    ("object", {"IsReminderSet": {}}, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from START_OBJECT"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "message"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_what_cannot_be_read_refuses_the_whole_request(
    desk: Desk, body: dict[str, Any], code: str, message: str
) -> None:
    status, error = desk.refused("POST", "sobjects/Task", body)
    assert (status, error["errorCode"]) == (400, code)
    assert error["message"].startswith(message)
    assert "fields" not in error
    before = desk.ask("GET", "query", q="SELECT COUNT() FROM Task").body
    records = [{"attributes": {"type": "Task"}, **one} for one in ({"Subject": "good"}, body)]
    assert desk.refused("POST", "composite/sobjects", {"records": records})[1]["errorCode"] == code
    assert desk.ask("GET", "query", q="SELECT COUNT() FROM Task").body == before


def test_edges_of_numbers(desk: Desk) -> None:
    assert (
        desk.get("Task", desk.create("Task", CallDurationInSeconds=99_999_999))["CallDurationInSeconds"] == 99_999_999
    )
    for seconds in (100_000_000, -1):
        error = desk.refused("POST", "sobjects/Task", {"CallDurationInSeconds": seconds})[1]
        assert (error["errorCode"], error["fields"]) == ("NUMBER_OUTSIDE_VALID_RANGE", ["CallDurationInSeconds"])
    assert desk.get("Task", desk.create("Task", Phone_Revision__c=2.4))["Phone_Revision__c"] == 2.0


def test_subtype_is_set_on_create_and_never_again(desk: Desk) -> None:
    task = desk.create("Task", TaskSubtype="Call")
    status, error = desk.refused("PATCH", f"sobjects/Task/{task}", {"TaskSubtype": "Call"})
    assert (status, error["errorCode"], error["fields"]) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["TaskSubtype"])


def test_types_of_people_and_related_records(desk: Desk) -> None:
    lead, mia = found(desk, "Lead", "Teresa Okonkwo"), found(desk, "Contact", "Mia Chen")
    account = found(desk, "Account", "Northwind Traders")
    assert desk.refused("POST", "sobjects/Task", {"WhatId": lead})[1] == {
        "errorCode": "FIELD_INTEGRITY_EXCEPTION",
        "message": f"Related To ID: id value of incorrect type: {lead}",
        "fields": ["WhatId"],
    }
    assert desk.refused("POST", "sobjects/Task", {"WhoId": account})[1]["fields"] == ["WhoId"]
    assert desk.create("Task", WhoId=lead)
    error = desk.refused("POST", "sobjects/Task", {"WhoId": lead, "WhatId": account})[1]
    assert (error["errorCode"], error["fields"]) == ("FIELD_INTEGRITY_EXCEPTION", ["WhoId", "WhatId"])
    related = desk.create("Task", WhoId=mia, WhatId=account)
    error = desk.refused("PATCH", f"sobjects/Task/{related}", {"WhoId": lead})[1]
    assert error["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"


def test_deleted_and_converted_people(desk: Desk) -> None:
    contact = desk.create("Contact", LastName="Gone")
    assert desk.ask("DELETE", f"sobjects/Contact/{contact}").status == 204
    assert desk.refused("POST", "sobjects/Task", {"WhoId": contact})[1] == {
        "errorCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": [],
    }  # fmt: skip
    converted = desk.one("SELECT Id FROM Lead WHERE IsConverted = true")
    error = desk.refused("POST", "sobjects/Task", {"WhoId": converted})[1]
    assert error["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert desk.refused("PATCH", f"sobjects/Lead/{converted}", {"Title": "x"})[1]["errorCode"] == error["errorCode"]


def test_inactive_owner(desk: Desk) -> None:
    robin = desk.one("SELECT Id FROM User WHERE IsActive = false")
    error = desk.refused("POST", "sobjects/Task", {"OwnerId": robin})[1]
    assert error["errorCode"] == "INACTIVE_OWNER_OR_USER"
    assert error["message"] == f"operation performed with inactive user [{robin[:15]}] as owner of task"
    assert desk.create("Task", OwnerId=desk.one("SELECT Id FROM Group WHERE DeveloperName = 'Back_office'"))


def test_validation_rule_that_is_switched_on(desk: Desk) -> None:
    billing = {"Phone_Skill__c": "Billing", "Subject": "Call"}
    assert desk.ask("POST", "sobjects/Task", billing).status == 201
    desk.context.apply(Settings(rules=(NAMED_RULES["billing_disposition"],)))
    assert desk.refused("POST", "sobjects/Task", billing) == (
        400,
        {
            "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "message": "Choose how a Billing call ended.",
            "fields": ["CallDisposition"],
        },
    )
    assert desk.ask("POST", "sobjects/Task", {**billing, "CallDisposition": "Resolved"}).status == 201
    assert desk.ask("POST", "sobjects/Task", {**billing, "Phone_Skill__c": "Sales"}).status == 201


def test_validation_rule_at_the_top_of_the_page(desk: Desk) -> None:
    closed_call = {"Status": "Completed", "CallType": "Inbound"}
    rule = ValidationRule(object="Task", when=closed_call, require="Description", message="Say something.")
    desk.context.apply(Settings(rules=(rule,)))
    assert desk.refused("POST", "sobjects/Task", closed_call)[1]["fields"] == []
    assert desk.create("Task", Status="Completed")
    open_task = desk.create("Task", CallType="Inbound")
    assert (
        desk.refused("PATCH", f"sobjects/Task/{open_task}", {"Status": "Completed"})[1]["message"] == "Say something."
    )


@pytest.mark.parametrize("subtype", ["Task", "Email", "Call"])
def test_a_task_of_each_kind_of_work_is_taken(desk: Desk, subtype: str) -> None:
    call = {"CallType": "Inbound", "CallDurationInSeconds": 5} if subtype == "Call" else {}
    task = desk.create("Task", TaskSubtype=subtype, Status="Completed", **call)
    (row,) = desk.rows(f"SELECT TaskSubtype, CallType, CallDurationInSeconds FROM Task WHERE Id = '{task}'")
    assert (row["TaskSubtype"], row["CallType"]) == (subtype, call.get("CallType"))
