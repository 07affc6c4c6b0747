"""The two drivers of the simulated switch: in this process, and in a process of its own."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import aiohttp
import msgspec

from connector.domain.effects import SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.errors import SwitchTaken, SwitchUnavailable
from connector.ports.switch import SwitchListener
from connector.switch.register.clock import RealClock
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.voices import Attended, Voices
from connector.switch.simulated.wire import (
    KEY_HEADER,
    Happened,
    Provide,
    Rejected,
    Replaced,
    Snapshotted,
    decode_from_switch,
    encode,
    event_of,
)

log = logging.getLogger(__name__)

FIRST_RETRY: Final = 0.05
LAST_RETRY: Final = 5.0
START_WITHIN: Final = 10.0
_HEARTBEAT: Final = 10.0
_WRONG_KEY: Final = "refuses the key; use the key file that it was started with"


class SimulatedSwitch:
    """The `Switch` port on an engine in this process; `engine` is where customers call and faults are inflicted.

    `voices` are what is said in its calls.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.voices = Voices(engine.clock)
        self._listener: SwitchListener | None = None

    async def start(self, listener: SwitchListener) -> None:
        """As the port says; raises SwitchUnavailable when the engine is down."""
        attended = Attended(self.voices, listener)
        self.engine.attach(attended)
        self._listener = attended

    async def ask(self, ask: SwitchAsk) -> None:
        """As the port says."""
        if self._listener is None:
            raise SwitchUnavailable("the switch was not started, or was closed")
        self.engine.ask(ask)
        self.voices.asked(ask)

    def watch(self, devices: tuple[str, ...]) -> None:
        """As the port says: a phone that was not there before is plugged in."""
        self.engine.watch(devices)

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        """As the port says."""
        self.engine.provide(plans)

    async def close(self) -> None:
        """As the port says."""
        if self._listener is not None:
            self.engine.detach(self._listener)
            self._listener = None
            self.voices.down("the switch was closed")


class _StoppedError(Exception):
    """Trying again is of no use."""


class _TakenError(_StoppedError):
    """Another connector has the switch."""


