"""A missing part is a skip with its reason on somebody's machine, and a failure in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_missing_browser(tmp_path: Path, ci: str, outcome: str) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("def test_it(chromium_path): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rsE", "-p", "no:cacheprovider", str(tmp_path)],
        env={**os.environ, "CI": ci, "CHROMIUM": "no-such-browser"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert outcome in done.stdout
    assert "no Chromium: `make setup` installs it, or set CHROMIUM" in done.stdout
    assert f"hypothesis profile: {'ci' if ci else 'fast'}; browser: none" in done.stdout
