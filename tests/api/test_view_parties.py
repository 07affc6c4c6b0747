"""Parties, consults, work items and emergency calls in the words of the wire: what the panel lists and names."""

from typing import Any

from msgspec.structs import replace

from connector.api.shown import Shown, Situations
from connector.api.view import contact_view, missed_row, setup_view, state_view, today_row, today_view
from connector.domain.directory import Settings
from connector.domain.model import (
    Agent,
    AgentState,
    Consult,
    Contact,
    Floor,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Missed,
    Outcome,
    Phase,
    Record,
    Role,
)
from connector.wire import state as wire
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, START

UP, HELD, RINGING = LegState.CONNECTED, LegState.HELD, LegState.RINGING
C = Leg("c", Role.CUSTOMER, UP, START)
A = Leg("a", Role.AGENT, UP, START, agent=SAM)
J = Leg("j", Role.CONSULTED, UP, START + 5, agent=JONAS, invited=True)
BANK = Leg("k", Role.CONSULTED, UP, START + 9, name="Card fraud line", number="+18005550199", invited=True)
CASE = Record("500000000000001AAA", "Case", "00001026", "Charged twice")
MAY_DROP: dict[str, str | None] = {"end": None, "drop": None}


def contact(*legs: Leg, **more: Any) -> Contact:
    """Sam's live call with Mia."""
    values: dict[str, Any] = {
        "key": "k1",
        "interaction_key": "k1",
        "kind": Kind.INBOUND,
        "phase": Phase.ACTIVE,
        "number": MIA,
        "line": "+14155550100",
        "skill": "support",
        "started": START,
        "match": Match(MatchState.NONE),
        "agent": SAM,
        "answered": START,
        "legs": legs,
    }
    return Contact(**{**values, **more})


def seen(one: Contact, can: dict[str, str | None] | None = None, *others: Contact) -> wire.ContactView:
    floor = Floor(contacts={it.key: it for it in (one, *others)})
    profile = DIRECTORY.agents[one.agent or SAM]
    return contact_view(floor, DIRECTORY, one, profile, {"end": None} if can is None else can)


def test_parties_have_names_and_the_invited_ones_can_be_dropped() -> None:
    view = seen(contact(C, A, J, BANK), MAY_DROP)
    assert view.conference
    assert view.in_ear
    assert [(leg.id, leg.colleague, leg.name, leg.number_shown, leg.droppable) for leg in view.legs] == [
        ("c", False, "", "", False),
        ("a", False, "", "", False),
        ("j", True, "Jonas Weber", "", True),
        ("k", False, "Card fraud line", "+1 800 555 0199", True),
    ]
    assert [leg.droppable for leg in seen(contact(C, A, J, BANK), {"drop": "pending"}).legs] == [False] * 4
    assert [leg.droppable for leg in seen(contact(C, A, J, BANK)).legs] == [False] * 4
    assert not seen(contact(C, A, replace(J, invited=False)), MAY_DROP).legs[2].droppable
    assert not seen(contact(C, A, replace(J, joined=False)), MAY_DROP).legs[2].droppable


def test_a_party_that_is_only_a_number_is_shown_by_it() -> None:
    (*_, leg) = seen(contact(C, A, replace(BANK, name="+18005550199"))).legs
    assert (leg.name, leg.number_shown) == ("", "+1 800 555 0199")
    customer = replace(C, number=MIA)
    assert seen(contact(customer, A)).legs[0].number_shown == ""


def test_a_consult_of_a_colleague_has_the_state_of_their_phone() -> None:
    asking = Consult("agent", JONAS, "Jonas Weber", START, "j", "k2")
    legs = (replace(C, state=HELD), replace(A, joined=False), replace(J, joined=False, state=RINGING))
    view = seen(contact(*legs, consult=asking))
    assert view.consult == wire.ConsultView("agent", "Jonas Weber", "Support EN, Sales", "ringing", START + 5)
    assert (view.in_ear, view.conference, view.held_since) == (False, False, START)
    assert [leg.joined for leg in view.legs] == [True, False, False]


def test_a_consult_of_a_skill_waits_and_then_says_who_took_it() -> None:
    asking = Consult("skill", "billing", "Billing", START + 1, "", "k2")
    assert seen(contact(C, A, consult=asking)).consult == wire.ConsultView("skill", "Billing", "", "queued", START + 1)
    taken = seen(contact(C, A, replace(J, joined=False), consult=replace(asking, leg="j")))
    assert taken.consult == wire.ConsultView("skill", "Billing", "", "connected", START + 5, "Jonas Weber")


def test_a_consult_of_an_entry_or_a_number_shows_the_number() -> None:
    leg = replace(BANK, joined=False, state=LegState.DIALING)
    entry = Consult("entry", "bank", "Card fraud line", START, "k", number="+18005550199")
    view = seen(contact(C, A, leg, consult=entry)).consult
    assert view is not None
    assert (view.name, view.detail, view.state) == ("Card fraud line", "+1 800 555 0199", "dialing")
    number = Consult("number", "+14155550188", "+14155550188", START, "k", number="+14155550188")
    view = seen(contact(C, A, leg, consult=number)).consult
    assert view is not None
    assert (view.name, view.detail) == ("+1 415 555 0188", "San Francisco, CA")


