"""All mutants of a source, each with a name that stays when other functions are edited."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mutation.changes import Change, changes

MODULE = "(module)"
"""Stands for the function where the code works at import: tables, constants, defaults."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    """Below connector/domain, with slashes."""
    function: str
    """The dotted name of the outermost function or method it is in, or MODULE."""
    line: int
    change: str
    """In words and code, with no line number."""
    nth: int
    """Which one it is of those alike in that function, from 1."""
    span: tuple[int, int]
    """The bytes of the source that it replaces..."""
    text: str
    """...and what it puts there."""

    @property
    def name(self) -> str:
        """The same in each run for as long as that function is not edited."""
        return f"{self.file} {self.function}: {self.change}" + (f" #{self.nth}" if self.nth > 1 else "")

    def source(self, original: str) -> str:
        """The whole file with the change made."""
        code = original.encode()
        return (code[: self.span[0]] + self.text.encode() + code[self.span[1] :]).decode()


def mutants(file: str, source: str) -> list[Mutant]:
    """All mutants of a file, in the order of the source."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for function, (node, change, text) in _sites(ast.parse(source)):
        seen[function, change] += 1
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        span = (starts[node.lineno - 1] + node.col_offset, end)
        found.append(Mutant(file, function, node.lineno, change, seen[function, change], span, text))
    return found


def controls(file: str, function: str, source: str) -> tuple[Mutant, Mutant]:
    """One that changes nothing, and one in which that function raises at its first line."""
    first = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == function).body[-1]
    at = sum(len(line) for line in source.encode().splitlines(keepends=True)[: first.lineno - 1]) + first.col_offset
    line = first.lineno
    unchanged = Mutant(file, function, line, "nothing", 1, (at, at), "")
    return unchanged, Mutant(file, function, line, "nothing works", 1, (at, at), "raise AssertionError; ")


def _sites(tree: ast.Module) -> Iterator[tuple[str, Change]]:
    for statement in tree.body:
        yield from _top(statement, "")


def _top(node: ast.stmt, inside: str) -> Iterator[tuple[str, Change]]:
    """A statement of a module or class.  Enumerations are names, and what they are on the wire is for its own tests."""
    if isinstance(node, ast.FunctionDef):
        for default in [*node.args.defaults, *(value for value in node.args.kw_defaults if value is not None)]:
            yield from ((MODULE, change) for change in _inside(default, node, at_import=True))
        for statement in node.body:
            yield from ((f"{inside}{node.name}", change) for change in _inside(statement, node, at_import=False))
    elif isinstance(node, ast.ClassDef):
        if not any("Enum" in ast.unparse(base) for base in node.bases):
            for statement in node.body:
                yield from _top(statement, f"{inside}{node.name}.")
    else:
        yield from ((MODULE, change) for change in _inside(node, None, at_import=True))


def _inside(node: ast.AST, parent: ast.AST | None, *, at_import: bool) -> Iterator[Change]:
    """The changes in a tree, without what only documents, types or checks for the type checker."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom | ast.arguments):
        return
    yield from changes(node, parent, at_import=at_import)
    if isinstance(node, ast.JoinedStr | ast.MatchValue | ast.MatchClass | ast.MatchSingleton):
        return
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _inside(child, node, at_import=at_import)
