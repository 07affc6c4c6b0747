"""Finding the Tasks of contacts, and telling ours from what came through twice."""
# ruff: noqa: S608 - field names come from describe, values pass `client.quoted`

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from connector.salesforce.client import Json, listed
from connector.salesforce.faults import Refused

_ALWAYS: Final = ("Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedById")


class Found(Struct, frozen=True):
    """The Tasks of one contact: the one that counts, doubles of it, and whether people deleted it."""

    task: Json | None = None
    doubles: tuple[Json, ...] = ()
    deleted: bool = False


class LookUp:
    """Queries (`soqls`) of the Tasks with these `ids` (15 characters, to their contacts) and those with these `keys`.

    `key` is the field that holds the key, `fields` what is read of each.
    """

    def __init__(self, key: str, fields: set[str], ids: dict[str, str], keys: set[str]) -> None:
        self.fields = fields
        self._key = key
        self._ids = ids
        self._keys = keys
        select = f"SELECT {', '.join([*_ALWAYS, *sorted(fields | {key} - set(_ALWAYS))])} FROM Task WHERE"
        by_id = [f"{select} Id IN ({part})" for part in listed(ids)]
        self._by_id = len(by_id)
        self.soqls = by_id + [f"{select} {key} IN ({part})" for part in listed(keys)]

    def found(self, answers: Sequence[list[Json] | Refused]) -> dict[str, Found]:
        """The Tasks by contact, from the answers to the queries.  Raises the first refusal."""
        rows: list[list[Json]] = []
        for answer in answers:
            if isinstance(answer, Refused):
                raise answer
            rows.append(answer)
        tasks: dict[str, list[Json]] = {}
        for task in (task for answer in rows[: self._by_id] for task in answer):
            tasks.setdefault(self._ids[task["Id"][:15]], []).append(task)
        for task in (task for answer in rows[self._by_id :] for task in answer):
            # SOQL compares text without regard to case; keys are compared exactly.
            contact = task[self._key]
            if contact in self._keys and self._ids.get(task["Id"][:15]) != contact:
                tasks.setdefault(contact, []).append(task)
        known = {contact: task_id for task_id, contact in self._ids.items()}
        return {contact: _chosen(found, known.get(contact)) for contact, found in tasks.items()}


def _chosen(tasks: list[Json], known: str | None) -> Found:
    """The Task whose id we know counts, else the oldest; doubles are others of the same hand that nobody edited.

    What people made of our Task, with its key (a clone, say), is theirs.
    """
    ours = next((task for task in tasks if task["Id"][:15] == known), None)
    alive = sorted(
        (task for task in tasks if not task["IsDeleted"]), key=lambda task: (task["CreatedDate"], task["Id"])
    )
    if ours is None and alive:
        ours = alive[0]
    if ours is None:
        return Found(deleted=True)
    hand = {ours["CreatedById"]}
    doubles = tuple(
        task for task in alive if task is not ours and {task["CreatedById"], task["LastModifiedById"]} == hand
    )
    return Found(deleted=True, doubles=doubles) if ours["IsDeleted"] else Found(ours, doubles)