class RemoteSwitch:
    """The `Switch` port on a simulated switch in a process of its own, at `url` (ws://127.0.0.1:PORT).

    It connects again by itself, after `first_retry` seconds and then twice as long each time, up to 5 s; but not after
    another connector took its place, since the two would take turns for ever.  `start_within` is in seconds;
    `voices` are what is said in its calls.
    """

    def __init__(
        self, url: str, key: str, *, start_within: float = START_WITHIN, first_retry: float = FIRST_RETRY
    ) -> None:
        self.voices = Voices(RealClock())
        self._url = url
        self._key = key
        self._start_within = start_within
        self._first_retry = first_retry
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._why = "the switch was not started, or was closed"
        self._is_up = asyncio.Event()
        self._plans: tuple[PhonePlan, ...] | None = None
        self._providing: asyncio.Task[None] | None = None

    async def start(self, listener: SwitchListener) -> None:
        """As the port says; SwitchUnavailable is raised after `start_within`, and at once when the key is refused."""
        self._why = "nothing answers"
        self._keeping = asyncio.create_task(self._keep(Attended(self.voices, listener)), name="simulated switch")
        up = asyncio.create_task(self._is_up.wait())
        try:
            await asyncio.wait({up, self._keeping}, timeout=self._start_within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
        if not self._is_up.is_set():
            why = self._why
            await self.close()
            raise SwitchUnavailable(f"the simulated switch at {self._url} cannot be used: {why}")

    async def ask(self, ask: SwitchAsk) -> None:
        """As the port says."""
        if self._socket is None or self._socket.closed or not self._is_up.is_set():
            raise SwitchUnavailable(f"the simulated switch cannot be asked: {self._why}")
        try:
            await self._socket.send_str(encode(ask))
        except (ConnectionError, RuntimeError) as lost:
            raise SwitchUnavailable(f"the simulated switch went away: {lost}") from lost
        self.voices.asked(ask)

    def watch(self, devices: tuple[str, ...]) -> None:
        """As the port says: it tells of all the phones that it was started with, and has no others."""

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        """As the port says: now, and whenever it is connected again."""
        self._plans = plans
        if self._is_up.is_set():
            self._providing = asyncio.create_task(self._provide(), name="plans of phones")

    async def _provide(self) -> None:
        if self._socket is not None and self._plans is not None:
            with suppress(ConnectionError, RuntimeError):  # what could not be sent is when it is connected again
                await self._socket.send_str(encode(Provide(self._plans)))

    async def close(self) -> None:
        """As the port says."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
        self._is_up.clear()
        self._why = "the switch was not started, or was closed"
        self.voices.down(self._why)

    async def _keep(self, listener: SwitchListener) -> None:
        """Connected, or about to be, until cancelled or stopped for good."""
        wait = self._first_retry
        async with aiohttp.ClientSession(headers={KEY_HEADER: self._key}) as session:
            while True:
                stopped = taken = False
                self._is_up.clear()
                try:
                    await self._connected(session, listener)
                except _StoppedError as why:
                    stopped, taken, self._why = True, isinstance(why, _TakenError), str(why)
                except (aiohttp.ClientError, OSError, msgspec.MsgspecError) as lost:
                    self._why = str(lost) or type(lost).__name__
                was_up = self._is_up.is_set()
                if was_up:
                    wait = self._first_retry
                    _told(listener.down, self._why)
                if stopped:
                    log.error("no more attempts to reach the simulated switch: %s", self._why)
                    if taken:
                        told = f"another connector has taken the switch at {self._url}: only one can have it."
                        listener.taken(SwitchTaken(f"{told}  Stop one of the two."))
                    return
                await asyncio.sleep(wait)
                wait = min(2 * wait, LAST_RETRY)

    async def _connected(self, session: aiohttp.ClientSession, listener: SwitchListener) -> None:
        """One connection, until it ends; `_why` says why it did."""
        try:
            async with session.ws_connect(self._url, heartbeat=_HEARTBEAT, max_msg_size=0) as socket:
                self._socket = socket
                await self._provide()
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._read(message.data, listener)
                self._why = f"the connection was closed ({socket.close_code})"
        except aiohttp.WSServerHandshakeError as refused:
            if refused.status == 401:
                raise _StoppedError(_WRONG_KEY) from refused
            raise
        finally:
            self._socket = None

    def _read(self, text: str, listener: SwitchListener) -> None:
        message = decode_from_switch(text)
        match message:
            case Snapshotted():
                self._is_up.set()
                _told(listener.up, message.snapshot)
            case Happened():
                event = event_of(message)
                if event is None:
                    log.warning("the simulated switch told of %s, which this version does not know", message.name)
                else:
                    _told(listener.event, event)
            case Replaced():
                raise _TakenError("another connector took its place")
            case Rejected():
                log.error("the simulated switch could not read an ask: %s", message.reason)


async def reach(url: str, key: str) -> None:
    """Returns when the switch at `url` answers and takes the key; whoever is connected with it stays so.

    Raises SwitchUnavailable that says why not.
    """
    address = url.replace("ws", "http", 1) + "/calls"
    timeout = aiohttp.ClientTimeout(total=START_WITHIN)
    try:
        async with (
            aiohttp.ClientSession(headers={KEY_HEADER: key}, timeout=timeout) as session,
            session.get(address) as reply,
        ):
            status = reply.status
    except (aiohttp.ClientError, OSError) as lost:
        raise SwitchUnavailable(f"the simulated switch cannot be reached: {lost!r}") from lost
    if status == 401:
        raise SwitchUnavailable(f"the simulated switch at {url} {_WRONG_KEY}")
    if status != 200:
        raise SwitchUnavailable(f"what answers at {url} is no simulated switch (status {status})")


def _told(call: Callable[..., None], *news: object) -> None:
    """A listener that fails must not cost the connection: its error goes to the loop's handler, like a callback's."""
    try:
        call(*news)
    except Exception as error:
        context = {"message": f"the listener of the switch failed in {call.__name__}", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)
