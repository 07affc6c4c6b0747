"""What the machine lacks is installed where that is possible, and else named with the command that cures it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from house import browser, machine
from house.steps import SetupError


def _program(folder: Path, name: str) -> str:
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; it is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return folder


def test_the_browser_named_by_the_environment_wins(
    empty_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(empty_path, "chromium")
    monkeypatch.setenv("CHROMIUM", _program(tmp_path, "my-browser"))
    assert browser.make_browser() == str(tmp_path / "my-browser")
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(SetupError, match="CHROMIUM names no-such-browser, which is not a program"):
        browser.make_browser()


def test_any_of_the_known_names_will_do(empty_path: Path) -> None:
    assert browser.find_browser() is None
    path = _program(empty_path, "google-chrome")
    assert browser.make_browser() == path


def test_without_the_rights_the_missing_package_and_its_cure_are_named(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(empty_path, "apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"no Chromium(.|\n)*sudo apt-get install --no-install-recommends chromium"):
        browser.make_browser()


def test_as_root_on_debian_it_is_installed(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: Sequence[str], **options: object) -> str:
        ran.append(list(command))
        if "install" in command:
            _program(empty_path, "chromium")
        return ""

    monkeypatch.setattr(machine, "may_install_debian", lambda: True)
    monkeypatch.setattr(machine, "run", run)
    assert browser.make_browser() == str(empty_path / "chromium")
    assert [command[-1] for command in ran] == ["update", "chromium"]


@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_with_apt_may_install(empty_path: Path, monkeypatch: pytest.MonkeyPatch, user: int) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert not machine.may_install_debian()
    _program(empty_path, "apt-get")
    assert machine.may_install_debian() == (user == 0 and Path("/etc/debian_version").exists())
