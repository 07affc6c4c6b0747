"""The `Switch` port on Asterisk: connects, keeps connecting, and hands asks and events over in their order."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Final

import aiohttp
from msgspec.structs import replace

from connector.domain.effects import SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.domain.events import SwitchEvent
from connector.errors import ConnectorError, SwitchTaken, SwitchUnavailable
from connector.ports.switch import SwitchListener
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.asks import carry_out
from connector.switch.asterisk.floor import Floor
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.music import USUAL, Music
from connector.switch.asterisk.plans import Plans
from connector.switch.asterisk.recovery import reconcile
from connector.switch.asterisk.socket import AT_A_TIME, AriRefusal, AriSocket
from connector.switch.register.clock import RealClock
from connector.switch.register.refusals import refuse

log = logging.getLogger(__name__)

START_WITHIN: Final = 10.0
FIRST_RETRY: Final = 0.1
LAST_RETRY: Final = 1.0
SOUNDS: Final = {"closed": "sound:ss-noservice", "full": "sound:queue-callswaiting"}
LAST_WORDS: Final = (
    'another connector has taken the Stasis application "{app}" of the Asterisk at {url}, and its calls with it: only '
    "one can have them.  Stop one of the two, or give each an application of its own (switch.app here, Stasis() in the "
    "dialplan)."
)


class AsteriskSwitch:
    """The switch at `url` (http://host:port/ari), as the ARI user `user`.

    `app` is the Stasis application, `trunk` the endpoint of the carrier, `routes` those of emergency calls by name,
    `devices` the agents' phones, and `sounds` what callers hear who cannot be taken, by message; `music` is for those
    who wait.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        app: str = "phone-panel",
        trunk: str = "carrier",
        devices: tuple[str, ...] = (),
        routes: Mapping[str, str] | None = None,
        sounds: Mapping[str, str] = SOUNDS,
        music: Music = USUAL,
        start_within: float = START_WITHIN,
    ) -> None:
        self._url = url
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._app = app
        self._devices = devices
        self._start_within = start_within
        self._listener: SwitchListener | None = None
        self._clock = RealClock()
        self._lost = 0
        self._session: aiohttp.ClientSession | None = None
        self._floor = Floor(
            self._clock, self._tell, self._do, trunk=trunk, routes=routes or {}, sounds=sounds, music=music
        )
        self._plans = Plans(routes or {})
        self._provide = asyncio.Event()
        self._jobs: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._keeping: asyncio.Task[None] | None = None
        self._is_up = asyncio.Event()
        self._buffer: list[p.Event] | None = None
        self._taken: SwitchTaken | None = None
        self._why = "the switch was not started, or was closed"

    async def start(self, listener: SwitchListener) -> None:
        """As the port says; SwitchUnavailable is raised after `start_within`, with what is wrong."""
        self._listener = listener
        self._taken = None
        self._why = "nothing answers"
        self._keeping = asyncio.create_task(self._keep(), name="Asterisk")
        up = asyncio.create_task(self._is_up.wait())
        try:
            await asyncio.wait({up, self._keeping}, timeout=self._start_within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
        if not self._is_up.is_set():
            problem = self._problem()
            await self.close()
            raise problem

    def _problem(self) -> ConnectorError:
        return self._taken or SwitchUnavailable(self._why)

    async def ask(self, ask: SwitchAsk) -> None:
        """As the port says."""
        if not self._is_up.is_set():
            raise SwitchUnavailable(f"Asterisk cannot be asked: {self._why}")

        async def job() -> None:
            try:
                await carry_out(self._floor, ask)
            except AriRefusal as refused:
                log.warning("Asterisk refused an ask", extra={"ask": type(ask).__name__, "said": str(refused)})
                refuse(self._floor.exchange, ask, "refused")

        self._do(job)

    async def listen(self, leg: str) -> AsyncGenerator[bytes, None]:
        """As the `Audio` port says."""
        if self._session is None or not self._is_up.is_set():
            raise SwitchUnavailable(f"Asterisk cannot be asked: {self._why}")
        server = self._url.removesuffix("/ari")
        try:
            async for piece in self._floor.taps.listen(self._floor.machine, self._session, server, leg):
                yield piece
        except AriRefusal as refused:
            raise SwitchUnavailable(str(refused)) from refused

    def watch(self, devices: tuple[str, ...]) -> None:
        """As the port says."""
        new = tuple(device for device in devices if device not in self._devices)
        self._devices = devices
        if new and self._is_up.is_set():
            self._do(lambda: self._floor.watch(new))

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        """As the port says: now, and whenever it is connected again."""
        self._plans.wanted = plans
        self._provide.set()

    async def close(self) -> None:
        """As the port says."""
        keeping, self._keeping, self._listener = self._keeping, None, None
        if keeping is not None:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
        self._is_up.clear()
        self._why = "the switch was not started, or was closed"

    async def settled(self) -> None:
        """Returns when all that was asked so far has been carried out."""
        if self._is_up.is_set():
            await self._jobs.join()
            await self._floor.machine.all_noted()

    def _do(self, job: Callable[[], Awaitable[None]]) -> None:
        """The job is done after those before it."""
        self._jobs.put_nowait(job)

    def _tell(self, event: SwitchEvent) -> None:
        if self._listener is not None and self._is_up.is_set():
            self._listener.event(event)

    async def _keep(self) -> None:
        """Connected, or about to be, until cancelled or replaced."""
        wait = FIRST_RETRY
        async with aiohttp.ClientSession(headers=self._headers) as self._session:
            session = self._session
            while self._taken is None:
                try:
                    await self._once(session)
                    wait = FIRST_RETRY
                except ConnectorError as problem:
                    self._why = str(problem)
                except Exception as mistake:
                    # A mistake of ours must not leave the switch unwatched: it is connected to anew.
                    log.exception("the connection with Asterisk failed")
                    self._why = f"internal: {mistake}"
                finally:
                    self._go_down()
                if self._taken is None:
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LAST_RETRY)
        if self._listener is not None:
            self._listener.taken(self._taken)

    async def _once(self, session: aiohttp.ClientSession) -> None:
        """One connection, from its beginning to its end."""
        self._buffer = []
        socket = await AriSocket.open(session, self._url, self._app, self._take)
        tasks: list[asyncio.Task[None]] = []
        try:
            machine = Machine(socket, self._app, self._floor.music.hold)
            self._jobs = asyncio.Queue()
            await reconcile(self._floor, machine, self._devices, self._lost)
            if self._taken is not None:
                return
            self._come_up()
            working = asyncio.create_task(self._work(), name="Asterisk's asks")
            tasks = [working, asyncio.create_task(self._keep_provided(machine), name="plans of phones")]
            closed = asyncio.create_task(socket.closed.wait())
            await asyncio.wait({closed, working}, return_when=asyncio.FIRST_COMPLETED)
            closed.cancel()
            if working.done():
                working.result()
            self._over(socket.why)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await socket.close()

    async def _keep_provided(self, machine: Machine) -> None:
        """Asterisk knows what is wanted of phones; asks never wait for that."""
        self._provide.set()
        while True:
            await self._provide.wait()
            self._provide.clear()
            try:
                await self._plans.write(machine)
            except (ConnectorError, TimeoutError) as problem:
                log.warning("Asterisk was not told of all phones: %s", problem)
                return

    def _over(self, why: str) -> None:
        if self._taken is None:
            self._why = why

    async def _work(self) -> None:
        for done in count(1):
            job = await self._jobs.get()
            try:
                await job()
            except AriRefusal as refused:
                log.warning("Asterisk refused", extra={"said": str(refused)})
            except SwitchUnavailable:
                return
            finally:
                self._jobs.task_done()
            if done % AT_A_TIME == 0:
                # Many jobs wait for nothing: then none of these lines lets anybody else have a turn.
                await asyncio.sleep(0)

    def _come_up(self) -> None:
        assert self._listener is not None
        self._is_up.set()
        self._listener.up(replace(self._floor.exchange.snapshot(), began=self._floor.started))
        waiting, self._buffer = self._buffer or [], None
        for event in waiting:
            self._floor.take(event)

    def _go_down(self) -> None:
        if self._is_up.is_set():
            self._is_up.clear()
            self._lost = self._clock.now()
            if self._listener is not None:
                self._listener.down(self._why)

    def _take(self, event: p.Event) -> None:
        if isinstance(event, p.ApplicationReplaced):
            self._taken = SwitchTaken(LAST_WORDS.format(app=self._app, url=self._url))
            self._why = str(self._taken)
            log.critical(self._why, extra={"application": self._app})
            self._go_down()
            self._jobs.put_nowait(_stop)
        elif self._buffer is not None:
            self._buffer.append(event)
        else:
            self._floor.take(event)


async def _stop() -> None:
    raise SwitchUnavailable("the application was taken")
