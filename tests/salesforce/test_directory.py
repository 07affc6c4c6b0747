"""The directory out of configurations as people make them: absent, half deployed, wrong."""

import re
from typing import Any

import pytest

from connector.domain.directory import DEFAULT_SKILL, Directory, Disposition, RecordingMode, Settings, Skill
from connector.salesforce.directory import read_directory
from connector.salesforce.faults import Refused

Row = dict[str, Any]

SAM = {"Id": "005A", "Name": "Sam Rivera", "TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "en_US",
       "LocaleSidKey": "en_US", "Phone_Device__c": "2041", "Phone_Country__c": "US"}  # fmt: skip
JONAS = {**SAM, "Id": "005B", "Name": "Jonas Weber", "LocaleSidKey": "nl_NL", "Phone_Device__c": "2042",
         "Phone_Country__c": None, "LanguageLocaleKey": "nl_NL", "TimeZoneSidKey": "Europe/Amsterdam"}  # fmt: skip


def holder(user: Row, permission: str = "Phone_Panel_Agent") -> Row:
    return {"AssigneeId": user["Id"], "PermissionSet": {"Name": permission}}


class Configuration:
    """An org with just these rows; an object without rows does not exist, `lacking` fields neither."""

    def __init__(self, rows: dict[str, list[Row]], lacking: tuple[str, ...] = ()) -> None:
        self.rows = {"User": [SAM], "PermissionSetAssignment": [holder(SAM)], **rows}
        self.lacking = lacking

    def queries(self, soqls: list[str]) -> list[list[Row] | Refused]:
        return [self._answer(soql) for soql in soqls]

    def _answer(self, soql: str) -> list[Row] | Refused:
        found = re.match(r"SELECT (?P<fields>.+?) FROM (?P<object>\w+)", soql)
        assert found is not None
        if found["object"] not in self.rows:
            return Refused("INVALID_TYPE", f"sObject type '{found['object']}' is not supported.")
        fields = [name.partition(".")[0] for name in found["fields"].split(", ")]
        missing = next((name for name in fields if name in self.lacking), None)
        if missing:
            said = f"\nSELECT {missing}\n       ^\nERROR at Row:1:Column:8\nNo such column '{missing}' on entity"
            return Refused("INVALID_FIELD", said)
        return [{name: row[name] for name in fields} for row in self.rows[found["object"]]]


def read(rows: dict[str, list[Row]], lacking: tuple[str, ...] = ()) -> Directory:
    return read_directory(Configuration(rows, lacking))  # type: ignore[arg-type]


def skill(name: str, **fields: object) -> Row:
    return {"DeveloperName": name, "MasterLabel": name.replace("_", " "), "Inbound_Numbers__c": None,
            "Outbound__c": False, "Caller_Id__c": None, "Wrap_Up_Seconds__c": 120.0, "Disposition_Required__c": False,
            "Recording__c": "on_demand", **fields}  # fmt: skip


def choice(label: str, order: float | None = None, **fields: object) -> Row:
    return {"DeveloperName": label.replace(" ", "_"), "MasterLabel": label, "Sort_Order__c": order, **fields}


def setting(key: str, value: str | None) -> Row:
    return {"DeveloperName": key, "Value__c": value}


def test_with_nothing_configured_agents_can_take_and_make_calls() -> None:
    found = read({})
    assert found.skills == {DEFAULT_SKILL: Skill(DEFAULT_SKILL, DEFAULT_SKILL, outbound=True)}
    assert found.agents["005A"].skills == {DEFAULT_SKILL: 5}
    assert (found.dispositions, found.tags, found.reasons) == ((), (), Directory().reasons)
    assert found.settings == Settings()
    assert found.ignored == ()


def test_objects_without_rows_are_as_absent_ones() -> None:
    empty: dict[str, list[Row]] = {
        f"Phone_{name}__mdt": [] for name in ("Skill", "Disposition", "Tag", "Reason", "Setting")
    }
    assert read({**empty, "Phone_Agent_Skill__c": []}) == read({})


def test_fields_that_are_not_deployed_are_noted_and_their_defaults_used() -> None:
    lacking = ("Phone_Device__c", "Phone_Country__c", "Recording__c", "Wrap_Up_Seconds__c", "Sort_Order__c")
    found = read({"Phone_Skill__mdt": [skill("Sales")], "Phone_Tag__mdt": [choice("VIP"), choice("Late")]}, lacking)
    assert found.skills["Sales"].wrap_up == 120_000
    assert found.tags == ("Late", "VIP")
    assert (found.agents["005A"].device, found.agents["005A"].country) == ("", "US")
    for name in lacking:
        assert any(name in note for note in found.ignored), name


