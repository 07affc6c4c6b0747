"""Every order against every kind of contact, with the code of each refusal: tables written by hand.

The contacts are made up, so that also those are here that take a long story to come about; `test_controls` and
`test_controls_of_parties` have such stories.  Each row says what differs from two people who talk: all that it does not
name is as there.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.directory import Directory, RecordingMode
from connector.domain.model import (
    Agent,
    Ask,
    Consult,
    Contact,
    Draft,
    Field,
    Floor,
    Kind,
    Leg,
    LegState,
    Mask,
    Match,
    MatchState,
    Phase,
    Recording,
    Role,
    Save,
    SaveState,
)
from connector.domain.rules.allowed import RULES, controls, situated, why_not
from connector.domain.rules.around import NOTHING, Around
from tests.domain.stage import DIRECTORY, JONAS, SAM, START, with_skill

DIALING, RINGING, CONNECTED, HELD, ENDED = LegState
TALKING = (
    "end:ok hold:ok resume:not_held mute:ok unmute:not_muted digits:ok record:ok stop_record:not_recording mask:ok"
    " unmask:not_masked consult:ok abandon:no_consult merge:no_consult transfer:no_consult swap:no_other_call"
    " drop:no_conference"
)
NOT_ANSWERED = (
    "hold:not_answered digits:not_answered record:not_answered stop_record:not_answered mask:not_answered"
    " unmask:not_answered consult:not_answered"
)
NOT_HEARD = "hold:held digits:held record:held stop_record:held mask:held unmask:held"
WAITS = f"{NOT_HEARD} end:held resume:ok"
PHONE_RINGS = "mute:phone_ringing consult:phone_ringing"


def leg(name: str, role: Role, state: LegState, **changes: Any) -> Leg:
    return Leg(name, role, state, START, **changes)


def call(
    *others: Leg, agent: LegState | None = CONNECTED, customer: LegState | None = CONNECTED, **changes: Any
) -> Contact:
    """Sam's call with Mia; a leg of None is not there."""
    mine = () if agent is None else (leg("a", Role.AGENT, agent, joined=changes.pop("inside", True)),)
    theirs = () if customer is None else (leg("c", Role.CUSTOMER, customer),)
    given: dict[str, Any] = {
        "key": "k",
        "interaction_key": "k",
        "kind": Kind.INBOUND,
        "phase": Phase.ACTIVE,
        "number": "+14155550143",
        "line": "+14155550100",
        "skill": "support",
        "started": START,
        "match": Match(MatchState.NONE),
        "agent": SAM,
        "legs": (*mine, *theirs, *others),
    }
    return Contact(**{**given, **changes})


def asking(state: LegState | None, *others: Leg, kind: str = "agent", **changes: Any) -> Contact:
    """Sam asks somebody whose leg stands so; None: there is none yet."""
    consult = Consult(kind, JONAS, "Jonas Weber", START, leg="" if state is None else "j")
    legs = () if state is None else (leg("j", Role.CONSULTED, state, joined=False, invited=True),)
    changes.setdefault("inside", False)
    return call(*others, *legs, consult=consult, **changes)


def party(name: str = "p", **changes: Any) -> Leg:
    return leg(name, Role.CONSULTED, CONNECTED, **changes)


def codes(pairs: str) -> dict[str, str | None]:
    found = dict(pair.split(":") for pair in pairs.split())
    return {name: None if code == "ok" else code for name, code in found.items()}


def check(contact: Contact, differs: str, nearby: Around = NOTHING, directory: Directory = DIRECTORY) -> None:
    expected = codes(TALKING)
    changed = codes(differs)
    assert changed.keys() <= expected.keys()
    assert situated(True, contact, directory, nearby) == expected | changed


# --- how the call stands -------------------------------------------------------------------------------------------

