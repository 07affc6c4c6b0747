"""Callbacks: they wait like callers, are seen before they are dialled, and are tried again as configured."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Answer, Decline, Done, End, SetState
from connector.domain.decide import deadline
from connector.domain.effects import EndLeg, MatchCaller, Offer, PlaceCall, PopRecord, QueuesChanged
from connector.domain.events import (
    AskRefused,
    CallbackRequested,
    CallerMatched,
    DeadlinePassed,
    LegAnswered,
    LegHeld,
    PhoneChanged,
)
from connector.domain.model import (
    AgentState,
    Contact,
    Kind,
    LegState,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Role,
)
from connector.domain.rules.allowed import controls
from connector.domain.step import load
from tests.domain.stage import DIRECTORY, JONAS, LINE, MIA, SAM, START, Stage, available, dialling, go, with_skill

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
HOUR = 3_600_000


def asked_for(key: str = "cb-1", *, skill: str = "support", later: int = 0, priority: int = 5) -> CallbackRequested:
    return CallbackRequested(key, MIA, "Mia C.", skill, START + later if later else 0, priority, START)


def waiting(later: int = 0) -> Stage:
    stage = Stage()
    stage.give(asked_for(later=later))
    return stage


def offered() -> Stage:
    stage = waiting()
    available(stage)
    assert stage.contact("cb-1").phase is Phase.OFFERED
    return stage


def dialled() -> Stage:
    stage = offered()
    stage.pass_time(3_000)
    stage.give(Answer(SAM, "cb-1"))
    return stage


def answered() -> Stage:
    stage = dialled()
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, "cb-1").id, stage.now))
    return stage


def next_try(stage: Stage) -> Contact | None:
    """The other contact, if one was made."""
    others = [contact for key, contact in stage.floor.contacts.items() if key != "cb-1"]
    assert len(others) < 2
    return others[0] if others else None


@pytest.mark.parametrize("later", [0, HOUR])
def test_it_waits_in_its_skill_as_it_was_asked_for_and_is_looked_up_at_once(later: int) -> None:
    stage = Stage()
    change = stage.give(asked_for(skill="sales", later=later, priority=2))
    assert change.contacts == (
        Contact(
            key="cb-1",
            interaction_key="cb-1",
            kind=Kind.CALLBACK,
            phase=Phase.QUEUED,
            number=MIA,
            line="+14155550102",
            skill="sales",
            started=START + later,
            match=Match(MatchState.SEARCHING),
            priority=2,
            caller="Mia C.",
            not_before=START + later if later else 0,
        ),
    )
    assert change.effects == (MatchCaller("cb-1", MIA), QueuesChanged())
    assert stage.floor.queues == {"sales": ("cb-1",)}


def test_the_same_one_twice_is_one() -> None:
    stage = waiting()
    change = stage.give(replace(asked_for(), number="+31205550123", priority=1))
    assert (change.contacts, change.queues, change.effects) == ((), {}, ())
    assert stage.contact().number == MIA


def test_an_unknown_skill_is_the_default_skill() -> None:
    stage = Stage()
    stage.give(asked_for(skill="no such skill"))
    assert stage.contact().skill == "support"


def test_it_is_shown_and_no_phone_rings() -> None:
    stage = offered()
    contact = stage.contact()
    assert (contact.agent, contact.offered, contact.legs, stage.asks) == (SAM, START, (), [])
    assert (stage.agent().state, stage.agent().contacts) == (AgentState.WORKING, ("cb-1",))
    assert controls(stage.floor, contact, stage.directory) == {"answer": None, "decline": None}


def test_the_person_is_opened_when_it_is_offered() -> None:
    stage = waiting()
    stage.give(CallerMatched("cb-1", (MIA_RECORD,)))
    available(stage)
    assert PopRecord(SAM, "cb-1", MIA_RECORD) in stage.effects
    assert stage.contact().draft.who.value == MIA_RECORD


def test_it_needs_a_phone() -> None:
    stage = Stage(ready=())
    stage.give(asked_for())
    available(stage)
    assert stage.contact().phase is Phase.QUEUED
    stage.give(PhoneChanged("2041", True))
    assert stage.contact().phase is Phase.OFFERED


def test_it_is_not_offered_before_its_time() -> None:
    stage = waiting(later=HOUR)
    available(stage)
    assert deadline(stage.contact(), DIRECTORY) == (START + HOUR, "not_before")
    stage.pass_time(HOUR - 1)
    assert (stage.contact().phase, stage.agent().state) == (Phase.QUEUED, AgentState.AVAILABLE)
    stage.effects.clear()
    stage.pass_time(1)
    assert (stage.contact().phase, stage.contact().offered) == (Phase.OFFERED, START + HOUR)
    assert QueuesChanged() in stage.effects


def test_its_time_comes_also_with_nobody_there_and_while_the_switch_is_away() -> None:
    stage = waiting(later=HOUR)
    stage.floor.switch_up = False
    stage.pass_time(HOUR)
    assert (stage.contact().phase, stage.contact().not_before) == (Phase.QUEUED, 0)
    assert deadline(stage.contact(), DIRECTORY) is None
    stage.floor.switch_up = True
    available(stage)
    assert stage.contact().phase is Phase.OFFERED


def test_a_deadline_of_before_changes_nothing() -> None:
    stage = waiting(later=HOUR)
    for due in (START, START + HOUR):
        assert stage.give(DeadlinePassed("cb-1", "not_before", due)).contacts == ()


def test_one_that_is_not_due_stands_in_nobody_s_way() -> None:
    stage = Stage()
    stage.give(asked_for("cb-1", later=HOUR, priority=1))
    key = stage.ring_in()
    available(stage)
    assert stage.agent().contacts == (key,)


def test_it_has_the_age_of_when_it_could_be_offered() -> None:
    """Asked for yesterday for ten o'clock: who has been waiting since half past nine comes first."""
    stage = waiting(later=1_000)
    stage.now += 500
    key = stage.ring_in()
    stage.now += 1_000
    stage.give(DeadlinePassed("cb-1", "not_before", START + 1_000))
    assert stage.floor.queues == {"support": (key, "cb-1")}
    late = stage.ring_in()
    assert stage.floor.queues == {"support": (key, "cb-1", late)}


