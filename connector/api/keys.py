"""API keys of other systems: only their SHA-256 is known here, and each has a rate of its own."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from connector.api.rate import Bucket
from connector.errors import ConnectorError

RATE: Final = (100, 20)
"""Requests of one key that may come at once, and per second after that."""

PREFIX: Final = "ppk_"
"""What a key begins with, so that one that leaked is recognised."""


class KeyRefused(ConnectorError):
    """No key, or none that is known here."""

    code = "key_refused"


class TooMany(ConnectorError):
    """More requests than a key may make."""

    code = "too_many_requests"


def new_key() -> str:
    """A fresh key: 256 random bits, which is why a plain hash of it is enough."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """What the settings hold of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeys:
    """The keys that are configured: their hashes by name."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._buckets: dict[str, Bucket] = {}

    def __len__(self) -> int:
        return len(self._hashes)

    def name_of(self, authorization: str | None, now: int) -> str:
        """Whose key a request's Authorization header carries.

        Raises `KeyRefused`, or `TooMany` when that key has made too many requests.  How long the comparison takes says
        nothing about the keys.
        """
        scheme, _, key = (authorization or "").partition(" ")
        given = hash_of(key.strip())
        found = ""
        for name, known in self._hashes.items():
            if hmac.compare_digest(known, given):
                found = name
        if scheme.lower() != "bearer" or not found:
            raise KeyRefused("Send one of the configured API keys, as Authorization: Bearer <key>.")
        if found not in self._buckets:
            self._buckets[found] = Bucket(now, *RATE)
        if not self._buckets[found].take(now):
            raise TooMany(f"This key may make {RATE[1]} requests a second: come back in a second.")
        return found
