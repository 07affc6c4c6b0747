"""Salesforce's own clients at the stand-in org: `sf` in a home of its own, and jsforce."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from house.cache import Cache
from house.salesforce_cli import command

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv" / "bin" / "node"
HOST = "phone.acme.example"
"""Where the connector is to be reached: goes into call centre, trusted sites and settings as they are deployed."""

QUIET = {
    "SF_AUTOUPDATE_DISABLE": "true",
    "SF_DISABLE_LOG_FILE": "true",
    "SF_DISABLE_TELEMETRY": "true",
    "SF_HIDE_RELEASE_NOTES": "true",
    "SF_SKIP_NEW_VERSION_CHECK": "true",
    "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
}
LIMIT_S = 240


def package_directories() -> list[str]:
    """The folders whose components make up the package."""
    project = json.loads((ROOT / "sfdx-project.json").read_text(encoding="utf-8"))
    return [entry["path"] for entry in project["packageDirectories"]]


SOURCES = tuple(word for folder in package_directories() for word in ("--source-dir", folder))
"""What names all of the package to `sf`."""


class Tools:
    """The tools in a folder of their own; `project` there is a copy of ours, to deploy from."""

    def __init__(self, folder: Path, installed: Path) -> None:
        self.project = folder / "project"
        self._home = folder / "home"
        self._installed = installed
        self._home.mkdir(parents=True)
        for name in (*package_directories(), "tools/org"):
            shutil.copytree(ROOT / name, self.project / name)
        for name in ("sfdx-project.json", ".forceignore"):
            shutil.copy(ROOT / name, self.project)

    def run(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """What `sf` answers with --json, whether it worked or not (`status` is its exit code)."""
        done = self._run([*command(self._installed, NODE), *arguments, "--json"], environment)
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def result(self, *arguments: str, **environment: str) -> Any:
        """The result of a call of `sf` that must work."""
        answer = self.run(*arguments, **environment)
        failures = (answer.get("result") or {}).get("details", {}).get("componentFailures")
        assert answer["status"] == 0, json.dumps(failures or answer, indent=1)[:4000]
        return answer["result"]

    def script(self, path: Path, *arguments: str) -> Any:
        """What a Node.js script that imports jsforce prints as JSON."""
        place = self._home / path.name
        shutil.copy(path, place)
        if not (self._home / "node_modules").exists():
            (self._home / "node_modules").symlink_to(self._installed / "node_modules")
        done = self._run([str(NODE), str(place), *arguments], {})
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)

    def deploy_script(self, *arguments: str) -> str:
        """What `tools/deploy.py`, which must work, tells of what it did. It deploys by REST."""
        environment = {"XDG_CACHE_HOME": str(Cache.of_user().root.parent), "SF_ORG_METADATA_REST_DEPLOY": "true"}
        done = self._run([sys.executable, str(ROOT / "tools" / "deploy.py"), *arguments], environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _run(self, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            cwd=self.project,
            env={
                "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self._home),
                "PHONE_PANEL_HOST": HOST,
                **QUIET,
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
