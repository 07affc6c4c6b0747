"""What follows when the switch is back, and from a start: goals are asked for again, what is overdue happens."""

import pytest
from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.decide import reconnected, start
from connector.domain.effects import Adopt, AskSwitch, EndLeg, Offer, SwitchAsk
from connector.domain.model import Agent, AgentState, Phase, Role
from connector.domain.step import Stamp, apply
from tests.domain.stage import (
    DIRECTORY,
    JONAS,
    LINE,
    MIA,
    SAM,
    START,
    Stage,
    asks_again,
    available,
    dialling,
    on_a_call,
    wrapping_up,
)
from tests.domain.test_decide import GONE, MINUTE, queued


def reconnect(stage: Stage) -> list[SwitchAsk]:
    """The switch is back; returns what it is asked for."""
    stage.floor.switch_up = True
    stage.ids += 1
    change = reconnected(stage.floor, stage.directory, Stamp(stage.now, f"id{stage.ids:04}"))
    apply(stage.floor, change)
    asks = [effect.ask for effect in change.effects if isinstance(effect, AskSwitch)]
    stage.asks += asks
    return asks


def away(stage: Stage, ms: int) -> None:
    """The switch is away for a while."""
    stage.floor.switch_up = False
    stage.pass_time(ms)


def test_what_was_asked_has_its_time_anew() -> None:
    stage, key = on_a_call()
    stage.give(c.Hold(SAM, key))
    (hold,) = stage.asks
    (ask,) = stage.contact().asked
    away(stage, MINUTE)
    assert reconnect(stage) == [Adopt("in-1", key), hold]
    assert stage.contact().asked == (replace(ask, due=stage.now + 5_000),)
    assert stage.contact().problem is None
    stage.pass_time(4_999)
    assert stage.contact().problem is None
    stage.pass_time(1)
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", "hold")


def test_a_contact_of_which_nothing_was_asked_is_as_before() -> None:
    stage, key = on_a_call()
    away(stage, MINUTE)
    stage.floor.switch_up = True
    change = reconnected(stage.floor, stage.directory, Stamp(stage.now, "back"))
    assert (change.contacts, change.agents, change.queues) == ((), (), {})
    assert change.effects == (AskSwitch(Adopt("in-1", key)),)


@pytest.mark.parametrize(("ms", "missed"), [(19_999, False), (20_000, True), (MINUTE, True)])
def test_an_offer_whose_time_is_over_is_missed_and_not_made_again(ms: int, missed: bool) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    offer = stage.asks[-1]
    assert isinstance(offer, Offer)
    away(stage, ms)
    agent = stage.leg(Role.AGENT).id
    asks = reconnect(stage)
    if not missed:
        assert asks == [Adopt("in-1", key), offer]
        assert stage.contact().phase is Phase.OFFERED
        return
    assert [type(ask) for ask in asks] == [EndLeg, Adopt]
    assert isinstance(asks[0], EndLeg)
    assert asks[0].leg == agent
    assert stage.contact().phase is Phase.QUEUED
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, "Missed a call")


def test_a_call_that_nobody_answered_meanwhile_is_given_up() -> None:
    stage, key = dialling()
    away(stage, MINUTE)
    first, *rest = reconnect(stage)
    (ask,) = stage.contact().asked
    assert (ask.goal, ask.due) == ("end", stage.now + 5_000)
    gone = EndLeg(ask.id, key, stage.leg(Role.CUSTOMER, key).id, "no_answer")
    assert first == gone
    assert {(type(again), again.id) for again in rest if isinstance(again, EndLeg)} <= {(EndLeg, gone.id)}


def test_who_waits_is_offered_to_who_became_free_meanwhile() -> None:
    stage = queued()
    away(stage, 1_000)
    available(stage)
    assert stage.contact().phase is Phase.QUEUED
    stage.asks.clear()
    asks = reconnect(stage)
    assert [type(ask) for ask in asks] == [Adopt, Offer]
    assert stage.contact().agent == SAM


def test_what_a_call_kept_open_is_closed_when_that_call_is_found_to_be_over() -> None:
    stage, first = wrapping_up()
    available(stage, JONAS)
    stage.give(c.Dial(JONAS, "2041", "sales"))
    stage.obey()
    away(stage, 2 * MINUTE)
    assert (stage.contact(first).phase, stage.contact(first).overtime) == (Phase.WRAP_UP, True)
    reconnect(stage)
    assert stage.contact(first).phase is Phase.CLOSED
    assert (stage.agent().contacts, stage.agent().state) == ((), AgentState.AVAILABLE)


def test_the_contacts_of_an_agent_are_those_on_the_floor() -> None:
    stage, key = on_a_call()
    stage.floor.agents[SAM] = replace(stage.agent(), contacts=("lost",), state=AgentState.AVAILABLE)
    stage.floor.agents[JONAS] = replace(stage.agent(JONAS), contacts=("lost",), state=AgentState.WORKING)
    reconnect(stage)
    assert (stage.agent().contacts, stage.agent().state) == ((key,), AgentState.WORKING)
    assert stage.agent(JONAS).contacts == ()


def test_the_oldest_is_asked_for_first() -> None:
    stage = Stage()
    for leg, key, at in (
        ("in-1", "z", START),
        ("in-2", "b", START + 1),
        ("in-3", "c", START),
        ("in-4", "a", START - 1),
    ):
        stage.give(e.CallArrived(leg, MIA, LINE, at, key))
    expected = [Adopt("in-4", "a"), Adopt("in-3", "c"), Adopt("in-1", "z"), Adopt("in-2", "b")]
    assert [effect.ask for effect in asks_again(stage.floor, DIRECTORY)] == expected
    assert reconnect(stage) == expected


def test_an_offer_is_made_again_on_the_phone_that_the_agent_has_now() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    leg = stage.leg(Role.AGENT).id
    sam = replace(DIRECTORY.agents[SAM], device="2050")
    for agents, device in (({SAM: sam}, "2050"), ({JONAS: DIRECTORY.agents[JONAS]}, "")):
        directory = replace(DIRECTORY, agents=agents)
        again = [effect.ask for effect in asks_again(stage.floor, directory)]
        assert again == [Adopt("in-1", key), Offer(key, "in-1", leg, device)]


def test_a_start_knows_the_phones_of_the_directory_s_agents_only() -> None:
    stage = Stage()
    available(stage)
    stage.floor.phones["2043"] = False
    stage.floor.agents[GONE] = Agent(GONE, phone_ready=True)
    priya = replace(DIRECTORY.agents[SAM], id="priya", device="2043")
    nobody = replace(DIRECTORY.agents[SAM], id="nobody", device="2044")
    directory = replace(DIRECTORY, agents={**DIRECTORY.agents, "priya": priya, "nobody": nobody})
    stage.floor.agents["priya"] = Agent("priya", phone_ready=True)
    stage.floor.phones["2042"] = True
    stage.floor.agents.pop(JONAS)
    apply(stage.floor, start(stage.floor, directory, Stamp(stage.now, "start")))
    ready = {agent.id: agent.phone_ready for agent in stage.floor.agents.values()}
    assert ready == {SAM: True, GONE: False, "priya": False, JONAS: True}
