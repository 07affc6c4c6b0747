"""How long a socket's agent counts as signed in: for half an hour, and again with each fresh token."""

from collections.abc import Callable
from typing import Final

from connector.api.auth import SignIn
from connector.errors import SignInRefused
from connector.service.clock import Clock, Timer

LASTS: Final = 30 * 60_000
"""ms from one token to the end of the session."""

ASKED_AHEAD: Final = 3 * 60_000
"""ms before the end in which a fresh token is asked for."""


class SocketSession:
    """One socket's session: `want` asks the panel for a token, `over` ends the socket when none came in time."""

    __slots__ = ("_agent", "_clock", "_is_agent", "_over", "_sign_in", "_timers", "_want")

    def __init__(
        self,
        clock: Clock,
        sign_in: SignIn,
        agent: str,
        *,
        is_agent: Callable[[], bool],
        want: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._sign_in = sign_in
        self._agent = agent
        self._is_agent = is_agent
        self._want = want
        self._over = over
        self._timers: list[Timer] = []
        self._begin()

    async def renew(self, token: str) -> None:
        """Begins anew.  Raises `SignInRefused`, and goes on to its end, for a token that is not this agent's."""
        session = await self._sign_in.admit(token)
        if session.agent != self._agent:
            raise SignInRefused("another_agent", "The session token is another agent's: reload the page.")
        if not self._is_agent():
            raise SignInRefused("not_an_agent", "Your user is not an agent: ask for the Phone Panel permission.")
        self._begin()

    def end(self) -> None:
        """The socket is closed: nothing is asked for any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _begin(self) -> None:
        self.end()
        until = self._clock.now() + LASTS
        self._timers = [
            self._clock.call_at(until - ASKED_AHEAD, self._want),
            self._clock.call_at(until, self._over),
        ]
