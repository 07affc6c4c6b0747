"""An org whose administrators have customised it without a thought of ours: each hostility for itself, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from connector.sandbox.org import ids
from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.fields import (
    day,
    flag,
    long_text,
    lookup,
    moment,
    multipicklist,
    number,
    picklist,
    read_only,
    text,
    whole,
)
from connector.sandbox.org.objects.setup import RIGHTS
from connector.sandbox.org.objects.task import CLOSED_STATUSES
from connector.sandbox.org.rules import REVISION_FORMULA, REVISION_MESSAGE, REVISION_RULE, Change, ValidationRule
from connector.sandbox.org.schema import Field, RecordKind, Row, Schema, SObject, with_fields

Hostility = Literal[
    "required_field", "required_tags", "hidden_field", "read_only_field", "disposition_rule", "odd_rule",
    "record_types", "renamed_status", "restricted_priority", "shared_activities", "private_tasks", "hidden_setup",
    "no_call_centre", "old_certificate", "hidden_people", "own_fields", "restricted_type",
    "older_versions", "asked_fields",
]  # fmt: skip

DISPOSITION_RULE = ValidationRule(
    object="Task",
    when={"Status": "Completed"},
    require="CallDisposition",
    message="Say how the call ended.",
    field="CallDisposition",
)
ODD_FORMULA = 'AND($User.Department = "Finance", ISBLANK(CallDisposition))'
"""A rule whose outcome hangs on who saves; it never refuses here, since nobody is of that department."""

FIELD_WORK = RecordKind(
    id=ids.make_id("012", 900_001),
    name="Field Work",
    developer_name="Field_Work",
    default=True,
    offers={"CallType": ("Internal", "Outbound"), "Status": ("Not Started", "In Progress", "Completed")},
)
ANY_CALL = RecordKind(
    id=ids.make_id("012", 900_002),
    name="Any Call",
    developer_name="Any_Call",
    default=False,
    offers={},
)
"""Another one beside it, which offers everything."""

NO_INBOUND = RecordKind(
    id=ids.make_id("012", 900_003),
    name="No Inbound",
    developer_name="No_Inbound",
    default=False,
    offers={"CallType": ("Internal", "Outbound")},
)
NOT_OURS = RecordKind(
    id=ids.make_id("012", 900_004),
    name="Not Ours",
    developer_name="Not_Ours",
    default=False,
    offers={},
    available=False,
)
KINDS = (FIELD_WORK, ANY_CALL, NO_INBOUND, NOT_OURS)

OWN_FIELDS = (
    number("Queue_Time__c", "Queue Time", 9),
    number("Short__c", "Short", 2),
    text("Wait__c", "Wait", 10),
    flag("Was_Held__c", "Was Held"),
    moment("Answered_At__c", "Answered At"),
    picklist("How_It_Ended__c", "How It Ended", ("answered", "busy"), restricted=True),
    read_only(number("Talk_Formula__c", "Talk Formula", 9)),
)
"""Fields of the administrators' own, for what they want to know of calls."""

ASKED_FIELDS = (
    picklist("Region__c", "Region", ("North", "South", "West"), restricted=True, required=True),
    day("Visit_On__c", "Visit On"),
    moment("Promised_At__c", "Promised At"),
    number("Amount__c", "Amount", 6, 2),
    flag("Consent__c", "Consent"),
    lookup("Site__c", "Site", ("Account",)),
    long_text("Findings__c", "Findings", 500),
    multipicklist("Reasons__c", "Reasons for the call and what the customer had tried before", ("Price", "Quality")),
    text("Order_Number__c", "Order Number", 12),
)
"""Fields that agents are to fill in: one is required always, and the others are for rules to ask for."""

RENAMED = ("Completed", "Done")

_READ_ONLY = "CallDisposition"
_HIDDEN = "Phone_Skill__c"
_SEES_ALL = ("PermissionsViewAllData", "PermissionsModifyAllData")
_TOP = "Phone_Connector"
_HELD = (
    'SELECT 1 FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"'
    ' WHERE a."AssigneeId" = ? AND a."IsDeleted" = 0 AND s."IsDeleted" = 0 AND {} = 1'
)

_BELOW = (
    'WITH RECURSIVE below(id) AS (SELECT r."Id" FROM "UserRole" r JOIN "User" u ON r."ParentRoleId" = u."UserRoleId"'
    ' WHERE u."Id" = ? UNION SELECT r."Id" FROM "UserRole" r JOIN below ON r."ParentRoleId" = below.id)'
    ' SELECT "Id" FROM "User" WHERE "UserRoleId" IN (SELECT id FROM below)'
)


