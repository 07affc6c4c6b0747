"""Sessions that a cookie carries: it holds a secret, of which only the SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from msgspec import Struct

MOST: Final = 10_000
"""Sessions that are remembered; more are opened at the cost of the oldest."""


class _Kept(Struct):
    agent: str
    until: int
    end: int


class CookieSessions:
    """Each ends `lasts` ms after it was opened or extended last, and `at_most` ms after it was opened."""

    def __init__(self, now: Callable[[], int], lasts: int, at_most: int) -> None:
        """`now` gives ms."""
        self._now = now
        self._lasts = lasts
        self._at_most = at_most
        self._kept: dict[str, _Kept] = {}

    def open(self, agent: str) -> str:
        """What the cookie is to hold."""
        now = self._now()
        self._kept = {key: kept for key, kept in self._kept.items() if kept.until > now}
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        secret = secrets.token_urlsafe(32)
        self._kept[_hash(secret)] = _Kept(agent, now + min(self._lasts, self._at_most), now + self._at_most)
        return secret

    def agent(self, secret: str | None) -> str | None:
        """Whose session that is; None for one that is over, or was none."""
        kept = self._kept.get(_hash(secret or ""))
        return kept.agent if kept is not None and kept.until > self._now() else None

    def extend(self, secret: str | None) -> str | None:
        """The same; it lasts as long as if it were opened now, within its end."""
        agent = self.agent(secret)
        if agent is not None:
            kept = self._kept[_hash(secret or "")]
            kept.until = min(self._now() + self._lasts, kept.end)
        return agent

    def end(self, secret: str | None) -> None:
        """It is over."""
        self._kept.pop(_hash(secret or ""), None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
