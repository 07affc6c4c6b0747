"""Programs from Debian's packages: what is said where they cannot be had."""

from pathlib import Path

import pytest
from house import debian
from house.steps import SetupError


def test_another_processor_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(SetupError, match="for x86_64 only, and this is aarch64"):
        debian.mirror()


def test_a_machine_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(SetupError, match="no apt-get"):
        debian.mirror()


def test_when_every_suite_fails_all_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "mirror", lambda: "http://127.0.0.1:9/debian")

    def fail(self: debian.PrivateApt) -> None:
        raise SetupError(f"{self.suite} is away")

    monkeypatch.setattr(debian.PrivateApt, "update", fail)
    with pytest.raises(SetupError, match=r"(?s)Asterisk could not be fetched\..*forky is away.*sid is away"):
        debian.fill(tmp_path / "entry", "Asterisk", ["asterisk"], lambda _root: [])
    assert list((tmp_path / "entry").iterdir()) == []
