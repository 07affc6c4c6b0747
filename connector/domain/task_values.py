"""What a contact has to tell its Task: each value by the name under which an administrator gives it a field."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from connector.domain import times
from connector.domain.directory import Directory
from connector.domain.model import SILENT, Contact, Kind

TAGS_BETWEEN = "; "
"""What stands between two tags in a field for them."""

Plain = str | int | None


class Sort(StrEnum):
    """What kind of field can hold a value."""

    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"


class TaskValue(Struct, frozen=True):
    """One value: what it is `of` a contact, and `field`, our own for it ("": written where an administrator says).

    `kept`: we know our Tasks by it, so that our own field has it whatever else does.
    """

    sort: Sort
    of: Callable[[Contact, Directory], Plain]
    field: str = ""
    kept: bool = False


def direction(contact: Contact) -> str:
    """How the contact came to this agent, in more detail than CallType."""
    if contact.kind in SILENT:
        return "Work Item" if contact.kind is Kind.WORK_ITEM else "E-mail"
    if contact.emergency:
        return "Emergency Test" if contact.emergency == "test" else "Emergency"
    if contact.reaches:
        return "Emergency Callback"
    if contact.sender:
        return "Transfer"
    if contact.inside:
        return "Internal"
    return {Kind.INBOUND: "Inbound", Kind.CALLBACK: "Callback"}.get(contact.kind, "Outbound")


def _match_reason(contact: Contact, _directory: Directory) -> str:
    who = contact.draft.who.value
    return who.why if who is not None and who.why else str(contact.match.state)


def _recording(contact: Contact, directory: Directory) -> Plain:
    folder = directory.settings.recordings
    return f"{folder}/{contact.key}" if contact.recorded and folder else None


def _sender(contact: Contact, directory: Directory) -> Plain:
    return directory.profile(contact.sender).name if contact.sender else None


def _call_result(contact: Contact, directory: Directory) -> Plain:
    return directory.call_result(contact.skill, contact.draft.disposition.value) or None


def _moment(at: int | None) -> Plain:
    """As the API writes it, in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(of: Callable[[Contact], Plain], field: str = "", *, kept: bool = False) -> TaskValue:
    return TaskValue(Sort.NUMBER, lambda contact, _: of(contact), field, kept)


def _text(of: Callable[[Contact], Plain], field: str = "", *, kept: bool = False) -> TaskValue:
    return TaskValue(Sort.TEXT, lambda contact, _: of(contact) or None, field, kept)


def _at(of: Callable[[Contact], int | None]) -> TaskValue:
    return TaskValue(Sort.MOMENT, lambda contact, _: _moment(of(contact)))


VALUES: Final[dict[str, TaskValue]] = {
    "contact_key": _text(lambda contact: contact.key, "Phone_Contact_Key__c", kept=True),
    "interaction_key": _text(lambda contact: contact.interaction_key, "Phone_Interaction_Key__c"),
    "revision": _number(lambda contact: contact.save.wanted, "Phone_Revision__c", kept=True),
    "queue_seconds": _number(times.queue, "Phone_Queue_Time__c"),
    "ring_seconds": _number(times.ring, "Phone_Ring_Time__c"),
    "hold_seconds": _number(times.hold, "Phone_Hold_Time__c"),
    "talk_seconds": _number(times.talk),
    "duration_seconds": _number(times.duration),
    "started": _at(lambda contact: contact.started),
    "answered": _at(lambda contact: contact.answered),
    "ended": _at(lambda contact: contact.ended),
    "direction": _text(direction, "Phone_Direction__c"),
    "number": _text(lambda contact: contact.number),
    "line": _text(lambda contact: contact.line),
    "skill": _text(lambda contact: contact.skill, "Phone_Skill__c"),
    "skill_name": TaskValue(Sort.TEXT, lambda contact, directory: directory.skill(contact.skill).name),
    "extension": TaskValue(
        Sort.TEXT, lambda contact, directory: directory.profile(contact.agent or "").device or None
    ),
    "outcome": _text(lambda contact: contact.outcome and str(contact.outcome)),
    "ended_by": _text(lambda contact: contact.ended_by),
    "disposition": _text(lambda contact: contact.draft.disposition.value),
    "call_result": TaskValue(Sort.TEXT, _call_result),
    "tags": _text(lambda contact: TAGS_BETWEEN.join(contact.draft.tags.value), "Phone_Tags__c"),
    "recording": TaskValue(Sort.TEXT, _recording, "Phone_Recording__c"),
    "match_reason": TaskValue(Sort.TEXT, _match_reason),
    "caller_name": _text(lambda contact: contact.caller),
    "sender": TaskValue(Sort.TEXT, _sender),
    "attempt": _number(lambda contact: contact.attempts + 1 if contact.kind is Kind.CALLBACK else None),
}
"""By the name that an administrator uses.  Times are whole seconds."""


def placed(directory: Directory) -> Iterator[tuple[str, str]]:
    """Each value with each field that it is written to: our own, or those that an administrator gave it instead."""
    chosen: dict[str, list[str]] = {}
    for one in directory.task_fields:
        chosen.setdefault(one.value, []).append(one.field)
    for name, value in VALUES.items():
        fields = chosen.get(name, [value.field])
        if value.kept:
            fields = [value.field, *fields]
        for field in dict.fromkeys(fields):
            if field:
                yield name, field


def filled(contact: Contact, directory: Directory) -> dict[str, Plain]:
    """The values of the contact by the fields that they are written to."""
    return {field: VALUES[name].of(contact, directory) for name, field in placed(directory)}
