"""The directory out of configurations as people make them: absent, half deployed, wrong."""

import re
from typing import Any

import pytest
from msgspec import structs

from connector.domain.address import CivicAddress
from connector.domain.directory import (
    DEFAULT_SKILL,
    EMERGENCY,
    Directory,
    Disposition,
    EmergencyRoute,
    Entry,
    Opening,
    PopMoment,
    PopRule,
    RecordingMode,
    Settings,
    Skill,
    Tag,
    TaskForm,
)
from connector.salesforce.directory import read_directory
from connector.salesforce.faults import Refused

Row = dict[str, Any]

SAM = {"Id": "005A", "Name": "Sam Rivera", "TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "en_US",
       "LocaleSidKey": "en_US", "Phone_Device__c": "2041", "Phone_Country__c": "US", "Phone_Direct_Number__c": None,
       "Phone_Address_Verified__c": False, "Phone_Transcript__c": False,
       **{f"Phone_Address_{part}__c": None for part in (*["Name", "Number", "Street", "Building", "Floor"],
                                                        *["Room", "Postal_Code", "City", "State"])}}  # fmt: skip
JONAS = {**SAM, "Id": "005B", "Name": "Jonas Weber", "LocaleSidKey": "nl_NL", "Phone_Device__c": "2042",
         "Phone_Country__c": None, "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "Europe/Amsterdam"}  # fmt: skip


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


TASK_FORM = ("Task_Record_Type__c", "Task_Status__c", "Task_Open_Status__c", "Task_Priority__c", "Task_Type__c",
             "Task_Subject__c")  # fmt: skip


def skill(name: str, **fields: object) -> Row:
    return {"DeveloperName": name, "MasterLabel": name.replace("_", " "), "Inbound_Numbers__c": None,
            "Outbound__c": False, "Caller_Id__c": None, "Wrap_Up_Seconds__c": 120.0, "Disposition_Required__c": False,
            "Recording__c": "on_demand", "Priority__c": None, "Wrap_Up_Extension_Seconds__c": None,
            "Longest_Queue__c": None, "Hours__c": None, "Time_Zone__c": None, "Consent__c": None, "Language__c": None,
            "Pop_When__c": None, "Pop_One__c": None, "Pop_Many__c": None, "Pop_None__c": None, "Pop_Fields__c": None,
            **dict.fromkeys(TASK_FORM), **fields}  # fmt: skip


def users(*rows: Row) -> dict[str, list[Row]]:
    return {"User": list(rows), "PermissionSetAssignment": [holder(user) for user in rows]}


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
    assert (found.entries, found.emergency) == ((), EMERGENCY)
    assert found.ignored == ()


def test_objects_without_rows_are_as_absent_ones_but_known_to_be_there() -> None:
    names = ("Skill", "Disposition", "Tag", "Reason", "Setting", "Emergency_Route")
    empty: dict[str, list[Row]] = {f"Phone_{name}__mdt": [] for name in names}
    there, absent = read({**empty, "Phone_Agent_Skill__c": [], "Phone_Address_Book_Entry__c": []}), read({})
    assert structs.replace(there, present=(), absent=(), version=0) == structs.replace(
        absent, present=(), absent=(), version=0
    )
    assert set(absent.absent) - set(there.absent) == {*empty, "Phone_Agent_Skill__c", "Phone_Address_Book_Entry__c"}
    assert {*empty, "Phone_Skill__mdt.Inbound_Numbers__c", "Phone_Setting__mdt.Value__c"} <= set(there.present)


def test_a_field_that_cannot_be_read_any_more_is_lost() -> None:
    before = read({"Phone_Skill__mdt": [skill("Support_EN")]})
    after = read({"Phone_Skill__mdt": [skill("Support_EN")]}, lacking=("Inbound_Numbers__c", "Phone_Device__c"))
    assert after.lost(before) == ("Phone_Skill__mdt.Inbound_Numbers__c", "User.Phone_Device__c")
    assert read({}).lost(before) == ("Phone_Skill__mdt",)
    assert (before.lost(after), before.lost(before), before.lost(Directory())) == ((), (), ())


def test_fields_that_are_not_deployed_are_noted_and_their_defaults_used() -> None:
    lacking = (
        *("Priority__c", "Wrap_Up_Extension_Seconds__c", "Longest_Queue__c", "Hours__c", "Time_Zone__c", "Consent__c"),
        *("Language__c", "Phone_Transcript__c"),
        *("Pop_When__c", "Pop_One__c", "Pop_Many__c", "Pop_None__c", "Pop_Fields__c"),
        *("Phone_Direct_Number__c", "Phone_Address_Street__c", "Phone_Address_Verified__c"),
        *("Phone_Device__c", "Phone_Country__c", "Recording__c", "Wrap_Up_Seconds__c", "Sort_Order__c"),
        "Skills__c",
    )
    found = read({"Phone_Skill__mdt": [skill("Sales")], "Phone_Tag__mdt": [choice("VIP"), choice("Late")]}, lacking)
    assert found.skills["Sales"].wrap_up == 120_000
    assert found.skills["Sales"] == Skill("Sales", "Sales")
    assert found.tags == (Tag("Late"), Tag("VIP"))
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
        skill("Support_EN", Wrap_Up_Seconds__c=0.0, Recording__c=None, Consent__c=" recorded "),
    ]
    found = read({"Phone_Skill__mdt": rows})
    assert found.skills["Billing"] == Skill("Billing", "Billing", (), False, "", None, True, RecordingMode.ALWAYS)
    assert found.skills["Sales"].numbers == ("+14155550102", "+31201234567")
    assert found.skills["Sales"].caller_id == "+14155550102"
    assert (found.skills["Support_EN"].wrap_up, found.skills["Support_EN"].name) == (0, "Support EN")
    assert [found.skills[name].consent for name in ("Billing", "Sales", "Support_EN")] == ["", "", "recorded"]
    assert found.agents["005A"].skills == {}
    assert found.ignored == ()


