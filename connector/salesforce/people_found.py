"""A Contact, Lead or person account that was found, as the person that a Task can have as its Name."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from connector.domain.model import Record
from connector.salesforce.client import Json
from connector.salesforce.shapes import Shape

CONVERTED: Final = ("IsConverted", "ConvertedContactId")


class Ranked(Struct, frozen=True):
    """A person with the rank of the field that matched: the lower, the likelier is it them."""

    rank: tuple[bool, bool, int, str, str]
    record: Record
    account: str


def selected(shape: Shape) -> list[str]:
    """What is asked of a Contact, Lead or Account beside its numbers, as far as it is there."""
    fields = shape.those_of("Id", "Name", "AccountId", "IsPersonAccount", "PersonContactId", "Company", "Industry")
    if shape.name == "Contact" and "AccountId" in shape.fields:
        fields.append("Account.Name")
    return fields


def person(row: Json, kind: str, rank: int, why: str, *, shared: bool = False) -> Ranked:
    """A Contact or a Lead; a person account is the Contact that a Task can link to, popped as its account."""
    if kind == "Account":
        record = Record(row["PersonContactId"], "Contact", row["Name"], "", why, row["Id"])
        return _ranked(rank, record, row["Id"], shared=shared)
    if kind == "Lead":
        record = Record(row["Id"], "Lead", row["Name"], row.get("Company") or "", why)
        return _ranked(rank, record, "", shared=shared)
    account = row.get("AccountId") or ""
    if row.get("IsPersonAccount"):
        record = Record(row["Id"], "Contact", row["Name"], "", why, account)
    else:
        record = Record(row["Id"], "Contact", row["Name"], (row.get("Account") or {}).get("Name") or "", why)
    return _ranked(rank, record, account, shared=shared)


def once(records: Iterable[Record]) -> tuple[Record, ...]:
    """Each record once, in the order of first appearance."""
    kept: dict[str, Record] = {}
    for record in records:
        kept.setdefault(record.id, record)
    return tuple(kept.values())


def _ranked(rank: int, record: Record, account: str, *, shared: bool) -> Ranked:
    """Those with a number of their own before those with an extension of it, Contacts before Leads, then by field."""
    return Ranked((shared, record.type == "Lead", rank, record.name, record.id), record, account)
