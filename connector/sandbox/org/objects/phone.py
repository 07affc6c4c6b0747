"""The product's custom metadata types: skills, dispositions, tags, reasons, settings, emergency routes, fields by which
callers are recognised, and the dial plan."""

from __future__ import annotations

from connector.sandbox.org.fields import flag, moment, number, picklist, read_only, record_id, text
from connector.sandbox.org.schema import Field, SObject, sobject

TASK_VALUES = (
    *("queue_seconds", "ring_seconds", "hold_seconds", "talk_seconds", "duration_seconds"),
    *("started", "answered", "ended", "direction", "number", "line", "skill", "skill_name", "extension"),
    *("outcome", "ended_by", "disposition", "call_result", "tags", "recording", "match_reason", "caller_name"),
    *("sender", "attempt", "interaction_key", "contact_key", "revision"),
)
"""What of a call can be written to a field of Task."""


def _metadata_type(name: str, label: str, prefix: str, fields: list[Field]) -> SObject:
    """A custom metadata type. Its records are deployed, so the REST API only reads them."""
    return sobject(
        name, label, f"{label}s", prefix,
        [
            record_id(),
            text("DeveloperName", "Custom Metadata Record Name", 40, required=True),
            text("MasterLabel", "Label", 40, required=True),
            text("Language", "Master Language", 40),
            text("NamespacePrefix", "Namespace Prefix", 15),
            text("QualifiedApiName", "Qualified API Name", 70),
            read_only(moment("SystemModstamp", "System Modstamp")),
            *fields,
        ],
        name_field="MasterLabel", createable=False, updateable=False, deletable=False,
    )  # fmt: skip


PHONE: tuple[SObject, ...] = (
    _metadata_type("Phone_Skill__mdt", "Phone Skill", "m00", [
        text("Inbound_Numbers__c", "Inbound Numbers", 255),
        flag("Outbound__c", "Outbound"),
        text("Caller_Id__c", "Caller ID", 40),
        number("Wrap_Up_Seconds__c", "Wrap-up Seconds", 5),
        flag("Disposition_Required__c", "Disposition Required"),
        picklist("Recording__c", "Recording", ("on_demand", "always", "never"), restricted=True, default="on_demand"),
        text("Language__c", "Language", 10),
        number("Priority__c", "Priority", 2),
        number("Wrap_Up_Extension_Seconds__c", "Wrap-up Extension Seconds", 4),
        number("Longest_Queue__c", "Longest Queue", 5),
        text("Hours__c", "Hours", 255),
        text("Time_Zone__c", "Time Zone", 40),
        text("Consent__c", "Consent Announcement", 80),
        text("Task_Record_Type__c", "Task Record Type", 80),
        text("Task_Status__c", "Task Status", 80),
        text("Task_Open_Status__c", "Task Open Status", 80),
        text("Task_Priority__c", "Task Priority", 80),
        text("Task_Type__c", "Task Type", 80),
        text("Task_Subject__c", "Task Subject", 255),
        picklist("Pop_When__c", "Screen Pop: When", ("offer", "answer", "never"), restricted=True),
        text("Pop_One__c", "Screen Pop: One Match", 80),
        text("Pop_Many__c", "Screen Pop: Several Matches", 80),
        text("Pop_None__c", "Screen Pop: No Match", 80),
        text("Pop_Fields__c", "Screen Pop: Fields of a New Record", 255),
    ]),
    _metadata_type("Phone_Disposition__mdt", "Phone Disposition", "m01", [
        text("Skills__c", "Skills", 255),
        number("Sort_Order__c", "Sort Order", 4),
        text("Call_Result__c", "Call Result", 255),
    ]),
    _metadata_type("Phone_Tag__mdt", "Phone Tag", "m02", [
        text("Skills__c", "Skills", 255),
        number("Sort_Order__c", "Sort Order", 4),
    ]),
    _metadata_type("Phone_Reason__mdt", "Phone Reason", "m03", [number("Sort_Order__c", "Sort Order", 4)]),
    _metadata_type("Phone_Setting__mdt", "Phone Setting", "m04", [text("Value__c", "Value", 255)]),
    _metadata_type("Phone_Emergency_Route__mdt", "Phone Emergency Route", "m05", [
        text("Country__c", "Country", 2),
        text("Numbers__c", "Numbers", 255),
        text("Test_Numbers__c", "Test Numbers", 255),
        text("Prefixes__c", "Prefixes", 255),
        text("Local_Route__c", "Local Route", 80),
        text("National_Route__c", "National Route", 80),
    ]),
    _metadata_type("Phone_Number_Field__mdt", "Phone Number Field", "m06", [
        text("Object__c", "Object", 80, required=True),
        text("Field__c", "Field", 80, required=True),
        text("Country_Field__c", "Country Field", 80),
    ]),
    _metadata_type("Phone_Task_Field__mdt", "Phone Task Field", "m07", [
        picklist("Value__c", "Value", TASK_VALUES, restricted=True),
        text("Field__c", "Field", 80),
    ]),
    _metadata_type("Phone_Number_Pattern__mdt", "Phone Number Pattern", "m08", [
        text("Pattern__c", "Pattern", 40, required=True),
        picklist("Action__c", "Action", ("refuse", "internal", "rewrite", "allow"), restricted=True, required=True),
        text("Result__c", "Result", 40),
        text("Skills__c", "Skills", 255),
        number("Sort_Order__c", "Sort Order", 4),
    ]),
)  # fmt: skip
