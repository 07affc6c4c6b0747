"""The SQLite store: the contract, its lock, its schema, and what happens when the file or the disk is not as it was."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from connector.domain.model import Draft, Field, Phase
from connector.errors import StoreError, StoreLocked
from connector.ports.store import Commit
from connector.store import database
from connector.store.sqlite import SqliteStore
from tests.ports.ledger_contract import LedgerContract
from tests.ports.store_contract import MEMORY, NOON, SAM, StoreContract, Stores, committed, contact, saving, task

pytestmark = pytest.mark.slow


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder) / "var" / "connector.db"


class TestSqliteStore(StoreContract, LedgerContract):
    @pytest.fixture
    async def stores(self, path: Path) -> AsyncIterator[Stores]:
        stores = Stores(lambda now: SqliteStore(path, now))
        yield stores
        await stores.close()


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    yield store
    await store.close()


async def opened(path: Path) -> SqliteStore:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    return store


# One owner -----------------------------------------------------------------------------------------------------


async def test_a_second_owner_is_refused_and_told_who_has_it(store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreLocked, match=f"{path} is in use by process {os.getpid()}"):
        await opened(path)
    await committed(store, Commit((contact("k1"),)))


async def test_a_second_process_is_refused(store: SqliteStore, path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from connector.store.sqlite import SqliteStore\n"
        "asyncio.run(SqliteStore(Path(sys.argv[1]), lambda: 0).open())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(path), cwd=Path(__file__).parents[2], stderr=asyncio.subprocess.PIPE
    )
    _, stderr = await process.communicate()
    assert process.returncode == 1
    assert f"StoreLocked: {path} is in use by process {os.getpid()}" in stderr.decode()


async def test_the_lock_ends_with_its_owner(path: Path) -> None:
    for epoch in (1, 2, 3):
        store = SqliteStore(path, lambda: NOON)
        assert (await store.open()).epoch == epoch
        await store.close()


async def test_an_owner_whose_place_was_taken_writes_nothing(store: SqliteStore, path: Path) -> None:
    # As when somebody deletes the lock file and starts another connector.
    path.with_name(path.name + ".lock").unlink()
    second = await opened(path)
    with pytest.raises(StoreError, match="another connector has taken it over"):
        await committed(store, Commit((contact("k1"),)))
    with pytest.raises(StoreError, match="taken it over"):
        await store.claim(NOON, 1, 1)
    assert await second.contact("k1") is None
    await second.close()


async def test_rows_carry_their_owners_epoch(path: Path) -> None:
    await (await opened(path)).close()
    store = await opened(path)
    await committed(store, Commit((contact("k1"),), (), (task("k1"),)))
    await store.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT c.epoch, o.epoch FROM contact c JOIN outbox o ON o.contact = c.key").fetchall() == [
            (2, 2)
        ]
    db.close()


# Durability ----------------------------------------------------------------------------------------------------


async def test_every_commit_is_synced(store: SqliteStore) -> None:
    def pragma(name: str) -> object:
        return lambda db: db.execute(f"PRAGMA {name}").fetchone()[0]

    assert await store._ask(pragma("journal_mode")) == "wal"  # type: ignore[arg-type]
    assert await store._ask(pragma("synchronous")) == 2  # type: ignore[arg-type]


async def test_commits_that_wait_together_are_one_transaction(store: SqliteStore) -> None:
    before = store._thread.batches
    await committed(store, *(Commit((contact(f"k{n}"),), (), (task(f"k{n}"),)) for n in range(500)))
    assert store._thread.batches - before <= 3
    assert store._thread.largest >= 250


async def test_reads_come_after_the_commits_before_them(store: SqliteStore) -> None:
    told: list[BaseException | None] = []
    for n in range(20):
        store.commit(Commit((contact("k1", draft=Draft(comments=Field(f"{n}", n))),)), told.append)
        found = await store.contact("k1")
        assert found is not None
        assert found.draft.comments.value == f"{n}"
    assert told == [None] * 20


async def test_digits_never_reach_the_disk(path: Path) -> None:
    store = await opened(path)
    await committed(store, Commit((contact("k1", digits="4929313747119"),)))
    await store.close()
    for file in path.parent.iterdir():
        assert b"4929313747119" not in file.read_bytes(), file


async def test_only_the_owner_may_read_the_files(store: SqliteStore, path: Path) -> None:
    await committed(store, Commit((contact("k1"),)))
    files = list(path.parent.iterdir())
    assert {file.suffix for file in files} >= {".db", ".lock", ".db-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


# Schema --------------------------------------------------------------------------------------------------------


async def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    store = await opened(path)
    await committed(store, Commit((contact("k1"),)))
    await store.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match=r"newer connector \(schema 99, this one knows \d+\): install"):
        await opened(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)
    db.close()


async def test_migrations_run_in_order_and_a_broken_one_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(path)
    await committed(store, Commit((contact("k1"),)))
    await store.close()
    first, last = database._migrations(), database.latest_schema()
    good = {last + 1: "ALTER TABLE agent ADD COLUMN two;", last + 2: "ALTER TABLE agent ADD COLUMN three;"}
    bad = "ALTER TABLE agent ADD COLUMN three; ALTER TABLE nowhere ADD COLUMN x;"
    broken = {**first, last + 1: good[last + 1], last + 2: bad}
    monkeypatch.setattr(database, "_migrations", lambda: broken)
    with pytest.raises(StoreError, match="no such table: nowhere"):
        await opened(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (last + 1,)
        assert [row[1] for row in db.execute("PRAGMA table_info(agent)")][-1] == "two"
    db.close()
    monkeypatch.setattr(database, "_migrations", lambda: first | good)
    store = await opened(path)
    assert await store.contact("k1") == contact("k1")
    await store.close()


def test_migrations_are_numbered_without_gaps_and_shipped() -> None:
    assert sorted(database._migrations()) == list(range(1, database.latest_schema() + 1))
    assert (resources.files("connector.store") / "migrations" / "0001_first.sql").is_file()


async def test_what_a_later_version_adds_to_a_value_is_tolerated(store: SqliteStore) -> None:
    await committed(store, Commit((contact("k1"),)))
    value = msgspec.msgpack.encode({**msgspec.to_builtins(contact("k1")), "sentiment": {"score": 1}})
    await store._ask(lambda db: db.execute("UPDATE contact SET value = ?", (value,)).rowcount)
    assert await store.contact("k1") == contact("k1")


# Files that are not as they were -------------------------------------------------------------------------------


async def test_another_programs_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    with pytest.raises(StoreError, match="a database of another program"):
        await opened(path)


async def test_a_file_that_is_no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(StoreError, match=f"{path}: file is not a database.*restore"):
        await opened(path)
    assert path.read_bytes().startswith(b"Dear diary"), "nothing is written over it"


async def test_a_damaged_file_is_refused(path: Path) -> None:
    store = await opened(path)
    await committed(store, Commit(tuple(contact(f"k{n}") for n in range(200))))
    await store.close()
    damaged = bytearray(path.read_bytes())
    for page in range(20 * 4096, len(damaged), 4096):
        damaged[page : page + 512] = b"\xa5" * 512
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"malformed.*restore the file from a backup"):
        await opened(path)


async def test_a_value_that_cannot_be_read_is_named(path: Path) -> None:
    store = await opened(path)
    await committed(store, Commit((contact("k1"), contact("k2"))))
    await store._ask(lambda db: db.execute("UPDATE contact SET value = x'93' WHERE key = 'k2'").rowcount)
    await store.close()
    with pytest.raises(StoreError, match="contact k2 cannot be read"):
        await opened(path)
    with pytest.raises(StoreError, match="contact k2 cannot be read"):
        await opened(path)  # and not: locked


async def test_a_folder_in_place_of_the_file(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match=f"{path}: Is a directory"):
        await opened(path)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="File exists: check the path"):
        await opened(tmp_path / "file" / "connector.db")


@pytest.mark.parametrize("change", ["deleted", "replaced"])
async def test_a_file_that_was_moved_away_takes_no_more_commits(store: SqliteStore, path: Path, change: str) -> None:
    await committed(store, Commit((contact("k1"),)))
    kept = path.rename(path.with_name("moved"))
    if change == "replaced":
        path.write_bytes(kept.read_bytes())
    with pytest.raises(StoreError, match="moved or deleted"):
        await committed(store, Commit((contact("k2"),)))
    path.unlink(missing_ok=True)
    kept.rename(path)
    await committed(store, Commit((contact("k3"),)))
    assert await store.contact("k2") is None


async def test_a_full_disk_is_said_and_got_over(store: SqliteStore) -> None:
    await committed(store, Commit((contact("k1"),)))
    pages = await store._ask(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await store._ask(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    large = Draft(comments=Field("x" * 100_000, 1))
    with pytest.raises(StoreError, match="the disk is full: free some space"):
        await committed(store, Commit((contact("k2", draft=large),), (), (task("k2"),)))
    assert await store.contact("k1") == contact("k1")
    assert await store.contact("k2") is None
    assert await store.claim(NOON, 10, 1) == [], "state and outbox row fail together"
    await store._ask(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    await committed(store, Commit((contact("k2", draft=large),), (), (task("k2"),)))
    assert await store.contact("k2") == contact("k2", draft=large)


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from connector.errors import StoreError
from connector.ports.store import Commit
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import committed, contact

async def main():
    store = SqliteStore(Path(sys.argv[1]), lambda: 0)
    await store.open()
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    kept = 0
    try:
        while True:
            await committed(store, Commit((contact(f"k{kept}"),)))
            kept += 1
    except StoreError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await committed(store, Commit((contact("after"),)))
    print(kept)
    await store.close()

asyncio.run(main())
"""


