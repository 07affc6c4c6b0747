"""The telephony configuration of the seeded world, as an administrator would have deployed it."""

from __future__ import annotations

from connector.sandbox.org.schema import Row

SKILLS: tuple[Row, ...] = (
    {"DeveloperName": "Support_EN", "MasterLabel": "Support EN", "Inbound_Numbers__c": "+14155550100",
     "Outbound__c": True, "Caller_Id__c": "+14155550100", "Wrap_Up_Seconds__c": 120.0,
     "Recording__c": "on_demand", "Language__c": "en_US"},
    {"DeveloperName": "Billing", "MasterLabel": "Billing", "Inbound_Numbers__c": "+14155550101", "Outbound__c": False,
     "Caller_Id__c": "+14155550101", "Wrap_Up_Seconds__c": 120.0, "Disposition_Required__c": True,
     "Recording__c": "always", "Language__c": "en_US"},
    {"DeveloperName": "Sales", "MasterLabel": "Sales", "Inbound_Numbers__c": "+14155550102", "Outbound__c": True,
     "Caller_Id__c": "+14155550102", "Wrap_Up_Seconds__c": 120.0, "Recording__c": "on_demand", "Language__c": "en_US"},
)  # fmt: skip

# Label and the skills that offer it; blank for every skill.
DISPOSITIONS: tuple[tuple[str, str], ...] = (
    ("Answered", ""),
    ("Resolved", "Support_EN,Billing"),
    ("Callback Promised", ""),
    ("Escalated", "Support_EN,Billing"),
    ("Left Voicemail", "Sales"),
    ("No Answer", "Sales"),
    ("Busy", "Sales"),
    ("Wrong Number", ""),
)

TAGS = ("Refund", "Follow-up", "Complaint", "VIP", "Invoice")
REASONS = ("Break", "Lunch", "Meeting", "Training")

SETTINGS: dict[str, str] = {
    "Subject_Template": "Call with {who}",
    "Status_Completed": "Completed",
    "Status_Open": "In Progress",
    "Priority": "Normal",
    "Ring_Seconds": "20",
    "Default_Skill": "Support_EN",
}

# Agent, skill, proficiency from 1 to 10.
AGENT_SKILLS: tuple[tuple[str, str, int], ...] = (
    ("sam", "Support_EN", 8),
    ("sam", "Billing", 5),
    ("sam", "Sales", 3),
    ("jonas", "Support_EN", 6),
    ("jonas", "Sales", 7),
    ("priya", "Support_EN", 9),
    ("priya", "Billing", 9),
    ("priya", "Sales", 9),
)
