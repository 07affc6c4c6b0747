"""Somebody's leg is gone: who is left, what of them is asked, and how the call counts."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Command, Consult, End, Hold, Merge, Mute, SetState, Swap, Transfer
from connector.domain.effects import EndLeg, MatchCaller, Mix, SetRecording
from connector.domain.events import CallerMatched, LegAnswered, LegEnded, LegHeld, LegsMixed
from connector.domain.model import (
    AgentState,
    Contact,
    Draft,
    LegState,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Recording,
    Role,
)
from tests.domain.stage import DIRECTORY, JONAS, SAM, START, Stage, dialling, go, on_a_call, with_skill
from tests.domain.test_attend import goal, left_alone, waiting
from tests.domain.test_consult import BLIND, FRAUD, PRIYA, asked, asking, call, conference, parties, theirs
from tests.domain.test_two_calls import called_by_jonas, two_calls

DIAL = DIRECTORY.settings.dial
MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")


def customer_of(stage: Stage, key: str) -> str:
    return stage.leg(Role.CUSTOMER, key).id


def agent_of(stage: Stage, key: str) -> str:
    return stage.leg(Role.AGENT, key).id


def problem(contact: Contact) -> str | None:
    return contact.problem.code if contact.problem else None


# --- the customer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "after", "pressed", "outcome"),
    [
        ("cancelled", DIAL, True, Outcome.NO_ANSWER),
        ("normal", DIAL, True, Outcome.NO_ANSWER),
        ("cancelled", DIAL - 1, True, Outcome.CANCELLED),
        ("normal", DIAL - 1, True, Outcome.CANCELLED),
        ("busy", DIAL, True, Outcome.BUSY),
        ("cancelled", DIAL, False, Outcome.CANCELLED),
        ("normal", DIAL, False, Outcome.CANCELLED),
    ],
)
def test_a_switch_that_does_not_say_why_it_gave_up(cause: str, after: int, pressed: bool, outcome: Outcome) -> None:
    """Some report only that a channel which we ended has ended."""
    stage, key = dialling()
    leg = customer_of(stage, key)
    if pressed:
        stage.give(End(SAM, key))
    stage.now = START + after + 5
    stage.give(LegEnded(leg, cause, START + after))
    contact = stage.contact(key)
    assert (contact.phase, contact.outcome, contact.ended) == (Phase.WRAP_UP, outcome, START + after)


def test_another_order_that_is_under_way_does_not_make_it_the_agent_s() -> None:
    stage, key = dialling()
    stage.give(Mute(SAM, key))
    stage.now = START + DIAL
    stage.give(LegEnded(customer_of(stage, key), "cancelled", stage.now))
    assert stage.contact(key).outcome is Outcome.CANCELLED


def test_the_customer_of_a_consult_that_talks_is_gone_and_only_what_is_about_the_consult_is_off() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Mute(SAM, key))
    stage.give(Merge(SAM, key))
    stage.asks.clear()
    stage.customer_hangs_up(key)
    contact = stage.contact(key)
    assert [ask.goal for ask in contact.asked] == ["mute"]
    assert (contact.phase, contact.consult) == (Phase.ACTIVE, None)
    assert [(leg.role, leg.number, leg.joined, leg.invited) for leg in contact.legs] == [
        (Role.AGENT, "", True, False),
        (Role.CUSTOMER, FRAUD, True, False),
    ]
    assert stage.asks == []


def test_the_customer_is_gone_while_it_rings_at_a_number_and_that_is_given_up() -> None:
    stage, key = asking("entry", "fraud")
    consulted = stage.contact(key).consulted
    assert consulted is not None
    mine = agent_of(stage, key)
    stage.customer_hangs_up(key)
    assert goal(stage.asks) == [("end", consulted.id, ""), ("end", mine, "")]
    assert stage.contact(key).phase is Phase.WRAP_UP


def test_the_customer_leaves_a_conference_in_which_somebody_else_is_being_asked() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    known = stage.contact(key)
    jonas = agent_of(stage, other)
    stage.give(Mute(SAM, key))
    stage.asks.clear()
    stage.customer_hangs_up(key)
    contact = stage.contact(key)
    assert contact.consult == known.consult
    assert [ask.goal for ask in contact.asked] == ["mute"]
    assert [(leg.role, leg.id == jonas, leg.joined, leg.invited) for leg in contact.legs] == [
        (Role.AGENT, False, False, False),
        (Role.CUSTOMER, True, True, False),
        (Role.CONSULTED, False, False, True),
    ]
    assert stage.asks == []


def test_the_customer_leaves_a_conference_out_of_which_a_number_was_asked_and_that_number_alone_is_left() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), End(JONAS, other))
    assert stage.contact(key).held
    stage.customer_hangs_up(key)
    assert parties(stage.contact(key)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {FRAUD}": ("CONNECTED", True)}
    assert stage.asks == []


def test_who_belongs_to_the_conversation_takes_the_customer_s_place_before_who_is_asked_in_private() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Consult(JONAS, other, "agent", PRIYA))
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key), Merge(JONAS, other), End(JONAS, other))
    stage.customer_hangs_up(key)
    assert parties(stage.contact(key)) == {
        "AGENT": ("CONNECTED", False),
        f"CONSULTED {FRAUD}": ("CONNECTED", False),
        f"CUSTOMER {PRIYA}": ("CONNECTED", True),
    }


def test_two_numbers_who_were_left_with_the_agent_by_the_customer_are_told_apart() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Merge(SAM, key), Consult(SAM, key, "number", "+14155550177"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(SAM, key))
    stage.customer_hangs_up(key)
    assert parties(stage.contact(key)) == {
        "AGENT": ("CONNECTED", True),
        f"CUSTOMER {FRAUD}": ("CONNECTED", True),
        "CONSULTED +14155550177": ("CONNECTED", True),
    }


# --- the agent who asks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("first", ["asker", "asked"])
def test_the_phone_of_who_asks_is_gone_and_whichever_contact_hears_of_it_first(first: str, answered: bool) -> None:
    """The floor names the contacts of a leg in the order in which they had it last."""
    stage, key = asked() if answered else asking()
    other = theirs(stage).key
    mine, theirs_leg = agent_of(stage, key), agent_of(stage, other)
    stage.floor.legs[mine] = (key, other) if first == "asker" else (other, key)
    change = stage.give(LegEnded(mine, "normal", stage.now))
    assert {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)} == {theirs_leg}
    assert change.forgotten == (other,)
    assert (stage.contact(key).consult, stage.contact(key).recalled) == (None, True)
    assert (stage.agent(JONAS).state, stage.agent(JONAS).contacts) == (AgentState.UNAVAILABLE, ())


@pytest.mark.parametrize("answered", [False, True])
def test_who_asks_goes_on_with_another_phone_and_asks_nobody_any_more(answered: bool) -> None:
    """The switch may merge two calls by itself, and then one phone of the agent is left for both."""
    stage, first, second = two_calls()
    go(stage, Hold(SAM, second), Consult(SAM, first, "agent", JONAS))
    other = theirs(stage)
    if answered:
        go(stage, Answer(JONAS, other.key))
    spare, kept = agent_of(stage, first), agent_of(stage, second)
    far = [customer_of(stage, first), customer_of(stage, second)]
    stage.give(LegsMixed((kept, *far), stage.now))
    assert agent_of(stage, first) == kept
    assert stage.contact(first).consult is not None
    stage.asks.clear()
    change = stage.give(LegEnded(spare, "normal", stage.now))
    assert stage.contact(first).consult is None
    assert problem(stage.contact(first)) is None
    assert stage.contact(first).phase is Phase.ACTIVE
    assert change.forgotten == (other.key,)
    assert stage.agent(JONAS).contacts == ()


def test_a_request_in_a_queue_is_over_with_the_phone_of_who_asks() -> None:
    stage, key = asking("skill", "billing")
    (queued,) = stage.floor.queues["billing"]
    mine = agent_of(stage, key)
    stage.floor.legs[mine] = (queued, key)
    change = stage.give(LegEnded(mine, "normal", stage.now))
    assert change.forgotten == (queued,)
    assert "billing" not in stage.floor.queues


@pytest.mark.parametrize("gone", [Role.CUSTOMER, Role.AGENT])
@pytest.mark.parametrize("answered", [False, True])
def test_a_request_that_its_asker_does_not_know_is_over_all_the_same(gone: Role, answered: bool) -> None:
    """So it may be after a crash in which the disk took one change and not the other."""
    stage, key = asked() if answered else asking()
    other = theirs(stage)
    stage.floor.contacts[key] = replace(stage.contact(key), consult=None, legs=())
    stage.floor.legs = {leg.id: (other.key,) for leg in other.legs}
    change = stage.give(LegEnded(stage.leg(gone, other.key).id, "normal", stage.now))
    assert change.forgotten == (other.key,)
    assert stage.agent(JONAS).contacts == ()
    assert problem(stage.contact(key)) is None


# --- an agent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "code"),
    [("normal", "consult_hung_up"), ("failed", "consult_failed"), ("odd", "consult_failed")],
)
@pytest.mark.parametrize("first", ["asker", "asked"])
def test_the_phone_of_who_was_asked_is_gone(first: str, cause: str, code: str) -> None:
    stage, key = asked()
    other = theirs(stage).key
    jonas = agent_of(stage, other)
    stage.floor.legs[jonas] = (key, other) if first == "asker" else (other, key)
    stage.give(LegEnded(jonas, cause, stage.now))
    contact = stage.contact(key)
    assert (problem(contact), contact.consult, contact.held, len(contact.legs)) == (code, None, True, 2)
    assert other not in stage.floor.contacts


@pytest.mark.parametrize("moment", ["before the answer", "after it"])
@pytest.mark.parametrize(("cause", "outcome"), [("failed", Outcome.FAILED), ("busy", Outcome.CANCELLED)])
def test_the_agent_s_phone_is_gone(cause: str, outcome: Outcome, moment: str) -> None:
    stage, key = dialling()
    customer, agent = customer_of(stage, key), agent_of(stage, key)
    if moment == "after it":
        go(stage, LegAnswered(customer, stage.now))
    stage.pass_time(1_000)
    stage.give(LegEnded(agent, cause, stage.now - 10))
    contact = stage.contact(key)
    assert goal(stage.asks) == [("end", customer, "")]
    assert contact.outcome is (outcome if moment == "before the answer" else Outcome.ANSWERED)
    assert contact.ended == stage.now - 10


def test_the_agent_s_phone_is_gone_in_a_conference_and_the_others_go_on() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Merge(SAM, key))
    customer, agent, number = (leg.id for leg in stage.contact(key).legs)
    stage.pass_time(1_000)
    stage.give(LegEnded(agent, "normal", stage.now - 10))
    assert goal(stage.asks) == [("end", agent, "")]
    assert [leg.id for leg in left_alone(stage).legs] == [customer, number]
    assert (stage.contact(key).phase, stage.contact(key).ended) == (Phase.WRAP_UP, stage.now - 10)


@pytest.mark.parametrize("held", [True, False])
def test_a_colleague_on_hold_is_let_go_with_the_agent_s_phone(held: bool) -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second))
    jonas, mine = customer_of(stage, second), agent_of(stage, second)
    stage.give(Hold(SAM, second))
    if held:
        stage.obey()
    stage.asks.clear()
    stage.give(LegEnded(mine, "normal", stage.now))
    assert stage.contact(second).phase is Phase.WRAP_UP
    assert "support" not in stage.floor.queues
    assert set(goal(stage.asks)) == {("end", jonas, "")}
    assert stage.contact(first).held


def test_the_recording_of_who_parked_the_customer_is_over_and_the_customer_s_age_goes_on() -> None:
    stage, key = on_a_call(directory=with_skill("support", priority=2))
    go(stage, Hold(SAM, key))
    stage.pass_time(9_000)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    stage.phone_hangs_up(key)
    agent = agent_of(stage, key)
    stage.asks.clear()
    stage.give(LegEnded(agent, "failed", stage.now - 10))
    again = waiting(stage)
    off = stage.asks.pop(0)
    assert isinstance(off, SetRecording)
    assert (off.contact, off.recording) == (key, Recording.OFF)
    assert goal(stage.asks) == [("adopt", "in-1", again.key)]
    assert stage.contact(key).ended == stage.now - 10
    assert (again.started, again.priority, again.skill) == (START, 0, "support")
    assert (again.match, again.draft, again.save.wanted) == (Match(MatchState.SEARCHING), Draft(), 0)
    assert MatchCaller(again.key, again.number) in stage.effects, "as the next agent may see it"


# --- a party ---------------------------------------------------------------------------------------------------------


def test_who_was_rung_for_a_skill_is_gone_and_the_queue_goes_on_looking() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    request = theirs(stage, PRIYA)
    leg = agent_of(stage, request.key)
    stage.floor.legs[leg] = (key, request.key)
    stage.give(LegEnded(leg, "declined", stage.now))
    contact = stage.contact(key)
    assert contact.consult is not None
    assert (contact.consult.leg, contact.consulted, problem(contact)) == ("", None, None)
    assert stage.floor.queues["billing"] == (request.key,)


@pytest.mark.parametrize(
    ("cause", "code"), [("busy", "consult_busy"), ("normal", "consult_declined"), ("declined", "consult_declined")]
)
@pytest.mark.parametrize("first", ["asker", "asked"])
def test_a_colleague_whose_phone_stops_ringing_has_declined(first: str, cause: str, code: str) -> None:
    stage, key = asking()
    request = theirs(stage)
    leg = agent_of(stage, request.key)
    stage.floor.legs[leg] = (key, request.key) if first == "asker" else (request.key, key)
    stage.give(LegEnded(leg, cause, stage.now))
    contact = stage.contact(key)
    assert (contact.consult, problem(contact), len(contact.legs)) == (None, code, 2)
    assert request.key not in stage.floor.contacts


def test_a_party_leaves_and_who_is_still_asked_is_not_touched() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    before = stage.contact(key).consult
    jonas = agent_of(stage, other)
    customer = customer_of(stage, key)
    stage.give(LegEnded(jonas, "normal", stage.now))
    contact = stage.contact(key)
    assert contact.consult == before
    assert problem(contact) is None
    assert parties(contact) == {
        "CUSTOMER": ("CONNECTED", True),
        "AGENT": ("CONNECTED", False),
        f"CONSULTED {FRAUD}": ("RINGING", False),
    }
    assert goal(stage.asks)[1:] == [("mix", "", customer)]


# --- a customer who waits again --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [LegState.CONNECTED, LegState.HELD])
def test_a_customer_who_waits_again_hears_music_from_then_on(state: LegState) -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    if state is LegState.HELD:
        stage.give(LegHeld("in-1", stage.now))
    stage.asks.clear()
    stage.walks_away(key)
    again = waiting(stage)
    mixes = [ask for ask in stage.asks if isinstance(ask, Mix)]
    assert [(mix.contact, mix.talking, mix.parked) for mix in mixes] == (
        [(key, (), ("in-1",)), (again.key, (), ("in-1",))] if state is LegState.CONNECTED else []
    )


def test_one_who_comes_back_from_a_number_that_was_busy_keeps_their_place_and_is_looked_up_again() -> None:
    directory = replace(BLIND, skills={**BLIND.skills, "support": replace(BLIND.skills["support"], priority=2)})
    stage, key = call(directory)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    go(stage, Consult(SAM, key, "entry", "fraud"))
    stage.pass_time(10_000)
    go(stage, Transfer(SAM, key))
    go(stage, LegEnded(left_alone(stage).legs[1].id, "busy", stage.now))
    again, old = waiting(stage), stage.contact(key)
    assert (again.started, again.priority, again.interaction_key) == (START, 2, old.interaction_key)
    assert (again.number, again.line, again.skill) == (old.number, old.line, "support")
    assert again.match == Match(MatchState.SEARCHING)
    assert MatchCaller(again.key, again.number) in stage.effects, "as the next agent may see it"
    assert [(leg.role, leg.joined, leg.invited) for leg in again.legs] == [(Role.CUSTOMER, True, False)]


def test_a_swap_that_is_under_way_is_off_when_the_customer_is_gone() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Swap(SAM, key))
    stage.give(Mute(SAM, key))
    stage.customer_hangs_up(key)
    assert [ask.goal for ask in stage.contact(key).asked] == ["resume", "mute"]


@pytest.mark.parametrize("how", ["phone", "number"])
def test_an_emergency_call_s_address_is_still_known_when_it_waits_again(how: str) -> None:
    stage, key = call(BLIND)
    contact = replace(stage.contact(key), emergency="local", address="hq")
    stage.floor.contacts[key] = contact
    if how == "phone":
        go(stage, Hold(SAM, key))
        stage.walks_away(key)
    else:
        go(stage, Consult(SAM, key, "entry", "fraud"), Transfer(SAM, key))
        go(stage, LegEnded(left_alone(stage).legs[1].id, "busy", stage.now))
    assert (waiting(stage).emergency, waiting(stage).address) == ("local", "hq")


@pytest.mark.parametrize("goal_of_it", ["talk", "merge", "transfer"])
def test_what_was_asked_about_a_consult_is_off_when_that_is_over(goal_of_it: str) -> None:
    stage, key = asked("entry", "fraud")
    consulted = stage.contact(key).consulted
    assert consulted is not None
    if goal_of_it == "talk":
        go(stage, Swap(SAM, key))
    stage.give(Mute(SAM, key))
    orders: dict[str, Command] = {"talk": Swap(SAM, key), "merge": Merge(SAM, key), "transfer": Transfer(SAM, key)}
    stage.give(orders[goal_of_it])
    assert [ask.goal for ask in stage.contact(key).asked] == ["mute", goal_of_it]
    stage.give(LegEnded(consulted.id, "normal", stage.now))
    assert [ask.goal for ask in stage.contact(key).asked] == ["mute"]
