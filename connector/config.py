"""The settings: a TOML file, with the environment on top.  Nothing else reads the environment.

An unknown key, a wrong type or a missing value is a `ConfigError` that names it.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from connector.errors import ConfigError

KEY_NAME: Final = re.compile(r"^[A-Za-z0-9._-]{1,64}\Z")
Seconds = Annotated[int, Meta(ge=1, le=86_400)]
Percent = Annotated[float, Meta(ge=0, le=90)]


class Salesforce(Struct, frozen=True, forbid_unknown_fields=True):
    """How the connector signs in at the org (OAuth 2.0 JWT bearer flow, or client credentials with a secret).

    `private_key` (PEM) and `client_secret` come from the environment only.  `ca_file` (PEM) is trusted instead of the
    public authorities, `proxy` (a URL) is asked instead of the org itself: for networks that need them.
    """

    login_url: str = "https://login.salesforce.com"
    consumer_key: str = ""
    username: str = ""
    private_key_file: str = ""
    certificate_file: str = ""
    audience: str = ""
    api_version: Annotated[str, Meta(pattern=r"^\d{2,3}\.0$")] = "62.0"
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 10
    threads: Annotated[int, Meta(ge=1, le=64)] = 4
    client_secret_file: str = ""
    proxy: str = ""
    ca_file: str = ""
    numbers_every_s: Annotated[int, Meta(ge=5, le=86_400)] = 60
    reserve_percent: Percent = 20
    last_reserve_percent: Percent = 5
    budget_email_to: tuple[str, ...] = ()
    private_key: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        return f"Salesforce(login_url={self.login_url!r}, username={self.username!r}, …)"


class Switch(Struct, frozen=True, forbid_unknown_fields=True):
    """Which switch: `simulated` (in this process), `remote` (a simulated one in its own, at `url`) or `asterisk`.

    Of Asterisk: `user` and the password in `password_file` as in its ari.conf, the Stasis application `app`, the
    endpoint of the carrier `trunk`, the endpoints of emergency calls by the name of their route, what callers hear who
    cannot be taken, by message, and the classes of music for those who wait.
    """

    kind: Literal["simulated", "remote", "asterisk"] = "simulated"
    url: str = ""
    key_file: str = ""
    user: str = ""
    password_file: str = ""
    app: Annotated[str, Meta(pattern=KEY_NAME.pattern)] = "phone-panel"
    trunk: Annotated[str, Meta(min_length=1)] = "carrier"
    routes: dict[str, str] = {}
    sounds: dict[str, str] = {}
    hold_music: str = ""
    queue_music: str = "default"
    queue_music_after_s: Annotated[float, Meta(ge=0, le=600)] = 4


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An org whose session tokens are accepted."""

    issuer: Annotated[str, Meta(min_length=1)]
    public_key_file: Annotated[str, Meta(min_length=1)]
    org: Annotated[str, Meta(pattern="^00D[0-9A-Za-z]{15}$")]


class Oidc(Struct, frozen=True, forbid_unknown_fields=True):
    """How who opens a page of the connector itself signs in: by OpenID Connect with the org, when `client_id` is given.

    `login_url` is that of `[salesforce]` when empty; `org` is the only one whose users are let in.
    """

    login_url: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    org: Annotated[str, Meta(pattern="^(00D[0-9A-Za-z]{15})?$")] = ""


