"""After a (re)connect with more than two in it: what was brought about unheard becomes true, and nothing else."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain.effects import EndLeg, Mix
from connector.domain.events import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneChanged,
    SwitchEvent,
)
from connector.domain.model import Floor, LegState, Phase, Role
from connector.domain.transitions import LEG
from connector.ports.switch import LegNow, Snapshot
from connector.service.hearing import unheard
from connector.service.reconcile import reconcile
from tests.domain.stage import JONAS, LINE, MIA, SAM, Stage, go
from tests.domain.test_consult import PRIYA, asked, asking, call, conference, parties, theirs
from tests.domain.test_two_calls import two_calls
from tests.ports.switch_rig import TRIGGERS

PHONES = {"2041": True, "2042": True, "2043": True}


class Switch:
    """What a switch has that told all that a stage was given."""

    def __init__(self) -> None:
        self.states: dict[str, LegState] = {}
        self.mixes: list[set[str]] = []

    def hear(self, event: object) -> None:
        match event:
            case CallArrived(leg=leg):
                self.states[leg] = LegState.RINGING
            case LegsMixed(legs=legs):
                self._leave(*legs)
                self.mixes.append({*legs})
            case (
                LegRinging(leg=leg) | LegAnswered(leg=leg) | LegHeld(leg=leg) | LegResumed(leg=leg) | LegEnded(leg=leg)
            ):
                old = self.states.get(leg, LegState.DIALING)
                self.states[leg] = LEG[old, TRIGGERS[type(event)]]
                if not isinstance(event, LegRinging | LegAnswered | LegResumed):
                    self._leave(leg)

    def _leave(self, *legs: str) -> None:
        self.mixes = [left for mix in self.mixes if len(left := mix - {*legs}) > 1]

    def snapshot(self, stage: Stage) -> Snapshot:
        """With times from the stage's clock.  Whose a leg is matters only where no contact has it."""
        mixes = {leg: f"mix-{n}" for n, mix in enumerate(self.mixes) for leg in mix}
        legs = tuple(
            LegNow(leg, None, Role.AGENT, state, "", LINE, stage.now, cause="normal", mix=mixes.get(leg, ""))
            for leg, state in self.states.items()
        )
        return Snapshot(legs, phones=PHONES)


@pytest.fixture
def switches(monkeypatch: pytest.MonkeyPatch) -> dict[int, Switch]:
    """For each stage of the test, by its id."""
    found: dict[int, Switch] = {}
    give = Stage.give

    def heard(self: Stage, given: object) -> object:
        found.setdefault(id(self), Switch()).hear(given)
        return give(self, given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Stage, "give", heard)
    return found


Situation = Callable[[], tuple[Stage, str]]
Order = Callable[[Stage, str], object]


def in_conference() -> tuple[Stage, str]:
    stage, key, _ = conference()
    return stage, key


def with_two() -> tuple[Stage, str]:
    stage, first, _ = two_calls()
    return stage, first


def merged() -> tuple[Stage, str]:
    stage, first = with_two()
    go(stage, c.Merge(SAM, first))
    return stage, first


def on_hold() -> tuple[Stage, str]:
    stage, key = call()
    go(stage, c.Hold(SAM, key))
    return stage, key


def with_a_number() -> tuple[Stage, str]:
    return asked("entry", "fraud")


def stepped_out() -> tuple[Stage, str]:
    """Jonas has left the conference of Sam's to ask Priya."""
    stage, key, other = conference()
    go(stage, c.Consult(JONAS, other, "agent", PRIYA))
    go(stage, c.Answer(PRIYA, theirs(stage, PRIYA).key))
    return stage, key


def stepped_out_and_asking() -> tuple[Stage, str]:
    stage, key, other = conference()
    go(stage, c.Consult(JONAS, other, "agent", PRIYA))
    return stage, key


