"""Which fields of Task get which value of the call, and whether the org's Task is as skills and settings say.

What does not fit the org is left out, so that no Task fails by it, and is told with what mends it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.directory import Directory, Settings, Skill, TaskField, TaskForm
from connector.domain.task_values import VALUES, Sort
from connector.salesforce.shapes import FieldShape, RecordType, Shape
from connector.salesforce.tables import Tables

SOBJECT: Final = "Phone_Task_Field__mdt"
ACTIVITY_FIELDS: Final = "Setup > Object Manager > Activity > Fields & Relationships"
INTEGRATION_TASKS: Final = "Setup > Permission Sets > Phone Panel Integration > Object Settings > Tasks"

_WORDS: Final = frozenset({"string", "textarea", "picklist", "combobox", "phone", "url"})
TAKES: Final = {
    Sort.NUMBER: frozenset({"double", "int"}) | _WORDS,
    Sort.TEXT: _WORDS,
    Sort.MOMENT: frozenset({"datetime"}) | _WORDS,
}
"""The types of fields that can hold a value, as describe names them."""

_KINDS: Final = {
    Sort.NUMBER: "a Number or Text",
    Sort.TEXT: "a Text, Text Area, Picklist, Phone or URL",
    Sort.MOMENT: "a Date/Time or Text",
}


class Misfit(Struct, frozen=True):
    """Something that is configured and that the org's Task cannot follow.

    `where` is the record and field that says so, `what` is wrong with it, `fails` what becomes of Tasks.
    """

    about: str
    where: str
    what: str
    fails: str
    cure: str

    @property
    def note(self) -> str:
        """In one line."""
        return f"{self.where} is left out: {self.what}. {self.cure}"


def read_task_fields(tables: Tables) -> tuple[TaskField, ...]:
    """Which value goes to which field, as far as that makes sense by itself; notes on what does not."""
    found: list[TaskField] = []
    rows = tables.rows(SOBJECT)
    given = {_said(row.get("Value__c")) for row in rows}
    taken = {value.field: name for name, value in VALUES.items() if value.field and (value.kept or name not in given)}
    for row in rows:
        one = TaskField(_said(row.get("Value__c")), _said(row.get("Field__c")))
        why = _nonsense(one, taken)
        if why:
            tables.note(SOBJECT, row["DeveloperName"], f"is left out: {why}")
            continue
        if one.field:
            taken[one.field] = one.value
        found.append(one)
    return tuple(found)


def _said(text: str | None) -> str:
    return (text or "").strip()


def _nonsense(one: TaskField, taken: dict[str, str]) -> str:
    value = VALUES.get(one.value)
    if value is None:
        return f"Value__c {one.value!r} is not known; known are {', '.join(sorted(VALUES))}"
    if not one.field:
        kept = f"Task's {value.field} always has its {one.value}, by which the connector knows its Tasks"
        return kept if value.kept else ""
    if not one.field.lower().endswith("__c"):
        return f"Field__c {one.field!r} is no custom field; give the API name of one, as Queue_Time__c"
    owner = next((name for field, name in taken.items() if field.lower() == one.field.lower()), None)
    if owner is not None:
        return f"Field__c {one.field} has {owner} already; give that another field first, or a blank Field__c"
    return ""


# What the org makes of it ---------------------------------------------------------------------------------------------


def fitted(directory: Directory, task: Shape) -> tuple[Directory, list[Misfit]]:
    """The directory as this org's Task can follow it, with its record types; and what is left out for that."""
    misfits: list[Misfit] = []
    kinds = {kind.name: kind for kind in task.record_types}
    settings = _settings(directory.settings, task, kinds, misfits)
    skills = {key: _skill(skill, task, kinds, misfits) for key, skill in directory.skills.items()}
    fields = tuple(_field(one, task, misfits) for one in directory.task_fields)
    chosen = [settings.record_type, *(skill.task.record_type for skill in skills.values())]
    usable = {name: kinds[name].id for name in dict.fromkeys(chosen) if name}
    changed = replace(
        directory,
        settings=settings,
        skills=skills,
        task_fields=tuple(one for one in fields if one is not None),
        record_types=usable,
    )
    return changed, misfits


