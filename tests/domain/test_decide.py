"""The one way in which state changes: who may ask for what, what is due and when, and what follows from a start."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.decide import deadline, guard
from connector.domain.model import Agent, AgentState, Ask, Contact, Draft, Field, Kind, Mask, Phase, Record, Role, Save
from connector.domain.rules.allowed import RULES, controls
from connector.domain.step import Change
from connector.errors import NotAllowed
from tests.domain.stage import (
    DIRECTORY,
    JONAS,
    MIA,
    SAM,
    START,
    Stage,
    go,
    on_a_call,
    with_skill,
    wrapping_up,
)
from tests.domain.test_allowed import CONNECTED, DIALING, HELD, RINGING, asking, call, party
from tests.domain.test_controls import disposition_given, live, outbound_ringing, ringing
from tests.domain.test_work_queue import pending

MINUTE = 60_000
VISITED = Record("500000000000001AAA", "Case", "Charged twice")
GONE = "gone"


def queued() -> Stage:
    stage = Stage()
    stage.ring_in()
    return stage


def put_through() -> Stage:
    """Two customers whom Sam has put through to each other."""
    stage, first = on_a_call()
    go(stage, c.Hold(SAM, first))
    second = stage.give(c.Dial(SAM, "+14155550188")).created
    assert second is not None
    stage.obey()
    go(stage, e.LegAnswered(stage.leg(Role.CUSTOMER, second).id, stage.now), c.Transfer(SAM, first))
    for key in (first, second):
        stage.give(c.Done(SAM, key))
        stage.saved(key)
    assert stage.contact().unattended
    return stage


# --- who may ask for what ------------------------------------------------------------------------------------------

ON_CONTACT: dict[str, c.ContactCommand] = {
    "answer": c.Answer(SAM, "k"),
    "decline": c.Decline(SAM, "k"),
    "end": c.End(SAM, "k"),
    "hold": c.Hold(SAM, "k"),
    "resume": c.Resume(SAM, "k"),
    "mute": c.Mute(SAM, "k"),
    "unmute": c.Unmute(SAM, "k"),
    "digits": c.SendDigits(SAM, "k", "1"),
    "record": c.StartRecord(SAM, "k"),
    "stop_record": c.StopRecord(SAM, "k"),
    "mask": c.StartMask(SAM, "k"),
    "unmask": c.StopMask(SAM, "k"),
    "consult": c.Consult(SAM, "k", "agent", JONAS),
    "abandon": c.Abandon(SAM, "k"),
    "merge": c.Merge(SAM, "k"),
    "transfer": c.Transfer(SAM, "k"),
    "swap": c.Swap(SAM, "k"),
    "drop": c.Drop(SAM, "k", "p"),
    "finish": c.Finish(SAM, "k"),
    "give_back": c.GiveBack(SAM, "k"),
    "done": c.Done(SAM, "k"),
    "extend": c.Extend(SAM, "k"),
    "save_again": c.SaveAgain(SAM, "k"),
}
ANY_CONTACT: dict[str, Contact] = {
    "offered": call(phase=Phase.OFFERED),
    "talking": call(),
    "held": call(customer=HELD),
    "muted and masked": call(muted=True, mask=Mask.ON),
    "asking": asking(CONNECTED, customer=HELD),
    "conference": call(party(invited=True)),
    "an e-mail": call(kind=Kind.EMAIL),
    "wrap-up": call(phase=Phase.WRAP_UP),
    "closed": call(phase=Phase.CLOSED),
}


def test_each_order_has_its_command() -> None:
    assert set(ON_CONTACT) == set(RULES)


@pytest.mark.parametrize("situation", list(ANY_CONTACT))
def test_a_command_is_allowed_when_its_control_is(situation: str) -> None:
    stage = Stage()
    stage.floor.contacts["k"] = ANY_CONTACT[situation]
    stage.floor.agents[SAM] = Agent(SAM, AgentState.WORKING, contacts=("k",))
    shown = controls(stage.floor, stage.contact("k"), DIRECTORY)
    for name, command in ON_CONTACT.items():
        assert guard(stage.floor, DIRECTORY, command) == shown.get(name, "not_now"), name


@pytest.mark.parametrize("agent", [JONAS, None])
def test_another_agent_s_contact_is_answered_like_none(agent: str | None) -> None:
    stage = Stage()
    stage.floor.contacts["theirs"] = replace(call(), agent=agent)
    drafted = c.SaveDraft(SAM, "k", "comments", 1, "Hello")
    for command in (*ON_CONTACT.values(), drafted):
        for key in ("k", "theirs"):
            asked = replace(command, contact=key)
            assert guard(stage.floor, DIRECTORY, asked) == "no_such_contact"
            with pytest.raises(NotAllowed, match=r"^no_such_contact"):
                stage.give(asked)


@pytest.mark.parametrize("situation", list(ANY_CONTACT))
def test_a_draft_is_written_at_any_time(situation: str) -> None:
    stage = Stage()
    stage.floor.contacts["k"] = ANY_CONTACT[situation]
    stage.floor.switch_up = False
    assert guard(stage.floor, DIRECTORY, c.SaveDraft(SAM, "k", "comments", 1, "Hello")) is None


OF_AGENTS: tuple[tuple[c.Command, AgentState, str | None], ...] = (
    (c.SetState(SAM, AgentState.AVAILABLE), AgentState.LOGGED_OUT, None),
    (c.SetState(GONE, AgentState.AVAILABLE), AgentState.AVAILABLE, "unknown_agent"),
    (c.LogOut(SAM), AgentState.AVAILABLE, None),
    (c.LogOut(SAM), AgentState.LOGGED_OUT, "logged_out"),
    (c.Dial(SAM, MIA), AgentState.AVAILABLE, None),
    (c.Dial(SAM, MIA), AgentState.LOGGED_OUT, "logged_out"),
    (c.DialEmergency(SAM, "911"), AgentState.LOGGED_OUT, None),
    (c.DialEmergency(JONAS, "911"), AgentState.AVAILABLE, "not_emergency"),
    (c.Visit(GONE, VISITED), AgentState.LOGGED_OUT, None),
    (c.SetFavourite(GONE, "fraud", False), AgentState.LOGGED_OUT, None),
    (c.SetLine(SAM, True), AgentState.LOGGED_OUT, None),
    (c.SetLine(GONE, True), AgentState.AVAILABLE, "unknown_agent"),
)


@pytest.mark.parametrize(("command", "state", "code"), OF_AGENTS)
def test_what_an_agent_may_do_apart_from_contacts(command: c.Command, state: AgentState, code: str | None) -> None:
    stage = Stage()
    stage.floor.agents[command.agent] = Agent(command.agent, state, phone_ready=True)
    assert guard(stage.floor, DIRECTORY, command) == code


def test_who_was_never_seen_is_logged_out() -> None:
    stage = Stage(ready=())
    assert guard(stage.floor, DIRECTORY, c.LogOut(SAM)) == "logged_out"
    assert guard(stage.floor, DIRECTORY, c.Dial(SAM, MIA)) == "logged_out"


@pytest.mark.parametrize(("hold", "code"), [(False, "hold_first"), (True, None)])
def test_a_second_call_may_ask_for_the_hold_of_the_first(hold: bool, code: str | None) -> None:
    stage, _ = on_a_call()
    assert guard(stage.floor, DIRECTORY, c.Dial(SAM, MIA, hold=hold)) == code


# --- news of the switch --------------------------------------------------------------------------------------------


def test_the_microphone_that_counts_is_the_agent_s_in_a_call() -> None:
    stage, key = on_a_call()
    agent, customer = stage.leg(Role.AGENT).id, stage.leg(Role.CUSTOMER).id
    for leg, unknown in (("no such leg", True), (customer, False)):
        change = stage.give(e.LegMuted(leg, True, stage.now))
        assert (change.contacts, change.unknown) == ((), unknown)
    change = stage.give(e.LegMuted(agent, True, stage.now))
    assert ([known.muted for known in change.contacts], change.unknown) == ([True], False)
    assert stage.contact(key).muted


@pytest.mark.parametrize("make", [ringing, queued, put_through])
def test_without_an_agent_in_a_call_there_is_no_microphone(make: Callable[[], Stage]) -> None:
    stage = make()
    for leg in stage.contact().legs:
        change = stage.give(e.LegMuted(leg.id, True, stage.now))
        assert (change.contacts, change.unknown) == ((), False)


OLD_NEWS: tuple[tuple[Any, bool], ...] = (
    (e.RecordingChanged(GONE, call().recording, START), True),
    (e.AskRefused(GONE, "1", "busy", START), True),
    (e.CallerMatched(GONE), False),
    (e.TaskSaved(GONE, 1, None, ""), False),
    (e.TaskWaiting(GONE, 1, START, "busy"), False),
    (e.TaskRefused(GONE, 1, "X", "", ""), False),
    (e.TaskDiscarded(GONE, 1, "Kim: no"), False),
    (e.TaskWanted(GONE), False),
    (e.WorkCompleted(GONE), False),
    (e.DeadlinePassed(GONE, "ring", START), False),
)


@pytest.mark.parametrize(("event", "unknown"), OLD_NEWS, ids=[type(event).__name__ for event, _ in OLD_NEWS])
def test_news_of_a_contact_that_is_forgotten(event: e.Event, unknown: bool) -> None:
    change = Stage().give(event)
    assert (change.contacts, change.agents, change.effects, change.unknown) == ((), (), (), unknown)


@pytest.mark.parametrize(
    "event",
    [
        e.LegRinging("x", START),
        e.LegAnswered("x", START),
        e.LegHeld("x", START),
        e.LegResumed("x", START),
        e.LegsMixed(("x", "y"), START),
    ],
    ids=lambda event: type(event).__name__,
)
def test_news_of_a_leg_that_no_contact_has(event: e.Event) -> None:
    assert Stage().give(event).unknown


def test_of_a_leg_that_no_contact_has_the_end_is_no_surprise() -> None:
    assert not Stage().give(e.LegEnded("x", "normal", START)).unknown


# --- what waits for the end of a call ------------------------------------------------------------------------------


def test_a_wrap_up_whose_time_is_over_waits_for_done_while_no_call_ends() -> None:
    stage = disposition_given()
    stage.give(c.SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    assert stage.contact().phase is Phase.WRAP_UP


def test_a_wrap_up_whose_time_is_over_stays_open_while_the_call_goes_on() -> None:
    stage, first = wrapping_up()
    stage.give(c.Dial(SAM, MIA))
    stage.obey()
    stage.pass_time(2 * MINUTE)
    assert stage.contact(first).overtime
    stage.give(c.SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    assert stage.contact(first).phase is Phase.WRAP_UP


# --- what is due ---------------------------------------------------------------------------------------------------


def asked(*due: int) -> tuple[Ask, ...]:
    return tuple(Ask(f"{n}", "hold", START, START + ms) for n, ms in enumerate(due))


DUE: dict[str, tuple[Contact, tuple[int, str] | None]] = {
    "waits": (call(phase=Phase.QUEUED), None),
    "waits for later": (call(phase=Phase.QUEUED, not_before=START + 1), (1, "not_before")),
    "offered": (call(phase=Phase.OFFERED, offered=START + 7), (20_007, "ring")),
    "offered later than asked": (call(phase=Phase.OFFERED, offered=START, not_before=START + 1), (20_000, "ring")),
    "is being answered at the last moment": (
        call(phase=Phase.OFFERED, offered=START, asked=asked(22_000)),
        (22_000, "ask"),
    ),
    "is being answered": (call(phase=Phase.OFFERED, offered=START, asked=asked(5_000)), (5_000, "ask")),
    "is dialled": (call(customer=DIALING, asked=asked(5_000)), (5_000, "ask")),
    "rings": (call(customer=RINGING), (45_000, "dial")),
    "an emergency call rings": (call(customer=RINGING, emergency="local"), None),
    "talks after having been rung again": (call(answered=START, not_before=START + 1), None),
    "talks": (call(answered=START), None),
    "is asked several things": (call(answered=START, asked=asked(5_000, 3_000, 4_000)), (3_000, "ask")),
    "a consult rings": (replace(asking(RINGING), answered=START), (45_000, "consult")),
    "a consult is dialled": (replace(asking(DIALING), answered=START), (45_000, "consult")),
    "a consult is up": (replace(asking(CONNECTED), answered=START), None),
    "a consult is on hold": (replace(asking(HELD), answered=START), None),
    "a consult rings and something is asked": (
        replace(asking(RINGING), answered=START, asked=asked(5_000)),
        (5_000, "ask"),
    ),
    "a consult waits in a queue": (replace(asking(None, kind="skill"), answered=START), None),
    "nobody is with them": (replace(call(party(), answered=START + 7), agent=None), (3_600_007, "unattended")),
    "nobody is with them and one rings": (
        replace(call(replace(party(), state=RINGING), answered=START + 7), agent=None),
        (45_007, "unattended"),
    ),
    "nobody is with them and one is dialled": (
        replace(call(replace(party(), state=DIALING), answered=START + 7), agent=None),
        (45_007, "unattended"),
    ),
    "wrap-up": (call(phase=Phase.WRAP_UP, ended=START + 1_000), (121_000, "wrap_up")),
    "wrap-up, extended": (call(phase=Phase.WRAP_UP, ended=START, extended=60_000), (180_000, "wrap_up")),
    "wrap-up, its time is over": (call(phase=Phase.WRAP_UP, ended=START, overtime=True), None),
    "closed": (call(phase=Phase.CLOSED, closed=START, ended=START), None),
    "closed and to be told": (
        call(
            phase=Phase.CLOSED,
            closed=START + 1,
            work="w",
            draft=Draft(disposition=Field("Answered", 1)),
            save=Save(wanted=1, written=1, task_id="00T"),
        ),
        (24 * 60 * MINUTE + 1, "work"),
    ),
}


@pytest.mark.parametrize("situation", list(DUE))
def test_what_is_due_next_and_when(situation: str) -> None:
    contact, due = DUE[situation]
    assert deadline(contact, DIRECTORY) == (None if due is None else (START + due[0], due[1]))


def test_a_consult_of_a_colleague_rings_as_long_as_any_offer() -> None:
    contact = replace(asking(RINGING), answered=START)
    assert contact.consult is not None
    assert deadline(replace(contact, consult=replace(contact.consult, contact="theirs")), DIRECTORY) is None


@pytest.mark.parametrize(("length", "due"), [(0, 0), (MINUTE, MINUTE), (None, None)])
def test_the_length_of_wrap_up_is_the_skill_s(length: int | None, due: int | None) -> None:
    contact = call(phase=Phase.WRAP_UP, ended=START)
    found = deadline(contact, with_skill("support", wrap_up=length))
    assert found == (None if due is None else (START + due, "wrap_up"))


def consulting_a_number() -> Stage:
    stage, key = on_a_call()
    go(stage, c.Consult(SAM, key, "number", "+18005550199"))
    return stage


def to_be_called_later() -> Stage:
    stage = Stage()
    stage.give(e.CallbackRequested("cb", MIA, "Mia", "support", START + MINUTE, 5, START))
    return stage


def asked_for_a_hold() -> Stage:
    stage = live(asked=c.Hold)
    stage.asks.clear()
    return stage


KINDS: dict[str, tuple[Callable[[], Stage], bool]] = {
    "ring": (ringing, True),
    "ask": (asked_for_a_hold, True),
    "dial": (outbound_ringing, True),
    "consult": (consulting_a_number, True),
    "unattended": (put_through, True),
    "wrap_up": (lambda: wrapping_up()[0], False),
    "not_before": (to_be_called_later, False),
    "work": (lambda: pending()[0], False),
}


def nothing(change: Change) -> bool:
    return (change.contacts, change.agents, change.queues, change.effects) == ((), (), {}, ())


@pytest.mark.parametrize("kind", list(KINDS))
def test_it_happens_at_its_time_and_to_what_is_still_due(kind: str) -> None:
    make, of_the_switch = KINDS[kind]
    stage = make()
    contact = stage.contact()
    found = deadline(contact, stage.directory)
    assert found is not None
    at, found_kind = found
    assert found_kind == kind
    stage.now = at - 1
    assert nothing(stage.give(e.DeadlinePassed(contact.key, kind, at))), "it is early"
    stage.now = at
    assert nothing(stage.give(e.DeadlinePassed(contact.key, kind, at - 1))), "it was moved"
    for other in KINDS.keys() - {kind}:
        assert nothing(stage.give(e.DeadlinePassed(contact.key, other, at))), "that is not due"
    stage.floor.switch_up = False
    if of_the_switch:
        assert nothing(stage.give(e.DeadlinePassed(contact.key, kind, at))), "it may have happened"
        stage.floor.switch_up = True
    change = stage.give(e.DeadlinePassed(contact.key, kind, at))
    assert change.contacts or change.effects
    assert contact.key in change.forgotten or deadline(stage.contact(contact.key), stage.directory) != found
