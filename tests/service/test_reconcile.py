"""After a (re)connect: every state that a leg may have here and there, and what makes up for the difference."""

import pytest
from msgspec.structs import replace

from connector.domain.decide import decide
from connector.domain.effects import EndLeg, SetRecording
from connector.domain.events import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    PhoneChanged,
    RecordingChanged,
    SwitchEvent,
)
from connector.domain.model import Contact, Floor, Kind, Leg, LegState, Match, MatchState, Phase, Recording, Role
from connector.domain.step import Change, Stamp, apply
from connector.ports.switch import LegNow, Snapshot
from connector.service.reconcile import reconcile
from tests.domain.stage import DIRECTORY, LINE, MIA, SAM, START, Stage, available, on_a_call, wrapping_up

NOW = START + 600_000
THEN = START + 300_000

TABLE = """
            absent      DIALING  RINGING  CONNECTED  HELD            ENDED
DIALING     .           .        ringing  answered   answered+held   ended
RINGING     lost        .        .        answered   answered+held   ended
CONNECTED   lost        .        .        .          held            ended
HELD        lost        .        .        resumed    .               ended
"""
"""Rows: the state on the floor; columns: in the snapshot; "." is no news."""

NEWS: dict[str, SwitchEvent] = {
    "ringing": LegRinging("leg", THEN),
    "answered": LegAnswered("leg", THEN),
    "held": LegHeld("leg", THEN),
    "resumed": LegResumed("leg", THEN),
    "ended": LegEnded("leg", "busy", THEN),
    "lost": LegEnded("leg", "failed", NOW),
}


def cells() -> list[tuple[str, str, str]]:
    head, *rows = TABLE.strip().splitlines()
    return [
        (row.split()[0], column, cell)
        for row in rows
        for column, cell in zip(head.split(), row.split()[1:], strict=True)
    ]


def floor_with(state: LegState, role: Role) -> Floor:
    """An outbound call of Sam's, one leg of which is as given."""
    other = Role.AGENT if role is Role.CUSTOMER else Role.CUSTOMER
    legs = (Leg("leg", role, state, START), Leg("other", other, LegState.CONNECTED, START))
    contact = Contact(
        "key", "key", Kind.OUTBOUND, Phase.ACTIVE, MIA, LINE, "support", START, Match(MatchState.NONE), SAM, legs
    )
    stage = Stage()
    available(stage)
    agent = replace(stage.agent(), contacts=("key",))
    apply(stage.floor, Change(contacts=(contact,), agents=(agent,)))
    return stage.floor


def now(leg: str, role: Role, state: LegState, **more: object) -> LegNow:
    return LegNow(leg, "key", role, state, MIA, LINE, THEN, **more)  # type: ignore[arg-type]


def snapshot_with(state: str, role: Role) -> Snapshot:
    other = Role.AGENT if role is Role.CUSTOMER else Role.CUSTOMER
    legs = [now("other", other, LegState.CONNECTED)]
    if state != "absent":
        legs.append(now("leg", role, LegState(state), cause="busy" if state == "ENDED" else ""))
    return Snapshot(tuple(legs), phones={"2041": True, "2042": True})


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AGENT])
@pytest.mark.parametrize(("ours", "theirs", "cell"), cells())
def test_each_state_here_and_there(ours: str, theirs: str, cell: str, role: Role) -> None:
    floor = floor_with(LegState(ours), role)
    news, asks = reconcile(floor, snapshot_with(theirs, role), NOW)
    expected = [] if cell == "." else [NEWS[name] for name in cell.split("+")]
    assert [event for event in news if not isinstance(event, PhoneChanged)] == expected
    assert asks == []


def test_the_table_is_complete() -> None:
    here = {ours for ours, _, _ in cells()}
    there = {theirs for _, theirs, _ in cells()}
    assert here == {*LegState} - {LegState.ENDED}, "an ended leg is on no contact"
    assert there == {*LegState, "absent"}


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AGENT])
@pytest.mark.parametrize(("ours", "theirs", "cell"), cells())
def test_afterwards_there_is_no_difference(ours: str, theirs: str, cell: str, role: Role) -> None:
    floor = floor_with(LegState(ours), role)
    snapshot = snapshot_with(theirs, role)
    news, _ = reconcile(floor, snapshot, NOW)
    for n, event in enumerate(news):
        change = decide(floor, DIRECTORY, event, Stamp(NOW, f"id{n}"))
        assert not change.unknown
        apply(floor, change)
    again, _ = reconcile(floor, snapshot, NOW)
    assert [event for event in again if not isinstance(event, PhoneChanged)] == []
    if cell in ("ended", "lost"):
        assert floor.legs == {}
        assert floor.contacts["key"].phase is Phase.WRAP_UP


