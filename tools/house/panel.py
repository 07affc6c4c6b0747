"""The built assets of panel and console stand-in: made once per state of their sources, copied into the tree."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from house.cache import NOTE, Cache, digest, digest_files, every_file
from house.node_env import find_modules, link_modules, make_modules, make_node, node_environment
from house.steps import run

PLACES = {
    "panel": "connector/panel/static",
    "org": "force-app/main/default/staticresources",
    "vendor": "connector/sandbox/console/static/vendor",
}
"""Folder of the build's output → where it belongs in the tree. All are git-ignored; all but `org` are in the wheel."""


def sources(root: Path) -> Iterator[Path]:
    """Every file that the built assets depend on. Tests beside the components are not among them."""
    for pattern in (
        "lwc/**/*",
        "tools/panel/**/*",
        "force-app/main/default/labels/*",
        "force-app/main/default/translations/*",
        "connector/panel/templates/**/*",
        "package-lock.json",
        "requirements/node.txt",
    ):
        yield from (file for file in root.glob(pattern) if file.is_file() and "__tests__" not in file.parts)


def make_panel(cache: Cache, root: Path) -> None:
    """Afterwards all PLACES hold the assets of the present sources. Raises SetupError with the build's own words."""
    name = f"panel-{digest([digest_files(root, sources(root))])}"

    def build(folder: Path) -> None:
        node = make_node(cache, root)
        link_modules(root, find_modules(cache, root, "all") or make_modules(cache, root, "build"))
        run(
            [node / "node", root / "tools" / "panel" / "build.mjs", "--out", folder],
            what="panel assets",
            cwd=root,
            env=node_environment(node),
            forward=True,
        )

    built = cache.entry(name, build, every_file)
    for part, place in PLACES.items():
        _copy(built / part, root / place)


def _copy(source: Path, target: Path) -> None:
    """Afterwards `target` has exactly the files of `source`; the manifest is replaced last, and whole."""
    target.mkdir(parents=True, exist_ok=True)
    files = sorted((file for file in source.iterdir() if file.name != NOTE), key=lambda file: file.suffix == ".json")
    for file in files:
        there = target / file.name
        if there.exists() and filecmp.cmp(file, there, shallow=False):
            continue
        fresh = target / f".{file.name}.{os.getpid()}"
        shutil.copyfile(file, fresh)
        fresh.replace(there)
    for stale in set(target.iterdir()) - {target / file.name for file in files}:
        stale.unlink(missing_ok=True)
