"""Drafts and links: what the agent writes, and which records the Task will hang on."""

from msgspec.structs import replace

from connector.domain import given
from connector.domain.commands import SaveDraft
from connector.domain.directory import Directory
from connector.domain.events import CallerMatched
from connector.domain.model import (
    Contact,
    Draft,
    Field,
    Labels,
    Link,
    Match,
    MatchState,
    Phase,
    Record,
    SaveState,
)
from connector.domain.rules import lookups, pops, wrap_up
from connector.domain.step import Step
from connector.domain.task_values import TAGS_BETWEEN
from connector.domain.tasks import LONGEST_TEXT, PEOPLE
from connector.errors import BadInput, NotAllowed


def name_is_lead(contact: Contact) -> bool:
    """Whether Related To is closed: a Task whose WhoId is a Lead has no WhatId."""
    who = contact.draft.who.value
    return who is not None and who.type == "Lead"


def save_draft(step: Step, contact: Contact, command: SaveDraft) -> None:
    """The field holds the value, if its revision is newer; a closed contact's Task, if it has one, is written again.

    But one that Salesforce has refused waits, while its agent has a panel, until they have filled in all that is
    missing and say so: each letter would be one more refusal.
    """
    draft = _written(contact, command, step.directory)
    if draft is not contact.draft:
        save = replace(contact.save, dirty=True) if contact.save.wanted else contact.save
        contact = step.put(replace(contact, draft=draft, save=save))
        if contact.phase is Phase.CLOSED and save.dirty and not _is_being_mended(step, contact):
            contact = wrap_up.want(step, contact)
    if wrap_up.settled(contact):
        step.forget(contact)


def _is_being_mended(step: Step, contact: Contact) -> bool:
    assert contact.agent is not None
    return contact.save.state is SaveState.ATTENTION and step.agent(contact.agent).panel_gone is None


def _written(contact: Contact, command: SaveDraft, directory: Directory) -> Draft:
    draft = contact.draft
    revision = command.revision
    match command.field:
        case "comments" if revision > draft.comments.revision:
            return replace(draft, comments=Field(command.text, revision))
        case "disposition" if revision > draft.disposition.revision:
            choices = directory.dispositions_of(directory.skill(contact.skill).id)
            _known("disposition", {command.text} - {"", draft.disposition.value}, choices)
            return replace(draft, disposition=Field(command.text, revision))
        case "tags" if revision > draft.tags.revision:
            choices = directory.tags_of(directory.skill(contact.skill).id)
            _known("tags", set(command.tags) - set(draft.tags.value), choices)
            if len(TAGS_BETWEEN.join(command.tags)) > LONGEST_TEXT:
                raise BadInput("too_long", "tags", f"Tags take up to {LONGEST_TEXT} characters in all: choose fewer.")
            return replace(draft, tags=Labels(command.tags, revision))
        case "who" if revision > draft.who.revision:
            return _name(draft, command.record, revision)
        case "what" if revision > draft.what.revision:
            if command.record is not None and name_is_lead(contact):
                raise NotAllowed("name_is_lead", "Related To stays empty while Name is a Lead: choose a Contact first.")
            return replace(draft, what=Link(command.record, revision))
        case name if name not in given.IN_THE_PANEL.values():
            found = given.written(contact, name, command.text, revision)
            return draft if found is draft.given else replace(draft, given=found)
    return draft


def _known(field: str, new: set[str], known: tuple[str, ...]) -> None:
    """What is newly chosen is one of the choices; what was chosen before may have been taken off the list since."""
    unknown = sorted(new.difference(known))
    if unknown:
        choices = ", ".join(known) or "there are none"
        raise BadInput("choice_unknown", field, f"{unknown[0]!r} is not one of the choices of this call: {choices}.")


def _name(draft: Draft, record: Record | None, revision: int) -> Draft:
    """A Lead as Name clears Related To."""
    if record is not None and record.type not in PEOPLE:
        raise BadInput("record_not_person", "record", f"Name takes a Contact or a Lead, not a record of {record.type}.")
    draft = replace(draft, who=Link(record, revision))
    if record is not None and record.type == "Lead" and draft.what.value is not None:
        draft = replace(draft, what=Link(None, draft.what.revision + 1))
    return draft


def matched(step: Step, contact: Contact, event: CallerMatched) -> None:
    """Who has the number is known: a single person becomes the Name, unless the agent has chosen one already.

    When there are others, whom this agent may not see, the one who is left is one of several.  What came along and may
    be seen comes first, then the record that the switch named; what may not be seen is the sender's Task's alone.
    Where nothing could be asked, it is asked again.

    A Lead does not take the place of a Related To that is there already: one or the other, and it was chosen.
    """
    if contact.match.state not in lookups.UNKNOWN or contact.phase is Phase.CLOSED:
        return
    state = _state(contact, event)
    if state is MatchState.FAILED:
        pops.pop(step, step.put(replace(contact, match=Match(state))))
        return
    draft = lookups.joined(contact.draft, tuple(one for one in contact.along if one.id in event.seen))
    draft = lookups.about(draft, event.about)
    shut_out = state is MatchState.ONE and event.people[0].type == "Lead" and draft.what.value is not None
    if state is MatchState.ONE and draft.who.revision == 0 and not shut_out:
        draft = replace(draft, who=Link(event.people[0], 1, "match"))
    save = replace(contact.save, dirty=True) if contact.save.wanted and draft is not contact.draft else contact.save
    match = Match(state, event.people, event.related)
    contact = step.put(replace(contact, match=match, draft=draft, save=save, along=()))
    pops.pop(step, contact)


def _state(contact: Contact, event: CallerMatched) -> MatchState:
    if event.failed:
        return MatchState.FAILED
    if not lookups.number_of(contact):
        return MatchState.NONE if contact.number else MatchState.WITHHELD
    state = (MatchState.NONE, MatchState.ONE, MatchState.MANY)[min(len(event.people), 2)]
    return MatchState.MANY if event.hidden and state is MatchState.ONE else state


def options(contact: Contact) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """What Name and Related To offer: who has the number, then what was active in the agent's tabs, newest first."""
    match = contact.match
    tabs = [replace(record, why="active_tab" if n == 0 else "open_tab") for n, record in enumerate(contact.visited)]
    who = [*match.people, *(record for record in tabs if record.type in PEOPLE)]
    what = [*(record for record in tabs if record.type not in PEOPLE), *match.related]
    return _once(who), _once(what)


def _once(records: list[Record]) -> tuple[Record, ...]:
    first: dict[str, Record] = {}
    for record in records:
        first.setdefault(record.id, record)
    return tuple(first.values())
