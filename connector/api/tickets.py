"""Tickets: what a page of our own gets for its session cookie, and its socket shows instead of a token of the org."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

MARK: Final = "ticket."
"""How each begins; a JSON Web Token cannot."""

LASTS: Final = 60_000
"""For how many ms a ticket can be used."""

MOST: Final = 10_000
"""Tickets that are remembered; more are given out at the cost of the oldest."""


class Tickets:
    """Those not used yet; each is good once.  Only their SHA-256 is kept."""

    def __init__(self, now: Callable[[], int]) -> None:
        """`now` gives ms."""
        self._now = now
        self._given: dict[str, tuple[str, int]] = {}

    def give(self, agent: str) -> str:
        """A new one for that agent."""
        now = self._now()
        # All last as long, so that the oldest are first.
        while self._given and (len(self._given) >= MOST or next(iter(self._given.values()))[1] <= now):
            del self._given[next(iter(self._given))]
        ticket = MARK + secrets.token_urlsafe(32)
        self._given[_hash(ticket)] = (agent, now + LASTS)
        return ticket

    def use(self, ticket: str) -> str | None:
        """Whose it is; None when it was used, is too old, or was never given."""
        agent, until = self._given.pop(_hash(ticket), ("", 0))
        return agent if until > self._now() else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
