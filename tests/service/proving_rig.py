"""A ledger, an org in memory and an outbox between them, to be proved."""

from pathlib import Path

from connector.domain.directory import Directory
from connector.domain.model import Contact, Phase, Save, SaveState
from connector.ports.store import Commit, LedgerRow
from connector.service.clock import ManualClock
from connector.service.outbox import Outbox
from connector.service.proving import Outcome, Proving
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import DAY, NOON, committed, contact
from tests.ports.store_contract import task as wanted
from tests.service.task_org import TaskOrg

KIM = "005KIM"


class ProvingRig:
    """`told` are contacts that the floor would have again, `woken` counts how often the outbox was told to look."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON)
        self.org = TaskOrg()
        self.org.now = self.clock.now
        self.store = SqliteStore(folder / "x.db", self.clock.now)
        self.outbox = Outbox(self.store, self.org, clock=self.clock, report=lambda _: None)
        self.adopted: list[Contact] = []
        self.woken = 0
        self.retried: list[str] = []
        self.proving = Proving(
            self.store,
            self.org,
            self.clock,
            Directory,
            retry=self._retry,
            adopt=self.adopted.append,
            wake=self._wake,
            kept_ms=8 * DAY,
            pause_ms=0,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def _retry(self, key: str) -> None:
        self.retried.append(key)

    async def written(self, *keys: str, revision: int = 1) -> list[str]:
        """Contacts are closed and their Tasks written; the Tasks' ids."""
        await self.wanted(*keys, revision=revision)
        while await self.store.next_due() is not None:
            await self.outbox.round()
        shown = [contact(key, Phase.CLOSED, save=Save(SaveState.SAVED, revision, revision)) for key in keys]
        await committed(self.store, Commit(tuple(shown)))
        return [str(row.task_id) for row in await self.rows(*keys)]

    async def wanted(self, *keys: str, revision: int = 1) -> None:
        """Contacts are closed, and their Tasks are to be written."""
        saving = Save(SaveState.SAVING, revision, revision - 1)
        tasks = [wanted(key, revision, Phone_Contact_Key__c=key, Description=f"v{revision}") for key in keys]
        await committed(
            self.store, *(Commit((contact(it.contact, Phase.CLOSED, save=saving),), (), (it,)) for it in tasks)
        )

    async def rows(self, *keys: str) -> list[LedgerRow]:
        return sorted(await self.store.ledger_of(keys), key=lambda row: keys.index(row.contact))

    async def prove(self, *, mend: bool = False, since: int = NOON) -> Outcome:
        return await self.proving.prove(since, mend=mend)
