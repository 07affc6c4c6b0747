"""An org for the adapter to talk to, and the adapter signed in there."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from connector.store.number_index import SqliteNumberIndex
from tests.ports.crm_contract import Desk
from tests.sandbox.org.rig import RunningOrg

MakeConfig = Callable[..., SalesforceConfig]


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def private_pem(private_key: rsa.RSAPrivateKey) -> str:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="session")
def running_org(private_key: rsa.RSAPrivateKey) -> Iterator[RunningOrg]:
    """One stand-in org for the session, in a thread of its own."""
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    running = RunningOrg(private_key, client_certificate=public)
    yield running
    running.close()


@pytest.fixture
def org(running_org: RunningOrg) -> Iterator[RunningOrg]:
    """The org without faults and with its first settings; records of other tests are in it."""
    yield running_org
    running_org.control("DELETE", "faults")
    first = {
        "external_id": "unique",
        "rules": [],
        "daily_limit": 5_000_000,
        "daily_used": 0,
        "session_idle_seconds": 7200,
        "hostile": [],
        "search_lag_seconds": 0,
        "hidden": {},
    }
    running_org.control("POST", "settings", first)


@pytest.fixture(scope="session")
def config(running_org: RunningOrg, private_pem: str) -> MakeConfig:
    """Settings for that org; any may be given otherwise."""

    def make(**others: Any) -> SalesforceConfig:
        given: dict[str, Any] = {
            "login_url": running_org.url,
            "consumer_key": CONSUMER_KEY,
            "username": INTEGRATION_USERNAME,
            "private_key": private_pem,
        }
        return SalesforceConfig(**{**given, **others})

    return make


@pytest.fixture(scope="session")
def shared_crm(config: MakeConfig) -> Iterator[SalesforceCrm]:
    """One adapter for the session: to read its key takes longer than most tests."""
    crm = open_crm(config())
    yield crm
    asyncio.run(crm.close())


@pytest.fixture
def crm(org: RunningOrg, shared_crm: SalesforceCrm) -> SalesforceCrm:
    """As if new: nothing described."""
    shared_crm._shapes._kept.clear()
    shared_crm._client._keeper._budget = None
    return shared_crm


async def filled(crm: SalesforceCrm) -> SalesforceCrm:
    """The same when it has read the org's numbers."""
    while await crm.read_numbers() < 1:
        pass
    return crm


@pytest.fixture(scope="session")
def shared_indexed_crm(config: MakeConfig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceCrm]:
    """One adapter with an index of numbers for the session."""
    crm = open_crm(config(), SqliteNumberIndex(tmp_path_factory.mktemp("numbers") / "numbers.db"))
    yield crm
    asyncio.run(crm.close())


@pytest.fixture
async def indexed_crm(org: RunningOrg, shared_indexed_crm: SalesforceCrm) -> SalesforceCrm:
    """It has read the numbers of all people, in an org whose own search is a day behind."""
    shared_indexed_crm._number_fields = ()
    shared_indexed_crm._client._keeper._budget = None
    crm = await filled(shared_indexed_crm)
    org.control("POST", "settings", {"search_lag_seconds": 86_400})
    return crm


@pytest.fixture
def desk(org: RunningOrg) -> Iterator[Desk]:
    """Sam Rivera at that org."""
    session = org.control("POST", "sessions", {"username": "sam.rivera@phone-panel.example"}).json()
    desk = Desk(org.url, session["access_token"], session["user_id"])
    yield desk
    desk.close()
