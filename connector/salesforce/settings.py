"""The administrator's settings: the keys of Phone_Setting__mdt and how the text of each is read."""

import re
from collections.abc import Callable
from typing import Any, Final

from connector.domain import numbers, tasks
from connector.domain.directory import Settings, Skill
from connector.errors import BadInput
from connector.salesforce import pops
from connector.salesforce.tables import Tables

SOBJECT: Final = "Phone_Setting__mdt"
_OF_THE_ORG: Final = frozenset({"Connector_Address", "Certificate"})
"""Keys that only the package's own page and classes in the org read."""

_MINUTE: Final = 60_000


def read_settings(tables: Tables, skills: dict[str, Skill]) -> Settings:
    """The settings with their defaults; a value that cannot be used is noted and the default stays."""
    given: dict[str, Any] = {}
    for row in tables.rows(SOBJECT):
        if row["DeveloperName"] in _OF_THE_ORG:
            continue
        key, text = row["DeveloperName"], (row.get("Value__c") or "").strip()
        known = _SETTINGS.get(key)
        if known is None:
            tables.note(SOBJECT, key, f"is not known; known are {', '.join(sorted(_SETTINGS))}")
            continue
        field, read = known
        try:
            given[field] = read(text)
        except ValueError as error:
            tables.note(SOBJECT, key, f"{text!r} cannot be used: {error}")
    chosen = given.get("default_skill")
    if chosen is not None and chosen not in skills:
        tables.note(SOBJECT, "Default_Skill", f"{chosen!r} is no skill; known are {', '.join(skills)}")
        del given["default_skill"]
    return Settings(**given)


def _whole(unit: str, lowest: int, highest: int, factor: int = 1) -> Callable[[str], int]:
    """Reads a whole number of `unit` within bounds, times `factor`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
            raise ValueError(f"give whole {unit} from {lowest} to {highest}")
        return int(text) * factor

    return read


def _seconds(lowest: int, highest: int) -> Callable[[str], int]:
    return _whole("seconds", lowest, highest, 1_000)


def _minutes(lowest: int, highest: int) -> Callable[[str], int]:
    return _whole("minutes", lowest, highest, _MINUTE)


def _yes(text: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false"):
        raise ValueError("give yes or no")
    return text.lower() in ("yes", "true")


def _sides(text: str) -> str:
    if text.lower() not in ("off", "customer", "agent", "both"):
        raise ValueError("give off, customer, agent or both")
    return "" if text.lower() == "off" else text.lower()


def _links(text: str) -> str:
    if text.lower() not in ("never", "deleted", "unseen"):
        raise ValueError("give never, deleted or unseen")
    return "" if text.lower() == "never" else text.lower()


def _some_text(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def _template(text: str) -> str:
    unknown = tasks.unknown_words(_some_text(text))
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is not known; known are {', '.join(sorted(tasks.SUBJECT_WORDS))}")
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[0-9*#]{0,8}", text):
        raise ValueError("give up to eight digits, * or #")
    return text


def _number(text: str) -> str:
    if not text:
        return ""
    try:
        return numbers.normalise(text, "").e164
    except BadInput as error:
        raise ValueError(str(error)) from error


_SETTINGS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "Subject_Template": ("subject", _template),
    "Status_Completed": ("status_completed", _some_text),
    "Status_Open": ("status_open", _some_text),
    "Priority": ("priority", _some_text),
    "Task_Type": ("task_type", str),
    "Task_Record_Type": ("record_type", str),
    "Ring_Seconds": ("ring", _seconds(5, 300)),
    "Ask_Seconds": ("ask", _seconds(1, 60)),
    "Dial_Seconds": ("dial", _seconds(5, 300)),
    "Default_Skill": ("default_skill", _some_text),
    "Click_To_Dial": ("click_to_dial", _yes),
    "Blind_Transfer": ("blind_transfer", _yes),
    "Transfer_Notes": ("transfer_notes", _yes),
    "Most_Parties": ("most_parties", _whole("parties", 3, 20)),
    "Unattended_Minutes": ("unattended", _minutes(1, 1_440)),
    "No_Panel_Seconds": ("no_panel", _seconds(5, 3_600)),
    "Mask_Reminder_Seconds": ("mask_reminder", _seconds(5, 3_600)),
    "Callback_Attempts": ("callback_attempts", _whole("attempts", 1, 20)),
    "Callback_Interval_Minutes": ("callback_interval", _minutes(1, 10_080)),
    "Outside_Prefix": ("outside_prefix", _prefix),
    "Pop_When": ("pop_when", pops.moment),
    "Pop_One": ("pop_one", pops.rule_of_one),
    "Pop_Many": ("pop_many", pops.rule),
    "Pop_None": ("pop_none", pops.rule),
    "Pop_Fields": ("pop_fields", pops.fields),
    "Pop_Outbound": ("pop_outbound", _yes),
    "Consent_Seconds": ("consent", _seconds(1, 120)),
    "Emergency_Record": ("emergency_record", _yes),
    "Emergency_Callback_Minutes": ("emergency_callback", _minutes(1, 1_440)),
    "Emergency_Number": ("emergency_number", _number),
    "Transcript": ("transcript", _sides),
    "Drop_Links": ("drop_links", _links),
}
"""Key of a Phone_Setting__mdt → field of `Settings`, and how its text is read."""
