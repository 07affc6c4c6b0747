"""Requests: every failure has a name and says whether a write may have been carried out."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests import exceptions as fault
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from connector.errors import CrmUnavailable
from connector.ports.crm import Budget, BudgetMode
from connector.salesforce import SalesforceConfig
from connector.salesforce.client import LONGEST_QUERY, SalesforceClient, can_be_part, quoted
from connector.salesforce.faults import Refused
from connector.salesforce.http import open_session
from connector.salesforce.turns import Turn
from tests.salesforce.scripted import INSTANCE, LOGIN, Answer, Say, Scripted, refusal, said

Connect = Callable[..., tuple[SalesforceClient, Scripted]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A client whose network is scripted."""
    clients: list[SalesforceClient] = []

    def make(*answers: Answer | Say) -> tuple[SalesforceClient, Scripted]:
        client = SalesforceClient(SalesforceConfig(LOGIN, "key", client_secret="secret"), now=lambda: 1_795_435_200.0)
        network = Scripted(*answers)
        client._session.adapters.clear()
        client._session.mount("https://", network)
        clients.append(client)
        return client, network

    yield make
    for client in clients:
        client._turns.close()
        client._session.close()


def refused_connection() -> Exception:
    cause = NewConnectionError(HTTPSConnection("acme.my.example"), "refused")
    return fault.ConnectionError(MaxRetryError(None, "/", cause))  # type: ignore[arg-type]


def reset() -> Exception:
    return fault.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))


EXPIRED = refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
HTML = "<html><body><h1>Bad Gateway</h1></body></html>"

UNAVAILABLE: list[tuple[str, Callable[[], Answer], str, bool, int | None]] = [
    ("read timeout", fault.ReadTimeout, "timeout", True, None),
    ("connect timeout", fault.ConnectTimeout, "timeout", False, None),
    ("refused connection", refused_connection, "connection", False, None),
    ("reset connection", reset, "connection", True, None),
    ("certificate", fault.SSLError, "connection", False, None),
    ("proxy", fault.ProxyError, "connection", False, None),
    ("half an answer", fault.ChunkedEncodingError, "connection", True, None),
    ("garbled answer", fault.ContentDecodingError, "connection", True, None),
    ("HTML with 200", lambda: said(200, HTML), "unavailable", True, None),
    ("HTML with 502", lambda: said(502, HTML), "unavailable", True, None),
    ("HTML with 503", lambda: said(503, HTML, Retry_After="7"), "unavailable", True, 7_000),
    (
        "Retry-After as a date",
        lambda: said(503, HTML, Retry_After="Mon, 23 Nov 2026 12:00:30 GMT"),
        "unavailable",
        True,
        30_000,
    ),
    ("Retry-After as nonsense", lambda: said(503, HTML, Retry_After="soon"), "unavailable", True, None),
    ("Retry-After of an age", lambda: said(503, HTML, Retry_After="9" * 5_000), "unavailable", True, 86_400_000),
    ("Retry-After in raised digits", lambda: said(503, HTML, Retry_After="\u00b2"), "unavailable", True, None),
    ("Retry-After long ago", lambda: said(503, HTML, Retry_After="1 Jan 0001 0:00:00 -0000"), "unavailable", True, 0),
    ("HTML with 403", lambda: said(403, HTML), "unavailable", True, None),
    ("redirect", lambda: said(302, "", Location="https://elsewhere.example/"), "unavailable", True, None),
    ("object instead of a list", lambda: said(500, {"error": "oops"}), "unavailable", True, None),
    ("empty list", lambda: said(500, []), "unavailable", True, None),
    ("list of texts", lambda: said(500, ["oops"]), "unavailable", True, None),
    ("500", lambda: refusal(500, "UNKNOWN_EXCEPTION"), "unavailable", True, None),
    ("503", lambda: refusal(503, "SERVER_UNAVAILABLE"), "busy", True, 5_000),
    ("429", lambda: said(429, HTML, Retry_After="3"), "busy", False, 3_000),
    ("row lock of the whole", lambda: refusal(400, "UNABLE_TO_LOCK_ROW"), "busy", False, 5_000),
    ("query timeout", lambda: refusal(400, "QUERY_TIMEOUT"), "timeout", False, 5_000),
    (
        "daily limit",
        lambda: refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        "daily_limit",
        False,
        600_000,
    ),
    (
        "concurrency limit",
        lambda: refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
        "busy",
        False,
        5_000,
    ),
    ("no API", lambda: refusal(403, "API_CURRENTLY_DISABLED"), "access", False, 300_000),
    ("session", lambda: refusal(401, "INVALID_SESSION_ID"), "session", False, None),
    ("garbled session", lambda: refusal(401, "INVALID_AUTH_HEADER"), "session", False, None),
    ("401 in HTML", lambda: said(401, HTML), "session", False, None),
    ("results for other rows", lambda: said(200, [{"success": True}, {"success": True}]), "unavailable", True, None),
    ("no results", lambda: said(200, []), "unavailable", True, None),
    ("no list of results", lambda: said(200, {"success": True}), "unavailable", True, None),
]


