"""The store: contacts, agents, the outbox, remembered replies, the last good directory."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.effects import SaveTask
from connector.domain.erasure import Person
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved, TaskWaiting
from connector.domain.model import Agent, Contact

_DAY: Final = 24 * 3_600_000

LONGEST_WAIT: Final = 900_000
"""No row is put off for longer than this, in ms; one that is was put off by a clock that has been set back since."""

TaskFields = dict[str, str | int | float | bool | None]


class RememberedReply(Struct, frozen=True, gc=False):
    """What a command was answered, so that the same command sent again is answered and not repeated."""

    agent: str
    request: str
    error: str | None
    field: str | None
    message: str | None
    contact: str | None
    at: int


class Commit(Struct, frozen=True, gc=False):
    """What becomes durable in one transaction: changed values, the Tasks wanted, the reply to the command."""

    contacts: tuple[Contact, ...] = ()
    agents: tuple[Agent, ...] = ()
    tasks: tuple[SaveTask, ...] = ()
    replies: tuple[RememberedReply, ...] = ()


class Loaded(Struct, frozen=True):
    """What a start finds: contacts that are not settled, all agents, replies of the last hour, the last directory.

    `news` is what was settled and what the contacts do not show yet, because the connector ended in between.
    """

    epoch: int
    contacts: tuple[Contact, ...]
    agents: tuple[Agent, ...]
    replies: tuple[RememberedReply, ...]
    directory: Directory | None
    news: tuple[TaskSaved | TaskWaiting | TaskRefused | TaskDiscarded, ...] = ()


class Restored(Struct, frozen=True):
    """What a backup knew of a contact's Task: its newest revision, and what its fields would have been then."""

    revision: int
    fields: TaskFields


class OutboxRow(Struct, frozen=True):
    """A contact's Task that is to be written.

    `wanted` is the revision to write and `fields` its values; `written` the last revision that Salesforce confirmed (0:
    none) and `written_fields` its values; `doubtful`: an earlier try may have been carried out; `attempts` counts the
    earlier tries since the last success.  `restored`: the store comes from a backup, and the org may hold versions that
    it knows nothing of; such a row is doubtful, too.
    """

    contact: str
    wanted: int
    fields: TaskFields
    written: int
    written_fields: TaskFields
    task_id: str | None
    doubtful: bool
    attempts: int
    restored: Restored | None = None


class Settled(Struct, frozen=True):
    """How a claimed row came out.

    `result`: "written" (Salesforce holds `revision` with `fields` under `task_id`; `task_id` None: people deleted it
    and it stays so), "later" (try again at `due`), "parked" (waits for a newer revision).  `doubtful`: this try, or one
    before it, may have been carried out.  `counts`: whether it is one more of the row's `attempts`; a fault of the
    connection or of the org is none.  `newer`: the org held a version that our store, a backup, did not know of, and
    the row stays `restored`.
    """

    contact: str
    revision: int
    result: str
    task_id: str | None = None
    fields: TaskFields = {}
    due: int = 0
    doubtful: bool = False
    code: str = ""
    field: str = ""
    message: str = ""
    counts: bool = True
    newer: bool = False


class OutboxCount(Struct, frozen=True):
    """How many rows wait, are leased and are parked, and since when the oldest of the waiting ones is due.

    `later`: of those that wait, how many are put off.  `oldest`: since when the oldest is wanted that is not written,
    but for what is parked or discarded.
    """

    waiting: int
    leased: int
    parked: int
    oldest_due: int | None
    later: int = 0
    oldest: int | None = None


class Keep(Struct, frozen=True):
    """How long is kept, in ms, what nobody needs any more; 0 for ever, of those that say so.

    `contacts` from their end (if their Task is written), `task_fields` what was written to a Task, from the end of its
    contact, `replies` what commands were answered, `discards` who decided that a Task is not written, `directory` the
    last good one since it was last confirmed (0).
    """

    contacts: int = 8 * _DAY
    task_fields: int = 8 * _DAY
    replies: int = 3_600_000
    discards: int = 366 * _DAY
    directory: int = 0


class About(Struct, frozen=True):
    """A contact with a person.  `settled`: nothing is left to do for it, so that it can be erased."""

    contact: Contact
    settled: bool
    recorded: bool


class Discard(Struct, frozen=True):
    """That a revision is not written, because somebody decided so."""

    contact: str
    revision: int
    at: int
    who: str
    reason: str


class OutboxEntry(Struct, frozen=True):
    """A row of the outbox, for people.

    `state`: due, later (tried before; again at `due`), writing (until `due` at the latest), parked, discarded, written.
    """

    contact: str
    state: str
    wanted: int
    written: int
    fields: TaskFields
    written_fields: TaskFields
    task_id: str | None
    due: int | None
    doubtful: bool
    restored: bool
    attempts: int
    code: str
    field: str
    message: str
    agent: str | None
    started: int | None
    discards: tuple[Discard, ...] = ()


