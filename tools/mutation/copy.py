"""A copy of this clone in which something is changed for as long as a test runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILT = ("connector/panel/static", "connector/sandbox/console/static/vendor")
LINKED = (".venv", "node_modules")


class Copy:
    """What is in git, with what is built; the environment is this clone's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}

    @classmethod
    @contextmanager
    def of(cls, original: Path) -> Iterator[Copy]:
        """A copy that is removed afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "copy"
            listed = subprocess.run(["git", "ls-files", "-z"], cwd=original, check=True, capture_output=True, text=True)
            for name in filter(None, listed.stdout.split("\0")):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(original / name, root / name)
            for name in BUILT:
                shutil.copytree(original / name, root / name, symlinks=True)
            for name in LINKED:
                (root / name).symlink_to((original / name).resolve())
            yield cls(root)

    @contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """The file has that text, and its own afterwards."""
        path = self.root / file
        before = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")

    def fails_python(self, test: str) -> bool:
        """Whether the test fails: not whether it cannot be run."""
        said = self._run(sys.executable, "-m", "pytest", "-q", "-x", test)
        assert re.search(r"\d+ (passed|failed)", said), said
        return re.search(r"\d+ failed", said) is not None

    def fails_panel(self, path: str, title: str) -> bool:
        """The same for one of the panel's tests."""
        jest = str(self.root / "node_modules" / "jest" / "bin" / "jest.js")
        said = self._run(str(self.root / ".venv" / "bin" / "node"), jest, path, "-t", re.escape(title))
        counted = re.search(r"Tests: +(?:(\d+) failed, )?.*\d+ total", said)
        assert counted, said
        return counted[1] is not None

    def build_panel(self) -> None:
        """The built panel is of the sources as they are now.  Raises CalledProcessError with what was said."""
        command = [sys.executable, str(self.root / "tools" / "setup.py"), "panel"]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True, env=self.environment)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, env=self.environment, check=False)
        return done.stdout + done.stderr