def test_a_skill_may_open_other_things_than_the_settings_say() -> None:
    rows = [
        skill("A", Pop_When__c="never", Pop_One__c="layout", Pop_Many__c="Search", Pop_None__c="new Repair__c"),
        skill("B", Pop_One__c="record", Pop_Fields__c="Subject=Call of {number}"),
        skill("C", Pop_Fields__c="nothing", Pop_Many__c="record", Pop_When__c="soon"),
    ]
    found = read({"Phone_Skill__mdt": rows})
    a, b, c = (found.skills[name] for name in "ABC")
    assert (a.pop_when, a.pop_one, a.pop_many) == (PopMoment.NEVER, PopRule("layout"), PopRule("search"))
    assert (a.pop_none, a.pop_fields) == (PopRule("new", "Repair__c"), None)
    assert (b.pop_when, b.pop_one, b.pop_many, b.pop_none) == (None, PopRule("record"), None, None)
    assert b.pop_fields == (("Subject", "Call of {number}"),)
    assert (c.pop_fields, c.pop_many, c.pop_when) == ((), None, None)
    when, many = found.ignored
    assert when.startswith("Phone_Skill__mdt C: Pop_When__c 'soon' is left out, so that the setting counts: ")
    assert when.endswith("give one of offer, answer, never")
    assert many.startswith("Phone_Skill__mdt C: Pop_Many__c 'record' is left out, so that the setting counts: ")
    assert many.endswith("give search, layout, nothing, flow and its name, or new and the name of an object")


def test_the_language_of_a_skill_is_written_as_recognizers_name_it() -> None:
    texts = {"A": "en_US", "B": " nl ", "C": "zh-Hans-CN", "D": None, "E": "English (US)"}
    found = read({"Phone_Skill__mdt": [skill(name, Language__c=text) for name, text in texts.items()]})
    assert [found.skills[name].language for name in texts] == ["en-US", "nl", "zh-Hans-CN", "", ""]
    assert found.ignored == ("Phone_Skill__mdt E: Language__c 'English (US)' is left out: write it like en-US",)


