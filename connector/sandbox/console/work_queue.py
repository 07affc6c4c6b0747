"""The Work Queue: the call steps of Sales Engagement that wait for the signed-in user."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connector.sandbox.console.catalogue import BadRequestError, Catalogue
from connector.sandbox.console.org_rest import OrgRest, soql_text

STEPS = (
    "SELECT Id, StepTitle, ActionCadenceName, State, DueDateTime, ActionTakenDateTime, TargetId, "
    "Completion_Disposition__c, Completion_Task__c, Completion_Connected__c FROM ActionCadenceStepTracker "
    "WHERE StepType = 'MakeACall' AND State IN ('Active', 'Complete')"
)
PEOPLE = {
    "003": "SELECT Id, Name, Account.Name, Phone, MobilePhone, HomePhone, OtherPhone FROM Contact WHERE Id IN ",
    "00Q": "SELECT Id, Name, Company, Phone, MobilePhone FROM Lead WHERE Id IN ",
}
"""How to read the people of a step, by the key prefix of their ids."""


class Step(msgspec.Struct, frozen=True, rename="camel"):
    """One step. `number` is as written in the person's record; times are the org's date-times."""

    id: str
    title: str
    cadence: str
    state: Literal["due", "done"]
    due: str | None
    person_id: str
    person_type: str
    person: str
    company: str
    number: str | None
    disposition: str | None
    task_id: str | None
    connected: bool
    completed: str | None


class WorkQueue:
    """Reads the user's call steps and completes them.

    Methods raise `OrgRefusedError`, `OrgUnreachableError` and, for a wrong argument, `BadRequestError`.
    """

    def __init__(self, rest: OrgRest, catalogue: Catalogue, now: Callable[[], float]) -> None:
        self._rest = rest
        self._catalogue = catalogue
        self._now = now

    async def steps(self, user: str) -> list[Step]:
        """The user's call steps: those that are due by their time, then the done ones, newest first."""
        user_id = (await self._rest.session(user)).user_id
        rows = await self._rest.query(
            user,
            f"{STEPS} AND OwnerId = {soql_text(user_id)} ORDER BY DueDateTime NULLS LAST LIMIT 200",
        )
        people = await self._people(user, {row["TargetId"] for row in rows if row["TargetId"]})
        steps = [_step(row, people[row["TargetId"]]) for row in rows if row["TargetId"] in people]
        due = [step for step in steps if step.state == "due"]
        done = [step for step in steps if step.state == "done"]
        return due + sorted(done, key=lambda step: step.completed or "", reverse=True)

    async def complete(self, user: str, step_id: str, disposition: str, task_id: str, connected: bool) -> None:
        """The step is done: by this user, now, with the Task that tells of the call."""
        info = await self._catalogue.object_of(user, step_id)
        if info.name != "ActionCadenceStepTracker":
            raise BadRequestError(f"workId {step_id!r} is not a step of the Work Queue but a {info.label}")
        task = await self._catalogue.object_of(user, task_id)
        if task.name != "Task":
            raise BadRequestError(f"taskId {task_id!r} is not a Task but a {task.label}")
        session = await self._rest.session(user)
        fields = {
            "State": "Complete",
            "CompletionReason": "Completed",
            "CompletedById": session.user_id,
            "ActionTakenDateTime": datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Completion_Disposition__c": disposition,
            "Completion_Connected__c": connected,
            "Completion_Task__c": task_id,
        }
        await self._rest.call(user, "PATCH", f"sobjects/ActionCadenceStepTracker/{step_id}", json=fields)

    async def _people(self, user: str, ids: set[str]) -> dict[str, dict[str, Any]]:
        """The Contacts and Leads of those ids, with what a row of the queue shows of them."""
        people: dict[str, dict[str, Any]] = {}
        for prefix, question in PEOPLE.items():
            wanted = ", ".join(soql_text(item) for item in sorted(ids) if item.startswith(prefix))
            if wanted:
                rows = await self._rest.query(user, f"{question}({wanted})")
                people |= {row["Id"]: row for row in rows}
        return people


def _step(row: dict[str, Any], person: dict[str, Any]) -> Step:
    phones = (person.get(name) for name in ("Phone", "MobilePhone", "HomePhone", "OtherPhone"))
    return Step(
        id=row["Id"],
        title=row["StepTitle"] or "Call",
        cadence=row["ActionCadenceName"] or "",
        state="done" if row["State"] == "Complete" else "due",
        due=row["DueDateTime"],
        person_id=person["Id"],
        person_type=person["attributes"]["type"],
        person=person["Name"],
        company=person.get("Company") or (person.get("Account") or {}).get("Name") or "",
        number=next((phone for phone in phones if phone), None),
        disposition=row["Completion_Disposition__c"],
        task_id=row["Completion_Task__c"],
        connected=bool(row["Completion_Connected__c"]),
        completed=row["ActionTakenDateTime"],
    )