UNHEARD: dict[str, tuple[Situation, Order]] = {
    "hold": (call, lambda stage, key: stage.give(c.Hold(SAM, key))),
    "resume": (on_hold, lambda stage, key: stage.give(c.Resume(SAM, key))),
    "a colleague answers": (asking, lambda stage, _: stage.give(c.Answer(JONAS, theirs(stage).key))),
    "swap, colleague": (asked, lambda stage, key: stage.give(c.Swap(SAM, key))),
    "swap, number": (with_a_number, lambda stage, key: stage.give(c.Swap(SAM, key))),
    "merge, colleague": (asked, lambda stage, key: stage.give(c.Merge(SAM, key))),
    "merge, number": (with_a_number, lambda stage, key: stage.give(c.Merge(SAM, key))),
    "transfer, colleague": (asked, lambda stage, key: stage.give(c.Transfer(SAM, key))),
    "transfer, number": (with_a_number, lambda stage, key: stage.give(c.Transfer(SAM, key))),
    "leave": (in_conference, lambda stage, key: stage.give(c.End(SAM, key))),
    "step out": (in_conference, lambda stage, key: stage.give(c.Consult(SAM, key, "entry", "fraud"))),
    "a colleague steps out": (
        in_conference,
        lambda stage, _: stage.give(c.Consult(JONAS, theirs(stage).key, "agent", PRIYA)),
    ),
    "a colleague's colleague joins": (
        stepped_out,
        lambda stage, _: stage.give(c.Merge(JONAS, stage.contact(stage.agent(JONAS).contacts[0]).key)),
    ),
    "swap, two calls": (with_two, lambda stage, key: stage.give(c.Swap(SAM, key))),
    "merge, two calls": (with_two, lambda stage, key: stage.give(c.Merge(SAM, key))),
    "transfer, two calls": (with_two, lambda stage, key: stage.give(c.Transfer(SAM, key))),
}


def shape(stage: Stage) -> list[tuple[str | None, Phase, int, list[str], list[str]]]:
    """All contacts, without the names and times that differ from stage to stage, and without who comes first of those
    whom no agent is with."""
    found = []
    for one in stage.floor.contacts.values():
        who = sorted(str(state) if one.unattended else f"{name} {state}" for name, state in parties(one).items())
        found.append((one.agent, one.phase, len(one.legs), who, [ask.goal for ask in one.asked]))
    return sorted(found, key=repr)


def news_of(stage: Stage, snapshot: Snapshot) -> list[SwitchEvent]:
    news, _ = reconcile(stage.floor, snapshot, stage.now)
    return [event for event in news if not isinstance(event, PhoneChanged)]


@pytest.mark.parametrize("unheard", UNHEARD)
def test_what_was_carried_out_unheard_becomes_true(switches: dict[int, Switch], unheard: str) -> None:
    situation, order = UNHEARD[unheard]
    (heard, key), (missed, same) = situation(), situation()
    assert key == same
    order(heard, key)
    order(missed, key)
    heard.obey()
    missed.asks.clear()
    switch = switches[id(heard)]
    for event in news_of(missed, switch.snapshot(heard)):
        assert not missed.give(event).unknown, event
    missed.obey()
    assert shape(missed) == shape(heard)
    assert news_of(missed, switches[id(missed)].snapshot(missed)) == []


@pytest.mark.parametrize(
    "situation",
    [call, on_hold, asking, asked, with_a_number, in_conference, stepped_out, stepped_out_and_asking, with_two, merged],
)
def test_what_is_so_already_is_no_news(switches: dict[int, Switch], situation: Situation) -> None:
    stage, _ = situation()
    assert news_of(stage, switches[id(stage)].snapshot(stage)) == []


def test_the_end_of_a_leg_of_two_contacts_is_one_piece_of_news(switches: dict[int, Switch]) -> None:
    stage, _, other = conference()
    phone = stage.leg(Role.AGENT, other).id
    assert len(stage.floor.legs[phone]) == 2
    switches[id(stage)].hear(LegEnded(phone, "normal", stage.now))
    news = news_of(stage, switches[id(stage)].snapshot(stage))
    assert [event for event in news if isinstance(event, LegEnded)] == [LegEnded(phone, "normal", stage.now)]


def test_those_who_talk_without_an_agent_are_nobody_s_orphans(switches: dict[int, Switch]) -> None:
    stage, key = with_a_number()
    go(stage, c.Transfer(SAM, key))
    assert any(contact.unattended for contact in stage.floor.contacts.values())
    assert reconcile(stage.floor, switches[id(stage)].snapshot(stage), stage.now)[1] == []


