"""The org as an OpenID provider: who signs in picks who they are, and the app gets a code for an ID token.

Authorization code with PKCE, which this org insists on (Salesforce only when the app says so).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import jwt
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connector.sandbox.org.context import Context
from connector.sandbox.org.sessions import ConnectedApp, OAuthError, Sessions

CODE_GRANT = "authorization_code"
CODE_SECONDS = 900
ID_TOKEN_SECONDS = 120


class Asked(msgspec.Struct, frozen=True):
    """What an app asks for when it sends a browser here."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str
    nonce: str
    code_challenge: str


class Code(msgspec.Struct, frozen=True):
    """A code that was not used yet: for whom, for what, until when."""

    user_id: str
    asked: Asked
    until: float


class OpenIdProvider:
    """Its pages and its keys. `callbacks` are the addresses to which browsers may be sent back."""

    def __init__(
        self,
        *,
        context: Context,
        sessions: Sessions,
        app: ConnectedApp,
        organization_id: str,
        callbacks: Sequence[str],
        now: Callable[[], float],
    ) -> None:
        self.context, self.sessions, self.app, self.organization_id = context, sessions, app, organization_id
        self.callbacks = tuple(callbacks)
        self._now = now
        self._codes: dict[str, Code] = {}
        self._keys: dict[str, RSAPrivateKey] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self.discovery),
            web.get("/id/keys", self.keys),
            web.get("/services/oauth2/authorize", self.authorize),
            web.post("/services/oauth2/authorize", self.chosen),
        ]

    def rotate(self) -> str:
        """ID tokens are signed with a new key from now on, and the old ones are not published any more."""
        self._keys = {}
        return self._key()[0]

    def _key(self) -> tuple[str, RSAPrivateKey]:
        if not self._keys:
            # Made when it is needed: most tests never sign in here.
            self._keys[secrets.token_hex(4)] = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        return next(iter(self._keys.items()))

    async def discovery(self, request: web.Request) -> web.Response:
        at = _instance(request)
        return web.json_response(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/services/oauth2/authorize",
                "token_endpoint": f"{at}/services/oauth2/token",
                "userinfo_endpoint": f"{at}/services/oauth2/userinfo",
                "jwks_uri": f"{at}/id/keys",
                "scopes_supported": ["openid", "api", "id"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        name, key = self._key()
        public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        return web.json_response({"keys": [{**public, "kid": name, "use": "sig", "alg": "RS256"}]})

    # --- in the browser ----------------------------------------------------------------------------------------------

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """The page on which the user says who they are; an app that may not ask gets no browser back."""
        try:
            self._asked(request.query)
        except OAuthError as error:
            return _page(f"<p>error={html.escape(error.error)}<br>{html.escape(error.description)}</p>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in request.query.items()
        )
        named = [(html.escape(str(user["Id"])), html.escape(str(user["Name"]))) for user in self._users()]
        buttons = "".join(f'<p><button name="user" value="{user}">{name}</button></p>' for user, name in named)
        deny = '<p><button name="user" value="">Deny</button></p>'
        return _page(f"<p>Who are you?</p><form method='post'>{hidden}{buttons}{deny}</form>", 200)

    async def chosen(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            asked = self._asked(form)
        except OAuthError as error:
            return _page(f"<p>error={html.escape(error.error)}</p>", 400)
        user_id = form.get("user", "")
        if user_id not in {str(user["Id"]) for user in self._users()}:
            back = {"error": "access_denied", "error_description": "end-user denied authorization"}
        else:
            code = secrets.token_urlsafe(32)
            self._codes[code] = Code(user_id, asked, self._now() + CODE_SECONDS)
            back = {"code": code}
        location = f"{asked.redirect_uri}?{urlencode({**back, 'state': asked.state})}"
        return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})

    def _users(self) -> list[Mapping[str, Any]]:
        users = self.context.database.find(self.context.schema["User"], "IsActive", True)
        return sorted(users, key=lambda user: str(user["Name"]))

    def _asked(self, query: Mapping[str, str]) -> Asked:
        if query.get("client_id") != self.app.consumer_key:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if query.get("redirect_uri") not in self.callbacks:
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            raise OAuthError("unsupported_response_type", "response type must be code, with the scope openid")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise OAuthError("invalid_request", "missing required code challenge")
        names = ("client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge")
        return Asked(*(query.get(name, "") for name in names))

    # --- for the app -------------------------------------------------------------------------------------------------

    def tokens(self, form: Mapping[str, str], instance: str) -> dict[str, object]:
        """What the token endpoint answers to a code; raises OAuthError. A code is tried once, refused or not."""
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.until <= self._now():
            raise OAuthError("invalid_grant", "expired authorization code")
        asked = code.asked
        if form.get("client_id") != asked.client_id:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if "client_secret" in form and not _same(form["client_secret"], self.app.secret or ""):
            raise OAuthError("invalid_client", "invalid client credentials")
        if form.get("redirect_uri") != asked.redirect_uri:
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        made = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not _same(base64.urlsafe_b64encode(made).rstrip(b"=").decode(), asked.code_challenge):
            raise OAuthError("invalid_grant", "invalid code verifier")
        who = f"{instance}/id/{self.organization_id}/{code.user_id}"
        issued = int(self._now())
        claims = {
            "iss": instance,
            "sub": who,
            "aud": asked.client_id,
            "iat": issued,
            "exp": issued + ID_TOKEN_SECONDS,
            "nonce": asked.nonce,
        }
        name, key = self._key()
        return {
            "access_token": self.sessions.open(code.user_id),
            "id_token": jwt.encode(claims, key, algorithm="RS256", headers={"kid": name}),
            "scope": asked.scope,
            "instance_url": instance,
            "id": who,
            "token_type": "Bearer",
        }


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _instance(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _page(body: str, status: int) -> web.Response:
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Stand-in org</title>'
    head += '<link rel="icon" href="data:,"><h1>Stand-in org</h1>'
    headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    return web.Response(status=status, text=head + body, content_type="text/html", headers=headers)
