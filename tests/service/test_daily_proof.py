"""The ledger is proved by itself once a day, in a virtual time; gaps are told."""

import asyncio
from collections.abc import Callable

from connector.errors import StoreError
from connector.service.clock import ManualClock
from connector.service.daily_proof import AGAIN, FIRST, DailyProof
from connector.service.proving import Outcome
from tests.ports.store_contract import DAY, HOUR, NOON


class Proofs:
    """What is asked to be proved, and what comes of it: outcomes by their counts, or errors."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.asked: list[tuple[int, int, bool]] = []
        self.next: list[dict[str, int] | Exception] = []

    async def prove(self, since: int, *, mend: bool) -> Outcome:
        self.asked.append((self.clock.now(), since, mend))
        counts = self.next.pop(0) if self.next else {"proven": 1}
        if isinstance(counts, Exception):
            raise counts
        return Outcome(since, self.clock.now(), 1, counts, {}, why="away" if "unproven" in counts else "")

    @property
    def times(self) -> list[int]:
        """When, in ms from noon."""
        return [at - NOON for at, _, _ in self.asked]


class Rig:
    def __init__(self, *, every_ms: int = DAY, mend: bool = False, random: Callable[[], float] = lambda: 0.0) -> None:
        self.clock = ManualClock(NOON)
        self.proofs = Proofs(self.clock)
        self.told: list[Outcome] = []
        self.daily = DailyProof(
            self.proofs,  # type: ignore[arg-type]  # no more of it is used
            self.clock,
            every_ms=every_ms,
            back_ms=2 * DAY,
            mend=mend,
            alarm=self.told.append,
            random=random,
        )
        self.daily.start()

    async def pass_by(self, ms: int) -> None:
        self.clock.advance(ms)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_soon_after_a_start_and_then_every_day() -> None:
    rig = Rig()
    await rig.pass_by(FIRST - 1)
    assert rig.proofs.asked == []
    await rig.pass_by(1)
    assert rig.proofs.asked == [(NOON + FIRST, NOON + FIRST - 2 * DAY, False)]
    await rig.pass_by(DAY - 1)
    assert len(rig.proofs.asked) == 1
    await rig.pass_by(1)
    assert rig.proofs.times == [FIRST, FIRST + DAY]
    assert rig.told == []
    await rig.daily.stop()


async def test_connectors_that_started_together_do_not_ask_together() -> None:
    rig = Rig(random=lambda: 1.0)
    await rig.pass_by(2 * FIRST)
    await rig.pass_by(DAY + DAY // 20)
    assert rig.proofs.times == [2 * FIRST, 2 * FIRST + DAY + DAY // 20]
    await rig.daily.stop()


async def test_it_can_be_left_out() -> None:
    rig = Rig(every_ms=0)
    await rig.pass_by(9 * DAY)
    assert rig.proofs.asked == []
    await rig.daily.stop()


async def test_gaps_are_told_and_those_that_it_mended_are_not() -> None:
    rig = Rig(mend=True)
    rig.proofs.next = [{"proven": 4, "double": 1}]
    await rig.pass_by(FIRST)
    assert rig.proofs.asked[0][2] is True
    assert [outcome.counts for outcome in rig.told] == [{"proven": 4, "double": 1}]
    await rig.daily.stop()


async def test_what_could_not_be_looked_at_is_looked_at_an_hour_later() -> None:
    rig = Rig()
    rig.proofs.next = [{"unproven": 3}, StoreError("broken"), RuntimeError("ours")]
    for ms in (FIRST, AGAIN, AGAIN, AGAIN, DAY):
        await rig.pass_by(ms)
    assert rig.proofs.times == [FIRST, FIRST + HOUR, FIRST + 2 * HOUR, FIRST + 3 * HOUR, FIRST + 3 * HOUR + DAY]
    assert (rig.told, rig.daily.failed) == ([], 2)
    await rig.daily.stop()


async def test_stopped_it_looks_no_more() -> None:
    rig = Rig()
    await rig.daily.stop()
    await rig.pass_by(9 * DAY)
    assert rig.proofs.asked == []
