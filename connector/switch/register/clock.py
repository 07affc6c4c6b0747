"""Time for the simulated switch: the real clock, and one that tests move by hand."""

import asyncio
import time
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Protocol


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """It will not happen, if it has not happened yet."""


class Clock(Protocol):
    """What the time is, and what is to be done later."""

    def now(self) -> int:
        """Milliseconds since 1970 UTC; never less than before."""

    def after(self, ms: int, call: Callable[[], None]) -> Timer:
        """`call` is called `ms` milliseconds from now, never before this returns; equal times keep their order."""


class _Appointment:
    """One thing to be done."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class _Agenda:
    """What is to be done, the earliest first and equal times in the order in which they were entered.

    `loop.call_later` alone does not promise the latter.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, _Appointment]] = []
        self._entered = 0

    def enter(self, due: int, call: Callable[[], None]) -> _Appointment:
        appointment = _Appointment(call)
        self._entered += 1
        heappush(self._heap, (due, self._entered, appointment))
        return appointment

    def due(self) -> int | None:
        """When the next appointment is that was not cancelled, or None."""
        while self._heap and self._heap[0][2].call is None:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def keep_next(self) -> None:
        """The next appointment takes place."""
        call = heappop(self._heap)[2].call
        if call is not None:
            call()


class VirtualClock:
    """Stands still until `advance`."""

    def __init__(self, start: int = 1_800_000_000_000) -> None:
        self._now = start
        self._agenda = _Agenda()

    def now(self) -> int:
        return self._now

    def after(self, ms: int, call: Callable[[], None]) -> Timer:
        return self._agenda.enter(self._now + ms, call)

    def advance(self, ms: int) -> None:
        """`ms` later: all that was due until then has happened, at its own time and in order."""
        end = self._now + ms
        while (due := self._agenda.due()) is not None and due <= end:
            self._now = due
            self._agenda.keep_next()
        self._now = end

    def idle(self) -> bool:
        """Whether nothing will happen however far the clock advances."""
        return self._agenda.due() is None


class RealClock:
    """The wall clock, on the running event loop."""

    def __init__(self) -> None:
        self._last = 0
        self._agenda = _Agenda()
        self._armed: asyncio.TimerHandle | None = None

    def now(self) -> int:
        self._last = max(self._last, time.time_ns() // 1_000_000)
        return self._last

    def after(self, ms: int, call: Callable[[], None]) -> Timer:
        appointment = self._agenda.enter(self._loop_ms() + ms, call)
        self._arm()
        return appointment

    def _loop_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)

    def _arm(self) -> None:
        due = self._agenda.due()
        if self._armed is not None:
            self._armed.cancel()
            self._armed = None
        if due is not None:
            self._armed = asyncio.get_running_loop().call_at(due / 1000, self._run)

    def _run(self) -> None:
        try:
            # Only what is due already: a chain of appointments without delay must not keep the loop from other work.
            now = self._loop_ms()
            while (due := self._agenda.due()) is not None and due <= now:
                self._agenda.keep_next()
        finally:
            self._arm()
