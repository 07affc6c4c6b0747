"""Run every check and every test, in groups that make use of two cores; one summary line for each group at the end.

Fast tests run beside each other, and so do those that mostly wait for a real switch. What drives a browser, plays
audio or measures time has the machine for itself. Exit code 1 when anything failed; no group keeps a later one up.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
ALONE = "browser or slow or live"

GROUPS: dict[str, list[str]] = {
    "checks": [sys.executable, "tools/check.py"],
    "tests that are fast": [*PYTEST, "-n", "2", "-m", f"not ({ALONE})"],
    "tests that wait for a switch": [*PYTEST, "-n", "5", "--dist", "worksteal", "-m", "waits"],
    "tests that need the machine": [*PYTEST, "-m", f"({ALONE}) and not waits"],
}


def main() -> int:
    """Run all groups. Returns 1 when one failed, else 0."""
    lines = []
    for name, command in GROUPS.items():
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        lines.append((code, f"{'ok    ' if code == 0 else 'FAILED'} {name:<30} {time.monotonic() - started:5.0f} s"))
    print("\n" + "\n".join(line for _, line in lines), flush=True)
    return 1 if any(code for code, _ in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
