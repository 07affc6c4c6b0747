"""Who signs in with Salesforce: OpenID Connect, authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636).

Nothing is kept of the tokens: the ID token says who it is, and is verified with the keys that Salesforce publishes.
"""

import asyncio
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from connector.api.auth import LEEWAY, SMALLEST_KEY, check_times
from connector.errors import SignInRefused

DISCOVERY: Final = "/.well-known/openid-configuration"
FRESH: Final = 3_600_000
"""For how many ms addresses and keys are good; a key that is not among them is looked for at once."""

NOT_AGAIN_WITHIN: Final = 500
"""ms after which keys are asked for again because one was not among them."""

LARGEST: Final = 256 * 1024
"""Bytes of the largest answer that is read."""

_WHO: Final = re.compile(r"https?://[^/]+/id/(00D[0-9A-Za-z]{15})/(005[0-9A-Za-z]{15})\Z")
_THIS_MACHINE: Final = ("localhost", "127.0.0.1")


class OpenIdConfig(Struct, frozen=True):
    """An org's provider, without a slash at the end, the app in it, and where its answer goes."""

    login_url: str
    client_id: str
    client_secret: str | None
    org: str
    callback: str
    timeout_s: float = 10

    def __repr__(self) -> str:
        return f"OpenIdConfig({self.login_url!r}, {self.client_id!r}, …)"


class Endpoints(Struct, frozen=True):
    """What the provider says of itself."""

    issuer: str
    authorize: str
    token: str
    keys: str


