"""A second call while the first is held: each on its own, swapped, merged, or put through to each other."""

import pytest

from connector.domain.commands import Answer, Dial, DialEmergency, End, Hold, Merge, Resume, StartMask, Swap, Transfer
from connector.domain.directory import Directory
from connector.domain.effects import Mix
from connector.domain.events import AskRefused, LegAnswered
from connector.domain.model import AgentState, LegState, Phase, Role
from connector.domain.rules.allowed import controls
from connector.errors import NotAllowed
from tests.domain.stage import JONAS, SAM, Stage, go
from tests.domain.test_consult import OFFICE, call, parties, theirs

ROSA = "+14155550188"


def two_calls(directory: Directory = OFFICE) -> tuple[Stage, str, str]:
    """Mia is on hold and Sam talks to Rosa."""
    stage, first = call(directory)
    go(stage, Hold(SAM, first))
    second = stage.give(Dial(SAM, ROSA)).created
    assert second is not None
    stage.obey()
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now))
    return stage, first, second


def can(stage: Stage, key: str) -> dict[str, str | None]:
    shown = controls(stage.floor, stage.contact(key), stage.directory)
    return {name: shown[name] for name in ("hold", "resume", "swap", "merge", "transfer", "consult", "end")}


def test_both_are_there_and_each_has_its_own_controls() -> None:
    stage, first, second = two_calls()
    assert stage.contact(first).held
    assert stage.contact(second).in_ear
    assert can(stage, first) == {
        "hold": "held",
        "resume": "other_call",
        "swap": None,
        "merge": None,
        "transfer": None,
        "consult": "other_call",
        "end": "held",
    }
    assert can(stage, second) == {
        "hold": None,
        "resume": "not_held",
        "swap": "not_held",
        "merge": "no_consult",
        "transfer": "no_consult",
        "consult": None,
        "end": None,
    }


def test_no_third_one() -> None:
    stage, _, _ = two_calls()
    with pytest.raises(NotAllowed, match="two_calls"):
        stage.give(Dial(SAM, ROSA))


def test_who_forgot_to_hold_may_have_it_done() -> None:
    stage, first = call()
    with pytest.raises(NotAllowed, match="hold_first"):
        stage.give(Dial(SAM, ROSA))
    second = stage.give(Dial(SAM, ROSA, hold=True)).created
    assert second is not None
    stage.obey()
    assert stage.contact(first).held
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now))
    assert stage.contact(second).in_ear


def test_a_hold_that_was_refused_is_asked_again_when_the_second_one_answers() -> None:
    stage, first = call()
    second = stage.give(Dial(SAM, ROSA, hold=True)).created
    assert second is not None
    hold = stage.asks.pop(0)
    assert isinstance(hold, Mix)
    stage.give(AskRefused(first, hold.id, "busy", stage.now))
    stage.obey()
    assert stage.contact(first).in_ear
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now))
    assert stage.contact(first).held


def test_a_call_that_is_not_held_yet_cannot_be_held_for_another_while_it_rings() -> None:
    stage, first = call()
    go(stage, End(SAM, first))
    stage.give(Dial(SAM, ROSA))
    with pytest.raises(NotAllowed, match="live_call"):
        stage.give(Dial(SAM, ROSA, hold=True))


def test_swap_in_one_press() -> None:
    stage, first, second = two_calls()
    stage.give(Swap(SAM, first))
    (swap,) = stage.asks
    assert isinstance(swap, Mix)
    assert swap.talking == (stage.leg(Role.AGENT, first).id, stage.leg(Role.CUSTOMER, first).id)
    assert swap.parked == (stage.leg(Role.CUSTOMER, second).id,)
    stage.obey()
    assert (stage.contact(first).in_ear, stage.contact(second).held) == (True, True)
    assert (stage.contact(first).asked, stage.contact(second).asked) == ((), ())
    go(stage, Swap(SAM, second))
    assert (stage.contact(first).held, stage.contact(second).in_ear) == (True, True)


def test_a_swap_that_is_refused_leaves_both_and_is_told_once() -> None:
    stage, first, second = two_calls()
    stage.give(Swap(SAM, first))
    swap = stage.asks.pop()
    assert isinstance(swap, Mix)
    stage.give(AskRefused(first, swap.id, "busy", stage.now))
    assert [bool(stage.contact(key).problem) for key in (first, second)] == [True, False]
    assert (stage.contact(first).asked, stage.contact(second).asked) == ((), ())


def test_a_swap_while_the_other_is_being_put_on_hold_asks_for_that_once() -> None:
    stage, first, second = two_calls()
    stage.give(Hold(SAM, second))
    stage.give(Swap(SAM, first))
    assert [ask.goal for ask in stage.contact(second).asked] == ["hold"]
    stage.obey()
    assert (stage.contact(first).in_ear, stage.contact(second).held) == (True, True)


