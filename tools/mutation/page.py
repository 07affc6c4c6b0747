"""docs/reference/mutants.md: what a run found, and why each survivor is left alive."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from mutation.mutants import Mutant

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "reference" / "mutants.md"
WHAT = ("connector/domain", "tests/domain")
Done = Sequence[tuple[Mutant, str]]
Told = Callable[[str], str | None]


def explanations() -> Told:
    """Lines `name ⇒ why` of explained/; a name that ends in `*` stands for all that begin so."""
    lines = [line for file in sorted((HERE / "explained").glob("*.txt")) for line in file.read_text().splitlines()]
    known = dict(line.split(" ⇒ ", 1) for line in lines if " ⇒ " in line)

    def told(name: str) -> str | None:
        found = (why for key, why in known.items() if key.endswith("*") and name.startswith(key[:-1]))
        return known.get(name) or next(found, None)

    return told


def survived_share(done: Done) -> float:
    """Of those that were tried."""
    return sum(not killer for _, killer in done) / len(done) if done else 0.0


def write_page(done: Done, chosen: int, of: int, sample: int, told: Told) -> None:
    """All figures are those of the run."""
    lines = [*_head(done, chosen, of, sample), *_table(done), "", "## Survivors", ""]
    left = [mutant.name for mutant, killer in done if not killer]
    lines += [f"- {name}: {told(name) or '**not explained yet**'}" for name in left]
    PAGE.write_text("\n".join(lines) + "\n")


def _head(done: Done, chosen: int, of: int, sample: int) -> list[str]:
    survived, share = sum(not killer for _, killer in done), survived_share(done)
    reached = "reached" if share < 0.05 and len(done) == chosen else "**not reached**"
    which = "all of them" if sample == 1 else f"a sample: every {sample}th of {of} mutants"
    command = "make mutants" if sample == 1 else f"nice .venv/bin/python tools/mutate.py --sample {sample}"
    return [
        "# Mutants of the domain",
        "",
        "`tools/mutate.py` changes `connector/domain` in one place at a time and runs the tests of `tests/domain` that",
        "reach the place, then a random walk of 400 steps with a fixed seed. A mutant that none notices has survived.",
        "The tests with examples of Hypothesis and the slow ones are left out; 20 s of computing count as noticed.",
        "",
        f"`{command}` at {commit()}, {dt.datetime.now(dt.UTC):%Y-%m-%d}: {which}.",
        *([] if sample == 1 else ["`make mutants` runs all."]),
        f"{chosen} chosen, {len(done)} tried, {survived} survived: {share:.1%}. The goal, under 5 %, is {reached}.",
        "",
    ]


def _table(done: Done) -> list[str]:
    rows = ["| File | Mutants | Killed | Survived | Share |", "| --- | --- | --- | --- | --- |"]
    files = sorted({mutant.file for mutant, _ in done})
    rows += [_row(f"`{file}`", [pair for pair in done if pair[0].file == file]) for file in files]
    return [*rows, _row("**all**", done)]


def _row(title: str, done: Done) -> str:
    survived = sum(not killer for _, killer in done)
    return f"| {title} | {len(done)} | {len(done) - survived} | {survived} | {survived_share(done):.1%} |"


def commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "an unknown commit"
    words = [git, "log", "-1", "--format=%h", "--", *WHAT]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown commit"