class OpenId:
    """The provider, asked when somebody signs in."""

    def __init__(self, config: OpenIdConfig, now: Callable[[], int]) -> None:
        """`now` gives ms."""
        self._config = config
        self._now = now
        self._http: aiohttp.ClientSession | None = None
        self._endpoints: tuple[Endpoints, int] | None = None
        self._keys: dict[str, RSAPublicKey] = {}
        self._keys_at = 0
        self._asking = asyncio.Lock()

    async def authorize_url(self, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes to sign in.  Raises `SignInRefused`."""
        endpoints = await self._discovered()
        query = {
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": self._config.callback,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoints.authorize}?{urlencode(query)}"

    async def user(self, code: str, verifier: str, nonce: str) -> str:
        """The user who has signed in.

        Raises `SignInRefused` with sign_in_refused, sign_in_down, or a code of session tokens for the ID token.
        """
        endpoints = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._config.callback,
            "client_id": self._config.client_id,
            "code_verifier": verifier,
        }
        if self._config.client_secret is not None:
            form["client_secret"] = self._config.client_secret
        status, body = await self._asked("POST", endpoints.token, form)
        if status != 200:
            # Salesforce's own two words, and nothing that could hold a code or a token.
            words = f"{body.get('error', status)}: {body.get('error_description', 'no reason given')}"
            raise SignInRefused("sign_in_refused", f"Salesforce refuses the sign-in ({words[:200]}).")
        return await self.verified(str(body.get("id_token", "")), nonce)

    async def verified(self, id_token: str, nonce: str) -> str:
        """The user of an ID token that is good.  Raises `SignInRefused`."""
        endpoints = await self._discovered()
        try:
            header = jwt.get_unverified_header(id_token)
        except jwt.PyJWTError as error:
            raise SignInRefused("token_malformed", f"That is no ID token: {error}.") from error
        try:
            claims = jwt.decode(
                id_token,
                await self._key(str(header.get("kid", ""))),
                algorithms=["RS256"],
                audience=self._config.client_id,
                issuer=endpoints.issuer,
                leeway=LEEWAY,
                # The times are checked by our own clock, see `SignIn`.
                options={"require": ["exp", "iat", "sub", "aud", "nonce"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise SignInRefused("token_wrong", f"The ID token is not valid: {error}.") from error
        return self._user(claims, nonce)

    def _user(self, claims: Mapping[str, Any], nonce: str) -> str:
        check_times(dict(claims), self._now() // 1000)
        if claims["aud"] not in (self._config.client_id, [self._config.client_id]):
            raise SignInRefused("token_wrong", "The ID token is for others as well.")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise SignInRefused("token_used", "The ID token belongs to another sign-in: sign in again.")
        found = _WHO.match(str(claims["sub"]))
        if found is None:
            raise SignInRefused("token_wrong", "The ID token names no Salesforce user.")
        org, user = found.groups()
        if org != self._config.org:
            raise SignInRefused("token_foreign", "The user belongs to another org.")
        return user

    async def look_for_keys(self) -> None:
        """They can be had.  Raises `SignInRefused`."""
        await self._published("")

    async def close(self) -> None:
        """Connections are let go of."""
        if self._http is not None:
            await self._http.close()

    # --- what the provider publishes ---------------------------------------------------------------------------------

    async def _discovered(self) -> Endpoints:
        async with self._asking:
            if self._endpoints is None or self._now() - self._endpoints[1] >= FRESH:
                self._endpoints = await self._discover(), self._now()
            return self._endpoints[0]

    async def _discover(self) -> Endpoints:
        url = self._config.login_url + DISCOVERY
        status, body = await self._asked("GET", url)
        try:
            found = Endpoints(
                body["issuer"], body["authorization_endpoint"], body["token_endpoint"], body["jwks_uri"]
            )
        except KeyError as error:
            raise SignInRefused("sign_in_down", f"{url} answers {status} and does not tell its {error}.") from error
        if found.issuer.rstrip("/") != self._config.login_url:
            raise SignInRefused(
                "sign_in_down", f"{url} calls itself {found.issuer}: oidc.login_url must be that address."
            )
        for address in (found.authorize, found.token, found.keys):
            if not safe(address):
                raise SignInRefused("sign_in_down", f"{url} names {address}, which is not https.")
        return found

    async def _key(self, name: str) -> RSAPublicKey:
        key = (await self._published(name)).get(name)
        if key is None:
            raise SignInRefused("token_wrong", "The ID token is signed with a key that Salesforce does not publish.")
        return key

    async def _published(self, name: str) -> dict[str, RSAPublicKey]:
        """The keys, asked for again when that one is not among them."""
        endpoints = await self._discovered()
        async with self._asking:
            age = self._now() - self._keys_at
            if age >= FRESH or (name not in self._keys and age >= NOT_AGAIN_WITHIN):
                status, body = await self._asked("GET", endpoints.keys)
                self._keys, self._keys_at = _public_keys(body), self._now()
                if not self._keys:
                    raise SignInRefused("sign_in_down", f"{endpoints.keys} answers {status} without a key to use.")
            return self._keys

    async def _asked(self, method: str, url: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of an answer, {} when it is none.  Raises `SignInRefused`."""
        if self._http is None:
            limit = aiohttp.ClientTimeout(total=self._config.timeout_s)
            self._http = aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._http.request(method, url, data=form, allow_redirects=False) as answer:
                text = await _read(answer.content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SignInRefused("sign_in_down", f"{url} cannot be reached ({type(error).__name__}).") from error
        if answer.status >= 500:
            raise SignInRefused("sign_in_down", f"{url} answers {answer.status}.")
        try:
            body = json.loads(text)
        except ValueError:
            body = {}
        return answer.status, body if isinstance(body, dict) else {}


async def _read(content: aiohttp.StreamReader) -> bytes:
    """Up to `LARGEST` bytes; what is longer is no JSON then."""
    text = bytearray()
    async for piece in content.iter_chunked(16 * 1024):
        text += piece
        if len(text) > LARGEST:
            break
    return bytes(text[:LARGEST])


def _public_keys(body: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
    """Those that may sign ID tokens, by name."""
    found: dict[str, RSAPublicKey] = {}
    keys = body.get("keys")
    for one in keys if isinstance(keys, list) else []:
        if not isinstance(one, dict) or one.get("kty") != "RSA" or one.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(one, algorithm="RS256").key
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY and isinstance(one.get("kid"), str):
            found[one["kid"]] = key
    return found


def safe(url: str) -> bool:
    """Whether it is https, or http on this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    )
