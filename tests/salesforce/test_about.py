"""A record that somebody else named: what becomes of those that are another by now, or out of sight."""

from connector.domain.model import Record
from connector.salesforce import SalesforceCrm
from tests.ports.crm_contract import Desk
from tests.sandbox.org.rig import RunningOrg


async def test_a_lead_that_was_converted_is_the_contact_that_it_became(
    crm: SalesforceCrm, desk: Desk, org: RunningOrg
) -> None:
    lead = await desk.make("Lead", LastName="Warm", Company="Warm BV")
    became = org.control("POST", "leads/convert", {"lead_id": lead}).json()
    assert await crm.named(desk.agent, lead) == Record(became["contact_id"], "Contact", "Warm", "Warm BV")


async def test_a_person_account_is_the_contact_behind_it(crm: SalesforceCrm, desk: Desk) -> None:
    (row,) = await desk.rows("SELECT Id, Name, PersonContactId FROM Account WHERE IsPersonAccount = true LIMIT 1")
    expected = Record(row["PersonContactId"], "Contact", row["Name"], "", "", row["Id"])
    assert await crm.named(desk.agent, row["Id"]) == expected


async def test_what_the_agent_may_not_see_is_nothing(crm: SalesforceCrm, desk: Desk, org: RunningOrg) -> None:
    case = await desk.make("Case", Subject="Secret")
    org.control("POST", "settings", {"hidden": {desk.agent: [case]}})
    assert await crm.named(desk.agent, case) is None


async def test_the_objects_of_the_org_are_asked_for_once(crm: SalesforceCrm, desk: Desk, org: RunningOrg) -> None:
    case = await desk.make("Case", Subject="Once")
    await crm.named(desk.agent, case)
    before = int(org.control("GET", "requests?last=0").json()["count"])
    await crm.named(desk.agent, case)
    asked = org.control("GET", "requests?last=5").json()
    assert int(asked["count"]) == before + 2
    assert all("sobjects" not in one["path"] for one in asked["requests"][-2:])
