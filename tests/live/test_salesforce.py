"""The contract of the Crm port on a real org, which the environment names; its records are left in that org.

SALESFORCE_LIVE_LOGIN_URL, _CONSUMER_KEY, _USERNAME and _PRIVATE_KEY_FILE are the connector's own sign-in; _AGENT_TOKEN
and _AGENT_ID an access token and the id of a user with the permission set Phone_Panel_Agent and the right to make and
edit records.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest

from connector.ports.crm import Crm
from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from tests.ports.crm_contract import CrmContract, Desk

pytestmark = pytest.mark.live

PREFIX = "SALESFORCE_LIVE_"
SETTINGS = ("LOGIN_URL", "CONSUMER_KEY", "USERNAME", "PRIVATE_KEY_FILE", "AGENT_TOKEN", "AGENT_ID")
INDEX_S = 180.0
"""How long a real org may take until a new record can be searched for."""


MISSING = [PREFIX + name for name in SETTINGS if not os.environ.get(PREFIX + name)]
if MISSING:
    pytest.skip(f"no real org: {', '.join(MISSING)} not set", allow_module_level=True)


@pytest.fixture(scope="module")
def org() -> dict[str, str]:
    return {name: os.environ[PREFIX + name] for name in SETTINGS}


@pytest.fixture(scope="module")
def signed_in(org: dict[str, str]) -> Iterator[SalesforceCrm]:
    config = SalesforceConfig(
        login_url=org["LOGIN_URL"],
        consumer_key=org["CONSUMER_KEY"],
        username=org["USERNAME"],
        private_key_file=org["PRIVATE_KEY_FILE"],
    )
    crm = open_crm(config)
    yield crm
    asyncio.run(crm.close())


@pytest.fixture(scope="module")
def agent(org: dict[str, str], signed_in: SalesforceCrm) -> Iterator[Desk]:
    instance = signed_in._client.signed_in().instance
    desk = Desk(
        instance, org["AGENT_TOKEN"], org["AGENT_ID"], patience_s=float(os.environ.get(PREFIX + "INDEX_S", INDEX_S))
    )
    yield desk
    desk.close()


class TestLiveOrg(CrmContract):
    @pytest.fixture
    def crm(self, signed_in: SalesforceCrm) -> Crm:
        return signed_in

    @pytest.fixture
    def desk(self, agent: Desk) -> Desk:
        return agent
