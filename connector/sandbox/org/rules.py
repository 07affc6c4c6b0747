"""What Salesforce does to a record between the field checks and the save: derived fields and refusals.

Each rule sees the record as it would be (`new`), as it was (`old`, None on create) and which fields the caller set.
Sources: open-cti-and-task.md section 5 for Task; salesforce-clients.md section 6 for error texts. A text that could not
be confirmed is marked so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.objects.task import CLOSED_STATUSES
from connector.sandbox.org.objects.work import CLOSED_CASE_STATUSES, STAGES
from connector.sandbox.org.schema import Row, Schema, SObject

PERSON_FIELDS = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation", "Phone": "Phone", "Fax": "Fax",
    "PersonMobilePhone": "MobilePhone", "PersonHomePhone": "HomePhone", "PersonOtherPhone": "OtherPhone",
    "PersonEmail": "Email", "PersonTitle": "Title", "BillingStreet": "MailingStreet", "BillingCity": "MailingCity",
    "BillingState": "MailingState", "BillingPostalCode": "MailingPostalCode", "BillingCountry": "MailingCountry",
    "OwnerId": "OwnerId",
}  # fmt: skip
"""A person account's fields and those of its Contact that mirror them."""


REVISION = "Phone_Revision__c"
REVISION_RULE = "Phone_Revision_never_decreases"
REVISION_FORMULA = "AND(NOT(ISNEW()), Phone_Revision__c < PRIORVALUE(Phone_Revision__c))"
REVISION_MESSAGE = "This Task holds a newer version of this call; an older one is not put over it."


PICKLISTS = frozenset({"Status", "Priority", "CallType", "TaskSubtype", "Type"})
"""Fields of Task that a formula compares by ISPICKVAL."""


class ValidationRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An administrator's rule: where every field of `when` has that value, the field `require` must not be blank.

    `field` is where the message belongs; None for the top of the page.
    """

    object: str
    when: dict[str, Any]
    require: str
    message: str
    field: str | None = None

    def formula(self) -> str:
        """The rule in the language of formulas."""
        given = [f"ISPICKVAL({name}, {_quoted(value)})" if isinstance(value, str) and name in PICKLISTS
                 else f"{name} = {_quoted(value)}" for name, value in self.when.items()]  # fmt: skip
        return f"AND({', '.join([*given, f'ISBLANK({self.require})'])})"

    def refuses(self, new: Row) -> bool:
        return all(new.get(name) == value for name, value in self.when.items()) and new.get(self.require) in (None, "")


NAMED_RULES: Mapping[str, ValidationRule] = {
    "billing_disposition": ValidationRule(
        object="Task",
        when={"Phone_Skill__c": "Billing"},
        require="CallDisposition",
        message="Choose how a Billing call ended.",
        field="CallDisposition",
    ),
}
"""Rules that a test switches on by name."""


def _quoted(value: object) -> str:
    return msgspec.json.encode(value).decode()


class Change(msgspec.Struct, frozen=True):
    """A record about to be saved. Rules write into `new`."""

    sobject: SObject
    old: Row | None
    new: Row
    given: frozenset[str]
    moment: str
    database: Database
    schema: Schema

    def touches(self, name: str) -> bool:
        """Whether this save sets the field to something it was not before."""
        return name in self.given and (self.old is None or self.old.get(name) != self.new.get(name))


def apply_rules(change: Change) -> None:
    """Fill in what the org derives and refuse what it refuses; `change.new` is complete afterwards."""
    for rule in _RULES.get(change.sobject.name, ()):
        rule(change)


def apply_validation(change: Change, rules: tuple[ValidationRule, ...]) -> None:
    """Raise FIELD_CUSTOM_VALIDATION_EXCEPTION for the first of the administrators' rules that refuses."""
    for rule in rules:
        if rule.object == change.sobject.name and rule.refuses(change.new):
            fields = [rule.field] if rule.field else []
            raise OrgError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields=fields)


def refuse_inactive_owner(change: Change) -> None:
    """Records cannot be given to a user who no longer works here."""
    owner = change.new.get("OwnerId")
    if not change.touches("OwnerId") or not isinstance(owner, str) or not owner.startswith("005"):
        return
    user = change.database.read(change.schema["User"], owner)
    if user is not None and not user["IsActive"]:
        message = f"operation performed with inactive user [{owner[:15]}] as owner of {change.sobject.label.lower()}"
        raise OrgError("INACTIVE_OWNER_OR_USER", message, fields=[])


def refuse_older_version(change: Change) -> None:
    """The package's validation rule Phone_Revision_never_decreases, where the package is; a blank counts as zero."""
    if change.sobject.name != "Task" or change.old is None or REVISION not in change.sobject.fields:
        return
    if _number(change.new.get(REVISION)) < _number(change.old.get(REVISION)):
        raise OrgError("FIELD_CUSTOM_VALIDATION_EXCEPTION", REVISION_MESSAGE, fields=[])


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _task_people(change: Change) -> None:
    new = change.new
    who, what = new.get("WhoId"), new.get("WhatId")
    lead = change.schema["Lead"]
    if not isinstance(who, str) or not who.startswith(lead.prefix):
        return
    if what is not None and (change.touches("WhoId") or change.touches("WhatId")):
        # The rule is documented; the text is not confirmed.
        message = "Related To ID: a task whose Name is a lead cannot be related to another record"
        raise OrgError("FIELD_INTEGRITY_EXCEPTION", message, fields=["WhoId", "WhatId"])
    record = change.database.read(lead, who)
    if change.touches("WhoId") and record is not None and record["IsConverted"]:
        raise OrgError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=["WhoId"])


