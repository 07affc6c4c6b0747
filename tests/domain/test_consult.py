"""Consults, transfers and conferences, with a switch that obeys and with one that does not."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Abandon,
    Answer,
    Consult,
    Decline,
    Drop,
    End,
    Hold,
    Merge,
    Resume,
    SaveDraft,
    SendDigits,
    SetState,
    StartMask,
    Swap,
    Transfer,
)
from connector.domain.directory import Directory, Entry, Profile
from connector.domain.effects import CallParty, Connect, EndLeg, Mix, Offer, PlayDigits
from connector.domain.events import AskRefused, CallerMatched, LegAnswered, LegEnded, PhoneChanged
from connector.domain.model import AgentState, Contact, LegState, Link, Phase, Record, Role
from connector.domain.rules.allowed import controls
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, Stage, go, on_a_call

PRIYA = "005000000000003AAA"
FRAUD = "+18005550199"
OFFICE = replace(
    DIRECTORY,
    agents={
        **DIRECTORY.agents,
        PRIYA: Profile(PRIYA, "Priya Nair", "2043", "US", "America/New_York", "en_US", {"billing": 9}),
    },
    entries=(Entry("fraud", "Card fraud line", FRAUD), Entry("jonas", "Jonas at home", "2042")),
)
BLIND = replace(OFFICE, settings=replace(OFFICE.settings, blind_transfer=True))
CASE = Record("500000000000001AAA", "Case", "00001026", "Charged twice")


def call(directory: Directory = OFFICE) -> tuple[Stage, str]:
    """Sam talks to Mia; Jonas and Priya are there, away from their queues."""
    stage, key = on_a_call(directory=directory)
    stage.give(PhoneChanged("2043", True))
    for colleague in (JONAS, PRIYA):
        stage.give(SetState(colleague, AgentState.UNAVAILABLE, "Training"))
    return stage, key


def asking(kind: str = "agent", target: str = JONAS, directory: Directory = OFFICE) -> tuple[Stage, str]:
    """Sam has Mia on hold and asks somebody, whose phone rings."""
    stage, key = call(directory)
    go(stage, Consult(SAM, key, kind, target))
    return stage, key


def theirs(stage: Stage, agent: str = JONAS) -> Contact:
    """The only contact of that agent."""
    (key,) = stage.agent(agent).contacts
    return stage.contact(key)


def asked(kind: str = "agent", target: str = JONAS, directory: Directory = OFFICE) -> tuple[Stage, str]:
    """The one who was asked has answered."""
    stage, key = asking(kind, target, directory)
    if kind == "agent":
        go(stage, Answer(target, theirs(stage, target).key))
    else:
        consulted = stage.contact(key).consulted
        assert consulted is not None
        go(stage, LegAnswered(consulted.id, stage.now))
    return stage, key


def parties(contact: Contact) -> dict[str, tuple[str, bool]]:
    """role and name of each leg → state and whether it belongs to the conversation."""
    return {f"{leg.role} {leg.agent or leg.number}".strip(): (leg.state.value, leg.joined) for leg in contact.legs}


def can(stage: Stage, key: str, name: str) -> str | None:
    return controls(stage.floor, stage.contact(key), stage.directory)[name]


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_customer_goes_on_hold_and_the_colleague_is_offered_the_request() -> None:
    stage, key = asking()
    contact, request = stage.contact(key), theirs(stage)
    assert contact.held
    assert contact.consult is not None
    assert (contact.consult.kind, contact.consult.name) == ("agent", "Jonas Weber")
    assert contact.consult.contact == request.key
    assert contact.consulted is not None
    assert contact.consulted.state is LegState.RINGING
    assert (request.phase, request.asked_by, request.interaction_key) == (Phase.OFFERED, key, key)
    far = request.leg(Role.CUSTOMER)
    mine = contact.leg(Role.AGENT)
    assert far is not None
    assert mine is not None
    assert (far.id, far.agent) == (mine.id, SAM)
    assert {name: can(stage, key, name) for name in ("merge", "transfer", "swap", "end", "abandon", "consult")} == {
        "merge": "not_connected",
        "transfer": "not_connected",
        "swap": "not_connected",
        "end": "consulting",
        "abandon": None,
        "consult": "consulting",
    }


def test_a_number_is_called_as_the_skill_and_the_customer_never_hears_it() -> None:
    stage, key = call()
    stage.give(Consult(SAM, key, "number", "(800) 555-0199"))
    mix, party = stage.asks
    assert isinstance(mix, Mix)
    assert mix.parked == (stage.leg(Role.CUSTOMER, key).id,)
    assert isinstance(party, CallParty)
    assert (party.number, party.caller_id) == (FRAUD, "+14155550100")


@pytest.mark.parametrize(("kind", "target"), [("entry", "jonas"), ("number", "2042")])
def test_a_number_that_is_a_colleague_s_is_the_colleague(kind: str, target: str) -> None:
    stage, key = asking(kind, target)
    known = stage.contact(key).consult
    assert known is not None
    assert (known.kind, known.target) == ("agent", JONAS)
    assert theirs(stage).asked_by == key


def test_what_is_dialled_has_the_call_centre_s_prefix_and_what_is_shown_has_not() -> None:
    directory = replace(OFFICE, settings=replace(OFFICE.settings, outside_prefix="9"))
    stage, key = call(directory)
    stage.give(Consult(SAM, key, "entry", "fraud"))
    party = stage.asks[-1]
    assert isinstance(party, CallParty)
    assert party.number == "9" + FRAUD[1:]
    consulted = stage.contact(key).consulted
    assert consulted is not None
    assert (consulted.name, consulted.number) == ("Card fraud line", FRAUD)


@pytest.mark.parametrize(
    ("kind", "target"),
    [("agent", SAM), ("agent", "nobody"), ("skill", "nothing"), ("entry", "gone"), ("number", "12"), ("number", "911")],
)
def test_a_target_that_cannot_be_used_changes_nothing(kind: str, target: str) -> None:
    stage, key = call()
    before = stage.contact(key)
    with pytest.raises(BadInput):
        stage.give(Consult(SAM, key, kind, target))
    assert stage.contact(key) is before
    assert stage.asks == []


def test_a_colleague_who_is_in_an_offer_is_busy() -> None:
    stage, key = asking()
    go(stage, Abandon(SAM, key))
    stage.give(SetState(JONAS, AgentState.AVAILABLE))
    stage.ring_in("+14155550188")
    assert theirs(stage).phase is Phase.OFFERED
    with pytest.raises(NotAllowed) as refusal:
        stage.give(Consult(SAM, key, "agent", JONAS))
    assert refusal.value.code == "agent_busy"


# --- it does not come about -------------------------------------------------------------------------------------------


def test_a_colleague_who_declines_is_as_before_and_the_customer_still_on_hold() -> None:
    stage, key = asking()
    go(stage, Decline(JONAS, theirs(stage).key))
    contact = stage.contact(key)
    assert (contact.held, contact.consult, len(contact.legs)) == (True, None, 2)
    assert contact.problem is not None
    assert (contact.problem.code, contact.problem.order) == ("consult_declined", "consult")
    assert (stage.agent(JONAS).state, stage.agent(JONAS).contacts) == (AgentState.UNAVAILABLE, ())
    assert list(stage.floor.contacts) == [key]
    assert stage.tasks == []
    go(stage, Resume(SAM, key))
    assert not stage.contact(key).held


def test_a_colleague_who_does_not_answer() -> None:
    stage, key = asking()
    stage.pass_time(20_000)
    stage.obey()
    problem = stage.contact(key).problem
    assert problem is not None
    assert problem.code == "consult_no_answer"
    assert stage.contact(key).held
    assert stage.agent(JONAS).state is AgentState.UNAVAILABLE


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("busy", "consult_busy"),
        ("no_answer", "consult_no_answer"),
        ("declined", "consult_declined"),
        ("failed", "consult_failed"),
        ("wrong_number", "consult_wrong_number"),
    ],
)
def test_a_number_that_does_not_answer(cause: str, code: str) -> None:
    stage, key = asking("entry", "fraud")
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, cause, stage.now))
    contact = stage.contact(key)
    assert contact.problem is not None
    assert (contact.problem.code, contact.held, contact.consult) == (code, True, None)


def test_a_number_that_rings_for_too_long_is_given_up() -> None:
    stage, key = asking("entry", "fraud")
    stage.pass_time(45_000)
    stage.obey()
    contact = stage.contact(key)
    assert contact.problem is not None
    assert (contact.problem.code, contact.held, len(contact.legs)) == ("consult_no_answer", True, 2)


def test_a_refused_call_of_a_party_is_told_by_its_leg() -> None:
    stage, key = call()
    stage.give(Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    stage.give(AskRefused(key, key, "number_invalid", stage.now))
    go(stage, LegEnded(consulted.id, "failed", stage.now))
    assert stage.contact(key).consult is None
    assert stage.contact(key).phase is Phase.ACTIVE


def test_abandoning_lets_go_whoever_was_rung() -> None:
    stage, key = asking()
    stage.give(Abandon(SAM, key))
    ends = [ask for ask in stage.asks if isinstance(ask, EndLeg)]
    assert ends
    stage.obey()
    assert list(stage.floor.contacts) == [key]
    assert stage.contact(key).held
    assert stage.contact(key).problem is None


def test_the_consulted_one_hangs_up() -> None:
    stage, key = asked()
    go(stage, LegEnded(stage.leg(Role.AGENT, theirs(stage).key).id, "normal", stage.now))
    contact = stage.contact(key)
    assert contact.problem is not None
    assert (contact.problem.code, contact.held, contact.consult) == ("consult_hung_up", True, None)
    assert stage.tasks == []
    assert stage.agent(JONAS).state is AgentState.UNAVAILABLE


def test_the_consulted_colleague_ends_their_own_leg_only() -> None:
    stage, key = asked()
    go(stage, End(JONAS, theirs(stage).key))
    assert stage.contact(key).phase is Phase.ACTIVE
    assert stage.contact(key).held
    assert stage.tasks == []


def test_the_customer_hangs_up_while_the_phone_of_a_colleague_rings() -> None:
    stage, key = asking()
    stage.customer_hangs_up(key)
    stage.obey()
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert stage.agent(JONAS).contacts == ()


def test_the_customer_hangs_up_while_the_agents_talk_and_they_go_on() -> None:
    stage, key = asked()
    stage.customer_hangs_up(key)
    stage.obey()
    contact = stage.contact(key)
    assert contact.phase is Phase.ACTIVE
    assert parties(contact) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {JONAS}": ("CONNECTED", True)}
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert stage.agent(JONAS).contacts == ()
    assert [task.contact for task in stage.tasks] == [key]


def test_the_agent_s_phone_goes_and_the_customer_is_queued_with_their_age() -> None:
    stage, key = asked()
    stage.walks_away(key)
    stage.obey()
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert stage.agent(JONAS).contacts == ()
    (queued,) = stage.floor.queues["support"]
    assert stage.contact(queued).started == stage.contact(key).started


# --- talking in private -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "target"), [("agent", JONAS), ("entry", "fraud")])
def test_they_talk_in_private(kind: str, target: str) -> None:
    stage, key = asked(kind, target)
    contact = stage.contact(key)
    assert contact.held
    assert contact.consulted is not None
    assert (contact.consulted.state, contact.consulted.joined) == (LegState.CONNECTED, False)
    assert {name: can(stage, key, name) for name in ("merge", "transfer", "swap", "digits", "resume", "record")} == {
        "merge": None,
        "transfer": None,
        "swap": None,
        "digits": None,
        "resume": "consulting",
        "record": "held",
    }


def test_digits_go_to_the_one_who_is_consulted() -> None:
    stage, key = asked("entry", "fraud")
    stage.give(SendDigits(SAM, key, "1#"))
    played = stage.asks[-1]
    assert isinstance(played, PlayDigits)
    assert stage.contact(key).consulted is not None
    assert played.leg == stage.contact(key).consulted.id  # type: ignore[union-attr]  # as the line before says


def test_swap_goes_back_to_the_customer_and_to_the_consult_again() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    contact = stage.contact(key)
    assert (contact.held, contact.in_ear) == (False, True)
    assert contact.consulted is not None
    assert contact.consulted.state is LegState.HELD
    assert (can(stage, key, "hold"), can(stage, key, "digits")) == ("consulting", None)
    go(stage, Swap(SAM, key))
    contact = stage.contact(key)
    assert contact.held
    assert contact.consulted is not None
    assert contact.consulted.state is LegState.CONNECTED


def test_who_went_back_to_the_customer_while_it_rang_is_not_taken_away_from_them() -> None:
    stage, key = asking("entry", "fraud")
    go(stage, Resume(SAM, key))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    contact = stage.contact(key)
    assert (contact.held, contact.in_ear) == (False, True)
    assert contact.consulted is not None
    assert contact.consulted.state is LegState.HELD


def test_a_hold_that_was_refused_is_made_up_for_when_the_colleague_answers() -> None:
    stage, key = call()
    stage.give(Consult(SAM, key, "agent", JONAS))
    hold, offer = stage.asks
    assert isinstance(hold, Mix)
    assert isinstance(offer, Offer)
    stage.asks.clear()
    for event in stage.news_of(offer):
        stage.give(event)
    go(stage, Answer(JONAS, theirs(stage).key))
    assert stage.contact(key).held


# --- transfer -------------------------------------------------------------------------------------------------------


def test_a_transfer_gives_the_customer_to_the_colleague_with_what_was_written() -> None:
    stage, key = call()
    stage.give(SaveDraft(SAM, key, "comments", 3, text="Charged twice."))
    stage.give(SaveDraft(SAM, key, "what", 1, record=CASE))
    stage.give(SaveDraft(SAM, key, "tags", 1, tags=("Refund",)))
    go(stage, Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key), Transfer(SAM, key))
    mine, other = stage.contact(key), theirs(stage)
    assert (mine.phase, mine.legs) == (Phase.WRAP_UP, ())
    assert stage.agent(SAM).state is AgentState.WRAP_UP
    assert (other.phase, other.asked_by, other.sender, other.internal) == (Phase.ACTIVE, "", SAM, False)
    assert (other.number, other.line, other.interaction_key) == (MIA, mine.line, key)
    assert parties(other) == {"CUSTOMER": ("CONNECTED", True), "AGENT": ("CONNECTED", True)}
    assert other.draft.comments.value == "Sam Rivera:\nCharged twice.\n\n"
    assert (other.draft.what, other.along) == (Link(), (CASE,)), "whether Jonas may see it is asked first"
    stage.give(CallerMatched(other.key, seen=(CASE.id,)))
    draft = theirs(stage).draft
    assert (draft.what.value, draft.what.by) == (CASE, "sender")
    assert other.draft.tags.value == ("Refund",)
    stage.customer_hangs_up(other.key)
    stage.obey()
    assert [task.contact for task in stage.tasks] == [key, other.key]
    assert {task.fields["OwnerId"] for task in stage.tasks} == {SAM, JONAS}
    assert {task.fields["Phone_Interaction_Key__c"] for task in stage.tasks} == {key}


def test_notes_stay_where_they_are_when_the_administrator_says_so() -> None:
    directory = replace(OFFICE, settings=replace(OFFICE.settings, transfer_notes=False))
    stage, key = call(directory)
    stage.give(SaveDraft(SAM, key, "comments", 3, text="Charged twice."))
    go(stage, Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key), Transfer(SAM, key))
    assert theirs(stage).draft.comments.value == ""


def test_what_the_receiver_wrote_meanwhile_stays() -> None:
    stage, key = call()
    stage.give(SaveDraft(SAM, key, "comments", 1, text="x" * 31_000))
    go(stage, Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key))
    stage.give(SaveDraft(JONAS, theirs(stage).key, "comments", 5, text="y" * 2_000))
    go(stage, Transfer(SAM, key))
    comments = theirs(stage).draft.comments
    assert comments.value.startswith("Sam Rivera:\nxxx")
    assert comments.value.endswith("x\n\n" + "y" * 2_000)
    assert (len(comments.value), comments.revision) == (32_000, 6)


@pytest.mark.parametrize(("mine", "theirs"), [("who", "what"), ("what", "who")])
def test_a_lead_and_a_related_to_do_not_come_together(mine: str, theirs: str) -> None:
    records = {"who": Record("00Q000000000001AAA", "Lead", "D. Whitfield"), "what": CASE}
    stage, key = call()
    stage.give(SaveDraft(SAM, key, theirs, 1, record=records[theirs]))
    go(stage, Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs_of(stage).key))
    stage.give(SaveDraft(JONAS, theirs_of(stage).key, mine, 1, record=records[mine]))
    go(stage, Transfer(SAM, key))
    draft = theirs_of(stage).draft
    kept = {"who": draft.who.value, "what": draft.what.value}
    assert (kept[mine], kept[theirs]) == (records[mine], None)


def theirs_of(stage: Stage) -> Contact:
    return theirs(stage)


def test_a_transfer_to_a_number_leaves_no_agent_and_has_an_end() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    assert [leg.state for leg in left.legs] == [LegState.CONNECTED, LegState.CONNECTED]
    stage.pass_time(OFFICE.settings.unattended)
    ends = {ask.leg for ask in stage.asks if isinstance(ask, EndLeg)}
    assert {leg.id for leg in left.legs} <= ends
    assert left.key not in stage.floor.contacts


def test_when_one_of_those_without_an_agent_hangs_up_the_other_is_let_go() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Transfer(SAM, key))
    (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    first, second = left.legs
    stage.give(LegEnded(first.id, "normal", stage.now))
    assert any(isinstance(ask, EndLeg) and ask.leg == second.id for ask in stage.asks)
    assert left.key not in stage.floor.contacts


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_a_transfer_that_does_not_work_leaves_everybody_where_they_were(how: str) -> None:
    stage, key = asked()
    stage.give(Transfer(SAM, key))
    (ask,) = stage.contact(key).asked
    stage.asks.clear()
    if how == "refused":
        stage.give(AskRefused(key, ask.id, "no_such_leg", stage.now))
    else:
        stage.pass_time(5_000)
    contact = stage.contact(key)
    assert contact.problem is not None
    assert (contact.problem.order, contact.held, contact.phase) == ("transfer", True, Phase.ACTIVE)
    assert contact.consulted is not None
    assert can(stage, key, "transfer") is None


def test_the_colleague_hangs_up_just_before_the_transfer() -> None:
    stage, key = asked()
    stage.give(Transfer(SAM, key))
    stage.asks.clear()
    go(stage, LegEnded(stage.leg(Role.AGENT, theirs(stage).key).id, "normal", stage.now))
    contact = stage.contact(key)
    assert (contact.held, contact.consult, contact.asked) == (True, None, ())
    assert contact.phase is Phase.ACTIVE


def test_never_while_masked() -> None:
    stage, key = call()
    go(stage, StartMask(SAM, key), Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key))
    assert (can(stage, key, "merge"), can(stage, key, "transfer")) == ("masked", "masked")


# --- a skill ----------------------------------------------------------------------------------------------------------


def test_a_skill_counts_as_connected_once_its_queue_has_the_request() -> None:
    stage, key = asking("skill", "billing")
    assert stage.contact(key).consulted is None
    assert (can(stage, key, "transfer"), can(stage, key, "merge")) == (None, "not_connected")
    (queued,) = stage.floor.queues["billing"]
    assert stage.contact(queued).asked_by == key


def test_a_transfer_into_a_queue_takes_age_priority_and_notes_along() -> None:
    stage, key = call()
    stage.give(SaveDraft(SAM, key, "comments", 3, text="Charged twice."))
    started = stage.contact(key).started
    go(stage, Consult(SAM, key, "skill", "billing"))
    stage.pass_time(60_000)
    go(stage, Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    (queued,) = stage.floor.queues["billing"]
    waiting = stage.contact(queued)
    assert (waiting.started, waiting.skill, waiting.sender, waiting.asked_by) == (started, "billing", SAM, "")
    assert parties(waiting) == {"CUSTOMER": ("HELD", True)}
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    go(stage, Answer(PRIYA, queued))
    assert stage.contact(queued).draft.comments.value == "Sam Rivera:\nCharged twice.\n\n"
    assert stage.contact(queued).phase is Phase.ACTIVE


def test_somebody_of_the_skill_answers_and_is_merged() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    assert stage.contact(key).consulted is not None
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key), Merge(SAM, key))
    assert stage.contact(key).conference
    assert theirs(stage, PRIYA).conference


def test_somebody_of_the_skill_declines_and_the_queue_goes_on_looking() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    go(stage, Decline(PRIYA, theirs(stage, PRIYA).key))
    contact = stage.contact(key)
    assert contact.consult is not None
    assert (contact.consulted, contact.problem, contact.consult.leg) == (None, None, "")
    assert len(stage.floor.queues["billing"]) == 1
    assert stage.agent(PRIYA).reason == "Declined a call"


def test_somebody_of_the_skill_who_answered_hangs_up() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    go(stage, End(PRIYA, theirs(stage, PRIYA).key))
    contact = stage.contact(key)
    assert (contact.held, contact.consult) == (True, None)
    assert contact.problem is not None
    assert contact.problem.code == "consult_hung_up"


def test_a_transfer_while_it_rings_at_somebody_of_the_skill() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    go(stage, Transfer(SAM, key))
    offered = theirs(stage, PRIYA)
    assert (offered.phase, offered.number) == (Phase.OFFERED, MIA)
    customer = stage.leg(Role.CUSTOMER, offered.key).id
    stage.give(Answer(PRIYA, offered.key))
    connect = stage.asks[-1]
    assert isinstance(connect, Connect)
    assert connect.customer_leg == customer


# --- blind ------------------------------------------------------------------------------------------------------------


def test_a_blind_transfer_is_for_those_whom_the_administrator_lets() -> None:
    stage, key = asking("agent", JONAS, BLIND)
    assert can(stage, key, "transfer") is None
    go(stage, Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert (theirs(stage).phase, theirs(stage).number) == (Phase.OFFERED, MIA)


def test_a_blind_transfer_that_is_declined_queues_the_customer() -> None:
    stage, key = asking("agent", JONAS, BLIND)
    go(stage, Transfer(SAM, key), Decline(JONAS, theirs(stage).key))
    (queued,) = stage.floor.queues["support"]
    assert stage.contact(queued).started == stage.contact(key).started
    assert stage.agent(JONAS).reason == "Training"


@pytest.mark.parametrize("answers", [True, False])
def test_a_blind_transfer_to_a_number(answers: bool) -> None:
    stage, key = asking("entry", "fraud", BLIND)
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    if answers:
        go(stage, LegAnswered(consulted.id, stage.now))
        (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
        assert {leg.state for leg in left.legs} == {LegState.CONNECTED}
    else:
        go(stage, LegEnded(consulted.id, "busy", stage.now))
        (queued,) = stage.floor.queues["support"]
        assert parties(stage.contact(queued)) == {"CUSTOMER": ("HELD", True)}
        assert not any(contact.unattended for contact in stage.floor.contacts.values())


# --- conference -------------------------------------------------------------------------------------------------------


def conference() -> tuple[Stage, str, str]:
    """Sam, Mia and Jonas hear each other."""
    stage, key = asked()
    go(stage, Merge(SAM, key))
    return stage, key, theirs(stage).key


def test_all_hear_all() -> None:
    stage, key, other = conference()
    assert parties(stage.contact(key)) == {
        "CUSTOMER": ("CONNECTED", True),
        "AGENT": ("CONNECTED", True),
        f"CONSULTED {JONAS}": ("CONNECTED", True),
    }
    assert parties(stage.contact(other)) == {
        "CUSTOMER": ("CONNECTED", True),
        "AGENT": ("CONNECTED", True),
        f"CONSULTED {SAM}": ("CONNECTED", True),
    }
    for one in (key, other):
        assert {name: can(stage, one, name) for name in ("hold", "digits", "mask", "end", "consult")} == {
            "hold": "conference",
            "digits": "conference",
            "mask": "conference",
            "end": None,
            "consult": None,
        }
    assert (can(stage, key, "drop"), can(stage, other, "drop")) == (None, "not_invited")


def test_end_takes_out_the_agent_only() -> None:
    stage, key, other = conference()
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert parties(stage.contact(other)) == {"CUSTOMER": ("CONNECTED", True), "AGENT": ("CONNECTED", True)}
    assert (can(stage, other, "hold"), can(stage, other, "mask"), can(stage, other, "digits")) == (None, None, None)
    go(stage, End(JONAS, other))
    assert [task.contact for task in stage.tasks] == [key, other]


def test_the_customer_leaves_and_the_agents_talk_on() -> None:
    stage, key, other = conference()
    stage.customer_hangs_up(key)
    stage.obey()
    assert parties(stage.contact(key)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {JONAS}": ("CONNECTED", True)}
    assert parties(stage.contact(other)) == {"AGENT": ("CONNECTED", True), f"CUSTOMER {SAM}": ("CONNECTED", True)}
    go(stage, End(SAM, key))
    assert {stage.contact(one).phase for one in (key, other)} == {Phase.WRAP_UP}
    assert len(stage.tasks) == 2


def test_a_party_is_dropped() -> None:
    stage, key, other = conference()
    leg = stage.leg(Role.AGENT, other)
    go(stage, Drop(SAM, key, leg.id))
    assert parties(stage.contact(key)) == {"CUSTOMER": ("CONNECTED", True), "AGENT": ("CONNECTED", True)}
    assert stage.contact(other).phase is Phase.WRAP_UP


@pytest.mark.parametrize("whose", ["customer", "agent", "nobody"])
def test_who_cannot_be_dropped(whose: str) -> None:
    stage, key, other = conference()
    leg = {"customer": stage.leg(Role.CUSTOMER, key).id, "agent": stage.leg(Role.AGENT, key).id}.get(whose, "x")
    with pytest.raises(BadInput):
        stage.give(Drop(SAM, key, leg))
    with pytest.raises(NotAllowed):
        stage.give(Drop(JONAS, other, stage.leg(Role.AGENT, key).id))


def test_a_third_one_is_asked_while_the_others_talk_on_and_joins() -> None:
    stage, key, other = conference()
    stage.give(Consult(SAM, key, "entry", "fraud"))
    step_out = stage.asks[0]
    assert isinstance(step_out, Mix)
    assert (set(step_out.talking), step_out.parked) == (
        {stage.leg(Role.CUSTOMER, key).id, stage.leg(Role.AGENT, other).id},
        (),
    )
    stage.obey()
    assert not stage.contact(key).in_ear
    assert stage.leg(Role.CUSTOMER, key).state is LegState.CONNECTED
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Merge(SAM, key))
    for one in (key, other):
        assert len(stage.contact(one).joined) == 4, parties(stage.contact(one))
    assert stage.contact(key).in_ear


def test_who_was_asked_does_not_answer_and_the_agent_comes_back() -> None:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, "busy", stage.now))
    assert (can(stage, key, "resume"), can(stage, key, "hold"), can(stage, key, "end")) == (None, "conference", None)
    go(stage, Resume(SAM, key))
    assert stage.contact(key).in_ear
    assert stage.contact(key).conference


def test_the_others_leave_while_the_agent_asks_and_the_customer_hears_music() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    go(stage, End(JONAS, other))
    assert stage.contact(key).held
    assert stage.contact(other).phase is Phase.WRAP_UP


def test_a_transfer_out_of_a_conference_leaves_the_others_together() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now), Transfer(SAM, key))
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert len(stage.contact(other).joined) == 3
    assert not any(contact.unattended for contact in stage.floor.contacts.values())


def test_there_is_a_most_of_parties() -> None:
    directory = replace(OFFICE, settings=replace(OFFICE.settings, most_parties=3))
    stage, key = asked(directory=directory)
    go(stage, Merge(SAM, key))
    assert can(stage, key, "consult") == "too_many_parties"


def test_the_last_agent_leaves_and_the_rest_have_a_time() -> None:
    stage, key = asked("entry", "fraud")
    go(stage, Merge(SAM, key), End(SAM, key))
    (left,) = [contact for contact in stage.floor.contacts.values() if contact.unattended]
    assert len(left.legs) == 2
    assert stage.contact(key).phase is Phase.WRAP_UP


def test_a_colleague_of_a_conference_can_ask_somebody_too() -> None:
    stage, key, other = conference()
    go(stage, Consult(JONAS, other, "agent", PRIYA))
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    assert len(stage.contact(key).joined) == 3
    assert stage.contact(key).in_ear
    go(stage, Merge(JONAS, other))
    for one in (key, other, theirs(stage, PRIYA).key):
        assert len(stage.contact(one).joined) == 4
    assert theirs(stage, PRIYA).sender == JONAS


def test_the_recording_and_the_record_control_go_on_in_a_conference() -> None:
    stage, key, _ = conference()
    assert can(stage, key, "record") is None


def test_a_conference_with_a_colleague_who_has_stepped_out_does_not_pull_them_back() -> None:
    stage, key, other = conference()
    go(stage, Consult(JONAS, other, "agent", PRIYA))
    go(stage, Answer(PRIYA, theirs(stage, PRIYA).key))
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, "busy", stage.now))
    assert stage.contact(key).held, "nobody else is with the customer"
    stage.give(Resume(SAM, key))
    mix = stage.asks[-1]
    assert isinstance(mix, Mix)
    assert stage.leg(Role.AGENT, other).id not in mix.talking


def test_a_call_on_hold_cannot_be_ended_but_after_a_resume() -> None:
    stage, key = call()
    go(stage, Hold(SAM, key))
    with pytest.raises(NotAllowed, match="held"):
        stage.give(End(SAM, key))
