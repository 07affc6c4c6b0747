"""Who asks to be forgotten: what goes, what stays and why, and in which order."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from connector.domain.erasure import Person
from connector.domain.events import Event, PersonErased
from connector.domain.model import Floor, Phase, Save, SaveState
from connector.errors import BadInput, SwitchUnavailable
from connector.ports.number_index import Mark, Numbers
from connector.ports.recordings import Stored
from connector.ports.store import Commit
from connector.service.erasing import Erased, Erasing, Left
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import NOON, committed, contact, task

NUMBER = "+442079460130"


class Shelf:
    """Recordings of contacts."""

    def __init__(self, *contacts: str) -> None:
        self.stored = [Stored(f"{key}-{NOON}", key, NOON) for key in contacts]
        self.down = False

    async def of(self, contact: str) -> Sequence[Stored]:
        if self.down:
            raise SwitchUnavailable("down")
        return [one for one in self.stored if one.contact == contact]

    async def remove(self, name: str) -> None:
        self.stored = [one for one in self.stored if one.name != name]


class Floored:
    """A runner, as far as it is asked."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.told: list[Event] = []

    def event(self, event: Event) -> None:
        self.told.append(event)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "x.db", lambda: NOON)
    await store.open()
    saved = Save(SaveState.SAVED, 1, 1)
    contacts = [
        contact("done", Phase.CLOSED, number=NUMBER, save=saved),
        contact("heard", Phase.CLOSED, started=NOON + 1, number=NUMBER, save=saved, recorded=True),
        contact("open", started=NOON + 2, number=NUMBER),
        contact("unwritten", Phase.CLOSED, started=NOON + 3, number=NUMBER, save=Save(SaveState.SAVING, 1)),
        contact("other", Phase.CLOSED, save=saved),
    ]
    await committed(store, Commit(tuple(contacts), (), (task("unwritten"),)))
    yield store
    await store.close()


@pytest.fixture
def index(tmp_path: Path) -> SqliteNumberIndex:
    index = SqliteNumberIndex(tmp_path / "x.db.numbers")
    index.put("Contact", [Numbers("003000000000001AAA", ((NUMBER, ""),))], Mark())
    return index


def erasing(
    store: SqliteStore, index: SqliteNumberIndex, shelf: Shelf | None = None, runner: Floored | None = None
) -> Erasing:
    return Erasing(store, index, runner=runner, recordings=shelf)  # type: ignore[arg-type]  # as far as they are asked


async def test_what_is_settled_goes_and_the_rest_is_named(store: SqliteStore, index: SqliteNumberIndex) -> None:
    shelf, runner = Shelf("done", "heard", "heard", "other"), Floored()
    done = await erasing(store, index, shelf, runner).erase(Person((NUMBER,)), dry_run=False)
    assert (done.contacts, done.recordings, done.numbers) == (("done", "heard"), 3, 1)
    assert {left.contact: left.why.partition(":")[0] for left in done.left} == {
        "open": "it is under way, or waits",
        "unwritten": "its Task is not written",
    }
    assert [one.contact for one in shelf.stored] == ["other"]
    assert [key for key in ("done", "heard", "open", "unwritten", "other") if await store.contact(key)] == [
        "open",
        "unwritten",
        "other",
    ]
    assert runner.told == [PersonErased(Person((NUMBER,)))]
    assert index.count() == 0


async def test_a_dry_run_changes_nothing(store: SqliteStore, index: SqliteNumberIndex) -> None:
    shelf, runner = Shelf("heard"), Floored()
    done = await erasing(store, index, shelf, runner).erase(Person((NUMBER,)), dry_run=True)
    assert (done.contacts, done.recordings, len(done.left)) == (("done", "heard"), 1, 2)
    assert (len(shelf.stored), runner.told, index.count()) == (1, [], 1)
    assert await store.contact("done") is not None


async def test_without_a_connector_recordings_are_not_forgotten(store: SqliteStore, index: SqliteNumberIndex) -> None:
    done = await erasing(store, index).erase(Person((NUMBER,)), dry_run=False)
    assert done.contacts == ("done",)
    assert "while the connector runs" in {left.contact: left.why for left in done.left}["heard"]


async def test_while_the_recordings_cannot_be_reached_nothing_is_erased(
    store: SqliteStore, index: SqliteNumberIndex
) -> None:
    shelf = Shelf("heard")
    shelf.down = True
    with pytest.raises(SwitchUnavailable):
        await erasing(store, index, shelf, Floored()).erase(Person((NUMBER,)), dry_run=False)
    assert await store.contact("done") is not None
    assert index.count() == 1


async def test_what_the_floor_has_taken_back_is_left(store: SqliteStore, index: SqliteNumberIndex) -> None:
    runner = Floored()
    runner.floor.contacts["done"] = contact("done", Phase.CLOSED, number=NUMBER)
    done = await erasing(store, index, Shelf(), runner).erase(Person((NUMBER,)), dry_run=False)
    assert done.contacts == ("heard",)
    assert "it is being finished" in {left.contact: left.why for left in done.left}["done"]


async def test_recordings_of_a_contact_that_the_store_has_forgotten(
    store: SqliteStore, index: SqliteNumberIndex
) -> None:
    shelf = Shelf("forgotten", "open")
    done = await erasing(store, index, shelf, Floored()).erase(Person(contacts=("forgotten", "open")), dry_run=False)
    assert done == Erased((), 1, 0, (Left("open", "it is under way, or waits: erase again when it is over"),))
    assert [one.contact for one in shelf.stored] == ["open"], "what is under way goes on"


@pytest.mark.parametrize(
    ("person", "field", "words"),
    [
        (Person(("020 7946 0130",)), "number", "with its country code"),
        (Person(("+1",)), "number", "number"),
        (Person((), ("003",)), "person", "15 or 18"),
        (Person((), ("003' OR Id != ''",)), "person", "15 or 18"),
        (Person(), "person", "Name somebody"),
    ],
)
async def test_who_is_not_named_right(
    store: SqliteStore, index: SqliteNumberIndex, person: Person, field: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        await erasing(store, index, Shelf(), Floored()).erase(person, dry_run=False)
    assert refused.value.field == field
    assert await store.contact("done") is not None
