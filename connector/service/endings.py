"""Legs that were to end: asked again until the switch says that they have.

The end of a contact's own leg is a goal of the contact, with a deadline that its agent is told of.  A leg that no
contact has any more nobody sees: a phone that rings in vain, a customer who hears nothing.  Only this remembers it.
"""

import logging
from collections.abc import Callable

from connector.domain.effects import EndLeg
from connector.service.clock import Clock, Timer

log = logging.getLogger(__name__)

FIRST = 5_000
"""After so many ms without a word a leg is asked about again; each time it takes twice as long."""

LAST = 60_000
"""The longest wait between two asks, in ms."""

TRIES = 12
"""After so many asks, about ten minutes, a leg is given up with an error in the log; a reconnect finds it again."""


class Endings:
    """`again` asks the switch; `owned` says whether a contact has the leg."""

    def __init__(self, clock: Clock, again: Callable[[EndLeg], None], owned: Callable[[str], bool]) -> None:
        self._clock = clock
        self._again = again
        self._owned = owned
        self._waiting: dict[str, tuple[EndLeg, int, Timer]] = {}

    def asked(self, ask: EndLeg) -> None:
        """The switch was asked to end a leg; that it has is awaited from now on, if nobody else does."""
        if ask.leg not in self._waiting:
            self._wait(ask, 1)

    def ended(self, leg: str) -> None:
        """The leg has ended."""
        waiting = self._waiting.pop(leg, None)
        if waiting is not None:
            waiting[2].cancel()

    def clear(self) -> None:
        """Nothing is awaited any more: a snapshot shows what is left, or the loop ends."""
        for leg in list(self._waiting):
            self.ended(leg)

    def _wait(self, ask: EndLeg, tries: int) -> None:
        due = self._clock.now() + min(FIRST << (tries - 1), LAST)
        self._waiting[ask.leg] = (ask, tries, self._clock.call_at(due, lambda: self._look(ask.leg)))

    def _look(self, leg: str) -> None:
        ask, tries, _ = self._waiting.pop(leg)
        if self._owned(leg):
            return
        if tries >= TRIES:
            log.error("a leg does not end", extra={"leg": leg, "contact": ask.contact})
            return
        log.warning("a leg that was to end is asked about again", extra={"leg": leg, "contact": ask.contact})
        self._wait(ask, tries + 1)
        self._again(ask)
