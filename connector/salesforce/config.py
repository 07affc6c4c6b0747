"""What the adapter must be told."""

from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct

from connector.errors import ConfigError

LOOPBACK = ("localhost", "127.0.0.1")

_MY_DOMAIN = ".my.salesforce.com"

MOST_RESERVED = 90
"""Percent: with more than that kept back hardly anything would ever be asked."""


class SalesforceConfig(Struct, frozen=True):
    """How to sign in, and how patiently to ask.

    JWT bearer flow: `consumer_key`, `username` and a private key (`private_key_file`, or `private_key` as PEM text);
    client credentials flow: `consumer_key` and `client_secret`.  `login_url` is https, or http on this machine only;
    `audience` of the assertion is `usual_audience` when empty, `token_url` the usual path under the login URL.
    `timeout_s` bounds each wait for data, half of it connecting; `threads` is how many requests are under way at most.
    `proxy` (a URL) and `ca_file` (PEM) are for networks that need them; the environment's proxy settings are not read.
    `certificate_file` is what the connected app holds, for whoever looks at when it ends.
    `numbers_every_s` is how often what changed of the org's numbers is read.  With less than `reserve_percent` of the
    org's API requests left what nobody waits for is put off, with less than `last_reserve_percent` only Tasks are
    written; 0: never.
    """

    login_url: str
    consumer_key: str
    username: str = ""
    private_key_file: str = ""
    private_key: str = ""
    audience: str = ""
    token_url: str = ""
    api_version: str = "62.0"
    timeout_s: float = 10
    threads: int = 4
    client_secret: str | None = None
    proxy: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    numbers_every_s: float = 60
    reserve_percent: float = 20
    last_reserve_percent: float = 5

    def __repr__(self) -> str:
        return f"SalesforceConfig(login_url={self.login_url!r}, username={self.username!r}, …)"


def is_loopback_http(url: str) -> bool:
    """Whether `url` is plain http to this machine, the only case in which plain http is used."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def usual_audience(login_url: str) -> str:
    """Whom the assertion is for: of My Domain the server that signs in its users, of all others `login_url` itself.

    Salesforce Help, "OAuth 2.0 JWT Bearer Flow": login.salesforce.com, test.salesforce.com (sandboxes; scratch orgs, as
    many found) or the URL of a site.  My Domain itself is refused, "audience is invalid".
    """
    host = urlsplit(login_url).hostname or ""
    if not host.endswith(_MY_DOMAIN):
        return login_url.rstrip("/")
    name = host.removesuffix(_MY_DOMAIN)
    tried_in = name.endswith((".sandbox", ".scratch")) or "--" in name
    return f"https://{'test' if tried_in else 'login'}.salesforce.com"


def check(config: SalesforceConfig) -> None:
    """Raises `ConfigError` naming the setting that is missing or cannot be used."""
    for name in ("login_url", "token_url"):
        url = getattr(config, name)
        if (url or name == "login_url") and urlsplit(url).scheme != "https" and not is_loopback_http(url):
            raise ConfigError(
                f"salesforce.{name}: {url!r} must begin with https:// (plain http is for localhost only)."
            )
    if not config.consumer_key:
        raise ConfigError("salesforce.consumer_key: is missing; copy it from the connected app in Setup.")
    if config.client_secret is None and not config.username:
        raise ConfigError("salesforce.username: is missing; give the integration user's username.")
    if config.timeout_s <= 0:
        raise ConfigError(f"salesforce.timeout_s: {config.timeout_s} is not a time in seconds above 0.")
    if config.threads < 1:
        raise ConfigError(f"salesforce.threads: {config.threads} must be 1 or more.")
    if not 0 <= config.reserve_percent <= MOST_RESERVED:
        raise ConfigError(
            f"salesforce.reserve_percent: {config.reserve_percent} must be 0 (nothing is kept back) to {MOST_RESERVED}."
        )
    most = config.reserve_percent or MOST_RESERVED
    if not 0 <= config.last_reserve_percent <= most:
        raise ConfigError(
            f"salesforce.last_reserve_percent: {config.last_reserve_percent} must be 0 to {most}: it is a part of "
            "reserve_percent, if that is not 0; lower it, or raise reserve_percent."
        )


def private_key(config: SalesforceConfig) -> RSAPrivateKey:
    """The key that signs assertions.  Raises `ConfigError` when there is none, or none that can be used."""
    setting = "salesforce.private_key_file"
    if config.private_key_file:
        try:
            pem = Path(config.private_key_file).read_bytes()
        except OSError as error:
            raise ConfigError(f"{setting}: {config.private_key_file} cannot be read: {error.strerror}.") from error
    elif config.private_key:
        setting, pem = "salesforce.private_key", config.private_key.encode()
    else:
        raise ConfigError(f"{setting}: is missing; give the PEM file whose certificate the connected app holds.")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{setting}: is not an unencrypted PEM private key.") from error
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"{setting}: is not an RSA key; Salesforce accepts assertions signed with RS256 only.")
    return key
