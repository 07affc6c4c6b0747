"""The contract of the Crm port on the stand-in org, with the contact key as a unique external id and as plain text."""

import asyncio
from collections.abc import Iterator

import pytest

from connector.ports.crm import Crm
from connector.salesforce import open_crm
from tests.ports.crm_contract import CrmContract, Desk
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg


@pytest.fixture(scope="module")
def signed_in(config: MakeConfig) -> Iterator[Crm]:
    """One adapter for all tests of an org: reading its key takes longer than most of them."""
    crm = open_crm(config())
    yield crm
    asyncio.run(crm.close())


class TestUniqueKey(CrmContract):
    @pytest.fixture
    def crm(self, signed_in: Crm, org: RunningOrg) -> Crm:
        return signed_in

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        return desk


@pytest.fixture(scope="module")
def signed_in_at_plain(config: MakeConfig) -> Iterator[Crm]:
    crm = open_crm(config())
    yield crm
    asyncio.run(crm.close())


class TestPlainKey(CrmContract):
    """The same in an org whose administrator did not, or could not, make the key a unique external id."""

    @pytest.fixture
    def crm(self, signed_in_at_plain: Crm, org: RunningOrg) -> Crm:
        org.control("POST", "settings", {"external_id": "plain"})
        return signed_in_at_plain

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        return desk
