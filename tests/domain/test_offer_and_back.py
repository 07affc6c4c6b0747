"""Calls in full: as they wait, as they are offered, as they come back or end, and what a switch is asked once more."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Consult, Decline, Dial, End, SaveDraft, SetState, Transfer, Visit
from connector.domain.directory import Directory
from connector.domain.effects import (
    Adopt,
    Announce,
    AskSwitch,
    Connect,
    EndLeg,
    MatchCaller,
    Mix,
    Offer,
    PopRecord,
    PushState,
    QueuesChanged,
    SwitchAsk,
)
from connector.domain.events import (
    AskRefused,
    CallArrived,
    CallerMatched,
    LegAnswered,
    LegEnded,
)
from connector.domain.model import (
    AgentState,
    Contact,
    Draft,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Missed,
    Outcome,
    Phase,
    Problem,
    Record,
    Role,
)
from connector.domain.step import Change
from tests.domain.stage import (
    BILLING_LINE,
    JONAS,
    LINE,
    MIA,
    SAM,
    START,
    Stage,
    available,
    go,
    on_a_call,
    with_skill,
)
from tests.domain.test_consult import BLIND, asked, asking, call, theirs
from tests.domain.test_emergency import called_back

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
OTHER = Record("003000000000002AAA", "Contact", "Grace Okafor")
CASE = Record("500000000000001AAA", "Case", "Charged twice")
URGENT = with_skill("billing", priority=3)
SALES_LINE = "+14155550102"


def ringing(directory: Directory = URGENT) -> tuple[Stage, str]:
    """Sam's phone rings for Mia, who has called billing a second ago."""
    stage = Stage(directory)
    stage.give(Visit(SAM, CASE))
    key = stage.ring_in(line=BILLING_LINE)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    stage.now += 1_000
    available(stage)
    stage.obey()
    return stage, key


def asks(change: Change) -> list[SwitchAsk]:
    return [effect.ask for effect in change.effects if isinstance(effect, AskSwitch)]


# --- it arrives ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "match"), [(MIA, MatchState.SEARCHING), ("", MatchState.WITHHELD)])
def test_a_call_waits_since_it_arrived_with_its_skill_s_priority(number: str, match: MatchState) -> None:
    stage = Stage(URGENT)
    change = stage.give(CallArrived("in-1", number, BILLING_LINE, START - 300))
    (contact,) = change.contacts
    assert contact == Contact(
        key=contact.key,
        interaction_key=contact.key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number=number,
        line=BILLING_LINE,
        skill="billing",
        started=START - 300,
        match=Match(match),
        legs=(Leg("in-1", Role.CUSTOMER, LegState.RINGING, START - 300),),
        priority=3,
    )
    looked_up = (MatchCaller(contact.key, MIA),) if number else ()
    assert change.effects == (AskSwitch(Adopt("in-1", contact.key)), *looked_up, QueuesChanged())


def test_a_caller_who_cannot_be_taken_is_told_and_nothing_else_happens() -> None:
    stage = Stage(with_skill("billing", longest_queue=0))
    change = stage.give(CallArrived("in-1", MIA, BILLING_LINE, START))
    (ask,) = asks(change)
    assert isinstance(ask, Announce)
    assert (ask.leg, ask.message) == ("in-1", "full")
    assert change == Change(effects=(AskSwitch(ask),))


@pytest.mark.parametrize(("leg", "known"), [("in-1", False), ("in-2", True)])
def test_a_call_that_is_known_by_its_leg_or_by_its_key_is_no_new_one(leg: str, known: bool) -> None:
    stage = Stage()
    key = stage.ring_in()
    assert stage.give(CallArrived(leg, MIA, LINE, START, key if known else None)) == Change()


# --- it is offered -------------------------------------------------------------------------------------------------


def test_the_agent_is_rung_and_the_only_person_with_the_number_is_opened() -> None:
    stage = Stage(URGENT)
    stage.give(Visit(SAM, CASE))
    key = stage.ring_in(line=BILLING_LINE)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    before = stage.contact(key)
    stage.now += 1_000
    change = stage.give(SetState(SAM, AgentState.AVAILABLE))
    leg = Leg(stage.leg(Role.AGENT).id, Role.AGENT, LegState.DIALING, START + 1_000)
    assert stage.contact(key) == replace(
        before,
        phase=Phase.OFFERED,
        agent=SAM,
        offered=START + 1_000,
        legs=(*before.legs, leg),
        visited=(CASE,),
        popped=True,
    )
    assert change.effects == (
        PushState(SAM),
        QueuesChanged(),
        AskSwitch(Offer(key, "in-1", leg.id, "2041")),
        PopRecord(SAM, key, MIA_RECORD),
    )


