"""Drafts and links: newer revisions win, choices must exist, and a Lead stands alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.commands import Decline, Dial, Done, End, SaveDraft, Visit
from connector.domain.directory import Disposition, Tag
from connector.domain.events import CallerMatched, LegEnded
from connector.domain.model import Draft, Labels, Link, Match, MatchState, Outcome, Phase, Record, Role
from connector.domain.rules.links import name_is_lead, options
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, MIA, SAM, Stage, available, go, on_a_call, wrapping_up

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen", "Northwind Traders", "matched_phone")
GRACE = Record("003000000000002AAA", "Contact", "Grace Okafor")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")
CASE = Record("500000000000001AAA", "Case", "Charged twice", "", "open_case")
ACCOUNT = Record("001000000000001AAA", "Account", "Northwind Traders")

EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], Any]] = {
    "comments": ({"text": "Refund"}, {"text": "Refund promised"}, "Refund promised"),
    "disposition": ({"text": "Answered"}, {"text": ""}, ""),
    "tags": ({"tags": ("VIP",)}, {"tags": ("Refund", "VIP")}, ("Refund", "VIP")),
    "who": ({"record": GRACE}, {"record": None}, None),
    "what": ({"record": ACCOUNT}, {"record": CASE}, CASE),
}


def write(stage: Stage, field: str, revision: int, **value: Any) -> None:
    stage.give(SaveDraft(SAM, stage.contact().key, field, revision, **value))


def value_of(stage: Stage, field: str) -> Any:
    return getattr(stage.contact().draft, field).value


@pytest.mark.parametrize("field", list(EXAMPLES))
def test_a_newer_revision_is_taken_and_an_older_or_equal_one_is_not(field: str) -> None:
    stage, key = on_a_call()
    older, newer, expected = EXAMPLES[field]
    write(stage, field, 7, **older)
    write(stage, field, 9, **newer)
    for late in (8, 9):
        assert stage.give(SaveDraft(SAM, key, field, late, **older)).contacts == ()
    assert value_of(stage, field) == expected
    assert getattr(stage.contact().draft, field).revision == 9


def test_each_field_has_its_own_revisions() -> None:
    stage, _ = on_a_call()
    write(stage, "comments", 50, text="a")
    write(stage, "disposition", 1, text="Answered")
    assert (value_of(stage, "comments"), value_of(stage, "disposition")) == ("a", "Answered")


def test_a_field_that_nobody_has_asked_for_is_refused() -> None:
    stage, key = on_a_call()
    with pytest.raises(BadInput, match="Salesforce has not asked for Subject") as refused:
        stage.give(SaveDraft(SAM, key, "Subject", 1, "x"))
    assert (refused.value.code, refused.value.field) == ("field_unknown", "Subject")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("disposition", {"text": "Refunded"}, "'Refunded' is not one of the choices of this call: Answered."),
        ("disposition", {"text": "answered"}, "'answered' is not one of the choices of this call: Answered."),
        ("tags", {"tags": ("VIP", "Nice")}, "'Nice' is not one of the choices of this call: Refund, VIP."),
        ("tags", {"tags": ("Nice", "Good")}, "'Good' is not one of the choices of this call: Refund, VIP."),
    ],
)
def test_what_is_not_a_choice_is_refused_with_the_choices(field: str, value: dict[str, Any], said: str) -> None:
    stage, _ = on_a_call()
    with pytest.raises(BadInput) as refusal:
        write(stage, field, 1, **value)
    assert (refusal.value.code, refusal.value.field, str(refusal.value)) == ("choice_unknown", field, said)
    assert getattr(stage.contact().draft, field).revision == 0


def test_a_skill_has_its_own_dispositions() -> None:
    stage, _ = on_a_call(BILLING_LINE)
    write(stage, "disposition", 1, text="Refunded")
    assert value_of(stage, "disposition") == "Refunded"


def test_a_skill_has_its_own_tags() -> None:
    stage, _ = on_a_call(BILLING_LINE)
    write(stage, "tags", 1, tags=("VIP", "Disputed"))
    assert value_of(stage, "tags") == ("VIP", "Disputed")
    stage, _ = on_a_call()
    with pytest.raises(BadInput) as refusal:
        write(stage, "tags", 1, tags=("VIP", "Disputed"))
    assert (refusal.value.code, refusal.value.field) == ("choice_unknown", "tags")
    assert str(refusal.value) == "'Disputed' is not one of the choices of this call: Refund, VIP."


def test_a_tag_of_the_skill_before_stays_and_others_of_it_cannot_be_added() -> None:
    stage, key = on_a_call(BILLING_LINE)
    write(stage, "tags", 1, tags=("Disputed",))
    stage.directory = replace(DIRECTORY, tags=(*DIRECTORY.tags, Tag("Overdue", ("billing",))))
    stage.floor = replace(stage.floor, contacts={key: replace(stage.contact(), skill="support")})
    write(stage, "tags", 2, tags=("Disputed", "VIP"))
    assert value_of(stage, "tags") == ("Disputed", "VIP")
    with pytest.raises(BadInput, match="'Overdue' is not one of the choices"):
        write(stage, "tags", 3, tags=("Disputed", "Overdue"))
    assert value_of(stage, "tags") == ("Disputed", "VIP")


def test_what_was_chosen_before_it_was_taken_off_the_list_stays_choosable() -> None:
    stage, _ = on_a_call()
    write(stage, "tags", 1, tags=("VIP",))
    write(stage, "disposition", 1, text="Answered")
    stage.directory = replace(DIRECTORY, tags=(Tag("Refund"),), dispositions=(Disposition("Other"),))
    write(stage, "tags", 2, tags=("VIP", "Refund"))
    write(stage, "disposition", 2, text="Answered")
    assert (value_of(stage, "tags"), value_of(stage, "disposition")) == (("VIP", "Refund"), "Answered")
    with pytest.raises(BadInput, match="Other"):
        write(stage, "disposition", 3, text="Refunded")


def test_a_contact_whose_skill_vanished_has_the_default_skill_s_dispositions() -> None:
    stage, _ = on_a_call(BILLING_LINE)
    skills = {key: skill for key, skill in DIRECTORY.skills.items() if key != "billing"}
    stage.directory = replace(DIRECTORY, skills=skills, dispositions=(Disposition("Helped", ("support",)),))
    write(stage, "disposition", 1, text="Helped")
    assert value_of(stage, "disposition") == "Helped"


def test_tags_that_do_not_fit_are_refused() -> None:
    stage, _ = on_a_call()
    long = tuple(f"{n} " + "x" * 60 for n in range(5))
    stage.directory = replace(DIRECTORY, tags=tuple(map(Tag, long)))
    write(stage, "tags", 1, tags=long[:4])
    with pytest.raises(BadInput) as refusal:
        write(stage, "tags", 2, tags=long)
    assert (refusal.value.code, refusal.value.field) == ("too_long", "tags")
    assert str(refusal.value) == "Tags take up to 255 characters in all: choose fewer."
    assert stage.contact().draft.tags == Labels(long[:4], 1)


@pytest.mark.parametrize(("characters", "fits"), [(100, True), (101, False)])
def test_tags_fit_up_to_the_last_character_with_what_stands_between_them(characters: int, fits: bool) -> None:
    stage, _ = on_a_call()
    tags = ("a" * 153, "b" * characters)
    stage.directory = replace(DIRECTORY, tags=tuple(map(Tag, tags)))
    if fits:
        write(stage, "tags", 1, tags=tags)
        assert value_of(stage, "tags") == tags
    else:
        with pytest.raises(BadInput):
            write(stage, "tags", 1, tags=tags)


def test_where_there_is_nothing_to_choose_that_is_said() -> None:
    stage, _ = on_a_call()
    stage.directory = replace(DIRECTORY, tags=())
    with pytest.raises(BadInput) as refusal:
        write(stage, "tags", 1, tags=("VIP",))
    assert str(refusal.value) == "'VIP' is not one of the choices of this call: there are none."


@pytest.mark.parametrize("record", [CASE, ACCOUNT])
def test_name_takes_people_only(record: Record) -> None:
    stage, _ = on_a_call()
    with pytest.raises(BadInput) as refusal:
        write(stage, "who", 1, record=record)
    assert (refusal.value.code, refusal.value.field) == ("record_not_person", "record")
    assert str(refusal.value) == f"Name takes a Contact or a Lead, not a record of {record.type}."


@pytest.mark.parametrize("record", [MIA_RECORD, None])
def test_any_other_name_leaves_related_to_as_it_is(record: Record | None) -> None:
    stage, _ = on_a_call()
    write(stage, "what", 3, record=CASE)
    write(stage, "who", 1, record=record)
    assert stage.contact().draft == Draft(who=Link(record, 1), what=Link(CASE, 3))


def test_a_lead_as_name_leaves_an_empty_related_to_as_it_is() -> None:
    stage, _ = on_a_call()
    write(stage, "who", 1, record=LEAD)
    assert stage.contact().draft == Draft(who=Link(LEAD, 1))


def test_a_lead_as_name_clears_and_closes_related_to() -> None:
    stage, _ = on_a_call()
    write(stage, "what", 3, record=CASE)
    write(stage, "who", 1, record=LEAD)
    draft = stage.contact().draft
    assert (draft.what.value, draft.what.revision) == (None, 4)
    assert name_is_lead(stage.contact())
    with pytest.raises(NotAllowed) as refusal:
        write(stage, "what", 5, record=CASE)
    assert refusal.value.code == "name_is_lead"
    assert str(refusal.value) == "Related To stays empty while Name is a Lead: choose a Contact first."
    write(stage, "what", 6)
    write(stage, "who", 2, record=GRACE)
    write(stage, "what", 7, record=CASE)
    assert value_of(stage, "what") == CASE
    assert not name_is_lead(stage.contact())


def test_a_lead_that_has_the_number_does_not_take_the_place_of_a_chosen_related_to() -> None:
    stage, key = on_a_call()
    write(stage, "what", 1, record=CASE)
    stage.give(CallerMatched(key, (LEAD,)))
    draft = stage.contact().draft
    assert (draft.who.value, draft.what.value) == (None, CASE)
    assert stage.contact().match.state is MatchState.ONE


def test_a_contact_that_has_the_number_becomes_the_name_beside_a_chosen_related_to() -> None:
    stage, key = on_a_call()
    write(stage, "what", 1, record=CASE)
    before = stage.contact()
    (matched,) = stage.give(CallerMatched(key, (MIA_RECORD,), (ACCOUNT,))).contacts
    draft = Draft(who=Link(MIA_RECORD, 1, "match"), what=Link(CASE, 1))
    match = Match(MatchState.ONE, (MIA_RECORD,), (ACCOUNT,))
    assert matched == replace(before, match=match, draft=draft, popped=True), "nothing was written down yet"


def test_a_match_in_wrap_up_that_names_nobody_is_nothing_to_write() -> None:
    stage, key = wrapping_up()
    before = stage.contact()
    (matched,) = stage.give(CallerMatched(key, (MIA_RECORD, GRACE))).contacts
    assert matched == replace(before, match=Match(MatchState.MANY, (MIA_RECORD, GRACE)))
    stage.give(Done(SAM, key))
    assert len(stage.tasks) == 1


def test_a_lead_that_has_the_number_becomes_the_name() -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, (LEAD,)))
    assert (value_of(stage, "who"), stage.contact().draft.who.by) == (LEAD, "match")


@pytest.mark.parametrize("chosen", [GRACE, None])
def test_what_the_agent_chose_or_cleared_stays_when_the_match_comes_late(chosen: Record | None) -> None:
    stage, key = on_a_call()
    write(stage, "who", 2, record=chosen)
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert value_of(stage, "who") == chosen
    assert stage.contact().draft.who.by == "agent"


@pytest.mark.parametrize(
    ("people", "failed", "state"),
    [
        ((), False, MatchState.NONE),
        ((MIA_RECORD,), False, MatchState.ONE),
        ((MIA_RECORD, GRACE), False, MatchState.MANY),
        ((MIA_RECORD, GRACE, LEAD), False, MatchState.MANY),
        ((), True, MatchState.FAILED),
    ],
)
def test_the_state_of_the_match(people: tuple[Record, ...], failed: bool, state: MatchState) -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, people, (), failed))
    assert stage.contact().match.state is state
    assert stage.contact().match.people == people
    assert (value_of(stage, "who") is not None) == (state is MatchState.ONE)
    again = stage.give(CallerMatched(key, (GRACE,))).contacts
    assert [contact.match.state for contact in again] == [MatchState.ONE] * failed


def test_a_match_during_wrap_up_goes_to_the_task_at_its_end_and_opens_nothing() -> None:
    stage, key = wrapping_up()
    change = stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert [type(effect).__name__ for effect in change.effects] == ["PushState"]
    assert len(stage.tasks) == 1
    stage.give(Done(SAM, key))
    assert [task.fields["WhoId"] for task in stage.tasks] == [None, MIA_RECORD.id]


def test_a_match_for_a_closed_or_forgotten_contact_is_no_news() -> None:
    stage, key = wrapping_up()
    stage.give(Done(SAM, key))
    assert stage.contact(key).phase is Phase.CLOSED
    assert stage.give(CallerMatched(key, (MIA_RECORD,))).contacts == ()
    stage.saved(key)
    change = stage.give(CallerMatched(key, (MIA_RECORD,)))
    assert (change.contacts, change.unknown) == ((), False)


# --- late drafts ---------------------------------------------------------------------------------------------------


def test_a_note_for_a_closed_contact_is_a_new_revision() -> None:
    stage, key = wrapping_up()
    stage.give(Done(SAM, key))
    change = stage.give(SaveDraft(SAM, key, "comments", 1, "One more thing"))
    (task,) = stage.tasks[1:]
    assert (task.revision, task.fields["Description"]) == (2, "One more thing")
    assert change.forgotten == ()
    stage.saved(key)
    assert stage.floor.contacts == {}


def test_a_contact_that_came_back_for_a_note_that_is_old_is_forgotten_again() -> None:
    stage, key = wrapping_up()
    write(stage, "comments", 5, text="New")
    stage.give(Done(SAM, key))
    gone = stage.saved(key).contacts[0]
    stage.floor.contacts[key] = gone
    change = stage.give(SaveDraft(SAM, key, "comments", 4, "Old"))
    assert (change.contacts, change.forgotten) == ((), (key,))
    assert stage.floor.contacts == {}


def test_a_note_about_an_abandoned_offer_makes_no_task() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(SaveDraft(SAM, key, "comments", 1, "He is calling again"))
    (gone,) = stage.give(LegEnded("in-1", "normal", stage.now)).contacts
    assert gone.outcome is Outcome.ABANDONED
    stage.floor.contacts[key] = gone
    change = stage.give(SaveDraft(SAM, key, "comments", 2, "and gave up"))
    assert change.contacts[0].draft.comments.value == "and gave up"
    assert stage.tasks == []
    assert stage.floor.contacts == {}


def test_another_agent_s_contact_cannot_be_written_to() -> None:
    stage, key = on_a_call()
    with pytest.raises(NotAllowed, match="no_such_contact"):
        stage.give(SaveDraft(JONAS, key, "comments", 1, "x"))
    with pytest.raises(NotAllowed, match="no_such_contact"):
        stage.give(SaveDraft(SAM, "no such key", "comments", 1, "x"))


def test_a_declined_call_is_not_the_agent_s_any_more() -> None:
    stage = Stage()
    available(stage)
    key = stage.ring_in()
    stage.give(Decline(SAM, key))
    with pytest.raises(NotAllowed, match="no_such_contact"):
        stage.give(SaveDraft(SAM, key, "comments", 1, "x"))


def test_the_draft_of_the_call_is_in_the_first_version() -> None:
    stage, key = on_a_call()
    write(stage, "comments", 1, text="Refund")
    assert stage.tasks == []
    go(stage, End(SAM, key))
    assert [task.fields["Description"] for task in stage.tasks] == ["Refund"]
    assert not stage.contact().save.dirty


# --- options -------------------------------------------------------------------------------------------------------


def reasons(records: tuple[Record, ...]) -> list[tuple[str, str]]:
    return [(record.name, record.why) for record in records]


def test_options_are_who_has_the_number_then_the_agent_s_tabs_newest_first() -> None:
    stage = Stage()
    available(stage)
    for record in (GRACE, ACCOUNT, LEAD):
        stage.give(Visit(SAM, record))
    key = stage.ring_in()
    stage.obey()
    stage.give(CallerMatched(key, (MIA_RECORD,), (CASE,)))
    who, what = options(stage.contact())
    assert reasons(who) == [
        ("Mia Chen", "matched_phone"),
        ("D. Whitfield", "active_tab"),
        ("Grace Okafor", "open_tab"),
    ]
    assert reasons(what) == [("Northwind Traders", "open_tab"), ("Charged twice", "open_case")]


def test_an_option_is_offered_once_at_its_best_place_with_its_best_reason() -> None:
    stage, key = on_a_call()
    stage.give(CallerMatched(key, (MIA_RECORD, GRACE), (CASE, ACCOUNT)))
    for record in (LEAD, MIA_RECORD, ACCOUNT):
        stage.give(Visit(SAM, record))
    who, what = options(stage.contact())
    assert reasons(who) == [("Mia Chen", "matched_phone"), ("Grace Okafor", ""), ("D. Whitfield", "open_tab")]
    assert reasons(what) == [("Northwind Traders", "active_tab"), ("Charged twice", "open_case")]


def test_a_visit_is_an_option_of_open_contacts_and_of_the_next_and_not_of_closed_ones() -> None:
    stage, key = wrapping_up()
    stage.give(Visit(SAM, CASE))
    assert [record.name for record in options(stage.contact(key))[1]] == ["Charged twice"]
    stage.give(Done(SAM, key))
    stage.give(Visit(SAM, ACCOUNT))
    assert [record.name for record in options(stage.contact(key))[1]] == ["Charged twice"]
    second = stage.give(Dial(SAM, MIA)).created
    assert [record.name for record in options(stage.contact(second))[1]] == ["Northwind Traders", "Charged twice"]


def test_visiting_again_makes_it_the_newest_and_only_some_are_remembered() -> None:
    stage = Stage()
    for n in range(12):
        stage.give(Visit(SAM, replace(CASE, id=f"50000000000{n:04}AAA", name=f"Case {n}")))
    stage.give(Visit(SAM, replace(CASE, id="500000000000005AAA", name="Case 5")))
    names = [record.name for record in stage.agent().visited]
    assert names == ["Case 5", "Case 11", "Case 10", "Case 9", "Case 8", "Case 7", "Case 6", "Case 4"]


def test_the_tabs_of_the_agent_who_declined_are_not_shown_to_the_next() -> None:
    stage = Stage()
    available(stage)
    stage.give(Visit(SAM, CASE))
    key = stage.ring_in()
    stage.give(Decline(SAM, key))
    available(stage, JONAS)
    assert stage.contact(key).agent == JONAS
    assert options(stage.contact(key)) == ((), ())
    assert stage.leg(Role.AGENT, key) is not None
