"""The situations that the panel's own examples show, as the core brings them about."""

from collections.abc import Callable

from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain.address import CivicAddress
from connector.domain.directory import RecordingMode
from connector.domain.events import (
    AskRefused,
    CallbackRequested,
    CallerMatched,
    LegAnswered,
    LegRinging,
    PhoneChanged,
    RecordingChanged,
    TaskRefused,
    TaskWaiting,
    WorkDelivered,
)
from connector.domain.model import AgentState, Kind, Line, Record, Recording
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
    JONAS,
    LINE,
    MIA,
    SAM,
    Stage,
    available,
    dialling,
    go,
    on_a_call,
    with_skill,
    wrapping_up,
)
from tests.domain.test_consult import OFFICE, asked, asking, conference, theirs
from tests.domain.test_two_calls import two_calls

MIA_CHEN = Record("003000000000001AAA", "Contact", "Mia Chen", "Northwind Traders", "matched_phone")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield", "Whitfield Consulting", "matched_phone")
CASE = Record("500000000000001AAA", "Case", "00001026", "Charged twice", "account_of")
ON_DEMAND = with_skill("billing", recording=RecordingMode.ON_DEMAND)
AMERICAN = replace(OFFICE, agents={**OFFICE.agents, JONAS: replace(OFFICE.agents[JONAS], country="US")})
"""Jonas, too, is where emergency numbers are configured."""

ADDRESS = CivicAddress("US", "CA", "San Francisco", "Mission St", "415", postal_code="94105")
AT_HOME = replace(
    DIRECTORY,
    agents={**DIRECTORY.agents, SAM: replace(DIRECTORY.agents[SAM], address=ADDRESS, address_verified=True)},
)


def logged_out() -> Stage:
    return Stage()


def idle() -> Stage:
    stage = Stage()
    available(stage)
    return stage


