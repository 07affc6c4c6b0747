"""Group commit of the store beside the bare SQLite batch: the same rows, the same sync, the contents compared.

    python bench/store_commit.py [--commits N] [--repeats N]

Each commit is one contact and one wanted Task.  `bare N`: one thread that has all commits at hand, encodes N of them
and writes them in one transaction with `executemany`; that is the most SQLite can do.  `store N`: N producers on an
event loop, each of which hands its next commit over when the one before is acknowledged.  Every repeat runs all
variants in a random order, each on a new file of the disk that this folder is on.  Ratios are to be trusted, figures
are not.
"""

import asyncio
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.figures import DATA, Figure, figure, options, tell
from connector.domain.effects import SaveTask
from connector.domain.model import Contact, Kind, Leg, LegState, Match, MatchState, Phase, Record, Role
from connector.ports.store import Commit
from connector.store import database
from connector.store.sqlite import SqliteStore

PROGRAM = "store_commit"
NOW = 1_795_435_200_000
CONTACT = (
    "INSERT INTO contact (key, agent, started, closed, written, epoch, value) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT"
    " (key) DO UPDATE SET agent = excluded.agent, closed = excluded.closed, value = excluded.value"
)
TASK = (
    "INSERT INTO outbox (contact, wanted, fields, due, epoch) VALUES (?, ?, ?, ?, ?) ON CONFLICT (contact) DO UPDATE"
    " SET wanted = excluded.wanted, fields = excluded.fields, due = excluded.due WHERE excluded.wanted > wanted"
)


def commits(count: int) -> list[Commit]:
    """Contacts in mid-call, each with its first Task."""
    people = (Record("003000000000001AAA", "Contact", "Mia Chen", "Northwind Traders"),)
    made = []
    for n in range(count):
        key = f"019abcde-0000-7000-8000-{n:012x}"
        legs = tuple(Leg(f"{key}-{role}", role, LegState.CONNECTED, NOW) for role in (Role.CUSTOMER, Role.AGENT))
        match = Match(MatchState.ONE, people)
        contact = Contact(
            key, key, Kind.INBOUND, Phase.WRAP_UP, "+14155550143", "+14155550100", "Support_EN", NOW + n, match,
            agent="005000000000001AAA", legs=legs, answered=NOW, ended=NOW,
        )  # fmt: skip
        fields = {"Subject": "Call with Mia Chen", "CallType": "Inbound", "Description": None, "CallObject": key}
        made.append(Commit((contact,), (), (SaveTask(key, 1, fields),)))
    return made


def bare(path: Path, work: list[Commit], size: int) -> list[float]:
    """Returns no latencies: nobody waits."""
    encode = msgspec.msgpack.Encoder().encode
    db = database.connect(path)
    for start in range(0, len(work), size):
        contacts, tasks = [], []
        for commit in work[start : start + size]:
            (c,), (t,) = commit.contacts, commit.tasks
            contacts.append((c.key, c.agent, c.started, c.closed, c.save.written, 1, encode(c)))
            tasks.append((t.contact, t.revision, encode(t.fields), NOW, 1))
        db.execute("BEGIN IMMEDIATE")
        db.executemany(CONTACT, contacts)
        db.executemany(TASK, tasks)
        db.execute("COMMIT")
    db.close()
    return []


def store(path: Path, work: list[Commit], producers: int) -> list[float]:
    """Returns the time from handing over to acknowledgement of each commit, in ms."""
    return asyncio.run(_store(path, work, producers))


async def _store(path: Path, work: list[Commit], producers: int) -> list[float]:
    sqlite = SqliteStore(path, lambda: NOW)
    await sqlite.open()
    waits: list[float] = []
    left = iter(work)
    running = producers
    all_done = asyncio.Event()

    def produce() -> None:
        nonlocal running
        commit = next(left, None)
        if commit is None:
            running -= 1
            if not running:
                all_done.set()
            return
        began = time.perf_counter()

        def done(error: BaseException | None) -> None:
            if error is not None:
                raise error
            waits.append((time.perf_counter() - began) * 1000)
            produce()

        sqlite.commit(commit, done)

    for _ in range(producers):
        produce()
    await all_done.wait()
    await sqlite.close()
    return waits


def content(path: Path) -> list[tuple[object, ...]]:
    """What a reader finds afterwards."""
    db = sqlite3.connect(path)
    found = db.execute(
        "SELECT key, agent, started, closed, value, wanted, fields, due FROM contact JOIN outbox ON contact = key"
        " ORDER BY key"
    ).fetchall()
    db.close()
    return found


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--commits", type=int, default=20_000)
    given = parser.parse_args()
    started = os.getloadavg()
    count, repeats = given.commits, given.repeats
    work = commits(count)
    DATA.mkdir(exist_ok=True)
    variants: dict[str, tuple[Callable[[Path, list[Commit], int], list[float]], int]] = {
        "bare 64": (bare, 64),
        "store 64": (store, 64),
        "bare 500": (bare, 500),
        "store 500": (store, 500),
    }
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    cpu: dict[str, list[float]] = {name: [] for name in variants}
    waits: dict[str, list[float]] = {name: [] for name in variants}
    expected = None
    for _ in range(repeats):
        for name in random.sample(list(variants), len(variants)):
            run, size = variants[name]
            with tempfile.TemporaryDirectory(dir=DATA) as folder:
                path = Path(folder) / "bench.db"
                began, used = time.perf_counter(), time.process_time()
                waits[name] += run(path, work, size)
                seconds[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - used)
                found = content(path)
            expected = expected or found
            if found != expected or len(found) != count:
                raise SystemExit(f"{name} left other rows than the others")
    figures = []
    for size in (64, 500):
        ours, limit = f"store {size}", f"bare {size}"
        how = f"{count:,} commits of a contact and its Task; {size} producers beside batches of {size}"
        ratio = [a / b for a, b in zip(cpu[ours], cpu[limit], strict=True)]
        slower = [a / b for a, b in zip(seconds[ours], seconds[limit], strict=True)]
        rates = [count / taken for taken in seconds[ours]]
        figures += [
            figure(PROGRAM, f"CPU per commit: store ÷ bare batches of {size}", ratio, "×", how),
            figure(PROGRAM, f"Time per commit: store ÷ bare batches of {size}", slower, "×", how),
            figure(PROGRAM, f"Commits a second, {size} producers", rates, "", how),
        ]
        cuts = statistics.quantiles(waits[ours], n=100, method="inclusive")
        what = f"Until acknowledged, {size} producers, median to 99 of 100"
        figures.append(Figure(PROGRAM, what, cuts[49], cuts[49], cuts[98], "ms", how))
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
