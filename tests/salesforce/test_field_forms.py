"""How fields of Task are filled in by a person, as the org describes them, and that what they gave is written."""

import pytest

from connector.domain.given import Choice, FieldForm
from connector.ports.crm import TaskError
from connector.salesforce import SalesforceCrm
from connector.sandbox.org.hostile import ANY_CALL, ASKED_FIELDS
from tests.ports.crm_contract import Desk, first, fresh_key, later, one, task_fields, written
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg

GIVEN = {
    "Region__c": "West",
    "Visit_On__c": "2026-12-01",
    "Promised_At__c": "2026-12-01T09:30:00Z",
    "Amount__c": "12.50",
    "Consent__c": "true",
    "Findings__c": "Two lines,\nas an agent writes them",
    "Reasons__c": "Price;Quality",
    "Order_Number__c": "A-1",
}
HELD = {**GIVEN, "Promised_At__c": "2026-12-01T09:30:00.000+0000", "Amount__c": 12.5, "Consent__c": True}


@pytest.fixture
def asking(org: RunningOrg) -> RunningOrg:
    org.control("POST", "settings", {"hostile": ["asked_fields"]})
    return org


def choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, value) for value in values)


async def test_each_kind_of_field(asking: RunningOrg, crm: SalesforceCrm) -> None:
    names = [field.name for field in ASKED_FIELDS]
    found = await crm.field_forms(names)
    long_label = "Reasons for the call and what the customer had tried before"
    picked = {"strict": True, "choices": choices("North", "South", "West"), "longest": 255}
    assert list(found) == [
        FieldForm("Region__c", "Region", "choice", required=True, **picked),  # type: ignore[arg-type]  # as they are
        FieldForm("Visit_On__c", "Visit On", "date"),
        FieldForm("Promised_At__c", "Promised At", "moment"),
        FieldForm("Amount__c", "Amount", "number", digits=4, decimals=2),
        FieldForm("Consent__c", "Consent", "checkbox"),
        FieldForm("Site__c", "Site", "id", targets=("Account",)),
        FieldForm("Findings__c", "Findings", "long_text", longest=500),
        FieldForm("Reasons__c", long_label, "choices", strict=True, choices=choices("Price", "Quality"), longest=4_099),
        FieldForm("Order_Number__c", "Order Number", "text", longest=12),
    ]


async def test_what_our_user_may_not_write_or_see(org: RunningOrg, crm: SalesforceCrm) -> None:
    org.control("POST", "settings", {"hostile": ["own_fields", "hidden_field"]})
    formula, hidden = await crm.field_forms(["Talk_Formula__c", "Phone_Skill__c"])
    assert (formula.label, formula.kind, formula.writable) == ("Talk Formula", "number", False)
    assert hidden == FieldForm("Phone_Skill__c", "Phone_Skill__c", "other", writable=False)


@pytest.mark.parametrize(
    ("record_type", "offered"),
    [("", ("Internal", "Outbound")), (ANY_CALL.id, ("Internal", "Inbound", "Outbound")), ("012000000000009AAA", None)],
)
async def test_a_picklist_offers_what_the_record_type_does(
    org: RunningOrg, crm: SalesforceCrm, record_type: str, offered: tuple[str, ...] | None
) -> None:
    org.control("POST", "settings", {"hostile": ["record_types"]})
    (form,) = await crm.field_forms(["CallType"], record_type)
    values = [choice.value for choice in form.choices]
    if offered is None:
        assert len(values) == 3, "of a record type that is not told the field's own"
    else:
        assert sorted(values) == sorted(offered)


async def test_a_field_that_was_made_a_moment_ago_is_known(org: RunningOrg, crm: SalesforceCrm) -> None:
    (before,) = await crm.field_forms(["Region__c"])
    assert not before.writable
    org.control("POST", "settings", {"hostile": ["asked_fields"]})
    (after,) = await crm.field_forms(["Region__c"])
    assert after.writable


async def test_what_a_field_takes_is_asked_anew_after_a_minute(asking: RunningOrg, config: MakeConfig) -> None:
    time = [0.0]
    crm = SalesforceCrm(config(), monotonic=lambda: time[0])
    try:
        await crm.field_forms(["Region__c"])
        asked = asking.control("GET", "requests").json()["count"]
        await crm.field_forms(["Region__c"])
        assert asking.control("GET", "requests").json()["count"] == asked
        time[0] += 61
        await crm.field_forms(["Region__c"])
        assert asking.control("GET", "requests").json()["count"] == asked + 1
    finally:
        await crm.close()


@pytest.mark.parametrize("mode", ["unique", "plain"])
async def test_what_was_given_is_in_the_task_as_its_fields_hold_it(
    asking: RunningOrg, crm: SalesforceCrm, desk: Desk, mode: str
) -> None:
    asking.control("POST", "settings", {"external_id": mode})
    key = fresh_key()
    refused = await one(crm, first(key, task_fields(key, desk.agent)))
    assert isinstance(refused, TaskError)
    assert (refused.code, refused.fields) == ("REQUIRED_FIELD_MISSING", ("Region__c",))
    site = await desk.make("Account", Name="Northwind Traders")
    result = await written(crm, first(key, task_fields(key, desk.agent, **GIVEN, Site__c=site), doubtful=True))
    (task,) = await desk.rows(f"SELECT {', '.join(HELD)}, Site__c FROM Task WHERE Id = '{result.task_id}'")
    assert {name: task[name] for name in HELD} == HELD
    assert task["Site__c"] == site
    after = await written(crm, later(result, Amount__c="7", Consent__c="false", Visit_On__c=None))
    (task,) = await desk.rows(f"SELECT Amount__c, Consent__c, Visit_On__c FROM Task WHERE Id = '{after.task_id}'")
    assert (task["Amount__c"], task["Consent__c"], task["Visit_On__c"]) == (7.0, False, None)


async def test_what_people_changed_since_stays(asking: RunningOrg, crm: SalesforceCrm, desk: Desk) -> None:
    key = fresh_key()
    before = await written(crm, first(key, task_fields(key, desk.agent, Region__c="West")))
    await desk.edit("Task", before.task_id, Region__c="North")
    await written(crm, later(before, Region__c="South", Description="more"))
    (task,) = await desk.rows(f"SELECT Region__c, Description FROM Task WHERE Id = '{before.task_id}'")
    assert (task["Region__c"], task["Description"]) == ("North", "more")


async def test_a_value_that_cannot_be_read_refuses_no_other_task(
    asking: RunningOrg, crm: SalesforceCrm, desk: Desk
) -> None:
    keys = [fresh_key(), fresh_key()]
    odd = {"Amount__c": "twelve", "Visit_On__c": "tomorrow", "Site__c": "Northwind"}
    rows = [
        first(keys[0], task_fields(keys[0], desk.agent, Region__c="West", **odd)),
        first(keys[1], task_fields(keys[1], desk.agent, Region__c="West")),
    ]
    results = await crm.write_tasks(rows)
    assert [type(result).__name__ for result in results] == ["TaskWritten", "TaskWritten"]
