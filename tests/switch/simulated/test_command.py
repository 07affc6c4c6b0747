"""The command line of the simulated switch."""

import socket
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from connector.domain.effects import PlaceCall
from connector.domain.events import AskRefused, CallArrived
from connector.switch.register.clock import VirtualClock
from connector.switch.simulated.command import engine_of, main, parser, strangers
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.journal import JournalFile
from tests.ports.switch_rig import LINE, SAM, Heard


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
    for option in (
        "--port",
        "--key-file",
        "--journal",
        "--agents",
        "--lines",
        "--rules",
        "--routes",
        "--calls-every",
        "--talk",
    ):
        assert option in said


@pytest.mark.parametrize(
    ("options", "refused"),
    [([], []), (["--routes", "sim-local"], ["sim-national"]), (["--routes", ""], ["sim-local", "sim-national"])],
)
def test_the_routes_of_emergency_calls(tmp_path: Path, options: list[str], refused: list[str]) -> None:
    required = ["--key-file", str(tmp_path / "key"), "--journal", str(tmp_path / "journal"), "--agents", SAM]
    with closing(JournalFile(tmp_path / "journal")) as journal:
        clock = VirtualClock()
        engine = engine_of(parser("switch").parse_args([*required, *options]), journal, clock)
        heard = Heard()
        engine.attach(heard)
        for route in ("sim-local", "sim-national"):
            engine.ask(PlaceCall(route, route, f"a {route}", f"c {route}", SAM, "911", LINE, route))
        clock.advance(1_000)
    assert [event.ask for event in heard.news if isinstance(event, AskRefused)] == refused
