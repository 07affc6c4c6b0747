"""The directory out of the org's configuration: what is there and sound, defaults for the absent, notes on the rest.

The objects and their fields are those that the package deploys; see docs/reference for what an administrator can set.
"""
# ruff: noqa: S608 - the names in these queries are constants

import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

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
_NO_SUCH_FIELD = re.compile(r"No such column '(?P<name>[\w.]+)'")


def read_directory(client: SalesforceClient) -> Directory:
    """The directory as the org has it now; its version is a sum over the contents.  Blocks.

    Raises `CrmUnavailable`, and `Refused` when even the users cannot be read.
    """
    reading = _Reading(client)
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


class _Reading:
    """One reading of the configuration; `notes` say what was left out and why."""

    def __init__(self, client: SalesforceClient) -> None:
        self.notes: list[str] = []
        self._unconfigured = False
        self._client = client

    def _rows(self, sobject: str, fields: Sequence[str], tail: str = "") -> list[Json]:
        """All rows of an object, none if the org does not have it; fields that it lacks are left out, with a note."""
        wanted = list(fields)
        while True:
            try:
                return self._client.query(f"SELECT {', '.join(wanted)} FROM {sobject} {tail}".rstrip())
            except Refused as refused:
                if refused.code == "INVALID_TYPE" and sobject.endswith(("__mdt", "__c")):
                    return []
                missing = _NO_SUCH_FIELD.search(str(refused))
                if missing is None or missing["name"] not in wanted or not missing["name"].endswith("__c"):
                    raise
                wanted.remove(missing["name"])
                self._note(sobject, "", f"has no field {missing['name']}, or our user may not see it")

    def _note(self, sobject: str, name: str, why: str) -> None:
        self.notes.append(f"{sobject} {name}: {why}" if name else f"{sobject}: {why}")

    # Skills -----------------------------------------------------------------------------------------------------

    def skills(self) -> dict[str, Skill]:
        """The skills by id; a default one that every agent has when none is configured."""
        fields = (
            *_NAMES,
            "Inbound_Numbers__c",
            "Outbound__c",
            "Caller_Id__c",
            "Wrap_Up_Seconds__c",
            "Disposition_Required__c",
            "Recording__c",
        )
        rows = self._rows("Phone_Skill__mdt", fields, "ORDER BY DeveloperName")
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
        for row in self._sorted("Phone_Disposition__mdt", "Skills__c"):
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

    def _sorted(self, sobject: str, *more: str) -> list[Json]:
        """The rows in their order: by Sort_Order__c, those without one last, then by label."""
        rows = self._rows(sobject, (*_NAMES, "Sort_Order__c", *more))

        def place(row: Json) -> tuple[float, str]:
            order = row.get("Sort_Order__c")
            return (float("inf") if order is None else order, row["MasterLabel"])

        return sorted(rows, key=place)

    # Settings ---------------------------------------------------------------------------------------------------

    def settings(self, skills: dict[str, Skill]) -> Settings:
        """The settings with their defaults; a value that cannot be used is noted and the default stays."""
        given: dict[str, Any] = {}
        for row in self._rows("Phone_Setting__mdt", ("DeveloperName", "Value__c"), "ORDER BY DeveloperName"):
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
        names = ", ".join(f"'{name}'" for name in holders)
        tail = f"WHERE PermissionSet.Name IN ({names})"
        for row in self._rows("PermissionSetAssignment", ("AssigneeId", "PermissionSet.Name"), tail):
            holders[row["PermissionSet"]["Name"]].add(row["AssigneeId"])
        users = self._users(holders[AGENT_PERMISSION])
        levels = self._levels({user["Id"] for user in users}, skills)
        default = {DEFAULT_SKILL: MIDDLING} if self._unconfigured else {}
        devices: dict[str, str] = {}
        supervisors = holders[SUPERVISOR_PERMISSION]
        return {
            user["Id"]: self._profile(user, levels.get(user["Id"], default), devices, user["Id"] in supervisors)
            for user in users
        }

    def _users(self, ids: set[str]) -> list[Json]:
        fields = [
            "Id", "Name", "TimeZoneSidKey", "LanguageLocaleKey", "LocaleSidKey", "Phone_Device__c", "Phone_Country__c",
        ]  # fmt: skip
        while True:
            select = f"SELECT {', '.join(fields)} FROM User WHERE IsActive = true AND Id IN ({{}}) ORDER BY Name, Id"
            try:
                return self._client.query_among(select, sorted(ids))
            except Refused as refused:
                missing = _NO_SUCH_FIELD.search(str(refused))
                if missing is None or missing["name"] not in fields or not missing["name"].endswith("__c"):
                    raise
                fields.remove(missing["name"])
                self._note("User", "", f"has no field {missing['name']}, or our user may not see it")

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
        rows = self._rows("Phone_Agent_Skill__c", ("Name", "User__c", "Skill__c", "Proficiency__c"), "ORDER BY Name")
        for row in rows:
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
