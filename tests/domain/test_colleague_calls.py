"""Calls to a colleague's extension: their phone rings once the caller's own phone is connected."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    Consult,
    Decline,
    Dial,
    LogOut,
    Merge,
    SetState,
    Transfer,
    Visit,
)
from connector.domain.directory import Directory
from connector.domain.effects import AskSwitch, EndLeg, Offer, PlaceCall
from connector.domain.events import LegAnswered, LegEnded, LegRinging, PhoneChanged
from connector.domain.model import (
    AgentState,
    Contact,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Role,
)
from connector.domain.step import Change
from connector.errors import NotAllowed
from tests.domain.stage import JONAS, SAM, START, Stage, available

CASE = Record("500000000000001AAA", "Case", "Charged twice")


def dialled() -> tuple[Stage, str]:
    """Sam has dialled Jonas, who has lunch; nothing has been heard of Sam's phone yet."""
    stage = Stage()
    available(stage)
    stage.give(SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"))
    stage.give(Visit(JONAS, CASE))
    stage.now += 1_000
    key = stage.give(Dial(SAM, "2042")).created
    assert key is not None
    return stage, key


def lifted(stage: Stage, key: str) -> Change:
    """Sam's own phone is connected, after two seconds."""
    stage.asks.clear()
    stage.now += 2_000
    return stage.give(LegAnswered(stage.leg(Role.AGENT, key).id, stage.now))


def ringing() -> tuple[Stage, str, str]:
    """Jonas is offered the call: his contact."""
    stage, key = dialled()
    lifted(stage, key)
    (theirs,) = stage.agent(JONAS).contacts
    return stage, key, theirs


def test_the_caller_s_phone_is_rung_first() -> None:
    stage, key = dialled()
    mine, far = stage.contact(key).legs
    assert stage.asks == [PlaceCall(key, key, mine.id, far.id, "2041", "2042", "+14155550100")]
    assert (far.agent, far.state, stage.agent(JONAS).contacts) == (JONAS, LegState.DIALING, ())


def test_then_the_colleague_has_a_contact_with_the_same_legs_the_other_way_round() -> None:
    stage, key, theirs = ringing()
    mine, far = stage.contact(key).legs
    assert stage.contact(theirs) == Contact(
        key=theirs,
        interaction_key=key,
        kind=Kind.INBOUND,
        phase=Phase.OFFERED,
        number="2041",
        line="+14155550100",
        skill="support",
        started=START + 1_000,
        match=Match(MatchState.NONE),
        agent=JONAS,
        legs=(
            Leg(mine.id, Role.CUSTOMER, LegState.CONNECTED, START + 3_000, agent=SAM),
            Leg(far.id, Role.AGENT, LegState.DIALING, START + 3_000),
        ),
        offered=START + 3_000,
        internal=True,
        direct=True,
        visited=(CASE,),
    )
    assert stage.asks == [Offer(theirs, mine.id, far.id, "2042")]
    assert stage.agent(JONAS).state is AgentState.WORKING


def test_a_caller_who_was_taken_off_the_directory_meanwhile_has_no_extension() -> None:
    stage, key = dialled()
    stage.directory = replace_agents(stage, lambda agent: agent != SAM)
    lifted(stage, key)
    (theirs,) = stage.agent(JONAS).contacts
    assert (stage.contact(theirs).number, stage.contact(theirs).leg(Role.CUSTOMER)) == (
        "",
        Leg(stage.leg(Role.AGENT, key).id, Role.CUSTOMER, LegState.CONNECTED, stage.now, agent=SAM),
    )


def replace_agents(stage: Stage, stays: Callable[[str], bool]) -> Directory:
    return replace(stage.directory, agents={key: who for key, who in stage.directory.agents.items() if stays(key)})


@pytest.mark.parametrize("then", ["nothing yet", "it rings", "declined"])
def test_the_colleague_is_rung_once_however_often_the_phone_is_said_to_be_connected(then: str) -> None:
    stage, key, theirs = ringing()
    far = stage.leg(Role.CUSTOMER, key).id
    if then != "nothing yet":
        stage.give(LegRinging(far, stage.now))
    if then == "declined":
        stage.give(Decline(JONAS, theirs))
    assert stage.give(LegAnswered(stage.leg(Role.AGENT, key).id, stage.now)) == Change()


def gone(stage: Stage, how: str) -> None:
    match how:
        case "logged out":
            stage.give(LogOut(JONAS))
        case "no phone":
            stage.give(PhoneChanged("2042", False))
        case "rung for another call":
            available(stage, JONAS)
            stage.ring_in()
            assert stage.agent(JONAS).contacts
        case "no colleague any more":
            stage.directory = replace_agents(stage, lambda agent: agent != JONAS)


@pytest.mark.parametrize("how", ["logged out", "no phone", "rung for another call", "no colleague any more"])
def test_a_colleague_who_cannot_be_called_any_more_is_busy(how: str) -> None:
    stage, key = dialled()
    gone(stage, how)
    before = stage.agent(JONAS).contacts
    mine = stage.leg(Role.AGENT, key).id
    change = lifted(stage, key)
    contact = stage.contact(key)
    assert (contact.phase, contact.outcome, contact.ended) == (Phase.WRAP_UP, Outcome.BUSY, stage.now)
    (ask,) = (effect.ask for effect in change.effects if isinstance(effect, AskSwitch))
    assert isinstance(ask, EndLeg)
    assert (ask.contact, ask.leg, ask.cause) == (key, mine, "")
    assert [task.contact for task in stage.tasks] == [key]
    assert stage.agent(JONAS).contacts == before


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("busy", Outcome.BUSY),
        ("no_answer", Outcome.NO_ANSWER),
        ("failed", Outcome.FAILED),
        ("declined", Outcome.DECLINED),
    ],
)
def test_how_the_colleague_s_phone_refuses_is_how_the_call_ended(cause: str, outcome: Outcome) -> None:
    stage, key, theirs = ringing()
    far = stage.leg(Role.CUSTOMER, key).id
    stage.asks.clear()
    stage.give(LegEnded(far, cause, stage.now))
    stage.obey()
    assert theirs not in stage.floor.contacts
    assert (stage.contact(key).phase, stage.contact(key).outcome) == (Phase.WRAP_UP, outcome)
    assert (stage.agent(JONAS).state, stage.agent(JONAS).reason) == (AgentState.UNAVAILABLE, "Lunch")