def _task_account(change: Change) -> None:
    """AccountId comes from Related To when that has an account, else from the Contact."""
    new, schema, database = change.new, change.schema, change.database
    what, who = new.get("WhatId"), new.get("WhoId")
    account: object = None
    if isinstance(what, str):
        related = schema.of_id(what)
        if related is schema["Account"]:
            account = what
        elif related is not None and "AccountId" in related.fields:
            account = (database.read(related, what) or {}).get("AccountId")
    if account is None and isinstance(who, str) and schema.of_id(who) is schema["Contact"]:
        account = (database.read(schema["Contact"], who) or {}).get("AccountId")
    new["AccountId"] = account if isinstance(account, str) else None


def _task_status(change: Change) -> None:
    new, old = change.new, change.old or {}
    closed = new.get("Status") in CLOSED_STATUSES
    new["IsClosed"] = closed
    new["IsHighPriority"] = new.get("Priority") == "High"
    if not closed:
        new["CompletedDateTime"] = None
    elif not old.get("IsClosed"):
        new["CompletedDateTime"] = change.moment


def _task_duration(change: Change) -> None:
    duration = change.new.get("CallDurationInSeconds")
    if isinstance(duration, int) and duration < 0:
        message = f"Call Duration: value outside of valid range on numeric field: {duration}"
        raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message, fields=["CallDurationInSeconds"])


def _person_name(change: Change) -> None:
    parts = (change.new.get("FirstName"), change.new.get("LastName"))
    change.new["Name"] = " ".join(str(part) for part in parts if part)


def _account_kind(change: Change) -> None:
    """A person account is named by its person, a business account by its Name; never the one like the other."""
    new = change.new
    record_type = new.get("RecordTypeId")
    kind = change.database.read(change.schema["RecordType"], str(record_type)) if record_type else None
    person = bool(kind and kind["IsPersonType"])
    new["IsPersonAccount"] = person
    foreign = ("Name",) if person else ("FirstName", "LastName", "Salutation", "PersonEmail", "PersonMobilePhone")
    wrong = [name for name in foreign if name in change.given and new.get(name) is not None]
    if wrong:
        raise unwritable(wrong)
    if person:
        _person_name(change)
    missing = "LastName" if person else "Name"
    if not new.get(missing):
        raise OrgError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{missing}]", fields=[missing])


def _contact_of_person(change: Change) -> None:
    if change.old is not None and change.old.get("IsPersonAccount") and change.given:
        # Code and text not confirmed; Salesforce wants such changes made on the Account.
        raise OrgError("INVALID_PERSON_ACCOUNT_OPERATION", "cannot update the contact of a person account", fields=[])


def _lead_open(change: Change) -> None:
    if change.old is not None and change.old.get("IsConverted"):
        raise OrgError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=[])


def _case_fields(change: Change) -> None:
    new, old = change.new, change.old or {}
    closed = new.get("Status") in CLOSED_CASE_STATUSES
    new["IsClosed"] = closed
    new["ClosedDate"] = (old.get("ClosedDate") or change.moment) if closed else None
    if change.old is None and new.get("AccountId") is None and isinstance(contact := new.get("ContactId"), str):
        new["AccountId"] = (change.database.read(change.schema["Contact"], contact) or {}).get("AccountId")


def _opportunity_stage(change: Change) -> None:
    new = change.new
    stage = new.get("StageName")
    if "Probability" not in change.given and (change.old is None or change.touches("StageName")):
        new["Probability"] = float(STAGES.get(str(stage), 0))
    new["IsWon"] = stage == "Closed Won"
    new["IsClosed"] = stage in ("Closed Won", "Closed Lost")


def _assignment_once(change: Change) -> None:
    new = change.new
    held = change.database.find(change.sobject, "AssigneeId", new["AssigneeId"])
    if any(one["PermissionSetId"] == new["PermissionSetId"] for one in held):
        who, what = str(new["AssigneeId"])[:15], str(new["PermissionSetId"])[:15]
        message = f"Duplicate PermissionSetAssignment. Assignee: {who}; Permission Set: {what}"
        raise OrgError("DUPLICATE_VALUE", message, fields=["AssigneeId", "PermissionSetId"])


def unwritable(names: list[str]) -> OrgError:
    """INVALID_FIELD_FOR_INSERT_UPDATE for fields that this caller may not set."""
    message = (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and"
        " verify that it is read/write for your profile or permission set."
    )
    return OrgError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=names)


_RULES: Mapping[str, tuple[Callable[[Change], None], ...]] = {
    "Task": (_task_people, _task_account, _task_status, _task_duration),
    "Account": (_account_kind,),
    "Contact": (_contact_of_person, _person_name),
    "Lead": (_lead_open, _person_name),
    "User": (_person_name,),
    "Case": (_case_fields,),
    "Opportunity": (_opportunity_stage,),
    "PermissionSetAssignment": (_assignment_once,),
}
