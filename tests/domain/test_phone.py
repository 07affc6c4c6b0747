"""What an agent does by the keys of the phone itself counts as in the panel, where that is allowed."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Consult, Dial, End, Hold, Merge, Mute, Resume, StartMask, Transfer, Unmute
from connector.domain.decide import decide
from connector.domain.effects import EndLeg, Mix, Offer, SetMute
from connector.domain.events import (
    LegAnswered,
    LegMuted,
    LegResumed,
    PhoneHeld,
    PhoneResumed,
    PhoneTransferred,
    SwitchEvent,
)
from connector.domain.model import Contact, Mask, Phase, Role
from connector.domain.step import Stamp
from tests.domain.stage import DIRECTORY, JONAS, SAM, Stage, go, on_a_call
from tests.domain.test_attend import left_alone
from tests.domain.test_consult import BLIND, FRAUD, OFFICE, asked, asking, call, conference, theirs
from tests.domain.test_emergency import talking
from tests.domain.test_two_calls import two_calls


def phone(stage: Stage, key: str) -> str:
    return stage.leg(Role.AGENT, key).id


def hold(stage: Stage, key: str) -> None:
    stage.give(PhoneHeld(phone(stage, key), stage.now))


def resume(stage: Stage, key: str) -> None:
    stage.give(PhoneResumed(phone(stage, key), stage.now))


def transfer(stage: Stage, key: str, number: str = "2042", other: str = "") -> None:
    stage.asks.clear()
    stage.give(PhoneTransferred(phone(stage, key), number, other, stage.now))


def problem(contact: Contact) -> tuple[str, str] | None:
    return (contact.problem.code, contact.problem.order) if contact.problem else None


# --- hold ------------------------------------------------------------------------------------------------------------


def test_the_phone_s_hold_is_a_hold() -> None:
    stage, key = on_a_call()
    hold(stage, key)
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert (mix.talking, mix.parked) == ((phone(stage, key),), ("in-1",))
    assert [ask.goal for ask in stage.contact(key).asked] == ["hold"]
    stage.obey()
    assert stage.contact(key).held
    resume(stage, key)
    (mix,) = stage.asks
    assert isinstance(mix, Mix) and {*mix.talking} == {phone(stage, key), "in-1"}
    stage.obey()
    assert (stage.contact(key).held, stage.contact(key).muted) == (False, False)


def test_what_is_true_already_is_no_news() -> None:
    stage, key = on_a_call()
    resume(stage, key)
    assert stage.asks == []
    go(stage, Hold(SAM, key))
    hold(stage, key)
    assert (stage.asks, stage.contact(key).silenced) == ([], False)


def test_a_hold_that_is_under_way_is_not_asked_for_twice_and_can_be_taken_back() -> None:
    stage, key = on_a_call()
    hold(stage, key)
    hold(stage, key)
    assert len(stage.asks) == 1
    resume(stage, key)
    assert [ask.goal for ask in stage.contact(key).asked] == ["resume"]
    stage.obey()
    assert stage.contact(key).in_ear


def test_the_panel_s_resume_counts_while_the_phone_holds() -> None:
    stage, key = on_a_call()
    hold(stage, key)
    stage.obey()
    go(stage, Resume(SAM, key))
    resume(stage, key)
    assert (stage.asks, stage.contact(key).in_ear) == ([], True)


def quiet(situation: str) -> tuple[Stage, str]:
    """A call in which the customer is not to be parked."""
    match situation:
        case "conference":
            stage, key, _ = conference()
        case "consult":
            stage, key = asked()
        case "emergency":
            stage, key = talking()
        case _:
            stage, asker = asked()
            assert stage.contact(asker).consult is not None
            key = theirs(stage).key
    return stage, key


@pytest.mark.parametrize("situation", ["conference", "consult", "emergency", "being asked"])
def test_elsewhere_the_leg_is_silenced_and_heard_again(situation: str) -> None:
    stage, key = quiet(situation)
    hold(stage, key)
    (ask,) = stage.asks
    assert isinstance(ask, SetMute) and (ask.leg, ask.muted) == (phone(stage, key), True)
    stage.obey()
    assert (stage.contact(key).muted, stage.contact(key).silenced) == (True, True)
    hold(stage, key)
    assert stage.asks == []
    resume(stage, key)
    (ask,) = stage.asks
    assert isinstance(ask, SetMute) and (ask.leg, ask.muted) == (phone(stage, key), False)
    stage.obey()
    assert (stage.contact(key).muted, stage.contact(key).silenced) == (False, False)


def test_a_phone_that_is_back_before_it_was_silenced_is_heard_in_the_end() -> None:
    stage, key, _ = conference()
    hold(stage, key)
    resume(stage, key)
    assert [ask.goal for ask in stage.contact(key).asked] == ["unmute"]
    assert [ask.muted for ask in stage.asks if isinstance(ask, SetMute)] == [True, False]
    stage.obey()
    assert not stage.contact(key).muted


def test_an_agent_who_was_muted_stays_so() -> None:
    stage, key, _ = conference()
    go(stage, Mute(SAM, key))
    hold(stage, key)
    resume(stage, key)
    assert (stage.asks, stage.contact(key).muted) == ([], True)


def test_who_turned_the_microphone_on_in_the_panel_is_not_asked_again() -> None:
    stage, key, _ = conference()
    hold(stage, key)
    stage.obey()
    go(stage, Unmute(SAM, key))
    resume(stage, key)
    assert (stage.asks, stage.contact(key).silenced) == ([], False)


def test_a_held_phone_of_nobody_s_is_unknown() -> None:
    stage, _ = on_a_call()
    events: list[SwitchEvent] = [
        PhoneHeld("nobody", stage.now),
        PhoneResumed("in-1", stage.now),
        PhoneTransferred("nobody", "2042", "", stage.now),
    ]
    for event in events:
        change = decide(stage.floor, DIRECTORY, event, Stamp(stage.now, "x"))
        assert (change.unknown, change.contacts) == (True, ())


# --- transfer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [False, True])
def test_a_transfer_to_a_colleague_s_phone_is_one(held: bool) -> None:
    stage, key = call(BLIND)
    if held:
        hold(stage, key)
        stage.obey()
    mine = phone(stage, key)
    transfer(stage, key)
    (offer,) = [ask for ask in stage.asks if isinstance(ask, Offer)]
    assert offer.device == "2042"
    assert [ask.leg for ask in stage.asks if isinstance(ask, EndLeg)] == [mine]
    assert stage.contact(key).phase is Phase.WRAP_UP
    stage.obey()
    received = theirs(stage)
    assert (received.phase, received.sender, received.held) == (Phase.OFFERED, SAM, True)
    go(stage, Answer(JONAS, received.key))
    go(stage, LegResumed("in-1", stage.now))
    assert theirs(stage).in_ear


def test_a_transfer_to_a_number_is_one() -> None:
    stage, key = call(BLIND)
    transfer(stage, key, FRAUD)
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert [leg.number for leg in left_alone(stage).legs][1:] == [FRAUD]


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("not allowed", "ask_first"),
        ("masked", "masked"),
        ("conference", "conference"),
        ("consulting", "consulting"),
        ("busy colleague", "agent_busy"),
        ("emergency number", "number_emergency"),
        ("nonsense", "number_invalid"),
        ("colleague", "ask_first"),
    ],
)
def test_one_that_is_not_allowed_leaves_all_as_it_is_and_the_agent_is_told(why: str, code: str) -> None:
    number = {"emergency number": "911", "nonsense": "x"}.get(why, "2042")
    match why:
        case "conference":
            stage, key, _ = conference()
            stage.directory = BLIND
            number = "2043"
        case "consulting":
            stage, key = asking("agent", JONAS, BLIND)
        case "not allowed":
            stage, key = call()
        case _:
            stage, key = call(BLIND)
    if why == "masked":
        go(stage, StartMask(SAM, key))
        stage.floor.contacts[key] = replace(stage.contact(key), mask=Mask.ON)
    elif why == "busy colleague":
        go(stage, Dial(JONAS, FRAUD, "sales"))
    elif why == "colleague":
        stage.floor.contacts[key] = replace(stage.contact(key), internal=True)
    before = replace(stage.contact(key), problem=None)
    transfer(stage, key, number)
    assert stage.asks == []
    assert problem(stage.contact(key)) == (code, "transfer")
    assert replace(stage.contact(key), problem=None) == before


def test_the_far_ends_of_two_calls_are_put_through_to_each_other() -> None:
    stage, first, second = two_calls()
    far = {"in-1", stage.leg(Role.CUSTOMER, second).id}
    mine = [phone(stage, first), phone(stage, second)]
    transfer(stage, first, FRAUD, mine[1])
    (mix,) = stage.asks
    assert isinstance(mix, Mix) and {*mix.talking} == far
    stage.obey()
    assert [stage.contact(key).phase for key in (first, second)] == [Phase.WRAP_UP, Phase.WRAP_UP]


def test_one_call_alone_is_put_through_to_nobody() -> None:
    stage, key = call(BLIND)
    transfer(stage, key, FRAUD, "foreign")
    assert problem(stage.contact(key)) == ("no_other_call", "transfer")


def test_and_when_the_phone_has_put_both_on_hold_for_it() -> None:
    stage, first, second = two_calls()
    hold(stage, second)
    transfer(stage, second, FRAUD, phone(stage, first))
    stage.obey()
    assert [stage.contact(key).phase for key in (first, second)] == [Phase.WRAP_UP, Phase.WRAP_UP]


@pytest.mark.parametrize(
    ("why", "code"),
    [("no such leg", "no_other_call"), ("rings", "not_answered"), ("masked", "masked"), ("asks", "consulting")],
)
def test_two_that_cannot_be_put_through_stay(why: str, code: str) -> None:
    stage, first, second = two_calls()
    other = phone(stage, second)
    if why == "no such leg":
        other = "nobody"
    elif why == "rings":
        stage.floor.contacts[first] = replace(stage.contact(first), answered=None)
    elif why == "masked":
        stage.floor.contacts[second] = replace(stage.contact(second), mask=Mask.ON)
    else:
        go(stage, Hold(SAM, second), Consult(SAM, first, "entry", "fraud"))
    transfer(stage, first, FRAUD, other)
    assert stage.asks == []
    assert problem(stage.contact(first)) == (code, "transfer")
    assert stage.contact(second).phase is Phase.ACTIVE


@pytest.mark.parametrize("under_way", ["merge", "transfer", "end"])
def test_two_of_which_something_else_becomes_are_not_put_through_as_well(under_way: str) -> None:
    stage, first, second = two_calls()
    if under_way == "end":
        stage.give(End(SAM, second))
    else:
        stage.give(Merge(SAM, first) if under_way == "merge" else Transfer(SAM, first))
    transfer(stage, first, FRAUD, phone(stage, second))
    assert stage.asks == []
    assert problem(stage.contact(first)) == ("pending", "transfer")


def test_a_leg_that_is_silenced_is_so_for_all_of_its_contacts() -> None:
    stage, first, second = two_calls()
    go(stage, Merge(SAM, first))
    leg = phone(stage, first)
    assert leg == phone(stage, second)
    hold(stage, first)
    assert {ask.leg for ask in stage.asks if isinstance(ask, SetMute)} == {leg}
    stage.obey()
    assert [stage.contact(key).muted for key in (first, second)] == [True, True]
    resume(stage, first)
    stage.obey()
    assert [stage.contact(key).muted for key in (first, second)] == [False, False]
    assert OFFICE.settings.blind_transfer is False


def test_who_is_asked_by_a_colleague_puts_nobody_through() -> None:
    """Jonas has a call of his own on hold when Sam asks him, and is in the middle of that."""
    stage, key = call(BLIND)
    mine = stage.give(Dial(JONAS, FRAUD, "sales")).created
    assert mine is not None
    stage.obey()
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, mine).id, stage.now), Hold(JONAS, mine))
    go(stage, Consult(SAM, key, "agent", JONAS))
    (asked_of,) = (other for other in stage.agent(JONAS).contacts if other != mine)
    go(stage, Answer(JONAS, asked_of))
    transfer(stage, asked_of, FRAUD, phone(stage, mine))
    assert stage.asks == []
    assert problem(stage.contact(asked_of)) == ("consulting", "transfer")


@pytest.mark.parametrize("whose", ["a phone that rings", "who was sent on"])
def test_nothing_is_held_by_who_has_no_call(whose: str) -> None:
    stage, key = call(BLIND)
    if whose == "a phone that rings":
        go(stage, Consult(SAM, key, "agent", JONAS))
        leg = phone(stage, theirs(stage).key)
    else:
        transfer(stage, key, FRAUD)
        leg = left_alone(stage).legs[0].id
    change = decide(stage.floor, stage.directory, PhoneHeld(leg, stage.now), Stamp(stage.now, "x"))
    assert (change.unknown, change.contacts) == (True, ())


def test_a_call_that_is_over_is_not_passed_on() -> None:
    stage, key = call(BLIND)
    leg = phone(stage, key)
    go(stage, End(SAM, key), LegMuted(leg, False, stage.now), LegAnswered(leg, stage.now))
    stage.give(PhoneTransferred(leg, "2042", "", stage.now))
    assert stage.asks == []
