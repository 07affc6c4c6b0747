"""Who may listen for a while: a session token of the org, shown once, opens a session that a cookie carries."""

from typing import Final

from connector.api.auth import SignIn
from connector.api.cookie_sessions import CookieSessions
from connector.api.rate import Bucket
from connector.domain.directory import Directory
from connector.errors import SignInRefused
from connector.service.clock import Clock

LASTS: Final = 600_000
"""For how many ms; a recording that plays then is played to its end."""

COST_OF_A_TRY: Final = (40, 4)
"""Sign-ins that may be tried at once, and per second after that: each costs the check of a signature."""


class TooManySignIns(Exception):
    """More sign-ins than may be tried."""


class Listeners:
    """The sessions."""

    def __init__(self, sign_in: SignIn, clock: Clock) -> None:
        self._sign_in = sign_in
        self._clock = clock
        self._sessions = CookieSessions(clock.now, LASTS, LASTS)
        self._bucket = Bucket(clock.now(), *COST_OF_A_TRY)

    async def open(self, token: str, directory: Directory) -> str:
        """What the cookie is to hold.  Raises `SignInRefused` and `TooManySignIns`."""
        now = self._clock.now()
        if not self._bucket.take(now):
            raise TooManySignIns
        session = await self._sign_in.admit(token)
        if session.agent not in directory.agents:
            raise SignInRefused("not_an_agent", "Your user is not an agent: ask for the Phone Panel permission.")
        return self._sessions.open(session.agent)

    def agent(self, secret: str | None, directory: Directory) -> str | None:
        """Whose session that is; None for one that is over, or was none, or is of somebody who is no agent any more."""
        agent = self._sessions.agent(secret)
        return agent if agent in directory.agents else None
