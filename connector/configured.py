"""What the settings name, built: each raises a `ConfigError` that says which setting is wrong and what it takes."""

import re
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from connector.api.auth import SANDBOX_ISSUER, Issuer, Kept, SignIn
from connector.api.hosted import CALLBACK
from connector.api.keys import ApiKeys
from connector.api.openid import OpenIdConfig, safe
from connector.api.recordings import PATH as RECORDINGS
from connector.config import Config
from connector.domain.directory import Directory, RecordingMode
from connector.errors import ConfigError
from connector.ports.finding import Finding
from connector.ports.number_index import NumberIndex
from connector.ports.recognizer import Recognizer
from connector.ports.store import Keep
from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from connector.service.alarm_channels import GapsMail, Mail, MailServer, ShortMail, Webhook
from connector.service.alarms import Alarm, Channel, Gaps, Short
from connector.speech import SpeechConfig, check_recognizer, open_recognizer
from connector.switch import Music, SwitchConfig, Wanted, check_switch

THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
NO_LINKS: Final = "public_url: is not set, so that Tasks have no link to what was recorded"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHA256: Final = re.compile("[0-9a-f]{64}")


def crm_of(config: Config, index: NumberIndex | None = None) -> SalesforceCrm:
    """Salesforce as configured, with an index of its numbers.  Raises `ConfigError` naming what is missing."""
    given = config.salesforce
    file = given.client_secret_file
    secret = given.client_secret or (_text(file, "salesforce.client_secret_file") if file else None)
    for name in ("consumer_key",) if secret else ("consumer_key", "username", "private_key_file"):
        if not getattr(given, name) and not (name == "private_key_file" and given.private_key):
            raise ConfigError(f"salesforce.{name}: is missing, to sign in with; see docs/admin/salesforce.md.")
    if given.ca_file:
        _authorities(given.ca_file)
    return open_crm(
        SalesforceConfig(
            login_url=given.login_url,
            consumer_key=given.consumer_key,
            username=given.username,
            certificate_file=given.certificate_file,
            private_key_file="" if given.private_key else given.private_key_file,
            private_key=given.private_key,
            audience=given.audience,
            api_version=given.api_version,
            timeout_s=given.timeout_s,
            threads=given.threads,
            client_secret=secret,
            proxy=given.proxy,
            ca_file=given.ca_file,
            numbers_every_s=given.numbers_every_s,
            reserve_percent=given.reserve_percent,
            last_reserve_percent=given.last_reserve_percent,
        ),
        index,
    )


def _authorities(file: str) -> None:
    """Raises `ConfigError` unless the file holds certificates that can be trusted."""
    _text(file, "salesforce.ca_file")
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError as error:
        raise ConfigError(f"salesforce.ca_file: {file} holds no certificate in PEM form.") from error


