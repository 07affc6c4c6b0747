"""Orders when there is somebody beside the customer: what is asked, asked again, given up, and what each means."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    Consult,
    Dial,
    DialEmergency,
    Drop,
    End,
    Hold,
    Merge,
    Mute,
    Resume,
    SendDigits,
    StartMask,
    StartRecord,
    StopMask,
    StopRecord,
    Swap,
    Transfer,
)
from connector.domain.effects import EndLeg, Mix, PlayDigits
from connector.domain.events import AskRefused, LegAnswered, LegEnded, LegHeld, LegMuted
from connector.domain.model import Phase, Role
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import JONAS, SAM, Stage, asks_again, go, on_a_call
from tests.domain.test_attend import goal
from tests.domain.test_consult import PRIYA, asked, asking, call, conference, theirs
from tests.domain.test_departures import agent_of, customer_of
from tests.domain.test_two_calls import ROSA, called_by_jonas, two_calls

Made = tuple[Stage, str]


def goals(stage: Stage, key: str) -> list[str]:
    return [ask.goal for ask in stage.contact(key).asked]


def swaps_back() -> Made:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    stage.give(Swap(SAM, key))
    return stage, key


def swaps() -> Made:
    stage, key = asked("entry", "fraud")
    stage.give(Swap(SAM, key))
    return stage, key


def swaps_to_an_answered_one_from_a_conference() -> Made:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    return stage, key


def comes_back_to_a_conference() -> Made:
    stage, key = swaps_to_an_answered_one_from_a_conference()
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, "busy", stage.now))
    stage.give(Resume(SAM, key))
    return stage, key


def comes_back_while_it_rings() -> Made:
    stage, key = asking("entry", "fraud")
    stage.give(Resume(SAM, key))
    return stage, key


def steps_out() -> Made:
    stage, key, _ = conference()
    stage.give(Dial(SAM, ROSA, hold=True))
    stage.asks = [ask for ask in stage.asks if isinstance(ask, Mix)]
    return stage, key


def merges() -> Made:
    stage, key = asked("entry", "fraud")
    stage.give(Merge(SAM, key))
    return stage, key


def merges_two() -> Made:
    stage, first, _ = two_calls()
    stage.give(Merge(SAM, first))
    return stage, first


def transfers() -> Made:
    stage, key = asked("entry", "fraud")
    stage.give(Transfer(SAM, key))
    return stage, key


def transfers_two() -> Made:
    stage, first, _ = two_calls()
    stage.give(Transfer(SAM, first))
    return stage, first


def leaves() -> Made:
    stage, key, _ = conference()
    stage.give(End(SAM, key))
    return stage, key


def leaves_a_colleague() -> Made:
    stage, _, second = called_by_jonas()
    go(stage, Answer(SAM, second))
    stage.give(End(SAM, second))
    return stage, second


def records() -> Made:
    stage, key = on_a_call()
    stage.give(StartRecord(SAM, key))
    return stage, key


def records_no_more() -> Made:
    stage, key = records()
    stage.obey()
    stage.give(StopRecord(SAM, key))
    return stage, key


def masks() -> Made:
    stage, key = records()
    stage.obey()
    stage.give(StartMask(SAM, key))
    return stage, key


def unmasks() -> Made:
    stage, key = masks()
    stage.obey()
    stage.give(StopMask(SAM, key))
    return stage, key


# For each: the goal that is noted, who is to talk, who hears music, who is let go.  c: the customer, a: the agent's
# phone, k: who was asked, j: a colleague, 2: of the other call.
ORDERS: tuple[tuple[Callable[[], Made], str, str, str, str], ...] = (
    (swaps, "resume", "a c", "k", ""),
    (swaps_back, "talk", "a k", "c", ""),
    (comes_back_while_it_rings, "resume", "a c", "", ""),
    (comes_back_to_a_conference, "resume", "a c j", "", ""),
    (steps_out, "step_out", "c j", "", ""),
    (merges, "merge", "a c k", "", ""),
    (merges_two, "merge", "a2 c2 c", "", ""),
    (transfers, "transfer", "c k", "", ""),
    (transfers_two, "transfer", "c2 c", "", ""),
    (leaves, "end", "", "", "a"),
    (leaves_a_colleague, "end", "", "", "a"),
    (records, "record", "", "", ""),
    (records_no_more, "stop_record", "", "", ""),
    (masks, "mask", "", "", ""),
    (unmasks, "unmask", "", "", ""),
)


def names(stage: Stage, key: str) -> dict[str, str]:
    """The short name of each leg."""
    contact = stage.contact(key)
    found = {}
    for leg in contact.legs:
        found[leg.id] = {Role.CUSTOMER: "c", Role.AGENT: "a"}.get(leg.role, "j" if leg.agent else "k")
    for other in stage.floor.contacts.values():
        if other.agent == contact.agent and other.key != key:
            found |= {leg.id: {Role.CUSTOMER: "c2", Role.AGENT: "a2"}[leg.role] for leg in other.legs}
    return found


@pytest.mark.parametrize(
    ("make", "noted", "talking", "parked", "ended"), ORDERS, ids=[row[0].__name__ for row in ORDERS]
)
def test_what_is_asked_and_asked_again(
    make: Callable[[], Made], noted: str, talking: str, parked: str, ended: str
) -> None:
    stage, key = make()
    known = names(stage, key)
    assert goals(stage, key) == [noted]
    (ask,) = stage.asks
    if isinstance(ask, Mix):
        assert (" ".join(map(known.__getitem__, ask.talking)), " ".join(map(known.__getitem__, ask.parked))) == (
            talking,
            parked,
        )
    elif isinstance(ask, EndLeg):
        assert (known[ask.leg], ask.cause) == (ended, "")
    assert [again.ask for again in asks_again(stage.floor, stage.directory)].count(ask) >= 1


def test_two_calls_of_which_one_is_left_are_not_brought_together_after_a_reconnect() -> None:
    for order in (Merge, Transfer):
        stage, first, second = two_calls()
        stage.give(order(SAM, first))
        stage.customer_hangs_up(second)
        assert goals(stage, first) in (["merge"], ["transfer"])
        asks = [again.ask for again in asks_again(stage.floor, stage.directory)]
        assert not any(isinstance(ask, Mix) for ask in asks)


# --- another call comes into the ear ----------------------------------------------------------------------------------


def test_who_leaves_a_conference_for_another_call_steps_out_once() -> None:
    stage, key = steps_out()
    second = next(k for k in stage.agent(SAM).contacts if k != key)
    stage.asks.clear()
    stage.give(LegAnswered(customer_of(stage, second), stage.now))
    assert stage.asks == []
    assert goals(stage, key) == ["step_out"]


def test_a_customer_who_is_being_put_on_hold_for_another_call_is_put_there_once() -> None:
    stage, first = call()
    second = stage.give(Dial(SAM, ROSA, hold=True)).created
    assert second is not None
    assert goals(stage, first) == ["hold"]
    stage.asks.clear()
    stage.give(LegAnswered(customer_of(stage, second), stage.now))
    assert stage.asks == []
    assert goals(stage, first) == ["hold"]


def test_a_conference_that_was_stepped_out_of_stays_so_when_another_call_answers() -> None:
    stage, key = steps_out()
    stage.asks = [ask for ask in stage.asks if isinstance(ask, Mix)]
    stage.obey()
    second = next(k for k in stage.agent(SAM).contacts if k != key)
    stage.give(LegAnswered(customer_of(stage, second), stage.now))
    assert [ask for ask in stage.asks if isinstance(ask, Mix)] == []


@pytest.mark.parametrize("first", [Dial(SAM, ROSA), DialEmergency(SAM, "933")], ids=["customer", "emergency"])
def test_an_emergency_call_goes_on_hold_for_one_that_was_dialled_before_only_if_that_is_one_too(
    first: Dial | DialEmergency,
) -> None:
    """That one is being ended, and is answered just before."""
    stage, key = call()
    go(stage, End(SAM, key))
    early = stage.give(first).created
    stage.obey()
    late = stage.give(DialEmergency(SAM, "911")).created
    assert early is not None
    assert late is not None
    stage.give(LegAnswered(agent_of(stage, late), stage.now))
    stage.give(LegAnswered(customer_of(stage, late), stage.now))
    stage.asks.clear()
    stage.give(LegAnswered(customer_of(stage, early), stage.now))
    held = early if isinstance(first, Dial) else late
    assert goal(stage.asks) == [("mix", agent_of(stage, held), customer_of(stage, held))]


def test_who_answers_while_the_emergency_call_is_on_hold_is_heard() -> None:
    stage, key = call()
    go(stage, End(SAM, key))
    early = stage.give(Dial(SAM, ROSA)).created
    stage.obey()
    late = stage.give(DialEmergency(SAM, "911")).created
    assert early is not None
    assert late is not None
    stage.give(LegAnswered(agent_of(stage, late), stage.now))
    stage.give(LegAnswered(customer_of(stage, late), stage.now))
    stage.give(LegHeld(customer_of(stage, late), stage.now))
    stage.asks.clear()
    stage.give(LegAnswered(customer_of(stage, early), stage.now))
    assert stage.asks == []


def test_a_call_that_the_agent_takes_puts_an_emergency_call_on_hold_like_any_other() -> None:
    stage, key = call()
    go(stage, End(SAM, key))
    emergency = stage.give(DialEmergency(SAM, "911")).created
    assert emergency is not None
    stage.obey()
    go(stage, LegAnswered(customer_of(stage, emergency), stage.now), Dial(JONAS, "2041", "support"))
    taken = next(known for known in stage.agent(SAM).contacts if stage.contact(known).phase is Phase.OFFERED)
    stage.give(Answer(SAM, taken))
    assert goal([ask for ask in stage.asks if isinstance(ask, Mix)]) == [
        ("mix", agent_of(stage, emergency), customer_of(stage, emergency))
    ]


@pytest.mark.parametrize("which", ["asks", "helps"])
def test_a_call_in_which_a_consult_is_under_way_is_left_as_it_is_when_another_answers(which: str) -> None:
    stage, key = asked("agent", PRIYA)
    agent, mine = (SAM, key) if which == "asks" else (PRIYA, theirs(stage, PRIYA).key)
    go(stage, Swap(SAM, key))
    other = stage.give(DialEmergency(agent, "911")).created
    assert other is not None
    stage.asks.clear()
    stage.floor.contacts[mine] = replace(stage.contact(mine), asked=())
    assert stage.contact(mine).in_ear
    stage.give(LegAnswered(customer_of(stage, other), stage.now))
    assert [ask for ask in stage.asks if isinstance(ask, Mix)] == []


def test_a_customer_who_is_in_the_ear_goes_on_hold_for_who_answers() -> None:
    stage, first, second = called_by_jonas()
    stage.give(Answer(SAM, second))
    assert goals(stage, first) == ["hold"]
    assert stage.asks[0] == Mix(stage.asks[0].id, first, (agent_of(stage, first),), (customer_of(stage, first),))  # type: ignore[union-attr]  # it is a Mix


def test_to_swap_with_a_conference_is_to_step_out_of_it() -> None:
    stage, first, second = two_calls()
    go(stage, Consult(SAM, second, "entry", "fraud"))
    consulted = stage.contact(second).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(SAM, second))
    assert stage.contact(second).conference
    stage.give(Swap(SAM, first))
    assert goal(stage.asks) == [
        ("mix", f"{customer_of(stage, second)}+{consulted.id}", ""),
        ("mix", f"{agent_of(stage, first)}+{customer_of(stage, first)}", ""),
    ]
    assert (goals(stage, first), goals(stage, second)) == (["resume"], ["step_out"])
    stage.obey()
    assert (stage.contact(first).in_ear, stage.contact(second).in_ear) == (True, False)


# --- refused, silent, late --------------------------------------------------------------------------------------------


def test_a_refusal_is_of_one_call_and_the_other_is_not_touched() -> None:
    stage, first, second = two_calls()
    stage.give(Mute(SAM, first))
    stage.give(Hold(SAM, second))
    ask = stage.contact(second).asked[0]
    change = stage.give(AskRefused(second, ask.id, "busy", stage.now))
    assert [contact.key for contact in change.contacts] == [second]
    assert goals(stage, first) == ["mute"]


def test_a_swap_while_the_other_is_being_held_and_muted_asks_for_the_hold_once() -> None:
    stage, first, second = two_calls()
    stage.give(Hold(SAM, second))
    stage.give(Mute(SAM, second))
    stage.give(Swap(SAM, first))
    assert (goals(stage, first), goals(stage, second)) == (["resume"], ["hold", "mute"])


def test_a_customer_on_hold_is_not_put_there_again_for_a_consult() -> None:
    stage, key = call()
    go(stage, Hold(SAM, key))
    stage.give(Consult(SAM, key, "entry", "fraud"))
    assert not any(isinstance(ask, Mix) for ask in stage.asks)
    assert goals(stage, key) == []


def test_a_refused_swap_leaves_the_other_order_of_that_call() -> None:
    stage, first, second = two_calls()
    stage.give(Mute(SAM, second))
    stage.give(Swap(SAM, first))
    assert goals(stage, second) == ["mute", "hold"]
    stage.give(AskRefused(first, stage.contact(first).asked[0].id, "busy", stage.now))
    assert goals(stage, second) == ["mute"]


def test_what_was_asked_at_the_same_time_is_given_up_at_the_same_time_and_what_came_later_is_not() -> None:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    stage.give(Mute(SAM, key))
    stage.pass_time(1)
    stage.floor.contacts[key] = replace(
        stage.contact(key),
        asked=(*stage.contact(key).asked, replace(stage.contact(key).asked[0], goal="record", due=stage.now + 5_000)),
    )
    stage.pass_time(4_999)
    assert goals(stage, key) == ["record"]
    problem = stage.contact(key).problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", "mute")


def test_what_comes_true_does_not_solve_the_problem_of_another_order() -> None:
    stage, key = on_a_call()
    stage.give(Mute(SAM, key))
    stage.give(AskRefused(key, stage.contact(key).asked[0].id, "busy", stage.now))
    problem = stage.contact(key).problem
    stage.give(LegHeld("in-1", stage.now))
    assert stage.contact(key).held
    assert stage.contact(key).problem == problem
    stage.give(LegMuted(stage.leg(Role.AGENT).id, True, stage.now))
    assert (stage.contact(key).problem, stage.contact(key).muted) == (None, True)


def test_a_phone_that_is_muted_by_its_own_button_is_shown_so_once() -> None:
    stage, key = on_a_call()
    phone = stage.leg(Role.AGENT).id
    assert [contact.muted for contact in stage.give(LegMuted(phone, True, stage.now)).contacts] == [True]
    assert stage.give(LegMuted(phone, True, stage.now)).contacts == ()
    assert [contact.muted for contact in stage.give(LegMuted(phone, False, stage.now)).contacts] == [False]
    assert stage.contact(key).asked == ()


def test_digits_that_are_refused_after_the_call_are_old_news() -> None:
    stage, key = on_a_call()
    stage.give(SendDigits(SAM, key, "1"))
    (digits,) = stage.asks
    assert isinstance(digits, PlayDigits)
    assert (digits.contact, digits.id.startswith("digits.")) == (key, True)
    go(stage, End(SAM, key))
    assert stage.give(AskRefused(key, digits.id, "no_such_leg", stage.now)).contacts == ()


def test_digits_that_are_sent_end_the_last_problem() -> None:
    stage, key = on_a_call()
    stage.give(Mute(SAM, key))
    stage.give(AskRefused(key, stage.contact(key).asked[0].id, "busy", stage.now))
    stage.give(SendDigits(SAM, key, "1"))
    assert stage.contact(key).problem is None


@pytest.mark.parametrize("back", [True, False])
def test_digits_go_to_whom_the_agent_hears(back: bool) -> None:
    stage, key = asked("entry", "fraud")
    consulted = stage.contact(key).consulted
    assert consulted is not None
    if back:
        go(stage, Swap(SAM, key))
    stage.give(SendDigits(SAM, key, "1"))
    digits = stage.asks[-1]
    assert isinstance(digits, PlayDigits)
    assert digits.leg == (customer_of(stage, key) if back else consulted.id)


# --- drop -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["customer", "agent", "asked in private", "nobody"])
def test_who_is_no_party_cannot_be_dropped(whose: str) -> None:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    leg = {
        "customer": customer_of(stage, key),
        "agent": agent_of(stage, key),
        "asked in private": consulted.id,
        "nobody": "x",
    }[whose]
    with pytest.raises(BadInput, match=r"^There is no such party") as refusal:
        stage.give(Drop(SAM, key, leg))
    assert (refusal.value.code, refusal.value.field) == ("choice_unknown", "leg")


def test_only_who_brought_a_party_in_can_drop_it() -> None:
    stage, key, other = conference()
    party = agent_of(stage, other)
    go(stage, Consult(JONAS, other, "entry", "fraud"))
    consulted = stage.contact(other).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(JONAS, other))
    with pytest.raises(NotAllowed, match=r"^Only who brought a party in") as refusal:
        stage.give(Drop(SAM, key, consulted.id))
    assert (refusal.value.code, stage.asks) == ("not_invited", [])
    change = stage.give(Drop(SAM, key, party))
    assert goal(stage.asks) == [("end", party, "")]
    assert [ask.contact for ask in stage.asks if isinstance(ask, EndLeg)] == [key]
    assert change.contacts == ()
    assert theirs(stage).phase is Phase.ACTIVE
