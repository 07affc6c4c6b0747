"""What whoever runs the connector may look at and do: the outbox, to prove the ledger, and to erase a person.

The same beside a running connector and without one.
"""

import logging
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.erasure import Person
from connector.domain.events import TaskDiscarded, TaskWanted
from connector.domain.model import SaveState
from connector.errors import BadInput
from connector.ports.number_index import NumberIndex
from connector.ports.recordings import RecordingStore
from connector.ports.store import Discard, OutboxEntry, Store, TaskFields
from connector.service.clock import Clock
from connector.service.erasing import Erased, Erasing
from connector.service.explain import explained
from connector.service.outbox import Outbox
from connector.service.proving import Outcome, Proving
from connector.service.runner import Runner

log = logging.getLogger(__name__)

STATES: Final = ("due", "later", "writing", "parked", "discarded", "written")
_GIVEN_UP: Final = frozenset({SaveState.ATTENTION, SaveState.DISCARDED})
LONGEST: Final = 500
"""Characters of a reason."""


class Line(Struct, frozen=True):
    """A row of the outbox with what is the matter with it, and what mends it.  Times are ms since 1970 UTC."""

    contact: str
    state: str
    agent: str
    started: int | None
    subject: str
    wanted: int
    written: int
    task_id: str | None
    next_try: int | None
    attempts: int
    doubtful: bool
    restored: bool
    code: str
    what: str
    cure: str
    message: str
    field: str
    fields: TaskFields
    written_fields: TaskFields
    discards: tuple[Discard, ...]


class Admin:
    """Without `runner` and `outbox`: on a store that no connector has open.

    `proving` is set where Salesforce can be asked.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directory: Callable[[], Directory],
        numbers: NumberIndex,
        *,
        runner: Runner | None = None,
        outbox: Outbox | None = None,
        recordings: RecordingStore | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._runner = runner
        self._outbox = outbox
        self.proving: Proving | None = None
        self._erasing = Erasing(store, numbers, runner=runner, recordings=recordings)

    async def erase(self, person: Person, *, dry_run: bool) -> Erased:
        """See `Erasing`."""
        return await self._erasing.erase(person, dry_run=dry_run)

    async def prove(self, since: int, *, mend: bool) -> Outcome:
        """See `Proving`.  Raises `BadInput`, `StoreError`."""
        assert self.proving is not None
        return await self.proving.prove(since, mend=mend)

    async def lines(self, contact: str | None = None) -> list[Line]:
        """What is not written; of one contact its row, written or not.  Raises `BadInput` when that has none."""
        entries = await self._store.outbox_entries(contact)
        if contact is not None and not entries:
            raise BadInput("no_such_row", "contact", f"{contact}: the outbox has no row of that contact.")
        return [self._line(entry) for entry in entries]

    def _line(self, entry: OutboxEntry) -> Line:
        what, cure = explained(entry.code, entry.state)
        agents = self._directory().agents
        who = agents.get(entry.agent or "")
        return Line(
            entry.contact,
            entry.state,
            who.name if who else entry.agent or "",
            entry.started,
            str(entry.fields.get("Subject") or ""),
            entry.wanted,
            entry.written,
            entry.task_id,
            entry.due,
            entry.attempts,
            entry.doubtful,
            entry.restored,
            entry.code,
            what,
            cure,
            entry.message,
            entry.field,
            entry.fields,
            entry.written_fields,
            entry.discards,
        )

    async def retry(self, contact: str | None = None) -> int:
        """That row, or all that wait or are parked, are tried now; how many.

        What Salesforce refused is wanted anew, with the draft and the settings of now.  Raises `BadInput` for a row
        that is written or is being written.
        """
        count = await self._retry_all() if contact is None else await self._retry(contact)
        if self._outbox is not None:
            self._outbox.try_now()
        log.info("Tasks are tried again", extra={"count": count})
        return count

    async def _retry(self, contact: str) -> int:
        (entry,) = await self.lines(contact)
        if entry.state in ("written", "writing"):
            raise BadInput("not_waiting", "contact", f"{contact}: is {entry.state}: there is nothing to try again.")
        found = None if self._runner is None else self._runner.floor.contacts.get(contact)
        if self._runner is not None and found is not None and found.save.state in _GIVEN_UP:
            self._runner.event(TaskWanted(contact))
            return 1
        return await self._store.try_again([contact])

    async def _retry_all(self) -> int:
        """After days without Salesforce there are many: no row is read for this, and the loop does not wait."""
        contacts = () if self._runner is None else tuple(self._runner.floor.contacts.values())
        refused = [contact.key for contact in contacts if contact.save.state is SaveState.ATTENTION]
        for key in refused:
            assert self._runner is not None
            self._runner.event(TaskWanted(key))
        return len(refused) + await self._store.try_again(but=refused)

    async def discard(self, contact: str, who: str, reason: str) -> Line:
        """What is wanted for that contact is not written; who decided so and why is kept, and the contact shows it.

        Returns the row as it was.  Raises `BadInput`.
        """
        for name, text in (("who", who), ("reason", reason)):
            if not text.strip() or len(text) > LONGEST:
                raise BadInput("text_needed", name, f"{name}: takes 1 to {LONGEST} characters.")
        (line,) = await self.lines(contact)
        if line.state in ("written", "writing"):
            cure = "there is nothing to discard" if line.state == "written" else "try again in a minute"
            raise BadInput("not_waiting", "contact", f"{contact}: is {line.state}: {cure}.")
        given = Discard(contact, line.wanted, self._clock.now(), who.strip(), reason.strip())
        if not await self._store.discard(given):
            raise BadInput("not_waiting", "contact", f"{contact}: has just changed: look again.")
        log.warning("a Task is not to be written", extra={"contact": contact})
        if self._runner is not None:
            self._runner.event(TaskDiscarded(contact, given.revision, f"{given.who}: {given.reason}"))
        return line