LEGS: dict[tuple[LegState | None, LegState | None], str] = {
    (None, None): f"{NOT_ANSWERED} mute:phone_ringing",
    (None, DIALING): f"{NOT_ANSWERED} mute:phone_ringing",
    (None, RINGING): f"{NOT_ANSWERED} mute:phone_ringing",
    (None, CONNECTED): f"{NOT_HEARD} {PHONE_RINGS} resume:phone_ringing",
    (None, HELD): f"{WAITS} {PHONE_RINGS} resume:phone_ringing",
    (DIALING, None): f"{NOT_ANSWERED} mute:phone_ringing",
    (DIALING, DIALING): f"{NOT_ANSWERED} mute:phone_ringing",
    (DIALING, RINGING): f"{NOT_ANSWERED} mute:phone_ringing",
    (DIALING, CONNECTED): PHONE_RINGS,
    (DIALING, HELD): f"{WAITS} {PHONE_RINGS} resume:phone_ringing",
    (RINGING, None): f"{NOT_ANSWERED} mute:phone_ringing",
    (RINGING, DIALING): f"{NOT_ANSWERED} mute:phone_ringing",
    (RINGING, RINGING): f"{NOT_ANSWERED} mute:phone_ringing",
    (RINGING, CONNECTED): PHONE_RINGS,
    (RINGING, HELD): f"{WAITS} {PHONE_RINGS} resume:phone_ringing",
    (CONNECTED, None): NOT_ANSWERED,
    (CONNECTED, DIALING): NOT_ANSWERED,
    (CONNECTED, RINGING): NOT_ANSWERED,
    (CONNECTED, CONNECTED): "",
    (CONNECTED, HELD): WAITS,
    (HELD, None): NOT_ANSWERED,
    (HELD, DIALING): NOT_ANSWERED,
    (HELD, RINGING): NOT_ANSWERED,
    (HELD, CONNECTED): "",
    (HELD, HELD): WAITS,
}


@pytest.mark.parametrize("muted", [False, True])
@pytest.mark.parametrize("pair", list(LEGS), ids=str)
def test_how_the_two_legs_stand(pair: tuple[LegState | None, LegState | None], muted: bool) -> None:
    agent, customer = pair
    microphone = ""
    if muted:
        microphone = f"mute:muted unmute:{'ok' if agent in (CONNECTED, HELD) else 'phone_ringing'}"
    check(call(agent=agent, customer=customer, muted=muted), f"{LEGS[pair]} {microphone}")


ALWAYS, NEVER, ON_DEMAND = RecordingMode.ALWAYS, RecordingMode.NEVER, RecordingMode.ON_DEMAND
MASKED = "record:masked stop_record:masked mask:masked unmask:ok"
RECORDED: tuple[tuple[Recording, Mask, str], ...] = (
    (Recording.OFF, Mask.OFF, ""),
    (Recording.ON, Mask.OFF, "record:recording stop_record:ok"),
    (Recording.ON, Mask.FAILED, "record:recording stop_record:ok"),
    (Recording.OFF, Mask.FAILED, ""),
    (Recording.PAUSED, Mask.ON, MASKED),
    (Recording.OFF, Mask.ON, MASKED),
    (Recording.PAUSED, Mask.OFF, "record:recording stop_record:ok"),
)


@pytest.mark.parametrize(("recording", "mask", "differs"), RECORDED)
def test_recording_and_mask(recording: Recording, mask: Mask, differs: str) -> None:
    check(call(recording=recording, mask=mask), differs)
    check(call(recording=recording, mask=mask, customer=HELD), WAITS)
    check(call(recording=recording, mask=mask, customer=RINGING), NOT_ANSWERED)


WHO_RECORDS: tuple[tuple[RecordingMode, str, bool, str], ...] = (
    (ON_DEMAND, "", False, ""),
    (ALWAYS, "", False, "recording_always"),
    (NEVER, "", False, "recording_never"),
    (ON_DEMAND, "", True, ""),
    (ON_DEMAND, "local", False, "emergency"),
    (ALWAYS, "test", False, "emergency"),
    (NEVER, "national", False, "emergency"),
    (ON_DEMAND, "local", True, ""),
    (ALWAYS, "local", True, "recording_always"),
    (NEVER, "local", True, "recording_never"),
)


