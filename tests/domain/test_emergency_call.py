"""The emergency call itself, to the letter: the contact, the number shown, and what is asked of whom it interrupts."""

import pytest
from msgspec.structs import replace

from connector.domain.address import CivicAddress
from connector.domain.commands import (
    Consult,
    DialEmergency,
    End,
    Hold,
    Merge,
    Resume,
    SetState,
    Transfer,
    Visit,
)
from connector.domain.directory import Directory, Skill
from connector.domain.effects import AskSwitch, EndLeg, Mix, PlaceCall, PushState, RaiseAlarm
from connector.domain.events import LegAnswered
from connector.domain.model import (
    AgentState,
    Ask,
    Contact,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Phase,
    Record,
    Role,
)
from connector.errors import BadInput
from tests.domain.stage import DIRECTORY, SAM, START, Stage, dialling, go, on_a_call

PLACE = CivicAddress("US", "CA", "San Francisco", "Market St", "1", postal_code="94105")
DESK = "1 Market St, San Francisco, CA 94105"
SHOWN = "+14155550100"
CASE = Record("500000000000001AAA", "Case", "Charged twice")


def with_sam(**changes: object) -> Directory:
    sam = replace(DIRECTORY.agents[SAM], **changes)
    return replace(DIRECTORY, agents={**DIRECTORY.agents, SAM: sam})


def test_the_contact_is_live_from_the_first_moment() -> None:
    stage = Stage(with_sam(address=PLACE, address_verified=True))
    stage.give(Visit(SAM, CASE))
    change = stage.give(DialEmergency(SAM, "9911"))
    key = change.created
    assert key is not None
    agent = Leg(f"{key}.1", Role.AGENT, LegState.DIALING, START)
    customer = Leg(f"{key}.2", Role.CUSTOMER, LegState.DIALING, START)
    assert stage.contact(key) == Contact(
        key=key,
        interaction_key=key,
        kind=Kind.OUTBOUND,
        phase=Phase.ACTIVE,
        number="911",
        line=SHOWN,
        skill="support",
        started=START,
        match=Match(MatchState.NONE),
        agent=SAM,
        legs=(agent, customer),
        asked=(Ask(key, "dial", START, START + 5_000),),
        visited=(CASE,),
        priority=1,
        emergency="local",
        address=DESK,
    )
    place = PlaceCall(key, key, agent.id, customer.id, "2041", "911", SHOWN, "sim-local", PLACE, "sim-national")
    assert change.effects == (
        PushState(SAM),
        AskSwitch(place),
        RaiseAlarm(SAM, key, "911", SHOWN, DESK, START),
    )
    sam = stage.agent()
    assert (sam.state, sam.contacts, sam.reached_by, sam.reached_until) == (
        AgentState.WORKING,
        (key,),
        SHOWN,
        START + 3_600_000,
    )


def test_what_is_no_emergency_number_is_named() -> None:
    with pytest.raises(BadInput) as refusal:
        Stage().give(DialEmergency(SAM, " 555 "))
    assert str(refusal.value) == "'555' is no emergency number here."


def skills(*given: Skill) -> Directory:
    return replace(with_sam(skills={}), skills={skill.id: skill for skill in given})


INBOUND_ONLY = Skill("in", "In", caller_id="+14155550191")
WITHOUT_NUMBER = Skill("none", "None", outbound=True)
OTHERS = Skill("other", "Other", outbound=True, caller_id="+14155550192")


@pytest.mark.parametrize(
    ("directory", "line"),
    [
        (skills(INBOUND_ONLY), ""),
        (skills(INBOUND_ONLY, OTHERS), "+14155550192"),
        (skills(WITHOUT_NUMBER), ""),
        (skills(WITHOUT_NUMBER, OTHERS), "+14155550192"),
    ],
)
def test_only_the_number_of_a_skill_that_calls_out_is_shown(directory: Directory, line: str) -> None:
    stage = Stage(directory)
    stage.give(DialEmergency(SAM, "911"))
    assert stage.contact().line == line


def test_a_call_from_the_answering_point_is_not_the_one_that_is_made() -> None:
    stage, key = on_a_call()
    stage.floor.contacts[key] = replace(stage.contact(), number="911")
    change = stage.give(DialEmergency(SAM, "911"))
    assert change.created not in (None, key)


