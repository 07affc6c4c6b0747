"""The end of a call, wrap-up, and the saving of the Task in every order of events."""

from collections.abc import Callable
from itertools import permutations

import pytest
from msgspec.structs import replace

from connector.domain.commands import Done, End, Extend, SaveAgain, SaveDraft
from connector.domain.decide import deadline
from connector.domain.directory import RecordingMode
from connector.domain.effects import RefreshView
from connector.domain.events import CrmEvent, DeadlinePassed, PanelsChanged, TaskRefused, TaskSaved, TaskWaiting
from connector.domain.model import AgentState, Phase, SaveState
from connector.domain.rules.allowed import controls
from connector.errors import NotAllowed
from tests.domain.stage import BILLING_LINE, DIRECTORY, SAM, TASK, Stage, go, on_a_call, with_skill, wrapping_up

NO_WRAP_UP = with_skill("support", wrap_up=0)
UNLIMITED = with_skill("support", wrap_up=None)


def note(stage: Stage, revision: int, text: str = "note") -> None:
    stage.give(SaveDraft(SAM, stage.contact().key, "comments", revision, text))


def saved(key: str, revision: int) -> TaskSaved:
    return TaskSaved(key, revision, TASK, "Call with Mia Chen")


def waiting(key: str, revision: int) -> TaskWaiting:
    return TaskWaiting(key, revision, 1_795_438_900_000, "busy")


def refused(key: str, revision: int) -> TaskRefused:
    return TaskRefused(key, revision, "STRING_TOO_LONG", "Description", "Comments: data value too large")


# --- wrap-up -------------------------------------------------------------------------------------------------------


def test_the_end_of_the_call_wants_the_first_version_and_begins_wrap_up() -> None:
    stage, key = wrapping_up()
    contact = stage.contact()
    assert (contact.phase, contact.ended, contact.closed) == (Phase.WRAP_UP, stage.now, None)
    assert [(task.contact, task.revision) for task in stage.tasks] == [(key, 1)]
    assert (contact.save.state, contact.save.wanted, contact.save.written) == (SaveState.SAVING, 1, 0)
    assert (stage.agent().state, stage.agent().contacts) == (AgentState.WRAP_UP, (key,))


def test_done_ends_it_and_the_agent_is_free() -> None:
    stage, key = wrapping_up()
    stage.pass_time(5_000)
    stage.give(Done(SAM, key))
    contact = stage.contact()
    assert (contact.phase, contact.closed) == (Phase.CLOSED, stage.now)
    assert (stage.agent().state, stage.agent().contacts) == (AgentState.AVAILABLE, ())
    assert len(stage.tasks) == 1, "nothing was written since"


def test_it_ends_by_itself_after_its_seconds_and_not_before() -> None:
    stage, key = wrapping_up()
    assert deadline(stage.contact(), DIRECTORY) == (stage.now + 120_000, "wrap_up")
    stage.pass_time(119_999)
    assert stage.contact(key).phase is Phase.WRAP_UP
    stage.pass_time(1)
    assert stage.contact(key).phase is Phase.CLOSED
    assert stage.agent().state is AgentState.AVAILABLE


def test_it_ends_by_itself_also_while_the_switch_is_away() -> None:
    stage, key = wrapping_up()
    stage.floor.switch_up = False
    stage.pass_time(120_000)
    assert stage.contact(key).phase is Phase.CLOSED


def test_unlimited_wrap_up_ends_only_with_done() -> None:
    stage, key = wrapping_up(directory=UNLIMITED)
    assert deadline(stage.contact(), UNLIMITED) is None
    stage.pass_time(24 * 3_600_000)
    assert stage.contact(key).phase is Phase.WRAP_UP
    stage.give(Done(SAM, key))
    assert stage.contact(key).phase is Phase.CLOSED


def test_without_wrap_up_the_agent_is_free_at_once() -> None:
    stage, key = on_a_call(directory=NO_WRAP_UP)
    stage.customer_hangs_up()
    assert stage.contact(key).phase is Phase.CLOSED
    assert stage.agent().state is AgentState.AVAILABLE
    assert [task.revision for task in stage.tasks] == [1]