def test_nobody_picks_up_in_time() -> None:
    stage, key, theirs = ringing()
    stage.obey()
    stage.pass_time(20_000)
    assert theirs not in stage.floor.contacts
    stage.obey()
    assert stage.contact(key).outcome is Outcome.NO_ANSWER


def test_an_answer_is_one_for_both() -> None:
    stage, key, theirs = ringing()
    stage.obey()
    stage.pass_time(1_000)
    stage.give(Answer(JONAS, theirs))
    stage.obey()
    assert [stage.contact(one).answered for one in (key, theirs)] == [START + 4_000] * 2
    assert [stage.contact(one).phase for one in (key, theirs)] == [Phase.ACTIVE] * 2


def both_ask_somebody() -> tuple[Stage, str]:
    """Sam and Jonas talk; then Sam asks the fraud line, and Jonas, who hears music, asks another number."""
    stage, key, theirs = ringing()
    stage.give(Answer(JONAS, theirs))
    stage.obey()
    for agent, contact, number in ((SAM, key, "+18005550199"), (JONAS, theirs, "+14155550166")):
        stage.give(Consult(agent, contact, "number", number))
        stage.obey()
        consulted = stage.contact(contact).consulted
        assert consulted is not None
        stage.give(LegAnswered(consulted.id, stage.now))
        stage.obey()
    return stage, key


@pytest.mark.parametrize("order", [Merge, Transfer])
def test_a_colleague_who_asks_somebody_is_brought_together_with_nobody_meanwhile(
    order: type[Merge] | type[Transfer],
) -> None:
    stage, key = both_ask_somebody()
    with pytest.raises(NotAllowed, match=r"^Your colleague is talking with somebody else") as refused:
        stage.give(order(SAM, key))
    assert refused.value.code == "agent_busy"
    assert stage.contact(key).asked == ()
