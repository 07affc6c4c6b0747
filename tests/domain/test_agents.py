"""Agents: what they choose, what follows from their contacts, and their phones."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Decline, Dial, Done, End, LogOut, SaveDraft, SetState
from connector.domain.decide import start
from connector.domain.directory import Directory, Profile
from connector.domain.effects import PushState
from connector.domain.events import CallerMatched, LegAnswered, LegEnded, PhoneChanged
from connector.domain.model import AgentState, Kind, Phase, Record, Role
from connector.domain.routing import candidates
from connector.domain.rules.agents import MOST_MISSED
from connector.domain.step import Stamp, apply
from connector.errors import BadInput, NotAllowed
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
    dialling,
    go,
    on_a_call,
    with_skill,
    wrapping_up,
)

PRIYA = "005000000000003AAA"


def away(stage: Stage, reason: str = "Lunch", agent: str = SAM) -> None:
    stage.give(SetState(agent, AgentState.UNAVAILABLE, reason))


def shown(stage: Stage, agent: str = SAM) -> tuple[AgentState, str]:
    return stage.agent(agent).state, stage.agent(agent).reason


def begin(stage: Stage, directory: Directory) -> None:
    """The directory is another one from now on."""
    stage.directory = directory
    stage.ids += 1
    apply(stage.floor, start(stage.floor, directory, Stamp(stage.now, f"id{stage.ids:04}")))


# --- choosing ------------------------------------------------------------------------------------------------------


def test_states_and_reasons_with_their_moment() -> None:
    stage = Stage()
    assert stage.agent().state is AgentState.LOGGED_OUT
    available(stage)
    assert (shown(stage), stage.agent().since) == ((AgentState.AVAILABLE, ""), START)
    stage.now += 1_000
    away(stage)
    assert (shown(stage), stage.agent().since) == ((AgentState.UNAVAILABLE, "Lunch"), START + 1_000)
    stage.now += 1_000
    away(stage, "Break")
    assert (shown(stage), stage.agent().since) == ((AgentState.UNAVAILABLE, "Break"), START + 2_000)
    away(stage, "")
    assert shown(stage) == (AgentState.UNAVAILABLE, "")


def test_choosing_what_is_true_already_does_not_start_the_timer_again() -> None:
    stage = Stage()
    available(stage)
    stage.now += 1_000
    assert stage.give(SetState(SAM, AgentState.AVAILABLE)).agents == ()
    away(stage)
    stage.now += 1_000
    assert stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch")).agents == ()


def test_a_reason_that_is_not_configured_is_refused_with_those_that_are() -> None:
    stage = Stage()
    with pytest.raises(BadInput, match="Break, Lunch, Meeting, Training") as refusal:
        away(stage, "Fishing")
    assert refusal.value.field == "reason"


def test_who_is_not_an_agent_cannot_choose() -> None:
    with pytest.raises(NotAllowed, match="unknown_agent"):
        Stage().give(SetState("005000000000009AAA", AgentState.AVAILABLE))


@pytest.mark.parametrize("during", ["offer", "call", "wrap-up"])
@pytest.mark.parametrize("chosen", [(AgentState.UNAVAILABLE, "Lunch"), (AgentState.AVAILABLE, "")])
def test_what_is_chosen_during_a_call_applies_afterwards(during: str, chosen: tuple[AgentState, str]) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    if during != "offer":
        go(stage, Answer(SAM, key))
    if during == "wrap-up":
        stage.customer_hangs_up()
    now = stage.agent().state
    stage.give(SetState(SAM, *chosen))
    assert (stage.agent().state, stage.agent().next) == (now, chosen)
    if during == "offer":
        go(stage, Answer(SAM, key))
    if during != "wrap-up":
        stage.customer_hangs_up()
    stage.give(Done(SAM, key))
    assert shown(stage) == chosen
    assert stage.agent().next is None


def test_the_last_choice_counts() -> None:
    stage, key = on_a_call()
    away(stage)
    stage.give(SetState(SAM, AgentState.AVAILABLE))
    away(stage, "Meeting")
    go(stage, End(SAM, key), Done(SAM, key))
    assert shown(stage) == (AgentState.UNAVAILABLE, "Meeting")


def test_a_declined_call_takes_precedence_over_what_was_chosen() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(SetState(SAM, AgentState.AVAILABLE))
    stage.give(Decline(SAM, key))
    assert shown(stage) == (AgentState.UNAVAILABLE, "Declined a call")


# --- logging out ---------------------------------------------------------------------------------------------------


def test_log_out_and_in_again() -> None:
    stage = Stage()
    away(stage)
    stage.now += 500
    stage.give(LogOut(SAM))
    assert (shown(stage), stage.agent().since) == ((AgentState.LOGGED_OUT, ""), START + 500)
    with pytest.raises(NotAllowed, match="logged_out"):
        stage.give(LogOut(SAM))
    available(stage)
    assert stage.agent().state is AgentState.AVAILABLE


@pytest.mark.parametrize(("during", "code"), [("offer", "live_contact"), ("call", "live_contact"), ("wrap", "wrap_up")])
def test_nobody_logs_out_of_work(during: str, code: str) -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    if during != "offer":
        go(stage, Answer(SAM, key))
    if during == "wrap":
        stage.customer_hangs_up()
    with pytest.raises(NotAllowed, match=code):
        stage.give(LogOut(SAM))


def test_who_is_logged_out_or_away_is_not_offered() -> None:
    stage = Stage()
    key = stage.ring_in()
    away(stage)
    assert stage.contact(key).phase is Phase.QUEUED
    stage.give(LogOut(SAM))
    assert stage.contact(key).phase is Phase.QUEUED
    available(stage)
    assert stage.contact(key).phase is Phase.OFFERED


# --- dialling ------------------------------------------------------------------------------------------------------


def test_an_outbound_call_never_makes_an_unavailable_agent_available() -> None:
    stage = Stage()
    away(stage)
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    assert stage.agent().state is AgentState.WORKING
    stage.ring_in()
    go(stage, End(SAM, key), Done(SAM, key))
    assert shown(stage) == (AgentState.UNAVAILABLE, "Lunch")
    assert stage.floor.queues != {}


def test_who_was_available_is_available_again_and_offered_who_waits() -> None:
    stage, key = dialling()
    waiting = stage.ring_in()
    go(stage, End(SAM, key))
    stage.give(Done(SAM, key))
    assert stage.contact(waiting).agent == SAM


def test_dialling_in_wrap_up_leaves_the_old_card_open() -> None:
    stage, first = wrapping_up()
    second = stage.give(Dial(SAM, MIA)).created
    assert second is not None
    assert stage.agent().contacts == (first, second)
    assert stage.agent().state is AgentState.WORKING
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now))
    stage.give(Done(SAM, first))
    assert stage.agent().state is AgentState.WORKING
    stage.customer_hangs_up(second)
    assert stage.agent().state is AgentState.WRAP_UP
    stage.give(Done(SAM, second))
    assert shown(stage) == (AgentState.AVAILABLE, "")


def test_a_choice_made_in_wrap_up_outlives_a_call_dialled_in_it() -> None:
    stage, first = wrapping_up()
    away(stage)
    second = stage.give(Dial(SAM, MIA)).created
    assert second is not None
    stage.obey()
    stage.customer_hangs_up(second, "busy")
    stage.give(Done(SAM, first))
    assert stage.agent().state is AgentState.WRAP_UP
    stage.give(Done(SAM, second))
    assert shown(stage) == (AgentState.UNAVAILABLE, "Lunch")


def test_old_wrap_up_stays_open_during_the_new_call_and_ends_with_it() -> None:
    stage, first = wrapping_up()
    second = stage.give(Dial(SAM, MIA)).created
    assert second is not None
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now))
    stage.pass_time(120_000)
    assert (stage.contact(first).phase, stage.contact(first).overtime) == (Phase.WRAP_UP, True)
    assert stage.agent().contacts == (first, second)
    assert stage.agent().state is AgentState.WORKING
    stage.customer_hangs_up(second)
    assert stage.contact(first).phase is Phase.CLOSED
    assert stage.agent().contacts == (second,)
    assert stage.agent().state is AgentState.WRAP_UP


def test_old_wrap_up_whose_time_is_not_over_has_the_rest_of_it_after_the_new_call() -> None:
    stage, first = wrapping_up()
    second = stage.give(Dial(SAM, MIA)).created
    assert second is not None
    stage.obey()
    stage.pass_time(20_000)
    stage.customer_hangs_up(second, "busy")
    stage.pass_time(99_999)
    assert stage.contact(first).phase is Phase.WRAP_UP
    stage.pass_time(1)
    assert stage.contact(first).phase is Phase.CLOSED


@pytest.mark.parametrize("chosen", [False, True])
def test_old_wrap_up_with_something_missing_stays_open_after_the_new_call(chosen: bool) -> None:
    stage, first = wrapping_up(BILLING_LINE)
    second = stage.give(Dial(SAM, MIA)).created
    assert second is not None
    stage.obey()
    stage.pass_time(60_000)
    assert stage.contact(first).overtime
    if chosen:
        stage.give(SaveDraft(SAM, first, "disposition", 1, "Refunded"))
    stage.customer_hangs_up(second, "busy")
    assert stage.contact(first).phase is (Phase.CLOSED if chosen else Phase.WRAP_UP)


def test_without_wrap_up_a_contact_closes_at_once_also_beside_another_call() -> None:
    stage, first = wrapping_up(directory=with_skill("sales", wrap_up=0))
    jonas = replace(DIRECTORY.agents[SAM], skills={"support": 8, "sales": 1})
    begin(stage, replace(stage.directory, agents={**DIRECTORY.agents, SAM: jonas}))
    second = stage.give(Dial(SAM, MIA, "sales")).created
    assert second is not None
    stage.obey()
    stage.pass_time(120_000)
    stage.customer_hangs_up(second, "busy")
    assert stage.contact(second).phase is Phase.CLOSED
    assert stage.contact(first).phase is Phase.CLOSED
    assert shown(stage) == (AgentState.AVAILABLE, "")


# --- offers not taken ----------------------------------------------------------------------------------------------


def offered_to_sam(stage: Stage) -> str:
    available(stage)
    key = stage.ring_in()
    stage.obey()
    return key


def test_what_was_not_taken_is_listed_the_newest_first() -> None:
    stage = Stage()
    first = offered_to_sam(stage)
    stage.give(CallerMatched(first, (Record("003000000000001AAA", "Contact", "Mia Chen"),)))
    stage.give(Decline(SAM, first))
    stage.now += 1_000
    stage.give(LegEnded("in-1", "normal", stage.now))
    second = offered_to_sam(stage)
    stage.pass_time(20_000)
    third = offered_to_sam(stage)
    assert third != second, "the longest waiting is offered again"
    stage.give(LegEnded("in-2", "normal", stage.now))
    assert [(missed.key, missed.outcome, missed.name, missed.at - START) for missed in stage.agent().missed] == [
        (second, "abandoned", "", 21_000),
        (first, "declined", "Mia Chen", 0),
    ]
    newest = stage.agent().missed[0]
    assert (newest.kind, newest.number, newest.skill) == (Kind.INBOUND, MIA, "support")
    assert stage.agent(JONAS).missed == ()


def test_who_gives_up_in_the_queue_was_missed_by_nobody() -> None:
    stage = Stage()
    available(stage)
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    stage.ring_in()
    stage.give(LegEnded("in-1", "normal", stage.now))
    assert stage.agent().missed == ()


def test_only_today_s_are_kept_and_not_too_many() -> None:
    stage = Stage()
    for _ in range(60):
        offered_to_sam(stage)
        stage.customer_hangs_up(stage.agent().contacts[0])
        stage.now += 1_000
    assert len(stage.agent().missed) == MOST_MISSED == 50
    assert stage.agent().missed[0].at == stage.now - 1_000
    midnight = datetime.fromtimestamp(stage.now / 1000, ZoneInfo("America/Los_Angeles")).replace(
        hour=23, minute=59, second=59
    )
    stage.now = int(midnight.timestamp() * 1000)
    offered_to_sam(stage)
    stage.customer_hangs_up(stage.agent().contacts[0])
    assert len(stage.agent().missed) == 50
    stage.now += 1_000
    offered_to_sam(stage)
    stage.customer_hangs_up(stage.agent().contacts[0])
    assert [missed.at for missed in stage.agent().missed] == [stage.now], "it is tomorrow for Sam"


def test_the_moment_of_each_state_is_kept() -> None:
    stage, key = on_a_call()
    assert stage.agent().since == START
    stage.pass_time(10_000)
    stage.customer_hangs_up()
    assert stage.agent().since == START + 14_000
    stage.pass_time(3_000)
    stage.give(Done(SAM, key))
    assert stage.agent().since == START + 17_000


# --- phones and the directory --------------------------------------------------------------------------------------


def test_a_phone_that_goes_and_comes_is_shown_and_changes_no_state() -> None:
    stage = Stage()
    away(stage)
    change = stage.give(PhoneChanged("2041", False))
    assert PushState(SAM) in change.effects
    assert (stage.agent().phone_ready, shown(stage)) == (False, (AgentState.UNAVAILABLE, "Lunch"))
    assert stage.give(PhoneChanged("2041", False)).agents == ()
    stage.give(PhoneChanged("2041", True))
    assert stage.agent().phone_ready


def test_a_phone_of_nobody_is_remembered_for_who_gets_it() -> None:
    stage = Stage()
    available(stage)
    change = stage.give(PhoneChanged("2043", True))
    assert (change.agents, change.unknown) == ((), False)
    priya = Profile(PRIYA, "Priya Nair", "2043", skills={"support": 9})
    begin(stage, replace(DIRECTORY, agents={**DIRECTORY.agents, PRIYA: priya}))
    assert stage.agent(PRIYA).phone_ready
    available(stage, PRIYA)
    assert stage.contact(stage.ring_in()).agent == PRIYA


def test_an_agent_with_another_phone_is_rung_there_once_it_is_there() -> None:
    stage = Stage()
    available(stage)
    begin(stage, replace(DIRECTORY, agents={SAM: replace(DIRECTORY.agents[SAM], device="2050")}))
    assert not stage.agent().phone_ready
    key = stage.ring_in()
    assert stage.contact(key).phase is Phase.QUEUED
    stage.give(PhoneChanged("2050", True))
    assert stage.contact(key).phase is Phase.OFFERED


def test_an_agent_taken_off_the_directory_finishes_the_call_and_gets_no_other() -> None:
    stage, key = on_a_call()
    begin(stage, replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]}))
    go(stage, End(SAM, key))
    assert stage.tasks[0].fields["OwnerId"] == SAM
    stage.give(Done(SAM, key))
    assert stage.agent().state is AgentState.AVAILABLE
    waiting = stage.ring_in()
    assert stage.contact(waiting).phase is Phase.QUEUED
    with pytest.raises(NotAllowed, match="no_phone"):
        stage.give(Dial(SAM, MIA))
    stage.give(LogOut(SAM))
    assert stage.agent().state is AgentState.LOGGED_OUT


def test_a_new_directory_lets_who_waits_be_offered() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in(line="+14155550102")
    assert stage.contact(key).phase is Phase.QUEUED
    sam = replace(DIRECTORY.agents[SAM], skills={"sales": 1})
    begin(stage, replace(DIRECTORY, agents={**DIRECTORY.agents, SAM: sam}))
    assert stage.contact(key).agent == SAM


# --- who may be offered what ---------------------------------------------------------------------------------------


def without(skill: str) -> Directory:
    """The directory after that skill was deleted."""
    return replace(DIRECTORY, skills={key: value for key, value in DIRECTORY.skills.items() if key != skill})


def test_a_contact_is_for_those_with_its_skill() -> None:
    assert candidates(DIRECTORY, "support") == {SAM: 8, JONAS: 5}
    assert candidates(DIRECTORY, "billing") == {SAM: 5}


def test_a_contact_whose_skill_vanished_is_for_those_with_the_default_skill() -> None:
    assert candidates(without("billing"), "billing") == {SAM: 8, JONAS: 5}
    stage = Stage(with_skill("support"))
    key = stage.ring_in(line="+14155550102")
    available(stage)
    assert stage.contact(key).phase is Phase.QUEUED
    begin(stage, without("sales"))
    assert stage.contact(key).agent == SAM


def test_a_skill_that_nobody_has_is_for_those_with_the_default_skill() -> None:
    jonas = replace(DIRECTORY.agents[JONAS], skills={"support": 5})
    assert candidates(replace(DIRECTORY, agents={SAM: DIRECTORY.agents[SAM], JONAS: jonas}), "sales") == {
        SAM: 8,
        JONAS: 5,
    }


def test_where_nobody_has_any_skill_everybody_may_be_offered() -> None:
    agents = {key: replace(agent, skills={}) for key, agent in DIRECTORY.agents.items()}
    assert candidates(replace(DIRECTORY, agents=agents), "support") == {SAM: 0, JONAS: 0}
    nothing = Directory(agents=agents)
    stage = Stage(nothing)
    available(stage, JONAS)
    key = stage.ring_in(line=LINE)
    assert (stage.contact(key).skill, stage.contact(key).agent) == ("Default", JONAS)
