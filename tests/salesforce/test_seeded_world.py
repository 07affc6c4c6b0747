"""The people of the stand-in org, as the demo and its mock-ups know them."""

from collections.abc import Awaitable, Sequence

import pytest

from connector.ports.crm import TaskResult, TaskWritten
from connector.ports.store import OutboxRow
from connector.salesforce import SalesforceCrm
from tests.ports.crm_contract import Desk, first, fresh_key, later, task_fields
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "number,country,people",
    [
        ("+14155550143", "US", [("Mia Chen", "Northwind Traders", "matched_phone")]),
        ("+16285550119", "US", [("Mia Chen", "Northwind Traders", "matched_mobile")]),
        ("+14155550100", "US", [("Mia Chen", "Northwind Traders", "matched_other")]),
        ("+14155550151", "US", [("Mia Chen", "Northwind Traders", "matched_other")]),
        ("+16285550172", "US", []),
        (
            "+16285550144",
            "US",
            [
                ("Dana Whitfield", "Fabrikam", "matched_phone"),
                ("Dan Whitfield", "Fabrikam", "matched_mobile"),
                ("D. Whitfield", "Whitfield Consulting", "matched_phone"),
            ],
        ),
        ("+31205550121", "NL", [("Sanne de Vries", "Van der Berg Logistiek", "matched_phone")]),
        ("+31205550121", "US", [("Sanne de Vries", "Van der Berg Logistiek", "matched_phone")]),
        ("+31715550124", "US", [("Daan Bakker", "Tulpenhof Bloemen", "matched_phone")]),
        ("+441314960128", "GB", [("Fiona MacLeod", "Thistle & Rowan", "matched_phone")]),
        ("+447700900130", "US", [("Beatrice Pemberton", "Pemberton Print", "matched_mobile")]),
        ("+491713920016", "DE", [("Martina Brandt", "Brandt & Sohn Optik", "matched_mobile")]),
        ("+919555550185", "US", []),
    ],
)
async def test_callers(crm: SalesforceCrm, number: str, country: str, people: list[tuple[str, str, str]]) -> None:
    found = await crm.match(number, country)
    assert [(person.name, person.detail, person.why) for person in found.people] == people