@pytest.mark.parametrize("seconds", [0, 60_000])
def test_a_missing_disposition_keeps_the_agent_in_it(seconds: int) -> None:
    stage, key = wrapping_up(BILLING_LINE, with_skill("billing", wrap_up=seconds))
    stage.pass_time(seconds)
    contact = stage.contact()
    assert (contact.phase, contact.overtime) == (Phase.WRAP_UP, True)
    assert stage.agent().state is AgentState.WRAP_UP
    assert deadline(contact, stage.directory) is None
    with pytest.raises(NotAllowed, match="disposition_required"):
        stage.give(Done(SAM, key))
    stage.give(SaveDraft(SAM, key, "disposition", 1, "Refunded"))
    assert stage.contact().phase is Phase.WRAP_UP, "the agent may be writing"
    stage.give(Done(SAM, key))
    contact = stage.contact()
    assert (contact.phase, contact.overtime) == (Phase.CLOSED, False)
    assert [task.fields["Status"] for task in stage.tasks] == ["Not Started", "Completed"]


def test_a_disposition_that_is_taken_back_is_missing_again() -> None:
    stage, key = wrapping_up(BILLING_LINE)
    stage.give(SaveDraft(SAM, key, "disposition", 1, "Refunded"))
    stage.give(SaveDraft(SAM, key, "disposition", 2, ""))
    with pytest.raises(NotAllowed, match="disposition_required"):
        stage.give(Done(SAM, key))


def test_where_there_is_nothing_to_choose_nothing_is_required() -> None:
    directory = replace(DIRECTORY, dispositions=())
    stage, key = wrapping_up(BILLING_LINE, directory)
    assert stage.tasks[0].fields["Status"] == "Completed"
    stage.pass_time(60_000)
    assert stage.contact(key).phase is Phase.CLOSED


def test_a_wrap_up_made_shorter_by_the_administrator_is_over() -> None:
    stage, key = wrapping_up()
    stage.pass_time(30_000)
    stage.directory = with_skill("support", wrap_up=10_000)
    stage.pass_time(0)
    assert stage.contact(key).phase is Phase.CLOSED


def test_a_deadline_that_has_moved_or_is_not_due_yet_changes_nothing() -> None:
    stage, key = wrapping_up()
    ends = stage.now + 120_000
    for event in (
        DeadlinePassed(key, "wrap_up", ends),
        DeadlinePassed(key, "wrap_up", stage.now),
        DeadlinePassed(key, "ring", stage.now),
        DeadlinePassed("no such key", "ring", stage.now),
    ):
        change = stage.give(event)
        assert (change.contacts, change.effects, change.unknown) == ((), (), False)


def test_what_was_written_since_the_call_goes_with_done() -> None:
    stage, key = wrapping_up()
    note(stage, 1)
    note(stage, 2, "note and more")
    assert stage.contact().save.dirty
    assert len(stage.tasks) == 1
    stage.give(Done(SAM, key))
    assert [(task.revision, task.fields["Description"]) for task in stage.tasks] == [(1, None), (2, "note and more")]


def test_what_was_written_since_goes_also_when_time_is_over() -> None:
    stage, _ = wrapping_up()
    note(stage, 1)
    stage.pass_time(120_000)
    assert [task.fields["Description"] for task in stage.tasks] == [None, "note"]


def test_a_call_without_wrap_up_that_was_never_recorded_ends_the_same() -> None:
    directory = with_skill("support", wrap_up=0, recording=RecordingMode.NEVER)
    stage, key = on_a_call(directory=directory)
    go(stage, End(SAM, key))
    assert stage.contact(key).phase is Phase.CLOSED


# --- more time -----------------------------------------------------------------------------------------------------

EXTENSIBLE = with_skill("support", extension=60_000)


def test_more_time_is_added_as_often_as_it_is_asked_for() -> None:
    stage, key = wrapping_up(directory=EXTENSIBLE)
    ended = stage.now
    for n in (1, 2):
        stage.give(Extend(SAM, key))
        assert (stage.contact().extended, stage.contact().phase) == (n * 60_000, Phase.WRAP_UP)
        assert deadline(stage.contact(), EXTENSIBLE) == (ended + 120_000 + n * 60_000, "wrap_up")
    stage.pass_time(239_999)
    assert stage.contact(key).phase is Phase.WRAP_UP
    stage.pass_time(1)
    assert stage.contact(key).phase is Phase.CLOSED


