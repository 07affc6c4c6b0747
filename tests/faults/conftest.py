"""One stand-in org for the laboratory, with the external id unique or plain."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from connector.salesforce import SalesforceConfig, open_crm
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from connector.service.clock import ManualClock
from tests.faults.lab import Connector, Lab
from tests.faults.proxy import Proxy
from tests.ports.crm_contract import Desk
from tests.ports.store_contract import MEMORY, NOON
from tests.salesforce.conftest import desk, org, private_key, private_pem, running_org
from tests.sandbox.org.rig import RunningOrg

__all__ = ["desk", "org", "private_key", "private_pem", "running_org"]
TIMEOUT_S = 0.4


@pytest.fixture(params=["unique", "plain"])
def external_id(request: pytest.FixtureRequest, org: RunningOrg) -> str:
    org.control("POST", "settings", {"external_id": request.param})
    return str(request.param)


@pytest.fixture
async def proxy(org: RunningOrg) -> AsyncIterator[Proxy]:
    proxy = Proxy(org.url)
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def config_for(url: str, private_pem: str, ca_file: str = "") -> SalesforceConfig:
    return SalesforceConfig(
        login_url=url,
        audience="https://login.salesforce.com",
        consumer_key=CONSUMER_KEY,
        username=INTEGRATION_USERNAME,
        private_key=private_pem,
        timeout_s=TIMEOUT_S,
        ca_file=ca_file,
    )


async def laboratory(proxy: Proxy, desk: Desk, folder: Path, private_pem: str, ca_file: str = "") -> Lab:
    config = config_for(proxy.url, private_pem, ca_file)
    connector = Connector(folder / "connector.db", lambda: open_crm(config), ManualClock(NOON))
    await connector.start()
    people = tuple([await desk.make("Contact", LastName=f"Caller {n}") for n in range(2)])
    return Lab(connector, proxy, desk, people)


@pytest.fixture
async def lab(
    external_id: str, proxy: Proxy, desk: Desk, folder: Path, private_pem: str, request: pytest.FixtureRequest
) -> AsyncIterator[Lab]:
    lab = await laboratory(proxy, desk, folder, private_pem)
    yield lab
    await lab.tell(request.node.name)
    await lab.connector.stop()