def test_a_standard_field_that_is_missing_is_a_fault() -> None:
    with pytest.raises(Refused):
        read({}, ("TimeZoneSidKey",))


def test_skills() -> None:
    rows = [
        skill("Billing", Disposition_Required__c=True, Recording__c="always", Wrap_Up_Seconds__c=None),
        skill(
            "Sales",
            Inbound_Numbers__c="+14155550102, +31 20 123 4567",
            Outbound__c=True,
            Caller_Id__c="+1 415 555 0102",
        ),
        skill("Support_EN", Wrap_Up_Seconds__c=0.0, Recording__c=None),
    ]
    found = read({"Phone_Skill__mdt": rows})
    assert found.skills["Billing"] == Skill("Billing", "Billing", (), False, "", None, True, RecordingMode.ALWAYS)
    assert found.skills["Sales"].numbers == ("+14155550102", "+31201234567")
    assert found.skills["Sales"].caller_id == "+14155550102"
    assert (found.skills["Support_EN"].wrap_up, found.skills["Support_EN"].name) == (0, "Support EN")
    assert found.agents["005A"].skills == {}
    assert found.ignored == ()


def test_bad_values_of_a_skill_are_noted_and_left_out() -> None:
    rows = [
        skill(
            "A", Inbound_Numbers__c="+14155550101,415 555 0102,,+14155550103", Wrap_Up_Seconds__c=-5.0, Caller_Id__c="x"
        ),
        skill("B", Inbound_Numbers__c="+14155550101", Recording__c="sometimes"),
    ]
    found = read({"Phone_Skill__mdt": rows})
    assert found.skills["A"].numbers == ("+14155550101", "+14155550103")
    assert (found.skills["A"].wrap_up, found.skills["A"].caller_id) == (120_000, "")
    assert (found.skills["B"].numbers, found.skills["B"].recording) == ((), RecordingMode.ON_DEMAND)
    assert [note.split(" ")[:3] for note in found.ignored] == [
        ["Phone_Skill__mdt", "A:", "Inbound_Numbers__c"],
        ["Phone_Skill__mdt", "A:", "Caller_Id__c"],
        ["Phone_Skill__mdt", "A:", "Wrap_Up_Seconds__c"],
        ["Phone_Skill__mdt", "B:", "Inbound_Numbers__c"],
        ["Phone_Skill__mdt", "B:", "Recording__c"],
    ]


def test_dispositions_in_order_and_those_of_unknown_skills_left_out() -> None:
    rows = [
        choice("Zulu", None, Skills__c=None),
        choice("Resolved", 2.0, Skills__c="Sales, Gone"),
        choice("Answered", 1.0, Skills__c=""),
        choice("Lost", 3.0, Skills__c="Gone"),
    ]
    found = read({"Phone_Skill__mdt": [skill("Sales")], "Phone_Disposition__mdt": rows})
    assert found.dispositions == (Disposition("Answered"), Disposition("Resolved", ("Sales",)), Disposition("Zulu"))
    assert found.ignored == (
        "Phone_Disposition__mdt Resolved: Skills__c: 'Gone' is no skill",
        "Phone_Disposition__mdt Lost: Skills__c: 'Gone' is no skill",
        "Phone_Disposition__mdt Lost: is left out: none of its skills exists",
    )


def test_tags_and_reasons_in_order_each_once() -> None:
    rows: dict[str, list[Row]] = {"Phone_Tag__mdt": [choice("VIP", 2.0), choice("Refund", 1.0), choice("VIP", 3.0)],
            "Phone_Reason__mdt": [choice("Pauze", 1.0)]}  # fmt: skip
    found = read(rows)
    assert (found.tags, found.reasons) == (("Refund", "VIP"), ("Pauze",))


