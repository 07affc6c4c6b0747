"""What the directory is made of: the rows of the org's configuration, read with as few requests as can be."""
# ruff: noqa: S608 - the names in these queries are constants

import re
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from connector.domain import numbers
from connector.errors import BadInput
from connector.salesforce.client import Json, SalesforceClient
from connector.salesforce.faults import Refused

AGENT_PERMISSION: Final = "Phone_Panel_Agent"
SUPERVISOR_PERMISSION: Final = "Phone_Panel_Supervisor"

_NAMES = ("DeveloperName", "MasterLabel")
_SKILL_FIELDS = (
    *("Inbound_Numbers__c", "Outbound__c", "Caller_Id__c", "Wrap_Up_Seconds__c"),
    *("Disposition_Required__c", "Recording__c", "Priority__c", "Wrap_Up_Extension_Seconds__c"),
    *("Task_Record_Type__c", "Task_Status__c", "Task_Open_Status__c", "Task_Priority__c", "Task_Type__c"),
    "Task_Subject__c",
    *("Longest_Queue__c", "Hours__c", "Time_Zone__c", "Consent__c", "Language__c"),
    *("Pop_When__c", "Pop_One__c", "Pop_Many__c", "Pop_None__c", "Pop_Fields__c"),
)
_USER_FIELDS = (
    *("Id", "Name", "TimeZoneSidKey", "LanguageLocaleKey", "LocaleSidKey"),
    *("Phone_Device__c", "Phone_Country__c", "Phone_Direct_Number__c", "Phone_Transcript__c"),
    *("Phone_Address_Name__c", "Phone_Address_Number__c", "Phone_Address_Street__c", "Phone_Address_Building__c"),
    *("Phone_Address_Floor__c", "Phone_Address_Room__c", "Phone_Address_Postal_Code__c", "Phone_Address_City__c"),
    *("Phone_Address_State__c", "Phone_Address_Verified__c"),
)
_ROUTE_FIELDS = (
    *("DeveloperName", "Country__c", "Numbers__c", "Test_Numbers__c", "Prefixes__c"),
    *("Local_Route__c", "National_Route__c"),
)
_TASK_FIELDS = ("DeveloperName", "Value__c", "Field__c")
_PATTERN_FIELDS = ("Pattern__c", "Action__c", "Result__c", "Skills__c", "Sort_Order__c")
_NUMBER_FIELDS = ("DeveloperName", "Object__c", "Field__c", "Country_Field__c")
_NO_SUCH_FIELD = re.compile(r"No such column '(?P<name>[\w.]+)'")


class _Table(Struct):
    """What is read of one object: its rows, once they are there, and the fields that it turned out to lack."""

    sobject: str
    fields: list[str]
    tail: str = ""
    rows: list[Json] | None = None
    lacking: list[str] = []
    absent: bool = False

    @property
    def soql(self) -> str:
        return f"SELECT {', '.join(self.fields)} FROM {self.sobject} {self.tail}".rstrip()

    def take(self, answer: list[Json] | Refused) -> None:
        """Takes the rows; none if the org does not have the object; a field that it lacks is not asked for again."""
        if not isinstance(answer, Refused):
            self.rows = answer
            return
        if answer.code == "INVALID_TYPE" and self.sobject.endswith(("__mdt", "__c")):
            self.rows, self.absent = [], True
            return
        missing = _NO_SUCH_FIELD.search(str(answer))
        if missing is None or missing["name"] not in self.fields or not missing["name"].endswith("__c"):
            raise answer
        self.fields.remove(missing["name"])
        self.lacking.append(missing["name"])

    def seen(self) -> list[str]:
        """The object and those of its fields of ours that could be read."""
        own = [f"{self.sobject}.{field}" for field in self.fields if field.endswith("__c")]
        return [] if self.absent else [self.sobject, *own]

    def unseen(self) -> list[str]:
        """The object, or those of its fields, that the org does not have or our user may not see."""
        return [self.sobject] if self.absent else [f"{self.sobject}.{field}" for field in self.lacking]


