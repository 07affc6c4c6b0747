"""claim → write → settle: brings every wanted Task revision to Salesforce, whatever fails on the way."""

import asyncio
import logging
import random as dice
from collections import Counter
from collections.abc import Callable, Sequence

from connector.errors import CrmUnavailable, StoreError
from connector.ports.crm import BudgetMode, Crm, TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, Settled, Store
from connector.service.clock import Clock
from connector.service.judgement import Judged, Rest, TaskNews, judge, rest_of
from connector.service.retry import OUR_FAULT, TOO_LONG, backoff, needs_people, pause

log = logging.getLogger(__name__)

LARGEST_BATCH = 400
"""Rows that are claimed at once: 200 new Tasks and 200 that are there, which Salesforce takes in requests apart."""

BUSY = 50
"""After a batch of so many rows the next waits twice as long: so many more share its requests."""

STORE_CAP = 30_000
"""The longest wait, in ms, after the store failed."""


class Outbox:
    """The only writer of Tasks: one request under way at a time, so two Tasks of one account never race.

    `gather_ms`: how long a due row waits for company, `reserve_gather_ms` while few API requests are left.
    `timeout_ms`: how long one `write_tasks` may take in all; the lease, `lease_ms`, outlasts twice that, so that a row
    which another process left behind is tried only when that one's request is over.  `report` gets what became
    durable, on the loop.  Plain attributes are for `/metrics`: `written` and `parked` rows, `retries` (rows tried
    again), `last_batch` (its rows), `batches` (how often one had so many), and `rest` while Salesforce is left alone.
    """

    def __init__(
        self,
        store: Store,
        crm: Crm,
        *,
        clock: Clock,
        report: Callable[[TaskNews], None],
        gather_ms: int = 1_200,
        reserve_gather_ms: int = 10_000,
        timeout_ms: int = 10_000,
        lease_ms: int | None = None,
        random: Callable[[], float] = dice.random,
    ) -> None:
        self.written = 0
        self.parked = 0
        self.retries = 0
        self.last_batch = 0
        self.batches: Counter[int] = Counter()
        self.rest: Rest | None = None
        self._store = store
        self._crm = crm
        self._clock = clock
        self._report = report
        self._gather_ms = gather_ms
        self._reserve_gather_ms = max(gather_ms, reserve_gather_ms)
        self._timeout_ms = timeout_ms
        self._lease_ms = 2 * timeout_ms + 1_000 if lease_ms is None else lease_ms
        if self._lease_ms <= 2 * timeout_ms:
            raise ValueError(f"lease_ms is {self._lease_ms}: it must be more than twice timeout_ms ({timeout_ms})")
        self._random = random
        self._limit = LARGEST_BATCH
        self._faults = 0
        self._store_faults = 0
        self._unsettled: tuple[Judged, ...] = ()
        self._wake = asyncio.Event()
        self._looks_at: int | None = None
        self._hurry = False
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def rest_code(self) -> str:
        """Why Salesforce is left alone now, "" when it is not."""
        return self.rest.code if self.rest is not None and self._is_resting() else ""

    def start(self) -> None:
        """From now on what is due is written."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="outbox")

    def poke(self) -> None:
        """A commit brought a Task revision: it is looked for, unless that is done in time anyway."""
        if self._looks_at is None or self._looks_at > self._clock.now() + self._gather():
            self._wake.set()

    def try_now(self) -> None:
        """Somebody wants it to be tried: also when Salesforce is being left alone."""
        self.rest = None
        self.flush()

    def hurry(self) -> None:
        """A step of a Work Queue waits for its Task: as `flush`, unless few API requests are left."""
        if self._is_short():
            self.poke()
        else:
            self.flush()

    def flush(self) -> None:
        """What is due is written without waiting for company."""
        self._hurry = True
        self._wake.set()

    async def stop(self) -> None:
        """The request under way is finished and settled; no other begins."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        try:
            await self._settle()
        except StoreError as error:
            log.error("answers of Salesforce could not be kept; those Tasks are looked up at the next start: %s", error)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            look_at = await self._look()
            if look_at is None or look_at > self._clock.now():
                await self._wait(look_at)

    async def _look(self) -> int | None:
        """Writes if it is time to; returns when to look again, or None when only `poke` can bring something to do."""
        try:
            due = await self._store.next_due()
            hurry, self._hurry = self._hurry, False
            at = due if due is None or hurry else due + self._gather()
            if not self._unsettled and (at is None or at > self._clock.now()):
                return at
            # After a full batch the rest has waited long enough.
            self._hurry = await self.round() or self._hurry
        except Exception as error:
            # Whatever it was, the next Task must not wait for a restart: claimed rows come back when their lease ends.
            self._store_faults += 1
            delay = backoff(self._store_faults, self._random(), STORE_CAP)
            log.error(
                "the store failed, Tasks wait for %d ms: %s", delay, error, exc_info=not isinstance(error, StoreError)
            )
            return self._clock.now() + delay
        self._store_faults = 0
        return self._clock.now()

    def _gather(self) -> int:
        """How long, in ms, a row that is due now waits for company."""
        if self._is_short():
            return self._reserve_gather_ms
        return self._gather_ms * (2 if self.last_batch >= BUSY else 1)

    def _is_short(self) -> bool:
        """Whether few of the org's API requests are left."""
        budget = self._crm.budget
        return budget is not None and budget.mode is not BudgetMode.NORMAL

    async def _wait(self, until: int | None) -> None:
        timer = None if until is None else self._clock.call_at(until, self._wake.set)
        self._looks_at = until
        try:
            await self._wake.wait()
        finally:
            self._looks_at = None
            if timer is not None:
                timer.cancel()

    # One round -------------------------------------------------------------------------------------------------

    async def round(self) -> bool:
        """Claims, writes and settles what is due now, one batch of it; True when there may be more.

        Raises `StoreError`; Salesforce's answers are kept then, and settled first thing in the next round.
        """
        await self._settle()
        # While Salesforce is left alone they are only put off: the size of a request is no matter then.
        limit = LARGEST_BATCH if self._is_resting() else self._limit
        rows = await self._store.claim(self._clock.now(), limit, self._lease_ms)
        if rows:
            self._unsettled = await self._write(rows)
            await self._settle()
        return len(rows) == limit

    async def _settle(self) -> None:
        """Makes known outcomes durable, then tells of them."""
        if not self._unsettled:
            return
        await self._store.settle([settled for settled, _ in self._unsettled])
        judged, self._unsettled = self._unsettled, ()
        for settled, news in judged:
            self._count(settled)
            if news is not None:
                self._tell(news)

    def _count(self, settled: Settled) -> None:
        self.written += settled.result == "written"
        self.parked += settled.result == "parked"

    def _tell(self, news: TaskNews) -> None:
        try:
            self._report(news)
        except Exception:
            # The outcome is durable, and told again at the next start.
            log.exception("nobody took the news of a Task", extra={"contact": news.contact})

    async def _write(self, rows: Sequence[OutboxRow]) -> tuple[Judged, ...]:
        """Asks Salesforce, unless it is to be left alone, and judges its answers."""
        if self.rest is not None and self._is_resting():
            return rest_of(rows, self.rest, doubtful=False)
        self.rest = None
        self.last_batch = len(rows)
        self.batches[len(rows)] += 1
        self.retries += sum(row.doubtful or row.attempts > 0 for row in rows)
        try:
            results = await self._results(rows)
        except CrmUnavailable as error:
            return self._unavailable(rows, error)
        _say_refused_requests(results)
        judgement = judge(rows, results, self._clock.now(), self._faults, self._random)
        if judgement.rest is not None:
            # What a row was refused with may hold what was written.
            self._rest(judgement.rest, "see `connector outbox list`")
        else:
            self._faults = 0
        if judgement.narrower:
            self._limit = max(1, len(rows) // 2)
        elif any(isinstance(result, TaskWritten) for result in results):
            self._limit = min(LARGEST_BATCH, self._limit * 2)
        return judgement.rows

    def _is_resting(self) -> bool:
        return self.rest is not None and self._clock.now() < self.rest.until

    def _unavailable(self, rows: Sequence[OutboxRow], error: CrmUnavailable) -> tuple[Judged, ...]:
        if error.code == TOO_LONG:
            self._limit = max(1, len(rows) // 2)
        delay = pause(error.code, self._faults + 1, self._random(), error.retry_after)
        rest = Rest(self._clock.now() + delay, error.code, str(error))
        self._rest(rest, rest.message)
        return rest_of(rows, rest, doubtful=error.doubtful)

    def _rest(self, rest: Rest, why: str) -> None:
        self._faults += 1
        self.rest = rest
        log.log(
            logging.ERROR if needs_people(rest.code) else logging.WARNING,
            "Salesforce takes no Tasks (%s: %s); the next try is in %d ms",
            rest.code,
            why,
            rest.until - self._clock.now(),
        )

    async def _results(self, rows: Sequence[OutboxRow]) -> list[TaskResult]:
        """One answer per row, in order.  Raises `CrmUnavailable`; any other failure is an answer: our own fault."""
        # What people deleted stays deleted: there is nothing to ask about those.
        asked = [row for row in rows if not _deleted(row)]
        began = self._clock.now()
        try:
            answers = await self._crm.write_tasks(asked) if asked else ()
            _check_order(asked, answers)
        except CrmUnavailable:
            raise
        except Exception as error:
            log.exception("writing %d Tasks failed; they are looked up before they are tried again", len(asked))
            answers = [TaskError(row.contact, OUR_FAULT, repr(error)) for row in asked]
        took = self._clock.now() - began
        if took > self._timeout_ms:
            log.warning("a write took %d ms, more than the %d that the lease allows for", took, self._timeout_ms)
        by_contact = {answer.contact: answer for answer in answers}
        return [by_contact.get(row.contact) or TaskDeleted(row.contact) for row in rows]


def _deleted(row: OutboxRow) -> bool:
    return row.written > 0 and row.task_id is None


def _say_refused_requests(results: Sequence[TaskResult]) -> None:
    """What Salesforce refused as a whole is nobody's to mend in the panel, so the log has it; not its words, which may
    hold what was written.
    """
    for code in sorted({result.code for result in results if isinstance(result, TaskError) and result.request}):
        log.warning("Salesforce refused a request for Tasks as a whole (%s): see `connector outbox list`", code)


def _check_order(rows: Sequence[OutboxRow], answers: Sequence[TaskResult]) -> None:
    if [answer.contact for answer in answers] != [row.contact for row in rows]:
        raise LookupError(f"for {len(rows)} Tasks {len(answers)} answers came, or in another order")
