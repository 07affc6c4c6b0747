"""The org's configuration: read at the start and again and again, used at once when it has changed, and never lost.

What of it is ignored is said each time that it is read anew.  While the org cannot be asked, or its answer cannot be
made out, or objects that were there are out of our user's sight, what was read last stays.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from connector.domain.directory import Directory
from connector.errors import BUDGET, CrmUnavailable, StoreError
from connector.ports.crm import Crm
from connector.ports.store import Store
from connector.service.clock import Clock

log = logging.getLogger(__name__)

LEAST: Final = 30_000
"""ms between two readings that somebody's sign-in asks for."""

PATIENCE_S: Final = 10
"""For how long who signs in waits for a reading."""

AGAIN: Final = 15_000
"""ms until an org that could not be asked is asked again, unless it says when."""

_LOST: Final = (
    "Salesforce does not show %s any more, and did before: the configuration that was read last stays in use, and no "
    "change of it is seen. Give the integration user the permission set Phone_Panel_Integration, or deploy the package"
)

CONFIRMED: Final = 6 * 3_600_000
"""After so many ms one that has not changed is kept anew: what the org does not confirm for long may be forgotten."""


class Configuration:
    """`complete` adds to a directory what is set here; `use` is called with each that differs from the one before.

    `reached`: the org has answered when it was asked last.  `lost`: what it showed once and did not show then.
    """

    def __init__(
        self,
        crm: Crm,
        store: Store,
        clock: Clock,
        *,
        every_ms: int,
        complete: Callable[[Directory], Directory],
        use: Callable[[Directory], None],
    ) -> None:
        self.reached = False
        self.lost: tuple[str, ...] = ()
        self._crm = crm
        self._store = store
        self._clock = clock
        self._every = every_ms
        self._complete = complete
        self._use = use
        self._used = Directory()
        self._kept = clock.now()
        self._begun = clock.now() - LEAST
        self._next = clock.now()
        self._wanted = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []

    async def first(self, kept: Directory | None) -> Directory:
        """The org's, or the last good one while the org cannot be asked; without either it is waited for.

        Raises `CrmUnavailable` when the org refuses the sign-in and there is none: only people can mend that.
        """
        while True:
            try:
                return await self._first(kept)
            except CrmUnavailable as error:
                if error.code == "login":
                    raise
                delay = max(error.retry_after or 0, AGAIN)
                log.warning("nothing can start before Salesforce was asked once; again in %d ms: %s", delay, error)
            over = asyncio.Event()
            timer = self._clock.call_at(self._clock.now() + delay, over.set)
            try:
                await over.wait()
            finally:
                timer.cancel()

    async def _first(self, kept: Directory | None) -> Directory:
        self._begun = self._clock.now()
        try:
            read = self._complete(await self._crm.directory())
        except Exception as error:
            if kept is None:
                raise
            self._did_not_work(error, "the directory of the last run is used")
            self._used = self._complete(kept)
            return self._used
        self._answered()
        if kept is not None and self._has_lost(read, kept):
            self._used = self._complete(kept)
            return self._used
        self._used = read
        _say_ignored(self._used)
        await self._keep()
        return self._used

    async def _keep(self) -> None:
        await self._store.save_directory(self._used)
        self._kept = self._clock.now()

    async def run(self) -> None:
        """Reads it again and again, after `first`; ends when it is cancelled."""
        while True:
            timer = self._clock.call_at(self._next, self._wanted.set)
            await self._wanted.wait()
            timer.cancel()
            self._wanted.clear()
            await self._read()
            waiting, self._waiting = self._waiting, []
            for one in waiting:
                if not one.done():
                    one.set_result(None)

    def soon(self) -> None:
        """It is read again now, whenever that was to be."""
        self._wanted.set()

    async def fresh(self) -> None:
        """Returns when it has been read in the last half minute, or that has not worked within ten seconds."""
        if self._clock.now() - self._begun < LEAST:
            return
        asked = asyncio.get_running_loop().create_future()
        self._waiting.append(asked)
        self.soon()
        await asyncio.wait((asked,), timeout=PATIENCE_S)

    async def _read(self) -> None:
        self._begun = self._clock.now()
        try:
            directory = self._complete(await self._crm.directory())
            self._answered()
            if self._has_lost(directory, self._used):
                return
            if directory != self._used:
                _say_ignored(directory)
                self._use(directory)
                self._used = directory
            elif self._clock.now() - self._kept < CONFIRMED:
                return
            await self._keep()
        except StoreError as error:
            log.warning("the directory could not be kept for a restart: %s", error)
        except Exception as error:
            # A row as nobody thought of must not be the end of all later changes.
            self._did_not_work(error, "the directory stays as it is")

    def _has_lost(self, read: Directory, known: Directory) -> bool:
        """Whether the org shows less than it did: skills and agents are then not gone, and nobody is to be without."""
        self.lost = read.lost(known)
        if self.lost:
            log.error(_LOST, ", ".join(self.lost))
        return bool(self.lost)

    def _did_not_work(self, error: Exception, then: str) -> None:
        if isinstance(error, CrmUnavailable) and error.code == BUDGET:
            # Put off, not out of reach; the log has said so once.
            self._next = self._clock.now() + max(error.retry_after or 0, self._every)
        elif isinstance(error, CrmUnavailable):
            log.warning("the org's configuration cannot be read, and %s: %s", then, error)
            self.reached = False
            self._next = self._clock.now() + max(error.retry_after or 0, min(self._every, AGAIN))
        else:
            log.error("the org's configuration cannot be made out, and %s", then, exc_info=error)
            self._answered()

    def _answered(self) -> None:
        self.reached = True
        self._next = self._clock.now() + self._every


def _say_ignored(directory: Directory) -> None:
    for line in directory.ignored:
        log.warning("configuration ignored: %s", line)
