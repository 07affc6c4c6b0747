"""The directory out of the org's configuration: what is there and sound, defaults for the absent, notes on the rest.

The objects and their fields are those that the package deploys; see docs/reference for what an administrator can set.
"""
# ruff: noqa: S608 - the names in these queries are constants

import re
import zlib
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct

from connector.domain import numbers, tasks
from connector.domain.directory import DEFAULT_SKILL, Directory, Disposition, Profile, RecordingMode, Settings, Skill
from connector.errors import BadInput
from connector.salesforce.client import Json, SalesforceClient
from connector.salesforce.faults import Refused

AGENT_PERMISSION: Final = "Phone_Panel_Agent"
SUPERVISOR_PERMISSION: Final = "Phone_Panel_Supervisor"
MIDDLING: Final = 5
"""The proficiency of an agent for whom none is given."""

_NAMES = ("DeveloperName", "MasterLabel")
_SKILL_FIELDS = (
    *("Inbound_Numbers__c", "Outbound__c", "Caller_Id__c", "Wrap_Up_Seconds__c"),
    *("Disposition_Required__c", "Recording__c"),
)
_USER_FIELDS = (
    *("Id", "Name", "TimeZoneSidKey", "LanguageLocaleKey", "LocaleSidKey"),
    *("Phone_Device__c", "Phone_Country__c"),
)
_NO_SUCH_FIELD = re.compile(r"No such column '(?P<name>[\w.]+)'")


def read_directory(client: SalesforceClient) -> Directory:
    """The directory as the org has it now; its version is a sum over the contents.  Blocks.

    Raises `CrmUnavailable`, and `Refused` when even the users cannot be read.
    """
    reading = _Reading(_tables(client))
    skills = reading.skills()
    settings = reading.settings(skills)
    directory = Directory(
        agents=reading.agents(skills),
        skills=skills,
        dispositions=reading.dispositions(skills),
        tags=reading.labels("Phone_Tag__mdt", ()),
        reasons=reading.labels("Phone_Reason__mdt", Directory().reasons),
        settings=settings,
        ignored=tuple(reading.notes),
    )
    return msgspec.structs.replace(directory, version=zlib.crc32(msgspec.json.encode(directory)))


class _Table(Struct):
    """What is read of one object: its rows, once they are there, and the fields that it turned out to lack."""

    sobject: str
    fields: list[str]
    tail: str = ""
    rows: list[Json] | None = None
    lacking: list[str] = []

    @property
    def soql(self) -> str:
        return f"SELECT {', '.join(self.fields)} FROM {self.sobject} {self.tail}".rstrip()

    def take(self, answer: list[Json] | Refused) -> None:
        """Takes the rows; none if the org does not have the object; a field that it lacks is not asked for again."""
        if not isinstance(answer, Refused):
            self.rows = answer
            return
        if answer.code == "INVALID_TYPE" and self.sobject.endswith(("__mdt", "__c")):
            self.rows = []
            return
        missing = _NO_SUCH_FIELD.search(str(answer))
        if missing is None or missing["name"] not in self.fields or not missing["name"].endswith("__c"):
            raise answer
        self.fields.remove(missing["name"])
        self.lacking.append(missing["name"])


def _tables(client: SalesforceClient) -> dict[str, _Table]:
    """All that the directory is made of, read with as few requests as can be."""
    holders = f"SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name = '{AGENT_PERMISSION}'"
    permissions = f"PermissionSet.Name IN ('{AGENT_PERMISSION}', '{SUPERVISOR_PERMISSION}')"
    tables = [
        _Table("Phone_Skill__mdt", [*_NAMES, *_SKILL_FIELDS], "ORDER BY DeveloperName"),
        _Table("Phone_Disposition__mdt", [*_NAMES, "Sort_Order__c", "Skills__c"]),
        _Table("Phone_Tag__mdt", [*_NAMES, "Sort_Order__c"]),
        _Table("Phone_Reason__mdt", [*_NAMES, "Sort_Order__c"]),
        _Table("Phone_Setting__mdt", ["DeveloperName", "Value__c"], "ORDER BY DeveloperName"),
        _Table("User", list(_USER_FIELDS), f"WHERE IsActive = true AND Id IN ({holders}) ORDER BY Name, Id"),
        _Table("PermissionSetAssignment", ["AssigneeId", "PermissionSet.Name"], f"WHERE {permissions}"),
        _Table("Phone_Agent_Skill__c", ["Name", "User__c", "Skill__c", "Proficiency__c"], "ORDER BY Name"),
    ]
    while waiting := [table for table in tables if table.rows is None]:
        for table, answer in zip(waiting, client.queries([table.soql for table in waiting]), strict=True):
            table.take(answer)
    return {table.sobject: table for table in tables}


