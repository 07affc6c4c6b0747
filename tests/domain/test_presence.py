"""No panel: an agent whom nobody could reach is not offered anything for long, and their calls go on."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Dial, Done, End, LogOut, SetState
from connector.domain.decide import restarted
from connector.domain.effects import PushState
from connector.domain.events import AgentDeadlinePassed, PanelsChanged
from connector.domain.model import Agent, AgentState, Phase
from connector.domain.rules.presence import agent_deadline
from connector.domain.step import Stamp, apply
from tests.domain.stage import (
    DIRECTORY,
    JONAS,
    MIA,
    SAM,
    START,
    Stage,
    available,
    go,
    on_a_call,
    wrapping_up,
)

FREE, AWAY = (AgentState.AVAILABLE, ""), (AgentState.UNAVAILABLE, "Lunch")
GONE = (AgentState.UNAVAILABLE, "No panel")


def leave(stage: Stage, agent: str = SAM) -> None:
    """The agent's last panel is closed."""
    stage.give(PanelsChanged(agent, False, stage.now))


def come(stage: Stage, agent: str = SAM) -> None:
    stage.give(PanelsChanged(agent, True, stage.now))


def shown(stage: Stage, agent: str = SAM) -> tuple[AgentState, str]:
    return stage.agent(agent).state, stage.agent(agent).reason


def test_after_the_configured_time_and_not_before() -> None:
    stage = Stage()
    available(stage)
    leave(stage)
    stage.pass_time(29_999)
    assert shown(stage) == FREE
    stage.pass_time(1)
    assert (shown(stage), stage.agent().since) == (GONE, START + 30_000)
    key = stage.ring_in()
    assert stage.contact(key).phase is Phase.QUEUED


def test_the_time_is_configured() -> None:
    directory = replace(DIRECTORY, settings=replace(DIRECTORY.settings, no_panel=5_000))
    stage = Stage(directory)
    available(stage)
    leave(stage)
    stage.pass_time(5_000)
    assert shown(stage) == GONE


def test_a_panel_that_comes_back_in_time_stops_the_count() -> None:
    stage = Stage()
    available(stage)
    leave(stage)
    stage.pass_time(29_000)
    come(stage)
    stage.pass_time(60_000)
    assert shown(stage) == FREE
    leave(stage)
    stage.pass_time(29_000)
    assert shown(stage) == FREE, "it begins anew"


def test_one_that_comes_too_late_makes_nobody_available() -> None:
    stage = Stage()
    available(stage)
    leave(stage)
    stage.pass_time(30_000)
    come(stage)
    assert shown(stage) == GONE
    available(stage)
    stage.pass_time(60_000)
    assert shown(stage) == FREE


@pytest.mark.parametrize("gone", [False, True])
def test_news_that_is_true_already_changes_nothing(gone: bool) -> None:
    stage = Stage()
    available(stage)
    if gone:
        leave(stage)
    stage.now += 10_000
    change = stage.give(PanelsChanged(SAM, not gone, stage.now))
    assert (change.agents, change.effects) == ((), ())


def test_who_is_away_or_logged_out_stays_so() -> None:
    stage = Stage()
    stage.give(SetState(SAM, *AWAY))
    available(stage, JONAS)
    stage.give(LogOut(JONAS))
    for agent in (SAM, JONAS):
        leave(stage, agent)
    stage.pass_time(600_000)
    assert shown(stage) == AWAY
    assert shown(stage, JONAS) == (AgentState.LOGGED_OUT, "")


def test_a_live_call_goes_on_and_the_agent_is_unavailable_afterwards() -> None:
    stage, key = on_a_call()
    leave(stage)
    stage.pass_time(30_000)
    assert stage.contact(key).phase is Phase.ACTIVE
    assert (stage.agent().state, stage.agent().next) == (AgentState.WORKING, GONE)
    go(stage, End(SAM, key), Done(SAM, key))
    assert shown(stage) == GONE