class ApiKey(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may deliver callbacks and work items: the SHA-256 of their key, here or in a file, never the key itself."""

    name: Annotated[str, Meta(pattern=KEY_NAME.pattern)]
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    sha256_file: str = ""


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """How long is kept what nobody needs any more; recordings have `recordings_days`.

    0 of `directory_days`: as long as there is no newer one.
    """

    contacts_days: Annotated[int, Meta(ge=2, le=3_650)] = 8
    task_fields_days: Annotated[int, Meta(ge=0, le=3_650)] = 8
    replies_minutes: Annotated[int, Meta(ge=5, le=1_440)] = 60
    discards_days: Annotated[int, Meta(ge=1, le=3_650)] = 366
    directory_days: Annotated[int, Meta(ge=0, le=3_650)] = 0


class Reconcile(Struct, frozen=True, forbid_unknown_fields=True):
    """The proof that each contact has its Task, made by itself `every_hours` (0: never) of the last `days`.

    `mend`: gaps are mended by itself, too; `email_to`: who is told of those that are left.
    """

    every_hours: Annotated[int, Meta(ge=0, le=168)] = 24
    days: Annotated[int, Meta(ge=1, le=3_650)] = 2
    mend: bool = False
    email_to: tuple[str, ...] = ()


class Emergency(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told of an emergency call beside the supervisors' panels; what is empty is not used."""

    webhook_url: str = ""
    webhook_secret_file: str = ""
    email_to: tuple[str, ...] = ()
    email_from: str = ""
    language: Literal["en", "nl"] = "en"
    smtp_host: str = ""
    smtp_port: Annotated[int, Meta(ge=1, le=65_535)] = 587
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"


class Transcript(Struct, frozen=True, forbid_unknown_fields=True):
    """What makes text of what is said in calls; empty: nobody has a live transcript.

    `moonshine`: on this machine, English only, with the extra `speech`.  `vosk`: a server at `url` that speaks Vosk's
    protocol, at those of `urls` for languages of their own.  At most so many `speakers` are listened to at once; each
    side of a call is one.
    """

    recognizer: Literal["", "moonshine", "vosk"] = ""
    url: str = ""
    urls: dict[str, str] = {}
    token_file: str = ""
    authority_file: str = ""
    speakers: Annotated[int, Meta(ge=1, le=2_000)] = 16
    timeout_s: Annotated[float, Meta(gt=0, le=60)] = 10


class Tls(Struct, frozen=True, forbid_unknown_fields=True):
    """The certificate (PEM, with what it is signed by) and key of the connector's own port; empty: no TLS there."""

    certificate_file: str = ""
    key_file: str = ""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, with their defaults."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    store: Annotated[str, Meta(min_length=1)] = "phone-panel.db"
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    origins: tuple[str, ...] = ()
    directory_every_s: Seconds = 300
    gather_ms: Annotated[int, Meta(ge=0, le=60_000)] = 1_200
    reserve_gather_ms: Annotated[int, Meta(ge=0, le=600_000)] = 10_000
    public_url: str = ""
    recordings_days: Annotated[int, Meta(ge=0, le=36_500)] = 90
    tls: Tls = Tls()
    salesforce: Salesforce = Salesforce()
    switch: Switch = Switch()
    transcript: Transcript = Transcript()
    sign_in: tuple[SignIn, ...] = ()
    oidc: Oidc = Oidc()
    api_keys: tuple[ApiKey, ...] = ()
    emergency: Emergency = Emergency()
    retention: Retention = Retention()
    reconcile: Reconcile = Reconcile()


ENVIRONMENT: Final = {
    "PANEL_HOST": "host",
    "PANEL_PORT": "port",
    "PANEL_STORE": "store",
    "PANEL_LOG_LEVEL": "log_level",
    "SALESFORCE_ORIGINS": "origins",
    "SALESFORCE_LOGIN_URL": "salesforce.login_url",
    "SALESFORCE_CONSUMER_KEY": "salesforce.consumer_key",
    "SALESFORCE_USERNAME": "salesforce.username",
    "SALESFORCE_PRIVATE_KEY_FILE": "salesforce.private_key_file",
    "SALESFORCE_PRIVATE_KEY": "salesforce.private_key",
    "SALESFORCE_CLIENT_SECRET": "salesforce.client_secret",
}
"""Environment variable → setting."""

SECRET: Final = frozenset({"private_key", "client_secret"})
"""Settings of `[salesforce]` that have no place in a file with others."""


_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(?P<port>\d{1,5}))?")
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_USUAL_PORT: Final = {"http": "80", "https": "443"}
_TAKES: Final = {
    "port": "a port, 1 to 65535 (0: any free one)",
    "log_level": "debug, info, warning, error or critical",
    "origins": 'a list, as ["https://acme.lightning.force.com"]',
    "directory_every_s": "whole seconds, 1 to 86400",
    "gather_ms": "whole milliseconds, 0 to 60000",
    "reserve_gather_ms": "whole milliseconds, that of gather_ms to 600000",
    "recordings_days": "whole days, 0 (for ever) to 36500",
    "tls": "a table, [tls]",
    "salesforce": "a table, [salesforce]",
    "salesforce.api_version": 'a version, as "62.0"',
    "salesforce.timeout_s": "seconds above 0, up to 600",
    "salesforce.threads": "a number, 1 to 64",
    "salesforce.numbers_every_s": "whole seconds, 5 to 86400",
    "salesforce.reserve_percent": "a percentage, 0 (nothing is kept back) to 90",
    "salesforce.last_reserve_percent": "a percentage, 0 to that of reserve_percent",
    "salesforce.budget_email_to": 'a list, as ["crm@acme.example"]',
    "switch": "a table, [switch]",
    "switch.app": "1 to 64 letters, digits, dots, dashes and underscores",
    "switch.kind": "simulated, remote or asterisk",
    "switch.queue_music_after_s": "seconds, 0 to 600",
    "switch.routes": 'a table, as { local = "psap" }',
    "switch.sounds": 'a table, as { closed = "sound:closed" }',
    "transcript": "a table, [transcript]",
    "transcript.recognizer": 'moonshine, vosk, or "" (nobody has a transcript)',
    "transcript.urls": 'a table of addresses by language, as { nl = "wss://nl.speech.acme.example" }',
    "transcript.speakers": "a number, 1 to 2000; each side of a call is one",
    "transcript.timeout_s": "seconds above 0, up to 60",
    "sign_in": "a list of tables, [[sign_in]] each",
    "sign_in.org": "the 18 characters of the org's id, 00D…",
    "oidc": "a table, [oidc]",
    "oidc.org": "the 18 characters of the org's id, 00D…",
    "api_keys": "a list of tables, [[api_keys]] each",
    "api_keys.name": "1 to 64 letters, digits, dots, dashes and underscores",
    "api_keys.sha256": "64 hexadecimal digits, as `connector api-key` prints them",
    "retention": "a table, [retention]",
    "retention.contacts_days": "whole days, 2 to 3650",
    "retention.task_fields_days": "whole days, 0 to 3650",
    "retention.replies_minutes": "whole minutes, 5 to 1440",
    "retention.discards_days": "whole days, 1 to 3650",
    "retention.directory_days": "whole days, 0 (as long as there is no newer one) to 3650",
    "reconcile": "a table, [reconcile]",
    "reconcile.every_hours": "whole hours, 0 (never) to 168",
    "reconcile.days": "whole days, 1 to 3650",
    "reconcile.mend": "true or false",
    "reconcile.email_to": 'a list, as ["crm@acme.example"]',
    "emergency": "a table, [emergency]",
    "emergency.email_to": 'a list, as ["security@acme.example"]',
    "emergency.language": "en or nl",
    "emergency.smtp_port": "a port, 1 to 65535",
    "emergency.smtp_tls": "starttls, tls or none",
}
"""What a setting takes, in words; the others take text."""

