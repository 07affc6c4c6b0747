"""The bad days of an org: what the adapter makes of them, and that no Task is lost or doubled by them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from msgspec import structs

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskError, TaskWritten
from connector.ports.store import OutboxRow
from connector.salesforce import SalesforceCrm, open_crm
from connector.salesforce.client import SalesforceClient
from connector.salesforce.faults import Refused
from connector.salesforce.turns import Turn
from tests.ports.crm_contract import Desk, first, fresh_key, later, one, task_fields, written
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


AddFault = Callable[..., None]


@pytest.fixture(params=["unique", "plain"])
def external_id(request: pytest.FixtureRequest, org: RunningOrg) -> str:
    kind: str = request.param
    org.control("POST", "settings", {"external_id": kind})
    return kind


@pytest.fixture
def fault(org: RunningOrg) -> AddFault:
    """Asks the org for a fault."""

    def add(kind: str, **more: Any) -> None:
        answer = org.control("POST", "faults", [{"kind": kind, **more}])
        assert answer.status_code == 200, answer.text

    return add


@pytest.fixture
async def ready(crm: SalesforceCrm) -> SalesforceCrm:
    """Signed in, Task described: the next request is the one that the fault meets."""
    await crm.write_tasks([])
    await crm.match("+12125550999", "US")
    return crm


def requests_so_far(org: RunningOrg) -> int:
    return int(org.control("GET", "requests?last=0").json()["count"])


def token_requests(org: RunningOrg, since: int) -> int:
    """Of those after the first `since` ones: the org keeps only the newest thousand."""
    asked = org.control("GET", f"requests?last={requests_so_far(org) - since}").json()["requests"]
    return sum(entry["path"].endswith("/token") for entry in asked)


async def unavailable(crm: SalesforceCrm, row: OutboxRow) -> CrmUnavailable:
    with pytest.raises(CrmUnavailable) as caught:
        await crm.write_tasks([row])
    return caught.value


# The session ----------------------------------------------------------------------------------------------------


async def test_sixteen_threads_on_an_expired_session_make_one_token_request(
    config: MakeConfig, org: RunningOrg, fault: AddFault
) -> None:
    client = SalesforceClient(config(threads=16))
    try:
        client.query("SELECT Id FROM User LIMIT 1")
        org.control("DELETE", "faults")
        before = requests_so_far(org)
        fault("expired_session")
        together = threading.Barrier(16)

        def ask() -> int:
            together.wait(10)
            return len(client.query("SELECT Id FROM User LIMIT 1"))

        answers = await asyncio.gather(*(client.run(ask, Turn.SAVE) for _ in range(16)))
        assert answers == [1] * 16
        assert token_requests(org, before) == 1
    finally:
        await client.close()


async def test_an_expired_session_does_not_show(
    external_id: str, ready: SalesforceCrm, desk: Desk, fault: AddFault
) -> None:
    key = fresh_key()
    fault("expired_session")
    before = await written(ready, first(key, task_fields(key, desk.agent)))
    fault("expired_session")
    await written(ready, later(before, Description="more"))
    assert (await desk.task(key))["Description"] == "more"


async def test_a_session_that_is_never_accepted_is_given_up(ready: SalesforceCrm, desk: Desk, fault: AddFault) -> None:
    key = fresh_key()
    fault("expired_session", count=50)
    error = await unavailable(ready, first(key, task_fields(key, desk.agent)))
    assert (error.code, error.doubtful) == ("session", False)


# Limits and outages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind,code,doubtful,retry_after",
    [
        ("daily_limit", "daily_limit", False, 600_000),
        ("concurrent_limit", "busy", False, 5_000),
        ("unavailable", "busy", True, 5_000),
        ("html_502", "unavailable", True, None),
        ("drop_before", "connection", True, None),
        ("drop_after", "connection", True, None),
    ],
)
async def test_a_failed_write_says_why_and_whether_it_may_have_been_carried_out(
    ready: SalesforceCrm, desk: Desk, fault: AddFault, kind: str, code: str, doubtful: bool, retry_after: int | None
) -> None:
    key = fresh_key()
    fault(kind, method="PATCH")
    error = await unavailable(ready, first(key, task_fields(key, desk.agent)))
    assert (error.code, error.doubtful, error.retry_after) == (code, doubtful, retry_after)
    assert len(await desk.tasks(key)) == (kind == "drop_after")


@pytest.mark.parametrize(
    "kind,code",
    [
        ("daily_limit", "daily_limit"),
        ("concurrent_limit", "busy"),
        ("unavailable", "busy"),
        ("html_502", "unavailable"),
    ],
)
async def test_a_failed_read_is_never_doubtful(ready: SalesforceCrm, fault: AddFault, kind: str, code: str) -> None:
    fault(kind)
    with pytest.raises(CrmUnavailable) as caught:
        await ready.match("+14155550143", "US")
    assert (caught.value.code, caught.value.doubtful) == (code, False)


async def test_a_read_whose_connection_is_dropped_is_repeated_once(ready: SalesforceCrm, fault: AddFault) -> None:
    fault("drop_before")
    assert (await ready.match("+14155550143", "US")).people
    fault("drop_before", count=2)
    with pytest.raises(CrmUnavailable) as caught:
        await ready.match("+14155550143", "US")
    assert (caught.value.code, caught.value.doubtful) == ("connection", False)


@pytest.fixture
async def hasty(config: MakeConfig, org: RunningOrg) -> AsyncIterator[SalesforceCrm]:
    """An adapter that waits a tenth of a second at most."""
    crm = open_crm(config(timeout_s=0.1))
    # Not part of the race that the test is about.
    patient = open_crm(config())
    crm._client._sign_in._token = await patient._client.run(patient._client.signed_in)
    crm._shapes._kept.update(
        {"Task": (crm._shapes._clock(), await patient._client.run(partial(patient._shapes.of, "Task")))}
    )
    yield crm
    await crm.close()
    await patient.close()


async def test_a_write_that_is_not_answered_in_time_is_doubtful(
    hasty: SalesforceCrm, desk: Desk, fault: AddFault
) -> None:
    key = fresh_key()
    fault("slow", seconds=0.5, method="PATCH")
    error = await unavailable(hasty, first(key, task_fields(key, desk.agent)))
    assert (error.code, error.doubtful) == ("timeout", True)


@pytest.mark.parametrize("expired", [False, True], ids=["after a slow look-up", "after the session was renewed"])
async def test_no_write_begins_late(
    config: MakeConfig, org: RunningOrg, desk: Desk, fault: AddFault, expired: bool
) -> None:
    """Else a second writer, after the lease, could meet the request of the first."""
    # Task is described, the round begins, and with an expired session the first request is sent; then it is late.
    seconds = iter([0.0, 0.0, *([20.0] if expired else [])])
    crm = SalesforceCrm(config(timeout_s=10), monotonic=lambda: next(seconds, 20.1))
    key = fresh_key()
    if expired:
        fault("expired_session", path="composite")
    try:
        error = await unavailable(crm, first(key, task_fields(key, desk.agent), doubtful=not expired))
    finally:
        await crm.close()
    assert (error.code, error.doubtful) == ("timeout", False)
    assert await desk.tasks(key) == []


# Whatever happens, one Task -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "unavailable", "html_502", "expired_session", "daily_limit"]
)
@pytest.mark.parametrize("version", [1, 2])
async def test_whatever_happens_to_a_write_there_is_one_task_with_the_last_words(
    external_id: str, ready: SalesforceCrm, desk: Desk, fault: AddFault, kind: str, version: int
) -> None:
    key = fresh_key()
    row = first(key, task_fields(key, desk.agent, Description="one"))
    if version == 2:
        row = later(await written(ready, row), Description="one and two")
    fault(kind, path="composite")
    try:
        result = await one(ready, row)
    except CrmUnavailable as error:
        # As the outbox does it: tried again as it was claimed, in doubt if there may be something.
        result = await one(ready, structs.replace(row, doubtful=error.doubtful, attempts=1))
    assert isinstance(result, TaskWritten)
    task = await desk.task(key)
    assert task["Id"] == result.task_id
    assert task["Description"] == row.fields["Description"]


async def test_a_fault_after_some_rows_were_written_leaves_all_in_doubt(
    ready: SalesforceCrm, desk: Desk, fault: AddFault
) -> None:
    before = await written(ready, first(key := fresh_key(), task_fields(key, desk.agent)))
    rows = [first(new := fresh_key(), task_fields(new, desk.agent)), later(before, Description="more")]
    fault("daily_limit", path="composite/sobjects")
    with pytest.raises(CrmUnavailable) as caught:
        await ready.write_tasks(rows)
    assert (caught.value.code, caught.value.doubtful, caught.value.retry_after) == ("daily_limit", True, 600_000)
    results = await ready.write_tasks([structs.replace(row, doubtful=True) for row in rows])
    assert [type(result) for result in results] == [TaskWritten, TaskWritten]
    assert [len(await desk.tasks(row.contact)) for row in rows] == [1, 1]


async def test_a_locked_row_is_told_and_the_others_are_written(
    external_id: str, ready: SalesforceCrm, desk: Desk, fault: AddFault
) -> None:
    keys = [fresh_key() for _ in range(3)]
    rows = [first(key, task_fields(key, desk.agent)) for key in keys]
    fault("row_lock", rows=[1], path="composite/sobjects")
    results = await ready.write_tasks(rows)
    assert [type(result) for result in results] == [TaskWritten, TaskError, TaskWritten]
    assert isinstance(results[1], TaskError)
    assert results[1].code == "UNABLE_TO_LOCK_ROW"
    again = await written(ready, structs.replace(rows[1], attempts=1))
    assert (await desk.task(keys[1]))["Id"] == again.task_id


async def test_a_create_that_came_through_after_we_had_looked_leaves_one_task(
    ready: SalesforceCrm, desk: Desk, org: RunningOrg
) -> None:
    """Only where the key is plain: the first try's request reaches the org later than the second try's look-up."""
    org.control("POST", "settings", {"external_id": "plain"})
    ready._shapes.forget("Task")
    key = fresh_key()
    result = await written(ready, first(key, task_fields(key, desk.agent, Description="once")))
    late = {
        name: value for name, value in task_fields(key, desk.agent, Description="once").items() if value is not None
    }
    await ready._client.run(
        partial(ready._client.write, "POST", "composite/sobjects", [{"attributes": {"type": "Task"}, **late}])
    )
    assert len(await desk.tasks(key)) == 2
    after = await written(ready, first(key, task_fields(key, desk.agent, Description="once and more"), doubtful=True))
    (task,) = await desk.tasks(key)
    assert (after.task_id, task["Id"], task["Description"]) == (result.task_id, result.task_id, "once and more")
    assert len(await desk.tasks(key, deleted=True)) == 2


async def test_a_double_that_people_worked_with_is_left(ready: SalesforceCrm, desk: Desk, org: RunningOrg) -> None:
    org.control("POST", "settings", {"external_id": "plain"})
    ready._shapes.forget("Task")
    key = fresh_key()
    result = await written(ready, first(key, task_fields(key, desk.agent)))
    late = {name: value for name, value in task_fields(key, desk.agent).items() if value is not None}
    answer = await ready._client.run(
        partial(ready._client.write, "POST", "composite/sobjects", [{"attributes": {"type": "Task"}, **late}])
    )
    await desk.edit("Task", answer[0]["id"], Subject="I work with this one")
    after = await written(ready, first(key, task_fields(key, desk.agent), doubtful=True))
    assert after.task_id == result.task_id
    assert len(await desk.tasks(key)) == 2


async def test_a_double_that_may_not_be_removed_holds_up_no_task(
    ready: SalesforceCrm, desk: Desk, org: RunningOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole request is refused, and would be each time: the queue would never get past it."""

    def refuses(_: list[str]) -> list[dict[str, object]]:
        raise Refused("INSUFFICIENT_ACCESS", "nobody may delete Tasks")

    org.control("POST", "settings", {"external_id": "plain"})
    ready._shapes.forget("Task")
    key = fresh_key()
    await written(ready, first(key, task_fields(key, desk.agent)))
    late = {name: value for name, value in task_fields(key, desk.agent).items() if value is not None}
    await ready._client.run(
        partial(ready._client.write, "POST", "composite/sobjects", [{"attributes": {"type": "Task"}, **late}])
    )
    monkeypatch.setattr(ready._client, "delete", refuses)
    after = await written(ready, first(key, task_fields(key, desk.agent, Description="newest"), doubtful=True))
    assert len(await desk.tasks(key)) == 2
    assert "newest" in {task["Description"] for task in await desk.tasks(key) if task["Id"] == after.task_id}


