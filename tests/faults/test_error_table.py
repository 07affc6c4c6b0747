"""Each row of the table of Salesforce's errors on the whole way: outbox, adapter, a proxy that answers it, the org."""

from collections.abc import Collection

import pytest

from connector.domain.events import TaskRefused, TaskWaiting
from connector.domain.rules import left_out
from connector.service.retry import PAUSE
from tests.faults.lab import Lab
from tests.faults.proxy import Asked, Fault, error, page
from tests.ports.store_contract import NOON, contact
from tests.sandbox.org.rig import RunningOrg
from tests.service.error_table import CASES, Action, Case

pytestmark = pytest.mark.slow

CONTACTS = 4
UNSEEN = "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
MINUTE = 60_000
WAITS: dict[Action, tuple[int, int]] = {
    Action.BACK_OFF: (500, 1_000),
    Action.UNKNOWN: (500, 6_000),
    Action.BRIEF: (5_000, 6_000),
    Action.SMALLER: (5_000, 6_000),
    Action.BUDGET: (PAUSE // 2, 11 * MINUTE),
    Action.STOP: (PAUSE // 2, PAUSE + 10_000),
}
"""How many ms it waits after the first try."""


def those(actions: Collection[Action]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [c for c in CASES if c.action in actions], ids=lambda case: case.name)


async def met(lab: Lab, case: Case) -> None:
    """Calls came to an end, and this is what becomes of the first Task, or of the first request."""
    await lab.connector.crm.write_tasks([])  # signed in, Task described
    await lab.call(CONTACTS)
    if case.status:
        told = error(case.status, case.code, case.message) if case.code else page(case.status)
        # Where the address is not there the adapter asks once more, for the org may have changed.
        lab.proxy.faults = [Fault("answer", 2 if case.code == "NOT_FOUND" else 1, told)]
    else:
        lab.proxy.faults = [Fault("refuse", 20 if case.action is Action.PARK else 1, refused=case.told)]
    lab.proxy.asked.clear()
    await lab.connector.outbox.round()


def tokens(asked: list[Asked]) -> int:
    return sum("oauth2" in one.path for one in asked)


@those(WAITS)
async def test_a_fault_of_the_org_or_the_way(lab: Lab, case: Case) -> None:
    await met(lab, case)
    waiting = [news for news in lab.connector.news if isinstance(news, TaskWaiting)]
    assert len(waiting) == (CONTACTS if case.status else 1), "other records are written"
    least, most = WAITS[case.action]
    assert all(least <= news.next_try - NOON <= most for news in waiting)
    assert (lab.connector.outbox.rest is None) is (case.action is Action.BACK_OFF)
    before = [asked.records for asked in lab.proxy.asked if asked.records]
    lab.proxy.asked.clear()
    assert (await lab.settled()).recovered_ms <= 15 * MINUTE
    if case.action is Action.UNKNOWN:
        assert lab.proxy.asked[0].looks_up, "looked up before it is written again"
    if case.action is Action.SMALLER:
        again = [asked.records for asked in lab.proxy.asked if asked.records]
        assert (before[-1], again[0]) == (CONTACTS, CONTACTS // 2)


@those([Action.RENEW, Action.LOOK_UP])
async def test_what_needs_no_waiting(lab: Lab, case: Case) -> None:
    await met(lab, case)
    assert tokens(lab.proxy.asked) == (case.action is Action.RENEW)
    assert (await lab.settled()).recovered_ms == 0


@those([Action.PARK])
async def test_what_people_must_mend(lab: Lab, case: Case) -> None:
    await met(lab, case)
    (refused,) = (news for news in lab.connector.news if isinstance(news, TaskRefused))
    field = case.fields[0] if case.fields else ""
    assert refused == TaskRefused(refused.contact, 1, case.code, field, case.message)
    assert lab.connector.outbox.rest is None
    assert (await lab.figures(0)).tasks == CONTACTS - 1, "the others are written"
    lab.proxy.asked.clear()
    lab.connector.clock.advance(7 * 24 * 60 * MINUTE)
    await lab.connector.settle()
    assert lab.proxy.asked == [], "it is not tried again unchanged"
    lab.connector.parked.clear()
    lab.proxy.faults = []
    await lab.type([refused.contact])
    await lab.settled()


# The records that a Task links to, as the org itself refuses them ----------------------------------------------------


async def parked(lab: Lab) -> TaskRefused:
    await lab.connector.settle()
    (news,) = lab.connector.parked
    assert isinstance(news, TaskRefused)
    return news


@pytest.mark.parametrize(("field", "sobject"), [("WhoId", "Contact"), ("WhoId", "Lead"), ("WhatId", "Account")])
@pytest.mark.parametrize("version", [1, 2])
async def test_a_deleted_record_is_named_and_left_out_where_that_is_allowed(
    lab: Lab, field: str, sobject: str, version: int
) -> None:
    """Salesforce says "entity is deleted" and no more."""
    more = {"LastName": "Gone", "Company": "Gone"} if sobject == "Lead" else {}
    gone = await lab.desk.make(sobject, **(more or {"Name" if sobject == "Account" else "LastName": "Gone"}))
    await lab.desk.delete(sobject, gone)
    if version == 1:
        (key,) = await lab.call(1, **{"WhoId": None, field: gone})
    else:
        (key,) = await lab.call()
        await lab.settled()
        await lab.type([key], **{"WhoId": None, field: gone})
    refused = await parked(lab)
    assert (refused.code, refused.field) == ("ENTITY_IS_DELETED", field)
    linked = contact(key)
    record = {"WhoId": linked.draft.who, "WhatId": linked.draft.what}[field]
    assert left_out.without(linked, refused, "") is None
    if record.value is not None:
        assert left_out.without(linked, refused, "deleted") is not None
    lab.connector.parked.clear()
    await lab.type([key], **{field: None})
    await lab.settled()


async def test_a_record_that_our_user_may_not_see_is_named(lab: Lab, org: RunningOrg) -> None:
    """Salesforce's text may have the id, or not; the links that we can read are not taken for it."""
    account = await lab.desk.make("Account", Name="Seen")
    token = await lab.connector.crm._client.run(lab.connector.crm._client.signed_in)
    (key,) = await lab.call(1, WhatId=account)
    org.control("POST", "settings", {"hidden": {token.user: [str(lab.must_be[key]["WhoId"])]}})
    for on, field in (("", "WhoId"), (f" on cross-reference id: {account[:15]}", "WhatId")):
        refusal = {"statusCode": UNSEEN, "message": f"insufficient access rights{on}", "fields": []}
        lab.proxy.faults = [Fault("refuse", refused=refusal)]
        assert (await parked(lab)).field == field
        lab.connector.parked.clear()
        await lab.type([key])
    await lab.settled()


async def test_a_converted_lead_is_followed(lab: Lab, org: RunningOrg) -> None:
    lead = await lab.desk.make("Lead", LastName="Converted", Company="Converted")
    became = org.control("POST", "leads/convert", {"lead_id": lead}).json()["contact_id"]
    (key,) = await lab.call(1, WhoId=lead)
    lab.must_be[key]["WhoId"] = became
    await lab.settled()
    other = await lab.desk.make("Lead", LastName="Later", Company="Later")
    (later,) = await lab.call(1, WhoId=other)
    await lab.settled()
    became = org.control("POST", "leads/convert", {"lead_id": other}).json()["contact_id"]
    await lab.type([later])
    lab.must_be[later]["WhoId"] = became
    await lab.settled()
