"""The settings: each from file and environment, and each bad value told by its name with what it takes."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.config import (
    ENVIRONMENT,
    SECRET,
    ApiKey,
    Config,
    Emergency,
    Oidc,
    Reconcile,
    Retention,
    Salesforce,
    SignIn,
    Switch,
    Tls,
    Transcript,
    read,
)
from connector.errors import ConfigError

ORG = "00D000000000001EAA"
REFERENCE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"

FULL = f"""
host = "0.0.0.0"
port = 9000
store = "here.db"
log_level = "debug"
origins = ["https://acme.lightning.force.com", "http://localhost:8082"]
directory_every_s = 5
gather_ms = 0
reserve_gather_ms = 20_000
public_url = "https://Phone.acme.example:443"
recordings_days = 30

[tls]
certificate_file = "crt.pem"
key_file = "key"

[salesforce]
login_url = "https://test.salesforce.com"
consumer_key = "3MVG9"
username = "connector@acme.example"
private_key_file = "key.pem"
certificate_file = "crt.pem"
audience = "https://login.salesforce.com"
api_version = "65.0"
timeout_s = 2.5
threads = 8
numbers_every_s = 15
reserve_percent = 25
last_reserve_percent = 2.5
budget_email_to = ["it@acme.example"]
client_secret_file = "secret"
proxy = "http://proxy.acme.example:3128"
ca_file = "authority.pem"

[switch]
kind = "asterisk"
url = "https://pbx.example:8089/ari"
key_file = "key"
user = "panel"
password_file = "ari"
app = "panel"
trunk = "outside"
routes = {{ local = "psap" }}
sounds = {{ closed = "sound:closed" }}
hold_music = "soft"
queue_music = "queue"
queue_music_after_s = 2.5

[transcript]
recognizer = "vosk"
url = "wss://speech.acme.example"
urls = {{ nl = "wss://nl.speech.acme.example" }}
token_file = "token"
authority_file = "ours.pem"
speakers = 40
timeout_s = 4.5

[emergency]
webhook_url = "https://x.example/alarm"
webhook_secret_file = "hook"
email_to = ["security@acme.example"]
email_from = "phone@acme.example"
language = "nl"
smtp_host = "mail.acme.example"
smtp_port = 465
smtp_user = "phone"
smtp_password_file = "password"
smtp_tls = "tls"

[[api_keys]]
name = "flow"
sha256 = "{"ab" * 32}"
sha256_file = ""

[[sign_in]]
issuer = "https://acme.my.salesforce.com"
public_key_file = "session.pem"
org = "{ORG}"

[oidc]
login_url = "https://acme.my.salesforce.com"
client_id = "3MVG9.pages"
client_secret_file = "pages.secret"
org = "{ORG}"

[retention]
contacts_days = 30
task_fields_days = 3
replies_minutes = 10
discards_days = 100
directory_days = 14