def test_in_wrap_up_it_counts_for_afterwards_too() -> None:
    stage, _ = wrapping_up()
    leave(stage)
    stage.pass_time(120_000)
    assert shown(stage) == GONE


@pytest.mark.parametrize("chosen", [FREE, AWAY])
def test_what_was_chosen_for_afterwards_gives_way_only_if_it_is_available(chosen: tuple[AgentState, str]) -> None:
    stage, key = on_a_call()
    stage.give(SetState(SAM, *chosen))
    leave(stage)
    stage.pass_time(30_000)
    go(stage, End(SAM, key), Done(SAM, key))
    assert shown(stage) == (GONE if chosen == FREE else AWAY)


def test_an_outbound_call_of_an_unavailable_agent_ends_in_their_own_reason() -> None:
    stage = Stage()
    stage.give(SetState(SAM, *AWAY))
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    leave(stage)
    stage.pass_time(30_000)
    assert stage.agent().next is None
    go(stage, End(SAM, key), Done(SAM, key))
    assert shown(stage) == AWAY


def test_a_call_that_rings_with_no_panel_can_be_answered_by_lifting_the_phone() -> None:
    stage = Stage()
    available(stage)
    leave(stage)
    key = stage.ring_in()
    stage.obey()
    go(stage, Answer(SAM, key))
    assert stage.contact(key).phase is Phase.ACTIVE


def test_a_deadline_that_has_moved_or_is_not_due_yet_changes_nothing() -> None:
    stage = Stage()
    available(stage)
    leave(stage)
    due = START + 30_000
    for at, event in (
        (due - 1, AgentDeadlinePassed(SAM, "no_panel", due)),
        (due, AgentDeadlinePassed(SAM, "no_panel", due - 1)),
        (due, AgentDeadlinePassed(SAM, "other", due)),
        (due, AgentDeadlinePassed(JONAS, "no_panel", due)),
        (due, AgentDeadlinePassed("005000000000009AAA", "no_panel", due)),
    ):
        stage.now = at
        change = stage.give(event)
        assert (change.agents, change.effects, change.unknown) == ((), (), False)


PRESENT: dict[str, tuple[Agent, bool]] = {
    "available": (Agent(SAM, AgentState.AVAILABLE), True),
    "unavailable": (Agent(SAM, AgentState.UNAVAILABLE, "Lunch"), False),
    "logged out": (Agent(SAM), False),
    "working, was available": (Agent(SAM, AgentState.WORKING, before=FREE), True),
    "working, was away": (Agent(SAM, AgentState.WORKING, before=AWAY), False),
    "working, will be away": (Agent(SAM, AgentState.WORKING, before=FREE, next=AWAY), False),
    "working, will be available": (Agent(SAM, AgentState.WORKING, before=AWAY, next=FREE), True),
    "wrap-up, was available": (Agent(SAM, AgentState.WRAP_UP, before=FREE), True),
    "wrap-up, was logged out": (Agent(SAM, AgentState.WRAP_UP), False),
}


@pytest.mark.parametrize("situation", list(PRESENT))
def test_whose_time_counts(situation: str) -> None:
    agent, counts = PRESENT[situation]
    assert agent_deadline(agent, DIRECTORY) is None, "a panel is open"
    found = agent_deadline(replace(agent, panel_gone=START), DIRECTORY)
    assert found == ((START + 30_000, "no_panel") if counts else None)


def test_after_a_start_of_the_connector_nobody_has_a_panel() -> None:
    stage = Stage()
    available(stage)
    available(stage, JONAS)
    leave(stage, JONAS)
    stage.now += 20_000
    change = restarted(stage.floor, stage.directory, Stamp(stage.now, "restart"))
    apply(stage.floor, change)
    assert PushState(SAM) in change.effects
    stage.pass_time(20_000)
    come(stage)
    stage.pass_time(10_000)
    assert shown(stage) == FREE
    assert (shown(stage, JONAS), stage.agent(JONAS).since) == (GONE, START + 50_000)
