"""What every Crm must see of Tasks.  A test module subclasses `SightingContract`, with fixtures `crm` and `desk`."""

import time
from collections.abc import Sequence
from typing import Protocol

import pytest

from connector.ports.crm import Crm, Sighting, Sought, TaskWritten
from tests.ports.crm_contract import first, fresh_key, later, task_fields, written


class TaskDesk(Protocol):
    """A person who makes, edits and deletes Tasks."""

    @property
    def agent(self) -> str: ...

    async def make(self, sobject: str, /, **fields: object) -> str: ...

    async def edit(self, sobject: str, record: str, /, **fields: object) -> None: ...

    async def delete(self, sobject: str, record: str, /) -> None: ...


async def new(crm: Crm, desk: TaskDesk) -> TaskWritten:
    """The Task of a new contact."""
    key = fresh_key()
    return await written(crm, first(key, task_fields(key, desk.agent)))


async def seen(crm: Crm, *tasks: TaskWritten) -> Sequence[Sighting]:
    return await crm.sightings([Sought(task.contact, task.task_id) for task in tasks])


class SightingContract:
    """Tasks are seen as they are, in the recycle bin, too."""

    @pytest.fixture
    def crm(self) -> Crm:
        """To be overridden: signed in at an org with our package and at least one agent."""
        raise NotImplementedError

    @pytest.fixture
    def desk(self) -> TaskDesk:
        """To be overridden: that agent at the same org."""
        raise NotImplementedError

    async def test_nobody_is_looked_for(self, crm: Crm) -> None:
        assert list(await crm.sightings([])) == []
        assert set(await crm.remove_doubles([])) == set()

    async def test_a_task_as_it_was_written(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        (sighting,) = await seen(crm, task)
        assert sighting == Sighting(task.contact, task.task_id, 1, sighting.maker, sighting.maker)
        await written(crm, later(task, Description="more"))
        assert [it.revision for it in await crm.sightings([Sought(task.contact)])] == [2]

    async def test_no_task_no_sighting(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        found = await crm.sightings([Sought(fresh_key()), Sought(task.contact), Sought(fresh_key())])
        assert [it.contact for it in found] == [task.contact]

    async def test_a_person_edited_it(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        await desk.edit("Task", task.task_id, Subject="A person's words")
        (sighting,) = await seen(crm, task)
        assert sighting.editor == desk.agent != sighting.maker

    async def test_a_person_deleted_it(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        await desk.delete("Task", task.task_id)
        (sighting,) = await seen(crm, task)
        assert sighting.deleted

    async def test_a_person_took_the_key_off_it(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        await desk.edit("Task", task.task_id, Phone_Contact_Key__c=None)
        (sighting,) = await seen(crm, task)
        assert (sighting.contact, sighting.task_id, sighting.keyed) == (task.contact, task.task_id, False)
        assert list(await crm.sightings([Sought(task.contact)])) == []

    async def test_keys_that_differ_only_in_case(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        other = task.contact.upper()
        assert other != task.contact
        assert list(await crm.sightings([Sought(other)])) == []

    async def test_many_at_once(self, crm: Crm, desk: TaskDesk) -> None:
        keys = [fresh_key() for _ in range(200)]
        rows = [first(key, task_fields(key, desk.agent)) for key in keys]
        await crm.write_tasks(rows)
        found = await crm.sightings([Sought(key) for key in (*keys, *(fresh_key() for _ in range(800)))])
        assert sorted(it.contact for it in found) == sorted(keys)

    async def test_what_our_user_made_since_then(self, crm: Crm, desk: TaskDesk) -> None:
        since = round(time.time() * 1000) - 60_000
        await desk.make("Task", Subject="A person's own", Phone_Contact_Key__c=fresh_key())
        task, edited, deleted = await new(crm, desk), await new(crm, desk), await new(crm, desk)
        await desk.edit("Task", edited.task_id, Subject="A person's words")
        await desk.delete("Task", deleted.task_id)
        found = {it.contact: it for it in await crm.made_since(since)}
        keys = {task.contact, edited.contact, deleted.contact}
        assert keys & set(found) == {task.contact, edited.contact}
        maker = found[task.contact].maker
        assert found[task.contact] == Sighting(task.contact, task.task_id, 1, maker, maker)
        assert not any(it.maker == desk.agent for it in found.values())
        assert list(await crm.made_since(since + 3_600_000)) == []

    async def test_a_double_is_removed_once(self, crm: Crm, desk: TaskDesk) -> None:
        """For the org it is a Task like any other: that it is a double is for its caller to know."""
        task = await new(crm, desk)
        assert set(await crm.remove_doubles([task.task_id])) == {task.task_id}
        (sighting,) = await seen(crm, task)
        assert sighting.deleted
        assert set(await crm.remove_doubles([task.task_id])) == {task.task_id}, "it is gone"

    async def test_what_a_person_edited_by_then_is_not_removed(self, crm: Crm, desk: TaskDesk) -> None:
        theirs, ours = await new(crm, desk), await new(crm, desk)
        await desk.edit("Task", theirs.task_id, Subject="A person's words")
        assert set(await crm.remove_doubles([theirs.task_id, ours.task_id])) == {ours.task_id}
        assert [it.deleted for it in await seen(crm, theirs)] == [False]


class PlainKeyContract(SightingContract):
    """Where the key is no unique external id there may be several Tasks of a contact."""

    async def test_all_tasks_with_the_key_are_seen_the_oldest_first(self, crm: Crm, desk: TaskDesk) -> None:
        task = await new(crm, desk)
        clone = await desk.make("Task", Subject="A person's clone", Phone_Contact_Key__c=task.contact)
        found = await seen(crm, task)
        assert [(it.task_id, it.maker == desk.agent) for it in found] == [(task.task_id, False), (clone, True)]
