"""Signing in: OAuth 2.0 JWT bearer flow or client credentials flow, and one token for all threads."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import requests
from msgspec import Struct

from connector.errors import CrmUnavailable
from connector.salesforce.config import SalesforceConfig, check, is_loopback_http, private_key, usual_audience

ASSERTION_SECONDS = 180
"""How long an assertion is good for; Salesforce takes at most five minutes."""

REFUSED_RETRY_MS = 60_000
"""After a refused sign-in only an administrator's change helps: not asked more often than this."""

_APPROVE = (
    "In Setup, open the connected app's policies, set Permitted Users to 'Admin approved users are pre-authorized' and "
    "assign the integration user a permission set or profile that has the app."
)
_KEY = (
    "Check that the connected app holds the certificate of the private key in use, that salesforce.login_url is the "
    "org's, that salesforce.audience is empty (or login.salesforce.com, of a sandbox test.salesforce.com), and the "
    "clock of this machine."
)
_CURES = (
    ("user hasn't approved this consumer", _APPROVE),
    ("user is not admin approved", _APPROVE),
    ("invalid assertion", _KEY),
    ("audience is invalid", _KEY),
    (
        "client identifier invalid",
        "Check salesforce.consumer_key; a new connected app takes up to ten minutes to work.",
    ),
    ("invalid client", "Check salesforce.consumer_key and the client secret."),
    ("no client credentials user", "In the connected app's policies, choose a Run As user for client credentials."),
    ("user hasn't been found", "Check salesforce.username: the user must exist and be active."),
    ("inactive user", "Activate the integration user in Setup, Users."),
    ("ip restricted", "In the connected app's policies, relax IP restrictions or allow this machine's address."),
)


class Token(Struct, frozen=True):
    """A session: the access token and the address of the org's instance (no trailing slash).

    `user` is the id of whose session it is, "" when the answer did not say.
    """

    access: str
    instance: str
    user: str = ""

    def __repr__(self) -> str:
        return f"Token({self.instance!r})"


class SignIn:
    """The one token.  However many threads find it expired, one request gets the next."""

    def __init__(
        self, config: SalesforceConfig, session: requests.Session, *, now: Callable[[], float] = time.time
    ) -> None:
        check(config)
        self._config = config
        self._session = session
        self._now = now
        self._key = private_key(config) if config.client_secret is None else None
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._attempts = 0
        self._failure: CrmUnavailable | None = None

    def token(self) -> Token:
        """The current token, got if there is none yet.  Raises `CrmUnavailable`."""
        return self._token or self._got_instead_of(None)

    def renewed(self, stale: Token) -> Token:
        """A token that is not `stale`; asks for one only if no other thread has done so meanwhile."""
        return self._got_instead_of(stale)

    def _got_instead_of(self, stale: Token | None) -> Token:
        attempt = self._attempts
        with self._lock:
            if self._token is not None and self._token is not stale:
                return self._token
            if self._attempts != attempt and self._failure is not None:
                # The request that this thread waited for has failed: another one now would fail alike, after as long.
                failed = self._failure
                raise CrmUnavailable(failed.code, str(failed), retry_after=failed.retry_after)
            try:
                self._token, self._failure = self._ask(), None
            except CrmUnavailable as error:
                self._token, self._failure = None, error
                raise
            finally:
                self._attempts += 1
            return self._token

    def _ask(self) -> Token:
        url = self._config.token_url or f"{self._config.login_url.rstrip('/')}/services/oauth2/token"
        try:
            response = self._session.post(url, data=self._form(), allow_redirects=False)
        except requests.RequestException as error:
            raise CrmUnavailable("connection", f"{url} cannot be reached: {_plain(error)}.") from error
        body = _json_object(response)
        if response.status_code != requests.codes.ok:
            raise _refused(url, response, body)
        access, instance = body.get("access_token"), body.get("instance_url")
        if not isinstance(access, str) or not isinstance(instance, str) or not access:
            raise CrmUnavailable("login", f"{url} answered without access_token and instance_url: no Salesforce org?")
        if not instance.startswith("https://") and not (
            is_loopback_http(instance) and is_loopback_http(self._config.login_url)
        ):
            raise CrmUnavailable("login", f"{url} names {instance} as the org's address, which is not https.")
        return Token(access, instance.rstrip("/"), str(body.get("id") or "").rpartition("/")[2])

    def _form(self) -> dict[str, str]:
        if self._config.client_secret is not None:
            return {
                "grant_type": "client_credentials",
                "client_id": self._config.consumer_key,
                "client_secret": self._config.client_secret,
            }
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}

    def _assertion(self) -> str:
        now = int(self._now())
        claims = {
            "iss": self._config.consumer_key,
            "sub": self._config.username,
            "aud": self._config.audience or usual_audience(self._config.login_url),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        assert self._key is not None
        return jwt.encode(claims, self._key, algorithm="RS256")


def _json_object(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(url: str, response: requests.Response, body: dict[str, Any]) -> CrmUnavailable:
    error, description = str(body.get("error", "")), str(body.get("error_description", ""))
    if not error or response.status_code >= requests.codes.server_error:
        return CrmUnavailable("unavailable", f"{url} answered {response.status_code} instead of a token.")
    said = f"{error}: {description}" if description else error
    cure = next((cure for words, cure in _CURES if words in description.lower()), _KEY)
    return CrmUnavailable("login", f"Salesforce refused the sign-in ({said}). {cure}", retry_after=REFUSED_RETRY_MS)


def _plain(error: requests.RequestException) -> str:
    """What went wrong, without the object addresses that these exceptions carry."""
    match error:
        case requests.exceptions.SSLError():
            return "its certificate is not trusted (salesforce.ca_file names a private authority)"
        case requests.exceptions.ProxyError():
            return "the proxy (salesforce.proxy) does not let it through"
        case requests.exceptions.Timeout():
            return "no answer in time"
        case _:
            return "no connection"
