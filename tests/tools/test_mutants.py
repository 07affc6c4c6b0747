"""Mutation testing, as far as it runs no test: where a source is changed, how that is named, what is explained."""

import ast
import gc
from pathlib import Path

import pytest
from mutation import page, run
from mutation.mutants import MODULE, Mutant, controls, mutants

from connector.domain.rules import wrap_up

SNIPPETS = {
    "conditions": (
        "def f(a, b):\n    return a < b and not a\n",
        [
            "`a < b and (not a)` without `a < b`",
            "`a < b and (not a)` without `not a`",
            "`a < b and (not a)` → `a < b or not a`",
            "`a < b` → `a <= b`",
            "`not a` → `a`",
        ],
    ),
    "statements": (
        "def f(a, b):\n    if a:\n        a.c = b\n    a.d()\n    return\n",
        ["`if a` turned round", "`a.c = b` left out", "`a.d()` left out", "`return` left out"],
    ),
    "names of places": ("def f(a):\n    b = a\n    return b\n", []),
    "cases": (
        "def f(a):\n match a:\n  case 1 | 2:\n   pass\n  case 3 if a.b:\n   pass\n  case _:\n   raise ValueError\n",
        [
            "`case 1 | 2` never",
            "`case 1 | 2` without `1`",
            "`case 1 | 2` without `2`",
            "`case 3 if …` never",
            "`case 3 if …` always",
            "`if a.b` turned round",
            "`raise ValueError` left out",
        ],
    ),
    "calls": (
        "def f(a):\n    return any(g(b, k=1) for b in a if b)\n",
        [
            "`any((g(b, k=1) for b in a if b))` → `all((g(b, k=1) for b in a if b))`",
            "`g(b, k=1)` without `k=1`",
            "`1` → `2`",
            "`if b` turned round",
        ],
    ),
    "entries": (
        "def f(a):\n    return {**a, 'b': True}\n",
        [
            "`{**a, 'b': True}` without the entry `**`",
            "`{**a, 'b': True}` without the entry `'b'`",
            "`'b'` → `'XXb'`",
            "`True` → `False`",
        ],
    ),
    "collections": (
        "def f(a, b):\n    return b in (a, f), (b, *a)\n",
        [
            "`b in (a, f)` → `b not in (a, f)`",
            "`(a, f)` without `a`",
            "`(a, f)` without `f`",
            "`(b, *a)` without `b`",
            "`(b, *a)` without `*a`",
        ],
    ),
    "pairs": ("def f(a, b):\n    return a, b\n", []),
    "sums": ("def f(a):\n    return a + a % a\n", ["`a + a % a` → `a - a % a`", "`a % a` → `a + a`"]),
    "texts that are joined": ("def f(a):\n    return f'{a}' + 'b'\n", ["`f'{a}'` → `'XX'`", "`'b'` → `'XXb'`"]),
    "what documents, types or checks": (
        'def f(a: "int | str") -> "str":\n    """Says."""\n    assert a != 1\n    return a\n',
        [],
    ),
    "unions": (
        "def f(a):\n    return isinstance(a, First | Second), FIRST | SECOND\n",
        ["`FIRST | SECOND` → `FIRST`", "`FIRST | SECOND` → `SECOND`"],
    ),
    "loops": (
        "def f(a):\n    for b in a:\n        b += a\n        continue\n",
        ["`b += a` → `b -= a`", "`continue` → `break`"],
    ),
    "enumerations": ("class Colour(StrEnum):\n    RED = 'red'\n", []),
}


@pytest.mark.parametrize("name", list(SNIPPETS))
def test_where_a_source_is_changed(name: str) -> None:
    source, expected = SNIPPETS[name]
    assert [mutant.change for mutant in mutants("x.py", source)] == expected


