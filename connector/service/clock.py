"""Time and fresh ids, as parameters: the wall clock of a running connector, and one that tests turn by hand."""

import asyncio
import heapq
import os
import time
from collections.abc import Callable
from itertools import count
from typing import Protocol


class Timer(Protocol):
    """Something that can be called off."""

    def cancel(self) -> None:
        """It will not happen (any more)."""


class Clock(Protocol):
    """Milliseconds since 1970 UTC that never run backwards, and calls at a time."""

    def now(self) -> int:
        """The time; never less than it was before."""

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        """`call` is made once when it is `at`, on the event loop."""


class WallClock:
    """The machine's clock; where somebody sets it back, half as fast as time passes until the two agree again.

    It must not stand still: what waits for a time, as a Task that is tried again in two seconds, would wait for as long
    as the clock was set back.
    """

    def __init__(self) -> None:
        self._ns = 0
        self._passed = 0

    def now(self) -> int:
        """See `Clock`."""
        passed = time.monotonic_ns()
        self._ns = max(time.time_ns(), self._ns + (passed - self._passed) // 2)
        self._passed = passed
        return self._ns // 1_000_000

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        """See `Clock`."""
        loop = asyncio.get_running_loop()
        return loop.call_later(max(0, at - self.now()) / 1000, call)


class ManualClock:
    """A clock that stands still until `advance` is called, which makes the calls that fall due, in order."""

    def __init__(self, now: int = 1_795_438_800_000) -> None:
        self._now = now
        self._order = count()
        self._calls: list[tuple[int, int, Callable[[], None]]] = []
        self._off: set[int] = set()

    def now(self) -> int:
        """See `Clock`."""
        return self._now

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        """See `Clock`."""
        order = next(self._order)
        heapq.heappush(self._calls, (at, order, call))
        return _ManualTimer(self._off, order)

    def advance(self, ms: int) -> None:
        """`ms` pass; whatever falls due happens at its time."""
        until = self._now + ms
        while self._calls and self._calls[0][0] <= until:
            at, order, call = heapq.heappop(self._calls)
            self._now = max(self._now, at)
            if order in self._off:
                self._off.discard(order)
            else:
                call()
        self._now = until


class _ManualTimer:
    def __init__(self, off: set[int], order: int) -> None:
        self._off = off
        self._order = order

    def cancel(self) -> None:
        self._off.add(self._order)


_random = bytearray()
"""Random bytes not used yet: every input is stamped with a fresh id, and asking the system each time is dear."""


def new_key(now: int) -> str:
    """A random id that sorts by time: UUID version 7 (RFC 9562, section 5.7), 128 bits as 36 characters."""
    if not _random:
        _random.extend(os.urandom(10 * 256))
    low = int.from_bytes(_random[-10:], "big")
    del _random[-10:]
    value = (now & 0xFFFF_FFFF_FFFF) << 80 | low
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


os.register_at_fork(after_in_child=_random.clear)
