"""Who hears whom: how each contact shows the parties of a conversation, whose orders it fulfils, and who is left."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    Command,
    Consult,
    Dial,
    DialEmergency,
    Done,
    End,
    Hold,
    Merge,
    Mute,
    Resume,
    StartRecord,
    Swap,
    Transfer,
)
from connector.domain.directory import Directory, RecordingMode
from connector.domain.effects import EndLeg, Mix, SetRecording
from connector.domain.events import (
    AskRefused,
    CallerMatched,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegsMixed,
    RecordingChanged,
)
from connector.domain.model import Contact, LegState, Outcome, Phase, Record, Recording, Role
from connector.errors import NotAllowed
from tests.domain.stage import JONAS, MIA, SAM, START, Stage, go, with_skill
from tests.domain.test_attend import goal, left_alone, three
from tests.domain.test_consult import BLIND, FRAUD, OFFICE, PRIYA, asked, asking, call, conference, parties, theirs
from tests.domain.test_departures import agent_of, customer_of
from tests.domain.test_two_calls import ROSA, called_by_jonas, two_calls

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
CALLED, ANSWERED = START, START + 4_000


def joins(stage: Stage, key: str, target: str = "fraud") -> str:
    """Somebody is asked who answers, and is let in; the leg."""
    kind, agent = ("entry" if target == "fraud" else "number"), stage.contact(key).agent
    assert agent is not None
    go(stage, Consult(agent, key, kind, target))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(agent, key))
    return consulted.id


def shown(contact: Contact) -> list[tuple[str, str, str, str, bool]]:
    """role, whose phone, name, number and whether this agent brought them in; all of them talk together."""
    assert all(leg.joined and leg.state is LegState.CONNECTED for leg in contact.legs)
    return [(leg.role.value, leg.agent, leg.name, leg.number, leg.invited) for leg in contact.legs]


def goals(stage: Stage, key: str) -> list[str]:
    return [ask.goal for ask in stage.contact(key).asked]


# --- how the parties are shown ---------------------------------------------------------------------------------------


def test_a_conference_as_each_of_its_agents_sees_it() -> None:
    stage, key, other = conference()
    number = joins(stage, key)
    assert shown(stage.contact(key)) == [
        ("CUSTOMER", "", "", "", False),
        ("AGENT", "", "", "", False),
        ("CONSULTED", JONAS, "", "", True),
        ("CONSULTED", "", "Card fraud line", FRAUD, True),
    ]
    assert shown(stage.contact(other)) == [
        ("CUSTOMER", "", "", "", False),
        ("AGENT", "", "", "", False),
        ("CONSULTED", SAM, "", "", False),
        ("CONSULTED", "", "Card fraud line", FRAUD, False),
    ]
    assert stage.contact(other).legs[3].id == number
    assert stage.contact(other).legs[0] == stage.contact(key).legs[0]


def test_two_calls_that_were_merged_and_who_their_customers_are() -> None:
    stage, first, second = two_calls()
    stage.give(CallerMatched(second, (MIA_RECORD,)))
    stage.pass_time(1_000)
    go(stage, Merge(SAM, first))
    assert sorted(shown(stage.contact(first))) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", "", "Mia Chen" if stage.contact(second).draft.who.value else "", ROSA, True),
        ("CUSTOMER", "", "", "", False),
    ]
    assert sorted(shown(stage.contact(second))) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", "", "", MIA, True),
        ("CUSTOMER", "", "", "", False),
    ]
    assert stage.contact(second).draft.who.value == MIA_RECORD
    rosa = next(leg for leg in stage.contact(first).legs if leg.role is Role.CONSULTED)
    assert rosa.since == stage.leg(Role.CUSTOMER, second).since == ANSWERED
    assert goals(stage, first) == goals(stage, second) == []


def test_a_colleague_who_called_and_the_customer_as_each_sees_them() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second), Merge(SAM, first))
    jonas = theirs(stage)
    assert sorted(shown(stage.contact(first))) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", JONAS, "", "", True),
        ("CUSTOMER", "", "", "", False),
    ]
    assert sorted(shown(stage.contact(second))) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", "", "", MIA, True),
        ("CUSTOMER", JONAS, "", "", False),
    ]
    assert sorted(shown(jonas)) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", SAM, "", "", False),
        ("CUSTOMER", "", "", "", False),
    ]
    assert (jonas.number, jonas.internal, jonas.sender) == (MIA, False, SAM)
    assert jonas.interaction_key == stage.contact(first).interaction_key


def test_the_other_call_of_a_colleague_is_theirs_in_the_conference() -> None:
    stage, key, other = conference()
    second = stage.give(Dial(JONAS, ROSA, "support", hold=True)).created
    assert second is not None
    stage.obey()
    go(stage, LegAnswered(customer_of(stage, second), stage.now), Merge(JONAS, other))
    rosa = customer_of(stage, second)
    for one, invited in ((key, False), (other, True)):
        assert [leg.invited for leg in stage.contact(one).legs if leg.id == rosa] == [invited]


def test_the_spare_phone_of_who_merged_two_calls_is_let_go() -> None:
    stage, first, second = two_calls()
    spare, kept = agent_of(stage, first), agent_of(stage, second)
    far = (customer_of(stage, first), customer_of(stage, second))
    stage.give(LegsMixed((kept, *far), stage.now))
    assert goal(stage.asks) == [("end", spare, "")]
    assert [ask.contact for ask in stage.asks if isinstance(ask, EndLeg)] == [first]
    assert [leg.id for leg in stage.contact(first).legs] == [far[0], kept, far[1]]
    assert stage.give(LegsMixed((kept, *far), stage.now)).effects == ()


def test_while_both_phones_of_an_agent_are_in_a_conversation_none_is_let_go() -> None:
    stage, first, second = two_calls()
    legs = (agent_of(stage, first), agent_of(stage, second))
    stage.give(LegsMixed((*legs, customer_of(stage, first)), stage.now))
    assert stage.asks == []
    stage.give(LegsMixed((customer_of(stage, first), customer_of(stage, second)), stage.now))
    stage.give(LegsMixed((legs[1], customer_of(stage, second)), stage.now))
    assert stage.asks == []
    assert agent_of(stage, first) == legs[0]


def test_who_is_still_rung_is_not_there_and_what_nobody_knows_is_no_party() -> None:
    stage, key = asking("entry", "fraud")
    customer, mine, number = (leg.id for leg in stage.contact(key).legs)
    change = stage.give(LegsMixed((customer, mine, number, "unknown"), stage.now))
    assert not change.unknown
    assert parties(stage.contact(key)) == {
        "CUSTOMER": ("HELD", True),
        "AGENT": ("CONNECTED", True),
        f"CONSULTED {FRAUD}": ("RINGING", False),
    }
    assert stage.contact(key).consult is not None


def test_legs_that_nobody_knows_hear_each_other() -> None:
    stage, _ = call()
    change = stage.give(LegsMixed(("x", "y"), stage.now))
    assert (change.unknown, change.contacts, change.effects) == (True, (), ())


def test_what_is_true_already_changes_nothing() -> None:
    stage, key, _ = conference()
    again = LegsMixed(tuple(leg.id for leg in stage.contact(key).legs), stage.now)
    change = stage.give(again)
    assert (change.contacts, change.effects, change.unknown) == ((), (), False)


# --- in and out -------------------------------------------------------------------------------------------------------


def test_an_agent_steps_out_for_a_consult_and_comes_back() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    assert [leg.joined for leg in stage.contact(key).legs] == [True, False, True, False]
    assert [leg.joined for leg in stage.contact(other).legs] == [True, True, True]
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    assert [leg.joined for leg in stage.contact(key).legs] == [True, False, True, False]
    go(stage, LegEnded(consulted.id, "normal", stage.now), Resume(SAM, key))
    assert [leg.joined for leg in stage.contact(key).legs] == [True, True, True]


def test_who_has_stepped_out_is_not_among_those_who_talk_on() -> None:
    stage, key, other = conference()
    joins(stage, key)
    go(stage, Consult(JONAS, other, "agent", PRIYA))
    stage.asks.clear()
    stage.give(Consult(SAM, key, "number", "+14155550177"))
    mix = stage.asks[0]
    assert isinstance(mix, Mix)
    customer, _, _, number = (leg.id for leg in stage.contact(key).legs[:4])
    assert (mix.talking, mix.parked) == ((customer, number), ())


def test_a_colleague_at_the_far_end_who_talks_with_others_has_gone_to_them() -> None:
    """Jonas, who called Priya directly, asks a number in private: that one is no party of Priya's before the merge."""
    stage, _ = call()
    go(stage, Dial(JONAS, "2043", "support"))
    theirs_key = theirs(stage).key
    (priyas,) = stage.agent(PRIYA).contacts
    go(stage, Answer(PRIYA, priyas), Consult(JONAS, theirs_key, "entry", "fraud"))
    consulted = stage.contact(theirs_key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    assert parties(stage.contact(priyas)) == {"CUSTOMER " + JONAS: ("CONNECTED", True), "AGENT": ("HELD", True)}
    assert len(stage.contact(theirs_key).legs) == 3
    go(stage, Merge(JONAS, theirs_key))
    assert sorted(shown(stage.contact(priyas))) == [
        ("AGENT", "", "", "", False),
        ("CONSULTED", "", "Card fraud line", FRAUD, False),
        ("CUSTOMER", JONAS, "", "", False),
    ]


def test_when_a_colleague_and_a_party_talk_on_the_agent_alone_has_stepped_out() -> None:
    stage, first = call()
    go(stage, Hold(SAM, first))
    second = stage.give(Dial(SAM, "2042")).created
    assert second is not None
    stage.obey()
    go(stage, Answer(JONAS, theirs(stage).key))
    joins(stage, second)
    go(stage, Consult(SAM, second, "number", "+14155550177"))
    assert [leg.joined for leg in stage.contact(second).legs] == [False, True, True, False]


def test_a_colleague_whom_everybody_else_has_left_hears_no_music() -> None:
    stage, _ = call()
    key = stage.give(Dial(JONAS, "2043", "support")).created
    assert key is not None
    stage.obey()
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    number = joins(stage, key)
    go(stage, Consult(JONAS, key, "number", "+14155550177"))
    stage.asks.clear()
    stage.give(LegEnded(number, "normal", stage.now))
    assert [ask for ask in stage.asks if isinstance(ask, Mix)] == []


@pytest.mark.parametrize("held", [True, False])
def test_a_customer_whom_everybody_else_has_left_hears_music_once(held: bool) -> None:
    stage, key = call()
    number = joins(stage, key)
    go(stage, Consult(SAM, key, "number", "+14155550177"))
    customer = customer_of(stage, key)
    if held:
        stage.give(LegHeld(customer, stage.now))
    stage.asks.clear()
    stage.give(LegEnded(number, "normal", stage.now))
    assert goal(stage.asks) == ([] if held else [("mix", "", customer)])


def test_of_several_other_calls_the_one_in_the_ear_is_meant() -> None:
    stage, first, second = two_calls()
    third = stage.give(DialEmergency(SAM, "911")).created
    assert third is not None
    stage.obey()
    go(stage, LegAnswered(customer_of(stage, third), stage.now))
    stage.give(Swap(SAM, first))
    swap = stage.asks[-1]
    assert isinstance(swap, Mix)
    assert swap.parked == (customer_of(stage, third),)
    stage.obey()
    stage.give(Swap(SAM, second))
    swap = stage.asks[-1]
    assert isinstance(swap, Mix)
    assert swap.parked == (customer_of(stage, first),)


# --- orders -----------------------------------------------------------------------------------------------------------


def refused(stage: Stage, key: str) -> None:
    """The last order is refused."""
    ask = stage.contact(key).asked[-1]
    stage.asks.clear()
    stage.give(AskRefused(key, ask.id, "busy", stage.now))


@pytest.mark.parametrize("order", ["resume", "merge", "step_out"])
def test_what_comes_true_late_solves_the_problem_of_that_order_only(order: str) -> None:
    stage, key, other = conference()
    number = ""
    if order != "step_out":
        go(stage, Consult(SAM, key, "entry", "fraud"))
        consulted = stage.contact(key).consulted
        assert consulted is not None
        number = consulted.id
        if order == "resume":
            go(stage, LegEnded(number, "busy", stage.now))
        else:
            go(stage, LegAnswered(number, stage.now))
    customer, mine, jonas = customer_of(stage, key), agent_of(stage, key), agent_of(stage, other)
    orders: dict[str, Command] = {
        "resume": Resume(SAM, key),
        "merge": Merge(SAM, key),
        "step_out": Consult(SAM, key, "entry", "fraud"),
    }
    stage.give(orders[order])
    assert goals(stage, key) == [order]
    refused(stage, key)
    problem = stage.contact(key).problem
    assert problem is not None
    assert problem.order == order
    true = {
        "resume": (customer, mine, jonas),
        "merge": (customer, mine, jonas, number),
        "step_out": (customer, jonas),
    }
    stage.give(Mute(SAM, key))
    refused(stage, key)
    stage.give(LegsMixed(true[order], stage.now))
    problem = stage.contact(key).problem
    assert problem is not None
    assert problem.order == "mute", "that one is not solved by it"


@pytest.mark.parametrize("how", ["in time", "late"])
def test_a_swap_to_the_consulted_one_is_done_when_they_hear_each_other(how: str) -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    mine, customer = agent_of(stage, key), customer_of(stage, key)
    stage.give(Mute(SAM, key))
    stage.give(Swap(SAM, key))
    assert goals(stage, key) == ["mute", "talk"]
    if how == "late":
        refused(stage, key)
        assert stage.contact(key).problem is not None
    stage.give(LegHeld(customer, stage.now))
    stage.give(LegsMixed((mine, consulted.id), stage.now))
    contact = stage.contact(key)
    assert (goals(stage, key), contact.problem) == (["mute"], None)
    assert contact.consult is not None


def test_a_merge_is_done_when_all_hear_each_other_and_the_consult_is_over() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Mute(SAM, key))
    stage.give(Merge(SAM, key))
    stage.asks.clear()
    stage.give(LegsMixed(tuple(leg.id for leg in stage.contact(key).legs), stage.now))
    contact = stage.contact(key)
    assert (goals(stage, key), contact.consult, contact.conference) == (["mute"], None, True)


