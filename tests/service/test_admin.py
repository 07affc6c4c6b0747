"""What an administrator does to the outbox of a running connector, and of one that does not run: the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.domain.directory import Directory, Profile
from connector.domain.events import TaskDiscarded, TaskEvent, TaskWanted
from connector.domain.model import Floor, Phase, Save, SaveState
from connector.errors import BadInput
from connector.ports.store import Commit, Settled
from connector.service.admin import Admin
from connector.service.clock import ManualClock
from connector.service.explain import _WORDS, explained
from connector.service.explain_dutch import DUTCH
from connector.service.outbox import Outbox
from connector.service.retry import VERDICTS
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import HOUR, NOON, SAM, committed, contact, saving, task
from tests.service.task_org import TaskOrg

INDEX = SqliteNumberIndex(Path("never-opened"))
DIRECTORY = Directory(agents={SAM: Profile(SAM, "Sam Rivera")})


class Shown:
    """A runner, as far as it is asked: what contacts show, and what it was told."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.told: list[TaskEvent] = []

    def event(self, event: TaskEvent) -> None:
        self.told.append(event)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "x.db", lambda: NOON)
    await store.open()
    keys = ("parked", "later", "writing", "written")
    await committed(store, *(Commit((saving(key, 1, phase=Phase.CLOSED),), (), (task(key),)) for key in keys))
    await store.claim(NOON, 10, HOUR)
    await store.settle(
        [
            Settled("parked", 1, "parked", code="STRING_TOO_LONG", field="Subject", message="Subject: too large"),
            Settled("later", 1, "later", due=NOON + HOUR, code="busy", message="Too many requests.", doubtful=True),
            Settled("written", 1, "written", task_id="00T", fields={}),
        ]
    )
    yield store
    await store.close()


@pytest.fixture
def admin(store: SqliteStore) -> Admin:
    """Of a store that no connector has open."""
    return Admin(store, ManualClock(NOON), lambda: DIRECTORY, INDEX)


async def test_rows_are_explained(admin: Admin) -> None:
    lines = {line.contact: line for line in await admin.lines()}
    assert set(lines) == {"parked", "later", "writing"}
    parked = lines["parked"]
    assert (parked.agent, parked.subject, parked.state) == ("Sam Rivera", "Call parked", "parked")
    assert parked.what == "a text is too long"
    assert parked.cure == "shorten it in the panel, or make the field longer and retry"
    assert parked.message == "Subject: too large"
    assert lines["later"].what == "Salesforce has too much to do"
    assert lines["later"].next_try == NOON + HOUR
    assert lines["writing"].what == "it is being written"


async def test_one_contact_is_looked_at_written_or_not(admin: Admin) -> None:
    (line,) = await admin.lines("written")
    assert (line.state, line.task_id, line.what) == ("written", "00T", "")
    with pytest.raises(BadInput, match="nobody: the outbox has no row") as refused:
        await admin.lines("nobody")
    assert (refused.value.code, refused.value.field) == ("no_such_row", "contact")


def test_each_code_that_is_dealt_with_has_words() -> None:
    assert set(VERDICTS) <= set(_WORDS)
    for code in VERDICTS:
        what, cure = explained(code, "parked")
        assert what
        assert cure
    assert explained("ODD_CODE", "parked")[0] == "Salesforce refuses it"


def test_the_same_codes_have_words_in_dutch() -> None:
    assert set(DUTCH) == set(_WORDS)
    assert explained("STRING_TOO_LONG", "parked", "nl_NL")[0] == "een tekst is te lang"
    assert explained("ODD_CODE", "parked", "nl_NL")[0] == "Salesforce weigert het"
    assert explained("STRING_TOO_LONG", "parked", "de")[0] == "a text is too long"


async def test_retry_of_one_leaves_the_others(admin: Admin, store: SqliteStore) -> None:
    assert await admin.retry("parked") == 1
    states = {line.contact: line.state for line in await admin.lines()}
    assert states == {"parked": "due", "later": "later", "writing": "writing"}


async def test_retry_of_all(admin: Admin) -> None:
    assert await admin.retry() == 2
    assert {line.state for line in await admin.lines()} == {"due", "writing"}


async def test_all_are_tried_again_without_any_being_read(
    admin: Admin, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand rows that wait would keep the store from commits, and the loop from calls."""
    monkeypatch.setattr(store, "outbox_entries", None)
    assert await admin.retry() == 2


@pytest.mark.parametrize("key", ["written", "writing"])
async def test_nothing_is_tried_again_that_is_written_or_under_way(admin: Admin, key: str) -> None:
    with pytest.raises(BadInput, match=f"{key}: is {key}: there is nothing to try again"):
        await admin.retry(key)


async def test_what_was_refused_is_wanted_anew_by_the_running_connector(store: SqliteStore) -> None:
    """With the draft and the settings of now; what only waits is tried as it is, also when Salesforce is left alone."""
    runner = Shown()
    runner.floor.contacts = {
        "parked": contact("parked", Phase.CLOSED, save=Save(SaveState.ATTENTION, 1)),
        "later": contact("later", Phase.CLOSED, save=Save(SaveState.WAITING, 1)),
    }
    clock = ManualClock(NOON)
    org = TaskOrg()
    outbox = Outbox(store, org, clock=clock, report=lambda _: None)
    admin = Admin(store, clock, lambda: DIRECTORY, INDEX, runner=runner, outbox=outbox)  # type: ignore[arg-type]  # as far as asked
    outbox.start()
    assert await admin.retry() == 2
    assert runner.told == [TaskWanted("parked")]
    async with asyncio.timeout(10):
        await org.asked.wait()
    assert [row.contact for row in org.requests[0]] == ["later"]
    await outbox.stop()


async def test_discard_is_kept_with_who_when_and_why(admin: Admin, store: SqliteStore) -> None:
    before = await admin.discard("parked", " Kim ", " a test call ")
    assert before.state == "parked"
    (line,) = await admin.lines("parked")
    assert (line.state, line.what) == ("discarded", "somebody has decided that it is not written")
    (kept,) = line.discards
    assert (kept.who, kept.reason, kept.at, kept.revision) == ("Kim", "a test call", NOON, 1)
    assert await admin.retry() == 1, "only the one that waits"
    assert await admin.retry("parked") == 1, "unless it is named"


async def test_a_running_connectors_contact_shows_who_discarded_it(store: SqliteStore) -> None:
    runner = Shown()
    admin = Admin(store, ManualClock(NOON), lambda: DIRECTORY, INDEX, runner=runner)  # type: ignore[arg-type]  # as far as asked
    await admin.discard("later", "Kim", "a test call")
    assert runner.told == [TaskDiscarded("later", 1, "Kim: a test call")]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (("parked", "Kim", "  "), "reason", "takes 1 to 500 characters"),
        (("parked", "", "why"), "who", "takes 1 to 500 characters"),
        (("parked", "Kim", "x" * 501), "reason", "takes 1 to 500 characters"),
        (("nobody", "Kim", "why"), "contact", "no row of that contact"),
        (("written", "Kim", "why"), "contact", "there is nothing to discard"),
        (("writing", "Kim", "why"), "contact", "try again in a minute"),
    ],
)
async def test_what_cannot_be_discarded_is_said(
    admin: Admin, given: tuple[str, str, str], field: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        await admin.discard(*given)
    assert refused.value.field == field
    assert {line.state for line in await admin.lines()} == {"parked", "later", "writing"}
