"""The sandbox's own calls."""

from __future__ import annotations

import jwt
import pytest

from tests.sandbox.org.rig import RunningOrg


@pytest.mark.parametrize("key", [None, "", "wrong"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "sessions"), ("POST", "apex"), ("GET", "faults"), ("POST", "settings"), ("GET", "requests"),
     ("GET", "public-key")],
)  # fmt: skip
def test_every_call_needs_the_key(live: RunningOrg, method: str, path: str, key: str | None) -> None:
    headers = {} if key is None else {"X-Sandbox-Key": key}
    answer = live.http.request(method, f"{live.url}/sandbox/{path}", headers=headers, data=b"{}", timeout=10)
    assert answer.status_code == 403
    assert "X-Sandbox-Key" in answer.json()["error"]


def test_sessions_of_people(live: RunningOrg) -> None:
    answer = live.control("POST", "sessions", {"username": "JONAS.weber@phone-panel.example"}).json()
    session = {"Authorization": f"Bearer {answer['access_token']}"}
    task = live.api("POST", "sobjects/Task", session, json={"Subject": "by Jonas"}).json()["id"]
    row = live.api("GET", f"sobjects/Task/{task}", session).json()
    assert row["OwnerId"] == row["CreatedById"] == answer["user_id"]
    for name in ("nobody@phone-panel.example", "robin.clarke@phone-panel.example"):
        refused = live.control("POST", "sessions", {"username": name})
        assert refused.status_code == 404
        assert name in refused.json()["error"]
    assert "username" in live.control("POST", "sessions", {}).json()["error"]


def test_the_session_token_of_an_agent(live: RunningOrg) -> None:
    user = live.control("POST", "sessions", {"username": "sam.rivera@phone-panel.example"}).json()["user_id"]
    wanted = {"user_id": user[:15], "apexClass": "PhonePanelSession", "methodName": "token", "methodParams": ""}
    token = live.control("POST", "apex", wanted).json()["result"]
    key = live.control("GET", "public-key").content
    claims = jwt.decode(
        token, key, algorithms=["RS256"], audience="phone-panel", issuer="https://sandbox.phone-panel.invalid"
    )
    assert (claims["sub"], claims["org"]) == (user, live.org.organization_id)
    assert claims["exp"] - claims["iat"] == 120
    assert len(claims["sub"]) == len(claims["org"]) == 18
    other = live.control("POST", "apex", wanted).json()["result"]
    assert jwt.decode(other, options={"verify_signature": False})["jti"] != claims["jti"]


def test_apex_that_does_not_exist(live: RunningOrg) -> None:
    user = live.control("POST", "sessions", {"username": "sam.rivera@phone-panel.example"}).json()["user_id"]
    wanted = {"user_id": user, "apexClass": "Nope", "methodName": "token", "methodParams": ""}
    answer = live.control("POST", "apex", wanted)
    assert (answer.status_code, answer.json()["error"]) == (404, "No such Apex class: Nope")
    answer = live.control("POST", "apex", {**wanted, "apexClass": "PhonePanelSession", "methodName": "no"})
    assert answer.json()["error"] == "No such method in Apex class PhonePanelSession: no"
    assert live.control("POST", "apex", {**wanted, "user_id": "005000000000000"}).status_code == 404


