"""Hold, mute, digits and the end of a call: what is asked, what makes it true, and what goes wrong."""

from collections.abc import Callable

import pytest

from connector.domain.commands import (
    Answer,
    ContactCommand,
    End,
    Hold,
    Mute,
    Resume,
    SendDigits,
    SetState,
    StartMask,
    Unmute,
)
from connector.domain.decide import deadline
from connector.domain.effects import Adopt, EndLeg, MatchCaller, Mix, PlayDigits, SetMute, SetRecording
from connector.domain.events import (
    AskRefused,
    CallerMatched,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    SwitchEvent,
)
from connector.domain.model import AgentState, Kind, LegState, MatchState, Outcome, Phase, Record, Recording, Role
from connector.errors import NotAllowed
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
    JONAS,
    MIA,
    SAM,
    START,
    Stage,
    asks_again,
    available,
    go,
    on_a_call,
)

Order = Callable[[str, str], ContactCommand]
ORDERS: dict[str, Order] = {"hold": Hold, "resume": Resume, "mute": Mute, "unmute": Unmute, "end": End}


def before(order: str) -> tuple[Stage, str]:
    """A call in which that order makes sense."""
    stage, key = on_a_call()
    if order == "resume":
        go(stage, Hold(SAM, key))
    if order == "unmute":
        go(stage, Mute(SAM, key))
    return stage, key


def goals(stage: Stage) -> list[str]:
    return [ask.goal for ask in stage.contact().asked]


def is_true(stage: Stage, order: str) -> bool:
    contact = stage.contact()
    return {
        "hold": contact.held,
        "resume": contact.phase is Phase.ACTIVE and not contact.held,
        "mute": contact.muted,
        "unmute": not contact.muted,
        "end": contact.phase is Phase.WRAP_UP,
    }[order]


@pytest.mark.parametrize("order", list(ORDERS))
def test_an_order_is_asked_and_the_event_makes_it_true(order: str) -> None:
    stage, key = before(order)
    customer, agent = stage.leg(Role.CUSTOMER).id, stage.leg(Role.AGENT).id
    stage.give(ORDERS[order](SAM, key))
    (ask,) = stage.asks
    assert goals(stage) == [order]
    assert not is_true(stage, order)
    if isinstance(ask, Mix):
        assert (set(ask.talking), ask.parked) == {
            "hold": ({agent}, (customer,)),
            "resume": ({agent, customer}, ()),
        }[order]
    elif isinstance(ask, SetMute):
        assert (ask.leg, ask.muted) == (agent, order == "mute")
    else:
        assert isinstance(ask, EndLeg)
        assert ask.leg == customer
    stage.obey()
    assert is_true(stage, order)
    assert goals(stage) == []


@pytest.mark.parametrize("order", list(ORDERS))
def test_it_cannot_be_ordered_twice_at_once(order: str) -> None:
    stage, key = before(order)
    stage.give(ORDERS[order](SAM, key))
    with pytest.raises(NotAllowed, match="pending"):
        stage.give(ORDERS[order](SAM, key))


@pytest.mark.parametrize("order", list(ORDERS))
def test_a_refusal_is_told_and_the_order_can_be_given_again(order: str) -> None:
    stage, key = before(order)
    stage.give(ORDERS[order](SAM, key))
    refusal = AskRefused(key, stage.contact().asked[0].id, "busy", stage.now)
    stage.asks.clear()
    stage.give(refusal)
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order, problem.at) == ("busy", order, stage.now)
    assert goals(stage) == []
    assert stage.give(refusal).contacts == ()
    go(stage, ORDERS[order](SAM, key))
    assert is_true(stage, order)
    assert stage.contact().problem is None


