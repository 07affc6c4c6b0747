"""Callers by the index of numbers, in an org whose search index is a day behind: what is found was not searched for."""

import secrets
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import structs

from connector.domain.model import Record
from connector.errors import CrmUnavailable, StoreError
from connector.ports.number_index import Numbers, Place
from connector.salesforce import SalesforceCrm, number_feed, open_crm
from connector.salesforce.budget import SELDOM_MS
from connector.sandbox.org import server
from connector.sandbox.org.fields import audit, lookup, phone, record_id, text
from connector.sandbox.org.objects import standard_schema
from connector.sandbox.org.schema import Schema, sobject
from connector.store.number_index import SqliteNumberIndex
from tests.ports.crm_contract import Desk, fresh_number
from tests.salesforce.conftest import MakeConfig, filled
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


def written(parts: tuple[str, str, str], form: str = "({}) {}-{}") -> str:
    return form.format(*parts)


def called(parts: tuple[str, str, str]) -> str:
    return "+1" + "".join(parts)


def used(org: RunningOrg) -> int:
    return int(org.control("GET", "requests?last=0").json()["count"])


async def cost(org: RunningOrg, work: Awaitable[object]) -> int:
    before = used(org)
    await work
    return used(org) - before


def configure(org: RunningOrg, name: str, **fields: str) -> None:
    body = {"object": "Phone_Number_Field__mdt", "name": name, "fields": fields}
    answer = org.control("POST", "configuration", body)
    assert answer.ok, answer.text