def test_what_happened_is_told_in_its_order() -> None:
    floor = floor_with(LegState.DIALING, Role.CUSTOMER)
    snapshot = Snapshot(
        (
            replace(now("leg", Role.CUSTOMER, LegState.ENDED, cause="normal"), since=THEN + 5),
            replace(now("other", Role.AGENT, LegState.ENDED, cause="normal"), since=THEN + 3),
            replace(now("in-1", Role.CUSTOMER, LegState.RINGING), contact=None, since=THEN + 4),
        )
    )
    news, _ = reconcile(floor, snapshot, NOW)
    assert [type(event) for event in news if not isinstance(event, PhoneChanged)] == [LegEnded, CallArrived, LegEnded]


@pytest.mark.parametrize("began,ended", [(THEN, THEN), (START - 1, NOW), (NOW + 1, NOW)])
def test_a_leg_that_is_gone_ended_no_later_than_the_switch_began(began: int, ended: int) -> None:
    floor = floor_with(LegState.CONNECTED, Role.CUSTOMER)
    events, _ = reconcile(floor, Snapshot(began=began), NOW)
    assert LegEnded("leg", "failed", ended) in events


def test_a_leg_that_ended_for_an_unknown_cause_has_failed() -> None:
    news, _ = reconcile(
        floor_with(LegState.CONNECTED, Role.CUSTOMER),
        Snapshot((now("leg", Role.CUSTOMER, LegState.ENDED), now("other", Role.AGENT, LegState.CONNECTED))),
        NOW,
    )
    assert LegEnded("leg", "failed", THEN) in news


@pytest.mark.parametrize(
    ("state", "then"),
    [(LegState.CONNECTED, []), (LegState.HELD, [LegHeld]), (LegState.ENDED, [LegEnded])],
)
def test_what_was_answered_meanwhile_was_answered_then(state: LegState, then: list[type]) -> None:
    found = now("leg", Role.CUSTOMER, state, answered=THEN - 60_000)
    other = now("other", Role.AGENT, LegState.CONNECTED)
    news, _ = reconcile(floor_with(LegState.RINGING, Role.CUSTOMER), Snapshot((found, other)), NOW)
    about = [event for event in news if not isinstance(event, PhoneChanged)]
    assert about[0] == LegAnswered("leg", THEN - 60_000)
    assert [type(event) for event in about[1:]] == then


def test_a_call_that_was_answered_and_over_before_we_came_back_has_its_task() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.obey()
    legs = tuple(
        LegNow(leg.id, key, leg.role, LegState.ENDED, MIA, LINE, THEN, cause="normal", answered=START + answered)
        for leg, answered in zip(stage.contact().legs, (2_000, 1_000), strict=True)
    )
    news, _ = reconcile(stage.floor, Snapshot(legs, phones={"2041": True, "2042": True}), NOW)
    for event in news:
        stage.give(event)
    contact = stage.contact(key)
    assert (contact.phase, contact.answered, contact.ended) == (Phase.WRAP_UP, START + 1_000, THEN)
    assert [task.contact for task in stage.tasks] == [key]


# --- legs that the floor does not have -----------------------------------------------------------------------------


def test_a_new_customer_arrives() -> None:
    found = replace(now("in-1", Role.CUSTOMER, LegState.RINGING), contact=None)
    news, asks = reconcile(Floor(), Snapshot((found,)), NOW)
    assert (news, asks) == ([CallArrived("in-1", MIA, LINE, THEN, None)], [])
    news, _ = reconcile(Floor(), Snapshot((replace(found, record="500000000000001AAA"),)), NOW)
    assert news == [CallArrived("in-1", MIA, LINE, THEN, None, "500000000000001AAA")]


