"""What the switch says of a leg: what is new is followed, what is true already or fits nowhere changes nothing."""

import pytest

from connector.domain.commands import Answer, Consult, Dial, Hold, Merge, Resume, SetState, Swap, Transfer
from connector.domain.effects import CallParty, Mix, SetRecording
from connector.domain.events import (
    AskRefused,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegResumed,
    LegRinging,
    LegsMixed,
    RecordingChanged,
)
from connector.domain.model import AgentState, Leg, LegState, Phase, Recording, Role
from connector.domain.rules.legs import LegEvent
from connector.domain.step import Change
from tests.domain.stage import BILLING_LINE, JONAS, MIA, SAM, START, Stage, available, dialling, go, on_a_call
from tests.domain.test_consult import BLIND, asked, asking, conference

NOTHING = Change()
ODD = Change(unknown=True)


def news(name: str, leg: str, at: int) -> LegEvent:
    kinds: dict[str, LegEvent] = {
        "ringing": LegRinging(leg, at),
        "answered": LegAnswered(leg, at),
        "held": LegHeld(leg, at),
        "resumed": LegResumed(leg, at),
        "ended": LegEnded(leg, "normal", at),
    }
    return kinds[name]


@pytest.mark.parametrize("name", ["ringing", "answered", "held", "resumed", "ended"])
def test_of_a_leg_that_nobody_has_only_the_end_is_no_surprise(name: str) -> None:
    stage, _ = on_a_call()
    assert stage.give(news(name, "nobody's", stage.now)) == (NOTHING if name == "ended" else ODD)


def in_state(state: LegState) -> tuple[Stage, str]:
    """Sam dials Mia; her leg is in that state."""
    if state is LegState.DIALING:
        stage = Stage()
        available(stage)
        stage.give(Dial(SAM, MIA))
        return stage, stage.leg(Role.CUSTOMER).id
    stage, key = dialling()
    leg = stage.leg(Role.CUSTOMER).id
    if state is not LegState.RINGING:
        go(stage, LegAnswered(leg, stage.now))
    if state is LegState.HELD:
        go(stage, Hold(SAM, key))
    assert stage.leg(Role.CUSTOMER).state is state
    return stage, leg


FITS = {
    (LegState.DIALING, "held"): ODD,
    (LegState.DIALING, "resumed"): ODD,
    (LegState.RINGING, "ringing"): NOTHING,
    (LegState.RINGING, "held"): ODD,
    (LegState.RINGING, "resumed"): ODD,
    (LegState.CONNECTED, "ringing"): ODD,
    (LegState.CONNECTED, "answered"): NOTHING,
    (LegState.CONNECTED, "resumed"): NOTHING,
    (LegState.HELD, "ringing"): ODD,
    (LegState.HELD, "answered"): NOTHING,
    (LegState.HELD, "held"): NOTHING,
}


@pytest.mark.parametrize(("state", "name"), list(FITS))
def test_what_is_true_already_or_fits_nowhere_changes_nothing(state: LegState, name: str) -> None:
    stage, leg = in_state(state)
    assert stage.give(news(name, leg, stage.now + 1)) == FITS[state, name]


@pytest.mark.parametrize(
    ("state", "name", "then"),
    [
        (LegState.DIALING, "ringing", LegState.RINGING),
        (LegState.DIALING, "answered", LegState.CONNECTED),
        (LegState.RINGING, "answered", LegState.CONNECTED),
        (LegState.CONNECTED, "held", LegState.HELD),
        (LegState.HELD, "resumed", LegState.CONNECTED),
    ],
)
def test_a_leg_is_so_since_the_moment_of_which_the_switch_tells(state: LegState, name: str, then: LegState) -> None:
    stage, leg = in_state(state)
    stage.now += 1_000
    other = stage.leg(Role.AGENT)
    change = stage.give(news(name, leg, stage.now - 400))
    assert not change.unknown
    assert stage.contact().legs == (other, Leg(leg, Role.CUSTOMER, then, stage.now - 400))


@pytest.mark.parametrize("name", ["ringing", "answered"])
@pytest.mark.parametrize("role", [Role.AGENT, Role.CUSTOMER])
def test_the_switch_dials_once_either_leg_moves(role: Role, name: str) -> None:
    stage, _ = in_state(LegState.DIALING)
    stage.give(news(name, stage.leg(role).id, stage.now))
    assert stage.contact().asked == ()


def test_a_customer_s_leg_that_is_answered_while_it_rings_for_the_agent_takes_no_call() -> None:
    stage = Stage()
    available(stage)
    stage.ring_in()
    stage.obey()
    stage.give(LegAnswered("in-1", stage.now))
    contact = stage.contact()
    assert (contact.phase, contact.answered, stage.asks) == (Phase.OFFERED, None, [])
    assert stage.leg(Role.CUSTOMER).state is LegState.CONNECTED


# --- whose hold it is ----------------------------------------------------------------------------------------------


