"""A store that comes from a backup, at an org that went on meanwhile: one Task each, and the newest of each is kept."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.domain import tasks
from connector.domain.directory import Directory
from connector.domain.effects import SaveTask
from connector.domain.model import Draft, Field, Phase, Save, SaveState
from connector.ports.crm import TaskResult, TaskWritten
from connector.ports.store import Commit, OutboxRow, Restored, TaskFields
from connector.salesforce import SalesforceCrm
from connector.service.clock import ManualClock
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.store import copies
from connector.store.sqlite import SqliteStore
from tests.ports.crm_contract import Desk, first, fresh_key, later, one, task_fields, written
from tests.ports.store_contract import DAY, NOON, committed, contact
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow

SO_FAR = Draft(comments=Field("so far", 1), disposition=Field("Resolved", 1))
BASE = NOON // 60_000


@pytest.fixture(params=["unique", "plain"])
def any_org(request: pytest.FixtureRequest, org: RunningOrg) -> RunningOrg:
    org.control("POST", "settings", {"external_id": request.param})
    return org


# One row, by the adapter -------------------------------------------------------------------------------------------


def back_again(before: TaskResult, known: int, then: TaskFields, **changes: str | int | None) -> OutboxRow:
    """What a backup that knew revision `known` of that Task wants to write."""
    assert isinstance(before, TaskWritten)
    fields = {**then, "Phone_Revision__c": BASE + 1, **changes}
    return OutboxRow(
        before.contact, BASE + 1, fields, known, before.fields, before.task_id, True, 1, Restored(known, then)
    )


@pytest.mark.usefixtures("any_org")
class TestOneRow:
    async def test_an_older_version_is_not_put_over_a_newer_one(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent)
        backup = await written(crm, first(key, old))
        newest: TaskFields = {"Description": "later words", "CallDurationInSeconds": 400, "CallDisposition": "Later"}
        await written(crm, _after(backup, newest))
        # The backup has the call still running: by its clock it took a day.
        result = await written(crm, back_again(backup, 1, old, CallDurationInSeconds=86_400))
        found = await desk.task(key)
        assert {name: found[name] for name in newest} == newest
        assert result.newer, "the row goes on to be looked up"
        assert found["Phone_Revision__c"] == BASE + 1

    async def test_what_the_agent_wrote_since_the_restore_is_added(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent, Description="first words")
        backup = await written(crm, first(key, old))
        await written(crm, later(backup, Description="first words and more", CallDisposition="Follow up"))
        row = back_again(backup, 1, old, Description="second thoughts", Phone_Tags__c="Refund")
        for _ in range(2):  # the second time the answer to the first was lost
            result = await written(crm, row)
            found = await desk.task(key)
            assert found["Description"] == "first words and more\n\nsecond thoughts"
            assert found["Phone_Tags__c"] == "Refund"
            assert found["CallDisposition"] == "Follow up", "not chosen anew: what was chosen last stays"
        third = back_again(result, BASE + 1, old, Description="second and third thoughts", Phone_Revision__c=BASE + 2)
        await written(crm, replace(third, restored=row.restored))
        assert (await desk.task(key))["Description"] == "first words and more\n\nsecond and third thoughts"

    async def test_what_goes_on_from_what_is_there_takes_its_place(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent, Description="first")
        backup = await written(crm, first(key, old))
        await written(crm, later(backup, Description="first and second"))
        await written(crm, back_again(backup, 1, old, Description="first and second and third"))
        assert (await desk.task(key))["Description"] == "first and second and third"

    async def test_a_persons_edit_stays(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent, Description="ours")
        backup = await written(crm, first(key, old))
        assert backup.task_id is not None
        newer = await written(crm, later(backup, Description="ours, newer"))
        assert newer.task_id == backup.task_id
        await desk.edit("Task", backup.task_id, Description="a person's", CallDisposition="Escalated")
        result = await written(crm, back_again(backup, 1, old, Description="written after the restore"))
        found = await desk.task(key)
        assert (found["Description"], found["CallDisposition"]) == ("a person's", "Escalated")
        await written(crm, later(result, Description="and later"))
        assert (await desk.task(key))["Description"] == "a person's"

    async def test_a_persons_edit_of_what_the_backup_knows_stays(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent, Description="ours")
        backup = await written(crm, first(key, old))
        assert backup.task_id is not None
        await desk.edit("Task", backup.task_id, Description="a person's")
        await written(crm, back_again(backup, 1, old, CallDisposition="Follow up"))
        found = await desk.task(key)
        assert (found["Description"], found["CallDisposition"]) == ("a person's", "Follow up")

    async def test_where_the_org_has_nothing_newer_the_store_goes_on(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent)
        backup = await written(crm, first(key, old))
        row = back_again(backup, 1, old, Description="the next", CallDurationInSeconds=300, Status="In Progress")
        await written(crm, row)
        found = await desk.task(key)
        assert (found["Description"], found["CallDurationInSeconds"]) == ("the next", 300)
        assert found["Status"] == "In Progress"

    async def test_a_task_that_the_backup_knows_nothing_of_is_found(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        over = task_fields(key, desk.agent, Description="the call was over", Phone_Revision__c=2)
        await written(crm, first(key, over))
        failed = task_fields(key, desk.agent, Description=None, CallDurationInSeconds=0, Phone_Revision__c=BASE + 1)
        row = OutboxRow(key, BASE + 1, failed, 0, {}, None, True, 0, Restored(0, {**failed, "Status": "In Progress"}))
        await written(crm, row)
        (found,) = await desk.tasks(key)
        assert (found["Description"], found["CallDurationInSeconds"]) == ("the call was over", 252)

    async def test_a_task_that_people_deleted_stays_deleted(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        old = task_fields(key, desk.agent)
        backup = await written(crm, first(key, old))
        assert backup.task_id is not None
        await desk.delete("Task", backup.task_id)
        result = await one(crm, back_again(backup, 1, old, Description="the next"))
        assert not isinstance(result, TaskWritten)
        assert await desk.tasks(key) == []

    async def test_a_task_that_was_never_written_is_made_once(self, crm: SalesforceCrm, desk: Desk) -> None:
        key = fresh_key()
        fields = task_fields(key, desk.agent)
        await written(crm, OutboxRow(key, 1, fields, 0, {}, None, True, 0, Restored(1, fields)))
        await desk.task(key)


async def test_where_the_org_has_no_revisions_what_changed_tells(
    crm: SalesforceCrm, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an org without our fields: the adapter is told that there is no Phone_Revision__c."""
    changed, same = fresh_key(), fresh_key()
    shape = crm._shapes.of("Task")
    monkeypatch.delitem(shape.fields, "Phone_Revision__c")
    befores = {}
    for key in (changed, same):
        old = task_fields(key, desk.agent, Description="first")
        befores[key] = (old, await written(crm, first(key, old)))
    await written(crm, _after(_numbered(befores[changed][1]), {"Description": "newer"}))
    for key in (changed, same):
        old, before = befores[key]
        unsent = {**old, "Description": "waited when it was backed up"}
        row = OutboxRow(key, 2, unsent, 1, before.fields, before.task_id, True, 1, Restored(2, unsent))
        await written(crm, row)
    assert (await desk.task(changed))["Description"] == "newer"
    assert (await desk.task(same))["Description"] == "waited when it was backed up"


