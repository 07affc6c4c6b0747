"""The org that is looked at: what all parts of the doctor need."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from connector.domain.directory import Directory
from connector.errors import CrmUnavailable
from connector.ports.store import TaskFields
from connector.salesforce.client import Json, SalesforceClient
from connector.salesforce.doctor.samples import Sample
from connector.salesforce.task_fields import Misfit

CONNECTOR: Final = "everybody: the connector writes all Tasks"
CONNECTOR_SET: Final = "Phone Panel Integration"
ASSIGN: Final = f"Setup > Permission Sets > {CONNECTOR_SET} > Manage Assignments > Add Assignment: its user."


class Patient(Struct, frozen=True):
    """`task` is Task's describe, `me` the integration user's id, `samples` the Tasks that will come.

    `misfits` are what is configured of Tasks and left out of the directory, since the org's Task cannot follow it.
    """

    client: SalesforceClient
    directory: Directory
    task: Json
    me: str
    samples: Sequence[Sample]
    misfits: Sequence[Misfit] = ()

    @property
    def fields(self) -> dict[str, Json]:
        """Task's fields as the integration user may use them."""
        return {field["name"]: field for field in self.task["fields"]}

    def sent(self, name: str) -> dict[str | int | float, list[str]]:
        """The values of that field that Tasks will have, each with the names of the samples that have it."""
        found: dict[str | int | float, list[str]] = {}
        for sample in self.samples:
            value = sample.fields.get(name)
            if value is not None:
                found.setdefault(value, []).append(sample.name)
        return found

    def without(self, name: str) -> list[str]:
        """The names of the samples that leave that field blank."""
        return [sample.name for sample in self.samples if sample.fields.get(name) is None]

    def writes(self, name: str) -> bool:
        """Whether it is one of the fields that we write."""
        return any(name in sample.fields for sample in self.samples)

    def names(self, agents: Sequence[str]) -> str:
        """The names of these agents."""
        return some([self.directory.profile(agent).name for agent in agents])


def some(names: Sequence[str], most: int = 6) -> str:
    """A list for people: the first few, and how many more."""
    shown = "; ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def user_id(client: SalesforceClient) -> str:
    """Our own user's id, from the list of resources, whose `identity` ends with it.  Raises `CrmUnavailable`."""
    identity = str(client.get("").get("identity", ""))
    found = identity.rpartition("/")[2]
    if not found.startswith("005"):
        raise CrmUnavailable("unavailable", "Salesforce does not say who is signed in.")
    return found


def fields_of(sample: Sample, task: dict[str, Json]) -> TaskFields:
    """The sample's fields as far as this org has them."""
    return {name: value for name, value in sample.fields.items() if name in task}