@pytest.mark.parametrize(
    "answer,code,doubtful,retry_after", [case[1:] for case in UNAVAILABLE], ids=[case[0] for case in UNAVAILABLE]
)
def test_a_write_that_failed(
    connect: Connect, answer: Callable[[], Answer], code: str, doubtful: bool, retry_after: int | None
) -> None:
    client, network = connect(lambda _: answer())
    with pytest.raises(CrmUnavailable) as caught:
        client.write("POST", "composite/sobjects", [{}])
    assert (caught.value.code, caught.value.doubtful, caught.value.retry_after) == (code, doubtful, retry_after)
    assert str(caught.value)
    assert "token-" not in str(caught.value)
    assert len(network.requests) == (2 if code == "session" else 1)


@pytest.mark.parametrize("answer", [case[1] for case in UNAVAILABLE[:-3]], ids=[case[0] for case in UNAVAILABLE[:-3]])
def test_a_read_that_failed_is_never_doubtful(connect: Connect, answer: Callable[[], Answer]) -> None:
    client, _ = connect(lambda _: answer())
    for read in (
        lambda: client.query("SELECT Id FROM Task"),
        lambda: client.search("FIND {ab}"),
        lambda: client.describe("Task"),
    ):
        with pytest.raises(CrmUnavailable) as caught:
            read()
        assert not caught.value.doubtful


@pytest.mark.parametrize("body", [{}, {"records": 3}, [], "text", 7, {"records": [], "done": False}])
def test_an_answer_to_a_query_that_is_not_salesforces(connect: Connect, body: object) -> None:
    client, _ = connect(lambda _: said(200, json.dumps(body)))
    with pytest.raises(CrmUnavailable) as caught:
        client.query("SELECT Id FROM Task")
    assert caught.value.code == "unavailable"


@pytest.mark.parametrize(
    "status,code,fields",
    [
        (400, "INVALID_FIELD", ["X"]),
        (400, "JSON_PARSER_ERROR", []),
        (404, "NOT_FOUND", []),
        (403, "INSUFFICIENT_ACCESS", []),
    ],
)
def test_a_refused_request(connect: Connect, status: int, code: str, fields: list[str]) -> None:
    client, _ = connect(refusal(status, code, " in its own words\n", fields))
    with pytest.raises(Refused) as caught:
        client.write("POST", "composite/sobjects", [{}])
    assert (caught.value.code, str(caught.value), caught.value.fields) == (code, "in its own words", tuple(fields))


def test_an_expired_session_is_replayed_with_the_same_body_and_headers(connect: Connect) -> None:
    """simple-salesforce by itself loses extra headers when it replays."""
    client, network = connect(EXPIRED, said(200, [{"success": True, "id": "00T"}]))
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert client.write("POST", "composite/sobjects", [{"Subject": "é"}], headers=headers) == [
        {"success": True, "id": "00T"}
    ]
    before, after = network.requests
    assert (before.headers["Authorization"], after.headers["Authorization"]) == ("Bearer token-1", "Bearer token-2")
    assert (
        before.headers["Sforce-Duplicate-Rule-Header"]
        == after.headers["Sforce-Duplicate-Rule-Header"]
        == "allowSave=true"
    )
    assert before.body == after.body
    assert before.url == after.url == f"{INSTANCE}/services/data/v62.0/composite/sobjects"


def test_many_threads_on_an_expired_session_ask_for_one_token(connect: Connect) -> None:
    threads = 16

    def answer(request: requests.PreparedRequest) -> Answer:
        if request.headers["Authorization"] == "Bearer token-1":
            return refusal(401, "INVALID_SESSION_ID")
        return said(200, {"records": [{"Id": "1"}], "done": True})

    client, network = connect(answer)
    client.signed_in()
    together = threading.Barrier(threads)

    def ask(_: int) -> int:
        together.wait(10)
        return len(client.query("SELECT Id FROM User"))

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(ask, range(threads))) == [1] * threads
    assert network.tokens == 2
    assert threads < len(network.requests) <= 2 * threads