def all_tables() -> list[_Table]:
    """Fifteen at most, so that three requests hold them."""
    holders = f"SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name = '{AGENT_PERMISSION}'"
    permissions = f"PermissionSet.Name IN ('{AGENT_PERMISSION}', '{SUPERVISOR_PERMISSION}')"
    return [
        _Table("Phone_Skill__mdt", [*_NAMES, *_SKILL_FIELDS], "ORDER BY DeveloperName"),
        _Table("Phone_Disposition__mdt", [*_NAMES, "Sort_Order__c", "Skills__c", "Call_Result__c"]),
        _Table("Phone_Tag__mdt", [*_NAMES, "Sort_Order__c", "Skills__c"]),
        _Table("Phone_Reason__mdt", [*_NAMES, "Sort_Order__c"]),
        _Table("Phone_Setting__mdt", ["DeveloperName", "Value__c"], "ORDER BY DeveloperName"),
        _Table("User", list(_USER_FIELDS), f"WHERE IsActive = true AND Id IN ({holders}) ORDER BY Name, Id"),
        _Table("PermissionSetAssignment", ["AssigneeId", "PermissionSet.Name"], f"WHERE {permissions}"),
        _Table("Phone_Agent_Skill__c", ["Name", "User__c", "Skill__c", "Proficiency__c"], "ORDER BY Name"),
        _Table("Phone_Address_Book_Entry__c", ["Id", "Name", "Number__c", "Detail__c"], "ORDER BY Name, Id"),
        _Table("Phone_Emergency_Route__mdt", list(_ROUTE_FIELDS), "ORDER BY DeveloperName"),
        _Table("Phone_Task_Field__mdt", list(_TASK_FIELDS), "ORDER BY DeveloperName"),
        _Table("Phone_Number_Field__mdt", list(_NUMBER_FIELDS), "ORDER BY DeveloperName"),
        _Table("Phone_Number_Pattern__mdt", [*_NAMES, *_PATTERN_FIELDS]),
    ]


class Tables:
    """The rows by object, and `notes` on what of them is left out and why.

    `present` and `absent`: the objects and fields that could be read, and those that could not.
    """

    def __init__(self, tables: Sequence[_Table]) -> None:
        self.notes: list[str] = []
        self.present = tuple(sorted(name for table in tables for name in table.seen()))
        self.absent = tuple(sorted(name for table in tables for name in table.unseen()))
        self._rows = {table.sobject: table.rows or [] for table in tables}
        for table in tables:
            for field in table.lacking:
                self.note(table.sobject, "", f"has no field {field}, or our user may not see it")

    def rows(self, sobject: str) -> list[Json]:
        """The object's rows; none for one that the org does not have."""
        return self._rows[sobject]

    def in_order(self, sobject: str) -> list[Json]:
        """The rows by Sort_Order__c, those without one last, then by label."""

        def place(row: Json) -> tuple[float, str]:
            order = row.get("Sort_Order__c")
            return (float("inf") if order is None else order, row["MasterLabel"])

        return sorted(self.rows(sobject), key=place)

    def note(self, sobject: str, name: str, why: str) -> None:
        """Something of the row `name` ("": of the object) is left out."""
        self.notes.append(f"{sobject} {name}: {why}" if name else f"{sobject}: {why}")

    def skills(self, sobject: str, row: Json, known: Collection[str]) -> tuple[str, ...] | None:
        """The skills that a row is for, () for all; None after a note when it names some and there is none of them."""
        named = listed(row.get("Skills__c"))
        found = tuple(skill for skill in named if skill in known)
        for skill in (skill for skill in named if skill not in known):
            self.note(sobject, row["DeveloperName"], f"Skills__c: {skill!r} is no skill")
        if named and not found:
            self.note(sobject, row["DeveloperName"], "is left out: none of its skills exists")
            return None
        return found

    def number(self, sobject: str, name: str, field: str, text: str, country: str = "") -> str:
        """`text` in E.164, or "" after a note that it is none.  `country`: where it is written."""
        try:
            return numbers.normalise(text, country).e164
        except BadInput as error:
            self.note(sobject, name, f"{field} {text!r} is left out: {error}")
            return ""


def read_tables(client: SalesforceClient) -> Tables:
    """All rows.  Raises `CrmUnavailable`, and `Refused` when a standard object or field cannot be read."""
    tables = all_tables()
    while waiting := [table for table in tables if table.rows is None]:
        for table, answer in zip(waiting, client.queries([table.soql for table in waiting]), strict=True):
            table.take(answer)
    return Tables(tables)


def listed(text: str | None) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
