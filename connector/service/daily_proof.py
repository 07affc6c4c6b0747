"""The ledger is proved by itself, once a day, and whoever wants to know hears of gaps."""

import asyncio
import logging
import random as dice
from collections.abc import Callable
from typing import Final

from connector.errors import StoreError
from connector.service.clock import Clock, Timer
from connector.service.proving import Outcome, Proving

log = logging.getLogger(__name__)

MINUTE: Final = 60_000
FIRST: Final = 10 * MINUTE
"""After a start; for up to as long once more it is left to chance, as every day for a twentieth of the time."""

AGAIN: Final = 60 * MINUTE
"""After a proof in which not all could be looked at."""


class DailyProof:
    """Proves the contacts of the last `back_ms` every `every_ms` (0: never).  `alarm` is told of gaps that are left.

    `failed` counts the times that there was no outcome at all.
    """

    def __init__(
        self,
        proving: Proving,
        clock: Clock,
        *,
        every_ms: int,
        back_ms: int,
        mend: bool,
        alarm: Callable[[Outcome], object],
        random: Callable[[], float] = dice.random,
    ) -> None:
        self.failed = 0
        self._proving = proving
        self._clock = clock
        self._every_ms = every_ms
        self._back_ms = back_ms
        self._mend = mend
        self._alarm = alarm
        self._random = random
        self._timer: Timer | None = None
        self._work: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on."""
        if self._every_ms:
            self._next(FIRST + round(FIRST * self._random()))

    async def stop(self) -> None:
        """No more; one that is under way is given up."""
        if self._timer is not None:
            self._timer.cancel()
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    def _next(self, ms: int) -> None:
        self._timer = self._clock.call_at(self._clock.now() + ms, self._begin)

    def _begin(self) -> None:
        self._work = asyncio.get_running_loop().create_task(self._prove())

    async def _prove(self) -> None:
        later = AGAIN
        try:
            outcome = await self._proving.prove(max(0, self._clock.now() - self._back_ms), mend=self._mend)
            if not outcome.why:
                later = self._every_ms + round(self._every_ms * self._random() / 20)
            if outcome.gaps:
                self._alarm(outcome)
        except StoreError as error:
            self.failed += 1
            log.warning("the ledger could not be read to be proved: %s", error)
        except Exception:
            self.failed += 1
            log.exception("the ledger could not be proved")
        self._next(later)
