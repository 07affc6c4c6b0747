"""Task, with the custom fields that the product deploys on Activity, and the picklists behind it."""

from __future__ import annotations

from connector.sandbox.org.fields import (
    audit,
    create_only,
    day,
    flag,
    long_text,
    lookup,
    moment,
    number,
    owner,
    picklist,
    read_only,
    record_id,
    text,
    url,
    whole,
)
from connector.sandbox.org.schema import CONTACT_KEY, Field, SObject, sobject

CLOSED_STATUSES = frozenset({"Completed"})
STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
PRIORITIES = ("High", "Normal", "Low")
CALL_TYPES = ("Internal", "Inbound", "Outbound")
SUBTYPES = ("Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn")
RELATED = ("Account", "Opportunity", "Case", "Campaign")

TASK = sobject(
    "Task", "Task", "Tasks", "00T",
    [
        record_id(),
        lookup("WhoId", "Name ID", ("Contact", "Lead")),
        lookup("WhatId", "Related To ID", RELATED),
        Field(name="Subject", label="Subject", type="combobox", length=255, name_field=True,
              values=("Call", "Email", "Send Letter", "Send Quote", "Other")),
        day("ActivityDate", "Due Date Only"),
        picklist("Status", "Status", STATUSES, default="Not Started"),
        picklist("Priority", "Priority", PRIORITIES, default="Normal"),
        read_only(flag("IsHighPriority", "High Priority")),
        owner(("User", "Group")),
        long_text("Description", "Description"),
        picklist("Type", "Type", ("Call", "Email", "Meeting", "Other")),
        read_only(lookup("AccountId", "Account ID", ("Account",))),
        read_only(flag("IsClosed", "Closed")),
        whole("CallDurationInSeconds", "Call Duration", 8),
        picklist("CallType", "Call Type", CALL_TYPES, restricted=True, length=40),
        text("CallDisposition", "Call Result", 255),
        text("CallObject", "Call Object Identifier", 255),
        create_only(picklist("TaskSubtype", "Task Subtype", SUBTYPES, restricted=True, default="Task", length=40)),
        read_only(moment("CompletedDateTime", "Completed Date")),
        read_only(flag("IsArchived", "Archived")),
        flag("IsReminderSet", "Reminder Set"),
        moment("ReminderDateTime", "Reminder Date/Time"),
        Field(name=CONTACT_KEY, label="Phone Contact Key", type="string", length=36, case_sensitive=True),
        text("Phone_Interaction_Key__c", "Phone Interaction Key", 36),
        number("Phone_Revision__c", "Phone Revision", 9),
        text("Phone_Skill__c", "Phone Skill", 80),
        text("Phone_Tags__c", "Phone Tags", 255),
        url("Phone_Recording__c", "Phone Recording"),
        number("Phone_Queue_Time__c", "Phone Queue Time", 9),
        number("Phone_Ring_Time__c", "Phone Ring Time", 9),
        number("Phone_Hold_Time__c", "Phone Hold Time", 9),
        text("Phone_Direction__c", "Phone Direction", 40),
        *audit(),
    ],
    name_field="Subject",
    searchable=True,
)  # fmt: skip


def _picklist_object(name: str, label: str, prefix: str, flags: tuple[tuple[str, str], ...]) -> SObject:
    """The read-only object that lists a picklist's values and what each one means."""
    return sobject(
        name, label, f"{label} Values", prefix,
        [
            record_id(),
            text("MasterLabel", "Master Label", 255),
            text("ApiName", "Api Name", 255),
            whole("SortOrder", "Sort Order"),
            flag("IsDefault", "Is Default"),
            *(flag(flag_name, flag_label) for flag_name, flag_label in flags),
            *audit(),
        ],
        name_field="MasterLabel", createable=False, updateable=False, deletable=False,
    )  # fmt: skip


TASKS: tuple[SObject, ...] = (
    TASK,
    _picklist_object("TaskStatus", "Task Status", "01J", (("IsClosed", "Is Closed"),)),
    _picklist_object("TaskPriority", "Task Priority", "01H", (("IsHighPriority", "Is High Priority"),)),
)
