"""What is around a contact: how another call of its agent stands, a table written by hand."""

from collections.abc import Callable

import pytest

from connector.domain.commands import Answer, Consult, Dial, DialEmergency, End, Hold, Merge, StartMask, Swap
from connector.domain.events import LegAnswered
from connector.domain.model import Kind
from connector.domain.rules.allowed import surroundings
from connector.domain.rules.around import Around, calls_of, live_contact
from tests.domain import test_callbacks, test_work
from tests.domain.stage import JONAS, SAM, Stage, go, on_a_call, wrapping_up
from tests.domain.test_consult import PRIYA, asked, call, theirs
from tests.domain.test_departures import agent_of, customer_of
from tests.domain.test_two_calls import called_by_jonas, two_calls

Made = tuple[Stage, str]


def first_of_two() -> Made:
    stage, first, _ = two_calls()
    return stage, first


def second_of_two() -> Made:
    stage, _, second = two_calls()
    return stage, second


def beside_a_masked_call() -> Made:
    stage, first, second = two_calls()
    go(stage, StartMask(SAM, second))
    return stage, first


def beside_one_that_asks() -> Made:
    stage, first, second = two_calls()
    go(stage, Hold(SAM, second), Consult(SAM, first, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key))
    return stage, second


def beside_one_that_helps() -> Made:
    stage, key = call()
    go(stage, End(SAM, key), Dial(JONAS, "+14155550188", "support"))
    own = theirs(stage).key
    go(stage, LegAnswered(customer_of(stage, own), stage.now), Dial(SAM, "+14155550143"))
    (asks,) = [known.key for known in calls_of(stage.floor, stage.agent(SAM))]
    go(stage, LegAnswered(customer_of(stage, asks), stage.now), Consult(SAM, asks, "agent", JONAS))
    (request,) = [known for known in stage.agent(JONAS).contacts if known != own]
    go(stage, Answer(JONAS, request))
    return stage, own


def beside_one_that_rings() -> Made:
    stage, first, _ = called_by_jonas()
    return stage, first


def while_it_rings() -> Made:
    stage, _, second = called_by_jonas()
    return stage, second


def beside_one_that_is_dialled() -> Made:
    stage, first = call()
    go(stage, Hold(SAM, first))
    stage.give(Dial(SAM, "+14155550188"))
    stage.obey()
    return stage, first


def beside_one_for_which_the_phone_still_rings() -> Made:
    stage, first = call()
    go(stage, Hold(SAM, first))
    second = stage.give(Dial(SAM, "+14155550188")).created
    assert second is not None
    stage.give(LegAnswered(customer_of(stage, second), stage.now))
    return stage, first


def beside_one_in_which_the_agent_is_on_hold() -> Made:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second), Hold(JONAS, theirs(stage).key))
    return stage, first


def an_offered_callback() -> Made:
    return test_callbacks.offered(), "cb-1"


def third_of_three() -> Made:
    stage, _, second = two_calls()
    go(stage, Hold(SAM, second))
    third = stage.give(DialEmergency(SAM, "911")).created
    assert third is not None
    stage.obey()
    return stage, third


def first_of_three() -> Made:
    stage, third = third_of_three()
    go(stage, LegAnswered(customer_of(stage, third), stage.now))
    return stage, min(known.key for known in calls_of(stage.floor, stage.agent(SAM)))


def first_of_three_while_the_third_is_dialled() -> Made:
    stage, third = third_of_three()
    assert agent_of(stage, third)
    return stage, min(known.key for known in calls_of(stage.floor, stage.agent(SAM)))


def merged() -> Made:
    stage, first, _ = two_calls()
    go(stage, Merge(SAM, first))
    return stage, first


def swapped() -> Made:
    stage, first, _ = two_calls()
    go(stage, Swap(SAM, first))
    return stage, first


def an_email_that_was_interrupted() -> Made:
    stage, _ = test_work.interrupted()
    return stage, next(key for key, known in stage.floor.contacts.items() if known.kind is Kind.EMAIL)


def a_work_item() -> Made:
    return test_work.at_hand(), "w-1"


CALL = Around("", False, True)
TABLE: tuple[tuple[Callable[[], Made], Around], ...] = (
    (on_a_call, CALL),
    (wrapping_up, Around()),
    (a_work_item, Around()),
    (an_email_that_was_interrupted, Around("ear", False, True)),
    (first_of_two, Around("ear", False, True)),
    (second_of_two, Around("waits", False, True)),
    (swapped, Around("waits", False, True)),
    (merged, CALL),
    (beside_a_masked_call, Around("ear", True, True)),
    (beside_one_that_asks, Around("busy", False, True)),
    (beside_one_that_helps, Around("busy", False, True)),
    (beside_one_that_rings, Around("busy", False, True)),
    (while_it_rings, Around("ear", False, True)),
    (beside_one_that_is_dialled, Around("busy", False, True)),
    (beside_one_for_which_the_phone_still_rings, Around("busy", False, True)),
    (beside_one_in_which_the_agent_is_on_hold, Around("ear", False, True)),
    (an_offered_callback, CALL),
    (third_of_three, Around("waits", False, True)),
    (first_of_three, Around("ear", False, True)),
    (first_of_three_while_the_third_is_dialled, Around("busy", False, True)),
    (lambda: (asked()[0], asked()[1]), CALL),
)


@pytest.mark.parametrize(("make", "expected"), TABLE, ids=[make.__name__ for make, _ in TABLE])
def test_how_another_call_stands(make: Callable[[], Made], expected: Around) -> None:
    stage, key = make()
    assert surroundings(stage.floor, stage.contact(key)) == expected


def test_a_contact_that_waits_has_no_agent_and_nothing_around_it() -> None:
    stage = test_callbacks.waiting()
    assert surroundings(stage.floor, stage.contact()) == Around()


def test_what_the_disk_did_not_keep_is_not_there() -> None:
    """An agent may name a contact that a crash has lost."""
    stage, first, second = two_calls()
    del stage.floor.contacts[second]
    assert surroundings(stage.floor, stage.contact(first)) == CALL
    agent = stage.agent(SAM)
    assert (live_contact(stage.floor, agent), calls_of(stage.floor, agent)) == (
        stage.contact(first),
        [stage.contact(first)],
    )
    del stage.floor.contacts[first]
    assert (live_contact(stage.floor, agent), calls_of(stage.floor, agent)) == (None, [])
    assert stage.agent(PRIYA).contacts == ()
