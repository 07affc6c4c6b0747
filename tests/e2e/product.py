"""A running demo, and the ways in which a test looks at it and plays with it."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from connector.sandbox.demo import Demo
from connector.switch.simulated.journal import read
from tests.e2e.robot import Robot

ANY_PORT = {"PANEL_PORT": "0", "ORG_PORT": "0", "CONSOLE_PORT": "0"}
SAM = "sam.rivera@phone-panel.example"
JONAS = "jonas.weber@phone-panel.example"
PRIYA = "priya.nair@phone-panel.example"


class Product:
    """The parts of a demo, asked over their own interfaces."""

    def __init__(self, demo: Demo, http: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.http = http
        self._sessions: dict[str, dict[str, Any]] = {}
        self._old: set[str] = set()
        self._panels = 0

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
        return str((await self._session(username))["user_id"])

    async def _session(self, username: str) -> dict[str, Any]:
        if username not in self._sessions:
            self._sessions[username] = await self.control("sessions", {"username": username})
        return self._sessions[username]

    async def create(self, sobject: str, **fields: str) -> str:
        """A new record of Sam's in the org; returns its id."""
        key = {"Authorization": f"Bearer {(await self._session(SAM))['access_token']}"}
        address = f"{self.demo.org}/services/data/v63.0/sobjects/{sobject}"
        async with self.http.post(address, json=fields, headers=key) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["id"])

    async def edit(self, sobject: str, record: str, **fields: str | None) -> None:
        """Sam edits a record in the org."""
        await self._change("PATCH", sobject, record, fields)

    async def delete(self, sobject: str, record: str) -> None:
        """Sam deletes a record in the org."""
        await self._change("DELETE", sobject, record)

    async def _change(self, method: str, sobject: str, record: str, body: dict[str, Any] | None = None) -> None:
        key = {"Authorization": f"Bearer {(await self._session(SAM))['access_token']}"}
        address = f"{self.demo.org}/services/data/v63.0/sobjects/{sobject}/{record}"
        async with self.http.request(method, address, json=body, headers=key) as answer:
            assert answer.status == 204, await answer.text()

    @asynccontextmanager
    async def configured(
        self, sobject: str, name: str, before: dict[str, Any], fields: dict[str, Any]
    ) -> AsyncIterator[None]:
        """What an administrator configures is so, known to the connector; afterwards it is as `before` again."""
        await self._deploy(sobject, name, fields)
        try:
            yield
        finally:
            await self._deploy(sobject, name, before)

    def setting(self, name: str, before: str, value: str) -> AbstractAsyncContextManager[None]:
        """The same for one setting."""
        return self.configured("Phone_Setting__mdt", name, {"Value__c": before}, {"Value__c": value})

    async def _deploy(self, sobject: str, name: str, fields: dict[str, Any]) -> None:
        # Whoever has a panel open is sent a new setup when the connector has read what is new.
        async with self.connected(PRIYA) as robot:
            seen = robot.setups
            await self.control("configuration", {"object": sobject, "name": name, "fields": fields})
            await robot.until(lambda _: robot.setups > seen, f"{sobject} {name} is read")

    async def token(self, username: str) -> str:
        """A session token, as Open CTI's runApex would return it."""
        call = {"user_id": await self.user(username), "apexClass": "PhonePanelSession", "methodName": "token"}
        return str((await self.control("apex", {**call, "methodParams": ""}))["result"])

    @asynccontextmanager
    async def connected(self, username: str) -> AsyncIterator[Robot]:
        """An agent without a face, shown what is true."""
        self._panels += 1
        robot = self.robot(username, f"robot-{self._panels}")
        robot.start()
        try:
            await robot.until(lambda state: state["agent"], "the panel is shown its state")
            yield robot
        finally:
            await robot.stop()

    async def clear(self) -> None:
        """Nobody calls or works, nobody is logged in; faults are gone, and Tasks so far do not count."""
        await self.control("settings", {"rules": [], "hostile": []})
        await self.no_faults()
        for leg in await self.calls():
            await self.switch("hangup", {"leg": leg["leg"]})
        for username in (SAM, JONAS, PRIYA):
            async with self.connected(username) as robot:
                await _go_home(robot)
        await self.none_left("contacts")
        await self.none_left("outbox")
        self._old = {task["Id"] for task in tasks_in(self.demo.org_database)}

    async def no_faults(self) -> None:
        """The org has none any more."""
        async with self.http.delete(f"{self.demo.org}/sandbox/faults", headers=self._key) as answer:
            assert answer.status < 300

    def robot(self, username: str, name: str) -> Robot:
        """An agent without a face, to be started and stopped."""
        socket = self.demo.panel.replace("http://", "ws://") + "/socket"
        return Robot(socket, self.demo.console, lambda: self.token(username), name)

    async def ring(self, number: str, skill: str = "Support_EN", **values: Any) -> str:
        """A customer calls; returns the leg."""
        body = {"from": number, "skill": skill, **values}
        async with self.http.post(f"{self.demo.switch_control}/calls", json=body, headers=self._key) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["leg"])

    async def deliver(self, path: str, body: dict[str, Any]) -> str:
        """Another system asks for a callback (`callbacks`) or brings work (`work-items`); returns the contact's key."""
        headers = {"Authorization": f"Bearer {self.demo.api_key}"}
        async with self.http.post(f"{self.demo.connector_address}/api/{path}", json=body, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["contact"])

    def announced(self, leg: str) -> str | None:
        """What that caller was told before they were hung up on, or None."""
        told = (entry.cause for entry in read(self.demo.journal) if entry.what == "announced" and entry.leg == leg)
        return next(told, None)

    async def calls(self) -> list[dict[str, Any]]:
        """The legs at the switch that have not ended."""
        async with self.http.get(f"{self.demo.switch_control}/calls", headers=self._key) as answer:
            return list(await answer.json())

    async def nobody_calls(self, timeout: float = 120) -> None:
        """Returns when no leg is left at the switch."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    if not await self.calls():
                        return
                    # The switch is another process: there is no event to wait for, only the next look.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"still calling: {await self.calls()}") from None

    async def switch(self, path: str, body: dict[str, Any]) -> None:
        """Asks the simulated switch for a fault or a hang-up."""
        async with self.http.post(f"{self.demo.switch_control}/{path}", json=body, headers=self._key) as answer:
            assert answer.status < 300, await answer.text()

    async def record(self, type_name: str, field: str, value: str) -> str:
        """The id of the one record of that object with that value."""
        with closing(sqlite3.connect(f"file:{self.demo.org_database}?mode=ro", uri=True)) as connection:
            if field == "Name" and type_name in ("Contact", "Lead"):
                field = "coalesce(\"FirstName\" || ' ', '') || \"LastName\""
            found = connection.execute(f'SELECT "Id" FROM "{type_name}" WHERE {field} = ?', (value,)).fetchall()
        assert len(found) == 1, f"{type_name} {value}: {found}"
        return str(found[0][0])

    async def restart_connector_after(self, meanwhile: Coroutine[Any, Any, None]) -> None:
        """The connector is killed, and started again when `meanwhile` is over."""
        part = self.demo.connector
        assert part is not None
        os.kill(part.pid, signal.SIGKILL)
        await part.ended()
        self.demo.parts.remove(part)
        try:
            await meanwhile
        finally:
            await self.demo.start_connector()

    def tasks(self) -> list[dict[str, Any]]:
        """All Tasks of this test that carry our key, from the org's own database."""
        return [task for task in tasks_in(self.demo.org_database) if task["Id"] not in self._old]

    async def task(self, true: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """The Task of which that holds, as soon as there is one."""
        found = await self.until(lambda: next(filter(true, self.tasks()), None), f"a Task {what}")
        return dict(found)

    async def until(self, found: Callable[[], Any], what: str, timeout: float = 15) -> Any:
        """What is found, as soon as it is, in the org's database or the switch's journal."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    if value := found():
                        return value
                    # They are other processes': there is no event to wait for, only the next look.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}; Tasks are {self.tasks()}") from None

    async def none_left(self, what: str, but: str = "parked", timeout: float = 60) -> None:
        """Returns when that gauge of the connector is zero, but for one label: parked Tasks wait for a person."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    if not await self._left(what, but):
                        return
                    # The connector is another process: there is no event to wait for, only the next look.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"still there: {what} {await self._left(what, but)}") from None

    async def _left(self, what: str, but: str) -> dict[str, float]:
        async with self.http.get(f"{self.demo.connector_address}/metrics") as answer:
            families = text_string_to_metric_families(await answer.text())
        samples = [sample for family in families if family.name == f"phone_panel_{what}" for sample in family.samples]
        assert samples, f"no metric {what}"
        by_label = {" ".join(sample.labels.values()): sample.value for sample in samples}
        return {label: value for label, value in by_label.items() if value and label != but}

    async def only_tasks(self, count: int) -> None:
        """There are just so many Tasks of this test, and none waits to be written."""
        await self.until_tasks(count)
        await self.none_left("outbox")
        assert len(self.tasks()) == count, self.tasks()

    async def until_tasks(self, count: int) -> None:
        """Returns when there are at least so many Tasks of this test."""
        await self.task(lambda _: len(self.tasks()) >= count, f"number {count}")


def tasks_in(database: Path) -> list[dict[str, Any]]:
    """The Tasks with a contact key in an org's database, deleted ones left out."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute('SELECT * FROM "Task" WHERE "Phone_Contact_Key__c" IS NOT NULL').fetchall()
    return [dict(row) for row in rows if not row["IsDeleted"]]


async def _go_home(robot: Robot) -> None:
    while True:
        seen = robot.fresh
        state = await robot.until(lambda known: known, "a state")
        agent = state["agent"]
        if not state["contacts"]:
            # The org asks for nothing any more: what it has refused it takes now.
            for repair in state.get("repairs", []):
                if repair["controls"]["save_again"] is None:
                    await robot.command("save_again", contact=repair["key"])
            if agent["controls"]["log_out"] is None:
                await robot.command("log_out")
            elif agent["state"] == "LOGGED_OUT":
                return
        for contact in state["contacts"]:
            if contact["disposition_required"] and not contact["draft"]["disposition"]["value"]:
                revision = contact["draft"]["disposition"]["revision"] + 1
                robot.draft(contact["key"], "disposition", revision, text="Answered")
            if contact["controls"].get("finish", "") is None:
                await robot.command("finish", contact=contact["key"])
            if contact["controls"].get("done", "") is None:
                await robot.command("done", contact=contact["key"])
        await robot.news(seen)
