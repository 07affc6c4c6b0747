"""Salesforce: the directory, who has a number, searches, and Tasks."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.given import FieldForm
from connector.domain.model import Record
from connector.ports.finding import Finding
from connector.ports.store import OutboxRow, TaskFields


class CallerMatch(Struct, frozen=True):
    """Who has a number, best first, and records that concern them (account, open cases and opportunities).

    `hidden`: there are people with it whom the agent may not see.
    """

    people: tuple[Record, ...]
    related: tuple[Record, ...]
    hidden: bool = False


class TaskWritten(Struct, frozen=True):
    """The Task exists under `task_id` with our `fields`; what a person edited since was left alone.

    `newer`: the row was `restored`, and the Task had a version that our store did not know of, which was left as it is
    but for what the agent has chosen since.
    """

    contact: str
    task_id: str
    fields: TaskFields
    newer: bool = False


class TaskDeleted(Struct, frozen=True):
    """People deleted the Task since we wrote it; it was not made again."""

    contact: str


class TaskError(Struct, frozen=True):
    """Salesforce refused the row: its error code, its own words, the fields it named (API names).

    `request`: it refused the whole request, which need not be this row's fault.  `alike`: each row of its request got
    this error, and there were several, so that it may be the batch's.
    """

    contact: str
    code: str
    message: str
    fields: tuple[str, ...] = ()
    request: bool = False
    alike: bool = False


TaskResult = TaskWritten | TaskDeleted | TaskError


class BudgetMode(StrEnum):
    """NORMAL: everything is asked · RESERVE: agents' saves and questions only · LAST: agents' saves only."""

    NORMAL = "normal"
    RESERVE = "reserve"
    LAST = "last"


class Budget(Struct, frozen=True):
    """The org's API requests, of all who use it, in 24 hours: `used` of `limit`, as an answer said at `read_at` (ms).

    `mode` is what is made of it: what is asked while few are left.
    """

    used: int
    limit: int
    mode: BudgetMode
    read_at: int

    @property
    def left(self) -> int:
        """How many may still be made; never less than 0, though some orgs are let a little over their limit."""
        return max(0, self.limit - self.used)


class Sought(Struct, frozen=True, gc=False):
    """A contact whose Tasks are looked for: by its key, and under the id by which they are known."""

    contact: str
    task_id: str | None = None


class Sighting(Struct, frozen=True, gc=False):
    """A Task as the org has it, in the recycle bin or not.

    `keyed`: it carries that contact's key; otherwise it was found by its id.  `revision` is None where the org has no
    field for it.  `maker` and `editor` are the users who made it, and who edited it last.
    """

    contact: str
    task_id: str
    revision: int | None
    maker: str
    editor: str
    keyed: bool = True
    deleted: bool = False


class Crm(Protocol):
    """All methods raise `CrmUnavailable` when Salesforce cannot be asked; none changes anything unless it says so."""

    @property
    def budget(self) -> Budget | None:
        """The org's API requests, from the newest answer that said so; None before one."""

    async def directory(self) -> Directory:
        """Agents, skills, dispositions, tags, settings as configured in the org, with defaults for what is absent."""

    async def match(self, number: str, country: str, agent: str = "") -> CallerMatch:
        """Who has `number` (E.164), however it is written there, with or without extension; exact matches only.

        `country` (ISO 3166 two letters) decides what a number written without its country code means.  What the user
        `agent` may not read is left out; "": nothing is.
        """

    async def visible(self, agent: str, records: Sequence[str]) -> Collection[str]:
        """Those of the records (ids) that the user `agent` may read."""

    async def named(self, agent: str, record: str) -> Record | None:
        """The record of that id as a Task can link to it, if it is of such a kind and the user `agent` may read it.

        Of a converted Lead, or a person account, that is the Contact.
        """

    async def find(self, what: str, text: str, agent: str = "") -> Sequence[Record]:
        """Up to 20 `people` (Contacts, Leads) or `records` (what a Task may be related to) that match the text.

        Only what the user `agent` may read; "": all.
        """

    async def field_forms(self, names: Sequence[str], record_type: str = "") -> Sequence[FieldForm]:
        """How these fields of Task (API names) are filled in, in order: type, limits, and what a picklist offers.

        That is what the record type does (an id, "" for the connector's user's default), as the org is now or was a
        minute ago.  A field that there is not, or that our user may not see, is one that it may not write.
        """

    async def read_numbers(self) -> float:
        """Reads on in the numbers of the org, so that `match` need not search; returns in how many seconds to call it
        again.  Harmless to leave out: `match` then searches, and finds what the org's search index has.
        """

    async def write_tasks(self, rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
        """Brings Tasks, some hundreds at most, to their wanted revision: one result per row, in order.

        A first, undoubted version is an upsert by contact key where that is a unique external id, otherwise a look-up
        and a create; later versions, and any doubtful row, find the Task by key or id first and then update by id only
        fields that differ from our last version and that nobody else has edited since (never create-only ones).
        """

    async def sightings(self, sought: Sequence[Sought]) -> Sequence[Sighting]:
        """All Tasks of these contacts, each contact's oldest first, those in the recycle bin included.

        For hundreds at a time: it takes a request for every few hundred contacts.
        """

    async def made_since(self, at: int) -> Sequence[Sighting]:
        """The Tasks with any contact's key that our user has made since then (ms), but for those that were deleted.

        It takes a request for every 2,000 of them.
        """

    async def remove_doubles(self, task_ids: Sequence[str]) -> Collection[str]:
        """Those Tasks go to the recycle bin, but for those that somebody other than their maker has edited by now.

        Returns which of them are gone.
        """

    async def check(self) -> Sequence[Finding]:
        """Tries log-in, permissions, the Task fields and the directory."""

    async def close(self) -> None:
        """Ends its threads and connections."""
