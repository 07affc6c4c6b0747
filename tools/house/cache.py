"""The shared cache of downloads and builds: `${XDG_CACHE_HOME:-~/.cache}/phone-panel/<kind>-<hash>/`.

An entry is made in a folder of its own and renamed into place, so a half-made one is never seen; one process makes it,
under a file lock, and the others wait; before each use it is compared with what was noted when it was made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from house.steps import SetupError, say

NOTE = ".made.json"
"""Written last into an entry: its fingerprint. An entry without it was not made by us or not to the end."""

UNUSED_SECONDS = 30 * 24 * 3600.0
"""An entry that no set-up asked for in so long is removed when another of its kind is made."""

Fingerprint = Callable[[Path], str]


class Cache:
    """The cache folder `root`, which exists and can be written to from the first call of `entry` on."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of_user(cls) -> Cache:
        """The cache of the user who runs this. Relative values of XDG_CACHE_HOME are invalid by its specification."""
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if named.startswith("/") else Path.home() / ".cache"
        return cls(base / "phone-panel")

    def entry(self, name: str, make: Callable[[Path], None], fingerprint: Fingerprint) -> Path:
        """Return the folder `name`, whole and unchanged since `make(empty folder)` filled it, here or elsewhere.

        Raises SetupError when the cache folder cannot be written, and what `make` raises, after clearing up.
        """
        final = self.root / name
        if not self._good(final, fingerprint):
            with self._lock(name):
                if not self._good(final, fingerprint):
                    self._make(name, final, make, fingerprint)
                    self._prune(name)
        if os.access(final / NOTE, os.W_OK):
            os.utime(final / NOTE)
        return final

    def find(self, name: str, fingerprint: Fingerprint) -> Path | None:
        """The entry `name` if it is there and whole, otherwise None; makes nothing."""
        final = self.root / name
        return final if self._good(final, fingerprint) else None

    def _make(self, name: str, final: Path, make: Callable[[Path], None], fingerprint: Fingerprint) -> None:
        # We hold the lock: whatever is left of earlier attempts belongs to nobody who still lives.
        for stale in self.root.glob(f".{name}.*"):
            shutil.rmtree(stale, ignore_errors=True)
        if final.exists():
            say(f"  {name} in the cache is damaged; making it again")
            trash = self.root / f".{name}.{secrets.token_hex(4)}"
            final.rename(trash)
            shutil.rmtree(trash, ignore_errors=True)
        staging = self.root / f".{name}.{secrets.token_hex(4)}"
        try:
            staging.mkdir()
            make(staging)
            (staging / NOTE).write_text(json.dumps({"fingerprint": fingerprint(staging)}), encoding="utf-8")
            staging.rename(final)
        except OSError as problem:
            raise SetupError(f"cannot make {final}: {problem}") from problem
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _prune(self, name: str) -> None:
        """Remove the entries of this kind, whole or half-made, that nobody has used for long."""
        kind = name.rpartition("-")[0]
        for old in (*self.root.glob(f"{kind}-*"), *self.root.glob(f".{kind}-*")):
            used = old / NOTE if (old / NOTE).exists() else old
            if time.time() - used.stat().st_mtime > UNUSED_SECONDS:
                trash = self.root / f".{name}.{secrets.token_hex(4)}"
                old.rename(trash)
                shutil.rmtree(trash, ignore_errors=True)

    def _good(self, folder: Path, fingerprint: Fingerprint) -> bool:
        try:
            noted = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(noted, dict) and noted.get("fingerprint") == fingerprint(folder)

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        try:
            (self.root / "locks").mkdir(parents=True, exist_ok=True)
            file = (self.root / "locks" / f"{name}.lock").open("a")
        except OSError as problem:
            raise SetupError(
                f"the cache folder {self.root} cannot be written ({problem.strerror}).\n"
                "Set XDG_CACHE_HOME to a folder that you may write to, and try again."
            ) from problem
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"  waiting while {name} is being made")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def digest(parts: Iterable[bytes | str]) -> str:
    """A short name for exactly these parts in this order: 16 hexadecimal digits of SHA-256."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def digest_files(root: Path, files: Iterable[Path]) -> str:
    """`digest` of the files' paths below `root` and their contents, whatever order they come in."""
    ordered = sorted(set(files))
    return digest(part for file in ordered for part in (file.relative_to(root).as_posix(), file.read_bytes()))


def every_file(folder: Path) -> str:
    """Fingerprint of a folder: each file's path and size. Byte-code caches come and go and do not count."""
    found: list[str] = []
    _list_files(folder, "", found)
    return digest(sorted(found))


def _list_files(folder: Path | str, below: str, found: list[str]) -> None:
    with os.scandir(folder) as items:
        for item in items:
            if item.is_dir(follow_symlinks=False):
                if item.name != "__pycache__":
                    _list_files(item.path, f"{below}{item.name}/", found)
            elif item.name != NOTE:
                found.append(f"{below}{item.name} {item.stat(follow_symlinks=False).st_size}")
