"""What people do in Salesforce for which its REST API has no call: take a record out of the recycle bin, merge two."""

from __future__ import annotations

from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.records import Records
from connector.sandbox.org.schema import SObject
from connector.sandbox.org.search_index import index_record
from connector.sandbox.org.values import stamp

MERGED = ("Account", "Contact", "Lead")


def undelete(records: Records, sobject: SObject, record_id: str, user: str, *, stamped: bool) -> None:
    """The record is there again.  `stamped`: its SystemModstamp says so; no documentation tells whether it does."""
    row = records.database.read(sobject, record_id)
    if row is None or not row.get("IsDeleted"):
        raise OrgError("UNDELETE_FAILED", "entity is not in the recycle bin", fields=[])
    row.update(IsDeleted=False, LastModifiedById=user)
    if "MasterRecordId" in sobject.fields:
        row["MasterRecordId"] = None
    if stamped:
        moment = stamp(records.now())
        row.update(LastModifiedDate=moment, SystemModstamp=moment)
    records.database.update(sobject, record_id, row)
    index_record(records.database, sobject, row)
    if sobject.name == "Account" and isinstance(contact := row.get("PersonContactId"), str):
        undelete(records, records.schema["Contact"], contact, user, stamped=stamped)


def merge(records: Records, sobject: SObject, winner: str, loser: str, user: str) -> None:
    """The loser goes to the recycle bin and names the winner; what hung on it hangs on the winner."""
    if sobject.name not in MERGED or winner == loser:
        raise OrgError("INVALID_OPERATION", f"only two of {', '.join(MERGED)} can be merged", fields=[])
    kept = records.read(sobject, winner)
    records.delete(sobject, loser, user)
    records.database.update(sobject, loser, {"MasterRecordId": winner})
    moment = stamp(records.now())
    for other in records.schema.objects.values():
        for field in other.fields.values():
            if field.type != "reference" or sobject.name not in field.targets or field.name == "MasterRecordId":
                continue
            for row in records.database.find(other, field.name, loser):
                records.database.update(other, str(row["Id"]), {field.name: winner, "SystemModstamp": moment})
    kept.update(LastModifiedById=user, LastModifiedDate=moment, SystemModstamp=moment)
    records.database.update(sobject, winner, kept)
