"""What supervisors look at of all Tasks: those that need attention, those that wait, and what Salesforce still takes.

Worked out only when it is asked for, and the store is asked only when another Task needs attention than before.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from connector.domain.model import Contact, Floor, Save, SaveState
from connector.ports.crm import Budget, Crm
from connector.ports.store import OutboxEntry, Store
from connector.service.judgement import Rest
from connector.service.outbox import Outbox
from connector.service.proving import Outcome

MOST: Final = 50
"""How many parked Tasks are shown; the others are counted."""

_ON_THEIR_WAY: Final = frozenset({SaveState.SAVING, SaveState.WAITING})


class TasksSeen(Struct, frozen=True):
    """`parked` are the oldest of `parked_total`, each with its contact while the floor has it.

    `waiting` are being written, or put off; `oldest` is when the contact of the oldest of them ended.  `batch` is the
    size of the last batch; `rest`: Salesforce is left alone for a while; `proof` what the last proof found.
    """

    parked: tuple[tuple[OutboxEntry, Contact | None], ...]
    parked_total: int
    waiting: int
    oldest: int | None
    budget: Budget | None
    batch: int
    rest: Rest | None
    proof: Outcome | None


class Overview:
    """Of one connector: its floor, its store, its outbox, and the newest outcome of its proofs."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        crm: Crm,
        floor: Callable[[], Floor],
        proof: Callable[[], Outcome | None] = lambda: None,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._crm = crm
        self._floor = floor
        self._proof = proof
        self._refused: list[tuple[str, Save]] = []
        self._parked: tuple[int, Sequence[OutboxEntry]] = (0, ())

    async def tasks(self) -> TasksSeen:
        """As they are now.  Raises `StoreError`."""
        contacts = self._floor().contacts
        refused: list[tuple[str, Save]] = []
        waiting, oldest = 0, None
        for contact in contacts.values():
            if contact.save.state in _ON_THEIR_WAY:
                waiting += 1
                ended = contact.ended or contact.started
                oldest = ended if oldest is None else min(oldest, ended)
            elif contact.save.state is SaveState.ATTENTION:
                refused.append((contact.key, contact.save))
        if refused != self._refused:
            self._parked = await self._store.parked_entries(MOST) if refused else (0, ())
            self._refused = refused
        total, entries = self._parked
        parked = tuple((entry, contacts.get(entry.contact)) for entry in entries)
        outbox = self._outbox
        rest = (outbox.last_batch, outbox.rest, self._proof())
        return TasksSeen(parked, total, waiting, oldest, self._crm.budget, *rest)
