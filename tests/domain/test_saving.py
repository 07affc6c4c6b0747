"""What is known of a Task at each moment, to the letter: the whole save, and that nothing else changes."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Consult,
    Dial,
    Done,
    Hold,
    Mute,
    SaveAgain,
    SaveDraft,
    SendDigits,
    StartMask,
    StartRecord,
    Transfer,
)
from connector.domain.directory import RecordingMode
from connector.domain.effects import PlayDigits, PushState, RefreshView, SaveTask
from connector.domain.events import (
    AskRefused,
    CrmEvent,
    LegEnded,
    TaskDiscarded,
    TaskRefused,
    TaskSaved,
    TaskWaiting,
    TaskWanted,
    WorkCompleted,
)
from connector.domain.model import AgentState, Mask, Outcome, Phase, Recording, Role, Save, SaveState
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
    MIA,
    SAM,
    TASK,
    Stage,
    dialling,
    go,
    on_a_call,
    with_skill,
    wrapping_up,
)

LATER = 1_795_438_900_000
SAVING = Save(SaveState.SAVING, 1)
SUBJECT = "Call with Mia Chen"
WAITING = {"next_try": LATER, "code": "busy"}
REFUSED = {
    "code": "TOO_LONG",
    "field": "Description",
    "fields": ("Description",),
    "message": "Comments: too large",
    "refused": True,
}
AGAIN = replace(SAVING, wanted=2, refused=True)
"""It was refused before."""


def save_of(stage: Stage) -> Save:
    return stage.contact().save


def waits(key: str, revision: int) -> TaskWaiting:
    return TaskWaiting(key, revision, LATER, "busy")


def refuses(key: str, revision: int) -> TaskRefused:
    return TaskRefused(key, revision, "TOO_LONG", "Description", "Comments: too large")


def saved(key: str, revision: int, task: str | None = TASK) -> TaskSaved:
    return TaskSaved(key, revision, task, SUBJECT)


# --- the end of the call ---------------------------------------------------------------------------------------------


def test_nothing_of_the_call_is_left_when_it_is_over() -> None:
    stage, key = on_a_call()
    go(stage, SendDigits(SAM, key, "12"), Mute(SAM, key), StartRecord(SAM, key), StartMask(SAM, key))
    for order in (SendDigits(SAM, key, "3"), Hold(SAM, key)):
        stage.give(order)
    digits = stage.asks[0]
    assert isinstance(digits, PlayDigits)
    stage.give(AskRefused(key, digits.id, "will_not", stage.now))
    live = stage.contact()
    assert (live.muted, live.recording, live.mask, live.digits) == (True, Recording.PAUSED, Mask.ON, "12")
    assert None not in (live.masked_since, live.problem)
    assert live.asked
    stage.pass_time(1_500)
    stage.give(LegEnded(stage.leg(Role.CUSTOMER).id, "normal", stage.now - 500))
    assert stage.contact() == replace(
        live,
        phase=Phase.WRAP_UP,
        ended=stage.now - 500,
        outcome=Outcome.ANSWERED,
        legs=(),
        asked=(),
        problem=None,
        muted=False,
        recording=Recording.OFF,
        mask=Mask.OFF,
        masked_since=None,
        digits="",
        ended_by="customer",
        save=SAVING,
    )


def test_who_passes_the_customer_on_to_a_number_that_still_rings_asks_nobody_any_more() -> None:
    stage, key = on_a_call(directory=replace(DIRECTORY, settings=replace(DIRECTORY.settings, blind_transfer=True)))
    go(stage, Consult(SAM, key, "number", "+18005550199"))
    assert stage.contact(key).consult is not None
    go(stage, Transfer(SAM, key))
    assert (stage.contact(key).phase, stage.contact(key).consult) == (Phase.WRAP_UP, None)


def test_a_clock_that_is_behind_does_not_end_a_call_before_its_answer() -> None:
    stage, _ = on_a_call()
    answered = stage.contact().answered
    assert answered is not None
    stage.give(LegEnded(stage.leg(Role.CUSTOMER).id, "normal", answered - 1))
    assert stage.contact().ended == answered


def test_where_nobody_answered_it_ended_when_it_ended() -> None:
    stage, key = dialling()
    stage.pass_time(2_000)
    stage.give(LegEnded(stage.leg(Role.CUSTOMER, key).id, "busy", stage.now - 1_000))
    contact = stage.contact()
    assert (contact.outcome, contact.answered, contact.ended) == (Outcome.BUSY, None, stage.now - 1_000)


# --- each revision ---------------------------------------------------------------------------------------------------


def test_what_was_refused_is_wanted_again_as_if_nothing_had_been_said() -> None:
    stage, key = wrapping_up()
    assert save_of(stage) == SAVING
    stage.give(waits(key, 1))
    assert save_of(stage) == replace(SAVING, state=SaveState.WAITING, **WAITING)
    stage.give(refuses(key, 1))
    assert save_of(stage) == replace(SAVING, state=SaveState.ATTENTION, **REFUSED)
    stage.give(SaveDraft(SAM, key, "comments", 1, "shorter"))
    change = stage.give(SaveAgain(SAM, key))
    assert save_of(stage) == AGAIN
    (task,) = stage.tasks[1:]
    assert change.effects == (PushState(SAM), task)


def test_what_waits_is_wanted_anew_when_wrap_up_is_done() -> None:
    stage, key = wrapping_up()
    stage.give(waits(key, 1))
    stage.give(SaveDraft(SAM, key, "comments", 1, "note"))
    assert save_of(stage) == replace(SAVING, state=SaveState.WAITING, dirty=True, **WAITING)
    stage.give(Done(SAM, key))
    assert save_of(stage) == replace(SAVING, wanted=2)


def test_a_refusal_that_names_no_field_names_none() -> None:
    stage, key = wrapping_up()
    stage.give(TaskRefused(key, 1, "LIMIT", "", "Too many"))
    assert save_of(stage) == replace(SAVING, state=SaveState.ATTENTION, code="LIMIT", message="Too many", refused=True)


WRITTEN = replace(SAVING, state=SaveState.SAVED, wanted=2, written=1, task_id=TASK, subject=SUBJECT)


@pytest.mark.parametrize(
    ("news", "state", "told"),
    [(waits, SaveState.WAITING, WAITING), (refuses, SaveState.ATTENTION, REFUSED)],
    ids=["waiting", "refused"],
)
def test_that_an_older_revision_was_written_says_nothing_of_the_newest(
    news: Callable[[str, int], CrmEvent], state: SaveState, told: dict[str, Any]
) -> None:
    stage, key = wrapping_up()
    stage.give(refuses(key, 1))
    stage.give(SaveAgain(SAM, key))
    stage.give(news(key, 2))
    change = stage.give(saved(key, 1))
    assert save_of(stage) == replace(WRITTEN, state=state, **{"refused": True, **told})
    assert change.effects == (PushState(SAM), RefreshView(SAM, key))
    change = stage.give(saved(key, 2))
    assert save_of(stage) == replace(WRITTEN, written=2)
    assert change.effects == (PushState(SAM),), "the page shows the Task already"
    for late in (saved(key, 1), saved(key, 2), waits(key, 2), refuses(key, 2), waits(key, 1)):
        change = stage.give(late)
        assert (change.contacts, change.effects) == ((), ())


def test_a_revision_that_was_never_asked_for_counts_as_newer() -> None:
    stage, key = wrapping_up()
    stage.give(waits(key, 2))
    assert save_of(stage) == replace(SAVING, state=SaveState.WAITING, **WAITING)


def test_a_task_that_people_deleted_refreshes_nothing() -> None:
    stage, key = wrapping_up()
    change = stage.give(saved(key, 1, None))
    assert save_of(stage) == Save(SaveState.SAVED, 1, 1, subject=SUBJECT)
    assert change.effects == (PushState(SAM),)


# --- closing ---------------------------------------------------------------------------------------------------------


def test_done_closes_and_frees_and_writes_nothing_that_is_written() -> None:
    stage, key = wrapping_up()
    stage.saved(key)
    before = stage.contact()
    stage.pass_time(5_000)
    change = stage.give(Done(SAM, key))
    assert change.contacts == (replace(before, phase=Phase.CLOSED, closed=stage.now),)
    assert [agent.state for agent in change.agents] == [AgentState.AVAILABLE]
    assert change.forgotten == (key,)
    assert not any(isinstance(effect, SaveTask) for effect in change.effects)


def test_news_of_a_step_is_nothing_for_a_call_that_was_for_none() -> None:
    stage, key = wrapping_up()
    assert stage.give(WorkCompleted(key)).contacts == ()


def test_a_closed_call_that_a_restart_brought_back_goes_again_with_the_same_news() -> None:
    stage, key = wrapping_up()
    stage.give(Done(SAM, key))
    kept = stage.saved(key).contacts[0]
    stage.floor.contacts[key] = kept
    change = stage.give(saved(key, 1))
    assert (change.contacts, change.forgotten) == ((), (key,))


def late_by(ms: int) -> tuple[Stage, str]:
    """The disposition is missing, and the time of wrap-up is over."""
    stage, key = wrapping_up(BILLING_LINE, with_skill("billing", recording=RecordingMode.NEVER))
    stage.pass_time(60_000 + ms)
    assert stage.contact(key).overtime
    return stage, key


def test_what_is_late_already_stays_as_it_is_when_another_call_ends() -> None:
    stage, key = late_by(0)
    before = stage.contact(key)
    other = stage.give(Dial(SAM, MIA)).created
    assert other is not None
    stage.obey()
    change = stage.customer_hangs_up(other, "busy")
    assert stage.contact(key) is before
    assert key not in [contact.key for contact in change.contacts]


@pytest.mark.parametrize("disposition", ["", "Refunded"])
def test_time_that_ran_out_during_another_call_closes_after_it(disposition: str) -> None:
    stage, key = wrapping_up(BILLING_LINE)
    other = stage.give(Dial(SAM, MIA)).created
    assert other is not None
    stage.obey()
    if disposition:
        stage.give(SaveDraft(SAM, key, "disposition", 1, disposition))
    stage.pass_time(59_999)
    assert not stage.contact(key).overtime
    stage.pass_time(1)
    assert (stage.contact(key).phase, stage.contact(key).overtime) == (Phase.WRAP_UP, True)
    stage.customer_hangs_up(other, "busy")
    closed = stage.contact(key)
    assert (closed.phase, closed.overtime) == ((Phase.CLOSED, False) if disposition else (Phase.WRAP_UP, True))


def test_news_of_a_task_that_nobody_wanted_is_no_news() -> None:
    stage = Stage()
    stage.ring_in()
    before = save_of(stage)
    change = stage.give(TaskSaved(stage.contact().key, 0, TASK, SUBJECT))
    assert save_of(stage) == before
    assert not change.effects


# --- by decision of an administrator ---------------------------------------------------------------------------------


def test_what_was_discarded_is_shown_and_is_nobody_s_affair_any_more() -> None:
    stage, key = wrapping_up()
    stage.give(refuses(key, 1))
    stage.give(TaskDiscarded(key, 1, "Kim: a test call"))
    told = {"code": "discarded", "message": "Kim: a test call"}
    assert save_of(stage) == replace(SAVING, state=SaveState.DISCARDED, **told)
    stage.give(Done(SAM, key))
    assert stage.floor.contacts == {}, "nothing is left to wait for"


def test_an_older_or_a_written_revision_is_not_discarded() -> None:
    stage, key = wrapping_up()
    stage.give(TaskSaved(key, 1, TASK, SUBJECT))
    before = save_of(stage)
    stage.give(TaskDiscarded(key, 1, "Kim: late"))
    assert save_of(stage) == before
    stage.give(SaveDraft(SAM, key, "comments", 1, "more"))
    stage.give(TaskDiscarded(key, 0, "Kim: older"))
    assert save_of(stage).state is SaveState.SAVED


@pytest.mark.parametrize("given_up", [refuses, lambda key, revision: TaskDiscarded(key, revision, "Kim: no")])
def test_what_was_given_up_is_wanted_after_all(given_up: Callable[[str, int], CrmEvent]) -> None:
    stage, key = wrapping_up()
    stage.give(given_up(key, 1))
    change = stage.give(TaskWanted(key))
    assert save_of(stage) == replace(AGAIN, refused=given_up is refuses)
    (task,) = [effect for effect in change.effects if isinstance(effect, SaveTask)]
    assert (task.revision, task.fields["Phone_Revision__c"]) == (2, 2)


def test_what_is_under_way_is_not_wanted_twice() -> None:
    stage, key = wrapping_up()
    stage.give(TaskWanted(key))
    assert save_of(stage) == SAVING


def test_an_agent_may_save_what_was_discarded() -> None:
    stage, key = wrapping_up()
    stage.give(TaskDiscarded(key, 1, "Kim: no"))
    stage.give(SaveAgain(SAM, key))
    assert save_of(stage) == replace(SAVING, wanted=2)
