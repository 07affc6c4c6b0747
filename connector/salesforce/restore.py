"""A Task of which the org may hold newer versions than our store: that comes from a backup."""

from typing import Final

from msgspec import Struct

from connector.ports.store import Restored, TaskFields
from connector.salesforce.client import Json
from connector.salesforce.edits import REVISION
from connector.salesforce.shapes import FieldShape, Shape
from connector.salesforce.values import Value, comparable, cut, prepared

OF_THE_AGENT: Final = ("WhoId", "WhatId", "CallDisposition", "Description", "Phone_Tags__c")
"""Fields that follow an agent's choice.  All others follow the call, of which the org's newer version knows more."""

_BY_DISPOSITION: Final = "Status"
"""Open as long as a required disposition is missing."""

_TEXT: Final = "Description"
_BETWEEN: Final = "\n\n"


class Restore(Struct, frozen=True):
    """The Task as it is now, and as the backup knew it: `last` was the last confirmed version then."""

    known: Restored
    shape: Shape
    task: Json
    last: TaskFields

    def is_outdated(self) -> bool:
        """Whether the org holds a version that the backup does not know.

        Where the org has no field for revisions: whether anything is otherwise than the backup says.
        """
        revision = self.task.get(REVISION)
        if revision is not None:
            return bool(revision > self.known.revision)
        shown = self.shape.those_of(*self.last)
        return not shown or any(not self._same(name, self.last[name]) for name in shown if name in self.task)

    def changes(self, wanted: TaskFields) -> TaskFields:
        """What to send: the choices that the agent has made since the restore, and a revision that is not lower.

        A text that was written meanwhile stays in front of the agent's, in place of their last one if that stands
        there.  What people edited last is left alone.
        """
        changes: TaskFields = {}
        if self._ours_alone():
            for name in self.shape.those_of(*OF_THE_AGENT):
                if name in wanted and self._chosen_since(name, wanted[name]):
                    value = self._with_what_is_there(wanted[name]) if name == _TEXT else wanted[name]
                    if not self._same(name, value):
                        changes[name] = value
            status = wanted.get(_BY_DISPOSITION)
            if "CallDisposition" in changes and status and not self._same(_BY_DISPOSITION, status):
                changes[_BY_DISPOSITION] = status
        revision, held = wanted.get(REVISION), self.task.get(REVISION)
        if isinstance(revision, int) and self._field(REVISION).updateable and (held is None or revision > held):
            changes[REVISION] = revision
        return changes

    def _ours_alone(self) -> bool:
        return bool(self.task["LastModifiedById"] == self.task["CreatedById"])

    def _chosen_since(self, name: str, value: Value) -> bool:
        field = self._field(name)
        before = prepared({name: self.known.fields.get(name)}, self.shape).get(name)
        return field.updateable and comparable(value, field) != comparable(before, field)

    def _with_what_is_there(self, value: Value) -> Value:
        held = comparable(self.task.get(_TEXT), self._field(_TEXT))
        ours = comparable(value, self._field(_TEXT))
        if not isinstance(held, str) or (isinstance(ours, str) and ours.startswith(held)):
            return value
        if not isinstance(ours, str) or held.endswith(ours):
            return held
        before = comparable(self.last.get(_TEXT), self._field(_TEXT))
        if isinstance(before, str) and held.endswith(f"{_BETWEEN}{before}"):
            held = held.removesuffix(f"{_BETWEEN}{before}")
        return cut(f"{held}{_BETWEEN}{ours}", self._field(_TEXT).length or 32_000)

    def _same(self, name: str, value: Value) -> bool:
        field = self._field(name)
        return comparable(self.task.get(name), field) == comparable(value, field)

    def _field(self, name: str) -> FieldShape:
        return self.shape.fields[name]
