"""The contract of the Crm port on the stand-in org, with the contact key as a unique external id and as plain text, and
with an index of numbers."""

import pytest

from connector.ports.crm import Crm
from connector.salesforce import SalesforceCrm
from tests.ports.crm_contract import CrmContract, Desk, TaskContract
from tests.ports.sighting_contract import PlainKeyContract, SightingContract
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


class TestUniqueKey(CrmContract, SightingContract):
    @pytest.fixture
    def crm(self, crm: SalesforceCrm) -> Crm:
        return crm

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        return desk


class TestIndexOfNumbers(CrmContract):
    """The same by an index of our own."""

    @pytest.fixture
    def crm(self, indexed_crm: SalesforceCrm, org: RunningOrg) -> Crm:
        org.control("POST", "settings", {"search_lag_seconds": 0})
        return indexed_crm

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        return desk


class TestPlainKey(TaskContract, PlainKeyContract):
    """The same in an org whose administrator did not, or could not, make the key a unique external id."""

    @pytest.fixture
    def crm(self, crm: SalesforceCrm, org: RunningOrg) -> Crm:
        org.control("POST", "settings", {"external_id": "plain"})
        return crm

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        return desk