def unavailable() -> Stage:
    stage = Stage()
    stage.give(c.SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    return stage


def no_phone() -> Stage:
    stage = unavailable()
    stage.give(PhoneChanged("2041", False))
    return stage


def to_lift() -> Stage:
    """An agent whose phone has to be lifted."""
    stage = idle()
    stage.give(PhoneChanged("2041", True, Line.LIFTED))
    return stage


def kept() -> Stage:
    """The phone is connected between calls."""
    stage = to_lift()
    stage.give(c.SetLine(SAM, True))
    stage.give(PhoneChanged("2041", True, Line.KEPT))
    return stage


def offered_to_lift() -> Stage:
    stage = to_lift()
    stage.ring_in()
    stage.obey()
    return found(stage, MIA_CHEN, related=(CASE,))


def outbound_to_lift() -> Stage:
    stage = to_lift()
    stage.give(c.Dial(SAM, "(415) 555-0171"))
    stage.give(LegRinging(stage.contact().legs[0].id, stage.now))
    return stage


def found(stage: Stage, *people: Record, related: tuple[Record, ...] = ()) -> Stage:
    """The caller was looked up."""
    stage.give(CallerMatched(stage.contact().key, people, related))
    return stage


def offered() -> Stage:
    stage = idle()
    stage.ring_in()
    stage.obey()
    return found(stage, MIA_CHEN, related=(CASE,))


def recorded(stage: Stage) -> Stage:
    go(stage, c.StartRecord(SAM, stage.contact().key))
    return stage


def live() -> Stage:
    return recorded(found(on_a_call()[0], MIA_CHEN, related=(CASE,)))


def hold() -> Stage:
    stage = live()
    go(stage, c.Hold(SAM, stage.contact().key))
    return stage


def recalled() -> Stage:
    """Sam has hung up the phone while Mia was on hold, and it rings again."""
    stage = hold()
    stage.phone_hangs_up()
    stage.obey()
    return stage


def pending() -> Stage:
    stage = live()
    stage.give(c.Hold(SAM, stage.contact().key))
    return stage


def problem() -> Stage:
    stage = pending()
    ask = stage.contact().asked[0]
    stage.give(AskRefused(stage.contact().key, ask.id, "no_such_leg", stage.now))
    return stage


def muted() -> Stage:
    stage = live()
    go(stage, c.Mute(SAM, stage.contact().key))
    return stage


def masked() -> Stage:
    stage = live()
    go(stage, c.StartMask(SAM, stage.contact().key))
    return stage


def mask_failed() -> Stage:
    stage = live()
    stage.give(c.StartMask(SAM, stage.contact().key))
    stage.give(AskRefused(stage.contact().key, stage.contact().asked[0].id, "contradiction", stage.now))
    return stage


def lead() -> Stage:
    return recorded(found(on_a_call()[0], LEAD))


def several() -> Stage:
    return recorded(found(on_a_call()[0], MIA_CHEN, replace(MIA_CHEN, id="003000000000002AAA", name="Leo Park")))


def unknown() -> Stage:
    return recorded(found(on_a_call()[0]))


def outbound_ringing() -> Stage:
    return found(dialling()[0], MIA_CHEN)


def wrap_up(line: str = LINE) -> Stage:
    return found(wrapping_up(line)[0], MIA_CHEN)


def disposition() -> Stage:
    stage = wrap_up(BILLING_LINE)
    stage.pass_time(10 * 60_000)
    return stage


def saved() -> Stage:
    stage = wrap_up()
    stage.saved(stage.contact().key)
    return stage


def waiting() -> Stage:
    stage = wrap_up()
    contact = stage.contact()
    stage.give(TaskWaiting(contact.key, contact.save.wanted, stage.now + 30_000, "connection"))
    return stage


def attention() -> Stage:
    stage = wrap_up()
    contact = stage.contact()
    stage.give(
        TaskRefused(contact.key, contact.save.wanted, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "WhatId", "A Case, please.")
    )
    return stage


def refusal(key: str, revision: int) -> TaskRefused:
    words = "Required fields are missing: [Region__c, Visit_On__c]"
    return TaskRefused(key, revision, "REQUIRED_FIELD_MISSING", "Region__c, Visit_On__c", words)


def to_fill_in() -> Stage:
    """Salesforce has asked for two fields that the panel does not have, and one is filled in."""
    stage = wrap_up()
    contact = stage.contact()
    stage.give(refusal(contact.key, 1))
    stage.give(c.SaveDraft(SAM, contact.key, "Region__c", 1, "West"))
    return stage


def repairs() -> Stage:
    """The same, when wrap-up was done all the same."""
    stage = to_fill_in()
    key = stage.contact().key
    stage.give(c.Done(SAM, key))
    stage.give(refusal(key, 2))
    return stage


# --- work, callbacks -------------------------------------------------------------------------------------------------


def delivered(kind: Kind, title: str) -> WorkDelivered:
    payload = (("Order", "A-20931"),)
    about = replace(CASE, why="")
    return WorkDelivered("w-1", kind, "support", title, payload, "", about, 5, 0)


def callback_offered() -> Stage:
    stage = idle()
    stage.give(CallbackRequested("k-1", MIA, "Mia Chen", "support", 0, 5, stage.now))
    stage = found(stage, MIA_CHEN)
    stage.floor.contacts["k-1"] = replace(stage.contact(), attempts=1)
    return stage


def work_offered() -> Stage:
    stage = idle()
    stage.give(delivered(Kind.WORK_ITEM, "Check returned parcel"))
    return stage


def work_item() -> Stage:
    stage = work_offered()
    go(stage, c.Answer(SAM, "w-1"))
    return stage


def email_parked() -> Stage:
    stage = idle()
    stage.give(delivered(Kind.EMAIL, "Re: Invoice 20931"))
    go(stage, c.Answer(SAM, "w-1"))
    key = stage.ring_in()
    stage.obey()
    go(stage, c.Answer(SAM, key), CallerMatched(key, (MIA_CHEN,), (CASE,)), c.StartRecord(SAM, key))
    return stage


# --- parties ---------------------------------------------------------------------------------------------------------


def recorded_call(made: tuple[Stage, str]) -> Stage:
    """The customer's call was being recorded all along, and the caller is known."""
    stage, key = made
    go(stage, CallerMatched(key, (MIA_CHEN,), (CASE,)), RecordingChanged(key, Recording.ON, stage.now))
    return stage


def consult_ringing() -> Stage:
    return recorded_call(asking())


def consult_queued() -> Stage:
    return recorded_call(asking("skill", "billing"))


def consult_connected() -> Stage:
    return recorded_call(asked())


def consult_swapped() -> Stage:
    stage, key = asked()
    go(stage, c.Swap(SAM, key))
    return recorded_call((stage, key))


def consult_offered() -> Stage:
    return asking(directory=AMERICAN)[0]


def consulted() -> Stage:
    return asked(directory=AMERICAN)[0]


def in_conference() -> Stage:
    stage, key, _ = conference()
    go(stage, c.Consult(SAM, key, "entry", "fraud"))
    party = stage.contact(key).consulted
    assert party is not None
    go(stage, LegAnswered(party.id, stage.now), c.Merge(SAM, key))
    return recorded_call((stage, key))


def received() -> Stage:
    stage, key = asked(directory=AMERICAN)
    go(stage, c.SaveDraft(SAM, key, "comments", 1, "Charged twice"))
    other = theirs(stage).key
    go(stage, c.Transfer(SAM, key))
    return recorded_call((stage, other))


def with_two_calls() -> Stage:
    stage, first, second = two_calls()
    for key in (first, second):
        recorded_call((stage, key))
    return stage


def emergency() -> Stage:
    stage = Stage(AT_HOME)
    available(stage)
    go(stage, c.DialEmergency(SAM, "911"))
    return stage


SEEN_BY_JONAS = frozenset({"state_consult_offered", "state_consulted", "state_received"})
"""The situations that are Jonas's."""

SITUATIONS: dict[str, Callable[[], Stage]] = {
    "state_logged_out": logged_out,
    "state_idle": idle,
    "state_unavailable": unavailable,
    "state_no_phone": no_phone,
    "state_phone_kept": kept,
    "state_offered": offered,
    "state_offered_to_lift": offered_to_lift,
    "state_outbound_to_lift": outbound_to_lift,
    "state_live": live,
    "state_hold": hold,
    "state_recalled": recalled,
    "state_live_pending": pending,
    "state_live_problem": problem,
    "state_muted": muted,
    "state_masked": masked,
    "state_mask_failed": mask_failed,
    "state_lead": lead,
    "state_several": several,
    "state_unknown": unknown,
    "state_outbound_ringing": outbound_ringing,
    "state_wrapup_saving": wrap_up,
    "state_wrapup_disposition": disposition,
    "state_wrapup_saved": saved,
    "state_wrapup_waiting": waiting,
    "state_wrapup_attention": attention,
    "state_wrapup_asked": to_fill_in,
    "state_repairs": repairs,
    "state_callback_offered": callback_offered,
    "state_work_offered": work_offered,
    "state_work_item": work_item,
    "state_email_parked": email_parked,
    "state_consult_offered": consult_offered,
    "state_consulted": consulted,
    "state_consult_ringing": consult_ringing,
    "state_consult_queued": consult_queued,
    "state_consult_connected": consult_connected,
    "state_consult_swapped": consult_swapped,
    "state_conference": in_conference,
    "state_received": received,
    "state_two_calls": with_two_calls,
    "state_emergency": emergency,
}