@pytest.mark.parametrize("order", list(ORDERS))
def test_silence_is_told_at_the_deadline_and_a_late_event_still_counts(order: str) -> None:
    stage, key = before(order)
    stage.give(ORDERS[order](SAM, key))
    assert deadline(stage.contact(), DIRECTORY) == (stage.now + 5_000, "ask")
    stage.pass_time(4_999)
    assert stage.contact().problem is None
    stage.pass_time(1)
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", order)
    assert goals(stage) == []
    stage.obey()
    assert is_true(stage, order)
    assert stage.contact().problem is None


@pytest.mark.parametrize("order", ["hold", "resume", "mute", "unmute", "end"])
def test_what_was_asked_is_asked_again_after_a_reconnect(order: str) -> None:
    stage, key = before(order)
    stage.give(ORDERS[order](SAM, key))
    again = [effect.ask for effect in asks_again(stage.floor, DIRECTORY)]
    assert again == [Adopt("in-1", key), *stage.asks]


def test_a_refusal_that_comes_late_is_old_news() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    ask = stage.contact().asked[0].id
    stage.obey()
    assert stage.give(AskRefused(key, ask, "late", stage.now)).contacts == ()
    assert stage.contact().problem is None


def test_hold_keeps_the_moment_and_resume_ends_it() -> None:
    stage, key = on_a_call()
    stage.pass_time(10_000)
    go(stage, Hold(SAM, key))
    assert stage.leg(Role.CUSTOMER).state is LegState.HELD
    assert stage.leg(Role.CUSTOMER).since == START + 14_000
    assert stage.leg(Role.AGENT).state is LegState.CONNECTED
    stage.pass_time(5_000)
    stage.give(LegHeld("in-1", stage.now))
    assert stage.leg(Role.CUSTOMER).since == START + 14_000
    go(stage, Resume(SAM, key))
    assert stage.leg(Role.CUSTOMER).state is LegState.CONNECTED


def test_the_agent_s_own_leg_does_not_make_the_customer_s_hold_or_resume_true() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.give(Resume(SAM, key))
    stage.give(LegResumed(stage.leg(Role.AGENT).id, stage.now))
    assert goals(stage) == ["resume"]
    stage.give(LegResumed("in-1", stage.now))
    assert goals(stage) == []


def test_news_that_is_true_already_changes_nothing() -> None:
    stage, key = on_a_call()
    agent = stage.leg(Role.AGENT).id
    again: list[SwitchEvent] = [
        LegAnswered("in-1", stage.now),
        LegResumed("in-1", stage.now),
        LegMuted(agent, False, stage.now),
    ]
    for event in again:
        change = stage.give(event)
        assert (change.contacts, change.effects, change.unknown) == ((), (), False)
    change = stage.give(LegRinging("in-1", stage.now))
    assert (change.contacts, change.unknown) == ((), True)
    assert stage.contact(key).phase is Phase.ACTIVE


def test_the_customer_s_microphone_is_not_the_agent_s() -> None:
    stage, _ = on_a_call()
    stage.give(LegMuted("in-1", True, stage.now))
    assert not stage.contact().muted


def test_mute_goes_on_through_a_hold() -> None:
    stage, key = on_a_call()
    go(stage, Mute(SAM, key), Hold(SAM, key))
    assert (stage.contact().muted, stage.contact().held) == (True, True)
    go(stage, Unmute(SAM, key), Resume(SAM, key))
    assert (stage.contact().muted, stage.contact().held) == (False, False)


def test_two_orders_about_different_things_go_on_together() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    stage.give(Mute(SAM, key))
    assert goals(stage) == ["hold", "mute"]
    with pytest.raises(NotAllowed, match="pending"):
        stage.give(SendDigits(SAM, key, "1"))
    stage.obey()
    assert (stage.contact().muted, stage.contact().held) == (True, True)


def test_digits_are_sent_in_order_and_shown() -> None:
    stage, key = on_a_call()
    for digits in ("1", "23", "#"):
        stage.give(SendDigits(SAM, key, digits))
    sent = [ask for ask in stage.asks if isinstance(ask, PlayDigits)]
    assert [(ask.leg, ask.digits) for ask in sent] == [("in-1", "1"), ("in-1", "23"), ("in-1", "#")]
    assert len({ask.id for ask in sent}) == 3
    assert stage.contact().digits == "123#"
    assert goals(stage) == []


