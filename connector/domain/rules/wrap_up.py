"""The end of a call, wrap-up, and the Task."""

from typing import Final

from msgspec.structs import replace

from connector.domain import tasks, times
from connector.domain.commands import Done, Extend, SaveAgain
from connector.domain.effects import CompleteWork, RefreshView, SaveTask
from connector.domain.events import TaskDiscarded, TaskRefused, TaskSaved, TaskWaiting
from connector.domain.given import asked_for
from connector.domain.model import SILENT, Contact, Mask, Outcome, Phase, Recording, SaveState
from connector.domain.rules import agents, callbacks, left_out
from connector.domain.rules.around import in_a_call
from connector.domain.step import Step
from connector.domain.transitions import CONTACT, ContactTrigger

_GIVEN_UP: Final = frozenset({SaveState.ATTENTION, SaveState.DISCARDED})

WORK_KEPT: Final = 24 * 3_600_000
"""For how many ms after a contact closed it is tried to tell Salesforce of its Work Queue step."""

_OUTCOMES = {
    "busy": Outcome.BUSY,
    "no_answer": Outcome.NO_ANSWER,
    "wrong_number": Outcome.WRONG_NUMBER,
    "declined": Outcome.DECLINED,
    "cancelled": Outcome.CANCELLED,
    "normal": Outcome.CANCELLED,
}


def finish(step: Step, contact: Contact, cause: str, at: int, by: str = "agent") -> None:
    """This agent's part of the call is over: the first version of the Task is wanted, and wrap-up begins.

    `by` is who ended it, of a call that was answered.
    Where the skill has no wrap-up the contact closes at once, unless a required disposition is missing.
    """
    if contact.kind in SILENT:
        outcome = Outcome.COMPLETED
    else:
        outcome = Outcome.ANSWERED if contact.answered is not None else _OUTCOMES.get(cause, Outcome.FAILED)
    ended = step.put(
        replace(
            times.over(contact, at),
            phase=CONTACT[contact.phase, ContactTrigger.FINISH],
            ended=at if contact.answered is None else max(at, contact.answered),
            outcome=outcome,
            ended_by=by if outcome is Outcome.ANSWERED else "",
            legs=(),
            consult=None,
            asked=(),
            problem=None,
            muted=False,
            recording=Recording.OFF,
            mask=Mask.OFF,
            masked_since=None,
            digits="",
        )
    )
    want(step, ended)
    callbacks.again(step, ended)
    assert contact.agent is not None
    agents.follow(step, step.agent(contact.agent))
    if step.directory.skill(contact.skill).wrap_up == 0:
        _close_if_complete(step, step.known(contact.key))


def want(step: Step, contact: Contact) -> Contact:
    """The next revision of the contact's Task is to be written, with what is known now."""
    save = replace(
        contact.save,
        state=SaveState.SAVING,
        wanted=max(contact.save.wanted, contact.save.base) + 1,
        dirty=False,
        next_try=None,
        code=None,
        field=None,
        fields=(),
        message=None,
    )
    contact = step.put(replace(contact, save=save))
    step.save(SaveTask(contact.key, save.wanted, tasks.fields(contact, step.directory)))
    return contact


def done(step: Step, contact: Contact, _command: Done) -> None:
    """Wrap-up is over, and the agent is free again; what was written since the call ended goes to the Task."""
    close(step, contact)


def extend(step: Step, contact: Contact, _command: Extend) -> None:
    """There is more time for wrap-up; when it was over already, from now on."""
    skill = step.directory.skill(contact.skill)
    assert skill.wrap_up is not None and contact.ended is not None
    late = step.now - contact.ended - skill.wrap_up if contact.overtime else 0
    step.put(replace(contact, overtime=False, extended=max(contact.extended, late) + skill.extension))


def over(step: Step, contact: Contact) -> None:
    """The time for wrap-up is over; a missing required disposition keeps it open, and so does a call of its agent."""
    assert contact.agent is not None
    if in_a_call(step.contact, step.agent(contact.agent)):
        step.put(replace(contact, overtime=True))
    else:
        _close_if_complete(step, contact)


def _close_if_complete(step: Step, contact: Contact) -> None:
    if not tasks.disposition_missing(contact, step.directory):
        close(step, contact)
    elif not contact.overtime:
        step.put(replace(contact, overtime=True))


def call_over(step: Step, agent_id: str) -> None:
    """The agent's last call is over: what they were still to wrap up is closed where its time is over, too."""
    for key in step.agent(agent_id).contacts:
        contact = step.known(key)
        if contact.overtime:
            _close_if_complete(step, contact)


