"""The index of numbers: what is found, what a restart keeps, and that a spoilt file is begun anew."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import StoreError
from connector.ports.number_index import Mark, Numbers, Place
from connector.store.number_index import SCHEMA, SqliteNumberIndex

KEY = "+14155550143"
MARK = Mark("fields", "2026-11-30T01:00:00.000+0000", "003a", filled=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "numbers.db"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteNumberIndex]:
    index = SqliteNumberIndex(path)
    yield index
    index.close()


def found(index: SqliteNumberIndex, *keys: str, most: int = 10) -> list[str]:
    return [place.record for place in index.find(keys or (KEY,), most)]


def put(index: SqliteNumberIndex, record: str, *keys: tuple[str, str], sobject: str = "Contact") -> None:
    index.put(sobject, [Numbers(record, keys)], MARK)


def test_a_record_is_found_by_any_of_its_numbers_once(index: SqliteNumberIndex) -> None:
    put(index, "003a", (KEY, ""), ("~4155550143", ""))
    assert index.find([KEY, "~4155550143"], 10) == [Place("Contact", "003a")]
    assert found(index, "~4155550143") == ["003a"]
    assert found(index, "+14155550144") == []


def test_who_has_the_number_alone_comes_before_its_extensions_and_no_more_than_asked_for(
    index: SqliteNumberIndex,
) -> None:
    for record, extension in (("003a", "12"), ("003b", "13"), ("003c", "")):
        put(index, record, (KEY, extension))
    assert found(index) == ["003c", "003a", "003b"]
    assert found(index, most=2) == ["003c", "003a"]


def test_what_is_put_replaces_what_was_known_of_the_record(index: SqliteNumberIndex) -> None:
    put(index, "003a", (KEY, ""))
    put(index, "003a", ("+3120", ""))
    assert (found(index), found(index, "+3120")) == ([], ["003a"])
    put(index, "003a")
    assert (found(index, "+3120"), index.count()) == ([], 0)


def test_the_last_of_a_record_counts(index: SqliteNumberIndex) -> None:
    index.put("Contact", [Numbers("003a", ((KEY, ""),)), Numbers("003a")], MARK)
    assert found(index) == []


def test_what_is_gone_is_removed(index: SqliteNumberIndex) -> None:
    put(index, "003a", (KEY, ""))
    put(index, "00Qa", (KEY, ""), sobject="Lead")
    index.remove([Place("Contact", "003a")])
    assert index.find([KEY], 10) == [Place("Lead", "00Qa")]


def test_an_object_begins_anew_and_others_stay(index: SqliteNumberIndex) -> None:
    put(index, "003a", (KEY, ""))
    put(index, "00Qa", (KEY, ""), sobject="Lead")
    index.begin("Contact", "other fields")
    assert index.mark("Contact") == Mark("other fields")
    assert index.mark("Lead") == MARK
    assert found(index) == ["00Qa"]


def test_objects_that_are_not_read_any_more_are_forgotten(index: SqliteNumberIndex) -> None:
    put(index, "003a", (KEY, ""))
    put(index, "00Qa", (KEY, ""), sobject="Lead")
    index.keep_only(["Lead", "Account"])
    assert (found(index), index.mark("Contact")) == (["00Qa"], Mark())


def test_a_restart_keeps_it(path: Path) -> None:
    first = SqliteNumberIndex(path)
    put(first, "003a", (KEY, ""))
    first.close()
    second = SqliteNumberIndex(path)
    assert (found(second), second.mark("Contact")) == (["003a"], MARK)
    second.close()


def test_only_its_owner_can_read_it(index: SqliteNumberIndex, path: Path) -> None:
    put(index, "003a", (KEY, ""))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_what_is_removed_is_not_left_in_the_file(path: Path) -> None:
    index = SqliteNumberIndex(path)
    put(index, "003a", (KEY, ""))
    put(index, "003a")
    index.close()
    assert KEY.encode() not in path.read_bytes()


def test_a_damaged_file_is_begun_anew(path: Path) -> None:
    first = SqliteNumberIndex(path)
    index_rows = [Numbers(f"003{n:04}", ((f"+1415555{n:04}", ""),)) for n in range(2_000)]
    first.put("Contact", index_rows, MARK)
    first.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + os.urandom(len(whole) - 100))
    second = SqliteNumberIndex(path)
    assert (found(second), second.mark("Contact")) == ([], Mark())
    put(second, "003a", (KEY, ""))
    assert found(second) == ["003a"]
    second.close()


def test_a_file_of_another_version_of_ours_is_begun_anew(path: Path) -> None:
    first = SqliteNumberIndex(path)
    put(first, "003a", (KEY, ""))
    first.close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    db.close()
    second = SqliteNumberIndex(path)
    assert found(second) == []
    second.close()


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.db"
    with sqlite3.connect(theirs) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    text = tmp_path / "text.db"
    text.write_text("not a database, but somebody's work " * 10)
    for path in (theirs, text):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=path.name):
            SqliteNumberIndex(path).count()
        assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file"):
        SqliteNumberIndex(tmp_path / "file" / "numbers.db").count()


def test_closed_it_says_so(path: Path) -> None:
    index = SqliteNumberIndex(path)
    index.close()
    with pytest.raises(StoreError, match="closed"):
        index.count()
