"""Salesforce's command line `sf`, and jsforce beside it, in the cache; only the tests against the stand-in use them.

Their lock is apart from the product's, for they are as large as all the rest together.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from house.cache import Cache, digest
from house.node_env import make_node, npm_command, npm_environment, top_packages
from house.steps import run

LOCK = Path("requirements") / "salesforce-cli"
FILES = ("package.json", "package-lock.json")


def make_cli(cache: Cache, root: Path) -> Path:
    """The folder whose `node_modules` hold both, each package checked against its locked hash.  Raises SetupError."""
    node = make_node(cache, root)

    def install(folder: Path) -> None:
        for file in (*(root / LOCK / name for name in FILES), root / ".npmrc"):
            shutil.copy(file, folder)
        run(
            [*npm_command(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            what="npm packages (Salesforce command line)",
            cwd=folder,
            env=npm_environment(node, cache),
            tries=3,
        )

    return cache.entry(_name(root), install, top_packages)


def find_cli(cache: Cache, root: Path) -> Path | None:
    """That folder, if it has been made."""
    return cache.find(_name(root), top_packages)


def command(folder: Path, node: Path | str) -> list[str]:
    """What runs `sf` with that Node.js."""
    return [str(node), str(folder / "node_modules" / "@salesforce" / "cli" / "bin" / "run.js")]


def _name(root: Path) -> str:
    locks = [(root / LOCK / name).read_bytes() for name in FILES]
    machine = (os.uname().sysname, os.uname().machine)
    return f"sf-{digest([*locks, (root / 'requirements' / 'node.txt').read_bytes(), *machine])}"
