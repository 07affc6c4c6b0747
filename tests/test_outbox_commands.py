"""`connector outbox`: beside a running connector by its socket, and on the store when none runs."""

import asyncio
import csv
import io
import json
import re
import stat
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.api.admin import AdminSocket
from connector.cli import main
from connector.domain.directory import Directory, Profile
from connector.domain.model import Phase
from connector.ports.store import Commit, Settled
from connector.service.admin import Admin
from connector.service.clock import ManualClock
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import HOUR, NOON, SAM, committed, saving, task

pytestmark = pytest.mark.slow

INDEX = SqliteNumberIndex(Path("never-opened"))
DIRECTORY = Directory(agents={SAM: Profile(SAM, "Sam Rivera")})


@pytest.fixture(params=["", "a-folder-whose-name-is-longer-than-any-address-of-a-socket-may-be-" * 3])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path: Path = tmp_path / request.param / "x.db"
    monkeypatch.setenv("PANEL_STORE", str(path))
    return path


async def filled(path: Path) -> SqliteStore:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    await store.save_directory(DIRECTORY)
    notes = {"parked": "Called about the refund", "later": '=HYPERLINK("https://evil.example")'}
    await committed(
        store,
        *(
            Commit((saving(key, 1, phase=Phase.CLOSED),), (), (task(key, Description=text),))
            for key, text in notes.items()
        ),
    )
    await store.claim(NOON, 10, HOUR)
    # By the machine's clock, which is that of a connector that does not run: a store that opens waits for no longer.
    in_ten_minutes = round(time.time() * 1000) + 600_000
    await store.settle(
        [
            Settled("parked", 1, "parked", code="STRING_TOO_LONG", field="Subject", message="Subject: too large"),
            Settled("later", 1, "later", due=in_ten_minutes, code="busy", message="Too many requests.", doubtful=True),
        ]
    )
    return store


@pytest.fixture(params=["running", "not running"])
async def connector(path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A connector with two rows; one that runs answers by its socket."""
    store = await filled(path)
    if request.param == "running":
        admin = Admin(store, ManualClock(NOON), lambda: DIRECTORY, INDEX)
        listening = AdminSocket(admin, path.with_name(path.name + ".admin"))
        await listening.start()
        yield request.param
        await listening.stop()
        await store.close()
    else:
        await store.close()
        yield request.param


async def run(*arguments: str) -> int:
    """As another process would: what is asked is answered by this one's loop."""
    return await asyncio.to_thread(main, ["outbox", *arguments])


@pytest.mark.usefixtures("connector")
class TestOutbox:
    async def test_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert await run("list") == 0
        told = capsys.readouterr().out.splitlines()
        assert told[0].startswith("later      later  2026-11-23 12:00:00Z  Sam Rivera  'Call later'  Salesforce has ")
        assert "parked" in told[1]
        assert "a text is too long (Subject: too large)" in told[1]
        assert told[2] == "1 later, 1 parked"
        assert await run("list", "--state", "parked") == 0
        assert capsys.readouterr().out.splitlines()[-1] == "1 parked"

    async def test_explain(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert await run("explain", "later") == 0
        told = capsys.readouterr().out
        for line in (
            "state: later",
            "matter: Salesforce has too much to do",
            "words: Too many requests.",
            "cure: nothing: it is tried again by itself",
            "doubt: an earlier try may have been carried out: it is looked up first",
            "  Phone_Revision__c = 1",
        ):
            assert line in told
        (at,) = re.findall(r"next try: (\S+ \S+)Z", told)
        assert 0 < (datetime.fromisoformat(f"{at}+00:00") - datetime.now(UTC)).total_seconds() <= 600

    async def test_a_row_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        for command in (("explain", "nobody"), ("retry", "nobody"), ("discard", "nobody", "--reason", "x")):
            assert await run(*command) == 1
            assert capsys.readouterr().err == "connector: nobody: the outbox has no row of that contact.\n"

    async def test_retry(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert await run("retry", "parked") == 0
        assert await run("retry", "--all") == 0
        assert capsys.readouterr().out == "1 to be tried now\n2 to be tried now\n"
        assert await run("list") == 0
        assert capsys.readouterr().out.splitlines()[-1] == "2 due"

    async def test_discard_and_after_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert await run("discard", "later", "--reason", "a test call", "--by", "Kim") == 0
        told = capsys.readouterr().out
        assert "later: revision 1 is not written; by Kim: a test call" in told
        assert "Salesforce may have a Task with this key" in told
        assert await run("explain", "later") == 0
        told = capsys.readouterr().out
        assert "discarded: revision 1, " in told
        assert "Kim: a test call" in told
        assert await run("retry", "--all") == 0
        assert await run("list", "--state", "discarded") == 0
        assert capsys.readouterr().out.splitlines()[-1] == "1 discarded"
        assert await run("retry", "later") == 0

    async def test_export(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert await run("export") == 0
        rows = {row["contact"]: row for row in json.loads(capsys.readouterr().out)}
        assert rows["parked"]["fields"]["Description"] == "Called about the refund"
        assert rows["later"]["fields"]["Description"] == '=HYPERLINK("https://evil.example")'
        file = tmp_path / "out.csv"
        assert await run("export", "--format", "csv", "--output", str(file)) == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        table = {row["contact"]: row for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))}
        assert table["parked"]["Description"] == "Called about the refund"
        assert table["later"]["Description"].startswith("'="), "a spreadsheet must not calculate it"
        assert await run("export", "--output", str(file)) == 1
        assert "out.csv: File exists; give the name of a new file" in capsys.readouterr().err


async def test_only_its_owner_can_use_the_socket_and_it_goes_with_the_connector(path: Path) -> None:
    store = await filled(path)
    where = path.with_name(path.name + ".admin")
    where.write_text("left behind")
    listening = AdminSocket(Admin(store, ManualClock(NOON), lambda: DIRECTORY, INDEX), where)
    await listening.start()
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    assert stat.S_ISSOCK(where.stat().st_mode)
    await listening.stop()
    assert not where.exists()
    await store.close()


async def test_a_connector_that_was_killed_leaves_a_socket_that_is_no_obstacle(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await filled(path)
    admin = Admin(store, ManualClock(NOON), lambda: DIRECTORY, INDEX)
    listening = AdminSocket(admin, path.with_name(path.name + ".admin"))
    await listening.start()
    assert listening._runner is not None
    await listening._runner.cleanup()  # and the file stays
    await store.close()
    assert await run("list") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 later, 1 parked"


async def test_a_store_that_is_in_use_without_a_socket(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = await filled(path)
    assert await run("list") == 1
    assert "is in use by process" in capsys.readouterr().err
    await store.close()


async def test_no_store_at_all(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("list") == 1
    assert f"{path}: there is no store yet" in capsys.readouterr().err
    assert not path.exists()


async def test_nothing_waits(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    await store.close()
    assert await run("list") == 0
    assert await run("retry", "--all") == 0
    told = capsys.readouterr().out.splitlines()
    assert told == ["nothing waits: each Task is written", "nothing waits: each Task is written, or discarded"]


BAD: tuple[tuple[str, ...], ...] = ((), ("retry",), ("retry", "k", "--all"), ("discard", "k"), ("list", "--state", ""))


@pytest.mark.parametrize("arguments", BAD)
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["outbox", *arguments])
    assert ended.value.code == 2