def test_who_waits_for_another_skill_is_not_kept_back_by_a_skill_that_has_nobody() -> None:
    stage = Stage()
    sales = [stage.ring_in(line=SALES_LINE) for _ in range(2)]
    stage.now += 1
    key = stage.ring_in()
    available(stage)
    assert stage.agent().contacts == (key,)
    assert stage.floor.queues == {"sales": tuple(sales)}


def test_a_second_call_after_an_emergency_call_rings_while_the_first_one_pauses() -> None:
    stage = called_back()
    first = stage.contact().key
    stage.give(Decline(SAM, first))
    line = stage.contact(first).line
    second = stage.ring_in("+14155550000", line)
    assert (stage.contact(first).phase, stage.contact(second).phase) == (Phase.QUEUED, Phase.OFFERED)


def test_the_problem_that_the_last_agent_had_is_not_the_next_one_s() -> None:
    stage, key = ringing()
    stage.give(Answer(SAM, key))
    stage.pass_time(5_000)
    assert stage.contact(key).problem == Problem("switch_timeout", "answer", stage.now)
    stage.give(Decline(SAM, key))
    available(stage)
    assert (stage.contact(key).phase, stage.contact(key).problem) == (Phase.OFFERED, None)


def test_a_name_that_came_along_is_opened_and_the_match_is_not_after_that() -> None:
    """Sam chose Grace, who calls from Mia's telephone, before anything was found, and passed her on."""
    stage, key = call()
    stage.give(SaveDraft(SAM, key, "who", 1, record=OTHER))
    go(stage, Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key), Transfer(SAM, key))
    other = theirs(stage).key
    assert not [effect for effect in stage.effects if isinstance(effect, PopRecord) and effect.agent == JONAS]
    stage.give(CallerMatched(other, (MIA_RECORD,), seen=(OTHER.id,)))
    assert PopRecord(JONAS, other, OTHER) in stage.effects
    assert PopRecord(JONAS, other, MIA_RECORD) not in stage.effects
    assert stage.contact(other).match.people == (MIA_RECORD,)


def test_a_match_that_comes_after_the_call_opens_nothing() -> None:
    stage, key = on_a_call()
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert stage.contact(key).draft.who.value == MIA_RECORD
    assert not any(isinstance(effect, PopRecord) for effect in stage.effects)


def test_a_match_that_comes_when_no_agent_is_there_any_more_opens_nothing() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Transfer(SAM, key))
    (left,) = (contact for contact in stage.floor.contacts.values() if contact.unattended)
    change = stage.give(CallerMatched(left.key, (MIA_RECORD,)))
    assert (change.effects, stage.contact(left.key).match.people) == ((), (MIA_RECORD,))


# --- it is answered ------------------------------------------------------------------------------------------------


def beside_a_call() -> tuple[Stage, str, str]:
    """Sam talks to Mia when Jonas calls, whose call rings."""
    stage, first = on_a_call()
    available(stage, JONAS)
    second = stage.give(Dial(JONAS, "2041", "sales")).created
    assert second is not None
    stage.obey()
    (theirs,) = (key for key in stage.agent().contacts if key != first)
    return stage, first, theirs


@pytest.mark.parametrize("how", ["the panel", "the phone"])
def test_the_call_in_the_ear_goes_on_hold_when_the_next_one_is_answered(how: str) -> None:
    stage, first, second = beside_a_call()
    mine = stage.leg(Role.AGENT, second).id
    found = asks(stage.give(Answer(SAM, second) if how == "the panel" else LegAnswered(mine, stage.now)))
    hold, connect = found if how == "the panel" else reversed(found)
    assert isinstance(hold, Mix)
    assert (hold.contact, hold.parked) == (first, ("in-1",))
    assert isinstance(connect, Connect)
    assert (connect.contact, connect.agent_leg) == (second, mine)


def test_an_answer_that_was_asked_for_is_not_asked_for_again_when_the_phone_is_connected() -> None:
    stage, key = ringing()
    stage.give(Answer(SAM, key))
    stage.now += 700
    change = stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now - 200))
    contact = stage.contact(key)
    assert (contact.phase, contact.answered, contact.asked, contact.problem) == (
        Phase.ACTIVE,
        stage.now - 200,
        (),
        None,
    )
    assert asks(change) == []


def test_lifting_the_phone_after_a_refused_answer_is_no_problem_any_more() -> None:
    stage, key = ringing()
    stage.give(Answer(SAM, key))
    stage.give(AskRefused(key, stage.contact(key).asked[0].id, "no_channel", stage.now))
    (connect,) = asks(stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now)))
    assert isinstance(connect, Connect)
    assert (connect.contact, connect.customer_leg) == (key, "in-1")
    assert (stage.contact(key).problem, stage.contact(key).asked) == (None, ())