def test_its_priority_comes_first() -> None:
    stage = Stage()
    stage.ring_in()
    stage.now += 1_000
    stage.give(asked_for(priority=2))
    available(stage)
    assert stage.agent().contacts == ("cb-1",)


def test_of_two_of_the_same_age_the_more_urgent_one_goes_first() -> None:
    stage = Stage()
    stage.give(asked_for("cb-1"))
    stage.give(asked_for("cb-2", priority=4))
    available(stage)
    assert stage.agent().contacts == ("cb-2",)


@pytest.mark.parametrize("how", ["declined", "missed"])
def test_not_accepted_it_goes_back_with_its_age(how: str) -> None:
    stage = offered()
    if how == "declined":
        stage.give(Decline(SAM, "cb-1"))
    else:
        stage.pass_time(20_000)
    contact = stage.contact()
    assert (contact.phase, contact.agent, contact.started) == (Phase.QUEUED, None, START)
    assert stage.asks == []
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, f"{how.capitalize()} a callback")
    assert [(missed.key, missed.name, missed.outcome) for missed in stage.agent().missed] == [("cb-1", "Mia C.", how)]
    available(stage, JONAS)
    assert stage.contact().agent == JONAS


def test_accepted_it_is_dialled_like_an_outbound_call() -> None:
    stage = dialled()
    contact = stage.contact()
    agent, customer = stage.leg(Role.AGENT), stage.leg(Role.CUSTOMER)
    assert (contact.phase, contact.answered, contact.started) == (Phase.ACTIVE, None, START + 3_000)
    assert stage.asks == [PlaceCall("cb-1", "cb-1", agent.id, customer.id, "2041", MIA, "+14155550100")]
    assert [(ask.id, ask.goal) for ask in contact.asked] == [("cb-1", "dial")]
    stage.obey()
    assert stage.contact().asked == ()
    stage.pass_time(2_000)
    stage.give(LegAnswered(customer.id, stage.now))
    assert stage.contact().answered == START + 5_000