def test_who_else_talks_does_not_fulfil_an_order() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Merge(SAM, key))
    stage.asks.clear()
    contact = stage.contact(key)
    assert contact.consulted is not None
    stage.give(LegsMixed((agent_of(stage, key), contact.consulted.id), stage.now))
    assert goals(stage, key) == ["merge"]


def test_others_who_talk_do_not_fulfil_an_order_of_the_agent() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    stage.give(Transfer(SAM, key))
    stage.give(LegsMixed((agent_of(stage, other), consulted.id), stage.now))
    assert (stage.contact(key).phase, goals(stage, key)) == (Phase.ACTIVE, ["transfer"])


def test_the_consulted_one_who_talks_with_somebody_else_does_not_fulfil_a_swap() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    stage.give(Swap(SAM, key))
    stage.give(LegsMixed((consulted.id, "x"), stage.now))
    stage.give(LegsMixed((agent_of(stage, key), "x"), stage.now))
    assert goals(stage, key) == ["talk"]


def test_a_customer_who_talks_with_nobody_known_is_not_passed_on() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Transfer(SAM, key))
    stage.give(LegsMixed((customer_of(stage, key), "x"), stage.now))
    assert (stage.contact(key).phase, goals(stage, key)) == (Phase.ACTIVE, ["transfer"])


