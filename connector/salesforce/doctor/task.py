"""Whether the org's Task takes what we write: fields, rights, values, record types."""

from collections.abc import Iterator, Sequence
from typing import Final

from connector.ports.diagnosis import Diagnosis, hint, unknown, well, wrong
from connector.salesforce.checks import fields_of
from connector.salesforce.client import Json, quoted
from connector.salesforce.doctor.patient import ASSIGN, CONNECTOR, Patient, some
from connector.salesforce.doctor.samples import Sample
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shape
from connector.salesforce.task_fields import ACTIVITY_FIELDS, short
from connector.salesforce.tasks import KEY

_CREATE_ONLY: Final = frozenset({"TaskSubtype"})
_SET: Final = "Setup > Custom Metadata Types > Phone Setting > Manage Records"
LENGTH: Final = 36
"""Characters of a contact's key."""

_MANY: Final = frozenset({"picklist", "multipicklist"})


def fields(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the fields are there, seen and writable."""
    here, written = patient.fields, fields_of(patient.directory)
    missing = [name for name in written if name not in here]
    if missing:
        yield from _missing(patient, missing)
    locked = [
        name
        for name in written
        if name in here and not (here[name]["createable"] and (here[name]["updateable"] or name in _CREATE_ONLY))
    ]
    if locked:
        fails = "What these fields hold is refused (INVALID_FIELD_FOR_INSERT_UPDATE) or left out of the Task"
        cure = f"{ASSIGN} Or in that set: Object Settings > Task > Edit > Edit Access for {some(locked)}."
        yield wrong("field rights", f"the integration user may not write {some(locked)}", fails, CONNECTOR, cure)
    if not missing and not locked:
        yield well("fields", "Task has all fields, and the integration user may write them")


def misfits(patient: Patient, task: Shape) -> Iterator[Diagnosis]:
    """What skills, settings and the mapping of values say of Tasks and the org's Task cannot follow."""
    for misfit in patient.misfits:
        yield wrong(misfit.about, f"{misfit.where}: {misfit.what}", misfit.fails, CONNECTOR, misfit.cure)
    for name, most in short(patient.directory, task):
        what = f"{name} holds {most} at most, and gets a number of seconds"
        cure = f"{ACTIVITY_FIELDS} > {name} > Edit > Length 5 or more > Save."
        yield hint("mapped fields", what, "It is left blank where it is more", CONNECTOR, cure)
    if not any(misfit.about == "mapped fields" for misfit in patient.misfits):
        own = len([one for one in patient.directory.task_fields if one.field])
        yield well("mapped fields", f"{own} values of calls go to fields of the org's own, which can hold them")


def _missing(patient: Patient, missing: list[str]) -> Iterator[Diagnosis]:
    """Fields that nobody made, and fields that our user does not see; Tooling's CustomField knows either."""
    names = ",".join(quoted(name.removesuffix("__c")) for name in missing)
    soql = f"SELECT DeveloperName FROM CustomField WHERE TableEnumOrId IN ('Activity','Task') AND DeveloperName IN ({names})"  # noqa: S608, E501 - constants, quoted
    fails = "Tasks are saved without them"
    deploy = "Deploy the package: `make deploy ORG=alias`."
    try:
        made = {f"{row['DeveloperName']}__c" for row in patient.client.tooling(soql)}
    except Refused:
        cure = f"{deploy} If they are in {ACTIVITY_FIELDS}: {ASSIGN}"
        yield wrong("fields", f"Task has no {some(missing)} that the integration user sees", fails, CONNECTOR, cure)
        return
    absent = [name for name in missing if name not in made]
    hidden = [name for name in missing if name in made]
    if absent:
        yield wrong("fields", f"Task has no field {some(absent)}", fails, CONNECTOR, deploy)
    if hidden:
        cure = f"{ASSIGN} Or in that set: Object Settings > Task > Edit > Read and Edit Access for {some(hidden)}."
        yield wrong("field rights", f"the integration user does not see {some(hidden)}", fails, CONNECTOR, cure)


def key(patient: Patient, *, unseen: Sequence[str]) -> Iterator[Diagnosis]:
    """Whether a contact can get two Tasks; `unseen`: the agents whose Tasks our user does not see."""
    field = patient.fields.get(KEY)
    if field is None:
        return
    if field["length"] < LENGTH:
        what = f"{KEY} holds {field['length']} characters, and a key has {LENGTH}"
        cure = f"{ACTIVITY_FIELDS} > Phone Contact Key > Edit > Length {LENGTH} > Save."
        yield wrong("key", what, "Keys are cut, and Tasks are taken for each other's", CONNECTOR, cure)
    if field["externalId"] and field["unique"]:
        yield well("key", f"{KEY} is a unique external id: a contact cannot get two Tasks")
        return
    lacks = " and ".join(["Unique"] * (not field["unique"]) + ["External ID"] * (not field["externalId"]))
    fails = "Upsert by key is refused or ambiguous, so each Task is looked up before it is written: slower, and a Task "
    fails += "whose creation was cut off can come twice for a moment"
    cure = f"{ACTIVITY_FIELDS} > Phone Contact Key > Edit > tick {lacks} > Save."
    yield wrong("key", f"{KEY} is not {lacks.lower().replace('external id', 'an external id')}", fails, CONNECTOR, cure)
    if unseen:
        what = "the integration user lacks View All Data, and the key is not unique"
        fails = "A look-up does not find the Task that it may not see, and the contact gets a second Task"
        cure = "Mend the key; or Setup > Permission Sets > its set > System Permissions > Edit > View All Data > Save."
        yield wrong("View All Data", what, fails, patient.names(unseen), cure)


def required(patient: Patient) -> Iterator[Diagnosis]:
    """Fields that must have a value where ours has none."""
    found = False
    for field in patient.task["fields"]:
        must = field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]
        if not must or field["type"] == "boolean":
            continue
        blank = patient.without(field["name"])
        if not blank:
            continue
        found = True
        name = f"{field['label']} ({field['name']})"
        fails = f"Salesforce refuses the Task: REQUIRED_FIELD_MISSING [{field['name']}]"
        whom = CONNECTOR if len(blank) == len(patient.samples) else f"Tasks of: {some(blank)}"
        cure = f"{ACTIVITY_FIELDS} > {field['label']} > Edit > give it a Default Value, or clear Required > Save."
        yield wrong("required fields", f"{name} must have a value", fails, whom, cure)
    if not found:
        yield well("required fields", "every field that must have a value gets one")


