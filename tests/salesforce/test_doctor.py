"""`connector doctor` on a stand-in org: it names what an org's customisation will do, and that is what then happens."""

import asyncio
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.domain.directory import Directory
from connector.ports.crm import TaskError, TaskResult, TaskWritten
from connector.ports.diagnosis import Diagnosis, State
from connector.salesforce import SalesforceCrm, open_crm
from connector.salesforce.doctor.patient import user_id
from connector.salesforce.doctor.samples import Sample, samples
from connector.sandbox.org.objects.setup import RIGHTS
from connector.sandbox.org.seed.rights import CONNECTOR, OF_CONNECTOR
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.packages import document, grant, package, permission_set, text_field
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow

ORG_METADATA = Path(__file__).resolve().parents[2] / "force-app" / "main" / "default"
ADMIN = "admin@phone-panel.example"
INTEGRATION = "integration@phone-panel.example"


def certificate_of(key: rsa.RSAPrivateKey, days: int) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Phone Panel")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=800))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def certificate(private_key: rsa.RSAPrivateKey, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("app") / "app.crt.pem"
    path.write_bytes(certificate_of(private_key, 365))
    return str(path)


@pytest.fixture(scope="session")
def doctor(config: MakeConfig, certificate: str) -> Iterator[SalesforceCrm]:
    crm = open_crm(config(certificate_file=certificate))
    yield crm
    asyncio.run(crm.close())


Look = Callable[..., list[Diagnosis]]


@pytest.fixture
def look(org: RunningOrg, doctor: SalesforceCrm) -> Look:
    """Everything that is not as it should be."""

    def looked(*, try_task: bool = False) -> list[Diagnosis]:
        found = asyncio.run(doctor.examine(try_task=try_task))
        return [one for one in found if one.state is not State.OK]

    return looked


def hostile(org: RunningOrg, *names: str, **settings: object) -> None:
    answer = org.control("POST", "settings", {"hostile": list(names), **settings})
    assert answer.status_code == 200, answer.text


def one(found: list[Diagnosis], about: str) -> Diagnosis:
    (diagnosis,) = [diagnosis for diagnosis in found if diagnosis.about == about]
    assert diagnosis.cure
    return diagnosis


def some_samples(doctor: SalesforceCrm) -> list[Sample]:
    async def read() -> tuple[Directory, str]:
        return await doctor.directory(), await doctor._client.run(lambda: user_id(doctor._client))

    return samples(*asyncio.run(read()))


def written(doctor: SalesforceCrm, sample: Sample, **others: object) -> TaskResult:
    doctor._shapes.forget("Task")
    (result,) = asyncio.run(doctor.write_tasks([sample.row(**others)]))  # type: ignore[arg-type]  # names of its fields
    return result


def first(doctor: SalesforceCrm, name: str = "Support_EN without disposition") -> Sample:
    return next(sample for sample in some_samples(doctor) if sample.name == name)


def rows(org: RunningOrg, soql: str) -> list[dict[str, Any]]:
    answer = org.api("GET", "query", org.session(ADMIN), params={"q": soql})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["records"]
    return found


def changed(org: RunningOrg, sobject: str, record_id: str, **values: object) -> None:
    answer = org.api("PATCH", f"sobjects/{sobject}/{record_id}", org.session(ADMIN), json=values)
    assert answer.status_code == 204, answer.text


def count_of_tasks(org: RunningOrg) -> int:
    return len(rows(org, "SELECT Id FROM Task"))


# --- what makes a Task fail -------------------------------------------------------------------------------------------


def test_of_an_org_as_it_should_be_nothing_is_told(look: Look) -> None:
    assert look() == []
    assert look(try_task=True) == []


