"""The page of functions is true: a row for each, and every test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "functions.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = {row.split("|")[1].strip(): row for row in TEXT.splitlines() if re.match(r"\| R\d+ ", row)}

PYTHON = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PANEL = re.compile(r"`(lwc/[\w/]+\.test\.js)`: (.+?)(?=<br>| \|)")


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def test_every_function_has_its_row_in_order() -> None:
    assert list(ROWS) == [f"R{number}" for number in range(1, 46)]


@pytest.mark.parametrize("row", [f"R{number}" for number in range(1, 46)])
def test_a_row_names_tests_of_both_kinds(row: str) -> None:
    named = [path for path, _ in PYTHON.findall(ROWS[row])]
    # A switch that is simulated has no sound: what needs voices runs on a real one only.
    whole = "tests/live/" if "with voices" in ROWS[row] else "tests/e2e/"
    assert [path for path in named if path.startswith(whole)], "one of the whole product"
    apart = [path for path in named if not path.startswith(whole)]
    assert apart or PANEL.findall(ROWS[row]), "one of core, edge, switch or panel"


@pytest.mark.parametrize(("path", "name"), sorted(set(PYTHON.findall(TEXT))))
def test_every_test_named_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions_of(path)


@pytest.mark.parametrize(("path", "title"), sorted(set(PANEL.findall(TEXT))))
def test_every_test_of_the_panel_named_exists(path: str, title: str) -> None:
    assert f'it("{title}"' in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", sorted(set(re.findall(r"`((?:rules/)?\w+\.py)`", TEXT))))
def test_every_rule_named_exists(rule: str) -> None:
    assert (ROOT / "connector" / "domain" / rule).is_file()


def test_each_has_a_guard_without_which_it_fails() -> None:
    page = (PAGE.parent / "guards.md").read_text(encoding="utf-8")
    proven = set(re.findall(r"^\| (R\d+) \| `(.+?)` \| (?!\*\*none)", page, re.MULTILINE))
    named = {
        (row, test)
        for row, text in ROWS.items()
        for test in (
            *(f"{path}::{name}" for path, name in PYTHON.findall(text)),
            *(f"{path}: {title}" for path, title in PANEL.findall(text)),
        )
    }
    assert named - proven == set(), "make guards"