def test_one_of_two_ends_and_the_other_is_as_it_was() -> None:
    stage, first, second = two_calls()
    go(stage, End(SAM, second))
    assert stage.contact(second).phase is Phase.WRAP_UP
    assert stage.agent(SAM).state is AgentState.WORKING
    assert stage.contact(first).held
    go(stage, Resume(SAM, first), End(SAM, first))
    assert stage.agent(SAM).state is AgentState.WRAP_UP
    assert {task.contact for task in stage.tasks} == {first, second}


def test_merged_all_hear_all_with_one_leg_of_the_agent() -> None:
    stage, first, second = two_calls()
    spare = stage.leg(Role.AGENT, first).id
    go(stage, Merge(SAM, first))
    for key in (first, second):
        contact = stage.contact(key)
        assert contact.conference
        assert contact.in_ear
        assert len(contact.joined) == 3
    assert stage.leg(Role.AGENT, first).id == stage.leg(Role.AGENT, second).id != spare
    assert spare not in stage.floor.legs
    go(stage, End(SAM, second))
    assert {stage.contact(key).phase for key in (first, second)} == {Phase.WRAP_UP}
    (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    assert {leg.state for leg in left.legs} == {LegState.CONNECTED}
    assert {task.contact for task in stage.tasks} == {first, second}


def test_put_through_to_each_other() -> None:
    stage, first, second = two_calls()
    go(stage, Transfer(SAM, first))
    assert {stage.contact(key).phase for key in (first, second)} == {Phase.WRAP_UP}
    (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    assert len(left.legs) == 2
    assert stage.agent(SAM).state is AgentState.WRAP_UP


@pytest.mark.parametrize("masked", ["first", "second"])
def test_never_while_one_is_masked(masked: str) -> None:
    stage, first, second = two_calls()
    if masked == "second":
        go(stage, StartMask(SAM, second))
    else:
        go(stage, Swap(SAM, first), StartMask(SAM, first), Swap(SAM, second))
    assert (can(stage, first)["merge"], can(stage, first)["transfer"]) == ("masked", "masked")


def test_beside_an_emergency_call_the_one_in_the_ear_is_swapped() -> None:
    stage, first, second = two_calls()
    third = stage.give(DialEmergency(SAM, "911")).created
    assert third is not None
    stage.obey()
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, third).id, stage.now))
    assert [stage.contact(key).in_ear for key in (first, second, third)] == [False, False, True]
    for key in (first, second):
        assert can(stage, key)["swap"] is None
    go(stage, Swap(SAM, first))
    assert [stage.contact(key).in_ear for key in (first, second, third)] == [True, False, False]


def called_by_jonas() -> tuple[Stage, str, str]:
    """Sam talks to Mia, and Jonas calls Sam directly."""
    stage, first = call(OFFICE)
    stage.give(Dial(JONAS, "2041", "support"))
    stage.obey()
    (second,) = [key for key in stage.agent(SAM).contacts if key != first]
    return stage, first, second


def test_a_direct_call_of_a_colleague_is_taken_and_the_customer_is_held() -> None:
    stage, first, second = called_by_jonas()
    assert stage.contact(second).phase is Phase.OFFERED
    assert stage.contact(first).in_ear
    go(stage, Answer(SAM, second))
    assert stage.contact(first).held
    assert stage.contact(second).in_ear
    go(stage, End(SAM, second))
    assert stage.contact(second).phase is Phase.WRAP_UP
    assert stage.contact(first).held
    assert theirs(stage).phase is Phase.WRAP_UP


def test_a_customer_is_put_through_to_the_colleague_who_called() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second), Transfer(SAM, first))
    assert {stage.contact(key).phase for key in (first, second)} == {Phase.WRAP_UP}
    other = theirs(stage)
    assert (other.internal, other.sender, other.phase) == (False, SAM, Phase.ACTIVE)
    assert parties(other) == {"AGENT": ("CONNECTED", True), "CUSTOMER": ("CONNECTED", True)}
    assert not any(contact.unattended for contact in stage.floor.contacts.values())
    go(stage, End(JONAS, other.key))
    assert {task.contact for task in stage.tasks} == {first, second, other.key}


def test_a_customer_and_the_colleague_who_called_are_merged() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second), Merge(SAM, first))
    other = theirs(stage)
    assert other.conference
    assert other.internal is False
    go(stage, End(SAM, first))
    assert {stage.contact(key).phase for key in (first, second)} == {Phase.WRAP_UP}
    assert parties(theirs(stage)) == {"AGENT": ("CONNECTED", True), "CUSTOMER": ("CONNECTED", True)}