def test_only_the_last_digits_are_shown() -> None:
    stage, key = on_a_call()
    for n in range(5):
        stage.give(SendDigits(SAM, key, str(n) * 10))
    assert stage.contact().digits == "11" + "2" * 10 + "3" * 10 + "4" * 10


def test_masked_digits_are_sent_and_not_shown() -> None:
    stage, key = on_a_call()
    stage.give(SendDigits(SAM, key, "9"))
    go(stage, StartMask(SAM, key))
    stage.give(SendDigits(SAM, key, "4111"))
    assert any(isinstance(ask, PlayDigits) and ask.digits == "4111" for ask in stage.asks)
    assert stage.contact().digits == "9"


def test_refused_digits_are_told_and_what_was_never_asked_is_not() -> None:
    stage, key = on_a_call()
    stage.give(SendDigits(SAM, key, "1"))
    (ask,) = stage.asks
    assert isinstance(ask, PlayDigits)
    stage.give(AskRefused(key, "never-asked", "odd", stage.now))
    assert stage.contact().problem is None
    stage.give(AskRefused(key, ask.id, "not_answered", stage.now))
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order) == ("not_answered", "digits")


def test_digits_are_never_asked_again() -> None:
    stage, key = on_a_call()
    stage.give(SendDigits(SAM, key, "1"))
    assert asks_again(stage.floor, DIRECTORY)[1:] == []


def test_nothing_of_the_call_s_audio_outlives_it() -> None:
    stage, key = on_a_call()
    stage.give(SendDigits(SAM, key, "1"))
    go(stage, Mute(SAM, key), StartMask(SAM, key), End(SAM, key))
    contact = stage.contact()
    assert (contact.digits, contact.muted, contact.legs, contact.asked) == ("", False, (), ())
    assert contact.recording is Recording.OFF
    assert contact.masked_since is None


@pytest.mark.parametrize("who", ["agent's button", "customer", "agent's phone"])
def test_who_ends_it(who: str) -> None:
    stage, key = on_a_call()
    stage.pass_time(30_000)
    if who == "agent's button":
        go(stage, End(SAM, key))
    elif who == "customer":
        stage.customer_hangs_up()
    else:
        stage.phone_hangs_up()
    contact = stage.contact()
    assert (contact.phase, contact.outcome) == (Phase.WRAP_UP, Outcome.ANSWERED)
    assert (contact.answered, contact.ended) == (START + 4_000, START + 34_000)
    assert stage.floor.legs == {}
    assert stage.agent().state is AgentState.WRAP_UP
    other = {"customer": "id", "agent's phone": "in-1"}.get(who)
    assert other is None or any(isinstance(ask, EndLeg) and ask.leg.startswith(other) for ask in stage.asks)


def test_a_held_call_cannot_be_ended_by_the_agent() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    with pytest.raises(NotAllowed, match="held"):
        stage.give(End(SAM, key))


def test_a_customer_on_hold_who_hangs_up_ends_the_call() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.customer_hangs_up()
    assert stage.contact().phase is Phase.WRAP_UP
    assert stage.contact().outcome is Outcome.ANSWERED


