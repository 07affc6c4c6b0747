"""Bulk API 2.0, and the ways to sign in and to be known that came with other clients."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from tests.sandbox.org.rig import RunningOrg

KEY = "Phone_Contact_Key__c"


@pytest.fixture
def session(live: RunningOrg) -> dict[str, str]:
    return live.session()


def opened(live: RunningOrg, session: dict[str, str], **wanted: str) -> str:
    answer = live.api("POST", "jobs/ingest", session, json={"object": "Task", "contentType": "CSV", **wanted})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def done(live: RunningOrg, session: dict[str, str], table: bytes, **wanted: str) -> tuple[str, dict[str, Any]]:
    """The id of a job that took the table, and what is told of it in the end."""
    job = opened(live, session, **wanted)
    assert live.api("PUT", f"jobs/ingest/{job}/batches", session, data=table).status_code == 201
    closed = live.api("PATCH", f"jobs/ingest/{job}", session, json={"state": "UploadComplete"})
    assert (closed.status_code, closed.json()["state"]) == (200, "UploadComplete")
    return job, live.api("GET", f"jobs/ingest/{job}", session).json()


def results(live: RunningOrg, session: dict[str, str], job: str, which: str) -> list[dict[str, str]]:
    answer = live.api("GET", f"jobs/ingest/{job}/{which}", session)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_upsert_row_by_row(live: RunningOrg, session: dict[str, str]) -> None:
    live.api("PATCH", f"sobjects/Task/{KEY}/b-1", session, json={"Subject": "before", "Description": "kept"})
    table = f'{KEY},Subject,Description\nb-1,after,\nb-2,"with, comma\nand line",x\n,none,\nb-3,{"s" * 300},\n'.encode()
    job, told = done(live, session, table, operation="upsert", externalIdFieldName=KEY)
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 4, 2)
    good = results(live, session, job, "successfulResults")
    assert [(row["sf__Created"], row[KEY]) for row in good] == [("false", "b-1"), ("true", "b-2")]
    bad = results(live, session, job, "failedResults")
    assert [row["sf__Error"].split(":")[0] for row in bad] == ["MISSING_ARGUMENT", "STRING_TOO_LONG"]
    assert results(live, session, job, "unprocessedrecords") == []
    kept = live.api("GET", f"sobjects/Task/{KEY}/b-1", session).json()
    assert (kept["Subject"], kept["Description"]) == ("after", "kept")
    done(live, session, f"{KEY};Description\r\nb-1;#N/A\r\n".encode(), operation="upsert", externalIdFieldName=KEY,
         columnDelimiter="SEMICOLON", lineEnding="CRLF")  # fmt: skip
    assert live.api("GET", f"sobjects/Task/{KEY}/b-1", session).json()["Description"] is None


def test_insert_update_delete(live: RunningOrg, session: dict[str, str]) -> None:
    job, _ = done(live, session, b"Subject,IsReminderSet\nbulk,true\n", operation="insert")
    (made,) = results(live, session, job, "successfulResults")
    path = f"sobjects/Task/{made['sf__Id']}"
    assert live.api("GET", path, session).json()["IsReminderSet"] is True
    done(live, session, f"Id,Subject\n{made['sf__Id']},changed\n".encode(), operation="update")
    assert live.api("GET", path, session).json()["Subject"] == "changed"
    _, told = done(live, session, f"Id\n{made['sf__Id']}\nnonsense\n".encode(), operation="delete")
    assert told["numberRecordsFailed"] == 1
    assert live.api("GET", path, session).status_code == 404


def test_what_a_job_refuses(live: RunningOrg, session: dict[str, str]) -> None:
    for wanted, code in (
        ({"operation": "melt", "object": "Task"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Nothing__c"}, "INVALIDENTITY"),
        ({"operation": "upsert", "object": "Task"}, "INVALIDJOB"),
        ({"operation": "upsert", "object": "Task", "externalIdFieldName": "Subject"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Task", "columnDelimiter": "DOT"}, "INVALIDJOB"),
    ):
        answer = live.api("POST", "jobs/ingest", session, json=wanted)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code), wanted
    _, told = done(live, session, b"Subject,Nothing__c\nx,y\n", operation="insert")
    assert (told["state"], told["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Nothing__c")
    job = opened(live, session, operation="insert")
    assert live.api("GET", f"jobs/ingest/{job}/failedResults", session).status_code == 400
    assert live.api("PATCH", f"jobs/ingest/{job}", session, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert live.api("DELETE", f"jobs/ingest/{job}", session).status_code == 204
    assert live.api("GET", f"jobs/ingest/{job}", session).status_code == 404


def test_query_jobs_page_their_rows(live: RunningOrg, session: dict[str, str]) -> None:
    wanted = {"operation": "query", "query": "SELECT Id, Name, Account.Name FROM Contact ORDER BY Name"}
    job = live.api("POST", "jobs/query", session, json=wanted).json()
    first = live.api("GET", f"jobs/query/{job['id']}/results?maxRecords=2", session)
    assert first.text.splitlines()[0] == '"Id","Name","Account.Name"'
    assert (first.headers["Sforce-NumberOfRecords"], first.headers["Sforce-Locator"]) == ("2", "2")
    rest = live.api("GET", f"jobs/query/{job['id']}/results?locator=2", session)
    assert rest.headers["Sforce-Locator"] == "null"
    assert int(rest.headers["Sforce-NumberOfRecords"]) > 2


def test_client_credentials(run_org: Callable[..., RunningOrg], live: RunningOrg) -> None:
    org = run_org(seed=False, client_secret="a-secret")

    def ask(one: RunningOrg, headers: dict[str, str] | None = None, **form: str) -> Any:
        data = {"grant_type": "client_credentials", **form}
        return one.http.post(f"{one.url}/services/oauth2/token", data=data, headers=headers, timeout=10).json()

    good = ask(org, client_id=CONSUMER_KEY, client_secret="a-secret")
    user = org.http.get(good["id"], params={"oauth_token": good["access_token"]}, timeout=10).json()
    assert user["username"] == INTEGRATION_USERNAME
    basic = base64.b64encode(f"{CONSUMER_KEY}:a-secret".encode()).decode()
    assert "access_token" in ask(org, {"Authorization": f"Basic {basic}"})
    assert ask(org, client_id=CONSUMER_KEY, client_secret="wrong")["error"] == "invalid_client"
    assert ask(org, client_id="other", client_secret="a-secret")["error"] == "invalid_client_id"
    assert ask(org, {"Authorization": "Basic /w=="})["error"] == "invalid_client"
    nobody = ask(live, client_id=CONSUMER_KEY, client_secret="a-secret")
    assert nobody["error_description"] == "no client credentials user enabled"


def test_who_i_am(live: RunningOrg, session: dict[str, str]) -> None:
    told = live.http.get(f"{live.url}/services/oauth2/userinfo", headers=session, timeout=10).json()
    assert (told["preferred_username"], told["organization_id"]) == (
        "sam.rivera@phone-panel.example",
        live.org.organization_id,
    )
    assert live.http.get(f"{live.url}/services/oauth2/userinfo", timeout=10).status_code == 403
    other = f"{live.url}/id/{live.org.organization_id}/0055g00005MpSMPAA3"
    assert live.http.get(other, headers=session, timeout=10).status_code == 403


def test_columns_of_a_query_and_the_tooling_api(live: RunningOrg, session: dict[str, str]) -> None:
    query = {"q": "SELECT Id, Subject, Owner.Name, CallDurationInSeconds FROM Task", "columns": "true"}
    told = live.api("GET", "query", session, params=query).json()
    assert [column["columnName"] for column in told["columnMetadata"]] == [
        "Id", "Subject", "Owner", "CallDurationInSeconds",
    ]  # fmt: skip
    assert told["columnMetadata"][2]["joinColumns"][0]["columnName"] == "Name"
    assert (told["entityName"], told["idSelected"], told["columnMetadata"][3]["numberType"]) == ("Task", True, True)
    refused = live.api("GET", "tooling/query", session, params={"q": "SELECT Id FROM ApexClass"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