def _after(before: TaskWritten, changes: TaskFields) -> OutboxRow:
    row = later(before)
    return replace(row, fields={**row.fields, **changes})


def _numbered(before: TaskWritten) -> TaskWritten:
    return TaskWritten(before.contact, before.task_id, {**before.fields, "Phone_Revision__c": 1})


# The whole way: store, backup, outbox and org ------------------------------------------------------------------------


class Ledger:
    """A store with its outbox at that org, which may be put back to an earlier day."""

    def __init__(self, path: Path, crm: SalesforceCrm, agent: str) -> None:
        self.path = path
        self.clock = ManualClock(NOON)
        self.crm = crm
        self.agent = agent
        self.news: list[TaskNews] = []

    async def open(self) -> None:
        self.store = SqliteStore(self.path, self.clock.now)
        self.loaded = await self.store.open()
        self.outbox = Outbox(self.store, self.crm, clock=self.clock, report=self.news.append, random=lambda: 0.5)

    async def want(self, key: str, revision: int, text: str, **fields: str | int | None) -> None:
        """The agent has written that, and it is to go to the Task."""
        known = await self.store.contact(key)
        save = Save(SaveState.SAVING, revision, revision - 1, base=known.save.base if known else 0)
        disposition = str(fields.get("CallDisposition", "Resolved"))
        draft = Draft(comments=Field(text, revision), disposition=Field(disposition, revision))
        value = contact(key, Phase.WRAP_UP, agent=self.agent, save=save, draft=draft)
        values = {**tasks.fields(value, Directory()), **fields}
        await committed(self.store, Commit((value,), (), (SaveTask(key, revision, values),)))

    async def write(self) -> None:
        """All that is due is written."""
        while await self.store.next_due() is not None:
            self.clock.advance(60_000)
            await self.outbox.round()