def picklists(patient: Patient) -> Iterator[Diagnosis]:
    """Restricted picklists that lack values of ours."""
    found = False
    for field in patient.task["fields"]:
        if field["type"] not in _MANY or not field["restrictedPicklist"]:
            continue
        has = _active(field["picklistValues"])
        lacking = {value: names for value, names in patient.sent(field["name"]).items() if value not in has}
        if not lacking:
            continue
        found = True
        values = ", ".join(map(repr, lacking))
        whom = _whom(patient, [name for names in lacking.values() for name in names])
        what = f"{field['label']} is restricted and lacks {values}"
        fails = "Salesforce refuses the Task: INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        cure = f"Setup > Object Manager > Task > Fields & Relationships > {field['label']} > Values > New: {values}."
        if field["name"] == "Priority":
            cure += f" Or {_SET} > Priority, or Phone Skill > Task Priority: one of {', '.join(has)}."
        if field["name"].endswith("__c"):
            yield hint("picklists", what, "It is left blank there", whom, cure)
        else:
            yield wrong("picklists", what, fails, whom, cure)
    if not found:
        yield well("picklists", "the restricted picklists have all values that we write")


def statuses(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the configured Statuses are there and mean what we take them for."""
    rows = patient.client.query("SELECT ApiName, IsClosed FROM TaskStatus")
    means = {row["ApiName"]: row["IsClosed"] for row in rows}
    settings, well_so = patient.directory.settings, True
    chosen = [("Status_Completed", settings.status_completed, True, "all agents"),
              ("Status_Open", settings.status_open, False, "all agents")]  # fmt: skip
    for skill in patient.directory.skills.values():
        whom = f"agents of {skill.name}"
        chosen += [(f"Task_Status__c of {skill.id}", skill.task.status, True, whom)] * bool(skill.task.status)
        said = skill.task.open_status
        chosen += [(f"Task_Open_Status__c of {skill.id}", said, False, whom)] * bool(said)
    for name, value, closed, whom in chosen:
        if means.get(value) is closed:
            continue
        well_so = False
        like = [other for other, is_closed in means.items() if is_closed is closed]
        kind = "a closed" if closed else "an open"
        what = f"{name} is {value!r}, which is not {kind} Status of Task in this org"
        fails = "Tasks of finished calls stay open on their owner's list"
        if not closed:
            fails = "Tasks that still lack something look done"
        where = _SET if name.startswith("Status_") else _SET.replace("Phone Setting", "Phone Skill")
        cure = f"{where} > {name}: {' or '.join(like)}. Or Setup > Object Manager > Task > Status: add {value!r}."
        yield wrong("statuses", what, fails, whom, cure)
    if well_so:
        yield well("statuses", f"{settings.status_completed} is closed and {settings.status_open} is open")


def record_types(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the record types that our Tasks get offer our values.

    That is the integration user's default, or the one that the skill or the setting chooses.
    """
    kinds = list(patient.task.get("recordTypeInfos") or ())
    if not any(kind.get("active", True) and not kind["master"] for kind in kinds):
        yield well("record types", "Task has no record types")
        return
    default = next((kind for kind in kinds if kind["defaultRecordTypeMapping"]), kinds[0])
    by_id = {str(kind["recordTypeId"])[:15]: kind for kind in kinds}
    layouts = patient.client.get("sobjects/Task/describe/layouts")
    offers = {
        str(mapping["recordTypeId"])[:15]: mapping.get("picklistsForRecordType")
        for mapping in layouts.get("recordTypeMappings") or ()
    }
    faults = False
    for record_type, samples in _by_record_type(patient, str(default["recordTypeId"])).items():
        name, offered = by_id[record_type]["name"], offers.get(record_type)
        if offered is None:
            faults = True
            what = f"which values the record type {name!r} of Task offers is not told"
            cure = "Run `connector doctor --try-task`: it shows whether such a Task is taken."
            yield unknown("record types", what, cure)
            continue
        found = list(_record_type(patient, by_id[record_type] is default, name, offered, samples))
        faults = faults or bool(found)
        yield from found
    if not faults:
        what = f"Tasks get the record type {default['name']!r}, the integration user's default, or the one that their "
        what += "skill or the setting chooses; all of them offer our values"
        yield well("record types", what)


def _by_record_type(patient: Patient, default: str) -> dict[str, list[Sample]]:
    """The Tasks that will come by the id (15 characters) of the record type that they get."""
    found: dict[str, list[Sample]] = {}
    for sample in patient.samples:
        found.setdefault(str(sample.fields.get("RecordTypeId") or default)[:15], []).append(sample)
    return found


def _record_type(
    patient: Patient, default: bool, name: str, offers: list[Json], samples: Sequence[Sample]
) -> Iterator[Diagnosis]:
    those = Patient(patient.client, patient.directory, patient.task, patient.me, samples)
    for offer in offers:
        field = patient.fields.get(offer["picklistName"])
        if field is None or field["type"] not in _MANY:
            continue
        # What the field itself lacks is told there.
        lacks = set(_active(field["picklistValues"])) - set(_active(offer["picklistValues"]))
        lacking = {value: names for value, names in those.sent(field["name"]).items() if value in lacks}
        if not lacking:
            continue
        values = ", ".join(map(repr, lacking))
        how = "as the integration user's default" if default else "by their skill or the setting Task_Record_Type"
        what = f"the record type {name!r}, which Tasks get {how}, does not offer {field['label']} {values}"
        cure = f"Setup > Object Manager > Task > Record Types > {name} > {field['label']} > Edit > add {values}; or "
        cure += "another default: Setup > Profiles > the integration user's profile > Object Settings > Tasks > Edit."
        if not default:
            cure = cure.partition("; or ")[0] + "; or choose another record type."
        whom = _whom(patient, [one for names in lacking.values() for one in names])
        if field["restrictedPicklist"]:
            fails = "Salesforce refuses the Task: INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
            yield wrong("record types", what, fails, whom, cure)
        else:
            fails = "Salesforce may refuse the Task, or show a value that is not offered"
            yield hint("record types", what, fails, whom, cure)


def shared_activities(patient: Patient) -> Iterator[Diagnosis]:
    """Whether a Task can have several people here."""
    if not {"TaskWhoIds", "WhoCount"} & patient.fields.keys():
        yield well("Shared Activities", "a Task has one person (Shared Activities is off)")
        return
    what = "Shared Activities is on: people can add persons to a Task"
    fails = "The panel writes and shows the primary person only; calls of the others are not theirs in caller match"
    cure = "Nothing has to be done; it cannot be switched off. Who is added by hand in Salesforce stays."
    yield hint("Shared Activities", what, fails, "agents whose Tasks have several persons", cure)


def _active(values: list[Json]) -> list[str]:
    return [value["value"] for value in values if value.get("active", True)]


def _whom(patient: Patient, names: list[str]) -> str:
    return CONNECTOR if len(names) == len(patient.samples) else f"Tasks of: {some(names)}"