def customised(schema: Schema, hostile: Sequence[str]) -> Schema:
    """The schema as these hostilities make it."""
    task = schema["Task"]
    fields = dict(task.fields)
    if "required_field" in hostile:
        fields["Cost_Centre__c"] = text("Cost_Centre__c", "Cost Centre", 20, required=True)
    if "required_tags" in hostile and "Phone_Tags__c" in fields:
        fields["Phone_Tags__c"] = replace(fields["Phone_Tags__c"], required=True, nillable=False)
    if "hidden_field" in hostile:
        fields.pop(_HIDDEN, None)
    if "read_only_field" in hostile:
        fields[_READ_ONLY] = replace(fields[_READ_ONLY], createable=False, updateable=False)
    if "renamed_status" in hostile:
        fields["Status"] = _renamed(fields["Status"])
    if "restricted_priority" in hostile:
        fields["Priority"] = picklist("Priority", "Priority", ("Urgent", "Routine"), restricted=True, default="Routine")
    if "shared_activities" in hostile:
        fields["WhoCount"] = replace(whole("WhoCount", "Relation Count"), createable=False, updateable=False)
    if "restricted_type" in hostile:
        fields["Type"] = picklist("Type", "Type", ("Call", "Visit"), restricted=True)
    more = [*(OWN_FIELDS if "own_fields" in hostile else ()), *(ASKED_FIELDS if "asked_fields" in hostile else ())]
    fields |= {field.name: field for field in more}
    kinds = KINDS if "record_types" in hostile else ()
    if kinds:
        fields["RecordTypeId"] = lookup("RecordTypeId", "Record Type ID", ("RecordType",))
    changed = [replace(with_fields(task, fields.values()), kinds=kinds)]
    if "hidden_people" in hostile:
        account = schema["Account"]
        left = [field for field in account.fields.values() if field.name != "PersonContactId"]
        changed.append(with_fields(account, left))
    return schema.having(changed)


def _renamed(field: Field) -> Field:
    old, new = RENAMED
    return replace(field, values=tuple(new if value == old else value for value in field.values))


def arrange(database: Database, schema: Schema, before: Sequence[str], after: Sequence[str]) -> None:
    """Changes the records that the hostilities are made of when they begin, and back when they end."""
    if ("renamed_status" in before) != ("renamed_status" in after):
        old, new = RENAMED if "renamed_status" in after else RENAMED[::-1]
        status = schema["TaskStatus"]
        for row in database.find(status, "ApiName", old):
            database.update(status, str(row["Id"]), {"ApiName": new, "MasterLabel": new})
    if ("record_types" in before) != ("record_types" in after):
        _arrange_kinds(database, schema, "record_types" in after)
    if ("private_tasks" in before) != ("private_tasks" in after):
        top = next(iter(database.find(schema["UserRole"], "DeveloperName", _TOP)), {}).get("Id")
        for row in database.find(schema["User"], "LastName", "Phone Connector"):
            role = None if "private_tasks" in after else top
            database.update(schema["User"], str(row["Id"]), {"UserRoleId": role})
    if ("no_call_centre" in before) != ("no_call_centre" in after):
        centres = schema["CallCenter"]
        for row in database.find(centres, "InternalName", "PhonePanel", deleted=True):
            database.update(centres, str(row["Id"]), {"IsDeleted": "no_call_centre" in after})


def _arrange_kinds(database: Database, schema: Schema, wanted: bool) -> None:
    types = schema["RecordType"]
    for kind in KINDS:
        row: Row = {"Name": kind.name, "DeveloperName": kind.developer_name, "SobjectType": "Task", "IsActive": wanted}
        if database.read(types, kind.id) is None:
            database.insert(types, {"Id": kind.id, "IsDeleted": False, **row})
        else:
            database.update(types, kind.id, row)


def rules(hostile: Sequence[str]) -> tuple[ValidationRule, ...]:
    """The administrators' rules that come with these hostilities."""
    return (DISPOSITION_RULE,) if "disposition_rule" in hostile else ()


def interfere(change: Change, hostile: Sequence[str]) -> None:
    """What the org does to a record that is saved, besides its rules."""
    if change.sobject.name != "Task":
        return
    new = change.new
    _refuse_foreign(change)
    if "renamed_status" in hostile:
        new["IsClosed"] = new.get("Status") in {*CLOSED_STATUSES, RENAMED[1]} - {RENAMED[0]}
        new["CompletedDateTime"] = (new.get("CompletedDateTime") or change.moment) if new["IsClosed"] else None
    if "shared_activities" in hostile:
        new["WhoCount"] = 1 if new.get("WhoId") else 0
    if "record_types" in hostile:
        new["RecordTypeId"] = new.get("RecordTypeId") or FIELD_WORK.id
        _refuse_kind(change, _kind_of(str(new["RecordTypeId"])))


