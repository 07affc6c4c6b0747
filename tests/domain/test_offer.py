"""From a ringing customer to an answered call, and every way in which it does not come to that."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Decline, Done, End, SetState
from connector.domain.directory import Opening
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
    SetRecording,
    WithdrawPop,
)
from connector.domain.events import (
    AskRefused,
    CallArrived,
    CallerMatched,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegResumed,
    LegRinging,
    PhoneChanged,
)
from connector.domain.model import (
    AgentState,
    LegState,
    Link,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Recording,
    Role,
)
from connector.errors import NotAllowed
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
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

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen", "Northwind Traders", "matched_phone")


def test_a_call_waits_in_the_skill_of_its_number_and_is_looked_up() -> None:
    stage = Stage()
    key = stage.ring_in(line=BILLING_LINE)
    contact = stage.contact(key)
    assert (contact.phase, contact.skill, contact.agent) == (Phase.QUEUED, "billing", None)
    assert stage.floor.queues == {"billing": (key,)}
    assert stage.asks == [Adopt("in-1", key)]
    assert MatchCaller(key, MIA) in stage.effects


def test_a_line_that_no_skill_has_goes_to_the_default_skill() -> None:
    stage = Stage()
    assert stage.contact(stage.ring_in(line="+19999999999")).skill == "support"


# --- a caller who cannot be taken ----------------------------------------------------------------------------------

NEVER = (Opening(6, 0, 1),)
"""Open for the first minute of Sundays; the stage's day is a Monday."""


def test_outside_its_hours_a_skill_takes_no_caller() -> None:
    stage = Stage(with_skill("support", hours=NEVER))
    available(stage)
    change = stage.give(CallArrived("in-1", MIA, LINE, START))
    assert (change.contacts, change.agents, change.queues, change.unknown) == ((), (), {}, False)
    (ask,) = stage.asks
    assert isinstance(ask, Announce)
    assert (ask.leg, ask.message) == ("in-1", "closed")
    assert stage.floor.legs == {}
    for event in (LegAnswered("in-1", START), LegEnded("in-1", "normal", START)):
        assert stage.give(event).contacts == ()


def test_other_skills_and_other_hours_are_open() -> None:
    stage = Stage(with_skill("support", hours=NEVER))
    assert stage.contact(stage.ring_in(line=BILLING_LINE)).phase is Phase.QUEUED
    stage = Stage(with_skill("support", hours=(Opening(0, 0, 1440),)))
    assert stage.contact(stage.ring_in()).phase is Phase.QUEUED


def test_who_waits_when_the_skill_closes_waits_on() -> None:
    stage = Stage(with_skill("support", hours=(Opening(0, 0, 1440),)))
    key = stage.ring_in()
    stage.pass_time(24 * 3_600_000)
    assert stage.contact(key).phase is Phase.QUEUED
    stage.give(CallArrived("in-2", MIA, LINE, stage.now))
    assert list(stage.floor.contacts) == [key]


@pytest.mark.parametrize("longest", [0, 1, 2])
def test_a_full_queue_takes_no_caller(longest: int) -> None:
    stage = Stage(with_skill("support", longest_queue=longest))
    for _ in range(longest):
        stage.ring_in()
    stage.asks.clear()
    stage.give(CallArrived("in-9", MIA, LINE, START))
    (ask,) = stage.asks
    assert isinstance(ask, Announce)
    assert (ask.leg, ask.message) == ("in-9", "full")
    assert len(stage.floor.contacts) == longest
    assert stage.contact(stage.ring_in(line=BILLING_LINE)).phase is Phase.QUEUED


def test_a_queue_has_room_again_when_somebody_gives_up() -> None:
    stage = Stage(with_skill("support", longest_queue=1))
    stage.ring_in()
    stage.give(LegEnded("in-1", "normal", START))
    assert stage.contact(stage.ring_in()).phase is Phase.QUEUED


def test_a_caller_for_whom_an_agent_is_free_does_not_wait() -> None:
    stage = Stage(with_skill("support", longest_queue=0))
    available(stage)
    assert stage.contact(stage.ring_in()).phase is Phase.OFFERED


def test_who_was_let_in_once_stays_in() -> None:
    """As when the store is lost and the switch still has our key."""
    stage = Stage(with_skill("support", longest_queue=0, hours=NEVER))
    stage.give(CallArrived("in-1", MIA, LINE, START, "known-key"))
    assert stage.contact("known-key").phase is Phase.QUEUED