@pytest.mark.parametrize(
    ("caller_id", "lines", "shown"),
    [
        ("+14155550199", ("+14155550101", "+14155550102"), "+14155550199"),
        ("", ("+14155550101", "+14155550102"), "+14155550101"),
        ("", (), ""),
    ],
)
def test_without_a_caller_id_its_skill_s_own_number_is_shown(
    caller_id: str, lines: tuple[str, ...], shown: str
) -> None:
    stage = Stage(with_skill("billing", caller_id=caller_id, numbers=lines))
    stage.give(asked_for(skill="billing"))
    available(stage)
    stage.give(Answer(SAM, "cb-1"))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.caller_id, stage.contact().line) == (shown, shown)


def test_what_happens_to_a_call_happens_to_it() -> None:
    stage = answered()
    assert controls(stage.floor, stage.contact(), stage.directory)["hold"] is None
    stage.pass_time(60_000)
    stage.customer_hangs_up()
    contact = stage.contact()
    assert (contact.phase, contact.outcome) == (Phase.WRAP_UP, Outcome.ANSWERED)
    task = stage.tasks[0].fields
    assert (task["TaskSubtype"], task["CallType"], task["CallDurationInSeconds"]) == ("Call", "Outbound", 60)
    assert task["Subject"] == "Call with Mia C."
    stage.give(Done(SAM, "cb-1"))
    assert next_try(stage) is None


OUTCOMES = {
    "busy": (Outcome.BUSY, True),
    "no_answer": (Outcome.NO_ANSWER, True),
    "declined": (Outcome.DECLINED, True),
    "failed": (Outcome.FAILED, True),
    "unheard of": (Outcome.FAILED, True),
    "wrong_number": (Outcome.WRONG_NUMBER, False),
    "cancelled": (Outcome.CANCELLED, False),
    "normal": (Outcome.CANCELLED, False),
}


@pytest.mark.parametrize("cause", list(OUTCOMES))
def test_how_it_ends_and_whether_it_is_tried_again(cause: str) -> None:
    outcome, tried_again = OUTCOMES[cause]
    stage = dialled()
    stage.obey()
    stage.pass_time(10_000)
    stage.customer_hangs_up("cb-1", cause)
    ended = stage.contact("cb-1")
    assert (ended.phase, ended.outcome) == (Phase.WRAP_UP, outcome)
    assert stage.tasks[0].fields["CallDurationInSeconds"] == 0
    again = next_try(stage)
    assert (again is not None) == tried_again
    if again is not None:
        assert (again.phase, again.kind, again.attempts) == (Phase.QUEUED, Kind.CALLBACK, 1)
        assert stage.floor.queues == {"support": (again.key,)}


def test_attempts_and_interval_are_configured() -> None:
    settings = replace(DIRECTORY.settings, callback_attempts=2, callback_interval=60_000)
    stage = Stage(replace(DIRECTORY, settings=settings))
    stage.give(asked_for())
    available(stage)
    tries = []
    for _ in range(2):
        (key,) = stage.agent().contacts
        tries.append((key, stage.now - START))
        stage.give(Answer(SAM, key))
        stage.obey()
        stage.customer_hangs_up(key, "busy")
        stage.obey()
        stage.give(Done(SAM, key))
        stage.pass_time(60_000)
    assert [at for _, at in tries] == [0, 60_000]
    assert len({key for key, _ in tries}) == 2
    assert {task.fields["Phone_Interaction_Key__c"] for task in stage.tasks} == {"cb-1"}
    assert stage.agent().contacts == ()
    assert all(contact.phase is Phase.CLOSED for contact in stage.floor.contacts.values())


def test_with_one_attempt_there_is_no_second() -> None:
    stage = Stage(replace(DIRECTORY, settings=replace(DIRECTORY.settings, callback_attempts=1)))
    stage.give(asked_for())
    available(stage)
    stage.give(Answer(SAM, "cb-1"))
    stage.obey()
    stage.customer_hangs_up("cb-1", "busy")
    assert next_try(stage) is None


