"""`connector reconcile`: beside a running connector by its socket, and on the store when none runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp
import pytest

from connector import reconcile_command
from connector.api.admin import AdminSocket
from connector.cli import main
from connector.domain.directory import Directory
from connector.ports.crm import Sighting, Sought
from connector.service.admin import Admin
from connector.store.number_index import SqliteNumberIndex
from tests.ports.store_contract import DAY, NOON
from tests.service.proving_rig import KIM, ProvingRig

pytestmark = pytest.mark.slow

SINCE = ("--since", "2026-11-23")


@pytest.fixture(params=["running", "not running"])
async def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ProvingRig]:
    """A ledger of four contacts.  One who has no connector opens the store itself, and signs in."""
    monkeypatch.setenv("PANEL_STORE", str(tmp_path / "x.db"))
    rig = ProvingRig(tmp_path)
    monkeypatch.setattr(reconcile_command, "crm_of", lambda _: rig.org)
    await rig.store.open()
    await rig.written("k1", "k2", "k3", "k4")
    if request.param == "running":
        admin = Admin(rig.store, rig.clock, Directory, SqliteNumberIndex(Path("never-opened")))
        admin.proving = rig.proving
        listening = AdminSocket(admin, tmp_path / "x.db.admin")
        await listening.start()
        yield rig
        await listening.stop()
        await rig.store.close()
    else:
        await rig.store.close()
        yield rig


async def run(*arguments: str) -> int:
    """As another process would: what is asked is answered by this one's loop."""
    return await asyncio.to_thread(main, ["reconcile", *arguments])


def id_of(rig: ProvingRig, key: str) -> str:
    return next(task for task, fields in rig.org.tasks.items() if fields["Phone_Contact_Key__c"] == key)


async def test_all_is_proven(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(*SINCE) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("4 contacts since 2026-11-23 00:00:00Z, looked at in ")
    assert told[1:] == ["        4  proven     exactly one Task, with the ledger's key and revision", "no gaps"]


async def test_gaps_end_with_1_and_mended_ones_with_0(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    edited, deleted, doubled = (id_of(rig, key) for key in ("k1", "k2", "k3"))
    rig.org.editors[edited] = KIM
    rig.org.delete(deleted)
    late = rig.org.make({"Phone_Contact_Key__c": "k3", "Phone_Revision__c": 1})
    assert await run(*SINCE) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == [
        "        1  proven     exactly one Task, with the ledger's key and revision",
        "        1  edited     … which somebody has edited since: left alone",
        "        1  deleted    deleted by people: left alone",
        "        1  double     more than one Task of ours",
        f"edited     k1  {edited}  revision 1",
        f"deleted    k2  {deleted}  revision 1",
        f"double     k3  {doubled}  revision 1; doubles {late}",
        "1 gaps; --mend mends them",
    ]
    assert await run(*SINCE, "--mend") == 0
    told = capsys.readouterr().out.splitlines()
    assert "        1  double     more than one Task of ours; 1 mended" in told
    assert told[-2:] == [
        f"double     k3  {doubled}  revision 1; doubles {late}; mended: the double is removed",
        "no gaps",
    ]
    assert set(rig.org.tasks) == {edited, doubled, id_of(rig, "k4")}


async def test_as_json(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.org.tasks[id_of(rig, "k1")] |= {"Phone_Revision__c": 0}
    assert await run(*SINCE, "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["contacts"], told["gaps"], told["counts"]) == (4, 1, {"proven": 3, "behind": 1})
    assert told["told"] == [
        {
            "contact": "k1",
            "verdict": "behind",
            "task_id": id_of(rig, "k1"),
            "revision": 1,
            "held": 0,
            "doubles": [],
            "mended": "",
        }
    ]


async def test_tasks_that_the_ledger_does_not_know(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    task = rig.org.make({"Phone_Contact_Key__c": "of yesterday", "Phone_Revision__c": 3})
    assert await run(*SINCE) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[2:] == [
        "        1  unknown    Tasks of ours whose contact is not in the ledger: left alone",
        f"unknown    of yesterday  {task}  revision 3",
        "no gaps",
    ]


async def test_salesforce_is_away(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.org.away = 0
    assert await run(*SINCE) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == [
        "        4  unproven   could not be looked at",
        "not all was looked at: Salesforce cannot be asked (connection): There is no connection.",
    ]


async def test_a_day_before_the_ledger_begins(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("--since", "2026-11-01T10:00") == 0
    assert "contacts are kept for 8 days (retention.contacts_days)" in capsys.readouterr().err


async def test_a_day_to_come(rig: ProvingRig, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("--since", "2036-11-20") == 1
    assert "since: is in the future; give a day that is over" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--since",), ("--format", "csv"), ("k1",)])
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", *arguments])
    assert ended.value.code == 2


def test_a_time_with_a_zone() -> None:
    assert reconcile_command._moment("2026-11-23T13:00+01:00") == NOON
    assert reconcile_command._moment("2026-11-24T12:00") == NOON + DAY


async def test_a_connector_that_stops_waits_for_no_proof(tmp_path: Path) -> None:
    rig = ProvingRig(tmp_path)
    await rig.store.open()
    await rig.written("k1")
    asked, given_up = asyncio.Event(), asyncio.Event()

    async def without_end(sought: Sequence[Sought]) -> Sequence[Sighting]:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return ()

    rig.org.sightings = without_end  # type: ignore[method-assign]  # Salesforce is slow
    admin = Admin(rig.store, rig.clock, Directory, SqliteNumberIndex(Path("never-opened")))
    admin.proving = rig.proving
    where = tmp_path / "x.db.admin"
    listening = AdminSocket(admin, where, patience_s=0.01)
    await listening.start()
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=str(where))) as http:
        asking = asyncio.create_task(http.post("http://connector/reconcile", json={"since": NOON}))
        async with asyncio.timeout(10):
            await asked.wait()
            await listening.stop()
            await given_up.wait()
            with pytest.raises(aiohttp.ClientError):
                await asking
    await rig.store.close()
