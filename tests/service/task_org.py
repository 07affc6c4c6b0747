"""A Salesforce that only has Tasks, in memory: the promises of `Crm.write_tasks`, and faults on demand.

The key is a plain field, no unique external id: who creates twice has two Tasks.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

from connector.domain.directory import Directory
from connector.domain.given import FieldForm
from connector.domain.model import Record
from connector.errors import CrmUnavailable
from connector.ports.crm import (
    Budget,
    CallerMatch,
    Sighting,
    Sought,
    TaskDeleted,
    TaskError,
    TaskResult,
    TaskWritten,
)
from connector.ports.finding import Finding
from connector.ports.store import OutboxRow, TaskFields

US = "005US"
Fault = Callable[[Sequence[OutboxRow]], Sequence[TaskResult]]


class TaskOrg:
    """`script` holds what happens to the next requests, in order; when it is empty everything works.

    A step gets the rows and `carry_out`, and returns the answers or raises.  `gate` closed: requests hang before it.
    `bin` is the recycle bin; `makers` and `editors` are users, `US` where they say nothing.  `looks` are the sizes of
    the looks at Tasks; `away` in front of that one, counted from 0, Salesforce is not there any more.
    """

    def __init__(self) -> None:
        self.tasks: dict[str, TaskFields] = {}
        self.requests: list[list[OutboxRow]] = []
        self.script: deque[Fault] = deque()
        self.refuse: Callable[[OutboxRow], TaskError | None] = lambda row: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.under_way = 0
        self.budget: Budget | None = None
        self.bin: dict[str, TaskFields] = {}
        self.makers: dict[str, str] = {}
        self.editors: dict[str, str] = {}
        self.looks: list[int] = []
        self.asked_since: list[int] = []
        self.made: dict[str, int] = {}
        self.now: Callable[[], int] = lambda: time.time_ns() // 1_000_000
        self.away: int | None = None
        self._ids = 0

    def of(self, contact: str) -> list[TaskFields]:
        """The Tasks of that contact; there must never be two."""
        return [fields for fields in self.tasks.values() if fields["Phone_Contact_Key__c"] == contact]

    async def write_tasks(self, rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
        assert self.under_way == 0, "one request at a time"
        self.under_way += 1
        self.requests.append(list(rows))
        self.asked.set()
        try:
            await self.gate.wait()
            return self.script.popleft()(rows) if self.script else self.carry_out(rows)
        finally:
            self.under_way -= 1

    def carry_out(self, rows: Sequence[OutboxRow]) -> list[TaskResult]:
        """What Salesforce does with a request that reaches it."""
        return [self._write(row) for row in rows]

    def _write(self, row: OutboxRow) -> TaskResult:
        refusal = self.refuse(row)
        if refusal is not None:
            return refusal
        task_id = row.task_id
        if task_id is None and (row.doubtful or row.written):
            task_id = next((i for i, f in self.tasks.items() if f["Phone_Contact_Key__c"] == row.contact), None)
        if task_id is None and row.written == 0:
            task_id = self.make({})
        if task_id is None or task_id not in self.tasks:
            return TaskDeleted(row.contact)
        if int(self.tasks[task_id].get("Phone_Revision__c") or 0) <= row.wanted:
            self.tasks[task_id] |= row.fields
        return TaskWritten(row.contact, task_id, row.fields)

    def make(self, fields: TaskFields, who: str = US) -> str:
        """A Task is there; its id."""
        self._ids += 1
        task_id = f"00T{self._ids:015}"
        self.tasks[task_id] = fields
        self.makers[task_id] = self.editors[task_id] = who
        self.made[task_id] = self.now()
        return task_id

    def delete(self, task_id: str) -> None:
        """It goes to the recycle bin."""
        self.bin[task_id] = self.tasks.pop(task_id)

    async def sightings(self, sought: Sequence[Sought]) -> Sequence[Sighting]:
        if self.away is not None and len(self.looks) >= self.away:
            raise CrmUnavailable("connection", "There is no connection.")
        self.looks.append(len(sought))
        keys, ids = {one.contact for one in sought}, {one.task_id: one.contact for one in sought if one.task_id}
        found = []
        for task_id, fields in sorted({**self.tasks, **self.bin}.items()):
            key = str(fields.get("Phone_Contact_Key__c") or "")
            if contact := key if key in keys else ids.get(task_id):
                revision = int(fields.get("Phone_Revision__c") or 0)
                users = self.makers.get(task_id, US), self.editors.get(task_id, US)
                found.append(Sighting(contact, task_id, revision, *users, key == contact, task_id in self.bin))
        return found

    async def made_since(self, at: int) -> Sequence[Sighting]:
        self.asked_since.append(at)
        if self.away is not None:
            raise CrmUnavailable("connection", "There is no connection.")
        return [
            Sighting(str(key), task_id, int(fields.get("Phone_Revision__c") or 0), US, self.editors.get(task_id, US))
            for task_id, fields in self.tasks.items()
            if (key := fields.get("Phone_Contact_Key__c")) and self.makers.get(task_id, US) == US
            if self.made.get(task_id, at) >= at
        ]

    async def remove_doubles(self, task_ids: Sequence[str]) -> set[str]:
        for task_id in task_ids:
            if task_id in self.tasks and self.makers.get(task_id, US) == self.editors.get(task_id, US):
                self.delete(task_id)
        return {task_id for task_id in task_ids if task_id not in self.tasks}

    async def directory(self) -> Directory:
        return Directory()

    async def match(self, number: str, country: str, agent: str = "") -> CallerMatch:
        return CallerMatch((), ())

    async def field_forms(self, names: Sequence[str], record_type: str = "") -> Sequence[FieldForm]:
        return [FieldForm(name, name, "text") for name in names]

    async def visible(self, agent: str, records: Sequence[str]) -> Sequence[str]:
        return records

    async def named(self, agent: str, record: str) -> Record | None:
        return None

    async def find(self, what: str, text: str, agent: str = "") -> Sequence[Record]:
        return ()

    async def read_numbers(self) -> float:
        return 60

    async def check(self) -> Sequence[Finding]:
        return ()

    async def close(self) -> None:
        return None
