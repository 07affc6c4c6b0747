"""How long it waited, rang and was on hold: to the second, whoever passes the customer on, however late news comes."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.domain import times
from connector.domain.commands import (
    Answer,
    Consult,
    Decline,
    Dial,
    End,
    Finish,
    GiveBack,
    Hold,
    Merge,
    Resume,
    SetState,
    Swap,
    Transfer,
)
from connector.domain.events import (
    CallbackRequested,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneChanged,
)
from connector.domain.model import AgentState, Contact, Floor, Kind, Leg, LegState, Match, MatchState, Phase, Role
from connector.domain.step import load
from tests.domain.stage import JONAS, MIA, SAM, Stage, available, dialling, go, on_a_call
from tests.domain.test_consult import BLIND, OFFICE, PRIYA, asked, call, theirs
from tests.domain.test_recall import recalled
from tests.domain.test_work import delivered

CUSTOMER = "in-1"


def seconds(contact: Contact) -> tuple[int | None, int | None, int | None, int | None, int]:
    """Queue, ring, hold, talk, duration."""
    found = (times.queue(contact), times.ring(contact), times.hold(contact), times.talk(contact))
    return (*found, times.duration(contact))


def restarted(stage: Stage) -> None:
    """The connector starts again with what the store kept, as the store keeps it."""
    contacts = tuple(_stored(contact) for contact in stage.floor.contacts.values())
    agents = tuple(stage.floor.agents.values())
    stage.floor = Floor()
    load(stage.floor, contacts, agents)
    for device in ("2041", "2042"):
        stage.give(PhoneChanged(device, True))


def _stored(contact: Contact) -> Contact:
    return msgspec.json.decode(msgspec.json.encode(contact), type=Contact)


# --- queue and ring ---------------------------------------------------------------------------------------------------


def test_a_call_waits_until_it_is_answered_and_the_ring_is_the_last_part_of_it() -> None:
    stage = Stage()
    key = stage.ring_in()
    stage.pass_time(30_000)
    available(stage)
    stage.obey()
    stage.pass_time(7_500)
    go(stage, Answer(SAM, key))
    stage.pass_time(60_000)
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key)) == (37, 7, 0, 60, 60)


def test_the_wait_goes_on_over_agents_who_do_not_take_it_and_the_ring_is_the_last_one_s() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.pass_time(6_000)
    go(stage, Decline(SAM, key))
    stage.pass_time(10_000)
    available(stage, JONAS)
    stage.obey()
    stage.pass_time(stage.directory.settings.ring)
    stage.obey()
    assert stage.contact(key).phase is Phase.QUEUED
    available(stage, JONAS)
    stage.obey()
    stage.pass_time(2_000)
    go(stage, Answer(JONAS, key))
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key))[:2] == (38, 2)


@pytest.mark.parametrize("when", ["queued", "offered"])
def test_a_restart_forgets_no_wait(when: str) -> None:
    stage = Stage()
    key = stage.ring_in()
    stage.pass_time(9_000)
    if when == "offered":
        available(stage)
        stage.obey()
    restarted(stage)
    if when == "queued":
        available(stage)
        stage.obey()
    stage.pass_time(3_000)
    go(stage, Answer(SAM, key))
    assert seconds(stage.contact(key))[:2] == (12, 3)


def test_a_contact_that_was_stored_before_this_was_measured() -> None:
    stage = Stage()
    key = stage.ring_in()
    stage.pass_time(9_000)
    known = msgspec.to_builtins(stage.contact(key))
    for new in ("queued", "waited", "rung", "hold", "hold_counted", "ended_by"):
        del known[new]
    old = msgspec.convert(known, Contact)
    assert old == stage.contact(key)
    stage.floor.contacts[key] = old
    available(stage)
    stage.obey()
    go(stage, Answer(SAM, key))
    assert seconds(stage.contact(key))[:3] == (9, 0, 0)


def test_what_the_agent_dials_rings_at_the_customer_and_waited_for_nobody() -> None:
    stage, key = dialling()
    stage.pass_time(8_000)
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    stage.pass_time(20_000)
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key)) == (None, 8, 0, 20, 20)


def test_what_nobody_answered_rang_and_was_no_talk() -> None:
    stage, key = dialling()
    stage.pass_time(12_000)
    stage.customer_hangs_up(key, "no_answer")
    assert seconds(stage.contact(key)) == (None, 12, None, None, 0)


def test_what_never_rang_has_no_ring() -> None:
    stage, key = dialling()
    stage.floor.contacts[key] = replace(
        stage.contact(key),
        legs=tuple(
            replace(leg, state=LegState.DIALING) if leg.role is Role.CUSTOMER else leg
            for leg in stage.contact(key).legs
        ),
    )
    stage.pass_time(2_000)
    stage.customer_hangs_up(key, "wrong_number")
    assert seconds(stage.contact(key)) == (None, None, None, None, 0)


def test_a_colleague_s_call_rings_and_waits_in_no_queue() -> None:
    stage = Stage()
    available(stage)
    available(stage, JONAS)
    mine = stage.give(Dial(SAM, "2042", "support")).created
    assert mine is not None
    stage.obey()
    (their_key,) = (key for key in stage.floor.contacts if key != mine)
    stage.pass_time(5_000)
    go(stage, Answer(JONAS, their_key))
    stage.pass_time(30_000)
    go(stage, End(SAM, mine))
    assert seconds(stage.contact(their_key)) == (None, 5, 0, 30, 30)
    assert seconds(stage.contact(mine)) == (None, 5, 0, 30, 30)


def test_a_callback_waits_from_when_it_may_be_offered_until_it_is_accepted() -> None:
    stage = Stage()
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", stage.now + 60_000, 5, stage.now))
    stage.pass_time(100_000)
    available(stage)
    stage.pass_time(3_000)
    go(stage, Answer(SAM, "cb"))
    stage.pass_time(9_000)
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, "cb").id, stage.now))
    stage.customer_hangs_up("cb")
    assert seconds(stage.contact("cb"))[:2] == (43, 9)


def test_a_work_item_waits_again_when_it_is_given_back() -> None:
    stage = Stage()
    stage.give(delivered())
    stage.pass_time(5_000)
    available(stage)
    go(stage, Answer(SAM, "w-1"))
    stage.pass_time(100_000)
    go(stage, GiveBack(SAM, "w-1"))
    stage.pass_time(11_000)
    available(stage, JONAS)
    stage.pass_time(4_000)
    go(stage, Answer(JONAS, "w-1"))
    stage.pass_time(50_000)
    go(stage, Finish(JONAS, "w-1"))
    # What is no call rings and holds nobody.
    assert seconds(stage.contact("w-1")) == (20, None, None, None, 50)


PLAIN = Contact(
    key="k", interaction_key="k", kind=Kind.INBOUND, phase=Phase.OFFERED, number="", line="", skill="",
    started=1_000, match=Match(MatchState.NONE),
)  # fmt: skip
FAR = Leg("far", Role.CUSTOMER, LegState.RINGING, 5_000)


def test_to_the_millisecond_and_never_below_nothing() -> None:
    assert times.taken(PLAIN, 1_001).waited == 1
    assert times.taken(PLAIN, 900).waited == 0
    assert times.taken(replace(PLAIN, waited=5, queued=2_000), 2_003).waited == 8
    out = replace(PLAIN, kind=Kind.OUTBOUND)
    assert times.moved(out, FAR, 5_007).rung == 7
    assert times.moved(out, FAR, 4_000).rung == 0
    assert times.moved(PLAIN, FAR, 5_007).rung is None
    assert times.moved(out, replace(FAR, role=Role.AGENT), 5_007) is out


def test_clocks_that_disagree_make_no_time_less_than_none() -> None:
    backwards = replace(PLAIN, answered=5_000, ended=4_000, hold=300)
    assert seconds(backwards)[2:] == (0, 0, 0)


# --- hold -------------------------------------------------------------------------------------------------------------


def test_every_hold_counts_and_what_is_left_was_talk() -> None:
    stage, key = on_a_call()
    for talk, hold in ((10_000, 4_000), (5_000, 8_000)):
        stage.pass_time(talk)
        go(stage, Hold(SAM, key))
        stage.pass_time(hold)
        go(stage, Resume(SAM, key))
    stage.pass_time(7_000)
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key)) == (4, 4, 12, 22, 34)


def test_a_customer_who_hangs_up_on_hold_was_so_until_then() -> None:
    stage, key = on_a_call()
    stage.pass_time(10_000)
    go(stage, Hold(SAM, key))
    stage.pass_time(25_000)
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key))[2:] == (25, 10, 35)


def test_news_that_comes_late_counts_from_when_it_happened() -> None:
    stage, key = on_a_call()
    begun = stage.now
    stage.pass_time(60_000)
    for news in (LegHeld(CUSTOMER, begun + 10_000), LegResumed(CUSTOMER, begun + 30_000)):
        stage.give(news)
    stage.pass_time(5_000)
    stage.give(LegEnded(CUSTOMER, "normal", begun + 61_000))
    assert seconds(stage.contact(key))[2:] == (20, 41, 61)


def test_no_moment_is_counted_twice_or_after_the_end() -> None:
    stage, key = on_a_call()
    begun = stage.now
    stage.pass_time(90_000)
    for news in (
        LegHeld(CUSTOMER, begun + 10_000),
        LegResumed(CUSTOMER, begun + 50_000),
        LegHeld(CUSTOMER, begun + 20_000),
        LegResumed(CUSTOMER, begun + 60_000),
        LegHeld(CUSTOMER, begun + 70_000),
        LegResumed(CUSTOMER, begun + 65_000),
        LegHeld(CUSTOMER, begun + 80_000),
        LegResumed(CUSTOMER, begun + 90_000),
        LegEnded(CUSTOMER, "normal", begun + 55_000),
    ):
        stage.give(news)
    # From 10 to 60 and from 80 to 90 that was heard of; of it 55 seconds are within the call.
    assert seconds(stage.contact(key))[2:] == (55, 0, 55)


def test_what_was_counted_is_not_counted_again() -> None:
    stage, key = on_a_call()
    begun = stage.now
    for news in (
        LegHeld(CUSTOMER, begun + 10_000),
        LegResumed(CUSTOMER, begun + 50_000),
        LegHeld(CUSTOMER, begun + 20_000),
        LegResumed(CUSTOMER, begun + 60_000),
        LegHeld(CUSTOMER, begun + 30_000),
        LegResumed(CUSTOMER, begun + 40_000),
        LegEnded(CUSTOMER, "normal", begun + 100_000),
    ):
        stage.give(news)
    assert seconds(stage.contact(key))[2:] == (50, 50, 100)
    assert (stage.contact(key).hold, stage.contact(key).hold_counted) == (50_000, begun + 60_000)


@pytest.mark.parametrize("twice", [LegHeld, LegResumed])
def test_news_that_is_true_already_counts_for_nothing(twice: type[LegHeld | LegResumed]) -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.pass_time(5_000)
    if twice is LegResumed:
        go(stage, Resume(SAM, key))
    stage.give(twice(CUSTOMER, stage.now))
    stage.pass_time(5_000)
    stage.give(LegResumed(CUSTOMER, stage.now))
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key))[2:4] == ((10, 0) if twice is LegHeld else (5, 5))


def test_a_restart_in_the_middle_of_a_hold_forgets_none_of_it() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.pass_time(3_000)
    go(stage, Resume(SAM, key), Hold(SAM, key))
    stage.pass_time(4_000)
    restarted(stage)
    stage.pass_time(10_000)
    go(stage, Resume(SAM, key))
    restarted(stage)
    stage.pass_time(1_000)
    stage.customer_hangs_up(key)
    assert seconds(stage.contact(key))[2:] == (17, 1, 18)


def test_a_mute_is_no_hold_and_a_phone_that_rings_again_is() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.pass_time(5_000)
    recalled(stage, key)
    stage.obey()
    stage.pass_time(6_000)
    go(stage, LegAnswered(stage.leg(Role.AGENT, key).id, stage.now))
    stage.pass_time(9_000)
    go(stage, End(SAM, key))
    assert seconds(stage.contact(key))[2:] == (11, 9, 20)


def test_the_next_agent_has_a_wait_of_their_own_and_none_of_the_hold() -> None:
    """Sam's phone is gone while Mia is on hold; she waits, on hold still, for Jonas."""
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.pass_time(5_000)
    stage.walks_away(key)
    (again,) = (other for other in stage.floor.contacts if other != key)
    stage.obey()
    stage.pass_time(20_000)
    available(stage, JONAS)
    stage.obey()
    stage.pass_time(2_000)
    go(stage, Answer(JONAS, again))
    stage.give(LegResumed(CUSTOMER, stage.now))
    stage.pass_time(8_000)
    stage.customer_hangs_up(again)
    assert seconds(stage.contact(key))[2:] == (5, 0, 5)
    assert seconds(stage.contact(again)) == (22, 2, 0, 8, 8)


