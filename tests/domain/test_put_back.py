"""Offers around an emergency call: what the agent cannot take now, and what rings again because of it."""

import pytest

from connector.domain.commands import Decline, DialEmergency, Done, SetState, Transfer
from connector.domain.model import AgentState, Missed, Phase, Role
from tests.domain.stage import BILLING_LINE, MIA, SAM, Stage, available, go
from tests.domain.test_consult import BLIND, PRIYA, asking, theirs
from tests.domain.test_emergency import called_back

LUNCH = (AgentState.UNAVAILABLE, "Lunch")


def shown(stage: Stage, agent: str = SAM) -> tuple[AgentState, str]:
    return stage.agent(agent).state, stage.agent(agent).reason


def test_a_customer_who_was_passed_on_to_the_agent_waits_for_any() -> None:
    stage, key = asking("agent", PRIYA, BLIND)
    go(stage, Transfer(SAM, key))
    passed = theirs(stage, PRIYA).key
    stage.give(DialEmergency(PRIYA, "911"))
    contact = stage.contact(passed)
    assert (contact.phase, contact.agent, contact.direct, contact.skill) == (Phase.QUEUED, None, False, "support")
    assert [leg.role for leg in contact.legs] == [Role.CUSTOMER]
    assert stage.agent(PRIYA).missed == (Missed(passed, contact.kind, MIA, "", "support", stage.now, "missed"),)
    available(stage)
    stage.give(Done(SAM, key))
    assert stage.contact(passed).agent == SAM


def test_a_request_out_of_a_queue_goes_back_there_and_who_asks_is_not_told() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    request = theirs(stage, PRIYA).key
    stage.give(DialEmergency(PRIYA, "911"))
    assert (stage.contact(request).phase, stage.floor.queues) == (Phase.QUEUED, {"billing": (request,)})
    known = stage.contact(key).consult
    assert known is not None
    assert (known.contact, known.leg, stage.contact(key).problem) == (request, "", None)


def test_a_request_for_the_agent_alone_is_over_and_who_asks_is_told() -> None:
    stage, key = asking("agent", PRIYA)
    request = theirs(stage, PRIYA).key
    stage.give(DialEmergency(PRIYA, "911"))
    assert request not in stage.floor.contacts
    problem = stage.contact(key).problem
    assert problem is not None
    assert (problem.code, stage.contact(key).consult) == ("consult_busy", None)


def after_an_emergency_call(ago: int) -> Stage:
    """Sam's emergency call was so many ms ago; nobody called back."""
    stage = called_back(after=ago)
    stage.customer_hangs_up()
    assert shown(stage) == LUNCH
    return stage


def test_any_other_call_that_is_declined_is_declined() -> None:
    stage = after_an_emergency_call(1_000)
    available(stage)
    key = stage.ring_in(line=BILLING_LINE)
    stage.give(Decline(SAM, key))
    contact = stage.contact(key)
    assert (contact.attempts, contact.not_before, contact.reaches) == (0, 0, "")
    assert shown(stage) == (AgentState.UNAVAILABLE, "Declined a call")


@pytest.mark.parametrize(("left", "again"), [(1, True), (0, False)])
def test_who_calls_back_rings_again_until_the_time_is_over(left: int, again: bool) -> None:
    stage = called_back(after=3_590_000)
    key = stage.contact().key
    stage.pass_time(10_000 - left)
    stage.give(Decline(SAM, key))
    contact = stage.contact(key)
    assert contact.phase is Phase.QUEUED
    assert (contact.attempts, contact.not_before) == ((1, stage.now + 5_000) if again else (0, 0))
    assert shown(stage) == (LUNCH if again else (AgentState.UNAVAILABLE, "Declined a call"))