@pytest.fixture
async def ledger(
    any_org: RunningOrg, crm: SalesforceCrm, desk: Desk, tmp_path: Path
) -> AsyncIterator[Ledger]:
    ledger = Ledger(tmp_path / "connector.db", crm, desk.agent)
    await ledger.open()
    yield ledger
    await ledger.store.close()


async def test_a_restore_of_yesterdays_backup_doubles_nothing_and_keeps_the_newest(
    ledger: Ledger, desk: Desk, tmp_path: Path
) -> None:
    names = ("settled", "went on", "by a person", "deleted", "unwritten", "in doubt", "still talking")
    keys = dict(zip(names, (fresh_key() for _ in names), strict=True))
    for name in names[:4]:
        await ledger.want(keys[name], 1, f"{name}, first")
    await ledger.write()
    for name in ("unwritten", "in doubt"):
        await ledger.want(keys[name], 1, f"{name}, first")
    talking = contact(keys["still talking"], Phase.ACTIVE, agent=desk.agent, draft=SO_FAR)
    await committed(ledger.store, Commit((talking,)))
    source, _ = await asyncio.to_thread(copies.back_up, ledger.path, tmp_path / "yesterday.db", ledger.clock.now())

    # The day goes on: the outbox writes, the agent edits, a person edits, another deletes, a call begins and ends.
    await ledger.write()
    await ledger.want(keys["went on"], 2, "went on, second", CallDisposition="Follow up")
    await ledger.want(keys["in doubt"], 2, "in doubt, second")
    await ledger.want(keys["still talking"], 1, "said good-bye", CallDurationInSeconds=300)
    fresh = fresh_key()
    await ledger.want(fresh, 1, "unknown to the backup")
    await ledger.write()
    by_person = await desk.task(keys["by a person"])
    await desk.edit("Task", by_person["Id"], Description="a person's words")
    await desk.delete("Task", (await desk.task(keys["deleted"]))["Id"])
    before = {key: await desk.tasks(key) for key in (*keys.values(), fresh)}
    await ledger.store.close()

    # A day later the disk is gone, and yesterday's backup is put in its place.
    ledger.clock.advance(DAY)
    await asyncio.to_thread(copies.restore, source, ledger.path, ledger.clock.now())
    await ledger.open()
    await ledger.write()
    after = {key: await desk.tasks(key) for key in (*keys.values(), fresh)}
    assert [_words(found) for found in after.values()] == [_words(found) for found in before.values()]

    # What the restored connector wants by itself: the call is not there any more, and drafts of then are flushed.
    base = ledger.clock.now() // 60_000
    await ledger.want(keys["still talking"], base + 1, "so far", CallDurationInSeconds=86_000, Status="In Progress")
    await ledger.want(keys["went on"], base + 1, "went on, first")
    await ledger.want(keys["deleted"], base + 1, "deleted, first")
    await ledger.write()
    after = {key: await desk.tasks(key) for key in (*keys.values(), fresh)}
    assert [_words(found) for found in after.values()] == [_words(found) for found in before.values()]

    # And what agents go on to write is written.
    await ledger.want(keys["settled"], base + 2, "settled, first and second")
    await ledger.want(keys["still talking"], base + 2, "and one thing more")
    await ledger.write()
    assert (await desk.task(keys["settled"]))["Description"] == "settled, first and second"
    assert (await desk.task(keys["still talking"]))["Description"] == "said good-bye\n\nand one thing more"
    assert [len(await desk.tasks(key)) for key in (*keys.values(), fresh)] == [1, 1, 1, 0, 1, 1, 1, 1]


