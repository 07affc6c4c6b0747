"""Screen pops: what opens in Salesforce for a contact, and when, once for each agent who has it."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from connector.domain.directory import Directory, PopMoment, PopRule, Skill
from connector.domain.effects import PopByLayout, PopFlow, PopNew, PopRecord, PopSearch, Values
from connector.domain.model import SILENT, Contact, Kind, MatchState, Phase, Record
from connector.domain.step import Step

WORDS: Final = ("contact_key", "line", "name", "number", "skill")
"""What may stand in braces in a field that a new record is filled in with."""

_FOUND: Final = {
    MatchState.ONE: "one",
    MatchState.MANY: "many",
    MatchState.NONE: "none",
    MatchState.WITHHELD: "none",
}


def pop(step: Step, contact: Contact) -> None:
    """What the administrator chose opens if this is the moment: once per agent, and a new record's window after Answer.

    Nothing opens while it is not known whose the number is, or when that could not be found out.
    """
    if contact.agent is None or not contact.live or (contact.popped and not contact.window_due):
        return
    directory, skill = step.directory, step.directory.skill(contact.skill)
    when = skill.pop_when or directory.settings.pop_when
    found, record = _found(contact)
    taken = _taken(contact)
    early = when is PopMoment.NEVER or (when is PopMoment.ANSWER and not taken)
    if not found or early or not _concerns(contact, directory):
        return
    rule = _rule(directory, skill, found)
    if contact.popped:
        if taken:
            _open(step, step.put(replace(contact, window_due=False)), rule, found, record, "only_new")
    elif rule.what != "nothing" and (not contact.internal or rule.what == "layout"):
        # What the layout says only a panel knows; that it may be a new record is possible where nobody was found.
        later = not taken and (rule.what == "new" or (rule.what == "layout" and found == "none"))
        contact = step.put(replace(contact, popped=True, window_due=later))
        _open(step, contact, rule, found, record, "but_new" if later else "all")


def _found(contact: Contact) -> tuple[str, Record | None]:
    """How many are found, "" while that is not known, and the one.  Who was named counts before whose the number is."""
    sent = contact.draft.who.value if contact.sender else None
    named = sent or contact.record
    if named is not None:
        return "one", named
    people = contact.match.people
    return _FOUND.get(contact.match.state, ""), people[0] if contact.match.state is MatchState.ONE else None


def _concerns(contact: Contact, directory: Directory) -> bool:
    """Whether something opens for it at all: a question of a colleague is answered without, and so is an emergency."""
    if contact.kind in SILENT or contact.asked_by or contact.emergency:
        return False
    return contact.kind is not Kind.OUTBOUND or bool(contact.sender) or directory.settings.pop_outbound


def _taken(contact: Contact) -> bool:
    """Whether it is answered: by the agent, and of a call that the agent dialled by the customer."""
    if contact.kind is Kind.OUTBOUND and not contact.sender:
        return contact.answered is not None
    return contact.phase is Phase.ACTIVE


def _rule(directory: Directory, skill: Skill, found: str) -> PopRule:
    settings = directory.settings
    match found:
        case "one":
            return skill.pop_one or settings.pop_one
        case "many":
            return skill.pop_many or settings.pop_many
    return skill.pop_none or settings.pop_none


def _open(step: Step, contact: Contact, rule: PopRule, found: str, record: Record | None, part: str) -> None:
    assert contact.agent is not None
    whose = contact.agent, contact.key
    match rule.what:
        case "record" if record is not None:
            step.effect(PopRecord(*whose, record))
        case "search" if contact.number:
            step.effect(PopSearch(*whose, contact.number))
        case "flow":
            step.effect(PopFlow(*whose, rule.name, _arguments(step.directory, contact, record)))
        case "new" if part != "but_new":
            step.effect(PopNew(*whose, rule.name, _fields(step.directory, contact)))
        case "layout":
            fields, arguments = _fields(step.directory, contact), _arguments(step.directory, contact, record)
            call = _call(contact)
            step.effect(PopByLayout(*whose, call, found, record, contact.number, fields, arguments, part))


def _call(contact: Contact) -> str:
    """The section of a softphone layout."""
    if contact.internal:
        return "Internal"
    return "Outbound" if contact.kind is Kind.OUTBOUND else "Inbound"


def _fields(directory: Directory, contact: Contact) -> Values:
    """What a new record is filled in with; a field for which nothing is known is left out."""
    skill = directory.skill(contact.skill)
    templates = directory.settings.pop_fields if skill.pop_fields is None else skill.pop_fields
    values = (contact.key, contact.line, contact.caller, contact.number, skill.name)
    known = dict(zip(WORDS, values, strict=True))
    return _given((name, template.format_map(known)) for name, template in templates)


def _arguments(directory: Directory, contact: Contact, record: Record | None) -> Values:
    """What a flow is told."""
    return _given(
        (
            ("recordId", _opened(record) if record is not None else ""),
            ("number", contact.number),
            ("name", contact.caller),
            ("line", contact.line),
            ("skill", directory.skill(contact.skill).id),
            ("direction", "internal" if contact.internal else contact.kind.value),
            ("contactKey", contact.key),
            ("interactionKey", contact.interaction_key),
        )
    )


def _opened(record: Record) -> str:
    """The id of the record that opens: of a person account its Account's."""
    return record.pop_id or record.id


def _given(values: Iterable[tuple[str, str]]) -> Values:
    return tuple((name, value) for name, value in values if value)
