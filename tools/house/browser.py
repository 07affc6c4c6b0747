"""Chromium for the browser tests: the machine's own, or Debian's package."""

from __future__ import annotations

import os
import shutil

from house.machine import install_debian
from house.steps import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Path of the browser that the tests use: what CHROMIUM names, or the first of NAMES on the PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise SetupError(f"CHROMIUM names {named}, which is not a program that can be run")
        return found
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def make_browser() -> str:
    """Path of the browser. As root on Debian a missing one is installed, elsewhere SetupError says what is missing."""
    found = find_browser()
    if found is None:
        install_debian(["chromium"], f"no Chromium for the browser tests: none of {', '.join(NAMES)} is on the PATH")
        found = find_browser()
    if found is None:
        raise SetupError("Debian's package chromium is installed but `chromium` is not on the PATH")
    return found