def test_settings() -> None:
    rows = [
        setting("Subject_Template", "{direction} call with {who}"),
        setting("Status_Completed", "Done"),
        setting("Status_Open", "Open"),
        setting("Priority", "High"),
        setting("Ring_Seconds", " 30 "),
        setting("Ask_Seconds", "4"),
        setting("Dial_Seconds", "60"),
        setting("Default_Skill", "Sales"),
    ]
    found = read({"Phone_Setting__mdt": rows, "Phone_Skill__mdt": [skill("Sales")]})
    assert found.settings == Settings(
        "{direction} call with {who}", "Done", "Open", "High", 30_000, 4_000, 60_000, "Sales"
    )
    assert found.ignored == ()


@pytest.mark.parametrize(
    "key,value,words",
    [
        ("Subject_Template", "{name} called", "{name} is not known; known are"),
        ("Subject_Template", None, "it is empty"),
        ("Status_Open", " ", "it is empty"),
        ("Ring_Seconds", "soon", "whole seconds from 5 to 300"),
        ("Ring_Seconds", "2", "whole seconds from 5 to 300"),
        ("Ring_Seconds", "20.5", "whole seconds from 5 to 300"),
        ("Default_Skill", "Gone", "is no skill; known are Sales"),
        ("Ring_Tone", "x", "is not known; known are Ask_Seconds"),
    ],
)
def test_a_setting_that_cannot_be_used_is_noted_and_the_default_stays(key: str, value: str | None, words: str) -> None:
    found = read({"Phone_Setting__mdt": [setting(key, value)], "Phone_Skill__mdt": [skill("Sales")]})
    assert found.settings == Settings()
    (note,) = found.ignored
    assert note.startswith(f"Phone_Setting__mdt {key}: ")
    assert words in note


def test_agents_are_active_holders_of_the_permission_and_know_their_skills() -> None:
    levels: list[Row] = [
        {"Name": "AS-1", "User__c": "005A", "Skill__c": "Sales", "Proficiency__c": 8.0},
        {"Name": "AS-2", "User__c": "005B", "Skill__c": "Sales", "Proficiency__c": None},
        {"Name": "AS-3", "User__c": "005A", "Skill__c": "Gone", "Proficiency__c": 5.0},
        {"Name": "AS-4", "User__c": "005A", "Skill__c": "Support", "Proficiency__c": 11.0},
        {"Name": "AS-5", "User__c": "005Z", "Skill__c": "Gone", "Proficiency__c": 1.0},
    ]
    other = {**SAM, "Id": "005C", "Name": "No Agent", "Phone_Device__c": "2041"}
    found = read(
        {
            "User": [JONAS, SAM, other],
            "PermissionSetAssignment": [
                holder(SAM),
                holder(JONAS),
                holder(JONAS, "Phone_Panel_Supervisor"),
                holder(other, "Phone_Panel_Supervisor"),
            ],
            "Phone_Skill__mdt": [skill("Sales"), skill("Support")],
            "Phone_Agent_Skill__c": levels,
        }
    )
    assert set(found.agents) == {"005A", "005B"}
    sam, jonas = found.agents["005A"], found.agents["005B"]
    assert (sam.skills, jonas.skills) == ({"Sales": 8, "Support": 10}, {"Sales": 5})
    assert (sam.supervisor, jonas.supervisor) == (False, True)
    assert (jonas.country, jonas.language, jonas.time_zone, jonas.device) == ("NL", "nl_NL", "Europe/Amsterdam", "2042")
    assert found.ignored == (
        "Phone_Agent_Skill__c AS-3: Skill__c 'Gone' is no skill",
        "Phone_Agent_Skill__c AS-4: Proficiency__c 11 is not between 1 and 10",
    )


def test_a_device_belongs_to_one_agent() -> None:
    twin = {**SAM, "Id": "005D", "Name": "Sam Twin"}
    quiet = {**SAM, "Id": "005E", "Name": "No Phone", "Phone_Device__c": " "}
    found = read({"User": [SAM, twin, quiet], "PermissionSetAssignment": [holder(SAM), holder(twin), holder(quiet)]})
    assert [agent.device for agent in found.agents.values()] == ["2041", "", ""]
    assert found.ignored == (
        "User Sam Twin: Phone_Device__c 2041 belongs to Sam Rivera already",
        "User No Phone: has no Phone_Device__c: no phone can be rung for this agent",
    )


def test_the_version_changes_with_the_contents_only() -> None:
    one, same, other = read({}), read({}), read({"Phone_Tag__mdt": [choice("VIP", 1.0)]})
    assert one.version == same.version != other.version
    assert one.version != 0