def test_pages_are_followed(connect: Connect) -> None:
    client, network = connect(
        said(200, {"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": "/services/data/v62.0/query/01g-2000"}),
        said(200, {"records": [{"Id": "2"}], "done": True}),
    )
    assert client.query("SELECT Id FROM Task", deleted=True) == [{"Id": "1"}, {"Id": "2"}]
    assert [str(request.url).split("?")[0] for request in network.requests] == [
        f"{INSTANCE}/services/data/v62.0/queryAll/",
        f"{INSTANCE}/services/data/v62.0/query/01g-2000",
    ]


def test_a_long_list_is_asked_for_in_parts(connect: Connect) -> None:
    client, network = connect(lambda _: said(200, {"records": [{"Id": "1"}], "done": True}))
    values = [f"{n:036}" for n in range(500)]
    rows = client.query_among("SELECT Id FROM Task WHERE Key__c IN ({})", [*values, *values])
    assert len(rows) == len(network.requests) > 1
    assert all(len(request.url or "") < LONGEST_QUERY + 200 for request in network.requests)
    assert sum((request.url or "").count("%2C") for request in network.requests) == 500 - len(network.requests)
    assert client.query_among("SELECT Id FROM Task WHERE Id IN ({})", []) == []


def parts(*answers: tuple[int, object]) -> Answer:
    """Answers of several requests in one."""
    return said(200, {"compositeResponse": [{"httpStatusCode": status, "body": body} for status, body in answers]})


WROTE = (200, [{"id": "00T1", "success": True, "errors": []}])
ROWS = (200, {"records": [{"Id": "1"}], "done": True})
BAD = (400, [{"errorCode": "INVALID_FIELD", "message": "no such field"}])


def mixed(client: SalesforceClient) -> tuple[object, list[object]]:
    results, read = client.write_and_query("PATCH", "composite/sobjects/Task/Key__c", [{"Key__c": "k"}], ["SELECT Id"])
    return results, list(read)


def test_a_write_and_queries_in_one_request(connect: Connect) -> None:
    client, network = connect(parts(WROTE, ROWS))
    assert mixed(client) == (WROTE[1], [[{"Id": "1"}]])
    (request,) = network.requests
    assert (request.method, request.url) == ("POST", f"{INSTANCE}/services/data/v62.0/composite")
    body = json.loads(request.body or "")
    write, query = body["compositeRequest"]
    assert body["allOrNone"] is write["body"]["allOrNone"] is False
    assert (write["method"], write["url"]) == ("PATCH", "/services/data/v62.0/composite/sobjects/Task/Key__c")
    assert (query["method"], query["url"]) == ("GET", "/services/data/v62.0/queryAll/?q=SELECT%20Id")


def test_each_part_is_refused_for_itself(connect: Connect) -> None:
    client, _ = connect(parts(BAD, ROWS), parts(WROTE, BAD))
    results, read = mixed(client)
    assert isinstance(results, Refused) and results.code == "INVALID_FIELD" and read == [[{"Id": "1"}]]
    results, (refused,) = mixed(client)
    assert results == WROTE[1] and isinstance(refused, Refused) and refused.code == "INVALID_FIELD"


def test_pages_of_a_query_beside_a_write(connect: Connect) -> None:
    more = {"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": "/services/data/v62.0/query/01g-2000"}
    client, network = connect(parts(WROTE, (200, more)), reset(), said(200, {"records": [{"Id": "2"}], "done": True}))
    assert mixed(client) == (WROTE[1], [[{"Id": "1"}, {"Id": "2"}]])
    assert [request.method for request in network.requests] == ["POST", "GET", "GET"], "the write is not repeated"


@pytest.mark.parametrize(
    "answer",
    [
        parts(WROTE),
        parts((200, [{"success": True}] * 2), ROWS),
        parts(WROTE, (503, HTML)),
        parts(WROTE, (500, [{"errorCode": "QUERY_TIMEOUT", "message": "too slow"}])),
        parts((503, HTML), ROWS),
        said(200, {"compositeResponse": [{"body": []}]}),
        said(200, {}),
        said(200, HTML),
    ],
)
def test_a_write_beside_queries_that_failed_is_doubtful(connect: Connect, answer: Answer) -> None:
    client, network = connect(answer)
    with pytest.raises(CrmUnavailable) as caught:
        mixed(client)
    assert caught.value.doubtful
    assert len(network.requests) == 1


