"""What an agent may see: sharing as Salesforce itself judges it, for our user sees more."""
# ruff: noqa: S608 - ids are quoted

from collections.abc import Iterable
from typing import Final

from connector.salesforce.client import SalesforceClient, quoted
from connector.salesforce.faults import Refused

MOST_RECORDS: Final = 200
"""The most records of one query of UserRecordAccess; it takes one user."""


def visible(client: SalesforceClient, agent: str, records: Iterable[str]) -> set[str]:
    """Those of the records that the agent (a user's id) may read.  Raises `Refused` when that cannot be asked."""
    wanted = list(dict.fromkeys(records))
    parts = [wanted[first : first + MOST_RECORDS] for first in range(0, len(wanted), MOST_RECORDS)]
    soqls = [
        f"SELECT RecordId FROM UserRecordAccess WHERE UserId = {quoted(agent)} "
        f"AND RecordId IN ({', '.join(map(quoted, part))}) AND HasReadAccess = true"
        for part in parts
    ]
    found: set[str] = set()
    for rows in client.queries(soqls):
        if isinstance(rows, Refused):
            raise rows
        found.update(row["RecordId"] for row in rows)
    return found
