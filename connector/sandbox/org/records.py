"""Saving records with all the rules: the one place that writes into object tables once the org runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from connector.sandbox.org import ids
from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import MultipleChoicesError, OrgError, not_found
from connector.sandbox.org.hostile import interfere
from connector.sandbox.org.rules import (
    PERSON_FIELDS,
    Change,
    ValidationRule,
    apply_rules,
    apply_validation,
    refuse_inactive_owner,
    refuse_older_version,
    unwritable,
)
from connector.sandbox.org.schema import NUMBER_TYPES, Field, Row, Scalar, Schema, SObject
from connector.sandbox.org.search_index import index_record
from connector.sandbox.org.values import check, read, stamp

AUTO_NUMBERS: Mapping[str, tuple[str, int]] = {"Case": ("{:08d}", 1), "Phone_Agent_Skill__c": ("PAS-{:04d}", 1)}
"""Objects whose name counts up: the form of the number, and the first one."""


class Records:
    """Create, read, update, upsert and delete. Every call runs in the caller's transaction and raises OrgError."""

    def __init__(self, database: Database, schema: Schema, now: Callable[[], float]) -> None:
        self.database = database
        self.schema = schema
        self.validation: tuple[ValidationRule, ...] = ()
        self.hostile: tuple[str, ...] = ()
        self.now = now

    def values(self, sobject: SObject, body: Mapping[str, object]) -> Row:
        """The fields of a JSON body, by canonical name and in kept form; `attributes` is left out.

        Raises INVALID_FIELD for a name the object does not have and JSON_PARSER_ERROR for a value of the wrong type;
        both refuse a collection as a whole.
        """
        row: Row = {}
        for name, value in body.items():
            if name == "attributes":
                continue
            field = sobject.field(name)
            if field is None:
                raise OrgError(
                    "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}", whole=True
                )
            row[field.name] = read(field, value)
        return row

    def create(self, sobject: SObject, given: Row, user: str) -> str:
        """Save a new record owned by its OwnerId or else by `user`; answers its 18-character id."""
        if not sobject.createable:
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be inserted: {sobject.label}", fields=[])
        self._refuse_unwritable(given, [sobject.fields[name] for name in given if not sobject.fields[name].createable])
        return self.insert(sobject, given, user)

    def insert(self, sobject: SObject, given: Row, user: str, record_id: str | None = None) -> str:
        """Like `create` but also for the org itself (seed, conversion), which may set read-only fields.

        A given CreatedDate is when the record was saved, for its other times too.
        """
        # Whoever saves may see only some of the fields; the rules look at all of them.
        sobject = self.schema[sobject.name]
        row: Row = {field.name: field.default for field in sobject.fields.values()}
        checked = {name: check(sobject.fields[name], value) for name, value in given.items()}
        row.update({name: value for name, value in checked.items() if value is not None})
        if "OwnerId" in sobject.fields and row["OwnerId"] is None:
            row["OwnerId"] = user
        self._require(sobject, [field for field in sobject.fields.values() if field.required], row)
        row["Id"] = record_id or ids.make_id(sobject.prefix, self.database.next_number(sobject.prefix))
        self._number(sobject, row)
        moment = str(given.get("CreatedDate") or stamp(self.now()))
        audit: Row = {"CreatedDate": moment, "CreatedById": user, "LastModifiedDate": moment, "LastModifiedById": user,
                      "SystemModstamp": moment}  # fmt: skip
        row.update({name: value for name, value in audit.items() if name in sobject.fields})
        self._save(sobject, None, row, frozenset(checked), moment)
        return str(row["Id"])

    def update(self, sobject: SObject, record_id: str, given: Row, user: str) -> None:
        """Save the given fields of the record with that canonical id; raises NOT_FOUND or ENTITY_IS_DELETED."""
        if not sobject.updateable:
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be updated: {sobject.label}", fields=[])
        old = self.read(sobject, record_id)
        self._refuse_unwritable(given, [sobject.fields[name] for name in given if not sobject.fields[name].updateable])
        # Whoever saves may see only some of the fields; the rules look at all of them.
        sobject = self.schema[sobject.name]
        checked = {name: check(sobject.fields[name], value) for name, value in given.items()}
        row: Row = {**old, **checked}
        changed = [sobject.fields[name] for name in checked]
        self._require(sobject, [f for f in changed if f.required or not f.nillable], row)
        moment = stamp(self.now())
        row.update({"LastModifiedDate": moment, "LastModifiedById": user, "SystemModstamp": moment})
        self._save(sobject, old, row, frozenset(checked), moment)

    def deploy(self, sobject: SObject, name: str, given: Mapping[str, object], *, label: str | None = None) -> str:
        """Save a record of custom metadata by its DeveloperName, as a deployment does; answers its id.

        Texts are read as the field's type: a number, yes or no, nothing for a blank.  Raises BAD_REQUEST for a field
        that the type does not have, or a value that it does not take.
        """
        row: Row = {}
        for field_name, value in given.items():
            field = sobject.field(field_name)
            if field is None or not field.name.endswith("__c"):
                known = ", ".join(other for other in sobject.fields if other.endswith("__c"))
                raise OrgError("BAD_REQUEST", f"{sobject.name} has no field {field_name}; it has {known}")
            row[field.name] = check(field, read(field, _typed(field, value)))
        if label is not None:
            row["MasterLabel"] = check(sobject.fields["MasterLabel"], label)
        old = self.database.find(sobject, "DeveloperName", name)
        if old:
            self.database.update(sobject, str(old[0]["Id"]), {**row, "SystemModstamp": stamp(self.now())})
            return str(old[0]["Id"])
        names: Row = {"DeveloperName": name, "MasterLabel": name.replace("_", " "), "QualifiedApiName": name}
        return self.insert(sobject, {"Language": "en_US", **names, **row, "SystemModstamp": stamp(self.now())}, "")

    def upsert(self, sobject: SObject, key: Field, value: str, given: Row, user: str) -> tuple[str, bool]:
        """Create or update by external id; answers the id and whether it is new. Raises MultipleChoicesError."""
        kept = check(key, read(key, value))
        if kept is None:
            raise OrgError("MISSING_ARGUMENT", f"{key.name} not specified", fields=[])
        matches = self.database.find(sobject, key.name, kept)
        if len(matches) > 1:
            raise MultipleChoicesError([str(match["Id"]) for match in matches])
        if matches:
            record_id = str(matches[0]["Id"])
            self.update(sobject, record_id, given, user)
            return record_id, False
        if key.name == "Id":
            raise not_found()
        return self.create(sobject, {**given, key.name: kept}, user), True

    def delete(self, sobject: SObject, record_id: str, user: str) -> None:
        """Move the record to the recycle bin; a person account takes its Contact with it."""
        if not sobject.deletable:
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be deleted: {sobject.label}", fields=[])
        old = self.read(sobject, record_id)
        moment = stamp(self.now())
        row: Row = {**old, "LastModifiedById": user}
        interfere(Change(sobject, old, row, frozenset(), moment, self.database, self.schema), self.hostile)
        row.update(IsDeleted=True, LastModifiedDate=moment, LastModifiedById=user, SystemModstamp=moment)
        self.database.update(sobject, record_id, row)
        index_record(self.database, sobject, row)
        if sobject.name == "Account" and isinstance(contact := row.get("PersonContactId"), str):
            self.delete(self.schema["Contact"], contact, user)

    def read(self, sobject: SObject, record_id: str) -> Row:
        """The record; raises 404 NOT_FOUND, or 404 ENTITY_IS_DELETED for one in the recycle bin."""
        row = self.database.read(sobject, record_id)
        if row is None:
            raise not_found()
        if row.get("IsDeleted"):
            raise OrgError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=[])
        return row

    def convert_lead(self, lead_id: str, user: str) -> dict[str, str]:
        """Convert a Lead into an Account and a Contact, as a person does in Salesforce; answers their ids.

        Its Tasks go over to the Contact.
        """
        lead = self.schema["Lead"]
        row = self.read(lead, lead_id)
        if row["IsConverted"]:
            raise OrgError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=[])
        account = self.insert(self.schema["Account"], {"Name": row["Company"], "Phone": row["Phone"]}, user)
        shared = ("FirstName", "LastName", "Title", "Phone", "MobilePhone", "Email")
        contact = self.insert(
            self.schema["Contact"], {"AccountId": account, **{name: row[name] for name in shared}}, user
        )
        moment = stamp(self.now())
        row.update(
            Status="Closed - Converted", IsConverted=True, ConvertedDate=moment[:10], ConvertedAccountId=account,
            ConvertedContactId=contact, LastModifiedDate=moment, LastModifiedById=user, SystemModstamp=moment,
        )  # fmt: skip
        self.database.update(lead, lead_id, row)
        index_record(self.database, lead, row)
        tasks = self.schema["Task"]
        for task in self.database.find(tasks, "WhoId", lead_id):
            moved: Row = {"WhoId": contact, "AccountId": account, "SystemModstamp": moment}
            self.database.update(tasks, str(task["Id"]), moved)
        return {"account_id": account, "contact_id": contact}

    def _save(self, sobject: SObject, old: Row | None, new: Row, given: frozenset[str], moment: str) -> None:
        change = Change(sobject, old, new, given, moment, self.database, self.schema)
        for name in given:
            if sobject.fields[name].type == "reference":
                self._check_reference(sobject.fields[name], new[name])
        refuse_inactive_owner(change)
        apply_rules(change)
        interfere(change, self.hostile)
        if "older_versions" not in self.hostile:
            refuse_older_version(change)
        apply_validation(change, self.validation)
        self._check_unique(change)
        if old is None:
            self.database.insert(sobject, new)
        else:
            moved: Row = {name: value for name, value in new.items() if old.get(name) != value}
            self.database.update(sobject, str(new["Id"]), moved or {"SystemModstamp": moment})
        if sobject.name == "Account" and new.get("IsPersonAccount"):
            self._mirror_person(new, moment)
        index_record(self.database, sobject, new)

    def _mirror_person(self, account: Row, moment: str) -> None:
        """Make or update the Contact that stands for a person account."""
        contacts = self.schema["Contact"]
        mirrored: Row = {theirs: account.get(ours) for ours, theirs in PERSON_FIELDS.items()}
        contact_id = account.get("PersonContactId")
        if not isinstance(contact_id, str):
            mirrored.update(AccountId=account["Id"], IsPersonAccount=True)
            contact_id = self.insert(contacts, mirrored, str(account["LastModifiedById"]))
            account["PersonContactId"] = contact_id
            self.database.update(self.schema["Account"], str(account["Id"]), {"PersonContactId": contact_id})
            return
        row = {**(self.database.read(contacts, contact_id) or {}), **mirrored, "Name": account["Name"]}
        row.update(LastModifiedDate=moment, LastModifiedById=account["LastModifiedById"], SystemModstamp=moment)
        self.database.update(contacts, contact_id, row)
        index_record(self.database, contacts, row)

    def _number(self, sobject: SObject, row: Row) -> None:
        if sobject.name in AUTO_NUMBERS and row.get(sobject.name_field) is None:
            form, first = AUTO_NUMBERS[sobject.name]
            row[sobject.name_field] = form.format(first + self.database.next_number(f"{sobject.name} number"))
        for field in sobject.fields.values():
            if field.number_format and row.get(field.name) is None:
                row[field.name] = _counted(field, self.database.next_number(f"{sobject.name}.{field.name}") + 1)

    def _refuse_unwritable(self, given: Row, fields: list[Field]) -> None:
        if fields:
            raise unwritable([field.name for field in fields])

    def _require(self, sobject: SObject, fields: list[Field], row: Row) -> None:
        missing = [field.name for field in fields if row.get(field.name) is None]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise OrgError("REQUIRED_FIELD_MISSING", message, fields=missing)

    def _check_reference(self, field: Field, value: Scalar) -> None:
        if not isinstance(value, str):
            return
        target = self.schema.of_id(value)
        if target is None or target.name not in field.targets:
            message = f"{field.label}: id value of incorrect type: {value}"
            raise OrgError("FIELD_INTEGRITY_EXCEPTION", message, fields=[field.name])
        row = self.database.read(target, value)
        if row is None:
            raise OrgError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[])
        if row.get("IsDeleted"):
            raise OrgError("ENTITY_IS_DELETED", "entity is deleted", fields=[])

    def _check_unique(self, change: Change) -> None:
        for name in change.given:
            value = change.new.get(name)
            if not change.sobject.fields[name].unique or value is None:
                continue
            for other in self.database.find(change.sobject, name, value):
                if other["Id"] != change.new["Id"]:
                    message = (
                        f"duplicate value found: {name} duplicates value on record with id: {str(other['Id'])[:15]}"
                    )
                    raise OrgError("DUPLICATE_VALUE", message, fields=[])


def _counted(field: Field, number: int) -> str:
    """The number in the field's display format, such as PAS-{0000}."""
    return re.sub(r"\{(0+)\}", lambda match: str(number).zfill(len(match[1])), field.number_format)


def _typed(field: Field, value: object) -> object:
    """What a text means in a field of that type."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    if field.type == "boolean":
        if text.lower() not in _YES_NO:
            raise OrgError("BAD_REQUEST", f"{field.name}: {text!r} is not yes or no")
        return _YES_NO[text.lower()]
    if field.type in NUMBER_TYPES:
        try:
            return int(text) if field.type == "int" else float(text)
        except ValueError:
            raise OrgError("BAD_REQUEST", f"{field.name}: {text!r} is not a number") from None
    return text


_YES_NO: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
