"""What every Crm must do.  A test module subclasses `CrmContract` and provides the fixtures `crm` and `desk`; for an
org that differs only in its fields of Task it subclasses `TaskContract`.

The tests make their own records through `Desk`, which talks plain REST as people and other integrations would, so they
run on the stand-in org and on a real one alike: there, `patience_s` is the time that its search index needs.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest
import requests
from msgspec import structs

from connector.domain.model import Record
from connector.ports.crm import BudgetMode, CallerMatch, Crm, TaskDeleted, TaskError, TaskResult, TaskWritten
from connector.ports.store import OutboxRow, TaskFields

Row = dict[str, Any]

_AREAS = itertools.cycle(range(212, 989))


def fresh_number() -> tuple[str, str, str]:
    """A North American number that no record has: area, exchange, line; drawn anew for each run."""
    return f"{next(_AREAS)}", "555", f"{secrets.randbelow(10_000):04}"


def fresh_key() -> str:
    return secrets.token_hex(16)


class Desk:
    """A person at the org's REST API: looks, makes, edits and deletes records.

    `agent` is the user whose session it is, one that takes calls.
    """

    def __init__(self, url: str, token: str, agent: str, *, patience_s: float = 0) -> None:
        self.agent = agent
        self.patience_s = patience_s
        self._base = f"{url}/services/data/v62.0/"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    async def rows(self, soql: str, *, deleted: bool = False) -> list[Row]:
        """The rows of a query."""
        answer = await self._ask("GET", "queryAll" if deleted else "query", params={"q": soql})
        return list(answer.json()["records"])

    async def task(self, key: str) -> Row:
        """The one Task with that contact key."""
        (task,) = await self.tasks(key)
        return task

    async def tasks(self, key: str, *, deleted: bool = False) -> list[Row]:
        """All Tasks with that contact key, every field that the connector writes."""
        select = ", ".join(["Id", "IsDeleted", "SystemModstamp", "LastModifiedById", *task_fields(key, "x")])
        return await self.rows(f"SELECT {select} FROM Task WHERE Phone_Contact_Key__c = '{key}'", deleted=deleted)

    async def make(self, sobject: str, /, **fields: object) -> str:
        """The id of a new record."""
        answer = await self._ask("POST", f"sobjects/{sobject}", json=fields)
        return str(answer.json()["id"])

    async def edit(self, sobject: str, record: str, /, **fields: object) -> None:
        await self._ask("PATCH", f"sobjects/{sobject}/{record}", json=fields)

    async def delete(self, sobject: str, record: str, /) -> None:
        await self._ask("DELETE", f"sobjects/{sobject}/{record}")

    async def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = await asyncio.to_thread(self._session.request, method, self._base + path, timeout=30, **more)
        assert answer.ok, answer.text
        return answer


def task_fields(key: str, agent: str, **more: str | int | None) -> TaskFields:
    """What the core wants of a finished call."""
    return {
        "Subject": "Call with Mia Chen",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": "2026-11-23",
        "TaskSubtype": "Call",
        "CallType": "Inbound",
        "CallDurationInSeconds": 252,
        "CallDisposition": "Resolved",
        "CallObject": key,
        "Description": "Charged twice – refund 50 €\nBelt terug ☎",
        "WhoId": None,
        "WhatId": None,
        "OwnerId": agent,
        "Phone_Contact_Key__c": key,
        "Phone_Interaction_Key__c": "i-" + key[:30],
        "Phone_Revision__c": 1,
        "Phone_Skill__c": "Support_EN",
        "Phone_Tags__c": "Refund; VIP",
        "Phone_Queue_Time__c": 20,
        "Phone_Ring_Time__c": 7,
        "Phone_Hold_Time__c": 0,
        "Phone_Direction__c": "Inbound",
        **more,
    }


def first(key: str, fields: TaskFields, *, doubtful: bool = False) -> OutboxRow:
    """The first version of a Task."""
    revision = fields["Phone_Revision__c"]
    assert isinstance(revision, int)
    return OutboxRow(key, revision, fields, 0, {}, None, doubtful, int(doubtful))


def later(before: TaskResult, *, doubtful: bool = False, **changes: str | int | None) -> OutboxRow:
    """The next version after one that was written."""
    assert isinstance(before, TaskWritten), before
    written = before.fields["Phone_Revision__c"]
    assert isinstance(written, int)
    fields = {**before.fields, "Phone_Revision__c": written + 1, **changes}
    revision = fields["Phone_Revision__c"]
    assert isinstance(revision, int)
    return OutboxRow(before.contact, revision, fields, written, before.fields, before.task_id, doubtful, int(doubtful))


async def one(crm: Crm, row: OutboxRow) -> TaskResult:
    (result,) = await crm.write_tasks([row])
    assert result.contact == row.contact
    return result


async def written(crm: Crm, row: OutboxRow) -> TaskWritten:
    result = await one(crm, row)
    assert isinstance(result, TaskWritten), result
    return result


T = TypeVar("T")


async def until(desk: Desk, ask: Callable[[], Awaitable[T]], enough: Callable[[T], bool]) -> T:
    """The answer, given the search index its time."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + desk.patience_s
    while True:
        found = await ask()
        if enough(found) or loop.time() >= latest:
            return found
        await asyncio.sleep(1)