@pytest.mark.parametrize(
    ("state", "then"),
    [(LegState.RINGING, []), (LegState.CONNECTED, [LegAnswered]), (LegState.HELD, [LegAnswered, LegHeld])],
)
def test_a_customer_whose_contact_was_lost_comes_back_under_its_key_as_they_are(
    state: LegState, then: list[type]
) -> None:
    news, asks = reconcile(Floor(), Snapshot((now("in-1", Role.CUSTOMER, state),)), NOW)
    assert news[0] == CallArrived("in-1", MIA, LINE, THEN, "key")
    assert [type(event) for event in news[1:]] == then
    assert asks == []
    stage = Stage()
    for event in news:
        assert not stage.give(event).unknown
    assert stage.leg(Role.CUSTOMER).state is state
    assert stage.contact("key").phase is Phase.QUEUED


def test_a_customer_whose_call_is_over_for_us_is_hung_up_on() -> None:
    """The agent's phone hung up, and the switch went before it was asked to end the other side."""
    stage, key = wrapping_up()
    news, asks = reconcile(
        stage.floor, Snapshot((replace(now("in-1", Role.CUSTOMER, LegState.CONNECTED), contact=key),)), NOW
    )
    assert not any(isinstance(event, CallArrived) for event in news)
    assert [(ask.leg, ask.contact) for ask in asks if isinstance(ask, EndLeg)] == [("in-1", key)]


@pytest.mark.parametrize("contact", [None, "key of before"])
def test_a_phone_that_nobody_owns_is_ended(contact: str | None) -> None:
    found = replace(now("phone", Role.AGENT, LegState.CONNECTED), contact=contact)
    news, asks = reconcile(Floor(), Snapshot((found,)), NOW)
    assert news == []
    assert [ask.leg for ask in asks if isinstance(ask, EndLeg)] == ["phone"]


def test_a_leg_that_nobody_owns_and_that_is_gone_is_no_news() -> None:
    gone = [now(f"leg-{role}", role, LegState.ENDED, cause="normal") for role in Role]
    assert reconcile(Floor(), Snapshot(tuple(gone)), NOW) == ([], [])


# --- microphones, recordings, phones -------------------------------------------------------------------------------


@pytest.mark.parametrize("muted", [False, True])
def test_the_microphone(muted: bool) -> None:
    stage, key = on_a_call()
    stage.floor.contacts[key] = replace(stage.contact(), muted=not muted)
    legs = tuple(
        replace(now(leg.id, leg.role, leg.state), muted=muted if leg.role is Role.AGENT else True)
        for leg in stage.contact().legs
    )
    news, _ = reconcile(stage.floor, Snapshot(legs), NOW)
    phone = stage.leg(Role.AGENT).id
    assert [event for event in news if not isinstance(event, PhoneChanged)] == [LegMuted(phone, muted, THEN)]


@pytest.mark.parametrize("ours", list(Recording))
@pytest.mark.parametrize("theirs", [*Recording, None])
def test_the_recording(ours: Recording, theirs: Recording | None) -> None:
    stage, key = on_a_call()
    stage.give(RecordingChanged(key, ours, START))
    legs = tuple(now(leg.id, leg.role, leg.state) for leg in stage.contact().legs)
    heard = theirs or Recording.OFF
    news, asks = reconcile(stage.floor, Snapshot(legs, {} if theirs is None else {key: theirs}), NOW)
    forgotten = ours is Recording.PAUSED and heard is Recording.OFF
    expected = [] if heard is ours or forgotten else [RecordingChanged(key, heard, NOW)]
    assert [event for event in news if not isinstance(event, PhoneChanged)] == expected
    assert asks == ([SetRecording(f"masked.{key}", key, Recording.PAUSED)] if forgotten else [])


def test_the_recording_of_a_call_that_is_over_is_no_news() -> None:
    stage, key = wrapping_up()
    news, _ = reconcile(stage.floor, Snapshot((), {key: Recording.ON}), NOW)
    assert not any(isinstance(event, RecordingChanged) for event in news)


def test_phones_come_first_and_one_that_the_switch_does_not_have_cannot_be_rung() -> None:
    stage = Stage(ready=("2041", "2042"))
    found = replace(now("in-1", Role.CUSTOMER, LegState.RINGING), contact=None)
    news, _ = reconcile(stage.floor, Snapshot((found,), phones={"2042": True, "2043": False}), NOW)
    assert news[:3] == [PhoneChanged("2041", False), PhoneChanged("2042", True), PhoneChanged("2043", False)]
    assert isinstance(news[3], CallArrived)