@pytest.mark.parametrize(
    ("customisation", "about", "code", "words"),
    [
        ("required_field", "required fields", "REQUIRED_FIELD_MISSING", "Cost_Centre__c"),
        ("required_tags", "required fields", "REQUIRED_FIELD_MISSING", "Phone_Tags__c"),
        ("disposition_rule", "validation", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "ISBLANK(CallDisposition)"),
        ("record_types", "record types", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "'Field Work'"),
        ("restricted_priority", "picklists", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "'Normal'"),
    ],
)
def test_a_refusal_is_foretold_and_comes_and_goes_with_its_cause(
    customisation: str, about: str, code: str, words: str, org: RunningOrg, doctor: SalesforceCrm, look: Look
) -> None:
    sample = first(doctor)
    hostile(org, customisation)
    foretold = one(look(), about)
    assert (foretold.state, code in foretold.fails) == (State.WRONG, True)
    assert words in foretold.what
    assert "everybody" in foretold.whom or sample.name in foretold.whom or "more" in foretold.whom
    assert foretold.cure.startswith("Setup > Object Manager > ")

    refused = written(doctor, sample)
    assert isinstance(refused, TaskError)
    assert refused.code == code
    tried = [found for found in look(try_task=True) if found.about == "task"]
    assert code in tried[0].fails

    hostile(org)
    assert look() == []
    assert isinstance(written(doctor, sample), TaskWritten)


def test_a_rule_that_refuses_only_some_is_told_for_those(org: RunningOrg, doctor: SalesforceCrm, look: Look) -> None:
    hostile(org, "disposition_rule")
    whom = one(look(), "validation").whom
    assert "Support_EN without disposition" in whom
    assert "Answered" not in whom
    # Its Status stays open until a disposition is chosen, which the rule does not mind.
    assert "Billing" not in whom
    assert isinstance(written(doctor, first(doctor, "Support_EN, Answered")), TaskWritten)
    assert isinstance(written(doctor, first(doctor, "Billing without disposition")), TaskWritten)


def test_a_rule_that_cannot_be_worked_out_is_a_hint(org: RunningOrg, doctor: SalesforceCrm, look: Look) -> None:
    hostile(org, "odd_rule")
    told = one(look(), "validation")
    assert told.state is State.HINT
    assert "$User.Department" in told.what
    assert isinstance(written(doctor, first(doctor)), TaskWritten)


def test_a_renamed_status_leaves_tasks_open_until_the_setting_names_it(
    org: RunningOrg, doctor: SalesforceCrm, look: Look
) -> None:
    hostile(org, "renamed_status")
    told = one(look(), "statuses")
    assert "stay open" in told.fails
    assert "Status_Completed: Done" in told.cure
    task = written(doctor, first(doctor, "Support_EN, Answered"))
    assert isinstance(task, TaskWritten)
    assert [row["IsClosed"] for row in rows(org, f"SELECT IsClosed FROM Task WHERE Id = '{task.task_id}'")] == [False]
    try:
        setting = {"object": "Phone_Setting__mdt", "name": "Status_Completed", "fields": {"Value__c": "Done"}}
        org.control("POST", "configuration", setting)
        assert look(try_task=True) == []
        task = written(doctor, first(doctor, "Support_EN, Answered"))
        assert isinstance(task, TaskWritten)
        assert rows(org, f"SELECT IsClosed FROM Task WHERE Id = '{task.task_id}'")[0]["IsClosed"] is True
    finally:
        org.control("POST", "configuration", {**setting, "fields": {"Value__c": "Completed"}})


def test_a_field_that_is_hidden_or_locked_is_told_and_left_out(
    org: RunningOrg, doctor: SalesforceCrm, look: Look
) -> None:
    hostile(org, "hidden_field", "read_only_field")
    told = [found for found in look() if found.about == "field rights"]
    assert [found.state for found in told] == [State.WRONG, State.WRONG]
    assert "does not see Phone_Skill__c" in told[0].what
    assert "may not write CallDisposition" in told[1].what
    task = written(doctor, first(doctor, "Support_EN, Answered"))
    assert isinstance(task, TaskWritten)
    assert rows(org, f"SELECT CallDisposition FROM Task WHERE Id = '{task.task_id}'")[0]["CallDisposition"] is None


def test_shared_activities_are_a_hint_and_no_hindrance(org: RunningOrg, doctor: SalesforceCrm, look: Look) -> None:
    hostile(org, "shared_activities")
    (told,) = look(try_task=True)
    assert (told.about, told.state) == ("Shared Activities", State.HINT)
    assert isinstance(written(doctor, first(doctor)), TaskWritten)


