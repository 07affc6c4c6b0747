"""The Tooling API, as far as it tells how the org is set up: validation rules, custom fields, certificates.

Its objects are made from the org's state for each query, in a database of their own.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.fields import flag, long_text, lookup, moment, record_id, text
from connector.sandbox.org.hostile import may, rules_seen
from connector.sandbox.org.query import run_soql
from connector.sandbox.org.rest.call import Call, Reply
from connector.sandbox.org.rules import REVISION
from connector.sandbox.org.schema import Row, Schema, sobject

ENTITY = sobject(
    "EntityDefinition", "Entity Definition", "Entity Definitions", "4ie",
    [record_id(), text("QualifiedApiName", "Qualified API Name", 70), text("Label", "Label", 80)],
    name_field="QualifiedApiName",
)  # fmt: skip
RULE = sobject(
    "ValidationRule", "Validation Rule", "Validation Rules", "03d",
    [
        record_id(), text("ValidationName", "Name", 80), flag("Active", "Active"),
        lookup("EntityDefinitionId", "Entity Definition ID", ("EntityDefinition",)),
        text("ErrorMessage", "Message", 255), text("ErrorDisplayField", "Field", 255),
        long_text("Metadata", "Metadata"),
    ],
    name_field="ValidationName",
)  # fmt: skip
FIELD = sobject(
    "CustomField", "Custom Field", "Custom Fields", "00N",
    [record_id(), text("DeveloperName", "Name", 80), text("TableEnumOrId", "Object", 80)],
    name_field="DeveloperName",
)  # fmt: skip
CERTIFICATE = sobject(
    "Certificate", "Certificate", "Certificates", "0P1",
    [
        record_id(), text("DeveloperName", "Unique Name", 80), text("MasterLabel", "Label", 80),
        moment("ExpirationDate", "Expiration Date"),
    ],
    name_field="DeveloperName",
)  # fmt: skip
SCHEMA = Schema([ENTITY, RULE, FIELD, CERTIFICATE])
NOTHING = Schema([])
GOOD_DAYS, LAST_DAYS = 700, 10


def query(context: Context, call: Call) -> Reply:
    """Rows of these objects for who may view the setup; to others, as every other object, they are unknown."""
    asked = call.query.get("q", "")
    hidden = "hidden_setup" in context.settings.hostile and not _administrator(context, call.user_id)
    database = Database(None, SCHEMA)
    try:
        _fill(context, database)
        clock = context.clock(call.user_id)
        schema = NOTHING if hidden else SCHEMA
        _, records = run_soql(database, schema, asked, clock, call.version, deleted=False)
    finally:
        database.close()
    if any("Metadata" in record for record in records) and len(records) > 1:
        message = (
            "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more"
            " than one row for retrieval."
        )
        raise OrgError("MALFORMED_QUERY", message)
    for record in records:
        if isinstance(record.get("Metadata"), str):
            record["Metadata"] = msgspec.json.decode(str(record["Metadata"]))
    return Reply(200, {"size": len(records), "totalSize": len(records), "done": True, "records": records})


def _administrator(context: Context, user: str) -> bool:
    return may(context.database, user, "PermissionsViewSetup") and context.access.is_administrator(user)


def _fill(context: Context, database: Database) -> None:
    entities: dict[str, str] = {}
    everything = context.components.schema()
    for number, (name, item) in enumerate(everything.objects.items()):
        entities[name] = ids.make_id(ENTITY.prefix, number)
        database.insert(ENTITY, {"Id": entities[name], "QualifiedApiName": name, "Label": item.label})
    rules = rules_seen(
        context.records.validation, context.settings.hostile, product=REVISION in everything["Task"].fields
    )
    for number, rule in enumerate(rules):
        metadata = {
            "active": rule.active,
            "errorConditionFormula": rule.formula,
            "errorDisplayField": rule.field,
            "errorMessage": rule.message,
        }
        row: Row = {
            "Id": ids.make_id(RULE.prefix, number), "ValidationName": rule.name, "Active": rule.active,
            "EntityDefinitionId": entities[rule.object], "ErrorMessage": rule.message, "ErrorDisplayField": rule.field,
            "Metadata": msgspec.json.encode(metadata).decode(),
        }  # fmt: skip
        database.insert(RULE, row)
    custom = [
        ("Activity" if owner == "Task" else owner, name.removesuffix("__c"))
        for owner, item in everything.objects.items()
        for name in item.fields
        if name.endswith("__c")
    ]
    for number, (owner, name) in enumerate(custom):
        database.insert(FIELD, {"Id": ids.make_id(FIELD.prefix, number), "DeveloperName": name, "TableEnumOrId": owner})
    days = LAST_DAYS if "old_certificate" in context.settings.hostile else GOOD_DAYS
    until = dt.datetime.fromtimestamp(context.now(), dt.UTC) + dt.timedelta(days=days)
    database.insert(
        CERTIFICATE,
        {
            "Id": ids.make_id(CERTIFICATE.prefix, 0), "DeveloperName": "Phone_Panel_Session",
            "MasterLabel": "Phone Panel Session",
            "ExpirationDate": until.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        },
    )  # fmt: skip