def _refuse_foreign(change: Change) -> None:
    """A Task is changed by its owner, whose role is above that, or who may modify all data (Activities: Private)."""
    user = str(change.new["LastModifiedById"])
    if change.old is None or may(change.database, user, "PermissionsModifyAllData"):
        return
    if str(change.old.get("OwnerId")) not in reached(change.database, user):
        raise OrgError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", fields=[])


def _kind_of(record_type: str) -> RecordKind:
    found = next((kind for kind in KINDS if kind.id == record_type and kind.available), None)
    if found is None:
        message = f"Record Type ID: this ID value isn't valid for the user: {record_type}"
        raise OrgError("INVALID_CROSS_REFERENCE_KEY", message, fields=["RecordTypeId"])
    return found


def _refuse_kind(change: Change, kind: RecordKind) -> None:
    """Restricted picklists take what the record type offers."""
    for name, offered in kind.offers.items():
        field = change.sobject.fields[name]
        value = change.new.get(name)
        if field.restricted and value is not None and value not in offered:
            message = f"{field.label}: bad value for restricted picklist field: {value}"
            raise OrgError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=[name])


def may(database: Database, user: str, right: str) -> bool:
    """Whether the user has that right by any permission set."""
    assert right in RIGHTS
    return bool(database.connection.execute(_HELD.format(f's."{right}"'), [user]).fetchall())


def reached(database: Database, user: str) -> list[str]:
    """The user, and those whose role is below theirs."""
    return [user, *(str(row[0]) for row in database.connection.execute(_BELOW, [user]))]


def whose_tasks(database: Database, user: str, hostile: Sequence[str]) -> list[str] | None:
    """The owners whose Tasks that user sees; None for all."""
    if "private_tasks" not in hostile or any(may(database, user, right) for right in _SEES_ALL):
        return None
    return reached(database, user)


def record_types(sobject: SObject) -> list[dict[str, object]]:
    """`recordTypeInfos` of a describe: the object's own, and the master that all records have otherwise."""
    master = RecordKind(
        id="012000000000000AAA", name="Master", developer_name="Master", default=not sobject.kinds, offers={}
    )
    return [_info(kind) for kind in (*sobject.kinds, master)]


def _info(kind: RecordKind) -> dict[str, object]:
    return {
        "active": True,
        "available": kind.available,
        "defaultRecordTypeMapping": kind.default,
        "developerName": kind.developer_name,
        "master": kind.name == "Master",
        "name": kind.name,
        "recordTypeId": kind.id,
        "urls": {},
    }


def layouts(sobject: SObject) -> dict[str, object]:
    """Body of describe/layouts, without the layouts themselves: which record type offers which values."""
    mappings = []
    for info, kind in zip(record_types(sobject), [*sobject.kinds, None], strict=True):
        offers = {
            field.name: kind.offers.get(field.name, field.values) if kind else field.values
            for field in sobject.fields.values()
            if field.type == "picklist"
        }
        picklists = [
            {
                "picklistName": name,
                "picklistValues": [
                    {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
                    for value in values
                ],
            }
            for name, values in offers.items()
        ]
        mappings.append({**info, "layoutId": None, "picklistsForRecordType": picklists})
    return {"layouts": None, "recordTypeMappings": mappings, "recordTypeSelectorRequired": [bool(sobject.kinds)]}


class RuleSeen(msgspec.Struct, frozen=True):
    """A rule as the Tooling API tells it."""

    name: str
    object: str
    message: str
    field: str | None
    formula: str
    active: bool = True


def rules_seen(rules_in_force: Sequence[ValidationRule], hostile: Sequence[str], *, product: bool) -> list[RuleSeen]:
    """All rules in force, with their formulas; `product`: ours is among them, unless somebody has switched it off."""
    active = "older_versions" not in hostile
    ours = RuleSeen(REVISION_RULE, "Task", REVISION_MESSAGE, None, REVISION_FORMULA, active=active)
    seen = [ours] if product else []
    seen += [
        RuleSeen(f"{rule.object}_{rule.require.removesuffix('__c')}_{number}", rule.object, rule.message, rule.field,
                 rule.formula())
        for number, rule in enumerate(rules_in_force, 1)
    ]  # fmt: skip
    if "odd_rule" in hostile:
        seen.append(RuleSeen("Finance_wants_results", "Task", "Finance needs a result.", None, ODD_FORMULA))
    return seen
