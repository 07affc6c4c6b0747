"""What administrators and supervisors look at and do: the socket beside the store, the proofs, who gets an e-mail.

A part of the composition root (`app`), for what it builds from the settings.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from connector.api.admin import AdminSocket
from connector.api.lists import Lists
from connector.api.supervision import Supervision
from connector.config import Config
from connector.configured import budget_channels_of, gaps_channels_of
from connector.ports.crm import Budget, BudgetMode
from connector.ports.number_index import NumberIndex
from connector.ports.recordings import RecordingStore
from connector.ports.store import Store
from connector.salesforce import SalesforceCrm
from connector.service.admin import Admin
from connector.service.alarms import Alarms, Gaps, Short
from connector.service.clock import Clock
from connector.service.daily_proof import DailyProof
from connector.service.outbox import Outbox
from connector.service.overview import Overview
from connector.service.proof import GAPS
from connector.service.proving import Outcome, Proving
from connector.service.retention import DAY
from connector.service.runner import Runner

Stop = Callable[[], Awaitable[object]]


class Administration:
    """Of one connector.  After `start`: `proving`, and `daily`, which proves by itself."""

    def __init__(self, config: Config, clock: Clock, store: Store, crm: SalesforceCrm) -> None:
        """Raises `ConfigError`."""
        self._config = config
        self._clock = clock
        self._store = store
        self._crm = crm
        self._gap_alarms = Alarms(gaps_channels_of(config), clock)
        self._budget_alarms = Alarms(budget_channels_of(config), clock)

    def watch_budget(self) -> Stop:
        """From now on somebody hears when few API requests are left; returns what ends that, after the last request."""
        loop = asyncio.get_running_loop()
        self._crm.on_mode(lambda budget: loop.call_soon_threadsafe(self._tell_budget, budget))
        return self._budget_alarms.close

    async def start(
        self, runner: Runner, outbox: Outbox, numbers: NumberIndex, recordings: RecordingStore
    ) -> tuple[Stop, ...]:
        """Administrators are answered, and the ledger is proved by itself; returns what stops that, the last first."""
        self._runner = runner
        self._outbox = outbox
        self._admin = admin = Admin(
            self._store,
            self._clock,
            lambda: runner.directory,
            numbers,
            runner=runner,
            outbox=outbox,
            recordings=recordings,
        )
        self.proving = admin.proving = Proving(
            self._store,
            self._crm,
            self._clock,
            lambda: runner.directory,
            retry=admin.retry,
            adopt=runner.adopt,
            wake=outbox.poke,
            kept_ms=self._config.retention.contacts_days * DAY,
        )
        listening = AdminSocket(admin, Path(f"{self._config.store}.admin"))
        await listening.start()
        given = self._config.reconcile
        self.daily = DailyProof(
            self.proving,
            self._clock,
            every_ms=given.every_hours * 3_600_000,
            back_ms=min(given.days, self._config.retention.contacts_days) * DAY,
            mend=given.mend,
            alarm=self._tell_gaps,
        )
        self.daily.start()
        return listening.stop, self._gap_alarms.close, self.daily.stop

    def supervision(self, lists: Lists) -> Supervision:
        """What supervisors' panels are shown, and what they may do, once it is started."""
        runner, proving = self._runner, self.proving
        overview = Overview(self._store, self._outbox, self._crm, lambda: runner.floor, lambda: proving.last)
        return Supervision(lists, overview, self._admin, self._clock, lambda: runner.directory)

    def _tell_budget(self, budget: Budget) -> None:
        if budget.mode is not BudgetMode.NORMAL and self._budget_alarms.names:
            self._budget_alarms.tell(Short(budget.read_at, budget.left, budget.limit, budget.mode))

    def _tell_gaps(self, outcome: Outcome) -> None:
        if not self._gap_alarms.names:
            return  # the log and `/metrics` have them
        counts = {kind.value: left for kind in GAPS if (left := outcome.left(kind))}
        self._gap_alarms.tell(Gaps(outcome.at, outcome.since, outcome.contacts, counts))
