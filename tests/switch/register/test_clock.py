"""Time, moved by hand and real."""

import asyncio

from connector.switch.register.clock import RealClock, VirtualClock


def test_things_happen_in_time_and_equal_times_in_order() -> None:
    clock = VirtualClock(1_000)
    seen: list[tuple[str, int]] = []

    def note(name: str) -> None:
        seen.append((name, clock.now()))

    clock.after(20, lambda: note("late"))
    clock.after(10, lambda: note("first"))
    clock.after(10, lambda: note("second"))
    clock.after(10, lambda: note("cancelled")).cancel()

    def later() -> None:
        clock.after(5, lambda: note("third"))

    clock.after(5, later)
    clock.advance(10)
    assert seen == [("first", 1_010), ("second", 1_010), ("third", 1_010)]
    assert not clock.idle()
    clock.advance(100)
    assert seen[3:] == [("late", 1_020)]
    assert clock.now() == 1_110
    assert clock.idle()


async def test_the_real_clock_keeps_order_and_is_not_early() -> None:
    clock, loop = RealClock(), asyncio.get_running_loop()
    seen: list[str] = []
    done = asyncio.Event()
    began = loop.time()
    for n in range(50):
        clock.after(1, lambda n=n: seen.append(str(n)))  # type: ignore[misc]
    clock.after(1, lambda: seen.append("cancelled")).cancel()
    clock.after(6, done.set)
    assert seen == []
    await asyncio.wait_for(done.wait(), 5)
    assert seen == [*map(str, range(50))]
    assert loop.time() - began >= 0.005


async def test_one_that_fails_does_not_cost_the_next() -> None:
    clock, loop = RealClock(), asyncio.get_running_loop()
    problems: list[object] = []
    loop.set_exception_handler(lambda _loop, context: problems.append(context["exception"]))
    done = asyncio.Event()
    clock.after(0, lambda: 1 // 0)  # type: ignore[arg-type]
    clock.after(0, done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert [type(problem) for problem in problems] == [ZeroDivisionError]


def test_the_real_clock_never_goes_back() -> None:
    clock = RealClock()
    readings = [clock.now() for _ in range(1_000)]
    assert readings == sorted(readings)
