"""Simulated customers: calm, patient for a while, the same for the same seed."""

from itertools import pairwise
from pathlib import Path

import pytest

from connector.domain.effects import Connect, Offer
from connector.domain.events import CallArrived, LegEnded
from connector.errors import ConfigError
from connector.sandbox import switch as sandbox_switch
from connector.sandbox.customers import Customers, Pace
from connector.switch.register.clock import VirtualClock
from connector.switch.simulated.command import main
from connector.switch.simulated.engine import Engine
from tests.ports.switch_rig import Heard
from tests.switch.simulated.server_process import PHONES, RemoteRig, ServerProcess

PEOPLE = [f"+1415555{n:04}" for n in range(140, 160)]
LINES = {"Support_EN": "+14155550100", "Sales": "+14155550102"}
HOUR = 3_600_000


class Demo:
    """A switch that customers call, in virtual time."""

    def __init__(self, *, seed: int = 1, pace: Pace | None = None, people: list[str] = PEOPLE) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, ("2041",), lines=LINES)
        self.heard = Heard()
        self.engine.attach(self.heard)
        self.customers = Customers(self.engine, people, seed=seed, pace=pace or Pace())
        self.customers.start()

    def arrived(self) -> list[CallArrived]:
        return [event for event in self.heard.news if isinstance(event, CallArrived)]


def test_they_call_at_a_calm_pace_and_give_up_when_nobody_answers() -> None:
    demo = Demo()
    demo.clock.advance(HOUR)
    calls = demo.arrived()
    assert 40 <= len(calls) <= 80
    assert calls[0].at - 1_800_000_000_000 < 23_000
    assert min(later.at - call.at for call, later in pairwise(calls)) >= 45_000
    ends = {event.leg: event for event in demo.heard.news if isinstance(event, LegEnded)}
    waits = [ends[call.leg].at - call.at for call in calls if call.leg in ends]
    assert len(waits) >= len(calls) - 2
    assert min(waits) >= 60_000
    assert max(waits) <= 90_000


def test_never_more_than_two_wait() -> None:
    demo = Demo(pace=Pace(between=(1_000, 2_000)))
    most = 0
    for _ in range(600):
        demo.clock.advance(1_000)
        most = max(most, len(demo.engine.waiting()))
    assert most == 2


def test_they_call_every_line_from_the_numbers_of_the_people_and_not_twice_in_a_row() -> None:
    demo = Demo()
    demo.clock.advance(4 * HOUR)
    calls = demo.arrived()
    assert {call.line for call in calls} == {*LINES.values()}
    assert {call.number for call in calls} <= {*PEOPLE}
    assert len({call.number for call in calls}) > 15
    assert all(call.number != later.number for call, later in pairwise(calls))


def test_they_call_only_the_lines_that_they_are_given() -> None:
    clock, heard = VirtualClock(), Heard()
    engine = Engine(clock, ("2041",), lines=LINES)
    engine.attach(heard)
    Customers(engine, PEOPLE, lines=["Sales"]).start()
    clock.advance(HOUR)
    assert {event.line for event in heard.news if isinstance(event, CallArrived)} == {LINES["Sales"]}
    with pytest.raises(ConfigError, match="no line 'Nobody'; it has Support_EN, Sales"):
        Customers(engine, PEOPLE, lines=["Nobody"])


def test_nobody_calls_who_is_in_a_call() -> None:
    demo = Demo(people=PEOPLE[:2], pace=Pace(between=(10_000, 20_000), patience=(HOUR, HOUR), most_waiting=5))
    demo.clock.advance(HOUR // 2)
    assert {call.number for call in demo.arrived()} == {*PEOPLE[:2]}
    assert len(demo.arrived()) == 2


def test_they_hang_up_in_the_end_when_the_agent_does_not() -> None:
    demo = Demo(pace=Pace(talk=(50_000, 60_000)))
    demo.clock.advance(60_000)
    leg = demo.arrived()[0].leg
    demo.engine.ask(Offer("contact", leg, "agent", "2041"))
    demo.engine.ask(Connect("1", "contact", leg, "agent"))
    demo.clock.advance(200)
    answered = demo.clock.now()
    demo.clock.advance(100_000)
    ended = next(event for event in demo.heard.news if isinstance(event, LegEnded) and event.leg == leg)
    assert ended.cause == "normal"
    assert 49_000 <= ended.at - answered <= 61_000


def test_the_same_seed_makes_the_same_calls() -> None:
    runs = []
    for seed in (7, 7, 8):
        demo = Demo(seed=seed)
        demo.clock.advance(HOUR)
        runs.append([(call.number, call.line, call.at) for call in demo.arrived()])
    assert runs[0] == runs[1] != runs[2]


def test_they_stop_when_told_to() -> None:
    demo = Demo()
    demo.clock.advance(HOUR)
    demo.customers.stop()
    before = len(demo.arrived())
    demo.clock.advance(HOUR)
    assert len(demo.arrived()) == before
    assert demo.clock.idle()


def test_customers_need_numbers_and_lines() -> None:
    with pytest.raises(ConfigError, match="no numbers"):
        Customers(Engine(VirtualClock(), lines=LINES), [])
    with pytest.raises(ConfigError, match="555"):
        Customers(Engine(VirtualClock(), lines=LINES), ["555"])
    with pytest.raises(ConfigError, match="no lines"):
        Customers(Engine(VirtualClock()), PEOPLE)


@pytest.mark.slow
async def test_the_switch_of_the_demo_has_customers(tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.write_text("\n".join(PEOPLE) + "\n")
    options = (*PHONES, "--people", str(people), "--between", "0.04-0.06")
    server = ServerProcess(tmp_path, *options, module="connector.sandbox.switch")
    rig = RemoteRig(server)
    try:
        await rig.start()
        await rig.until(lambda: len(rig.heard.legs) == 2)
        status, reply = await rig.post("/calls", {"from": "+16285550172", "skill": "Sales", "talk": 5})
        assert status == 201
        await rig.until(lambda: reply["leg"] in rig.heard.legs)
    finally:
        await rig.close()
        assert server.stop() == 0


@pytest.mark.parametrize(
    "options,words",
    [
        (["--people", "{folder}/missing"], "--people"),
        (["--people", "{folder}/people", "--between", "90-45"], "--between"),
        (["--people", "{folder}/people", "--between", "often"], "--between"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    (tmp_path / "people").write_text("\n".join(PEOPLE))
    (tmp_path / "key").write_text("key")
    usual = [
        "switch",
        "--key-file",
        str(tmp_path / "key"),
        "--journal",
        str(tmp_path / "j"),
        "--lines",
        "A=+14155550100",
    ]
    monkeypatch.setattr("sys.argv", usual + [option.format(folder=tmp_path) for option in options])
    assert main(sandbox_switch.options(), sandbox_switch.customers) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
