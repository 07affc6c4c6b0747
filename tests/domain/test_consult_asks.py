"""Consults: what exactly is asked of the switch, what the colleague gets, and what is left when it is over."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Abandon, Answer, Consult, Decline, LogOut, Resume, SetState, Visit
from connector.domain.decide import deadline
from connector.domain.directory import Directory, Entry
from connector.domain.effects import AskSwitch, CallParty, EndLeg, Mix, Offer, SwitchAsk
from connector.domain.events import LegAnswered, LegEnded, LegHeld, LegRinging, LegsMixed, PhoneChanged
from connector.domain.model import (
    AgentState,
    Contact,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Phase,
    Problem,
    Record,
    Role,
)
from connector.domain.model import Consult as Asking
from connector.domain.step import Change
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, SAM, START, Stage, asks_again, go, on_a_call
from tests.domain.test_consult import FRAUD, OFFICE, PRIYA, asked, asking, call, conference, theirs

CASE = Record("500000000000001AAA", "Case", "Charged twice")
SUPPORT = DIRECTORY.skills["support"]


def urgent(**changes: str) -> Directory:
    """Calls to support have priority 2."""
    return replace(OFFICE, skills={**OFFICE.skills, "support": replace(SUPPORT, priority=2, **changes)})


def consulting(kind: str, target: str, directory: Directory = OFFICE) -> tuple[Stage, str, list[SwitchAsk]]:
    """Sam has just asked, nine seconds into the call; what the switch was asked after the hold."""
    stage, key = call(directory)
    stage.give(Visit(JONAS, CASE))
    stage.pass_time(5_000)
    stage.give(Consult(SAM, key, kind, target))
    hold, *asks = stage.asks
    assert isinstance(hold, Mix)
    assert (hold.talking, hold.parked) == ((stage.leg(Role.AGENT, key).id,), ("in-1",))
    return stage, key, asks


def ends(change: Change) -> list[tuple[str, str, str]]:
    """Contact, leg and cause of each; nothing else is asked."""
    asks = [effect.ask for effect in change.effects if isinstance(effect, AskSwitch)]
    assert all(isinstance(ask, EndLeg) for ask in asks)
    return [(ask.contact, ask.leg, ask.cause) for ask in asks if isinstance(ask, EndLeg)]


def consulted_leg(stage: Stage, key: str) -> Leg:
    found = stage.contact(key).consulted
    assert found is not None
    return found


# --- what is asked -------------------------------------------------------------------------------------------------


def test_a_colleague_is_offered_a_request_with_the_agent_at_its_far_end() -> None:
    stage, key, asks = consulting("agent", JONAS)
    request, mine = theirs(stage), stage.leg(Role.AGENT, key)
    now = START + 9_000
    leg = stage.leg(Role.AGENT, request.key).id
    assert request == Contact(
        key=request.key,
        interaction_key=key,
        kind=Kind.INBOUND,
        phase=Phase.OFFERED,
        number="2041",
        line=LINE,
        skill="support",
        started=now,
        match=Match(MatchState.NONE),
        agent=JONAS,
        legs=(
            Leg(mine.id, Role.CUSTOMER, LegState.CONNECTED, mine.since, agent=SAM),
            Leg(leg, Role.AGENT, LegState.DIALING, now),
        ),
        offered=now,
        internal=True,
        direct=True,
        visited=(CASE,),
        asked_by=key,
    )
    assert stage.contact(key).consult == Asking("agent", JONAS, "Jonas Weber", now, leg, request.key, "2042")
    assert consulted_leg(stage, key) == Leg(
        leg, Role.CONSULTED, LegState.DIALING, now, joined=False, agent=JONAS, invited=True
    )
    assert asks == [Offer(request.key, mine.id, leg, "2042")]
    assert stage.agent(JONAS).state is AgentState.WORKING


@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [
        ("entry", "fraud", "Card fraud line"),
        ("entry", "nameless", "+1 800 555 0199"),
        ("number", "(800) 555-0199", "+1 800 555 0199"),
    ],
)
def test_a_number_is_called_beside_the_conversation(kind: str, target: str, name: str) -> None:
    directory = replace(OFFICE, entries=(*OFFICE.entries, Entry("nameless", "", FRAUD)))
    stage, key, asks = consulting(kind, target, directory)
    leg, now = consulted_leg(stage, key), START + 9_000
    assert stage.contact(key).consult == Asking(kind, target, name, now, leg.id, "", FRAUD)
    assert leg == Leg(leg.id, Role.CONSULTED, LegState.DIALING, now, False, "", name, FRAUD, True)
    assert asks == [CallParty(key, key, leg.id, stage.leg(Role.AGENT, key).id, FRAUD, LINE)]
    assert len(stage.floor.contacts) == 1


def test_a_skill_s_queue_holds_the_request_with_the_customer_s_age_and_priority() -> None:
    stage, key, asks = consulting("skill", "billing", urgent())
    mine = stage.leg(Role.AGENT, key)
    (waits,) = stage.floor.queues["billing"]
    assert stage.contact(waits) == Contact(
        key=waits,
        interaction_key=key,
        kind=Kind.INBOUND,
        phase=Phase.QUEUED,
        number="2041",
        line=LINE,
        skill="billing",
        started=START,
        match=Match(MatchState.NONE),
        legs=(Leg(mine.id, Role.CUSTOMER, LegState.CONNECTED, mine.since, agent=SAM),),
        internal=True,
        priority=2,
        asked_by=key,
    )
    assert stage.contact(key).consult == Asking("skill", "billing", "Billing", START + 9_000, "", waits)
    assert asks == []


def test_who_is_taken_off_the_directory_can_ask_yet_and_has_no_extension() -> None:
    stage, key = call()
    stage.directory = replace(OFFICE, agents={JONAS: OFFICE.agents[JONAS]})
    stage.give(Consult(SAM, key, "agent", JONAS))
    far = stage.leg(Role.CUSTOMER, theirs(stage).key)
    assert (theirs(stage).number, far.agent) == ("", SAM)


@pytest.mark.parametrize(
    ("line", "without", "shown"),
    [
        (LINE, (), "+14155550100"),
        (BILLING_LINE, (), "+14155550100"),
        (BILLING_LINE, ("support",), BILLING_LINE),
        (LINE, ("support",), LINE),
    ],
)
def test_a_number_is_shown_the_skill_s_caller_id_or_one_of_the_agent_s(
    line: str, without: tuple[str, ...], shown: str
) -> None:
    """Billing has no caller id; Sam may dial with support."""
    stage, key = on_a_call(line, OFFICE)
    skills = {key: replace(known, caller_id="") if key in without else known for key, known in OFFICE.skills.items()}
    stage.directory = replace(OFFICE, skills=skills)
    stage.give(Consult(SAM, key, "entry", "fraud"))
    party = stage.asks[-1]
    assert isinstance(party, CallParty)
    assert party.caller_id == shown


UNKNOWN = {
    ("agent", SAM): f"No other agent is {SAM!r}: choose from the list.",
    ("agent", "nobody"): "No other agent is 'nobody': choose from the list.",
    ("skill", "nothing"): "'nothing' is no skill: choose one of support, billing, sales.",
    ("entry", "gone"): "The address book has no such entry (any more): search again.",
}


@pytest.mark.parametrize(("kind", "target"), list(UNKNOWN))
def test_a_choice_that_does_not_exist_is_named_with_the_cure(kind: str, target: str) -> None:
    stage, key = call()
    with pytest.raises(BadInput) as refusal:
        stage.give(Consult(SAM, key, kind, target))
    assert (refusal.value.code, refusal.value.field) == ("choice_unknown", "to")
    assert str(refusal.value) == UNKNOWN[kind, target]


@pytest.mark.parametrize(
    ("how", "code"), [("logged out", "agent_logged_out"), ("no phone", "agent_no_phone"), ("here", "agent_busy")]
)
def test_a_colleague_who_cannot_be_called(how: str, code: str) -> None:
    stage, key, _ = conference() if how == "here" else (*call(), "")
    if how == "logged out":
        stage.give(LogOut(JONAS))
    if how == "no phone":
        stage.give(PhoneChanged("2042", False))
    with pytest.raises(NotAllowed, match=r"^Jonas Weber cannot be called now\.$") as refusal:
        stage.give(Consult(SAM, key, "agent", JONAS))
    assert refusal.value.code == code


# --- it is answered ------------------------------------------------------------------------------------------------


def mix_after_answer(stage: Stage, key: str) -> tuple[set[str], tuple[str, ...]]:
    """What the switch is asked when the number that was called answers."""
    stage.asks.clear()
    stage.give(LegAnswered(consulted_leg(stage, key).id, stage.now))
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert mix.contact == key
    return set(mix.talking), mix.parked


@pytest.mark.parametrize("held", [True, False])
def test_they_talk_and_the_customer_hears_music(held: bool) -> None:
    stage, key, _ = consulting("entry", "fraud")
    if held:
        stage.obey()
    leg, mine = consulted_leg(stage, key).id, stage.leg(Role.AGENT, key).id
    assert mix_after_answer(stage, key) == ({mine, leg}, () if held else ("in-1",))


def test_who_went_back_to_the_customer_stays_and_the_consulted_one_hears_music() -> None:
    stage, key = asking("entry", "fraud")
    go(stage, Resume(SAM, key))
    leg, mine = consulted_leg(stage, key).id, stage.leg(Role.AGENT, key).id
    assert mix_after_answer(stage, key) == ({mine, "in-1"}, (leg,))


@pytest.mark.parametrize("out", [True, False])
def test_from_a_conference_the_agent_talks_to_them_and_nobody_is_parked(out: bool) -> None:
    """Also when the switch has not said yet that the agent has stepped out."""
    stage, key, _ = conference()
    stage.give(Consult(SAM, key, "entry", "fraud"))
    if out:
        stage.obey()
    leg, mine = consulted_leg(stage, key).id, stage.leg(Role.AGENT, key).id
    assert mix_after_answer(stage, key) == ({mine, leg}, ())


# --- it is over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("busy", "consult_busy"),
        ("no_answer", "consult_no_answer"),
        ("declined", "consult_declined"),
        ("failed", "consult_failed"),
        ("wrong_number", "consult_wrong_number"),
        ("normal", "consult_hung_up"),
        ("cancelled", "consult_no_answer"),
        ("unheard of", "consult_failed"),
    ],
)
def test_the_agent_is_told_why_nobody_is_there(cause: str, code: str) -> None:
    stage, key = asking("entry", "fraud")
    leg = consulted_leg(stage, key).id
    change = stage.give(LegEnded(leg, cause, stage.now))
    contact = stage.contact(key)
    assert (contact.problem, contact.consult) == (Problem(code, "consult", stage.now), None)
    assert [known.role for known in contact.legs] == [Role.CUSTOMER, Role.AGENT]
    assert ends(change) == [(key, leg, "")]


def test_it_rings_for_the_configured_time_and_is_ended() -> None:
    stage, key = asking("entry", "fraud")
    leg = consulted_leg(stage, key).id
    assert deadline(stage.contact(key), OFFICE) == (START + 49_000, "consult")
    stage.pass_time(44_999)
    assert stage.contact(key).consult is not None
    stage.pass_time(1)
    assert [(ask.leg, ask.cause) for ask in stage.asks if isinstance(ask, EndLeg)] == [(leg, "")]
    assert stage.contact(key).problem == Problem("consult_no_answer", "consult", START + 49_000)
    assert len(stage.contact(key).legs) == 2


def test_given_up_while_a_colleague_is_rung_nothing_is_left_of_it() -> None:
    stage, key = asking()
    request = theirs(stage)
    leg = consulted_leg(stage, key).id
    change = stage.give(Abandon(SAM, key))
    contact = stage.contact(key)
    assert (contact.consult, contact.problem, len(contact.legs)) == (None, None, 2)
    assert ends(change) == [(key, leg, ""), (request.key, leg, "")]
    assert change.forgotten == (request.key,)
    assert stage.agent(JONAS).contacts == ()
    assert stage.floor.queues == {}


def test_given_up_while_a_number_is_rung_its_leg_is_ended() -> None:
    stage, key = asking("entry", "fraud")
    leg = consulted_leg(stage, key).id
    assert ends(stage.give(Abandon(SAM, key))) == [(key, leg, "")]


def test_given_up_while_it_waits_in_a_queue_it_waits_no_more() -> None:
    stage, key = asking("skill", "billing")
    (request,) = stage.floor.queues["billing"]
    change = stage.give(Abandon(SAM, key))
    assert (change.queues, change.forgotten, ends(change)) == ({"billing": ()}, (request,), [])
    assert stage.contact(key).consult is None


def test_a_request_that_is_forgotten_was_no_task() -> None:
    stage, key = asking()
    change = stage.give(Decline(JONAS, theirs(stage).key))
    (closed,) = (contact for contact in change.contacts if contact.key != key)
    assert (closed.phase, closed.legs, closed.save.wanted) == (Phase.CLOSED, (), 0)
    assert stage.tasks == []


def test_who_declines_a_request_out_of_a_queue_is_out_of_it_at_once() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    request = theirs(stage, PRIYA)
    leg = consulted_leg(stage, key)
    assert (leg.agent, leg.state, leg.id) == (PRIYA, LegState.DIALING, stage.leg(Role.AGENT, request.key).id)
    known = stage.contact(key).consult
    assert known is not None
    stage.give(Decline(PRIYA, request.key))
    contact = stage.contact(key)
    assert [known.role for known in contact.legs] == [Role.CUSTOMER, Role.AGENT]
    assert (contact.consult, contact.problem) == (replace(known, leg=""), None)


def test_an_agent_who_asks_somebody_else_meanwhile_does_not_lose_them() -> None:
    """Mia hangs up while Sam asks Jonas, and they talk on; then Sam asks Priya, and Jonas hangs up."""
    stage, key = asked()
    other = theirs(stage).key
    stage.customer_hangs_up(key)
    go(stage, Consult(SAM, key, "agent", PRIYA))
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    stage.phone_hangs_up(other)
    stage.obey()
    contact = stage.contact(key)
    assert (contact.phase, contact.problem) == (Phase.ACTIVE, None)
    assert [(leg.role, leg.agent) for leg in contact.legs] == [(Role.AGENT, ""), (Role.CUSTOMER, PRIYA)]
    assert theirs(stage, PRIYA).phase is Phase.ACTIVE


def test_a_customer_whom_the_others_have_left_alone_hears_music_when_it_is_over() -> None:
    stage, key, other = conference()
    stage.give(Consult(SAM, key, "entry", "fraud"))
    stage.asks.clear()
    stage.give(LegEnded(stage.leg(Role.AGENT, other).id, "normal", stage.now))
    stage.give(LegsMixed(("in-1",), stage.now))
    assert not any(isinstance(ask, Mix) for ask in stage.asks)
    stage.give(LegEnded(consulted_leg(stage, key).id, "busy", stage.now))
    park = stage.asks[-1]
    assert isinstance(park, Mix)
    assert (park.contact, park.talking, park.parked) == (key, (), ("in-1",))


# --- the switch comes back -----------------------------------------------------------------------------------------


def again(stage: Stage) -> list[SwitchAsk]:
    return [effect.ask for effect in asks_again(stage.floor, stage.directory) if not isinstance(effect.ask, Mix)]


def test_a_number_that_the_switch_may_not_have_been_asked_to_call_is_asked_for_again() -> None:
    stage, key, asks = consulting("entry", "fraud")
    assert asks[0] in again(stage)
    stage.give(LegHeld("in-1", stage.now))
    leg = consulted_leg(stage, key).id
    stage.give(LegRinging(leg, stage.now))
    assert not any(isinstance(ask, CallParty) for ask in again(stage))


@pytest.mark.parametrize(("kind", "target"), [("agent", JONAS), ("skill", "billing")])
def test_a_colleague_is_offered_the_request_again_and_no_number_is_called(kind: str, target: str) -> None:
    stage, _, asks = consulting(kind, target)
    assert not any(isinstance(ask, CallParty) for ask in again(stage))
    assert [ask for ask in again(stage) if isinstance(ask, Offer)] == asks
