"""kill -9 at random instants: whatever was acknowledged is there, state and outbox row agree, and the lock is free."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import NOON

ROUNDS = 40 if os.environ.get("SOAK") == "true" else 6
PRODUCERS = 20

WRITER = f"""
import asyncio, os, sys
from pathlib import Path
from connector.ports.store import Commit, Settled
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import NOON, committed, saving, task

async def produce(store, name):
    known = await store.contact(name)
    revision = known.save.wanted if known else 0
    while True:
        revision += 1
        await committed(store, Commit((saving(name, revision),), (), (task(name, revision),)))
        os.write(1, f"{{name}} {{revision}}\\n".encode())

async def drain(store):
    while True:
        rows = await store.claim(NOON, 5, 1)
        os.write(1, "".join(f"claimed {{row.contact}} {{row.wanted}}\\n" for row in rows).encode())
        await store.settle([Settled(r.contact, r.wanted, "written", task_id="00T", fields=r.fields) for r in rows])
        os.write(1, "".join(f"settled {{row.contact}} {{row.wanted}}\\n" for row in rows).encode())

async def main():
    store = SqliteStore(Path(sys.argv[1]), lambda: NOON)
    await store.open()
    await asyncio.gather(drain(store), *(produce(store, f"k{{n}}") for n in range({PRODUCERS})))

asyncio.run(main())
"""


async def killed_after(path: Path, lines: int) -> dict[str, int]:
    """Runs a writer and kills it when it has acknowledged so much; returns the last revisions, by what was said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said: dict[str, int] = {}
    for _ in range(lines):
        what, revision = (await process.stdout.readline()).decode().rsplit(" ", 1)
        said[what] = int(revision)
    process.send_signal(signal.SIGKILL)
    for line in (await process.stdout.read()).decode().splitlines():
        what, revision = line.rsplit(" ", 1)
        said[what] = int(revision)
    assert await process.wait() == -signal.SIGKILL
    return said


@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "connector.db"
    chosen = random.Random(20261123)
    for round_ in range(1, ROUNDS + 1):
        said = await killed_after(path, chosen.randint(1, 400))
        store = SqliteStore(path, lambda: NOON)
        loaded = await store.open()
        assert loaded.epoch == 2 * round_, "one owner at a time, each with its own epoch"
        contacts = {contact.key: contact for contact in loaded.contacts}
        rows = {
            row[0]: row[1:]
            for row in await store._ask(
                lambda db: db.execute("SELECT contact, wanted, written, lease_until, doubtful FROM outbox").fetchall()
            )
        }
        for what, revision in said.items():
            match what.split():
                case [key]:
                    assert contacts[key].save.wanted >= revision, what
                case ["claimed", key]:
                    _, written, lease_until, doubtful = rows[key]
                    assert written >= revision or (lease_until is not None and doubtful), what
                case ["settled", key]:
                    assert rows[key][1] >= revision, what
        assert {key: contact.save.wanted for key, contact in contacts.items()} == {k: r[0] for k, r in rows.items()}
        assert await store._ask(lambda db: db.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
        await store.close()