_SETTING: Final = re.compile(r" - at `\$\.([^`]+)`")
_KEY: Final = re.compile(r"field `(\w+)`")


def read(path: Path | None, environment: Mapping[str, str]) -> Config:
    """The settings of a file (None: none) with the environment's on top.

    Raises `ConfigError` that names the file, or the variable, and the setting, and says what it takes.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: is not TOML: {error}.") from error
    written = values.get("salesforce")
    for name in sorted(SECRET & written.keys()) if isinstance(written, dict) else ():
        variable = f"SALESFORCE_{name.upper()}"
        raise ConfigError(f"{path}: salesforce.{name}: takes no secret here; use {name}_file, or {variable}.")
    given = {variable: setting for variable, setting in ENVIRONMENT.items() if environment.get(variable)}
    for variable, setting in given.items():
        _put(values, setting, environment[variable], str(path))
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(str(error), path, given)) from error
    if config.reserve_gather_ms < config.gather_ms:
        raise ConfigError(
            f"{path}: reserve_gather_ms: {config.reserve_gather_ms} must be at least gather_ms ({config.gather_ms}); "
            "Tasks wait longer, not shorter, while few API requests are left."
        )
    where = "SALESFORCE_ORIGINS" if "SALESFORCE_ORIGINS" in given else "origins"
    public = _origin(config.public_url, "public_url") if config.public_url else ""
    return replace(config, origins=tuple(_origin(origin, where) for origin in config.origins), public_url=public)


def _put(values: dict[str, Any], setting: str, text: str, path: str) -> None:
    *rooms, name = setting.split(".")
    for room in rooms:
        values = values.setdefault(room, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: {room}: takes {_TAKES[room]}.")
    if name == "origins":
        values[name] = text.replace(",", " ").split()
    elif name == "private_key":
        # Many places that keep such variables have no line breaks.
        values[name] = text.strip().replace("\\n", "\n")
    else:
        values[name] = text.strip().lower() if name == "log_level" else text.strip()


def _explained(text: str, path: Path | None, given: Mapping[str, str]) -> str:
    """Where the value came from, the setting, and what it takes."""
    at = _SETTING.search(text)
    room = at[1] if at else ""
    problem = _SETTING.sub("", text)
    if key := _KEY.search(problem):
        # The place that msgspec gives is the table; the key is in its words.
        setting = f"{room}.{key[1]}" if room else key[1]
        known = "is not a setting" if "unknown" in problem else "is missing"
        return f"{path}: {setting}: {known}; docs/reference/settings.md has them all."
    takes = _TAKES.get(re.sub(r"\[\d+\]", "", room), "text")
    for variable, setting in given.items():
        if setting == room:
            return f"{variable}: takes {takes}."
    return f"{path}: {room}: takes {takes}."


def _origin(text: str, where: str) -> str:
    """As a browser writes it.  Raises `ConfigError`."""
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        raise ConfigError(
            f"{where}: {text!r} is not an origin; write it like https://acme.lightning.force.com, without a path or *."
        )
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if scheme == "http" and host not in _THIS_MACHINE:
        raise ConfigError(f"{where}: {text!r} must be https; plain http is for this machine only.")
    return f"{scheme}://{host}:{port}" if port and port != _USUAL_PORT[scheme] else f"{scheme}://{host}"
