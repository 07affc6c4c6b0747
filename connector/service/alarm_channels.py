"""The ways out of an alarm: e-mail by SMTP, and a webhook that is signed."""

import asyncio
import hashlib
import hmac
import smtplib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final, Generic

import aiohttp
from msgspec import Struct

from connector.service.alarms import A, Alarm, Gaps, Short

TIMEOUT: Final = 10.0
"""Seconds that a mail server may take for one step, or a webhook for all of it."""

SIGNATURE: Final = "X-Phone-Panel-Signature"
DELIVERY: Final = "X-Phone-Panel-Delivery"

_WORDS: Final = {
    "en": {
        "gaps": "Phone panel: {gaps} contacts without their Task in Salesforce",
        "gaps_text": "Of {contacts} contacts since {since} (UTC) {gaps} do not have exactly one Task in the right "
        "revision:\n\n{lines}\n\nOn the connector's machine `connector reconcile --since {since}` names them, and "
        "with --mend it mends them.\n",
        "short": "Phone panel: {left} of {limit} API requests are left in Salesforce",
        "reserve": "What nobody waits for is put off, and Tasks wait longer to be written together.",
        "last": "Callers are not looked up any more; what is left is kept for Tasks. When none are left Tasks wait.",
        "short_text": "{left} of the {limit} API requests that all systems at the org may make in 24 hours are left. "
        "{mode}\n\nNothing is lost, and it ends by itself. Setup > Company Information > API Requests, Last 24 Hours; "
        "Setup > Event Manager shows who uses them up.\n",
        "subject": "Emergency call: {agent} calls {number}",
        "text": "{agent} is calling {number}.\n\nAddress: {address}\nCall back on: {callback}\nTime: {time} (UTC)\n"
        "Reference: {contact}\n",
        "none": "none is verified",
    },
    "nl": {
        "gaps": "Telefoonpaneel: {gaps} contacten zonder hun taak in Salesforce",
        "gaps_text": "Van {contacts} contacten sinds {since} (UTC) hebben er {gaps} niet precies één taak in de juiste "
        "versie:\n\n{lines}\n\nOp de machine van de connector noemt `connector reconcile --since {since}` ze; met "
        "--mend worden ze hersteld.\n",
        "short": "Telefoonpaneel: {left} van {limit} API-verzoeken over in Salesforce",
        "reserve": "Waar niemand op wacht, wordt uitgesteld, en taken wachten langer om samen te worden geschreven.",
        "last": "Bellers worden niet meer opgezocht; wat over is, blijft voor taken. Is alles op, dan wachten taken.",
        "short_text": "Van de {limit} API-verzoeken die alle systemen bij de org in 24 uur mogen doen, zijn er {left} "
        "over. {mode}\n\nEr gaat niets verloren, en het gaat vanzelf over. Setup > Bedrijfsgegevens > API-verzoeken, "
        "laatste 24 uur; Setup > Gebeurtenisbeheer toont wie ze verbruikt.\n",
        "subject": "Noodoproep: {agent} belt {number}",
        "text": "{agent} belt {number}.\n\nAdres: {address}\nTerug te bellen op: {callback}\nTijd: {time} (UTC)\n"
        "Kenmerk: {contact}\n",
        "none": "geen dat bevestigd is",
    },
}


class MailServer(Struct, frozen=True):
    """Where mail is handed over.  `tls`: starttls, tls (from the first byte), none; `user` "" for no log-in."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    language: str = "en"


class _Mail(ABC, Generic[A]):
    """One e-mail address."""

    name = "email"

    def __init__(self, server: MailServer, to: str, threads: ThreadPoolExecutor) -> None:
        self._server = server
        self._to = to
        self._threads = threads

    @abstractmethod
    def _letter(self, alarm: A) -> EmailMessage:
        """The message."""

    async def send(self, alarm: A) -> None:
        """See `Channel`.  A mail server is slow and `smtplib` waits for it: in a thread of its own."""
        message = self._letter(alarm)
        await asyncio.get_running_loop().run_in_executor(self._threads, _hand_over, self._server, message)

    async def close(self) -> None:
        """See `Channel`."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Mail(_Mail[Alarm]):
    """Emergency calls to one e-mail address."""

    def _letter(self, alarm: Alarm) -> EmailMessage:
        return letter(self._server, self._to, alarm)


