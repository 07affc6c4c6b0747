"""Group commit of the store beside the bare SQLite batch: the same rows, the same sync, the contents compared.

    python bench/store_commit.py [--commits N] [--contacts N] [--repeats N]

First each commit is one contact and one wanted Task.  Then each contact has a life: offered, answered, two drafts, the
end of the call with its Task's first version, the end of wrap-up with its last; its agent goes along.
`bare N`: one thread that has all commits at hand, encodes those of N contacts and writes them in one transaction with
`executemany`; that is the most SQLite can do.  `store N`: N producers on an event loop, each of which hands its next
commit over when the one before is acknowledged.  Every repeat runs all variants in a random order, each on a new file
of the disk that this folder is on.  Ratios are to be trusted, figures are not.
"""

import asyncio
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import floor, task_schedule
from bench.figures import DATA, Figure, figure, options, tell
from connector.domain.effects import SaveTask
from connector.domain.model import (
    Contact,
    Draft,
    Field,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Phase,
    Record,
    Role,
    Save,
)  # fmt: skip
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
AGENT = (
    "INSERT INTO agent (id, epoch, value) VALUES (?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, value = excluded.value"
)
_DRAFTS = ("Invoice 20931 was charged twice.", "Invoice 20931 was charged twice. She has the letter of the bank.")

Life = list[Commit]
"""What is committed of one contact, in order."""


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


def lives(count: int) -> list[Life]:
    """Contacts from their offer to the end of wrap-up, as the connector commits them."""
    made = []
    for n in range(count):
        first = task_schedule.contact_of(task_schedule.Wanted(0, n, 1))
        last = task_schedule.contact_of(task_schedule.Wanted(0, n, task_schedule.LAST))
        now = replace(first, ended=None, outcome=None, save=Save(), draft=Draft())
        offered = replace(now, phase=Phase.OFFERED, answered=None)
        call = replace(now, phase=Phase.ACTIVE, legs=floor.contact(n).legs)
        drafts = [replace(call, draft=replace(call.draft, comments=Field(text, k))) for k, text in enumerate(_DRAFTS)]
        busy, ready = floor.agent(n), replace(floor.agent(n), contacts=())
        made.append([
            Commit((offered,), (busy,)),
            Commit((call,)),
            *(Commit((draft,)) for draft in drafts),
            Commit((first,), (busy,), (SaveTask(first.key, 1, task_schedule.fields_of(first)),)),
            Commit((last,), (ready,), (SaveTask(last.key, task_schedule.LAST, task_schedule.fields_of(last)),)),
        ])  # fmt: skip
    return made


def bare(path: Path, work: list[Life], size: int) -> list[float]:
    """Returns no latencies: nobody waits."""
    encode = msgspec.msgpack.Encoder().encode
    db = database.connect(path)
    for start in range(0, len(work), size):
        for together in zip(*work[start : start + size], strict=True):
            contacts, agents, tasks = [], [], []
            for commit in together:
                (c,) = commit.contacts
                since = max(c.started, c.offered or 0)
                contacts.append((c.key, c.agent, since, c.closed, c.save.written, 1, encode(c)))
                agents += [(a.id, 1, encode(a)) for a in commit.agents]
                tasks += [(t.contact, t.revision, encode(t.fields), NOW, 1) for t in commit.tasks]
            db.execute("BEGIN IMMEDIATE")
            db.executemany(CONTACT, contacts)
            db.executemany(AGENT, agents)
            db.executemany(TASK, tasks)
            db.execute("COMMIT")
    db.close()
    return []


def store(path: Path, work: list[Life], producers: int) -> list[float]:
    """Returns the time from handing over to acknowledgement of each commit, in ms."""
    return asyncio.run(_store(path, work, producers))


async def _store(path: Path, work: list[Life], producers: int) -> list[float]:
    sqlite = SqliteStore(path, lambda: NOW)
    await sqlite.open()
    waits: list[float] = []
    left = iter(work)
    running = producers
    all_done = asyncio.Event()

    def produce(life: Iterator[Commit]) -> None:
        nonlocal running
        commit = next(life, None)
        if commit is None:
            life = iter(next(left, ()))
            commit = next(life, None)
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
            produce(life)

        sqlite.commit(commit, done)

    for _ in range(producers):
        produce(iter(()))
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


