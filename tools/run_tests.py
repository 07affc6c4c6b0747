"""Run every check and every test, in stages that make use of two cores; one summary line for each group at the end.

Tests that mostly wait for a real switch run beside the checks; those without a browser or a switch beside each other.
What drives a browser or plays audio has the machine for itself. Exit code 1 when anything failed; no group keeps a
later one up.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]

STAGES: list[dict[str, list[str]]] = [
    {
        "checks": [sys.executable, "tools/check.py"],
        "tests that wait for a switch": [*PYTEST, "-n", "5", "--dist", "worksteal", "-m", "waits"],
    },
    {"tests without a browser or a switch": [*PYTEST, "-n", "2", "-m", "not (browser or live)"]},
    {"tests that need the machine": [*PYTEST, "-m", "(browser or live) and not waits"]},
]


@dataclass(frozen=True)
class Outcome:
    """How one group ended: its exit code and how long it took in seconds."""

    name: str
    code: int
    seconds: float


def run_group(name: str, *, shown_at_once: bool) -> Outcome:
    """Run one group to its end; what it prints is shown, at once or at its end, in one piece."""
    command = next(stage[name] for stage in STAGES if name in stage)
    started = time.monotonic()
    if shown_at_once:
        print(f"\n=== {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
    else:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        print(f"\n=== {name}\n{done.stdout.decode('utf-8', 'replace')}", flush=True)
        code = done.returncode
    return Outcome(name, code, time.monotonic() - started)


def main() -> int:
    """Run all groups. Returns 1 when one failed, else 0."""
    outcomes: list[Outcome] = []
    for stage in STAGES:
        with ThreadPoolExecutor(len(stage)) as pool:
            running = [pool.submit(run_group, name, shown_at_once=len(stage) == 1) for name in stage]
            outcomes += [group.result() for group in running]
    print()
    for outcome in outcomes:
        print(f"{'FAILED' if outcome.code else 'ok    '} {outcome.name:<36} {outcome.seconds:5.0f} s", flush=True)
    return 1 if any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
