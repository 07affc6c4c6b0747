"""Those whom no agent is with any more: brought together, let go, or queued again, and how long they may go on."""

import pytest

from connector.domain.commands import Consult, End, Merge, Transfer
from connector.domain.decide import deadline
from connector.domain.effects import Adopt, EndLeg, Mix, SwitchAsk
from connector.domain.events import LegAnswered, LegEnded, LegHeld
from connector.domain.model import Contact, Kind, LegState, Outcome, Phase, Role
from tests.domain.stage import SAM, START, Stage, go
from tests.domain.test_consult import BLIND, OFFICE, asked, asking, call, parties

FRAUD = "CONSULTED +18005550199"
RANG_AT = START + 4_000


def left_alone(stage: Stage) -> Contact:
    """The only contact that no agent looks after."""
    (found,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    return found


def rings_out() -> tuple[Stage, Contact]:
    """Mia hears music, and the number to which Sam passed her on unannounced rings."""
    stage, key = asking("entry", "fraud", BLIND)
    go(stage, Transfer(SAM, key))
    return stage, left_alone(stage)


def put_through() -> tuple[Stage, Contact]:
    """Mia talks to the number that Sam had asked first."""
    stage, key = asked("entry", "fraud")
    go(stage, Transfer(SAM, key))
    return stage, left_alone(stage)


def three() -> tuple[Stage, Contact]:
    """Mia talks to two numbers; Sam, who brought them in, has left."""
    stage, key = call(OFFICE)
    for target in ("entry", "fraud"), ("number", "+14155550177"):
        go(stage, Consult(SAM, key, *target))
        consulted = stage.contact(key).consulted
        assert consulted is not None
        go(stage, LegAnswered(consulted.id, stage.now), Merge(SAM, key))
    go(stage, End(SAM, key))
    return stage, left_alone(stage)


def goal(asks: list[SwitchAsk]) -> list[tuple[str, ...]]:
    """Each ask without its id."""
    found: list[tuple[str, ...]] = []
    for ask in asks:
        if isinstance(ask, Mix):
            found.append(("mix", "+".join(ask.talking), "+".join(ask.parked)))
        elif isinstance(ask, EndLeg):
            found.append(("end", ask.leg, ask.cause))
        else:
            assert isinstance(ask, Adopt)
            found.append(("adopt", ask.leg, ask.contact))
    return found


def waiting(stage: Stage) -> Contact:
    """The only customer in the queue."""
    (key,) = stage.floor.queues["support"]
    return stage.contact(key)


def test_whoever_answers_is_brought_together_with_the_customer_once() -> None:
    stage, left = rings_out()
    customer, number = left.legs
    assert parties(left) == {"CUSTOMER": ("HELD", True), FRAUD: ("RINGING", True)}
    stage.give(LegAnswered(number.id, stage.now))
    assert goal(stage.asks) == [("mix", f"{customer.id}+{number.id}", "")]
    assert [ask.contact for ask in stage.asks if isinstance(ask, Mix)] == [left.key]
    stage.give(LegAnswered(number.id, stage.now))
    assert len(stage.asks) == 1
    stage.obey()
    assert parties(left_alone(stage)) == {"CUSTOMER": ("CONNECTED", True), FRAUD: ("CONNECTED", True)}


def test_one_who_did_not_take_it_leaves_the_customer_to_the_next_agent() -> None:
    stage, left = rings_out()
    customer, number = left.legs
    stage.pass_time(3_000)
    stage.give(LegEnded(number.id, "busy", stage.now))
    again = waiting(stage)
    assert goal(stage.asks) == [("adopt", customer.id, again.key)]
    assert left.key not in stage.floor.contacts
    assert stage.floor.legs == {customer.id: (again.key,)}
    assert (again.phase, again.kind, again.agent) == (Phase.QUEUED, Kind.INBOUND, None)


def test_that_one_is_gone_before_the_customer_is_on_hold() -> None:
    stage, key = call(BLIND)
    stage.give(Consult(SAM, key, "entry", "fraud"))
    stage.give(Transfer(SAM, key))
    customer, number = left_alone(stage).legs
    assert customer.state is LegState.CONNECTED
    stage.asks.clear()
    stage.give(LegEnded(number.id, "busy", stage.now))
    assert goal(stage.asks) == [("adopt", customer.id, waiting(stage).key), ("mix", "", customer.id)]


def test_that_one_is_gone_before_they_hear_each_other() -> None:
    stage, left = rings_out()
    customer, number = left.legs
    stage.give(LegAnswered(number.id, stage.now))
    stage.asks.clear()
    stage.give(LegEnded(number.id, "normal", stage.now))
    assert goal(stage.asks) == [("adopt", customer.id, waiting(stage).key)]


@pytest.mark.parametrize("gone", [0, 1])
def test_after_they_talked_the_one_who_is_left_is_let_go(gone: int) -> None:
    stage, left = put_through()
    stage.pass_time(5_000)
    change = stage.give(LegEnded(left.legs[gone].id, "normal", stage.now))
    assert goal(stage.asks) == [("end", left.legs[1 - gone].id, "")]
    assert "support" not in stage.floor.queues
    assert change.forgotten == (left.key,)
    (closed,) = change.contacts
    assert (closed.phase, closed.outcome, closed.ended, closed.closed, closed.legs) == (
        *(Phase.CLOSED, Outcome.ABANDONED, stage.now, stage.now),
        (),
    )


def test_a_customer_who_does_not_wait_any_longer_is_rung_for_no_more() -> None:
    stage, left = rings_out()
    customer, number = left.legs
    change = stage.give(LegEnded(customer.id, "normal", stage.now))
    assert goal(stage.asks) == [("end", number.id, "")]
    assert change.forgotten == (left.key,)


def test_a_number_that_was_on_hold_does_not_wait_for_an_agent() -> None:
    stage, left = put_through()
    customer, number = left.legs
    stage.give(LegHeld(number.id, stage.now))
    stage.give(LegEnded(customer.id, "normal", stage.now))
    assert goal(stage.asks) == [("end", number.id, "")]
    assert "support" not in stage.floor.queues


def test_of_three_two_go_on() -> None:
    stage, left = three()
    customer, first, second = left.legs
    change = stage.give(LegEnded(customer.id, "normal", stage.now))
    assert (change.effects, change.forgotten) == ((), ())
    now = left_alone(stage)
    assert [(leg.id, leg.role) for leg in now.legs] == [(first.id, Role.CUSTOMER), (second.id, Role.CONSULTED)]
    stage.give(LegEnded(second.id, "normal", stage.now))
    assert goal(stage.asks) == [("end", first.id, "")]
    assert left.key not in stage.floor.contacts


def test_one_of_three_who_was_on_hold_waits_like_any_customer() -> None:
    stage, left = three()
    customer, first, second = left.legs
    stage.give(LegEnded(customer.id, "normal", stage.now))
    stage.give(LegHeld(first.id, stage.now))
    stage.give(LegEnded(second.id, "normal", stage.now))
    (again,) = waiting(stage).legs
    assert (again.id, again.role, again.joined, again.invited) == (first.id, Role.CUSTOMER, True, False)


def test_it_rings_no_longer_than_elsewhere_and_then_the_customer_waits() -> None:
    stage, left = rings_out()
    customer, number = left.legs
    due = RANG_AT + BLIND.settings.dial
    assert deadline(left, BLIND) == (due, "unattended")
    stage.pass_time(due - 1 - stage.now)
    assert stage.asks == []
    stage.pass_time(1)
    assert goal(stage.asks) == [("end", number.id, "no_answer"), ("adopt", customer.id, waiting(stage).key)]
    assert left.key not in stage.floor.contacts
    assert not stage.give(LegEnded(number.id, "no_answer", stage.now)).unknown


def test_a_number_that_was_not_even_reached_is_given_up_then_too() -> None:
    stage, key = call(BLIND)
    stage.give(Consult(SAM, key, "entry", "fraud"))
    stage.asks.pop()
    stage.obey()
    go(stage, Transfer(SAM, key))
    assert left_alone(stage).legs[1].state is LegState.DIALING
    stage.pass_time(BLIND.settings.dial)
    assert waiting(stage).started == START


def test_they_talk_for_as_long_as_they_may() -> None:
    stage, left = put_through()
    due = RANG_AT + OFFICE.settings.unattended
    assert deadline(left, OFFICE) == (due, "unattended")
    stage.pass_time(due - 1 - stage.now)
    assert stage.asks == []
    stage.pass_time(1)
    assert goal(stage.asks) == [("end", leg.id, "") for leg in left.legs]
    assert left.key not in stage.floor.contacts


def test_who_answered_late_may_talk_for_as_long_as_others() -> None:
    stage, left = rings_out()
    stage.pass_time(30_000)
    go(stage, LegAnswered(left.legs[1].id, stage.now))
    assert deadline(left_alone(stage), BLIND) == (RANG_AT + BLIND.settings.unattended, "unattended")


def test_what_the_one_who_is_left_alone_is_part_of() -> None:
    """Everything of the call stays together: reports add up what has the same interaction."""
    stage, left = rings_out()
    (sams,) = [contact for contact in stage.floor.contacts.values() if contact.agent == SAM]
    assert (left.interaction_key, left.kind, left.phase) == (sams.key, Kind.INBOUND, Phase.ACTIVE)
    assert (left.number, left.line, left.skill) == (sams.number, sams.line, "support")
    assert (left.started, left.answered, left.match) == (START, RANG_AT, sams.match)