def test_the_one_who_asks_and_the_one_who_sent_are_named() -> None:
    sams = contact(C, A, J)
    customer = Leg("a", Role.CUSTOMER, UP, START, agent=SAM)
    asked = contact(customer, replace(J, role=Role.AGENT), key="k2", agent=JONAS, asked_by="k1", number="2041")
    view = seen(asked, None, sams)
    assert (view.asked_by, view.direction, view.number_shown, view.place) == ("Sam Rivera", "internal", "2041", "")
    assert (view.legs[0].colleague, view.legs[0].name) == (True, "Sam Rivera")
    assert seen(asked).asked_by == "", "nobody knows that contact any more"
    sent = seen(contact(C, A, sender=JONAS))
    assert (sent.sender, sent.direction, sent.asked_by) == ("Jonas Weber", "inbound", "")


def test_a_work_item_is_shown_with_what_it_is_about() -> None:
    about = {"title": "Check parcel", "payload": (("Order", "A-1"),), "url": "https://x.example/1", "record": CASE}
    view = seen(contact(kind=Kind.WORK_ITEM, number="", **about))
    assert (view.direction, view.number_shown, view.title, view.url) == (
        "work_item",
        "",
        "Check parcel",
        "https://x.example/1",
    )
    assert view.payload == (wire.Detail("Order", "A-1"),)
    assert view.record == wire.RecordView(CASE.id, "Case", "00001026", "Charged twice")
    assert not view.parked


def test_an_email_that_a_call_interrupts_is_parked() -> None:
    mail = contact(kind=Kind.EMAIL, number="")
    assert seen(mail, {"finish": "parked"}).parked
    assert not seen(mail, {"finish": None}).parked
    assert not seen(contact(C, A), {"finish": "parked"}).parked


def test_a_callback_and_an_emergency_call_say_what_they_are() -> None:
    callback = seen(contact(kind=Kind.CALLBACK, phase=Phase.OFFERED, caller="Mia Chen", attempts=1))
    assert (callback.kind, callback.caller, callback.attempts) == ("callback", "Mia Chen", 1)
    call = seen(contact(C, A, kind=Kind.OUTBOUND, number="911", emergency="local", address="1 Main St"))
    assert (call.number_shown, call.place, call.emergency, call.address) == ("911", "", "local", "1 Main St")


def test_favourites_and_what_the_administrator_allows() -> None:
    agent = Agent(SAM, AgentState.AVAILABLE, favourites=("bank",))
    state = state_view(Floor(agents={SAM: agent}), DIRECTORY, agent, seq=1, now=START, durable=True)
    assert state.agent.favourites == ("bank",)
    sam = replace(DIRECTORY.agents[SAM], supervisor=True)
    settings = Settings(mask_reminder=5_000, click_to_dial=False, transfer_notes=False, blind_transfer=True)
    setup = setup_view(replace(DIRECTORY, agents={SAM: sam}, settings=settings), SAM)
    assert (setup.mask_reminder, setup.click_to_dial, setup.transfer_notes) == (5_000, False, False)
    assert (setup.blind_transfer, setup.supervisor) == (True, True)
    assert not setup_view(DIRECTORY, SAM).supervisor


def test_the_day_has_what_was_not_taken_and_what_was_no_call() -> None:
    profile = DIRECTORY.agents[JONAS]
    row = missed_row(DIRECTORY, Missed("k", Kind.INBOUND, "+31205550121", "Ada", "support", START, "declined"), profile)
    assert (row.name, row.number_shown, row.outcome, row.at) == ("Ada", "020 555 0121", "declined", START)
    assert (row.skill_name, row.duration, row.save.state, row.record) == ("Support EN", 0, "none", None)
    work = contact(kind=Kind.WORK_ITEM, number="", title="Check parcel", ended=START + 9_000, outcome=Outcome.COMPLETED)
    done = today_row(DIRECTORY, work, profile)
    assert (done.name, done.number_shown, done.direction, done.duration) == ("Check parcel", "", "work_item", 9)


def test_what_was_missed_stands_among_the_days_contacts_once() -> None:
    profile = DIRECTORY.agents[SAM]
    taken = contact(started=START + 2_000, ended=START + 9_000, outcome=Outcome.ANSWERED)
    missed = (
        Missed("k9", Kind.INBOUND, MIA, "", "support", START + 3_000, "declined"),
        Missed("k9", Kind.INBOUND, MIA, "", "support", START + 1_000, "missed"),
        Missed("k1", Kind.INBOUND, MIA, "", "support", START + 1_000, "missed"),
        Missed("k8", Kind.INBOUND, MIA, "", "support", START - 1, "missed"),
    )
    today = today_view(DIRECTORY, profile, 1, [taken], missed, START)
    assert [(row.key, row.outcome) for row in today.rows] == [("k9", "declined"), ("k1", "answered")]
    assert today.total == 2


def test_who_asks_is_shown_anew_when_that_contact_is_another_agents() -> None:
    sams = contact(C, A, J)
    asked = contact(replace(A, role=Role.CUSTOMER), key="k2", agent=JONAS, asked_by="k1", number="2041")
    agent = Agent(JONAS, AgentState.WORKING, contacts=("k2",))
    floor = Floor(contacts={"k1": sams, "k2": asked}, agents={JONAS: agent})
    shown = Shown(Situations())

    def fresh() -> str:
        told = shown.state(floor, DIRECTORY, agent, seq=1, now=START, durable=True)
        assert told == state_view(floor, DIRECTORY, agent, seq=1, now=START, durable=True)
        return told.contacts[0].asked_by

    assert fresh() == "Sam Rivera"
    version = shown.version
    del floor.contacts["k1"]
    assert fresh() == ""
    assert shown.version == version + 1
