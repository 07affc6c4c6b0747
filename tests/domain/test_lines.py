"""Phones that are kept connected between calls, and those that somebody has to lift."""

from copy import deepcopy

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Decline, Dial, LogOut, SetLine, SetState
from connector.domain.decide import guard, reconnected, start
from connector.domain.effects import AskSwitch, Connect, KeepLine, PlaceCall
from connector.domain.events import LegAnswered, LegRinging, PhoneChanged
from connector.domain.model import Agent, AgentState, Floor, Line, Phase, Role
from connector.domain.rules.allowed import controls
from connector.domain.step import Change, Stamp, load
from connector.errors import NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, Stage, available, go

ON, OFF = KeepLine("2041", True), KeepLine("2041", False)
AWAY = SetState(SAM, AgentState.UNAVAILABLE, "Lunch")
FREE = SetState(SAM, AgentState.AVAILABLE)


def asks_of(change: Change) -> list[KeepLine]:
    return [
        effect.ask for effect in change.effects if isinstance(effect, AskSwitch) and isinstance(effect.ask, KeepLine)
    ]


def at_desk(line: Line = Line.LIFTED, *, persistent: bool = True, ready: bool = True, out: bool = False) -> Stage:
    """Sam, whose phone takes calls like that."""
    stage = Stage()
    stage.give(PhoneChanged("2041", ready, line))
    state = AgentState.LOGGED_OUT if out else AgentState.AVAILABLE
    stage.floor.agents[SAM] = replace(stage.agent(), persistent=persistent, state=state)
    stage.asks.clear()
    return stage


# --- when the switch is asked ----------------------------------------------------------------------------------------


CHOICES: tuple[tuple[Stage, SetLine, list[KeepLine]], ...] = (
    (at_desk(persistent=False), SetLine(SAM, True), [ON]),
    (at_desk(), SetLine(SAM, True), [ON]),
    (at_desk(Line.KEPT), SetLine(SAM, True), []),
    (at_desk(ready=False), SetLine(SAM, True), []),
    (at_desk(out=True), SetLine(SAM, True), [OFF]),
    (at_desk(Line.KEPT), SetLine(SAM, False), [OFF]),
    (at_desk(), SetLine(SAM, False), [OFF]),
    (at_desk(persistent=False), SetLine(SAM, False), [OFF]),
)


@pytest.mark.parametrize(("stage", "command", "expected"), CHOICES)
def test_an_agent_chooses(stage: Stage, command: SetLine, expected: list[KeepLine]) -> None:
    stage = deepcopy(stage)
    assert asks_of(stage.give(command)) == expected
    assert stage.agent().persistent is command.persistent


COMES_AND_GOES: tuple[tuple[Stage, SetState | LogOut, list[KeepLine]], ...] = (
    (at_desk(out=True), FREE, [ON]),
    (at_desk(out=True), AWAY, [ON]),
    (at_desk(out=True, persistent=False), FREE, []),
    (at_desk(out=True, ready=False), FREE, []),
    (at_desk(), AWAY, [ON]),
    (at_desk(Line.KEPT), AWAY, []),
    (at_desk(Line.KEPT), LogOut(SAM), [OFF]),
    (at_desk(), LogOut(SAM), [OFF]),
    (at_desk(persistent=False), LogOut(SAM), []),
)


@pytest.mark.parametrize(("stage", "command", "expected"), COMES_AND_GOES)
def test_an_agent_comes_and_goes(stage: Stage, command: SetState | LogOut, expected: list[KeepLine]) -> None:
    stage = deepcopy(stage)
    assert asks_of(stage.give(command)) == expected


NEWS: tuple[tuple[Stage, PhoneChanged, list[KeepLine]], ...] = (
    (at_desk(ready=False), PhoneChanged("2041", True, Line.LIFTED), [ON]),
    (at_desk(ready=False, out=True), PhoneChanged("2041", True, Line.LIFTED), [OFF]),
    (at_desk(ready=False, persistent=False), PhoneChanged("2041", True, Line.LIFTED), []),
    # Whoever has the phone has laid it down: it is not rung for that at once.
    (at_desk(Line.KEPT), PhoneChanged("2041", True, Line.LIFTED), []),
    (at_desk(), PhoneChanged("2041", True, Line.KEPT), []),
    (at_desk(persistent=False), PhoneChanged("2041", True, Line.KEPT), [OFF]),
    (at_desk(out=True), PhoneChanged("2041", True, Line.KEPT), [OFF]),
    (at_desk(), PhoneChanged("2041", False, Line.LIFTED), []),
)


