"""Contact to Task: the values that Salesforce is to hold.  Limits and rules: Object reference, Task."""

import re

from msgspec.structs import replace

from connector.domain import given, task_values, times
from connector.domain.directory import Directory, Profile
from connector.domain.hours import local
from connector.domain.model import SILENT, Contact, Draft, Kind, Link, Record

Fields = dict[str, str | int | float | bool | None]

LONGEST_TEXT = 255
"""Characters that Subject, and our field for tags, can hold."""

LONGEST_COMMENTS = 32_000
"""Characters that Description can hold."""

PEOPLE = frozenset({"Contact", "Lead"})
"""What WhoId may point to."""

_SUBTYPES = {Kind.WORK_ITEM: "Task", Kind.EMAIL: "Email"}
_PLACE_HOLDER = re.compile(r"\{(\w+)\}")
SUBJECT_WORDS = frozenset({"who", "number", "skill", "direction", "disposition", "outcome"})


def unknown_words(template: str) -> list[str]:
    """The place-holders of a Subject template that we do not know."""
    return [word for word in _PLACE_HOLDER.findall(template) if word not in SUBJECT_WORDS]


def subject(contact: Contact, directory: Directory) -> str:
    """The Subject: the template with its place-holders filled, as far as it fits; `{who}` is the Name or the number.

    A work item and an e-mail have their own title.
    """
    if contact.kind in SILENT:
        return (contact.title.strip() or directory.skill(contact.skill).name)[:LONGEST_TEXT].rstrip()
    who = contact.draft.who.value
    words = {
        "who": who.name if who else contact.caller or contact.number or "unknown caller",
        "number": contact.number,
        "skill": directory.skill(contact.skill).name,
        "direction": call_type(contact).lower(),
        "disposition": contact.draft.disposition.value,
        "outcome": contact.outcome or "",
    }
    template = directory.task_form(contact.skill).subject
    text = _PLACE_HOLDER.sub(lambda match: str(words.get(match[1], match[0])), template)
    return text.strip()[:LONGEST_TEXT].rstrip()


def linked(record: Record | None, why: str) -> Draft:
    """The record that a contact is about from the first is Name or Related To by itself."""
    if record is None:
        return Draft()
    link = Link(replace(record, why=why), 1, "match")
    return Draft(who=link) if record.type in PEOPLE else Draft(what=link)


def call_type(contact: Contact) -> str:
    """A value of the restricted picklist CallType."""
    if contact.inside:
        return "Internal"
    return "Inbound" if contact.kind is Kind.INBOUND else "Outbound"


def disposition_missing(contact: Contact, directory: Directory) -> bool:
    """Whether the skill asks for a disposition and none was chosen; where there is no choice, none is asked for."""
    skill = directory.skill(contact.skill)
    chosen = bool(contact.draft.disposition.value)
    return skill.disposition_required and not chosen and bool(directory.dispositions_of(skill.id))


def local_date(at: int, profile: Profile) -> str:
    """The date of a moment in the agent's Salesforce time zone (an unknown zone counts as UTC): YYYY-MM-DD."""
    return local(at, profile.time_zone).date().isoformat()


def fields(contact: Contact, directory: Directory) -> Fields:
    """All values of the contact's Task, by API name; None clears a field.

    While a required disposition is missing the Status is the configured open one, so that the Task is seen to lack it.
    What the agent gave a field that Salesforce had asked for takes the place of what it would have had.
    What was no call has none of the fields of one, but for CallObject and CallDisposition, which orgs without our own
    fields know it by.
    """
    agent, draft = contact.agent, contact.draft
    assert agent is not None
    form = directory.task_form(contact.skill)
    silent = contact.kind in SILENT
    handled = contact.answered if silent and contact.answered is not None else contact.started
    return {
        "Subject": subject(contact, directory),
        "Status": form.open_status if disposition_missing(contact, directory) else form.status,
        "Priority": form.priority,
        "ActivityDate": local_date(handled, directory.profile(agent)),
        "TaskSubtype": _SUBTYPES.get(contact.kind, "Call"),
        **({} if silent else {"CallType": call_type(contact), "CallDurationInSeconds": times.duration(contact)}),
        **_kind_of_task(contact, directory),
        "CallDisposition": draft.disposition.value or None,
        "CallObject": contact.key,
        "Description": draft.comments.value or None,
        "WhoId": draft.who.value.id if draft.who.value else None,
        "WhatId": draft.what.value.id if draft.what.value else None,
        "OwnerId": agent,
        **task_values.filled(contact, directory),
        **given.fields(contact),
    }


def _kind_of_task(contact: Contact, directory: Directory) -> Fields:
    """Type and record type, where somebody has chosen them: a field that nobody chose is left to the org.

    The setting's Type is that of calls; what is none has one only where its skill says so.
    """
    form = directory.task_form(contact.skill)
    chosen = directory.skill(contact.skill).task.type if contact.kind in SILENT else form.type
    record_type = directory.record_types.get(form.record_type)
    found: Fields = {"Type": chosen} if chosen else {}
    return {**found, "RecordTypeId": record_type} if record_type else found
