"""One thread that owns the database: what waits becomes one transaction, and its results go back together, in order."""

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from connector.errors import StoreError
from connector.store import database

log = logging.getLogger(__name__)

LARGEST_BATCH = 250
"""So many jobs in a transaction at most: the first of them waits for the last, and their owners are told in one go."""

Done = Callable[[Any, BaseException | None], None]
Outcome = tuple[Done, Any, BaseException | None]
Work = TypeVar("Work")


Perform = Callable[[sqlite3.Connection, Sequence[Work]], Sequence[Any]]
"""Does a batch within a transaction and returns a result for each, in order; an exception undoes them all."""


T = TypeVar("T")


class Alone(Generic[T]):
    """A job that is done by itself and outside of a transaction."""

    def __init__(self, call: Callable[[sqlite3.Connection], T]) -> None:
        self.call = call


class GroupCommit(Generic[Work]):
    """Starts with `start`, ends with `end`; `submit` from the loop only.

    A job that fails takes nothing else with it: after an error the jobs of that batch are done again, each in a
    transaction of its own, in the same order.
    """

    def __init__(self, path: Path, perform: Perform[Work]) -> None:
        self._path = path
        self._perform = perform
        self._loop: asyncio.AbstractEventLoop | None = None
        self._coming: list[tuple[Work | Alone[Any], Done]] = []
        self._jobs: deque[tuple[Work | Alone[Any], Done]] = deque()
        self._news = threading.Condition()
        self._taking = False
        self._ending = False
        self._epoch = 0
        self._inode: tuple[int, int] = (0, 0)
        self._thread: threading.Thread | None = None
        self.batches = 0
        self.largest = 0

    async def start(self) -> int:
        """Locks and opens the database and begins to take jobs; returns the epoch, which nobody else ever had.

        Raises `StoreLocked`, `StoreError`.
        """
        loop = self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[int] = loop.create_future()
        # A daemon: a process that ends without `end` must not hang; whatever was acknowledged is on disk by then.
        self._thread = threading.Thread(target=self._own, args=(loop, opened), name="store", daemon=True)
        self._thread.start()
        epoch = await opened
        self._taking = True
        return epoch

    def submit(self, work: Work | Alone[Any], done: Done) -> bool:
        """Queues it; `done` is called on the loop.  False, and it is not queued, before `start` and after `end`.

        What comes within one turn of the loop is handed over at its end, together: one wake-up, one transaction.
        """
        if not self._taking:
            return False
        if not self._coming:
            assert self._loop is not None
            self._loop.call_soon(self._hand_over)
        self._coming.append((work, done))
        return True

    def _hand_over(self) -> None:
        coming, self._coming = self._coming, []
        with self._news:
            self._jobs.extend(coming)
            self._news.notify()

    async def end(self) -> None:
        """Finishes what was queued, closes the database and lets go of the lock."""
        self._taking = False
        self._hand_over()
        with self._news:
            self._ending = True
            self._news.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    # In the thread ---------------------------------------------------------------------------------------------

    def _own(self, loop: asyncio.AbstractEventLoop, opened: "asyncio.Future[int]") -> None:
        lock = db = None
        try:
            lock = database.Lock(self._path)
            db = database.connect(self._path)
            self._take_over(db)
        except BaseException as error:  # it goes to the caller of `start`, whatever it is
            if db is not None:
                db.close()
            if lock is not None:
                lock.release()
            failure = database.explained(error, self._path) if isinstance(error, sqlite3.Error) else error
            _tell(loop, _refuse, opened, failure)
            return
        _tell(loop, _resolve, opened, self._epoch)
        try:
            while batch := self._next():
                outcomes = self._carry_out(db, batch)
                if not _tell(loop, _deliver, loop, outcomes):
                    return
        finally:
            db.close()
            lock.release()

    def _take_over(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        self._epoch = db.execute("UPDATE owner SET epoch = epoch + 1 RETURNING epoch").fetchone()[0]
        db.execute("COMMIT")
        status = self._path.stat()
        self._inode = (status.st_dev, status.st_ino)

    def _next(self) -> list[tuple[Work | Alone[Any], Done]]:
        """What waits, as soon as anything does; nothing when it is time to end."""
        with self._news:
            while not self._jobs and not self._ending:
                self._news.wait()
            batch = [self._jobs.popleft()] if self._jobs else []
            while self._jobs and len(batch) < LARGEST_BATCH and not _is_alone(batch[-1], self._jobs[0]):
                batch.append(self._jobs.popleft())
        self.batches += bool(batch)
        self.largest = max(self.largest, len(batch))
        return batch

    def _carry_out(self, db: sqlite3.Connection, batch: list[tuple[Work | Alone[Any], Done]]) -> list[Outcome]:
        try:
            return self._transact(db, batch)
        except Exception as error:  # each job's owner is told
            if len(batch) == 1:
                return [(batch[0][1], None, self._failure(error))]
            log.warning("a batch of %d was undone and is done one by one: %s", len(batch), error)
        return [outcome for job in batch for outcome in self._carry_out(db, [job])]

    def _transact(self, db: sqlite3.Connection, batch: list[tuple[Work | Alone[Any], Done]]) -> list[Outcome]:
        work, done = batch[0]
        if isinstance(work, Alone):
            self._check_ownership(db)
            return [(done, work.call(db), None)]
        try:
            db.execute("BEGIN IMMEDIATE")
            self._check_ownership(db)
            results = self._perform(db, [work for work, _ in batch if not isinstance(work, Alone)])
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return [(done, result, None) for (_, done), result in zip(batch, results, strict=True)]

    def _check_ownership(self, db: sqlite3.Connection) -> None:
        """Raises `StoreError` when what we write is not, or not only, what is read at the next start."""
        if db.execute("SELECT epoch FROM owner").fetchone()[0] != self._epoch:
            why = "another connector has taken it over: end one of the two"
            raise StoreError(f"{self._path}: {why}", reason=why)
        try:
            status = self._path.stat()
        except OSError:
            status = None
        if status is None or (status.st_dev, status.st_ino) != self._inode:
            why = "the file was moved or deleted: put it back, or start again"
            raise StoreError(f"{self._path}: {why}", reason=why)

    def _failure(self, error: Exception) -> BaseException:
        if isinstance(error, StoreError):
            return error
        if isinstance(error, sqlite3.Error):
            failure = database.explained(error, self._path)
        else:
            failure = StoreError(f"{self._path}: {error}")
        failure.__cause__ = error
        return failure


def _is_alone(*jobs: tuple[object, Done]) -> bool:
    return any(isinstance(work, Alone) for work, _ in jobs)


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *args: object) -> bool:
    """Has the loop make the call; False when the loop is closed."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        log.exception("the event loop ended before the store did")
        return False
    return True


def _resolve(future: "asyncio.Future[int]", value: int) -> None:
    if not future.done():
        future.set_result(value)


def _refuse(future: "asyncio.Future[int]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _deliver(loop: asyncio.AbstractEventLoop, outcomes: list[Outcome]) -> None:
    for done, result, error in outcomes:
        try:
            done(result, error)
        except Exception as failure:  # the others are to be told all the same
            loop.call_exception_handler({"message": "told of a commit, its owner failed", "exception": failure})
