"""A whole connector as it is served, but for Salesforce: work from elsewhere survives a restart and is not doubled."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from connector.api.http import STATIC
from connector.api.keys import hash_of
from connector.app import Connector
from connector.config import ApiKey, Config, Emergency, Salesforce, Tls
from connector.configured import tls_of
from connector.domain.directory import Directory
from connector.domain.effects import RaiseAlarm
from connector.domain.model import Phase
from connector.errors import ConfigError, CrmUnavailable
from connector.ports.crm import Budget, BudgetMode, CallerMatch
from tests.certificates import write_certificate
from tests.domain.stage import DIRECTORY, SAM
from tests.service.mail_server import MailServer

KEY = "ppk_flow"
CALLBACK = {"number": "415 555 0143", "name": "Mia Chen", "skill": "support", "key": "order-1"}


class Org:
    """A Salesforce that knows nobody and writes nothing."""

    budget = None
    requests: ClassVar[dict[str, int]] = {}

    def on_mode(self, call: Callable[[Budget], object]) -> None:
        self.changed = call

    async def directory(self) -> Directory:
        return DIRECTORY

    async def match(self, _number: str, _country: str, _agent: str = "") -> CallerMatch:
        return CallerMatch((), ())

    async def read_numbers(self) -> float:
        return 60

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture(autouse=True)
def _built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("connector.app.crm_of", lambda _config, _index: Org())
    if not (STATIC / "manifest.json").exists():
        monkeypatch.setattr("connector.api.http.STATIC", tmp_path)
        (tmp_path / "manifest.json").write_text(json.dumps({"panel.js": "panel.js", "panel.css": "panel.css"}))


@asynccontextmanager
async def served(store: Path, **more: Any) -> AsyncIterator[tuple[Connector, aiohttp.ClientSession, str]]:
    config = Config(port=0, store=str(store), api_keys=(ApiKey("flow", hash_of(KEY)),), **more)
    connector = Connector(config)
    try:
        await connector.start()
        async with aiohttp.ClientSession() as http:
            scheme = "https" if "tls" in more else "http"
            yield connector, http, f"{scheme}://127.0.0.1:{connector.port}"
    finally:
        await connector.stop()


async def post(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with http.post(url, json=body, headers={"Authorization": f"Bearer {KEY}"}) as answer:
        return answer.status, await answer.json()


async def test_work_survives_a_restart_and_the_same_request_makes_nothing_twice(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    work = {"title": "Check parcel", "skill": "support", "payload": {"Order": "A-1"}, "key": "order-2"}
    async with served(store) as (_, http, url):
        status, first = await post(http, f"{url}/api/callbacks", CALLBACK)
        assert status == 201
        status, second = await post(http, f"{url}/api/work-items", work)
        assert status == 201
    async with served(store) as (connector, http, url):
        floor = connector._runner.floor
        assert {contact.key: contact.phase for contact in floor.contacts.values()} == {
            first["contact"]: Phase.QUEUED,
            second["contact"]: Phase.QUEUED,
        }
        assert floor.contacts[second["contact"]].payload == (("Order", "A-1"),)
        assert await post(http, f"{url}/api/callbacks", CALLBACK) == (200, first)
        assert await post(http, f"{url}/api/work-items", work) == (200, second)
        assert len(floor.contacts) == 2


async def test_the_first_start_waits_for_salesforce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = [CrmUnavailable("connection", "no connection")] * 3

    class Later(Org):
        async def directory(self) -> Directory:
            if away:
                raise away.pop()
            return DIRECTORY

    monkeypatch.setattr("connector.app.crm_of", lambda _config, _index: Later())
    monkeypatch.setattr("connector.service.configuration.AGAIN", 10)
    async with served(tmp_path / "store.db") as (_, http, url):
        assert away == []
        status, _ = await post(http, f"{url}/api/callbacks", CALLBACK)
        assert status == 201


async def test_the_api_describes_itself(tmp_path: Path) -> None:
    async with served(tmp_path / "store.db") as (_, http, url):
        async with http.get(f"{url}/openapi.json") as answer:
            assert answer.content_type == "application/json"
            described = await answer.json()
        recordings = {"/recordings/{contact}", "/recordings/{contact}/{number}"}
        assert set(described["paths"]) == {"/api/callbacks", "/api/work-items"} | recordings
        async with http.get(f"{url}/api/callbacks") as answer:
            assert answer.status == 405


async def test_an_alarm_goes_out_by_mail_and_is_counted(tmp_path: Path) -> None:
    async with MailServer().running() as mail:
        emergency = Emergency(
            email_to=("security@acme.example",),
            email_from="phone@acme.example",
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
            smtp_tls="none",
        )
        async with served(tmp_path / "store.db", emergency=emergency) as (connector, http, url):
            connector._hub.raise_alarm(
                RaiseAlarm(SAM, "a contact", "911", "+14155550142", "1 Main St", 1_795_438_800_000)
            )
            for task in list(connector._alarms._telling):
                await task
            async with http.get(f"{url}/metrics") as answer:
                told = await answer.text()
    assert [letter["Subject"] for letter in mail.letters] == ["Emergency call: Sam Rivera calls 911"]
    assert 'phone_panel_alarms_told_total{channel="email"} 1.0' in told


async def test_a_shortage_of_requests_is_told_by_mail_and_its_end_is_not(tmp_path: Path) -> None:
    async with MailServer().running() as mail:
        sender = Emergency(
            email_from="phone@acme.example", smtp_host="127.0.0.1", smtp_port=mail.port, smtp_tls="none"
        )
        told = Salesforce(budget_email_to=("it@acme.example",))
        async with served(tmp_path / "store.db", emergency=sender, salesforce=told) as (connector, _, _):
            org = connector._crm
            assert isinstance(org, Org)
            for used, mode in ((850, BudgetMode.RESERVE), (100, BudgetMode.NORMAL)):
                # As it comes: in a thread of the adapter.
                await asyncio.to_thread(org.changed, Budget(used, 1_000, mode, 1_795_438_800_000))
            for task in list(connector._administration._budget_alarms._telling):
                await task
    assert [(letter["To"], letter["Subject"]) for letter in mail.letters] == [
        ("it@acme.example", "Phone panel: 150 of 1,000 API requests are left in Salesforce")
    ]


async def test_the_connector_ends_tls_itself_where_nothing_else_does(tmp_path: Path) -> None:
    write_certificate(tmp_path, "phone.acme.example")
    tls = Tls(str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem"))
    trusting = ssl.create_default_context(cafile=tls.certificate_file)
    async with served(tmp_path / "store.db", tls=tls) as (_, http, url):
        named: dict[str, Any] = {"ssl": trusting, "server_hostname": "phone.acme.example"}
        async with http.get(f"{url}/panel?mode=Lightning", headers={"Host": "phone.acme.example"}, **named) as answer:
            page = await answer.text()
            assert "connect-src 'self' wss://phone.acme.example;" in answer.headers["Content-Security-Policy"]
        assert re.search(r'"socket": "wss://phone\.acme\.example/panel/socket"', page)
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(f"{url}/healthz")
        with pytest.raises(aiohttp.ClientError):
            await http.get(f"{url.replace('https', 'http')}/healthz")


def test_what_is_wrong_with_certificate_and_key_is_named(tmp_path: Path) -> None:
    write_certificate(tmp_path, "phone.acme.example")
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    (tmp_path / "other").mkdir()
    write_certificate(tmp_path / "other", "phone.acme.example")
    secret = load_pem_private_key(Path(key).read_bytes(), None)
    locked = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    (tmp_path / "locked.pem").write_bytes(locked)
    with_password = str(tmp_path / "locked.pem")
    other = str(tmp_path / "other" / "key.pem")
    assert tls_of(Config()) is None
    for given, words in (
        (Tls(certificate, ""), "tls.key_file: is missing"),
        (Tls("", key), "tls.certificate_file: is missing"),
        (Tls(certificate, "/nowhere"), "tls.key_file: /nowhere cannot be read"),
        (Tls(certificate, other), "do not fit together"),
        (Tls(key, key), "both are PEM"),
        (Tls(certificate, with_password), "without a password"),
    ):
        with pytest.raises(ConfigError, match=re.escape(words)):
            tls_of(Config(tls=given))
