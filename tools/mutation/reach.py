"""Which test reaches which functions and lines of the domain: seen once, with no mutant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

WALK = "a random walk of 400 steps"
"""The name of the killer that is no test of its own: it is asked last."""


@dataclass(frozen=True)
class Reached:
    """What one test goes through, of the files below connector/domain."""

    functions: frozenset[tuple[str, str]]
    """File and dotted name of the outermost function."""
    lines: frozenset[tuple[str, int]]


def watch(domain: Path, run: Callable[[], object]) -> Reached:
    """Runs it and says what it went through."""
    root = f"{domain}/"
    functions: set[tuple[str, str]] = set()
    lines: set[tuple[str, int]] = set()

    def step(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(root):
            return None
        below = file[len(root) :]
        if event == "call":
            functions.add((below, frame.f_code.co_qualname.split(".<locals>")[0]))
        lines.add((below, frame.f_lineno))
        return step

    sys.settrace(step)
    try:
        run()
    finally:
        sys.settrace(None)
    return Reached(frozenset(functions), frozenset(lines))


def killers(reached: dict[str, Reached], file: str, function: str | None, line: int) -> list[str]:
    """The tests that could notice a change there: first those that run the line and little else.

    With no function the change works at import: all tests that reach the file, then all others.
    """

    def order(name: str) -> tuple[bool, bool, int]:
        seen = reached[name]
        near = (file, line) in seen.lines if function else any(file == other for other, _ in seen.functions)
        return name == WALK, not near, len(seen.functions)

    if function is None:
        return sorted(reached, key=order)
    return sorted((name for name, seen in reached.items() if (file, function) in seen.functions), key=order)