def test_a_transcript_is_off_until_the_org_has_it_and_the_agent_may_read_it() -> None:
    nothing = read(users(SAM, {**JONAS, "Phone_Transcript__c": True}))
    assert nothing.settings.transcript == ""
    assert [agent.transcript for agent in nothing.agents.values()] == [False, True]
    for said, sides in {"off": "", "customer": "customer", "AGENT": "agent", "both": "both"}.items():
        assert read({"Phone_Setting__mdt": [setting("Transcript", said)]}).settings.transcript == sides


def test_which_records_a_task_may_be_saved_without() -> None:
    assert read({}).settings.drop_links == ""
    for said, policy in {"never": "", "Deleted": "deleted", "unseen": "unseen"}.items():
        assert read({"Phone_Setting__mdt": [setting("Drop_Links", said)]}).settings.drop_links == policy


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


def disposition(label: str, order: float | None, skills: str | None, result: str | None = None) -> Row:
    return choice(label, order, Skills__c=skills, Call_Result__c=result)


def test_dispositions_in_order_and_those_of_unknown_skills_left_out() -> None:
    rows = [
        disposition("Zulu", None, None),
        disposition("Resolved", 2.0, "Sales, Gone"),
        disposition("Answered", 1.0, ""),
        disposition("Lost", 3.0, "Gone"),
    ]
    found = read({"Phone_Skill__mdt": [skill("Sales")], "Phone_Disposition__mdt": rows})
    assert found.dispositions == (Disposition("Answered"), Disposition("Resolved", ("Sales",)), Disposition("Zulu"))
    assert found.ignored == (
        "Phone_Disposition__mdt Resolved: Skills__c: 'Gone' is no skill",
        "Phone_Disposition__mdt Lost: Skills__c: 'Gone' is no skill",
        "Phone_Disposition__mdt Lost: is left out: none of its skills exists",
    )


def test_a_disposition_may_have_another_word_in_sales_engagement() -> None:
    rows = [disposition("Answered", 1.0, None, " Connect "), disposition("Busy", 2.0, None)]
    found = read({"Phone_Disposition__mdt": rows})
    assert found.dispositions == (Disposition("Answered", (), "Connect"), Disposition("Busy"))
    assert found.call_result("Default", "Answered") == "Connect"


def test_tags_and_reasons_in_order_each_once() -> None:
    tags = [choice("VIP", 2.0, Skills__c=None), choice("Refund", 1.0, Skills__c=""), choice("VIP", 3.0, Skills__c=None)]
    found = read({"Phone_Tag__mdt": tags, "Phone_Reason__mdt": [choice("Pauze", 1.0)]})
    assert (found.tags, found.reasons) == ((Tag("Refund"), Tag("VIP")), ("Pauze",))


def test_tags_belong_to_skills_and_those_of_unknown_skills_are_left_out() -> None:
    rows = [
        choice("Any", 1.0, Skills__c=None),
        choice("Deal", 2.0, Skills__c="Sales,Gone"),
        choice("Deal", 3.0, Skills__c="Billing"),
        choice("Lost", 4.0, Skills__c="Gone"),
        choice("Wide", 5.0, Skills__c="Sales"),
        choice("Wide", 6.0, Skills__c=None),
    ]
    found = read({"Phone_Skill__mdt": [skill("Sales"), skill("Billing")], "Phone_Tag__mdt": rows})
    assert found.tags == (Tag("Any"), Tag("Deal", ("Sales", "Billing")), Tag("Wide"))
    assert (found.tags_of("Sales"), found.tags_of("Other")) == (("Any", "Deal", "Wide"), ("Any", "Wide"))
    assert found.ignored == (
        "Phone_Tag__mdt Deal: Skills__c: 'Gone' is no skill",
        "Phone_Tag__mdt Lost: Skills__c: 'Gone' is no skill",
        "Phone_Tag__mdt Lost: is left out: none of its skills exists",
    )


