"""Processor time and API requests per Task, and its age: the connector beside others, with the same contacts, at once.

    python bench/task_writing.py [--rates N ...] [--seconds N] [--repeats N] [--latency MS]

Contacts come by chance, so many a second; each has two versions of its Task (`task_schedule.py`).  The programs of
`task_writers.py` write them at the same time, each in a process and to an org of its own; the orgs are one double in
another process, which answers after the latency.  What the orgs hold in the end is compared.
Processor time is that of the whole run; requests per Task are counted from request to request while contacts come and
go, so that neither beginning nor end counts.  Each repeat has other contacts.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.figures import DATA, ROOT, Figure, figure, options, tell
from bench.org_double import Stats
from bench.task_schedule import WRAP_UP
from bench.task_writers import GATHER_MS, Wrote

PROGRAM = "task_writing"
OURS, PEER, LIMIT, LEDGER = "connector", "one by one", "ready batches", "ledger alone"
WRITERS = (OURS, PEER, LIMIT)
SECONDS = {1: 20.0, 10: 12.0, 50: 18.0}
"""For so long contacts come, at so many a second."""
PATIENCE = 60
"""Seconds after the last contact in which a program has to end."""


class Outcome(Struct, frozen=True):
    """One run of one program."""

    wrote: Wrote
    stats: Stats
    tasks: int

    @property
    def cpu(self) -> float:
        """Milliseconds a Task."""
        return self.wrote.cpu * 1000 / self.tasks

    def requests_a_task(self, warm: float, seconds: float) -> float:
        """Requests for each contact that had its last version, while contacts came and went."""
        began = self.stats.requests[0].at
        steady = [
            (n, one.finished)
            for n, one in enumerate(self.stats.requests)
            if warm <= one.at - began <= seconds and n and one.finished > self.stats.requests[n - 1].finished
        ]
        if len(steady) < 2:
            return len(self.stats.requests) / self.tasks
        (first, before), (last, after) = steady[0], steady[-1]
        return (last - first) / (after - before)


def run(rate: float, seconds: float, seed: int, latency: int) -> dict[str, Outcome]:
    """All three at once."""
    DATA.mkdir(exist_ok=True)
    double = subprocess.Popen(
        [sys.executable, "bench/org_double.py", str(latency), str(len(WRITERS))],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert double.stdout is not None
        ports = dict(zip(WRITERS, double.stdout.readline().split()[1:], strict=True))
        with tempfile.TemporaryDirectory(dir=DATA) as folder:
            outcomes = _raced(ports, rate, seconds, seed, folder)
        compare(outcomes)
        return outcomes
    finally:
        double.communicate()


def _raced(ports: dict[str, str], rate: float, seconds: float, seed: int, folder: str) -> dict[str, Outcome]:
    programs = {}
    for name in random.sample([*WRITERS, LEDGER], len(WRITERS) + 1):
        arguments = [name, ports.get(name, "0"), str(rate), str(seconds), str(seed), folder]
        programs[name] = subprocess.Popen(
            [sys.executable, "bench/task_writers.py", *arguments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    for program in programs.values():
        assert program.stdout is not None
        if program.stdout.readline().strip() != "ready":
            raise SystemExit("a program did not start")
    for program in programs.values():
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    try:
        said = {name: program.communicate(timeout=seconds + PATIENCE)[0] for name, program in programs.items()}
    except subprocess.TimeoutExpired as error:
        for program in programs.values():
            program.kill()
        raise SystemExit(f"a program did not end within {PATIENCE} s of the last contact") from error
    failed = [name for name, program in programs.items() if program.returncode]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")
    return {name: _outcome(said[name], ports.get(name), round(rate * seconds)) for name in said}


def _outcome(said: str, port: str | None, tasks: int) -> Outcome:
    stats = Stats([], 0, "")
    if port is not None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
            stats = msgspec.json.decode(answer.read(), type=Stats)
    return Outcome(msgspec.json.decode(said, type=Wrote), stats, tasks)


def compare(outcomes: dict[str, Outcome]) -> None:
    """Ends the program when the orgs do not hold the same, or not all."""
    left = {(outcomes[name].stats.tasks, outcomes[name].stats.digest) for name in WRITERS}
    if len(left) != 1 or outcomes[OURS].stats.tasks != outcomes[OURS].tasks:
        raise SystemExit(f"the orgs hold different Tasks: {left}")


def figures_of(rate: float, seconds: float, runs: list[dict[str, Outcome]], latency: int) -> list[Figure]:
    """All lines of one rate."""
    said = f"{rate:g} contacts a second, two versions each, {latency} ms latency; Tasks wait {GATHER_MS} ms or more"

    def line(what: str, values: list[float], unit: str, **aim: float) -> Figure:
        return figure(PROGRAM, f"{what}, {rate:g} a second", values, unit, said, **aim)

    def cpu(name: str) -> list[float]:
        return [one[name].cpu for one in runs]

    found = [
        line("CPU per Task: connector ÷ simple-salesforce one by one",
             [a / b for a, b in zip(cpu(OURS), cpu(PEER), strict=True)], "×", below=0.05),
        line("The same without what the ledger alone takes",
             [(a - c) / b for a, b, c in zip(cpu(OURS), cpu(PEER), cpu(LEDGER), strict=True)], "×"),
        line("CPU per Task: connector ÷ ready batches",
             [a / b for a, b in zip(cpu(OURS), cpu(LIMIT), strict=True)], "×"),
    ]  # fmt: skip
    found += [line(f"CPU per Task, {name}", cpu(name), "ms") for name in (*WRITERS, LEDGER)]
    warm = WRAP_UP[1] + 1
    for name in WRITERS:
        values = [one[name].requests_a_task(warm, seconds) for one in runs]
        aim = {"below": 0.02} if name == OURS and rate >= 50 else {}
        found.append(line(f"API requests per Task, {name}", values, "", **aim))
    found.append(line("Rows in a batch, connector", [statistics.mean(one[OURS].wrote.batches) for one in runs], ""))
    for name in WRITERS:
        ages = [age for one in runs for age in one[name].wrote.ages]
        cuts = statistics.quantiles(ages, n=100, method="inclusive")
        aim = {"below": 3000.0} if name == OURS and rate <= 1 else {}
        found.append(line(f"From wanted to confirmed, {name}, median", [cuts[49]], "ms"))
        found.append(line(f"From wanted to confirmed, {name}, 99 of 100", [cuts[98]], "ms", **aim))
    return found


def main() -> None:
    """Runs and tells."""
    parser = options(__doc__ or "", repeats=3)
    parser.add_argument("--rates", type=float, nargs="+", default=list(SECONDS), help="contacts a second (1 10 50)")
    parser.add_argument("--seconds", type=float, help="for how long contacts come (20, 12 and 18)")
    parser.add_argument("--latency", type=int, default=150, help="of the org, in ms (150)")
    given = parser.parse_args()
    started = os.getloadavg()
    found = []
    for rate in given.rates:
        seconds = given.seconds or SECONDS.get(int(rate), 15.0)
        runs = [run(rate, seconds, seed, given.latency) for seed in range(given.repeats)]
        found += figures_of(rate, seconds, runs, given.latency)
    tell(found, started, given.out)


if __name__ == "__main__":
    main()
