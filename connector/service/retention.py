"""Recordings whose time is over are removed, once a day."""

import asyncio
import logging
from typing import Final

from connector.errors import StoreError, SwitchUnavailable
from connector.ports.recordings import RecordingStore
from connector.ports.store import Store
from connector.service.clock import Clock, Timer

log = logging.getLogger(__name__)

DAY: Final = 24 * 3_600_000
LONGER: Final = 2 * DAY
"""For how much longer it is known whose recording it was: a contact may begin long before its recording."""


class Retention:
    """Keeps recordings for `days`, or for ever when that is 0.  `removed` and `failed` count since the start."""

    def __init__(self, store: Store, recordings: RecordingStore, clock: Clock, days: int) -> None:
        self._store = store
        self._recordings = recordings
        self._clock = clock
        self._days = days
        self._timer: Timer | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self.removed = 0
        self.failed = 0

    def start(self) -> None:
        """Looks now, and then every day."""
        if self._days:
            self._timer = self._clock.call_at(self._clock.now() + DAY, self.start)
            self._sweeping = asyncio.get_running_loop().create_task(self.sweep())

    async def stop(self) -> None:
        """Looks no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)

    async def sweep(self) -> None:
        """All that is older is gone; what could not be removed is tried again the next day."""
        before = self._clock.now() - self._days * DAY
        removed = 0
        try:
            for one in await self._recordings.before(before):
                await self._recordings.remove(one.name)
                removed += 1
            await self._store.forget_recorded(before - LONGER)
        except (SwitchUnavailable, StoreError) as error:
            self.failed += 1
            log.warning("old recordings could not be removed: %s", error)
        self.removed += removed
        if removed:
            log.info("old recordings were removed", extra={"count": removed, "days": self._days})
