"""Transfer: what is asked of the switch, and what goes along to whoever gets the customer."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Consult, Decline, Done, Mute, SaveDraft, SetState, StartRecord, Transfer
from connector.domain.effects import EndLeg, MatchCaller, Mix, PopRecord, QueuesChanged, SetRecording
from connector.domain.events import AskRefused, CallerMatched, LegAnswered
from connector.domain.model import (
    AgentState,
    Field,
    Labels,
    Link,
    Match,
    MatchState,
    Outcome,
    Phase,
    Record,
    Recording,
    Role,
)
from connector.domain.tasks import LONGEST_COMMENTS
from tests.domain.stage import JONAS, MIA, SAM, START, Stage, go
from tests.domain.test_attend import goal, left_alone
from tests.domain.test_consult import BLIND, CASE, OFFICE, PRIYA, asked, asking, call, conference, theirs
from tests.domain.test_departures import agent_of, customer_of
from tests.domain.test_two_calls import two_calls

MIA_RECORD = Record("003000000000001AAA", "Contact", "Mia Chen")
OTHER = Record("003000000000002AAA", "Contact", "Grace Okafor")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")
FIRST = replace(BLIND, skills={**BLIND.skills, "support": replace(BLIND.skills["support"], priority=2)})

# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    ("kind", "target"), [("agent", JONAS), ("skill", "billing"), ("entry", "fraud")], ids=["agent", "skill", "number"]
)
def test_who_has_not_answered_gets_the_customer_and_the_agent_goes(kind: str, target: str, held: bool) -> None:
    stage, key = call(FIRST)
    stage.give(Consult(SAM, key, kind, target))
    if held:
        stage.obey()
    customer, mine = customer_of(stage, key), agent_of(stage, key)
    stage.asks.clear()
    stage.effects.clear()
    stage.pass_time(1_000)
    if not held:
        stage.floor.contacts[key] = replace(stage.contact(key), asked=())
    change = stage.give(Transfer(SAM, key))
    gets = next(c for c in change.contacts if c.key != key)
    adopted = [] if kind == "entry" else [("adopt", customer, gets.key)]
    parked = [] if held else [("mix", "", customer)]
    assert goal(stage.asks) == [*adopted, *parked, ("end", mine, "")]
    assert (QueuesChanged() in change.effects) is (kind != "entry")
    assert gets.legs[0].id == customer
    assert (gets.legs[0].role, gets.legs[0].joined, gets.legs[0].invited) == (Role.CUSTOMER, True, False)
    assert (gets.started, gets.priority, gets.number) == (START, 2, MIA)
    gone = stage.contact(key)
    assert (gone.phase, gone.outcome, gone.ended) == (Phase.WRAP_UP, Outcome.ANSWERED, stage.now)


@pytest.mark.parametrize("recording", [Recording.ON, Recording.OFF])
def test_the_recording_ends_with_the_agent_s_part(recording: Recording) -> None:
    stage, key = call(BLIND)
    if recording is Recording.ON:
        go(stage, StartRecord(SAM, key))
    go(stage, Consult(SAM, key, "entry", "fraud"))
    stage.give(Transfer(SAM, key))
    off = [(ask.contact, ask.recording) for ask in stage.asks if isinstance(ask, SetRecording)]
    assert off == ([(key, Recording.OFF)] if recording is Recording.ON else [])


@pytest.mark.parametrize("how", ["done", "refused"])
def test_two_calls_are_put_through_with_one_order_for_both(how: str) -> None:
    stage, first, second = two_calls()
    far = (customer_of(stage, second), customer_of(stage, first))
    stage.give(Transfer(SAM, first))
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert (mix.contact, mix.talking, mix.parked) == (first, far, ())
    for key in (first, second):
        assert [(ask.id, ask.goal) for ask in stage.contact(key).asked] == [(mix.id, "transfer")]
    if how == "refused":
        stage.give(AskRefused(first, mix.id, "busy", stage.now))
        assert [stage.contact(key).asked for key in (first, second)] == [(), ()]
        assert [bool(stage.contact(key).problem) for key in (first, second)] == [True, False]
    else:
        stage.obey()
        assert [stage.contact(key).phase for key in (first, second)] == [Phase.WRAP_UP, Phase.WRAP_UP]


def test_out_of_a_conference_the_others_and_who_was_asked_talk_on() -> None:
    stage, key, other = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    stage.give(Transfer(SAM, key))
    (mix,) = stage.asks
    assert isinstance(mix, Mix)
    assert (mix.talking, mix.parked) == ((customer_of(stage, key), agent_of(stage, other), consulted.id), ())


def test_who_answers_the_transferred_call_hears_the_customer() -> None:
    stage, key = asking("entry", "fraud", BLIND)
    go(stage, Transfer(SAM, key))
    customer, number = left_alone(stage).legs
    stage.give(LegAnswered(number.id, stage.now))
    assert goal(stage.asks) == [("mix", f"{customer.id}+{number.id}", "")]


# --- what goes along --------------------------------------------------------------------------------------------------


def test_who_gets_the_customer_has_what_belongs_to_the_call_and_keeps_their_own() -> None:
    visited = (Record("500000000000009AAA", "Case", "Of Jonas"),)
    stage, key = asked()
    other = theirs(stage).key
    known = {"emergency": "local", "address": "hq", "caller": "Mia C."}
    stage.floor.contacts[key] = replace(stage.contact(key), **known)
    stage.floor.contacts[other] = replace(stage.contact(other), visited=visited, popped=True)
    stage.give(CallerMatched(key))
    before = stage.contact(key)
    go(stage, Transfer(SAM, key))
    got = stage.contact(other)
    assert (got.interaction_key, got.number, got.line) == (before.interaction_key, MIA, before.line)
    assert (got.match.state, got.internal, got.asked_by, got.sender) == (MatchState.NONE, False, "", SAM)
    assert (got.emergency, got.address, got.caller) == ("local", "hq", "Mia C.")
    assert (got.visited, got.popped, got.agent) == (visited, False, JONAS)


def look_ups(stage: Stage) -> list[MatchCaller]:
    return [effect for effect in stage.effects if isinstance(effect, MatchCaller)]


def opened(stage: Stage) -> list[PopRecord]:
    return [effect for effect in stage.effects if isinstance(effect, PopRecord)]


@pytest.mark.parametrize("found", [(MIA_RECORD,), (MIA_RECORD, OTHER), ()], ids=["one", "several", "nobody"])
@pytest.mark.parametrize("notes", [True, False])
def test_who_calls_is_looked_up_for_the_receiver_who_may_see_others(found: tuple[Record, ...], notes: bool) -> None:
    """Whoever the sender was shown: neither they nor what concerns them goes along."""
    stage, key = asked(directory=replace(OFFICE, settings=replace(OFFICE.settings, transfer_notes=notes)))
    stage.give(CallerMatched(key, found, (CASE,)))
    other = theirs(stage).key
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    got = stage.contact(other)
    assert (got.match, got.draft.who, got.along) == (Match(MatchState.SEARCHING), Link(), ())
    assert look_ups(stage) == [MatchCaller(other, MIA)]
    assert opened(stage) == []
    stage.give(CallerMatched(other, (OTHER,)))
    assert opened(stage) == [PopRecord(JONAS, other, OTHER)]
    assert stage.contact(other).draft.who == Link(OTHER, 1, "match")


@pytest.mark.parametrize("found", [(MIA_RECORD,), (MIA_RECORD, OTHER), ()], ids=["one", "several", "nobody"])
def test_whom_the_sender_chose_is_opened_for_the_receiver_who_may_see_them(found: tuple[Record, ...]) -> None:
    stage, key = asked()
    stage.give(CallerMatched(key, found))
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    other = theirs(stage).key
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    assert (stage.contact(other).draft.who, opened(stage)) == (Link(), [])
    stage.give(CallerMatched(other, found, seen=(OTHER.id,)))
    assert stage.contact(other).draft.who == Link(OTHER, 1, "sender")
    assert opened(stage) == [PopRecord(JONAS, other, OTHER)]
    assert stage.contact(other).along == ()


@pytest.mark.parametrize("failed", [True, False], ids=["cannot be asked", "may not be seen"])
@pytest.mark.parametrize("found", [(MIA_RECORD,), ()], ids=["one", "nobody"])
def test_what_the_receiver_may_not_see_is_neither_shown_nor_written(found: tuple[Record, ...], failed: bool) -> None:
    stage, key = asked()
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    stage.give(SaveDraft(SAM, key, "what", 5, record=CASE))
    other = theirs(stage).key
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    stage.give(CallerMatched(other, () if failed else found, failed=failed))
    got = stage.contact(other)
    one = bool(found) and not failed
    assert got.draft.who == (Link(MIA_RECORD, 1, "match") if one else Link())
    assert (got.draft.what, got.along) == (Link(), (OTHER, CASE) if failed else ())
    assert opened(stage) == [PopRecord(JONAS, other, MIA_RECORD)] * one
    stage.customer_hangs_up(other)
    stage.obey()
    tasks = {task.contact: task.fields for task in stage.tasks}
    assert tasks[key]["WhoId"] == OTHER.id, "the sender's Task has it"
    assert (tasks[other]["WhoId"], tasks[other]["WhatId"]) == (MIA_RECORD.id if one else None, None)


def test_what_came_along_is_shown_once_salesforce_can_be_asked_after_all() -> None:
    stage, key = asked()
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    stage.give(SaveDraft(SAM, key, "what", 5, record=CASE))
    other = theirs(stage).key
    go(stage, Transfer(SAM, key))
    stage.give(CallerMatched(other, failed=True))
    stage.customer_hangs_up(other)
    stage.give(CallerMatched(other, failed=True))
    stage.give(CallerMatched(other, (MIA_RECORD,), seen=(OTHER.id, CASE.id)))
    got = stage.contact(other)
    assert (got.draft.who.value, got.draft.what.value, got.along) == (OTHER, CASE, ())
    stage.give(Done(JONAS, other))
    stage.obey()
    assert (stage.tasks[-1].fields["WhoId"], stage.tasks[-1].fields["WhatId"]) == (OTHER.id, CASE.id)


def test_what_the_receiver_chooses_while_it_is_asked_stands() -> None:
    stage, key = asked()
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    other = theirs(stage).key
    go(stage, Transfer(SAM, key))
    stage.give(SaveDraft(JONAS, other, "who", 1, record=NOBODY))
    stage.give(CallerMatched(other, (MIA_RECORD,), seen=(OTHER.id,)))
    assert stage.contact(other).draft.who == Link(NOBODY, 1)


def test_what_came_along_goes_along_again_for_the_next_receiver_before_it_was_asked() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    stage.give(SaveDraft(SAM, key, "what", 5, record=CASE))
    go(stage, Transfer(SAM, key))
    (queued,) = stage.floor.queues["billing"]
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    stage.effects.clear()
    stage.give(Decline(PRIYA, queued))
    assert stage.contact(queued).along == (OTHER, CASE)
    assert look_ups(stage) == [MatchCaller(queued, MIA)]


def test_what_the_agent_before_has_chosen_is_asked_about_for_the_next_one() -> None:
    stage, key = asking("skill", "billing")
    stage.give(SaveDraft(SAM, key, "who", 5, record=OTHER))
    go(stage, Transfer(SAM, key))
    (queued,) = stage.floor.queues["billing"]
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    stage.give(CallerMatched(queued, seen=(OTHER.id,)))
    stage.give(SaveDraft(PRIYA, queued, "what", 1, record=CASE))
    stage.give(Decline(PRIYA, queued))
    got = stage.contact(queued)
    assert (got.draft.who, got.draft.what, got.along) == (Link(), Link(), (OTHER, CASE))


def test_of_a_colleague_only_what_came_along_is_asked() -> None:
    """And of a caller who withholds their number: it is known that nobody can be found by it."""
    stage, key = asked()
    stage.floor.contacts[key] = replace(stage.contact(key), number="", match=Match(MatchState.WITHHELD))
    stage.give(SaveDraft(SAM, key, "what", 5, record=CASE))
    other = theirs(stage).key
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    assert look_ups(stage) == [MatchCaller(other, "")]
    stage.give(CallerMatched(other, seen=(CASE.id,)))
    got = stage.contact(other)
    assert (got.match.state, got.draft.what) == (MatchState.WITHHELD, Link(CASE, 1, "sender"))


def test_nothing_is_asked_where_there_is_nothing_to_ask() -> None:
    stage, key = asked()
    stage.floor.contacts[key] = replace(stage.contact(key), number="", match=Match(MatchState.WITHHELD))
    other = theirs(stage).key
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    assert look_ups(stage) == []
    assert stage.contact(other).match.state is MatchState.WITHHELD


def test_nothing_is_opened_for_a_queue() -> None:
    stage, key = asking("skill", "billing")
    stage.give(CallerMatched(key, (MIA_RECORD,)))
    stage.effects.clear()
    go(stage, Transfer(SAM, key))
    assert opened(stage) == []
    (queued,) = stage.floor.queues["billing"]
    assert stage.contact(queued).popped is False
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.give(CallerMatched(queued, (MIA_RECORD,)))
    assert [effect.agent for effect in opened(stage)] == [PRIYA]


NOBODY = Record("003000000000003AAA", "Contact", "Written by Jonas")


@pytest.mark.parametrize(
    ("name", "sent", "own", "kept"),
    [
        ("comments", {"text": "Paid."}, {}, Field("Sam Rivera:\nPaid.\n\n", 1)),
        ("comments", {"text": "Paid."}, {"text": "Twice?"}, Field("Sam Rivera:\nPaid.\n\nTwice?", 8)),
        ("comments", {}, {"text": "Twice?"}, Field("Twice?", 7)),
        ("disposition", {"text": "Answered"}, {}, Field("Answered", 1)),
        ("disposition", {"text": "Answered"}, {"text": "Answered"}, Field("Answered", 7)),
        ("disposition", {}, {}, Field()),
        ("tags", {"tags": ("Refund",)}, {}, Labels(("Refund",), 1)),
        ("tags", {"tags": ("Refund",)}, {"tags": ("VIP",)}, Labels(("VIP",), 7)),
        ("tags", {}, {"tags": ("VIP",)}, Labels(("VIP",), 7)),
        ("tags", {}, {"tags": ()}, Labels((), 7)),
        ("who", {"record": OTHER}, {}, Link(OTHER, 1, "sender")),
        ("who", {"record": OTHER}, {"record": NOBODY}, Link(NOBODY, 7)),
        ("who", {}, {"record": NOBODY}, Link(NOBODY, 7)),
        ("who", {"record": LEAD}, {}, Link(LEAD, 1, "sender")),
        ("who", {}, {}, Link()),
        ("what", {"record": CASE}, {}, Link(CASE, 1, "sender")),
        ("what", {}, {}, Link()),
    ],
)
def test_what_was_written_goes_along_where_the_receiver_has_nothing(
    name: str, sent: dict[str, object], own: dict[str, object], kept: object
) -> None:
    stage, key = asked()
    other = theirs(stage).key
    if sent:
        stage.give(SaveDraft(SAM, key, name, 3, **sent))  # type: ignore[arg-type]  # by name
    if own:
        stage.give(SaveDraft(JONAS, other, name, 7, **own))  # type: ignore[arg-type]  # by name
    go(stage, Transfer(SAM, key))
    stage.give(CallerMatched(other, seen=(OTHER.id, LEAD.id, CASE.id)))
    assert getattr(stage.contact(other).draft, name) == kept


def test_a_name_and_a_related_to_come_together_where_the_name_is_no_lead() -> None:
    stage, key = asked()
    other = theirs(stage).key
    stage.give(SaveDraft(SAM, key, "who", 3, record=OTHER))
    stage.give(SaveDraft(JONAS, other, "what", 7, record=CASE))
    go(stage, Transfer(SAM, key))
    stage.give(CallerMatched(other, seen=(OTHER.id,)))
    draft = stage.contact(other).draft
    assert (draft.who, draft.what) == (Link(OTHER, 1, "sender"), Link(CASE, 7))


def test_a_lead_and_a_related_to_do_not_come_together() -> None:
    stage, key = asked()
    other = theirs(stage).key
    stage.give(SaveDraft(SAM, key, "who", 3, record=LEAD))
    stage.give(SaveDraft(JONAS, other, "what", 7, record=CASE))
    go(stage, Transfer(SAM, key))
    stage.give(CallerMatched(other, seen=(LEAD.id,)))
    draft = stage.contact(other).draft
    assert (draft.who, draft.what) == (Link(), Link(CASE, 7))


@pytest.mark.parametrize(("room", "left"), [(2, "Pa"), (1, "P"), (0, None), (-1, None)])
def test_notes_for_which_there_is_no_room_are_cut_and_the_receiver_s_stay_whole(room: int, left: str | None) -> None:
    stage, key = asked()
    other = theirs(stage).key
    own = "y" * (LONGEST_COMMENTS - len("Sam Rivera:\n\n\n") - room)
    stage.give(SaveDraft(SAM, key, "comments", 3, text="Paid."))
    stage.give(SaveDraft(JONAS, other, "comments", 7, text=own))
    go(stage, Transfer(SAM, key))
    comments = stage.contact(other).draft.comments
    assert comments == (Field(own, 7) if left is None else Field(f"Sam Rivera:\n{left}\n\n{own}", 8))


def test_the_notes_of_an_agent_who_is_not_in_the_directory_any_more_go_along_with_no_name() -> None:
    stage, key = asked()
    stage.give(SaveDraft(SAM, key, "comments", 3, text="Paid."))
    stage.directory = replace(OFFICE, agents={k: agent for k, agent in OFFICE.agents.items() if k != SAM})
    go(stage, Transfer(SAM, key))
    assert theirs(stage).draft.comments.value == ":\nPaid.\n\n"


def test_an_order_of_the_agent_who_goes_is_over_and_the_receiver_s_goes_on() -> None:
    stage, key = asked()
    other = theirs(stage).key
    stage.give(Mute(JONAS, other))
    stage.give(Transfer(SAM, key))
    stage.obey()
    assert stage.contact(key).asked == ()
    assert stage.contact(other).muted is True
    assert not any(isinstance(ask, EndLeg) for ask in stage.asks)