async def until_found(
    crm: Crm, desk: Desk, number: str, country: str, enough: Callable[[CallerMatch], bool]
) -> CallerMatch:
    return await until(desk, lambda: crm.match(number, country), enough)


async def until_listed(crm: Crm, desk: Desk, what: str, text: str, count: int) -> Sequence[Record]:
    return await until(desk, lambda: crm.find(what, text), lambda records: len(records) >= count)


class TaskContract:
    """Tasks: written once, in every way that an org may be set up for them."""

    @pytest.fixture
    def crm(self) -> Crm:
        """To be overridden: signed in at an org with our package and at least one agent."""
        raise NotImplementedError

    @pytest.fixture
    def desk(self) -> Desk:
        """To be overridden: that agent at the same org."""
        raise NotImplementedError

    # Tasks: first versions ----------------------------------------------------------------------------------------

    async def test_a_first_version_holds_every_field(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        account = await desk.make("Account", Name="Northwind Traders")
        who = await desk.make("Contact", LastName="Chen", FirstName="Mia", AccountId=account)
        fields = task_fields(key, desk.agent, WhoId=who, WhatId=account)
        result = await written(crm, first(key, fields))
        task = await desk.task(key)
        assert result.task_id == task["Id"]
        assert {name: task[name] for name in fields} == {**fields, "Phone_Revision__c": 1.0}
        assert result.fields == fields

    async def test_results_are_in_order_and_a_refused_row_does_not_hold_back_the_others(
        self, crm: Crm, desk: Desk
    ) -> None:
        keys = [fresh_key() for _ in range(3)]
        rows = [first(key, task_fields(key, desk.agent)) for key in keys]
        account = await desk.make("Account", Name="Not a person")
        rows[1] = first(keys[1], task_fields(keys[1], desk.agent, WhoId=account))
        results = await crm.write_tasks(rows)
        assert [result.contact for result in results] == keys
        assert [type(result) for result in results] == [TaskWritten, TaskError, TaskWritten]
        error = results[1]
        assert isinstance(error, TaskError)
        assert (error.code, error.fields) == ("FIELD_INTEGRITY_EXCEPTION", ("WhoId",))
        assert error.message
        assert [len(await desk.tasks(key)) for key in keys] == [1, 0, 1]

    async def test_how_fields_are_filled_in(self, crm: Crm) -> None:
        status, due, duration, nowhere = await crm.field_forms(
            ["Status", "ActivityDate", "CallDurationInSeconds", "Nowhere__c"]
        )
        assert (status.name, status.kind, status.writable) == ("Status", "choice", True)
        assert {"Completed", "In Progress"} <= {choice.value for choice in status.choices}
        assert (due.kind, due.label != "", duration.kind, duration.decimals) == ("date", True, "number", 0)
        assert (nowhere.name, nowhere.kind, nowhere.writable) == ("Nowhere__c", "other", False)
        assert list(await crm.field_forms([])) == []

    async def test_no_rows_no_results(self, crm: Crm) -> None:
        assert list(await crm.write_tasks([])) == []

    async def test_two_hundred_rows_at_once(self, crm: Crm, desk: Desk) -> None:
        keys = [fresh_key() for _ in range(200)]
        results = await crm.write_tasks(
            [first(key, task_fields(key, desk.agent, Description="x" * 500)) for key in keys]
        )
        assert [result.contact for result in results] == keys
        again = await crm.write_tasks([later(result, Description="y" * 500) for result in results])
        assert all(isinstance(result, TaskWritten) for result in again)
        doubted = [first(key, task_fields(key, desk.agent, Description="y" * 500), doubtful=True) for key in keys]
        looked_up = await crm.write_tasks(doubted)
        assert [result.task_id for result in looked_up if isinstance(result, TaskWritten)] == [
            result.task_id for result in results if isinstance(result, TaskWritten)
        ]

    async def test_texts_that_are_too_long_are_cut_and_say_so(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        tags = "; ".join(f"Tag {n:03}" for n in range(60))
        fields = task_fields(
            key, desk.agent, Subject="é" * 300, Description="☎" * 33_120, CallDisposition="z" * 256, Phone_Tags__c=tags
        )
        await written(crm, first(key, fields))
        task = await desk.task(key)
        assert task["Subject"] == "é" * 254 + "…"
        assert len(task["Description"]) == 32_000
        assert task["Description"].endswith("☎\n[… cut, 33,120 characters]")
        assert task["CallDisposition"] == "z" * 254 + "…"
        assert len(task["Phone_Tags__c"]) <= 255
        assert tags.startswith(task["Phone_Tags__c"].removesuffix("…"))
        assert task["Phone_Tags__c"].endswith("; …")

    async def test_signs_that_no_text_may_hold_are_left_out(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        await written(
            crm, first(key, task_fields(key, desk.agent, Description="a\x00b\x1bc\ud800d\te\n'f'\\", Subject="\x07 "))
        )
        task = await desk.task(key)
        assert (task["Description"], task["Subject"]) == ("abcd\te\n'f'\\", None)

    async def test_keys_that_differ_only_in_case_are_two_tasks(self, crm: Crm, desk: Desk) -> None:
        rest = fresh_key()[2:]
        key, other = "Aa" + rest, "aA" + rest
        one_result = await written(crm, first(key, task_fields(key, desk.agent)))
        other_result = await written(crm, first(other, task_fields(other, desk.agent)))
        assert one_result.task_id != other_result.task_id
        looked_up = await written(crm, first(key, task_fields(key, desk.agent), doubtful=True))
        assert looked_up.task_id == one_result.task_id

    # Tasks: later versions ----------------------------------------------------------------------------------------

    async def test_a_later_version_changes_what_changed(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(
            crm, first(key, task_fields(key, desk.agent, Status="In Progress", CallDisposition=None))
        )
        after = await written(
            crm, later(before, Status="Completed", CallDisposition="Resolved", Phone_Tags__c=None, Description="")
        )
        task = await desk.task(key)
        assert after.task_id == before.task_id == task["Id"]
        assert (task["Status"], task["CallDisposition"], task["Phone_Tags__c"], task["Description"]) == (
            "Completed",
            "Resolved",
            None,
            None,
        )
        assert task["Phone_Revision__c"] == 2

    async def test_a_task_that_is_as_wanted_is_not_written(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, Description="  trimmed by the org \n")))
        stamp = (await desk.task(key))["SystemModstamp"]
        await written(crm, first(key, dict(before.fields), doubtful=True))
        await written(crm, later(before, Phone_Revision__c=1))
        assert (await desk.task(key))["SystemModstamp"] == stamp

    async def test_what_people_edited_stays(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent)))
        await desk.edit("Task", before.task_id, Subject="Refund for Mia", Priority="High", Description=None)
        after = await written(
            crm,
            later(
                before, Subject="Call with Mia C.", Description="Charged twice, all of it", CallDisposition="Escalated"
            ),
        )
        task = await desk.task(key)
        assert (task["Subject"], task["Priority"], task["Description"]) == ("Refund for Mia", "High", None)
        assert (task["CallDisposition"], task["Phone_Revision__c"]) == ("Escalated", 2)
        await written(crm, later(after, Subject="Call with Mia Chen, again", Phone_Tags__c="VIP"))
        task = await desk.task(key)
        assert (task["Subject"], task["Phone_Tags__c"]) == ("Refund for Mia", "VIP")

    async def test_people_may_have_written_the_same(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent)))
        await desk.edit("Task", before.task_id, Description="one\r\ntwo", WhatId=None)
        await written(crm, later(before, Description="one\ntwo"))
        assert (await desk.task(key))["Description"].replace("\r", "") == "one\ntwo"

    async def test_a_refused_later_version_leaves_the_task_alone(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent)))
        result = await one(crm, later(before, CallType="Sideways", CallDisposition="Escalated"))
        assert isinstance(result, TaskError)
        assert (result.code, result.fields) == ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ("CallType",))
        assert (await desk.task(key))["CallDisposition"] == "Resolved"

    async def test_a_deleted_person_is_not_taken_for_a_deleted_task(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent)))
        who = await desk.make("Contact", LastName="Gone")
        await desk.delete("Contact", who)
        result = await one(crm, later(before, WhoId=who))
        assert isinstance(result, TaskError)
        assert len(await desk.tasks(key)) == 1

    # Tasks: deleted by people -------------------------------------------------------------------------------------

    async def test_a_deleted_task_is_not_made_again(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent)))
        await desk.delete("Task", before.task_id)
        row = later(before, Description="more")
        assert await one(crm, row) == TaskDeleted(key)
        assert await one(crm, structs.replace(row, doubtful=True)) == TaskDeleted(key)
        assert await one(crm, structs.replace(row, task_id=None)) == TaskDeleted(key)
        assert await one(crm, first(key, task_fields(key, desk.agent), doubtful=True)) == TaskDeleted(key)
        assert await desk.tasks(key) == []

    # Tasks: after an unknown outcome ------------------------------------------------------------------------------

    async def test_a_doubtful_first_version_that_was_carried_out_is_not_doubled(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, Description="first")))
        fields = task_fields(key, desk.agent, Description="second", Phone_Revision__c=2)
        after = await written(crm, first(key, fields, doubtful=True))
        assert after.task_id == before.task_id
        task = await desk.task(key)
        assert (task["Description"], task["Phone_Revision__c"]) == ("second", 2)

    async def test_a_doubtful_first_version_that_was_not_carried_out_is_made(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        result = await written(crm, first(key, task_fields(key, desk.agent), doubtful=True))
        assert (await desk.task(key))["Id"] == result.task_id

    async def test_a_doubtful_first_version_respects_people_who_came_in_between(self, crm: Crm, desk: Desk) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, CallDisposition=None)))
        await desk.edit("Task", before.task_id, Subject="Refund for Mia")
        await written(crm, first(key, task_fields(key, desk.agent, CallDisposition="Resolved"), doubtful=True))
        task = await desk.task(key)
        assert (task["Subject"], task["CallDisposition"]) == ("Refund for Mia", "Resolved")

    async def test_a_doubtful_later_version_that_was_carried_out_is_gone_on_from(self, crm: Crm, desk: Desk) -> None:
        """Ours is the last hand on the Task: what differs from the confirmed version is our own unconfirmed one."""
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, Description="first")))
        await written(crm, later(before, Description="second"))
        await written(crm, later(before, Description="third", Phone_Revision__c=3, doubtful=True))
        assert (await desk.task(key))["Description"] == "third"
        await written(crm, later(before, Description="first", Phone_Revision__c=4, doubtful=True))
        assert (await desk.task(key))["Description"] == "first"

    async def test_a_doubtful_later_version_that_was_not_carried_out_respects_people(
        self, crm: Crm, desk: Desk
    ) -> None:
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, Description="first")))
        await desk.edit("Task", before.task_id, Description="by a person")
        await written(crm, later(before, Description="second", CallDisposition="Escalated", doubtful=True))
        task = await desk.task(key)
        assert (task["Description"], task["CallDisposition"]) == ("by a person", "Escalated")

    async def test_the_agents_last_words_go_on_from_an_unconfirmed_version(self, crm: Crm, desk: Desk) -> None:
        """A person's edit of another field in between does not lose what the agent went on to write."""
        key = fresh_key()
        before = await written(crm, first(key, task_fields(key, desk.agent, Description="first")))
        await written(crm, later(before, Description="first and sec"))
        await desk.edit("Task", before.task_id, Priority="High")
        row = later(before, Description="first and second", Phone_Revision__c=3, doubtful=True)
        await written(crm, row)
        task = await desk.task(key)
        assert (task["Description"], task["Priority"]) == ("first and second", "High")


