"""Mutation testing of the domain: changes it in one place at a time and looks whether a test fails.

`make mutants` tries all and writes docs/reference/mutants.md; `tools/mutate.py --sample N` every N-th. `--again`
tries anew those that survived the last run. Exit code 1: 5 % or more survived, or one that survived is not explained in
tools/mutation/explained/.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

import hypothesis.stateful  # noqa: F401 - loaded once here, it is there in every child
import msgspec  # noqa: F401 - as above
import phonenumbers  # noqa: F401 - as above
from mutation.mutants import Mutant, mutants
from mutation.page import explanations, survived_share, write_page
from mutation.run import DOMAIN, ROOT, read, run_all

RESULTS = ROOT / ".mutants" / "results.jsonl"


def all_mutants() -> list[Mutant]:
    """Those of all files, in the order of the files."""
    files = sorted(DOMAIN.rglob("*.py"))
    return [mutant for file in files for mutant in mutants(str(file.relative_to(DOMAIN)), file.read_text())]


def main() -> int:
    """Runs the mutants and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every N-th mutant")
    parser.add_argument("--file", default="", metavar="TEXT", help="only those whose name begins so")
    parser.add_argument("--again", action="store_true", help="only those that survived the last run")
    parser.add_argument("--page", action="store_true", help="run none: write the page of the last run")
    given = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    RESULTS.parent.mkdir(exist_ok=True)
    every = all_mutants()
    chosen = [mutant for mutant in every[:: given.sample] if mutant.name.startswith(given.file)]
    started = time.monotonic()
    if not given.page:
        run_all(_to_run(chosen, again=given.again), RESULTS)
    known = read(RESULTS)
    done = [(mutant, known[mutant.name]) for mutant in chosen if mutant.name in known]
    left_out = len(chosen) - len(done)
    told = explanations()
    if not given.file:
        write_page(done, len(chosen), len(every), given.sample, told)
    unexplained = [mutant.name for mutant, killer in done if not killer and told(mutant.name) is None]
    print(f"{len(done)} mutants, {survived_share(done):.1%} survived, {time.monotonic() - started:.0f} s")
    for name in unexplained:
        print(f"  not explained: {name}")
    if left_out:
        print(f"  {left_out} have no result")
    return 1 if unexplained or left_out or survived_share(done) >= 0.05 else 0


def _to_run(chosen: list[Mutant], *, again: bool) -> list[Mutant]:
    """What is run anew has no result any more; the results of all others stay."""
    known = read(RESULTS)
    to_run = [mutant for mutant in chosen if not (again and known.get(mutant.name))]
    for mutant in to_run:
        known.pop(mutant.name, None)
    RESULTS.write_text("".join(json.dumps([name, killer]) + "\n" for name, killer in known.items()))
    return to_run


if __name__ == "__main__":
    sys.exit(main())