@pytest.mark.parametrize("late", [0, 45_000])
def test_when_time_is_over_already_more_of_it_counts_from_now(late: int) -> None:
    directory = with_skill("billing", extension=30_000)
    stage, key = wrapping_up(BILLING_LINE, directory)
    stage.pass_time(60_000 + late)
    assert stage.contact().overtime
    stage.give(Extend(SAM, key))
    assert not stage.contact().overtime
    assert deadline(stage.contact(), directory) == (stage.now + 30_000, "wrap_up")
    stage.give(SaveDraft(SAM, key, "disposition", 1, "Refunded"))
    stage.give(Extend(SAM, key))
    stage.pass_time(60_000)
    assert stage.contact(key).phase is Phase.CLOSED


def test_a_second_extension_after_one_that_came_late_adds_to_it() -> None:
    directory = with_skill("billing", extension=30_000)
    stage, key = wrapping_up(BILLING_LINE, directory)
    stage.pass_time(70_000)
    stage.give(Extend(SAM, key))
    stage.pass_time(40_000)
    stage.give(Extend(SAM, key))
    assert deadline(stage.contact(), directory) == (stage.now + 30_000, "wrap_up")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, "no_extension"), ({"extension": 60_000, "wrap_up": None}, "no_extension"), ({"extension": 60_000}, None)],
    ids=["not permitted", "unlimited anyway", "permitted"],
)
def test_where_more_time_can_be_had(changes: dict[str, int | None], code: str | None) -> None:
    stage, key = wrapping_up(directory=with_skill("support", **changes))
    assert controls(stage.floor, stage.contact(), stage.directory)["extend"] == code
    if code is not None:
        with pytest.raises(NotAllowed, match=code):
            stage.give(Extend(SAM, key))


def test_more_time_does_not_wait_for_the_switch() -> None:
    stage, key = wrapping_up(directory=EXTENSIBLE)
    stage.floor.switch_up = False
    stage.give(Extend(SAM, key))
    assert stage.contact().extended == 60_000


# --- saving --------------------------------------------------------------------------------------------------------


def test_saved_is_shown_with_its_link_and_refreshes_the_page_once() -> None:
    stage, key = wrapping_up()
    change = stage.saved(key)
    save = stage.contact().save
    assert (save.state, save.task_id, save.subject, save.written) == (SaveState.SAVED, TASK, "Call with Mia Chen", 1)
    assert RefreshView(SAM, key) in change.effects
    again = stage.give(saved(key, 1))
    assert (again.contacts, again.effects) == ((), ())
    note(stage, 1)
    stage.give(Done(SAM, key))
    assert not any(isinstance(effect, RefreshView) for effect in stage.saved(key).effects)


def test_a_task_that_people_deleted_is_settled_without_a_link() -> None:
    stage, key = wrapping_up()
    change = stage.saved(key, None)
    assert (stage.contact().save.state, stage.contact().save.task_id) == (SaveState.SAVED, None)
    assert not any(isinstance(effect, RefreshView) for effect in change.effects)
    stage.give(Done(SAM, key))
    assert stage.floor.contacts == {}


def test_waiting_says_until_when_and_why() -> None:
    stage, key = wrapping_up()
    stage.give(waiting(key, 1))
    save = stage.contact().save
    assert (save.state, save.next_try, save.code) == (SaveState.WAITING, 1_795_438_900_000, "busy")
    stage.saved(key)
    save = stage.contact().save
    assert (save.state, save.next_try, save.code) == (SaveState.SAVED, None, None)


