"""`connector simulate`: what it asks of a running demo, and what it tells."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main
from connector.errors import ConnectorError
from connector.sandbox import simulate
from connector.sandbox.samples import CALLBACKS, EMAILS, WORK_ITEMS


class Answers(http.server.BaseHTTPRequestHandler):
    """What a demo's switch and connector, or somebody else at their port, answer."""

    status, body = 200, b""
    calls = b"[]"
    heard: list[tuple[str, str | None, Any]] = []  # noqa: RUF012  # one of each test

    def do_POST(self) -> None:
        key = self.headers.get("X-Sandbox-Key") or self.headers.get("Authorization")
        self.heard.append((self.path, key, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self._say(self.status, self.body)

    def do_GET(self) -> None:
        self._say(200, self.calls)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not in the test's output."""


Heard = list[tuple[str, str | None, Any]]


@contextmanager
def demo(folder: Path, status: int, body: bytes, calls: bytes = b"[]") -> Iterator[tuple[dict[str, str], Heard]]:
    """A demo's note, and the one that it leads to; what that is asked."""
    answers = type("Scripted", (Answers,), {"status": status, "body": body, "calls": calls, "heard": []})
    server = http.server.HTTPServer(("127.0.0.1", 0), answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    environment = {"XDG_STATE_HOME": str(folder)}
    address = f"http://127.0.0.1:{server.server_port}"
    note = {"switch": address, "key": "k", "connector": address, "api_key": "ppk_x", "org": address}
    simulate.note_file(environment).write_text(json.dumps(note))
    try:
        yield environment, answers.heard  # type: ignore[attr-defined]  # as made above
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_asked_of_the_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with demo(tmp_path, 201, b'{"leg": "in-1"}') as (environment, heard):
        told = simulate.call(environment, "+14155550143", None, None)
        simulate.call(environment, "+14155550143", "Billing", 0.0)
        direct = simulate.call(environment, "+14155550143", None, 30, "+14155550161")
    assert told == "+14155550143 calls Support_EN (in-1)"
    assert direct == "+14155550143 calls +14155550161 (in-1)"
    assert heard == [
        ("/calls", "k", {"from": "+14155550143", "skill": "Support_EN", "talk": 120}),
        ("/calls", "k", {"from": "+14155550143", "skill": "Billing", "talk": 0.0}),
        ("/calls", "k", {"from": "+14155550143", "to": "+14155550161", "talk": 30}),
    ]


CALLS = [
    {"leg": "in-1", "role": "CUSTOMER", "number": "+14155550143"},
    {"leg": "a-1", "role": "AGENT", "number": "2041"},
    {"leg": "k-1", "role": "CONSULTED", "number": "+14155550170"},
]


def test_the_far_ends_hang_up(tmp_path: Path) -> None:
    with demo(tmp_path, 200, b"{}", json.dumps(CALLS).encode()) as (environment, heard):
        assert simulate.hang_up(environment, "+14155550170") == "hung up: +14155550170"
        assert simulate.hang_up(environment, None) == "hung up: +14155550143, +14155550170"
        with pytest.raises(ConnectorError, match=r"^from: \+1 is in no call; in calls are: \+14155550143, "):
            simulate.hang_up(environment, "+1")
    assert [body for _, _, body in heard] == [{"leg": "k-1"}, {"leg": "in-1"}, {"leg": "k-1"}]
    with demo(tmp_path, 200, b"{}") as (environment, _), pytest.raises(ConnectorError, match=r"^There is no call\.$"):
        simulate.hang_up(environment, None)


def test_what_is_asked_of_the_connector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with demo(tmp_path, 201, b'{"contact": "c-1"}') as (environment, heard):
        assert simulate.callback(environment, {}) == "+14155550143 is to be called back, in Support_EN (c-1)"
        simulate.callback(environment, {"number": "+14155550182", "not_before": "2026-11-25T14:30"})
        simulate.work(environment, "work_item", {})
        simulate.work(environment, "email", {"title": "Hello"})
        assert simulate.work(environment, "email", {"skill": "Billing"}).startswith("“Where is my order?” waits in Bil")
    assert {key for _, key, _ in heard} == {"Bearer ppk_x"}
    assert [(path, body) for path, _, body in heard] == [
        ("/api/callbacks", CALLBACKS[0]),
        ("/api/callbacks", {"number": "+14155550182", "skill": "Support_EN", "not_before": "2026-11-25T14:30"}),
        ("/api/work-items", {**WORK_ITEMS[0], "kind": "work_item"}),
        ("/api/work-items", {"title": "Hello", "skill": "Support_EN", "kind": "email"}),
        ("/api/work-items", {**EMAILS[0], "skill": "Billing", "kind": "email"}),
    ]


def test_the_command_line_says_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with demo(tmp_path, 201, b'{"contact": "c-1", "leg": "in-1"}', json.dumps(CALLS).encode()) as (environment, heard):
        monkeypatch.setenv("XDG_STATE_HOME", environment["XDG_STATE_HOME"])
        for words in (
            "call --from +14155550143 --to +14155550161",
            "hangup --from +14155550143",
            "callback --number +14155550182 --name Legal --skill Sales --time-zone Europe/Amsterdam --priority 2",
            "work-item --title Refund --detail Order=20931 --detail Why=a=b --url https://acme.example/1",
            "email",
            "setting Click_To_Dial no",
            "skill Billing Longest_Queue__c=1 Hours__c=",
        ):
            assert main(["simulate", *words.split()]) == 0
    assert [body for _, _, body in heard] == [
        {"from": "+14155550143", "to": "+14155550161", "talk": 120},
        {"leg": "in-1"},
        {
            "number": "+14155550182",
            "name": "Legal",
            "skill": "Sales",
            "time_zone": "Europe/Amsterdam",
            "priority": 2,
        },
        {
            "title": "Refund",
            "skill": "Billing",
            "payload": {"Order": "20931", "Why": "a=b"},
            "url": "https://acme.example/1",
            "kind": "work_item",
        },
        {**EMAILS[0], "kind": "email"},
        {"object": "Phone_Setting__mdt", "name": "Click_To_Dial", "fields": {"Value__c": "no"}},
        {"object": "Phone_Skill__mdt", "name": "Billing", "fields": {"Longest_Queue__c": "1", "Hours__c": ""}},
    ]
    assert [path for path, _, _ in heard[-2:]] == ["/sandbox/configuration"] * 2
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Phone_Skill__mdt Billing: Longest_Queue__c = 1, Hours__c = blank; in force within ten seconds"
    )


@pytest.mark.parametrize(
    "words", ["call --from +1 --to +2 --skill Sales", "work-item --detail Order", "skill Billing", "fax"]
)
def test_what_cannot_be_meant_is_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["simulate", *words.split()])
    assert refused.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, b'{"field": "skill", "message": "no line leads there"}', "skill: no line leads there"),
        (503, b'{"field": "", "message": "the switch is down"}', "the switch is down"),
        (400, b'{"error": "object: Nope__mdt is none"}', "object: Nope__mdt is none"),
        (404, b"<html>", "Something else answers"),
        (500, b"[]", "Something else answers"),
    ],
)
def test_what_is_refused_is_told(tmp_path: Path, status: int, body: bytes, words: str) -> None:
    with demo(tmp_path, status, body) as (environment, _), pytest.raises(ConnectorError, match=f"^{words}"):
        simulate.call(environment, "+14155550143", None, None)


@pytest.mark.parametrize("talk", [float("nan"), float("inf")])
def test_a_time_must_be_one(tmp_path: Path, talk: float) -> None:
    with demo(tmp_path, 201, b'{"leg": "in-1"}') as (environment, heard):
        with pytest.raises(ConnectorError, match=r"^talk: "):
            simulate.call(environment, "+14155550143", None, talk)
        assert heard == []


def test_a_demo_that_is_gone_does_not_answer(tmp_path: Path) -> None:
    with demo(tmp_path, 201, b'{"leg": "in-1"}') as (environment, _):
        pass
    with pytest.raises(ConnectorError, match=r"does not answer.*make demo"):
        simulate.call(environment, "+14155550143", None, None)
