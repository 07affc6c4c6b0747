"""Page layouts: which fields stand where. Fields that the org does not have are left out when a page is made."""

from __future__ import annotations

import msgspec


class Layout(msgspec.Struct, frozen=True):
    """Field API names by place. `form` are the fields of the New and Edit windows."""

    icon: str
    columns: tuple[str, ...]
    highlights: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    """(child object, its field that points here)"""
    order: str = ""


ADDRESSES = {
    "MailingAddress": ("MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry"),
    "BillingAddress": ("BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry"),
    "Address": ("Street", "City", "State", "PostalCode", "Country"),
}
"""The compound addresses of a page, made of these fields."""

PAGE_LABELS = {
    "AccountId": "Account Name",
    "ActivityDate": "Due Date",
    "AssistantName": "Assistant",
    "CallDurationInSeconds": "Call Duration (seconds)",
    "MobilePhone": "Mobile",
    "Name": "Name",
    "PersonMobilePhone": "Mobile",
    "Phone": "Phone",
    "WhoId": "Name",
}
"""What pages call these fields; everything else is called as in describe."""

LAYOUTS = {
    "Contact": Layout(
        icon="contact",
        columns=("Name", "AccountId", "Title", "Phone", "MobilePhone", "Email", "OwnerId"),
        highlights=("Title", "AccountId", "Phone", "MobilePhone", "OtherPhone", "Email", "OwnerId"),
        details=(
            "Name", "Phone", "AccountId", "MobilePhone", "Title", "OtherPhone", "Department", "AssistantName",
            "MailingAddress", "AssistantPhone", "HomePhone", "Description",
        ),
        form=("Salutation", "FirstName", "LastName", "AccountId", "Title", "Phone", "MobilePhone", "Email"),
        related=(("Case", "ContactId"), ("Opportunity", "AccountId")),
        order="LastName, FirstName",
    ),
    "Account": Layout(
        icon="account",
        columns=("Name", "Phone", "Type", "Industry", "BillingCity", "BillingCountry", "OwnerId"),
        highlights=("Type", "Phone", "PersonMobilePhone", "PersonEmail", "Website", "Industry", "OwnerId"),
        details=(
            "Name", "Phone", "Type", "Fax", "Industry", "PersonMobilePhone", "Website", "PersonHomePhone",
            "PersonEmail", "IsPersonAccount", "BillingAddress", "AccountNumber", "OwnerId", "Description",
        ),
        form=("Name", "Phone", "Type", "Industry", "Website"),
        related=(("Contact", "AccountId"), ("Case", "AccountId"), ("Opportunity", "AccountId")),
        order="Name",
    ),
    "Case": Layout(
        icon="case",
        columns=("CaseNumber", "Subject", "ContactId", "AccountId", "Status", "Priority", "OwnerId"),
        highlights=("Status", "Priority", "ContactId", "AccountId", "OwnerId"),
        details=(
            "CaseNumber", "Status", "Subject", "Priority", "ContactId", "Origin", "AccountId", "Type", "OwnerId",
            "Reason", "CreatedDate", "ClosedDate", "Description",
        ),
        form=("Subject", "Status", "Priority", "Origin", "ContactId", "AccountId", "Description"),
        order="CaseNumber DESC",
    ),
    "Opportunity": Layout(
        icon="opportunity",
        columns=("Name", "AccountId", "StageName", "Amount", "CloseDate", "OwnerId"),
        highlights=("AccountId", "CloseDate", "Amount", "StageName", "OwnerId"),
        details=(
            "Name", "StageName", "AccountId", "CloseDate", "Amount", "Probability", "Type", "LeadSource", "OwnerId",
            "NextStep", "CampaignId", "Description",
        ),
        form=("Name", "AccountId", "StageName", "CloseDate", "Amount"),
        order="CloseDate",
    ),
    "Lead": Layout(
        icon="lead",
        columns=("Name", "Company", "Title", "Phone", "MobilePhone", "Email", "Status", "OwnerId"),
        highlights=("Title", "Company", "Phone", "MobilePhone", "Email", "Status", "OwnerId"),
        details=(
            "Name", "Phone", "Company", "MobilePhone", "Title", "Email", "Status", "LeadSource", "Address", "Industry",
            "IsConverted", "ConvertedContactId", "OwnerId", "Description",
        ),
        form=("Salutation", "FirstName", "LastName", "Company", "Title", "Phone", "MobilePhone", "Email", "Status"),
        order="LastName, FirstName",
    ),
    "Campaign": Layout(
        icon="campaign",
        columns=("Name", "Type", "Status", "StartDate", "EndDate", "IsActive", "OwnerId"),
        highlights=("Type", "Status", "StartDate", "EndDate", "OwnerId"),
        details=("Name", "Status", "Type", "StartDate", "IsActive", "EndDate", "OwnerId", "Description"),
        form=("Name", "Type", "Status", "StartDate", "EndDate", "IsActive"),
        order="StartDate DESC",
    ),
    "Task": Layout(
        icon="task",
        columns=(
            "Subject", "WhoId", "WhatId", "ActivityDate", "Status", "CallType", "CallDurationInSeconds",
            "CallDisposition", "OwnerId",
        ),
        highlights=("WhoId", "WhatId", "Status", "ActivityDate", "CallDisposition", "OwnerId"),
        form=("Subject", "Status", "Priority", "ActivityDate", "Description"),
        order="CreatedDate DESC",
    ),
    "User": Layout(
        icon="user",
        columns=("Name", "Username", "Email", "IsActive"),
        highlights=("Username", "Email", "TimeZoneSidKey", "LanguageLocaleKey"),
        details=("Name", "Username", "Email", "Phone", "TimeZoneSidKey", "LanguageLocaleKey", "IsActive"),
        order="Name",
    ),
}  # fmt: skip

NAVIGATION = ("Contact", "Account", "Case", "Opportunity", "Lead", "Campaign", "WorkQueue", "Task")
"""The app's tabs in their order; WorkQueue is a page of its own, not an object."""

SEARCHED = ("Contact", "Account", "Lead", "Case", "Opportunity", "Campaign")
"""What the search box looks through, in the order of its results."""


def layout_of(name: str) -> Layout:
    """The object's layout; for an object without one, a plain page of all its fields."""
    return LAYOUTS.get(name) or Layout(
        icon="custom", columns=("Name", "OwnerId", "CreatedDate"), order="CreatedDate DESC"
    )