def test_a_declined_call_comes_back_to_a_full_queue() -> None:
    stage = Stage(with_skill("support", longest_queue=0, hours=()))
    available(stage)
    key = stage.ring_in()
    stage.give(Decline(SAM, key))
    assert stage.contact(key).phase is Phase.QUEUED


# --- priority ------------------------------------------------------------------------------------------------------


def test_the_priority_of_the_skill_comes_before_age() -> None:
    stage = Stage(with_skill("billing", priority=1))
    stage.ring_in()
    stage.now += 1_000
    urgent = stage.ring_in(line=BILLING_LINE)
    available(stage)
    assert stage.agent().contacts == (urgent,)


def test_among_the_same_priority_the_longest_waiting_comes_first() -> None:
    stage = Stage(with_skill("billing", priority=1))
    keys = []
    for line in (LINE, BILLING_LINE, BILLING_LINE):
        keys.append(stage.ring_in(line=line))
        stage.now += 1_000
    for expected in (keys[1], keys[2], keys[0]):
        available(stage)
        assert stage.agent().contacts == (expected,)
        stage.customer_hangs_up(expected)


def test_a_withheld_number_is_not_looked_up() -> None:
    stage = Stage()
    contact = stage.contact(stage.ring_in(number=""))
    assert contact.match.state is MatchState.WITHHELD
    assert not any(isinstance(effect, MatchCaller) for effect in stage.effects)


def test_news_of_a_known_call_changes_nothing() -> None:
    stage = Stage()
    key = stage.ring_in()
    change = stage.give(CallArrived("in-1", MIA, LINE, START, key))
    assert change.contacts == ()
    assert list(stage.floor.contacts) == [key]


def test_the_switch_s_key_is_kept() -> None:
    stage = Stage()
    stage.give(CallArrived("in-9", MIA, LINE, START, "known-key"))
    assert stage.contact().key == "known-key"


def test_an_available_agent_is_offered_the_call() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    contact = stage.contact(key)
    leg = stage.leg(Role.AGENT)
    assert (contact.phase, contact.agent, contact.offered) == (Phase.OFFERED, SAM, START)
    assert stage.asks == [Adopt("in-1", key), Offer(key, "in-1", leg.id, "2041")]
    assert stage.agent().state is AgentState.WORKING
    assert stage.agent().contacts == (key,)
    assert stage.floor.queues == {}


def test_becoming_available_takes_the_longest_waiting() -> None:
    stage = Stage()
    first = stage.ring_in(line=BILLING_LINE)
    stage.now += 1
    stage.ring_in()
    available(stage)
    assert stage.agent().contacts == (first,)


@pytest.mark.parametrize(
    ("line", "expected"),
    [(LINE, SAM), ("+14155550102", JONAS), (BILLING_LINE, SAM)],
    ids=["the most proficient", "the only one with the skill", "the only one with the skill, too"],
)
def test_who_is_offered(line: str, expected: str) -> None:
    stage = Stage()
    available(stage, JONAS)
    available(stage, SAM)
    assert stage.contact(stage.ring_in(line=line)).agent == expected


def test_among_equals_the_longest_available_is_offered() -> None:
    sam = replace(DIRECTORY.agents[SAM], skills={"support": 5})
    stage = Stage(replace(DIRECTORY, agents={**DIRECTORY.agents, SAM: sam}))
    available(stage, JONAS)
    stage.now += 10
    available(stage, SAM)
    assert stage.contact(stage.ring_in()).agent == JONAS


def test_an_agent_without_a_phone_is_not_offered() -> None:
    stage = Stage(ready=())
    available(stage)
    key = stage.ring_in()
    assert stage.contact(key).phase is Phase.QUEUED
    stage.give(PhoneChanged("2041", True))
    assert stage.contact(key).phase is Phase.OFFERED


def test_nothing_is_offered_while_the_switch_is_away() -> None:
    stage = Stage()
    stage.floor.switch_up = False
    key = stage.ring_in()
    available(stage)
    assert stage.contact(key).phase is Phase.QUEUED


def test_nothing_is_offered_while_nothing_can_be_kept() -> None:
    stage = Stage()
    stage.floor.store_up = False
    key = stage.ring_in()
    available(stage)
    assert stage.contact(key).phase is Phase.QUEUED
    stage.floor.store_up = True
    available(stage, JONAS)
    assert stage.contact(key).phase is Phase.OFFERED