[reconcile]
every_hours = 6
days = 4
mend = true
email_to = ["crm@acme.example"]
"""


def from_file(folder: Path, text: str, environment: dict[str, str] | None = None) -> Config:
    path = folder / "connector.toml"
    path.write_text(text, encoding="utf-8")
    return read(path, environment or {})


def refusal(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        from_file(folder, text, environment)
    return str(caught.value)


SECRETS = {f"salesforce.{name}" for name in SECRET}


def settings_of(kind: type, room: str = "") -> set[str]:
    """All settings by their full names."""
    found: set[str] = set()
    rooms: dict[str, type] = {
        "tls": Tls,
        "retention": Retention,
        "reconcile": Reconcile,
        "salesforce": Salesforce,
        "switch": Switch,
        "sign_in": SignIn,
        "oidc": Oidc,
        "api_keys": ApiKey,
        "emergency": Emergency,
        "transcript": Transcript,
    }
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        found |= settings_of(rooms[name], f"{name}.") if name in rooms and not room else {room + name}
    return found


def test_without_anything_the_defaults_count() -> None:
    assert read(None, {}) == Config()


def test_every_setting_can_be_in_the_file(tmp_path: Path) -> None:
    assert from_file(tmp_path, FULL) == Config(
        host="0.0.0.0",
        port=9000,
        store="here.db",
        log_level="debug",
        origins=("https://acme.lightning.force.com", "http://localhost:8082"),
        directory_every_s=5,
        gather_ms=0,
        reserve_gather_ms=20_000,
        salesforce=Salesforce(
            login_url="https://test.salesforce.com",
            consumer_key="3MVG9",
            username="connector@acme.example",
            private_key_file="key.pem",
            certificate_file="crt.pem",
            audience="https://login.salesforce.com",
            api_version="65.0",
            timeout_s=2.5,
            threads=8,
            numbers_every_s=15,
            reserve_percent=25,
            last_reserve_percent=2.5,
            budget_email_to=("it@acme.example",),
            client_secret_file="secret",
            proxy="http://proxy.acme.example:3128",
            ca_file="authority.pem",
        ),
        switch=Switch(
            "asterisk",
            "https://pbx.example:8089/ari",
            "key",
            "panel",
            "ari",
            "panel",
            "outside",
            {"local": "psap"},
            {"closed": "sound:closed"},
            "soft",
            "queue",
            2.5,
        ),
        transcript=Transcript(
            "vosk",
            "wss://speech.acme.example",
            {"nl": "wss://nl.speech.acme.example"},
            "token",
            "ours.pem",
            40,
            4.5,
        ),
        api_keys=(ApiKey("flow", "ab" * 32),),
        public_url="https://phone.acme.example",
        recordings_days=30,
        tls=Tls("crt.pem", "key"),
        retention=Retention(30, 3, 10, 100, 14),
        reconcile=Reconcile(6, 4, True, ("crm@acme.example",)),
        emergency=Emergency(
            "https://x.example/alarm",
            "hook",
            ("security@acme.example",),
            "phone@acme.example",
            "nl",
            "mail.acme.example",
            465,
            "phone",
            "password",
            "tls",
        ),
        sign_in=(SignIn("https://acme.my.salesforce.com", "session.pem", ORG),),
        oidc=Oidc("https://acme.my.salesforce.com", "3MVG9.pages", "pages.secret", ORG),
    )
    named = set(re.findall(r"^(\w+) =", FULL, re.MULTILINE))
    settings = {name.rsplit(".", 1)[-1] for name in settings_of(Config) - SECRETS}
    assert settings == named, "a new setting belongs into this test"


def test_every_setting_is_in_the_reference() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    for name in settings_of(Config) - SECRETS:
        assert re.search(rf"\b{name.rsplit('.', 1)[-1]}\b", page), name
    for variable in ENVIRONMENT:
        assert variable in page


@pytest.mark.parametrize(
    ("variable", "text", "setting", "value"),
    [
        ("PANEL_HOST", "::1", "host", "::1"),
        ("PANEL_PORT", "0", "port", 0),
        ("PANEL_STORE", "/var/lib/x.db", "store", "/var/lib/x.db"),
        ("PANEL_LOG_LEVEL", "WARNING", "log_level", "warning"),
        (
            "SALESFORCE_ORIGINS",
            "https://a.example https://b.example",
            "origins",
            ("https://a.example", "https://b.example"),
        ),
        (
            "SALESFORCE_ORIGINS",
            "https://a.example,https://b.example",
            "origins",
            ("https://a.example", "https://b.example"),
        ),
        ("SALESFORCE_PRIVATE_KEY", "-----BEGIN\\nabc\ndef\n", "salesforce.private_key", "-----BEGIN\nabc\ndef"),
        ("SALESFORCE_CLIENT_SECRET", "s3cret", "salesforce.client_secret", "s3cret"),
        ("SALESFORCE_LOGIN_URL", "https://x.example", "salesforce.login_url", "https://x.example"),
        ("SALESFORCE_CONSUMER_KEY", "12345", "salesforce.consumer_key", "12345"),
        ("SALESFORCE_USERNAME", " a@b ", "salesforce.username", "a@b"),
        ("SALESFORCE_PRIVATE_KEY_FILE", "k.pem", "salesforce.private_key_file", "k.pem"),
    ],
)
def test_the_environment_goes_on_top_of_the_file(
    tmp_path: Path, variable: str, text: str, setting: str, value: object
) -> None:
    found: Any = from_file(tmp_path, FULL, {variable: text})
    for name in setting.split("."):
        found = getattr(found, name)
    assert found == value
    assert ENVIRONMENT[variable] == setting
    alone: Any = read(None, {variable: text})
    for name in setting.split("."):
        alone = getattr(alone, name)
    assert alone == value


@pytest.mark.parametrize("name", sorted(SECRET))
def test_a_secret_has_no_place_in_the_file_and_is_not_shown(tmp_path: Path, name: str) -> None:
    variable = f"SALESFORCE_{name.upper()}"
    said = refusal(tmp_path, f'[salesforce]\n{name} = "s3cret"\n')
    assert said.endswith(f"salesforce.{name}: takes no secret here; use {name}_file, or {variable}.")
    assert "s3cret" not in repr(read(None, {variable: "s3cret"}))


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert from_file(tmp_path, FULL, dict.fromkeys(ENVIRONMENT, "")) == from_file(tmp_path, FULL)


@pytest.mark.parametrize(
    ("text", "setting", "cure"),
    [
        ("port = 70000", "port", "1 to 65535"),
        ("port = -1", "port", "1 to 65535"),
        ('port = "http"', "port", "1 to 65535"),
        ("port = true", "port", "1 to 65535"),
        ("host = 1", "host", "text"),
        ('host = ""', "host", "text"),
        ('store = ""', "store", "text"),
        ('log_level = "loud"', "log_level", "debug, info, warning"),
        ('origins = "https://a.example"', "origins", '["https://'),
        ("origins = [1]", "origins[0]", "https://"),
        ("directory_every_s = 0", "directory_every_s", "1 to 86400"),
        ("gather_ms = -1", "gather_ms", "0 to 60000"),
        ("reserve_gather_ms = 600001", "reserve_gather_ms", "that of gather_ms to 600000"),
        ("gather_ms = 2000\nreserve_gather_ms = 1999", "reserve_gather_ms", "at least gather_ms (2000)"),
        ("colour = 1", "colour", "is not a setting"),
        ("tls = 1", "tls", "[tls]"),
        ("salesforce = 1", "salesforce", "[salesforce]"),
        ("[salesforce]\ntimeout_s = 0", "salesforce.timeout_s", "above 0"),
        ("[salesforce]\ntimeout_s = nan", "salesforce.timeout_s", "above 0"),
        ("[salesforce]\nthreads = 0", "salesforce.threads", "1 to 64"),
        ("[reconcile]\nevery_hours = 169", "reconcile.every_hours", "whole hours, 0 (never) to 168"),
        ("[reconcile]\nmend = 7", "reconcile.mend", "true or false"),
        ("[salesforce]\nreserve_percent = 91", "salesforce.reserve_percent", "0 (nothing is kept back) to 90"),
        ("[salesforce]\nlast_reserve_percent = -1", "salesforce.last_reserve_percent", "0 to that of reserve_percent"),
        ('[salesforce]\napi_version = "v62"', "salesforce.api_version", "62.0"),
        ("[salesforce]\nuser = 1", "salesforce.user", "is not a setting"),
        ('[[api_keys]]\nname = "a b"', "api_keys[0].name", "1 to 64 letters"),
        ('[[api_keys]]\nname = "a"\nsha256 = "ABC"', "api_keys[0].sha256", "connector api-key"),
        ('[[api_keys]]\nsha256 = ""', "api_keys[0].name", "is missing"),
        ('api_keys = "x"', "api_keys", "[[api_keys]]"),
        ('[emergency]\nsmtp_tls = "ssl"', "emergency.smtp_tls", "starttls, tls or none"),
        ("[emergency]\nsmtp_port = 0", "emergency.smtp_port", "1 to 65535"),
        ('[emergency]\nemail_to = "a@b"', "emergency.email_to", '["security@'),
        ('[emergency]\nlanguage = "fr"', "emergency.language", "en or nl"),
        ('[switch]\nkind = "sip"', "switch.kind", "simulated, remote or asterisk"),
        ("[switch]\nurl = 1", "switch.url", "text"),
        ('[switch]\napp = "a b"', "switch.app", "1 to 64 letters"),
        ('[switch]\ntrunk = ""', "switch.trunk", "text"),
        ('[switch]\nroutes = "psap"', "switch.routes", "a table"),
        ('[switch]\nsounds = ["x"]', "switch.sounds", "a table"),
        ("transcript = 1", "transcript", "[transcript]"),
        ('[transcript]\nrecognizer = "siri"', "transcript.recognizer", "vosk"),
        ('[transcript]\nurls = "ws://localhost"', "transcript.urls", "by language"),
        ("[transcript]\nspeakers = 0", "transcript.speakers", "1 to 2000"),
        ("[transcript]\ntimeout_s = 61", "transcript.timeout_s", "up to 60"),
        ("sign_in = 1", "sign_in", "[[sign_in]]"),
        ('[[sign_in]]\nissuer = "x"\npublic_key_file = "y"', "sign_in[0].org", "is missing"),
        ('[[sign_in]]\nissuer = "x"\npublic_key_file = "y"\norg = "00D"', "sign_in[0].org", "00D…"),
        ('[[sign_in]]\nissuer = ""\npublic_key_file = "y"\norg = "00D000000000001EAA"', "sign_in[0].issuer", "text"),
    ],
)
def test_a_bad_value_in_the_file_names_file_setting_and_cure(
    tmp_path: Path, text: str, setting: str, cure: str
) -> None:
    told = refusal(tmp_path, text)
    assert told.startswith(f"{tmp_path / 'connector.toml'}: {setting}: "), told
    assert cure in told


@pytest.mark.parametrize(
    ("variable", "text", "cure"),
    [
        ("PANEL_PORT", "http", "1 to 65535"),
        ("PANEL_PORT", "65536", "1 to 65535"),
        ("PANEL_LOG_LEVEL", "loud", "debug, info"),
        ("SALESFORCE_ORIGINS", "acme.lightning.force.com", "https://acme.lightning.force.com"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, variable: str, text: str, cure: str) -> None:
    told = refusal(tmp_path, FULL, {variable: text})
    assert told.startswith(f"{variable}: ")
    assert cure in told


def test_a_variable_needs_the_table_that_it_goes_into(tmp_path: Path) -> None:
    told = refusal(tmp_path, "salesforce = 1", {"SALESFORCE_USERNAME": "x"})
    assert "salesforce: takes a table" in told


@pytest.mark.parametrize(
    "origin",
    [
        "https://acme.lightning.force.com/",
        "https://acme.lightning.force.com/lightning",
        "acme.lightning.force.com",
        "https://*.lightning.force.com",
        "https://",
        "ftp://acme.example",
        "http://acme.lightning.force.com",
        "http://localhost.evil.example",
        "https://a.example; script-src *",
        "https://a.example 'unsafe-inline'",
        "https://user@a.example",
        "null",
        "",
    ],
)
def test_what_is_no_origin_is_refused(tmp_path: Path, origin: str) -> None:
    told = refusal(tmp_path, f'origins = ["{origin}"]')
    assert told.startswith("origins: ")
    assert "https" in told


@pytest.mark.parametrize(
    ("origin", "as_browsers_write_it"),
    [
        ("https://ACME.Lightning.Force.com", "https://acme.lightning.force.com"),
        ("https://acme.example:443", "https://acme.example"),
        ("http://localhost:80", "http://localhost"),
        ("https://acme.example:8443", "https://acme.example:8443"),
        ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
        ("http://[::1]:8082", "http://[::1]:8082"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(tmp_path: Path, origin: str, as_browsers_write_it: str) -> None:
    assert from_file(tmp_path, f'origins = ["{origin}"]').origins == (as_browsers_write_it,)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    with pytest.raises(ConfigError, match="cannot be read: No such file") as caught:
        read(missing, {})
    assert str(missing) in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path, {})


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"[salesforce\n"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "connector.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is not TOML") as caught:
        read(path, {})
    assert str(path) in str(caught.value)
