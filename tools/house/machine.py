"""What this machine lets us do: install Debian packages as root, or say exactly what is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from house.steps import SetupError, run

APT_ENV = {"DEBIAN_FRONTEND": "noninteractive"}


def may_install_debian() -> bool:
    """Whether Debian packages can be installed from here: Debian or a child of it, and root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and Path("/etc/debian_version").exists()


def install_debian(packages: list[str], why: str) -> None:
    """Afterwards the Debian `packages` are installed. Raises SetupError with the cure where that is not possible."""
    if not may_install_debian():
        raise SetupError(
            f"{why}.\nMissing: {', '.join(packages)}. Installing it needs root on Debian; there it is\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
    # apt's own lock: another set-up may be installing at the same moment, so it waits instead of failing.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y"]
    run([*apt, "update"], what="Debian package lists", env=APT_ENV, tries=3)
    run(
        [*apt, "install", "--no-install-recommends", *packages],
        what=f"Debian packages {' '.join(packages)}",
        env=APT_ENV,
        tries=3,
    )