def test_a_problem_of_merging_is_over_when_it_is_done_after_all() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Merge(SAM, key))
    refused(stage, key)
    legs = tuple(leg.id for leg in stage.contact(key).legs)
    stage.give(LegsMixed(legs, stage.now))
    assert stage.contact(key).problem is None


def test_a_transfer_is_done_when_the_others_talk_without_the_agent() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(Transfer(SAM, key))
    stage.asks.clear()
    customer, mine, number = (leg.id for leg in stage.contact(key).legs)
    stage.give(LegsMixed((customer, mine, number), stage.now))
    assert stage.contact(key).phase is Phase.ACTIVE
    stage.give(LegsMixed((customer, number), stage.now - 10))
    assert (stage.contact(key).phase, stage.contact(key).ended) == (Phase.WRAP_UP, max(ANSWERED, stage.now - 10))
    assert goal(stage.asks) == [("end", mine, "")]


def test_a_skill_that_is_always_recorded_is_recorded_when_all_can_talk_again() -> None:
    skills = with_skill("support", recording=RecordingMode.ALWAYS).skills
    stage, key = asked("entry", "fraud", replace(OFFICE, skills={**OFFICE.skills, "support": skills["support"]}))
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    stage.give(Merge(SAM, key))
    merge = stage.asks.pop()
    stage.asks.clear()
    for event in stage.news_of(merge):
        stage.give(event)
    assert [ask.recording for ask in stage.asks if isinstance(ask, SetRecording)] == [Recording.ON]


