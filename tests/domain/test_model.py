"""What a contact and an agent are when nothing else is said, and what follows from the legs and the phase."""

import pytest
from msgspec.structs import asdict, replace

from connector.domain.commands import Dial, SaveDraft, SetState
from connector.domain.effects import EndLeg, PlaceCall
from connector.domain.events import CallerMatched
from connector.domain.model import (
    SILENT,
    UP,
    Agent,
    AgentState,
    Consult,
    Contact,
    Draft,
    Field,
    Floor,
    Kind,
    Labels,
    Leg,
    LegState,
    Line,
    Link,
    Mask,
    Match,
    MatchState,
    Phase,
    Record,
    Recording,
    Role,
    Save,
    SaveState,
)
from tests.domain.stage import MIA, SAM, START

CUSTOMER, AGENT, CONSULTED = Role
OFFERED, ACTIVE, WRAP_UP, CLOSED = Phase.OFFERED, Phase.ACTIVE, Phase.WRAP_UP, Phase.CLOSED
NEW = Contact("key", "key", Kind.INBOUND, Phase.QUEUED, MIA, "+14155550100", "support", START, Match(MatchState.NONE))


def leg(role: Role, state: LegState = LegState.CONNECTED, *, joined: bool = True) -> Leg:
    return Leg(role.value, role, state, START, joined)


