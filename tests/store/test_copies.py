"""Backups of the store, the way back, and schemas: what a copy holds, what is refused, and what is left as it was."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connector.cli import main
from connector.domain.model import Draft, Field, Phase, Save, SaveState
from connector.errors import StoreError, StoreLocked
from connector.ports.store import Commit, Restored, Settled
from connector.store import copies, database
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import DAY, MEMORY, NOON, committed, contact, saving, task

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder) / "connector.db"


async def opened(path: Path, now: int = NOON) -> SqliteStore:
    store = SqliteStore(path, lambda: now)
    await store.open()
    return store


async def made(path: Path, *commits: Commit) -> None:
    """A store with that in it, closed."""
    store = await opened(path)
    await committed(store, *commits)
    await store.close()


def schema_is(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {number}")


# Backup ------------------------------------------------------------------------------------------------------------


async def test_a_backup_is_taken_while_the_store_is_written_and_holds_what_was_acknowledged_before(path: Path) -> None:
    store = await opened(path)
    await committed(store, *(Commit((saving(f"k{n}", 1),), (), (task(f"k{n}"),)) for n in range(300)))
    stop = asyncio.Event()

    async def goes_on() -> int:
        written = 0
        while not stop.is_set():
            await committed(store, Commit((contact(f"later{written}"),)))
            written += 1
        return written

    writing = asyncio.create_task(goes_on())
    target, found = await asyncio.to_thread(copies.back_up, path, path.with_name("copy.db"), NOON)
    stop.set()
    assert await writing > 0, "the connector could write meanwhile"
    assert found.contacts >= 300
    assert found.unwritten == 300
    await store.close()
    assert {file.name for file in path.parent.iterdir()} == {"connector.db", "connector.db.lock", "copy.db"}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert copies.verified(target) == found


async def test_a_backup_is_of_one_instant(path: Path) -> None:
    """Each transaction writes two contacts: no copy ever has one of them."""
    store = await opened(path)
    pairs = 0

    async def pair() -> None:
        nonlocal pairs
        while True:
            await committed(store, Commit((contact(f"a{pairs}"), contact(f"b{pairs}"))))
            pairs += 1

    writing = asyncio.create_task(pair())
    for n in range(5):
        await store.contact(f"a{20 * n}")  # comes after what was handed over before
        target, _ = await asyncio.to_thread(copies.back_up, path, path.with_name(f"copy{n}.db"), NOON)
        with closing(sqlite3.connect(target)) as db:
            keys = {key for (key,) in db.execute("SELECT key FROM contact")}
        assert {"b" + key[1:] for key in keys if key[0] == "a"} == {key for key in keys if key[0] == "b"}
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await store.close()


async def test_a_folder_gets_a_file_with_the_time(path: Path) -> None:
    await made(path, Commit((contact("k1"),)))
    folder = path.with_name("backups")
    folder.mkdir()
    target, _ = copies.back_up(path, folder, NOON)
    assert target == folder / "connector-20261123T120000Z.db"


async def test_a_file_that_is_there_is_replaced_only_when_told_so(path: Path) -> None:
    await made(path, Commit((contact("k1"),)))
    target = path.with_name("copy.db")
    target.write_text("precious")
    with pytest.raises(StoreError, match=r"copy\.db: is there already: give another name, or --replace"):
        copies.back_up(path, target, NOON)
    assert target.read_text() == "precious"
    assert copies.back_up(path, target, NOON, replace=True)[1].contacts == 1


@pytest.mark.parametrize("side", ["", "-wal", ".lock"])
async def test_the_store_itself_is_no_target(path: Path, side: str) -> None:
    await made(path, Commit((contact("k1"),)))
    with pytest.raises(StoreError, match="belongs to the store itself"):
        copies.back_up(path, path.with_name(path.name + side), NOON, replace=True)
    assert copies.verified(path).contacts == 1


async def test_a_damaged_store_makes_no_backup(path: Path) -> None:
    await made(path, Commit(tuple(contact(f"k{n}") for n in range(200))))
    damaged = bytearray(path.read_bytes())
    for page in range(30 * 4096, len(damaged) - 4096, 4096):
        damaged[page : page + 512] = b"\xa5" * 512
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        copies.back_up(path, path.with_name("copy.db"), NOON)
    assert not path.with_name("copy.db").exists()
    assert not list(path.parent.glob("*.part"))


async def test_a_value_that_cannot_be_read_makes_no_backup(path: Path) -> None:
    await made(path, Commit((contact("k1"), contact("k2"))))
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE contact SET value = x'93' WHERE key = 'k2'")
        db.commit()
    with pytest.raises(StoreError, match="contact k2 cannot be read"):
        copies.back_up(path, path.with_name("copy.db"), NOON)


async def test_no_store_no_backup(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store yet"):
        copies.back_up(path, path.with_name("copy.db"), NOON)
    assert list(path.parent.iterdir()) == []


async def _many(path: Path) -> None:
    await made(path, Commit(tuple(contact(f"k{n}", draft=Draft(comments=Field("x" * 4_000, 1))) for n in range(100))))


def test_a_full_disk_leaves_no_half_backup(path: Path) -> None:
    asyncio.run(_many(path))
    script = (
        "import resource, sys; from connector.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    target = path.with_name("copy.db")
    done = subprocess.run(
        [sys.executable, "-c", script, "backup", str(target)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PANEL_STORE": str(path), "PATH": ""},
    )
    assert done.returncode == 1
    assert "the disk" in done.stderr
    assert {file.name.removeprefix(path.name) for file in path.parent.iterdir()} <= {"", ".lock", "-wal", "-shm"}


# Restore -----------------------------------------------------------------------------------------------------------


async def backed_up(path: Path, *commits: Commit) -> Path:
    """A backup of a store with that in it; the store goes on."""
    await made(path, *commits)
    return copies.back_up(path, path.with_name("copy.db"), NOON)[0]


async def test_what_was_backed_up_comes_back_and_the_store_that_was_there_is_kept(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    await made(path, Commit((contact("k2"),)))
    done = copies.restore(source, path, NOON + DAY)
    assert done.found.contacts == 1
    assert done.aside == f"{path}.before-restore-20261124T120000Z"
    assert copies.verified(Path(done.aside)).contacts == 2
    store = SqliteStore(path, lambda: NOON + DAY)
    assert [found.key for found in (await store.open()).contacts] == ["k1"]
    await store.close()
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


async def test_every_row_is_looked_up_again_whatever_it_waited_for(path: Path) -> None:
    written = Settled("written", 2, "written", task_id="00T1", fields={"Subject": "s", "Phone_Revision__c": 2})
    keys = ("written", "leased", "parked", "later")
    store = await opened(path)
    await committed(store, *(Commit((saving(key, 2),), (), (task(key, 2),)) for key in keys))
    await store.claim(NOON, 10, DAY)
    await store.settle(
        [
            written,
            Settled("parked", 2, "parked", code="FIELD_INTEGRITY_EXCEPTION", message="no"),
            Settled("later", 2, "later", due=NOON + 9 * DAY),
        ]
    )
    source, _ = copies.back_up(path, path.with_name("copy.db"), NOON)
    await store.close()
    copies.restore(source, path, NOON + DAY)
    store = await opened(path, NOON + DAY)
    rows = {row.contact: row for row in await store.claim(NOON + DAY, 10, 1)}
    assert set(rows) == {"leased", "parked", "later"}
    for row in rows.values():
        assert row.doubtful
        assert row.restored is not None
        assert row.restored.revision == 2
    # What was settled is looked up when it is to be written again, and only until then.
    await committed(store, Commit((), (), (task("written", 3),)))
    (row,) = await store.claim(NOON + DAY, 10, 1)
    assert (row.contact, row.written, row.doubtful) == ("written", 2, True)
    assert row.restored is not None
    await store.settle([Settled("written", 3, "written", task_id="00T1", fields={})])
    await committed(store, Commit((), (), (task("written", 4),)))
    (row,) = await store.claim(NOON + DAY, 10, 1)
    assert row.restored is None
    await store.close()


async def test_what_the_backup_knew_of_a_contact_goes_along(path: Path) -> None:
    open_one = contact("k1", Phase.ACTIVE, draft=Draft(comments=Field("so far", 3)))
    source = await backed_up(path, Commit((open_one,)))
    copies.restore(source, path, NOON)
    store = await opened(path)
    await committed(store, Commit((), (), (task("k1", 1), task("fresh", 1))))
    rows = {row.contact: row for row in await store.claim(NOON, 10, 1)}
    known = rows["k1"].restored
    assert known is not None
    assert known.revision == 0
    assert known.fields["Description"] == "so far"
    assert rows["k1"].doubtful
    # What began after the backup may have a Task, too: its key may be on a call that is still up.
    assert rows["fresh"].restored == Restored(0, {})
    assert rows["fresh"].doubtful
    await store.close()


async def test_a_week_after_a_restore_new_contacts_are_written_at_once_again(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    copies.restore(source, path, NOON)
    store = await opened(path, NOON + 9 * DAY)
    await committed(store, Commit((), (), (task("fresh", 1),)))
    (row,) = await store.claim(NOON + 9 * DAY, 10, 1)
    assert (row.doubtful, row.restored) == (False, None)
    await store.close()


async def test_revisions_after_a_restore_are_higher_than_any_before(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1", save=Save(SaveState.SAVED, 7, 7)),)))
    copies.restore(source, path, NOON)
    store = await opened(path)
    first = await store.contact("k1")
    await store.close()
    copies.restore(source, path, NOON + 60_000)
    store = await opened(path)
    second = await store.contact("k1")
    await store.close()
    assert first is not None
    assert second is not None
    assert first.save.base == NOON // 60_000
    assert second.save.base == first.save.base + 1
    assert second.save.base < 10**9, "Phone_Revision__c has nine digits"
    assert (second.save.wanted, second.save.written) == (7, 7)


async def test_a_running_connector_keeps_its_store(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    store = await opened(path)
    with pytest.raises(StoreLocked, match="in use by process"):
        copies.restore(source, path, NOON)
    await committed(store, Commit((contact("k2"),)))
    await store.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.unlink(), "there is no such file"),
        (lambda file: file.write_bytes(b"Dear diary, " * 1_000), "file is not a database"),
        (lambda file: file.write_bytes(b""), "is no store of the connector"),
        (lambda file: schema_is(file, 99), r"newer connector \(schema 99"),
        (lambda file: file.write_bytes(file.read_bytes()[:-8192]), "damaged|malformed"),
    ],
    ids=["missing", "no database", "empty", "newer", "cut short"],
)
async def test_a_source_that_cannot_be_used_leaves_the_store_as_it_was(
    path: Path, spoil: "object", words: str
) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    assert callable(spoil)
    spoil(source)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=words):
        copies.restore(source, path, NOON)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*before-restore*"))
    assert not list(path.parent.glob("*.part"))


async def test_another_programs_database_is_no_source(path: Path) -> None:
    await made(path, Commit((contact("k1"),)))
    theirs = path.with_name("theirs.db")
    with closing(sqlite3.connect(theirs)) as db:
        db.execute("CREATE TABLE contact (key, value)")
    with pytest.raises(StoreError, match=r"theirs\.db: is no store of the connector"):
        copies.restore(theirs, path, NOON)


async def test_a_damaged_store_is_replaced_and_kept(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    path.write_bytes(b"\xa5" * 50_000)
    done = copies.restore(source, path, NOON)
    assert Path(done.aside).read_bytes() == b"\xa5" * 50_000
    store = await opened(path)
    assert await store.contact("k1") is not None
    await store.close()


async def test_a_store_may_be_restored_where_there_was_none(path: Path) -> None:
    source = await backed_up(path, Commit((contact("k1"),)))
    elsewhere = path.parent / "new" / "machine.db"
    assert copies.restore(source, elsewhere, NOON).aside == ""
    assert copies.verified(elsewhere).contacts == 1


async def test_a_backup_of_an_older_schema_is_brought_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {number: sql for number, sql in database._migrations().items() if number <= 2}
    with monkeypatch.context() as before:
        before.setattr(database, "_migrations", lambda: old)
        database.connect(path).close()
    source, found = copies.back_up(path, path.with_name("copy.db"), NOON)
    assert found.schema == 2
    assert copies.restore(source, path, NOON).found.schema == database.latest_schema()


# Schemas, by the command line --------------------------------------------------------------------------------------


@pytest.fixture
def _store_setting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_STORE", str(path))


@pytest.mark.usefixtures("_store_setting")
async def test_migrate_says_from_where_to_where(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {number: sql for number, sql in database._migrations().items() if number <= 3}
    with monkeypatch.context() as before:
        before.setattr(database, "_migrations", lambda: old)
        database.connect(path).close()
    latest = database.latest_schema()
    assert main(["migrate", "--dry-run"]) == 0
    assert f"{path}: would go from schema 3 to {latest}: 0004_used_token, " in capsys.readouterr().out
    assert copies.verified(path).schema == 3
    assert main(["migrate"]) == 0
    assert f"{path}: went from schema 3 to {latest}: 0004_used_token, " in capsys.readouterr().out
    assert copies.verified(path).schema == latest
    assert main(["migrate"]) == 0
    assert f"{path}: schema {latest} is the newest; there is nothing to do" in capsys.readouterr().out


@pytest.mark.usefixtures("_store_setting")
@pytest.mark.parametrize("command", [["migrate"], ["migrate", "--dry-run"], ["backup", "copy.db"]])
async def test_a_newer_store_is_refused_in_words(
    path: Path, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(path, Commit((contact("k1"),)))
    schema_is(path, 99)
    monkeypatch.chdir(path.parent)
    before = path.read_bytes()
    assert main(command) == 1
    latest = database.latest_schema()
    assert capsys.readouterr().err == (
        f"connector: {path}: written by a newer connector (schema 99, this one knows {latest}): "
        "install that version again, or restore the backup made before it\n"
    )
    assert path.read_bytes() == before


@pytest.mark.usefixtures("_store_setting")
async def test_migrate_leaves_a_running_connector_alone(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = await opened(path)
    assert main(["migrate"]) == 1
    assert f"{path} is in use by process" in capsys.readouterr().err
    await store.close()


@pytest.mark.usefixtures("_store_setting")
async def test_without_a_store_there_is_nothing_to_migrate(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 1
    assert capsys.readouterr().err.startswith(f"connector: {path}: there is no store yet")
    assert not path.exists()


@pytest.mark.usefixtures("_store_setting")
async def test_backup_and_restore_by_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await made(path, Commit((saving("k1", 1),), (), (task("k1"),)))
    target = path.with_name("copy.db")
    assert main(["backup", str(target)]) == 0
    latest = database.latest_schema()
    held = f"schema {latest}, 1 contacts, 1 Tasks still to be written"
    assert capsys.readouterr().out == f"{target}: {held}; looked through, and good\n"
    assert main(["restore", str(target)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{path}: restored from {target}: {held}"
    assert told[1].startswith(f"the store that was there is {path}.before-restore-")
    assert "looked up in Salesforce before it is written again" in told[2]