# Rules of the org -----------------------------------------------------------------------------------------------


async def test_a_validation_rule_of_the_org_is_told_in_its_own_words(
    external_id: str, ready: SalesforceCrm, desk: Desk, org: RunningOrg
) -> None:
    org.control("POST", "settings", {"rules": ["billing_disposition"]})
    key = fresh_key()
    row = first(key, task_fields(key, desk.agent, Phone_Skill__c="Billing", CallDisposition=None))
    assert await one(ready, row) == TaskError(
        key, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Choose how a Billing call ended.", ("CallDisposition",)
    )
    fixed = structs.replace(row, wanted=2, fields={**row.fields, "CallDisposition": "Resolved", "Phone_Revision__c": 2})
    await written(ready, fixed)
    assert (await desk.task(key))["CallDisposition"] == "Resolved"


async def test_a_key_that_is_no_longer_an_external_id_is_noticed(
    ready: SalesforceCrm, desk: Desk, org: RunningOrg
) -> None:
    """An administrator changed the field while we run: the upsert is refused once, then the Tasks are looked up."""
    org.control("POST", "settings", {"external_id": "plain"})
    key = fresh_key()
    await written(ready, first(key, task_fields(key, desk.agent)))
    assert len(await desk.tasks(key)) == 1


async def test_an_org_without_our_fields_gets_its_tasks_all_the_same(ready: SalesforceCrm, desk: Desk) -> None:
    """As if the package's fields were not deployed, or not visible to our user: CallObject holds the key."""
    shape = ready._shapes.of("Task")
    bare = structs.replace(
        shape, fields={name: field for name, field in shape.fields.items() if not name.startswith("Phone_")}
    )
    ready._shapes._kept["Task"] = (ready._shapes._clock(), bare)
    key = fresh_key()
    before = await written(ready, first(key, task_fields(key, desk.agent)))
    assert "Phone_Tags__c" not in before.fields
    after = await written(ready, first(key, task_fields(key, desk.agent, Description="again"), doubtful=True))
    assert after.task_id == before.task_id
    (task,) = await desk.rows(f"SELECT Description, Phone_Contact_Key__c FROM Task WHERE CallObject = '{key}'")
    assert (task["Description"], task["Phone_Contact_Key__c"]) == ("again", None)


async def test_usage_is_read_from_answers(ready: SalesforceCrm, org: RunningOrg) -> None:
    before = ready.budget
    assert before is not None
    await ready.find("people", "Chen")
    after = ready.budget
    assert after is not None
    assert (after.used, after.limit) == (before.used + 1, before.limit)
