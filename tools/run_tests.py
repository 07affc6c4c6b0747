"""Run every check and every test, in stages that make use of two cores; one summary line for each group at the end.

Tests on a real switch mostly wait: several run beside each other, and beside them what needs no switch and no browser.
Tests with a browser run by two, which have contexts of one Chromium. What has both, or a Chromium of its own, has the
machine for itself. Exit code 1 when anything failed; no group keeps a later one up.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from house.browser import ARGUMENTS, find_browser

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
WITH_A_BROWSER = "tests with a browser"

# What computes gives way to what answers in real time beside it.
ASIDE = ["nice", "-n", "10"]

GROUPS: dict[str, list[str]] = {
    "checks": [*ASIDE, sys.executable, "tools/check.py"],
    "tests of Salesforce's clients": [*ASIDE, *PYTEST, "-m", "clients"],
    "tests without a browser or a switch": [*ASIDE, *PYTEST, "-n", "2", "-m", "not (browser or live or clients)"],
    "tests that wait for a switch": [*PYTEST, "-n", "5", "--dist", "worksteal", "-m", "waits"],
    "tests on a switch": [*PYTEST, "-n", "3", "--dist", "worksteal", "-m", "live and not (browser or waits)"],
    WITH_A_BROWSER: [*PYTEST, "-n", "2", "--dist", "worksteal", "-m", "browser and not (live or alone)"],
    "tests with a browser on a switch": [*PYTEST, "-m", "browser and (live or alone) and not waits"],
}

STAGES: list[list[list[str]]] = [
    [
        ["checks", "tests of Salesforce's clients", "tests without a browser or a switch"],
        ["tests that wait for a switch", "tests on a switch"],
    ],
    [[WITH_A_BROWSER]],
    [["tests with a browser on a switch"]],
]
"""One after the other. What is in a column of a stage runs one after the other, too, and beside its other columns."""


@dataclass(frozen=True)
class Outcome:
    """How one group ended: its exit code and how long it took in seconds."""

    name: str
    code: int
    seconds: float


@contextlib.contextmanager
def one_chromium() -> Iterator[dict[str, str]]:
    """The environment in which all tests share a Chromium; without a browser on this machine, ours as it is."""
    program = find_browser()
    if program is None:
        yield dict(os.environ)
        return
    with tempfile.TemporaryDirectory(prefix="chromium-") as folder:
        config = Path(folder) / "options.json"
        options = {"executablePath": program, "args": ARGUMENTS, "host": "127.0.0.1", "headless": True}
        config.write_text(json.dumps(options), encoding="utf-8")
        command = [sys.executable, "-m", "playwright", "launch-server", "--browser=chromium", f"--config={config}"]
        # In a session of its own, so that it can be ended whole: it is a Node.js below a Python.
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
            assert server.stdout is not None
            try:
                address = server.stdout.readline().strip()
                if not address:
                    raise RuntimeError("the browser did not start; it said why above")
                yield {**os.environ, "CHROMIUM_AT": address}
            finally:
                os.killpg(server.pid, signal.SIGTERM)


def run_group(name: str, *, shown_at_once: bool) -> Outcome:
    """Run one group to its end; what it prints is shown, at once or at its end, in one piece."""
    started = time.monotonic()
    with one_chromium() if name == WITH_A_BROWSER else contextlib.nullcontext(dict(os.environ)) as environment:
        if shown_at_once:
            print(f"\n=== {name}", flush=True)
            code = subprocess.run(GROUPS[name], cwd=ROOT, env=environment, check=False).returncode
        else:
            done = subprocess.run(
                GROUPS[name], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
            print(f"\n=== {name}\n{done.stdout.decode('utf-8', 'replace')}", flush=True)
            code = done.returncode
    return Outcome(name, code, time.monotonic() - started)


def run_column(names: list[str], *, shown_at_once: bool) -> list[Outcome]:
    """Run these groups one after the other."""
    return [run_group(name, shown_at_once=shown_at_once) for name in names]


def main() -> int:
    """Run all groups. Returns 1 when one failed, else 0."""
    started = time.monotonic()
    outcomes: list[Outcome] = []
    for stage in STAGES:
        with ThreadPoolExecutor(len(stage)) as pool:
            running = [pool.submit(run_column, names, shown_at_once=len(stage) == 1) for names in stage]
            outcomes += [outcome for column in running for outcome in column.result()]
    print()
    for outcome in outcomes:
        print(f"{'FAILED' if outcome.code else 'ok    '} {outcome.name:<36} {outcome.seconds:5.0f} s", flush=True)
    print(f"       {'all':<36} {time.monotonic() - started:5.0f} s", flush=True)
    return 1 if any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
