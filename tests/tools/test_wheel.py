"""The wheel: who installs it has the whole product, panel included, without Node.js."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
def test_the_wheel_runs_by_itself(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("panel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
        names = set(archive.namelist())
    static = "connector/panel/static/"
    manifest = json.loads((installed / static / "manifest.json").read_text())
    assert {static + name for name in manifest.values()} <= names
    vendor = "connector/sandbox/console/static/vendor/"
    assert {
        vendor + name
        for name in ("slds.css", "utility-sprite.svg", "standard-sprite.svg", "conversation.js", "conversation.css")
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "tools/", "lwc/"))]

    program = "import connector, connector.cli; print(connector.__file__); connector.cli.main(['--help'])"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    run = [sys.executable, "-P", "-c", program]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    assert "demo" in done.stdout