def test_refused_says_field_and_reason_and_save_again_wants_a_new_revision() -> None:
    stage, key = wrapping_up()
    stage.give(refused(key, 1))
    save = stage.contact().save
    assert (save.state, save.field, save.code) == (SaveState.ATTENTION, "Description", "STRING_TOO_LONG")
    assert save.message == "Comments: data value too large"
    note(stage, 1, "shorter")
    assert len(stage.tasks) == 1
    stage.give(SaveAgain(SAM, key))
    save = stage.contact().save
    assert (save.state, save.wanted, save.field, save.message) == (SaveState.SAVING, 2, None, None)
    assert [task.fields["Description"] for task in stage.tasks] == [None, "shorter"]
    stage.saved(key)
    assert stage.contact().save.state is SaveState.SAVED


def test_save_again_is_refused_when_nothing_is_wrong() -> None:
    stage, key = wrapping_up()
    with pytest.raises(NotAllowed, match="nothing_to_save"):
        stage.give(SaveAgain(SAM, key))


def test_done_tries_a_refused_task_once_more() -> None:
    stage, key = wrapping_up()
    stage.give(refused(key, 1))
    stage.give(Done(SAM, key))
    assert [task.revision for task in stage.tasks] == [1, 2]
    stage.give(refused(key, 2))
    assert (stage.contact().phase, stage.contact().save.state) == (Phase.CLOSED, SaveState.ATTENTION)
    stage.give(SaveDraft(SAM, key, "comments", 1, "short"))
    assert [task.revision for task in stage.tasks] == [1, 2], "its agent writes, and will say when it is right"
    stage.give(PanelsChanged(SAM, False, stage.now))
    stage.give(SaveDraft(SAM, key, "comments", 2, "shorter"))
    assert [task.revision for task in stage.tasks] == [1, 2, 3], "came with a panel that was away: nobody would say so"


def test_news_of_an_older_revision_does_not_hide_the_newer_one() -> None:
    stage, key = wrapping_up()
    stage.give(refused(key, 1))
    stage.give(SaveAgain(SAM, key))
    for late in (waiting(key, 1), refused(key, 1)):
        assert stage.give(late).contacts == ()
    stage.give(saved(key, 1))
    save = stage.contact().save
    assert (save.state, save.written, save.wanted, save.task_id) == (SaveState.SAVING, 1, 2, TASK)


NEWS: dict[str, Callable[[str, int], CrmEvent]] = {"saved": saved, "waiting": waiting, "refused": refused}


@pytest.mark.parametrize("order", list(permutations(NEWS)), ids="-".join)
@pytest.mark.parametrize("twice", [False, True])
def test_whatever_comes_in_whatever_order_saved_is_saved(order: tuple[str, ...], twice: bool) -> None:
    stage, key = wrapping_up()
    expected = SaveState.SAVING
    for name in order:
        event = NEWS[name](key, 1)
        for _ in range(1 + twice):
            stage.give(event)
        if expected is not SaveState.SAVED:
            states = {"saved": SaveState.SAVED, "waiting": SaveState.WAITING, "refused": SaveState.ATTENTION}
            expected = states[name]
        assert stage.contact().save.state is expected
    save = stage.contact().save
    assert (save.written, save.next_try, save.code, save.field, save.message) == (1, None, None, None, None)


def test_closed_and_saved_is_forgotten_in_either_order() -> None:
    for first in ("closed", "saved"):
        stage, key = wrapping_up()
        if first == "closed":
            stage.give(Done(SAM, key))
            assert list(stage.floor.contacts) == [key]
            assert stage.saved(key).forgotten == (key,)
        else:
            stage.saved(key)
            assert list(stage.floor.contacts) == [key]
            assert stage.give(Done(SAM, key)).forgotten == (key,)
        assert stage.floor.contacts == {}


def test_the_older_revision_alone_does_not_settle_a_closed_contact() -> None:
    stage, key = wrapping_up()
    note(stage, 1)
    stage.give(Done(SAM, key))
    assert stage.give(saved(key, 1)).forgotten == ()
    assert stage.give(saved(key, 2)).forgotten == (key,)


def test_news_of_a_forgotten_contact_is_no_news() -> None:
    stage, key = wrapping_up()
    stage.saved(key)
    stage.give(Done(SAM, key))
    for event in (saved(key, 1), waiting(key, 1), refused(key, 1)):
        change = stage.give(event)
        assert (change.contacts, change.unknown) == ((), False)
