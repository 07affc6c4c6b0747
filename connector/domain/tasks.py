"""Contact to Task: the values that Salesforce is to hold.  Limits and rules: Object reference, Task."""

import re

from msgspec.structs import replace

from connector.domain import times
from connector.domain.directory import Directory, Profile
from connector.domain.hours import local
from connector.domain.model import SILENT, Contact, Draft, Kind, Link, Record

Fields = dict[str, str | int | None]

LONGEST_TEXT = 255
"""Characters that Subject, and our field for tags, can hold."""

LONGEST_COMMENTS = 32_000
"""Characters that Description can hold."""

PEOPLE = frozenset({"Contact", "Lead"})
"""What WhoId may point to."""

TAGS_BETWEEN = "; "
"""What stands between two tags in our field for them."""

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
    text = _PLACE_HOLDER.sub(lambda match: str(words.get(match[1], match[0])), directory.settings.subject)
    return text.strip()[:LONGEST_TEXT].rstrip()


def linked(record: Record | None, why: str) -> Draft:
    """The record that a contact is about from the first is Name or Related To by itself."""
    if record is None:
        return Draft()
    link = Link(replace(record, why=why), 1, "match")
    return Draft(who=link) if record.type in PEOPLE else Draft(what=link)


def call_type(contact: Contact) -> str:
    """A value of the restricted picklist CallType."""
    if contact.internal:
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
    What was no call has none of the fields of one, but for CallObject and CallDisposition, which orgs without our own
    fields know it by.
    """
    settings = directory.settings
    agent, draft = contact.agent, contact.draft
    assert agent is not None
    missing = disposition_missing(contact, directory)
    silent = contact.kind in SILENT
    listened = contact.recorded and settings.recordings
    call: Fields = {} if silent else {"CallType": call_type(contact), "CallDurationInSeconds": times.duration(contact)}
    handled = contact.answered if silent and contact.answered is not None else contact.started
    return {
        "Subject": subject(contact, directory),
        "Status": settings.status_open if missing else settings.status_completed,
        "Priority": settings.priority,
        "ActivityDate": local_date(handled, directory.profile(agent)),
        "TaskSubtype": _SUBTYPES.get(contact.kind, "Call"),
        **call,
        "CallDisposition": draft.disposition.value or None,
        "CallObject": contact.key,
        "Description": draft.comments.value or None,
        "WhoId": draft.who.value.id if draft.who.value else None,
        "WhatId": draft.what.value.id if draft.what.value else None,
        "OwnerId": agent,
        "Phone_Contact_Key__c": contact.key,
        "Phone_Interaction_Key__c": contact.interaction_key,
        "Phone_Revision__c": contact.save.wanted,
        "Phone_Skill__c": contact.skill or None,
        "Phone_Recording__c": f"{settings.recordings}/{contact.key}" if listened else None,
        "Phone_Tags__c": TAGS_BETWEEN.join(draft.tags.value) or None,
    }