class CrmContract(TaskContract):
    """The directory, caller match and searches, the check, and the contract of Tasks."""

    # The directory ------------------------------------------------------------------------------------------------

    async def test_the_directory_knows_the_agent_and_is_the_same_when_nothing_changed(
        self, crm: Crm, desk: Desk
    ) -> None:
        directory = await crm.directory()
        (user,) = await desk.rows(f"SELECT Name, TimeZoneSidKey FROM User WHERE Id = '{desk.agent}'")
        profile = directory.agents[desk.agent]
        assert (profile.id, profile.name, profile.time_zone) == (desk.agent, user["Name"], user["TimeZoneSidKey"])
        assert profile.skills
        assert set(profile.skills) <= set(directory.skills)
        assert all(1 <= level <= 10 for level in profile.skills.values())
        assert directory.reasons
        assert directory.version != 0
        assert await crm.directory() == directory

    # Caller match -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "written_as",
        [
            "+1 {} {} {}",
            "({}) {}-{}",
            "{}.{}.{}",
            "{}{}{}",
            "1-{}-{}-{}",
            "+1{}{}{}",
            "001 {} {} {}",
            "{}-{}-{} x 2031",
            "({}) {}-{} ext. 7",
            "{}.{}.{}, ext 301",
            "+1 ({}) {}-{}#118",
        ],
    )
    async def test_a_number_is_found_however_it_is_written(self, crm: Crm, desk: Desk, written_as: str) -> None:
        parts = fresh_number()
        who = await desk.make("Contact", LastName="Ferrari", FirstName="Noor", Phone=written_as.format(*parts))
        found = await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: bool(match.people))
        assert found.people == (Record(who, "Contact", "Noor Ferrari", "", "matched_phone"),)

    @pytest.mark.parametrize(
        "number,written_as,country",
        [
            ("+3120{}", "020 {}", "NL"),
            ("+3120{}", "020 {}", "US"),
            ("+3120{}", "+31 (0)20 {}", "US"),
            ("+3120{}", "0031 20 {}", "NL"),
            ("+3120{}", "020-{} toestel 14", "NL"),
            ("+4930{}", "(030) {}", "DE"),
            ("+4930{}", "+49 30 {}", "US"),
            ("+44207{}", "0207 {}", "GB"),
        ],
    )
    async def test_numbers_of_other_countries(
        self, crm: Crm, desk: Desk, number: str, written_as: str, country: str
    ) -> None:
        line = f"5{secrets.randbelow(1_000_000):06}"
        who = await desk.make("Contact", LastName="de Boer", Phone=written_as.format(line))
        found = await until_found(crm, desk, number.format(line), country, lambda match: bool(match.people))
        assert [person.id for person in found.people] == [who]

    async def test_only_exact_matches(self, crm: Crm, desk: Desk) -> None:
        area, exchange, line = fresh_number()
        other_area = "989" if area != "989" else "212"
        await desk.make("Contact", LastName="Otherarea", Phone=f"({other_area}) {exchange}-{line}")
        await desk.make("Contact", LastName="Othercountry", Phone=f"+49 {area} {exchange} {line}")
        await desk.make("Contact", LastName="Faxonly", Fax=f"({area}) {exchange}-{line}")
        gone = await desk.make("Contact", LastName="Deleted", Phone=f"({area}) {exchange}-{line}")
        await desk.delete("Contact", gone)
        who = await desk.make("Contact", LastName="Exact", MobilePhone=f"({area}) {exchange}-{line}")
        found = await until_found(crm, desk, f"+1{area}{exchange}{line}", "US", lambda match: bool(match.people))
        assert [(person.id, person.why) for person in found.people] == [(who, "matched_mobile")]

    async def test_several_people_best_first(self, crm: Crm, desk: Desk) -> None:
        parts = fresh_number()
        plain, dotted = "({}) {}-{}".format(*parts), "{}.{}.{}".format(*parts)
        lead = await desk.make("Lead", LastName="Whit", FirstName="D.", Company="Whit Consulting", Phone=plain)
        other = await desk.make("Contact", LastName="Whit", FirstName="Zoe", OtherPhone=dotted)
        shared = await desk.make("Contact", LastName="Whit", FirstName="Abe", Phone=f"{plain} x 12")
        mobile = await desk.make("Contact", LastName="Whit", FirstName="Dan", MobilePhone=dotted)
        phone = await desk.make("Contact", LastName="Whit", FirstName="Dana", Phone=plain, MobilePhone=dotted)
        found = await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: len(match.people) == 5)
        assert [(person.id, person.type, person.why) for person in found.people] == [
            (phone, "Contact", "matched_phone"),
            (mobile, "Contact", "matched_mobile"),
            (other, "Contact", "matched_other"),
            (lead, "Lead", "matched_phone"),
            (shared, "Contact", "matched_phone"),
        ]
        assert found.people[3].detail == "Whit Consulting"

    async def test_related_are_the_account_and_what_is_open(self, crm: Crm, desk: Desk) -> None:
        parts = fresh_number()
        account = await desk.make("Account", Name="Bakkerij Anders")
        who = await desk.make("Contact", LastName="Anders", AccountId=account, Phone="{}-{}-{}".format(*parts))
        case = await desk.make("Case", Subject="Oven kapot", ContactId=who, AccountId=account, Status="New")
        await desk.make("Case", Subject="Oud", ContactId=who, AccountId=account, Status="Closed")
        deal = await desk.make(
            "Opportunity", Name="Renewal", AccountId=account, StageName="Qualification", CloseDate="2027-01-31"
        )
        await desk.make("Opportunity", Name="Won", AccountId=account, StageName="Closed Won", CloseDate="2026-01-31")
        (number,) = await desk.rows(f"SELECT CaseNumber FROM Case WHERE Id = '{case}'")
        found = await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: bool(match.people))
        assert found.people == (Record(who, "Contact", "Anders", "Bakkerij Anders", "matched_phone"),)
        assert found.related == (
            Record(account, "Account", "Bakkerij Anders", "", "account_of"),
            Record(case, "Case", number["CaseNumber"], "Oven kapot"),
            Record(deal, "Opportunity", "Renewal", "Qualification"),
        )

    async def test_the_record_of_the_last_call_is_marked(self, crm: Crm, desk: Desk) -> None:
        parts = fresh_number()
        who = await desk.make("Contact", LastName="Anders", Phone="{}-{}-{}".format(*parts))
        for subject in ("Oven kapot", "Deur klemt"):
            case = await desk.make("Case", Subject=subject, ContactId=who)
        key = fresh_key()
        await written(crm, first(key, task_fields(key, desk.agent, WhoId=who, WhatId=case)))
        found = await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: bool(match.people))
        assert {record.detail: record.why for record in found.related} == {"Oven kapot": "", "Deur klemt": "last_call"}

    async def test_a_company_with_the_number_is_related_and_no_person(self, crm: Crm, desk: Desk) -> None:
        parts = fresh_number()
        account = await desk.make("Account", Name="Northwind Hold", Phone="{}-{}-{}".format(*parts))
        found = await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: bool(match.related))
        assert found.people == ()
        assert [(record.id, record.why) for record in found.related] == [(account, "matched_phone")]

    async def test_a_number_that_was_changed_or_taken_out_is_not_found_any_more(self, crm: Crm, desk: Desk) -> None:
        before, after = fresh_number(), fresh_number()
        who = await desk.make("Contact", LastName="Moved", Phone="{}-{}-{}".format(*before))
        await until_found(crm, desk, "+1" + "".join(before), "US", lambda match: bool(match.people))
        await desk.edit("Contact", who, Phone="{}-{}-{}".format(*after))
        found = await until_found(crm, desk, "+1" + "".join(after), "US", lambda match: bool(match.people))
        assert [person.id for person in found.people] == [who]
        assert (await crm.match("+1" + "".join(before), "US")).people == ()
        await desk.edit("Contact", who, Phone=None)
        assert (await crm.match("+1" + "".join(after), "US")).people == ()

    async def test_an_agent_is_shown_what_they_may_see(self, crm: Crm, desk: Desk) -> None:
        parts = fresh_number()
        account = await desk.make("Account", Name="Quay & Sons")
        who = await desk.make("Contact", LastName="Quay", AccountId=account, Phone="{}-{}-{}".format(*parts))
        await until_found(crm, desk, "+1" + "".join(parts), "US", lambda match: bool(match.people))
        found = await crm.match("+1" + "".join(parts), "US", desk.agent)
        assert ([one.id for one in found.people], found.hidden) == ([who], False)
        assert [one.id for one in found.related] == [account]

    async def test_of_records_that_are_named_those_are_told_that_the_agent_may_see(self, crm: Crm, desk: Desk) -> None:
        who, gone = [await desk.make("Contact", LastName=name) for name in ("Quay", "Gone")]
        company = await desk.make("Account", Name="Quay & Sons")
        await desk.delete("Contact", gone)
        assert set(await crm.visible(desk.agent, [who, gone, company])) == {who, company}
        assert set(await crm.visible(desk.agent, [])) == set()

    async def test_a_record_that_is_named_by_its_id_is_as_a_task_can_link_to_it(self, crm: Crm, desk: Desk) -> None:
        account = await desk.make("Account", Name="Quay & Sons", Industry="Banking")
        who = await desk.make("Contact", LastName="Quay", AccountId=account)
        lead = await desk.make("Lead", LastName="Cold", Company="Cold BV")
        case = await desk.make("Case", Subject="Oven kapot", ContactId=who)
        (number,) = await desk.rows(f"SELECT CaseNumber FROM Case WHERE Id = '{case}'")
        assert await crm.named(desk.agent, account) == Record(account, "Account", "Quay & Sons", "Banking")
        assert await crm.named(desk.agent, who) == Record(who, "Contact", "Quay", "Quay & Sons")
        assert await crm.named(desk.agent, lead) == Record(lead, "Lead", "Cold", "Cold BV")
        assert await crm.named(desk.agent, case[:15]) == Record(case, "Case", number["CaseNumber"], "Oven kapot")

    async def test_what_is_named_and_no_task_can_link_to_is_nothing(self, crm: Crm, desk: Desk) -> None:
        gone = await desk.make("Case", Subject="Gone")
        await desk.delete("Case", gone)
        for record in (gone, desk.agent, "zzz000000000001AAA", "001000000000001AAA"):
            assert await crm.named(desk.agent, record) is None, record

    @pytest.mark.parametrize("number", ["", "anonymous", "2042", "+1", "+999"])
    async def test_what_is_no_number_has_nobody(self, crm: Crm, number: str) -> None:
        assert await crm.match(number, "US") == CallerMatch((), ())

    async def test_nobody_has_the_number(self, crm: Crm) -> None:
        assert await crm.match("+1" + "".join(fresh_number()), "US") == CallerMatch((), ())

    # Searches -----------------------------------------------------------------------------------------------------

    async def test_people_are_found_by_the_beginning_of_a_name(self, crm: Crm, desk: Desk) -> None:
        name = "Quist" + secrets.token_hex(4)
        contact = await desk.make("Contact", FirstName="Åsa", LastName=name)
        lead = await desk.make("Lead", LastName=name, Company="Quist & Zn. (NL)")
        found = await until_listed(crm, desk, "people", name[:-2].lower(), 2)
        assert [(record.id, record.why) for record in found] == [(contact, "search"), (lead, "search")]
        assert (found[0].name, found[1].detail) == (f"Åsa {name}", "Quist & Zn. (NL)")
        assert [record.id for record in await crm.find("people", f"Asa {name}")] == [contact]

    async def test_records_are_found_by_name_number_and_subject(self, crm: Crm, desk: Desk) -> None:
        word = "Zephyr" + secrets.token_hex(4)
        case = await desk.make("Case", Subject=f"{word} kapot")
        account = await desk.make("Account", Name=f"{word} BV")
        (number,) = await desk.rows(f"SELECT CaseNumber FROM Case WHERE Id = '{case}'")
        assert {record.id for record in await until_listed(crm, desk, "records", word, 2)} == {account, case}
        found = await crm.find("records", number["CaseNumber"])
        assert Record(case, "Case", number["CaseNumber"], f"{word} kapot", "search") in found

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "x",
            "AND",
            "or not",
            "?",
            "***",
            "}{",
            "'",
            "\\",
            '"',
            "O'Brien} RETURNING User(Id) {x",
            "💥",
            "A&B",
        ],
    )
    @pytest.mark.parametrize("what", ["people", "records"])
    async def test_any_text_can_be_searched_for(self, crm: Crm, what: str, text: str) -> None:
        for record in await crm.find(what, text):
            assert record.type in ("Contact", "Lead", "Account", "Case", "Opportunity", "Campaign")

    # The budget ---------------------------------------------------------------------------------------------------

    async def test_after_an_answer_it_is_known_how_the_budget_stands(self, crm: Crm, desk: Desk) -> None:
        before = round(time.time() * 1000)
        await crm.visible(desk.agent, [await desk.make("Account", Name="Quay & Sons")])
        budget = crm.budget
        assert budget is not None
        assert 0 < budget.used <= budget.limit
        assert budget.left == budget.limit - budget.used
        assert budget.mode in BudgetMode
        assert before <= budget.read_at <= round(time.time() * 1000)

    # The check ----------------------------------------------------------------------------------------------------

    async def test_the_check_says_what_works(self, crm: Crm) -> None:
        found = await crm.check()
        assert found[0].ok
        assert all(finding.what for finding in found)
        assert all(finding.cure for finding in found if not finding.ok)