@pytest.mark.parametrize(("mode", "emergency", "permitted", "code"), WHO_RECORDS)
def test_who_says_what_is_recorded(mode: RecordingMode, emergency: str, permitted: bool, code: str) -> None:
    directory = with_skill("support", recording=mode)
    directory = replace(directory, settings=replace(directory.settings, emergency_record=permitted))
    refused = f"record:{code} stop_record:{code}" if code else ""
    for differs, contact in (
        ("", call(emergency=emergency)),
        (MASKED, call(emergency=emergency, recording=Recording.PAUSED, mask=Mask.ON)),
        (WAITS, call(emergency=emergency, customer=HELD)),
        (NOT_ANSWERED, call(emergency=emergency, customer=RINGING)),
    ):
        check(contact, f"{differs} {refused}", directory=directory)


# --- orders that are under way -------------------------------------------------------------------------------------

# What must not be asked for while that is under way; `cannot` is why a thing cannot be done anyway.
UNDER_WAY = {
    "answer": "answer decline",
    "dial": "",
    "hold": "hold resume swap digits record stop_record mask unmask",
    "resume": "hold resume swap consult",
    "talk": "hold resume swap",
    "step_out": "hold resume swap",
    "merge": "end hold resume swap digits record stop_record mask unmask consult abandon merge transfer drop",
    "transfer": "end hold resume swap digits record stop_record mask unmask consult abandon merge transfer drop",
    "mute": "mute unmute",
    "unmute": "mute unmute",
    "record": "record stop_record unmask",
    "stop_record": "record stop_record mask unmask",
    "mask": "record stop_record mask unmask merge transfer",
    "unmask": "record stop_record mask unmask merge transfer",
    "end": "end hold resume swap mute unmute digits record stop_record mask unmask consult abandon merge transfer drop",
}
IN_EAR = Around("ear", call=True)
WITHOUT_ASKS: dict[str, tuple[Contact, Around]] = {
    "answer": (call(phase=Phase.OFFERED), NOTHING),
    "decline": (call(phase=Phase.OFFERED), NOTHING),
    "resume": (call(customer=HELD), NOTHING),
    "unmute": (call(muted=True), NOTHING),
    "stop_record": (call(recording=Recording.ON), NOTHING),
    "unmask": (call(mask=Mask.ON), NOTHING),
    "abandon": (asking(RINGING), NOTHING),
    "merge": (asking(CONNECTED), NOTHING),
    "transfer": (asking(CONNECTED), NOTHING),
    "swap": (asking(CONNECTED), NOTHING),
    "drop": (call(party(invited=True)), NOTHING),
    "digits of a consult": (asking(CONNECTED), NOTHING),
    "merge of two calls": (call(customer=HELD), IN_EAR),
    "transfer of two calls": (call(customer=HELD), IN_EAR),
    "swap of two calls": (call(customer=HELD), IN_EAR),
    **{name: (call(), NOTHING) for name in ("end", "hold", "mute", "digits", "record", "mask", "consult")},
}


@pytest.mark.parametrize("order", list(WITHOUT_ASKS))
def test_what_contradicts_what_is_under_way_is_pending(order: str) -> None:
    contact, nearby = WITHOUT_ASKS[order]
    name = order.split(maxsplit=1)[0]
    assert situated(True, contact, DIRECTORY, nearby)[name] is None
    for goal, contradicted in UNDER_WAY.items():
        ask, other = Ask("1", goal, START, START + 5_000), Ask("2", "dial", START, START + 5_000)
        code = "pending" if name in contradicted.split() else None
        for asked in ((ask,), (other, ask), (ask, other)):
            assert situated(True, replace(contact, asked=asked), DIRECTORY, nearby)[name] == code, goal