class LedgerRow(Struct, frozen=True, gc=False):
    """What the store knows of a contact's Task.  `state` as in `OutboxEntry`; `closed` None: the contact is open."""

    contact: str
    state: str
    wanted: int
    written: int
    task_id: str | None
    closed: int | None


class Store(Protocol):
    """A durable store with one owner.  Commits take effect in the order in which they were handed over."""

    async def open(self) -> Loaded:
        """Takes the exclusive lock, raises the epoch, brings the schema up to date and loads.

        Raises `StoreLocked` when another connector has it, `StoreError` for what cannot be read (a newer schema, a
        damaged file, no permission), with the cure.
        """

    def commit(self, commit: Commit, done: Callable[[BaseException | None], None]) -> None:
        """Queues the commit; `done` is called on the loop, in order, with None once it is on disk, or with the error.

        After an error, hand over the values of then, not those of before: later commits may have succeeded.  A
        contact's `digits` are never written.
        """

    async def claim(self, now: int, limit: int, lease: int) -> Sequence[OutboxRow]:
        """Leases up to `limit` due rows until `now + lease`, the longest due first.

        That they are tried, and that the outcome is unknown until settled (`doubtful` at the next claim), is durable
        before this returns.  A row under a lease is not given out, not even after a restart.
        """

    async def settle(self, rows: Sequence[Settled]) -> None:
        """Ends the lease of each row.  A row whose wanted revision is newer than the settled one is due at once."""

    async def next_due(self) -> int | None:
        """When the next row is due (or its lease ends), or None."""

    async def outbox_count(self) -> OutboxCount:
        """Counts for `/metrics`."""

    async def outbox_entries(self, contact: str | None = None) -> Sequence[OutboxEntry]:
        """What is not written, oldest contact first; of one contact its row, written or not."""

    async def parked_entries(self, limit: int) -> tuple[int, Sequence[OutboxEntry]]:
        """How many rows are parked, and up to `limit` of them, oldest contact first."""

    async def try_again(self, contacts: Sequence[str] | None = None, *, but: Sequence[str] = ()) -> int:
        """Those rows are due now, or all that are not discarded `but` those; how many.

        None that is under a lease, or written.
        """

    async def discard(self, discard: Discard) -> bool:
        """What is wanted for that contact is not to be written, and who decided so is kept.

        False, and nothing changes, when there is no such row, when that revision is not the one wanted, when it is
        written, and under a lease.
        """

    async def ledger(self, since: int, after: LedgerRow | None, limit: int) -> Sequence[LedgerRow]:
        """Up to `limit` rows of the outbox that follow `after`: of contacts closed since then, and of open ones.

        Those that closed first come first, open ones last, so that none is missed that closes meanwhile.
        """

    async def ledger_of(self, contacts: Sequence[str]) -> Sequence[LedgerRow]:
        """The rows of these contacts, of those that have one."""

    async def write_again(self, row: LedgerRow, fields: TaskFields, *, anew: bool) -> bool:
        """What was written is to be written again, with these values: the Task is looked up first, as one in doubt.

        `anew`: the Task that was known is gone without a trace; one is made.  False, and nothing changes, when the row
        is not written, or not as given any more.
        """

    async def today(self, agent: str, since: int, limit: int) -> tuple[int, Sequence[Contact]]:
        """How many closed contacts of that agent began, or were offered, since then, and the newest `limit` of them."""

    async def contact(self, key: str) -> Contact | None:
        """A contact, open or closed, or None."""

    async def recorded_by(self, contact: str) -> str | None:
        """The agent whose contact that was when something of it was recorded, also after the contact is gone."""

    async def forget_recorded(self, before: int) -> int:
        """Forgets whose recordings those of contacts were that began before then; of how many."""

    async def use_token(self, token: str, until: int) -> bool:
        """Whether that token is used for the first time; that it was is durable before this returns, until `until`."""

    async def save_directory(self, directory: Directory) -> None:
        """Keeps the last good directory."""

    async def about(self, person: Person) -> Sequence[About]:
        """The contacts with that person, oldest first, of those that are kept."""

    async def erase(self, person: Person, contacts: Sequence[str]) -> None:
        """Those contacts are gone with all that belongs to them, and nowhere else is that person named.

        Their bytes are in no file of the store any more.  Raises `StoreError` when they are, for now.
        """

    async def prune(self, now: int) -> int:
        """Deletes what is older than `Keep` says; contacts whose Task is not settled stay.

        How many contacts are gone.  `open` does it once; it is for an hourly or daily call.
        """

    async def close(self) -> None:
        """Finishes what was queued, then lets go of the lock."""
