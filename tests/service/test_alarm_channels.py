"""The ways out of an alarm, against a mail server and a web server on this machine."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException, SMTPNotSupportedError
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from msgspec.structs import replace

from connector.service.alarm_channels import (
    GapsMail,
    Mail,
    ShortMail,
    Webhook,
    letter,
    letter_of_gaps,
    letter_of_short,
    try_mail,
)
from connector.service.alarm_channels import MailServer as At
from connector.service.alarms import Alarm, Alarms, Gaps, Short
from connector.service.clock import ManualClock, Timer
from tests.service.mail_server import MailServer

POSTED = b'{"type":"emergency_call","contact":"01-key"}'
ALARM = Alarm("01-key", "Sam Rivera", "911", "+14155550142", "415 Mission St", 1_795_438_800_000, POSTED)
TO = "security@acme.example"
PATIENCE = 10.0


@pytest.fixture
def threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


def at(server: MailServer, **more: Any) -> At:
    values = {"host": "127.0.0.1", "port": server.port, "sender": "phone@acme.example", "tls": "none"}
    return At(**{**values, **more})


async def test_a_letter_says_who_calls_from_where_and_how_to_reach_them(threads: ThreadPoolExecutor) -> None:
    async with MailServer().running() as server:
        mail = Mail(at(server), TO, threads)
        await mail.send(ALARM)
        await mail.close()
    (got,) = server.letters
    assert (got["To"], got["From"], got["Subject"]) == (
        TO,
        "phone@acme.example",
        "Emergency call: Sam Rivera calls 911",
    )
    text = got.get_content()
    for word in ("Sam Rivera is calling 911", "415 Mission St", "+14155550142", "2026-11-23 13:00:00 (UTC)", "01-key"):
        assert word in text, text
    assert got["Date"].datetime.timestamp() * 1000 == ALARM.at


async def test_a_second_copy_is_recognised_and_another_persons_is_not(threads: ThreadPoolExecutor) -> None:
    server = At("127.0.0.1", 1, "Phone <phone@acme.example>")
    first = letter(server, TO, ALARM)["Message-ID"]
    assert first == letter(server, TO, ALARM)["Message-ID"]
    assert first != letter(server, "other@acme.example", ALARM)["Message-ID"]
    assert first != letter(server, TO, replace(ALARM, contact="02-key"))["Message-ID"]
    assert first.endswith("@acme.example>")


async def test_a_letter_in_dutch_and_one_without_an_address() -> None:
    server = At("127.0.0.1", 1, "phone@acme.example", language="nl")
    got = letter(server, TO, replace(ALARM, address="", callback=""))
    assert got["Subject"] == "Noodoproep: Sam Rivera belt 911"
    assert "Adres: geen dat bevestigd is" in got.get_content()


GAPS = Gaps(ALARM.at, ALARM.at - 172_800_000, 1_240, {"missing": 1, "double": 1_001})


async def test_a_letter_of_gaps_says_how_many_and_what_to_do(threads: ThreadPoolExecutor) -> None:
    async with MailServer().running() as server:
        mail = GapsMail(at(server), TO, threads)
        await mail.send(GAPS)
        await mail.close()
    (got,) = server.letters
    assert got["Subject"] == "Phone panel: 1,002 contacts without their Task in Salesforce"
    text = got.get_content().replace("\r\n", "\n")
    assert "Of 1,240 contacts since 2026-11-21T13:00 (UTC) 1,002 do not have" in text
    assert "        1  missing\n    1,001  double\n" in text
    assert "`connector reconcile --since 2026-11-21T13:00`" in text
    assert got["X-Priority"] is None, "nobody is in danger"


async def test_a_letter_of_gaps_in_dutch() -> None:
    got = letter_of_gaps(At("127.0.0.1", 1, "phone@acme.example", language="nl"), TO, GAPS)
    assert got["Subject"] == "Telefoonpaneel: 1,002 contacten zonder hun taak in Salesforce"
    assert "niet precies één taak in de juiste versie" in got.get_content()


SHORT = Short(ALARM.at, 4_990, 100_000, "last")


async def test_a_letter_of_a_shortage_says_what_is_done_without(threads: ThreadPoolExecutor) -> None:
    async with MailServer().running() as server:
        mail = ShortMail(at(server), TO, threads)
        await mail.send(SHORT)
        await mail.close()
    (got,) = server.letters
    assert got["Subject"] == "Phone panel: 4,990 of 100,000 API requests are left in Salesforce"
    text = got.get_content()
    assert "Callers are not looked up any more" in text
    assert "Company Information" in text
    assert got["X-Priority"] is None, "nobody is in danger"


@pytest.mark.parametrize(("mode", "words"), [("reserve", "wordt uitgesteld"), ("last", "niet meer opgezocht")])
async def test_a_letter_of_a_shortage_in_dutch(mode: str, words: str) -> None:
    server = At("127.0.0.1", 1, "phone@acme.example", language="nl")
    got = letter_of_short(server, TO, replace(SHORT, mode=mode))
    assert got["Subject"] == "Telefoonpaneel: 4,990 van 100,000 API-verzoeken over in Salesforce"
    assert words in got.get_content()


def test_a_name_cannot_smuggle_a_header_in() -> None:
    server = At("127.0.0.1", 1, "phone@acme.example")
    got = letter(server, TO, replace(ALARM, agent="Sam\r\nBcc: everybody@acme.example"))
    assert got["Bcc"] is None
    assert got["Subject"] == "Emergency call: Sam Bcc: everybody@acme.example calls 911"


async def test_one_logs_in_where_it_is_configured(threads: ThreadPoolExecutor) -> None:
    async with MailServer(password="hush").running() as server:
        mail = Mail(at(server, user="phone", password="hush"), TO, threads)
        await mail.send(ALARM)
        assert server.logged_in == ["phone"]
        with pytest.raises(SMTPException):
            await Mail(at(server, user="phone", password="wrong"), TO, threads).send(ALARM)
        await try_mail(at(server, user="phone", password="hush"))
        with pytest.raises(SMTPException):
            await try_mail(at(server, user="phone", password="wrong"))
        await mail.close()
    assert len(server.letters) == 1, "trying sends nothing"


async def test_nothing_is_sent_in_the_open_where_tls_is_configured(threads: ThreadPoolExecutor) -> None:
    async with MailServer(password="hush").running() as server:
        mail = Mail(at(server, tls="starttls", user="phone", password="hush"), TO, threads)
        with pytest.raises(SMTPNotSupportedError):
            await mail.send(ALARM)
        await mail.close()
    assert (server.letters, server.logged_in) == ([], [])


class Hurry(ManualClock):
    """A clock by which everything is due at once."""

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_soon(call)


async def test_a_mail_server_that_puts_us_off_gets_it_later(threads: ThreadPoolExecutor) -> None:
    async with MailServer(refusals=2).running() as server:
        alarms = Alarms([Mail(at(server), TO, threads)], Hurry())
        alarms.tell(ALARM)
        await asyncio.wait_for(asyncio.gather(*alarms._telling), PATIENCE)
        assert (alarms.failed["email"], alarms.sent["email"]) == (2, 1)
        await alarms.close()
    assert len(server.letters) == 1


# --- the webhook -----------------------------------------------------------------------------------------------------


class Hook:
    """A web server that notes what it is sent."""

    def __init__(self, server: BaseTestServer) -> None:
        self.server = server
        self.statuses: list[int] = []
        self.got: list[tuple[bytes, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return str(self.server.make_url("/alarm"))


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made: list[Hook] = []

    async def take(request: web.Request) -> web.Response:
        made[0].got.append((await request.read(), dict(request.headers)))
        status = made[0].statuses.pop(0) if made[0].statuses else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    app = web.Application()
    app.router.add_post("/alarm", take)
    async with TestServer(app) as server:
        made.append(Hook(server))
        yield made[0]


async def test_the_webhook_is_sent_it_signed(hook: Hook) -> None:
    webhook = Webhook(hook.url, "hush")
    await webhook.send(ALARM)
    await webhook.close()
    ((body, headers),) = hook.got
    assert json.loads(body) == {"type": "emergency_call", "contact": "01-key"}
    expected = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    assert headers["X-Phone-Panel-Signature"] == f"sha256={expected}"
    assert headers["X-Phone-Panel-Delivery"] == "01-key"
    assert headers["Content-Type"] == "application/json"


async def test_without_a_secret_there_is_no_signature(hook: Hook) -> None:
    webhook = Webhook(hook.url)
    await webhook.send(ALARM)
    await webhook.close()
    assert "X-Phone-Panel-Signature" not in hook.got[0][1]


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_any_other_answer_is_a_failure_and_no_redirect_is_followed(hook: Hook, status: int) -> None:
    hook.statuses = [status]
    webhook = Webhook(hook.url, "hush")
    with pytest.raises(ConnectionError, match=str(status)):
        await webhook.send(ALARM)
    assert len(hook.got) == 1
    await webhook.send(ALARM)
    await webhook.close()
    assert hook.got[0][0] == hook.got[1][0]


async def test_a_webhook_that_was_never_used_closes() -> None:
    await Webhook("http://127.0.0.1:1/").close()
