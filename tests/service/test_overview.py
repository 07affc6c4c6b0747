"""What supervisors look at of all Tasks: worked out from the floor, and of the store no more than is new."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from connector.domain.model import Contact, Floor, Phase, Save, SaveState
from connector.errors import StoreError
from connector.ports.crm import Budget, BudgetMode
from connector.ports.store import OutboxEntry
from connector.service.judgement import Rest
from connector.service.overview import MOST, Overview
from connector.service.proving import Outcome
from tests.ports.store_contract import NOON, SAM, contact


class Rows:
    """A store, as far as it is asked."""

    def __init__(self) -> None:
        self.parked: list[OutboxEntry] = []
        self.asked: list[int] = []
        self.fails = False

    async def parked_entries(self, limit: int) -> tuple[int, Sequence[OutboxEntry]]:
        self.asked.append(limit)
        if self.fails:
            raise StoreError("disk I/O error")
        return len(self.parked), self.parked[:limit]


def entry(key: str) -> OutboxEntry:
    return OutboxEntry(
        key, "parked", 1, 0, {}, {}, None, None, False, False, 1, "STRING_TOO_LONG", "Subject", "long", SAM, NOON
    )


def saved(key: str, state: SaveState, **changes: Any) -> Contact:
    return contact(key, Phase.CLOSED, save=Save(state, 1), **changes)


class World:
    def __init__(self) -> None:
        self.floor = Floor()
        self.rows = Rows()
        self.crm = SimpleNamespace(budget=None)
        self.outbox = SimpleNamespace(last_batch=0, rest=None)
        self.proof: Outcome | None = None
        self.overview = Overview(
            self.rows,  # type: ignore[arg-type]  # as far as it is asked
            self.outbox,  # type: ignore[arg-type]  # as above
            self.crm,
            lambda: self.floor,
            lambda: self.proof,
        )

    def show(self, *contacts: Contact) -> None:
        self.floor.contacts = {one.key: one for one in contacts}


@pytest.mark.parametrize(
    ("states", "waiting", "parked"),
    [
        ((), 0, 0),
        ((SaveState.NONE, SaveState.SAVED, SaveState.DISCARDED), 0, 0),
        ((SaveState.SAVING,), 1, 0),
        ((SaveState.WAITING, SaveState.SAVING, SaveState.ATTENTION), 2, 1),
        ((SaveState.ATTENTION, SaveState.ATTENTION), 0, 2),
    ],
)
async def test_tasks_are_counted_by_how_far_they_are(states: tuple[SaveState, ...], waiting: int, parked: int) -> None:
    world = World()
    world.show(*(saved(f"k{n}", state) for n, state in enumerate(states)))
    world.rows.parked = [entry(f"k{n}") for n, state in enumerate(states) if state is SaveState.ATTENTION]
    seen = await world.overview.tasks()
    assert (seen.waiting, seen.parked_total, len(seen.parked)) == (waiting, parked, parked)


async def test_the_oldest_that_waits_is_the_one_whose_contact_ended_first() -> None:
    world = World()
    world.show(
        saved("k1", SaveState.WAITING, started=NOON, ended=NOON + 90_000),
        saved("k2", SaveState.SAVING, started=NOON - 60_000, ended=NOON + 30_000),
        saved("k3", SaveState.SAVED, started=NOON - 99_000, ended=NOON - 9_000),
    )
    assert (await world.overview.tasks()).oldest == NOON + 30_000
    world.show(saved("k4", SaveState.WAITING, started=NOON - 5_000, ended=None))
    assert (await world.overview.tasks()).oldest == NOON - 5_000, "a piece of work has no other time"


async def test_a_row_comes_with_its_contact_as_it_is_now() -> None:
    world = World()
    world.show(saved("k1", SaveState.ATTENTION))
    world.rows.parked = [entry("k1"), entry("gone")]
    seen = await world.overview.tasks()
    assert seen.parked == ((entry("k1"), world.floor.contacts["k1"]), (entry("gone"), None))


async def test_the_store_is_asked_only_when_other_tasks_need_attention_than_before() -> None:
    world = World()
    world.show(saved("k1", SaveState.SAVING))
    await world.overview.tasks()
    assert world.rows.asked == [], "no Task needs attention"
    world.show(saved("k1", SaveState.ATTENTION))
    world.rows.parked = [entry("k1")]
    for _ in range(3):
        assert (await world.overview.tasks()).parked_total == 1
    assert world.rows.asked == [MOST]
    world.show(contact("k1", Phase.CLOSED, save=Save(SaveState.ATTENTION, 2)))
    await world.overview.tasks()
    assert world.rows.asked == [MOST, MOST], "it was refused once more"
    world.show(saved("k1", SaveState.SAVED))
    assert (await world.overview.tasks()).parked == ()
    assert world.rows.asked == [MOST, MOST]


async def test_a_store_that_failed_is_asked_again() -> None:
    world = World()
    world.show(saved("k1", SaveState.ATTENTION))
    world.rows.parked, world.rows.fails = [entry("k1")], True
    with pytest.raises(StoreError):
        await world.overview.tasks()
    world.rows.fails = False
    assert (await world.overview.tasks()).parked_total == 1


async def test_budget_batch_rest_and_proof_are_those_of_now() -> None:
    world = World()
    seen = await world.overview.tasks()
    assert (seen.budget, seen.batch, seen.rest, seen.proof) == (None, 0, None, None)
    world.crm.budget = Budget(90, 100, BudgetMode.RESERVE, NOON)
    world.outbox.last_batch, world.outbox.rest = 12, Rest(NOON, "busy", "Too many requests.")
    world.proof = Outcome(NOON, NOON, 5, {}, {})
    seen = await world.overview.tasks()
    assert (seen.budget, seen.batch) == (world.crm.budget, 12)
    assert (seen.rest, seen.proof) == (world.outbox.rest, world.proof)
