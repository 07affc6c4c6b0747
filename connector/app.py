"""The composition root: builds everything from the settings, starts it in order and stops it in reverse.

The only file that knows all.  Stopping leaves calls up, contacts in the store and Tasks in the outbox.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from connector.api import view
from connector.api.admin import AdminSocket
from connector.api.hosted import Hosted
from connector.api.http import PANEL, Health, PanelPage, build_app
from connector.api.hub import Hub
from connector.api.listeners import Listeners
from connector.api.metrics import Metrics, Reading
from connector.api.openid import OpenId
from connector.api.recordings import RecordingsApi
from connector.api.supervision import Supervision
from connector.api.work import WorkApi
from connector.api.ws import PanelSockets
from connector.config import Config
from connector.configured import (
    api_keys_of,
    budget_channels_of,
    channels_of,
    crm_of,
    devices_of,
    gaps_channels_of,
    keep_of,
    openid_of,
    org_of,
    recognizer_of,
    sign_in_of,
    switch_config,
    tls_of,
    with_ours,
)
from connector.domain.directory import Directory, Profile
from connector.domain.model import Agent, Contact
from connector.domain.rules.emergency import phone_plans
from connector.errors import ConfigError, ConnectorError, CrmUnavailable, StoreError
from connector.ports.audio import Audio
from connector.ports.crm import Budget, BudgetMode
from connector.ports.recognizer import Recognizer
from connector.ports.store import OutboxCount, Store
from connector.service.admin import Admin
from connector.service.alarms import Alarms, Gaps, Short
from connector.service.clock import Clock, WallClock
from connector.service.configuration import Configuration
from connector.service.conversation import Conversations
from connector.service.daily_proof import DailyProof
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.service.overview import Overview
from connector.service.proof import GAPS
from connector.service.proving import Outcome, Proving
from connector.service.retention import DAY, Retention
from connector.service.runner import Runner
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from connector.switch import open_audio, open_recordings, open_switch
from connector.wire import state as wire

log = logging.getLogger(__name__)

PRUNE_EVERY_S = 3_600

REQUESTS_A_WRITE = 4
"""A batch of Tasks may take so many requests: sign-in, describe, look-up, write."""


class Connector:
    """A running connector."""

    def __init__(
        self,
        config: Config,
        *,
        sandbox: bool = False,
        clock: Clock | None = None,
        hearing: tuple[Audio, Recognizer] | None = None,
    ) -> None:
        """`sandbox` accepts session tokens of the demo; `hearing` makes live transcripts instead of what is configured.

        Raises `ConfigError`.
        """
        self._config = config
        self._clock = clock or WallClock()
        self.origins = frozenset(config.origins)
        self._page = PanelPage(self.origins, config.origins[0] if config.origins else "")
        self._openid = openid_of(config)
        self._store: Store = SqliteStore(Path(config.store), self._clock.now, keep_of(config))
        self._sign_in = sign_in_of(config, self._clock.now, sandbox=sandbox, kept=self._store.use_token)
        self._numbers = SqliteNumberIndex(Path(f"{config.store}.numbers"))
        self._crm = crm_of(config, self._numbers)
        self._api_keys = api_keys_of(config)
        self._alarms = Alarms(channels_of(config), self._clock)
        self._gap_alarms = Alarms(gaps_channels_of(config), self._clock)
        self._budget_alarms = Alarms(budget_channels_of(config), self._clock)
        self._stops: list[Callable[[], Awaitable[object]]] = []
        self._recognizer = None if hearing else recognizer_of(config)
        self._hearing = hearing
        self._configuration = Configuration(
            self._crm,
            self._store,
            self._clock,
            every_ms=config.directory_every_s * 1000,
            complete=lambda directory: with_ours(directory, config),
            use=self._use,
        )
        self._missing = {"store", "switch"}
        self.port = config.port

    async def start(self) -> None:
        """A call can be taken when this returns.  Raises a `ConnectorError` that says what is wrong."""
        config, clock = self._config, self._clock
        loaded = await self._store.open()
        self._stops.append(self._store.close)
        self._stops.append(self._budget_alarms.close)
        self._stops.append(self._crm.close)
        loop = asyncio.get_running_loop()
        self._crm.on_mode(lambda budget: loop.call_soon_threadsafe(self._tell_budget, budget))
        self._missing.discard("store")
        directory = await self._configuration.first(loaded.directory)
        self._hub = Hub(clock)
        self._hub.alarm = self._alarms.tell
        self._stops.append(self._alarms.close)
        self._outbox = Outbox(
            self._store,
            self._crm,
            clock=clock,
            report=self._report,
            gather_ms=config.gather_ms,
            reserve_gather_ms=config.reserve_gather_ms,
            timeout_ms=round(config.salesforce.timeout_s * 1000 * REQUESTS_A_WRITE),
        )
        self._switch = switch = open_switch(switch_config(config, directory))
        self._recordings = open_recordings(switch_config(config, directory), switch)
        self._stops.append(self._recordings.close)
        self._retention = Retention(self._store, self._recordings, clock, config.recordings_days)
        self._runner = Runner(
            store=self._store,
            switch=switch,
            crm=self._crm,
            clock=clock,
            outside=self._hub,
            poke_outbox=self._outbox.poke,
            hurry_outbox=self._outbox.hurry,
            overhear=await self._overhear(),
        )
        self._hub.watch(self._runner)
        self._hub.lists.today = lambda agent: self._keep(self._send_today(agent))
        self._tasks: set[asyncio.Task[None]] = set()
        self._stops.append(self._end_tasks)
        await self._runner.start(loaded, directory)
        switch.provide(phone_plans(directory))
        self._stops += [switch.close, self._runner.stop]
        if self._hub.conversations is not None:
            self._stops.append(self._hub.conversations.stop)
        self._missing.discard("switch")
        self._outbox.start()
        self._stops.append(self._outbox.stop)
        self._keep(self._hub.run())
        self._keep(self._configuration.run())
        self._keep(self._read_numbers())
        self._keep(self._prune())
        await self._listen_to_admin()
        self._retention.start()
        self._stops.append(self._retention.stop)
        await self._serve()

    def _heard(self) -> tuple[Audio, Recognizer] | None:
        """With what is listened to calls, if they are."""
        if self._hearing is not None or self._recognizer is None:
            return self._hearing
        audio = open_audio(self._switch)
        if audio is None:
            log.warning("nobody has a live transcript: the switch (%s) carries no sound", self._config.switch.kind)
            return None
        return audio, self._recognizer

    async def _overhear(self) -> Callable[[Iterable[Contact]], None] | None:
        """Who writes down what is said, if anybody does."""
        hearing = self._heard()
        if hearing is None:
            return None
        audio, recognizer = hearing
        self._stops.append(recognizer.close)
        await recognizer.start()
        self._hub.conversations = conversations = Conversations(
            clock=self._clock,
            directory=lambda: self._runner.directory,
            recognizer=recognizer,
            audio=audio,
            tell=self._hub.said,
        )
        return conversations.follow

    async def _listen_to_admin(self) -> None:
        self._admin = admin = Admin(
            self._store,
            self._clock,
            lambda: self._runner.directory,
            self._numbers,
            runner=self._runner,
            outbox=self._outbox,
            recordings=self._recordings,
        )
        self._proving = admin.proving = Proving(
            self._store,
            self._crm,
            self._clock,
            lambda: self._runner.directory,
            retry=admin.retry,
            adopt=self._runner.adopt,
            wake=self._outbox.poke,
            kept_ms=self._config.retention.contacts_days * DAY,
        )
        listening = AdminSocket(admin, Path(f"{self._config.store}.admin"))
        await listening.start()
        self._stops.append(listening.stop)
        self._prove_daily()

    def _prove_daily(self) -> None:
        given = self._config.reconcile
        self._stops.append(self._gap_alarms.close)
        self._daily = daily = DailyProof(
            self._proving,
            self._clock,
            every_ms=given.every_hours * 3_600_000,
            back_ms=min(given.days, self._config.retention.contacts_days) * DAY,
            mend=given.mend,
            alarm=self._tell_gaps,
        )
        daily.start()
        self._stops.append(daily.stop)

    def _tell_budget(self, budget: Budget) -> None:
        if budget.mode is not BudgetMode.NORMAL and self._budget_alarms.names:
            self._budget_alarms.tell(Short(budget.read_at, budget.left, budget.limit, budget.mode))

    def _tell_gaps(self, outcome: Outcome) -> None:
        if not self._gap_alarms.names:
            return  # the log and `/metrics` have them
        counts = {kind.value: left for kind in GAPS if (left := outcome.left(kind))}
        self._gap_alarms.tell(Gaps(outcome.at, outcome.since, outcome.contacts, counts))

    def _supervised(self) -> Supervision:
        proving = self._admin.proving
        overview = Overview(
            self._store,
            self._outbox,
            self._crm,
            lambda: self._runner.floor,
            lambda: None if proving is None else proving.last,
        )
        supervision = Supervision(self._hub.lists, overview, self._admin, self._clock, lambda: self._runner.directory)
        self._stops.append(supervision.stop)
        return supervision

    async def lost(self) -> ConnectorError:
        """Returns why this connector cannot go on, once that is so: another one has its switch."""
        return await asyncio.shield(self._runner.ended)

    def _report(self, event: TaskNews) -> None:
        self._runner.event(event)

    async def stop(self) -> None:
        """Everything is put down in reverse; a failure to stop one thing does not keep the others up."""
        for stop in reversed(self._stops):
            try:
                await stop()
            except Exception:
                log.exception("stopping failed")
        self._stops.clear()

    def _hosted(self) -> Hosted | None:
        """Who signs in outside Salesforce, if anybody may."""
        if self._openid is None:
            return None
        openid = OpenId(self._openid, self._clock.now)
        self._stops.append(openid.close)
        return Hosted(
            runner=self._runner,
            sign_in=self._sign_in,
            openid=openid,
            public_url=self._config.public_url,
            clock=self._clock,
            templates=PANEL / "templates",
            fresh=self._configuration.fresh,
        )

    async def _serve(self) -> None:
        self._page.hosted = hosted = self._hosted()
        self._sockets = PanelSockets(
            runner=self._runner,
            hub=self._hub,
            crm=self._crm,
            store=self._store,
            sign_in=self._sign_in,
            origins=self.origins,
            clock=self._clock,
            supervision=self._supervised(),
            fresh=self._configuration.fresh,
        )
        self._metrics = Metrics(self._runner, lambda: self._reading)
        work = WorkApi(runner=self._runner, store=self._store, keys=self._api_keys, clock=self._clock)
        recordings = RecordingsApi(
            runner=self._runner,
            store=self._store,
            recordings=self._recordings,
            listeners=Listeners(self._sign_in, self._clock),
            origins=self.origins,
            templates=PANEL / "templates",
            org=org_of(self._config),
            hosted=hosted,
        )
        app = build_app(
            page=self._page,
            sockets=self._sockets,
            work=work,
            ready=self._ready,
            metrics=self._show_metrics,
            recordings=recordings,
        )
        web_runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await web_runner.setup()
        self._stops.append(web_runner.cleanup)
        site = web.TCPSite(web_runner, self._config.host, self._config.port, ssl_context=tls_of(self._config))
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(
                f"port: {self._config.port} on {self._config.host} cannot be used ({error.strerror}); "
                "stop what uses it, or set PANEL_PORT to another."
            ) from error
        self.port = web_runner.addresses[0][1]
        self._stops.append(self._sockets.close)

    def _ready(self) -> Health:
        missing = set(self._missing)
        if not self._configuration.reached:
            missing.add("salesforce")
        if not self._runner.floor.switch_up:
            missing.add("switch")
        if self._runner.slow:
            missing.add("store")
        why = self._runner.store_fails
        return Health(tuple(sorted(missing)), {"store": why} if why and "store" in missing else {})

    async def _count(self) -> OutboxCount:
        """The last one that could be counted, while the store cannot be read."""
        try:
            return await self._store.outbox_count()
        except StoreError as error:
            log.warning("the outbox could not be counted: %s", error)
            return self._reading.outbox

    async def _show_metrics(self) -> bytes:
        self._reading = Reading(
            panels=self._hub.count(),
            messages_sent=self._hub.sent,
            panels_dropped=self._hub.dropped,
            outbox=await self._count(),
            tasks_written=self._outbox.written,
            task_retries=self._outbox.retries,
            alarms={
                name: (self._alarms.sent[name], self._alarms.failed[name], self._alarms.lost[name])
                for name in self._alarms.names
            },
            budget=self._crm.budget,
            now=self._clock.now(),
            recordings_removed=self._retention.removed,
            recordings_kept=self._retention.failed,
            configuration_lost=len(self._configuration.lost),
            rest=self._outbox.rest_code,
            proof=self._proving.last,
            proofs_failed=self._daily.failed,
            batches=self._outbox.batches,
            requests=self._crm.requests,
        )
        return self._metrics.text()

    _reading = Reading(0, 0, 0, OutboxCount(0, 0, 0, None), 0, 0, {}, None, 0)

    # The directory -----------------------------------------------------------------------------------------------

    def read_configuration(self) -> None:
        """The org's configuration is read again now."""
        self._configuration.soon()

    def _use(self, directory: Directory) -> None:
        self._runner.set_directory(directory)
        self._switch.watch(devices_of(directory))
        self._switch.provide(phone_plans(directory))

    async def _read_numbers(self) -> None:
        """Who has a number is known before they call; while that cannot be read, callers are searched for."""
        while True:
            try:
                pause = await self._crm.read_numbers()
            except (CrmUnavailable, StoreError) as error:
                wait = error.retry_after if isinstance(error, CrmUnavailable) else None
                pause = max(self._config.salesforce.numbers_every_s, (wait or 0) / 1000)
                log.warning("the org's numbers cannot be read: %s", error)
            await asyncio.sleep(pause)

    async def _prune(self) -> None:
        """What nobody asks for any more leaves the store, every hour."""
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            try:
                await self._store.prune(self._clock.now())
            except StoreError as error:
                log.warning("the store could not be pruned: %s", error)

    # Today ---------------------------------------------------------------------------------------------------------

    async def _send_today(self, agent: str) -> None:
        profile = self._runner.directory.agents.get(agent) or Profile(agent, agent)
        since = midnight(self._clock.now(), profile.time_zone)
        total, contacts = await self._store.today(agent, since, view.TODAY_ROWS)
        newest = [self._runner.floor.contacts.get(contact.key, contact) for contact in contacts]
        who = self._runner.floor.agents.get(agent) or Agent(agent)
        text = wire.encode(view.today_view(self._runner.directory, profile, total, newest, who.missed, since))
        for panel in self._hub.lists.showing(agent, "today"):
            panel.send_text(text)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a background task failed", exc_info=error)

    async def _end_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def midnight(now: int, zone: str) -> int:
    """When the day began, in ms, in that time zone (an unknown one counts as UTC)."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        tz = ZoneInfo("UTC")
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(tz).date()
    return round(datetime.combine(day, time(), tz).timestamp() * 1000)