# --- consults, transfers, conferences ---------------------------------------------------------------------------------


def test_a_consult_is_hold_for_the_customer_and_talk_for_who_is_asked() -> None:
    stage, key = asked()
    helper = theirs(stage).key
    stage.pass_time(30_000)
    go(stage, Transfer(SAM, key))
    stage.pass_time(15_000)
    stage.customer_hangs_up(helper)
    sam, jonas = stage.contact(key), stage.contact(helper)
    assert seconds(sam)[2:] == (30, times.talk(sam), times.duration(sam))
    # None of the hold before the customer came is Jonas's; his part began when he was asked.
    assert seconds(jonas)[2:] == (0, 45, 45)
    assert times.queue(jonas) is None


def test_the_receiver_s_own_hold_is_theirs_and_not_the_sender_s() -> None:
    stage, key = asked()
    helper = theirs(stage).key
    go(stage, Transfer(SAM, key))
    before = times.hold(stage.contact(key))
    go(stage, Hold(JONAS, helper))
    stage.pass_time(12_000)
    go(stage, Resume(JONAS, helper))
    stage.customer_hangs_up(helper)
    assert times.hold(stage.contact(helper)) == 12
    assert times.hold(stage.contact(key)) == before


def test_a_transfer_whose_parts_are_told_in_the_other_order() -> None:
    """That they hear each other is told before the customer's hold is over."""
    stage, key = asked()
    helper = theirs(stage)
    mine = helper.leg(Role.AGENT)
    assert mine is not None
    stage.pass_time(30_000)
    stage.give(Transfer(SAM, key))
    stage.asks.clear()
    stage.give(LegsMixed((CUSTOMER, mine.id), stage.now))
    stage.pass_time(5_000)
    stage.give(LegResumed(CUSTOMER, stage.now - 4_000))
    stage.pass_time(10_000)
    stage.customer_hangs_up(helper.key)
    assert times.hold(stage.contact(helper.key)) == 1
    assert times.hold(stage.contact(key)) == 30