# --- what is offered, without a call, and after it -----------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("other", ["", "ear", "waits", "busy"])
def test_what_is_offered_is_taken_unless_another_call_cannot_be_put_on_hold(kind: Kind, other: str) -> None:
    silent = kind in (Kind.WORK_ITEM, Kind.EMAIL)
    contact = call(kind=kind, phase=Phase.OFFERED, agent=RINGING, customer=RINGING)
    answer = "other_call" if other == "busy" and not silent else None
    found = situated(True, contact, DIRECTORY, Around(other, call=bool(other)))
    assert found == {"answer": answer, "decline": None}


@pytest.mark.parametrize("kind", [Kind.WORK_ITEM, Kind.EMAIL])
def test_work_that_a_call_has_interrupted_is_parked(kind: Kind) -> None:
    contact = call(agent=None, customer=None, kind=kind)
    assert situated(True, contact, DIRECTORY, NOTHING) == {"finish": None, "give_back": None}
    assert situated(True, contact, DIRECTORY, Around("waits", call=True)) == {"finish": "parked", "give_back": "parked"}


@pytest.mark.parametrize(
    ("extension", "wrap_up", "code"),
    [
        (60_000, 120_000, None),
        (0, 120_000, "no_extension"),
        (60_000, None, "no_extension"),
        (0, None, "no_extension"),
        (60_000, 0, None),
    ],
)
def test_more_time_where_there_is_an_end_to_it(extension: int, wrap_up: int | None, code: str | None) -> None:
    directory = with_skill("support", extension=extension, wrap_up=wrap_up)
    assert situated(True, call(phase=Phase.WRAP_UP), directory, NOTHING)["extend"] == code


@pytest.mark.parametrize("state", list(SaveState))
@pytest.mark.parametrize(
    ("skill", "chosen", "code"),
    [("support", "", None), ("billing", "", "disposition_required"), ("billing", "Refunded", None)],
)
def test_wrap_up(state: SaveState, skill: str, chosen: str, code: str | None) -> None:
    draft = Draft(disposition=Field(chosen, 1))
    contact = call(phase=Phase.WRAP_UP, skill=skill, draft=draft, save=Save(state))
    assert situated(True, contact, DIRECTORY, NOTHING) == {
        "done": code,
        "save_again": None if state in (SaveState.ATTENTION, SaveState.DISCARDED) else "nothing_to_save",
        "extend": "no_extension",
    }


# --- phases, and the switch ----------------------------------------------------------------------------------------

CALL_ORDERS = tuple(codes(TALKING))
SHOWN: dict[tuple[Phase, bool], tuple[str, ...]] = {
    (Phase.QUEUED, False): (),
    (Phase.QUEUED, True): (),
    (Phase.OFFERED, False): ("answer", "decline"),
    (Phase.OFFERED, True): ("answer", "decline"),
    (Phase.ACTIVE, False): CALL_ORDERS,
    (Phase.ACTIVE, True): ("finish", "give_back"),
    (Phase.WRAP_UP, False): ("done", "save_again", "extend"),
    (Phase.WRAP_UP, True): ("done", "save_again", "extend"),
    (Phase.CLOSED, False): ("save_again",),
    (Phase.CLOSED, True): ("save_again",),
}


@pytest.mark.parametrize("switch_up", [True, False])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("phase", list(Phase))
def test_what_belongs_to_a_phase_and_needs_the_switch(phase: Phase, kind: Kind, switch_up: bool) -> None:
    silent = kind in (Kind.WORK_ITEM, Kind.EMAIL)
    contact = call(phase=phase, kind=kind)
    floor = Floor({"k": contact}, {SAM: Agent(SAM, contacts=("k",))}, switch_up=switch_up)
    mine = SHOWN[phase, silent]
    found = controls(floor, contact, DIRECTORY)
    assert tuple(found) == mine
    assert "not_now" not in found.values()
    for order in RULES:
        assert why_not(floor, contact, DIRECTORY, order) == found.get(order, "not_now"), order
    asks = phase in (Phase.OFFERED, Phase.ACTIVE) and not silent
    if not switch_up and asks:
        assert set(found.values()) == {"switch_down"}
    else:
        assert "switch_down" not in found.values()
        assert found == situated(True, contact, DIRECTORY, Around(call=contact.call))
