"""The composition root: builds everything from the settings, starts it in order and stops it in reverse.

The only file that knows all.  Stopping leaves calls up, contacts in the store and Tasks in the outbox.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from connector.administration import Administration
from connector.api.hosted import Hosted
from connector.api.http import PANEL, Health, PanelPage, build_app
from connector.api.hub import Hub
from connector.api.listeners import Listeners
from connector.api.metrics import Metrics, Reading
from connector.api.openid import OpenId
from connector.api.recordings import RecordingsApi
from connector.api.supervision import Supervision
from connector.api.today import send_today
from connector.api.work import WorkApi
from connector.api.ws import PanelSockets
from connector.config import Config
from connector.configured import (
    api_keys_of,
    channels_of,
    crm_of,
    devices_of,
    keep_of,
    openid_of,
    org_of,
    recognizer_of,
    sign_in_of,
    switch_config,
    tls_of,
    with_ours,
)
from connector.domain.directory import Directory
from connector.domain.model import Contact
from connector.domain.rules.emergency import phone_plans
from connector.errors import ConfigError, ConnectorError, CrmUnavailable, StoreError
from connector.ports.audio import Audio
from connector.ports.recognizer import Recognizer
from connector.ports.store import OutboxCount, Store
from connector.service.alarms import Alarms
from connector.service.clock import Clock, WallClock
from connector.service.configuration import Configuration
from connector.service.conversation import Conversations
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.service.retention import Retention
from connector.service.runner import Runner
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from connector.switch import open_audio, open_recordings, open_switch

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
        self._administration = Administration(config, self._clock, self._store, self._crm)
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
        self._stops.append(self._administration.watch_budget())
        self._stops.append(self._crm.close)
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
        lists = self._hub.lists
        lists.today = lambda agent: self._keep(send_today(agent, lists, self._runner, self._store, clock))
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
        self._stops += await self._administration.start(self._runner, self._outbox, self._numbers, self._recordings)
        self._retention.start()
        self._stops.append(self._retention.stop)
        supervision = self._administration.supervision(lists)
        self._stops.append(supervision.stop)
        await self._serve(supervision)

    def _heard(self) -> tuple[Audio, Recognizer] | None:
        """With what is listened to calls, if they are."""
        if self._hearing is not None or self._recognizer is None:
            return self._hearing
        return open_audio(self._switch), self._recognizer

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

    async def _serve(self, supervision: Supervision | None) -> None:
        self._page.hosted = hosted = self._hosted()
        self._sockets = PanelSockets(
            runner=self._runner,
            hub=self._hub,
            crm=self._crm,
            store=self._store,
            sign_in=self._sign_in,
            origins=self.origins,
            clock=self._clock,
            supervision=supervision,
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
            proof=self._administration.proving.last,
            proofs_failed=self._administration.daily.failed,
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
