"""The shared cache: made once, by one process, never half seen, and made again when it is damaged."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from house.cache import Cache, digest, digest_files, every_file
from house.steps import SetupError


def _fill(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "file").write_text("content")


def _refuse(folder: Path) -> None:
    raise AssertionError(f"{folder} is made though it is there already")


def test_an_entry_is_made_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    made = cache.entry("thing-1", _fill, every_file)
    assert (made / "sub" / "file").read_text() == "content"
    assert cache.entry("thing-1", _refuse, every_file) == made
    assert cache.find("thing-1", every_file) == made
    assert cache.find("thing-2", every_file) is None


@pytest.mark.parametrize("damage", ["remove", "shorten", "add", "forget"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: str) -> None:
    cache = Cache(tmp_path)
    made = cache.entry("thing", _fill, every_file)
    file = made / "sub" / "file"
    match damage:
        case "remove":
            file.unlink()
        case "shorten":
            file.write_text("cont")
        case "add":
            (made / "foreign").write_text("")
        case "forget":
            (made / ".made.json").write_text("{not json")
    assert cache.find("thing", every_file) is None
    assert (cache.entry("thing", _fill, every_file) / "sub" / "file").read_text() == "content"
    assert not (made / "foreign").exists()


def test_what_nobody_used_for_long_goes_when_the_next_of_its_kind_comes(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for name in ("node-all-1", "node-all-2", "node-all-3", "panel-1"):
        cache.entry(name, _fill, every_file)
    for name in ("node-all-1", "node-all-2", "node-all-3", "panel-1"):
        os.utime(tmp_path / name / ".made.json", (0, 0))
    cache.entry("node-all-2", _refuse, every_file)  # in use after all
    cache.entry("node-all-4", _fill, every_file)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["locks", "node-all-2", "node-all-4", "panel-1"]


def test_compiled_python_is_no_damage(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    made = cache.entry("thing", _fill, every_file)
    (made / "sub" / "__pycache__").mkdir()
    (made / "sub" / "__pycache__" / "file.pyc").write_text("")
    cache.entry("thing", _refuse, every_file)


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        _fill(folder)
        raise SetupError("no network")

    cache = Cache(tmp_path)
    with pytest.raises(SetupError, match="no network"):
        cache.entry("thing", fail, every_file)
    assert [path.name for path in tmp_path.iterdir()] == ["locks"]
    cache.entry("thing", _fill, every_file)


def test_a_folder_that_cannot_be_written_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"cannot be written(.|\n)*Set XDG_CACHE_HOME"):
        Cache(tmp_path / "file" / "cache").entry("thing", _fill, every_file)


def test_the_users_cache_follows_the_xdg_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert Cache.of_user().root == Path("/somewhere/phone-panel")
    for invalid in ("", "relative/folder"):
        monkeypatch.setenv("XDG_CACHE_HOME", invalid)
        assert Cache.of_user().root == Path.home() / ".cache" / "phone-panel"


def _make_slowly(root: Path, begun: Event, go_on: Event, count: Path) -> None:
    def make(folder: Path) -> None:
        _fill(folder)
        begun.set()
        go_on.wait()
        with count.open("a") as file:
            file.write("x")

    Cache(root).entry("thing", make, every_file)


_SPAWN = multiprocessing.get_context("spawn")


def _start(target: Callable[..., None], *arguments: object) -> multiprocessing.process.BaseProcess:
    process = _SPAWN.Process(target=target, args=arguments)
    process.start()
    return process


def test_two_at_once_make_one(tmp_path: Path) -> None:
    begun, go_on, count = _SPAWN.Event(), _SPAWN.Event(), tmp_path / "count"
    both = [_start(_make_slowly, tmp_path / "cache", begun, go_on, count) for _ in range(2)]
    assert begun.wait(30)
    go_on.set()
    for process in both:
        process.join(30)
        assert process.exitcode == 0
    assert count.read_text() == "x"


def test_killed_in_the_middle_the_next_one_makes_it(tmp_path: Path) -> None:
    begun, never, count = _SPAWN.Event(), _SPAWN.Event(), tmp_path / "count"
    process = _start(_make_slowly, tmp_path / "cache", begun, never, count)
    assert begun.wait(30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    cache = Cache(tmp_path / "cache")
    assert cache.find("thing", every_file) is None
    cache.entry("thing", _fill, every_file)
    assert sorted(path.name for path in cache.root.iterdir()) == ["locks", "thing"]


def test_digests_tell_parts_apart() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest(["a"]) == digest([b"a"])


def test_the_digest_of_files_knows_names_and_contents_and_no_folder(tmp_path: Path) -> None:
    for root in ("one", "two"):
        (tmp_path / root).mkdir()
        for name in ("a", "b"):
            (tmp_path / root / name).write_text(name)

    def of(root: str, *names: str) -> str:
        return digest_files(tmp_path / root, [tmp_path / root / name for name in names])

    assert of("one", "a", "b") == of("two", "b", "a")
    assert of("one", "a") != of("one", "b")
    (tmp_path / "two" / "a").write_text("changed")
    assert of("one", "a", "b") != of("two", "a", "b")
