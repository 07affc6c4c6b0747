"""Whose hand a Task's field shows: ours, so that it may be written, or a person's, so that it stays."""

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from connector.ports.store import OutboxRow, TaskFields
from connector.salesforce.client import Json
from connector.salesforce.shapes import FieldShape
from connector.salesforce.values import Value, comparable

REVISION: Final = "Phone_Revision__c"
BOOK_KEEPING: Final = frozenset({"Phone_Contact_Key__c", "Phone_Interaction_Key__c", REVISION, "CallObject"})
"""Fields that are the connector's own: no person's edit is respected there."""


class Sent:
    """What was sent for a contact since its last confirmed version: to know our own hand after an unknown outcome.

    Only of the newest contacts, and gone with the process; `Edits` says what is assumed without it.  Of a contact that
    an earlier process left in doubt it is not all that was sent.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._by_contact: OrderedDict[str, list[TaskFields]] = OrderedDict()
        self._not_all: set[str] = set()

    def of(self, contact: str) -> list[TaskFields]:
        return self._by_contact.get(contact, [])

    def is_all(self, contact: str) -> bool:
        """Whether nothing else can have been sent since the last confirmed version."""
        return contact in self._by_contact and contact not in self._not_all

    def add(self, contact: str, fields: TaskFields, *, doubtful: bool) -> None:
        """`doubtful`: an earlier try, which is not known here when this is the first, may have been carried out."""
        if doubtful and contact not in self._by_contact:
            self._not_all.add(contact)
        self._by_contact.setdefault(contact, []).append(fields)
        self._by_contact.move_to_end(contact)
        while len(self._by_contact) > self._most:
            forgotten, _ = self._by_contact.popitem(last=False)
            self._not_all.discard(forgotten)

    def settled(self, contact: str, *, carried_out: bool) -> None:
        """The newest was carried out, so that the Task holds what was sent last of each field; or it was not."""
        sent = self._by_contact.pop(contact, [])
        kept = sent[:-1]
        if carried_out:
            kept = sent if len(sent) == 1 else [{name: value for fields in sent for name, value in fields.items()}]
        if kept:
            self._by_contact[contact] = kept
        if carried_out or not kept:
            self._not_all.discard(contact)


class Edits(Struct, frozen=True):
    """Whether a field of a Task is as we left it, or a person has edited it since.

    It is ours when it holds our last confirmed value (`last`) or one that was sent since.  What was sent before a crash
    is not known (`all_sent` is False then): where an unconfirmed version has landed, or the first was in doubt, the
    Task is taken to be as we left it if we were its last editor, and a text if ours goes on from it; but what we do not
    want to change is left alone.
    """

    row: OutboxRow
    task: Json
    last: TaskFields
    sent: list[TaskFields]
    all_sent: bool

    def left_by_us(self, field: FieldShape, value: Value) -> bool:
        """Whether the field may be written: `value` is what we want it to be."""
        if field.name in BOOK_KEEPING:
            return True
        held, want = comparable(self.task.get(field.name), field), comparable(value, field)
        versions = [fields for fields in (self.last, *self.sent) if field.name in fields]
        if any(held == comparable(fields[field.name], field) for fields in versions):
            return True
        ours_alone = self.task["LastModifiedById"] == self.task["CreatedById"]
        if not versions or not (self.all_sent or field.name in self.last):
            return held is None or ours_alone or _goes_on(held, want)
        if self.all_sent:
            return False
        changed = want != comparable(self.last[field.name], field)
        return changed and self._has_landed() and (ours_alone or _goes_on(held, want))

    def _has_landed(self) -> bool:
        """Whether a version that was never confirmed may be what the org holds."""
        revision = self.task.get(REVISION)
        return self.row.doubtful and (revision is None or revision > self.row.written)


def _goes_on(held: str | float | None, want: str | float | None) -> bool:
    return isinstance(held, str) and isinstance(want, str) and want.startswith(held)