async def test_how_many_requests_it_takes(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    """The org's budget of API requests is shared by all integrations: these numbers are in the documentation."""
    await crm.directory()
    await crm.write_tasks([])

    def used() -> int:
        return int(org.control("GET", "requests?last=0").json()["count"])

    async def cost(work: Awaitable[object]) -> int:
        before = used()
        await work
        return used() - before

    keys = [fresh_key() for _ in range(200)]
    rows = [first(key, task_fields(key, desk.agent)) for key in keys]
    results: list[TaskResult] = []

    async def write(rows: Sequence[OutboxRow]) -> None:
        results[:] = await crm.write_tasks(rows)

    assert await cost(crm.directory()) == 3
    assert await cost(crm.match("+16285550172", "US")) == 1
    assert await cost(crm.match("+14155550143", "US")) == 2
    assert await cost(crm.match("+14155550143", "US", desk.agent)) == 3
    assert await cost(crm.find("people", "Chen")) == 1
    assert await cost(crm.find("people", "Chen", desk.agent)) == 2
    assert await cost(write(rows)) == 1
    assert await cost(write([later(result, Description="more") for result in results])) == 2


async def test_a_converted_lead_is_not_offered(crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
    (lead,) = await desk.rows("SELECT Id FROM Lead WHERE IsConverted = true AND LastName = 'Lindberg'")
    found = await crm.match("+19195550185", "US")
    assert lead["Id"] not in [person.id for person in found.people]
    assert lead["Id"] not in [record.id for record in await crm.find("people", "Lindberg")]


async def test_a_lead_that_was_converted_during_the_call_has_its_task_at_the_contact(
    crm: SalesforceCrm, org: RunningOrg, desk: Desk
) -> None:
    lead = await desk.make("Lead", LastName="Vos", Company="Vos BV")
    early, late, key = fresh_key(), fresh_key(), fresh_key()
    (before,) = await crm.write_tasks([first(early, task_fields(early, desk.agent, WhoId=lead))])
    became = org.control("POST", "leads/convert", {"lead_id": lead}).json()["contact_id"]
    results = await crm.write_tasks(
        [
            first(key, task_fields(key, desk.agent)),
            first(late, task_fields(late, desk.agent, WhoId=lead)),
        ]
    )
    assert all(isinstance(result, TaskWritten) for result in results), results
    assert (await desk.task(late))["WhoId"] == became
    again = later(results[1], WhoId=lead, Description="more")
    assert isinstance((await crm.write_tasks([again]))[0], TaskWritten)
    task = await desk.task(late)
    assert (task["WhoId"], task["Description"]) == (became, "more")
    assert isinstance((await crm.write_tasks([later(before, Description="more")]))[0], TaskWritten)


async def test_a_person_account_is_linked_as_its_contact_and_popped_as_its_account(
    crm: SalesforceCrm, desk: Desk
) -> None:
    (account,) = await desk.rows("SELECT Id, PersonContactId FROM Account WHERE Name = 'Elena Petrova'")
    for number, why in (
        ("+14155550189", "matched_phone"),
        ("+14155550190", "matched_mobile"),
        ("+14155550191", "matched_other"),
    ):
        (person,) = (await crm.match(number, "US")).people
        assert (person.id, person.type, person.pop_id) == (account["PersonContactId"], "Contact", account["Id"])
        assert (person.name, person.why) == ("Elena Petrova", why)
    (found,) = await crm.find("people", "Petrova")
    assert (found.id, found.pop_id) == (account["PersonContactId"], account["Id"])


async def test_the_directory_of_the_seeded_world(crm: SalesforceCrm) -> None:
    directory = await crm.directory()
    assert [agent.name for agent in directory.agents.values()] == ["Jonas Weber", "Priya Nair", "Sam Rivera"]
    sam = next(agent for agent in directory.agents.values() if agent.name == "Sam Rivera")
    assert (sam.device, sam.skills) == ("2041", {"Support_EN": 8, "Billing": 5, "Sales": 3})
    assert [agent.name for agent in directory.agents.values() if agent.supervisor] == ["Priya Nair"]
    assert directory.skills["Billing"].disposition_required
    assert directory.dispositions_of("Sales")[-1] == "Wrong Number"
    assert directory.tags_of("Support_EN") == ("Refund", "Follow-up", "Complaint", "VIP")
    assert directory.tags_of("Sales") == ("Follow-up", "Complaint", "VIP", "Invoice")
    assert directory.ignored == ()


async def test_who_can_be_called_and_how_an_emergency_call_leaves(crm: SalesforceCrm) -> None:
    directory = await crm.directory()
    reached = {agent.name: (agent.direct_number, agent.address_verified) for agent in directory.agents.values()}
    assert reached == {
        "Sam Rivera": ("+14155550161", True),
        "Jonas Weber": ("+31205550142", True),
        "Priya Nair": ("", False),
    }
    assert directory.settings.emergency_number == "+14155550109"
    assert [(route.country, route.numbers, route.local) for route in directory.emergency] == [
        ("NL", ("112",), "sim-local"),
        ("US", ("911",), "sim-local"),
    ]
    assert len(directory.entries) == 12
    assert [(one.pattern, one.action, one.result) for one in directory.patterns] == [
        ("+1900*", "refuse", ""),
        ("60xx", "internal", ""),
        ("80xx", "rewrite", "+141555501xx"),
    ]
    assert {entry.number[-4:] for entry in directory.entries} >= {"0181", "0182", "2042"}
    assert max(len(entry.name) for entry in directory.entries) == 80
    assert directory.skills["Sales"].extension == 60_000
    assert not any(skill.hours for skill in directory.skills.values())


async def test_the_check_of_the_seeded_world(crm: SalesforceCrm, org: RunningOrg) -> None:
    found = await crm.check()
    said = [finding.what for finding in found]
    assert "Sign-in at Salesforce works." in said
    assert "Task has all fields, and they can be written." in said
    assert "3 agents, 3 skills, 8 dispositions." in said
    org.control("POST", "settings", {"external_id": "plain"})
    wrong = [finding for finding in await crm.check() if not finding.ok]
    assert any("is not a unique external id" in finding.what and "tick Unique" in finding.cure for finding in wrong)


async def test_the_check_when_the_org_cannot_be_asked(crm: SalesforceCrm, org: RunningOrg) -> None:
    org.control("POST", "faults", [{"kind": "daily_limit", "count": 50}])
    found = await crm.check()
    assert found[0].ok
    assert not any(finding.ok for finding in found[1:])
    assert all("daily_limit" in finding.what for finding in found[1:])