def silenced(snapshot: Snapshot) -> Snapshot:
    """The same legs, and nobody hears anybody."""
    return replace(snapshot, legs=tuple(replace(leg, mix="") for leg in snapshot.legs))


@pytest.mark.parametrize("situation", [on_hold, asking, asked, in_conference, stepped_out, merged])
def test_those_who_hear_each_other_are_not_brought_together_again(
    switches: dict[int, Switch], situation: Situation
) -> None:
    stage, _ = situation()
    assert unheard(stage.floor, switches[id(stage)].snapshot(stage)) == []


@pytest.mark.parametrize("situation", [in_conference, merged, asked])
def test_those_who_should_hear_each_other_and_hear_nobody_are_brought_together_again(
    switches: dict[int, Switch], situation: Situation
) -> None:
    stage, _ = situation()
    mixes = switches[id(stage)].mixes
    again = unheard(stage.floor, silenced(switches[id(stage)].snapshot(stage)))
    assert [{*mix.talking} for mix in again] == mixes
    assert {mix.parked for mix in again} == {()}


def test_a_customer_and_an_agent_who_hear_nobody_are_brought_together_again(switches: dict[int, Switch]) -> None:
    stage, key = call()
    legs = tuple(leg.id for leg in stage.contact(key).legs)
    again = unheard(stage.floor, switches[id(stage)].snapshot(stage))
    assert again == [Mix(f"again.{key}", key, legs, ())]


def test_one_of_whom_something_is_asked_is_left_to_that(switches: dict[int, Switch]) -> None:
    stage, key = call()
    snapshot = silenced(switches[id(stage)].snapshot(stage))
    stage.give(c.Hold(SAM, key))
    assert unheard(stage.floor, snapshot) == []


def test_one_who_is_on_hold_is_left_there(switches: dict[int, Switch]) -> None:
    stage, _ = on_hold()
    assert unheard(stage.floor, silenced(switches[id(stage)].snapshot(stage))) == []


# --- legs that the floor does not have -----------------------------------------------------------------------------


def found(leg: str, role: Role, state: LegState = LegState.CONNECTED, **more: object) -> LegNow:
    return LegNow(leg, "key", role, state, MIA, LINE, 5, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.AGENT, Role.CONSULTED])
@pytest.mark.parametrize("state", [LegState.DIALING, LegState.RINGING, LegState.CONNECTED, LegState.HELD])
def test_a_phone_or_a_party_of_nobody_is_ended(role: Role, state: LegState) -> None:
    news, asks = reconcile(Floor(), Snapshot((found("leg", role, state),)), 9)
    assert (news, asks) == ([], [EndLeg("orphan.leg", "key", "leg")])


def test_a_customer_who_talks_with_nobody_of_ours_is_parked_before_the_others_are_ended() -> None:
    legs = (found("in-1", Role.CUSTOMER, mix="1"), found("a", Role.AGENT, mix="1"), found("k", Role.CONSULTED, mix="1"))
    news, asks = reconcile(Floor(), Snapshot(legs), 9)
    assert [type(event) for event in news] == [CallArrived, LegAnswered]
    assert asks == [
        Mix("kept.in-1", "key", (), ("in-1",)),
        EndLeg("orphan.a", "key", "a"),
        EndLeg("orphan.k", "key", "k"),
    ]


def test_a_phone_that_talks_with_a_customer_of_ours_is_ended_all_the_same(switches: dict[int, Switch]) -> None:
    stage, key = call()
    customer = stage.leg(Role.CUSTOMER, key)
    snapshot = switches[id(stage)].snapshot(stage)
    legs = (*(replace(leg, mix="1") for leg in snapshot.legs), found("stray", Role.AGENT, mix="1"))
    news, asks = reconcile(stage.floor, replace(snapshot, legs=legs), stage.now)
    assert asks == [EndLeg("orphan.stray", "key", "stray")]
    assert customer.id in next(event.legs for event in news if isinstance(event, LegsMixed))