@pytest.mark.parametrize(("stage", "news", "expected"), NEWS)
def test_a_phone_comes_and_goes(stage: Stage, news: PhoneChanged, expected: list[KeepLine]) -> None:
    stage = deepcopy(stage)
    assert asks_of(stage.give(news)) == expected
    assert (stage.agent().phone_ready, stage.agent().line) == (news.ready, news.line)
    assert stage.give(news) == Change(phones={"2041": news.ready}, lines={"2041": news.line})


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (at_desk(), [ON]),
        (at_desk(Line.KEPT), []),
        (at_desk(persistent=False), []),
        (at_desk(Line.KEPT, persistent=False), [OFF]),
        (at_desk(Line.KEPT, out=True), [OFF]),
    ],
)
def test_a_switch_that_is_back_is_asked_for_what_is_not_so(stage: Stage, expected: list[KeepLine]) -> None:
    assert asks_of(reconnected(stage.floor, DIRECTORY, Stamp(stage.now, "again"))) == expected


def test_a_line_that_is_nobodys_is_let_go() -> None:
    stage = Stage()
    stage.give(PhoneChanged("2043", True, Line.KEPT))
    stage.give(PhoneChanged("2044", True, Line.LIFTED))
    again = reconnected(stage.floor, DIRECTORY, Stamp(stage.now, "again"))
    assert asks_of(again) == [KeepLine("2043", False)]


def test_an_agent_without_a_phone_has_none_kept() -> None:
    stage = Stage(replace(DIRECTORY, agents={SAM: replace(DIRECTORY.agents[SAM], device="")}))
    stage.floor.agents[SAM] = Agent(SAM, AgentState.AVAILABLE, phone_ready=True)
    assert asks_of(stage.give(SetLine(SAM, True))) == []
    assert asks_of(stage.give(SetLine(SAM, False))) == []


def test_what_was_chosen_survives_a_restart_and_how_the_phone_stands_does_not() -> None:
    stage = at_desk(Line.KEPT)
    fresh = Floor()
    load(fresh, (), (stage.agent(),))
    assert (fresh.agents[SAM].persistent, fresh.agents[SAM].line) == (True, Line.ALWAYS)


def test_who_gets_another_phone_has_its_line() -> None:
    stage = at_desk()
    stage.give(PhoneChanged("2050", True, Line.KEPT))
    directory = replace(DIRECTORY, agents={SAM: replace(DIRECTORY.agents[SAM], device="2050")})
    (sam,) = (one for one in start(stage.floor, directory, Stamp(stage.now, "new")).agents if one.id == SAM)
    assert sam.line is Line.KEPT


# --- lifting is the answer -------------------------------------------------------------------------------------------


def test_a_phone_that_is_to_be_lifted_is_not_answered_in_the_panel() -> None:
    stage = at_desk(persistent=False)
    key = stage.ring_in()
    stage.obey()
    assert controls(stage.floor, stage.contact(key), DIRECTORY) == {"answer": "lift_phone", "decline": None}
    with pytest.raises(NotAllowed, match="lift_phone"):
        stage.give(Answer(SAM, key))
    stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now))
    assert [type(ask) for ask in stage.asks] == [Connect]
    assert stage.contact(key).phase is Phase.ACTIVE


def test_it_can_be_declined_in_the_panel() -> None:
    stage = at_desk(persistent=False)
    key = stage.ring_in()
    go(stage, Decline(SAM, key))
    assert stage.contact(key).phase is Phase.QUEUED


@pytest.mark.parametrize("line", [Line.ALWAYS, Line.KEPT])
def test_a_phone_that_takes_calls_by_itself_is_answered_in_the_panel(line: Line) -> None:
    stage = at_desk(line)
    key = stage.ring_in()
    stage.obey()
    assert guard(stage.floor, DIRECTORY, Answer(SAM, key)) is None


def test_another_call_that_is_in_the_way_comes_first() -> None:
    stage = at_desk(persistent=False)
    stage.give(Dial(SAM, MIA))
    assert controls(stage.floor, stage.contact(), DIRECTORY)["mute"] == "lift_phone"
    available(stage, JONAS)
    stage.floor.agents[SAM] = replace(stage.agent(), line=Line.ALWAYS)
    assert controls(stage.floor, stage.contact(), DIRECTORY)["mute"] == "phone_ringing"


def test_lifting_the_phone_begins_a_call_and_nobody_is_dialled_before() -> None:
    stage = at_desk(persistent=False)
    stage.give(Dial(SAM, MIA))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    mine = stage.leg(Role.AGENT).id
    stage.give(LegRinging(mine, stage.now))
    assert controls(stage.floor, stage.contact(), DIRECTORY)["mute"] == "lift_phone"
    stage.pass_time(5_000)
    assert stage.contact().problem is None
    stage.give(LegAnswered(mine, stage.now))
    assert controls(stage.floor, stage.contact(), DIRECTORY)["mute"] is None
