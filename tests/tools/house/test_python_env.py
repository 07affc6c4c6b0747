"""The clone's `.venv`: made in a moment, over a site folder of the cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from house import python_env
from house.steps import SetupError


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout with a program, and beside it two site folders."""
    root = tmp_path / "a clone"
    (root / "connector").mkdir(parents=True)
    (root / "connector" / "__main__.py").write_text("import sys, library; print(library.WORD, *sys.argv[1:])")
    for word in ("one", "two"):
        (tmp_path / word).mkdir()
        (tmp_path / word / "library.py").write_text(f"WORD = {word!r}")
    return root


def _connector(root: Path, folder: Path) -> str:
    command = [str(root / ".venv" / "bin" / "connector"), "an argument"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=30).stdout


def test_its_programs_see_the_checkout_and_the_packages_from_anywhere(clone: Path, tmp_path: Path) -> None:
    python_env.make_venv(clone, tmp_path / "one", None)
    (tmp_path / "elsewhere" / "connector").mkdir(parents=True)
    (tmp_path / "elsewhere" / "connector" / "__main__.py").write_text("raise SystemExit('the wrong one')")
    assert _connector(clone, tmp_path / "elsewhere") == "one an argument\n"


def test_made_again_it_follows_the_packages_and_is_else_left_alone(clone: Path, tmp_path: Path) -> None:
    python_env.make_venv(clone, tmp_path / "one", None)
    before = (clone / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    python_env.make_venv(clone, tmp_path / "two", None)
    assert _connector(clone, tmp_path) == "two an argument\n"
    assert (clone / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before


def test_cut_short_or_moved_it_is_made_anew(clone: Path, tmp_path: Path) -> None:
    python_env.make_venv(clone, tmp_path / "one", None)
    (clone / ".venv" / "bin" / "python").unlink()
    python_env.make_venv(clone, tmp_path / "one", None)
    assert _connector(clone, tmp_path) == "one an argument\n"
    moved = tmp_path / "moved"
    shutil.move(clone, moved)
    python_env.make_venv(moved, tmp_path / "one", None)
    assert _connector(moved, tmp_path) == "one an argument\n"


def test_the_name_of_a_site_follows_its_lock(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    names = set()
    for content in ("a==1", "a==2"):
        (tmp_path / "requirements" / "run.txt").write_text(content)
        names.add(python_env.site_name(tmp_path, "run"))
    assert len(names) == 2


def test_an_old_python_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    python_env.check_version()
    monkeypatch.setattr(python_env, "OLDEST", (99, 0))
    with pytest.raises(SetupError, match=r"Python 99.0 or newer is needed(.|\n)*make PYTHON="):
        python_env.check_version()
