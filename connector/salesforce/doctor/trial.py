"""Tasks written as the connector writes them, changed, and removed again."""

from collections.abc import Iterator, Sequence
from typing import Final

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskError, TaskResult, TaskWritten
from connector.ports.diagnosis import Diagnosis, unknown, well, wrong
from connector.ports.store import OutboxRow
from connector.salesforce.client import LARGEST_COLLECTION, Json, SalesforceClient
from connector.salesforce.doctor.patient import CONNECTOR, Patient, some
from connector.salesforce.doctor.samples import COMMENT, Sample
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shape
from connector.salesforce.tasks import TaskWriter, key_field

_CHANGED: Final = f"{COMMENT} Changed once."


def try_tasks(patient: Patient, writer: TaskWriter, shape: Shape, tried: Sequence[Sample]) -> list[Diagnosis]:
    """What became of one Task for each sample; none of them is left behind, or it is told which one is."""
    tried = tried[:LARGEST_COLLECTION]
    try:
        found = list(_written_and_changed(writer, tried))
    except (CrmUnavailable, Refused) as error:
        found = [unknown("task", f"the Tasks could not be tried: {error}", "Try again when Salesforce answers.")]
    return [*found, *_removed(patient.client, key_field(shape), tried)]


def _written_and_changed(writer: TaskWriter, tried: Sequence[Sample]) -> Iterator[Diagnosis]:
    names = {sample.key: sample.name for sample in tried}
    made = writer.write([sample.row() for sample in tried])
    yield from _refused(made, names, "is not taken")
    written = {result.contact: result for result in made if isinstance(result, TaskWritten)}
    again = [_second(sample, written[sample.key]) for sample in tried if sample.key in written]
    changed = writer.write(again) if again else []
    yield from _refused(changed, names, "is taken, but a change of it is not")
    kept = sum(isinstance(result, TaskWritten) for result in changed)
    if kept == len(tried):
        yield well("task", f"{kept} Tasks were written and changed, one of each kind and one for each agent")


def _second(sample: Sample, first: TaskWritten) -> OutboxRow:
    fields = {**sample.fields, "Description": _CHANGED, "Phone_Revision__c": 2}
    row = sample.row(2, written=1, written_fields=first.fields, task_id=first.task_id)
    return OutboxRow(row.contact, 2, fields, 1, row.written_fields, row.task_id, row.doubtful, row.attempts)


def _refused(results: Sequence[TaskResult], names: dict[str, str], how: str) -> Iterator[Diagnosis]:
    """One diagnosis for each reason."""
    reasons: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for result in results:
        if isinstance(result, TaskError):
            reasons.setdefault((result.code, result.message, result.fields), []).append(names[result.contact])
    for (code, message, fields), whose in reasons.items():
        fails = f"{code}: {message}" + (f" [{', '.join(fields)}]" if fields else "")
        whom = CONNECTOR if len(whose) == len(names) else f"Tasks of: {some(whose)}"
        cure = "See the finding above that foretells it; docs/admin/doctor.md lists the codes."
        yield wrong("task", f"a Task {how}", fails, whom, cure)


def _removed(client: SalesforceClient, key: str, tried: Sequence[Sample]) -> Iterator[Diagnosis]:
    """Looks for every Task with our keys, also those of a request whose answer was lost, and deletes them."""
    keys = [sample.key for sample in tried]
    soql = f"SELECT Id FROM Task WHERE {key} IN ({{}})"  # noqa: S608 - one of two names
    try:
        ids = [task["Id"] for task in client.query_among(soql, keys)]
        answers: list[Json] = []
        for first in range(0, len(ids), LARGEST_COLLECTION):
            answers += client.delete(ids[first : first + LARGEST_COLLECTION])
    except (CrmUnavailable, Refused) as error:
        yield _left(f"Tasks may be left behind: {error}", key, keys)
        return
    left = [task for task, answer in zip(ids, answers, strict=True) if not answer.get("success")]
    if left:
        yield _left(f"{len(left)} of the Tasks that were tried could not be deleted", "Id", left)
    elif ids:
        yield well("task", f"the {len(ids)} Tasks that were tried are in the recycle bin")


def _left(what: str, field: str, values: Sequence[str]) -> Diagnosis:
    listed = ",".join(f"'{value}'" for value in values)
    cure = f"Developer Console > Query Editor > SELECT Id FROM Task WHERE {field} IN ({listed}) > Execute > Delete Row."  # noqa: S608 - for a person
    return wrong("task", what, "Agents see them on their lists", "the agents who own them", cure)
