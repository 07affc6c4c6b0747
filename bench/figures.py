"""What a benchmark hands to `run.py`: figures with their spread, and under which circumstances they were taken.

Every program of this folder prints its figures as text, and appends them as JSON lines to the file that `--out` names.
"""

import argparse
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "bench" / ".data"
"""Git-ignored, on the disk of the clone: a temporary folder may be memory, which syncs for nothing."""

CONNECTOR_PACKAGES = ("aiohttp", "msgspec")


class Figure(Struct, frozen=True):
    """One line of the table.  `aim` is empty for what only explains another figure."""

    program: str
    what: str
    median: float
    low: float
    high: float
    unit: str
    how: str
    aim: str = ""
    met: bool | None = None
    note: str = ""


class Circumstances(Struct, frozen=True):
    """When and on what a program ran."""

    program: str
    command: str
    at: str
    commit: str
    machine: str
    versions: str
    load_before: str
    load_after: str


def options(about: str, repeats: int = 7) -> argparse.ArgumentParser:
    """The options that all programs have."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=repeats, help=f"runs of each variant ({repeats})")
    parser.add_argument("--out", type=Path, help="a file to append the figures to, as JSON lines")
    return parser


def figure(program: str, what: str, values: Sequence[float], unit: str, how: str, *, below: float | None = None,
           above: float | None = None, note: str = "") -> Figure:
    """The median and range of `values`; `below` or `above` is the aim that the median is held against."""
    middle = statistics.median(values)
    aim, met = "", None
    if below is not None:
        aim, met = f"≤ {below:g} {unit}".rstrip(), middle <= below
    if above is not None:
        aim, met = f"≥ {above:g} {unit}".rstrip(), middle >= above
    return Figure(program, what, middle, min(values), max(values), unit, how, aim, met, note)


def shown(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def tell(figures: Sequence[Figure], started: Sequence[float], out: Path | None) -> None:
    """Prints the figures and appends them with their circumstances; `started` is the load average at the start."""
    for one in figures:
        aim = "" if one.met is None else f"   aim {one.aim}: {'met' if one.met else 'MISSED'}"
        print(f"{one.what}: {shown(one.median)} {one.unit} [{shown(one.low)} to {shown(one.high)}]{aim}")
        if one.note:
            print(f"    {one.note}")
    if out is None or not figures:
        return
    program = figures[0].program
    around = Circumstances(
        program=program,
        command=" ".join(["python", f"bench/{Path(sys.argv[0]).name}", *_without_out(sys.argv[1:])]),
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=commit(),
        machine=machine(),
        versions=versions(),
        load_before=_load(started),
        load_after=_load(os.getloadavg()),
    )
    with out.open("ab") as file:
        for line in (around, *figures):
            file.write(msgspec.json.encode(line) + b"\n")


def _without_out(arguments: list[str]) -> list[str]:
    return [a for n, a in enumerate(arguments) if a != "--out" and (n == 0 or arguments[n - 1] != "--out")]


def _load(averages: Sequence[float]) -> str:
    return f"{averages[0]:.1f}"


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process so far, all its threads, those too that have ended.

    By the process's own clock, which counts nanoseconds: `clock_getcpuclockid` of the C library makes its id like this.
    """
    return time.clock_gettime(~pid << 3 | 2)


def commit() -> str:
    """The commit of this clone, marked when the connector or the benchmarks differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return head + (" with changes" if _git("status", "--porcelain", "--", "connector", "bench/*.py", "lwc") else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def machine() -> str:
    """Processor, cores, memory, system."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    total = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} × {model}, {total / 2**20:.0f} GiB, {platform.system()} {platform.release()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def versions() -> str:
    """Of what the figures depend on."""
    found = [f"{name} {version(name)}" for name in CONNECTOR_PACKAGES]
    return ", ".join([f"Python {platform.python_version()}", *found, f"SQLite {sqlite3.sqlite_version}"])