def tls_of(config: Config) -> ssl.SSLContext | None:
    """How the connector's own port is encrypted, None when a proxy in front does that.  Raises `ConfigError`."""
    given = config.tls
    if not given.certificate_file and not given.key_file:
        return None
    for name in ("certificate_file", "key_file"):
        if not getattr(given, name):
            raise ConfigError(f"tls.{name}: is missing; certificate and key go together.")
    for name in ("certificate_file", "key_file"):
        _text(getattr(given, name), f"tls.{name}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Asked for no password: who starts a service is not there to be asked.
        context.load_cert_chain(given.certificate_file, given.key_file, password=b"")
    except (ssl.SSLError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise ConfigError(
            f"tls.certificate_file: {given.certificate_file} and tls.key_file do not fit together ({why}); "
            "both are PEM, the key without a password."
        ) from error
    return context


def sign_in_of(config: Config, now: Callable[[], int], *, sandbox: bool, kept: Kept | None = None) -> SignIn:
    """Whose session tokens are accepted, as configured; `sandbox`: the demo's too.  Raises `ConfigError`."""
    issuers = [
        Issuer(given.issuer, _text(given.public_key_file, "sign_in.public_key_file"), given.org)
        for given in config.sign_in
    ]
    return SignIn(issuers, now, sandbox=sandbox, kept=kept)


def org_of(config: Config) -> str:
    """The address of the org whose agents sign in; "" for several, for one that has no such name, and in the demo."""
    issuers = [given.issuer for given in config.sign_in if given.issuer != SANDBOX_ISSUER]
    return issuers[0] if len(issuers) == 1 and issuers[0].startswith("https://") else ""


def openid_of(config: Config) -> OpenIdConfig | None:
    """How pages of the connector itself are signed in to, None when that is off.  Raises `ConfigError`."""
    given = config.oidc
    if not given.client_id:
        return None
    if not config.public_url:
        raise ConfigError("public_url: is missing; Salesforce sends browsers back to it when they have signed in.")
    if not given.org:
        raise ConfigError("oidc.org: is missing; give the 18 characters of the org's id, or anybody's org would do.")
    login_url = (given.login_url or config.salesforce.login_url).rstrip("/")
    if not safe(login_url):
        raise ConfigError(f"oidc.login_url: {login_url!r} must be https; plain http is for this machine only.")
    secret = _text(given.client_secret_file, "oidc.client_secret_file") if given.client_secret_file else None
    timeout_s = config.salesforce.timeout_s
    return OpenIdConfig(login_url, given.client_id, secret, given.org, config.public_url + CALLBACK, timeout_s)


def switch_config(config: Config, directory: Directory | None = None) -> SwitchConfig:
    """The switch as configured, with the phones of the agents in the directory.  Raises `ConfigError`."""
    given = config.switch
    return SwitchConfig(
        kind=given.kind,
        url=given.url,
        key=_text(given.key_file, "switch.key_file") if given.key_file else "",
        devices=devices_of(directory) if directory else (),
        user=given.user,
        password=_text(given.password_file, "switch.password_file") if given.password_file else "",
        app=given.app,
        trunk=given.trunk,
        routes=given.routes,
        sounds=given.sounds,
        music=Music(given.hold_music, given.queue_music, round(given.queue_music_after_s * 1000)),
    )


def speech_of(config: Config) -> SpeechConfig | None:
    """What makes text of what is said, None when nothing does.  Raises `ConfigError`."""
    given = config.transcript
    if not given.recognizer:
        return None
    urls = ({"": given.url} if given.url else {}) | given.urls
    if given.recognizer == "moonshine" and urls:
        raise ConfigError("transcript.url: is of no use to moonshine, which is on this machine; leave it out.")
    if given.recognizer == "vosk" and not urls:
        raise ConfigError("transcript.url: is missing; write where the recognizer is, as wss://speech.acme.example.")
    for language, url in urls.items():
        if language and not _LANGUAGE.fullmatch(language):
            raise ConfigError(f"transcript.urls: {language!r} is no language; write it like nl, or en-US.")
        _speech_url(url, f"transcript.urls.{language}" if language else "transcript.url")
    return SpeechConfig(
        kind=given.recognizer,
        urls=urls,
        token=_text(given.token_file, "transcript.token_file") if given.token_file else "",
        authority=given.authority_file,
        speakers=given.speakers,
        timeout_s=given.timeout_s,
    )


def _speech_url(url: str, setting: str) -> None:
    """Raises `ConfigError` for one at which nobody can be, or to which people's voices would go in the open."""
    try:
        parts = urlsplit(url)
        here = parts.scheme == "ws" and parts.hostname in THIS_MACHINE
        usable = parts.hostname and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        usable = None
    if not usable or parts.scheme not in ("ws", "wss"):
        raise ConfigError(f"{setting}: is no address of a recognizer; write it like wss://speech.acme.example.")
    if parts.scheme == "ws" and not here:
        raise ConfigError(f"{setting}: must be wss, for voices go there; plain ws is for this machine only.")


def recognizer_of(config: Config) -> Recognizer | None:
    """What makes text of what is said, None when nothing does.  Raises `ConfigError`."""
    given = speech_of(config)
    return None if given is None else open_recognizer(given)


async def try_transcript(config: Config, directory: Directory | None = None) -> list[Finding]:
    """Whether there could be live transcripts, for the directory's skills; nothing is found where none are configured.

    Raises `ConfigError`.
    """
    given = speech_of(config)
    if given is None:
        return []
    found = await check_recognizer(given)
    if directory is not None and directory.settings.transcript:
        recognizer = open_recognizer(given)
        for skill in directory.skills.values():
            if not recognizer.knows(skill.language):
                what = f"nobody understands the language of skill {skill.name}: {skill.language}"
                found.append(Finding(True, what, "its calls have no transcript", hint=True))
    if config.switch.kind != "asterisk":
        cure = "transcripts are of those, the same for each call"
        found.append(Finding(True, f"the switch ({config.switch.kind}) has prepared sentences only", cure, hint=True))
    return found


def with_ours(directory: Directory, config: Config) -> Directory:
    """The directory with what is set here: where recordings are listened to."""
    where = f"{config.public_url}{RECORDINGS}" if config.public_url else ""
    settings = replace(directory.settings, recordings=where)
    ignored = tuple(line for line in directory.ignored if line != NO_LINKS)
    if not where and any(skill.recording is not RecordingMode.NEVER for skill in directory.skills.values()):
        ignored = (*ignored, NO_LINKS)
    return replace(directory, settings=settings, ignored=ignored)


def keep_of(config: Config) -> Keep:
    """How long the store keeps what nobody needs any more."""
    given = config.retention
    day = 24 * 3_600_000
    return Keep(
        contacts=given.contacts_days * day,
        task_fields=given.task_fields_days * day,
        replies=given.replies_minutes * 60_000,
        discards=given.discards_days * day,
        directory=given.directory_days * day,
    )


def devices_of(directory: Directory) -> tuple[str, ...]:
    """The agents' phones."""
    return tuple(agent.device for agent in directory.agents.values() if agent.device)


async def try_switch(config: Config, directory: Directory | None) -> list[Finding]:
    """Whether the configured switch would do for what the directory names; the connector that it has is not disturbed.

    Raises a `ConnectorError` where nothing can be found out.
    """
    wanted = None
    if directory is not None:
        routes = [name for route in directory.emergency for name in (route.local, route.national)]
        announcements = [skill.consent for skill in directory.skills.values() if skill.consent]
        local = tuple(dict.fromkeys(route.local for route in directory.emergency))
        wanted = Wanted(tuple(dict.fromkeys(routes)), tuple(dict.fromkeys(announcements)), local)
    return await check_switch(switch_config(config, directory), wanted)


def _text(path: str, setting: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{setting}: {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{setting}: {path} is not a text file.") from error


def api_keys_of(config: Config) -> ApiKeys:
    """Who may deliver work.  Raises `ConfigError`."""
    found: dict[str, str] = {}
    for given in config.api_keys:
        if bool(given.sha256) == bool(given.sha256_file):
            raise ConfigError(f"api_keys: {given.name}: takes either sha256 or sha256_file.")
        digest = given.sha256 or _text(given.sha256_file, "api_keys.sha256_file").lower()
        if not _SHA256.fullmatch(digest):
            raise ConfigError(f"api_keys.sha256_file: {given.sha256_file} must hold 64 hexadecimal digits, no more.")
        if given.name in found:
            raise ConfigError(f"api_keys.name: {given.name} is there twice.")
        found[given.name] = digest
    return ApiKeys(found)


def mail_server_of(config: Config) -> MailServer | None:
    """Where alarms are handed over as e-mail, None when nobody is to get one.  Raises `ConfigError`."""
    given = config.emergency
    rooms = {
        "emergency": given.email_to,
        "reconcile": config.reconcile.email_to,
        "salesforce.budget_email_to": config.salesforce.budget_email_to,
    }
    if not any(rooms.values()):
        return None
    for name in ("email_from", "smtp_host"):
        if not getattr(given, name):
            raise ConfigError(f"emergency.{name}: is missing; e-mail of an alarm needs it.")
    rooms["emergency"] = (given.email_from, *given.email_to)
    for room, address in ((room, address) for room, addresses in rooms.items() for address in addresses):
        if "@" not in address or any(sign.isspace() for sign in address):
            raise ConfigError(f"{room}: {address!r} is not an e-mail address; write it as name@example.com.")
    if given.smtp_tls == "none" and given.smtp_host not in THIS_MACHINE:
        raise ConfigError("emergency.smtp_tls: none is for a mail server on this machine only.")
    password = _text(given.smtp_password_file, "emergency.smtp_password_file") if given.smtp_user else ""
    return MailServer(
        given.smtp_host,
        given.smtp_port,
        given.email_from,
        given.smtp_user,
        password,
        given.smtp_tls,
        given.language,
    )


def gaps_channels_of(config: Config) -> list[Channel[Gaps]]:
    """Who is told of gaps of the daily proof.  Raises `ConfigError`."""
    server = mail_server_of(config)
    if server is None or not config.reconcile.email_to:
        return []
    threads = ThreadPoolExecutor(1, thread_name_prefix="gaps-mail")
    return [GapsMail(server, to, threads) for to in config.reconcile.email_to]


def budget_channels_of(config: Config) -> list[Channel[Short]]:
    """Who is told that few API requests are left.  Raises `ConfigError`."""
    server = mail_server_of(config)
    if server is None or not config.salesforce.budget_email_to:
        return []
    threads = ThreadPoolExecutor(1, thread_name_prefix="budget-mail")
    return [ShortMail(server, to, threads) for to in config.salesforce.budget_email_to]


def channels_of(config: Config) -> list[Channel[Alarm]]:
    """The ways out of an emergency alarm.  Raises `ConfigError`."""
    given = config.emergency
    channels: list[Channel[Alarm]] = []
    if given.webhook_url:
        _hook(given.webhook_url)
        file = given.webhook_secret_file
        channels.append(Webhook(given.webhook_url, _text(file, "emergency.webhook_secret_file") if file else ""))
    server = mail_server_of(config)
    if server is not None and given.email_to:
        threads = ThreadPoolExecutor(4, thread_name_prefix="alarm-mail")
        channels += [Mail(server, to, threads) for to in given.email_to]
    return channels


def _hook(url: str) -> None:
    """Raises `ConfigError` for a URL that would carry an agent's address in the open."""
    parts = urlsplit(url)
    near = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    if not parts.hostname or not (near or parts.scheme == "https"):
        raise ConfigError("emergency.webhook_url: must be https; plain http is for this machine only.")