# --- it comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["declined", "missed", "phone"])
def test_a_call_that_was_not_taken_waits_as_it_did_before(how: str) -> None:
    stage, key = ringing()
    leg = stage.leg(Role.AGENT).id
    offered = stage.contact(key)
    if how == "declined":
        change = stage.give(Decline(SAM, key))
    elif how == "phone":
        change = stage.give(LegEnded(leg, "failed", stage.now))
    else:
        stage.pass_time(20_000)
        change = Change(effects=tuple(AskSwitch(ask) for ask in stage.asks))
    assert stage.contact(key) == replace(
        offered,
        phase=Phase.QUEUED,
        agent=None,
        offered=None,
        legs=(Leg("in-1", Role.CUSTOMER, LegState.RINGING, START),),
        visited=(),
        match=Match(MatchState.SEARCHING),
        draft=Draft(),
    )
    (end,) = asks(change)
    assert isinstance(end, EndLeg)
    assert (end.contact, end.leg, end.cause) == (key, leg, "")
    outcome = "missed" if how == "missed" else "declined"
    assert stage.agent().missed == (Missed(key, Kind.INBOUND, MIA, "Mia Chen", "billing", stage.now, outcome),)
    assert PushState(SAM) in stage.effects


def test_a_phone_that_is_gone_while_the_switch_connects_it_leaves_the_customer_parked() -> None:
    stage, key = ringing()
    stage.give(Answer(SAM, key))
    leg = stage.leg(Role.AGENT).id
    park, end = asks(stage.give(LegEnded(leg, "failed", stage.now)))
    assert isinstance(park, Mix)
    assert (park.contact, park.talking, park.parked) == (key, (), ("in-1",))
    assert isinstance(end, EndLeg)
    assert (end.contact, end.leg) == (key, leg)
    assert (stage.contact(key).phase, stage.contact(key).asked) == (Phase.QUEUED, ())


def test_who_was_passed_on_to_one_agent_waits_for_any_when_that_one_declines() -> None:
    stage, key = asking("agent", JONAS, BLIND)
    go(stage, Transfer(SAM, key))
    other = theirs(stage)
    assert (other.phase, other.direct, other.internal) == (Phase.OFFERED, True, False)
    go(stage, Decline(JONAS, other.key))
    assert (stage.contact(other.key).phase, stage.contact(other.key).direct) == (Phase.QUEUED, False)
    assert (stage.agent(JONAS).state, stage.agent(JONAS).reason) == (AgentState.UNAVAILABLE, "Training")


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("busy", "consult_busy"),
        ("no_answer", "consult_no_answer"),
        ("failed", "consult_failed"),
        ("declined", "consult_declined"),
        ("normal", "consult_declined"),
        ("wrong_number", "consult_declined"),
    ],
)
def test_who_asks_a_colleague_is_told_how_their_phone_refused(cause: str, code: str) -> None:
    stage, key = asking()
    request = theirs(stage)
    leg = stage.leg(Role.AGENT, request.key).id
    change = stage.give(LegEnded(leg, cause, stage.now))
    contact = stage.contact(key)
    assert (contact.problem, contact.consult) == (Problem(code, "consult", stage.now), None)
    reported = code.removeprefix("consult_")
    assert [(ask.contact, ask.leg, ask.cause) for ask in asks(change) if isinstance(ask, EndLeg)] == [
        (request.key, leg, reported),
        (key, leg, ""),
    ]
    assert change.forgotten == (request.key,)


@pytest.mark.parametrize(("how", "code"), [("declined", "consult_declined"), ("missed", "consult_no_answer")])
def test_who_asks_a_colleague_is_told_at_once_that_they_do_not_answer(how: str, code: str) -> None:
    stage, key = asking()
    request = theirs(stage).key
    if how == "declined":
        stage.give(Decline(JONAS, request))
    else:
        stage.pass_time(20_000)
    contact = stage.contact(key)
    assert (contact.problem, contact.consult, len(contact.legs)) == (Problem(code, "consult", stage.now), None, 2)
    assert request not in stage.floor.contacts


# --- it is over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answering", [True, False])
def test_who_gives_up_while_it_rings_is_abandoned_and_the_agent_is_told(answering: bool) -> None:
    stage, key = ringing()
    leg = stage.leg(Role.AGENT).id
    if answering:
        stage.give(Answer(SAM, key))
    offered = stage.contact(key)
    stage.now += 900
    change = stage.give(LegEnded("in-1", "normal", stage.now - 100))
    assert change.contacts == (
        replace(
            offered,
            phase=Phase.CLOSED,
            outcome=Outcome.ABANDONED,
            ended=stage.now - 100,
            closed=stage.now,
            legs=(),
            asked=(),
        ),
    )
    (end,) = asks(change)
    assert isinstance(end, EndLeg)
    assert (end.contact, end.leg, end.cause) == (key, leg, "")
    assert stage.agent().missed == (Missed(key, Kind.INBOUND, MIA, "Mia Chen", "billing", stage.now, "abandoned"),)
    assert change.forgotten == (key,)
