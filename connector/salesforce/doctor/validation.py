"""Validation rules on Task, worked out for the Tasks that will come.

Tooling API, ValidationRule: `Metadata` may be asked for one row at a time only; it holds the formula.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from connector.ports.diagnosis import Diagnosis, hint, well, wrong
from connector.salesforce.client import Json, quoted
from connector.salesforce.doctor.formula import UNKNOWN, outcome
from connector.salesforce.doctor.patient import CONNECTOR, Patient, some
from connector.salesforce.doctor.samples import Sample
from connector.salesforce.tasks import OLDER_WORDS

_OURS: Final = "Phone_Revision_never_decreases"
_OUR_RULE: Final = (
    "SELECT Id, Active, ErrorMessage FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Task' "
    "AND ValidationName = 'Phone_Revision_never_decreases'"
)
_RULES: Final = (
    "SELECT Id, ValidationName, ErrorMessage FROM ValidationRule "
    "WHERE EntityDefinition.QualifiedApiName = 'Task' AND Active = true"
)


def rules(patient: Patient) -> Iterator[Diagnosis]:
    """Each active rule that refuses one of our Tasks, or may."""
    found = patient.client.tooling(_RULES)
    told = [diagnosis for rule in found for diagnosis in _rule(patient, rule)]
    yield from told
    if not told:
        yield well("validation", f"{len(found)} active validation rules on Task, which none of ours breaks")


def older_versions(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the package's rule keeps an older version of a call from being put over a newer one, as we rely on."""
    about, page = "older versions", f"Setup > Object Manager > Task > Validation Rules > {_OURS} > Edit"
    deploy = "Deploy the package: `make deploy ORG=alias`."
    fails = "What the network held up, or a copy of the connector sends, can put older notes over newer ones"
    found = patient.client.tooling(_OUR_RULE)
    if not found:
        yield wrong(about, f"Task has no validation rule {_OURS}", fails, CONNECTOR, deploy)
    elif not found[0]["Active"]:
        cure = f"{page} > tick Active > Save."
        yield wrong(about, f"the validation rule {_OURS} is switched off", fails, CONNECTOR, cure)
    elif OLDER_WORDS not in str(found[0]["ErrorMessage"]):
        what = f"the message of the validation rule {_OURS} is not the package's: {found[0]['ErrorMessage']!r}"
        lost = "The connector does not know it again: a Task that has a newer version waits for the agent"
        cure = f"{page}: let Error Message have the words {OLDER_WORDS!r} > Save."
        yield wrong(about, what, lost, CONNECTOR, cure)
    else:
        yield well(about, f"the validation rule {_OURS} is active")


def _rule(patient: Patient, rule: Json) -> Iterator[Diagnosis]:
    soql = f"SELECT Metadata FROM ValidationRule WHERE Id = {quoted(rule['Id'])}"  # noqa: S608 - quoted
    rows = patient.client.tooling(soql)
    metadata = (rows[0].get("Metadata") if rows else None) or {}
    formula = str(metadata.get("errorConditionFormula") or "")
    outcomes = {sample.name: outcome(formula, partial(_field, patient, sample)) for sample in patient.samples}
    breaks = [name for name, result in outcomes.items() if result is True]
    perhaps = [name for name, result in outcomes.items() if result is UNKNOWN]
    what = f"the validation rule {rule['ValidationName']} ({formula})"
    cure = f"Setup > Object Manager > Task > Validation Rules > {rule['ValidationName']} > Edit: except our Tasks: "
    cure += "AND(ISBLANK(Phone_Contact_Key__c), \u2026) around the formula > Save."
    if breaks:
        fails = f"Salesforce refuses the Task: FIELD_CUSTOM_VALIDATION_EXCEPTION, {rule['ErrorMessage']!r}"
        yield wrong("validation", what, fails, f"Tasks of: {some(breaks)}", cure)
    elif perhaps:
        fails = "It may refuse our Tasks: the formula uses what is not known here; `--try-task` shows it"
        yield hint("validation", what, fails, f"Tasks of: {some(perhaps)}", cure)


def _field(patient: Patient, sample: Sample, name: str) -> Any:
    """What a new Task of ours has in that field."""
    lower = {known.lower(): known for known in patient.fields}
    known = lower.get(name.lower())
    if known is None:
        return UNKNOWN
    if known in sample.fields:
        value = sample.fields[known]
        return float(value) if isinstance(value, int) else value
    field = patient.fields[known]
    if field["defaultedOnCreate"] or field["calculated"] or not field["createable"]:
        return UNKNOWN
    return False if field["type"] == "boolean" else None