@pytest.mark.parametrize("held", ["held", "about to be"])
def test_the_phone_of_an_agent_who_parked_a_customer_hangs_up_and_the_customer_waits_again(held: str) -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    if held == "held":
        stage.obey()
    stage.pass_time(1_000)
    stage.asks.clear()
    stage.walks_away()
    old = stage.contact(key)
    assert (old.phase, old.legs) == (Phase.WRAP_UP, ())
    assert [task.contact for task in stage.tasks] == [key]
    (again,) = [contact for contact in stage.floor.contacts.values() if contact.key != key]
    assert (again.phase, again.kind, again.interaction_key) == (Phase.QUEUED, Kind.INBOUND, key)
    assert (again.started, again.skill, again.number, again.agent) == (START, "support", old.number, None)
    assert stage.floor.legs == {"in-1": (again.key,)}
    assert stage.floor.queues == {"support": (again.key,)}
    assert Adopt("in-1", again.key) in stage.asks
    assert not any(isinstance(ask, EndLeg) and ask.leg == "in-1" for ask in stage.asks)
    assert any(isinstance(ask, SetRecording) and ask.recording is Recording.OFF for ask in stage.asks)


def test_and_the_next_agent_talks_to_them() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    available(stage, JONAS)
    (again,) = stage.agent(JONAS).contacts
    assert stage.contact(again).phase is Phase.OFFERED
    phone = stage.leg(Role.AGENT, again).id
    stage.asks.clear()
    stage.give(LegAnswered(phone, stage.now))
    stage.give(LegResumed("in-1", stage.now))
    contact = stage.contact(again)
    assert (contact.phase, contact.held) == (Phase.ACTIVE, False)
    stage.customer_hangs_up(again)
    assert [task.contact for task in stage.tasks] == [key, again]
    assert {task.fields["Phone_Interaction_Key__c"] for task in stage.tasks} == {key}


def test_who_calls_is_looked_up_for_the_new_contact_too_if_it_was_not_known() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    (again,) = [contact for contact in stage.floor.contacts.values() if contact.key != key]
    assert again.match.state is MatchState.SEARCHING
    assert MatchCaller(again.key, again.number) in stage.effects


@pytest.mark.parametrize("found", [(), (Record("003000000000001AAA", "Contact", "Mia Chen"),)])
def test_who_calls_is_looked_up_for_the_next_agent_who_may_see_whom_the_last_one_may_not(
    found: tuple[Record, ...],
) -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, found))
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    (again,) = [contact for contact in stage.floor.contacts.values() if contact.key != key]
    assert again.match.state is MatchState.SEARCHING
    assert MatchCaller(again.key, MIA) in stage.effects


def test_whose_number_is_withheld_is_nobody_for_the_next_agent_either() -> None:
    stage = Stage()
    stage.give(SetState(SAM, AgentState.AVAILABLE))
    key = stage.ring_in(number="")
    stage.obey()
    go(stage, Answer(SAM, key), Hold(SAM, key))
    stage.effects.clear()
    stage.walks_away(key)
    (again,) = [contact for contact in stage.floor.contacts.values() if contact.key != key]
    assert again.match.state is MatchState.WITHHELD
    assert not any(isinstance(effect, MatchCaller) for effect in stage.effects)


def test_a_customer_left_on_hold_is_offered_at_once_to_who_is_free() -> None:
    stage, key = on_a_call()
    available(stage, JONAS)
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    assert stage.agent(JONAS).state is AgentState.WORKING


def test_an_event_of_a_call_that_is_over_is_old_news() -> None:
    stage, key = on_a_call(BILLING_LINE)
    phone = stage.leg(Role.AGENT).id
    go(stage, End(SAM, key))
    late: list[SwitchEvent] = [
        LegHeld("in-1", stage.now),
        LegResumed("in-1", stage.now),
        LegAnswered(phone, stage.now),
    ]
    for event in late:
        change = stage.give(event)
        assert change.contacts == ()
        assert change.unknown
    assert not stage.give(LegEnded(phone, "normal", stage.now)).unknown


def test_deadlines_of_the_switch_wait_while_it_is_away() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    stage.floor.switch_up = False
    stage.pass_time(60_000)
    assert goals(stage) == ["hold"]
    stage.floor.switch_up = True
    stage.pass_time(0)
    problem = stage.contact(key).problem
    assert problem is not None
    assert problem.code == "switch_timeout"
