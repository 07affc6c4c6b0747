"""Shows that each test of functions.md fails when its guard is taken out; writes docs/reference/guards.md.

For core, edge and the simulated switch a guard is found by mutation: on the lines that the test goes through and few
others do, one change after the other, until the test fails. The tests of the whole product are run in a copy of this
clone in which a guard of their row is changed like that; guards of the panel and of a real switch are in
tools/guards.toml. What has been found is kept in .mutants/guards.json: `--again` tries only what is missing there. Exit
code 1: a test has none.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from mutation.copy import Copy
from mutation.guards import CONNECTOR, Wanted, find_guards, mutants_of
from mutation.mutants import Mutant
from mutation.page import commit
from mutation.run import ROOT

FUNCTIONS = ROOT / "docs" / "reference" / "functions.md"
PAGE = ROOT / "docs" / "reference" / "guards.md"
FOUND = ROOT / ".mutants" / "guards.json"
WHOLE = "tests/e2e/"
REAL = "tests/live/"
MOST_TRIES = 4
PYTHON = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
PANEL = re.compile(r"`(lwc/[\w/]+\.test\.js)`: (.+?)(?=<br>| \|)")


@dataclass(frozen=True)
class Row:
    """A line of functions.md: `rules` are files below connector/domain."""

    name: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    panel_tests: tuple[tuple[str, str], ...]


def rows() -> Iterator[Row]:
    """Those of the page, in order."""
    for line in FUNCTIONS.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| R\d+ ", line):
            cells = line.split("|")
            rules = tuple(re.findall(r"`((?:rules/)?\w+\.py)`", cells[3]))
            yield Row(cells[1].strip(), rules, tuple(PYTHON.findall(line)), tuple(PANEL.findall(line)))


class Known:
    """What has been found so far, in a file: by row and test the guard in words."""

    def __init__(self, *, again: bool) -> None:
        FOUND.parent.mkdir(exist_ok=True)
        self.found: dict[str, str] = json.loads(FOUND.read_text()) if again and FOUND.exists() else {}

    def has(self, row: str, test: str) -> bool:
        """Whether there is a guard."""
        return bool(self.found.get(f"{row} {test}"))

    def keep(self, row: str, test: str, guard: str) -> None:
        """Notes it, and says so."""
        self.found[f"{row} {test}"] = guard
        FOUND.write_text(json.dumps(self.found, indent=1))
        print(f"{row} {test}: {guard or 'NONE'}", flush=True)


def where(row: Row, test: str) -> tuple[str, ...]:
    """Where the guard of a test is looked for, below connector."""
    if test.startswith(("tests/ports/", "tests/switch/")):
        return ("switch/simulated/",)
    rules = tuple(f"domain/{rule}" for rule in row.rules)
    return ("api/",) if test.startswith("tests/api/") else rules


def in_process(every: list[Row], known: Known) -> None:
    """Finds the guards of the tests of core, edge and switch."""
    wanted = [
        Wanted(row.name, test, where(row, test))
        for row in every
        for test in row.tests
        if not test.startswith((WHOLE, REAL)) and not known.has(row.name, test)
    ]

    def found(one: Wanted, mutant: Mutant | None) -> None:
        known.keep(one.row, one.test, "" if mutant is None else mutant.name)

    if wanted:
        find_guards(wanted, sorted({ROOT / _path(one.test) for one in wanted}), found)


def _path(test: str) -> str:
    path = test.split("::", maxsplit=1)[0]
    return "tests/switch/simulated/test_in_process.py" if path.startswith("tests/ports/") else path


def whole_product(row: Row, known: Known, copy: Copy) -> None:
    """Finds the guards of the row's tests of the whole product among those of its other tests.

    Those that guards.toml names have theirs there.
    """
    candidates = [known.found.get(f"{row.name} {test}", "") for test in row.tests if test.startswith("tests/domain/")]
    every = {mutant.name: mutant for rule in row.rules for mutant in mutants_of(f"domain/{rule}")}
    near = [every[name] for name in dict.fromkeys(candidates) if name in every][:MOST_TRIES]
    apart = {name for guard in by_hand_table() if row.name in guard["rows"] for name in guard["tests"]}
    for test in row.tests:
        named = any(fnmatch(test.split("::")[1], name) for name in apart)
        if test.startswith(WHOLE) and not known.has(row.name, test) and near and not named:
            failed = (mutant for mutant in near if _fails(copy, mutant, test))
            known.keep(row.name, test, next((mutant.name for mutant in failed), ""))


def _fails(copy: Copy, mutant: Mutant, test: str) -> bool:
    source = (CONNECTOR / mutant.file).read_text()
    with copy.changed(f"connector/{mutant.file}", mutant.source(source)):
        return copy.fails_python(test)


@functools.cache
def by_hand_table() -> list[dict[str, Any]]:
    """The guards of guards.toml."""
    table = tomllib.loads((ROOT / "tools" / "guards.toml").read_text(encoding="utf-8"))
    return list(table["guard"])


def by_hand(row: Row, known: Known, copy: Copy) -> None:
    """Takes out the guards of guards.toml: each of the row's tests that it names must fail."""
    for guard in [guard for guard in by_hand_table() if row.name in guard["rows"]]:
        panel = [(path, title) for path, title in row.panel_tests if title in guard["tests"]]
        python = [test for test in row.tests if any(fnmatch(test.split("::")[1], name) for name in guard["tests"])]
        left = [f"{path}: {title}" for path, title in panel] + python
        if all(known.has(row.name, test) for test in left):
            continue
        source = (ROOT / guard["file"]).read_text(encoding="utf-8")
        assert source.count(guard["text"]) == 1, f"{guard['file']} has not once {guard['text']!r}"
        words = f"{guard['file']}: {guard['what']}"
        with copy.changed(guard["file"], source.replace(guard["text"], guard["instead"])):
            for path, title in panel:
                known.keep(row.name, f"{path}: {title}", words if copy.fails_panel(path, title) else "")
            if python:
                copy.build_panel()
            for test in python:
                known.keep(row.name, test, words if copy.fails_python(test) else "")
    if any(row.name in guard["rows"] for guard in by_hand_table()):
        copy.build_panel()