class _Reading:
    """One reading of the configuration; `notes` say what was left out and why."""

    def __init__(self, tables: dict[str, _Table]) -> None:
        self.notes: list[str] = []
        self._tables = tables
        self._unconfigured = False
        for table in tables.values():
            for field in table.lacking:
                self._note(table.sobject, "", f"has no field {field}, or our user may not see it")

    def _rows(self, sobject: str) -> list[Json]:
        return self._tables[sobject].rows or []

    def _note(self, sobject: str, name: str, why: str) -> None:
        self.notes.append(f"{sobject} {name}: {why}" if name else f"{sobject}: {why}")

    # Skills -----------------------------------------------------------------------------------------------------

    def skills(self) -> dict[str, Skill]:
        """The skills by id; a default one that every agent has when none is configured."""
        rows = self._rows("Phone_Skill__mdt")
        self._unconfigured = not rows
        if not rows:
            return {DEFAULT_SKILL: Skill(DEFAULT_SKILL, DEFAULT_SKILL, outbound=True)}
        taken: dict[str, str] = {}
        return {row["DeveloperName"]: self._skill(row, taken) for row in rows}

    def _skill(self, row: Json, taken: dict[str, str]) -> Skill:
        name = row["DeveloperName"]
        lines = []
        for text in _listed(row.get("Inbound_Numbers__c")):
            line = self._number(name, "Inbound_Numbers__c", text)
            if line in taken:
                self._note("Phone_Skill__mdt", name, f"Inbound_Numbers__c {line} belongs to {taken[line]} already")
            elif line:
                taken[line] = name
                lines.append(line)
        caller_id = row.get("Caller_Id__c") or ""
        return Skill(
            id=name,
            name=row.get("MasterLabel") or name,
            numbers=tuple(lines),
            outbound=bool(row.get("Outbound__c")),
            caller_id=self._number(name, "Caller_Id__c", caller_id) if caller_id else "",
            wrap_up=self._wrap_up(row),
            disposition_required=bool(row.get("Disposition_Required__c")),
            recording=self._recording(row),
        )

    def _number(self, skill: str, field: str, text: str) -> str:
        try:
            return numbers.normalise(text, "").e164
        except BadInput as error:
            self._note("Phone_Skill__mdt", skill, f"{field} {text!r} is left out: {error}")
            return ""

    def _wrap_up(self, row: Json) -> int | None:
        """In ms; a blank field, when it is there, means unlimited."""
        if "Wrap_Up_Seconds__c" not in row:
            return Skill("", "").wrap_up
        seconds: float | None = row["Wrap_Up_Seconds__c"]
        if seconds is None:
            return None
        if seconds < 0:
            self._note(
                "Phone_Skill__mdt", row["DeveloperName"], f"Wrap_Up_Seconds__c {seconds:g} is below 0; 120 is used"
            )
            return Skill("", "").wrap_up
        return round(seconds * 1000)

    def _recording(self, row: Json) -> RecordingMode:
        text = row.get("Recording__c") or RecordingMode.ON_DEMAND
        try:
            return RecordingMode(text)
        except ValueError:
            why = f"Recording__c {text!r} is none of {', '.join(RecordingMode)}; on_demand is used"
            self._note("Phone_Skill__mdt", row["DeveloperName"], why)
            return RecordingMode.ON_DEMAND

    # Choices ----------------------------------------------------------------------------------------------------

    def dispositions(self, skills: dict[str, Skill]) -> tuple[Disposition, ...]:
        """How a call may end, in the administrator's order; one whose skills are all unknown is left out."""
        found = []
        for row in self._sorted("Phone_Disposition__mdt"):
            named = _listed(row.get("Skills__c"))
            known = tuple(skill for skill in named if skill in skills)
            for skill in (skill for skill in named if skill not in skills):
                self._note("Phone_Disposition__mdt", row["DeveloperName"], f"Skills__c: {skill!r} is no skill")
            if known or not named:
                found.append(Disposition(row["MasterLabel"], known))
            else:
                self._note("Phone_Disposition__mdt", row["DeveloperName"], "is left out: none of its skills exists")
        return tuple(found)

    def labels(self, sobject: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """The labels of a list of choices, in the administrator's order; `default` when there are none."""
        return tuple(dict.fromkeys(row["MasterLabel"] for row in self._sorted(sobject))) or default

    def _sorted(self, sobject: str) -> list[Json]:
        """The rows in their order: by Sort_Order__c, those without one last, then by label."""

        def place(row: Json) -> tuple[float, str]:
            order = row.get("Sort_Order__c")
            return (float("inf") if order is None else order, row["MasterLabel"])

        return sorted(self._rows(sobject), key=place)

    # Settings ---------------------------------------------------------------------------------------------------

    def settings(self, skills: dict[str, Skill]) -> Settings:
        """The settings with their defaults; a value that cannot be used is noted and the default stays."""
        given: dict[str, Any] = {}
        for row in self._rows("Phone_Setting__mdt"):
            key, text = row["DeveloperName"], (row.get("Value__c") or "").strip()
            known = _SETTINGS.get(key)
            if known is None:
                self._note("Phone_Setting__mdt", key, f"is not known; known are {', '.join(sorted(_SETTINGS))}")
                continue
            field, read = known
            try:
                given[field] = read(text)
            except ValueError as error:
                self._note("Phone_Setting__mdt", key, f"{text!r} cannot be used: {error}")
        chosen = given.get("default_skill")
        if chosen is not None and chosen not in skills:
            self._note("Phone_Setting__mdt", "Default_Skill", f"{chosen!r} is no skill; known are {', '.join(skills)}")
            del given["default_skill"]
        return Settings(**given)

    # Agents -----------------------------------------------------------------------------------------------------

    def agents(self, skills: dict[str, Skill]) -> dict[str, Profile]:
        """The active users with the agent's permission set, by id; all have the default skill if none is configured."""
        holders: dict[str, set[str]] = {AGENT_PERMISSION: set(), SUPERVISOR_PERMISSION: set()}
        for row in self._rows("PermissionSetAssignment"):
            holders[row["PermissionSet"]["Name"]].add(row["AssigneeId"])
        users = [user for user in self._rows("User") if user["Id"] in holders[AGENT_PERMISSION]]
        levels = self._levels({user["Id"] for user in users}, skills)
        default = {DEFAULT_SKILL: MIDDLING} if self._unconfigured else {}
        devices: dict[str, str] = {}
        supervisors = holders[SUPERVISOR_PERMISSION]
        return {
            user["Id"]: self._profile(user, levels.get(user["Id"], default), devices, user["Id"] in supervisors)
            for user in users
        }

    def _profile(self, user: Json, levels: dict[str, int], devices: dict[str, str], supervisor: bool) -> Profile:
        device = (user.get("Phone_Device__c") or "").strip()
        if device in devices:
            self._note("User", user["Name"], f"Phone_Device__c {device} belongs to {devices[device]} already")
            device = ""
        elif device:
            devices[device] = user["Name"]
        else:
            self._note("User", user["Name"], "has no Phone_Device__c: no phone can be rung for this agent")
        country = (user.get("Phone_Country__c") or (user.get("LocaleSidKey") or "").partition("_")[2][:2]).upper()
        return Profile(
            id=user["Id"],
            name=user["Name"],
            device=device,
            country=country or Profile("", "").country,
            time_zone=user.get("TimeZoneSidKey") or Profile("", "").time_zone,
            language=user.get("LanguageLocaleKey") or Profile("", "").language,
            skills=levels,
            supervisor=supervisor,
        )

    def _levels(self, agents: set[str], skills: dict[str, Skill]) -> dict[str, dict[str, int]]:
        """For each agent, skill → proficiency, 1 to 10."""
        found: dict[str, dict[str, int]] = {}
        for row in self._rows("Phone_Agent_Skill__c"):
            agent, skill, level = row["User__c"], row.get("Skill__c"), row.get("Proficiency__c")
            if agent not in agents:
                continue
            if skill not in skills:
                self._note("Phone_Agent_Skill__c", row["Name"], f"Skill__c {skill!r} is no skill")
                continue
            proficiency = MIDDLING if level is None else round(level)
            if not 1 <= proficiency <= 10:
                self._note("Phone_Agent_Skill__c", row["Name"], f"Proficiency__c {level:g} is not between 1 and 10")
                proficiency = min(10, max(1, proficiency))
            found.setdefault(agent, {})[skill] = proficiency
        return found


def _listed(text: str | None) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _seconds(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads seconds within bounds as ms."""

    def read(text: str) -> int:
        if not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"give whole seconds from {lowest} to {highest}")
        return int(text) * 1000

    return read


def _some_text(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def _template(text: str) -> str:
    unknown = tasks.unknown_words(_some_text(text))
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is not known; known are {', '.join(sorted(tasks.SUBJECT_WORDS))}")
    return text


_SETTINGS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "Subject_Template": ("subject", _template),
    "Status_Completed": ("status_completed", _some_text),
    "Status_Open": ("status_open", _some_text),
    "Priority": ("priority", _some_text),
    "Ring_Seconds": ("ring", _seconds(5, 300)),
    "Ask_Seconds": ("ask", _seconds(1, 60)),
    "Dial_Seconds": ("dial", _seconds(5, 300)),
    "Default_Skill": ("default_skill", _some_text),
}
"""Key of a Phone_Setting__mdt → field of `Settings`, and how its text is read."""
