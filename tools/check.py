"""Run every check that starts no server, two at a time, one line each with its time; output only of those that fail.

`python tools/check.py [name …]` runs the named ones. Exit code 1 when one failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
NODE = str(ROOT / ".venv" / "bin" / "node")
MODULES = "node_modules"
AT_ONCE = 2
"""Two cores are the smallest machine we promise to serve; more at once would only make each slower there."""


@dataclass(frozen=True)
class Outcome:
    """How one check ended: its exit code, everything it printed, and how long it took in seconds."""

    name: str
    code: int
    output: str
    seconds: float


# The longest first, so that the last ones to end are short.
CHECKS: dict[str, list[str]] = {
    "components (jest)": [NODE, f"{MODULES}/jest/bin/jest.js", "--ci", "--silent", "--reporters=default", "-w", "1"],
    "types (mypy)": [PYTHON, "-m", "mypy"],
    "component style (eslint)": [NODE, f"{MODULES}/eslint/bin/eslint.js", "--max-warnings", "0", "."],
    "format (prettier)": [
        *(NODE, f"{MODULES}/prettier/bin/prettier.cjs", "--check", "--log-level", "warn"),
        *("lwc", "force-app", "reports", "record-pages", "tools", "connector/sandbox/console/static"),
        *("*.mjs", "*.cjs", "*.json"),
    ],
    "deployment (offline conversion)": [NODE, "tools/check_conversion.mjs"],
    "Apex (rules)": [NODE, "tools/check_apex_rules.mjs"],
    "Apex (types)": [PYTHON, "tools/check_apex_types.py"],
    "metadata (schema)": [NODE, "tools/check_metadata.mjs"],
    "Apex (syntax)": [NODE, "tools/check_apex.mjs"],
    "imports point one way": [
        *(PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"),
    ],
    "style (ruff)": [str(ROOT / ".venv" / "bin" / "ruff"), "check", "--quiet", "--output-format", "concise", "."],
    "house rules": [PYTHON, "tools/check_house.py"],
}


def run_check(name: str) -> Outcome:
    """Run one check to its end."""
    started = time.monotonic()
    done = subprocess.run(
        CHECKS[name],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Outcome(name, done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - started)


def main() -> int:
    """Run the checks named on the command line, or all. Returns 1 when one failed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"part of a name; there are: {', '.join(CHECKS)}")
    wanted = parser.parse_args().names
    names = [name for name in CHECKS if not wanted or any(part in name for part in wanted)]
    if not names:
        parser.error(f"no check has {' or '.join(wanted)} in its name; there are: {', '.join(CHECKS)}")
    failed: list[Outcome] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for running in [pool.submit(run_check, name) for name in names]:
            outcome = running.result()
            verdict = "ok    " if outcome.code == 0 else "FAILED"
            print(f"{verdict} {outcome.name:<32} {outcome.seconds:5.1f} s", flush=True)
            if outcome.code != 0:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n--- {outcome.name}\n{outcome.output.rstrip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
