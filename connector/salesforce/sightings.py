"""Which Tasks the org has of contacts, recycle bin and all: what they are proved by."""
# ruff: noqa: S608 - field names come from describe, values pass `client.quoted`

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from connector.errors import CrmUnavailable
from connector.ports.crm import Sighting, Sought
from connector.salesforce.client import LARGEST_COLLECTION, Json, SalesforceClient, quoted
from connector.salesforce.edits import REVISION
from connector.salesforce.shapes import Shape, Shapes
from connector.salesforce.tasks import key_field

_ALWAYS = "Id, IsDeleted, CreatedDate, CreatedById, LastModifiedById"
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})


def sightings(client: SalesforceClient, shapes: Shapes, sought: Sequence[Sought]) -> list[Sighting]:
    """All Tasks of these contacts, each contact's oldest first.  Raises `CrmUnavailable`, `Refused`.

    By key; a Task that is known by its id and has not come up so is asked for by that.
    """
    shape = shapes.of("Task")
    key, revised = key_field(shape), _is_kept(shape)
    select = f"SELECT {_ALWAYS}, {key}{f', {REVISION}' * revised} FROM Task WHERE"
    keys = {one.contact for one in sought}
    # SOQL compares text without regard to case; keys are compared exactly.
    rows = [
        (row[key], row)
        for row in client.queries_among(f"{select} {key} IN ({{}})", keys, deleted=True)
        if row[key] in keys
    ]
    met = {row["Id"][:15] for _, row in rows}
    known = {one.task_id[:15]: one.contact for one in sought if one.task_id and one.task_id[:15] not in met}
    rows += [
        (known[row["Id"][:15]], row) for row in client.queries_among(f"{select} Id IN ({{}})", known, deleted=True)
    ]
    rows.sort(key=lambda found: (found[1]["CreatedDate"], found[1]["Id"]))
    return [_sighting(contact, row, key, revised=revised) for contact, row in rows]


def made_since(client: SalesforceClient, shapes: Shapes, at: int) -> list[Sighting]:
    """The Tasks with a contact key that our user has made since then.  Raises `CrmUnavailable`, `Refused`."""
    user = client.signed_in().user
    if not user:
        raise CrmUnavailable("login", "The sign-in did not say whose it is, so that our own Tasks cannot be asked for.")
    shape = shapes.of("Task")
    key, revised = key_field(shape), _is_kept(shape)
    when = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = client.query(
        f"SELECT {_ALWAYS}, {key}{f', {REVISION}' * revised} FROM Task "
        f"WHERE CreatedById = {quoted(user)} AND CreatedDate >= {when} AND {key} != null"
    )
    return [_sighting(row[key], row, key, revised=revised) for row in rows]


def _is_kept(shape: Shape) -> bool:
    """Whether Tasks of this org have our revision, which takes a field that our user may write."""
    field = shape.fields.get(REVISION)
    return field is not None and field.createable and field.updateable


def _sighting(contact: str, row: Json, key: str, *, revised: bool) -> Sighting:
    return Sighting(
        contact=contact,
        task_id=row["Id"],
        revision=int(row[REVISION] or 0) if revised else None,
        maker=row["CreatedById"],
        editor=row["LastModifiedById"],
        keyed=row[key] == contact,
        deleted=row["IsDeleted"],
    )


def remove_doubles(client: SalesforceClient, task_ids: Iterable[str]) -> set[str]:
    """Those Tasks go to the recycle bin, unless somebody but their maker has edited them; which of them are gone.

    Looked at again right before.  Raises `CrmUnavailable`, `Refused`.
    """
    wanted = list(dict.fromkeys(task_ids))
    rows = {row["Id"]: row for row in client.queries_among(f"SELECT {_ALWAYS} FROM Task WHERE Id IN ({{}})", wanted)}
    gone = {one for one in wanted if one not in rows}
    ours = [one for one, row in rows.items() if row["CreatedById"] == row["LastModifiedById"]]
    for first in range(0, len(ours), LARGEST_COLLECTION):
        part = ours[first : first + LARGEST_COLLECTION]
        for task_id, answer in zip(part, client.delete(part), strict=True):
            codes = {error.get("statusCode") for error in answer.get("errors") or ()}
            if answer.get("success") or codes & _GONE:
                gone.add(task_id)
    return gone