def test_what_is_done_at_import_belongs_to_the_module_and_a_method_to_its_class() -> None:
    source = "LIMIT = 1\n\n\nclass C:\n    a: int = 2\n\n    def g(self, b=3):\n        return 4\n"
    found = [(mutant.function, mutant.change, mutant.line) for mutant in mutants("x.py", source)]
    assert found == [
        (MODULE, "`1` → `2`", 1),
        (MODULE, "`2` → `3`", 5),
        (MODULE, "`3` → `4`", 7),
        ("C.g", "`4` → `5`", 8),
    ]


@pytest.mark.parametrize("source,_", SNIPPETS.values(), ids=SNIPPETS)
def test_each_mutant_is_another_program(source: str, _: list[str]) -> None:
    changed = [mutant.source(source) for mutant in mutants("x.py", source)]
    assert len(set(changed)) == len(changed)
    assert all(ast.dump(ast.parse(text)) != ast.dump(ast.parse(source)) for text in changed)


def test_the_change_is_made_at_its_bytes() -> None:
    source = "def f(a):\n    return '…', a == 1\n"
    text, compared, number = (mutant.source(source) for mutant in mutants("x.py", source))
    assert text == "def f(a):\n    return ('XX…'), a == 1\n"
    assert compared == "def f(a):\n    return '…', (a != 1)\n"
    assert number == "def f(a):\n    return '…', a == (2)\n"


def names(source: str) -> list[str]:
    return [mutant.name for mutant in mutants("x.py", source)]


def test_a_name_stays_when_another_function_is_edited() -> None:
    last = "def g(a):\n    return a == 1 or a == 1\n"
    before = names(f"def f(a):\n    return a\n\n\n{last}")
    after = names(f"X = 1\n\n\ndef f(a):\n    b = a == 1\n    return b\n\n\n{last}")
    assert before == [name for name in after if name.startswith("x.py g: ")]
    assert "x.py g: `a == 1` → `a != 1`" in before
    assert "x.py g: `a == 1` → `a != 1` #2" in before
    assert len(set(after)) == len(after)


def test_one_control_changes_nothing_and_the_other_breaks_the_function() -> None:
    source = 'def f(a):\n    """Says."""\n    return a\n\n\ndef g(a):\n    return f(a)\n'
    unchanged, broken = controls("x.py", "f", source)
    assert unchanged.source(source) == source
    assert broken.source(source) == source.replace("    return a\n", "    raise AssertionError; return a\n")
    assert unchanged.name != broken.name


def test_an_explanation_is_for_one_name_or_for_all_that_begin_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "explained"
    told.mkdir()
    (told / "a.txt").write_text("a.py f: `1` → `2` ⇒ nobody counts\n\na.py g: * ⇒ g is a name\n")
    (told / "b.txt").write_text("b.py f: `x` ⇒ y ⇒ z\n")
    (told / "README.md").write_text("c.py f: `1` ⇒ no\n")
    monkeypatch.setattr(page, "HERE", tmp_path)
    why = page.explanations()
    assert why("a.py f: `1` → `2`") == "nobody counts"
    assert why("a.py f: `1` → `2` #2") is None
    assert why("a.py g: `1` → `2`") == "g is a name"
    assert why("a.py gg: `1` → `2`") is None
    assert why("b.py f: `x`") == "y ⇒ z"
    assert why("c.py f: `1`") is None


def test_the_share_that_survived_is_of_those_that_were_tried() -> None:
    mutant = Mutant("x.py", "f", 1, "`1` → `2`", 1, (0, 1), "2")
    assert page.survived_share([(mutant, ""), (mutant, "a test"), (mutant, "a test"), (mutant, "a test")]) == 0.25
    assert page.survived_share([]) == 0.0


def test_functions_are_found_though_the_collector_has_put_them_away() -> None:
    """As tests/conftest.py does: without them no mutant would be a change, and every guard would seem to be missing."""
    gc.freeze()
    assert run.functions()[wrap_up.want.__code__] is wrap_up.want
