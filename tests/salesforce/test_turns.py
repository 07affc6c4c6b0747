"""Who goes first: a thread is always free for those before, and of what waits the first turn is taken first."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future

import pytest

from connector.salesforce.turns import Turn, Turns, rooms

SAVE, ASK, BACKGROUND = Turn
PATIENCE = 10


@pytest.mark.parametrize(
    ("threads", "save", "ask", "background"),
    [(1, 1, 1, 1), (2, 2, 2, 1), (3, 3, 2, 1), (4, 4, 3, 2), (5, 5, 4, 3), (64, 64, 63, 62)],
)
def test_how_many_threads_a_turn_may_have(threads: int, save: int, ask: int, background: int) -> None:
    assert rooms(threads) == {SAVE: save, ASK: ask, BACKGROUND: background}


class Work:
    """Pieces of work that a test lets begin and end; `begun` has their names in order."""

    def __init__(self, threads: int) -> None:
        self.turns = Turns(threads)
        self.begun: list[str] = []
        self._changed = threading.Condition()
        self._open: set[str] = set()

    def submit(self, turn: Turn, name: str) -> "Future[str]":
        return self.turns.submit(turn, lambda: self._do(name))

    def _do(self, name: str) -> str:
        with self._changed:
            self.begun.append(name)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: name in self._open, PATIENCE), f"{name} was not let go"
        return name

    def let_go(self, *names: str) -> None:
        with self._changed:
            self._open.update(names)
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.begun


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work(4)
    yield work
    work.let_go(*"abcdefghij")
    work.turns.close()


def test_a_lower_turn_never_has_all_threads(work: Work) -> None:
    for name in "abcd":
        work.submit(BACKGROUND, name)
    work.until(lambda: len(work.begun) == 2)
    work.submit(ASK, "e")
    work.submit(ASK, "f")
    work.until(lambda: work.begun in (["a", "b", "e"], ["b", "a", "e"]))
    work.submit(SAVE, "g")
    work.until(lambda: work.begun[3:] == ["g"])


def test_what_waits_is_taken_by_turn_and_then_in_order(work: Work) -> None:
    work.submit(SAVE, "a")
    work.submit(SAVE, "b")
    work.submit(SAVE, "c")
    work.submit(SAVE, "d")
    work.until(lambda: len(work.begun) == 4)
    waiting = [work.submit(turn, name) for turn, name in ((BACKGROUND, "e"), (ASK, "f"), (ASK, "g"), (SAVE, "h"))]
    for last, name in zip("hfge", "abcd", strict=True):
        work.let_go(name)
        work.until(lambda last=last: work.begun[-1] == last)  # type: ignore[misc]  # mypy has no type for it
    work.let_go(*"efgh")
    assert [one.result(PATIENCE) for one in waiting] == list("efgh")


def test_one_thread_does_all_of_it_in_turn() -> None:
    work = Work(1)
    work.submit(BACKGROUND, "a")
    work.until(lambda: work.begun == ["a"])
    work.submit(BACKGROUND, "b")
    work.submit(SAVE, "c")
    work.let_go(*"abc")
    work.until(lambda: work.begun == ["a", "c", "b"])
    work.turns.close()


def test_work_knows_its_turn_and_what_it_raises_is_raised(work: Work) -> None:
    assert work.turns.current is BACKGROUND
    assert work.turns.submit(ASK, lambda: work.turns.current).result(PATIENCE) is ASK

    def fail() -> None:
        raise LookupError("none")

    with pytest.raises(LookupError):
        work.turns.submit(SAVE, fail).result(PATIENCE)
    assert work.turns.submit(BACKGROUND, lambda: 1).result(PATIENCE) == 1


async def test_who_is_cancelled_gives_their_place_up(work: Work) -> None:
    work.submit(BACKGROUND, "a")
    work.submit(BACKGROUND, "b")
    work.until(lambda: len(work.begun) == 2)
    given_up = asyncio.create_task(work.turns.run(BACKGROUND, lambda: work._do("c")))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    last = work.submit(BACKGROUND, "d")
    work.let_go(*"abd")
    assert await asyncio.wrap_future(last) == "d"
    assert "c" not in work.begun


def test_close_calls_off_what_has_not_begun() -> None:
    work = Work(1)
    running = work.submit(SAVE, "a")
    work.until(lambda: work.begun == ["a"])
    waiting = work.submit(SAVE, "b")
    closing = threading.Thread(target=work.turns.close)
    closing.start()
    with pytest.raises(CancelledError):
        waiting.result(PATIENCE)
    work.let_go("a")
    closing.join(PATIENCE)
    assert running.result(PATIENCE) == "a"
    assert work.begun == ["a"]
    with pytest.raises(RuntimeError):
        work.submit(SAVE, "c")
