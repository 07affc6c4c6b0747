"""A Lead that was converted while the call went on: its Task hangs on the Contact that it became."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import OutboxRow
from connector.salesforce.client import SalesforceClient

CODE: Final = "CANNOT_UPDATE_CONVERTED_LEAD"


def followed(client: SalesforceClient, rows: Sequence[OutboxRow], results: Mapping[str, TaskResult]) -> list[OutboxRow]:
    """The rows that were refused because of such a Lead, with its Contact; without those that have none."""
    refused = [row for row in rows if _is_converted(results[row.contact]) and row.fields.get("WhoId")]
    if not refused:
        return []
    found = client.query_among(
        "SELECT Id, ConvertedContactId FROM Lead WHERE Id IN ({})", (str(row.fields["WhoId"]) for row in refused)
    )
    became = {lead["Id"]: lead["ConvertedContactId"] for lead in found if lead["ConvertedContactId"]}
    return [
        replace(row, fields={**row.fields, "WhoId": became[str(row.fields["WhoId"])]})
        for row in refused
        if row.fields["WhoId"] in became
    ]


def _is_converted(result: TaskResult) -> bool:
    return isinstance(result, TaskError) and result.code == CODE
