"""Set up this clone: `python3 tools/setup.py [part ...]`, safe to run again and at once.

  python   the locked Python packages (with those of the checks and tests) and `.venv`
  node     Node.js and all npm packages, and the link `node_modules`
  panel    the built assets of the panel and of the console stand-in
  browser  Chromium for the browser tests
  asterisk Asterisk 22, for `make demo SWITCH=asterisk` and the tests on it
  phones   baresip and sipp, telephones and a carrier without a person, and what they say
  speech   the embedded recognizer of the live transcript, with its model
  sf       Salesforce's command line and jsforce, for the tests against the stand-in org
  demo     only what `make demo` needs: the connector's own packages and the panel
  all      python, node, panel, browser and, where they can be had, asterisk, phones, speech and sf

`--where part` prints the folder of `asterisk`, `phones`, `speech` or `sf`, once it has been set up.

Downloads and builds are shared between clones in ${XDG_CACHE_HOME:-~/.cache}/phone-panel. Only the standard library is
used here, for nothing is installed yet.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from types import FrameType

from house.asterisk import find_asterisk, make_asterisk
from house.browser import make_browser
from house.cache import Cache
from house.node_env import link_modules, make_modules, make_node
from house.panel import make_panel
from house.phones import find_phones, make_phones
from house.python_env import check_version, find_site, make_site, make_venv
from house.salesforce_cli import find_cli, make_cli
from house.steps import SetupError, end_children, say

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("python", "node", "panel", "browser", "asterisk", "phones", "speech", "sf", "demo", "all")


def main() -> int:
    """Set up the parts named on the command line. Returns the exit code: 0 when they are all there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", default=["all"], help=", ".join(PARTS))
    parser.add_argument("--where", choices=sorted(FOUND), help="print the folder of this part, and do nothing else")
    chosen = parser.parse_args()
    if chosen.where:
        return _where(chosen.where)
    wanted = chosen.parts
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, _stop)
    try:
        check_version()
        _set_up(set(wanted))
    except SetupError as problem:
        say(f"setup: {problem}")
        return 1
    except KeyboardInterrupt:
        say("setup: stopped; what was finished is kept, run it again to go on")
        return 130
    return 0


def _steps(wanted: set[str], cache: Cache) -> list[Callable[[], None]]:
    steps: list[Callable[[], None]] = []
    if wanted & {"python", "demo"}:
        steps.append(lambda: _python(cache, "dev" if "python" in wanted else "run"))
    if wanted & {"node", "panel", "demo"}:
        steps.append(lambda: _node(cache, wanted))
    if "browser" in wanted:
        steps.append(_browser)
    for part, make in (("asterisk", _asterisk), ("phones", _phones), ("speech", _speech), ("sf", _sf)):
        if part in wanted:
            steps.append(partial(make, cache))
        elif "all" in wanted:
            steps.append(partial(_if_possible, part, partial(make, cache)))
    return steps


def _set_up(wanted: set[str]) -> None:
    started = time.monotonic()
    cache = Cache.of_user()
    if "all" in wanted:
        wanted |= {"python", "node", "panel", "browser"}
    steps = _steps(wanted, cache)
    with ThreadPoolExecutor(len(steps)) as pool:
        try:
            running = [pool.submit(step) for step in steps]
            # When one fails the others still go to their end: what they made is kept for the next run.
            wait(running)
        except KeyboardInterrupt:
            end_children()
            raise
    problems = [problem for step in running if (problem := step.exception()) is not None]
    for problem in problems:
        if not isinstance(problem, SetupError):
            raise problem
    if problems:
        raise SetupError("\n".join(dict.fromkeys(str(problem) for problem in problems)))
    spent = time.monotonic() - started
    if spent > 2:
        say(f"setup: done in {spent:.0f} s")


def _python(cache: Cache, which: str) -> None:
    # A clone that is set up for tests keeps that larger set when only the demo asks.
    site = (find_site(cache, ROOT, "dev") if which == "run" else None) or make_site(cache, ROOT, which)
    node = make_node(cache, ROOT)
    with (ROOT / "pyproject.toml").open() as clone:
        fcntl.flock(clone, fcntl.LOCK_EX)
        make_venv(ROOT, site, node)


def _node(cache: Cache, wanted: set[str]) -> None:
    if "node" in wanted:
        link_modules(ROOT, make_modules(cache, ROOT, "all"))
    if wanted & {"panel", "demo"}:
        make_panel(cache, ROOT)


def _browser() -> None:
    say(f"  browser: {make_browser()}")


def _asterisk(cache: Cache) -> None:
    folder = make_asterisk(cache, ROOT)
    say(f"  {(folder / 'VERSION').read_text(encoding='utf-8').strip()}")


def _if_possible(part: str, make: Callable[[], None]) -> None:
    """Where it cannot be had everything else works, and the tests that need it say so."""
    try:
        make()
    except SetupError as problem:
        say(f"  {part} is left out: {problem}")


def _phones(cache: Cache) -> None:
    folder = make_phones(cache)
    say(f"  {(folder / 'VERSION').read_text(encoding='utf-8').strip()}")


def _speech(cache: Cache) -> None:
    make_site(cache, ROOT, "speech")
    say("  the embedded recognizer")


def _sf(cache: Cache) -> None:
    folder = make_cli(cache, ROOT)
    version = json.loads((folder / "node_modules/@salesforce/cli/package.json").read_text(encoding="utf-8"))["version"]
    say(f"  Salesforce command line {version}")


FOUND: dict[str, Callable[[], Path | None]] = {
    "asterisk": lambda: find_asterisk(Cache.of_user(), ROOT),
    "phones": lambda: find_phones(Cache.of_user()),
    "speech": lambda: find_site(Cache.of_user(), ROOT, "speech"),
    "sf": lambda: find_cli(Cache.of_user(), ROOT),
}


def _where(part: str) -> int:
    found = FOUND[part]()
    if found is None:
        say(f"setup: {part} is not there; `python3 tools/setup.py {part}` fetches it")
        return 1
    print(found)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