def test_who_gets_the_customer_of_a_skill_that_is_always_recorded_is_recorded() -> None:
    skills = with_skill("support", recording=RecordingMode.ALWAYS).skills
    directory = replace(OFFICE, skills={**OFFICE.skills, "support": skills["support"]})
    stage, key = asked(directory=directory)
    assert theirs(stage).recording is Recording.OFF
    go(stage, Transfer(SAM, key))
    assert theirs(stage).recording is Recording.ON


# --- a customer comes -------------------------------------------------------------------------------------------------


def test_who_was_asked_has_the_customer_only_when_the_customer_is_there() -> None:
    stage, key = asked()
    other = theirs(stage).key
    mine, jonas = agent_of(stage, key), agent_of(stage, other)
    stage.give(LegsMixed((mine, jonas), stage.now))
    assert stage.contact(other).asked_by == key
    stage.give(LegsMixed((customer_of(stage, key), jonas), stage.now))
    assert stage.contact(other).asked_by == ""


def test_the_one_who_asked_is_no_customer_of_who_was_asked() -> None:
    """Mia hangs up, and the asking agent talks with the colleague: neither passes the other on."""
    stage, key = asked()
    other = theirs(stage).key
    mine, jonas = agent_of(stage, key), agent_of(stage, other)
    stage.customer_hangs_up(key)
    change = stage.give(LegsMixed((mine, jonas), stage.now))
    assert change.contacts == ()
    assert stage.contact(other).asked_by == key