GIVEN = {
    "key": "key",
    "interaction_key": "key",
    "kind": Kind.INBOUND,
    "phase": Phase.QUEUED,
    "number": MIA,
    "line": "+14155550100",
    "skill": "support",
    "started": START,
    "match": Match(MatchState.NONE),
}
NOT_YET = {
    "agent": None,
    "legs": (),
    "offered": None,
    "answered": None,
    "ended": None,
    "closed": None,
    "outcome": None,
    "internal": False,
    "direct": False,
    "muted": False,
    "recording": Recording.OFF,
    "mask": Mask.OFF,
    "masked_since": None,
    "unmasked": Recording.OFF,
    "digits": "",
    "asked": (),
    "problem": None,
    "visited": (),
    "popped": False,
    "window_due": False,
    "overtime": False,
    "draft": Draft(Field("", 0), Field("", 0), Labels((), 0), Link(None, 0, "agent"), Link(None, 0, "agent")),
    "save": Save(SaveState.NONE, 0, 0, False),
    "priority": 5,
    "extended": 0,
    "consult": None,
    "asked_by": "",
    "sender": "",
    "along": (),
    "title": "",
    "payload": (),
    "url": "",
    "record": None,
    "caller": "",
    "not_before": 0,
    "attempts": 0,
    "work": "",
    "work_done": False,
    "emergency": "",
    "address": "",
    "given_back": ("", 0),
    "reaches": "",
    "silenced": False,
    "recorded": False,
    "queued": 0,
    "waited": None,
    "rung": None,
    "hold": 0,
    "hold_counted": 0,
    "ended_by": "",
}
UNSEEN = {
    "id": SAM,
    "state": AgentState.LOGGED_OUT,
    "reason": "",
    "since": 0,
    "before": (AgentState.LOGGED_OUT, ""),
    "next": None,
    "phone_ready": False,
    "contacts": (),
    "visited": (),
    "panel_gone": None,
    "missed": (),
    "favourites": (),
    "reached_by": "",
    "reached_until": 0,
    "persistent": False,
    "line": Line.ALWAYS,
}
NOTHING = dict.fromkeys(("task_id", "subject", "next_try", "code", "field", "message"))
UNASKED = {**NOTHING, "base": 0, "left_out": "", "fields": (), "refused": False, "asked": ()}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (NEW, GIVEN | NOT_YET),
        (Agent(SAM), UNSEEN),
        (Save(), {"state": SaveState.NONE, "wanted": 0, "written": 0, "dirty": False, **UNASKED}),
        (Record("1", "Case", "C"), {"id": "1", "type": "Case", "name": "C", "detail": "", "why": "", "pop_id": ""}),
        (
            Leg("l", CUSTOMER, LegState.RINGING, START),
            {"id": "l", "role": CUSTOMER, "state": LegState.RINGING, "since": START, "joined": True}
            | {"agent": "", "name": "", "number": "", "invited": False},
        ),
        (
            Consult("skill", "sales", "Sales", START),
            {"kind": "skill", "target": "sales", "name": "Sales", "since": START}
            | {"leg": "", "contact": "", "number": ""},
        ),
        (
            Floor(),
            {"contacts": {}, "agents": {}, "queues": {}, "legs": {}, "phones": {}, "lines": {}, "switch_up": True}
            | {"store_up": True, "repairs": {}},
        ),
        (SetState(SAM, AgentState.AVAILABLE), {"agent": SAM, "state": AgentState.AVAILABLE, "reason": ""}),
        (Dial(SAM, MIA), {"agent": SAM, "number": MIA, "skill": "", "record": None, "hold": False, "work": ""}),
        (
            SaveDraft(SAM, "key", "who", 1),
            {"agent": SAM, "contact": "key", "field": "who", "revision": 1, "text": "", "tags": (), "record": None},
        ),
        (EndLeg("i", "key", "l"), {"id": "i", "contact": "key", "leg": "l", "cause": ""}),
        (
            PlaceCall("i", "key", "a", "c", "2041", MIA, ""),
            {"id": "i", "contact": "key", "agent_leg": "a", "customer_leg": "c", "device": "2041", "number": MIA}
            | {"caller_id": "", "route": "", "address": None, "other": ""},
        ),
        (
            CallerMatched("key"),
            {
                "contact": "key",
                "people": (),
                "related": (),
                "failed": False,
                "hidden": False,
                "seen": (),
                "about": None,
            },
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_what_is_not_said(made: object, expected: dict[str, object]) -> None:
    assert asdict(made) == expected  # type: ignore[arg-type]  # each is a Struct


@pytest.mark.parametrize("state", list(LegState))
def test_a_leg_is_up_once_answered_and_until_it_ends(state: LegState) -> None:
    assert (state in UP) == (state in (LegState.CONNECTED, LegState.HELD))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("phase", list(Phase))
def test_what_occupies_an_agent_and_what_their_phone(kind: Kind, phase: Phase) -> None:
    contact = replace(NEW, kind=kind, phase=phase)
    assert (kind in SILENT) == (kind in (Kind.WORK_ITEM, Kind.EMAIL))
    assert contact.live == (phase in (OFFERED, ACTIVE))
    assert contact.call == (phase in (OFFERED, ACTIVE) and kind not in (Kind.WORK_ITEM, Kind.EMAIL))


@pytest.mark.parametrize("agent", [None, SAM])
@pytest.mark.parametrize("phase", list(Phase))
def test_parties_that_talk_with_no_agent(phase: Phase, agent: str | None) -> None:
    assert replace(NEW, phase=phase, agent=agent).unattended == (phase is ACTIVE and agent is None)


def test_a_leg_is_found_by_its_role_or_id() -> None:
    first, second = leg(CONSULTED), replace(leg(CONSULTED), id="second")
    contact = replace(NEW, legs=(leg(AGENT), first, second))
    assert (contact.leg(CONSULTED), contact.leg(CUSTOMER)) == (first, None)
    assert (contact.leg_of("second"), contact.leg_of("third")) == (second, None)


@pytest.mark.parametrize(
    ("legs", "held"),
    [
        ((), False),
        ((leg(AGENT, LegState.HELD),), False),
        ((leg(CUSTOMER, LegState.HELD),), True),
        ((leg(CUSTOMER), leg(AGENT, LegState.HELD)), False),
        ((leg(CUSTOMER, LegState.RINGING),), False),
    ],
)
def test_held_is_said_of_the_customer(legs: tuple[Leg, ...], held: bool) -> None:
    assert replace(NEW, legs=legs).held is held


def test_the_consulted_one_is_the_leg_that_the_consult_names() -> None:
    consult = Consult("number", "n", "N", START, CONSULTED.value)
    legs = (leg(AGENT), leg(CONSULTED))
    assert replace(NEW, legs=legs).consulted is None
    assert replace(NEW, legs=legs, consult=consult).consulted == legs[1]
    assert replace(NEW, legs=legs, consult=replace(consult, leg="")).consulted is None


OUT = leg(AGENT, joined=False)
PRIVATE = leg(CONSULTED, joined=False)


@pytest.mark.parametrize(
    ("legs", "conference", "joined"),
    [
        ((), False, 0),
        ((leg(AGENT), leg(CUSTOMER)), False, 2),
        ((leg(CUSTOMER), leg(CONSULTED)), False, 2),
        ((leg(AGENT), leg(CUSTOMER), PRIVATE), False, 2),
        ((leg(AGENT), leg(CUSTOMER), leg(CONSULTED)), True, 3),
        ((OUT, leg(CUSTOMER), leg(CONSULTED)), True, 2),
        ((OUT, leg(CUSTOMER), PRIVATE), False, 1),
        ((leg(AGENT), leg(CUSTOMER), leg(CONSULTED), PRIVATE), True, 3),
    ],
)
def test_a_conference_is_more_than_agent_and_customer(legs: tuple[Leg, ...], conference: bool, joined: int) -> None:
    contact = replace(NEW, legs=legs)
    assert contact.conference is conference
    assert contact.joined == tuple(one for one in legs if one.joined)
    assert len(contact.joined) == joined


@pytest.mark.parametrize(
    ("phase", "legs", "in_ear"),
    [
        (ACTIVE, (leg(AGENT), leg(CUSTOMER)), True),
        (ACTIVE, (leg(AGENT), leg(CUSTOMER, LegState.RINGING)), True),
        (ACTIVE, (leg(AGENT), leg(CUSTOMER, LegState.HELD)), False),
        (ACTIVE, (OUT, leg(CUSTOMER)), False),
        (ACTIVE, (OUT, leg(CUSTOMER, LegState.HELD)), False),
        (ACTIVE, (leg(AGENT),), False),
        (ACTIVE, (leg(CUSTOMER),), False),
        (ACTIVE, (), False),
        (OFFERED, (leg(AGENT), leg(CUSTOMER)), False),
        (WRAP_UP, (), False),
    ],
)
def test_whom_the_agent_hears(phase: Phase, legs: tuple[Leg, ...], in_ear: bool) -> None:
    assert replace(NEW, phase=phase, legs=legs).in_ear is in_ear


TOLD_LATER = replace(
    NEW,
    phase=CLOSED,
    work="step",
    draft=Draft(disposition=Field("Answered", 1)),
    save=Save(SaveState.SAVED, 2, 2, task_id="00T"),
)


@pytest.mark.parametrize(
    ("contact", "due"),
    [
        (TOLD_LATER, True),
        (replace(TOLD_LATER, save=replace(TOLD_LATER.save, written=3)), True),
        (replace(TOLD_LATER, work=""), False),
        (replace(TOLD_LATER, work_done=True), False),
        (replace(TOLD_LATER, phase=WRAP_UP), False),
        (replace(TOLD_LATER, save=replace(TOLD_LATER.save, dirty=True)), False),
        (replace(TOLD_LATER, save=replace(TOLD_LATER.save, written=1)), False),
        (replace(TOLD_LATER, save=replace(TOLD_LATER.save, task_id=None)), False),
        (replace(TOLD_LATER, draft=Draft()), False),
    ],
    ids=["due", "newer", "no step", "told", "open", "dirty", "not written", "deleted", "no disposition"],
)
def test_salesforce_is_told_of_a_step_once_its_task_has_the_disposition(contact: Contact, due: bool) -> None:
    assert contact.work_due is due
