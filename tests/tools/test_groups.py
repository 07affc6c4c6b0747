"""`make test` leaves no test out and runs none twice."""

import itertools
from collections.abc import Callable

import pytest
import run_tests
from _pytest.mark.expression import Expression

MARKS = ("browser", "slow", "live", "waits", "alone", "clients")
NEEDED = {"waits": "live", "alone": "browser", "clients": "slow"}
"""What a test is as well, that is that."""
MARKED = [
    marks
    for count in range(len(MARKS) + 1)
    for marks in itertools.combinations(MARKS, count)
    if all(NEEDED.get(mark, mark) in marks for mark in marks)
    and not ("clients" in marks and {"browser", "live"} & {*marks})
]


def matches(marks: tuple[str, ...]) -> Callable[..., bool]:
    def matcher(mark: str, /, **_: object) -> bool:
        return mark in marks

    return matcher


@pytest.mark.parametrize("marks", MARKED)
def test_each_test_is_in_one_group(marks: tuple[str, ...]) -> None:
    chosen = [
        name
        for name, command in run_tests.GROUPS.items()
        if "pytest" in command and Expression.compile(command[-1]).evaluate(matches(marks))
    ]
    assert len(chosen) == 1


def test_each_group_is_run_once() -> None:
    ran = [name for stage in run_tests.STAGES for column in stage for name in column]
    assert sorted(ran) == sorted(run_tests.GROUPS)
