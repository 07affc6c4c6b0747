"""For each test that docs/reference/functions.md names: what taken out makes this very test fail."""

from __future__ import annotations

import functools
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from mutation.mutants import MODULE, Mutant, mutants
from mutation.run import ROOT, SECONDS, STUCK, changed, first_failed, forked, functions, limit, reached_by, tests_of

CONNECTOR = ROOT / "connector"
MOST_TRIES = 60


@dataclass(frozen=True)
class Wanted:
    """A test of a row, as `tests/x/test_y.py::test_z`, and the beginnings of the files below connector it is about."""

    row: str
    test: str
    files: tuple[str, ...]


def find_guards(
    wanted: Sequence[Wanted], paths: Sequence[Path], found: Callable[[Wanted, Mutant | None], None]
) -> None:
    """Runs each on mutants until it fails, and tells of that one; None where it notices none."""
    arguments = ["-q", "--assert=plain", "-s", "-p", "no:randomly", *map(str, paths)]
    code = pytest.main(arguments, plugins=[Guards(wanted, found)])
    assert code == pytest.ExitCode.OK, f"pytest ended with {code}"


@functools.cache
def mutants_of(file: str) -> tuple[Mutant, ...]:
    """Those of the functions of a file below connector."""
    return tuple(one for one in mutants(file, (CONNECTOR / file).read_text()) if one.function != MODULE)


class Guards:
    """A plugin that runs, in place of the tests, each wanted test on mutants until it fails."""

    def __init__(self, wanted: Sequence[Wanted], found: Callable[[Wanted, Mutant | None], None]) -> None:
        self.wanted, self.found = wanted, found

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once."""
        tests = tests_of(session)
        seen = reached_by(tests, CONNECTOR)
        busy = Counter(line for test in seen.values() for line in test.lines)
        known = functions(CONNECTOR)
        for one in self.wanted:
            items = items_of(tests, one.test)
            lines = frozenset[tuple[str, int]]().union(*(seen[item.nodeid].lines for item in items))
            # What few tests go through is what this one is about; a guard is code rather than a word.
            near = sorted(_on(lines, one.files), key=lambda mutant: (_word(mutant), busy[mutant.file, mutant.line]))
            noticed = (mutant for mutant in near[:MOST_TRIES] if _noticed(mutant, known, items))
            self.found(one, next(noticed, None))
        return True


def items_of(tests: Mapping[str, pytest.Item], test: str) -> list[pytest.Item]:
    """The test with all its parameters; one of a contract is where the stand-in in this process runs it."""
    path, name = test.split("::")
    if path.startswith("tests/ports/"):
        path = "tests/switch/simulated/test_in_process.py"
    found = [
        item
        for node, item in tests.items()
        if node.startswith(f"{path}::") and node.split("[")[0].rsplit("::", 1)[1] == name
    ]
    assert found, f"no test {test}"
    return found


def _on(lines: frozenset[tuple[str, int]], files: Sequence[str]) -> list[Mutant]:
    """The mutants of these files on those lines."""
    reached = sorted({file for file, _ in lines if file.startswith(tuple(files))})
    return [mutant for file in reached for mutant in mutants_of(file) if (mutant.file, mutant.line) in lines]


def _word(mutant: Mutant) -> bool:
    """Whether only a text or a number is another one."""
    return re.match(r"`(f?['\"]|\d)", mutant.change) is not None


def _noticed(mutant: Mutant, known: dict[CodeType, FunctionType], items: Sequence[pytest.Item]) -> bool:
    """Whether one of these fails on it."""

    def run() -> None:
        limit(SECONDS, STUCK)
        for function, code in changed(mutant, known, CONNECTOR):
            function.__code__ = code
        assert not first_failed(items)

    _, status = os.waitpid(forked(run), 0)
    return status != 0
