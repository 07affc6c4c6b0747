"""What every test can count on: the rule for missing parts, a browser, and a known random seed."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# derandomize: a run fails for the change under test, never by the luck of the draw. `make soak` explores.
hypothesis.settings.register_profile("fast", derandomize=True, deadline=None, max_examples=25)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=200, print_blob=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5000, print_blob=True)
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "fast")
hypothesis.settings.load_profile(_PROFILE)


def pytest_report_header() -> str:
    """The line that says which hypothesis profile and which browser this run uses."""
    return f"hypothesis profile: {_PROFILE}; browser: {_browser_path() or 'none'}"


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not go through it again and again."""
    gc.freeze()


def _browser_path() -> str | None:
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next((p for name in BROWSERS if (p := shutil.which(name))), None)


def _panel_assets() -> str | None:
    manifest = ROOT / "connector" / "panel" / "static" / "manifest.json"
    return str(manifest) if manifest.exists() else None


def _node() -> str | None:
    """Our own Node.js, with the npm packages beside it."""
    node = ROOT / ".venv" / "bin" / "node"
    return str(node) if node.exists() and (ROOT / "node_modules" / "@salesforce" / "types").exists() else None


def _asterisk() -> str | None:
    from house.asterisk import find_asterisk  # what only few tests need
    from house.cache import Cache

    found = find_asterisk(Cache.of_user(), ROOT)
    return None if found is None else str(found)


def _phones() -> str | None:
    from house.cache import Cache
    from house.phones import find_phones

    found = find_phones(Cache.of_user())
    return None if found is None else str(found)


def _speech() -> str | None:
    from house.cache import Cache
    from house.python_env import find_site

    found = find_site(Cache.of_user(), ROOT, "speech")
    return None if found is None else str(found)


def _sf() -> str | None:
    from house.cache import Cache
    from house.salesforce_cli import find_cli

    found = find_cli(Cache.of_user(), ROOT)
    return None if found is None else str(found)


PARTS: dict[str, tuple[Callable[[], str | None], str]] = {
    "browser": (_browser_path, "no Chromium: `make setup` installs it, or set CHROMIUM"),
    "panel": (_panel_assets, "the panel is not built: `make build`"),
    "node": (_node, "Node.js and the npm packages are not set up: `make setup`"),
    "asterisk": (_asterisk, "no Asterisk in the cache: `make setup` fetches it"),
    "phones": (_phones, "no baresip and sipp in the cache: `make setup` fetches them"),
    "speech": (_speech, "no embedded recognizer in the cache: `make setup` fetches it"),
    "sf": (_sf, "no Salesforce command line in the cache: `make setup` fetches it"),
}
"""Parts that a machine may lack: how each is found, and what to say when it is not."""


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """`needs(part)` returns where the part is. Missing: the test is skipped with the reason, under CI=true it fails."""

    def check(part: str) -> str:
        find, reason = PARTS[part]
        found = find()
        if found is not None:
            return found
        if os.environ.get("CI") == "true":
            pytest.fail(f"{part}: {reason}", pytrace=False)
        pytest.skip(f"{part}: {reason}")

    return check


@pytest.fixture(scope="session")
def chromium_path(needs: Callable[[str], str]) -> str:
    """Path of the browser program."""
    return needs("browser")


@pytest.fixture
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    """A headless Chromium. Its microphone is a made-up tone that needs no consent."""
    from tests.browsing import open_chromium  # half a second, which only browser tests shall pay

    async with open_chromium(chromium_path) as browser:
        yield browser