def test_settings() -> None:
    rows = [
        setting("Subject_Template", "{direction} call with {who}"),
        setting("Status_Completed", "Done"),
        setting("Status_Open", "Open"),
        setting("Priority", "High"),
        setting("Task_Type", "Call"),
        setting("Task_Record_Type", "Service_Call"),
        setting("Ring_Seconds", " 30 "),
        setting("Ask_Seconds", "4"),
        setting("Dial_Seconds", "60"),
        setting("Default_Skill", "Sales"),
        setting("Click_To_Dial", "no"),
        setting("Blind_Transfer", "Yes"),
        setting("Transfer_Notes", "false"),
        setting("Most_Parties", "4"),
        setting("Unattended_Minutes", "30"),
        setting("No_Panel_Seconds", "45"),
        setting("Mask_Reminder_Seconds", "90"),
        setting("Callback_Attempts", "5"),
        setting("Callback_Interval_Minutes", "10"),
        setting("Outside_Prefix", "9"),
        setting("Emergency_Record", "true"),
        setting("Emergency_Callback_Minutes", "120"),
        setting("Emergency_Number", "+1 415 555 0109"),
        setting("Consent_Seconds", "12"),
        setting("Transcript", "Both"),
        setting("Pop_When", "Answer"),
        setting("Pop_One", "flow Who_Calls"),
        setting("Pop_Many", "search"),
        setting("Pop_None", "new: Lead"),
        setting("Pop_Fields", "Phone={number}; LeadSource=Phone Inquiry;"),
        setting("Pop_Outbound", "yes"),
        setting("Connector_Address", "https://phone.acme.example"),
        setting("Certificate", "Phone_Panel_Session"),
    ]
    found = read({"Phone_Setting__mdt": rows, "Phone_Skill__mdt": [skill("Sales")]})
    assert found.settings == Settings(
        *("{direction} call with {who}", "Done", "Open", "High"),
        task_type="Call",
        record_type="Service_Call",
        ring=30_000,
        ask=4_000,
        dial=60_000,
        default_skill="Sales",
        click_to_dial=False,
        blind_transfer=True,
        transfer_notes=False,
        most_parties=4,
        unattended=1_800_000,
        no_panel=45_000,
        mask_reminder=90_000,
        callback_attempts=5,
        callback_interval=600_000,
        outside_prefix="9",
        emergency_record=True,
        emergency_callback=7_200_000,
        emergency_number="+14155550109",
        consent=12_000,
        transcript="both",
        pop_when=PopMoment.ANSWER,
        pop_one=PopRule("flow", "Who_Calls"),
        pop_many=PopRule("search"),
        pop_none=PopRule("new", "Lead"),
        pop_fields=(("Phone", "{number}"), ("LeadSource", "Phone Inquiry")),
        pop_outbound=True,
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
        ("Blind_Transfer", "perhaps", "give yes or no"),
        ("Most_Parties", "2", "whole parties from 3 to 20"),
        ("Unattended_Minutes", "0", "whole minutes from 1 to 1440"),
        ("Callback_Attempts", "\u00b2", "whole attempts from 1 to 20"),
        ("Outside_Prefix", "nine", "up to eight digits, * or #"),
        ("Emergency_Number", "555 0109", "country code"),
        ("Pop_When", "later", "give one of offer, answer, never"),
        ("Pop_Many", "record", "give search, layout, nothing, flow and its name, or new and the name of an object"),
        ("Pop_One", "a window", "give record, search, layout, nothing, flow"),
        ("Pop_One", "record 003x", "give record, search, layout"),
        ("Pop_None", "flow", "after 'flow' give the API name of a screen flow"),
        ("Pop_None", "new 1st", "after 'new' give the API name of an object"),
        ("Pop_None", "", "give search, layout"),
        ("Pop_Fields", "Phone", "is no field with its value; write fields as Phone={number}"),
        ("Pop_Fields", "Phone={tel}", "{tel} is not known; known are contact_key, line, name, number, skill"),
        ("Pop_Fields", "Phone={number!r}", "{number} is not known"),
        ("Pop_Fields", "Phone={number", "Phone={number"),
        ("Transcript", "everybody", "give off, customer, agent or both"),
        ("Drop_Links", "always", "give never, deleted or unseen"),
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
    assert (jonas.country, jonas.language, jonas.locale) == ("NL", "en_US", "nl_NL")
    assert (jonas.time_zone, jonas.device) == ("Europe/Amsterdam", "2042")
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
    one, same, other = read({}), read({}), read({"Phone_Tag__mdt": [choice("VIP", 1.0, Skills__c=None)]})
    assert one.version == same.version != other.version
    assert one.version != 0


def test_how_a_skill_queues_and_when_it_is_open() -> None:
    hours = {"Hours__c": "Sa 10:00-14:00", "Time_Zone__c": "Europe/Amsterdam"}
    row = skill("Sales", Priority__c=2.0, Wrap_Up_Extension_Seconds__c=60.0, Longest_Queue__c=25.0, **hours)
    found = read({"Phone_Skill__mdt": [row]})
    sales = found.skills["Sales"]
    assert (sales.priority, sales.extension, sales.longest_queue) == (2, 60_000, 25)
    assert (sales.hours, sales.time_zone) == ((Opening(5, 600, 840),), "Europe/Amsterdam")
    assert found.ignored == ()


@pytest.mark.parametrize(
    "fields,words",
    [
        ({"Priority__c": 11.0}, "Priority__c 11 is left out: give a whole number from 1 to 10, or nothing"),
        ({"Priority__c": 2.5}, "Priority__c 2.5 is left out"),
        ({"Longest_Queue__c": 0.0}, "Longest_Queue__c 0 is left out: give a whole number from 1"),
        ({"Wrap_Up_Extension_Seconds__c": -1.0}, "Wrap_Up_Extension_Seconds__c -1 is left out"),
        ({"Hours__c": "office hours", "Time_Zone__c": "UTC"}, "always open: 'office hours' is not written like"),
        ({"Hours__c": "Mo 09:00-17:00", "Time_Zone__c": "Mars/Base"}, "always open: Time_Zone__c 'Mars/Base'"),
        ({"Hours__c": "Mo 09:00-17:00", "Time_Zone__c": "Europe"}, "always open: Time_Zone__c 'Europe' is not known"),
    ],
)
def test_what_cannot_be_used_of_a_skills_queue_is_noted(fields: Row, words: str) -> None:
    found = read({"Phone_Skill__mdt": [skill("Sales", **fields)]})
    assert found.skills["Sales"] == Skill("Sales", "Sales")
    (note,) = found.ignored
    assert note.startswith("Phone_Skill__mdt Sales: ")
    assert words in note


def test_hours_without_a_time_zone_are_read_as_utc_and_that_is_told() -> None:
    found = read({"Phone_Skill__mdt": [skill("Sales", Hours__c="Mo 09:00-17:00")]})
    assert (found.skills["Sales"].hours, found.skills["Sales"].time_zone) == ((Opening(0, 540, 1020),), "UTC")
    assert found.ignored == ("Phone_Skill__mdt Sales: Time_Zone__c is blank; Hours__c are read as UTC",)


STREET: Row = {
    "Phone_Address_Number__c": "1",
    "Phone_Address_Street__c": " Market\r\nSt\x07 ",
    "Phone_Address_Floor__c": "4",
    "Phone_Address_City__c": "San Francisco",
    "Phone_Address_State__c": "CA",
    "Phone_Address_Postal_Code__c": "94105",
    "Phone_Address_Verified__c": True,
}


def test_how_an_agent_is_reached_and_where_they_are() -> None:
    sam = {**SAM, **STREET, "Phone_Direct_Number__c": "(415) 555-0161"}
    found = read(users(sam, {**JONAS, "Phone_Direct_Number__c": "020 555 0142"}))
    reached = {agent.name: agent for agent in found.agents.values()}
    place = CivicAddress("US", "CA", "San Francisco", "Market St", "1", floor="4", postal_code="94105")
    assert reached["Sam Rivera"].direct_number == "+14155550161"
    assert (reached["Sam Rivera"].address, reached["Sam Rivera"].address_verified) == (place, True)
    assert (reached["Jonas Weber"].direct_number, reached["Jonas Weber"].address) == ("+31205550142", None)
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"Phone_Address_Number__c": " "}, ["Phone_Address_Number__c is blank"]),
        ({"Phone_Address_State__c": None, "Phone_Address_Postal_Code__c": "9410"},
         ["Phone_Address_State__c is blank", "Phone_Address_Postal_Code__c '9410' is no postal code there"]),
        (dict.fromkeys(STREET, None) | {"Phone_Address_Verified__c": True}, ["Phone_Address_Street__c is blank"]),
    ],
)  # fmt: skip
def test_an_address_that_help_cannot_find_is_not_sent(changes: Row, faults: list[str]) -> None:
    found = read(users({**SAM, **STREET, **changes}))
    assert not found.agents["005A"].address_verified
    end = ": the address is not sent with emergency calls"
    assert found.ignored == tuple(f"User Sam Rivera: {fault}{end}" for fault in faults)


