"""Outbound calls: what is dialled and with which skill, how dialling goes, and how it ends."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Decline, Dial, End, Hold, SetState, Visit
from connector.domain.decide import deadline
from connector.domain.effects import EndLeg, MatchCaller, Mix, PlaceCall, PopRecord
from connector.domain.events import AskRefused, CallerMatched, LegAnswered, LegRinging, WorkDelivered
from connector.domain.model import AgentState, Kind, LegState, MatchState, Outcome, Phase, Problem, Record, Role
from connector.domain.step import Change
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, START, Stage, available, dialling, go, on_a_call

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
OTHER = Record("003000000000002AAA", "Contact", "Grace Okafor")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")
CASE = Record("500000000000001AAA", "Case", "Charged twice")


def ready(agent: str = SAM) -> Stage:
    stage = Stage()
    available(stage, agent)
    return stage


def test_a_dial_is_a_live_contact_from_the_first_moment() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, "(415) 555-0143")).created
    contact = stage.contact()
    agent, customer = stage.leg(Role.AGENT), stage.leg(Role.CUSTOMER)
    assert contact.key == contact.interaction_key == key
    assert (contact.kind, contact.phase, contact.agent) == (Kind.OUTBOUND, Phase.ACTIVE, SAM)
    assert (contact.number, contact.line, contact.skill) == (MIA, "+14155550100", "support")
    assert (contact.started, contact.answered, contact.internal) == (START, None, False)
    assert {leg.state for leg in contact.legs} == {LegState.DIALING}
    assert stage.agent().state is AgentState.WORKING
    assert key is not None
    assert stage.asks == [PlaceCall(key, key, agent.id, customer.id, "2041", MIA, "+14155550100")]
    assert MatchCaller(key, MIA) in stage.effects
    assert [ask.goal for ask in contact.asked] == ["dial"]


@pytest.mark.parametrize(("typed", "dialled"), [("(415) 555-0143", "9" + MIA[1:]), ("2042", "2042")])
def test_what_leaves_the_house_is_dialled_with_the_prefix(typed: str, dialled: str) -> None:
    stage = Stage(replace(DIRECTORY, settings=replace(DIRECTORY.settings, outside_prefix="9")))
    for agent in (SAM, JONAS):
        available(stage, agent)
    stage.give(Dial(SAM, typed))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.number, stage.contact().number) == (dialled, MIA if typed[0] == "(" else typed)


def test_what_the_agent_has_open_is_an_option_of_the_call() -> None:
    stage = ready()
    stage.give(Visit(SAM, CASE))
    stage.give(Dial(SAM, MIA, work="0hNx00000000001"))
    assert (stage.contact().visited, stage.contact().work) == ((CASE,), "0hNx00000000001")


def test_a_call_to_be_held_for_it_is_the_one_in_the_ear() -> None:
    stage = ready()
    stage.give(WorkDelivered("mail", Kind.EMAIL, "support", "Refund", (), "", None, 5, START))
    stage.give(Answer(SAM, "mail"))
    first = stage.ring_in()
    stage.obey()
    go(stage, Answer(SAM, first))
    # As after a loss of power, when the disk has the agent and not the contact.
    sam = stage.agent()
    stage.floor.agents[SAM] = replace(sam, contacts=("lost", *sam.contacts))
    stage.give(Dial(SAM, "+14155550188", hold=True))
    hold, place = stage.asks
    assert isinstance(hold, Mix)
    mine = stage.leg(Role.AGENT, first).id
    assert (hold.contact, hold.talking, hold.parked) == (first, (mine,), ("in-1",))
    assert isinstance(place, PlaceCall)
    assert stage.contact("mail").asked == ()


def test_the_only_outbound_skill_is_taken_and_one_of_several_is_asked_for() -> None:
    assert dialling()[0].contact().skill == "support"
    stage = ready(JONAS)
    with pytest.raises(BadInput, match="support, sales") as refusal:
        stage.give(Dial(JONAS, MIA))
    assert (refusal.value.code, refusal.value.field) == ("skill_needed", "skill")
    key = stage.give(Dial(JONAS, "+1 415 555 0143", "sales")).created
    assert stage.contact(key).line == "+14155550102"


@pytest.mark.parametrize("skill", ["billing", "sales", "nonsense"])
def test_a_skill_that_is_not_outbound_or_not_the_agent_s_is_refused(skill: str) -> None:
    stage = ready()
    with pytest.raises(BadInput, match="support"):
        stage.give(Dial(SAM, MIA, skill))
    assert stage.floor.contacts == {}


@pytest.mark.parametrize(
    ("agent", "typed", "dialled"),
    [
        (SAM, "415 555 0143", "+14155550143"),
        (SAM, "011 31 20 123 4567", "+31201234567"),
        (JONAS, "020 123 4567", "+31201234567"),
        (JONAS, "+1 415 555 0143", "+14155550143"),
    ],
)
def test_numbers_are_read_as_the_agent_s_country_writes_them(agent: str, typed: str, dialled: str) -> None:
    stage = ready(agent)
    stage.give(Dial(agent, typed, "support"))
    assert stage.contact().number == dialled


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_too_short"),
        ("555", "number_too_short"),
        ("call me", "number_invalid"),
        ("911", "number_emergency"),
        ("9911", "number_emergency"),
    ],
)
def test_a_number_that_cannot_be_dialled_is_refused_with_the_field(typed: str, code: str) -> None:
    stage = ready()
    with pytest.raises(BadInput) as refusal:
        stage.give(Dial(SAM, typed))
    assert (refusal.value.code, refusal.value.field) == (code, "number")
    assert stage.floor.contacts == {}
    assert stage.agent().state is AgentState.AVAILABLE


def test_a_colleague_s_extension_is_an_internal_call() -> None:
    stage, key, theirs = calling_jonas()
    contact = stage.contact(key)
    assert (contact.number, contact.internal, contact.match.state) == ("2042", True, MatchState.NONE)
    assert not any(isinstance(effect, MatchCaller) for effect in stage.effects)
    go(stage, Answer(JONAS, theirs))
    assert stage.contact(key).answered is not None
    go(stage, End(SAM, key))
    assert {task.contact: task.fields["CallType"] for task in stage.tasks} == {key: "Internal", theirs: "Internal"}
    assert {stage.contact(one).phase for one in (key, theirs)} == {Phase.WRAP_UP}


def calling_jonas() -> tuple[Stage, str, str]:
    """Sam calls Jonas, whose phone rings: their contacts."""
    stage = ready()
    stage.give(SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"))
    key = stage.give(Dial(SAM, " 2042 ")).created
    assert key is not None
    stage.obey()
    (theirs,) = stage.agent(JONAS).contacts
    return stage, key, theirs


def test_a_colleague_who_declines_is_as_before_and_the_caller_is_told() -> None:
    stage, key, theirs = calling_jonas()
    assert stage.agent(JONAS).state is AgentState.WORKING
    go(stage, Decline(JONAS, theirs))
    assert (stage.agent(JONAS).state, stage.agent(JONAS).reason) == (AgentState.UNAVAILABLE, "Lunch")
    assert stage.contact(key).outcome is Outcome.DECLINED
    assert [task.contact for task in stage.tasks] == [key]


def test_a_colleague_who_is_logged_out_cannot_be_called() -> None:
    with pytest.raises(NotAllowed, match="Jonas Weber") as refusal:
        ready().give(Dial(SAM, "2042"))
    assert refusal.value.code == "agent_logged_out"


def test_one_s_own_extension_is_no_number() -> None:
    with pytest.raises(BadInput):
        ready().give(Dial(SAM, "2041"))


def test_a_colleague_on_hold_is_not_queued_when_the_phone_hangs_up() -> None:
    stage, key, theirs = calling_jonas()
    go(stage, Answer(JONAS, theirs), Hold(SAM, key))
    colleague = stage.leg(Role.CUSTOMER, key).id
    stage.phone_hangs_up(key)
    assert stage.floor.queues == {}
    assert any(isinstance(ask, EndLeg) and ask.leg == colleague for ask in stage.asks)


@pytest.mark.parametrize(
    ("record", "who", "what"),
    [(MIA_RECORD, "Mia Chen", None), (LEAD, "D. Whitfield", None), (CASE, None, "Charged twice"), (None, None, None)],
)
def test_the_record_dialled_from_is_name_or_related_to(
    record: Record | None, who: str | None, what: str | None
) -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA, "", record))
    draft = stage.contact().draft
    assert (draft.who.value and draft.who.value.name, draft.what.value and draft.what.value.name) == (who, what)
    for link in (draft.who, draft.what):
        assert link.value is None or (link.by, link.revision, link.value.why) == ("match", 1, "dialled")


def test_who_was_dialled_from_a_record_is_not_replaced_by_the_match() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA, "", MIA_RECORD)).created
    assert key is not None
    stage.give(CallerMatched(key, (OTHER,)))
    who = stage.contact().draft.who.value
    assert who is not None
    assert who.id == MIA_RECORD.id


def test_a_case_dialled_from_is_not_given_up_for_a_lead_with_that_number() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA, "", CASE)).created
    assert key is not None
    stage.give(CallerMatched(key, (LEAD,)))
    draft = stage.contact().draft
    assert (draft.who.value, draft.what.value and draft.what.value.id) == (None, CASE.id)
    stage.obey()
    go(stage, End(SAM, key))
    assert (stage.tasks[0].fields["WhoId"], stage.tasks[0].fields["WhatId"]) == (None, CASE.id)


def test_nothing_is_opened_for_who_is_dialled() -> None:
    stage, key = dialling()
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert not any(isinstance(effect, PopRecord) for effect in stage.effects)
    assert stage.contact().draft.who.value == MIA_RECORD


def test_the_call_counts_from_the_answer() -> None:
    stage, key = dialling()
    assert stage.leg(Role.CUSTOMER).state is LegState.RINGING
    stage.pass_time(7_000)
    assert stage.contact().answered is None
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    assert stage.contact().answered == START + 7_000
    stage.pass_time(12_500)
    go(stage, End(SAM, key))
    contact = stage.contact()
    assert (contact.outcome, contact.ended) == (Outcome.ANSWERED, START + 19_500)
    assert stage.tasks[0].fields["CallDurationInSeconds"] == 12


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("busy", Outcome.BUSY),
        ("no_answer", Outcome.NO_ANSWER),
        ("wrong_number", Outcome.WRONG_NUMBER),
        ("declined", Outcome.DECLINED),
        ("cancelled", Outcome.CANCELLED),
        ("normal", Outcome.CANCELLED),
        ("failed", Outcome.FAILED),
        ("unheard of", Outcome.FAILED),
    ],
)
def test_how_it_ends_when_nobody_answers(cause: str, outcome: Outcome) -> None:
    stage, key = dialling()
    phone = stage.leg(Role.AGENT).id
    stage.customer_hangs_up(cause=cause)
    contact = stage.contact()
    assert (contact.phase, contact.outcome, contact.answered) == (Phase.WRAP_UP, outcome, None)
    assert any(isinstance(ask, EndLeg) and ask.leg == phone for ask in stage.asks)
    assert [(task.contact, task.revision) for task in stage.tasks] == [(key, 1)]
    assert stage.tasks[0].fields["CallDurationInSeconds"] == 0


@pytest.mark.parametrize("state", ["dialled", "phone rings", "customer rings"])
def test_cancel_before_the_answer(state: str) -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    if state != "dialled":
        stage.give(LegRinging(stage.leg(Role.AGENT).id, stage.now))
    if state == "customer rings":
        stage.obey()
    stage.asks.clear()
    go(stage, End(SAM, key))
    contact = stage.contact()
    assert (contact.phase, contact.outcome) == (Phase.WRAP_UP, Outcome.CANCELLED)
    assert len(stage.tasks) == 1


def test_busy_that_crosses_a_cancel_is_busy() -> None:
    stage, key = dialling()
    stage.give(End(SAM, key))
    stage.customer_hangs_up(cause="busy")
    assert stage.contact().outcome is Outcome.BUSY


def test_an_answer_that_crosses_a_cancel_is_an_answered_call() -> None:
    stage, key = dialling()
    stage.give(End(SAM, key))
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    stage.obey()
    assert stage.contact().outcome is Outcome.ANSWERED


def test_it_rings_for_as_long_as_is_configured() -> None:
    stage, key = dialling()
    assert deadline(stage.contact(), DIRECTORY) == (START + 45_000, "dial")
    stage.pass_time(45_000)
    assert [ask.goal for ask in stage.contact().asked] == ["end"]
    (ask,) = stage.asks
    assert isinstance(ask, EndLeg)
    assert ask.leg == stage.leg(Role.CUSTOMER).id
    stage.obey()
    assert stage.contact(key).outcome is Outcome.NO_ANSWER


def test_a_switch_that_does_not_give_up_is_told_again() -> None:
    stage, key = dialling()
    stage.pass_time(45_000)
    stage.pass_time(5_000)
    assert len(stage.asks) == 2
    assert [ask.goal for ask in stage.contact().asked] == ["end"]
    stage.obey()
    assert stage.contact(key).outcome is Outcome.NO_ANSWER


def test_a_phone_that_rings_for_long_is_no_silence_of_the_switch() -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA))
    stage.give(LegRinging(stage.leg(Role.AGENT).id, stage.now))
    stage.pass_time(10_000)
    assert stage.contact().problem is None
    assert deadline(stage.contact(), DIRECTORY) == (START + 20_000, "dial")
    stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now))
    assert deadline(stage.contact(), DIRECTORY) == (START + 55_000, "dial")


def test_a_phone_that_nobody_lifts_dials_nothing_and_says_so() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    stage.give(LegRinging(stage.leg(Role.AGENT).id, stage.now))
    legs = {leg.id for leg in stage.contact().legs}
    stage.asks.clear()
    stage.pass_time(20_000)
    contact = stage.contact(key)
    assert (contact.phase, contact.outcome, contact.legs) == (Phase.WRAP_UP, Outcome.FAILED, ())
    assert contact.problem is not None
    assert (contact.problem.code, contact.problem.order) == ("lift_phone", "dial")
    assert {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)} == legs


def test_a_switch_that_does_not_dial_is_told_and_then_given_up() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    stage.asks.clear()
    stage.pass_time(5_000)
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", "dial")
    assert stage.contact().phase is Phase.ACTIVE
    stage.pass_time(40_000)
    stage.obey()
    assert stage.contact(key).outcome is Outcome.NO_ANSWER


def test_a_refused_dial_is_over_and_says_why() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    legs = {leg.id for leg in stage.contact().legs}
    stage.asks.clear()
    stage.give(AskRefused(key, key, "no_route", stage.now))
    contact = stage.contact()
    assert (contact.phase, contact.outcome, contact.legs) == (Phase.WRAP_UP, Outcome.FAILED, ())
    assert contact.problem is not None
    assert (contact.problem.code, contact.problem.order) == ("no_route", "dial")
    assert {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)} == legs
    assert len(stage.tasks) == 1


def test_a_refusal_after_it_rang_or_was_over_is_old_news() -> None:
    stage, key = dialling()
    assert stage.give(AskRefused(key, key, "no_route", stage.now)) == Change()
    go(stage, End(SAM, key))
    assert stage.contact().phase is Phase.WRAP_UP
    assert stage.give(AskRefused(key, key, "no_route", stage.now)) == Change()


def test_a_refusal_of_something_else_ends_no_call() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    stage.give(End(SAM, key))
    dial, end = stage.contact().asked
    stage.give(AskRefused(key, end.id, "no_such_leg", stage.now))
    contact = stage.contact()
    assert (contact.phase, contact.asked) == (Phase.ACTIVE, (dial,))
    assert contact.problem == Problem("no_such_leg", "end", stage.now)


@pytest.mark.parametrize(("cause", "outcome"), [("declined", "cancelled"), ("no_answer", "cancelled"), ("failed",) * 2])
def test_the_agent_s_own_phone_says_nothing_about_the_other_side(cause: str, outcome: str) -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA))
    customer = stage.leg(Role.CUSTOMER).id
    stage.phone_hangs_up(cause=cause)
    assert stage.contact().outcome == outcome
    assert any(isinstance(ask, EndLeg) and ask.leg == customer for ask in stage.asks)


def test_a_dial_is_refused_during_another_call() -> None:
    stage, _ = on_a_call()
    with pytest.raises(NotAllowed, match="hold_first"):
        stage.give(Dial(SAM, MIA))


def test_an_agent_without_a_device_cannot_dial() -> None:
    sam = replace(DIRECTORY.agents[SAM], device="")
    stage = Stage(replace(DIRECTORY, agents={SAM: sam}))
    available(stage)
    with pytest.raises(NotAllowed, match="no_phone"):
        stage.give(Dial(SAM, MIA))