def test_the_next_try_has_the_age_of_its_time_and_is_looked_up_for_its_own_agent() -> None:
    stage = Stage()
    stage.give(asked_for(priority=2))
    available(stage)
    stage.give(Answer(SAM, "cb-1"))
    stage.give(CallerMatched("cb-1", (MIA_RECORD,)))
    stage.obey()
    stage.pass_time(10_000)
    stage.customer_hangs_up("cb-1", "busy")
    again = next_try(stage)
    assert again is not None
    assert again == Contact(
        key=again.key,
        interaction_key="cb-1",
        kind=Kind.CALLBACK,
        phase=Phase.QUEUED,
        number=MIA,
        line=LINE,
        skill="support",
        started=START + 910_000,
        match=Match(MatchState.SEARCHING),
        priority=2,
        caller="Mia C.",
        not_before=START + 910_000,
        attempts=1,
    )
    assert MatchCaller(again.key, MIA) in stage.effects


def test_only_a_callback_is_tried_again() -> None:
    stage, key = dialling()
    stage.customer_hangs_up(key, "busy")
    assert list(stage.floor.contacts) == [key]


@pytest.mark.parametrize("answer", ["none yet", "nobody"])
def test_who_is_not_found_is_looked_up_at_the_next_try(answer: str) -> None:
    stage = dialled()
    if answer == "nobody":
        stage.give(CallerMatched("cb-1"))
    stage.obey()
    stage.customer_hangs_up("cb-1", "busy")
    again = next_try(stage)
    assert again is not None
    assert MatchCaller(again.key, MIA) in stage.effects
    assert again.draft.who.value is None


def test_a_switch_that_will_not_dial_counts_as_a_try() -> None:
    stage = dialled()
    stage.give(AskRefused("cb-1", "cb-1", "no_route", stage.now))
    contact = stage.contact("cb-1")
    assert (contact.phase, contact.outcome) == (Phase.WRAP_UP, Outcome.FAILED)
    assert contact.problem is not None and contact.problem.code == "no_route"
    assert next_try(stage) is not None


def test_the_agent_who_gives_it_up_ends_it() -> None:
    stage = dialled()
    stage.obey()
    go(stage, End(SAM, "cb-1"))
    assert stage.contact("cb-1").outcome is Outcome.CANCELLED
    assert next_try(stage) is None


def test_it_rings_for_the_configured_time() -> None:
    stage = dialled()
    stage.obey()
    stage.pass_time(44_999)
    assert stage.asks == []
    stage.pass_time(1)
    (ask,) = stage.asks
    assert isinstance(ask, EndLeg)
    assert ask.leg == stage.leg(Role.CUSTOMER, "cb-1").id
    stage.obey()
    assert stage.contact("cb-1").outcome is Outcome.NO_ANSWER
    assert next_try(stage) is not None


def test_a_held_customer_whose_agent_is_gone_waits_as_a_caller() -> None:
    stage = answered()
    customer = stage.leg(Role.CUSTOMER, "cb-1").id
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    stage.give(LegHeld(customer, stage.now))
    stage.walks_away("cb-1")
    again = next_try(stage)
    assert again is not None
    assert (again.kind, again.phase, again.legs[0].state) == (Kind.INBOUND, Phase.QUEUED, LegState.HELD)
    available(stage, JONAS)
    assert any(isinstance(ask, Offer) for ask in stage.asks)


def test_with_no_wrap_up_it_is_tried_again_all_the_same() -> None:
    stage = Stage(with_skill("support", wrap_up=0))
    stage.give(asked_for())
    available(stage)
    stage.give(Answer(SAM, "cb-1"))
    stage.obey()
    stage.customer_hangs_up("cb-1", "busy")
    assert stage.contact("cb-1").phase is Phase.CLOSED
    assert next_try(stage) is not None
    assert stage.agent().state is AgentState.AVAILABLE


def test_a_restart_finds_it_in_its_queue() -> None:
    stage = waiting(later=HOUR)
    contacts, agents = tuple(stage.floor.contacts.values()), tuple(stage.floor.agents.values())
    fresh = Stage()
    load(fresh.floor, contacts, agents)
    assert fresh.floor.queues == {"support": ("cb-1",)}
    assert deadline(fresh.contact(), DIRECTORY) == (START + HOUR, "not_before")
