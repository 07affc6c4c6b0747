"""Looks at the org before agents do: will it take every Task, and let every agent work?

`connector check` says whether the connector can run at all; this says what will fail once it runs, for whom, and what
mends it.  Nothing in the org is changed, except by `try_task`, which removes what it made.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from connector.errors import CrmUnavailable
from connector.ports.diagnosis import Diagnosis, unknown, well, wrong
from connector.salesforce.client import SalesforceClient
from connector.salesforce.config import SalesforceConfig
from connector.salesforce.directory import judged
from connector.salesforce.doctor import org, people, task, trial, validation
from connector.salesforce.doctor.patient import Patient, user_id
from connector.salesforce.doctor.people import Rights
from connector.salesforce.doctor.samples import samples
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shape, Shapes
from connector.salesforce.tasks import TaskWriter

Part = Callable[[], Iterable[Diagnosis]]
_SETUP = (
    "Setup > Permission Sets > a set for the integration user > System Permissions > Edit > tick View Setup and "
    "Configuration > Save; it may be taken away again afterwards."
)


def examine(
    client: SalesforceClient, shapes: Shapes, config: SalesforceConfig, *, try_task: bool, today: dt.date
) -> list[Diagnosis]:
    """All diagnoses, in the order in which they matter.  Blocks; never raises for what it finds."""
    found = [*_looked("clock", partial(org.clock, client))]
    found += _looked("certificate", partial(org.own_certificate, config, today))
    try:
        client.signed_in()
        shapes.forget("Task")
        directory, misfits = judged(client, shapes)
        me = user_id(client)
        patient = Patient(client, directory, client.describe("Task"), me, samples(directory, me), misfits)
    except (CrmUnavailable, Refused) as error:
        cure = "`connector check` says more; the rest cannot be looked at before."
        return [*found, wrong("sign-in", f"Salesforce cannot be asked: {error}", "Nothing works", "everybody", cure)]
    found.append(well("sign-in", "sign-in at Salesforce works"))
    may: Rights | None = None
    try:
        may = people.rights(patient)
    except (CrmUnavailable, Refused) as error:
        found.append(unknown("integration user", f"who has which rights cannot be asked ({error.code})", _SETUP))
    for about, part in _parts(patient, shapes.of("Task"), may, today):
        found += _looked(about, part)
    if try_task:
        writer = TaskWriter(client, shapes, timeout_s=config.timeout_s, clock=time.monotonic)
        foreign = may is not None and not may.fixed
        found += _looked("task", lambda: trial.try_tasks(patient, writer, shapes.of("Task"), foreign=foreign))
    return found


def _parts(patient: Patient, shape: Shape, may: Rights | None, today: dt.date) -> Iterator[tuple[str, Part]]:
    yield "fields", partial(task.fields, patient)
    yield "mapped fields", lambda: task.misfits(patient, shape)
    yield "key", partial(task.key, patient, unseen=may.unseen if may else ())
    yield "required fields", partial(task.required, patient)
    yield "validation", partial(validation.rules, patient)
    yield "older versions", partial(validation.older_versions, patient)
    yield "picklists", partial(task.picklists, patient)
    yield "statuses", partial(task.statuses, patient)
    yield "record types", partial(task.record_types, patient)
    yield "Shared Activities", partial(task.shared_activities, patient)
    yield "person accounts", partial(org.person_accounts, patient)
    if may is not None:
        yield "integration user", partial(people.integration_user, patient, may)
        yield "permission sets", partial(people.permission_sets, patient, may)
    yield "call centre", partial(people.call_centre, patient)
    yield "certificate", partial(org.org_certificate, patient, today)
    yield "API budget", partial(org.budget, patient)


def _short(refused: Refused) -> str:
    """Code and first sentence; refusals of queries begin with the query and a mark below it."""
    words = str(refused).strip().splitlines() or [""]
    return f"{refused.code}: {words[-1].partition('. ')[0].rstrip('.')}"


def _looked(about: str, part: Part) -> list[Diagnosis]:
    """What a part finds; one that Salesforce does not answer says so in place of the rest of it."""
    found: list[Diagnosis] = []
    try:
        for diagnosis in part():
            found.append(diagnosis)  # noqa: PERF402 - what was found before a refusal is kept
    except Refused as refused:
        found.append(unknown(about, f"it cannot be looked at ({_short(refused)})", _SETUP))
    except CrmUnavailable as error:
        found.append(unknown(about, f"Salesforce does not answer ({error.code}): {error}", "Try again later."))
    return found
