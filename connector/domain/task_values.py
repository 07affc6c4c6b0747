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
    return who.why if who is not None and who.why else contact.match.state


def _recording(contact: Contact, directory: Directory) -> Plain:
    folder = directory.settings.recordings
    return f"{folder}/{contact.key}" if contact.recorded and folder else None


def _sender(contact: Contact, directory: Directory) -> Plain:
    return directory.profile(contact.sender).name if contact.sender else None


def _call_result(contact: Contact, directory: Directory) -> Plain:
    return directory.call_result(contact.skill, contact.draft.disposition.value)


def _moment(at: int) -> str:
    """As the API writes it, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


NUMBER, TEXT, MOMENT = Sort
VALUES: Final[dict[str, TaskValue]] = {
    "contact_key": TaskValue(TEXT, lambda contact, _: contact.key, "Phone_Contact_Key__c", True),
    "interaction_key": TaskValue(TEXT, lambda contact, _: contact.interaction_key, "Phone_Interaction_Key__c"),
    "revision": TaskValue(NUMBER, lambda contact, _: contact.save.wanted, "Phone_Revision__c", True),
    "queue_seconds": TaskValue(NUMBER, lambda contact, _: times.queue(contact), "Phone_Queue_Time__c"),
    "ring_seconds": TaskValue(NUMBER, lambda contact, _: times.ring(contact), "Phone_Ring_Time__c"),
    "hold_seconds": TaskValue(NUMBER, lambda contact, _: times.hold(contact), "Phone_Hold_Time__c"),
    "talk_seconds": TaskValue(NUMBER, lambda contact, _: times.talk(contact)),
    "duration_seconds": TaskValue(NUMBER, lambda contact, _: times.duration(contact)),
    "started": TaskValue(MOMENT, lambda contact, _: contact.started),
    "answered": TaskValue(MOMENT, lambda contact, _: contact.answered),
    "ended": TaskValue(MOMENT, lambda contact, _: contact.ended),
    "direction": TaskValue(TEXT, lambda contact, _: direction(contact), "Phone_Direction__c"),
    "number": TaskValue(TEXT, lambda contact, _: contact.number),
    "line": TaskValue(TEXT, lambda contact, _: contact.line),
    "skill": TaskValue(TEXT, lambda contact, _: contact.skill, "Phone_Skill__c"),
    "skill_name": TaskValue(TEXT, lambda contact, directory: directory.skill(contact.skill).name),
    "extension": TaskValue(TEXT, lambda contact, directory: directory.profile(str(contact.agent)).device),
    "outcome": TaskValue(TEXT, lambda contact, _: contact.outcome),
    "ended_by": TaskValue(TEXT, lambda contact, _: contact.ended_by),
    "disposition": TaskValue(TEXT, lambda contact, _: contact.draft.disposition.value),
    "call_result": TaskValue(TEXT, _call_result),
    "tags": TaskValue(TEXT, lambda contact, _: TAGS_BETWEEN.join(contact.draft.tags.value), "Phone_Tags__c"),
    "recording": TaskValue(TEXT, _recording, "Phone_Recording__c"),
    "match_reason": TaskValue(TEXT, _match_reason),
    "caller_name": TaskValue(TEXT, lambda contact, _: contact.caller),
    "sender": TaskValue(TEXT, _sender),
    "attempt": TaskValue(
        NUMBER, lambda contact, _: contact.attempts + 1 if contact.kind is Kind.CALLBACK else None
    ),
}
"""By the name that an administrator uses.  Times are whole seconds."""


def value_of(name: str, contact: Contact, directory: Directory) -> Plain:
    """The value of that name, as a Task holds it; None for one that is blank."""
    value = VALUES[name]
    found = value.of(contact, directory)
    if isinstance(found, int):
        return _moment(found) if value.sort is Sort.MOMENT else found
    return str(found) if found else None


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
    return {field: value_of(name, contact, directory) for name, field in placed(directory)}