class GapsMail(_Mail[Gaps]):
    """Gaps of the proof to one e-mail address."""

    def _letter(self, alarm: Gaps) -> EmailMessage:
        return letter_of_gaps(self._server, self._to, alarm)


class ShortMail(_Mail[Short]):
    """A shortage of API requests to one e-mail address."""

    def _letter(self, alarm: Short) -> EmailMessage:
        return letter_of_short(self._server, self._to, alarm)


def letter_of_short(server: MailServer, to: str, alarm: Short) -> EmailMessage:
    """The message: how many are left, what the connector does without, and where to look."""
    words = _WORDS[server.language]
    values = {"left": f"{alarm.left:,}", "limit": f"{alarm.limit:,}", "mode": words[alarm.mode]}
    return _message(server, to, alarm.at, f"short {alarm.at}", words["short"].format(**values),
                    words["short_text"].format(**values))  # fmt: skip


def letter_of_gaps(server: MailServer, to: str, alarm: Gaps) -> EmailMessage:
    """The message: how many contacts, and whose Tasks nobody is told by mail."""
    words = _WORDS[server.language]
    values = {
        "gaps": f"{sum(alarm.counts.values()):,}",
        "contacts": f"{alarm.contacts:,}",
        "since": datetime.fromtimestamp(alarm.since / 1000, UTC).strftime("%Y-%m-%dT%H:%M"),
        "lines": "\n".join(f"{count:>9,}  {kind}" for kind, count in alarm.counts.items()),
    }
    return _message(server, to, alarm.at, f"gaps {alarm.at}", words["gaps"].format(**values),
                    words["gaps_text"].format(**values))  # fmt: skip


def letter(server: MailServer, to: str, alarm: Alarm) -> EmailMessage:
    """The message.  A second copy of it has the same Message-ID, so that readers are shown one."""
    words = _WORDS[server.language]
    values = {
        "agent": " ".join(alarm.agent.split()),
        "number": alarm.number,
        "address": alarm.address or words["none"],
        "callback": alarm.callback or "-",
        "time": datetime.fromtimestamp(alarm.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "contact": alarm.contact,
    }
    message = _message(server, to, alarm.at, alarm.contact, words["subject"].format(**values),
                       words["text"].format(**values))  # fmt: skip
    message["X-Priority"] = "1"
    message["Importance"] = "high"
    return message


def _message(server: MailServer, to: str, at: int, about: str, subject: str, text: str) -> EmailMessage:
    """`about` is the same for each copy of a message."""
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(at / 1000)
    mark = hashlib.sha256(f"{about} {to}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{mark}@{server.sender.rpartition('@')[2].strip('> ') or 'phone-panel.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _hand_over(server: MailServer, message: EmailMessage) -> None:
    with _connected(server) as smtp:
        smtp.send_message(message)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Connected, encrypted and logged in as configured.  Nothing is sent in the open where TLS is configured."""
    context = ssl.create_default_context()
    if server.tls == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with smtp:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp


async def try_mail(server: MailServer) -> None:
    """Connects and logs in without sending anything.  Raises what the server, or the way to it, has against it."""

    def knock() -> None:
        with _connected(server) as smtp:
            smtp.noop()

    await asyncio.to_thread(knock)


class Webhook:
    """Alarms to a URL, signed with the secret that its owner has too."""

    name = "webhook"

    def __init__(self, url: str, secret: str = "") -> None:
        self._url = url
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def send(self, alarm: Alarm) -> None:
        """See `Channel`.  Only an answer of 200 to 299 counts; a redirect is not followed: it is another's address."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        headers = {"Content-Type": "application/json", DELIVERY: alarm.contact}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, alarm.posted)
        request = self._session.post(self._url, data=alarm.posted, headers=headers, allow_redirects=False)
        async with request as answer:
            if not 200 <= answer.status < 300:
                raise ConnectionError(f"the webhook answered {answer.status}")

    async def close(self) -> None:
        """See `Channel`."""
        if self._session is not None:
            await self._session.close()


def signature(secret: str, body: bytes) -> str:
    """What the signature's header holds: HMAC-SHA256 of the body, in hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
