"""Parse and dispatch alone: the same recorded stream of ARI to the connector and to every client library there is.

    python bench/ari_stream.py [--rounds N] [--repeats N] [--only CLIENT ...]

A server in a process of its own sends the recorded calls so many times over; each client counts the events by type
and adds up the names of the channels, and all must have counted the same.  Each library has a Python environment of
its own in `bench/.data`, made once; what cannot be installed or does not run is told with the reason.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from house.asterisk import find_asterisk
from house.cache import Cache

from bench.figures import DATA, ROOT, Figure, cpu_of, figure, options, tell

PROGRAM = "ari_stream"
OURS = ("connector", "connector's register", "aiohttp + json", "aiohttp + msgspec")
LIBRARIES = {
    "ari": "0.1.3",
    "py3ari": "0.1.4",
    "codet-ari": "0.0.1",
    "aioari": "0.10.2",
    "asyncari": "0.20.6",
    "trio-ari": "0.2.9",
    "ari-client": "0.9.0",
    "asterkit": "0.1b1",
    "asterisk-agent": "1.1.0",
}
"""The clients of ARI on PyPI, with their newest versions."""

LEFT_OUT = (
    "grandstream has no handlers by type, only calls of its own gateways; panoramisk speaks the older AMI, not ARI."
)
PATIENCE = 60.0
"""Seconds after which a client that has not told all is ended."""

_ERROR = re.compile(r"\w+(Error|Exception|Replaced)\b.*")


class Broken(Exception):
    """The client does not run; says why."""


def python_of(library: str) -> Path:
    """The Python with that library.  Raises Broken when it cannot be installed."""
    folder = DATA / "ari" / f"{library}-{LIBRARIES[library]}"
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        command.append(f"{library}=={LIBRARIES[library]}")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Broken(f"cannot be installed: {done.stderr.strip().splitlines()[-1]}")
        (folder / "done").touch()
    return python


@contextmanager
def sender(rounds: int, docs: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """The stand-in of Asterisk; with its port and the number of events."""
    command = [sys.executable, str(ROOT / "bench" / "ari_server.py"), str(rounds), str(docs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, port, events = process.stdout.readline().split()
        yield process, int(port), int(events)
        assert process.stdin is not None
        process.stdin.close()


def one(name: str, server: subprocess.Popen[str], port: int, rounds: int) -> tuple[float, float, str]:
    """Seconds of processor time, seconds, and what was counted.  Raises Broken."""
    python = python_of(name) if name in LIBRARIES else Path(sys.executable)
    command = [str(python), str(ROOT / "bench" / "ari_counting.py"), name, str(port), str(rounds)]
    errors = DATA / "ari" / "errors"
    with errors.open("w+") as said, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT
    ) as client:
        patience = Timer(PATIENCE, client.kill)
        patience.start()
        assert client.stdin is not None and client.stdout is not None and server.stdin is not None
        try:
            if client.stdout.readline() != "ready\n":
                raise Broken(_reason(errors))
            used, began = cpu_of(client.pid), time.perf_counter()
            server.stdin.write("go\n")
            server.stdin.flush()
            counted = client.stdout.readline()
            spent, took = cpu_of(client.pid) - used, time.perf_counter() - began
            if not counted:
                raise Broken(_reason(errors))
        finally:
            patience.cancel()
            client.stdin.close()
    return spent, took, counted


def _reason(errors: Path) -> str:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    lines = [line.strip(" |+-") for line in errors.read_text(errors="replace").splitlines()]
    why = next((line for line in reversed(lines) if _ERROR.match(line)), f"no answer within {PATIENCE:.0f} s")
    return f"does not run on Python {version} ({why})"


def measure(
    names: list[str], repeats: int, rounds: int, docs: Path
) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, str]]:
    """µs of processor time per event, events a second, and why those that do not run do not."""
    cpu: dict[str, list[float]] = {name: [] for name in names}
    rate: dict[str, list[float]] = {name: [] for name in names}
    broken: dict[str, str] = {}
    with sender(rounds, docs) as (server, port, events):
        for _ in range(repeats):
            told = {}
            for name in random.sample(names, len(names)):
                if name in broken:
                    continue
                try:
                    spent, took, told[name] = one(name, server, port, rounds)
                except Broken as problem:
                    if name in OURS:
                        raise SystemExit(f"{name} {problem}") from problem
                    broken[name] = str(problem)
                    continue
                cpu[name].append(spent / events * 1e6)
                rate[name].append(events / took)
            for name, counted in told.items():
                if json.loads(counted) != json.loads(told["connector"]):
                    raise SystemExit(f"{name} did not count what the connector did: {counted}{told['connector']}")
    return cpu, rate, broken


def figures(
    names: list[str], cpu: dict[str, list[float]], rate: dict[str, list[float]], broken: dict[str, str], rounds: int
) -> list[Figure]:
    """The ratios first; the connector is to be ahead of each library."""
    how = f"{rounds} times the recorded calls, as fast as the client reads; a handler for each type"
    found = []
    ran = [name for name in names if name not in broken]
    for name in (name for name in ran if name != "connector"):
        ratios = [other / ours for other, ours in zip(cpu[name], cpu["connector"], strict=True)]
        what = f"CPU per event: {_called(name)} ÷ connector"
        aim = 1.0 if name in LIBRARIES else None
        found.append(figure(PROGRAM, what, ratios, "×", how, above=aim))
    for name in ran:
        found.append(figure(PROGRAM, f"CPU per event, {_called(name)}", cpu[name], "µs", how))
        found.append(figure(PROGRAM, f"Events a second, {_called(name)}", rate[name], "", how))
    if broken and found:
        reasons = "; ".join(f"{_called(name)} {why}" for name, why in sorted(broken.items()))
        first = found[0]
        found[0] = Figure(first.program, first.what, first.median, first.low, first.high, first.unit, first.how,
                          first.aim, first.met, f"Not measured: {reasons}. {LEFT_OUT}")
    return found


def _called(name: str) -> str:
    return f"{name} {LIBRARIES[name]}" if name in LIBRARIES else name


def main() -> None:
    """Runs all clients and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=200, help="times the 56 recorded events (200)")
    parser.add_argument("--only", nargs="*", choices=[*OURS, *LIBRARIES], help="these beside the connector")
    given = parser.parse_args()
    asterisk = find_asterisk(Cache.of_user(), ROOT)
    if asterisk is None:
        raise SystemExit("Asterisk's API documents are needed: python3 tools/setup.py asterisk")
    started = os.getloadavg()
    names = ["connector", *(n for n in given.only if n != "connector")] if given.only else [*OURS, *LIBRARIES]
    (DATA / "ari").mkdir(parents=True, exist_ok=True)
    docs = asterisk / "usr" / "share" / "asterisk" / "rest-api"
    measured = measure(names, given.repeats, given.rounds, docs)
    tell(figures(names, *measured, given.rounds), started, given.out)


if __name__ == "__main__":
    main()
