"""Who goes first: requests to the org in a few threads, agents' saves before everything else."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import IntEnum
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class Turn(IntEnum):
    """SAVE: an agent's Task · ASK: what an agent waits for · BACKGROUND: what nobody waits for."""

    SAVE = 0
    ASK = 1
    BACKGROUND = 2


def rooms(threads: int) -> dict[Turn, int]:
    """How many threads a turn and those after it may have together, so that one is free for those before it.

    With two threads agents' questions may have both: a save then waits for one answer at most.
    """
    return {
        Turn.SAVE: threads,
        Turn.ASK: threads if threads < len(Turn) else threads - 1,
        Turn.BACKGROUND: max(1, threads - (1 if threads < len(Turn) else 2)),
    }


class Turns:
    """Runs blocking work in `threads` threads: of what waits the first turn first, and then in order of arrival."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._rooms = rooms(threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="salesforce")
        self._lock = threading.Lock()
        self._waiting: dict[Turn, deque[tuple[Future[Any], Callable[[], Any]]]] = {turn: deque() for turn in Turn}
        self._running: Counter[Turn] = Counter()
        self._own = threading.local()
        self._closed = False

    @property
    def current(self) -> Turn:
        """Whose turn it is in the calling thread; BACKGROUND in a thread that is none of these."""
        turn: Turn = getattr(self._own, "turn", Turn.BACKGROUND)
        return turn

    async def run(self, turn: Turn, work: Callable[[], T]) -> T:
        """Runs `work` when it is its turn; what waits still is called off when the caller is cancelled."""
        return await asyncio.wrap_future(self.submit(turn, work))

    def submit(self, turn: Turn, work: Callable[[], T]) -> "Future[T]":
        """The same for who is not on a loop.  Raises `RuntimeError` after `close`."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the connection to Salesforce is closed")
            self._waiting[turn].append((future, work))
            self._begin()
        return future

    def close(self) -> None:
        """Calls off what waits, lets what runs end, and ends the threads."""
        with self._lock:
            self._closed = True
            waiting = [future for queue in self._waiting.values() for future, _ in queue]
            for queue in self._waiting.values():
                queue.clear()
        for future in waiting:
            future.cancel()
        self._pool.shutdown(wait=True)

    def _begin(self) -> None:
        """Begins whatever may begin; the lock is held."""
        for turn, queue in self._waiting.items():
            while queue and self._has_room(turn):
                self._running[turn] += 1
                self._pool.submit(partial(self._work, turn, *queue.popleft()))

    def _has_room(self, turn: Turn) -> bool:
        alike = sum(self._running[other] for other in Turn if other >= turn)
        return self._running.total() < self._threads and alike < self._rooms[turn]

    def _work(self, turn: Turn, future: "Future[Any]", work: Callable[[], Any]) -> None:
        self._own.turn = turn
        try:
            if future.set_running_or_notify_cancel():
                _carry_out(future, work)
        finally:
            with self._lock:
                self._running[turn] -= 1
                self._begin()


def _carry_out(future: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        result = work()
    except BaseException as error:
        # As an executor does: whoever waits gets it, whatever it is.
        future.set_exception(error)
    else:
        future.set_result(result)
