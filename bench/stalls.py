"""How long the event loop is kept from its sockets: by one piece of work, and by one turn of the loop.

In processor time of the loop's own thread, which other programs of the machine cannot lengthen, and in time as it
passes.  Watching costs about a microsecond a call-back: it is done in runs of its own.
"""

# ruff: noqa: SLF001 - the event loop has no other place where it could be watched

import asyncio
import time
from asyncio import base_events, events

from msgspec import Struct


class Stalls(Struct):
    """The longest so far, in ms; `what` was the longest piece of work, `over` how many turns took over 20 ms."""

    work: float = 0.0
    what: str = ""
    turn: float = 0.0
    turn_as_it_passed: float = 0.0
    over: int = 0
    turns: int = 0
    before: float = 0.0
    """The longest piece of work before `clear`."""

    def clear(self) -> None:
        """What counts begins now."""
        self.before, self.what = self.work, ""
        self.work = self.turn = self.turn_as_it_passed = 0.0
        self.over = self.turns = 0


LIMIT_NS = 20_000_000


def watch(*, named: bool = False) -> Stalls:
    """The loop of this process is watched from now on; `named` finds out what took so long, and is slower itself."""
    found = Stalls()
    if named:
        # The tasks written in Python in place of those in C, which do not say what they have run.
        asyncio.tasks.Task = asyncio.Task = asyncio.tasks._PyTask  # type: ignore[attr-defined,misc]
    run, run_once = events.Handle._run, base_events.BaseEventLoop._run_once  # type: ignore[attr-defined]
    began = [0]

    def timed(handle: asyncio.Handle) -> None:
        if not began[0]:
            began[0] = time.perf_counter_ns()
        used = time.thread_time_ns()
        run(handle)
        spent = (time.thread_time_ns() - used) / 1e6
        if spent > found.work:
            found.work, found.what = spent, repr(getattr(handle._callback, "__self__", handle._callback))[:300]

    def timed_turn(loop: asyncio.AbstractEventLoop) -> None:
        began[0] = 0
        used = time.thread_time_ns()
        run_once(loop)
        spent = time.thread_time_ns() - used
        found.turns += 1
        found.over += spent > LIMIT_NS
        found.turn = max(found.turn, spent / 1e6)
        if began[0]:
            found.turn_as_it_passed = max(found.turn_as_it_passed, (time.perf_counter_ns() - began[0]) / 1e6)

    events.Handle._run = timed  # type: ignore[method-assign]
    base_events.BaseEventLoop._run_once = timed_turn  # type: ignore[attr-defined]
    return found
