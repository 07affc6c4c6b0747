"""Time that never runs backwards, a clock turned by hand, and keys that sort by time."""

import asyncio
import time
import uuid

import pytest

from connector.service.clock import ManualClock, WallClock, new_key


def test_wall_clock_is_the_time_in_ms() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= WallClock().now() <= time.time_ns() // 1_000_000


SECOND = 1_000_000_000
SHOWN = [
    # s since the machine was started, what its clock shows, and what ours does, in ms
    (0, 5_000, 5_000_000),
    (2, 5_002, 5_002_000),
    (4, 1_404, 5_003_000),  # set back an hour
    (4, 1_404, 5_003_000),
    (3_004, 4_404, 6_503_000),
    (7_204, 8_604, 8_604_000),  # they agree again
    (7_205, 9_999, 9_999_000),  # and set ahead
]


def test_wall_clock_that_is_set_back_goes_on_half_as_fast_until_it_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, shown = (iter([moment[n] * SECOND for moment in SHOWN]) for n in (0, 1))
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(passed))
    monkeypatch.setattr(time, "time_ns", lambda: next(shown))
    clock = WallClock()
    assert [clock.now() for _ in SHOWN] == [ours for _, _, ours in SHOWN]


async def test_wall_clock_calls_once_at_the_time_and_not_when_called_off() -> None:
    clock = WallClock()
    called: list[str] = []
    done = asyncio.Event()
    clock.call_at(clock.now() + 5, lambda: called.append("called off")).cancel()
    clock.call_at(clock.now() - 1_000, lambda: called.append("overdue"))
    clock.call_at(clock.now() + 10, done.set)
    async with asyncio.timeout(5):
        await done.wait()
    assert called == ["overdue"]


def test_manual_clock_makes_the_calls_that_fall_due_in_order_at_their_time() -> None:
    clock = ManualClock(1_000)
    seen: list[tuple[str, int]] = []
    for name, at in (("late", 1_500), ("early", 1_100), ("at the same time", 1_500), ("not yet", 1_501)):
        clock.call_at(at, lambda name=name: seen.append((name, clock.now())))  # type: ignore[misc]
    clock.advance(500)
    assert seen == [("early", 1_100), ("late", 1_500), ("at the same time", 1_500)]
    assert clock.now() == 1_500


def test_manual_clock_calls_what_a_call_asks_for_within_the_time_that_passes() -> None:
    clock = ManualClock(0)
    seen: list[int] = []

    def again() -> None:
        seen.append(clock.now())
        clock.call_at(clock.now() + 10, again)

    clock.call_at(10, again)
    clock.advance(35)
    assert seen == [10, 20, 30]


def test_manual_clock_keeps_the_time_for_overdue_calls_and_leaves_out_what_was_called_off() -> None:
    clock = ManualClock(1_000)
    seen: list[int] = []
    clock.call_at(500, lambda: seen.append(clock.now()))
    clock.call_at(1_010, lambda: seen.append(-1)).cancel()
    clock.advance(20)
    assert seen == [1_000]
    assert clock.now() == 1_020


def test_a_key_is_a_uuid_of_version_7() -> None:
    moment = 1_795_438_800_123
    key = new_key(moment)
    parsed = uuid.UUID(key)
    assert (len(key), key) == (36, str(parsed))
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == moment


def test_keys_sort_by_time() -> None:
    moments = [1, 2, 255, 256, 65_536, 1_795_438_800_000, 1_795_438_800_001, 2**48 - 1]
    keys = [new_key(moment) for moment in moments]
    assert keys == sorted(keys)


def test_keys_of_the_same_moment_differ_in_all_their_random_bits() -> None:
    keys = {uuid.UUID(new_key(1_795_438_800_000)).int for _ in range(2_000)}
    assert len(keys) == 2_000
    fixed = (0xFFFF_FFFF_FFFF << 80) | (0xF << 76) | (0x3 << 62)
    seen_set, seen_clear = 0, 0
    for key in keys:
        seen_set |= key
        seen_clear |= ~key
    free = (1 << 128) - 1 & ~fixed
    assert seen_set & free == free
    assert seen_clear & free == free