def _words(found: list[dict[str, object]]) -> list[tuple[object, ...]]:
    names = ("Id", "Description", "CallDisposition", "CallDurationInSeconds", "Status", "OwnerId", "WhoId")
    return [tuple(task[name] for name in names) for task in found]


# Random days: whatever is backed up and put back when, no word that reached the org is ever lost --------------------


WALKS = 200 if os.environ.get("SOAK") == "true" else 5


class Day:
    """One ledger, some contacts whose agent adds a word at a time, people, and a clock."""

    def __init__(self, seed: int, ledger: Ledger, desk: Desk, folder: Path) -> None:
        self.random = random.Random(seed)
        self.ledger, self.desk, self.folder = ledger, desk, folder
        self.keys = [fresh_key() for _ in range(3)]
        self.words = 0
        self.in_org: dict[str, set[str]] = {key: set() for key in self.keys}
        self.by_person: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.backups: list[Path] = []

    async def go(self) -> None:
        steps = (self.writes, self.writes, self.writes, self.flushes, self.flushes, self.backs_up, self.restores)
        for _ in range(18):
            await self.random.choice((*steps, self.a_person_edits))()
            self.ledger.clock.advance(61_000)
        await self.flushes()
        for key in self.keys:
            tasks = await self.desk.tasks(key)
            assert len(tasks) == bool(self.in_org[key] or self.by_person.get(key)), key
            for task in tasks:
                text = str(task["Description"] or "")
                if key in self.by_person:
                    # Where we wrote another version after them, ours is seen as the last hand: it goes behind theirs.
                    assert f"{text}\n\n".startswith(f"{self.by_person[key]}\n\n"), (key, text)
                else:
                    assert self.in_org[key] <= set(text.split()), (key, text)

    async def writes(self) -> None:
        """The agent adds a word to what their panel shows, which the store that was put back may not have at all."""
        key = self.random.choice(self.keys)
        known = await self.ledger.store.contact(key)
        self.words += 1
        before = known.draft.comments.value if known else ""
        revision = max(known.save.wanted, known.save.base) + 1 if known else 1
        await self.ledger.want(key, revision, f"{before} w{self.words}".strip())

    async def flushes(self) -> None:
        """All that is due is written, and the agent's contacts show it."""
        await self.ledger.write()
        for key in self.keys:
            for task in await self.desk.tasks(key):
                if key not in self.by_person:
                    self.in_org[key] |= set(str(task["Description"] or "").split())

    async def backs_up(self) -> None:
        target = self.folder / f"{len(self.backups)}.db"
        await asyncio.to_thread(copies.back_up, self.ledger.path, target, self.ledger.clock.now())
        self.backups.append(target)

    async def restores(self) -> None:
        if self.backups:
            await self.ledger.store.close()
            source = self.random.choice(self.backups)
            await asyncio.to_thread(copies.restore, source, self.ledger.path, self.ledger.clock.now())
            await self.ledger.open()

    async def a_person_edits(self) -> None:
        key = self.random.choice(self.keys)
        if key not in self.by_person and self.random.random() < 0.5:
            for task in await self.desk.tasks(key):
                self.by_person[key] = f"person {self.words}"
                await self.desk.edit("Task", task["Id"], Description=self.by_person[key])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(WALKS))
async def test_no_word_is_lost_whatever_is_put_back_when(seed: int, ledger: Ledger, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    await Day(seed, ledger, desk, folder).go()
