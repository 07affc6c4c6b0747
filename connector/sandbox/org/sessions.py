"""Sign-in: the OAuth token endpoint (JWT bearer, client credentials) and the sessions it opens."""

from __future__ import annotations

import base64
import hmac
import itertools
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.metadata.access import ADMINISTRATORS
from connector.sandbox.org.schema import Row, Schema

CLIENT_CREDENTIALS = "client_credentials"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
IDLE_SECONDS = 2 * 60 * 60.0
"""Salesforce's default idle time of a session; each use begins it anew."""


class OAuthError(Exception):
    """A refused sign-in: HTTP 400 with `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


class Session(msgspec.Struct):
    """One signed-in user. `used` is when the session was last used, in seconds since 1970."""

    user_id: str
    used: float


class Sessions:
    """The open sessions, by access token."""

    def __init__(self, organization_id: str, now: Callable[[], float], idle_seconds: float = IDLE_SECONDS) -> None:
        self.idle_seconds = idle_seconds
        self._organization = organization_id[:15]
        self._now = now
        self._open: dict[str, Session] = {}
        self._numbers = itertools.count(1)

    def open(self, user_id: str) -> str:
        """A new access token for the user."""
        token = f"{self._organization}!AQ{next(self._numbers):05d}.{secrets.token_urlsafe(48)}"
        self._open[token] = Session(user_id, self._now())
        return token

    def user(self, authorization: str | None) -> tuple[str, str]:
        """The token and the user of an Authorization header; raises INVALID_AUTH_HEADER or INVALID_SESSION_ID."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme not in ("Bearer", "OAuth") or not token:
            raise OrgError("INVALID_AUTH_HEADER", "INVALID_AUTH_HEADER", status=401)
        session = self._open.get(token)
        if session is None or self._now() - session.used > self.idle_seconds:
            self._open.pop(token, None)
            raise invalid_session()
        session.used = self._now()
        return token, session.user_id

    def end(self, token: str) -> None:
        """Forget the session, as when it was revoked."""
        self._open.pop(token, None)


def invalid_session() -> OrgError:
    return OrgError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


class ConnectedApp(msgspec.Struct, frozen=True):
    """The app that the connector signs in through: its consumer key, its certificate's key, who is approved.

    Administrators are approved too. With a `secret` client credentials sign in as `username`.
    """

    consumer_key: str
    key: RSAPublicKey
    username: str
    secret: str | None = None


def load_public_key(pem: bytes) -> RSAPublicKey:
    """The RSA key of a PEM certificate or public key; raises ValueError that says what is wrong."""
    key = load_pem_x509_certificate(pem).public_key() if b"BEGIN CERTIFICATE" in pem else load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise ValueError(  # noqa: TRY004 - the content is wrong, not the type
            "the connected app's certificate must hold an RSA key: JWT bearer sign-in uses RS256"
        )
    return key


def sign_in(
    form: Mapping[str, str], app: ConnectedApp, database: Database, schema: Schema, *, audiences: set[str], now: float
) -> Row:
    """The user whom a request for a token signs in; raises OAuthError as Salesforce words it."""
    if form.get("grant_type") == CLIENT_CREDENTIALS:
        return _by_secret(form, app, database, schema)
    if form.get("grant_type") != GRANT:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    claims = _claims(form.get("assertion", ""), app, audiences)
    try:
        # simple-salesforce sends exp as text; the sf command line sends milliseconds, which is merely far ahead.
        expired = float(claims.get("exp", 0)) <= now
    except (TypeError, ValueError):
        raise OAuthError("invalid_grant", "invalid assertion") from None
    if expired:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    users = database.find(schema["User"], "Username", str(claims.get("sub", "")))
    if not users:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    user = users[0]
    if not user["IsActive"]:
        raise OAuthError("inactive_user", "user is inactive")
    if str(user["Username"]).lower() != app.username.lower() and not _is_administrator(user, database, schema):
        raise OAuthError("invalid_app_access", "user is not admin approved to access this app")
    return user


def with_basic(form: Mapping[str, str], authorization: str | None) -> Mapping[str, str]:
    """The form, with client id and secret from a Basic header where there is one."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme != "Basic":
        return form
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        raise OAuthError("invalid_client", "invalid client credentials") from None
    return {**form, "client_id": client, "client_secret": secret}


def _by_secret(form: Mapping[str, str], app: ConnectedApp, database: Database, schema: Schema) -> Row:
    if form.get("client_id") != app.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if app.secret is None:
        raise OAuthError("invalid_grant", "no client credentials user enabled")
    if not hmac.compare_digest(form.get("client_secret", "").encode(), app.secret.encode()):
        raise OAuthError("invalid_client", "invalid client credentials")
    users = database.find(schema["User"], "Username", app.username)
    if not users or not users[0]["IsActive"]:
        raise OAuthError("inactive_user", "user is inactive")
    return users[0]


def _is_administrator(user: Row, database: Database, schema: Schema) -> bool:
    profile = database.read(schema["Profile"], str(user["ProfileId"]))
    return profile is not None and profile["Name"] == ADMINISTRATORS


def _claims(assertion: str, app: ConnectedApp, audiences: set[str]) -> Mapping[str, Any]:
    options = {"verify_exp": False, "verify_aud": False, "verify_iss": False, "verify_sub": False, "verify_iat": False}
    try:
        unverified: Mapping[str, Any] = jwt.decode(assertion, options={"verify_signature": False, **options})  # type: ignore[arg-type]  # pyjwt types options closer than it takes them
        if unverified.get("iss") != app.consumer_key:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        claims: Mapping[str, Any] = jwt.decode(assertion, app.key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # as above
    except jwt.InvalidTokenError:
        raise OAuthError("invalid_grant", "invalid assertion") from None
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    accepted = {host.rstrip("/") for host in (*audiences, *LOGIN_HOSTS)}
    if not any(isinstance(one, str) and one.rstrip("/") in accepted for one in named):
        raise OAuthError("invalid_grant", "audience is invalid")
    return claims
