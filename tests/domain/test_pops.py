"""Screen pops: what opens in Salesforce, when, for whom, and never twice for one agent."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    BeginStep,
    Consult,
    Decline,
    Dial,
    DialEmergency,
    Done,
    End,
    Finish,
    SaveDraft,
    Transfer,
)
from connector.domain.directory import PopMoment, PopRule, Skill
from connector.domain.effects import (
    CompleteWork,
    Effect,
    MatchCaller,
    Pop,
    PopByLayout,
    PopFlow,
    PopNew,
    PopRecord,
    PopSearch,
    PopUrl,
    WithdrawPop,
)
from connector.domain.events import CallArrived, CallbackRequested, CallerMatched, LegAnswered, WorkDelivered
from connector.domain.model import Kind, MatchState, Phase, Record, Role
from connector.domain.rules.pops import WORDS
from connector.errors import NotAllowed
from tests.domain.stage import DIRECTORY, JONAS, LINE, MIA, SAM, Stage, available, go, with_skill

MIA_IS = Record("003000000000001AAA", "Contact", "Mia Chen")
TWIN = Record("003000000000002AAA", "Contact", "Mila Chen")
PERSON_ACCOUNT = Record("003000000000003AAA", "Contact", "Ana Silva", pop_id="001000000000003AAA")
CASE = Record("500000000000001AAA", "Case", "00001026")
POPS = (PopRecord, PopSearch, PopUrl, PopFlow, PopNew, PopByLayout)

RECORD, SEARCH, LAYOUT, NOTHING = map(PopRule, ("record", "search", "layout", "nothing"))
FLOW, LEAD = PopRule("flow", "Who_Calls"), PopRule("new", "Lead")
ANSWER, OFFER, NEVER = PopMoment.ANSWER, PopMoment.OFFER, PopMoment.NEVER


def opened(stage: Stage) -> list[Effect]:
    """What opened so far, in order."""
    return [effect for effect in stage.effects if isinstance(effect, POPS)]


def ready(**skill: Any) -> Stage:
    """Sam is available, in a skill with these rules."""
    stage = Stage(with_skill("support", **skill))
    available(stage)
    return stage


def looked_up(stage: Stage, key: str, *people: Record, **values: Any) -> None:
    stage.give(CallerMatched(key, people, **values))


def kinds(stage: Stage) -> list[str]:
    """What opened so far, in short."""
    return [
        f"{type(effect).__name__} {effect.part}" if isinstance(effect, PopByLayout) else type(effect).__name__
        for effect in opened(stage)
    ]


PEOPLE = {"one": (MIA_IS,), "many": (MIA_IS, TWIN), "none": ()}


# --- what opens ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", PEOPLE)
def test_where_nothing_is_configured_the_one_who_was_found_opens_as_it_rings(found: str) -> None:
    stage = ready()
    key = stage.ring_in()
    assert opened(stage) == [], "it is not known yet who it is"
    looked_up(stage, key, *PEOPLE[found])
    assert opened(stage) == ([PopRecord(SAM, key, MIA_IS)] if found == "one" else [])
    stage.obey()
    go(stage, Answer(SAM, key))
    assert len(opened(stage)) == (found == "one")


ARGUMENTS = (("number", MIA), ("line", LINE), ("skill", "support"), ("direction", "inbound"))


@pytest.mark.parametrize("found", PEOPLE)
@pytest.mark.parametrize("rule", [RECORD, SEARCH, FLOW, LEAD, LAYOUT, NOTHING], ids=lambda rule: rule.what)
def test_each_rule_does_its_own_for_each_count(found: str, rule: PopRule) -> None:
    stage = ready(**{f"pop_{found}": rule}, pop_when=ANSWER)
    key = stage.ring_in()
    looked_up(stage, key, *PEOPLE[found])
    stage.obey()
    assert opened(stage) == []
    go(stage, Answer(SAM, key))
    record = MIA_IS if found == "one" else None
    keys = (("contactKey", key), ("interactionKey", key))
    arguments = ((("recordId", MIA_IS.id),) if record else ()) + ARGUMENTS + keys
    fields = (("Phone", MIA),)
    expected: dict[str, Pop | None] = {
        "record": PopRecord(SAM, key, record) if record else None,
        "search": PopSearch(SAM, key, MIA),
        "flow": PopFlow(SAM, key, "Who_Calls", arguments),
        "new": PopNew(SAM, key, "Lead", fields),
        "layout": PopByLayout(SAM, key, "Inbound", found, record, MIA, fields, arguments, "all"),
        "nothing": None,
    }
    one = expected[rule.what]
    assert opened(stage) == ([] if one is None else [one])


def test_the_settings_count_where_the_skill_says_nothing() -> None:
    settings = replace(DIRECTORY.settings, pop_when=ANSWER, pop_one=FLOW, pop_many=SEARCH, pop_none=LEAD)
    stage = Stage(replace(with_skill("support", pop_many=NOTHING), settings=settings))
    available(stage)
    for people, expected in (((), "PopNew"), ((MIA_IS,), "PopFlow"), ((MIA_IS, TWIN), "")):
        stage.effects.clear()
        key = stage.ring_in()
        looked_up(stage, key, *people)
        stage.obey()
        assert kinds(stage) == []
        go(stage, Answer(SAM, key))
        assert kinds(stage) == [expected] * bool(expected)
        go(stage, End(SAM, key), Done(SAM, key))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), ()),
        ((("Phone", "{number}"), ("LeadSource", "Phone Inquiry")), (("Phone", MIA), ("LeadSource", "Phone Inquiry"))),
        (
            (("Description", "{skill} {line} {contact_key}"), ("LastName", "{name}")),
            (("Description", f"Support EN {LINE} id0003"),),
        ),
    ],
)
def test_a_new_record_is_filled_in_with_what_is_known(fields: Any, expected: Any) -> None:
    stage = ready(pop_none=LEAD, pop_fields=fields)
    key = stage.ring_in()
    looked_up(stage, key)
    go(stage, Answer(SAM, key))
    stage.obey()
    (new,) = opened(stage)
    assert isinstance(new, PopNew)
    assert new.fields == tuple((name, value.replace("id0003", key)) for name, value in expected)
    assert set(WORDS) == {"contact_key", "line", "name", "number", "skill"}


def test_of_a_person_account_a_flow_is_told_the_account() -> None:
    stage = ready(pop_one=FLOW)
    looked_up(stage, stage.ring_in(), PERSON_ACCOUNT)
    (flow,) = opened(stage)
    assert isinstance(flow, PopFlow)
    assert flow.arguments[0] == ("recordId", "001000000000003AAA")


def test_one_of_several_whom_the_agent_may_not_see_is_not_the_one() -> None:
    stage = ready(pop_many=LAYOUT)
    key = stage.ring_in()
    looked_up(stage, key, MIA_IS, hidden=True)
    (layout,) = opened(stage)
    assert isinstance(layout, PopByLayout)
    assert (layout.found, layout.record) == ("many", None)


@pytest.mark.parametrize("rule", [SEARCH, FLOW, LEAD], ids=lambda rule: rule.what)
def test_nobody_is_made_up_when_salesforce_could_not_be_asked(rule: PopRule) -> None:
    stage = ready(pop_none=rule, pop_many=rule)
    key = stage.ring_in()
    looked_up(stage, key, failed=True)
    stage.obey()
    go(stage, Answer(SAM, key))
    assert stage.contact(key).match.state is MatchState.FAILED
    assert opened(stage) == []


@pytest.mark.parametrize(("rule", "expected"), [(SEARCH, []), (FLOW, ["PopFlow"]), (LEAD, ["PopNew"])])
def test_a_withheld_number_is_nobody_s_and_cannot_be_searched_for(rule: PopRule, expected: list[str]) -> None:
    stage = ready(pop_none=rule)
    key = stage.ring_in(number="")
    stage.obey()
    go(stage, Answer(SAM, key))
    assert kinds(stage) == expected
    assert not any("number" in dict(it.arguments) for it in opened(stage) if isinstance(it, PopFlow))
    assert all(it.fields == () for it in opened(stage) if isinstance(it, PopNew))


# --- when ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True], ids=["found while it rings", "found during the call"])
@pytest.mark.parametrize("when", [OFFER, ANSWER, NEVER])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FLOW, {OFFER: "PopFlow", ANSWER: "PopFlow"}),
        (LEAD, {OFFER: "|PopNew", ANSWER: "PopNew"}),
        (LAYOUT, {OFFER: "PopByLayout but_new|PopByLayout only_new", ANSWER: "PopByLayout all"}),
    ],
    ids=["flow", "new", "layout"],
)
def test_the_moment_is_the_skill_s_and_a_window_comes_after_answer(
    rule: PopRule, expected: dict[PopMoment, str], when: PopMoment, late: bool
) -> None:
    stage = ready(pop_none=rule, pop_when=when)
    key = stage.ring_in()
    if not late:
        looked_up(stage, key)
    stage.obey()
    at_offer, _, at_answer = expected.get(when, "").rpartition("|")
    if "|" not in expected.get(when, "") and when is OFFER:
        at_offer, at_answer = at_answer, ""
    if late:
        at_offer, at_answer = "", {"": "", "flow": "PopFlow", "new": "PopNew", "layout": "PopByLayout all"}[
            "" if when is NEVER else rule.what
        ]
    assert kinds(stage) == [at_offer] * bool(at_offer)
    stage.effects.clear()
    go(stage, Answer(SAM, key))
    if late:
        assert kinds(stage) == []
        looked_up(stage, key)
    assert kinds(stage) == [at_answer] * bool(at_answer)
    stage.effects.clear()
    looked_up(stage, key, MIA_IS)
    stage.pass_time(1_000)
    assert kinds(stage) == [], "and never again"


def test_a_window_that_waits_for_answer_is_of_one_who_answers() -> None:
    stage = ready(pop_none=LEAD)
    key = stage.ring_in()
    looked_up(stage, key)
    stage.obey()
    assert stage.contact(key).window_due
    go(stage, Decline(SAM, key))
    assert WithdrawPop(SAM, key) in stage.effects
    available(stage, JONAS)
    looked_up(stage, key)
    stage.obey()
    assert opened(stage) == []
    go(stage, Answer(JONAS, key))
    assert opened(stage) == [PopNew(JONAS, key, "Lead", (("Phone", MIA),))]


def test_who_is_found_when_the_call_is_over_is_not_opened_any_more() -> None:
    stage = ready()
    key = stage.ring_in()
    stage.obey()
    go(stage, Answer(SAM, key))
    stage.customer_hangs_up(key)
    looked_up(stage, key, MIA_IS)
    assert stage.contact(key).draft.who.value == MIA_IS
    assert opened(stage) == []


@pytest.mark.parametrize("when", [OFFER, ANSWER])
def test_each_agent_who_has_it_in_turn_is_shown_it_once(when: PopMoment) -> None:
    stage = ready(pop_when=when)
    key = stage.ring_in()
    looked_up(stage, key, MIA_IS)
    stage.obey()
    go(stage, Decline(SAM, key))
    available(stage, JONAS)
    looked_up(stage, key, MIA_IS)
    stage.obey()
    go(stage, Answer(JONAS, key))
    shown = [PopRecord(SAM, key, MIA_IS)] if when is OFFER else []
    assert opened(stage) == [*shown, PopRecord(JONAS, key, MIA_IS)]


def test_who_lifts_the_phone_has_answered_too() -> None:
    stage = ready(pop_when=ANSWER)
    key = stage.ring_in()
    looked_up(stage, key, MIA_IS)
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.AGENT, key).id, stage.now))
    assert opened(stage) == [PopRecord(SAM, key, MIA_IS)]


# --- by the record that came with it -------------------------------------------------------------------------------


def with_record(stage: Stage) -> str:
    stage.calls += 1
    return stage.give(CallArrived(f"in-{stage.calls}", MIA, LINE, stage.now, record=CASE.id)).contacts[0].key


@pytest.mark.parametrize("people", [(), (MIA_IS,), (MIA_IS, TWIN)])
def test_the_record_that_the_switch_names_opens_at_once_whoever_calls(people: tuple[Record, ...]) -> None:
    stage = ready()
    key = with_record(stage)
    assert opened(stage) == [PopRecord(SAM, key, Record(CASE.id, "", ""))]
    looked_up(stage, key, *people)
    stage.obey()
    go(stage, Answer(SAM, key))
    assert len(opened(stage)) == 1


@pytest.mark.parametrize(("rule", "expected"), [(FLOW, "PopFlow"), (LAYOUT, "PopByLayout all"), (NOTHING, "")])
def test_it_counts_as_the_one_that_was_found(rule: PopRule, expected: str) -> None:
    stage = ready(pop_one=rule)
    with_record(stage)
    assert kinds(stage) == [expected] * bool(expected)
    assert all(dict(it.arguments)["recordId"] == CASE.id for it in opened(stage) if isinstance(it, PopFlow))


def test_it_waits_for_its_moment_and_goes_along_with_the_customer() -> None:
    stage = ready(pop_when=ANSWER)
    key = with_record(stage)
    assert opened(stage) == []
    stage.obey()
    go(stage, Decline(SAM, key))
    available(stage, JONAS)
    stage.obey()
    go(stage, Answer(JONAS, key))
    assert opened(stage) == [PopRecord(JONAS, key, Record(CASE.id, "", ""))]


GRACE = Record("003000000000009AAA", "Contact", "Grace Okafor")
LEAD_IS = Record("00Q000000000001AAA", "Lead", "D. Whitfield")


def links(stage: Stage, key: str) -> tuple[str, str]:
    """The ids in Name and Related To."""
    draft = stage.contact(key).draft
    return draft.who.value.id if draft.who.value else "", draft.what.value.id if draft.what.value else ""


@pytest.mark.parametrize(
    ("about", "people", "expected"),
    [
        (CASE, (), ("", CASE.id)),
        (CASE, (MIA_IS,), (MIA_IS.id, CASE.id)),
        (CASE, (MIA_IS, TWIN), ("", CASE.id)),
        (CASE, (LEAD_IS,), ("", CASE.id)),
        (GRACE, (), (GRACE.id, "")),
        (GRACE, (MIA_IS,), (GRACE.id, "")),
        (LEAD_IS, (MIA_IS,), (LEAD_IS.id, "")),
        (None, (MIA_IS,), (MIA_IS.id, "")),
    ],
)
def test_the_record_that_the_switch_names_is_linked_too_where_a_task_can_link_to_it(
    about: Record | None, people: tuple[Record, ...], expected: tuple[str, str]
) -> None:
    stage = ready()
    key = with_record(stage)
    looked_up(stage, key, *people, about=about)
    assert links(stage, key) == expected
    for link in (stage.contact(key).draft.who, stage.contact(key).draft.what):
        if about is not None and link.value is not None and link.value.id == about.id:
            assert (link.value, link.by, link.revision) == (replace(about, why="named"), "match", 1)


@pytest.mark.parametrize("chosen", [GRACE, LEAD_IS, None])
def test_what_the_agent_has_chosen_stays(chosen: Record | None) -> None:
    stage = ready()
    key = with_record(stage)
    stage.obey()
    go(stage, Answer(SAM, key), SaveDraft(SAM, key, "who", 1, record=chosen))
    looked_up(stage, key, about=TWIN)
    assert links(stage, key)[0] == (chosen.id if chosen else "")
    assert (stage.contact(key).draft.who.revision, stage.contact(key).draft.who.by) == (1, "agent")


@pytest.mark.parametrize("chosen", [LEAD_IS, GRACE])
def test_beside_a_lead_that_was_chosen_there_is_no_related_to(chosen: Record) -> None:
    stage = ready()
    key = with_record(stage)
    stage.obey()
    go(stage, Answer(SAM, key), SaveDraft(SAM, key, "who", 1, record=chosen))
    looked_up(stage, key, about=CASE)
    assert links(stage, key) == (chosen.id, CASE.id if chosen is GRACE else "")


def test_what_one_agent_may_see_is_not_linked_for_the_next_before_it_is_asked() -> None:
    stage = ready()
    key = with_record(stage)
    looked_up(stage, key, MIA_IS, about=CASE)
    stage.obey()
    go(stage, Decline(SAM, key))
    available(stage, JONAS)
    stage.obey()
    assert (links(stage, key), stage.contact(key).match.state) == (("", ""), MatchState.SEARCHING)
    looked_up(stage, key, MIA_IS)
    assert links(stage, key) == (MIA_IS.id, "")
    assert stage.contact(key).along == ()


def test_who_gets_the_customer_is_asked_about_the_record_for_themselves() -> None:
    stage = ready()
    available(stage, JONAS)
    key = with_record(stage)
    looked_up(stage, key, about=CASE)
    stage.obey()
    go(stage, Answer(SAM, key), Consult(SAM, key, "agent", JONAS))
    theirs = next(it.key for it in stage.floor.contacts.values() if it.agent == JONAS)
    go(stage, Answer(JONAS, theirs), Transfer(SAM, key))
    assert links(stage, theirs) == ("", "")
    assert MatchCaller(theirs, MIA) in stage.effects
    looked_up(stage, theirs, about=CASE)
    assert (links(stage, key), links(stage, theirs)) == (("", CASE.id), ("", CASE.id))


def test_a_caller_without_a_number_is_asked_about_for_the_record_s_sake() -> None:
    stage = ready()
    stage.calls += 1
    key = stage.give(CallArrived("in-9", "", LINE, stage.now, record=CASE.id)).contacts[0].key
    assert MatchCaller(key, "") in stage.effects
    looked_up(stage, key, about=CASE)
    assert (links(stage, key), stage.contact(key).match.state) == (("", CASE.id), MatchState.WITHHELD)


@pytest.mark.parametrize("record", [None, CASE])
def test_a_callback_opens_what_it_is_about_or_who_is_to_be_called(record: Record | None) -> None:
    stage = ready()
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", 0, 5, stage.now, record))
    looked_up(stage, "cb", MIA_IS)
    assert opened(stage) == [PopRecord(SAM, "cb", record or MIA_IS)]
    assert (stage.contact("cb").draft.what.value is not None) is (record is not None)
    go(stage, Answer(SAM, "cb"))
    assert len(opened(stage)) == 1


def test_a_callback_s_record_is_that_of_its_next_try_too() -> None:
    stage = ready()
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", 0, 5, stage.now, CASE))
    go(stage, Answer(SAM, "cb"))
    stage.customer_hangs_up("cb", "busy")
    (again,) = [contact for contact in stage.floor.contacts.values() if contact.phase is Phase.QUEUED]
    assert (again.record, again.draft.what.value) == (CASE, replace(CASE, why="delivered"))


@pytest.mark.parametrize("when", [OFFER, ANSWER])
def test_of_a_callback_answer_is_that_it_is_taken_on(when: PopMoment) -> None:
    stage = ready(pop_when=when, pop_none=LEAD, pop_fields=(("LastName", "{name}"),))
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", 0, 5, stage.now))
    looked_up(stage, "cb")
    assert opened(stage) == []
    go(stage, Answer(SAM, "cb"))
    assert opened(stage) == [PopNew(SAM, "cb", "Lead", (("LastName", "Mia"),))]


@pytest.mark.parametrize("when", [OFFER, ANSWER, NEVER])
@pytest.mark.parametrize("record", [None, CASE])
def test_a_work_item_opens_when_it_is_taken_on_unless_never(when: PopMoment, record: Record | None) -> None:
    stage = ready(pop_when=when)
    url = "https://shop.example/1"
    stage.give(WorkDelivered("work", Kind.WORK_ITEM, "support", "Late", (), url, record, 5, stage.now))
    assert opened(stage) == []
    go(stage, Answer(SAM, "work"))
    about = PopUrl(SAM, "work", url) if record is None else PopRecord(SAM, "work", record)
    assert opened(stage) == ([] if when is NEVER else [about])
    go(stage, Finish(SAM, "work"))
    assert len(opened(stage)) == (when is not NEVER)


# --- outbound, colleagues, emergencies -----------------------------------------------------------------------------


def dialled(stage: Stage, record: Record | None = None) -> str:
    key = stage.give(Dial(SAM, MIA, record=record)).created
    assert key is not None
    stage.obey()
    return key


@pytest.mark.parametrize("outbound", [False, True])
@pytest.mark.parametrize("record", [None, MIA_IS])
def test_a_call_that_was_dialled_opens_something_where_that_is_wanted_and_nothing_is_open(
    outbound: bool, record: Record | None
) -> None:
    stage = ready()
    stage.directory = replace(stage.directory, settings=replace(DIRECTORY.settings, pop_outbound=outbound))
    key = dialled(stage, record)
    looked_up(stage, key, MIA_IS)
    assert kinds(stage) == ["PopRecord"] * (outbound and record is None)


def test_then_answer_is_the_customer_s() -> None:
    stage = ready(pop_when=ANSWER, pop_none=LAYOUT)
    stage.directory = replace(stage.directory, settings=replace(DIRECTORY.settings, pop_outbound=True))
    key = dialled(stage)
    looked_up(stage, key)
    assert opened(stage) == []
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    (layout,) = opened(stage)
    assert isinstance(layout, PopByLayout)
    assert (layout.call, layout.part) == ("Outbound", "all")


@pytest.mark.parametrize("rule", [LEAD, FLOW, LAYOUT], ids=lambda rule: rule.what)
def test_a_colleague_s_call_concerns_only_the_layout(rule: PopRule) -> None:
    stage = ready(pop_none=rule)
    available(stage, JONAS)
    stage.give(Dial(SAM, "2042"))
    stage.obey()
    theirs = next(it for it in stage.floor.contacts.values() if it.agent == JONAS)
    go(stage, Answer(JONAS, theirs.key))
    layouts = [it for it in opened(stage) if isinstance(it, PopByLayout)]
    assert len(opened(stage)) == len(layouts)
    assert [(it.agent, it.call, it.found, it.part) for it in layouts] == (
        [(JONAS, "Internal", "none", "but_new"), (JONAS, "Internal", "none", "only_new")] if rule is LAYOUT else []
    )


def test_an_emergency_opens_nothing() -> None:
    stage = ready(pop_none=FLOW)
    stage.directory = replace(stage.directory, settings=replace(DIRECTORY.settings, pop_outbound=True))
    go(stage, DialEmergency(SAM, "911"))
    assert stage.contact().emergency
    assert opened(stage) == []


# --- who gets the customer -----------------------------------------------------------------------------------------


def asked(stage: Stage, *, answered: bool) -> tuple[str, str]:
    """Sam, who talks with Mia, asks Jonas; the keys of both contacts."""
    available(stage, JONAS)
    key = stage.ring_in()
    looked_up(stage, key, MIA_IS)
    stage.obey()
    go(stage, Answer(SAM, key), Consult(SAM, key, "agent", JONAS))
    theirs = next(it.key for it in stage.floor.contacts.values() if it.agent == JONAS)
    if answered:
        go(stage, Answer(JONAS, theirs))
    return key, theirs


@pytest.mark.parametrize("when", [OFFER, ANSWER, NEVER])
@pytest.mark.parametrize("answered", [True, False], ids=["who has answered", "who is rung"])
def test_who_gets_the_customer_is_shown_them(answered: bool, when: PopMoment) -> None:
    stage = ready(pop_when=when)
    stage.directory = replace(stage.directory, settings=replace(DIRECTORY.settings, blind_transfer=True))
    key, theirs = asked(stage, answered=answered)
    assert not [it for it in opened(stage) if it.agent == JONAS], "a question is no call of a customer"  # type: ignore[union-attr]
    go(stage, Transfer(SAM, key))
    looked_up(stage, theirs, MIA_IS)
    shown = [it for it in opened(stage) if it.agent == JONAS]  # type: ignore[union-attr]
    early = when is OFFER or (answered and when is ANSWER)
    assert [type(it) for it in shown] == [PopRecord] * early
    if not answered:
        go(stage, Answer(JONAS, theirs))
    shown = [it for it in opened(stage) if it.agent == JONAS]  # type: ignore[union-attr]
    assert [it.record.id for it in shown if isinstance(it, PopRecord)] == [MIA_IS.id] * (when is not NEVER)


def test_the_receiver_in_a_skill_is_offered_what_the_sender_chose() -> None:
    stage = ready()
    key = stage.ring_in()
    looked_up(stage, key, MIA_IS, TWIN)
    stage.obey()
    go(stage, Answer(SAM, key))
    chosen = replace(stage.contact(key).draft.who, value=TWIN, revision=1)
    stage.floor.contacts[key] = replace(stage.contact(key), draft=replace(stage.contact(key).draft, who=chosen))
    go(stage, Consult(SAM, key, "skill", "sales"), Transfer(SAM, key))
    assert opened(stage) == []
    available(stage, JONAS)
    stage.obey()
    assert opened(stage) == [], "whether Jonas may see them is asked first"
    theirs = next(it.key for it in stage.floor.contacts.values() if it.agent == JONAS)
    looked_up(stage, theirs, MIA_IS, TWIN, seen=(TWIN.id,))
    (shown,) = opened(stage)
    assert isinstance(shown, PopRecord)
    assert (shown.agent, shown.record.id) == (JONAS, TWIN.id)


# --- the step of a Work Queue that comes late ----------------------------------------------------------------------


def test_a_call_is_for_the_step_that_came_a_moment_later() -> None:
    stage = ready()
    key = dialled(stage)
    stage.give(BeginStep(SAM, key, "0wT1"))
    stage.give(BeginStep(SAM, key, "0wT2"))
    assert stage.contact(key).work == "0wT1", "it is for one"
    with pytest.raises(NotAllowed, match="no_such_contact"):
        stage.give(BeginStep(JONAS, key, "0wT3"))


def test_a_call_that_came_in_is_for_no_step() -> None:
    stage = ready()
    key = stage.ring_in()
    stage.obey()
    go(stage, Answer(SAM, key))
    stage.give(BeginStep(SAM, key, "0wT1"))
    assert stage.contact(key).work == ""
    assert not [it for it in stage.effects if isinstance(it, CompleteWork)]


def test_skills_say_nothing_by_themselves() -> None:
    skill = Skill("x", "X")
    assert (skill.pop_when, skill.pop_one, skill.pop_many, skill.pop_none, skill.pop_fields) == (None,) * 5
