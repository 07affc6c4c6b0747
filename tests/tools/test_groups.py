"""`make test` leaves no test out and runs none twice."""

import itertools
from collections.abc import Callable

import pytest
import run_tests
from _pytest.mark.expression import Expression

MARKS = ("browser", "slow", "live", "waits")
MARKED = [m for n in range(5) for m in itertools.combinations(MARKS, n) if "waits" not in m or "live" in m]


def matches(marks: tuple[str, ...]) -> Callable[..., bool]:
    def matcher(mark: str, /, **_: object) -> bool:
        return mark in marks

    return matcher


@pytest.mark.parametrize("marks", MARKED)
def test_each_test_is_in_one_group(marks: tuple[str, ...]) -> None:
    chosen = [
        name
        for stage in run_tests.STAGES
        for name, command in stage.items()
        if "pytest" in command and Expression.compile(command[-1]).evaluate(matches(marks))
    ]
    assert len(chosen) == 1