def test_an_address_of_which_nobody_made_sure_is_not_judged() -> None:
    found = read(users({**SAM, "Phone_Address_Street__c": "Market St"}))
    assert found.agents["005A"].address == CivicAddress("US", street="Market St")
    assert (found.agents["005A"].address_verified, found.ignored) == (False, ())


def test_a_direct_number_belongs_to_one_agent_and_to_no_skill() -> None:
    sam = {**SAM, "Phone_Direct_Number__c": "415 555 0161"}
    twin = {**SAM, "Id": "005D", "Name": "Twin", "Phone_Device__c": "1", "Phone_Direct_Number__c": "+14155550161"}
    line = {**SAM, "Id": "005E", "Name": "Line", "Phone_Device__c": "2", "Phone_Direct_Number__c": "+14155550102"}
    bad = {**SAM, "Id": "005F", "Name": "Bad", "Phone_Device__c": "3", "Phone_Direct_Number__c": "desk"}
    found = read(
        {**users(sam, twin, line, bad), "Phone_Skill__mdt": [skill("Sales", Inbound_Numbers__c="+14155550102")]}
    )
    assert [agent.direct_number for agent in found.agents.values()] == ["+14155550161", "", "", ""]
    assert [note.partition("Phone_Direct_Number__c ")[2] for note in found.ignored] == [
        "+14155550161 belongs to Sam Rivera already",
        "+14155550102 belongs to the skill Sales already",
        "'desk' is left out: 'desk' is not a telephone number. Write it as +, country code, number.",
    ]


