"""The settings: a TOML file, with the environment on top.  Nothing else reads the environment.

An unknown key, a wrong type or a missing value is a `ConfigError` that names it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from connector.errors import ConfigError


class Salesforce(Struct, frozen=True, forbid_unknown_fields=True):
    """How the connector signs in at the org (OAuth 2.0 JWT bearer flow, or client credentials with a secret)."""

    login_url: str = "https://login.salesforce.com"
    consumer_key: str = ""
    username: str = ""
    private_key_file: str = ""
    audience: str = ""
    api_version: str = "62.0"
    timeout_s: float = 10
    threads: int = 4
    client_secret_file: str = ""


class Switch(Struct, frozen=True, forbid_unknown_fields=True):
    """Which switch: `simulated` (in this process) or `remote` (a simulated one in its own, at `url`)."""

    kind: Literal["simulated", "remote"] = "simulated"
    url: str = ""
    key_file: str = ""


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An org whose session tokens are accepted."""

    issuer: str
    public_key_file: str
    org: str


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, with their defaults."""

    host: str = "127.0.0.1"
    port: int = 8080
    store: str = "phone-panel.db"
    log_level: str = "info"
    origins: tuple[str, ...] = ()
    directory_every_s: int = 60
    gather_ms: int = 300
    salesforce: Salesforce = Salesforce()
    switch: Switch = Switch()
    sign_in: tuple[SignIn, ...] = ()


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
}
"""Environment variable → setting."""


def read(path: Path | None, environment: Mapping[str, str]) -> Config:
    """The settings of a file (None: none) with the environment's on top.

    Raises `ConfigError` that names the file, the setting and the cure.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: is not TOML: {error}.") from error
    for variable, setting in ENVIRONMENT.items():
        if environment.get(variable):
            _put(values, setting, environment[variable])
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path or 'environment'}: {error}.") from error
    _check(config)
    return config


def _put(values: dict[str, Any], setting: str, text: str) -> None:
    *rooms, name = setting.split(".")
    for room in rooms:
        values = values.setdefault(room, {})
    values[name] = text.replace(",", " ").split() if name == "origins" else text


def _check(config: Config) -> None:
    for origin in config.origins:
        scheme, _, rest = origin.partition("://")
        if scheme not in ("http", "https") or not rest or "/" in rest:
            raise ConfigError(
                f"origins: {origin!r} is not an origin; write it like https://acme.lightning.force.com, without a path."
            )
        if scheme == "http" and rest.partition(":")[0] not in ("localhost", "127.0.0.1"):
            raise ConfigError(f"origins: {origin!r} must be https; plain http is for this machine only.")
    if not 0 <= config.port <= 65_535:
        raise ConfigError(f"port: {config.port} is not a port; give 1 to 65535.")
