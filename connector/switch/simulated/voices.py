"""The `Audio` of the simulated switch: who talks to whom, and what each says by then.

Sound does not travel: the driver follows what is asked and told, on the connector's side, and the sentences are here.
"""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Final

from connector.domain.effects import Connect, Offer, PlaceCall, SwitchAsk
from connector.domain.events import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegsMixed,
    SwitchEvent,
)
from connector.domain.model import LegState, Role
from connector.errors import SwitchTaken, SwitchUnavailable
from connector.ports.switch import LegNow, Snapshot, SwitchListener
from connector.switch.register.clock import Clock
from connector.switch.simulated.lines import PIECE_MS, SILENCE, script

EVERY_MS: Final = 100
MOST_LATE_MS: Final = 1_000
"""What is older is left out: a machine that was asleep does not say it all at once when it wakes."""


class _Talk:
    """The conversation with one customer; `at` is how far it had come at `since`, None while it stands still."""

    def __init__(self, called: str) -> None:
        self.called = called
        self.agent = ""
        self.at = 0
        self.since: int | None = None

    def position(self, now: int) -> int | None:
        return None if self.since is None else self.at + now - self.since

    def move(self, now: int, goes_on: bool) -> None:
        """It goes on, or stops: then the line that was being said is said anew later."""
        position = self.position(now)
        if goes_on and position is None:
            self.since = now
        elif not goes_on and position is not None:
            self.at, self.since = script(self.called).before(position), None


class Voices:
    """All conversations.  A customer and the agent in their ear take turns; everybody else is silent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._talks: dict[str, _Talk] = {}
        self._up: set[str] = set()
        self._muted: set[str] = set()
        self._legs: set[str] = set()
        self._away: str | None = "it was not started"

    # --- what happens ------------------------------------------------------------------------------------------------

    def asked(self, ask: SwitchAsk) -> None:
        """The switch is asked for that."""
        match ask:
            case Offer() | Connect() if ask.customer_leg in self._talks:
                self._joined(ask.customer_leg, ask.agent_leg)
            case PlaceCall() if ask.number.startswith("+"):  # a colleague is called by the name of their phone
                self._legs.update((ask.customer_leg, ask.agent_leg))
                self._talks.setdefault(ask.customer_leg, _Talk("called_by_us")).agent = ask.agent_leg
            case _:
                pass

    def event(self, event: SwitchEvent) -> None:
        """That has happened."""
        match event:
            case CallArrived():
                self._legs.add(event.leg)
                self._talks.setdefault(event.leg, _Talk("called_us"))
            case LegAnswered() | LegResumed():
                self._legs.add(event.leg)
                self._up.add(event.leg)
            case LegHeld():
                self._up.discard(event.leg)
            case LegMuted():
                (self._muted.add if event.muted else self._muted.discard)(event.leg)
            case LegsMixed():
                self._mixed(event.legs)
            case LegEnded():
                self._ended(event.leg)
            case _:
                return
        self._go_on()

    def up(self, snapshot: Snapshot) -> None:
        """This is all there is; a conversation that was not known has begun some time ago."""
        self._away = None
        live = {leg.leg: leg for leg in snapshot.legs if leg.state is not LegState.ENDED}
        for gone in self._legs - live.keys():
            self._ended(gone)
        self._legs = {*live}
        self._up = {leg.leg for leg in live.values() if leg.state is LegState.CONNECTED}
        self._muted = {leg.leg for leg in live.values() if leg.muted}
        for leg in live.values():
            if leg.role is Role.CUSTOMER:
                begun = leg.state is not LegState.RINGING
                self._talks.setdefault(leg.leg, _Talk("" if begun else "called_us"))
        for leg in live.values():
            self._found(leg, live)
        self._go_on()

    def down(self, reason: str) -> None:
        """Nothing can be heard until it is up again."""
        self._away = reason

    def _found(self, leg: LegNow, live: dict[str, LegNow]) -> None:
        """An agent who hears a customer is the one who talks to them."""
        if leg.role is not Role.AGENT or not leg.contact:
            return
        for customer in self._talks:
            if live[customer].contact == leg.contact:
                self._joined(customer, leg.leg)

    def _joined(self, customer: str, agent: str) -> None:
        for talk in self._talks.values():
            if talk.agent == agent:
                talk.agent = ""
        self._talks[customer].agent = agent

    def _mixed(self, legs: tuple[str, ...]) -> None:
        for customer in self._talks.keys() & {*legs}:
            others = [leg for leg in legs if leg not in self._talks]
            if others and self._talks[customer].agent not in others:
                self._joined(customer, others[0])

    def _ended(self, leg: str) -> None:
        for known in (self._up, self._muted, self._legs):
            known.discard(leg)
        self._talks.pop(leg, None)

    def _go_on(self) -> None:
        now = self._clock.now()
        for customer, talk in self._talks.items():
            talk.move(now, {customer, talk.agent} <= self._up)

    # --- what is heard -----------------------------------------------------------------------------------------------

    async def listen(self, leg: str) -> AsyncGenerator[bytes, None]:
        """As the port says."""
        if self._away is None and leg not in self._legs:
            raise SwitchUnavailable(f"the simulated switch has no leg {leg}")
        heard = self._clock.now()
        while True:
            if self._away is not None:
                raise SwitchUnavailable(f"the simulated switch cannot be heard: {self._away}")
            if leg not in self._legs:
                return
            now = self._clock.now()
            heard = max(heard, now - MOST_LATE_MS)
            while heard + PIECE_MS <= now and leg in self._legs:
                yield self._piece(leg, heard)
                heard += PIECE_MS
            await self._later()

    def _piece(self, leg: str, at: int) -> bytes:
        for customer, talk in self._talks.items():
            position = talk.position(at)
            if position is not None and leg in (customer, talk.agent) and leg not in self._muted:
                side = "customer" if leg == customer else "agent"
                return script(talk.called).piece(position // PIECE_MS * PIECE_MS, side)
        return SILENCE

    async def _later(self) -> None:
        due = asyncio.get_running_loop().create_future()
        timer = self._clock.after(EVERY_MS, partial(_set, due))
        try:
            await due
        finally:
            timer.cancel()


def _set(due: "asyncio.Future[None]") -> None:
    if not due.done():
        due.set_result(None)


class Attended:
    """A listener of the switch, whose news the voices follow, too."""

    def __init__(self, voices: Voices, listener: SwitchListener) -> None:
        self._voices = voices
        self._listener = listener

    def up(self, snapshot: Snapshot) -> None:
        """As the port says."""
        self._voices.up(snapshot)
        self._listener.up(snapshot)

    def event(self, event: SwitchEvent) -> None:
        """As the port says."""
        self._voices.event(event)
        self._listener.event(event)

    def down(self, reason: str) -> None:
        """As the port says."""
        self._voices.down(reason)
        self._listener.down(reason)

    def taken(self, error: SwitchTaken) -> None:
        """As the port says."""
        self._listener.taken(error)
