"""What is erased is gone from every file of the store, byte by byte; and how long the rest is kept."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.domain.directory import Directory, Skill
from connector.domain.erasure import Person
from connector.domain.model import Agent, Draft, Field, Kind, Link, Missed, Phase, Record, Save, SaveState
from connector.errors import StoreError
from connector.ports.number_index import Mark, Numbers, Place
from connector.ports.store import Commit, Discard, Keep, RememberedReply, Settled
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import DAY, HOUR, NOON, SAM, committed, contact, task

pytestmark = pytest.mark.slow

NUMBER = "+442079460130"
WORDS = ("canary-note", "canary-older-note", "Canary Name", NUMBER, "canary-reason")
PERSON = Person((NUMBER,), ("003000000000001AAA",))
OTHERS = "somebody else's words"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "connector.db"


def found_in_files(path: Path) -> set[str]:
    """Which of the words are in any file beside the store."""
    data = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    return {word for word in (*WORDS, OTHERS) if word.encode() in data}


async def filled(path: Path) -> SqliteStore:
    """A store with Mia all over it, and with somebody else."""
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    hers = Record("003000000000001AAA", "Contact", "Canary Name")
    link = Link(hers, 1)
    for text in ("canary-older-note", "canary-note"):  # the first one is replaced
        draft = Draft(comments=Field(text * 300, 1), who=link)
        mine = contact("hers", Phase.CLOSED, number=NUMBER, draft=draft, save=Save(SaveState.SAVING, 1), recorded=True)
        await committed(store, Commit((mine,), (), (task("hers", Description=text),)))
    other = contact("other", Phase.CLOSED, draft=Draft(comments=Field(OTHERS, 1)), visited=(hers,))
    missed = Missed("m1", Kind.INBOUND, NUMBER, "Canary Name", "support", NOON, "missed")
    reply = RememberedReply(SAM, "r1", None, None, None, "hers", NOON)
    named = RememberedReply(SAM, "r2", "number_invalid", "number", f"{NUMBER} cannot be called.", None, NOON)
    agent = Agent(SAM, missed=(missed,), visited=(hers,))
    await committed(store, Commit((other,), (agent,), (), (reply, named)))
    assert await store.discard(Discard("hers", 1, NOON, "Kim", "canary-reason"))
    shows = contact("hers", Phase.CLOSED, number=NUMBER, draft=Draft(who=link), save=Save(SaveState.DISCARDED, 1))
    await committed(store, Commit((shows,)))
    return store


async def test_a_person_is_gone_from_every_file(path: Path) -> None:
    store = await filled(path)
    assert found_in_files(path) >= {"Canary Name", NUMBER, "canary-reason", OTHERS}
    (found,) = await store.about(PERSON)
    assert (found.contact.key, found.settled, found.recorded) == ("hers", True, True)
    await store.erase(PERSON, ["hers"])
    assert found_in_files(path) == {OTHERS}
    assert await store.contact("hers") is None
    assert await store.recorded_by("hers") is None
    assert await store.outbox_entries("hers") == []
    kept = await store.contact("other")
    assert kept is not None
    assert kept.visited == ()
    await committed(store, Commit((contact("next"),)))
    await store.close()
    assert found_in_files(path) == {OTHERS}
    store = SqliteStore(path, lambda: NOON)
    loaded = await store.open()
    assert loaded.replies == ()
    assert [(agent.missed, agent.visited) for agent in loaded.agents] == [((), ())]
    await store.close()


async def test_what_is_replaced_and_pruned_is_overwritten_without_being_asked(path: Path) -> None:
    store = await filled(path)
    await store.prune(NOON + 30 * DAY)
    assert await store.contact("hers") is None
    await store.close()
    assert not found_in_files(path) & {"canary-note", "canary-older-note"}


async def test_while_somebody_reads_the_store_it_is_said_that_it_is_not_gone_yet(path: Path) -> None:
    store = await filled(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact").fetchone()
        with pytest.raises(StoreError, match=r"somebody reads the store.*erase again"):
            await store.erase(PERSON, ["hers"])
        reader.execute("COMMIT")
    await store.erase(PERSON, [])
    assert found_in_files(path) == {OTHERS}
    await store.close()


async def test_commits_that_come_meanwhile_are_kept(path: Path) -> None:
    store = await filled(path)
    erasing = asyncio.create_task(store.erase(PERSON, ["hers"]))
    await asyncio.sleep(0)
    await committed(store, *(Commit((contact(f"k{n}"),)) for n in range(600)))
    await erasing
    assert await store.contact("k599") is not None
    await store.close()


async def test_only_what_is_settled_may_be_erased(path: Path) -> None:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    unwritten = contact("unwritten", Phase.CLOSED, number=NUMBER, save=Save(SaveState.SAVING, 1))
    await committed(store, Commit((contact("open", number=NUMBER), unwritten), (), (task("unwritten"),)))
    assert {it.contact.key: it.settled for it in await store.about(PERSON)} == {"open": False, "unwritten": False}
    await store.claim(NOON, 10, HOUR)
    await store.settle([Settled("unwritten", 1, "written", task_id="00T", fields={})])
    written = contact("unwritten", Phase.CLOSED, number=NUMBER, save=Save(SaveState.SAVED, 1, 1))
    await committed(store, Commit((written,)))
    assert {it.contact.key: it.settled for it in await store.about(PERSON)} == {"open": False, "unwritten": True}
    await store.close()


# How long ---------------------------------------------------------------------------------------------------------


async def settled(store: SqliteStore, key: str) -> None:
    saved = contact(key, Phase.CLOSED, save=Save(SaveState.SAVED, 1, 1))
    await committed(store, Commit((saved,), (), (task(key, Description="what was written"),)))
    (row,) = await store.claim(NOON, 10, HOUR)
    await store.settle([Settled(key, 1, "written", task_id="00T", fields=row.fields)])
    await committed(store, Commit((saved,)))


async def test_each_kind_is_kept_as_long_as_configured(path: Path) -> None:
    keep = Keep(contacts=20 * DAY, task_fields=3 * DAY, replies=10 * 60_000, discards=30 * DAY, directory=5 * DAY)
    store = SqliteStore(path, lambda: NOON, keep)
    await store.open()
    await settled(store, "k1")
    await committed(store, Commit(replies=(RememberedReply(SAM, "r1", None, None, None, None, NOON),)))
    await store.save_directory(Directory(skills={"s": Skill("s", "Support")}))

    async def kept(days: float) -> tuple[bool, bool, bool, bool]:
        """Contact, what was written, reply, directory."""
        await store.prune(NOON + round(days * DAY))
        (*entries,) = await store.outbox_entries("k1")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            replies = db.execute("SELECT count(*) FROM reply").fetchone()[0]
            directory = db.execute("SELECT count(*) FROM directory").fetchone()[0]
        fields = bool(entries and entries[0].written_fields)
        return await store.contact("k1") is not None, fields, bool(replies), bool(directory)

    assert await kept(0) == (True, True, True, True)
    assert await kept(0.1) == (True, True, False, True)
    assert await kept(2.9) == (True, True, False, True)
    assert await kept(3.1) == (True, False, False, True)
    assert await kept(5.1) == (True, False, False, False)
    assert await kept(19.9) == (True, False, False, False)
    assert await kept(20.1) == (False, False, False, False)
    await store.close()


async def test_a_directory_that_nobody_confirmed_for_long_is_not_used(path: Path) -> None:
    store = SqliteStore(path, lambda: NOON, Keep(directory=DAY))
    await store.open()
    await store.save_directory(Directory())
    await store.close()
    for days, used in ((0.5, True), (1.5, False)):
        store = SqliteStore(path, lambda days=days: NOON + round(days * DAY), Keep(directory=DAY))  # type: ignore[misc]
        assert ((await store.open()).directory is not None) is used
        await store.close()


async def test_what_was_written_is_kept_once(path: Path) -> None:
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    await settled(store, "k1")
    (entry,) = await store.outbox_entries("k1")
    assert entry.fields == {}
    assert entry.written_fields["Description"] == "what was written"
    await store.close()


# The index of numbers ---------------------------------------------------------------------------------------------


def test_numbers_are_erased_from_the_index_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "numbers.db"
    index = SqliteNumberIndex(path)
    records = [
        Numbers("003000000000001AAA", ((NUMBER, ""), ("~2079460130", ""))),
        Numbers("003000000000002AAA", ((NUMBER, "12"),)),
        Numbers("003000000000003AAA", (("+31205550121", ""),)),
        Numbers("003000000000004AAA", (("+31205550122", ""),)),
    ]
    index.put("Contact", records, Mark("f", "s", "r", filled=True))
    assert index.erase([NUMBER], [Place("Contact", "003000000000003AAA")]) == 3
    assert index.erase([NUMBER], []) == 0
    assert index.count() == 1
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert NUMBER.encode() not in data
    assert b"+31205550121" not in data
    assert b"+31205550122" in data
    assert index.mark("Contact").filled, "the others are still known"
    index.close()