def wanted_of(row: Row) -> list[str]:
    """All tests of a row, in its order."""
    return [*row.tests, *(f"{path}: {title}" for path, title in row.panel_tests)]


def write_page(every: list[Row], known: Known) -> int:
    """Writes the page; returns how many tests have no guard."""
    pairs = [(row.name, test, known.found.get(f"{row.name} {test}", "")) for row in every for test in wanted_of(row)]
    missing = sum(not guard for _, _, guard in pairs)
    lines = [
        "# What each test of a function would notice",
        "",
        "Every test that [functions.md](functions.md) names fails when the guard beside it is taken out. This page was",
        f"written by `make guards` at {commit()}: {len(pairs)} pairs of row and test, {missing} without a guard.",
        "",
        "| Row | Test | Taken out or turned round |",
        "| --- | --- | --- |",
        *(f"| {row} | `{test}` | {_cell(guard) or '**none found**'} |" for row, test, guard in pairs),
    ]
    PAGE.write_text("\n".join(lines) + "\n")
    return missing


def _cell(guard: str) -> str:
    return guard.replace("|", "\\|")


def main() -> int:
    """Finds what is missing and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--again", action="store_true", help="only those without a guard so far")
    parser.add_argument("--core", action="store_true", help="only core, edge and switch: no browser, no panel")
    given = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    every, known = list(rows()), Known(again=given.again)
    in_process(every, known)
    if not given.core:
        with Copy.of(ROOT) as copy:
            for row in every:
                whole_product(row, known, copy)
                by_hand(row, known, copy)
    missing = write_page(every, known)
    print(f"{missing} without a guard")
    return 1 if missing else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as problem:
        sys.exit(f"{problem}\n{problem.output or ''}")