# --- whom it interrupts ----------------------------------------------------------------------------------------------


def asked_after(stage: Stage) -> list[object]:
    """What is asked beside the call itself; ids of asks are left out."""
    stage.asks.clear()
    stage.give(DialEmergency(SAM, "911"))
    first, *others = stage.asks
    assert isinstance(first, PlaceCall)
    return [replace(ask, id="") if isinstance(ask, Mix | EndLeg) else ask for ask in others]


def legs_of(stage: Stage, key: str) -> tuple[str, str]:
    return stage.leg(Role.AGENT, key).id, stage.leg(Role.CUSTOMER, key).id


def test_a_call_is_put_on_hold() -> None:
    stage, key = on_a_call()
    mine, customer = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (mine,), (customer,))]
    assert [ask.goal for ask in stage.contact(key).asked] == ["hold"]


def test_one_that_waits_on_hold_or_is_about_to_is_left_so() -> None:
    for obeys in (True, False):
        stage, key = on_a_call()
        stage.give(Hold(SAM, key))
        if obeys:
            stage.obey()
        before = stage.contact(key)
        assert asked_after(stage) == []
        assert stage.contact(key) == before


def test_one_that_is_about_to_come_back_is_put_on_hold_again() -> None:
    stage, key = on_a_call()
    go(stage, Hold(SAM, key))
    stage.give(Resume(SAM, key))
    mine, customer = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (mine,), (customer,))]
    assert [ask.goal for ask in stage.contact(key).asked] == ["resume", "hold"]


def test_one_that_rings_is_not_dialled_any_further_and_one_that_ends_is_left_to_end() -> None:
    stage, key = dialling()
    assert asked_after(stage) == [EndLeg("", key, stage.leg(Role.CUSTOMER, key).id)]
    for make in (on_a_call, dialling):
        stage, key = make()
        stage.give(End(SAM, key))
        before = stage.contact(key)
        assert asked_after(stage) == []
        assert stage.contact(key) == before


def consulting(answered: bool = True) -> tuple[Stage, str, str]:
    """Sam asks a number in private, Mia waits; the consulted leg is the last."""
    stage, key = on_a_call()
    go(stage, Consult(SAM, key, "number", "+18005550199"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    if answered:
        go(stage, LegAnswered(consulted.id, stage.now))
    return stage, key, consulted.id


def test_in_a_consult_both_wait() -> None:
    stage, key, consulted = consulting()
    mine, customer = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (mine,), (customer, consulted))]
    assert stage.contact(key).consult is not None


def test_a_consult_that_rings_is_given_up() -> None:
    stage, key, consulted = consulting(answered=False)
    assert asked_after(stage) == [EndLeg("", key, consulted)]
    assert stage.contact(key).consult is None


def conference() -> tuple[Stage, str, str]:
    stage, key, consulted = consulting()
    go(stage, Merge(SAM, key))
    assert stage.contact(key).conference
    return stage, key, consulted


def test_a_conference_goes_on_without_the_agent() -> None:
    stage, key, consulted = conference()
    _, customer = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (customer, consulted), ())]


def test_from_a_conference_the_one_asked_in_private_waits_and_the_others_talk_on() -> None:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "number", "+18005550198"))
    private = stage.contact(key).consulted
    assert private is not None
    go(stage, LegAnswered(private.id, stage.now))
    mine, _ = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (mine,), (private.id,))]


@pytest.mark.parametrize("order", [Merge, Transfer])
def test_who_is_about_to_come_together_does_so_without_the_agent(order: type[Merge] | type[Transfer]) -> None:
    stage, key, _ = consulting()
    stage.give(order(SAM, key))
    mine, _ = legs_of(stage, key)
    assert asked_after(stage) == [Mix("", key, (mine,), ())]


def test_an_offered_call_is_for_others() -> None:
    stage = Stage()
    stage.give(SetState(SAM, AgentState.AVAILABLE))
    key = stage.ring_in()
    stage.obey()
    ringing = stage.leg(Role.AGENT, key).id
    assert asked_after(stage) == [EndLeg("", key, ringing)]
    assert (stage.contact(key).phase, stage.contact(key).agent) == (Phase.QUEUED, None)
