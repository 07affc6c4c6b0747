"""Tasks written as the connector writes them, changed, and removed again."""

from collections.abc import Iterator, Sequence
from typing import Final

from connector.errors import CrmUnavailable
from connector.ports.crm import TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.diagnosis import Diagnosis, hint, unknown, well, wrong
from connector.ports.store import OutboxRow
from connector.salesforce.client import LARGEST_COLLECTION, Json, SalesforceClient
from connector.salesforce.doctor.patient import CONNECTOR, Patient, some
from connector.salesforce.doctor.samples import COMMENT, Sample, of_agents
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shape
from connector.salesforce.tasks import TaskWriter, key_field

_CHANGED: Final = f"{COMMENT} Changed once."


def try_tasks(patient: Patient, writer: TaskWriter, shape: Shape, *, foreign: bool) -> Iterator[Diagnosis]:
    """What became of one Task of each kind; none of them is left behind, or it is told which one is.

    `foreign`: they are the agents'; otherwise they are our own user's, since it could not remove those of others.
    """
    if foreign:
        tried = [*of_agents(patient.directory), *patient.samples][:LARGEST_COLLECTION]
    else:
        own = {"OwnerId": patient.me}
        tried = [Sample(one.name, one.key, {**one.fields, **own}) for one in patient.samples[:LARGEST_COLLECTION]]
        what = "Tasks owned by agents are not tried: the integration user could not remove them"
        yield hint("task", what, "See the integration user, above", "all agents")
    made: set[str] = set()
    try:
        yield from _written_and_changed(patient, writer, tried, made)
    except (CrmUnavailable, Refused) as error:
        yield unknown("task", f"the Tasks could not be tried: {error}", "Try again when Salesforce answers.")
    finally:
        # Whatever happens: also when nobody takes the next finding.
        gone = list(_removed(patient.client, key_field(shape), tried, made))
    yield from gone


def _written_and_changed(
    patient: Patient, writer: TaskWriter, tried: Sequence[Sample], made: set[str]
) -> Iterator[Diagnosis]:
    """`made` gets the ids of the Tasks that there are."""
    names = {sample.key: sample.name for sample in tried}
    first = writer.write([sample.row() for sample in tried])
    written = {result.contact: result for result in first if isinstance(result, TaskWritten)}
    made.update(result.task_id for result in written.values())
    yield from _refused(first, names, "is not taken")
    again = [_second(sample, written[sample.key]) for sample in tried if sample.key in written]
    changed = writer.write(again) if again else []
    yield from _refused(changed, names, "is taken, but a change of it is not")
    lost = [names[result.contact] for result in changed if isinstance(result, TaskDeleted)]
    if lost:
        what = "a Task is taken, but the integration user does not see it afterwards"
        yield wrong(
            "task", what, "Changes to it are lost", f"Tasks of: {some(lost)}", "See the integration user's rights."
        )
    yield from _open(patient, tried, made)
    kept = sum(isinstance(result, TaskWritten) for result in changed)
    if kept == len(tried):
        yield well("task", f"{kept} Tasks were written and changed, one of each kind and owner")


def _open(patient: Patient, tried: Sequence[Sample], made: set[str]) -> Iterator[Diagnosis]:
    """Tasks that should be closed and are not."""
    completed = patient.directory.settings.status_completed
    rows = patient.client.query_among("SELECT Status, IsClosed FROM Task WHERE Id IN ({})", made)
    still = [row for row in rows if row["Status"] == completed and not row["IsClosed"]]
    if still:
        what = f"{len(still)} of the {len(tried)} Tasks are not closed by the Status {completed!r}"
        cure = "See the finding on Statuses, above."
        yield wrong("task", what, "Tasks of finished calls stay open on their owner's list", "all agents", cure)


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


def _removed(client: SalesforceClient, key: str, tried: Sequence[Sample], made: set[str]) -> Iterator[Diagnosis]:
    """Looks for every Task with our keys, also those of a request whose answer was lost, and deletes them."""
    keys = [sample.key for sample in tried]
    soql = f"SELECT Id FROM Task WHERE {key} IN ({{}})"  # noqa: S608 - one of two names
    try:
        ids = sorted(made | {task["Id"] for task in client.query_among(soql, keys)})
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
