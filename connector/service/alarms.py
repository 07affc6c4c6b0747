"""Alarms told outside: each channel in its own time, tried again for a while, never in the way of a call."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from msgspec import Struct

from connector.service.clock import Clock

log = logging.getLogger(__name__)

PAUSES: Final = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000)
"""Ms between the tries of one channel; after the last one it is given up."""


class Alarm(Struct, frozen=True):
    """An emergency call: who makes it from where, and how to reach them.  `posted` is what a webhook is sent."""

    contact: str
    agent: str
    number: str
    callback: str
    address: str
    at: int
    posted: bytes = b""

    what: ClassVar[str] = "an emergency call"

    @property
    def about(self) -> dict[str, str]:
        """What the log says of it: not the address, nor any number."""
        return {"contact": self.contact, "event": "emergency"}


class Gaps(Struct, frozen=True):
    """Of `contacts` since then some do not have exactly one Task: how many, by verdict.  Times are ms."""

    at: int
    since: int
    contacts: int
    counts: dict[str, int]

    what: ClassVar[str] = "a gap in the proof of Tasks"

    @property
    def about(self) -> dict[str, str]:
        """What the log says of it."""
        return {"event": "gaps"}


class Short(Struct, frozen=True):
    """So few of the org's API requests of 24 hours are left that the connector does without some of its own.

    `mode` as in `Budget`; `at` is ms.
    """

    at: int
    left: int
    limit: int
    mode: str

    what: ClassVar[str] = "a shortage of API requests"

    @property
    def about(self) -> dict[str, str]:
        """What the log says of it."""
        return {"event": "budget"}


A = TypeVar("A", Alarm, Gaps, Short)
A_contra = TypeVar("A_contra", Alarm, Gaps, Short, contravariant=True)


class Channel(Protocol[A_contra]):
    """A way out: one address, one URL."""

    name: str

    async def send(self, alarm: A_contra) -> None:
        """Returns when the alarm was taken; raises anything when it was not, or when that is not known."""

    async def close(self) -> None:
        """Lets go of what it holds."""


class Alarms(Generic[A]):
    """Tells each alarm through every channel.  `sent`, `failed` (tries) and `lost` count by the channel's name."""

    def __init__(self, channels: Sequence[Channel[A]], clock: Clock) -> None:
        self._channels: Sequence[Channel[A]] = channels
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()
        self.sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    @property
    def names(self) -> tuple[str, ...]:
        """The channels by name, each once."""
        return tuple(dict.fromkeys(channel.name for channel in self._channels))

    def tell(self, alarm: A) -> None:
        """It is being told when this returns; what comes of it is logged and counted."""
        if not self._channels:
            log.warning("%s was told to nobody outside: none is configured", alarm.what, extra=alarm.about)
        for channel in self._channels:
            self._spawn(self._until_told(channel, alarm))

    async def close(self) -> None:
        """What was not told by now is lost, and the log says so."""
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        for channel in self._channels:
            await channel.close()

    async def _until_told(self, channel: Channel[A], alarm: A) -> None:
        about = {**alarm.about, "channel": channel.name}
        try:
            for pause in (*PAUSES, None):
                try:
                    await channel.send(alarm)
                except Exception as error:
                    self.failed[channel.name] += 1
                    log.warning("%s could not be told: %s", alarm.what, _said(error), extra=about)
                else:
                    self.sent[channel.name] += 1
                    log.info("%s was told", alarm.what, extra=about)
                    return
                if pause is not None:
                    await self._pause(pause)
        except asyncio.CancelledError:
            self._give_up(channel, alarm, "the connector is stopping")
            raise
        self._give_up(channel, alarm, f"tried {len(PAUSES) + 1} times")

    def _give_up(self, channel: Channel[A], alarm: A, why: str) -> None:
        self.lost[channel.name] += 1
        log.error("%s was not told: %s", alarm.what, why, extra={**alarm.about, "channel": channel.name})

    async def _pause(self, ms: int) -> None:
        over = asyncio.Event()
        timer = self._clock.call_at(self._clock.now() + ms, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
