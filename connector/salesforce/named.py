"""Which link of a Task was refused, where Salesforce does not say it: the agent must know which one to choose anew."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import OutboxRow
from connector.salesforce.access import visible
from connector.salesforce.client import SalesforceClient
from connector.salesforce.converted import CONVERTED, GONE, LINKS
from connector.salesforce.faults import Refused

log = logging.getLogger(__name__)

_UNSEEN: Final = "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
_SHORT: Final = 15
"""Characters of an id that are the same in its short form."""

_Unnamed = tuple[OutboxRow, TaskError]


def named(
    client: SalesforceClient, rows: Sequence[OutboxRow], results: Mapping[str, TaskResult]
) -> dict[str, TaskError]:
    """The refusals, by contact, that are about a link and did not name it, with the field of that link.

    Salesforce is asked which of the records our user can read: "entity is deleted" may be all that it said.
    """
    unnamed = [(row, error) for row in rows if isinstance(error := results[row.contact], TaskError)]
    unnamed = [(row, error) for row, error in unnamed if _is_unnamed(error)]
    found = {row.contact: _with(error, fields) for row, error in unnamed if (fields := _told(row, error))}
    silent = [row for row, _ in unnamed if row.contact not in found]
    seen = _seen(client, silent)
    for row, error in unnamed:
        if row.contact not in found and seen is not None:
            found[row.contact] = _with(error, [field for field, one in _links(row) if one[:_SHORT] not in seen])
    return found


def _is_unnamed(error: TaskError) -> bool:
    return error.code in {CONVERTED, _UNSEEN, *GONE} and set(LINKS).isdisjoint(error.fields)


def _with(error: TaskError, fields: Sequence[str]) -> TaskError:
    return replace(error, fields=(*error.fields, *fields))


def _told(row: OutboxRow, error: TaskError) -> list[str]:
    """What can be told from the refusal itself: only a Name can be a lead, and an id may be in the text."""
    if error.code == CONVERTED:
        return ["WhoId"]
    return [field for field, one in _links(row) if one[:_SHORT] in error.message]


def _links(row: OutboxRow) -> list[tuple[str, str]]:
    return [(field, str(row.fields[field])) for field in LINKS if row.fields.get(field)]


def _seen(client: SalesforceClient, rows: Sequence[OutboxRow]) -> set[str] | None:
    """Those of the linked records, by short ids, that our user can read; None when that cannot be asked."""
    linked = {one for row in rows for _, one in _links(row)}
    user = client.signed_in().user if linked else ""
    if not user:
        return None
    try:
        return {one[:_SHORT] for one in visible(client, user, sorted(linked))}
    except Refused as refused:
        log.warning("which record a Task was refused for cannot be asked (%s)", refused.code)
        return None