class Measured:
    """One kind of work, done by all variants in turn."""

    def __init__(self, work: list[Life]) -> None:
        self.work = work
        self.seconds: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}
        self.waits: dict[str, list[float]] = {}
        self._expected: list[tuple[object, ...]] | None = None

    def repeat(self) -> None:
        """Every variant once."""
        for name in random.sample(list(VARIANTS), len(VARIANTS)):
            run, size = VARIANTS[name]
            with tempfile.TemporaryDirectory(dir=DATA) as folder:
                path = Path(folder) / "bench.db"
                began, used = time.perf_counter(), time.process_time()
                waits = run(path, self.work, size)
                self.seconds.setdefault(name, []).append(time.perf_counter() - began)
                self.cpu.setdefault(name, []).append(time.process_time() - used)
                self.waits.setdefault(name, []).extend(waits)
                found = content(path)
            self._expected = self._expected or found
            if found != self._expected or len(found) != len(self.work):
                raise SystemExit(f"{name} left other rows than the others")

    def ratio(self, of: dict[str, list[float]], size: int) -> list[float]:
        """The store ÷ bare batches, repeat by repeat."""
        return [a / b for a, b in zip(of[f"store {size}"], of[f"bare {size}"], strict=True)]


VARIANTS: dict[str, tuple[Callable[[Path, list[Life], int], list[float]], int]] = {
    "bare 64": (bare, 64),
    "store 64": (store, 64),
    "bare 500": (bare, 500),
    "store 500": (store, 500),
}


def of_commits(done: Measured, size: int) -> list[Figure]:
    """What one commit takes."""
    ours, count = f"store {size}", len(done.work)
    how = f"{count:,} commits of a contact and its Task; {size} producers beside batches of {size}"
    rates = [count / taken for taken in done.seconds[ours]]
    cuts = statistics.quantiles(done.waits[ours], n=100, method="inclusive")
    what = f"Until acknowledged, {size} producers, median to 99 of 100"
    return [
        figure(PROGRAM, f"CPU per commit: store ÷ bare batches of {size}", done.ratio(done.cpu, size), "×", how),
        figure(PROGRAM, f"Time per commit: store ÷ bare batches of {size}", done.ratio(done.seconds, size), "×", how),
        figure(PROGRAM, f"Commits a second, {size} producers", rates, "", how),
        Figure(PROGRAM, what, cuts[49], cuts[49], cuts[98], "ms", how),
    ]


def of_lives(done: Measured, size: int) -> list[Figure]:
    """How many contacts are kept."""
    count, commits_each = len(done.work), len(done.work[0])
    how = f"{count:,} contacts of {commits_each} commits, two with a Task; {size} at a time beside batches of {size}"
    faster = [1 / slower for slower in done.ratio(done.seconds, size)]
    what = f"Durable contacts a second: store ÷ bare batches of {size}"
    found = [
        figure(PROGRAM, what, faster, "×", how, above=0.5),
        figure(PROGRAM, f"CPU per contact: store ÷ bare batches of {size}", done.ratio(done.cpu, size), "×", how),
    ]
    for side, name in (("store", f"store {size}"), ("bare", f"bare {size}")):
        rates = [count / taken for taken in done.seconds[name]]
        found.append(figure(PROGRAM, f"Durable contacts a second, {size} at a time, {side}", rates, "", how))
    return found


def main() -> None:
    """Runs and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--commits", type=int, default=20_000)
    parser.add_argument("--contacts", type=int, default=3_000)
    given = parser.parse_args()
    started = os.getloadavg()
    DATA.mkdir(exist_ok=True)
    single, whole = Measured([[commit] for commit in commits(given.commits)]), Measured(lives(given.contacts))
    for _ in range(given.repeats):
        single.repeat()
        whole.repeat()
    figures = [*of_lives(whole, 64), *of_lives(whole, 500), *of_commits(single, 64), *of_commits(single, 500)]
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
