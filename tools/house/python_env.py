"""Python packages from the locked requirements: site folders in the cache, and the clone's small `.venv` over them."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shlex
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

from house.cache import Cache, digest, every_file
from house.machine import install_debian
from house.steps import SetupError, run

OLDEST = (3, 11)
INSTALL_OPTIONS = ("--no-deps", "--require-hashes", "--compile")
"""Part of an entry's name. Compiled here once, since PYTHONDONTWRITEBYTECODE would have each process do it again."""

COMMANDS = {
    "connector": "-m connector",
    "pytest": "-m pytest",
    "mypy": "-m mypy",
    "pip": "-m pip",
    "pip-compile": "-m piptools compile",
    "lint-imports": "-c 'from importlinter.cli import lint_imports_command; lint_imports_command()'",
}
"""Commands in `.venv/bin` and what Python runs for each."""


def site_name(root: Path, which: str) -> str:
    """Cache name of the site folder for requirements/<which>.txt on this interpreter and platform."""
    lock = (root / "requirements" / f"{which}.txt").read_bytes()
    kind = (sys.implementation.cache_tag, sysconfig.get_platform(), platform.libc_ver()[0])
    return f"python-{which}-{digest([lock, *(str(part) for part in kind), *INSTALL_OPTIONS])}"


def make_site(cache: Cache, root: Path, which: str) -> Path:
    """The cached folder with the packages of requirements/<which>.txt, each checked against its locked hash."""

    def install(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as spare:
            run(
                [
                    *_pip(Path(spare)),
                    *("install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"),
                    *("--root-user-action=ignore", *INSTALL_OPTIONS, "--target", folder),
                    *("-r", root / "requirements" / f"{which}.txt"),
                ],
                what=f"Python packages ({which})",
                env={"PIP_USER": "0", "PYTHONPATH": ""},
                tries=3,
                before_retry=[folder],
            )

    return cache.entry(site_name(root, which), install, every_file)


def find_site(cache: Cache, root: Path, which: str) -> Path | None:
    """The site folder for requirements/<which>.txt if the cache has it already."""
    return cache.find(site_name(root, which), every_file)


def make_venv(root: Path, site: Path, tools: Path | None) -> Path:
    """Afterwards `<root>/.venv` runs this interpreter with `site` and the checkout importable; returns its python.

    `tools` is the folder of Node.js's programs, which get a place in `.venv/bin` too. The venv holds no packages, so it
    is remade in a moment: whenever the interpreter or the folder of the clone changed, or a making was cut short.
    """
    folder = root / ".venv"
    stamp = folder / ".made.json"
    base = {"python": sys.version, "prefix": sys.base_prefix, "root": str(root)}
    try:
        current = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        current = None
    python = folder / "bin" / "python"
    if current != base or not python.exists():
        stamp.unlink(missing_ok=True)
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(folder)
    libraries = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    _write(libraries / "phone_panel.pth", f"{root}\n{site}\n")
    for name, arguments in COMMANDS.items():
        # -P: the folder a command is started in must not shadow our packages.
        _write(folder / "bin" / name, f'#!/bin/sh\nexec {shlex.quote(str(python))} -P {arguments} "$@"\n', 0o755)
    # Not `-m ruff`: that looks for a program in `.venv/bin` and would find this very file.
    _write(folder / "bin" / "ruff", f'#!/bin/sh\nexec {shlex.quote(str(site / "bin" / "ruff"))} "$@"\n', 0o755)
    if tools is not None:
        node = shlex.quote(str(tools / "node"))
        npm = shlex.quote(str(tools.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
        _write(folder / "bin" / "node", f'#!/bin/sh\nexec {node} "$@"\n', 0o755)
        _write(folder / "bin" / "npm", f'#!/bin/sh\nexec {node} {npm} "$@"\n', 0o755)
    _write(stamp, json.dumps(base))
    return python


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    """Afterwards the file has this text and mode. A file that has them already is not touched."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except OSError:
        pass  # not there yet
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(mode)
    fresh.replace(path)


def _pip(spare: Path) -> list[str | Path]:
    """A command that runs pip for this interpreter: its own pip, or else one put into the empty folder `spare`."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        install_debian([f"python{version}-venv"], f"{sys.executable} has neither pip nor ensurepip")
    run([sys.executable, "-m", "venv", spare / "pip"], what="pip for this Python")
    return [spare / "pip" / "bin" / "python", "-m", "pip"]


def check_version() -> None:
    """Raises SetupError unless this interpreter is new enough."""
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; {sys.executable} is {platform.python_version()}.\n"
            "Name another one with PYTHON, for example: make PYTHON=python3.12 demo"
        )
