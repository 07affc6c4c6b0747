"""The step of a Work Queue that a call was for: Salesforce is told once the Task holds the disposition."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import Dial, Done, End, SaveAgain, SaveDraft
from connector.domain.decide import deadline, restarted
from connector.domain.directory import Disposition
from connector.domain.effects import CompleteWork
from connector.domain.events import LegAnswered, TaskRefused, TaskSaved, WorkCompleted
from connector.domain.model import Phase, Role
from connector.domain.step import Stamp, load
from tests.domain.stage import DIRECTORY, MIA, SAM, TASK, Stage, available, go

STEP = "0hNx00000000001"
DAY = 24 * 3_600_000


def called(*, work: str = STEP, answered: bool = True) -> tuple[Stage, str]:
    """Sam's call for the step is over, and Sam wraps up."""
    stage = Stage()
    available(stage)
    key = stage.give(Dial(SAM, MIA, work=work)).created
    assert key is not None
    assert stage.contact(key).work == work
    stage.obey()
    if answered:
        go(stage, LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
        stage.pass_time(60_000)
    stage.customer_hangs_up(key, "normal" if answered else "busy")
    stage.obey()
    return stage, key


def disposed(stage: Stage, key: str, revision: int = 1, text: str = "Answered") -> None:
    stage.give(SaveDraft(SAM, key, "disposition", revision, text))


def told(stage: Stage) -> list[CompleteWork]:
    return [effect for effect in stage.effects if isinstance(effect, CompleteWork)]


def pending() -> tuple[Stage, str]:
    """All is saved, and no panel has told Salesforce yet."""
    stage, key = called()
    disposed(stage, key)
    stage.give(Done(SAM, key))
    stage.saved(key)
    assert told(stage) == [CompleteWork(SAM, key, STEP, TASK, "Answered", True)]
    return stage, key


def test_told_twice_it_is_news_once() -> None:
    stage, key = pending()
    stage.give(SaveDraft(SAM, key, "comments", 1, "One more thing"))
    assert stage.give(WorkCompleted(key)).contacts[0].work_done
    change = stage.give(WorkCompleted(key))
    assert (change.contacts, change.effects, change.forgotten) == ((), (), ())


@pytest.mark.parametrize("answered", [True, False])
def test_it_is_told_with_the_task_the_disposition_and_whether_it_was_connected(answered: bool) -> None:
    stage, key = called(answered=answered)
    disposed(stage, key)
    stage.give(Done(SAM, key))
    assert told(stage) == []
    stage.saved(key)
    assert told(stage) == [CompleteWork(SAM, key, STEP, TASK, "Answered", answered)]
    assert stage.contact(key).phase is Phase.CLOSED


def test_the_version_without_the_disposition_is_not_the_one() -> None:
    stage, key = called()
    stage.saved(key)
    disposed(stage, key)
    assert told(stage) == []
    stage.give(Done(SAM, key))
    assert told(stage) == [], "the version that holds it is not written yet"
    stage.give(TaskSaved(key, 1, TASK, "Call"))
    assert told(stage) == []
    stage.give(TaskSaved(key, 2, TASK, "Call"))
    assert len(told(stage)) == 1


def test_one_that_was_chosen_during_the_call_waits_for_the_end_of_wrap_up() -> None:
    stage = Stage()
    available(stage)
    key = stage.give(Dial(SAM, MIA, work=STEP)).created
    assert key is not None
    stage.obey()
    disposed(stage, key)
    go(stage, End(SAM, key))
    stage.saved(key)
    assert told(stage) == [], "it may be changed yet"
    stage.give(Done(SAM, key))
    assert told(stage) == [CompleteWork(SAM, key, STEP, TASK, "Answered", False)]


def test_a_refused_task_waits_until_it_is_mended() -> None:
    stage, key = called()
    disposed(stage, key)
    stage.give(TaskRefused(key, 1, "STRING_TOO_LONG", "Description", "too long"))
    stage.give(SaveAgain(SAM, key))
    stage.give(Done(SAM, key))
    stage.give(TaskSaved(key, 1, TASK, "Call"))
    assert told(stage) == []
    stage.give(TaskSaved(key, 2, TASK, "Call"))
    assert len(told(stage)) == 1


def test_without_a_disposition_there_is_nothing_to_tell() -> None:
    stage, key = called()
    stage.give(Done(SAM, key))
    assert stage.saved(key).forgotten == (key,)
    assert told(stage) == []


def test_nor_of_a_call_that_was_for_no_step() -> None:
    stage, key = called(work="")
    disposed(stage, key)
    stage.give(Done(SAM, key))
    assert stage.saved(key).forgotten == (key,)
    assert told(stage) == []


def test_nor_of_a_task_that_people_deleted() -> None:
    stage, key = called()
    disposed(stage, key)
    stage.give(Done(SAM, key))
    assert stage.saved(key, None).forgotten == (key,)
    assert told(stage) == []


def test_it_is_kept_until_a_panel_has_told_salesforce() -> None:
    stage, key = pending()
    assert stage.saved(key).forgotten == ()
    assert len(told(stage)) == 1, "news that is true already"
    change = stage.give(WorkCompleted(key))
    assert change.contacts[0].work_done
    assert change.forgotten == (key,)
    again = stage.give(WorkCompleted(key))
    assert (again.contacts, again.unknown) == ((), False)


def test_the_agent_is_free_meanwhile() -> None:
    stage, _ = pending()
    assert stage.agent().contacts == ()


def test_a_late_disposition_is_told_too() -> None:
    stage, key = called()
    stage.give(Done(SAM, key))
    disposed(stage, key)
    stage.saved(key)
    assert told(stage) == [CompleteWork(SAM, key, STEP, TASK, "Answered", True)]
    disposed(stage, key, 2, "")
    assert stage.saved(key).forgotten == (key,), "and taken back there is nothing to tell"


def test_a_changed_one_is_told_anew_until_it_was_told() -> None:
    stage, key = pending()
    stage.directory = replace(
        DIRECTORY, dispositions=(*DIRECTORY.dispositions, replace(DIRECTORY.dispositions[0], name="Sold"))
    )
    disposed(stage, key, 2, "Sold")
    assert not stage.contact(key).work_due
    stage.saved(key)
    assert [effect.disposition for effect in told(stage)] == ["Answered", "Sold"]
    stage.give(WorkCompleted(key))
    assert stage.floor.contacts == {}


@pytest.mark.parametrize("done", [False, True])
def test_after_a_restart_it_is_told_again(done: bool) -> None:
    stage, key = pending()
    kept = stage.contact(key)
    fresh = Stage()
    load(fresh.floor, (replace(kept, work_done=done),), ())
    change = restarted(fresh.floor, fresh.directory, Stamp(stage.now, "restart"))
    again = [effect for effect in change.effects if isinstance(effect, CompleteWork)]
    assert again == ([] if done else told(stage))


def test_after_a_day_it_is_let_go() -> None:
    stage, key = pending()
    closed = stage.contact(key).closed
    assert closed is not None
    assert deadline(stage.contact(key), stage.directory) == (closed + DAY, "work")
    stage.pass_time(DAY - 1)
    assert key in stage.floor.contacts
    stage.pass_time(1)
    assert stage.floor.contacts == {}


def test_it_is_told_in_the_words_of_sales_engagement() -> None:
    stage, key = called()
    meant = Disposition("Answered", ("support",), "Meaningful Connect")
    stage.directory = replace(DIRECTORY, dispositions=(meant,))
    disposed(stage, key)
    stage.give(Done(SAM, key))
    stage.saved(key)
    assert [effect.disposition for effect in told(stage)] == ["Meaningful Connect"]
    assert stage.tasks[-1].fields["CallDisposition"] == "Answered"