def _field(one: TaskField, task: Shape, misfits: list[Misfit]) -> TaskField | None:
    if not one.field:
        return one
    by_lower = {name.lower(): field for name, field in task.fields.items()}
    field = by_lower.get(one.field.lower())
    sort = VALUES[one.value].sort
    create = f"{ACTIVITY_FIELDS} > New > {_KINDS[sort]} field"
    rights = f"{INTEGRATION_TASKS} > Edit > Edit Access for {one.field}"
    if field is None:
        what = f"Task has no field {one.field} that the integration user sees"
        cure = f"{create}, or correct its API name; then {rights}."
    elif field.type not in TAKES[sort]:
        what = f"{field.name} is of the type {field.type}, which cannot hold {one.value}"
        cure = f"{create}, and name that one."
    elif not (field.createable and field.updateable):
        what = f"the integration user may not write {field.name}"
        cure = f"{rights}; a formula can be written by nobody."
    else:
        return TaskField(one.value, field.name)
    own = VALUES[one.value].field
    fails = f"{one.value} is not written there" + (f", but to {own}" if own else "")
    misfits.append(Misfit("mapped fields", f"{SOBJECT} {one.value}", what, fails, cure))
    return None


def short(directory: Directory, task: Shape) -> Iterator[tuple[str, int]]:
    """The fields that are given a number of seconds and cannot hold those of a day, with the most that they can."""
    for one in directory.task_fields:
        field = task.fields.get(one.field)
        if field is not None and one.value.endswith("_seconds") and 0 < field.digits < 5:
            yield field.name, 10**field.digits - 1


def _settings(settings: Settings, task: Shape, kinds: dict[str, RecordType], misfits: list[Misfit]) -> Settings:
    """Status and Priority of the settings are all there is to fall back on: they stay, and are told elsewhere."""
    record_type, kind = settings.record_type, settings.task_type
    where = "Phone_Setting__mdt {}".format
    if (misfit := _no_record_type(where("Task_Record_Type"), record_type, kinds)) is not None:
        misfits.append(misfit)
        record_type = ""
    if (misfit := _no_value(where("Task_Type"), "Type", kind, task)) is not None:
        misfits.append(misfit)
        kind = ""
    return replace(settings, record_type=record_type, task_type=kind)


def _skill(skill: Skill, task: Shape, kinds: dict[str, RecordType], misfits: list[Misfit]) -> Skill:
    form = skill.task
    if form == TaskForm():
        return skill
    where = f"Phone_Skill__mdt {skill.id}: {{}}".format
    looked: tuple[tuple[str, Callable[[], Misfit | None]], ...] = (
        ("record_type", lambda: _no_record_type(where("Task_Record_Type__c"), form.record_type, kinds)),
        ("type", lambda: _no_value(where("Task_Type__c"), "Type", form.type, task)),
        ("status", lambda: _no_value(where("Task_Status__c"), "Status", form.status, task)),
        ("open_status", lambda: _no_value(where("Task_Open_Status__c"), "Status", form.open_status, task)),
        ("priority", lambda: _no_value(where("Task_Priority__c"), "Priority", form.priority, task)),
    )
    found = {name: misfit for name, look in looked if (misfit := look()) is not None}
    misfits.extend(found.values())
    return replace(skill, task=replace(form, **dict.fromkeys(found, ""))) if found else skill


def _no_record_type(where: str, name: str, kinds: dict[str, RecordType]) -> Misfit | None:
    if not name or (name in kinds and kinds[name].available):
        return None
    fails = "Tasks get the integration user's default record type"
    if name not in kinds:
        known = ", ".join(kinds) or "none"
        what = f"Task has no record type {name!r} (API names; there are: {known})"
        cure = "Setup > Object Manager > Task > Record Types > New, or correct the name."
    else:
        what = f"the record type {name!r} of Task is not active, or not the integration user's to use"
        cure = f"Setup > Object Manager > Task > Record Types > {name} > Active; then {INTEGRATION_TASKS} > Edit > "
        cure += f"Record Types: tick {name}."
    return Misfit("record types", where, what, fails, cure)


def _no_value(where: str, name: str, value: str, task: Shape) -> Misfit | None:
    """A picklist that is not restricted takes any value."""
    field: FieldShape | None = task.fields.get(name)
    if not value or (field is not None and field.createable and (not field.restricted or value in field.values)):
        return None
    fails = "Tasks have no Type by it" if name == "Type" else f"Tasks have the {name} of the settings"
    if field is None or not field.createable:
        what = f"the integration user may not write Task's {name}"
        return Misfit("picklists", where, what, fails, f"{INTEGRATION_TASKS} > Edit > Edit Access for {name}.")
    what = f"{value!r} is no active value of Task's {name}, which is restricted"
    cure = f"Setup > Object Manager > Task > Fields & Relationships > {field.label or name} > Values > New: {value!r}; "
    cure += f"or choose one of {', '.join(field.values)}."
    return Misfit("picklists", where, what, fails, cure)