def with_jonas() -> tuple[Stage, str, str]:
    """Sam has called Jonas and they talk: their contacts."""
    stage = Stage()
    available(stage)
    stage.give(SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"))
    key = stage.give(Dial(SAM, "2042")).created
    assert key is not None
    stage.obey()
    (theirs,) = stage.agent(JONAS).contacts
    go(stage, Answer(JONAS, theirs))
    return stage, key, theirs


def test_to_be_held_is_not_the_hold_that_one_asked_for() -> None:
    stage, key, theirs = with_jonas()
    stage.give(Hold(SAM, key))
    stage.give(LegHeld(stage.leg(Role.AGENT, key).id, stage.now))
    assert [ask.goal for ask in stage.contact(key).asked] == ["hold"]
    assert stage.contact(theirs).held
    stage.give(LegHeld(stage.leg(Role.CUSTOMER, key).id, stage.now))
    assert stage.contact(key).asked == ()


def test_to_be_brought_back_is_not_the_resume_that_one_asked_for() -> None:
    stage, key, theirs = with_jonas()
    go(stage, Hold(SAM, key))
    stage.give(LegHeld(stage.leg(Role.AGENT, key).id, stage.now))
    stage.give(Resume(SAM, key))
    stage.give(LegResumed(stage.leg(Role.AGENT, key).id, stage.now))
    assert [ask.goal for ask in stage.contact(key).asked] == ["resume"]
    stage.give(LegResumed(stage.leg(Role.CUSTOMER, key).id, stage.now))
    assert stage.contact(key).asked == ()
    assert not stage.contact(theirs).held


def test_who_comes_back_to_a_conference_is_there_when_all_hear_each_other() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, "busy", stage.now))
    stage.give(Resume(SAM, key))
    customer, mine = stage.leg(Role.CUSTOMER, key).id, stage.leg(Role.AGENT, key).id
    stage.give(LegResumed(customer, stage.now))
    assert [ask.goal for ask in stage.contact(key).asked] == ["resume"]
    stage.give(LegsMixed((mine, customer, stage.leg(Role.AGENT, other).id), stage.now))
    assert stage.contact(key).asked == ()
    assert stage.contact(key).in_ear


# --- said twice ----------------------------------------------------------------------------------------------------


def test_a_consulted_one_who_answers_is_brought_together_with_the_agent_once() -> None:
    stage, key = asking("entry", "fraud")
    consulted = stage.contact(key).consulted
    assert consulted is not None
    first = stage.give(LegAnswered(consulted.id, stage.now))
    assert len(first.effects) == 2
    assert stage.give(LegAnswered(consulted.id, stage.now)) == NOTHING


def test_a_consulted_one_on_hold_stays_there_when_it_is_said_that_they_answered() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    assert stage.give(LegAnswered(consulted.id, stage.now)) == NOTHING


def test_whoever_was_passed_on_to_is_brought_together_with_the_customer_once() -> None:
    stage, key = asking("entry", "fraud", BLIND)
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, Transfer(SAM, key))
    stage.give(LegAnswered(consulted.id, stage.now))
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert (set(mix.talking), mix.parked) == ({"in-1", consulted.id}, ())
    assert stage.give(LegAnswered(consulted.id, stage.now)) == NOTHING


def test_a_recording_that_was_refused_is_asked_for_again_after_a_hold_and_not_at_other_news() -> None:
    stage, key = on_a_call(BILLING_LINE)
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    for role in (Role.CUSTOMER, Role.AGENT):
        assert stage.give(LegAnswered(stage.leg(role).id, stage.now)) == NOTHING
    stage.give(Hold(SAM, key))
    stage.asks.clear()
    customer = stage.leg(Role.CUSTOMER).id
    stage.give(LegHeld(customer, stage.now))
    assert stage.asks == []
    stage.give(LegResumed(customer, stage.now))
    (ask,) = stage.asks
    assert isinstance(ask, SetRecording)
    assert (ask.contact, ask.recording) == (key, Recording.ON)


def test_a_party_that_leaves_is_no_reason_to_ask_for_the_recording_again() -> None:
    stage, key = on_a_call(BILLING_LINE)
    go(stage, Consult(SAM, key, "number", "+18005550199"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(SAM, key))
    assert stage.contact(key).conference
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    change = stage.give(LegEnded(consulted.id, "normal", stage.now))
    assert [leg.role for leg in stage.contact(key).legs] == [Role.CUSTOMER, Role.AGENT]
    assert not any(isinstance(ask, SetRecording | CallParty) for ask in stage.asks)
    assert len(change.contacts) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_refusal_to_record_does_not_come_back_by_itself(times: int) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in(line=BILLING_LINE)
    stage.obey()
    stage.give(Answer(SAM, key))
    connect = stage.asks.pop()
    for event in stage.news_of(connect):
        stage.give(event)
    (ask,) = stage.contact(key).asked
    stage.asks.clear()
    for _ in range(times):
        stage.give(AskRefused(key, ask.id, "no_disk", START))
    assert stage.asks == []
    assert stage.contact(key).asked == ()
