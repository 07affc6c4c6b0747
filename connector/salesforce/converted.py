"""A record that became another while the call went on: a converted Lead, one of two that were merged.

The Task hangs on what it became.
"""
# ruff: noqa: S608 - names are constants; ids are quoted

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from connector.ports.crm import TaskError, TaskResult
from connector.ports.store import OutboxRow
from connector.salesforce.client import SalesforceClient, quoted
from connector.salesforce.faults import Refused

log = logging.getLogger(__name__)

CONVERTED: Final = "CANNOT_UPDATE_CONVERTED_LEAD"
GONE: Final = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
LINKS: Final = ("WhoId", "WhatId")
_MERGED: Final = {"003": "Contact", "00Q": "Lead", "001": "Account"}
"""By how their ids begin, the objects of which Salesforce merges records."""

_TIMES: Final = 5
"""How often in a row one may have been merged into the next."""


def followed(client: SalesforceClient, rows: Sequence[OutboxRow], results: Mapping[str, TaskResult]) -> list[OutboxRow]:
    """The rows that were refused because of such a record, with what it became; without those that became nothing."""
    rows = [row for row in rows if _is(results[row.contact], {CONVERTED, *GONE})]
    leads = {
        str(row.fields["WhoId"]) for row in rows if _is(results[row.contact], {CONVERTED}) and row.fields.get("WhoId")
    }
    gone = {
        str(row.fields[name])
        for row in rows
        for name in LINKS
        if _is(results[row.contact], GONE) and row.fields.get(name)
    }
    became = {**_converted(client, leads), **_merged(client, gone)}
    found = []
    for row in rows:
        links = {name: became[str(row.fields[name])] for name in LINKS if str(row.fields.get(name)) in became}
        if links:
            found.append(replace(row, fields={**row.fields, **links}))
    return found


def _is(result: TaskResult, codes: Iterable[str]) -> bool:
    return isinstance(result, TaskError) and result.code in codes


def _converted(client: SalesforceClient, leads: set[str]) -> dict[str, str]:
    if not leads:
        return {}
    try:
        found = client.query_among("SELECT Id, ConvertedContactId FROM Lead WHERE Id IN ({})", sorted(leads))
    except Refused as refused:
        # Who may not read Leads can choose another: one such Task is not to hold up all the others.
        log.warning("what a Lead became cannot be asked (%s)", refused.code)
        return {}
    return {lead["Id"]: lead["ConvertedContactId"] for lead in found if lead["ConvertedContactId"]}


def _merged(client: SalesforceClient, ids: set[str]) -> dict[str, str]:
    """What these were merged into, at last."""
    into: dict[str, str] = {}
    asked: set[str] = set()
    while (new := {one for one in ids if one[:3] in _MERGED} - asked) and len(asked) < _TIMES * len(ids):
        asked |= new
        into |= _masters(client, new)
        ids = ids | set(into.values())
    return {one: _last(into, one) for one in into}


def _last(into: Mapping[str, str], one: str) -> str:
    for _ in range(_TIMES):
        one = into.get(one, one)
    return one


def _masters(client: SalesforceClient, ids: set[str]) -> dict[str, str]:
    soqls = []
    for prefix, sobject in _MERGED.items():
        of_it = ", ".join(quoted(one) for one in sorted(ids) if one.startswith(prefix))
        if of_it:
            soqls.append(f"SELECT Id, MasterRecordId FROM {sobject} WHERE Id IN ({of_it}) AND IsDeleted = true")
    answers = client.queries(soqls, deleted=True)
    rows = [row for answer in answers if not isinstance(answer, Refused) for row in answer]
    return {row["Id"]: row["MasterRecordId"] for row in rows if row["MasterRecordId"]}