def test_what_looks_like_a_reference_is_no_part(connect: Connect) -> None:
    assert can_be_part([{"Description": "a@b.c {x}"}])
    assert not can_be_part([{"Description": "a"}, {"Description": "@{write.id}"}])


@pytest.mark.parametrize(
    "value,literal",
    [
        ("a", "'a'"),
        ("O'Brien", "'O\\'Brien'"),
        ("\\", "'\\\\'"),
        ("\\' OR Id != '", "'\\\\\\' OR Id != \\''"),
        ("a\nb", "'a\\nb'"),
    ],
)
def test_quoted(value: str, literal: str) -> None:
    assert quoted(value) == literal


@pytest.mark.parametrize(
    "header,usage",
    [
        ("api-usage=18/5000", (18, 5000)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", (25, 5000)),
        ("nonsense", None),
    ],
)
def test_api_usage(connect: Connect, header: str, usage: tuple[int, int] | None) -> None:
    client, _ = connect(said(200, {"records": [], "done": True}, Sforce_Limit_Info=header))
    assert client.budget is None
    client.query("SELECT Id FROM Task")
    assert client.budget == (Budget(*usage, BudgetMode.NORMAL, 1_795_435_200_000) if usage else None)


def test_api_usage_is_read_from_refusals_too(connect: Connect) -> None:
    answer = refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    answer.headers["Sforce-Limit-Info"] = "api-usage=5000/5000"
    client, _ = connect(answer)
    with pytest.raises(CrmUnavailable):
        client.query("SELECT Id FROM Task")
    assert client.budget == Budget(5000, 5000, BudgetMode.LAST, 1_795_435_200_000)


def test_a_refusal_without_numbers_says_that_all_is_used_up(connect: Connect) -> None:
    client, _ = connect(
        said(200, {"records": [], "done": True}, Sforce_Limit_Info="api-usage=18/5000"),
        refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    )
    client.query("SELECT Id FROM Task")
    with pytest.raises(CrmUnavailable):
        client.query("SELECT Id FROM Task")
    assert client.budget == Budget(5000, 5000, BudgetMode.LAST, 1_795_435_200_000)


async def test_requests_are_counted_by_turn(connect: Connect) -> None:
    client, _ = connect(said(200, {"records": [], "done": True}))
    client.query("SELECT Id FROM Task")
    for turn, times in ((Turn.SAVE, 2), (Turn.ASK, 1)):
        for _ in range(times):
            await client.run(lambda: client.query("SELECT Id FROM Task"), turn)
    assert client.made == {Turn.SAVE: 2, Turn.ASK: 1, Turn.BACKGROUND: 1}, "the sign-in is none"


# The session ----------------------------------------------------------------------------------------------------


def test_the_session_reads_no_environment_and_keeps_no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.example:3128")
    session = open_session(
        SalesforceConfig(LOGIN, "key", client_secret="secret", ca_file="/ca.pem", proxy="http://proxy:3128")
    )
    settings = session.merge_environment_settings(LOGIN, {}, None, None, None)
    assert settings["proxies"] == {"https": "http://proxy:3128", "http": "http://proxy:3128"}
    assert settings["verify"] == "/ca.pem"
    bare = open_session(SalesforceConfig(LOGIN, "key", client_secret="secret"))
    assert bare.merge_environment_settings(LOGIN, {}, None, None, None)["proxies"] == {}


@pytest.mark.parametrize(
    "login_url,url,allowed",
    [
        ("https://login.example", "https://acme.example/x", True),
        ("https://login.example", "http://acme.example/x", False),
        ("https://login.example", "http://localhost:8081/x", False),
        ("http://localhost:8081", "http://localhost:8081/x", True),
        ("http://localhost:8081", "https://127.0.0.1:8081/x", True),
        ("http://localhost:8081", "http://localhost:80811/x", False),
        ("http://localhost:8081", "http://acme.example/x", False),
    ],
)
def test_plain_http_goes_to_the_configured_loopback_address_only(login_url: str, url: str, allowed: bool) -> None:
    session = open_session(SalesforceConfig(login_url, "key", client_secret="secret"))
    if allowed:
        session.get_adapter(url)
    else:
        with pytest.raises(fault.InvalidSchema):
            session.get_adapter(url)
