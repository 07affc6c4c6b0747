"""SOQL: what queries find, against the seeded world, and how wrong ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.org.rig import Desk


@pytest.fixture
def marked(desk: Desk) -> Desk:
    """Five tasks of their own kind: A and B in two spellings, a null, odd characters, and one not ASCII."""
    for subject, disposition, seconds in (
        ("alpha", "Yes", 10),
        ("ALPHA", "no", 20),
        ("100% o'clock_x", None, None),
        ("Grüße", "Später", 30),
        ("back\\slash", "no", 40),
    ):
        values = {"Subject": subject, "CallDisposition": disposition, "CallDurationInSeconds": seconds}
        desk.create("Task", Phone_Skill__c="T", **values)
    return desk


FOUND: list[tuple[str, list[str]]] = [
    ("Subject = 'Alpha'", ["ALPHA", "alpha"]),
    ("Subject != 'alpha'", ["100% o'clock_x", "Grüße", "back\\slash"]),
    ("CallDisposition != 'no'", ["100% o'clock_x", "Grüße", "alpha"]),
    ("NOT CallDisposition = 'no'", ["100% o'clock_x", "Grüße", "alpha"]),
    ("NOT (CallDisposition = 'no' OR CallDisposition = 'yes')", ["100% o'clock_x", "Grüße"]),
    ("CallDisposition = null", ["100% o'clock_x"]),
    ("CallDisposition = ''", ["100% o'clock_x"]),
    ("CallDisposition <> NULL", ["ALPHA", "Grüße", "alpha", "back\\slash"]),
    ("CallDisposition IN ('YES', 'später')", ["Grüße", "alpha"]),
    ("CallDisposition NOT IN ('YES', 'no')", ["100% o'clock_x", "Grüße"]),
    ("CallDisposition IN ('yes', null)", ["100% o'clock_x", "alpha"]),
    ("CallDisposition NOT IN ('yes', null)", ["ALPHA", "Grüße", "back\\slash"]),
    ("Subject LIKE 'al%'", ["ALPHA", "alpha"]),
    ("Subject LIKE '%o\\'clock\\_x'", ["100% o'clock_x"]),
    ("Subject LIKE '100\\% %'", ["100% o'clock_x"]),
    ("Subject LIKE '_00%'", ["100% o'clock_x"]),
    ("Subject LIKE '1\\_0%'", []),
    ("Subject LIKE 'GRÜ%'", ["Grüße"]),
    ("Subject LIKE 'back\\\\%'", ["back\\slash"]),
    ("Subject = 'back\\\\slash'", ["back\\slash"]),
    ("Subject = 'GRÜSSE'", ["Grüße"]),
    ("CallDurationInSeconds > 20", ["Grüße", "back\\slash"]),
    ("CallDurationInSeconds >= 20 AND CallDurationInSeconds < 40", ["ALPHA", "Grüße"]),
    ("NOT CallDurationInSeconds > 20", ["100% o'clock_x", "ALPHA", "alpha"]),
    ("CallDurationInSeconds IN (10, 20)", ["ALPHA", "alpha"]),
    ("(Subject = 'alpha' AND CallDurationInSeconds = 10) OR Subject LIKE 'gr%'", ["Grüße", "alpha"]),
    ("IsClosed = false AND Owner.Name = 'sam rivera'", ["100% o'clock_x", "ALPHA", "Grüße", "alpha", "back\\slash"]),
    ("Owner.Type = 'Group'", []),
    ("Who.Name = null AND Subject = 'alpha'", ["ALPHA", "alpha"]),
    ("Who.Name != 'Mia Chen' AND Subject = 'alpha'", ["ALPHA", "alpha"]),
    ("subject = 'alpha' and PHONE_SKILL__C = 't'", ["ALPHA", "alpha"]),
    ("OwnerId IN (SELECT Id FROM User WHERE FirstName = 'Sam') AND Subject LIKE 'al%'", ["ALPHA", "alpha"]),
    ("OwnerId NOT IN (SELECT Id FROM User WHERE FirstName = 'Sam')", []),
    ("WhoId NOT IN (SELECT Id FROM Contact)", ["100% o'clock_x", "ALPHA", "Grüße", "alpha", "back\\slash"]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "subjects"), FOUND, ids=[where for where, _ in FOUND])
def test_conditions(marked: Desk, where: str, subjects: list[str]) -> None:
    assert sorted(marked.values(f"SELECT Subject FROM Task WHERE Phone_Skill__c = 'T' AND ({where})")) == subjects


DATES: list[tuple[str, list[str]]] = [
    ("ActivityDate = TODAY", ["today"]),
    ("ActivityDate = YESTERDAY", ["yesterday"]),
    ("ActivityDate = TOMORROW", ["tomorrow"]),
    ("ActivityDate < TODAY", ["long ago", "week ago", "yesterday"]),
    ("ActivityDate >= TODAY", ["today", "tomorrow"]),
    ("ActivityDate > TODAY", ["tomorrow"]),
    ("ActivityDate <= TODAY", ["long ago", "today", "week ago", "yesterday"]),
    ("ActivityDate != TODAY", ["empty", "long ago", "tomorrow", "week ago", "yesterday"]),
    ("NOT ActivityDate = TODAY", ["empty", "long ago", "tomorrow", "week ago", "yesterday"]),
    ("ActivityDate = LAST_N_DAYS:7", ["today", "week ago", "yesterday"]),
    ("ActivityDate = LAST_N_DAYS:6", ["today", "yesterday"]),
    ("ActivityDate = NEXT_N_DAYS:1", ["tomorrow"]),
    ("ActivityDate = N_DAYS_AGO:7", ["week ago"]),
    ("ActivityDate = THIS_WEEK", ["today", "tomorrow", "yesterday"]),
    ("ActivityDate = LAST_WEEK", ["week ago"]),
    ("ActivityDate = LAST_YEAR", ["long ago"]),
    ("ActivityDate = THIS_MONTH", ["today", "tomorrow", "week ago", "yesterday"]),
    ("ActivityDate = 2026-11-25", ["today"]),
    ("ActivityDate > 2026-11-24", ["today", "tomorrow"]),
]


@pytest.mark.parametrize(("where", "subjects"), DATES, ids=[where for where, _ in DATES])
def test_dates(desk: Desk, where: str, subjects: list[str]) -> None:
    days = {"today": "2026-11-25", "yesterday": "2026-11-24", "tomorrow": "2026-11-26", "week ago": "2026-11-18",
            "long ago": "2025-12-31", "empty": None}  # fmt: skip
    for subject, day in days.items():
        desk.create("Task", Subject=subject, ActivityDate=day, Phone_Skill__c="D")
    assert sorted(desk.values(f"SELECT Subject FROM Task WHERE Phone_Skill__c = 'D' AND ({where})")) == subjects


def test_date_literals_follow_the_users_time_zone(desk: Desk) -> None:
    # 07:30 UTC on the 26th: still the 25th for Sam in Los Angeles, the 26th for Jonas in Amsterdam.
    desk.clock.advance(11.5 * 3600)
    desk.create("Task", Subject="late", Phone_Skill__c="Z")
    query = "SELECT Subject FROM Task WHERE Phone_Skill__c = 'Z' AND CreatedDate = TODAY"
    desk.clock.advance(3600)
    assert desk.values(query) == []
    desk.user_id = desk.one("SELECT Id FROM User WHERE Name = 'Jonas Weber'")
    assert desk.values(query) == ["late"]


def test_date_time_literals_in_any_zone(desk: Desk) -> None:
    desk.create("Task", Subject="noon", Phone_Skill__c="Z")
    for condition, found in (
        ("= 2026-11-25T20:00:00Z", ["noon"]),
        ("= 2026-11-25T12:00:00-08:00", ["noon"]),
        ("= 2026-11-25T21:00:00.000+0100", ["noon"]),
        ("= 2026-11-25T20:00:01Z", []),
        ("< 2026-11-25T20:00:00Z", []),
        ("<= 2026-11-25T20:00:00Z", ["noon"]),
    ):
        assert desk.values(f"SELECT Subject FROM Task WHERE Phone_Skill__c = 'Z' AND CreatedDate {condition}") == found


def test_weeks_begin_on_sunday(desk: Desk) -> None:
    for day in ("2026-11-21", "2026-11-22", "2026-11-28", "2026-11-29"):
        desk.create("Task", Subject=day, ActivityDate=day, Phone_Skill__c="W")
    weeks = {
        week: desk.values(f"SELECT Subject FROM Task WHERE Phone_Skill__c = 'W' AND ActivityDate = {week}")
        for week in ("LAST_WEEK", "THIS_WEEK", "NEXT_WEEK")
    }
    assert weeks == {
        "LAST_WEEK": ["2026-11-21"],
        "THIS_WEEK": ["2026-11-22", "2026-11-28"],
        "NEXT_WEEK": ["2026-11-29"],
    }


def test_shape_of_parents(desk: Desk) -> None:
    (row,) = desk.rows(
        "SELECT Subject, Owner.Name, Who.Name, What.Name, What.Type, Account.Owner.Name FROM Task"
        " WHERE Subject = 'Invoice 20931' LIMIT 1"
    )
    base = "/services/data/v59.0/sobjects"
    assert list(row) == ["attributes", "Subject", "Owner", "Who", "What", "Account"]
    assert row["Who"]["attributes"]["type"] == "Name"
    assert row["Who"]["attributes"]["url"].startswith(f"{base}/Contact/003")
    assert (row["Who"]["Name"], row["What"]["Name"], row["What"]["Type"]) == ("Mia Chen", "00001026", "Case")
    assert row["Account"]["attributes"]["url"].startswith(f"{base}/Account/001")
    assert row["Account"]["Owner"]["Name"] == "Sam Rivera"
    (bare,) = desk.rows("SELECT Subject, Who.Name FROM Task WHERE Subject = 'Send price list'")
    assert bare["Who"]["Name"] == "Mia Chen"
    lonely = desk.create("Task", Subject="lonely")
    (row,) = desk.rows(f"SELECT Id, Who.Name FROM Task WHERE Id = '{lonely}'")
    assert row["Who"] is None


def test_order_with_nulls_and_window(desk: Desk) -> None:
    for subject, seconds in (("a", 3), ("b", None), ("c", 1), ("d", 2)):
        desk.create("Task", Subject=subject, CallDurationInSeconds=seconds, Phone_Skill__c="O")
    base = "SELECT Subject FROM Task WHERE Phone_Skill__c = 'O' ORDER BY CallDurationInSeconds"
    assert desk.values(base) == ["b", "c", "d", "a"]
    assert desk.values(f"{base} DESC") == ["b", "a", "d", "c"]
    assert desk.values(f"{base} NULLS LAST") == ["c", "d", "a", "b"]
    assert desk.values(f"{base} DESC NULLS LAST LIMIT 2 OFFSET 1") == ["d", "c"]


def test_counts_and_groups(desk: Desk) -> None:
    reply: Any = desk.ask("GET", "query", q="SELECT COUNT() FROM Account WHERE IsPersonAccount = true").body
    assert reply == {"totalSize": 1, "done": True, "records": []}
    rows = desk.rows(
        "SELECT Account.Name, COUNT(Id), MIN(CreatedDate) oldest FROM Contact WHERE Account.Name LIKE 'Fabrikam'"
        " GROUP BY Account.Name"
    )
    assert rows == [
        {
            "attributes": {"type": "AggregateResult"},
            "Name": "Fabrikam",
            "expr0": 4,
            "oldest": "2026-05-09T20:00:00.000+0000",
        }
    ]


def test_two_hundred_keys(desk: Desk) -> None:
    keys = [f"key-{number:04d}-{'x' * 27}" for number in range(250)]
    for key in keys[:3]:
        desk.create("Task", Phone_Contact_Key__c=key)
    listed = ", ".join(f"'{key}'" for key in keys)
    assert desk.values(f"SELECT Phone_Contact_Key__c FROM Task WHERE Phone_Contact_Key__c IN ({listed})") == keys[:3]


def test_contact_key_is_case_sensitive(desk: Desk) -> None:
    desk.create("Task", Phone_Contact_Key__c="abc")
    desk.create("Task", Phone_Contact_Key__c="ABC")
    assert desk.values("SELECT Phone_Contact_Key__c FROM Task WHERE Phone_Contact_Key__c = 'abc'") == ["abc"]


def test_deleted_rows_only_in_query_all(desk: Desk) -> None:
    task = desk.create("Task", Subject="bin")
    desk.ask("DELETE", f"sobjects/Task/{task}")
    query = "SELECT Id, IsDeleted FROM Task WHERE Subject = 'bin'"
    assert desk.rows(query) == []
    body: Any = desk.ask("GET", "queryAll", q=query).body
    assert [row["IsDeleted"] for row in body["records"]] == [True]


def test_pages(desk: Desk) -> None:
    for number in range(450):
        desk.create("Task", Subject=f"p{number:03d}", Phone_Skill__c="P")
    desk.headers = {"Sforce-Query-Options": "batchSize=200"}
    query = "SELECT Subject FROM Task WHERE Phone_Skill__c = 'P' ORDER BY Subject"
    page: Any = desk.ask("GET", "query", q=query).body
    found, sizes = page["records"], [len(page["records"])]
    while not page["done"]:
        assert page["totalSize"] == 450
        desk.create("Task", Subject="p999", Phone_Skill__c="P")
        page = desk.ask("GET", page["nextRecordsUrl"].removeprefix("/services/data/v59.0/")).body
        found += page["records"]
        sizes.append(len(page["records"]))
    assert sizes == [200, 200, 50]
    assert [row["Subject"] for row in found] == [f"p{number:03d}" for number in range(450)]
    full: Any = desk.ask("GET", "query", q=f"{query} LIMIT 400").body
    last: Any = desk.ask("GET", full["nextRecordsUrl"].removeprefix("/services/data/v59.0/")).body
    assert (len(last["records"]), last["done"], "nextRecordsUrl" in last) == (200, True, False)
    assert desk.refused("GET", "query/01gNOTHERE-200")[1]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_all_fields(desk: Desk) -> None:
    (row,) = desk.rows("SELECT FIELDS(CUSTOM) FROM User WHERE FirstName = 'Sam' LIMIT 1")
    assert {name: row[name] for name in row if name != "attributes"} == {
        "Phone_Device__c": "2041",
        "Phone_Country__c": "US",
        "Phone_Direct_Number__c": "(415) 555-0161",
        "Phone_Address_Name__c": None,
        "Phone_Address_Number__c": "1",
        "Phone_Address_Street__c": "Market Street",
        "Phone_Address_Building__c": None,
        "Phone_Address_Floor__c": "4",
        "Phone_Address_Room__c": None,
        "Phone_Address_Postal_Code__c": "94105",
        "Phone_Address_City__c": "San Francisco",
        "Phone_Address_State__c": "CA",
        "Phone_Address_Verified__c": True,
        "Phone_Address_Verified_On__c": None,
        "Phone_Address_Verified_By__c": None,
        "Phone_Transcript__c": True,
    }
    assert desk.refused("GET", "query?q=SELECT+FIELDS(ALL)+FROM+User")[1]["errorCode"] == "MALFORMED_QUERY"


ADVICE = " Please reference your WSDL or the describe call for the appropriate names."
WRONG: list[tuple[str, str, str]] = [
    ("SELECT Nope FROM Task", "INVALID_FIELD",
     "\nSELECT Nope FROM Task\n       ^\nERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Task'. If you are"
     " attempting to use a custom field, be sure to append the '__c' after the custom field name." + ADVICE),
    ("SELECT Id FROM ScratchOrgInfo limit 1", "INVALID_TYPE",
     "\nSELECT Id FROM ScratchOrgInfo limit 1\n               ^\nERROR at Row:1:Column:16\nsObject type"
     " 'ScratchOrgInfo' is not supported. If you are attempting to use a custom object, be sure to append the '__c'"
     " after the entity name." + ADVICE),
    ("SELECT Id, Boss.Name FROM Task", "INVALID_FIELD",
     "\nSELECT Id, Boss.Name FROM Task\n           ^\nERROR at Row:1:Column:12\nDidn't understand relationship 'Boss'"
     " in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom"
     " relationship name." + ADVICE),
    ("SELECT Id FROM Task WHERE Subject = 5", "INVALID_FIELD",
     ("\nSELECT Id FROM Task WHERE Subject = 5\n                          ^\nERROR at Row:1:Column:27\nvalue of filter"
      " criterion for field 'Subject' must be of type string and should be enclosed in quotes")),
    ("SELECT Id FROM Task WHERE IsClosed = 'true'", "INVALID_FIELD",
     "value of filter criterion for field 'IsClosed' must be of type boolean and should not be enclosed in quotes"),
    ("SELECT Id FROM Task WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD",
     "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes"),
    ("SELECT Id FROM Task WHERE ActivityDate = 2026-01-01T00:00:00Z", "INVALID_FIELD",
     "value of filter criterion for field 'ActivityDate' must be of type date and should not be enclosed in quotes"),
    ("SELECT Id FROM Task WHERE WhoId = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
    ("SELECT Id FROM Task WHERE WhoId LIKE '003%'", "INVALID_FIELD", "invalid operator on id field"),
    ("SELECT Id FROM Task WHERE Description = 'x'", "INVALID_FIELD",
     "field 'Description' can not be filtered in a query call"),
    ("SELECT Id FROM Task ORDER BY Description", "MALFORMED_QUERY", "field 'Description' can not be sorted"),
    ("SELECT Id, Id FROM Task", "MALFORMED_QUERY", "duplicate field selected: Id"),
    ("SELECT Id FROM Task WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ("SELECT Id FROM Task WHERE Id = null AND Id = null OR Id = null", "MALFORMED_QUERY", "unexpected token: 'OR'"),
    ('SELECT Id FROM Task WHERE Subject = "a"', "MALFORMED_QUERY", "unexpected token: '\"'"),
    ("SELECT Id FROM Task WHERE Subject = 'a", "MALFORMED_QUERY", "unexpected token: '''"),
    ("SELECT Id FROM Task WHERE Subject = '\\q'", "MALFORMED_QUERY", "Illegal string literal"),
    ("SELECT * FROM Task", "MALFORMED_QUERY", "unexpected token: '*'"),
    ("SELECT Id FROM Task; DROP TABLE Task", "MALFORMED_QUERY", "unexpected token: ';'"),
    ("SELECT Id FROM Task OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
    ("SELECT Subject, COUNT(Id) FROM Task", "MALFORMED_QUERY", "Field must be grouped or aggregated: Subject"),
    ("SELECT Id, (SELECT Id FROM Tasks) FROM Account", "MALFORMED_QUERY", "unexpected token: '('"),
    ("SELECT Id FROM Task WHERE OwnerId IN (SELECT Name FROM User)", "MALFORMED_QUERY",
     "The selected field 'Name' of a sub-query of IN must be an id"),
    ("SELECT Id FROM Task WHERE Subject IN (SELECT Id FROM User)", "MALFORMED_QUERY",
     "The field 'Subject' before a sub-query of IN must be an id"),
    ("SELECT Id FROM Task WHERE ActivityDate = LAST_N_DAYS", "MALFORMED_QUERY", "unexpected token: 'LAST_N_DAYS'"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code", "message"), WRONG, ids=[query for query, _, _ in WRONG])
def test_wrong_queries(desk: Desk, query: str, code: str, message: str) -> None:
    reply: Any = desk.ask("GET", "query", q=query)
    (error,) = reply.body
    assert (reply.status, error["errorCode"]) == (400, code)
    assert message in error["message"]
