"""Every order of a call with more than two people, or beside another call: tables written by hand."""

import pytest
from msgspec.structs import replace

from connector.domain.model import Agent, Contact, Floor, Leg, LegState, Mask, Role
from connector.domain.rules.allowed import controls, situated, why_not
from connector.domain.rules.around import NOTHING, Around
from tests.domain.stage import DIRECTORY, SAM
from tests.domain.test_allowed import (
    CONNECTED,
    DIALING,
    HELD,
    IN_EAR,
    NOT_ANSWERED,
    NOT_HEARD,
    RINGING,
    TALKING,
    WAITS,
    asking,
    call,
    check,
    codes,
    leg,
    party,
)

BLIND = replace(DIRECTORY, settings=replace(DIRECTORY.settings, blind_transfer=True))


def parties(count: int) -> tuple[Leg, ...]:
    return tuple(party(f"p{n}") for n in range(count))


# --- consults and conferences --------------------------------------------------------------------------------------

CONSULTING = "end:consulting consult:consulting abandon:ok"
RINGS = f"{CONSULTING} merge:not_connected transfer:not_connected swap:not_connected"
UP = f"{CONSULTING} merge:ok transfer:ok swap:ok"
CONFERENCE = "hold:conference digits:conference mask:conference unmask:conference drop:not_invited"
OUT = "resume:ok record:held stop_record:held"
"""Where the agent has left a conference for a consult, and the others talk on."""

ASKED: dict[str, tuple[Contact, str]] = {
    "a colleague is about to ring": (
        asking(DIALING, customer=HELD),
        f"{RINGS} {NOT_HEARD} resume:ok digits:not_answered",
    ),
    "rings": (asking(RINGING, customer=HELD), f"{RINGS} {NOT_HEARD} resume:ok digits:not_answered"),
    "rings, the customer is not on hold yet": (
        asking(RINGING),
        f"{RINGS} {NOT_HEARD} hold:consulting resume:ok digits:not_answered",
    ),
    "rings, the customer is back": (asking(RINGING, inside=True), f"{RINGS} hold:consulting"),
    "answered": (asking(CONNECTED, customer=HELD), f"{UP} {NOT_HEARD} resume:consulting digits:ok"),
    "answered, the customer is back": (asking(HELD, inside=True), f"{UP} hold:consulting"),
    "all are on hold": (
        asking(HELD, customer=HELD),
        f"{UP} {NOT_HEARD} resume:consulting digits:not_answered",
    ),
    "no leg yet": (asking(None, customer=HELD), f"{RINGS} {NOT_HEARD} resume:ok"),
    "a queue": (asking(None, kind="skill", customer=HELD), f"{RINGS} {NOT_HEARD} resume:ok transfer:ok"),
    "a queue's agent rings": (
        asking(RINGING, kind="skill", customer=HELD),
        f"{RINGS} {NOT_HEARD} resume:ok digits:not_answered transfer:ok",
    ),
    "answered and masked": (
        asking(CONNECTED, customer=HELD, mask=Mask.ON),
        f"{UP} {NOT_HEARD} resume:consulting digits:ok merge:masked transfer:masked",
    ),
    "rings and masked": (
        asking(RINGING, customer=HELD, mask=Mask.ON),
        f"{RINGS} {NOT_HEARD} resume:ok digits:not_answered",
    ),
    "a queue, from a colleague's call": (
        asking(None, kind="skill", customer=HELD, internal=True),
        f"{RINGS} {NOT_HEARD} resume:ok",
    ),
    "answered, from a colleague's call": (
        asking(CONNECTED, customer=HELD, internal=True),
        f"{UP} {NOT_HEARD} resume:consulting digits:ok",
    ),
    "a queue and masked": (
        asking(None, kind="skill", customer=HELD, mask=Mask.ON),
        f"{RINGS} {NOT_HEARD} resume:ok transfer:masked",
    ),
    "a conference": (call(party()), CONFERENCE),
    "a conference with one's own guest": (call(party(invited=True)), f"{CONFERENCE} drop:ok"),
    "a conference on hold": (
        call(party(invited=True), customer=HELD),
        f"{CONFERENCE} end:held resume:ok record:held stop_record:held drop:ok",
    ),
    "a conference without the agent": (call(party(), inside=False), f"{CONFERENCE} {OUT}"),
    "a conference's agent asks": (
        asking(CONNECTED, party()),
        f"{UP} {CONFERENCE} {OUT} hold:consulting resume:consulting digits:ok swap:conference",
    ),
    "a conference's agent asks, and it rings": (
        asking(RINGING, party(invited=True)),
        f"{RINGS} {CONFERENCE} {OUT} hold:consulting digits:not_answered swap:conference drop:ok",
    ),
    "a conference's agent asks a queue": (
        asking(None, party(), kind="skill"),
        f"{RINGS} {CONFERENCE} {OUT} hold:consulting transfer:conference swap:conference",
    ),
}


