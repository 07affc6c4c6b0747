"""Salesforce's own clients, unmodified, on one stand-in org that knew nothing of the product before `sf` deployed it.

The connector's main job then runs on what was deployed: the contract of Tasks, by the deployed key.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.exceptions import SalesforceResourceNotFound

from connector.ports.crm import Crm
from connector.ports.diagnosis import State
from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from tests.live.salesforce_tools import HOST, ROOT, SOURCES, Tools
from tests.ports.crm_contract import Desk, TaskContract
from tests.sandbox.org.rig import RunningOrg
from tests.sandbox.org.test_simple_salesforce import ToLocalOrg

pytestmark = [pytest.mark.slow, pytest.mark.clients]

KEY = "Phone_Contact_Key__c"
ADMINISTRATOR = "admin@phone-panel.example"
AGENT = "sam.rivera@phone-panel.example"
INTEGRATION = "Phone_Panel_Integration"
SECRET = "a-secret-of-the-connected-app"


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def private_pem(private_key: rsa.RSAPrivateKey) -> str:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="module")
def org(private_key: rsa.RSAPrivateKey) -> Iterator[RunningOrg]:
    """An org with people and business in it, and nothing of the product."""
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    running = RunningOrg(private_key, client_certificate=public, product=False, client_secret=SECRET)
    yield running
    running.close()


@pytest.fixture(scope="module")
def tools(
    tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str], org: RunningOrg, private_pem: str
) -> Tools:
    """`sf`, signed in by JWT as the administrator."""
    needs("panel")
    needs("node")
    folder = tmp_path_factory.mktemp("sf")
    key = folder / "app.key"
    key.write_text(private_pem)
    made = Tools(folder, Path(needs("sf")))
    signed_in = made.result(
        *("org", "login", "jwt", "--client-id", CONSUMER_KEY, "--jwt-key-file", str(key)),
        *("--username", ADMINISTRATOR, "--instance-url", org.url.replace("127.0.0.1", "localhost"), "--alias", "org"),
    )
    assert (signed_in["username"], signed_in["orgId"]) == (ADMINISTRATOR, org.org.organization_id)
    return made


@pytest.fixture(scope="module")
def connector(org: RunningOrg, private_pem: str) -> Iterator[SalesforceCrm]:
    config = SalesforceConfig(
        login_url=org.url, consumer_key=CONSUMER_KEY, username=INTEGRATION_USERNAME, private_key=private_pem
    )
    opened = open_crm(config)
    yield opened
    asyncio.run(opened.close())


def client(org: RunningOrg, **sign_in: Any) -> Salesforce:
    """simple-salesforce, over plain http."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToLocalOrg(org.url))
    return Salesforce(consumer_key=CONSUMER_KEY, session=session, version="62.0", **sign_in)


@pytest.fixture(scope="module")
def python(org: RunningOrg, private_pem: str) -> Iterator[Salesforce]:
    """simple-salesforce, signed in as the integration user."""
    made = client(org, username=INTEGRATION_USERNAME, privatekey=private_pem)
    yield made
    made.session.close()


def tasks(salesforce: Salesforce) -> SFType:
    return cast("SFType", salesforce.Task)


def failed(crm: SalesforceCrm) -> list[str]:
    """What `connector check` finds wrong."""
    return [finding.what for finding in asyncio.run(crm.check()) if not finding.ok]


@pytest.fixture(scope="module")
def deployed(tools: Tools, connector: SalesforceCrm, python: Salesforce, org: RunningOrg) -> dict[str, Any]:
    """What `sf project deploy start` answered; before and after it the connector was asked how the org looks."""
    before = failed(connector)
    assert any(f"Task has no field {KEY}" in text for text in before), before
    with pytest.raises(SalesforceResourceNotFound, match="external ID field does not exist"):
        tasks(python).upsert(f"{KEY}/early", {"Subject": "too early"})
    result = tools.result("project", "deploy", "start", *SOURCES, "--target-org", "org")
    # Deployed fields are hidden until a permission set gives rights to them, from administrators too.
    assert any(f"Task has no field {KEY}" in text for text in failed(connector))
    # The administrator tries things with `sf` further down, and looks at Tasks as people do: needs the same rights.
    users = (INTEGRATION_USERNAME, ADMINISTRATOR)
    whom = [word for user in users for word in ("--on-behalf-of", user)]
    given = tools.result("org", "assign", "permset", "--name", INTEGRATION, *whom, "--target-org", "org")
    assert given["successes"] == [{"name": user, "value": INTEGRATION} for user in users]
    put_above(org, INTEGRATION_USERNAME, AGENT)
    return cast("dict[str, Any]", result)


