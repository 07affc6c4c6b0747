"""composite/sobjects and composite: each record its own answer, or all or none."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.org import ids
from connector.sandbox.org.context import Settings
from connector.sandbox.org.rest.call import RowLock
from tests.sandbox.org.rig import Desk

KEY = "Phone_Contact_Key__c"
UPSERT = f"composite/sobjects/Task/{KEY}"


def rows(*records: dict[str, Any], all_or_none: bool = False) -> dict[str, Any]:
    return {"allOrNone": all_or_none, "records": [{"attributes": {"type": "Task"}, **record} for record in records]}


def test_create_update_and_delete_many(desk: Desk) -> None:
    created: Any = desk.ask(
        "POST", "composite/sobjects", rows({"Subject": "a"}, {"Subject": "b" * 256}, {"Subject": "c"})
    ).body
    assert [row["success"] for row in created] == [True, False, True]
    assert set(created[0]) == {"id", "success", "errors"}
    assert set(created[1]) == {"success", "errors"}
    assert created[1]["errors"][0]["statusCode"] == "STRING_TOO_LONG"
    first, third = created[0]["id"], created[2]["id"]
    unknown = ids.make_id("00T", 99_999)
    updated: Any = desk.ask(
        "PATCH",
        "composite/sobjects",
        rows({"Id": first[:15], "Subject": "A"}, {"id": unknown, "Subject": "x"}, {"Subject": "x"}, {"Id": "nonsense"},
             {"Id": first, "Subject": "again"}),
    ).body  # fmt: skip
    assert updated[0] == {"id": first, "success": True, "errors": []}
    assert [row["errors"][0]["statusCode"] for row in updated[1:]] == [
        "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT", "MALFORMED_ID", "DUPLICATE_VALUE",
    ]  # fmt: skip
    assert desk.get("Task", first)["Subject"] == "A"
    deleted: Any = desk.ask("DELETE", f"composite/sobjects?ids={first},{unknown},{third}").body
    assert [row["success"] for row in deleted] == [True, False, True]
    assert desk.refused("GET", f"sobjects/Task/{first}") == (
        404, {"errorCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": []},
    )  # fmt: skip


def test_upsert_many_creates_then_updates(desk: Desk) -> None:
    body = rows(
        {KEY: "k-1", "Subject": "one"}, {KEY: "k-2", "Subject": "two", "CallType": "Sideways"}, {"Subject": "x"}
    )
    first: Any = desk.ask("PATCH", UPSERT, body).body
    assert [(row["success"], row.get("created")) for row in first] == [(True, True), (False, True), (False, True)]
    assert first[2]["errors"] == [{"statusCode": "MISSING_ARGUMENT", "message": f"{KEY} not specified", "fields": []}]
    second: Any = desk.ask("PATCH", UPSERT, body).body
    assert second[0] == {"id": first[0]["id"], "success": True, "errors": [], "created": False}
    assert len(desk.rows("SELECT Id FROM Task WHERE Phone_Contact_Key__c = 'k-1'")) == 1


def test_upsert_that_updates_obeys_create_only_fields(desk: Desk) -> None:
    body = rows({KEY: "k-1", "TaskSubtype": "Call"})
    assert [row["success"] for row in _answers(desk, body)] == [True]
    (row,) = _answers(desk, body)
    assert row["errors"][0]["statusCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def _answers(desk: Desk, body: dict[str, Any], path: str = UPSERT) -> list[dict[str, Any]]:
    reply: Any = desk.ask("PATCH", path, body)
    assert reply.status == 200, reply.body
    return list(reply.body)


def test_same_key_twice_in_one_batch(desk: Desk) -> None:
    answers = _answers(desk, rows({KEY: "same", "Subject": "a"}, {KEY: "other"}, {KEY: "same", "Subject": "b"}))
    assert [row["success"] for row in answers] == [False, True, False]
    assert answers[0]["errors"][0]["message"] == "Duplicate external id specified: same"
    assert answers[0]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"


def test_unique_key_names_the_record_that_has_it(desk: Desk) -> None:
    holder = desk.create("Task", **{KEY: "k-1"})
    assert desk.refused("POST", "sobjects/Task", {KEY: "k-1"}) == (
        400,
        {
            "errorCode": "DUPLICATE_VALUE",
            "message": f"duplicate value found: {KEY} duplicates value on record with id: {holder[:15]}",
            "fields": [],
        },
    )
    assert desk.create("Task", **{KEY: "K-1"})
    desk.ask("DELETE", f"sobjects/Task/{holder}")
    assert desk.create("Task", **{KEY: "k-1"})


def test_key_as_an_ordinary_field(desk: Desk) -> None:
    desk.context.apply(Settings(external_id="plain"))
    description: Any = desk.ask("GET", "sobjects/Task/describe").body
    (field,) = [field for field in description["fields"] if field["name"] == KEY]
    assert (field["externalId"], field["unique"], field["idLookup"]) == (False, False, False)
    assert desk.create("Task", **{KEY: "k"}) != desk.create("Task", **{KEY: "k"})
    message = f"Provided external ID field does not exist or is not accessible: {KEY}"
    for path, body in ((UPSERT, rows({KEY: "k"})), (f"sobjects/Task/{KEY}/k", {"Subject": "x"})):
        assert desk.refused("PATCH", path, body) == (404, {"errorCode": "NOT_FOUND", "message": message})


def test_key_that_several_records_share(desk: Desk) -> None:
    desk.context.apply(Settings(external_id="shared"))
    made = [desk.create("Task", **{KEY: "k"}) for _ in range(2)]
    reply = desk.ask("PATCH", f"sobjects/Task/{KEY}/k", {"Subject": "x"})
    assert (reply.status, reply.body) == (300, [f"/services/data/v59.0/sobjects/Task/{record}" for record in made])
    (row,) = _answers(desk, rows({KEY: "k"}))
    assert row["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"
    assert row["errors"][0]["message"] == (
        f"Phone Contact Key: more than one record found for external id field: [{made[0][:15]}, {made[1][:15]}]"
    )


def test_single_upsert(desk: Desk) -> None:
    created = desk.ask("PATCH", f"sobjects/Task/{KEY}/a%2Fb", {"Subject": "x"})
    body: Any = created.body
    assert (created.status, body["success"], body["created"]) == (201, True, True)
    assert desk.get("Task", body["id"])[KEY] == "a/b"
    again = desk.ask("PATCH", f"sobjects/Task/{KEY}/a%2Fb", {"Subject": "y"})
    assert (again.status, again.body) == (200, {**body, "created": False})
    assert desk.ask("GET", f"sobjects/Task/{KEY}/a%2Fb").status == 200
    desk.version = "v45.0"
    before_46 = desk.ask("PATCH", f"sobjects/Task/{KEY}/a%2Fb", {"Subject": "z"})
    assert (before_46.status, before_46.body) == (204, None)
    error = desk.refused("PATCH", f"sobjects/Task/{KEY}/z", {KEY: "z"})[1]
    assert error["message"] == f"The {KEY} field should not be specified in the sobject data."


def test_upsert_by_key_takes_no_id(desk: Desk) -> None:
    task = desk.create("Task")
    (row,) = _answers(desk, rows({KEY: "k", "Id": task}))
    assert row["errors"][0]["message"] == "The Id field should not be specified in the sobject data."


def test_all_or_none_takes_everything_back(desk: Desk) -> None:
    before = desk.ask("GET", "query", q="SELECT COUNT() FROM Task").body
    body = rows({"Subject": "a"}, {"CallType": "Sideways"}, {"Subject": "c"}, all_or_none=True)
    answers: Any = desk.ask("POST", "composite/sobjects", body).body
    assert [row["success"] for row in answers] == [False, False, False]
    assert [row["errors"][0]["statusCode"] for row in answers] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    ]
    assert answers[0]["errors"][0]["fields"] == []
    assert desk.ask("GET", "query", q="SELECT COUNT() FROM Task").body == before
    assert desk.rows("SELECT Id FROM Task WHERE Subject IN ('a', 'c')") == []


@pytest.mark.parametrize(("method", "path"), [("POST", "composite/sobjects"), ("PATCH", UPSERT)])
def test_two_hundred_records_and_not_one_more(desk: Desk, method: str, path: str) -> None:
    many = [{KEY: f"k-{number}"} for number in range(201)]
    assert desk.refused(method, path, rows(*many)) == (
        400,
        {
            "errorCode": "EXCEEDED_ID_LIMIT",
            "message": "record limit reached. cannot submit more than 200 records into this call",
        },
    )
    answers: Any = desk.ask(method, path, rows(*many[:200])).body
    assert len(answers) == 200
    assert all(row["success"] for row in answers)


def test_locked_rows(desk: Desk) -> None:
    body = rows({"Subject": "a"}, {"Subject": "b"}, {"Subject": "c"})
    answers: Any = desk.ask("POST", "composite/sobjects", body, lock=RowLock(frozenset({1}))).body
    assert [row["success"] for row in answers] == [True, False, True]
    assert answers[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert answers[1]["errors"][0]["message"].startswith("unable to obtain exclusive access to this record")
    everything: Any = desk.ask("POST", "composite/sobjects", body, lock=RowLock()).body
    assert not any(row["success"] for row in everything)


def test_retrieve_many_in_order_with_null_for_the_missing(desk: Desk) -> None:
    one, two = desk.create("Task", Subject="1"), desk.create("Task", Subject="2")
    body = {"ids": [two, ids.make_id("00T", 99_999), one], "fields": ["Subject"]}
    found: Any = desk.ask("POST", "composite/sobjects/Task", body).body
    assert [row and row["Subject"] for row in found] == ["2", None, "1"]


def test_bodies_that_cannot_be_read(desk: Desk) -> None:
    bodies: list[object] = [[], {"records": {}}, {"records": [{"Subject": "x"}]}, {"records": [5]}]
    for body in bodies:
        status, error = desk.refused("POST", "composite/sobjects", body)
        assert (status, error["errorCode"]) == (400, "JSON_PARSER_ERROR")
    unknown = {"records": [{"attributes": {"type": "Nope"}}]}
    assert desk.refused("POST", "composite/sobjects", unknown)[1]["errorCode"] == "INVALID_TYPE"


def composite(*requests: tuple[str, str, str, object], all_or_none: bool = False) -> dict[str, Any]:
    listed = [
        {"method": method, "url": f"/services/data/v59.0/{url}", "referenceId": name, "body": body}
        for name, method, url, body in requests
    ]
    return {"allOrNone": all_or_none, "compositeRequest": listed}


def test_composite_uses_earlier_results(desk: Desk) -> None:
    reply: Any = desk.ask(
        "POST",
        "composite",
        composite(
            ("who", "POST", "sobjects/Contact", {"LastName": "New"}),
            ("task", "POST", "sobjects/Task", {"WhoId": "@{who.id}", "Subject": "Call"}),
            ("back", "GET", "query?q=SELECT+Id,Who.Name+FROM+Task+WHERE+Id+=+'@{task.id}'", None),
        ),
    ).body
    answers = reply["compositeResponse"]
    assert [(answer["referenceId"], answer["httpStatusCode"]) for answer in answers] == [
        ("who", 201), ("task", 201), ("back", 200),
    ]  # fmt: skip
    assert answers[2]["body"]["records"][0]["Who"]["Name"] == "New"


def test_composite_all_or_none(desk: Desk) -> None:
    requests: list[tuple[str, str, str, object]] = [
        ("one", "POST", "sobjects/Contact", {"LastName": "Kept?"}),
        ("two", "POST", "sobjects/Contact", {}),
        ("three", "POST", "sobjects/Contact", {"LastName": "Never"}),
    ]
    answers: Any = desk.ask("POST", "composite", composite(*requests, all_or_none=True)).body
    assert [answer["httpStatusCode"] for answer in answers["compositeResponse"]] == [400, 400, 400]
    codes = [answer["body"][0]["errorCode"] for answer in answers["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert desk.rows("SELECT Id FROM Contact WHERE LastName IN ('Kept?', 'Never')") == []
    free: Any = desk.ask("POST", "composite", composite(*requests)).body
    assert [answer["httpStatusCode"] for answer in free["compositeResponse"]] == [201, 400, 201]


def test_composite_limits(desk: Desk) -> None:
    many = [(f"r{number}", "GET", "limits", None) for number in range(26)]
    assert desk.refused("POST", "composite", composite(*many))[1]["errorCode"] == "LIMIT_EXCEEDED"
    queries = [(f"r{number}", "GET", "query?q=SELECT+Id+FROM+User", None) for number in range(6)]
    assert desk.refused("POST", "composite", composite(*queries))[1]["errorCode"] == "LIMIT_EXCEEDED"
