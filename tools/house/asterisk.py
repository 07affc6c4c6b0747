"""Asterisk in the cache, with the modules that our templates load."""

from __future__ import annotations

import re
from pathlib import Path

from house.cache import Cache, digest, every_file
from house.debian import LIBRARIES, SUITES, fill, loaded
from house.steps import run, say

FIRST = ("asterisk", "asterisk-modules", "libc6")
MODULES = f"{LIBRARIES}/asterisk/modules"
PROGRAM = "usr/sbin/asterisk"
LIST = Path("connector") / "sandbox" / "asterisk" / "templates" / "modules.conf.j2"


def make_asterisk(cache: Cache, root: Path) -> Path:
    """The folder with Asterisk and all that our modules need.  Raises SetupError with what failed in each suite."""
    wanted = modules_of((root / LIST).read_text(encoding="utf-8"))
    return cache.entry(_name(root), lambda folder: _make(folder, wanted), every_file)


def find_asterisk(cache: Cache, root: Path) -> Path | None:
    """That folder, if it has been made."""
    return cache.find(_name(root), every_file)


def _name(root: Path) -> str:
    wanted = modules_of((root / LIST).read_text(encoding="utf-8"))
    return f"asterisk-{digest([*SUITES, *FIRST, *wanted])}"


def modules_of(text: str) -> list[str]:
    """The modules that a modules.conf loads, in its order."""
    return re.findall(r"^(?:pre)?load *=>? *(\S+\.so)$", text, re.MULTILINE)


def _make(folder: Path, wanted: list[str]) -> None:
    def files(root: Path) -> list[Path]:
        return [root / PROGRAM, *(root / MODULES / module for module in wanted)]

    suite = fill(folder, "Asterisk", list(FIRST), files)
    version = run([*command(folder), "-V"], what="Asterisk's version").strip()
    (folder / "VERSION").write_text(f"{version} ({suite})\n", encoding="utf-8")
    say(f"  {version} from {suite}")


def command(folder: Path) -> list[str]:
    """What runs Asterisk, with its own loader and libraries."""
    return loaded(folder, PROGRAM)