def put_above(org: RunningOrg, *usernames: str) -> None:
    """Each has a role above the next one's, as docs/admin/salesforce.md says of the connector's user and the agents."""
    session = org.session(ADMINISTRATOR)
    above = None
    for name in usernames:
        role = {"Name": f"Role of {name.partition('@')[0]}", "ParentRoleId": above}
        above = org.api("POST", "sobjects/UserRole", session, json=role).json()["id"]
        soql = f"SELECT Id FROM User WHERE Username = '{name}'"
        (user,) = org.api("GET", "query", session, params={"q": soql}).json()["records"]
        org.api("PATCH", f"sobjects/User/{user['Id']}", session, json={"UserRoleId": above}).raise_for_status()


@pytest.fixture
def person(org: RunningOrg, deployed: dict[str, Any]) -> Iterator[Desk]:
    """The administrator at the org's REST API; the calls are Sam's."""
    session, sam = (org.control("POST", "sessions", {"username": user}).json() for user in (ADMINISTRATOR, AGENT))
    made = Desk(org.url, session["access_token"], sam["user_id"])
    yield made
    made.close()


def test_both_package_directories_are_deployed(deployed: dict[str, Any]) -> None:
    assert (deployed["status"], deployed["success"], deployed["numberComponentErrors"]) == ("Succeeded", True, 0)
    there = {(one["type"], one["fullName"]) for one in deployed["files"]}
    bundles = {folder.name for folder in (ROOT / "lwc").iterdir() if (folder / f"{folder.name}.js").exists()}
    assert {name for kind, name in there if kind == "LightningComponentBundle"} == bundles
    assert ("CustomField", f"Activity.{KEY}") in there
    assert ("LightningMessageChannel", "Phone_Conversation") in there
    assert {f"Phone_{name}" for name in ("Account", "Case", "Contact", "Lead")} <= {
        name for kind, name in there if kind == "FlexiPage"
    }
    assert {"ApexClass", "ApexPage", "CallCenter", "CustomApplication", "CustomLabel", "CustomMetadata", "FlexiPage",
            "Layout", "LightningMessageChannel", "PermissionSet", "StaticResource",
            "Translations"} <= {kind for kind, _ in there}  # fmt: skip


@pytest.mark.usefixtures("deployed")
def test_with_the_package_s_sets_and_a_role_the_doctor_finds_nothing_wrong(
    person: Desk, connector: SalesforceCrm
) -> None:
    async def ready() -> None:
        sets = {row["Name"]: row["Id"] for row in await person.rows("SELECT Id, Name FROM PermissionSet")}
        (centre,) = await person.rows("SELECT Id FROM CallCenter WHERE InternalName = 'PhonePanel'")
        (admin,) = await person.rows(f"SELECT Id FROM User WHERE Username = '{ADMINISTRATOR}'")
        for name, user in (("Phone_Panel_Administrator", admin["Id"]), ("Phone_Panel_Agent", person.agent)):
            await person.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=sets[name])
        await person.edit(
            "User", person.agent, CallCenterId=centre["Id"], Phone_Device__c="2041", Phone_Country__c="US"
        )

    asyncio.run(ready())
    assert not failed(connector)
    found = asyncio.run(connector.examine(try_task=True))
    assert [one.what for one in found if one.state in (State.WRONG, State.UNKNOWN)] == []
    assert any("Tasks were written and changed, one of each kind and owner" in one.what for one in found)


class TestMainJobOnTheDeployedSchema(TaskContract):
    @pytest.fixture
    def crm(self, connector: SalesforceCrm, deployed: dict[str, Any]) -> Crm:
        return connector

    @pytest.fixture
    def desk(self, person: Desk) -> Desk:
        return person