class TestCallers:
    @pytest.fixture
    def crm(self, indexed_crm: SalesforceCrm) -> SalesforceCrm:
        return indexed_crm

    async def test_a_contact_made_a_moment_ago_is_recognised(self, crm: SalesforceCrm, desk: Desk) -> None:
        parts = fresh_number()
        who = await desk.make("Contact", LastName="Fresh", Phone=written(parts, "{}.{}.{} x 12"))
        assert [person.id for person in (await crm.match(called(parts), "US")).people] == [who]
        assert await crm.find("people", "Fresh") == [], "the org's own search has not seen it yet"

    @pytest.mark.parametrize(
        "written_as", ["020 {}", "+31 (0)20 {}", "0031 20 {}", "020-{} toestel 14", "3120{}", "+31 20 {};ext=9"]
    )
    async def test_odd_formats(self, crm: SalesforceCrm, desk: Desk, written_as: str) -> None:
        line = f"5{secrets.randbelow(1_000_000):06}"
        who = await desk.make("Contact", LastName="de Boer", HomePhone=written_as.format(line))
        (person,) = (await crm.match(f"+3120{line}", "NL")).people
        assert (person.id, person.why) == (who, "matched_other")

    async def test_a_deleted_record_is_not_found_and_its_number_is_forgotten(
        self, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        parts = fresh_number()
        who = await desk.make("Lead", LastName="Gone", Company="Gone BV", MobilePhone=written(parts))
        assert [person.why for person in (await crm.match(called(parts), "US")).people] == ["matched_mobile"]
        await desk.delete("Lead", who)
        assert (await crm.match(called(parts), "US")).people == ()
        assert crm._index is not None
        assert crm._index.find([called(parts)], 5) == []

    @pytest.mark.parametrize("stamped", [True, False])
    async def test_one_that_is_back_from_the_recycle_bin_is_found_again(
        self, stamped: bool, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        """By the index when its time of change says so; else as soon as the org's search has it again."""
        parts = fresh_number()
        who = await desk.make("Contact", LastName="Back", Phone=written(parts))
        assert [person.id for person in (await crm.match(called(parts), "US")).people] == [who]
        await desk.delete("Contact", who)
        assert (await crm.match(called(parts), "US")).people == ()
        org.control("POST", "records/undelete", {"id": who, "stamped": stamped})
        if not stamped:
            org.control("POST", "settings", {"search_lag_seconds": 0})
        (person,) = (await crm.match(called(parts), "US")).people
        assert (person.id, person.why) == (who, "matched_phone")

    async def test_of_two_that_were_merged_one_is_left_with_what_numbers_it_has(
        self, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        shared, kept, lost = fresh_number(), fresh_number(), fresh_number()
        winner = await desk.make("Contact", LastName="Vos", Phone=written(shared), MobilePhone=written(kept))
        loser = await desk.make("Contact", LastName="de Vos", Phone=written(shared), MobilePhone=written(lost))
        assert {person.id for person in (await crm.match(called(shared), "US")).people} == {winner, loser}
        org.control("POST", "records/merge", {"winner": winner, "loser": loser})
        for number in (shared, kept):
            assert [person.id for person in (await crm.match(called(number), "US")).people] == [winner]
        assert (await crm.match(called(lost), "US")).people == ()

    async def test_a_person_account_that_is_deleted_merged_and_back(
        self, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        (kind,) = await desk.rows("SELECT Id FROM RecordType WHERE DeveloperName = 'PersonAccount'")
        parts = fresh_number()
        account = await desk.make("Account", RecordTypeId=kind["Id"], LastName="Sole", Phone=written(parts))
        assert [person.pop_id for person in (await crm.match(called(parts), "US")).people] == [account]
        await desk.delete("Account", account)
        assert (await crm.match(called(parts), "US")).people == ()
        org.control("POST", "records/undelete", {"id": account})
        assert [person.pop_id for person in (await crm.match(called(parts), "US")).people] == [account]

    async def test_what_the_index_has_and_the_org_has_not_leaves_it(self, crm: SalesforceCrm) -> None:
        """A record that was deleted for good while no connector ran."""
        index, parts = crm._index, fresh_number()
        assert index is not None
        lost = Numbers("003000000000001AAA", ((called(parts), ""),))
        index.put("Contact", [lost], index.mark("Contact"))
        assert (await crm.match(called(parts), "US")).people == ()
        assert index.find([called(parts)], 5) == []

    async def test_a_converted_lead_is_followed_to_the_contact_that_it_became(
        self, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        parts, other = fresh_number(), fresh_number()
        lead = await desk.make("Lead", LastName="Vos", FirstName="An", Company="Vos BV", Phone=written(parts))
        became = org.control("POST", "leads/convert", {"lead_id": lead}).json()
        found = await crm.match(called(parts), "US")
        assert found.people == (Record(became["contact_id"], "Contact", "An Vos", "Vos BV", "matched_phone"),)
        await desk.edit("Contact", became["contact_id"], Phone=written(other))
        found = await crm.match(called(parts), "US")
        assert found.people == (Record(became["contact_id"], "Contact", "An Vos", "Vos BV", "matched_lead"),)
        assert became["account_id"] in [record.id for record in found.related]
        await desk.delete("Contact", became["contact_id"])
        assert (await crm.match(called(parts), "US")).people == ()

    async def test_a_person_account_is_one_person(self, crm: SalesforceCrm, desk: Desk) -> None:
        (kind,) = await desk.rows("SELECT Id FROM RecordType WHERE DeveloperName = 'PersonAccount'")
        parts, mobile = fresh_number(), fresh_number()
        account = await desk.make(
            "Account",
            RecordTypeId=kind["Id"],
            LastName="Sole",
            Phone=written(parts),
            PersonMobilePhone=written(mobile),
        )
        (row,) = await desk.rows(f"SELECT PersonContactId FROM Account WHERE Id = '{account}'")
        for number, why in ((parts, "matched_phone"), (mobile, "matched_mobile")):
            (person,) = (await crm.match(called(number), "US")).people
            assert (person.id, person.type, person.pop_id, person.why) == (
                row["PersonContactId"],
                "Contact",
                account,
                why,
            )

    async def test_whom_the_agent_may_not_see_is_left_out_and_known_to_be_there(
        self, crm: SalesforceCrm, org: RunningOrg, desk: Desk
    ) -> None:
        parts = fresh_number()
        account = await desk.make("Account", Name="Secret BV")
        seen = await desk.make("Contact", LastName="Seen", AccountId=account, Phone=written(parts))
        secret = await desk.make("Contact", LastName="Secret", Phone=written(parts))
        org.control("POST", "settings", {"hidden": {desk.agent: [secret, account]}})
        found = await crm.match(called(parts), "US", desk.agent)
        assert ([person.id for person in found.people], found.related, found.hidden) == ([seen], (), True)
        assert len((await crm.match(called(parts), "US")).people) == 2
        assert set(await crm.visible(desk.agent, [seen, secret, account])) == {seen}

    async def test_a_switchboard_of_hundreds(self, crm: SalesforceCrm, desk: Desk) -> None:
        parts = fresh_number()
        rows = [{"attributes": {"type": "Contact"}, "LastName": f"Desk {n}", "Phone": f"{written(parts)} x {1000 + n}"}
                for n in range(200)]  # fmt: skip
        await desk._ask("POST", "composite/sobjects", json={"allOrNone": True, "records": rows})
        own = await desk.make("Contact", LastName="Zwart", Phone=written(parts))
        (first, *others) = (await crm.match(called(parts), "US")).people
        assert first.id == own
        assert len(others) == 199

    async def test_how_many_requests_it_takes(self, crm: SalesforceCrm, org: RunningOrg, desk: Desk) -> None:
        parts = fresh_number()
        await desk.make("Contact", LastName="Thrifty", Phone=written(parts))
        assert await cost(org, crm.match(called(parts), "US")) == 3, "new: looked up again, after the changes"
        assert await cost(org, crm.match(called(parts), "US")) == 2, "known: with the changes; what concerns them"
        assert await cost(org, crm.match(called(parts), "US", desk.agent)) == 3, "and what the agent may see of it"
        assert await cost(org, crm.match(called(fresh_number()), "US", desk.agent)) == 2, "nobody; searched for, too"
        assert await cost(org, crm.read_numbers()) == 1

    async def test_nothing_is_read_ahead_when_requests_run_short(self, crm: SalesforceCrm, org: RunningOrg) -> None:
        org.control("POST", "settings", {"daily_limit": 1000, "daily_used": 900})
        await crm.match(called(fresh_number()), "US")
        assert 0 < await crm.read_numbers() <= SELDOM_MS / 1000
        assert await cost(org, crm.read_numbers()) == 0

    async def test_while_the_org_cannot_be_asked_nobody_is_shown(self, crm: SalesforceCrm, org: RunningOrg) -> None:
        org.control("POST", "faults", {"kind": "unavailable", "count": 5})
        with pytest.raises(CrmUnavailable):
            await crm.match("+14155550143", "US")


# The file -------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def fresh(org: RunningOrg, config: MakeConfig, tmp_path: Path) -> Any:
    """Makes adapters with the index in the same file, as restarts do."""
    made: list[SalesforceCrm] = []

    async def start(**others: Any) -> SalesforceCrm:
        made.append(open_crm(config(**others), SqliteNumberIndex(tmp_path / "numbers.db")))
        return made[-1]

    yield start
    for crm in made:
        await crm.close()


Start = Callable[..., Awaitable[SalesforceCrm]]


async def test_until_it_is_filled_callers_are_searched_for(fresh: Start, org: RunningOrg) -> None:
    crm = await fresh()
    assert [person.name for person in (await crm.match("+14155550143", "US")).people] == ["Mia Chen"]
    await filled(crm)
    org.control("POST", "settings", {"search_lag_seconds": 86_400})
    assert [person.name for person in (await crm.match("+14155550143", "US")).people] == ["Mia Chen"]


async def test_a_page_at_a_time_and_a_restart_goes_on(
    fresh: Start, org: RunningOrg, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_feed, "PAGE", 5)
    parts = fresh_number()
    who = await desk.make("Contact", LastName="Last", Phone=written(parts))
    first = await fresh()
    await first.read_numbers()
    assert first._index is not None
    read = first._index.mark("Contact")
    assert read.record
    await first.close()
    second = await filled(await fresh())
    org.control("POST", "settings", {"search_lag_seconds": 86_400})
    assert [person.id for person in (await second.match(called(parts), "US")).people] == [who]


async def test_many_changes_at_once_are_read_page_by_page(
    fresh: Start, org: RunningOrg, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = await filled(await fresh())
    monkeypatch.setattr(number_feed, "PAGE", 5)
    org.control("POST", "settings", {"search_lag_seconds": 86_400})
    parts = fresh_number()
    for n in range(12):
        await desk.make("Lead", LastName=f"Many {n}", Company="Many", Phone=written(parts))
    assert len((await crm.match(called(parts), "US")).people) == 12


async def test_a_restart_keeps_it_and_reads_what_happened_meanwhile(fresh: Start, org: RunningOrg, desk: Desk) -> None:
    first = await filled(await fresh())
    await first.close()
    parts = fresh_number()
    who = await desk.make("Contact", LastName="Meanwhile", Phone=written(parts))
    org.control("POST", "settings", {"search_lag_seconds": 86_400})
    second = await fresh()
    assert [person.id for person in (await second.match(called(parts), "US")).people] == [who]
    assert await cost(org, second.read_numbers()) == 1, "nothing is read whole again"


async def test_without_its_file_callers_are_searched_for(
    fresh: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    crm = await filled(await fresh())
    assert crm._index is not None

    def full(*_: object) -> list[Place]:
        raise StoreError("numbers.db: the disk is full")

    monkeypatch.setattr(crm._index, "find", full)
    assert [person.name for person in (await crm.match("+14155550143", "US")).people] == ["Mia Chen"]
    assert "disk is full" in caplog.text


# What the administrator chose -----------------------------------------------------------------------------------------


MACHINE = sobject(
    "Machine__c", "Machine", "Machines", "a09",
    [
        record_id(),
        text("Name", "Name", 80, required=True, searchable_name=True),
        phone("Line__c", "Line"),
        text("Country__c", "Country", 2),
        text("Serial__c", "Serial", 20),
        *audit(),
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def own_org(private_key: rsa.RSAPrivateKey) -> Iterator[RunningOrg]:
    """An org with an object of its own, to which Tasks can be related."""
    schema = standard_schema()
    task = schema["Task"]
    related = lookup("WhatId", "Related To ID", (*task.fields["WhatId"].targets, "Machine__c"))
    fields = [related if field.name == "WhatId" else field for field in task.fields.values()]
    changed = structs.replace(sobject("Task", "Task", "Tasks", "00T", fields), name_field=task.name_field)
    made = Schema([*(item for item in schema.objects.values() if item.name != "Task"), changed, MACHINE])
    patch = pytest.MonkeyPatch()
    patch.setattr(server, "standard_schema", lambda: made.with_contact_key("unique"))
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    running = RunningOrg(private_key, client_certificate=public)
    patch.undo()
    yield running
    running.close()


async def test_the_fields_that_the_administrator_chose(own_org: RunningOrg, config: MakeConfig, tmp_path: Path) -> None:
    session = own_org.control("POST", "sessions", {"username": "sam.rivera@phone-panel.example"}).json()
    desk = Desk(own_org.url, session["access_token"], session["user_id"])
    crm = open_crm(config(login_url=own_org.url), SqliteNumberIndex(tmp_path / "numbers.db"))
    try:
        await filled(crm)
        configure(own_org, "Machine", Object__c="Machine__c", Field__c="line__c", Country_Field__c="Country__c")
        configure(own_org, "Night", Object__c="Contact", Field__c="HomePhone", Country_Field__c="Nowhere__c")
        configure(own_org, "Blank", Object__c="Lead", Field__c="its phone")
        configure(own_org, "Missing", Object__c="Contact", Field__c="Missing__c")
        configure(own_org, "Checkbox", Object__c="Lead", Field__c="IsConverted")
        configure(own_org, "Nothing", Object__c="Nothing__c", Field__c="Phone__c")
        configure(own_org, "Entry", Object__c="Phone_Address_Book_Entry__c", Field__c="Number__c")
        notes = (await crm.directory()).ignored
        kind = "Phone_Number_Field__mdt"
        assert sorted(line.removeprefix(kind) for line in notes if line.startswith(kind)) == [
            " Blank: is left out: Field__c 'its phone' is not an API name",
            ": Contact.Missing__c is left out: there is no such field, or our user may not see it",
            ": Contact.Nowhere__c is no field: the country is taken to be the agent's",
            ": Lead.IsConverted is left out: it is no phone or text",
            ": Nothing__c is left out: there is no such object, or our user may not read it",
            ": Phone_Address_Book_Entry__c is left out: no Task can be related to it; tick Allow Activities",
        ]
        await filled(crm)
        line, day, night = f"5{secrets.randbelow(1_000_000):06}", fresh_number(), fresh_number()
        machine = await desk.make("Machine__c", Name="Press 7", Line__c=f"020 {line}", Country__c="NL")
        await desk.make("Machine__c", Name="Press 8", Line__c=f"020 {line}", Country__c="IT")
        who = await desk.make("Contact", LastName="Night", Phone=written(day), HomePhone=written(night))
        found = await crm.match(f"+3120{line}", "US", desk.agent)
        assert found.people == ()
        assert found.related == (Record(machine, "Machine__c", "Press 7", "", "matched_other"),)
        assert [person.id for person in (await crm.match(called(night), "US")).people] == [who]
        assert (await crm.match(called(day), "US")).people == ()
        lead = await desk.make("Lead", LastName="Day", Company="Day BV", Phone=written(day))
        assert [person.id for person in (await crm.match(called(day), "US")).people] == [lead]
        check = [finding.what for finding in await crm.check() if not finding.ok]
        assert any("Missing__c" in what for what in check)
    finally:
        await crm.close()
        desk.close()
