"""What every store must do as a ledger.  A test module of a store subclasses `LedgerContract`, with `stores`."""

from collections.abc import AsyncIterator

import pytest

from connector.domain.events import TaskSaved
from connector.domain.model import Phase, Save, SaveState
from connector.ports.store import Commit, LedgerRow, OutboxRow, Settled, Store
from tests.ports.store_contract import HOUR, NOON, Stores, committed, contact, saving, task

CLOSED = NOON + 60_000
"""When closed contacts that began at noon were closed."""


async def filled(store: Store, *keys: str) -> None:
    """Closed contacts, an hour apart, each with its Task."""
    for n, key in enumerate(keys):
        saved = Save(SaveState.SAVED, 1, 1, task_id=f"00T-{key}")
        closed = contact(key, Phase.CLOSED, started=NOON + n * HOUR, save=saved)
        await committed(store, Commit((closed,), (), (task(key),)))
    await store.claim(NOON, 100, 500)
    fields = {key: task(key).fields for key in keys}
    await store.settle([Settled(key, 1, "written", task_id=f"00T-{key}", fields=fields[key]) for key in keys])


class LedgerContract:
    """Pages of it, and rows that are to be written again."""

    @pytest.fixture
    async def stores(self) -> AsyncIterator[Stores]:
        """To be overridden: the storage of one test, empty."""
        raise NotImplementedError

    async def test_an_empty_ledger(self, stores: Stores) -> None:
        store, _ = await stores.open()
        assert await store.ledger(0, None, 10) == []
        assert await store.ledger_of(["k"]) == []
        assert await store.ledger_of([]) == []

    async def test_the_states_of_rows(self, stores: Stores) -> None:
        store, _ = await stores.open()
        for key in ("due", "later", "parked", "written"):
            await committed(store, Commit((saving(key, 1, phase=Phase.CLOSED),), (), (task(key),)))
        await committed(store, Commit((contact("no Task", Phase.CLOSED),)))
        await store.claim(NOON, 100, 500)
        await store.settle(
            [
                Settled("due", 1, "later", due=NOON),
                Settled("later", 1, "later", due=NOON + HOUR),
                Settled("parked", 1, "parked", code="X"),
                Settled("written", 1, "written", task_id="00T", fields={}),
            ]
        )
        assert await store.ledger(NOON, None, 10) == [
            LedgerRow("due", "due", 1, 0, None, CLOSED),
            LedgerRow("later", "later", 1, 0, None, CLOSED),
            LedgerRow("parked", "parked", 1, 0, None, CLOSED),
            LedgerRow("written", "written", 1, 1, "00T", CLOSED),
        ]
        assert list(await store.claim(NOON, 1, 500)) != []
        assert [row.state for row in await store.ledger_of(["due", "nobody"])] == ["writing"]

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    async def test_pages_hold_each_row_once_the_open_ones_last(self, stores: Stores, limit: int) -> None:
        store, _ = await stores.open()
        await filled(store, "c", "a", "d")
        await committed(store, *(Commit((saving(key, 1),), (), (task(key),)) for key in ("b", "e")))
        found: list[str] = []
        after: LedgerRow | None = None
        while rows := await store.ledger(NOON, after, limit):
            assert len(rows) <= limit
            found += [row.contact for row in rows]
            after = rows[-1]
        assert found == ["c", "a", "d", "b", "e"]

    async def test_since_when(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "c1", "c2", "c3")
        await committed(
            store,
            Commit((contact("open", save=Save(SaveState.SAVING, 1), started=NOON - 9 * HOUR),), (), (task("open"),)),
        )
        since = CLOSED + HOUR
        assert [row.contact for row in await store.ledger(since, None, 10)] == ["c2", "c3", "open"]
        assert [row.contact for row in await store.ledger(since + 1, None, 10)] == ["c3", "open"]

    async def test_many_rows_by_name(self, stores: Stores) -> None:
        store, _ = await stores.open()
        keys = [f"k{n:04}" for n in range(1_201)]
        commits = [Commit((saving(key, 1, phase=Phase.CLOSED),), (), (task(key),)) for key in keys]
        await committed(store, *commits)
        assert sorted(row.contact for row in await store.ledger_of(keys)) == keys

    # What is to be written again --------------------------------------------------------------------------------

    async def test_a_task_that_is_behind_is_looked_up_and_written_again(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1", "k2")
        (row,) = await store.ledger_of(["k1"])
        assert await store.write_again(row, {"Subject": "as it was"}, anew=False)
        assert [row.state for row in await store.ledger_of(["k1"])] == ["due"]
        (claimed,) = await store.claim(NOON, 10, 500)
        assert claimed == OutboxRow("k1", 1, {"Subject": "as it was"}, 0, {}, "00T-k1", True, 0)
        await store.settle([Settled("k1", 1, "written", task_id="00T-k1", fields={"Subject": "as it was"})])
        assert await store.ledger_of(["k1"]) == [row]
        assert await store.next_due() is None

    async def test_since_when_it_is_wanted_again_is_known_while_it_is_put_off(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1")
        (row,) = await store.ledger_of(["k1"])
        await store.write_again(row, {}, anew=False)
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "later", due=NOON + 60_000, doubtful=True)])
        assert (await store.outbox_count()).oldest == NOON

    async def test_what_was_written_again_as_it_was_is_no_news(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1")
        _, loaded = await stores.open()
        # The first time it was: the contact shows the outcome, but was kept before that was settled.
        store, loaded = await stores.open()
        await committed(store, Commit(loaded.contacts))
        (row,) = await store.ledger_of(["k1"])
        await store.write_again(row, {}, anew=False)
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "written", task_id="00T-k1", fields={})])
        _, loaded = await stores.open()
        assert (loaded.contacts, loaded.news) == ((), ())

    async def test_one_that_is_gone_is_made_anew_and_the_contact_hears_its_id(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1")
        (row,) = await store.ledger_of(["k1"])
        assert await store.write_again(row, {"Subject": "anew"}, anew=True)
        (claimed,) = await store.claim(NOON, 10, 500)
        assert (claimed.task_id, claimed.written, claimed.doubtful) == (None, 0, True)
        await store.settle([Settled("k1", 1, "written", task_id="00T-new", fields={"Subject": "anew"})])
        _, loaded = await stores.open()
        assert loaded.news == (TaskSaved("k1", 1, "00T-new", "anew"),)

    async def test_only_what_is_as_it_was_seen_is_written_again(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1")
        (row,) = await store.ledger_of(["k1"])
        await committed(store, Commit((), (), (task("k1", 2),)))
        assert not await store.write_again(row, {}, anew=False), "it is wanted as something newer"
        (now,) = await store.ledger_of(["k1"])
        assert not await store.write_again(now, {}, anew=False), "it is not written"
        (claimed,) = await store.claim(NOON, 10, 500)
        assert (claimed.wanted, claimed.fields) == (2, task("k1", 2).fields)
        await store.settle([Settled("k1", 2, "written", task_id=None, fields={})])
        assert not await store.write_again(row, {}, anew=True)

    async def test_a_newer_version_meanwhile_is_written_instead(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await filled(store, "k1")
        (row,) = await store.ledger_of(["k1"])
        await store.write_again(row, {}, anew=False)
        await committed(store, Commit((), (), (task("k1", 2),)))
        (claimed,) = await store.claim(NOON, 10, 500)
        assert (claimed.wanted, claimed.written, claimed.doubtful, claimed.task_id) == (2, 0, True, "00T-k1")
