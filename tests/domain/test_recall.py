"""The agent's phone is hung up while the customer is on hold: it is rung again, and nobody is dropped."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Consult, End, Hold, Resume
from connector.domain.decide import reconnected
from connector.domain.effects import Adopt, AskSwitch, Connect, EndLeg, Mix, Offer, SetRecording
from connector.domain.events import (
    AskRefused,
    LegAnswered,
    LegHeld,
    LegMuted,
    LegRinging,
    LegsMixed,
    PhoneChanged,
)
from connector.domain.model import AgentState, Contact, LegState, Line, Phase, Recording, Role
from connector.domain.rules.allowed import controls
from connector.domain.rules.allowed_agents import agent_controls, reachable
from connector.domain.step import Stamp, apply
from connector.errors import NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, LINE, SAM, START, Stage, available, dialling, go, on_a_call
from tests.domain.test_attend import waiting
from tests.domain.test_two_calls import two_calls

RING = DIRECTORY.settings.ring


def recalled(stage: Stage | None = None, key: str = "") -> tuple[Stage, str]:
    """Sam had Mia on hold and has hung up; the phone has not been rung yet."""
    if stage is None:
        stage, key = on_a_call()
        go(stage, Hold(SAM, key))
    stage.asks.clear()
    stage.phone_hangs_up(key)
    return stage, key


def problem(contact: Contact) -> tuple[str, str] | None:
    return (contact.problem.code, contact.problem.order) if contact.problem else None


@pytest.mark.parametrize("held", [True, False])
def test_the_phone_is_rung_again_and_the_customer_still_hears_music(held: bool) -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    if held:
        stage.obey()
    before = stage.leg(Role.AGENT, key)
    recalled(stage, key)
    contact, leg = stage.contact(key), stage.leg(Role.AGENT, key)
    assert (contact.phase, contact.agent, leg.state) == (Phase.ACTIVE, SAM, LegState.DIALING)
    assert leg.id != before.id
    assert stage.asks[-1] == Offer(key, "in-1", leg.id, "2041")
    parks = [ask for ask in stage.asks if isinstance(ask, Mix)]
    assert [(ask.talking, ask.parked) for ask in parks] == ([] if held else [((), ("in-1",))])
    assert [ask.goal for ask in contact.asked] == ([] if held else ["hold"])
    assert problem(contact) == ("phone_rings_again", "phone")
    assert stage.floor.queues == {}
    assert stage.tasks == []


def test_who_lifts_it_has_the_customer_back() -> None:
    stage, key = recalled()
    stage.obey()
    assert stage.leg(Role.AGENT, key).state is LegState.RINGING
    stage.pass_time(5_000)
    stage.give(LegAnswered(stage.leg(Role.AGENT, key).id, stage.now))
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert {*mix.talking} == {"in-1", stage.leg(Role.AGENT, key).id}
    stage.obey()
    contact = stage.contact(key)
    assert (contact.held, contact.in_ear, contact.recalled, contact.asked) == (False, True, False, ())
    assert (contact.problem, contact.answered) == (None, START + 4_000)
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert [task.contact for task in stage.tasks] == [key]


def test_resume_in_the_panel_lifts_it_where_the_switch_can() -> None:
    stage, key = recalled()
    stage.obey()
    stage.give(Resume(SAM, key))
    (ask,) = stage.asks
    leg = stage.leg(Role.AGENT, key).id
    assert isinstance(ask, Connect)
    assert (ask.contact, ask.customer_leg, ask.agent_leg) == (key, "in-1", leg)
    stage.asks.clear()
    stage.give(LegAnswered(leg, stage.now))
    assert stage.asks == [], "what was asked for already is not asked again"
    stage.give(LegsMixed(("in-1", leg), stage.now))
    assert stage.contact(key).asked == ()


def test_a_phone_that_has_to_be_lifted_is_not_resumed_in_the_panel() -> None:
    stage, key = recalled()
    stage.obey()
    stage.give(PhoneChanged("2041", True, Line.LIFTED))
    assert controls(stage.floor, stage.contact(key), DIRECTORY)["resume"] == "lift_phone"


def test_a_phone_that_is_lifted_before_the_customer_is_parked_talks_with_them_in_the_end() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    recalled(stage, key)
    leg = stage.leg(Role.AGENT, key).id
    stage.give(LegAnswered(leg, stage.now))
    stage.obey()
    contact = stage.contact(key)
    assert (contact.held, contact.in_ear, contact.asked) == (False, True, ())


@pytest.mark.parametrize(
    ("cause", "state", "reason"),
    [
        ("declined", AgentState.UNAVAILABLE, "Declined a call"),
        ("busy", AgentState.UNAVAILABLE, "Declined a call"),
        ("no_answer", AgentState.UNAVAILABLE, "Missed a call"),
        ("failed", AgentState.AVAILABLE, ""),
    ],
)
def test_a_phone_that_is_not_lifted_costs_the_customer_nothing(cause: str, state: AgentState, reason: str) -> None:
    stage, key = recalled()
    stage.obey()
    stage.phone_hangs_up(key, cause)
    old, again = stage.contact(key), waiting(stage)
    assert (old.phase, old.legs) == (Phase.WRAP_UP, ())
    assert [task.contact for task in stage.tasks] == [key]
    assert (again.interaction_key, again.started, again.skill, again.priority) == (key, START, "support", 0)
    assert Adopt("in-1", again.key) in stage.asks
    assert not any(isinstance(ask, EndLeg) for ask in stage.asks)
    assert any(isinstance(ask, SetRecording) and ask.recording is Recording.OFF for ask in stage.asks)
    assert (stage.agent().next or stage.agent().before) == (state, reason)


def test_it_rings_for_as_long_as_an_offer_does() -> None:
    stage, key = recalled()
    stage.obey()
    leg = stage.leg(Role.AGENT, key).id
    stage.pass_time(RING - 1)
    assert stage.contact(key).recalled
    stage.pass_time(1)
    assert waiting(stage).interaction_key == key
    assert any(isinstance(ask, EndLeg) and (ask.leg, ask.cause) == (leg, "no_answer") for ask in stage.asks)
    assert stage.agent().next == (AgentState.UNAVAILABLE, "Missed a call")


def test_the_deadline_waits_while_the_switch_is_away() -> None:
    stage, key = recalled()
    stage.floor.switch_up = False
    stage.pass_time(2 * RING)
    assert stage.contact(key).recalled


def test_they_are_the_next_one_for_an_agent_before_who_waits_longer() -> None:
    stage, key = on_a_call()
    stage.floor.contacts[key] = replace(stage.contact(key), started=stage.now)
    older = stage.ring_in()
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    (first, second) = stage.floor.queues["support"]
    assert (stage.contact(first).interaction_key, second) == (key, older)
    available(stage, JONAS)
    assert stage.agent(JONAS).contacts == (first,)


@pytest.mark.parametrize("why", ["not registered", "not in the directory"])
def test_without_a_phone_they_wait_for_another_agent_at_once(why: str) -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    if why == "not registered":
        stage.give(PhoneChanged("2041", False))
    else:
        stage.directory = replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]})
    recalled(stage, key)
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert waiting(stage).priority == 0
    assert not any(isinstance(ask, Offer) for ask in stage.asks)


def test_end_in_the_panel_ends_the_call() -> None:
    stage, key = recalled()
    stage.obey()
    leg = stage.leg(Role.AGENT, key).id
    assert controls(stage.floor, stage.contact(key), DIRECTORY)["end"] is None
    stage.give(End(SAM, key))
    (end,) = stage.asks
    assert isinstance(end, EndLeg) and end.leg == "in-1"
    stage.give(LegAnswered(leg, stage.now))
    assert stage.asks == [end], "a phone that is lifted now is not connected any more"
    stage.obey()
    assert stage.contact(key).phase is Phase.WRAP_UP


def test_the_customer_gives_up_meanwhile() -> None:
    stage, key = recalled()
    stage.obey()
    leg = stage.leg(Role.AGENT, key).id
    stage.customer_hangs_up(key)
    assert [ask.leg for ask in stage.asks if isinstance(ask, EndLeg)] == [leg]
    assert stage.contact(key).phase is Phase.WRAP_UP


def test_what_may_be_done_meanwhile() -> None:
    stage, key = recalled()
    stage.obey()
    can = controls(stage.floor, stage.contact(key), DIRECTORY)
    assert {name for name, why in can.items() if why is None} == {"end", "resume"}
    assert can["swap"] == "no_other_call"
    assert (can["mute"], can["consult"], can["hold"]) == ("phone_ringing", "phone_ringing", "held")
    assert agent_controls(stage.floor, DIRECTORY, stage.agent())["dial"] == "live_call"
    assert reachable(stage.floor, DIRECTORY, stage.agent()) == "agent_busy"


def test_of_two_calls_the_other_goes_on_hold_when_the_phone_is_lifted() -> None:
    stage, first, second = two_calls()
    assert stage.contact(second).in_ear
    recalled(stage, first)
    stage.obey()
    assert controls(stage.floor, stage.contact(first), DIRECTORY)["swap"] == "phone_ringing"
    with pytest.raises(NotAllowed, match="other_call"):
        stage.give(Resume(SAM, first))
    go(stage, LegAnswered(stage.leg(Role.AGENT, first).id, stage.now))
    assert (stage.contact(first).in_ear, stage.contact(second).held) == (True, True)


def test_a_consult_is_over_and_the_phone_rings_for_the_customer() -> None:
    stage, key = on_a_call()
    available(stage, JONAS)
    go(stage, Consult(SAM, key, "agent", JONAS))
    (theirs,) = stage.agent(JONAS).contacts
    go(stage, Answer(JONAS, theirs))
    recalled(stage, key)
    assert (stage.contact(key).consult, stage.contact(key).recalled) == (None, True)
    assert stage.agent(JONAS).contacts == ()


def test_a_microphone_that_was_off_is_on_again() -> None:
    stage, key = on_a_call()
    stage.give(LegMuted(stage.leg(Role.AGENT, key).id, True, stage.now))
    go(stage, Hold(SAM, key))
    recalled(stage, key)
    assert not stage.contact(key).muted


def test_a_hold_that_the_switch_refuses_for_the_leg_that_is_gone_is_old_news() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    (old,) = stage.contact(key).asked
    recalled(stage, key)
    stage.give(AskRefused(key, old.id, "no_such_leg", stage.now))
    assert problem(stage.contact(key)) == ("phone_rings_again", "phone")


@pytest.mark.parametrize("state", [LegState.DIALING, LegState.RINGING])
@pytest.mark.parametrize("how", ["inbound", "outbound"])
def test_after_a_reconnect_a_phone_that_may_not_have_been_asked_is_asked_again(how: str, state: LegState) -> None:
    if how == "inbound":
        stage, key = on_a_call()
    else:
        stage, key = dialling()
        go(stage, LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    go(stage, Hold(SAM, key))
    recalled(stage, key)
    leg = stage.leg(Role.AGENT, key)
    if state is LegState.RINGING:
        stage.give(LegRinging(leg.id, stage.now))
    change = reconnected(stage.floor, stage.directory, Stamp(stage.now, "again"))
    apply(stage.floor, change)
    asks = [effect.ask for effect in change.effects if isinstance(effect, AskSwitch)]
    offers = [ask for ask in asks if isinstance(ask, Offer)]
    customer = stage.leg(Role.CUSTOMER, key).id
    assert offers == ([Offer(key, customer, leg.id, "2041")] if state is LegState.DIALING else [])


def test_of_an_agent_who_is_not_in_the_directory_any_more_nothing_is_asked_again() -> None:
    stage, _ = recalled()
    directory = replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]})
    change = reconnected(stage.floor, directory, Stamp(stage.now, "again"))
    assert not any(isinstance(effect, AskSwitch) and isinstance(effect.ask, Offer) for effect in change.effects)


def test_a_colleague_on_hold_is_no_customer() -> None:
    """See test_outbound.py: a colleague hangs up by themselves, and waits in no queue."""
    stage = Stage()
    available(stage)
    key = stage.ring_in(line=LINE)
    stage.floor.contacts[key] = replace(stage.contact(key), internal=True)
    go(stage, Answer(SAM, key))
    stage.give(LegHeld("in-1", stage.now))
    stage.phone_hangs_up(key)
    assert stage.contact(key).phase is Phase.WRAP_UP
