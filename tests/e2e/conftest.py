"""The whole product as its demo runs it: every part a process, on free ports, in a temporary folder."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.sandbox.demo import Demo, ports
from tests.e2e.robot import Robot

ANY_PORT = {"PANEL_PORT": "0", "ORG_PORT": "0", "CONSOLE_PORT": "0"}

SAM = "sam.rivera@phone-panel.example"
JONAS = "jonas.weber@phone-panel.example"
PRIYA = "priya.nair@phone-panel.example"


class Product:
    """A running demo and the ways in which a test looks at it and plays with it."""

    def __init__(self, demo: Demo, http: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.http = http
        self._sessions: dict[str, dict[str, Any]] = {}

    @property
    def _key(self) -> dict[str, str]:
        return {"X-Sandbox-Key": self.demo.key}

    async def control(self, path: str, body: dict[str, Any] | list[Any]) -> Any:
        """Asks the org's sandbox control."""
        async with self.http.post(f"{self.demo.org}/sandbox/{path}", json=body, headers=self._key) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def user(self, username: str) -> str:
        """The user's id."""
        if username not in self._sessions:
            self._sessions[username] = await self.control("sessions", {"username": username})
        return str(self._sessions[username]["user_id"])

    async def token(self, username: str) -> str:
        """A session token, as Open CTI's runApex would return it."""
        call = {"user_id": await self.user(username), "apexClass": "PhonePanelSession", "methodName": "token"}
        return str((await self.control("apex", {**call, "methodParams": ""}))["result"])

    def robot(self, username: str, name: str) -> Robot:
        """An agent without a face, connected as long as it is not stopped."""
        socket = self.demo.panel.replace("http://", "ws://") + "/socket"
        return Robot(socket, self.demo.console, lambda: self.token(username), name)

    async def ring(self, number: str, skill: str = "Support_EN", **values: Any) -> str:
        """A customer calls; returns the leg."""
        body = {"from": number, "skill": skill, **values}
        async with self.http.post(f"{self.demo.switch_control}/calls", json=body, headers=self._key) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["leg"])

    async def switch(self, path: str, body: dict[str, Any]) -> None:
        """Asks the simulated switch for a fault or a hang-up."""
        async with self.http.post(f"{self.demo.switch_control}/{path}", json=body, headers=self._key) as answer:
            assert answer.status < 300, await answer.text()

    def tasks(self) -> list[dict[str, Any]]:
        """All Tasks that carry our key, from the org's own database."""
        return tasks_in(self.demo.org_database)

    async def task(self, true: Callable[[dict[str, Any]], Any], what: str, timeout: float = 15) -> dict[str, Any]:
        """The Task of which that holds, as soon as there is one."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for task in self.tasks():
                        if true(task):
                            return task
                    # The org's database is another process's: there is no event to wait for, only the next look.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no Task {what}; there are {self.tasks()}") from None


def tasks_in(database: Path) -> list[dict[str, Any]]:
    """The Tasks with a contact key in an org's database, deleted ones left out."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute('SELECT * FROM "Task" WHERE "Phone_Contact_Key__c" IS NOT NULL').fetchall()
    connection.close()
    return [dict(row) for row in rows]


@pytest.fixture
async def product(tmp_path: Path, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A running demo in which nobody calls but who the test lets call."""
    needs("panel")
    demo = Demo(tmp_path, ports(ANY_PORT), customers=False)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


@pytest.fixture
async def sam(product: Product) -> AsyncIterator[Robot]:
    """Sam, without a face, available."""
    robot = product.robot(SAM, "sam")
    robot.start()
    try:
        await robot.until(lambda state: state["agent"]["controls"]["set_state"] is None, "Sam is shown the panel")
        await robot.command("set_state", state="AVAILABLE")
        yield robot
    finally:
        await robot.stop()
