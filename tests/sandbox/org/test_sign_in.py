"""The token endpoint and the life of a session, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.org.rig import Clock, RunningOrg

EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_a_good_assertion_opens_a_session(live: RunningOrg) -> None:
    answer = live.sign_in(live.assertion())
    body = answer.json()
    assert answer.status_code == 200
    assert (body["instance_url"], body["token_type"]) == (live.url, "Bearer")
    assert body["access_token"].startswith(live.org.organization_id[:15] + "!")
    assert body["id"].startswith(f"{live.url}/id/{live.org.organization_id}/005")
    session = {"Authorization": f"Bearer {body['access_token']}"}
    assert live.api("GET", "sobjects/Task/describe", session).status_code == 200


# What is odd about the assertion, and the answer.
ODD: list[tuple[str, dict[str, Any], str, str]] = [
    ("wrong consumer key", {"iss": "other"}, "invalid_client_id", "client identifier invalid"),
    ("wrong audience", {"aud": "https://evil.example"}, "invalid_grant", "audience is invalid"),
    ("no audience", {"aud": None}, "invalid_grant", "audience is invalid"),
    ("expired", {"exp": 1_000}, "invalid_grant", "expired access/refresh token"),
    ("no expiry", {"exp": None}, "invalid_grant", "expired access/refresh token"),
    ("expiry is no time", {"exp": "soon"}, "invalid_grant", "invalid assertion"),
    ("unknown user", {"sub": "nobody@phone-panel.example"}, "invalid_grant", "user hasn't approved this consumer"),
    ("user not approved", {"sub": "sam.rivera@phone-panel.example"}, "invalid_app_access",
     "user is not admin approved to access this app"),
    ("user left", {"sub": "robin.clarke@phone-panel.example"}, "inactive_user", "user is inactive"),
]  # fmt: skip


@pytest.mark.parametrize(("claims", "error", "description"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_refused_assertions(live: RunningOrg, claims: dict[str, Any], error: str, description: str) -> None:
    answer = live.sign_in(live.assertion(**claims))
    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})


def test_signature_is_verified(live: RunningOrg) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    head, claims, signature = live.assertion().split(".")
    other = live.assertion(sub="other").split(".")[1]
    for assertion in (live.assertion(key=stranger), f"{head}.{other}.{signature}", f"{head}.{claims}.", "nonsense", ""):
        answer = live.sign_in(assertion)
        assert answer.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}
    assert live.sign_in(live.assertion(), grant="password").json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("exp", ["{later}", "{later}000"])
def test_odd_expiries_of_real_clients(live: RunningOrg, exp: str) -> None:
    # simple-salesforce sends text, the sf command line something like milliseconds.
    later = int(live.org.context.now()) + 100
    assert live.sign_in(live.assertion(exp=exp.format(later=later))).status_code == 200


def test_an_assertion_that_ran_out_just_now(live: RunningOrg) -> None:
    just_now = int(live.org.context.now()) - 1
    assert live.sign_in(live.assertion(exp=just_now)).json()["error_description"] == "expired access/refresh token"


def test_audiences(live: RunningOrg) -> None:
    for audience in (live.url, live.url + "/", "https://test.salesforce.com", "https://login.salesforce.com/"):
        assert live.sign_in(live.assertion(aud=audience)).status_code == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, "INVALID_AUTH_HEADER"), ("nonsense", "INVALID_AUTH_HEADER"), ("Bearer ", "INVALID_AUTH_HEADER"),
     ("Bearer 00D!x", "INVALID_SESSION_ID")],
)  # fmt: skip
def test_requests_without_a_session(live: RunningOrg, header: str | None, code: str) -> None:
    answer = live.api("GET", "limits", {"Authorization": header} if header is not None else {})
    assert answer.status_code == 401
    assert answer.json()[0]["errorCode"] == code
    assert "Sforce-Limit-Info" not in answer.headers


def test_idle_sessions_end_and_use_keeps_them(run_org: Callable[..., RunningOrg]) -> None:
    clock = Clock()
    org = run_org(now=clock, session_idle_seconds=100.0, seed=False)
    session = org.session()
    for _ in range(3):
        clock.advance(90)
        assert org.api("GET", "limits", session).status_code == 200
    clock.advance(101)
    answer = org.api("GET", "limits", session)
    assert (answer.status_code, answer.json()) == (401, EXPIRED)


def test_usage_header_counts_each_request_once(run_org: Callable[..., RunningOrg]) -> None:
    clock = Clock()
    org = run_org(now=clock, daily_limit=4, seed=False)
    session = org.session()
    assert org.http.get(f"{org.url}/services/data", timeout=10).json()[-1]["version"] == "67.0"
    assert org.api("GET", "limits", session).headers["Sforce-Limit-Info"] == "api-usage=1/4"
    composite = {"compositeRequest": [
        {"method": "GET", "url": "/services/data/v59.0/limits", "referenceId": f"r{n}"} for n in range(5)
    ]}  # fmt: skip
    answer = org.api("POST", "composite", session, json=composite)
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=2/4"
    assert answer.json()["compositeResponse"][0]["body"]["DailyApiRequests"] == {"Max": 4, "Remaining": 2}
    missing = org.api("GET", "sobjects/Nope", session)
    assert (missing.status_code, missing.headers["Sforce-Limit-Info"]) == (404, "api-usage=3/4")
    org.api("GET", "limits", session)
    refused = org.api("GET", "limits", session)
    assert refused.status_code == 403
    assert refused.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert refused.headers["Sforce-Limit-Info"] == "api-usage=4/4"
    clock.advance(25 * 3600)
    session = org.session()
    assert org.api("GET", "limits", session).headers["Sforce-Limit-Info"] == "api-usage=1/4"
    said = org.control("POST", "settings", {"daily_limit": 1000, "daily_used": 900}).json()
    assert (said["daily_limit"], said["daily_used"]) == (1000, 900)
    assert org.api("GET", "limits", session).headers["Sforce-Limit-Info"] == "api-usage=901/1000"


def test_versions_and_unknown_routes(live: RunningOrg) -> None:
    labels = {item["version"]: item["label"] for item in live.http.get(f"{live.url}/services/data", timeout=10).json()}
    assert (labels["59.0"], labels["60.0"], labels["67.0"]) == ("Winter '24", "Spring '24", "Summer '26")
    gone = [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}]
    session = live.session()
    for path in ("/services/data/v12.0/limits", "/services/data/v59.0/nonsense", "/elsewhere"):
        answer = live.http.get(live.url + path, headers=session, timeout=10)
        assert (answer.status_code, answer.json()) == (404, gone)


def test_long_requests_are_refused_as_by_salesforce(live: RunningOrg) -> None:
    session = live.session()
    good = live.api("GET", "query", session, params={"q": f"SELECT Id FROM Task WHERE Subject = '{'x' * 12_000}'"})
    assert good.status_code == 200
    assert live.api("GET", "query", session, params={"q": "x" * 17_000}).status_code == 414
    assert live.api("GET", "limits", {**session, "X-Long": "x" * 17_000}).status_code == 431


def test_bodies_that_are_no_json(live: RunningOrg) -> None:
    session = live.session()
    for body in (b"{", b"[]", b"\xff", b""):
        answer = live.api("POST", "sobjects/Task", session, data=body)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
