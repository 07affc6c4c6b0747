"""Emergency calls told outside: each channel in its own time, tried again for a while, never in the way of a call."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any, Final, Protocol

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


class Channel(Protocol):
    """A way out: one address, one URL."""

    name: str

    async def send(self, alarm: Alarm) -> None:
        """Returns when the alarm was taken; raises anything when it was not, or when that is not known."""

    async def close(self) -> None:
        """Lets go of what it holds."""


class Alarms:
    """Tells each alarm through every channel.  `sent`, `failed` (tries) and `lost` count by the channel's name."""

    def __init__(self, channels: Sequence[Channel], clock: Clock) -> None:
        self._channels = channels
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()
        self.sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    @property
    def names(self) -> tuple[str, ...]:
        """The channels by name, each once."""
        return tuple(dict.fromkeys(channel.name for channel in self._channels))

    def tell(self, alarm: Alarm) -> None:
        """It is being told when this returns; what comes of it is logged and counted."""
        if not self._channels:
            log.warning("an emergency call was told to nobody outside: none is configured", extra=_about(alarm))
        for channel in self._channels:
            self._spawn(self._until_told(channel, alarm))

    async def close(self) -> None:
        """What was not told by now is lost, and the log says so."""
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        for channel in self._channels:
            await channel.close()

    async def _until_told(self, channel: Channel, alarm: Alarm) -> None:
        about = {**_about(alarm), "channel": channel.name}
        try:
            for pause in (*PAUSES, None):
                try:
                    await channel.send(alarm)
                except Exception as error:
                    self.failed[channel.name] += 1
                    log.warning("an emergency call could not be told: %s", _said(error), extra=about)
                else:
                    self.sent[channel.name] += 1
                    log.info("an emergency call was told", extra=about)
                    return
                if pause is not None:
                    await self._pause(pause)
        except asyncio.CancelledError:
            self._give_up(channel, about, "the connector is stopping")
            raise
        self._give_up(channel, about, f"tried {len(PAUSES) + 1} times")

    def _give_up(self, channel: Channel, about: dict[str, str], why: str) -> None:
        self.lost[channel.name] += 1
        log.error("an emergency call was not told: %s", why, extra=about)

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


def _about(alarm: Alarm) -> dict[str, str]:
    """What the log says of it: not the address, nor any number."""
    return {"contact": alarm.contact, "event": "emergency"}


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
