"""Telephones without a person, in the cache: baresip (a phone), sipp (a carrier), and what is said in calls."""

from __future__ import annotations

from pathlib import Path

from house.cache import Cache, digest, digest_files, every_file
from house.debian import LIBRARIES, SUITES, fill, loaded
from house.speech import write_speech
from house.steps import say

FIRST = ("baresip-core", "sip-tester", "espeak-ng", "espeak-ng-data", "libc6")
MODULES = "usr/lib/baresip/modules"
USED = ("account", "aufile", "ausine", "ctrl_tcp", "g711", "menu", "sndfile", "uuid")
"""The modules of baresip whose libraries must be there."""

PROGRAMS = ("usr/bin/baresip", "usr/bin/sipp", "usr/bin/espeak-ng")
MADE_BY = ("phones.py", "speech.py")
"""What else decides what is in the folder."""


def make_phones(cache: Cache) -> Path:
    """The folder with the programs and, in `speech`, what is said.  Raises SetupError with what failed."""
    return cache.entry(_name(), _make, every_file)


def find_phones(cache: Cache) -> Path | None:
    """That folder, if it has been made."""
    return cache.find(_name(), every_file)


def _name() -> str:
    here = Path(__file__).parent
    return f"phones-{digest([*SUITES, *FIRST, digest_files(here, (here / name for name in MADE_BY))])}"


def _make(folder: Path) -> None:
    def files(root: Path) -> list[Path]:
        programs = [root / program for program in PROGRAMS]
        return [*programs, *(root / MODULES / f"{module}.so" for module in USED)]

    suite = fill(folder, "the phones", list(FIRST), files)
    speak = [*loaded(folder, "usr/bin/espeak-ng"), f"--path={folder / LIBRARIES}"]
    write_speech(folder / "speech", speak)
    (folder / "VERSION").write_text(f"baresip and sipp ({suite})\n", encoding="utf-8")
    say(f"  baresip and sipp from {suite}")