def test_swapping_back_and_forth_counts_what_the_customer_heard_of_music() -> None:
    stage, key = asked()
    begun = times.hold(stage.contact(key))
    assert begun == 0
    stage.pass_time(10_000)
    go(stage, Swap(SAM, key))
    stage.pass_time(20_000)
    go(stage, Swap(SAM, key))
    stage.pass_time(5_000)
    go(stage, Merge(SAM, key))
    stage.pass_time(40_000)
    go(stage, End(SAM, key))
    assert times.hold(stage.contact(key)) == 15


def test_who_takes_the_customer_s_place_was_not_on_hold_before() -> None:
    """Mia hangs up while Jonas, who was asked, is parked: the call goes on with him."""
    stage, key = asked()
    go(stage, Swap(SAM, key))
    stage.pass_time(20_000)
    stage.give(LegEnded(CUSTOMER, "normal", stage.now))
    stage.obey()
    heir = stage.leg(Role.CUSTOMER, key)
    assert heir.state is LegState.HELD
    stage.pass_time(6_000)
    stage.give(LegResumed(heir.id, stage.now))
    stage.pass_time(3_000)
    go(stage, End(SAM, key))
    hold = times.hold(stage.contact(key))
    assert hold is not None
    assert hold == 6 + (times.duration(stage.contact(key)) - 29)


