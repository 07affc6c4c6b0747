"""Who speaks on a socket: a short-lived token that the agent's org has signed (JSON Web Token, RFC 7519, RS256)."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from msgspec import Struct

from connector.api.tickets import MARK, Tickets
from connector.errors import ConfigError, SignInRefused, StoreError

log = logging.getLogger(__name__)

AUDIENCE = "phone-panel"
SANDBOX_ISSUER = "https://sandbox.phone-panel.invalid"
"""Who signs in the demo.  `serve` refuses it: its key is made anew at each start and written to a file."""

LEEWAY = 30
"""Seconds by which the org's clock and ours may differ."""

SMALLEST_KEY = 2048
"""Bits of the smallest key that a signature is trusted of (RFC 7518, section 3.3)."""


class Issuer(Struct, frozen=True):
    """An org whose tokens are accepted: its name (`iss`), its public key or certificate as PEM, its 18 character id."""

    name: str
    public_key: str
    org: str


class Session(Struct, frozen=True):
    """A verified agent: their Salesforce user id, their org, and when the token ends (seconds since 1970)."""

    agent: str
    org: str
    expires: int


Kept = Callable[[str, int], Awaitable[bool]]
"""See `Store.use_token`."""


class SignIn:
    """Verifies session tokens; each can be used once."""

    def __init__(
        self, issuers: Sequence[Issuer], now: Callable[[], int], *, sandbox: bool = False, kept: Kept | None = None
    ) -> None:
        """`now` gives ms; `kept` knows which tokens were used before this connector started.

        Raises `ConfigError` for a key that cannot be used, and for the sandbox's issuer unless `sandbox`.
        """
        if not sandbox and any(issuer.name == SANDBOX_ISSUER for issuer in issuers):
            raise ConfigError(f"sign_in: {SANDBOX_ISSUER} signs in the demo only; name your org's own issuer.")
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._keys = {issuer.name: _key(issuer) for issuer in issuers}
        self._now = now
        self._kept = kept
        self.tickets = Tickets(now)
        self._used: dict[tuple[str, str], int] = {}
        self._cleared = 0

    async def admit(self, token: str) -> Session:
        """The session that a token of the org, or a ticket of our own, speaks for.

        Raises `SignInRefused` as `verify` does; token_used also for one that was used before a restart.
        """
        if token.startswith(MARK):
            return self._by_ticket(token)
        session, name = self._verified(token)
        if self._kept is not None:
            try:
                fresh = await self._kept(name, (session.expires + LEEWAY) * 1000)
            except StoreError as error:
                # Agents must get at their calls; the token cannot be used again before the next restart.
                log.warning("that a session token was used could not be kept: %s", error)
                fresh = True
            if not fresh:
                raise SignInRefused("token_used", "The session token was used before: reload the page.")
        return session

    def _by_ticket(self, ticket: str) -> Session:
        agent = self.tickets.use(ticket)
        if agent is None:
            raise SignInRefused("token_used", "The ticket was used before, or too late: reload the page.")
        return Session(agent, "", self._now() // 1000)

    def verify(self, token: str) -> Session:
        """The session that the token speaks for.

        Raises `SignInRefused` with the code token_malformed, token_foreign, token_expired, token_wrong or token_used.
        """
        return self._verified(token)[0]

    def _verified(self, token: str) -> tuple[Session, str]:
        """The session, and under which name the token is remembered."""
        issuer = self._issuer(token)
        try:
            claims = jwt.decode(
                token,
                self._keys[issuer.name],
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=issuer.name,
                leeway=LEEWAY,
                # The times are checked below and not by the library, which knows no other clock than the machine's.
                options={"require": ["exp", "iat", "sub", "org", "jti"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise SignInRefused("token_wrong", f"The session token is not valid: {error}.") from error
        return self._session(claims, issuer)

    def _issuer(self, token: str) -> Issuer:
        """Whose key is to be tried: nothing that the token says is believed before its signature is verified."""
        try:
            name = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError as error:
            raise SignInRefused("token_malformed", f"That is not a session token: {error}.") from error
        issuer = self._issuers.get(str(name))
        if issuer is None:
            raise SignInRefused("token_foreign", f"Tokens of {name!r} are not accepted here.")
        return issuer

    def _session(self, claims: dict[str, Any], issuer: Issuer) -> tuple[Session, str]:
        now = self._now() // 1000
        expires = check_times(claims, now)
        if claims["org"] != issuer.org:
            raise SignInRefused("token_foreign", "The session token belongs to another org.")
        self._use((issuer.name, str(claims["jti"])), expires, now)
        name = hashlib.sha256(f"{issuer.name} {claims['jti']}".encode()).hexdigest()
        return Session(str(claims["sub"]), issuer.org, expires), name

    def _use(self, token: tuple[str, str], expires: int, now: int) -> None:
        # Not at each sign-in: after a restart thousands sign in within seconds.
        if now >= self._cleared + LEEWAY:
            self._cleared = now
            self._used = {used: until for used, until in self._used.items() if until + LEEWAY > now}
        if token in self._used:
            raise SignInRefused("token_used", "The session token was used before: reload the page.")
        self._used[token] = expires


def check_times(claims: dict[str, Any], now: int) -> int:
    """When the token expires, by its claims; `now` in seconds.  Raises `SignInRefused`."""
    expires, issued = claims["exp"], claims["iat"]
    if not isinstance(expires, int) or not isinstance(issued, int):
        raise SignInRefused("token_wrong", "The token's times are not whole seconds.")
    if expires + LEEWAY <= now:
        raise SignInRefused("token_expired", "The token has expired: reload the page.")
    if issued - LEEWAY > now:
        raise SignInRefused("token_wrong", "The token was issued in the future: check the clocks.")
    return expires


def _key(issuer: Issuer) -> RSAPublicKey:
    """The issuer's key, of a public key or of a certificate.  Raises `ConfigError`."""
    pem = issuer.public_key.encode()
    try:
        key = load_pem_x509_certificate(pem).public_key() if b"BEGIN CERTIFICATE" in pem else load_pem_public_key(pem)
    except ValueError as error:
        raise ConfigError(
            f"sign_in.public_key_file: that of {issuer.name} is no public key and no certificate in PEM form."
        ) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise ConfigError(
            f"sign_in.public_key_file: that of {issuer.name} must be an RSA key of {SMALLEST_KEY} bits or more."
        )
    return key