def entry(name: str, number: str | None, detail: str | None = None) -> Row:
    return {"Id": f"a01{name}", "Name": name, "Number__c": number, "Detail__c": detail}


def test_the_address_book() -> None:
    rows = [
        entry("Legal", "(415) 555-0182", " Rarely answers "),
        entry("Desk", "2041"),
        entry("Abroad", "+31 20 555 0179"),
        entry("Nobody", None),
        entry("Help", "911"),
    ]
    found = read({"Phone_Address_Book_Entry__c": rows})
    assert found.entries == (
        Entry("a01Legal", "Legal", "+14155550182", "Rarely answers"),
        Entry("a01Desk", "Desk", "2041"),
        Entry("a01Abroad", "Abroad", "+31205550179"),
    )
    assert found.entry("a01Desk") == found.entries[1]
    assert [note.partition(": ")[0] for note in found.ignored] == [
        "Phone_Address_Book_Entry__c Nobody",
        "Phone_Address_Book_Entry__c Help",
    ]


def test_where_agents_are_in_several_countries_an_entry_needs_its_country_code() -> None:
    rows = [entry("Legal", "(415) 555-0182"), entry("Carrier", "+1 800 555 0175")]
    found = read({**users(SAM, JONAS), "Phone_Address_Book_Entry__c": rows})
    assert [entry.name for entry in found.entries] == ["Carrier"]
    (note,) = found.ignored
    assert "'(415) 555-0182' is left out" in note