def test_deployed_custom_metadata_is_there_with_the_hosts_name(python: Salesforce, deployed: dict[str, Any]) -> None:
    names = [one["fullName"] for one in deployed["files"] if one["type"] == "CustomMetadata"]
    for kind in {name.partition(".")[0] for name in names}:
        rows = python.query(f"SELECT DeveloperName FROM {kind}__mdt")["records"]
        assert {f"{kind}.{row['DeveloperName']}" for row in rows} == {n for n in names if n.startswith(f"{kind}.")}
    values = python.query("SELECT Value__c FROM Phone_Setting__mdt")["records"]
    assert any(HOST in (row["Value__c"] or "") for row in values)


@pytest.mark.usefixtures("deployed")
def test_sf_creates_queries_and_upserts_in_bulk(tools: Tools, tmp_path: Path) -> None:
    made = tools.result(
        *("data", "create", "record", "--sobject", "Task", "--values", f"Subject=by-sf {KEY}=sf-1"),
        *("--target-org", "org"),
    )
    table = tmp_path / "tasks.csv"
    table.write_text(f"{KEY},Subject\nsf-1,changed\nsf-2,new\n")
    bulk = tools.result(
        *("data", "upsert", "bulk", "--sobject", "Task", "--external-id", KEY, "--file", str(table), "--wait", "1"),
        *("--target-org", "org"),
    )
    assert (bulk["jobInfo"]["numberRecordsProcessed"], bulk["jobInfo"]["numberRecordsFailed"]) == (2, 0)
    found = tools.result(
        *("data", "query", "--query", f"SELECT Id, Subject FROM Task WHERE {KEY} LIKE 'sf-%' ORDER BY {KEY}"),
        *("--target-org", "org"),
    )
    assert [row["Subject"] for row in found["records"]] == ["changed", "new"]
    assert found["records"][0]["Id"] == made["id"]


@pytest.mark.usefixtures("deployed")
def test_jsforce_and_simple_salesforce_side_by_side(tools: Tools, org: RunningOrg, python: Salesforce) -> None:
    python_first = tasks(python).upsert(f"{KEY}/js-python", {"Subject": "by Python"})
    seen = tools.script(ROOT / "tests/live/jsforce_walk.mjs", org.url, org.assertion(), "js")
    assert python_first == 201
    assert seen["user"] == INTEGRATION_USERNAME
    assert seen["upserts"] == [True, False, True]
    assert seen["collection"] == 200
    assert seen["bulk"] == {"created": ["false", "true"], "failed": ["STRING_TOO_LONG"]}
    # 200 and one in bulk, one single, and the one that Python wrote.
    assert (seen["total"], seen["subject"]) == (203, "by bulk")
    assert (seen["field"]["externalId"], seen["field"]["unique"], seen["field"]["length"]) == (True, True, 36)
    assert {"CustomObject", "PermissionSet", "LightningComponentBundle"} <= set(seen["types"])
    assert tasks(python).upsert(f"{KEY}/js-single", {"Subject": "by Python"}) == 200
    assert tasks(python).get_by_custom_id(KEY, "js-bulk")["Subject"] == "new, by bulk"
    counted = python.query(f"SELECT COUNT() FROM Task WHERE {KEY} LIKE 'js-%'")["totalSize"]
    assert counted == 203


@pytest.mark.usefixtures("deployed")
def test_simple_salesforce_in_bulk_and_composite(python: Salesforce) -> None:
    bulk: Any = python.bulk2
    done = bulk.Task.upsert(
        records=[{KEY: f"py-{n}", "Subject": "bulk"} for n in range(3)], external_id_field=KEY, wait=1
    )
    assert done[0]["numberRecordsProcessed"] == 3
    pages = list(bulk.Task.query(f"SELECT Id, Subject FROM Task WHERE {KEY} LIKE 'py-%'", wait=1))
    assert sum(page.count('"bulk"') for page in pages) == 3
    steps = [
        {"method": "PATCH", "url": f"/services/data/v62.0/sobjects/Task/{KEY}/py-0", "referenceId": "task",
         "body": {"Subject": "composite"}},
        {"method": "GET", "url": "/services/data/v62.0/sobjects/Task/@{task.id}?fields=Subject", "referenceId": "read"},
    ]  # fmt: skip
    answer: Any = python.restful("composite", method="POST", json={"allOrNone": True, "compositeRequest": steps})
    assert [one["httpStatusCode"] for one in answer["compositeResponse"]] == [200, 200]
    assert answer["compositeResponse"][1]["body"]["Subject"] == "composite"