def test_answer_asks_and_the_switch_s_event_makes_it_true() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.pass_time(3_000)
    stage.give(Answer(SAM, key))
    customer, agent = stage.leg(Role.CUSTOMER), stage.leg(Role.AGENT)
    (ask,) = stage.asks
    assert isinstance(ask, Connect)
    assert (ask.customer_leg, ask.agent_leg) == (customer.id, agent.id)
    assert stage.contact().phase is Phase.OFFERED
    assert [asked.goal for asked in stage.contact().asked] == ["answer"]
    stage.obey()
    contact = stage.contact()
    assert (contact.phase, contact.answered, contact.asked) == (Phase.ACTIVE, START + 3_000, ())
    assert {leg.state for leg in contact.legs} == {LegState.CONNECTED}


def test_a_second_answer_is_refused_while_the_first_is_under_way() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(Answer(SAM, key))
    with pytest.raises(NotAllowed, match="pending"):
        stage.give(Answer(SAM, key))
    with pytest.raises(NotAllowed, match="pending"):
        stage.give(Decline(SAM, key))


def test_lifting_the_phone_is_answer() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now))
    assert stage.contact().phase is Phase.ACTIVE
    assert stage.contact().asked == ()
    (ask,) = stage.asks
    assert isinstance(ask, Connect)
    assert ask.contact == key


def test_where_the_skill_says_always_recording_is_asked_for_at_answer() -> None:
    stage, key = on_a_call(BILLING_LINE)
    assert any(
        isinstance(effect, AskSwitch) and isinstance(effect.ask, SetRecording) and effect.ask.contact == key
        for effect in stage.effects
    )
    assert stage.contact(key).recording is Recording.ON


@pytest.mark.parametrize("how", ["decline", "missed", "phone refused"])
def test_not_answered_goes_back_with_its_age_and_the_agent_becomes_unavailable(how: str) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    agent_leg = stage.leg(Role.AGENT).id
    if how == "decline":
        stage.give(Decline(SAM, key))
    elif how == "missed":
        stage.pass_time(20_000)
    else:
        stage.give(LegEnded(agent_leg, "declined", stage.now))
    contact = stage.contact(key)
    assert (contact.phase, contact.agent, contact.started) == (Phase.QUEUED, None, START)
    assert stage.floor.queues == {"support": (key,)}
    reason = "Missed a call" if how == "missed" else "Declined a call"
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, reason)
    assert stage.agent().contacts == ()
    assert any(isinstance(ask, EndLeg) and ask.leg == agent_leg for ask in stage.asks)
    assert stage.tasks == []


def test_the_next_agent_gets_the_declined_call() -> None:
    stage = Stage()
    available(stage)
    available(stage, JONAS)
    key = stage.ring_in()
    go(stage, Decline(SAM, key))
    assert stage.contact(key).agent == JONAS


def test_it_is_missed_at_the_configured_moment_and_not_before() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.pass_time(19_999)
    assert stage.contact(key).phase is Phase.OFFERED
    stage.pass_time(1)
    assert stage.contact(key).phase is Phase.QUEUED


def test_an_answer_under_way_is_not_missed() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.pass_time(19_000)
    stage.give(Answer(SAM, key))
    stage.pass_time(2_000)
    assert stage.contact(key).phase is Phase.OFFERED
    stage.obey()
    assert stage.contact(key).phase is Phase.ACTIVE


def test_an_answer_that_the_switch_ignores_is_a_problem_and_then_missed() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.pass_time(1_000)
    stage.give(Answer(SAM, key))
    stage.pass_time(5_000)
    problem = stage.contact(key).problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", "answer")
    stage.pass_time(14_000)
    assert stage.contact(key).phase is Phase.QUEUED


def test_a_refused_answer_is_told_and_can_be_tried_again() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(Answer(SAM, key))
    ask = stage.contact(key).asked[0]
    stage.asks.clear()
    stage.give(AskRefused(key, ask.id, "no_channel", stage.now))
    problem = stage.contact(key).problem
    assert problem is not None
    assert problem.code == "no_channel"
    go(stage, Answer(SAM, key))
    assert stage.contact(key).phase is Phase.ACTIVE
    assert stage.contact(key).problem is None


@pytest.mark.parametrize("offered", [False, True])
def test_a_customer_who_gives_up_leaves_no_task_and_the_agent_as_before(offered: bool) -> None:
    stage = Stage()
    if offered:
        available(stage)
    stage.ring_in()
    stage.obey()
    change = stage.give(LegEnded("in-1", "normal", stage.now))
    assert change.contacts[0].phase is Phase.CLOSED
    assert change.contacts[0].outcome is Outcome.ABANDONED
    assert stage.floor.contacts == {}
    assert stage.floor.queues == {}
    assert stage.floor.legs == {}
    assert stage.tasks == []
    if offered:
        assert stage.agent().state is AgentState.AVAILABLE
        assert any(isinstance(ask, EndLeg) for ask in stage.asks)