async def test_a_disk_that_refuses_a_write_loses_nothing_acknowledged(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LIMITED, str(path), cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    stdout, _ = await process.communicate()
    message, kept = stdout.decode().splitlines()
    assert message.startswith(f"{path}: disk I/O error: the disk failed")
    assert int(kept) > 10
    store = SqliteStore(path, lambda: NOON)
    loaded = await store.open()
    await store.close()
    assert {c.key for c in loaded.contacts} == {"after", *(f"k{n}" for n in range(int(kept)))}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not write")
def test_a_store_that_may_only_be_read(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys; from pathlib import Path; from connector.store.sqlite import SqliteStore\n"
        "path = Path(sys.argv[1])\n"
        "async def main():\n"
        "    store = SqliteStore(path, lambda: 0); await store.open(); await store.close()\n"
        "    path.chmod(0o444); path.parent.chmod(0o555)\n"
        "    path.with_name(path.name + '.lock').chmod(0o666)\n"
        "    os.chdir(path.parent); os.setgroups([]); os.setuid(65534)\n"
        "    await SqliteStore(Path(path.name), lambda: 0).open()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "ro" / "x.db")],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert "StoreError: x.db: Permission denied: check the path, and who owns" in done.stderr


async def test_a_directory_of_another_version_is_fetched_anew(path: Path) -> None:
    store = await opened(path)
    await store._ask(lambda db: db.execute("INSERT INTO directory VALUES (1, 1, x'93', 0)").rowcount)
    await committed(store, Commit((saving("k1", 1, phase=Phase.CLOSED),), (), (task("k1"),)))
    await store.close()
    store = SqliteStore(path, lambda: NOON)
    loaded = await store.open()
    assert loaded.directory is None
    assert [c.key for c in loaded.contacts] == ["k1"]
    assert await store.today(SAM, 0, 1) == (1, [saving("k1", 1, phase=Phase.CLOSED)])
    await store.close()
