"""What the doctor makes of answers that the stand-in org does not give."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from connector.domain.directory import Directory, Profile
from connector.errors import CrmUnavailable
from connector.ports.diagnosis import Diagnosis, State
from connector.salesforce.checks import FIELDS
from connector.salesforce.doctor import _looked, org, people, task, validation
from connector.salesforce.doctor.patient import Patient, user_id
from connector.salesforce.doctor.samples import samples
from connector.salesforce.faults import Refused
from connector.salesforce.tasks import OLDER_WORDS

ME, SAM = "005000000000001AAA", "005000000000002AAA"
TODAY = dt.date(2026, 11, 30)
Answer = object
DIRECTORY = Directory(agents={SAM: Profile(SAM, "Sam Rivera")})


class Client:
    """Answers by the first name in a question that it knows; an exception is raised."""

    def __init__(self, **answers: Answer) -> None:
        self._answers = answers

    def _answer(self, asked: str) -> Any:
        for name, answer in self._answers.items():
            if name.replace("_", "/") in asked or name in asked:
                if isinstance(answer, Exception):
                    raise answer
                return answer
        raise AssertionError(asked)

    def get(self, path: str) -> Any:
        return self._answer(path or "resources")

    def query(self, soql: str) -> Any:
        return self._answer(soql)

    def query_among(self, soql: str, _: Iterable[str]) -> Any:
        return self._answer(soql)

    tooling = query

    def describe(self, name: str) -> Any:
        return self._answer(f"describe {name}")

    def clock_ahead(self) -> Any:
        return self._answer("clock")


def described(name: str, **others: object) -> dict[str, Any]:
    field = {
        "name": name, "label": name, "type": "string", "length": 255, "createable": True, "updateable": True,
        "nillable": True, "defaultedOnCreate": False, "calculated": False, "externalId": True, "unique": True,
        "restrictedPicklist": False, "picklistValues": [],
    }  # fmt: skip
    return {**field, **others}


def patient(client: Client, *fields: dict[str, Any], record_types: Sequence[dict[str, Any]] = ()) -> Patient:
    all_fields = {name: described(name) for name in FIELDS} | {field["name"]: field for field in fields}
    described_task = {"fields": list(all_fields.values()), "recordTypeInfos": list(record_types)}
    return Patient(client, DIRECTORY, described_task, ME, samples(DIRECTORY, ME))  # type: ignore[arg-type]  # a stand-in for the client


def record_type(name: str, *, default: bool) -> dict[str, Any]:
    return {"name": name, "master": name == "Master", "defaultRecordTypeMapping": default, "active": True,
            "recordTypeId": f"012{name[:12]:0<12}AAA"}  # fmt: skip


def offering(kind: dict[str, Any], **values: list[str]) -> dict[str, Any]:
    lists = [{"picklistName": name, "picklistValues": [{"value": value} for value in some]}
             for name, some in values.items()]  # fmt: skip
    return {"recordTypeMappings": [{"recordTypeId": kind["recordTypeId"][:15], "picklistsForRecordType": lists}]}


SPECIAL = record_type("Special", default=True)
PRIORITY = described("Priority", type="picklist", picklistValues=[{"value": "Normal"}, {"value": "High"}])


def only(found: Iterable[Diagnosis]) -> Diagnosis:
    (diagnosis,) = found
    return diagnosis


def test_a_record_type_whose_values_are_not_told_is_unknown() -> None:
    mapping = {"recordTypeMappings": [{**SPECIAL, "picklistsForRecordType": None}]}
    told = only(task.record_types(patient(Client(layouts=mapping), record_types=[SPECIAL])))
    assert (told.state, "--try-task" in told.cure) == (State.UNKNOWN, True)


@pytest.mark.parametrize(("restricted", "state"), [(True, State.WRONG), (False, State.HINT)])
def test_a_value_that_a_record_type_lacks_counts_as_its_picklist_is(restricted: bool, state: State) -> None:
    client = Client(layouts=offering(SPECIAL, Priority=["High"]))
    priority = {**PRIORITY, "restrictedPicklist": restricted}
    told = only(task.record_types(patient(client, priority, record_types=[SPECIAL])))
    assert (told.state, "'Special'" in told.what, "'Normal'" in told.what) == (state, True, True)


def test_record_types_that_are_not_ours_by_default_do_not_matter() -> None:
    kinds = [record_type("Special", default=False), record_type("Master", default=True)]
    client = Client(layouts=offering(kinds[1], Priority=["Normal"]))
    assert only(task.record_types(patient(client, PRIORITY, record_types=kinds))).state is State.OK


def test_a_picklist_value_that_is_inactive_does_not_count() -> None:
    values = [{"value": "Normal", "active": False}, {"value": "High", "active": True}]
    priority = {**PRIORITY, "restrictedPicklist": True, "picklistValues": values}
    assert "lacks 'Normal'" in only(task.picklists(patient(Client(), priority))).what


def test_a_key_that_is_too_short_is_told() -> None:
    key = described("Phone_Contact_Key__c", length=20)
    told = [found for found in task.key(patient(Client(), key), unseen=()) if found.state is State.WRONG]
    assert "holds 20 characters" in only(told).what


def test_fields_that_nobody_can_tell_apart_get_both_cures() -> None:
    seen = patient(Client(CustomField=Refused("INVALID_TYPE", "sObject type 'CustomField' is not supported.")))
    described_task = {"fields": [field for field in seen.task["fields"] if field["name"] != "Phone_Tags__c"]}
    blind = Patient(seen.client, DIRECTORY, described_task, ME, seen.samples)
    told = only(task.fields(blind))
    assert "Phone_Tags__c" in told.what
    assert "make deploy" in told.cure
    assert "Manage Assignments" in told.cure


def test_a_rule_without_a_formula_is_a_hint() -> None:
    rule = {"Id": "03d1", "ValidationName": "Odd", "ErrorMessage": "No."}
    told = only(validation.rules(patient(Client(Metadata=[{"Metadata": None}], ValidationName=[rule]))))
    assert told.state is State.HINT


@pytest.mark.parametrize(
    ("rows", "state", "what", "cure"),
    [
        ([], State.WRONG, "Task has no validation rule Phone_Revision_never_decreases", "make deploy"),
        ([{"Active": False, "ErrorMessage": "x"}], State.WRONG, "is switched off", "tick Active"),
        ([{"Active": True, "ErrorMessage": "Te oud."}], State.WRONG, "is not the package's: 'Te oud.'", "Message"),
        ([{"Active": True, "ErrorMessage": f"It {OLDER_WORDS}."}], State.OK, "is active", ""),
    ],
)
def test_the_rule_that_keeps_older_versions_away(rows: list[Answer], state: State, what: str, cure: str) -> None:
    told = only(validation.older_versions(patient(Client(ValidationRule=rows))))
    assert (told.about, told.state) == ("older versions", state)
    assert what in told.what
    assert cure in told.cure


def test_a_rule_that_spares_our_tasks_is_no_finding() -> None:
    rule = {"Id": "03d1", "ValidationName": "Odd", "ErrorMessage": "No."}
    formula = "AND(ISBLANK(phone_contact_key__c), ISBLANK(CallDisposition), $User.Alias = 'sam')"
    answers = {"Metadata": [{"Metadata": {"errorConditionFormula": formula}}], "ValidationName": [rule]}
    assert only(validation.rules(patient(Client(**answers)))).state is State.OK


@pytest.mark.parametrize(
    ("limits", "states"),
    [
        ({"DailyApiRequests": {"Max": 100_000, "Remaining": 50_000}}, [State.OK]),
        ({"DailyApiRequests": {"Max": 100_000, "Remaining": 9_000}}, [State.WRONG]),
        ({"DailyApiRequests": {"Max": 3_000, "Remaining": 3_000}}, [State.WRONG]),
        ({}, [State.WRONG]),
        (
            {"DailyApiRequests": {"Max": 9_000, "Remaining": 9_000}, "DataStorageMB": {"Max": 200, "Remaining": 4}},
            [State.OK, State.WRONG],
        ),
    ],
)
def test_the_budget(limits: dict[str, Any], states: list[State]) -> None:
    assert [found.state for found in org.budget(patient(Client(limits=limits)))] == states


@pytest.mark.parametrize(
    ("ahead", "state"), [(0.0, State.OK), (-29.0, State.OK), (31.0, State.WRONG), (-90.0, State.WRONG)]
)
def test_the_clock(ahead: float, state: State) -> None:
    assert only(org.clock(Client(clock=ahead))).state is state  # type: ignore[arg-type]  # a stand-in for the client


def test_a_clock_that_is_not_told_is_unknown() -> None:
    assert only(org.clock(Client(clock=None))).state is State.UNKNOWN  # type: ignore[arg-type]  # as above


REFUSED = Refused("INVALID_TYPE", "no")


@pytest.mark.parametrize(
    ("account", "contact", "state"),
    [
        (["Name"], [], State.OK),
        (["Name", "IsPersonAccount", "PersonContactId"], [], State.OK),
        (["Name", "IsPersonAccount", "PersonContactId"], REFUSED, State.WRONG),
        (["Name", "IsPersonAccount"], [], State.WRONG),
        (REFUSED, [], State.WRONG),
    ],
)
def test_person_accounts(account: Any, contact: Any, state: State) -> None:
    answers = {"describe Account": account, "describe Contact": contact}
    bodies = {
        name: answer if isinstance(answer, Exception) else {"fields": [{"name": field} for field in answer]}
        for name, answer in answers.items()
    }
    assert only(org.person_accounts(patient(Client(**bodies)))).state is state


def test_rights_of_several_permission_sets_add_up() -> None:
    assignments = [
        {"AssigneeId": ME, "PermissionSet": {"PermissionsEditTask": True, "PermissionsActivitiesAccess": False}},
        {"AssigneeId": ME, "PermissionSet": {"PermissionsActivitiesAccess": True, "PermissionsModifyAllData": True}},
    ]
    answers: dict[str, Any] = {"PermissionSetAssignment": assignments, "FROM UserRole": [], "UserRoleId": []}
    may = people.rights(patient(Client(**answers)))
    assert may.fixed == may.unseen == ()
    assert [one.state for one in people.integration_user(patient(Client()), may)] == [State.HINT, State.OK]
    told = only(people.permission_sets(patient(Client()), may))
    assert (told.state, told.whom) == (State.WRONG, "Sam Rivera")


def test_roles_in_a_ring_end() -> None:
    ring = [{"Id": "a", "ParentRoleId": "b"}, {"Id": "b", "ParentRoleId": "a"}]
    users = [{"Id": ME, "UserRoleId": None}, {"Id": SAM, "UserRoleId": "a"}]
    client = Client(PermissionSetAssignment=[], UserRoleId=users, **{"FROM UserRole": ring})
    assert people.rights(patient(client)).fixed == (SAM,)


def test_who_is_signed_in_must_be_told() -> None:
    told: Callable[..., Any] = user_id
    assert told(Client(resources={"identity": f"https://login.salesforce.com/id/00D000000000000EAA/{ME}"})) == ME
    with pytest.raises(CrmUnavailable):
        told(Client(resources={}))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            Refused("INVALID_TYPE", "\nSELECT X\n ^\nERROR\nsObject type 'X' is not supported. More."),
            "INVALID_TYPE: sObj",
        ),
        (Refused("API_DISABLED", ""), "API_DISABLED: "),
        (CrmUnavailable("timeout", "Too slow."), "timeout"),
    ],
)
def test_a_part_that_cannot_be_asked_keeps_what_it_had_found(error: Exception, words: str) -> None:
    def part() -> Iterable[Diagnosis]:
        yield Diagnosis("key", State.OK, "there")
        raise error

    found = _looked("key", part)
    assert [one.state for one in found] == [State.OK, State.UNKNOWN]
    assert words in found[1].what
    assert found[1].cure
