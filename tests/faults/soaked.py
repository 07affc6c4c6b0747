"""The whole product with a bad day between connector and org: a connector that is killed, agents, customers, people."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.app import REQUESTS_A_WRITE
from connector.sandbox.demo import CALLERS, Demo, ports
from connector.sandbox.parts import PartError
from connector.switch.simulated.journal import calls_by_contact, read
from tests.e2e.product import ANY_PORT, JONAS, PRIYA, SAM, Product
from tests.faults.crew import Link, Person, Story, Worker
from tests.faults.proxy import Proxy
from tests.faults.weather import Certificates, Weather
from tests.salesforce.test_tls import certificate_for

ROOT: Final = Path(__file__).parents[2]
SKILLS: Final = ("Support_EN", "Billing", "Sales")
ADMIN: Final = "admin@phone-panel.example"
WAITING: Final = 60
"""So many pieces of work wait for agents at most."""

TIMEOUT_S: Final = 0.5
LEASE_S: Final = 2 * REQUESTS_A_WRITE * TIMEOUT_S + 1

EDITED: Final = {"Priority": "High", "Subject": "A person's words"}


class Soaked:
    """What runs, and those who make contacts.  `stories` is all that they know of them; `kills` and `stops` count."""

    def __init__(self, product: Product, proxy: Proxy, dice: random.Random) -> None:
        self.product = product
        self.proxy = proxy
        self.stories: dict[str, Story] = {}
        self.workers: list[Worker] = []
        self.kills = 0
        self.stops = 0
        self.dials = 0
        self._dice = dice
        self._up = asyncio.Event()
        self._up.set()
        self._room = asyncio.Semaphore(WAITING)
        self._delivered = 0
        self._links: tuple[list[Link], list[Link]] = ([], [])

    # The org ------------------------------------------------------------------------------------------------------

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """What the org itself answers its administrator."""
        session = await self.product._session(ADMIN)
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        address = path if path.startswith("/") else f"/services/data/v62.0/{path}"
        url = self.product.demo.org + address
        async with self.product.http.request(method, url, headers=headers, **more) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.status != 204 else None

    async def rows(self, soql: str) -> list[dict[str, Any]]:
        """All rows of a query."""
        page = await self.ask("GET", "query", params={"q": soql})
        rows = list(page["records"])
        while not page["done"]:
            page = await self.ask("GET", page["nextRecordsUrl"])
            rows += page["records"]
        return rows

    async def hire(self, count: int) -> list[str]:
        """So many more agents, of every skill; returns their user names."""
        (profile,) = await self.rows("SELECT Id FROM Profile WHERE Name = 'Service Agent'")
        (permission,) = await self.rows("SELECT Id FROM PermissionSet WHERE Name = 'Phone_Panel_Agent'")
        (role,) = await self.rows("SELECT Id FROM UserRole WHERE DeveloperName = 'Service'")
        found = []
        for number in range(count):
            name = f"agent{number}@phone-panel.example"
            fields = {
                "Username": name, "LastName": f"Agent {number}", "Email": name, "Alias": f"agent{number}",
                "TimeZoneSidKey": "UTC", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US",
                "ProfileId": profile["Id"], "IsActive": True, "UserRoleId": role["Id"],
                "Phone_Device__c": device(number), "Phone_Country__c": "US",
            }  # fmt: skip
            user = await self.make("User", **fields)
            await self.make("PermissionSetAssignment", PermissionSetId=permission["Id"], AssigneeId=user)
            for skill in SKILLS:
                await self.make("Phone_Agent_Skill__c", User__c=user, Skill__c=skill, Proficiency__c=9)
            found.append(name)
        return found

    async def make(self, sobject: str, **fields: object) -> str:
        return str((await self.ask("POST", f"sobjects/{sobject}", json=fields))["id"])

    async def look_around(self) -> None:
        """What may be linked is known from here on."""
        people = await self.rows("SELECT Id, Name FROM Contact LIMIT 20")
        cases = await self.rows("SELECT Id, CaseNumber FROM Case LIMIT 20")
        accounts = await self.rows("SELECT Id, Name FROM Account LIMIT 20")
        self._links = (
            [{"id": row["Id"], "type": "Contact", "name": row["Name"]} for row in people],
            [{"id": row["Id"], "type": "Case", "name": row["CaseNumber"]} for row in cases]
            + [{"id": row["Id"], "type": "Account", "name": row["Name"]} for row in accounts],
        )

    def person(self) -> Person:
        async def edit(task: str) -> None:
            await self.ask("PATCH", f"sobjects/Task/{task}", json=EDITED)

        async def delete(task: str) -> None:
            await self.ask("DELETE", f"sobjects/Task/{task}")

        def may_touch(key: str) -> bool:
            return not any(key.encode() in asked.body for asked in self.proxy.late)

        return Person(edit, delete, may_touch)

    # Agents and work ----------------------------------------------------------------------------------------------

    async def crew(self, users: list[str]) -> None:
        """All of them have a panel open, and are shown what is true."""
        person = self.person()
        for number, user in enumerate(users):
            robot = self.product.robot(user, f"panel-{number}")
            dice = random.Random(self._dice.random())
            worker = Worker(robot, await self.product.user(user), dice, self.stories, self._links, person)
            worker.dealt_with = self._dealt_with
            robot.start()
            self.workers.append(worker)
        for worker in self.workers:
            await worker.robot.until(lambda state: state["agent"], "the panel is shown its state", timeout=60)

    def _dealt_with(self, story: Story) -> None:
        if story.kind in ("work_item", "email"):
            self._room.release()

    def want_dials(self, count: int) -> None:
        """Agents call customers so often, now and then."""
        self.dials = count

        def number() -> str | None:
            if self.dials and self._dice.random() < 0.05:
                self.dials -= 1
                return self._dice.choice(CALLERS)
            return None

        for worker in self.workers:
            worker.dials = number

    async def make_all(self, works: int, calls: int) -> None:
        """So many pieces of work and so many customers, all of whom agents have dealt with when this returns."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.deliver(works))
            both.create_task(self.ring(calls))

    async def deliver(self, count: int) -> None:
        """Other systems bring so many pieces of work; returns when agents have dealt with all of them."""
        async with asyncio.TaskGroup() as senders:
            for _ in range(count):
                await self._room.acquire()
                self._delivered += 1
                senders.create_task(self._deliver(self._delivered))
        for _ in range(WAITING):
            await self._room.acquire()
        for _ in range(WAITING):
            self._room.release()

    async def _deliver(self, number: int) -> None:
        people, records = self._links
        link = self._dice.choice((None, self._dice.choice(people), self._dice.choice(records)))
        body = {
            "skill": self._dice.choice(SKILLS),
            "title": f"Piece of work {number}",
            "kind": self._dice.choice(("work_item", "work_item", "email")),
            "record": link,
        }
        key = await self._accepted(number, body)
        story = self.stories.setdefault(key, Story(str(body["kind"])))
        if link is not None:
            field = "who" if link["type"] == "Contact" else "what"
            setattr(story, field, getattr(story, field) or link["id"])

    async def _accepted(self, number: int, body: dict[str, Any]) -> str:
        """The contact's key; a sender asks again, with the same key of its own, until it is answered."""
        demo = self.product.demo
        headers = {"Authorization": f"Bearer {demo.api_key}", "Idempotency-Key": f"soak-{number}"}
        while True:
            await self._up.wait()
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.product.http.post(
                    f"{demo.connector_address}/api/work-items", json=body, headers=headers,
                    timeout=aiohttp.ClientTimeout(total=10),
                ) as answer:  # fmt: skip
                    if answer.status < 300:
                        return str((await answer.json())["contact"])
                    assert answer.status in (429, 503), await answer.text()
            await asyncio.sleep(0.1)

    async def ring(self, count: int) -> None:
        """So many customers call, one after the other; returns when all calls are over."""
        for _ in range(count):
            await self.product.ring(
                self._dice.choice(CALLERS), self._dice.choice(SKILLS), talk=self._dice.uniform(2, 40)
            )
            await asyncio.sleep(self._dice.uniform(0.2, 1.0))
        await self.product.nobody_calls()

    def calls(self) -> set[str]:
        """The contacts of calls that must have a Task, as the switch saw them."""
        calls = calls_by_contact(read(self.product.demo.journal))
        return {key for key, call in calls.items() if call.spoke or call.placed}

    # The connector ------------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """Of the connector that is ready."""
        part = self.product.demo.connector
        return part.pid if part is not None and self._up.is_set() else None

    async def kill_again_and_again(self, every_s: tuple[float, float]) -> None:
        """kill -9, now and then SIGSTOP until its leases are over instead; when this is cancelled, it runs."""
        while True:
            await asyncio.sleep(self._dice.uniform(*every_s))
            what = self.stop_and_wake() if self._dice.random() < 0.05 else self.kill()
            restarting = asyncio.get_running_loop().create_task(what)
            try:
                await asyncio.shield(restarting)
            except asyncio.CancelledError:
                await restarting
                raise

    async def stop_and_wake(self) -> None:
        """It is stopped in the middle of whatever it does, for longer than a lease."""
        pid = self.pid
        assert pid is not None
        self._up.clear()
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(LEASE_S + 0.5)
        os.kill(pid, signal.SIGCONT)
        self.stops += 1
        self._up.set()

    async def kill(self) -> None:
        """Sometimes once more while it starts."""
        demo = self.product.demo
        self._up.clear()
        await self._kill()
        if self._dice.random() < 0.15:
            starting = asyncio.get_running_loop().create_task(demo.start_connector())
            await asyncio.sleep(self._dice.uniform(0.3, 1.0))
            await self._kill()
            with contextlib.suppress(PartError):
                await starting
        await demo.start_connector()
        self._up.set()

    async def _kill(self) -> None:
        demo = self.product.demo
        part = demo.connector
        assert part is not None
        os.kill(part.pid, signal.SIGKILL)
        self.kills += 1
        await part.ended()
        demo.parts.remove(part)

    async def command(self, *arguments: str) -> str:
        """Runs a command of the connector beside it; returns what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "connector", *arguments, "--config", str(self.product.demo.config)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()
        return told.decode()


def device(number: int) -> str:
    return str(2_100 + number)


@contextlib.asynccontextmanager
async def soaked(
    folder: Path, external_id: str, agents: int, dice: random.Random
) -> AsyncIterator[tuple[Soaked, Weather]]:
    """The product with so many agents more than three, the proxy before its org, and a sky that is still blue."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificates = Certificates(folder, certificate_for(key), certificate_for(key, days=(-3, -1)), pem)
    chosen = ports(ANY_PORT)
    proxy = Proxy(f"http://localhost:{chosen['ORG_PORT']}", certificates.context)
    await proxy.start()
    phones = ",".join(["2041", "2042", "2043", *(device(number) for number in range(agents))])
    demo = Demo(
        folder,
        chosen,
        customers=False,
        org_options=["--external-id", external_id, "--daily-limit", "10000000"],
        switch_options=["--speed", "8", "--agents", phones],
        timeout_s=TIMEOUT_S,
        console=False,
        connector="tests.faults.soaked_connector",
        salesforce={
            "login_url": proxy.url,
            "audience": "https://login.salesforce.com",
            "ca_file": str(certificates.trusted),
        },
    )
    try:
        async with aiohttp.ClientSession() as http:
            product = Product(demo, http)
            run = Soaked(product, proxy, dice)
            weather = Weather(dice, proxy, certificates, folder, product.control, lambda: run.pid)
            await demo.start()
            await run.look_around()
            users = await run.hire(agents)
            assert run.pid is not None
            os.kill(run.pid, signal.SIGUSR1)  # the configuration is read again: they are in it
            await run.crew([SAM, JONAS, PRIYA, *users])
            try:
                yield run, weather
            finally:
                for worker in run.workers:
                    await worker.robot.stop()
    finally:
        await demo.stop()
        await proxy.stop()