@pytest.mark.parametrize(("mode", "lacks"), [("plain", "not unique and an external id"), ("shared", "not unique")])
def test_a_key_that_is_not_unique_is_told(mode: str, lacks: str, org: RunningOrg, look: Look) -> None:
    hostile(org, external_id=mode)
    (told,) = look()
    assert (told.about, told.state) == ("key", State.WRONG)
    assert lacks in told.what
    assert "tick Unique" in told.cure


def test_a_plain_key_cannot_be_upserted_by(org: RunningOrg, look: Look) -> None:
    hostile(org, external_id="plain")
    one(look(), "key")
    path = "sobjects/Task/Phone_Contact_Key__c/no-such-key"
    answer = org.api("PATCH", path, org.session(INTEGRATION), json={"Subject": "Try"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


EVERYBODY = "everybody"
NAMED: dict[str, tuple[dict[str, object], str, str, str, str]] = {
    "rights to fields": (
        {"hostile": ["hidden_field"]}, "field rights", "Tasks are saved without", EVERYBODY, "Phone Panel Integration",
    ),
    "required fields": (
        {"hostile": ["required_field"]}, "required fields", "REQUIRED_FIELD_MISSING", EVERYBODY,
        "Setup > Object Manager > Activity > Fields & Relationships > Cost Centre > Edit",
    ),
    "validation": (
        {"hostile": ["disposition_rule"]}, "validation", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "without disposition",
        "Setup > Object Manager > Task > Validation Rules >",
    ),
    "older versions": (
        {"hostile": ["older_versions"]}, "older versions", "older notes over newer ones", EVERYBODY,
        "Setup > Object Manager > Task > Validation Rules > Phone_Revision_never_decreases > Edit > tick Active",
    ),
    "record types": (
        {"hostile": ["record_types"]}, "record types", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "without disposition",
        "Setup > Object Manager > Task > Record Types > Field Work > Call Type > Edit",
    ),
    "restricted picklists": (
        {"hostile": ["restricted_priority"]}, "picklists", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", EVERYBODY,
        "Setup > Object Manager > Task > Fields & Relationships > Priority > Values > New",
    ),
    "renamed picklist values": (
        {"hostile": ["renamed_status"]}, "statuses", "stay open", "all agents", "Setup > Custom Metadata Types >",
    ),
    "Shared Activities": (
        {"hostile": ["shared_activities"]}, "Shared Activities", "primary person only", "several persons",
        "Nothing has to be done",
    ),
    "person accounts": (
        {"hostile": ["hidden_people"]}, "person accounts", "not found", "person accounts", "Setup > Permission Sets >",
    ),
    "API budget": (
        {"daily_limit": 3_500}, "API budget", "REQUEST_LIMIT_EXCEEDED", EVERYBODY, "Setup > Company Information",
    ),
    "call-centre assignment": (
        {"hostile": ["no_call_centre"]}, "call centre", "The panel is not loaded", "all agents", "Setup > Call Centers",
    ),
    "certificate": (
        {"hostile": ["old_certificate"]}, "certificate", "Agents cannot sign in", EVERYBODY,
        "Setup > Certificate and Key Management",
    ),
    "Tasks it does not own": (
        {"hostile": ["private_tasks"]}, "integration user", "INSUFFICIENT_ACCESS_OR_READONLY", "Sam Rivera",
        "Setup > Users > the integration user > Edit > Role",
    ),
    "plain external id": (
        {"external_id": "plain"}, "key", "a Task whose creation was cut off can come twice", EVERYBODY,
        "Setup > Object Manager > Activity > Fields & Relationships > Phone Contact Key > Edit",
    ),
    "View All Data where the key is not unique": (
        {"hostile": ["private_tasks"], "external_id": "shared"}, "View All Data", "a second Task", "Sam Rivera",
        "Setup > Permission Sets >",
    ),
}  # fmt: skip
"""What an org may be like: how this one is made so; what the finding is about, what fails, for whom, where to mend it.

Permission sets, and clocks that differ, have tests of their own below.
"""


@pytest.mark.parametrize("named", NAMED)
def test_each_is_told_with_what_fails_for_whom_and_where_it_is_mended(named: str, org: RunningOrg, look: Look) -> None:
    settings, about, fails, whom, cure = NAMED[named]
    answer = org.control("POST", "settings", settings)
    assert answer.status_code == 200, answer.text
    (told,) = [diagnosis for diagnosis in look() if diagnosis.about == about]
    assert fails in told.fails
    assert whom in told.whom
    assert cure in told.cure


# --- rights -----------------------------------------------------------------------------------------------------------


def role_of(org: RunningOrg, last_name: str) -> tuple[str, str | None]:
    (user,) = rows(org, f"SELECT Id, UserRoleId FROM User WHERE LastName = '{last_name}'")
    return user["Id"], user["UserRoleId"]


def test_tasks_of_others_cannot_be_changed_without_a_role_above_theirs(
    org: RunningOrg, doctor: SalesforceCrm, look: Look
) -> None:
    machine, top = role_of(org, "Phone Connector")
    hostile(org, "private_tasks")
    told = one(look(), "integration user")
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in told.fails
    assert told.whom == "Jonas Weber; Priya Nair; Sam Rivera"
    assert told.cure.startswith("Setup > Users > the integration user > Edit > Role: one above the agents'")
    assert "have no role" not in told.cure
    task = written(doctor, first(doctor))
    assert isinstance(task, TaskWritten)

    def change() -> int:
        session = org.session(INTEGRATION)
        answer = org.api("PATCH", f"sobjects/Task/{task.task_id}", session, json={"Description": "Later"})
        if answer.status_code != 204:
            assert answer.json()[0]["errorCode"] == "INSUFFICIENT_ACCESS_OR_READONLY"
        return answer.status_code

    assert change() == 400
    changed(org, "User", machine, UserRoleId=top)
    assert look(try_task=True) == []
    assert change() == 204


def test_modify_all_data_works_too_and_is_more_than_needed(org: RunningOrg, look: Look) -> None:
    (granted,) = rows(org, "SELECT Id FROM PermissionSet WHERE Name = 'Phone_Panel_Integration'")
    changed(org, "PermissionSet", granted["Id"], PermissionsModifyAllData=True)
    try:
        hostile(org, "private_tasks")
        (told,) = look(try_task=True)
        assert (told.about, told.state) == ("integration user", State.HINT)
        assert "more than it needs" in told.what
        assert "Edit > Role: one above the agents'" in told.cure
        assert "take Modify All Data away" in told.cure
    finally:
        changed(org, "PermissionSet", granted["Id"], PermissionsModifyAllData=False)
    hostile(org)
    assert look() == []


def test_the_seeded_connector_has_the_rights_that_the_package_gives_and_no_other() -> None:
    file = ORG_METADATA / "permissionsets" / f"{CONNECTOR}.permissionset-meta.xml"
    given = {f"Permissions{name}" for name in re.findall(r"<name>(\w+)</name>", file.read_text().split("</label>")[1])}
    assert set(OF_CONNECTOR) == given & RIGHTS.keys()
    assert not given & {"PermissionsViewAllData", "PermissionsModifyAllData"}


def made(org: RunningOrg, sobject: str, **values: object) -> str:
    answer = org.api("POST", f"sobjects/{sobject}", org.session(ADMIN), json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_the_role_may_be_above_the_agents_by_several_steps(org: RunningOrg, doctor: SalesforceCrm, look: Look) -> None:
    before = {name: role_of(org, name) for name in ("Phone Connector", "Rivera", "Weber", "Nair")}
    hostile(org, "private_tasks", external_id="plain")
    top = made(org, "UserRole", Name="Telephony")
    middle = made(org, "UserRole", Name="Floor", ParentRoleId=top)
    low = made(org, "UserRole", Name="Agents", ParentRoleId=middle)
    try:
        for name, role in {"Phone Connector": top, "Rivera": low, "Weber": middle, "Nair": None}.items():
            changed(org, "User", before[name][0], UserRoleId=role)
        told = look()
        assert one(told, "integration user").whom == "Priya Nair"
        assert one(told, "integration user").cure.endswith("each needs one: Priya Nair.")
        assert one(told, "View All Data").whom == "Priya Nair"
        changed(org, "User", before["Nair"][0], UserRoleId=low)
        assert [found.about for found in look(try_task=True)] == ["key"]
        sample = first(doctor)
        task = written(doctor, sample)
        assert isinstance(task, TaskWritten)
        again = written(doctor, sample)
        assert isinstance(again, TaskWritten)
        assert again.task_id == task.task_id
    finally:
        hostile(org)
        for user, was in before.values():
            changed(org, "User", user, UserRoleId=was)


def test_without_view_all_data_a_key_that_is_not_unique_makes_doubles(
    org: RunningOrg, doctor: SalesforceCrm, look: Look
) -> None:
    hostile(org, "private_tasks", external_id="plain")
    told = one(look(), "View All Data")
    assert "second Task" in told.fails
    sample = first(doctor)
    assert isinstance(written(doctor, sample), TaskWritten)
    assert isinstance(written(doctor, sample), TaskWritten)
    assert len(rows(org, f"SELECT Id FROM Task WHERE Phone_Contact_Key__c = '{sample.key}'")) == 2


def test_agents_without_the_right_to_edit_tasks_are_named(org: RunningOrg, look: Look) -> None:
    (profile,) = rows(org, "SELECT Id FROM PermissionSet WHERE Label = 'Service Agent'")
    changed(org, "PermissionSet", profile["Id"], PermissionsEditTask=False)
    try:
        told = one(look(), "permission sets")
        assert told.whom.split("; ") == ["Jonas Weber", "Priya Nair", "Sam Rivera"]
        assert "Edit Tasks" in told.what
    finally:
        changed(org, "PermissionSet", profile["Id"], PermissionsEditTask=True)
    assert look() == []


def test_an_agent_outside_the_call_centre_is_named(org: RunningOrg, look: Look) -> None:
    (sam,) = rows(org, "SELECT Id, CallCenterId FROM User WHERE LastName = 'Rivera'")
    changed(org, "User", sam["Id"], CallCenterId=None)
    try:
        told = one(look(), "call centre")
        assert told.whom == "Sam Rivera"
        assert "Manage Call Center Users" in told.cure
    finally:
        changed(org, "User", sam["Id"], CallCenterId=sam["CallCenterId"])
    assert look() == []


def test_an_org_without_a_call_centre_is_told(org: RunningOrg, look: Look) -> None:
    hostile(org, "no_call_centre")
    assert one(look(), "call centre").whom == "all agents"


def test_what_may_not_be_looked_at_is_told_with_the_cure_and_the_rest_is_looked_at(org: RunningOrg, look: Look) -> None:
    hostile(org, "hidden_setup", "required_field")
    found = look()
    unseen = [diagnosis for diagnosis in found if diagnosis.state is State.UNKNOWN]
    assert [diagnosis.about for diagnosis in unseen] == ["validation", "older versions", "certificate"]
    for diagnosis in unseen:
        assert "cannot be looked at (INVALID_TYPE" in diagnosis.what
        assert "View Setup and Configuration" in diagnosis.cure
    assert one(found, "required fields").state is State.WRONG


# --- the org as a whole -----------------------------------------------------------------------------------------------


def test_person_accounts_whose_contacts_are_hidden_are_told(org: RunningOrg, look: Look) -> None:
    hostile(org, "hidden_people")
    assert one(look(), "person accounts").whom == "callers who are person accounts"


def test_a_certificate_of_the_org_that_ends_soon_is_told(org: RunningOrg, look: Look) -> None:
    hostile(org, "old_certificate")
    told = one(look(), "certificate")
    assert "Phone_Panel_Session ends on" in told.what
    assert "Agents cannot sign in" in told.fails


def test_a_certificate_that_is_not_there_is_a_hint(org: RunningOrg, look: Look) -> None:
    setting = {"object": "Phone_Setting__mdt", "name": "Certificate", "fields": {"Value__c": "Other"}}
    org.control("POST", "configuration", setting)
    try:
        told = one(look(), "certificate")
        assert told.state is State.HINT
        assert "no certificate Other" in told.what
        assert "Create Self-Signed Certificate: Other; Download" in told.cure
    finally:
        org.control("POST", "configuration", {**setting, "fields": {"Value__c": None}})
    assert look() == []


def test_too_few_api_requests_are_told(org: RunningOrg, look: Look) -> None:
    hostile(org, daily_limit=3_500)
    told = one(look(), "API budget")
    assert "of 3,500 API requests are left" in told.what
    assert "3 agents need about 3,900" in told.what


@pytest.mark.parametrize(
    ("days", "fits", "state", "words"),
    [
        (365, True, None, ""),
        (20, True, State.WRONG, "ends on"),
        (-1, True, State.WRONG, "ended on"),
        (365, False, State.WRONG, "not that of"),
    ],
)
def test_the_certificate_of_the_app_is_looked_at(
    days: int,
    fits: bool,
    state: State | None,
    words: str,
    org: RunningOrg,
    config: MakeConfig,
    private_key: rsa.RSAPrivateKey,
    tmp_path: Path,
) -> None:
    path = tmp_path / "app.crt.pem"
    path.write_bytes(certificate_of(private_key if fits else rsa.generate_private_key(65537, 2048), days))
    found = examined(open_crm(config(certificate_file=str(path))))
    bad = [diagnosis for diagnosis in found if diagnosis.state is not State.OK]
    assert [diagnosis.state for diagnosis in bad] == ([] if state is None else [state])
    assert all(words in diagnosis.what for diagnosis in bad)


def examined(crm: SalesforceCrm, *, try_task: bool = False) -> list[Diagnosis]:
    async def run() -> list[Diagnosis]:
        try:
            return list(await crm.examine(try_task=try_task))
        finally:
            await crm.close()

    return asyncio.run(run())


def test_without_the_certificate_its_end_is_a_hint(org: RunningOrg, config: MakeConfig) -> None:
    told = examined(open_crm(config()))
    hints = [diagnosis for diagnosis in told if diagnosis.state is State.HINT]
    assert [diagnosis.about for diagnosis in hints] == ["certificate"]
    assert "salesforce.certificate_file" in hints[0].cure


@pytest.mark.parametrize("ahead", [400, -400])
def test_a_clock_that_is_wrong_is_told_though_sign_in_fails_by_it(
    ahead: int, private_key: rsa.RSAPrivateKey, config: MakeConfig
) -> None:
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    elsewhere = RunningOrg(
        private_key, client_certificate=public, now=lambda: dt.datetime.now(dt.UTC).timestamp() + ahead
    )
    try:
        found = examined(open_crm(config(login_url=elsewhere.url)))
    finally:
        elsewhere.close()
    told = found[0]
    assert (told.about, told.state) == ("clock", State.WRONG)
    # The answer has whole seconds, and takes a moment on a machine that is busy.
    assert re.search(rf"(39\d|40\d) s {'behind' if ahead > 0 else 'ahead of'} Salesforce's", told.what)
    if ahead > 0:
        assert found[-1].about == "sign-in"
        assert "expired" in found[-1].what


def test_an_org_that_cannot_be_reached_is_told(config: MakeConfig) -> None:
    found = examined(open_crm(config(login_url="http://127.0.0.1:9")))
    assert [(diagnosis.about, diagnosis.state) for diagnosis in found if diagnosis.about != "certificate"] == [
        ("clock", State.UNKNOWN),
        ("sign-in", State.WRONG),
    ]


# --- tried Tasks ------------------------------------------------------------------------------------------------------


def test_tried_tasks_are_removed(org: RunningOrg, doctor: SalesforceCrm, look: Look) -> None:
    before = count_of_tasks(org)
    found = asyncio.run(doctor.examine(try_task=True))
    tried = [diagnosis.what for diagnosis in found if diagnosis.about == "task"]
    assert len(tried) == 2
    assert "Tasks were written and changed" in tried[0]
    assert "in the recycle bin" in tried[1]
    assert count_of_tasks(org) == before


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "html_502"])
def test_tried_tasks_are_removed_when_the_answer_is_lost(kind: str, org: RunningOrg, look: Look) -> None:
    before = count_of_tasks(org)
    org.control("POST", "faults", [{"kind": kind, "method": "PATCH", "path": "composite/sobjects"}])
    told = one(look(try_task=True), "task")
    assert told.state is State.UNKNOWN
    assert "could not be tried" in told.what
    assert count_of_tasks(org) == before


def test_tasks_that_cannot_be_removed_are_told_by_id(org: RunningOrg, look: Look) -> None:
    before = {row["Id"] for row in rows(org, "SELECT Id FROM Task")}
    org.control("POST", "faults", [{"kind": "row_lock", "method": "DELETE", "rows": [0, 2]}])
    told = one(look(try_task=True), "task")
    assert told.what == "2 of the Tasks that were tried could not be deleted"
    left = {row["Id"] for row in rows(org, "SELECT Id FROM Task")} - before
    assert len(left) == 2
    assert all(task in told.cure for task in left)
    for task in left:
        assert org.api("DELETE", f"sobjects/Task/{task}", org.session(ADMIN)).status_code == 204


def test_where_tasks_of_agents_could_not_be_removed_our_own_are_tried(org: RunningOrg, look: Look) -> None:
    before = count_of_tasks(org)
    hostile(org, "private_tasks")
    tried = [diagnosis for diagnosis in look(try_task=True) if diagnosis.about == "task"]
    assert [diagnosis.state for diagnosis in tried] == [State.HINT]
    assert "could not remove them" in tried[0].what
    assert count_of_tasks(org) == before


# --- an org that is being set up --------------------------------------------------------------------------------------


def deploy(org: RunningOrg, files: dict[str, str], members: dict[str, list[str]]) -> None:
    parts = {
        "entity_content": (None, msgspec.json.encode({"deployOptions": {}}), "application/json"),
        "file": ("package.zip", package(files, members), "application/zip"),
    }
    session = org.session(ADMIN)
    asked = org.api("POST", "metadata/deployRequest", session, files=parts)
    assert asked.status_code == 201, asked.text
    done = org.api("GET", f"metadata/deployRequest/{asked.json()['id']}", session, params={"includeDetails": "true"})
    assert done.json()["deployResult"]["success"] is True, done.text


def test_a_deployment_is_followed_step_by_step(private_key: rsa.RSAPrivateKey, config: MakeConfig) -> None:
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    org = RunningOrg(private_key, client_certificate=public, product=False)

    def found() -> dict[str, Diagnosis]:
        return {one.about: one for one in examined(open_crm(config(login_url=org.url))) if one.state is State.WRONG}

    try:
        before = found()
        assert "Task has no field Phone_Contact_Key__c" in before["fields"].what
        assert "make deploy" in before["fields"].cure
        assert before["permission sets"].what.startswith("no active user has the permission set Phone_Panel_Agent")
        assert "integration user" in before

        text = text_field("Phone_Skill__c")
        deploy(org, {"objects/Activity.object": document("CustomObject", text)},
               {"CustomField": ["Activity.Phone_Skill__c"]})  # fmt: skip
        hidden = found()["field rights"]
        assert hidden.what == "the integration user does not see Phone_Skill__c"

        rights = "".join(f"<userPermissions><enabled>true</enabled><name>{name}</name></userPermissions>"
                         for name in ("ActivitiesAccess", "EditTask"))  # fmt: skip
        granted = permission_set(grant("Task.Phone_Skill__c") + rights, "Phone Panel Integration")
        deploy(org, {"permissionsets/Phone_Panel_Integration.permissionset": granted},
               {"PermissionSet": ["Phone_Panel_Integration"]})  # fmt: skip
        assert {"field rights", "integration user"} <= found().keys()
        (user,) = rows(org, f"SELECT Id FROM User WHERE Username = '{INTEGRATION}'")
        (kept,) = rows(org, "SELECT Id FROM PermissionSet WHERE Name = 'Phone_Panel_Integration'")
        made(org, "PermissionSetAssignment", AssigneeId=user["Id"], PermissionSetId=kept["Id"])
        after = found()
        assert not {"field rights", "integration user"} & after.keys()
        assert "fields" in after
    finally:
        org.close()
