"""An org that administrators have customised, and what its Tooling API tells of it."""

from typing import Any, get_args

import pytest

from connector.sandbox.org.hostile import Hostility
from tests.sandbox.org.rig import Desk


def tooling(desk: Desk, soql: str) -> list[dict[str, Any]]:
    reply = desk.ask("GET", "tooling/query", q=soql)
    assert reply.status == 200, reply.body
    body: Any = reply.body
    return list(body["records"])


@pytest.fixture
def hostile(desk: Desk) -> Any:
    def set_to(*names: str) -> None:
        settings = desk.context.settings
        desk.context.apply(type(settings)(external_id=settings.external_id, hostile=names))  # type: ignore[arg-type]

    yield set_to
    set_to()


def test_validation_rules_are_told_with_their_formulas(desk: Desk, hostile: Any) -> None:
    hostile("disposition_rule")
    soql = (
        "SELECT Id, ValidationName, ErrorMessage FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Task'"
    )
    ours, rule = tooling(desk, soql)
    assert ours["ValidationName"] == "Phone_Revision_never_decreases"
    assert rule["ErrorMessage"] == "Say how the call ended."
    (whole,) = tooling(desk, f"SELECT Metadata FROM ValidationRule WHERE Id = '{rule['Id']}'")
    assert whole["Metadata"]["errorConditionFormula"] == 'AND(ISPICKVAL(Status, "Completed"), ISBLANK(CallDisposition))'


def test_metadata_is_told_of_one_row_at_a_time(desk: Desk, hostile: Any) -> None:
    hostile("disposition_rule", "odd_rule")
    status, error = desk.refused("GET", "tooling/query?q=SELECT+Metadata+FROM+ValidationRule")
    assert (status, error["errorCode"]) == (400, "MALFORMED_QUERY")
    assert "no more than one row" in error["message"]


def test_an_unknown_object_is_refused(desk: Desk) -> None:
    _, error = desk.refused("GET", "tooling/query?q=SELECT+Id+FROM+SandboxProcess")
    assert error["errorCode"] == "INVALID_TYPE"


def test_fields_of_tasks_are_those_of_activities(desk: Desk, hostile: Any) -> None:
    hostile("hidden_field")
    rows = tooling(desk, "SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = 'Activity'")
    assert "Phone_Skill" in {row["DeveloperName"] for row in rows}


def test_record_types_are_described_with_what_they_offer(desk: Desk, hostile: Any) -> None:
    hostile("record_types")
    described: Any = desk.ask("GET", "sobjects/Task/describe").body
    default = next(kind for kind in described["recordTypeInfos"] if kind["defaultRecordTypeMapping"])
    assert default["name"] == "Field Work"
    layouts: Any = desk.ask("GET", "sobjects/Task/describe/layouts").body
    mapping = next(one for one in layouts["recordTypeMappings"] if one["recordTypeId"] == default["recordTypeId"])
    offers = {one["picklistName"]: [value["value"] for value in one["picklistValues"]]
              for one in mapping["picklistsForRecordType"]}  # fmt: skip
    assert offers["CallType"] == ["Internal", "Outbound"]
    task = desk.create("Task", Subject="Call", CallType="Outbound")
    assert desk.get("Task", task)["RecordTypeId"] == default["recordTypeId"]
    _, error = desk.refused("POST", "sobjects/Task", {"Subject": "Call", "CallType": "Inbound"})
    assert error["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_who_is_signed_in_ends_the_address_of_identity(desk: Desk) -> None:
    resources: Any = desk.ask("GET", "").body
    assert resources["identity"].endswith(f"/{desk.user_id}")


@pytest.mark.parametrize("name", get_args(Hostility))
def test_what_a_hostility_does_ends_with_it(name: str, desk: Desk, hostile: Any) -> None:
    def state() -> list[Any]:
        tables = ("TaskStatus", "PermissionSet", "CallCenter")
        kept = [desk.context.database.find(desk.context.schema[table], "IsDeleted", False) for table in tables]
        return [
            desk.ask("GET", "sobjects/Task/describe").body,
            desk.ask("GET", "sobjects/Account/describe").body,
            *kept,
        ]

    before = state()
    hostile(name)
    hostile()
    assert state() == before