@pytest.mark.usefixtures("deployed")
def test_client_credentials(org: RunningOrg) -> None:
    by_client = client(org, consumer_secret=SECRET, domain="acme.my")
    with by_client.session:
        assert tasks(by_client).upsert(f"{KEY}/secret", {"Subject": "by secret"}) == 201
    config = SalesforceConfig(login_url=org.url, consumer_key=CONSUMER_KEY, client_secret=SECRET)
    opened = open_crm(config)
    try:
        assert not [text for text in failed(opened) if "Sign-in" in text]
    finally:
        asyncio.run(opened.close())


@pytest.mark.usefixtures("deployed")
def test_a_deployment_that_names_an_unknown_field_leaves_nothing_behind(tools: Tools, python: Salesforce) -> None:
    folder = tools.project / "force-app" / "main" / "default"
    xmlns = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
    broken = folder / "permissionsets" / "Broken.permissionset-meta.xml"
    fine = folder / "objects" / "Activity" / "fields" / "Never__c.field-meta.xml"
    broken.write_text(
        f"<PermissionSet {xmlns}><fieldPermissions><editable>false</editable><field>Task.Nothing__c</field>"
        "<readable>true</readable></fieldPermissions><label>Broken</label></PermissionSet>"
    )
    fine.write_text(
        f"<CustomField {xmlns}><fullName>Never__c</fullName><label>Never</label><length>9</length><type>Text</type>"
        "</CustomField>"
    )
    try:
        answer = tools.run(
            *("project", "deploy", "start", "--source-dir", str(broken), "--source-dir", str(fine)),
            *("--target-org", "org"),
            SF_ORG_METADATA_REST_DEPLOY="true",
        )
    finally:
        broken.unlink()
        fine.unlink()
    assert answer["status"] == 1
    (failure,) = answer["result"]["details"]["componentFailures"]
    assert (failure["fullName"], failure["problem"]) == (
        "Broken",
        "In field: field - no CustomField named Task.Nothing__c found",
    )
    assert "Never__c" not in json.dumps(tasks(python).describe())
    assert python.query("SELECT COUNT() FROM PermissionSet WHERE Name = 'Broken'")["totalSize"] == 0


@pytest.mark.usefixtures("deployed")
def test_deploying_again_by_the_script_for_a_scratch_org(tools: Tools, python: Salesforce) -> None:
    """`make scratch-org` on an org that is there and has it all: its user is an agent, the rest is as before."""
    before = python.query("SELECT COUNT() FROM Phone_Setting__mdt")["totalSize"]
    said = tools.deploy_script("--scratch", "org", HOST)
    assert "scratch org org: is there" in said
    query = f"SELECT Phone_Device__c, CallCenter.InternalName FROM User WHERE Username = '{ADMINISTRATOR}'"
    user = python.query(query)["records"][0]
    assert (user["Phone_Device__c"], user["CallCenter"]["InternalName"]) == ("1001", "PhonePanel")
    assert python.query("SELECT COUNT() FROM Phone_Setting__mdt")["totalSize"] == before
    assert tasks(python).upsert(f"{KEY}/after", {"Subject": "still there"}) == 201


def test_without_any_network(needs: Callable[[str], str], tmp_path: Path) -> None:
    """Nothing but its own loopback: a wrong key is refused, and a package without a unique key can be deployed."""
    needs("panel")
    needs("node")
    alone = [shutil.which("unshare") or "", "--map-root-user", "--net"]
    if not alone[0] or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        # No set-up could mend that, so this is no failure in CI either.
        pytest.skip("this machine gives no network namespaces to its users (`unshare --net`)")
    command = [*alone, sys.executable, "-m", "tests.live.without_network", str(tmp_path), needs("sf")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-4000:]
    said = json.loads(done.stdout)
    assert said["interfaces"] == ["lo"]
    assert (said["stranger"]["status"], said["login"]["status"]) == (1, 0)
    assert "invalid assertion" in said["stranger"]["message"]
    failures = {one["fullName"]: one for one in said["unique"]["result"]["details"]["componentFailures"]}
    assert "Can not specify 'unique'" in failures.pop(f"Activity.{KEY}")["problem"]
    # What refers to the refused field fails with it, and nothing else does.
    assert all(KEY in one["problem"] for one in failures.values()), failures
    assert (said["shared"]["status"], said["shared"]["result"]["status"]) == (0, "Succeeded")
