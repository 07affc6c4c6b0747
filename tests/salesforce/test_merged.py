"""Records that were merged while a call about them went on: the Task hangs on what is left."""

import pytest

from connector.ports.crm import TaskError
from connector.salesforce import SalesforceCrm
from connector.salesforce.converted import CONVERTED, followed
from connector.salesforce.faults import Refused
from tests.ports.crm_contract import Desk, first, fresh_key, later, one, task_fields, written
from tests.sandbox.org.rig import RunningOrg


def merged(org: RunningOrg, loser: str, winner: str) -> None:
    answer = org.control("POST", "records/merge", {"winner": winner, "loser": loser})
    assert answer.ok, answer.text


async def test_the_task_of_who_was_merged_goes_to_who_is_left(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    """Twice over, and the account with them."""
    first_one, second, last = [await desk.make("Contact", LastName=f"Merged {n}") for n in range(3)]
    company, holding = [await desk.make("Account", Name=name) for name in ("Merged BV", "Merged Holding")]
    key = fresh_key()
    before = await written(crm, first(key, task_fields(key, desk.agent)))
    merged(org, first_one, second)
    merged(org, second, last)
    merged(org, company, holding)
    after = await written(crm, later(before, WhoId=first_one, WhatId=company))
    task = await desk.task(key)
    assert (task["WhoId"], task["WhatId"]) == (last, holding)
    assert (after.fields["WhoId"], after.fields["WhatId"]) == (last, holding)


async def test_also_the_first_version(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    loser, winner = [await desk.make("Lead", LastName=f"Merged {n}", Company="Merged") for n in range(2)]
    merged(org, loser, winner)
    key = fresh_key()
    await written(crm, first(key, task_fields(key, desk.agent, WhoId=loser)))
    assert (await desk.task(key))["WhoId"] == winner


async def test_a_task_that_is_there_goes_along_by_itself(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    """Salesforce hangs it on the winner; a version that does not change the name leaves it there."""
    loser, winner = [await desk.make("Contact", LastName=f"Merged {n}") for n in range(2)]
    key = fresh_key()
    before = await written(crm, first(key, task_fields(key, desk.agent, WhoId=loser)))
    merged(org, loser, winner)
    await written(crm, later(before, WhoId=loser, Description="more"))
    task = await desk.task(key)
    assert (task["WhoId"], task["Description"]) == (winner, "more")


async def test_who_was_deleted_and_not_merged_is_told(crm: SalesforceCrm, desk: Desk) -> None:
    gone = await desk.make("Contact", LastName="Gone")
    await desk.delete("Contact", gone)
    key = fresh_key()
    result = await one(crm, first(key, task_fields(key, desk.agent, WhoId=gone)))
    assert isinstance(result, TaskError)
    assert result.code == "ENTITY_IS_DELETED"
    assert await desk.tasks(key) == []


def test_what_a_lead_became_need_not_be_readable(crm: SalesforceCrm, monkeypatch: pytest.MonkeyPatch) -> None:
    """That Task is then refused as it is; raised, it would hold up all others, again and again."""

    def refuses(*_: object) -> list[dict[str, object]]:
        raise Refused("INVALID_TYPE", "sObject type 'Lead' is not supported.")

    monkeypatch.setattr(crm._client, "query_among", refuses)
    row = first("k1", {"WhoId": "00Q000000000001AAA", "Phone_Revision__c": 1})
    error = TaskError("k1", CONVERTED, "cannot reference converted lead")
    assert followed(crm._client, [row], {"k1": error}) == []
