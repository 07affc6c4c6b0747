"""Simulated customers: they call on their own at a calm pace, talk, hang up, and lose patience."""

import random
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from connector.errors import ConfigError
from connector.switch.register.clock import Clock, Timer
from connector.switch.simulated.new_call import E164


class Called(Protocol):
    """A leg that has not ended."""

    @property
    def number(self) -> str:
        """Of the far end."""


class Telephony(Protocol):
    """What customers call: the simulated switch's engine, or the world around a real one."""

    @property
    def clock(self) -> Clock:
        """When it calls what."""

    @property
    def lines(self) -> Mapping[str, str]:
        """Our numbers, by skill."""

    def live(self) -> Sequence[Called]:
        """The legs that have not ended."""

    def waiting(self) -> Sequence[Called]:
        """The customers who called and were not answered yet."""

    def ring(self, number: str, line: str, *, talk: int | None = None, patience: int | None = None) -> str:
        """A customer calls."""


class Pace(Struct, frozen=True):
    """How customers behave; each pair is the shortest and the longest, in ms, drawn anew for each call.

    `between` calls; `talk` from the answer until they hang up by themselves; `patience` until they give up waiting.
    While `most_waiting` of them wait, nobody else calls.
    """

    between: tuple[int, int] = (45_000, 90_000)
    talk: tuple[int, int] = (60_000, 180_000)
    patience: tuple[int, int] = (60_000, 90_000)
    most_waiting: int = 2


CALM: Final = Pace()
SEED: Final = 2041


class Customers:
    """Calls of `numbers` (E.164) to the `lines` of `engine` (their names; all when none is given), the same ones for
    the same `seed`.

    Nobody calls who is in a call already, and nobody twice in a row.
    Raises ConfigError when there is nobody to call, or no line.
    """

    def __init__(
        self,
        engine: Telephony,
        numbers: Sequence[str],
        *,
        lines: Sequence[str] = (),
        seed: int = SEED,
        pace: Pace = CALM,
    ) -> None:
        if not numbers:
            raise ConfigError("customers: no numbers to call from; give at least one, as +14155550143")
        for number in numbers:
            if not E164.fullmatch(number):
                raise ConfigError(f"customers: {number!r} is no number; write it as +14155550143")
        if not engine.lines:
            raise ConfigError("customers: the switch has no lines to call; give it --lines SKILL=NUMBER,...")
        for line in lines:
            if line not in engine.lines:
                raise ConfigError(f"customers: the switch has no line {line!r}; it has {', '.join(engine.lines)}")
        self._lines = [engine.lines[line] for line in lines or engine.lines]
        self._engine = engine
        self._numbers = tuple(numbers)
        self._chance = random.Random(seed)  # noqa: S311 - a demo must repeat itself
        self._pace = pace
        self._next: Timer | None = None
        self._last = ""

    def start(self) -> None:
        """The first one calls before long: sooner than the pace would say, so that a demo has something to show."""
        self._after(self._between(self._pace.between) // 4)

    def stop(self) -> None:
        """Nobody calls any more; the calls that are there go on."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _after(self, ms: int) -> None:
        self._next = self._engine.clock.after(ms, self._turn)

    def _turn(self) -> None:
        self._after(self._between(self._pace.between))
        busy = {channel.number for channel in self._engine.live()} | {self._last}
        free = [number for number in self._numbers if number not in busy]
        if free and len(self._engine.waiting()) < self._pace.most_waiting:
            self._last = self._chance.choice(free)
            line = self._chance.choice(self._lines)
            talk, patience = self._between(self._pace.talk), self._between(self._pace.patience)
            self._engine.ring(self._last, line, talk=talk, patience=patience)

    def _between(self, bounds: tuple[int, int]) -> int:
        return self._chance.randint(*bounds)