def test_who_is_sent_into_a_queue_waits_there_from_then_on() -> None:
    stage, key = call(BLIND)
    stage.pass_time(60_000)
    go(stage, Consult(SAM, key, "skill", "billing"), Transfer(SAM, key))
    (sent,) = (other for other in stage.floor.contacts if other != key)
    assert stage.contact(sent).phase is Phase.QUEUED
    stage.pass_time(25_000)
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    stage.pass_time(5_000)
    go(stage, Answer(PRIYA, sent))
    assert seconds(stage.contact(sent))[:2] == (30, 5)


def test_who_is_sent_to_a_colleague_s_phone_waits_while_it_rings() -> None:
    stage, key = call(BLIND)
    stage.pass_time(60_000)
    go(stage, Consult(SAM, key, "agent", JONAS))
    stage.pass_time(2_000)
    go(stage, Transfer(SAM, key))
    sent = theirs(stage).key
    stage.pass_time(5_000)
    go(stage, Answer(JONAS, sent))
    assert seconds(stage.contact(sent))[:2] == (5, 7)


def test_a_request_that_a_queue_gave_to_somebody_is_nobody_s_wait() -> None:
    stage, key = call(OFFICE)
    go(stage, Consult(SAM, key, "skill", "billing"))
    stage.pass_time(15_000)
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    helper = theirs(stage, PRIYA).key
    go(stage, Transfer(SAM, key))
    assert seconds(stage.contact(helper))[:2] == (None, 0)


