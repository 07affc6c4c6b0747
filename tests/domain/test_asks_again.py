"""What the switch is asked once more when it comes back, because it may not have heard it."""

from msgspec.structs import replace

from connector.domain.commands import Answer, Dial, End
from connector.domain.effects import Adopt, Connect, Offer, PlaceCall, SwitchAsk
from connector.domain.events import CallbackRequested, LegAnswered, LegRinging, WorkDelivered
from connector.domain.model import Kind, Phase, Role
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, START, Stage, asks_again, available, dialling, go, on_a_call
from tests.domain.test_consult import asking, theirs
from tests.domain.test_offer_and_back import ringing
from tests.domain.test_outbound import ready


def again(stage: Stage) -> list[SwitchAsk]:
    return [effect.ask for effect in asks_again(stage.floor, stage.directory)]


def test_a_call_that_waits_has_its_key_again() -> None:
    stage = Stage()
    key = stage.ring_in()
    assert again(stage) == [Adopt("in-1", key)]


def test_a_phone_is_rung_again_only_when_it_has_not_rung() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    leg = stage.leg(Role.AGENT).id
    assert again(stage) == [Adopt("in-1", key), Offer(key, "in-1", leg, "2041")]
    stage.give(LegRinging(leg, stage.now))
    assert again(stage) == [Adopt("in-1", key)]


def test_an_answer_under_way_is_asked_for_again_under_its_name() -> None:
    stage, key = ringing()
    stage.asks.clear()
    stage.give(Answer(SAM, key))
    assert again(stage) == [Adopt("in-1", key), *stage.asks]


def test_who_lifted_the_phone_and_is_not_heard_yet_is_connected_again() -> None:
    stage, key = ringing()
    leg = stage.leg(Role.AGENT).id
    stage.give(LegAnswered(leg, stage.now))
    assert again(stage) == [Adopt("in-1", key), Connect(key, key, "in-1", leg)]
    stage.give(LegAnswered("in-1", stage.now))
    assert not any(isinstance(ask, Connect) for ask in again(stage))


def test_of_a_call_that_is_over_or_has_no_leg_nothing_is_asked() -> None:
    stage, key = on_a_call()
    go(stage, End(SAM, key))
    stage.give(CallbackRequested("cb", MIA, "", "sales", 0, 5, START))
    stage.give(WorkDelivered("mail", Kind.EMAIL, "sales", "Refund", (), "", None, 5, START))
    assert len(stage.floor.contacts) == 3
    assert again(stage) == []


def test_a_call_of_our_own_has_no_key_of_the_switch_s() -> None:
    stage, _ = dialling()
    assert again(stage) == []


def test_the_leg_of_a_colleague_who_asks_is_not_adopted() -> None:
    stage, key = asking()
    request = theirs(stage).key
    assert again(stage) == [Adopt("in-1", key)]
    go(stage, Answer(JONAS, request))
    assert again(stage) == [Adopt("in-1", key)]


def test_a_call_that_the_switch_may_not_know_of_is_placed_again_under_its_names() -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA))
    assert again(stage) == stage.asks
    stage.obey()
    assert asks_again(stage.floor, DIRECTORY) == []
    go(stage, End(SAM, stage.contact().key))
    assert stage.contact().phase is Phase.WRAP_UP
    assert asks_again(stage.floor, DIRECTORY) == []


def test_a_switch_that_kept_silent_is_asked_once_more() -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA))
    stage.pass_time(5_000)
    assert stage.contact().asked == ()
    assert again(stage) == stage.asks


def test_one_that_was_given_up_is_not_placed_again() -> None:
    stage = ready()
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    stage.give(End(SAM, key))
    place, end = stage.asks
    assert isinstance(place, PlaceCall)
    assert again(stage) == [end]


def test_for_an_agent_who_was_taken_off_the_directory_no_phone_is_named() -> None:
    stage = ready()
    stage.give(Dial(SAM, MIA))
    (place,) = stage.asks
    assert isinstance(place, PlaceCall)
    (effect,) = asks_again(stage.floor, replace(DIRECTORY, agents={}))
    assert effect.ask == replace(place, device="")