def test_the_one_who_called_is_no_customer_of_who_was_called() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second), Merge(SAM, first))
    stage.customer_hangs_up(first)
    mine, jonas = agent_of(stage, second), customer_of(stage, second)
    before = stage.contact(second)
    stage.give(LegsMixed((mine, jonas), stage.now))
    assert stage.contact(second) == before


def test_who_was_asked_does_not_get_the_customer_to_whom_the_asker_goes_back() -> None:
    stage, key = asked()
    other = theirs(stage)
    go(stage, Swap(SAM, key))
    now = stage.contact(other.key)
    assert (now.asked_by, now.number, parties(now)) == (
        key,
        "2041",
        {f"CUSTOMER {SAM}": ("CONNECTED", True), "AGENT": ("HELD", True)},
    )


def test_two_colleagues_are_put_through_and_each_has_the_other() -> None:
    stage, key, other = a_colleague_called()
    go(stage, Hold(SAM, key))
    second = stage.give(Dial(SAM, "2043")).created
    assert second is not None
    stage.obey()
    priyas = theirs(stage, PRIYA).key
    go(stage, Answer(PRIYA, priyas), Transfer(SAM, key))
    assert parties(stage.contact(other)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {PRIYA}": ("CONNECTED", True)}
    assert parties(stage.contact(priyas)) == {f"CUSTOMER {JONAS}": ("CONNECTED", True), "AGENT": ("CONNECTED", True)}
    assert (stage.contact(other).number, stage.contact(other).sender) == ("2041", "")
    assert {stage.contact(one).phase for one in (key, second)} == {Phase.WRAP_UP}


def test_those_whom_no_agent_is_with_pass_nobody_on() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Transfer(SAM, key), Done(SAM, key), Dial(JONAS, "2041", "support"))
    (own,) = stage.agent(SAM).contacts
    go(stage, Answer(SAM, own))
    stage.give(LegsMixed((left_alone(stage).legs[0].id, customer_of(stage, own)), stage.now))
    assert (theirs(stage).internal, theirs(stage).sender) == (True, "")


