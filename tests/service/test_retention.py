"""Recordings are kept for as long as is configured."""

import asyncio
from collections.abc import Sequence

import pytest

from connector.errors import StoreError, SwitchUnavailable
from connector.ports.recordings import Stored
from connector.service.clock import ManualClock
from connector.service.retention import DAY, LONGER, Retention


class Shelf:
    """Recordings by when they began, in days from the start."""

    def __init__(self, clock: ManualClock, *days: int) -> None:
        self.stored = [Stored(f"c{day}-{clock.now() + day * DAY}", f"c{day}", clock.now() + day * DAY) for day in days]
        self.down = 0

    async def before(self, time: int) -> Sequence[Stored]:
        return [one for one in self.stored if one.started < time]

    async def remove(self, name: str) -> None:
        if self.down:
            self.down -= 1
            raise SwitchUnavailable("down")
        self.stored = [one for one in self.stored if one.name != name]

    def contacts(self) -> list[str]:
        return [one.contact for one in self.stored]


class Books:
    """Who was recorded."""

    def __init__(self) -> None:
        self.forgotten: list[int] = []
        self.broken = False

    async def forget_recorded(self, before: int) -> int:
        if self.broken:
            raise StoreError("broken")
        self.forgotten.append(before)
        return 0


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def retention(clock: ManualClock, shelf: Shelf, books: Books, days: int) -> Retention:
    return Retention(books, shelf, clock, days)  # type: ignore[arg-type]  # no more of them is used


async def test_each_day_those_whose_time_is_over_are_removed() -> None:
    clock, books = ManualClock(), Books()
    shelf = Shelf(clock, -40, -31, -30, -29, -1)
    kept = retention(clock, shelf, books, 30)
    kept.start()
    await turns()
    assert shelf.contacts() == ["c-30", "c-29", "c-1"]
    assert (kept.removed, books.forgotten) == (2, [clock.now() - 30 * DAY - LONGER])
    clock.advance(DAY - 1)
    await turns()
    assert shelf.contacts() == ["c-30", "c-29", "c-1"]
    clock.advance(1)
    await turns()
    assert shelf.contacts() == ["c-29", "c-1"]
    for _ in range(40):
        clock.advance(DAY)
        await turns()
    assert (shelf.contacts(), kept.removed, kept.failed) == ([], 5, 0)
    await kept.stop()


async def test_for_ever_is_for_ever() -> None:
    clock, books = ManualClock(), Books()
    shelf = Shelf(clock, -4_000)
    kept = retention(clock, shelf, books, 0)
    kept.start()
    clock.advance(DAY)
    await turns()
    assert (shelf.contacts(), books.forgotten) == (["c-4000"], [])
    await kept.stop()


async def test_a_switch_that_cannot_be_asked_is_asked_the_next_day(caplog: pytest.LogCaptureFixture) -> None:
    clock, books = ManualClock(), Books()
    shelf = Shelf(clock, -40)
    shelf.down = 1
    kept = retention(clock, shelf, books, 30)
    kept.start()
    await turns()
    assert (shelf.contacts(), kept.failed, kept.removed) == (["c-40"], 1, 0)
    assert "old recordings could not be removed" in caplog.text
    clock.advance(DAY)
    await turns()
    assert (shelf.contacts(), kept.failed, kept.removed) == ([], 1, 1)
    await kept.stop()


async def test_a_store_that_fails_does_not_end_it() -> None:
    clock, books = ManualClock(), Books()
    books.broken = True
    kept = retention(clock, Shelf(clock), books, 30)
    kept.start()
    await turns()
    books.broken = False
    clock.advance(DAY)
    await turns()
    assert (kept.failed, len(books.forgotten)) == (1, 1)
    await kept.stop()


async def test_stopped_it_looks_no_more() -> None:
    clock, books = ManualClock(), Books()
    kept = retention(clock, Shelf(clock), books, 30)
    kept.start()
    await turns()
    await kept.stop()
    clock.advance(3 * DAY)
    await turns()
    assert len(books.forgotten) == 1
