"""What is seen of Tasks in orgs whose fields are not those of the package."""

import pytest
from msgspec.structs import replace

from connector.ports.crm import Sought
from connector.salesforce import SalesforceCrm
from connector.salesforce.client import MOST_QUERIES, listed
from connector.salesforce.edits import REVISION
from connector.salesforce.shapes import FieldShape
from connector.service.clock import new_key
from connector.service.proving import AT_A_TIME
from tests.ports.crm_contract import Desk
from tests.ports.sighting_contract import new
from tests.ports.store_contract import NOON

pytestmark = pytest.mark.slow


def described(crm: SalesforceCrm, change: FieldShape | None) -> None:
    """From now on Task has that field for revisions, or none."""
    at, shape = crm._shapes._kept["Task"]
    assert shape is not None
    fields = {name: field for name, field in shape.fields.items() if name != REVISION}
    if change is not None:
        fields[REVISION] = change
    crm._shapes._kept["Task"] = at, replace(shape, fields=fields)


def test_the_keys_of_one_look_fit_into_one_request() -> None:
    keys = [new_key(NOON) for _ in range(AT_A_TIME)]
    assert len(list(listed(keys))) <= MOST_QUERIES


@pytest.mark.parametrize(
    "field", [None, FieldShape(REVISION, "double"), FieldShape(REVISION, "double", createable=True)]
)
async def test_a_revision_that_is_not_ours_to_write_proves_nothing(
    crm: SalesforceCrm, desk: Desk, field: FieldShape | None
) -> None:
    """Without it a Task would always be behind."""
    task = await new(crm, desk)
    described(crm, field)
    (sighting,) = await crm.sightings([Sought(task.contact, task.task_id)])
    assert (sighting.task_id, sighting.revision, sighting.keyed) == (task.task_id, None, True)
    assert [it.revision for it in await crm.made_since(0) if it.task_id == task.task_id] == [None]


async def test_an_org_without_our_key_has_it_in_a_field_of_its_own(crm: SalesforceCrm, desk: Desk) -> None:
    task = await new(crm, desk)
    at, shape = crm._shapes._kept["Task"]
    assert shape is not None
    fields = {name: field for name, field in shape.fields.items() if not name.startswith("Phone_")}
    crm._shapes._kept["Task"] = at, replace(shape, fields=fields)
    (sighting,) = await crm.sightings([Sought(task.contact)])
    assert (sighting.task_id, sighting.contact, sighting.keyed) == (task.task_id, task.contact, True)