def test_a_state_chosen_while_it_rings_applies_when_the_customer_gives_up() -> None:
    stage = Stage()
    available(stage)
    stage.ring_in()
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    stage.give(LegEnded("in-1", "normal", stage.now))
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, "Lunch")


def test_one_match_pops_once_for_the_agent_and_becomes_the_name() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    pop = PopRecord(SAM, key, MIA_RECORD)
    change = stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert pop in change.effects
    assert stage.contact().draft.who.value == MIA_RECORD
    go(stage, LegRinging(stage.leg(Role.AGENT).id, stage.now), Answer(SAM, key))
    assert stage.effects.count(pop) == 1


def test_who_called_is_looked_up_again_for_the_next_agent_who_may_see_others() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert PopRecord(SAM, key, MIA_RECORD) in stage.effects
    assert stage.contact().draft.who == Link(MIA_RECORD, 1, "match")
    available(stage, JONAS)
    change = stage.give(Decline(SAM, key))
    assert MatchCaller(key, MIA) in change.effects
    contact = stage.contact()
    assert (contact.agent, contact.match, contact.draft.who) == (JONAS, Match(MatchState.SEARCHING), Link())
    assert not any(isinstance(effect, PopRecord) for effect in change.effects)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert PopRecord(JONAS, key, MIA_RECORD) in stage.effects


def test_who_is_left_when_others_may_not_be_seen_is_not_taken_to_be_the_caller() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(CallerMatched(key, (MIA_RECORD,), hidden=True))
    contact = stage.contact()
    assert (contact.match.state, contact.match.people) == (MatchState.MANY, (MIA_RECORD,))
    assert contact.draft.who.value is None
    assert not any(isinstance(effect, PopRecord) for effect in stage.effects)


@pytest.mark.parametrize("people", [(), (MIA_RECORD, replace(MIA_RECORD, id="003000000000002AAA"))])
def test_none_or_several_are_never_guessed(people: tuple[Record, ...]) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(CallerMatched(key, people))
    contact = stage.contact()
    assert contact.match.state is (MatchState.MANY if people else MatchState.NONE)
    assert contact.draft.who.value is None
    assert not any(isinstance(effect, PopRecord) for effect in stage.effects)


def left_in_doubt(how: str) -> Stage:
    """The switch was asked to connect the two and has not said that it did; then the agent has the call no more."""
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.give(Answer(SAM, key))
    stage.pass_time(5_000)
    stage.asks.clear()
    if how == "declined":
        stage.give(Decline(SAM, key))
    else:
        stage.pass_time(15_000)
    return stage


@pytest.mark.parametrize("how", ["declined", "missed"])
def test_a_customer_who_may_be_connected_by_now_is_parked_before_the_phone_is_ended(how: str) -> None:
    stage = left_in_doubt(how)
    park, end = stage.asks
    assert isinstance(park, Mix)
    assert (park.talking, park.parked) == ((), ("in-1",))
    assert isinstance(end, EndLeg)
    assert stage.contact().phase is Phase.QUEUED


def test_without_a_doubt_nobody_is_parked() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.give(Decline(SAM, key))
    assert [type(ask) for ask in stage.asks] == [EndLeg]


def test_a_customer_parked_in_the_queue_is_offered_and_connected_like_any_other() -> None:
    stage = left_in_doubt("missed")
    stage.give(LegAnswered("in-1", stage.now))
    stage.give(LegHeld("in-1", stage.now))
    available(stage, JONAS)
    key = stage.contact().key
    go(stage, Answer(JONAS, key))
    stage.give(LegResumed("in-1", stage.now))
    contact = stage.contact()
    assert (contact.phase, contact.agent, contact.held) == (Phase.ACTIVE, JONAS, False)


@pytest.mark.parametrize("how", ["declined", "abandoned", "closed"])
def test_a_record_is_not_opened_any_more_for_who_has_the_contact_no_more(how: str) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    withdrawn = WithdrawPop(SAM, key)
    if how == "closed":
        go(stage, Answer(SAM, key), End(SAM, key))
        assert withdrawn not in stage.effects
        stage.give(Done(SAM, key))
    elif how == "declined":
        stage.give(Decline(SAM, key))
    else:
        stage.give(LegEnded("in-1", "normal", stage.now))
    assert withdrawn in stage.effects
