"""What every store must do.  A test module of a store subclasses `StoreContract` and provides the fixture `stores`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec import structs

from connector.domain.directory import Directory, Skill, Tag
from connector.domain.effects import SaveTask
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved, TaskWaiting
from connector.domain.model import (
    Agent,
    AgentState,
    Contact,
    Draft,
    Field,
    Kind,
    Leg,
    LegState,
    Link,
    Match,
    MatchState,
    Phase,
    Record,
    Role,
    Save,
    SaveState,
)
from connector.errors import StoreError
from connector.ports.store import Commit, Discard, Loaded, OutboxCount, OutboxRow, RememberedReply, Settled, Store

MEMORY = next((folder for folder in ("/dev/shm",) if Path(folder).is_dir()), None)
"""Where files need not wait for the disk, for tests that do not cut the power (None: wherever temporary files go)."""

NOON = 1_795_435_200_000
HOUR = 3_600_000
DAY = 24 * HOUR
SAM = "005000000000001AAA"


def contact(key: str, phase: Phase = Phase.ACTIVE, *, started: int = NOON, **changes: object) -> Contact:
    """A contact of Sam's with something in every corner that must survive a restart."""
    closed = started + 60_000 if phase is Phase.CLOSED else None
    made = Contact(
        key=key,
        interaction_key="i-" + key,
        kind=Kind.INBOUND,
        phase=phase,
        number="+14155550143",
        line="+14155550100",
        skill="Support_EN",
        started=started,
        match=Match(MatchState.ONE, (Record("003A", "Contact", "Mia Chen", "Northwind Traders"),)),
        agent=SAM,
        legs=(Leg("leg-" + key, Role.CUSTOMER, LegState.CONNECTED, started),),
        closed=closed,
        draft=Draft(comments=Field("Betaald, twee keer – 50 €\n☎", 3), who=Link(Record("003A", "Contact", "Mia"), 1)),
    )
    return structs.replace(made, **changes)


def saving(key: str, wanted: int, written: int = 0, phase: Phase = Phase.WRAP_UP) -> Contact:
    """A contact whose Task is on its way."""
    return contact(key, phase, save=Save(SaveState.SAVING, wanted, written))


def task(key: str, revision: int = 1, **fields: str | int | float | bool | None) -> SaveTask:
    """A wanted Task revision."""
    return SaveTask(key, revision, {"Subject": f"Call {key}", "Phone_Revision__c": revision, "WhoId": None, **fields})


async def committed(store: Store, *commits: Commit) -> None:
    """Returns when all are on disk."""
    loop = asyncio.get_running_loop()
    futures: list[asyncio.Future[None]] = [loop.create_future() for _ in commits]

    def settle(future: asyncio.Future[None], error: BaseException | None) -> None:
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    for commit, future in zip(commits, futures, strict=True):
        store.commit(commit, partial(settle, future))
    await asyncio.gather(*futures)


def _note(order: list[int], n: int, error: BaseException | None) -> None:
    assert error is None
    order.append(n)


class Stores:
    """Opens one store after the other on the same storage, with a clock that the test turns."""

    def __init__(self, make: Callable[[Callable[[], int]], Store]) -> None:
        self.now = NOON
        self._make = make
        self._store: Store | None = None

    async def open(self) -> tuple[Store, Loaded]:
        """The storage with a new owner; the one before has closed it."""
        await self.close()
        store = self._make(lambda: self.now)
        loaded = await store.open()
        self._store = store
        return store, loaded

    async def close(self) -> None:
        """The storage has no owner."""
        if self._store is not None:
            await self._store.close()
            self._store = None


