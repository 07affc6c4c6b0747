"""simple-salesforce, unmodified, against the org: over http by a mounted adapter and over TLS."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


KEY = "Phone_Contact_Key__c"


class ToLocalOrg(HTTPAdapter):
    """Sends what is meant for Salesforce to the org at `url`, by plain http."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._target = urlsplit(url)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit((self._target.scheme, self._target.netloc, parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


def tasks(salesforce: Salesforce) -> SFType:
    """`salesforce.Task`, which the client's annotations mix up with its bulk types."""
    return cast("SFType", salesforce.Task)


def client(org: RunningOrg, pem: bytes) -> Salesforce:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToLocalOrg(org.url))
    return Salesforce(
        username=INTEGRATION_USERNAME, consumer_key=CONSUMER_KEY, privatekey=pem.decode(), session=session
    )


@pytest.fixture(scope="module")
def signed_in(shared_org: RunningOrg, private_pem: bytes) -> Iterator[Salesforce]:
    salesforce = client(shared_org, private_pem)
    yield salesforce
    salesforce.session.close()


@pytest.fixture
def sf(signed_in: Salesforce, live: RunningOrg) -> Salesforce:
    """The client; faults and settings are put back after each test."""
    return signed_in


def test_records(sf: Salesforce) -> None:
    created = tasks(sf).create({"Subject": "By client", "CallType": "Inbound", "TaskSubtype": "Call"})
    assert (created["success"], created["errors"]) == (True, [])
    assert tasks(sf).get(created["id"])["Subject"] == "By client"
    assert tasks(sf).update(created["id"], {"Subject": "Changed"}) == 204
    assert tasks(sf).get(created["id"])["Subject"] == "Changed"
    assert tasks(sf).delete(created["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        tasks(sf).get(created["id"])


def test_upsert_by_external_id(sf: Salesforce) -> None:
    assert tasks(sf).upsert(f"{KEY}/single-1", {"Subject": "a"}) == 201
    assert tasks(sf).upsert(f"{KEY}/single-1", {"Subject": "b"}) == 200
    assert tasks(sf).get_by_custom_id(KEY, "single-1")["Subject"] == "b"


def test_upsert_that_matches_several(sf: Salesforce, live: RunningOrg) -> None:
    live.control("POST", "settings", {"external_id": "shared"})
    for _ in range(2):
        tasks(sf).create({KEY: "shared-1"})
    with pytest.raises(SalesforceMoreThanOneRecord) as caught:
        tasks(sf).upsert(f"{KEY}/shared-1", {"Subject": "x"})
    assert len(caught.value.content) == 2


def test_query_with_pages(sf: Salesforce) -> None:
    records = [{"attributes": {"type": "Task"}, "Subject": f"p{n}", "Phone_Skill__c": "Pages"} for n in range(200)]
    for _ in range(2):
        sf.restful("composite/sobjects", method="POST", json={"allOrNone": False, "records": records})
    small = {"Sforce-Query-Options": "batchSize=200"}
    rows = sf.query_all("SELECT Subject FROM Task WHERE Phone_Skill__c = 'Pages'", headers=small)
    assert rows["totalSize"] == len(rows["records"]) == 400
    assert rows["done"] is True
    one = sf.query("SELECT Id, Name, Account.Name FROM Contact WHERE Name = 'Mia Chen'")["records"][0]
    assert one["Account"]["Name"] == "Northwind Traders"


def test_search_describe_limits_and_usage(sf: Salesforce) -> None:
    found = sf.search("FIND {4155550143} IN PHONE FIELDS RETURNING Contact(Id, Name)")
    assert [row["Name"] for row in found["searchRecords"]] == ["Mia Chen"]
    assert sf.quick_search("Mia Chen")["searchRecords"]
    assert any(field["name"] == KEY for field in tasks(sf).describe()["fields"])
    described = sf.describe()
    assert described is not None
    assert "Task" in [item["name"] for item in described["sobjects"]]
    assert tasks(sf).metadata()["objectDescribe"]["name"] == "Task"
    assert sf.limits()["DailyApiRequests"]["Max"] == 5_000_000
    assert sf.api_usage["api-usage"].total == 5_000_000


def test_collections(sf: Salesforce) -> None:
    records = [{"attributes": {"type": "Task"}, KEY: f"many-{n}", "Subject": "s"} for n in range(200)]
    records[7]["CallType"] = "Sideways"
    path = f"composite/sobjects/Task/{KEY}"
    first: Any = sf.restful(path, method="PATCH", json={"allOrNone": False, "records": records})
    assert [n for n, row in enumerate(first) if not row["success"]] == [7]
    second: Any = sf.restful(path, method="PATCH", json={"allOrNone": False, "records": records})
    assert {row["created"] for row in second if row["success"]} == {False}
    assert [row["id"] for row in first if row["success"]] == [row["id"] for row in second if row["success"]]
    with pytest.raises(SalesforceMalformedRequest):
        sf.restful(path, method="PATCH", json={"records": [*records, records[0]]})


def test_errors_become_the_clients_exceptions(sf: Salesforce, live: RunningOrg) -> None:
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        tasks(sf).create({"Subject": "s" * 300})
    content: Any = malformed.value.content
    assert content[0]["errorCode"] == "STRING_TOO_LONG"
    live.control("POST", "faults", {"kind": "daily_limit"})
    with pytest.raises(SalesforceRefusedRequest):
        sf.limits()
    live.control("POST", "faults", {"kind": "unavailable"})
    with pytest.raises(SalesforceGeneralError) as general:
        sf.limits()
    assert general.value.status == 503


def test_the_client_signs_in_again_after_an_expired_session(sf: Salesforce, live: RunningOrg) -> None:
    old = sf.session_id
    live.control("POST", "faults", {"kind": "expired_session"})
    assert sf.query("SELECT COUNT() FROM User")["totalSize"] > 0
    assert sf.session_id != old


def test_a_wrong_key_is_refused(live: RunningOrg, run_org: Callable[..., RunningOrg]) -> None:
    stranger = run_org(seed=False).org.signer.private_pem()
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        client(live, stranger)
    assert (caught.value.code, caught.value.auth_message) == ("invalid_grant", "invalid assertion")


def test_over_tls_with_nothing_but_a_ca_bundle(
    run_org: Callable[..., RunningOrg],
    tls_context: ssl.SSLContext,
    certificate: bytes,
    private_pem: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    org = run_org(tls=tls_context, seed=False)
    assert org.url.startswith("https://")
    sf = Salesforce(
        username=INTEGRATION_USERNAME,
        consumer_key=CONSUMER_KEY,
        privatekey=private_pem.decode(),
        # The client appends its own path to this; what follows the question mark falls into the query.
        instance_url=f"localhost:{org.org.port}/services/oauth2/token?",
    )
    with sf.session:
        made = tasks(sf).create({"Subject": "over TLS"})
        assert sf.query(f"SELECT Subject FROM Task WHERE Id = '{made['id']}'")["records"][0]["Subject"] == "over TLS"
