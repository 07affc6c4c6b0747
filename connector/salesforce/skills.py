"""Skills out of Phone_Skill__mdt; what cannot be used is noted and its default taken."""

import re
from collections.abc import Callable
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.domain import tasks
from connector.domain.directory import DEFAULT_SKILL, Opening, RecordingMode, Skill, TaskForm
from connector.salesforce import pops
from connector.salesforce.client import Json
from connector.salesforce.hours import opening_hours
from connector.salesforce.tables import Tables, listed

T = TypeVar("T")

SOBJECT: Final = "Phone_Skill__mdt"
_PLAIN: Final = Skill("", "")
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def read_skills(tables: Tables) -> dict[str, Skill]:
    """The skills by id; a default one for calls in and out when none is configured."""
    rows = tables.rows(SOBJECT)
    if not rows:
        return {DEFAULT_SKILL: Skill(DEFAULT_SKILL, DEFAULT_SKILL, outbound=True)}
    taken: dict[str, str] = {}
    return {row["DeveloperName"]: _Row(tables, row).skill(taken) for row in rows}


class _Row:
    """One skill's row."""

    def __init__(self, tables: Tables, row: Json) -> None:
        self._tables = tables
        self._row = row
        self._name: str = row["DeveloperName"]

    def _note(self, why: str) -> None:
        self._tables.note(SOBJECT, self._name, why)

    def skill(self, taken: dict[str, str]) -> Skill:
        """`taken` maps the numbers of the skills before this one to their names."""
        row = self._row
        lines = self._lines(taken)
        caller_id = row.get("Caller_Id__c") or ""
        hours, time_zone = self._hours()
        return Skill(
            id=self._name,
            name=row.get("MasterLabel") or self._name,
            numbers=lines,
            outbound=bool(row.get("Outbound__c")),
            caller_id=self._tables.number(SOBJECT, self._name, "Caller_Id__c", caller_id) if caller_id else "",
            wrap_up=self._wrap_up(),
            disposition_required=bool(row.get("Disposition_Required__c")),
            recording=self._recording(),
            priority=self._whole("Priority__c", 1, 10) or _PLAIN.priority,
            extension=(self._whole("Wrap_Up_Extension_Seconds__c", 0, 3_600) or 0) * 1_000,
            longest_queue=self._whole("Longest_Queue__c", 1, 99_999),
            hours=hours,
            time_zone=time_zone,
            consent=(self._row.get("Consent__c") or "").strip(),
            language=self._language(),
            task=self._task(),
            pop_when=self._read("Pop_When__c", pops.moment),
            pop_one=self._read("Pop_One__c", pops.rule_of_one),
            pop_many=self._read("Pop_Many__c", pops.rule),
            pop_none=self._read("Pop_None__c", pops.rule),
            pop_fields=self._read("Pop_Fields__c", pops.fields),
        )

    def _task(self) -> TaskForm:
        """What is said of the skill's Tasks; whether the org has it is seen later."""
        names = ("Record_Type", "Status", "Open_Status", "Priority", "Type", "Subject")
        said = {name.lower(): (self._row.get(f"Task_{name}__c") or "").strip() for name in names}
        unknown = tasks.unknown_words(said["subject"])
        if unknown:
            known = ", ".join(sorted(tasks.SUBJECT_WORDS))
            self._note(f"Task_Subject__c is left out: {{{unknown[0]}}} is not known; known are {known}")
            said["subject"] = ""
        return TaskForm(**said)

    def _read(self, field: str, read: Callable[[str], T]) -> T | None:
        """The field's value, or None when it is blank or (after a note) unusable: what the settings say counts."""
        text = (self._row.get(field) or "").strip()
        try:
            return read(text) if text else None
        except ValueError as error:
            self._note(f"{field} {text!r} is left out, so that the setting counts: {error}")
            return None

    def _lines(self, taken: dict[str, str]) -> tuple[str, ...]:
        lines = []
        for text in listed(self._row.get("Inbound_Numbers__c")):
            line = self._tables.number(SOBJECT, self._name, "Inbound_Numbers__c", text)
            if line in taken:
                self._note(f"Inbound_Numbers__c {line} belongs to {taken[line]} already")
            elif line:
                taken[line] = self._name
                lines.append(line)
        return tuple(lines)

    def _wrap_up(self) -> int | None:
        """In ms; a blank field, when it is there, means unlimited."""
        if "Wrap_Up_Seconds__c" not in self._row:
            return _PLAIN.wrap_up
        seconds: float | None = self._row["Wrap_Up_Seconds__c"]
        if seconds is None:
            return None
        if seconds < 0:
            self._note(f"Wrap_Up_Seconds__c {seconds:g} is below 0; 120 is used")
            return _PLAIN.wrap_up
        return round(seconds * 1000)

    def _language(self) -> str:
        text = (self._row.get("Language__c") or "").strip().replace("_", "-")
        if text and not _LANGUAGE.fullmatch(text):
            self._note(f"Language__c {text!r} is left out: write it like en-US")
            return ""
        return text

    def _recording(self) -> RecordingMode:
        text = self._row.get("Recording__c") or RecordingMode.ON_DEMAND
        try:
            return RecordingMode(text)
        except ValueError:
            self._note(f"Recording__c {text!r} is none of {', '.join(RecordingMode)}; on_demand is used")
            return RecordingMode.ON_DEMAND

    def _whole(self, field: str, lowest: int, highest: int) -> int | None:
        """The field's whole number, or None when it is blank or (after a note) out of bounds."""
        value: float | None = self._row.get(field)
        if value is None or (lowest <= value <= highest and value == round(value)):
            return None if value is None else round(value)
        self._note(f"{field} {value:g} is left out: give a whole number from {lowest} to {highest}, or nothing")
        return None

    def _hours(self) -> tuple[tuple[Opening, ...], str]:
        """The hours and their time zone; with either unusable the skill is always open."""
        text, zone = ((self._row.get(field) or "").strip() for field in ("Hours__c", "Time_Zone__c"))
        try:
            hours = opening_hours(text)
        except ValueError as error:
            self._note(f"Hours__c is left out, so that the skill is always open: {error}")
            return (), _PLAIN.time_zone
        if not hours:
            return (), _PLAIN.time_zone
        if not zone:
            self._note(f"Time_Zone__c is blank; Hours__c are read as {_PLAIN.time_zone}")
            return hours, _PLAIN.time_zone
        try:
            return hours, ZoneInfo(zone).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._note(f"Hours__c is left out, so that the skill is always open: Time_Zone__c {zone!r} is not known")
            return (), _PLAIN.time_zone