def test_who_was_asked_goes_on_with_a_third_one_when_the_customer_and_who_asked_have_gone() -> None:
    stage, key = asked()
    other = theirs(stage).key
    stage.customer_hangs_up(key)
    number = joins(stage, key)
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert parties(stage.contact(other)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {FRAUD}": ("CONNECTED", True)}
    assert not any(contact.unattended for contact in stage.floor.contacts.values())
    stage.phone_hangs_up(other)
    assert ("end", number, "") in goal(stage.asks)
    assert number not in stage.floor.legs
    assert [task.contact for task in stage.tasks] == [key]


def test_a_colleague_who_has_taken_the_customer_s_place_is_not_left_waiting() -> None:
    stage, key = asked(directory=BLIND)
    stage.customer_hangs_up(key)
    go(stage, Consult(SAM, key, "entry", "fraud"))
    with pytest.raises(NotAllowed, match="not_connected"):
        stage.give(Transfer(SAM, key))


def test_who_has_taken_a_colleague_s_place_is_not_left_waiting_either() -> None:
    stage, key, other = a_colleague_called(BLIND)
    joins(stage, key)
    go(stage, End(JONAS, other), Consult(SAM, key, "agent", PRIYA))
    assert stage.contact(key).internal
    with pytest.raises(NotAllowed, match="not_connected"):
        stage.give(Transfer(SAM, key))


def test_the_number_that_the_customer_called_comes_along() -> None:
    stage, first = call()
    go(stage, Dial(JONAS, "2041", "sales"))
    (second,) = [key for key in stage.agent(SAM).contacts if key != first]
    go(stage, Answer(SAM, second))
    assert theirs(stage).line != stage.contact(first).line
    go(stage, Transfer(SAM, first))
    assert (theirs(stage).line, theirs(stage).number) == (stage.contact(first).line, MIA)


def test_of_a_request_whose_asker_is_unknown_nobody_is_passed_on() -> None:
    """So it may be after a crash in which the disk took one change and not the other."""
    stage, key = asked()
    other = theirs(stage).key
    del stage.floor.contacts[key]
    legs = tuple(leg.id for leg in stage.contact(other).legs)
    stage.give(LegsMixed(legs, stage.now))
    assert stage.contact(other).asked_by == key


def test_a_colleague_who_is_away_for_a_question_of_their_own_is_fetched_by_the_customer() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second))
    third = theirs(stage).key
    go(stage, Consult(JONAS, third, "entry", "fraud"))
    consulted = stage.contact(third).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    assert stage.leg(Role.AGENT, third).joined is False
    stage.give(LegsMixed((customer_of(stage, first), agent_of(stage, third)), stage.now))
    assert [(leg.role, leg.joined) for leg in stage.contact(third).legs] == [
        (Role.CUSTOMER, True),
        (Role.AGENT, True),
        (Role.CONSULTED, False),
    ]
    assert stage.contact(third).legs[2].id == consulted.id
    stage.give(LegsMixed((customer_of(stage, third), agent_of(stage, third), consulted.id), stage.now))
    assert (len(stage.contact(third).joined), stage.contact(third).consult) == (3, None)


