"""Random walks: versions, faults, crashes and people at the same Tasks; in the end each is there once, with our last
words and with theirs."""

import os
import random
from collections.abc import Sequence

import pytest
from msgspec import Struct

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, TaskFields
from connector.salesforce import SalesforceCrm
from tests.ports.crm_contract import Desk, fresh_key, task_fields
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


FAULTS = (
    *("drop_before", "drop_after", "drop_after", "unavailable", "html_502", "expired_session"),
    *("daily_limit", "concurrent_limit", "row_lock"),
)
STEPS = 14
WALKS = 1_000 if os.environ.get("SOAK") == "true" else 6


class Contact(Struct):
    """One row of an outbox as the store keeps it, and what must be true of its Task in the end."""

    key: str
    fields: TaskFields
    wanted: int = 1
    written: int = 0
    written_fields: TaskFields = {}
    task_id: str | None = None
    doubtful: bool = False
    attempts: int = 0
    by_people: TaskFields = {}
    deleted: bool = False
    crashed: bool = False

    @property
    def row(self) -> OutboxRow:
        return OutboxRow(
            self.key,
            self.wanted,
            self.fields,
            self.written,
            self.written_fields,
            self.task_id,
            self.doubtful,
            self.attempts,
        )

    @property
    def due(self) -> bool:
        return self.written < self.wanted and not (self.written and self.task_id is None)

    def want(self, **changes: str | int | None) -> None:
        """The next version."""
        self.wanted += 1
        self.fields = {**self.fields, **changes, "Phone_Revision__c": self.wanted}

    def settle(self, revision: int, result: TaskResult) -> None:
        self.doubtful = self.crashed = False
        match result:
            case TaskWritten(task_id=task_id, fields=fields):
                self.written, self.task_id, self.written_fields, self.attempts = revision, task_id, fields, 0
            case TaskDeleted():
                self.written, self.task_id, self.deleted = revision, None, True
            case TaskError(code=code):
                assert code in ("UNABLE_TO_LOCK_ROW", "DUPLICATE_VALUE"), result
                self.doubtful = code == "DUPLICATE_VALUE"
                self.attempts += 1


class Walk:
    """One walk: a handful of contacts, an adapter, an org and people in it."""

    def __init__(self, seed: int, crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
        self.random = random.Random(seed)
        self.crm, self.org, self.desk = crm, org, desk
        self.contacts = []
        for _ in range(4):
            key = fresh_key()
            fields = task_fields(key, desk.agent, Status="In Progress", CallDisposition=None, Description="words")
            self.contacts.append(Contact(key, fields))

    async def go(self) -> None:
        for n in range(STEPS):
            step = self.random.choice((self.write, self.write, self.write, self.type, self.edit, self.crash))
            await step(n)
        self.org.control("DELETE", "faults")
        while any(contact.due for contact in self.contacts):
            await self._write(self.contacts)
        for contact in self.contacts:
            await self._check(contact)

    async def write(self, _: int) -> None:
        """The outbox tries some rows, perhaps on a bad day."""
        if self.random.random() < 0.6:
            kind = self.random.choice(FAULTS)
            path = self.random.choice(("composite", "query"))
            self.org.control("POST", "faults", [{"kind": kind, "path": path}])
        await self._write([contact for contact in self.contacts if self.random.random() < 0.7])
        self.org.control("DELETE", "faults")

    async def _write(self, contacts: Sequence[Contact]) -> None:
        due = [contact for contact in contacts if contact.due]
        if not due:
            return
        revisions = [contact.wanted for contact in due]
        try:
            results = await self.crm.write_tasks([contact.row for contact in due])
        except CrmUnavailable as error:
            for contact in due:
                contact.doubtful = contact.doubtful or error.doubtful
                contact.attempts += 1
            return
        for contact, revision, result in zip(due, revisions, results, strict=True):
            contact.settle(revision, result)

    async def type(self, n: int) -> None:
        """An agent goes on with the note, chooses a disposition, finishes."""
        contact = self.random.choice(self.contacts)
        disposition = self.random.choice(("Answered", "Resolved", "Escalated", None))
        contact.want(
            Description=f"{contact.fields['Description']} {n}", CallDisposition=disposition, Status="Completed"
        )

    async def edit(self, n: int) -> None:
        """A person edits what the agent will not change any more, or throws the Task away."""
        contact = self.random.choice(self.contacts)
        if contact.crashed:
            return
        tasks = await self.desk.tasks(contact.key)
        if not tasks:
            return
        if self.random.random() < 0.1:
            await self.desk.delete("Task", tasks[0]["Id"])
            contact.deleted = True
            return
        edits = self.random.choice(({"Subject": f"Refund {n}"}, {"Priority": "High"}, {"Phone_Tags__c": "VIP"}))
        contact.by_people = {**contact.by_people, **edits}
        await self.desk.edit("Task", tasks[0]["Id"], **edits)

    async def crash(self, _: int) -> None:
        """The connector is killed and started again: what the adapter remembered is gone, the store's rows are not.

        A crash and a person's edit within one doubt about the same Task are left out: whose hand a field shows is then
        an assumption (see `Edits`), which can be wrong either way.
        """
        remembered = self.crm._tasks._sent
        for contact in self.contacts:
            if contact.doubtful and contact.by_people:
                continue
            remembered._by_contact.pop(contact.key, None)
            contact.crashed = contact.doubtful

    async def _check(self, contact: Contact) -> None:
        tasks = await self.desk.tasks(contact.key)
        assert len(tasks) == (0 if contact.deleted else 1)
        for task in tasks:
            expected = {**contact.fields, **contact.by_people}
            assert {name: task[name] for name in expected} == expected


@pytest.mark.parametrize("external_id", ["unique", "shared", "plain"])
async def test_walks(crm: SalesforceCrm, org: RunningOrg, desk: Desk, external_id: str) -> None:
    org.control("POST", "settings", {"external_id": external_id})
    for seed in range(WALKS):
        try:
            await Walk(seed, crm, org, desk).go()
        except AssertionError as error:
            error.add_note(f"walk {seed} in an org with a {external_id} key")
            raise
