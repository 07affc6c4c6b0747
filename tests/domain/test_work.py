"""Work items and e-mails: no phone, no switch; and a call may interrupt an e-mail."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    Decline,
    Dial,
    Done,
    End,
    Finish,
    GiveBack,
    Hold,
    LogOut,
    SaveDraft,
    SetState,
    Visit,
)
from connector.domain.directory import RecordingMode
from connector.domain.effects import Offer, PopRecord, PopUrl, PushState, QueuesChanged, WithdrawPop
from connector.domain.events import (
    AgentDeadlinePassed,
    CallbackRequested,
    LegAnswered,
    LegEnded,
    PanelsChanged,
    PhoneChanged,
    WorkDelivered,
)
from connector.domain.model import (
    AgentState,
    Contact,
    Draft,
    Kind,
    Link,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Role,
)
from connector.domain.routing import interruptible
from connector.domain.rules.allowed import controls
from connector.domain.step import Stamp, Step
from connector.errors import NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, START, Stage, available, go, with_skill

CASE = Record("500000000000001AAA", "Case", "Charged twice")
MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
ITEM, MAIL = Kind.WORK_ITEM, Kind.EMAIL
BOTH = pytest.mark.parametrize("kind", [ITEM, MAIL])


def delivered(
    key: str = "w-1",
    kind: Kind = ITEM,
    *,
    skill: str = "support",
    record: Record | None = None,
    url: str = "",
    title: str = "Refund to approve",
    priority: int = 5,
    at: int = START,
) -> WorkDelivered:
    return WorkDelivered(key, kind, skill, title, (("Amount", "€ 30"),), url, record, priority, at)


def offered(kind: Kind = ITEM, record: Record | None = None, url: str = "") -> Stage:
    stage = Stage()
    available(stage)
    stage.give(delivered(kind=kind, record=record, url=url))
    assert stage.contact("w-1").phase is Phase.OFFERED
    return stage


def at_hand(kind: Kind = ITEM, record: Record | None = None, url: str = "") -> Stage:
    stage = offered(kind, record, url)
    stage.give(Answer(SAM, "w-1"))
    return stage


def interrupted() -> tuple[Stage, str]:
    """Sam had an e-mail at hand, and talks to Mia."""
    stage = at_hand(MAIL)
    key = stage.ring_in()
    stage.obey()
    go(stage, Answer(SAM, key))
    assert stage.contact(key).phase is Phase.ACTIVE
    return stage, key


def can(stage: Stage, key: str = "w-1") -> dict[str, str | None]:
    return controls(stage.floor, stage.contact(key), stage.directory)


# --- from delivery to the Task -------------------------------------------------------------------------------------


@BOTH
def test_it_waits_in_its_skill(kind: Kind) -> None:
    stage = Stage()
    change = stage.give(delivered(kind=kind, skill="billing", record=CASE, url="https://shop.example/7", priority=3))
    assert change.contacts == (
        Contact(
            key="w-1",
            interaction_key="w-1",
            kind=kind,
            phase=Phase.QUEUED,
            number="",
            line="",
            skill="billing",
            started=START,
            match=Match(MatchState.NONE),
            priority=3,
            title="Refund to approve",
            payload=(("Amount", "€ 30"),),
            url="https://shop.example/7",
            record=CASE,
            draft=Draft(what=Link(replace(CASE, why="delivered"), 1, "match")),
        ),
    )
    assert change.effects == (QueuesChanged(),)
    assert stage.floor.queues == {"billing": ("w-1",)}


@BOTH
def test_the_same_one_twice_is_one(kind: Kind) -> None:
    stage = at_hand(kind)
    for other in (delivered(kind=kind, title="Another"), CallbackRequested("w-1", MIA, "", "support", 0, 5, START)):
        change = stage.give(other)
        assert (change.contacts, change.queues, change.effects) == ((), {}, ())


def test_an_unknown_skill_is_the_default_skill() -> None:
    stage = Stage()
    stage.give(delivered(skill="no such skill"))
    assert stage.contact().skill == "support"


@pytest.mark.parametrize(
    ("record", "who", "what"),
    [
        (None, None, None),
        (CASE, None, replace(CASE, why="delivered")),
        (MIA_RECORD, replace(MIA_RECORD, why="delivered"), None),
        (replace(MIA_RECORD, type="Lead"), replace(MIA_RECORD, type="Lead", why="delivered"), None),
    ],
)
def test_its_record_is_name_or_related_to(record: Record | None, who: Record | None, what: Record | None) -> None:
    stage = Stage()
    stage.give(delivered(record=record))
    draft = stage.contact().draft
    assert (draft.who.value, draft.what.value) == (who, what)


@BOTH
def test_it_is_shown_and_no_phone_rings(kind: Kind) -> None:
    stage = offered(kind)
    contact = stage.contact()
    assert (contact.agent, contact.offered, contact.legs, stage.asks) == (SAM, START, (), [])
    assert stage.agent().state is AgentState.WORKING
    assert can(stage) == {"answer": None, "decline": None}


@BOTH
def test_it_needs_no_phone(kind: Kind) -> None:
    stage = Stage(ready=())
    stage.give(delivered(kind=kind))
    available(stage)
    stage.give(Answer(SAM, "w-1"))
    assert stage.contact().phase is Phase.ACTIVE


@BOTH
@pytest.mark.parametrize("state", ["logged out", "away"])
def test_it_needs_an_agent_who_is_available(kind: Kind, state: str) -> None:
    stage = Stage()
    if state == "away":
        stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    stage.give(delivered(kind=kind))
    assert stage.contact().phase is Phase.QUEUED


@BOTH
def test_nothing_is_offered_while_the_switch_is_away(kind: Kind) -> None:
    stage = Stage()
    available(stage)
    stage.floor.switch_up = False
    stage.give(delivered(kind=kind))
    assert stage.contact().phase is Phase.QUEUED


@BOTH
@pytest.mark.parametrize("how", ["declined", "missed"])
def test_not_accepted_it_goes_back_with_its_age(kind: Kind, how: str) -> None:
    stage = offered(kind)
    stage.now += 5_000
    if how == "declined":
        stage.give(Decline(SAM, "w-1"))
    else:
        stage.pass_time(20_000)
    contact = stage.contact()
    assert (contact.phase, contact.agent, contact.started) == (Phase.QUEUED, None, START)
    thing = "a work item" if kind is ITEM else "an e-mail"
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, f"{how.capitalize()} {thing}")
    assert [(missed.name, missed.outcome, missed.kind) for missed in stage.agent().missed] == [
        ("Refund to approve", how, kind)
    ]
    available(stage, JONAS)
    assert stage.contact().agent == JONAS


@BOTH
def test_accepted_it_is_the_agent_s_at_once(kind: Kind) -> None:
    stage = offered(kind)
    stage.pass_time(4_000)
    stage.give(Answer(SAM, "w-1"))
    contact = stage.contact()
    assert (contact.phase, contact.answered, contact.started) == (Phase.ACTIVE, START + 4_000, START)
    assert stage.asks == []
    assert can(stage) == {"finish": None, "give_back": None}
    stage.pass_time(3_600_000)
    assert stage.contact().phase is Phase.ACTIVE


@pytest.mark.parametrize(
    ("record", "url", "expected"),
    [
        (CASE, "", [PopRecord(SAM, "w-1", CASE)]),
        (None, "https://shop.example/7", [PopUrl(SAM, "w-1", "https://shop.example/7")]),
        (CASE, "https://shop.example/7", [PopRecord(SAM, "w-1", CASE)]),
        (None, "", []),
    ],
)
def test_what_opens_when_it_is_accepted(record: Record | None, url: str, expected: list[PopRecord | PopUrl]) -> None:
    stage = offered(record=record, url=url)
    assert not any(isinstance(effect, PopRecord | PopUrl) for effect in stage.effects), "not before"
    stage.give(Answer(SAM, "w-1"))
    assert [effect for effect in stage.effects if isinstance(effect, PopRecord | PopUrl)] == expected


@BOTH
def test_finished_it_is_wrapped_up_and_has_its_task(kind: Kind) -> None:
    stage = at_hand(kind, CASE)
    stage.pass_time(60_000)
    stage.give(SaveDraft(SAM, "w-1", "comments", 1, "Done"))
    stage.give(Finish(SAM, "w-1"))
    contact = stage.contact()
    assert (contact.phase, contact.outcome, contact.ended) == (Phase.WRAP_UP, Outcome.COMPLETED, stage.now)
    assert stage.agent().state is AgentState.WRAP_UP
    (task,) = stage.tasks
    assert task.fields["TaskSubtype"] == ("Task" if kind is ITEM else "Email")
    assert "CallType" not in task.fields
    assert "CallDurationInSeconds" not in task.fields
    assert (task.fields["Subject"], task.fields["WhatId"]) == ("Refund to approve", CASE.id)
    assert (task.fields["Description"], task.fields["OwnerId"], task.fields["CallObject"]) == ("Done", SAM, "w-1")
    stage.give(Done(SAM, "w-1"))
    stage.saved("w-1")
    assert stage.floor.contacts == {}
    assert stage.agent().state is AgentState.AVAILABLE


def test_a_required_disposition_is_required_of_it_too() -> None:
    stage = Stage(with_skill("support", disposition_required=True, wrap_up=0, recording=RecordingMode.ALWAYS))
    available(stage)
    stage.give(delivered())
    stage.give(Answer(SAM, "w-1"))
    stage.give(Finish(SAM, "w-1"))
    assert (stage.contact().phase, stage.contact().overtime) == (Phase.WRAP_UP, True)
    assert stage.asks == []


@pytest.mark.parametrize(("title", "subject"), [("", "Support EN"), ("  ", "Support EN"), ("x" * 300, "x" * 255)])
def test_the_subject_is_the_title_as_far_as_it_fits(title: str, subject: str) -> None:
    stage = Stage()
    available(stage)
    stage.give(delivered(title=title))
    go(stage, Answer(SAM, "w-1"), Finish(SAM, "w-1"))
    assert stage.tasks[0].fields["Subject"] == subject


def test_its_date_is_the_day_on_which_it_was_dealt_with() -> None:
    stage = Stage()
    stage.give(delivered())
    stage.pass_time(3 * 24 * 3_600_000)
    available(stage)
    go(stage, Answer(SAM, "w-1"), Finish(SAM, "w-1"))
    assert stage.tasks[0].fields["ActivityDate"] == "2026-11-26"


def test_nobody_logs_out_of_it() -> None:
    stage = at_hand()
    with pytest.raises(NotAllowed, match="live_contact"):
        stage.give(LogOut(SAM))


@BOTH
def test_it_does_not_wait_for_the_switch(kind: Kind) -> None:
    stage = offered(kind)
    stage.floor.switch_up = False
    assert can(stage) == {"answer": None, "decline": None}
    stage.give(Answer(SAM, "w-1"))
    assert can(stage) == {"finish": None, "give_back": None}
    stage.give(Finish(SAM, "w-1"))
    assert stage.contact().phase is Phase.WRAP_UP


@pytest.mark.parametrize("order", [Finish, GiveBack])
@pytest.mark.parametrize("when", ["queued", "offered", "wrap-up", "a call"])
def test_finishing_and_giving_back_is_for_what_is_at_hand(order: Callable[[str, str], Finish], when: str) -> None:
    if when == "a call":
        stage, key = interrupted()
    else:
        stage, key = (Stage() if when == "queued" else offered() if when == "offered" else at_hand()), "w-1"
        if when == "queued":
            stage.give(delivered())
        if when == "wrap-up":
            stage.give(Finish(SAM, key))
    with pytest.raises(NotAllowed, match="no_such_contact" if when == "queued" else "not_now"):
        stage.give(order(SAM, key))


# --- given back ----------------------------------------------------------------------------------------------------


@BOTH
def test_given_back_it_waits_with_its_age_and_its_notes_and_the_agent_is_free(kind: Kind) -> None:
    stage = at_hand(kind, CASE)
    stage.give(SaveDraft(SAM, "w-1", "comments", 1, "Half done"))
    stage.give(Visit(SAM, MIA_RECORD))
    accepted = stage.contact()
    stage.pass_time(60_000)
    change = stage.give(GiveBack(SAM, "w-1"))
    assert stage.contact() == replace(
        accepted,
        phase=Phase.QUEUED,
        agent=None,
        offered=None,
        queued=stage.now,
        answered=None,
        visited=(),
        given_back=(SAM, stage.now),
    )
    assert stage.contact().started == START
    assert (stage.agent().state, stage.agent().contacts) == (AgentState.AVAILABLE, ())
    assert (stage.tasks, stage.agent().missed) == ([], ())
    assert change.effects == (WithdrawPop(SAM, "w-1"), PushState(SAM), QueuesChanged())
    stage.effects.clear()
    available(stage, JONAS)
    assert stage.contact().agent == JONAS
    stage.give(Answer(JONAS, "w-1"))
    assert PopRecord(JONAS, "w-1", CASE) in stage.effects


def test_a_colleague_who_is_free_gets_it_at_once() -> None:
    stage = at_hand()
    available(stage, JONAS)
    stage.give(GiveBack(SAM, "w-1"))
    assert stage.contact().agent == JONAS
    assert stage.agent().state is AgentState.AVAILABLE


def test_who_gave_it_back_is_not_offered_it_before_they_did_something_else() -> None:
    stage = at_hand()
    stage.give(GiveBack(SAM, "w-1"))
    stage.pass_time(60_000)
    stage.give(delivered("w-2", at=stage.now))
    assert stage.agent().contacts == ("w-2",), "who waits behind it is offered"
    go(stage, Answer(SAM, "w-2"), Finish(SAM, "w-2"), Done(SAM, "w-2"))
    assert stage.agent().contacts == ("w-1",)


def test_or_chose_another_state() -> None:
    stage = at_hand()
    stage.give(GiveBack(SAM, "w-1"))
    stage.now += 1
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Break"))
    available(stage)
    assert stage.agent().contacts == ("w-1",)


# --- who is offered what -------------------------------------------------------------------------------------------


def test_priority_then_age_over_all_kinds() -> None:
    stage = Stage()
    stage.give(delivered("w-1", at=START))
    stage.now += 1
    key = stage.ring_in()
    stage.give(delivered("w-2", MAIL, at=START + 2))
    stage.give(delivered("w-3", priority=1, at=START + 3))
    assert stage.floor.queues == {"support": ("w-3", "w-1", key, "w-2")}
    for expected in ("w-3", "w-1", key):
        available(stage)
        assert stage.agent().contacts == (expected,)
        go(stage, Decline(SAM, expected))
        stage.give(SetState(JONAS, AgentState.AVAILABLE))
        go(stage, Answer(JONAS, expected))
        if expected == key:
            go(stage, End(JONAS, key))
        else:
            go(stage, Finish(JONAS, expected))
        stage.give(SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"))
        stage.give(Done(JONAS, expected))


def test_work_that_needs_no_phone_does_not_wait_behind_calls_that_need_one() -> None:
    stage = Stage(ready=())
    key = stage.ring_in()
    stage.give(delivered(at=START + 1))
    available(stage)
    assert stage.agent().contacts == ("w-1",)
    assert stage.contact(key).phase is Phase.QUEUED


def test_nothing_more_is_offered_to_who_has_a_work_item() -> None:
    stage = at_hand(ITEM)
    for key in (stage.ring_in(), "w-2", "w-3"):
        if key == "w-2":
            stage.give(delivered("w-2"))
        if key == "w-3":
            stage.give(delivered("w-3", MAIL))
        assert stage.contact(key).phase is Phase.QUEUED


# --- a call interrupts an e-mail -----------------------------------------------------------------------------------


def test_a_call_may_interrupt_an_e_mail() -> None:
    stage, key = interrupted()
    assert stage.agent().contacts == ("w-1", key)
    assert stage.agent().state is AgentState.WORKING
    assert can(stage) == {"finish": "parked", "give_back": "parked"}
    for order in (Finish, GiveBack):
        with pytest.raises(NotAllowed, match="parked"):
            stage.give(order(SAM, "w-1"))
    stage.pass_time(60_000)
    stage.customer_hangs_up(key)
    assert can(stage) == {"finish": None, "give_back": None}
    assert stage.agent().state is AgentState.WORKING
    stage.give(Done(SAM, key))
    assert (stage.agent().state, stage.agent().contacts) == (AgentState.WORKING, ("w-1",))
    go(stage, Finish(SAM, "w-1"), Done(SAM, "w-1"))
    assert stage.agent().state is AgentState.AVAILABLE


def test_a_callback_may_interrupt_it_too() -> None:
    stage = at_hand(MAIL)
    stage.give(CallbackRequested("cb", MIA, "", "support", 0, 5, START))
    assert stage.contact("cb").agent == SAM
    assert can(stage)["finish"] == "parked"


@BOTH
def test_neither_a_second_e_mail_nor_a_work_item_does(kind: Kind) -> None:
    stage = at_hand(MAIL)
    stage.give(delivered("w-2", kind))
    assert stage.contact("w-2").phase is Phase.QUEUED


def test_while_it_rings_it_is_parked_and_a_declined_call_is_the_last() -> None:
    stage = at_hand(MAIL)
    key = stage.ring_in()
    assert can(stage)["finish"] == "parked"
    stage.give(Decline(SAM, key))
    assert can(stage)["finish"] is None
    assert stage.contact(key).phase is Phase.QUEUED
    assert (stage.agent().state, stage.agent().next) == (
        AgentState.WORKING,
        (AgentState.UNAVAILABLE, "Declined a call"),
    )
    stage.ring_in()
    assert stage.agent().contacts == ("w-1",)


def test_who_waits_is_offered_as_soon_as_the_e_mail_is_accepted() -> None:
    stage = Stage()
    stage.give(delivered(kind=MAIL, priority=1))
    available(stage)
    key = stage.ring_in()
    assert stage.contact(key).phase is Phase.QUEUED, "one thing rings at a time"
    stage.give(Answer(SAM, "w-1"))
    assert stage.contact(key).agent == SAM


def test_an_agent_who_is_free_comes_before_one_who_is_interrupted() -> None:
    stage = at_hand(MAIL)
    available(stage, JONAS)
    assert stage.contact(stage.ring_in()).agent == JONAS, "less proficient, but free"
    assert stage.contact(stage.ring_in()).agent == SAM


def test_the_next_call_comes_after_wrap_up_and_not_in_it() -> None:
    stage, key = interrupted()
    waiting = stage.ring_in()
    go(stage, Hold(SAM, key))
    assert stage.contact(waiting).phase is Phase.QUEUED
    stage.customer_hangs_up(key)
    assert stage.contact(waiting).phase is Phase.QUEUED
    stage.give(Done(SAM, key))
    assert stage.contact(waiting).agent == SAM


def test_wrap_up_beside_an_e_mail_ends_by_itself() -> None:
    stage, key = interrupted()
    stage.customer_hangs_up(key)
    stage.pass_time(120_000)
    assert stage.contact(key).phase is Phase.CLOSED
    assert stage.agent().state is AgentState.WORKING


def mail_unwanted(how: str) -> Stage:
    """Sam has an e-mail at hand and is not to be interrupted."""
    stage = at_hand(MAIL)
    match how:
        case "will be away":
            stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
        case "no phone":
            stage.give(PhoneChanged("2041", False))
        case "no panel":
            stage.give(PanelsChanged(SAM, False, stage.now))
            stage.now += 30_000
            stage.give(AgentDeadlinePassed(SAM, "no_panel", stage.now))
        case "finished":
            stage.give(Finish(SAM, "w-1"))
        case "offered":
            stage = offered(MAIL)
        case "work item":
            stage = at_hand(ITEM)
    return stage


@pytest.mark.parametrize("how", ["will be away", "no phone", "no panel", "finished", "offered", "work item"])
def test_who_is_not_interrupted(how: str) -> None:
    stage = mail_unwanted(how)
    assert stage.contact(stage.ring_in()).phase is Phase.QUEUED


def test_who_chooses_to_be_available_afterwards_can_be_interrupted_again() -> None:
    stage = mail_unwanted("will be away")
    key = stage.ring_in()
    available(stage)
    assert stage.contact(key).agent == SAM


@pytest.mark.parametrize("state", [AgentState.AVAILABLE, AgentState.UNAVAILABLE])
def test_the_agent_s_choice_decides(state: AgentState) -> None:
    stage = at_hand(MAIL)
    agent = replace(stage.agent(), next=(state, ""))
    step = Step(stage.floor, DIRECTORY, Stamp(stage.now, "trial"))
    assert interruptible(step, agent) is (state is AgentState.AVAILABLE)


# --- dialling beside it --------------------------------------------------------------------------------------------


@BOTH
def test_an_agent_may_dial_meanwhile(kind: Kind) -> None:
    stage = at_hand(kind)
    key = stage.give(Dial(SAM, MIA)).created
    assert key is not None
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    assert can(stage)["finish"] == "parked"
    assert stage.contact(stage.ring_in()).phase is Phase.QUEUED
    stage.give(LegEnded(stage.leg(Role.CUSTOMER, key).id, "normal", stage.now))
    assert can(stage)["finish"] is None
    stage.give(Done(SAM, key))
    assert "w-1" in stage.agent().contacts
    assert not any(isinstance(ask, Offer) for ask in stage.asks) or kind is MAIL
