"""What `connector check` finds out about the org: in plain words, with the cure."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Final

from connector.domain.directory import Directory
from connector.domain.task_values import placed
from connector.errors import CrmUnavailable
from connector.ports.finding import Finding
from connector.salesforce.client import SalesforceClient
from connector.salesforce.directory import read_checked
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shapes
from connector.salesforce.tables import AGENT_PERMISSION
from connector.salesforce.tasks import KEY, can_upsert, key_field

_STANDARD: Final = (
    *("Subject", "Status", "Priority", "ActivityDate", "TaskSubtype", "CallType", "CallDurationInSeconds"),
    *("CallDisposition", "CallObject", "Description", "WhoId", "WhatId", "OwnerId"),
)


def fields_of(directory: Directory) -> tuple[str, ...]:
    """The fields of Task that the connector writes, the way that it is configured."""
    types = [directory.settings.task_type, *(skill.task.type for skill in directory.skills.values())]
    chosen = ("Type",) * any(types) + ("RecordTypeId",) * bool(directory.record_types)
    return (*_STANDARD, *chosen, *(field for _, field in placed(directory)))


FIELDS: Final = fields_of(Directory())
"""Those where nothing is configured."""

_CREATE_ONLY: Final = frozenset({"TaskSubtype"})
_GRANT = "Assign the integration user the permission set that comes with the package."


def findings(client: SalesforceClient, shapes: Shapes) -> list[Finding]:
    """All findings, those that are as they should be included.  Blocks; never raises for what it finds."""
    shapes.forget("Task")
    try:
        client.signed_in()
    except CrmUnavailable as error:
        return [Finding(False, f"Sign-in at Salesforce fails: {error}", "See the message.")]
    found = [Finding(True, "Sign-in at Salesforce works.")]
    read = cache(lambda: read_checked(client, shapes))
    parts: tuple[Callable[[], Iterator[Finding]], ...] = (
        partial(_limits, client),
        lambda: _task(shapes, read()),
        partial(_searches, shapes),
        lambda: _directory(client, shapes, read()),
    )
    for part in parts:
        try:
            found.extend(part())
        except CrmUnavailable as error:
            found.append(Finding(False, f"Salesforce cannot be asked ({error.code}): {error}", "Try again later."))
        except Refused as refused:
            found.append(Finding(False, f"Salesforce refuses a request ({refused.code}): {refused}", _GRANT))
    return found


def _limits(client: SalesforceClient) -> Iterator[Finding]:
    daily = client.get("limits/").get("DailyApiRequests", {})
    most, left = daily.get("Max", 0), daily.get("Remaining", 0)
    enough = left > most // 10
    cure = "" if enough else "Find out which integration uses them up, or buy more; Tasks wait meanwhile."
    yield Finding(enough, f"{left:,} of {most:,} API requests are left for these 24 hours.", cure)


def _task(shapes: Shapes, directory: Directory) -> Iterator[Finding]:
    task = shapes.of("Task")
    written = fields_of(directory)
    missing = [name for name in written if name not in task.fields]
    if missing:
        cure = f"Deploy the package's fields on Activity. {_GRANT} Calls are saved without these fields."
        yield Finding(False, f"Task has no field {', '.join(missing)}, or the integration user may not see it.", cure)
    locked = [name for name in written if name in task.fields and not task.fields[name].createable]
    locked += [name for name in written if name in task.fields and name not in (*_CREATE_ONLY, *locked)
               and not task.fields[name].updateable]  # fmt: skip
    if locked:
        yield Finding(False, f"The integration user may not write {', '.join(locked)} of Task.", _GRANT)
    if not missing and not locked:
        yield Finding(True, "Task has all fields, and they can be written.")
    if can_upsert(task):
        yield Finding(True, f"{KEY} is a unique external id: a call cannot get two Tasks.")
    else:
        what = f"{KEY} is not a unique external id; calls are looked up by {key_field(task)} before they are saved."
        yield Finding(False, what, f"In Setup, tick Unique and External ID on Activity's field {KEY}.")


def _searches(shapes: Shapes) -> Iterator[Finding]:
    for name in ("Contact", "Lead", "Account", "Case", "Opportunity"):
        shapes.forget(name)
        if shapes.readable(name) is None:
            yield Finding(False, f"{name} cannot be read; it is left out of caller match and searches.", _GRANT)


def _directory(client: SalesforceClient, shapes: Shapes, directory: Directory) -> Iterator[Finding]:
    agents, skills = len(directory.agents), len(directory.skills)
    cure = "" if agents else f"Assign the permission set {AGENT_PERMISSION} to the users who take calls."
    yield Finding(agents > 0, f"{agents} agents, {skills} skills, {len(directory.dispositions)} dispositions.", cure)
    for note in directory.ignored:
        what = f"Left out of the directory: {note.rstrip('.')}."
        yield Finding(False, what, "Correct it in Setup, Custom Metadata Types.")
    settings, statuses = directory.settings, {}
    for row in client.query("SELECT ApiName, IsClosed FROM TaskStatus"):
        statuses[row["ApiName"]] = row["IsClosed"]
    for key, status, closed in (
        ("Status_Completed", settings.status_completed, True),
        ("Status_Open", settings.status_open, False),
    ):
        if statuses.get(status) is not closed:
            kind = "a closed" if closed else "an open"
            cure = f"Set {key} to one of {', '.join(name for name, value in statuses.items() if value is closed)}."
            yield Finding(False, f"{key} is {status!r}, which is not {kind} Status of Task in this org.", cure)
    priorities = shapes.of("Task").fields["Priority"].values
    if settings.priority not in priorities:
        cure = f"Set Priority to one of {', '.join(priorities)}."
        yield Finding(False, f"Priority is {settings.priority!r}, which Task does not have in this org.", cure)