@pytest.mark.parametrize("situation", list(ASKED))
def test_consults_and_conferences(situation: str) -> None:
    contact, differs = ASKED[situation]
    check(contact, differs)


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        (asking(RINGING, customer=HELD), None),
        (asking(DIALING, customer=HELD), None),
        (asking(RINGING, party()), "conference"),
        (asking(CONNECTED, party()), None),
        (asking(RINGING, customer=HELD, mask=Mask.ON), "masked"),
        (asking(RINGING, customer=HELD, internal=True), "not_connected"),
        (asking(CONNECTED, customer=HELD, internal=True), None),
    ],
)
def test_where_the_administrator_lets_it_a_call_is_passed_on_while_it_rings(contact: Contact, code: str | None) -> None:
    found = situated(True, contact, BLIND, NOTHING)
    assert found["transfer"] == code
    assert found["merge"] in ("not_connected", None)


@pytest.mark.parametrize(("guests", "full"), [(3, False), (4, True), (5, True)])
def test_a_conference_has_room_for_six(guests: int, full: bool) -> None:
    code = "too_many_parties" if full else None
    here = parties(guests)
    assert DIRECTORY.settings.most_parties == 6
    assert situated(True, call(*here), DIRECTORY, NOTHING)["consult"] == code
    assert situated(True, asking(CONNECTED, *here, inside=True), DIRECTORY, NOTHING)["merge"] == code
    assert situated(True, asking(RINGING, *here, inside=True), DIRECTORY, NOTHING)["merge"] == "not_connected"
    two = situated(True, call(*here, customer=HELD), DIRECTORY, IN_EAR)
    assert (two["merge"], two["transfer"]) == (code, None)


def test_who_is_consulted_helps_and_decides_nothing_about_the_customer() -> None:
    consulted = "hold:consulted digits:consulted record:consulted stop_record:consulted mask:consulted"
    consulted += " unmask:consulted consult:consulted"
    waits = f"{consulted} end:held resume:ok"
    check(call(asked_by="other"), consulted)
    check(call(asked_by="other", customer=HELD), waits)
    check(call(asked_by="other", customer=RINGING), consulted)
    check(call(asked_by="other", emergency="local"), consulted)
    check(call(asked_by="other", customer=HELD), f"{waits} resume:other_call swap:ok", IN_EAR)


# --- two calls -----------------------------------------------------------------------------------------------------

BESIDE: dict[tuple[str, LegState], str] = {
    ("ear", CONNECTED): "consult:other_call swap:not_held",
    ("ear", RINGING): f"{NOT_ANSWERED} swap:not_held",
    ("ear", HELD): f"{WAITS} resume:other_call consult:other_call merge:ok transfer:ok swap:ok",
    ("waits", CONNECTED): "swap:not_held",
    ("waits", RINGING): f"{NOT_ANSWERED} swap:not_held",
    ("waits", HELD): f"{WAITS} swap:other_call",
    ("busy", CONNECTED): "consult:other_call swap:not_held",
    ("busy", RINGING): f"{NOT_ANSWERED} swap:not_held",
    ("busy", HELD): f"{WAITS} resume:other_call consult:other_call swap:other_call",
}


@pytest.mark.parametrize("pair", list(BESIDE), ids=str)
def test_beside_another_call(pair: tuple[str, LegState]) -> None:
    other, customer = pair
    check(call(customer=customer), BESIDE[pair], Around(other, call=True))


def test_one_that_has_not_answered_is_brought_together_with_nobody() -> None:
    check(call(customer=RINGING, inside=False), f"{NOT_ANSWERED} swap:not_held", IN_EAR)


def test_a_call_and_a_masked_one_stay_apart() -> None:
    masked = f"{BESIDE['ear', HELD]} merge:masked transfer:masked"
    check(call(customer=HELD), masked, Around("ear", other_masked=True, call=True))
    check(call(customer=HELD, mask=Mask.ON), masked, IN_EAR)
    check(call(customer=HELD), BESIDE["waits", HELD], Around("waits", other_masked=True, call=True))


def test_the_other_calls_of_the_same_agent_are_around() -> None:
    held, heard = call(customer=HELD), call(key="other")
    sam = Agent(SAM, contacts=("k", "other"))
    floor = Floor(
        {"k": held, "other": replace(heard, legs=(leg("a2", Role.AGENT, CONNECTED), heard.legs[1]))}, {SAM: sam}
    )
    assert controls(floor, held, DIRECTORY) == codes(TALKING) | codes(BESIDE["ear", HELD])
    assert why_not(floor, held, DIRECTORY, "resume") == "other_call"
    floor.agents[SAM] = Agent(SAM, contacts=("k",))
    assert why_not(floor, held, DIRECTORY, "resume") is None
    unseen = Floor({"k": held, "other": heard})
    assert why_not(unseen, held, DIRECTORY, "resume") is None
