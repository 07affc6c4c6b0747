"""The `Crm` port on Salesforce's REST API."""

import datetime as dt
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from connector.domain.directory import Directory, NumberField
from connector.domain.given import FieldForm
from connector.domain.model import Record
from connector.errors import BUDGET, CrmUnavailable
from connector.ports.crm import Budget, CallerMatch, Sighting, Sought, TaskResult
from connector.ports.diagnosis import Diagnosis
from connector.ports.finding import Finding
from connector.ports.number_index import NumberIndex
from connector.ports.store import OutboxRow
from connector.salesforce.about import About
from connector.salesforce.access import visible
from connector.salesforce.callers import Callers
from connector.salesforce.checks import findings
from connector.salesforce.client import SalesforceClient, T
from connector.salesforce.config import SalesforceConfig
from connector.salesforce.directory import read_checked
from connector.salesforce.doctor import examine
from connector.salesforce.faults import Refused, of_the_org
from connector.salesforce.field_forms import forms
from connector.salesforce.search import Search
from connector.salesforce.shapes import Shapes
from connector.salesforce.sightings import made_since, remove_doubles, sightings
from connector.salesforce.tasks import TaskWriter
from connector.salesforce.turns import Turn


class SalesforceCrm:
    """One org.  Requests run in a few threads; the loop is never blocked.

    `index` holds the numbers of the org (None: callers are searched for); it is closed with this.  `now` is the wall
    clock in seconds, `monotonic` one for ages and deadlines.
    """

    def __init__(
        self,
        config: SalesforceConfig,
        index: NumberIndex | None = None,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._now = now
        self._client = SalesforceClient(config, now=now)
        self._shapes = Shapes(self._client, clock=monotonic)
        self._search = Search(self._client, self._shapes)
        self._about = About(self._client, self._shapes)
        self._index = index
        self._number_fields: tuple[NumberField, ...] = ()
        self._callers = Callers(self._client, self._shapes, lambda: self._number_fields, index)
        self._numbers_every_s = config.numbers_every_s
        self._tasks = TaskWriter(self._client, self._shapes, timeout_s=config.timeout_s, clock=monotonic)

    @property
    def budget(self) -> Budget | None:
        """The org's API requests, from the newest answer that said so; None before one."""
        return self._client.budget

    def on_mode(self, call: Callable[[Budget], object]) -> None:
        """`call` gets each budget whose mode is another than before, in some thread."""
        self._client.on_mode(call)

    @property
    def requests(self) -> dict[str, int]:
        """How many API requests of ours were answered, by whose turn it was."""
        return {turn.name.lower(): count for turn, count in self._client.made.items()}

    async def directory(self) -> Directory:
        """Agents, skills, dispositions, tags and settings as the org has them, with defaults for what is absent."""
        return await self._read(self._directory, Turn.BACKGROUND, seldom="directory")

    async def match(self, number: str, country: str, agent: str = "") -> CallerMatch:
        """Who has `number` (E.164), however it is written there, with or without extension; exact matches only."""
        return await self._read(partial(self._callers.match, number, country, agent), Turn.ASK)

    async def visible(self, agent: str, records: Sequence[str]) -> Collection[str]:
        """Those of the records (ids) that the user `agent` may read."""
        return await self._read(partial(visible, self._client, agent, records), Turn.ASK)

    async def named(self, agent: str, record: str) -> Record | None:
        """The record of that id as a Task can link to it, if it is of such a kind and the user `agent` may read it."""
        return await self._read(partial(self._about.find, agent, record), Turn.ASK)

    async def find(self, what: str, text: str, agent: str = "") -> Sequence[Record]:
        """Up to 20 `people` (Contacts, Leads) or `records` (what a Task may be related to) that match the text."""
        return await self._read(partial(self._search.find, what, text, agent), Turn.ASK)

    async def field_forms(self, names: Sequence[str], record_type: str = "") -> Sequence[FieldForm]:
        """How these fields of Task (API names) are filled in, in order: type, limits, and what a picklist offers."""
        return await self._read(partial(forms, self._client, self._shapes, names, record_type), Turn.SAVE)

    async def read_numbers(self) -> float:
        """Reads on in the numbers of the org; returns in how many seconds to call it again."""
        try:
            return await self._read(partial(self._callers.step, self._numbers_every_s), Turn.BACKGROUND)
        except CrmUnavailable as error:
            if error.code != BUDGET:
                raise
            # No failure: `match` reads what changed by itself, or searches.
            return (error.retry_after or 0) / 1000

    async def write_tasks(self, rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
        """Brings Tasks, some hundreds at most, to their wanted revision: one result per row, in order."""
        return await self._read(partial(self._tasks.write, rows), Turn.SAVE)

    async def sightings(self, sought: Sequence[Sought]) -> Sequence[Sighting]:
        """All Tasks of these contacts, each contact's oldest first, those in the recycle bin included."""
        return await self._read(partial(sightings, self._client, self._shapes, sought), Turn.BACKGROUND)

    async def made_since(self, at: int) -> Sequence[Sighting]:
        """The Tasks with any contact's key that our user has made since then (ms), but for those that were deleted."""
        return await self._read(partial(made_since, self._client, self._shapes, at), Turn.BACKGROUND)

    async def remove_doubles(self, task_ids: Sequence[str]) -> Collection[str]:
        """Those Tasks go to the recycle bin, but for those that somebody has edited; returns which are gone."""
        return await self._read(partial(remove_doubles, self._client, task_ids), Turn.BACKGROUND)

    async def check(self) -> Sequence[Finding]:
        """Tries log-in, permissions, the Task fields and the directory."""
        return await self._client.run(partial(findings, self._client, self._shapes))

    async def examine(self, *, try_task: bool) -> Sequence[Diagnosis]:
        """Looks at the org before agents do; `try_task`: writes Tasks, and removes them."""
        today = dt.datetime.fromtimestamp(self._now(), dt.UTC).date()
        work = partial(examine, self._client, self._shapes, self._config, try_task=try_task, today=today)
        return await self._client.run(work)

    async def close(self) -> None:
        """Ends its threads and connections; requests under way end first."""
        await self._client.close()
        if self._index is not None:
            self._index.close()

    def _directory(self) -> Directory:
        directory = read_checked(self._client, self._shapes)
        self._number_fields = directory.number_fields
        return directory

    async def _read(self, work: Callable[[], T], turn: Turn, *, seldom: str = "") -> T:
        """Runs `work` in a thread; a refusal that no row can be blamed for is the org's fault: a missing permission."""
        try:
            return await self._client.run(work, turn, seldom=seldom)
        except Refused as refused:
            raise of_the_org(refused) from refused
