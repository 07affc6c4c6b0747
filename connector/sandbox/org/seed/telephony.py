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
     "Caller_Id__c": "+14155550102", "Wrap_Up_Seconds__c": 120.0, "Wrap_Up_Extension_Seconds__c": 60.0,
     "Recording__c": "on_demand", "Language__c": "en_US"},
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

# Likewise.
TAGS: tuple[tuple[str, str], ...] = (
    ("Refund", "Support_EN,Billing"),
    ("Follow-up", ""),
    ("Complaint", ""),
    ("VIP", ""),
    ("Invoice", "Billing,Sales"),
)
REASONS = ("Break", "Lunch", "Meeting", "Training")

SETTINGS: dict[str, str] = {
    "Subject_Template": "Call with {who}",
    "Status_Completed": "Completed",
    "Status_Open": "In Progress",
    "Priority": "Normal",
    "Ring_Seconds": "20",
    "Default_Skill": "Support_EN",
    "Blind_Transfer": "yes",
    "Callback_Interval_Minutes": "1",
    "Emergency_Number": "+14155550109",
    "Transcript": "both",
}

TRANSCRIPTS = frozenset({"sam", "jonas"})
"""Who may have the live transcript."""

# Name, country, emergency numbers, numbers that test them, what may be dialled before, routes.
EMERGENCY_ROUTES: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("Netherlands", "NL", "112", "", "0", "sim-local", "sim-national"),
    ("United States", "US", "911", "933", "9", "sim-local", "sim-national"),
)
"""The routes are those of the simulated switch: loopback, never the world outside."""

# Name, pattern, action, result.
NUMBER_PATTERNS: tuple[tuple[str, str, str, str], ...] = (
    ("Premium numbers", "+1900*", "refuse", ""),
    ("Warehouse extensions", "60xx", "internal", ""),
    ("Short dial to customers", "80xx", "rewrite", "+141555501xx"),
)

# Name, number, detail.  The switch's rules say of the last digits who does not answer.
ADDRESS_BOOK: tuple[tuple[str, str, str], ...] = (
    ("Front desk", "+1 415 555 0170", "Building A, ground floor"),
    ("Warehouse Oakland", "+1 510 555 0174", "Northwind Traders, night shift until 06:00"),
    ("Carrier hotline", "+1 800 555 0175", "Parcels and pallets"),
    ("Billing partner", "+1 415 555 0181", "Line is usually busy"),
    ("Legal", "+1 415 555 0182", "Rarely answers"),
    ("Site security", "+1 415 555 0183", "Declines calls from outside"),
    ("Former supplier", "+1 415 555 0184", "Number is out of use"),
    ("Jonas Weber, at his desk", "2042", "Amsterdam"),
    ("Kantoor Amsterdam", "+31 20 555 0179", "Receptie"),
    ("Werkstatt Hamburg", "+49 40 66969 178", "Annahme 07:00 bis 16:00"),
    (
        "Interdepartmental Emergency Coordination and Business Continuity Office, Pacific",
        "+1 206 555 0176",
        "Second floor of the north wing, behind the archive of the former waterworks; ask for whoever is on duty",
    ),
    ("مركز خدمة العملاء – دبي", "+971 4 555 0177", "خدمة العملاء"),
)

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
