"""Chromium for the browser tests: the machine's own, or Debian's package."""

from __future__ import annotations

import os
import shutil

from house.machine import install_debian
from house.steps import SetupError

# Playwright's own list, as far as it matters here, for the last such flag is the one that counts; and, of the two
# pages that each new window has ready for its address bar, neither: they cost a third of what opening a page does.
_WITHOUT = (
    *("AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying"),
    *("OptimizationHints", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
    *("WebUIOmniboxAimPopup", "WebUIOmniboxPopup"),
)
ARGUMENTS = (
    "--no-sandbox",  # the tests run as root in containers, on pages of our own only
    "--use-fake-ui-for-media-stream",  # a made-up tone for a microphone, that needs no consent
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
)
"""How the Chromium of the tests is started."""

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