# --- who ended it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["customer", "panel", "phone", "late"])
def test_who_ended_it(how: str) -> None:
    stage, key = on_a_call()
    stage.pass_time(30_000)
    match how:
        case "customer":
            stage.customer_hangs_up(key)
        case "panel":
            go(stage, End(SAM, key))
        case "phone":
            stage.phone_hangs_up(key)
        case "late":
            stage.give(End(SAM, key))
            stage.pass_time(stage.directory.settings.ask)
            stage.customer_hangs_up(key)
    assert stage.contact(key).ended_by == ("customer" if how == "customer" else "agent")


def test_of_what_was_never_answered_and_of_what_is_no_call_nobody_ended_it() -> None:
    stage, key = dialling()
    go(stage, End(SAM, key))
    assert stage.contact(key).ended_by == ""
    stage = Stage()
    available(stage)
    stage.give(delivered())
    go(stage, Answer(SAM, "w-1"), Finish(SAM, "w-1"))
    assert stage.contact("w-1").ended_by == ""


# --- any order of things ----------------------------------------------------------------------------------------------

MOMENTS = st.lists(
    st.tuples(st.sampled_from(["held", "resumed", "answered", "ringing"]), st.integers(-5, 40)), max_size=12
)
NEWS: dict[str, type[LegHeld | LegResumed | LegAnswered | LegRinging]] = {
    "held": LegHeld,
    "resumed": LegResumed,
    "answered": LegAnswered,
    "ringing": LegRinging,
}


@given(MOMENTS, st.integers(0, 60))
def test_hold_is_the_union_of_what_was_told_and_the_parts_never_exceed_the_whole(
    told: list[tuple[str, int]], ended: int
) -> None:
    """Seconds after the answer; each second is looked at for itself."""
    stage, key = on_a_call()
    begun, held = stage.now, set[int]()
    held_since: int | None = None
    for kind, at in told:
        stage.give(NEWS[kind](CUSTOMER, begun + at * 1000))
        if kind == "held" and held_since is None:
            held_since = at
        elif kind == "resumed" and held_since is not None:
            held |= set(range(held_since, at))
            held_since = None
    stage.give(LegEnded(CUSTOMER, "normal", begun + ended * 1000))
    if held_since is not None:
        held |= set(range(held_since, ended))
    contact = stage.contact(key)
    hold, talk, duration = times.hold(contact), times.talk(contact), times.duration(contact)
    assert hold is not None and talk is not None
    assert duration == ended
    assert hold + talk == duration
    within = {second for second in held if second >= 0}
    assert hold <= min(len(within), duration)
    if [at for _, at in told] == sorted(at for _, at in told) and all(at <= ended for _, at in told):
        assert hold == len(within)


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(0, 10**13), st.sampled_from(Kind))
def test_the_parts_of_any_contact_fit_into_it(answered: int, ended: int, hold: int, kind: Kind) -> None:
    stage, key = on_a_call()
    contact = replace(stage.contact(key), answered=answered, ended=ended, hold=hold, kind=kind)
    parts = [part for part in (times.hold(contact), times.talk(contact)) if part is not None]
    assert all(part >= 0 for part in parts)
    assert sum(parts) <= times.duration(contact)