class StoreContract:
    """Contacts, agents, replies and the directory; the outbox; order and epochs."""

    @pytest.fixture
    async def stores(self) -> AsyncIterator[Stores]:
        """To be overridden: the storage of one test, empty."""
        raise NotImplementedError

    # What is kept ----------------------------------------------------------------------------------------------

    async def test_an_empty_store_has_nothing(self, stores: Stores) -> None:
        store, loaded = await stores.open()
        assert loaded == Loaded(1, (), (), (), None)
        assert await store.contact("k") is None
        assert await store.today(SAM, 0, 10) == (0, [])
        assert await store.next_due() is None
        assert await store.outbox_count() == OutboxCount(0, 0, 0, None)

    async def test_everything_open_comes_back_as_it_was(self, stores: Stores) -> None:
        store, _ = await stores.open()
        open_one = contact("k1")
        agent = Agent(SAM, AgentState.WORKING, since=NOON, contacts=("k1",), next=(AgentState.UNAVAILABLE, "Lunch"))
        reply = RememberedReply(SAM, "r1", "not_now", "who", "Not now", None, NOON)
        sales, tags = Skill("Sales", "Sales", ("+14155550102",)), (Tag("VIP", ("Sales",)),)
        directory = Directory(7, skills={"Sales": sales}, tags=tags)
        await committed(store, Commit((open_one,), (agent,), (), (reply,)))
        await store.save_directory(directory)
        assert await store.contact("k1") == open_one

        _, loaded = await stores.open()
        assert loaded == Loaded(2, (open_one,), (agent,), (reply,), directory)

    async def test_the_newest_value_counts(self, stores: Stores) -> None:
        store, _ = await stores.open()
        values = [contact("k1", draft=Draft(comments=Field(f"note {n}", n))) for n in range(50)]
        await committed(store, *(Commit((value,), (Agent(SAM, since=n),)) for n, value in enumerate(values)))
        assert await store.contact("k1") == values[-1]
        await store.save_directory(Directory(1))
        await store.save_directory(Directory(2))
        _, loaded = await stores.open()
        assert loaded.contacts == (values[-1],)
        assert loaded.agents == (Agent(SAM, since=49),)
        assert loaded.directory == Directory(2)

    async def test_closed_and_settled_contacts_are_not_loaded(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((contact("open"), contact("gone", Phase.CLOSED))))
        _, loaded = await stores.open()
        assert [c.key for c in loaded.contacts] == ["open"]

    async def test_a_closed_contact_whose_task_is_unwritten_is_loaded(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((saving("k1", 1, phase=Phase.CLOSED),), (), (task("k1"),)))
        _, loaded = await stores.open()
        assert [c.key for c in loaded.contacts] == ["k1"]

    async def test_a_closed_contact_whose_work_is_still_to_be_told_is_loaded_once(self, stores: Stores) -> None:
        """The step of a Work Queue; beside it, the outcome of the Task may not be shown yet."""
        store, _ = await stores.open()
        saved = Save(SaveState.SAVED, 1, 1, task_id="00T")
        draft = Draft(disposition=Field("Sold", 1))
        due = contact("k1", Phase.CLOSED, work="step", save=saved, draft=draft)
        assert due.work_due
        await committed(store, Commit((due,), (), (task("k1"),)))
        await store.claim(NOON, 10, 1)
        await store.settle([Settled("k1", 1, "written", task_id="00T")])
        store, loaded = await stores.open()
        assert [c.key for c in loaded.contacts] == ["k1"]
        await committed(store, Commit((structs.replace(due, work_done=True),)))
        _, loaded = await stores.open()
        assert loaded.contacts == ()

    async def test_digits_are_not_kept(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((contact("k1", digits="4242"),)))
        assert await store.contact("k1") == contact("k1")

    async def test_replies_are_kept_for_an_hour(self, stores: Stores) -> None:
        store, _ = await stores.open()
        replies = [RememberedReply(SAM, f"r{n}", None, None, None, "k", NOON + n * HOUR // 2) for n in range(4)]
        await committed(store, Commit(replies=tuple(replies)))
        stores.now = NOON + 3 * HOUR // 2
        _, loaded = await stores.open()
        assert loaded.replies == tuple(replies[2:])

    async def test_today_is_the_agents_closed_contacts_newest_first(self, stores: Stores) -> None:
        store, _ = await stores.open()
        closed = [contact(f"k{n}", Phase.CLOSED, started=NOON + n) for n in range(5)]
        others = (contact("open", started=NOON + 9), contact("hers", Phase.CLOSED, started=NOON + 9, agent="005B"))
        await committed(store, Commit((*closed, *others)))
        count, newest = await store.today(SAM, NOON + 1, 3)
        assert count == 4
        assert list(newest) == [closed[4], closed[3], closed[2]]

    async def test_what_waited_since_yesterday_is_of_the_day_on_which_it_was_offered(self, stores: Stores) -> None:
        store, _ = await stores.open()
        old = contact("k1", Phase.CLOSED, started=NOON - DAY, offered=NOON)
        await committed(store, Commit((old, contact("k2", Phase.CLOSED, started=NOON - DAY))))
        assert await store.today(SAM, NOON, 3) == (1, [old])

    async def test_prune_deletes_what_is_old_and_settled(self, stores: Stores) -> None:
        store, _ = await stores.open()
        old = NOON - 9 * DAY
        await committed(
            store,
            Commit(
                (
                    contact("settled", Phase.CLOSED, started=old, save=Save(SaveState.SAVED, 1, 1)),
                    contact("taskless", Phase.CLOSED, started=old),
                    contact("unwritten", Phase.CLOSED, started=old),
                    contact("open", started=old),
                    contact("recent", Phase.CLOSED, started=NOON - 7 * DAY),
                ),
                tasks=(task("settled"),),
            ),
        )
        await store.claim(NOON, 10, 1)
        await store.settle([Settled("settled", 1, "written", task_id="00T")])
        await committed(store, Commit((), (), (task("unwritten"),)))
        # The outcome of `settled` has not been told before its contact shows it.
        assert await store.prune(NOON) == 1
        shown = contact("settled", Phase.CLOSED, started=old, save=Save(SaveState.SAVED, 1, 1))
        await committed(store, Commit((shown,)))
        assert await store.prune(NOON) == 1
        left = [key for key in ("settled", "taskless", "unwritten", "open", "recent") if await store.contact(key)]
        assert left == ["unwritten", "open", "recent"]
        assert [row.contact for row in await store.claim(NOON, 10, 1)] == ["unwritten"]

    async def test_whose_a_recording_is_is_known_for_longer_than_the_contact(self, stores: Stores) -> None:
        store, _ = await stores.open()
        long_ago = NOON - 60 * DAY
        old = contact("r1", Phase.CLOSED, started=long_ago, recorded=True)
        left = structs.replace(old, agent=None)
        silent = contact("r2", Phase.CLOSED, started=long_ago)
        await committed(store, Commit((old, silent)))
        await committed(store, Commit((left,)))
        while await store.prune(NOON):
            pass
        assert await store.contact("r1") is None
        assert await store.recorded_by("r1") == SAM
        assert await store.recorded_by("r2") is None
        assert await store.forget_recorded(long_ago) == 0
        assert await store.forget_recorded(long_ago + 1) == 1
        assert await store.recorded_by("r1") is None

    async def test_opening_prunes(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit(tuple(contact(f"k{n}", Phase.CLOSED) for n in range(1_100))))
        stores.now = NOON + 9 * DAY
        store, _ = await stores.open()
        assert await store.today(SAM, 0, 10) == (0, [])

    # Order and acknowledgement ---------------------------------------------------------------------------------

    async def test_done_is_called_in_order_and_after_the_fact(self, stores: Stores) -> None:
        store, _ = await stores.open()
        order: list[int] = []
        for n in range(200):
            store.commit(Commit((contact(f"k{n}"),)), partial(_note, order, n))
        assert order == [], "done is never called from within commit"
        await committed(store, Commit())
        assert order == list(range(200))

    async def test_a_callback_that_fails_does_not_keep_others_from_being_told(self, stores: Stores) -> None:
        store, _ = await stores.open()
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context["exception"]))
        failure = ValueError("mine")

        def fail(_: BaseException | None) -> None:
            raise failure

        store.commit(Commit((contact("k1"),)), fail)
        await committed(store, Commit((contact("k2"),)))
        assert problems == [failure]

    async def test_what_cannot_be_written_fails_alone(self, stores: Stores) -> None:
        store, _ = await stores.open()
        outcomes: dict[str, BaseException | None] = {}
        bad = contact("bad", draft=Draft(comments=Field("\ud800", 1)))
        for value in (contact("k1"), bad, contact("k2")):
            store.commit(Commit((value,), (), (task(value.key),)), partial(outcomes.__setitem__, value.key))
        await committed(store, Commit())
        assert list(outcomes) == ["k1", "bad", "k2"]
        assert outcomes["k1"] is None
        assert outcomes["k2"] is None
        assert isinstance(outcomes["bad"], StoreError)
        assert await store.contact("bad") is None
        assert [row.contact for row in await store.claim(NOON, 10, 1)] == ["k1", "k2"], "nor its Task"

    async def test_a_closed_store_says_so(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await stores.close()
        with pytest.raises(StoreError, match="not open"):
            await committed(store, Commit((contact("k1"),)))
        with pytest.raises(StoreError, match="not open"):
            await store.contact("k1")
        await store.close()

    async def test_close_finishes_what_was_queued(self, stores: Stores) -> None:
        store, _ = await stores.open()
        told: list[BaseException | None] = []
        for n in range(300):
            store.commit(Commit((contact(f"k{n}"),)), told.append)
        await stores.close()
        _, loaded = await stores.open()
        assert len(loaded.contacts) == 300
        assert told == [None] * 300

    # The outbox ------------------------------------------------------------------------------------------------

    async def test_a_wanted_task_is_claimed_once(self, stores: Stores) -> None:
        store, _ = await stores.open()
        wanted = task("k1", WhatId="500A", CallDurationInSeconds=7)
        await committed(store, Commit((saving("k1", 1),), (), (wanted,)))
        assert await store.next_due() == NOON
        assert await store.outbox_count() == OutboxCount(1, 0, 0, NOON, 0, NOON)
        rows = await store.claim(NOON, 10, 500)
        assert list(rows) == [OutboxRow("k1", 1, wanted.fields, 0, {}, None, False, 0)]
        assert await store.claim(NOON, 10, 500) == []
        assert await store.outbox_count() == OutboxCount(0, 1, 0, None, 0, NOON)
        assert await store.next_due() == NOON + 500

    async def test_the_longest_due_come_first(self, stores: Stores) -> None:
        store, _ = await stores.open()
        for n, key in enumerate(("k3", "k1", "k2")):
            stores.now = NOON + n
            await committed(store, Commit((), (), (task(key),)))
        assert [row.contact for row in await store.claim(NOON + 9, 2, 1)] == ["k3", "k1"]
        assert [row.contact for row in await store.claim(NOON + 9, 2, 1)] == ["k2"]

    async def test_written_rows_are_done_and_remembered(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((saving("k1", 1),), (), (task("k1"),)))
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "written", task_id="00TA", fields={"Subject": "as written"})])
        assert await store.next_due() is None
        assert await store.outbox_count() == OutboxCount(0, 0, 0, None)
        await committed(store, Commit((), (), (task("k1", 2),)))
        (row,) = await store.claim(NOON, 10, 500)
        assert row == OutboxRow("k1", 2, task("k1", 2).fields, 1, {"Subject": "as written"}, "00TA", False, 0)

    async def test_a_revision_that_is_not_newer_changes_nothing(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1", 2),)))
        await committed(store, Commit((), (), (task("k1", 1, Subject="old"), task("k1", 2, Subject="again"))))
        (row,) = await store.claim(NOON, 10, 500)
        assert (row.wanted, row.fields) == (2, task("k1", 2).fields)

    async def test_a_newer_revision_during_a_write_waits_for_it_and_is_due_then(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1", 1),)))
        await store.claim(NOON, 10, 500)
        await committed(store, Commit((), (), (task("k1", 2),)))
        assert await store.claim(NOON, 10, 500) == [], "its request is under way"
        stores.now = NOON + 100
        await store.settle([Settled("k1", 1, "written", task_id="00TA", fields=task("k1", 1).fields)])
        assert await store.next_due() == NOON + 100
        (row,) = await store.claim(NOON + 100, 10, 500)
        assert (row.wanted, row.written, row.doubtful) == (2, 1, False)

    @pytest.mark.parametrize("result", ["later", "parked"])
    async def test_a_newer_revision_makes_an_unwritten_one_due_at_once(self, stores: Stores, result: str) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1", 1),)))
        await store.claim(NOON, 10, 500)
        await committed(store, Commit((), (), (task("k1", 2),)))
        await store.settle([Settled("k1", 1, result, due=NOON + HOUR, code="X")])
        (row,) = await store.claim(NOON, 10, 500)
        assert (row.wanted, row.written) == (2, 0)

    @pytest.mark.parametrize("doubtful", [True, False])
    async def test_later_comes_back_when_due_with_its_doubt(self, stores: Stores, doubtful: bool) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1"),)))
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "later", due=NOON + 700, doubtful=doubtful, code="UNABLE_TO_LOCK_ROW")])
        assert await store.next_due() == NOON + 700
        assert await store.claim(NOON + 699, 10, 500) == []
        (row,) = await store.claim(NOON + 700, 10, 500)
        assert (row.doubtful, row.attempts) == (doubtful, 1)

    async def test_it_is_known_since_when_the_oldest_is_wanted(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1"), task("k2"))))
        stores.now = NOON + 100
        await committed(store, Commit((), (), (task("k2", 2), task("k3"))))
        await store.claim(NOON + 100, 10, 500)
        late = [Settled(key, 1, "later", due=NOON + 9_000, code="connection") for key in ("k1", "k3")]
        await store.settle([*late, Settled("k2", 2, "written", task_id="00TA", fields={})])
        assert await store.outbox_count() == OutboxCount(2, 0, 0, NOON + 9_000, 2, NOON), "however often it is put off"
        stores.now = NOON + 200
        await committed(store, Commit((), (), (task("k1", 2), task("k2", 3))))
        assert (await store.outbox_count()).oldest == NOON, "a newer version makes it no younger"
        await store.claim(NOON + 200, 10, 500)
        await store.settle([Settled("k1", 2, "parked"), Settled("k2", 3, "parked")])
        assert (await store.outbox_count()).oldest == NOON + 100, "what is parked waits for people"
        stores.now = NOON + 300
        await committed(store, Commit((), (), (task("k1", 3),)))
        await store.claim(NOON + 9_000, 10, 500)
        stores.now = NOON + 9_000
        await committed(store, Commit((), (), (task("k3", 2),)))
        await store.settle([Settled("k3", 1, "written", task_id="00TC", fields={})])
        assert (await store.outbox_count()).oldest == NOON + 300
        await store.claim(NOON + 9_999, 10, 500)
        await store.settle([Settled("k1", 3, "written", task_id="00TB", fields={})])
        assert (await store.outbox_count()).oldest == NOON + 9_000, "since the first was written"

    async def test_a_try_that_does_not_count(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1"),)))
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "later", due=NOON, code="connection", counts=False)])
        (row,) = await store.claim(NOON, 10, 500)
        assert row.attempts == 0

    async def test_parked_rows_wait_for_a_newer_revision(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((saving("k1", 1),), (), (task("k1"),)))
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 1, "parked", doubtful=True, code="STRING_TOO_LONG", field="Subject")])
        assert await store.next_due() is None
        assert await store.outbox_count() == OutboxCount(0, 0, 1, None)
        stores.now = NOON + DAY
        store, loaded = await stores.open()
        assert await store.claim(NOON + DAY, 10, 500) == []
        assert loaded.news == (TaskRefused("k1", 1, "STRING_TOO_LONG", "Subject", ""),)
        await committed(store, Commit((), (), (task("k1", 2),)))
        (row,) = await store.claim(NOON + DAY, 10, 500)
        assert (row.wanted, row.attempts, row.doubtful) == (2, 0, True)

    async def test_a_lease_outlives_a_restart_and_leaves_doubt(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1"),)))
        await store.claim(NOON, 10, 500)
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1", 2),)))
        assert await store.next_due() == NOON + 500
        assert await store.claim(NOON + 499, 10, 500) == []
        (row,) = await store.claim(NOON + 500, 10, 500)
        assert (row.wanted, row.doubtful, row.attempts) == (2, True, 1)

    async def test_what_was_put_off_by_a_clock_that_has_been_set_back_is_due_at_the_next_start(
        self, stores: Stores
    ) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1"), task("k2"))))
        await store.claim(NOON, 1, 500)
        await store.settle([Settled("k1", 1, "later", due=NOON + 2_000, code="connection")])
        stores.now = NOON - HOUR
        store, _ = await stores.open()
        assert [row.contact for row in await store.claim(NOON - HOUR, 10, 500)] == ["k1", "k2"]

    async def test_a_late_settlement_of_an_old_revision_takes_nothing_back(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((), (), (task("k1", 2),)))
        await store.claim(NOON, 10, 500)
        await store.settle([Settled("k1", 2, "written", task_id="00TA", fields={"Subject": "two"})])
        await store.settle([Settled("k1", 1, "written", task_id="00TB", fields={"Subject": "one"})])
        await store.settle([Settled("k1", 2, "parked", code="X")])
        await committed(store, Commit((), (), (task("k1", 3),)))
        (row,) = await store.claim(NOON, 10, 500)
        assert (row.written, row.written_fields, row.task_id) == (2, {"Subject": "two"}, "00TA")

    async def test_an_unknown_result_is_refused(self, stores: Stores) -> None:
        store, _ = await stores.open()
        with pytest.raises(StoreError, match="'done'"):
            await store.settle([Settled("k1", 1, "done")])

    # What nobody could be told ---------------------------------------------------------------------------------

    async def test_an_outcome_that_the_contact_does_not_show_is_news_at_the_next_start(self, stores: Stores) -> None:
        store, _ = await stores.open()
        contacts = (saving("k1", 2, phase=Phase.CLOSED), saving("k2", 1), saving("k3", 1))
        await committed(store, Commit(contacts, (), (task("k1", 1), task("k2"), task("k3"))))
        await store.claim(NOON, 10, 500)
        await store.settle(
            [
                Settled("k1", 1, "written", task_id="00TA", fields={"Subject": "Call with Mia"}),
                Settled("k2", 1, "later", due=NOON + HOUR // 4, code="daily_limit"),
                Settled("k3", 1, "written", task_id=None, fields={"Subject": "Gone"}),
            ]
        )
        store, loaded = await stores.open()
        assert [c.key for c in loaded.contacts] == ["k1", "k2", "k3"]
        assert loaded.news == (
            TaskSaved("k1", 1, "00TA", "Call with Mia"),
            TaskWaiting("k2", 1, NOON + HOUR // 4, "daily_limit"),
            TaskSaved("k3", 1, None, "Gone"),
        )
        shown = tuple(
            structs.replace(c, save=structs.replace(c.save, written=1, wanted=1), phase=Phase.CLOSED) for c in contacts
        )
        await committed(store, Commit(shown))
        _, loaded = await stores.open()
        assert [c.key for c in loaded.contacts] == ["k2"]
        assert [type(news) for news in loaded.news] == [TaskWaiting]

    # The outbox, for people ---------------------------------------------------------------------------------------

    async def test_what_is_not_written_is_listed_with_its_state(self, stores: Stores) -> None:
        store, _ = await stores.open()
        names = ("written", "parked", "later", "writing", "due")
        for n, name in enumerate(names):
            await committed(store, Commit((saving(name, 2, phase=Phase.CLOSED),), (), (task(name, 2),)))
            stores.now += n
        await store.claim(stores.now, 10, HOUR)
        await store.settle(
            [
                Settled("written", 2, "written", task_id="00T1", fields={"Subject": "s"}),
                Settled("parked", 2, "parked", code="STRING_TOO_LONG", field="Subject", message="too long"),
                Settled("later", 2, "later", due=stores.now + HOUR, code="busy", message="Too many.", doubtful=True),
                Settled("due", 2, "later", due=stores.now),
            ]
        )
        entries = {entry.contact: entry for entry in await store.outbox_entries()}
        assert {name: entry.state for name, entry in entries.items()} == {n: n for n in names if n != "written"}
        parked = entries["parked"]
        assert (parked.code, parked.field, parked.message) == ("STRING_TOO_LONG", "Subject", "too long")
        assert (parked.agent, parked.started, parked.wanted, parked.written) == (SAM, NOON, 2, 0)
        assert parked.fields["Phone_Revision__c"] == 2
        assert (entries["later"].due, entries["later"].doubtful) == (stores.now + HOUR, True)
        assert await store.parked_entries(10) == (1, [parked])
        (written,) = await store.outbox_entries("written")
        assert (written.state, written.task_id, written.written_fields) == ("written", "00T1", {"Subject": "s"})
        assert await store.outbox_entries("nobody") == []

    async def test_the_oldest_parked_rows_are_listed_and_all_are_counted(self, stores: Stores) -> None:
        store, _ = await stores.open()
        assert await store.parked_entries(2) == (0, [])
        begun = {"k1": NOON + 3_000, "k2": NOON + 1_000, "k3": NOON + 2_000, "k4": NOON}
        for key, started in begun.items():
            closed = contact(key, Phase.CLOSED, started=started, save=Save(SaveState.SAVING, 1))
            await committed(store, Commit((closed,), (), (task(key),)))
        await store.claim(stores.now, 10, HOUR)
        await store.settle([Settled(key, 1, "parked", code="X") for key in begun])
        assert await store.discard(Discard("k4", 1, NOON, "Kim", "a test call"))
        total, entries = await store.parked_entries(2)
        assert (total, [entry.contact for entry in entries]) == (3, ["k2", "k3"])

    async def test_what_waits_or_is_parked_can_be_tried_now(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, *(Commit((saving(key, 1),), (), (task(key),)) for key in ("k1", "k2", "k3", "k4")))
        await store.claim(stores.now, 10, HOUR)
        await store.settle(
            [
                Settled("k1", 1, "parked", code="X", doubtful=True),
                Settled("k2", 1, "later", due=stores.now + HOUR, code="busy"),
                Settled("k3", 1, "written", task_id="00T", fields={}),
            ]
        )
        assert await store.try_again(["k1", "k3", "k4", "nobody"]) == 1
        (row,) = await store.claim(stores.now, 10, HOUR)
        assert (row.contact, row.doubtful, row.attempts) == ("k1", True, 0)
        await store.settle([Settled("k1", 1, "parked", code="X")])
        assert await store.try_again(but=["k1", "k2", "k3", "k4", "nobody"]) == 0
        assert await store.try_again() == 2
        assert {row.contact for row in await store.claim(stores.now, 10, HOUR)} == {"k1", "k2"}

    async def test_what_was_discarded_is_not_written_and_who_did_it_is_known(self, stores: Stores) -> None:
        store, _ = await stores.open()
        await committed(store, Commit((saving("k1", 2, 1, phase=Phase.CLOSED),), (), (task("k1", 2),)))
        given = Discard("k1", 2, NOON, "Kim", "a test call")
        assert not await store.discard(structs.replace(given, revision=1)), "not what is wanted"
        await store.claim(stores.now, 10, HOUR)
        assert not await store.discard(given), "it is being written"
        await store.settle([Settled("k1", 2, "parked", code="X", doubtful=True)])
        assert await store.discard(given)
        assert not await store.discard(structs.replace(given, contact="nobody"))
        (entry,) = await store.outbox_entries()
        assert (entry.state, entry.discards, entry.doubtful) == ("discarded", (given,), True)
        assert await store.next_due() is None
        assert await store.try_again() == 0, "only when it is named"
        store, loaded = await stores.open()
        assert loaded.news == (TaskDiscarded("k1", 2, "Kim: a test call"),)
        assert [found.key for found in loaded.contacts] == ["k1"]
        # The same revision, wanted again at a start, changes nothing; a contact that shows it is told.
        shows = contact("k1", Phase.CLOSED, save=Save(SaveState.DISCARDED, 2, 1, message="Kim: a test call"))
        await committed(store, Commit((shows,), (), (task("k1", 2),)))
        store, loaded = await stores.open()
        assert (loaded.news, loaded.contacts) == ((), ())
        # A newer one is written, looked up first.
        await committed(store, Commit((), (), (task("k1", 3),)))
        (row,) = await store.claim(stores.now, 10, HOUR)
        assert (row.wanted, row.doubtful) == (3, True)
        await store.settle([Settled("k1", 3, "written", task_id="00T", fields={})])
        (entry,) = await store.outbox_entries("k1")
        assert (entry.state, entry.discards) == ("written", (given,))

    async def test_what_was_discarded_may_be_tried_after_all_and_is_forgotten_with_its_contact(
        self, stores: Stores
    ) -> None:
        store, _ = await stores.open()
        shows = contact("k1", Phase.CLOSED, save=Save(SaveState.DISCARDED, 1))
        await committed(store, Commit((saving("k1", 1, phase=Phase.CLOSED),), (), (task("k1"),)))
        assert await store.discard(Discard("k1", 1, NOON, "Kim", "a test call"))
        assert await store.try_again(["k1"]) == 1
        (row,) = await store.claim(stores.now, 10, 1)
        assert row.contact == "k1"
        await store.settle([Settled("k1", 1, "later", due=stores.now + 1)])
        assert await store.discard(Discard("k1", 1, NOON + 1, "Kim", "really"))
        await committed(store, Commit((shows,)))
        assert await store.prune(stores.now + 10 * DAY) == 1
        assert await store.outbox_entries("k1") == []
