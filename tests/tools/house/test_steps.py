"""Outside commands: tried again, and told about when they fail for good."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from house import steps


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PAUSES", (0.0, 0.0))


def _count_up(file: Path, succeed_at: int) -> list[str | Path]:
    program = (
        "import pathlib, sys; f = pathlib.Path(sys.argv[1]); n = len(f.read_text()) + 1 if f.exists() else 1;"
        "f.write_text('x' * n); print('attempt', n); sys.exit(0 if n >= int(sys.argv[2]) else 3)"
    )
    return [sys.executable, "-c", program, file, str(succeed_at)]


def test_the_output_of_a_good_command_comes_back(tmp_path: Path) -> None:
    assert steps.run(_count_up(tmp_path / "n", 1), what="counting") == "attempt 1\n"


def test_a_hiccup_is_tried_again_from_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "half").write_text("")
    output = steps.run(_count_up(tmp_path / "n", 3), what="counting", tries=3, before_retry=[folder])
    assert output == "attempt 3\n"
    assert list(folder.iterdir()) == []
    assert "try 2 of 3 failed (exit code 3)" in capsys.readouterr().err


def test_the_last_failure_shows_command_code_and_output(tmp_path: Path) -> None:
    with pytest.raises(steps.SetupError, match=r"counting failed \(exit code 3\)(.|\n)*attempt 3"):
        steps.run(_count_up(tmp_path / "n", 9), what="counting", tries=3)


def test_a_missing_program_is_a_clear_error() -> None:
    with pytest.raises(steps.SetupError, match="No such file or directory: 'no-such-program'"):
        steps.run(["no-such-program"], what="looking")