def test_settings_change_what_describe_says(live: RunningOrg) -> None:
    session = live.session()

    def key() -> tuple[bool, bool]:
        fields = live.api("GET", "sobjects/Task/describe", session).json()["fields"]
        (field,) = [field for field in fields if field["name"] == "Phone_Contact_Key__c"]
        return field["externalId"], field["unique"]

    assert key() == (True, True)
    assert live.control("POST", "settings", {"external_id": "plain"}).json()["external_id"] == "plain"
    assert key() == (False, False)
    live.control("POST", "settings", {"rules": ["billing_disposition"]})
    assert live.control("GET", "settings").json()["external_id"] == "plain"
    refused = live.api("POST", "sobjects/Task", session, json={"Phone_Skill__c": "Billing"})
    assert refused.json()[0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    own = {"object": "Task", "when": {}, "require": "Subject", "message": "Name it."}
    live.control("POST", "settings", {"rules": [own], "external_id": "unique"})
    assert live.api("POST", "sobjects/Task", session, json={}).json()[0]["message"] == "Name it."
    assert key() == (True, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [({"external_id": "perhaps"}, "perhaps"), ({"rules": ["nope"]}, "billing_disposition"), ({"colour": 1}, "colour"),
     ({"rules": [{"object": "Task", "when": {"Nope": 1}, "require": "Subject", "message": "x"}]}, "Nope")],
)  # fmt: skip
def test_wrong_settings(live: RunningOrg, body: object, words: str) -> None:
    answer = live.control("POST", "settings", body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_requests_are_counted_without_their_secrets(live: RunningOrg) -> None:
    session = live.session()
    before = live.control("GET", "requests").json()["count"]
    live.api("GET", "query", session, params={"q": "SELECT Id FROM User WHERE Name = 'secret'"})
    live.api("GET", "sobjects/Nope", session)
    after = live.control("GET", "requests?last=2").json()
    assert after["count"] == before + 2
    assert after["requests"] == [
        {"method": "GET", "path": "/services/data/v59.0/query", "status": 200},
        {"method": "GET", "path": "/services/data/v59.0/sobjects/Nope", "status": 404},
    ]


def test_lead_conversion(live: RunningOrg) -> None:
    session = live.session()
    lead = live.api("POST", "sobjects/Lead", session, json={"LastName": "Fox", "Company": "Foxes"}).json()["id"]
    made = live.control("POST", "leads/convert", {"lead_id": lead}).json()
    row = live.api("GET", f"sobjects/Lead/{lead}", session).json()
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, made["contact_id"])
    assert live.control("POST", "leads/convert", {"lead_id": lead}).json()["code"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_configuration_is_deployed_by_name(live: RunningOrg) -> None:
    session = live.session()

    def row(object_name: str, name: str) -> dict[str, object]:
        key = live.control("POST", "configuration", {"object": object_name, "name": name, "fields": {}}).json()["id"]
        return dict(live.api("GET", f"sobjects/{object_name}/{key}", session).json())

    fields = {"Hours__c": "Su 03:00-03:01", "Longest_Queue__c": "1", "Outbound__c": "yes", "Caller_Id__c": " "}
    wanted = {"object": "Phone_Skill__mdt", "name": "Billing", "fields": fields}
    billing = live.control("POST", "configuration", wanted)
    assert billing.status_code == 200
    found = row("Phone_Skill__mdt", "Billing")
    assert (found["Hours__c"], found["Longest_Queue__c"], found["Outbound__c"], found["Caller_Id__c"]) == (
        "Su 03:00-03:01", 1, True, None,
    )  # fmt: skip
    assert found["Inbound_Numbers__c"] == "+14155550101", "what is not given stays"
    setting = {"object": "Phone_Setting__mdt", "name": "Click_To_Dial", "fields": {"Value__c": "no"}}
    first = live.control("POST", "configuration", setting).json()["id"]
    assert live.control("POST", "configuration", setting).json()["id"] == first
    assert (row("Phone_Setting__mdt", "Click_To_Dial")["Value__c"], first[:3]) == ("no", "m04")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"object": "Account"}, "Account is no type of custom metadata"),
     ({"object": "Nope__mdt"}, "Nope__mdt is no type"),
     ({"name": "two words"}, "name"), ({"fields": {"Nope__c": 1}}, "has no field Nope__c; it has Inbound_Numbers__c"),
     ({"fields": {"MasterLabel": "x"}}, "has no field MasterLabel"),
     ({"fields": {"Priority__c": "high"}}, "Priority__c: 'high' is not a number"),
     ({"fields": {"Outbound__c": "perhaps"}}, "Outbound__c: 'perhaps' is not yes or no")],
)  # fmt: skip
def test_configuration_that_cannot_be_deployed(live: RunningOrg, change: dict[str, object], words: str) -> None:
    wanted = {"object": "Phone_Skill__mdt", "name": "Billing", "fields": {}, **change}
    answer = live.control("POST", "configuration", wanted)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_only_what_is_in_the_recycle_bin_comes_back(live: RunningOrg) -> None:
    session = live.session("admin@phone-panel.example")
    made = live.api("POST", "sobjects/Contact", session, json={"LastName": "Here"}).json()["id"]
    assert live.control("POST", "records/undelete", {"id": made}).json()["code"] == "UNDELETE_FAILED"
    assert live.control("POST", "records/undelete", {"id": "nobody"}).json()["code"] == "MALFORMED_ID"
    live.api("DELETE", f"sobjects/Contact/{made}", session)
    assert live.control("POST", "records/undelete", {"id": made}).json() == {"id": made}
    assert live.api("GET", f"sobjects/Contact/{made}", session).status_code == 200


def test_two_of_a_kind_are_merged(live: RunningOrg) -> None:
    session = live.session("admin@phone-panel.example")

    def make(sobject: str, **fields: str) -> str:
        return str(live.api("POST", f"sobjects/{sobject}", session, json=fields).json()["id"])

    loser, winner, account = make("Contact", LastName="A"), make("Contact", LastName="B"), make("Account", Name="C")
    task = make("Task", Subject="Call", WhoId=loser)
    for wrong in ({"winner": winner, "loser": account}, {"winner": winner, "loser": winner},
                  {"winner": task, "loser": task}):  # fmt: skip
        assert live.control("POST", "records/merge", wrong).status_code == 400
    assert live.control("POST", "records/merge", {"winner": winner, "loser": loser}).json() == {"id": winner}
    assert live.api("GET", f"sobjects/Task/{task}", session).json()["WhoId"] == winner
    soql = f"SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id = '{loser}'"
    (row,) = live.api("GET", "queryAll", session, params={"q": soql}).json()["records"]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