def route(name: str, country: str | None = "GB", numbers: str | None = "999, 112", **fields: object) -> Row:
    return {"DeveloperName": name, "Country__c": country, "Numbers__c": numbers, "Test_Numbers__c": None,
            "Prefixes__c": None, "Local_Route__c": "trunk-local", "National_Route__c": "trunk-national",
            **fields}  # fmt: skip


def test_emergency_routes_of_other_countries() -> None:
    rows = [
        route("UK", Test_Numbers__c="997,999", Prefixes__c="9,0"),
        route("NL", "nl", "112", National_Route__c=" "),
        route("BE", "BE", "112", Local_Route__c=None),
    ]
    found = read({"Phone_Emergency_Route__mdt": rows})
    assert found.emergency == (
        EmergencyRoute("GB", ("999", "112"), ("997",), ("9", "0"), "trunk-local", "trunk-national"),
        EmergencyRoute("NL", ("112",), (), (), "trunk-local", "trunk-local"),
        EmergencyRoute("BE", ("112",), (), (), "trunk-national", "trunk-national"),
    )
    assert found.ignored == ()


@pytest.mark.parametrize(
    "row,words",
    [
        (route("X", "United Kingdom"), "is left out: Country__c 'UNITED KINGDOM' is not a country's two letters"),
        (route("X", None), "is left out: Country__c ''"),
        (route("X", numbers=None), "is left out: Numbers__c has no number"),
        (route("X", Local_Route__c=None, National_Route__c=None), "is left out: it has neither"),
    ],
)
def test_an_emergency_route_that_cannot_be_used_is_noted_and_the_built_in_one_stays(row: Row, words: str) -> None:
    found = read({"Phone_Emergency_Route__mdt": [row]})
    assert found.emergency == EMERGENCY
    (note,) = found.ignored
    assert note.startswith(f"Phone_Emergency_Route__mdt X: {words}")


def test_of_a_route_what_is_no_number_is_left_out_and_a_country_has_one_route() -> None:
    rows = [route("UK", numbers="nine,999"), route("Again", numbers="112")]
    found = read({"Phone_Emergency_Route__mdt": rows})
    assert [made.numbers for made in found.emergency] == [("999",)]
    assert found.ignored == (
        "Phone_Emergency_Route__mdt UK: Numbers__c 'nine' is left out: give one to six digits",
        "Phone_Emergency_Route__mdt Again: is left out: GB has a route already",
    )


def test_what_kind_of_task_the_contacts_of_a_skill_get() -> None:
    said = ("Service_Call", "Done", "Open", " High ", "Call", "{who}: {disposition}")
    found = read({"Phone_Skill__mdt": [skill("Sales", **dict(zip(TASK_FORM, said, strict=True))), skill("Other")]})
    assert found.skills["Sales"].task == TaskForm(*(text.strip() for text in said))
    assert found.skills["Other"].task == TaskForm()
    assert found.ignored == ()


def test_a_subject_of_a_skill_that_cannot_be_filled_is_left_out() -> None:
    found = read({"Phone_Skill__mdt": [skill("Sales", Task_Subject__c="Call of {caller}", Task_Type__c="Call")]})
    assert found.skills["Sales"].task == TaskForm(type="Call")
    (note,) = found.ignored
    assert note.startswith("Phone_Skill__mdt Sales: Task_Subject__c is left out: {caller} is not known; known are")
