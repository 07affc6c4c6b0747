"""The org as a process of its own: its files, and its Tasks after it was killed."""

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]


class Process:
    """A started org; `url` is what it printed."""

    def __init__(self, folder: Path, certificate: bytes, *more: str) -> None:
        (folder / "app.pem").write_bytes(certificate)
        command = [
            sys.executable, "-m", "connector.sandbox.org", "--port", "0", "--database", str(folder / "org.db"),
            "--public-key", str(folder / "app.pem"), "--control-key-file", str(folder / "control.key"),
            "--session-key-out", str(folder / "session.pub"), "--session-key-file", str(folder / "session.key"), *more,
        ]  # fmt: skip
        self.folder = folder
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line.startswith("org ready http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def request(self, method: str, path: str, body: object = None, session: str = "") -> requests.Response:
        headers = {"X-Sandbox-Key": (self.folder / "control.key").read_text(), "Authorization": f"Bearer {session}"}
        with requests.Session() as http:
            http.trust_env = False
            return http.request(method, self.url + path, headers=headers, json=body, timeout=10)

    def session(self) -> str:
        wanted = {"username": "sam.rivera@phone-panel.example"}
        return str(self.request("POST", "/sandbox/sessions", wanted).json()["access_token"])

    def end(self, number: int) -> int:
        self.popen.send_signal(number)
        code = self.popen.wait(10)
        for stream in (self.popen.stdout, self.popen.stderr):
            if stream is not None:
                stream.close()
        return code


@pytest.mark.slow
def test_tasks_survive_a_kill_and_the_org_starts_again(tmp_path: Path, certificate: bytes) -> None:
    org = Process(tmp_path, certificate)
    try:
        session = org.session()
        for number in range(3):
            body = {"Subject": f"kept {number}", "Phone_Contact_Key__c": f"k-{number}"}
            assert org.request("POST", "/services/data/v59.0/sobjects/Task", body, session).status_code == 201
    finally:
        assert org.end(signal.SIGKILL) == -signal.SIGKILL
    with sqlite3.connect(f"file:{tmp_path / 'org.db'}?mode=ro", uri=True) as database:
        kept = database.execute("SELECT Subject FROM Task WHERE Phone_Contact_Key__c LIKE 'k-%' ORDER BY 1").fetchall()
    database.close()
    assert kept == [("kept 0",), ("kept 1",), ("kept 2",)]
    assert stat.S_IMODE((tmp_path / "control.key").stat().st_mode) == 0o600
    first_key = (tmp_path / "session.pub").read_bytes()

    again = Process(tmp_path, certificate)
    try:
        session = again.session()
        query = "/services/data/v59.0/query?q=SELECT+COUNT()+FROM+Contact"
        assert again.request("GET", query, session=session).json()["totalSize"] == 60
        repeated = again.request(
            "PATCH", "/services/data/v59.0/sobjects/Task/Phone_Contact_Key__c/k-1", {"Subject": "again"}, session
        )
        assert (repeated.status_code, repeated.json()["created"]) == (200, False)
        assert again.request("GET", "/sandbox/public-key").content == first_key
    finally:
        assert again.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_a_taken_port_is_a_clear_error(tmp_path: Path, certificate: bytes) -> None:
    org = Process(tmp_path, certificate)
    try:
        port = org.url.rsplit(":", 1)[1]
        command = [
            sys.executable, "-m", "connector.sandbox.org", "--port", port, "--public-key", str(tmp_path / "app.pem"),
            "--control-key-file", str(tmp_path / "other.key"),
        ]  # fmt: skip
        second = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
        assert second.returncode == 1
        assert "the stand-in org cannot start" in second.stderr
        assert port in second.stderr
    finally:
        org.end(signal.SIGTERM)
