"""The Salesforce in memory keeps the same promises about what it shows as a real one."""

from typing import cast

import pytest

from connector.ports.crm import Crm
from connector.ports.store import TaskFields
from tests.ports.sighting_contract import PlainKeyContract, TaskDesk
from tests.service.task_org import TaskOrg

KIM = "005KIM"


class Kim:
    """A person at that org."""

    agent = KIM

    def __init__(self, org: TaskOrg) -> None:
        self._org = org

    async def make(self, _sobject: str, /, **fields: object) -> str:
        return self._org.make(cast("TaskFields", fields), KIM)

    async def edit(self, _sobject: str, record: str, /, **fields: object) -> None:
        self._org.tasks[record] |= cast("TaskFields", fields)
        self._org.editors[record] = KIM

    async def delete(self, _sobject: str, record: str, /) -> None:
        self._org.delete(record)


class TestTaskOrg(PlainKeyContract):
    @pytest.fixture
    def org(self) -> TaskOrg:
        return TaskOrg()

    @pytest.fixture
    def crm(self, org: TaskOrg) -> Crm:
        return org

    @pytest.fixture
    def desk(self, org: TaskOrg) -> TaskDesk:
        return Kim(org)
