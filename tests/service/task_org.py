"""A Salesforce that only has Tasks, in memory: the promises of `Crm.write_tasks`, and faults on demand.

The key is a plain field, no unique external id: who creates twice has two Tasks.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from connector.domain.directory import Directory
from connector.domain.model import Record
from connector.ports.crm import Budget, CallerMatch, TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.finding import Finding
from connector.ports.store import OutboxRow, TaskFields

Fault = Callable[[Sequence[OutboxRow]], Sequence[TaskResult]]


class TaskOrg:
    """`script` holds what happens to the next requests, in order; when it is empty everything works.

    A step gets the rows and `carry_out`, and returns the answers or raises.  `gate` closed: requests hang before it.
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
            self._ids += 1
            task_id = f"00T{self._ids:015}"
            self.tasks[task_id] = {}
        if task_id is None or task_id not in self.tasks:
            return TaskDeleted(row.contact)
        if int(self.tasks[task_id].get("Phone_Revision__c") or 0) <= row.wanted:
            self.tasks[task_id] |= row.fields
        return TaskWritten(row.contact, task_id, row.fields)

    async def directory(self) -> Directory:
        return Directory()

    async def match(self, number: str, country: str, agent: str = "") -> CallerMatch:
        return CallerMatch((), ())

    async def visible(self, agent: str, records: Sequence[str]) -> Sequence[str]:
        return records

    async def find(self, what: str, text: str, agent: str = "") -> Sequence[Record]:
        return ()

    async def read_numbers(self) -> float:
        return 60

    async def check(self) -> Sequence[Finding]:
        return ()

    async def close(self) -> None:
        return None
