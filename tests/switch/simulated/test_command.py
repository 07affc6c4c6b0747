"""The command line of the simulated switch."""

import socket
from itertools import pairwise
from pathlib import Path

import pytest

from connector.domain.events import CallArrived
from connector.switch.simulated.clock import VirtualClock
from connector.switch.simulated.command import main, parser, strangers
from connector.switch.simulated.engine import Engine
from tests.ports.switch_rig import LINE, Heard


@pytest.mark.parametrize(
    "options,words",
    [
        (["--key-file", "{folder}/missing"], "--key-file"),
        (["--key-file", "{folder}/empty"], "empty"),
        (["--journal", "{folder}/no/such/folder"], "--journal"),
        (["--lines", "Sales"], "SKILL=NUMBER"),
        (["--lines", "Sales=100"], "Sales=100"),
        (["--rules", "0181=gone"], "0181=gone"),
        (["--speed", "0"], "--speed"),
        (["--calls-every", "5"], "--lines"),
        (["--calls-every", "0", "--lines", "Sales=+14155550102"], "--calls-every"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    (tmp_path / "key").write_text("key")
    (tmp_path / "empty").write_text("\n")
    usual = ["switch", "--key-file", str(tmp_path / "key"), "--journal", str(tmp_path / "journal")]
    monkeypatch.setattr("sys.argv", usual + [option.format(folder=tmp_path) for option in options])
    assert main(parser("switch"), strangers) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_taken_port_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("key")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        paths = ["--key-file", str(tmp_path / "key"), "--journal", str(tmp_path / "journal")]
        monkeypatch.setattr("sys.argv", ["switch", *paths, "--port", port])
        assert main(parser("switch"), strangers) == 2
    assert port in capsys.readouterr().err


def test_strangers_call_one_line_after_the_other(tmp_path: Path) -> None:
    required = ["--key-file", str(tmp_path / "key"), "--journal", str(tmp_path / "journal")]
    options = parser("switch").parse_args([*required, "--calls-every", "5", "--talk", "1"])
    clock, heard = VirtualClock(), Heard()
    engine = Engine(clock, lines={"Support_EN": LINE, "Sales": "+14155550102"})
    engine.attach(heard)
    strangers(options)(engine)
    clock.advance(15_000)
    calls = [event for event in heard.news if isinstance(event, CallArrived)]
    assert [call.line for call in calls] == [LINE, "+14155550102", LINE]
    assert [later.at - call.at for call, later in pairwise(calls)] == [5_000, 5_000]
    assert len({call.number for call in calls}) == 3


def test_it_explains_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["switch", "--help"])
    with pytest.raises(SystemExit) as left:
        main(parser("switch"), strangers)
    assert left.value.code == 0
    said = capsys.readouterr().out
    for option in ("--port", "--key-file", "--journal", "--agents", "--lines", "--rules", "--calls-every", "--talk"):
        assert option in said
