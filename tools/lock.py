"""Compile the locks anew: requirements/*.txt from *.in, each package-lock.json from its package.json; `make lock`.

`--upgrade` takes the newest versions that fit; without it, what is locked stays as far as the wishes allow. The locks
hold versions and hashes and no download address, so that each machine uses the registry it is configured for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = [
    *("--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras"),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options"),
]


def main() -> int:
    """Write all locks. Returns the first failed command's exit code, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    for name in ("run", "dev", "node", "speech"):
        # One version of each package in all sets: what the others share with run.txt follows it.
        follow = ["--constraint", "run.txt"] if name in ("dev", "speech") else []
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *upgrade, *follow]
        environment = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make lock"}
        _run([*command, "--output-file", f"{name}.txt", f"{name}.in"], ROOT / "requirements", environment)
    verb = "update" if upgrade else "install"
    for folder in (ROOT, ROOT / "requirements" / "salesforce-cli"):
        _run(["npm", verb, "--package-lock-only", "--ignore-scripts"], folder, dict(os.environ))
        _strip_addresses(folder / "package-lock.json")
    return 0


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    print(" ".join(command[-2:]), flush=True)  # each takes up to a minute
    subprocess.run(command, cwd=folder, env=environment, check=True)


def _strip_addresses(lock: Path) -> None:
    """Take out of npm's lock what names a host and is not needed to install: where packages ask for money."""
    content = json.loads(lock.read_text(encoding="utf-8"))
    for package in content["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as problem:
        sys.exit(f"lock: {' '.join(problem.cmd)} failed with exit code {problem.returncode}")
