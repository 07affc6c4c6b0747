"""The org's API requests of the day: how many are left, and what is kept back for whom while few are.

All systems that use the org share one budget.  When it is used up nothing can be saved until some of it comes back, so
that little by little the connector does without what can wait.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from connector.ports.crm import Budget, BudgetMode
from connector.salesforce.turns import Turn

log = logging.getLogger(__name__)

BACK: Final = 1.0
"""By so many percent of the limit more must be left than a reserve, to leave its mode: it is not to go to and fro."""

SELDOM_MS: Final = 600_000
"""So old may be what we know of the budget; and how often in the reserve is done what must be done seldom at least."""

ALLOWED: Final = {
    BudgetMode.NORMAL: frozenset(Turn),
    BudgetMode.RESERVE: frozenset({Turn.SAVE, Turn.ASK}),
    BudgetMode.LAST: frozenset({Turn.SAVE}),
}
"""Whose requests are made without more ado."""

_SAYS: Final = {
    BudgetMode.NORMAL: "enough again; everything is asked as usual",
    BudgetMode.RESERVE: "what nobody waits for is put off, and Tasks wait longer to be written together",
    BudgetMode.LAST: "from now on they are kept for Tasks; callers are not looked up",
}


class Reserves(Struct, frozen=True):
    """With less than `reserve` percent left the mode is RESERVE, with less than `last` percent LAST; 0: never."""

    reserve: float
    last: float

    def mode(self, used: int, limit: int, before: BudgetMode = BudgetMode.NORMAL) -> BudgetMode:
        """What to do with that many used, coming from another mode."""
        if limit <= 0:
            return BudgetMode.NORMAL
        left = 100 * (limit - used) / limit
        for mode, share in ((BudgetMode.LAST, self.last), (BudgetMode.RESERVE, self.reserve)):
            staying = _STRICTNESS[before] >= _STRICTNESS[mode] and share > 0
            if left < share + (BACK if staying else 0):
                return mode
        return BudgetMode.NORMAL


_STRICTNESS: Final = {mode: place for place, mode in enumerate(BudgetMode)}


class Keeper:
    """What the answers say of the budget, and who may ask next.  Times are ms; for many threads.

    `changed` gets each budget whose mode is another than before, in the thread that got the answer.
    """

    def __init__(self, reserves: Reserves) -> None:
        self.changed: Callable[[Budget], object] = lambda budget: None
        self._reserves = reserves
        self._budget: Budget | None = None
        self._asked = 0
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def budget(self) -> Budget | None:
        """From the newest answer; None before one."""
        return self._budget

    def note(self, used: int, limit: int, at: int) -> None:
        """An answer said so; a change of the mode is logged, once."""
        with self._lock:
            self._note(used, limit, at)

    def used_up(self, at: int) -> None:
        """The org refuses requests because it has none left, whatever its numbers say."""
        with self._lock:
            if self._budget is not None:
                self._note(max(self._budget.used, self._budget.limit), self._budget.limit, at)

    def _note(self, used: int, limit: int, at: int) -> None:
        before = self._budget.mode if self._budget is not None else BudgetMode.NORMAL
        mode = self._reserves.mode(used, limit, before)
        self._budget = budget = Budget(used, limit, mode, at)
        if mode is not before:
            level = logging.INFO if mode is BudgetMode.NORMAL else logging.WARNING
            said = f"{budget.left:,} of the org's {limit:,} API requests are left for these 24 hours"
            log.log(level, "%s: %s", said, _SAYS[mode])
            try:
                self.changed(budget)
            except Exception:
                # It came with the answer to a write perhaps, which must not be lost with this.
                log.exception("nobody was told of it")

    def wants_news(self, turn: Turn, at: int) -> bool:
        """Whether the org is to be asked how it stands before this turn is put off; one asks for all.

        A budget that nobody uses comes back without a word: what is known is believed for ten minutes.
        """
        with self._lock:
            budget = self._budget
            if budget is None or turn in ALLOWED[budget.mode] or at - self._known(budget, at) < SELDOM_MS:
                return False
            self._asked = at
            return True

    def wait(self, turn: Turn, at: int, seldom: str = "") -> int:
        """0 when this turn may ask now; else in how many ms it may be worth another try.

        What is done `seldom`, by that name, is done once in ten minutes also in the reserve.
        """
        with self._lock:
            budget = self._budget
            if budget is None or turn in ALLOWED[budget.mode]:
                return 0
            since = self._known(budget, at)
            if seldom and budget.mode is BudgetMode.RESERVE:
                since = _latest(at, self._done.get(seldom, at - SELDOM_MS))
                if at - since >= SELDOM_MS:
                    self._done[seldom] = at
                    return 0
            return max(1, since + SELDOM_MS - at)

    def _known(self, budget: Budget, at: int) -> int:
        """When the org was asked last."""
        return _latest(at, budget.read_at, self._asked)


def _latest(now: int, *times: int) -> int:
    """The last of these; a time to come, which a clock told that was set back since, was long ago."""
    return max((time for time in times if time <= now), default=now - SELDOM_MS)