def close(step: Step, contact: Contact) -> None:
    """The contact is closed; the floor forgets it once its Task is settled."""
    if contact.save.dirty or contact.save.state is SaveState.ATTENTION:
        contact = want(step, contact)
    closed = step.put(
        replace(contact, phase=CONTACT[contact.phase, ContactTrigger.CLOSE], closed=step.now, overtime=False)
    )
    assert contact.agent is not None
    agents.drop(step, contact.agent, contact.key)
    complete_work(step, closed)
    if settled(closed):
        step.forget(closed)


def settled(contact: Contact) -> bool:
    """Whether nothing is left to do for the contact: it is closed, its Task is written or it has none, and told of."""
    written = contact.save.written >= contact.save.wanted or contact.save.state is SaveState.DISCARDED
    return contact.phase is Phase.CLOSED and written and not contact.work_due


def complete_work(step: Step, contact: Contact) -> None:
    """Salesforce is told that the step of the Work Queue is complete, with the Task that holds the disposition."""
    if contact.work_due:
        assert contact.agent is not None
        assert contact.save.task_id is not None
        connected = contact.outcome is Outcome.ANSWERED
        result = step.directory.call_result(contact.skill, contact.draft.disposition.value)
        told = (contact.work, contact.save.task_id, result, connected)
        step.effect(CompleteWork(contact.agent, contact.key, *told))


def work_completed(step: Step, contact: Contact) -> None:
    """Salesforce knows."""
    if contact.work and not contact.work_done:
        _forget_if_settled(step, step.put(replace(contact, work_done=True)))


def let_go(step: Step, contact: Contact) -> None:
    """No panel has told Salesforce of the step for a day: it stays open there, for people."""
    _forget_if_settled(step, step.put(replace(contact, work="")))


def _forget_if_settled(step: Step, contact: Contact) -> None:
    if settled(contact):
        step.forget(contact)


def save_again(step: Step, contact: Contact, _command: SaveAgain) -> None:
    """A Task that Salesforce refused is wanted once more, as the draft is now."""
    want(step, contact)


def saved(step: Step, contact: Contact, event: TaskSaved) -> None:
    """Salesforce holds that revision; a closed contact with nothing left to write is forgotten.

    News of a Task that nobody wanted is no news.
    """
    if not contact.save.wanted or event.revision < contact.save.written:
        return
    newest = event.revision >= contact.save.wanted
    first = contact.save.task_id is None
    save = replace(
        contact.save,
        state=SaveState.SAVED if newest else contact.save.state,
        written=event.revision,
        task_id=event.task_id,
        subject=event.subject,
        next_try=None if newest else contact.save.next_try,
        code=None if newest else contact.save.code,
        field=None if newest else contact.save.field,
        fields=() if newest else contact.save.fields,
        message=None if newest else contact.save.message,
        refused=contact.save.refused and not newest,
        asked=() if newest else contact.save.asked,
    )
    if save != contact.save:
        contact = step.put(replace(contact, save=save))
        if first and event.task_id is not None:
            assert contact.agent is not None
            step.effect(RefreshView(contact.agent, contact.key))
        complete_work(step, contact)
    _forget_if_settled(step, contact)


def _open(contact: Contact, revision: int) -> bool:
    """Whether the fate of that revision matters: it is the newest, and not known to be written."""
    return revision >= contact.save.wanted and revision > contact.save.written


def discarded(step: Step, contact: Contact, event: TaskDiscarded) -> None:
    """Somebody has decided that it is not written; a newer revision is."""
    if _open(contact, event.revision):
        save = replace(
            contact.save,
            state=SaveState.DISCARDED,
            next_try=None,
            code="discarded",
            field=None,
            fields=(),
            refused=False,
            message=event.reason,
        )
        _forget_if_settled(step, step.put(replace(contact, save=save)))


def wanted(step: Step, contact: Contact) -> None:
    """A Task that was refused or discarded is wanted once more, as the draft is now."""
    if contact.save.state in _GIVEN_UP:
        want(step, contact)


def waits(step: Step, contact: Contact, event: TaskWaiting) -> None:
    """Salesforce cannot take it now; it is tried again by itself."""
    if _open(contact, event.revision):
        save = replace(contact.save, state=SaveState.WAITING, next_try=event.next_try, code=event.code)
        step.put(replace(contact, save=save))


def refused(step: Step, contact: Contact, event: TaskRefused) -> None:
    """Salesforce will not have it so: the agent sees the field and Salesforce's own words.

    Where it is about a record that it may be saved without, it is.
    """
    if _open(contact, event.revision):
        without = left_out.without(contact, event, step.directory.settings.drop_links)
        if without is not None:
            want(step, without)
            return
        save = replace(
            contact.save,
            state=SaveState.ATTENTION,
            next_try=None,
            code=event.code,
            field=event.fields[0] if event.fields else None,
            fields=event.fields,
            message=event.message,
            refused=True,
            asked=tuple(dict.fromkeys([*contact.save.asked, *asked_for(event.fields)])),
        )
        step.put(replace(contact, save=save))
