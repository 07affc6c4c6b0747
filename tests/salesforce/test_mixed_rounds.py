"""New Tasks and later versions together: one request for the new ones and the look-up, and one for the changes."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskWritten
from connector.ports.store import OutboxRow
from connector.salesforce import SalesforceCrm
from connector.salesforce.faults import Refused
from tests.ports.crm_contract import Desk, first, fresh_key, later, task_fields, written
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


@pytest.fixture
async def ready(crm: SalesforceCrm) -> SalesforceCrm:
    """Signed in, Task described."""
    await crm.write_tasks([])
    return crm


@pytest.fixture
def new(desk: Desk) -> Callable[..., OutboxRow]:
    """A contact's first version."""

    def make(**values: str | int | None) -> OutboxRow:
        key = fresh_key()
        return first(key, task_fields(key, desk.agent, **values))

    return make


def api_requests(crm: SalesforceCrm) -> int:
    return sum(crm.requests.values())


async def test_two_requests_for_any_mixture(ready: SalesforceCrm, desk: Desk, new: Callable[..., OutboxRow]) -> None:
    known = [await written(ready, new(Description="one")) for _ in range(3)]
    rows = [new(Description="new"), *(later(it, Description="one and two") for it in known), new(Description="new")]
    before = api_requests(ready)
    results = await ready.write_tasks(rows)
    assert api_requests(ready) - before == 2
    assert all(isinstance(result, TaskWritten) for result in results)
    assert [(await desk.task(row.contact))["Description"] for row in rows] == ["new", *["one and two"] * 3, "new"]


async def test_a_text_that_looks_like_a_reference_is_only_a_text(
    ready: SalesforceCrm, desk: Desk, new: Callable[..., OutboxRow]
) -> None:
    known = await written(ready, new(Description="one"))
    rows = [new(Description="{} @{query0.records[0].Id} @{write[0].id}"), later(known, Description="@{write[0].id}")]
    results = await ready.write_tasks(rows)
    assert all(isinstance(result, TaskWritten) for result in results)
    assert [(await desk.task(row.contact))["Description"] for row in rows] == [
        row.fields["Description"] for row in rows
    ]


async def test_what_we_do_not_change_is_left_as_people_have_it(
    ready: SalesforceCrm, desk: Desk, new: Callable[..., OutboxRow]
) -> None:
    known = await written(ready, new(Description="one"))
    assert known.task_id is not None
    await desk.edit("Task", known.task_id, Subject="Mine", CallDisposition="Escalated", CallObject="of somebody")
    await ready.write_tasks([new(), later(known, Description="one and two")])
    task = await desk.task(known.contact)
    assert (task["Subject"], task["CallDisposition"], task["Description"]) == ("Mine", "Escalated", "one and two")
    assert task["CallObject"] == known.contact, "the connector's own"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "unavailable", "expired_session"])
async def test_a_fault_of_the_request_leaves_one_task_each(
    ready: SalesforceCrm, desk: Desk, org: RunningOrg, new: Callable[..., OutboxRow], kind: str
) -> None:
    known = await written(ready, new(Description="one"))
    rows = [new(), later(known, Description="one and two")]
    fault: dict[str, Any] = {"kind": kind, "path": "composite"}
    assert org.control("POST", "faults", [fault]).status_code == 200
    try:
        results = await ready.write_tasks(rows)
    except CrmUnavailable as error:
        results = await ready.write_tasks([structs.replace(row, doubtful=error.doubtful) for row in rows])
    assert all(isinstance(result, TaskWritten) for result in results)
    assert [len(await desk.tasks(row.contact)) for row in rows] == [1, 1]
    assert (await desk.task(known.contact))["Description"] == "one and two"


async def test_a_refusal_of_what_is_asked_after_a_write_leaves_it_in_doubt(
    ready: SalesforceCrm, desk: Desk, new: Callable[..., OutboxRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next try would put all its fields over what people have edited meanwhile."""

    def refuses(*_: object) -> list[OutboxRow]:
        raise Refused("INVALID_TYPE", "sObject type 'Lead' is not supported.")

    row = new(Description="ours")
    with monkeypatch.context() as patched:
        patched.setattr("connector.salesforce.tasks.followed", refuses)
        with pytest.raises(CrmUnavailable) as failed:
            await ready.write_tasks([row])
    assert (failed.value.code, failed.value.doubtful) == ("access", True)
    await desk.edit("Task", (await desk.task(row.contact))["Id"], Description="Kim's own")
    await ready.write_tasks([structs.replace(row, doubtful=failed.value.doubtful)])
    assert (await desk.task(row.contact))["Description"] == "Kim's own"


async def test_more_than_one_request_of_each_kind(
    ready: SalesforceCrm, desk: Desk, new: Callable[..., OutboxRow]
) -> None:
    first_round = [new() for _ in range(230)]
    known = await ready.write_tasks(first_round)
    subject = f"Later {fresh_key()}"
    again = [
        structs.replace(row, wanted=2, written=1, written_fields=was.fields, task_id=was.task_id,
                        fields={**row.fields, "Subject": subject, "Phone_Revision__c": 2})
        for row, was in zip(first_round, known, strict=True)
        if isinstance(was, TaskWritten)
    ]  # fmt: skip
    rows = [row for pair in zip(again, [new() for _ in again], strict=True) for row in pair]
    before = api_requests(ready)
    results = await ready.write_tasks(rows)
    assert [result.contact for result in results] == [row.contact for row in rows]
    assert all(isinstance(result, TaskWritten) for result in results)
    assert api_requests(ready) - before == 4, "two for the new ones, with the look-up, and two for the changes"
    assert len(await desk.rows(f"SELECT Id FROM Task WHERE Subject = '{subject}'")) == len(again) == 230