def test_who_is_asked_by_the_one_who_gets_the_customer_comes_along_once() -> None:
    stage, first, second = called_by_jonas()
    go(stage, Answer(SAM, second))
    third = theirs(stage).key
    go(stage, Consult(JONAS, third, "entry", "fraud"))
    consulted = stage.contact(third).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    stage.give(LegsMixed((customer_of(stage, first), agent_of(stage, third), consulted.id), stage.now))
    assert [(leg.role, leg.joined) for leg in stage.contact(third).legs] == [
        (Role.CUSTOMER, True),
        (Role.AGENT, True),
        (Role.CONSULTED, True),
    ]
    assert stage.contact(third).consult is None


def a_colleague_called(directory: Directory = OFFICE) -> tuple[Stage, str, str]:
    """Jonas has called Sam, and they talk."""
    stage, first = call(directory)
    go(stage, End(SAM, first), Dial(JONAS, "2041", "support"))
    (second,) = [key for key in stage.agent(SAM).contacts if key != first]
    go(stage, Answer(SAM, second))
    return stage, second, theirs(stage).key


def test_a_colleague_who_called_is_passed_on_to_another_one() -> None:
    stage, key, other = a_colleague_called()
    go(stage, Consult(SAM, key, "agent", PRIYA))
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key), Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert parties(stage.contact(other)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {PRIYA}": ("CONNECTED", True)}
    assert parties(theirs(stage, PRIYA)) == {f"CUSTOMER {JONAS}": ("CONNECTED", True), "AGENT": ("CONNECTED", True)}
    go(stage, End(PRIYA, theirs(stage, PRIYA).key))
    assert stage.contact(other).phase is Phase.WRAP_UP


def test_a_colleague_who_called_is_passed_on_to_a_number() -> None:
    stage, key, other = a_colleague_called()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Transfer(SAM, key))
    assert parties(stage.contact(other)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {FRAUD}": ("CONNECTED", True)}
    again = LegsMixed((agent_of(stage, other), consulted.id), stage.now)
    assert (stage.give(again).contacts, stage.asks) == ((), [])
    go(stage, LegEnded(consulted.id, "normal", stage.now))
    assert stage.contact(other).phase is Phase.WRAP_UP
    assert not any(contact.unattended for contact in stage.floor.contacts.values())


@pytest.mark.parametrize(("kind", "target"), [("agent", PRIYA), ("entry", "fraud"), ("skill", "billing")])
def test_a_colleague_who_called_is_passed_on_to_nobody_who_has_not_answered(kind: str, target: str) -> None:
    stage, key, _ = a_colleague_called(BLIND)
    go(stage, Consult(SAM, key, kind, target))
    with pytest.raises(NotAllowed, match="not_connected"):
        stage.give(Transfer(SAM, key))


# --- an agent goes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recording", [Recording.ON, Recording.OFF])
def test_the_recording_of_who_leaves_is_over(recording: Recording) -> None:
    stage, key = call()
    joins(stage, key)
    if recording is Recording.ON:
        go(stage, StartRecord(SAM, key))
    mine = agent_of(stage, key)
    stage.pass_time(1_000)
    stage.give(LegEnded(mine, "normal", stage.now - 10))
    assert stage.asks[0] == EndLeg(stage.asks[0].id, key, mine)  # type: ignore[union-attr]  # it is an EndLeg
    off = [(ask.contact, ask.recording) for ask in stage.asks if isinstance(ask, SetRecording)]
    assert off == ([(key, Recording.OFF)] if recording is Recording.ON else [])
    assert (stage.contact(key).outcome, stage.contact(key).ended) == (Outcome.ANSWERED, stage.now - 10)


def test_those_who_are_left_have_all_that_belongs_to_the_call() -> None:
    directory = replace(OFFICE, skills={**OFFICE.skills, "support": replace(OFFICE.skills["support"], priority=2)})
    stage, key = call(directory)
    stage.floor.contacts[key] = replace(stage.contact(key), emergency="local", address="hq")
    joins(stage, key)
    stage.pass_time(60_000)
    before = stage.contact(key)
    go(stage, End(SAM, key))
    assert left_alone(stage) == Contact(
        key=left_alone(stage).key,
        interaction_key=before.interaction_key,
        kind=before.kind,
        phase=Phase.ACTIVE,
        number=MIA,
        line=before.line,
        skill="support",
        started=CALLED,
        answered=stage.now,
        priority=2,
        emergency="local",
        address="hq",
        match=before.match,
        legs=(before.legs[0], before.legs[2]),
    )


def test_who_is_asked_in_private_is_not_left_with_the_others() -> None:
    stage, key = call()
    first = joins(stage, key)
    go(stage, Consult(SAM, key, "number", "+14155550177"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    mine, customer = agent_of(stage, key), customer_of(stage, key)
    stage.give(LegEnded(mine, "normal", stage.now))
    assert [leg.id for leg in left_alone(stage).legs] == [customer, first]
    assert {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)} == {consulted.id, mine}


def test_those_with_whom_an_agent_stays_need_nobody_else() -> None:
    stage, key, other = conference()
    number = joins(stage, key)
    mine = agent_of(stage, key)
    stage.give(LegEnded(mine, "normal", stage.now))
    assert not any(contact.unattended for contact in stage.floor.contacts.values())
    assert [leg.id for leg in stage.contact(other).legs] == [customer_of(stage, other), agent_of(stage, other), number]
    assert {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)} == {mine}


def test_two_calls_are_put_through_and_left_to_each_other_once() -> None:
    stage, first, second = two_calls()
    far = {customer_of(stage, first), customer_of(stage, second)}
    phones = {agent_of(stage, first), agent_of(stage, second)}
    go(stage, Transfer(SAM, first))
    assert {leg.id for leg in left_alone(stage).legs} == far
    assert [leg.role for leg in left_alone(stage).legs] == [Role.CUSTOMER, Role.CONSULTED]
    assert set(stage.floor.legs) == far
    assert not phones & set(stage.floor.legs)


def test_those_without_an_agent_who_are_mixed_with_another_call_are_in_both() -> None:
    stage, left = three()
    first = left.legs[0].id
    stage.give(LegsMixed(tuple(leg.id for leg in left.legs), stage.now))
    assert left_alone(stage) == left
    assert stage.asks == []
    assert first in stage.floor.legs


@pytest.mark.parametrize("phase", ["rings", "answered"])
def test_what_is_left_of_a_request_is_nothing(phase: str) -> None:
    stage, key = asking()
    other = theirs(stage).key
    if phase == "answered":
        go(stage, Answer(JONAS, other), Mute(JONAS, other))
        stage.give(RecordingChanged(other, Recording.ON, stage.now))
        assert (stage.contact(other).muted, stage.contact(other).recording) == (True, Recording.ON)
    else:
        stage.give(Answer(JONAS, other))
        assert goals(stage, other) == ["answer"]
    stage.pass_time(1_000)
    mine = agent_of(stage, key)
    change = stage.give(LegEnded(mine, "normal", stage.now))
    closed = next(contact for contact in change.contacts if contact.key == other)
    assert (closed.phase, closed.outcome) == (Phase.CLOSED, Outcome.ABANDONED)
    assert (closed.ended, closed.closed, closed.legs, closed.asked) == (stage.now, stage.now, (), ())
    assert (closed.muted, closed.recording) == (False, Recording.OFF)
