"""Account, Contact and Lead. Person accounts are enabled: such an Account carries a Contact of its own."""

from __future__ import annotations

from connector.sandbox.org.fields import (
    address,
    audit,
    create_only,
    day,
    email,
    flag,
    long_text,
    lookup,
    money,
    owner,
    phone,
    picklist,
    read_only,
    record_id,
    text,
    url,
    whole,
)
from connector.sandbox.org.schema import SObject, sobject

SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.")
INDUSTRIES = (
    "Apparel", "Banking", "Consulting", "Education", "Energy", "Finance", "Food & Beverage", "Healthcare",
    "Hospitality", "Manufacturing", "Retail", "Shipping", "Technology", "Transportation", "Other",
)  # fmt: skip
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")

ACCOUNT = sobject(
    "Account", "Account", "Accounts", "001",
    [
        record_id(),
        # Required unless the record is a person account; rules.py decides, since the field itself cannot know.
        text("Name", "Account Name", 255, searchable_name=True),
        picklist("Salutation", "Salutation", SALUTATIONS, length=40),
        text("FirstName", "First Name", 40),
        text("LastName", "Last Name", 80),
        create_only(lookup("RecordTypeId", "Record Type ID", ("RecordType",), defaulted=True)),
        read_only(flag("IsPersonAccount", "Is Person Account")),
        read_only(lookup("PersonContactId", "Contact ID", ("Contact",), relationship="PersonContact")),
        picklist("Type", "Account Type", ("Prospect", "Customer - Direct", "Customer - Channel", "Partner", "Other")),
        lookup("ParentId", "Parent Account ID", ("Account",)),
        *address("Billing"),
        phone("Phone", "Account Phone"),
        phone("Fax", "Account Fax"),
        phone("PersonMobilePhone", "Mobile"),
        phone("PersonHomePhone", "Home Phone"),
        phone("PersonOtherPhone", "Other Phone"),
        email("PersonEmail"),
        text("PersonTitle", "Title", 80),
        text("AccountNumber", "Account Number", 40),
        url("Website", "Website"),
        picklist("Industry", "Industry", INDUSTRIES),
        money("AnnualRevenue", "Annual Revenue"),
        whole("NumberOfEmployees", "Employees"),
        long_text("Description", "Account Description"),
        owner(),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Account",), relationship="MasterRecord")),
        *audit(),
    ],
    searchable=True,
)  # fmt: skip

CONTACT = sobject(
    "Contact", "Contact", "Contacts", "003",
    [
        record_id(),
        lookup("AccountId", "Account ID", ("Account",)),
        read_only(flag("IsPersonAccount", "Is Person Account")),
        text("LastName", "Last Name", 80, required=True),
        text("FirstName", "First Name", 40),
        picklist("Salutation", "Salutation", SALUTATIONS, length=40),
        read_only(text("Name", "Full Name", 121, searchable_name=True)),
        *address("Mailing"),
        phone("Phone", "Business Phone"),
        phone("Fax", "Business Fax"),
        phone("MobilePhone", "Mobile Phone"),
        phone("HomePhone", "Home Phone"),
        phone("OtherPhone", "Other Phone"),
        phone("AssistantPhone", "Asst. Phone"),
        lookup("ReportsToId", "Reports To ID", ("Contact",)),
        email("Email"),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        text("AssistantName", "Assistant's Name", 40),
        picklist("LeadSource", "Lead Source", LEAD_SOURCES),
        day("Birthdate", "Birthdate"),
        flag("DoNotCall", "Do Not Call"),
        long_text("Description", "Contact Description"),
        owner(),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Contact",), relationship="MasterRecord")),
        *audit(),
    ],
    searchable=True,
)  # fmt: skip

LEAD = sobject(
    "Lead", "Lead", "Leads", "00Q",
    [
        record_id(),
        text("LastName", "Last Name", 80, required=True),
        text("FirstName", "First Name", 40),
        picklist("Salutation", "Salutation", SALUTATIONS, length=40),
        read_only(text("Name", "Full Name", 121, searchable_name=True)),
        text("Title", "Title", 128),
        text("Company", "Company", 255, required=True),
        *address(),
        phone("Phone", "Phone"),
        phone("MobilePhone", "Mobile Phone"),
        phone("Fax", "Fax"),
        email("Email"),
        url("Website", "Website"),
        picklist("LeadSource", "Lead Source", LEAD_SOURCES),
        picklist("Status", "Status", LEAD_STATUSES, default="Open - Not Contacted"),
        picklist("Industry", "Industry", INDUSTRIES),
        picklist("Rating", "Rating", ("Hot", "Warm", "Cold")),
        flag("DoNotCall", "Do Not Call"),
        read_only(flag("IsConverted", "Converted")),
        read_only(day("ConvertedDate", "Converted Date")),
        read_only(lookup("ConvertedAccountId", "Converted Account ID", ("Account",))),
        read_only(lookup("ConvertedContactId", "Converted Contact ID", ("Contact",))),
        read_only(lookup("ConvertedOpportunityId", "Converted Opportunity ID", ("Opportunity",))),
        long_text("Description", "Description"),
        owner(("User", "Group")),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Lead",), relationship="MasterRecord")),
        *audit(),
    ],
    searchable=True,
)  # fmt: skip

PEOPLE: tuple[SObject, ...] = (ACCOUNT, CONTACT, LEAD)
