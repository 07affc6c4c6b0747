"""What people call about: Case, Opportunity, Campaign; and the steps of a Sales Engagement work queue."""

from __future__ import annotations

from connector.sandbox.org.fields import (
    audit,
    day,
    email,
    flag,
    long_text,
    lookup,
    moment,
    money,
    number,
    owner,
    phone,
    picklist,
    read_only,
    record_id,
    text,
    whole,
)
from connector.sandbox.org.schema import Field, SObject, sobject

CASE_STATUSES = ("New", "Working", "On Hold", "Escalated", "Closed")
CLOSED_CASE_STATUSES = frozenset({"Closed"})
STAGES: dict[str, int] = {
    "Prospecting": 10, "Qualification": 10, "Needs Analysis": 20, "Value Proposition": 50, "Proposal/Price Quote": 75,
    "Negotiation/Review": 90, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
"""Opportunity stages and the probability, in percent, that each one sets."""

CASE_NUMBER = Field(
    name="CaseNumber", label="Case Number", type="string", length=30, nillable=False, createable=False,
    updateable=False, auto_number=True, defaulted=True, name_field=True, id_lookup=True,
)  # fmt: skip

CASE = sobject(
    "Case", "Case", "Cases", "500",
    [
        record_id(),
        CASE_NUMBER,
        lookup("ContactId", "Contact ID", ("Contact",)),
        lookup("AccountId", "Account ID", ("Account",)),
        lookup("ParentId", "Parent Case ID", ("Case",)),
        text("SuppliedName", "Name", 80),
        email("SuppliedEmail", "Email Address"),
        phone("SuppliedPhone", "Phone"),
        picklist("Type", "Case Type", ("Question", "Problem", "Feature Request", "Other")),
        picklist("Status", "Status", CASE_STATUSES, default="New"),
        picklist("Reason", "Case Reason", ("Billing", "Delivery", "Product", "Account", "Other")),
        picklist("Origin", "Case Origin", ("Phone", "Email", "Web")),
        picklist("Priority", "Priority", ("High", "Medium", "Low"), default="Medium"),
        text("Subject", "Subject", 255),
        long_text("Description", "Description"),
        read_only(flag("IsClosed", "Closed")),
        read_only(moment("ClosedDate", "Closed Date")),
        owner(("User", "Group")),
        *audit(),
    ],
    name_field="CaseNumber",
    searchable=True,
)  # fmt: skip

OPPORTUNITY = sobject(
    "Opportunity", "Opportunity", "Opportunities", "006",
    [
        record_id(),
        lookup("AccountId", "Account ID", ("Account",)),
        text("Name", "Name", 120, required=True, searchable_name=True),
        long_text("Description", "Description"),
        picklist("StageName", "Stage", tuple(STAGES), required=True),
        money("Amount", "Amount"),
        Field(name="Probability", label="Probability (%)", type="percent", precision=3, defaulted=True),
        day("CloseDate", "Close Date", required=True),
        picklist("Type", "Opportunity Type", ("New Customer", "Existing Customer - Upgrade", "Renewal")),
        text("NextStep", "Next Step", 255),
        read_only(flag("IsClosed", "Closed")),
        read_only(flag("IsWon", "Won")),
        lookup("CampaignId", "Campaign ID", ("Campaign",)),
        owner(),
        *audit(),
    ],
    searchable=True,
)  # fmt: skip

CAMPAIGN = sobject(
    "Campaign", "Campaign", "Campaigns", "701",
    [
        record_id(),
        text("Name", "Name", 80, required=True, searchable_name=True),
        picklist("Type", "Type", ("Telemarketing", "Email", "Event", "Webinar", "Other"), length=40),
        picklist("Status", "Status", ("Planned", "In Progress", "Completed", "Aborted"), default="Planned", length=40),
        day("StartDate", "Start Date"),
        day("EndDate", "End Date"),
        money("BudgetedCost", "Budgeted Cost in Campaign"),
        number("ExpectedResponse", "Expected Response (%)", 10, 2),
        whole("NumberSent", "Num Sent", 9),
        flag("IsActive", "Active"),
        long_text("Description", "Description"),
        owner(),
        *audit(),
    ],
    searchable=True,
)  # fmt: skip

# In Salesforce the object is read only through the API and completed by Open CTI's completeWork. The stand-in lets its
# console write the marked fields, since there the console is what stands behind completeWork. Key prefix not confirmed.
STEP_TRACKER = sobject(
    "ActionCadenceStepTracker", "Cadence Step Tracker", "Cadence Step Trackers", "8HF",
    [
        record_id(),
        text("Name", "Name", 255, searchable_name=True),
        lookup("TargetId", "Target ID", ("Contact", "Lead")),
        text("ActionCadenceName", "Cadence Name", 255),
        text("StepTitle", "Step Title", 255),
        picklist("StepType", "Step Type", ("MakeACall", "SendAnEmail", "Wait", "LinkedIn"), restricted=True),
        picklist("State", "State", ("Active", "Complete", "Error", "Paused"), restricted=True, default="Active"),
        picklist("CompletionReason", "Completion Reason", ("Completed", "Skipped", "ManuallyRemoved"), restricted=True),
        moment("DueDateTime", "Due Date/Time"),
        moment("ActionTakenDateTime", "Action Taken Date/Time"),
        lookup("CompletedById", "Completed By ID", ("User",)),
        text("Completion_Disposition__c", "Completion Disposition", 255),
        flag("Completion_Connected__c", "Was Connected"),
        lookup("Completion_Task__c", "Completion Task", ("Task",)),
        owner(),
        *audit(),
    ],
)  # fmt: skip

WORK: tuple[SObject, ...] = (CASE, OPPORTUNITY, CAMPAIGN, STEP_TRACKER)
