"""The Salesforce adapter beside bare `requests`: the same Tasks to the same stand-in org, the contents compared.

    python bench/salesforce.py [rows] [repeats]

The org runs in a process of its own.  Reported is the CPU of our process for each request's worth of rows, which does
not depend on how fast the org is, and the wall time, which does.  `bare first`: one PATCH with a body that is at hand.
`first`: the adapter's upsert.  `later`: its look-up and PATCH of what changed; `unchanged`: its look-up alone.
`match`, `directory`: one caller match, one reading of the directory.  Every repeat runs all variants in random order.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

sys.path.insert(0, str(Path(__file__).parents[1]))

from connector.ports.crm import TaskWritten
from connector.ports.store import OutboxRow, TaskFields
from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from connector.salesforce.client import SalesforceClient
from connector.salesforce.tasks import KEY
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME

Figures = dict[str, list[tuple[float, float]]]


def fields_of(key: str, agent: str, revision: int = 1) -> TaskFields:
    """A finished call with a note of usual length."""
    return {
        "Subject": "Call with Mia Chen", "Status": "Completed", "Priority": "Normal", "ActivityDate": "2026-11-23",
        "TaskSubtype": "Call", "CallType": "Inbound", "CallDurationInSeconds": 252, "CallDisposition": "Resolved",
        "CallObject": key, "Description": f"Charged twice. {'x' * 300} {revision}", "OwnerId": agent, KEY: key,
        "Phone_Interaction_Key__c": key, "Phone_Revision__c": revision, "Phone_Skill__c": "Support_EN",
        "Phone_Tags__c": "Refund; VIP",
    }  # fmt: skip


async def timed(figures: Figures, name: str, work: Callable[[], Awaitable[object]]) -> object:
    cpu, wall = time.process_time(), time.perf_counter()
    result = await work()
    figures.setdefault(name, []).append((time.process_time() - cpu, time.perf_counter() - wall))
    return result


class Bench:
    def __init__(self, crm: SalesforceCrm, client: SalesforceClient, agent: str, count: int) -> None:
        self.crm, self.client, self.agent, self.count = crm, client, agent, count
        token = client.signed_in()
        self.url = f"{token.instance}/services/data/v62.0/composite/sobjects/Task/{KEY}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Authorization": f"Bearer {token.access}", "Content-Type": "application/json"})
        self.figures: Figures = {}

    def keys(self) -> list[str]:
        return [f"{random.getrandbits(128):032x}" for _ in range(self.count)]

    async def bare(self) -> None:
        keys = self.keys()
        records = [{"attributes": {"type": "Task"}, **fields_of(key, self.agent)} for key in keys]
        body = json.dumps({"allOrNone": False, "records": records})

        async def send() -> object:
            return await asyncio.to_thread(lambda: self.session.patch(self.url, data=body, timeout=30).json())

        answers = await timed(self.figures, "bare first", send)
        assert isinstance(answers, list)
        assert all(answer["success"] for answer in answers)
        await self.same_as_ours(keys)

    async def ours(self) -> None:
        keys = self.keys()
        rows = [OutboxRow(key, 1, fields_of(key, self.agent), 0, {}, None, False, 0) for key in keys]
        results = await timed(self.figures, "first", lambda: self.crm.write_tasks(rows))
        await self.same_as_ours(keys)
        later = [
            OutboxRow(r.contact, 2, fields_of(r.contact, self.agent, 2), 1, r.fields, r.task_id, False, 0)
            for r in results  # type: ignore[attr-defined]
        ]
        results = await timed(self.figures, "later", lambda: self.crm.write_tasks(later))
        assert all(isinstance(result, TaskWritten) for result in results)  # type: ignore[attr-defined]
        await timed(self.figures, "unchanged", lambda: self.crm.write_tasks(later))

    async def same_as_ours(self, keys: list[str]) -> None:
        """What the org holds is what was wanted, whoever wrote it."""
        key = random.choice(keys)
        names = ", ".join(fields_of(key, self.agent))
        soql = f"SELECT {names} FROM Task WHERE {KEY} = '{key}'"
        (task,) = self.client.query(soql)
        assert {name: task[name] for name in fields_of(key, self.agent)} == fields_of(key, self.agent)

    async def reads(self) -> None:
        await timed(self.figures, "match", lambda: self.crm.match("+14155550143", "US"))
        await timed(self.figures, "directory", self.crm.directory)


async def main(count: int, repeats: int) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public.pem"
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        arguments = ["--port", "0", "--public-key", str(public), "--control-key-file", f"{folder}/control"]
        org = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connector.sandbox.org", *arguments, stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert org.stdout is not None
        url = (await org.stdout.readline()).decode().split()[-1]
        config = SalesforceConfig(url, CONSUMER_KEY, INTEGRATION_USERNAME, private_key=pem)
        crm, client = open_crm(config), SalesforceClient(config)
        try:
            bench = Bench(crm, client, next(iter((await crm.directory()).agents)), count)
            await crm.write_tasks([])
            for _ in range(repeats):
                for variant in random.sample((bench.bare, bench.ours, bench.reads), 3):
                    await variant()
            report(bench.figures)
        finally:
            await crm.close()
            await client.close()
            org.terminate()
            await org.wait()


def report(figures: Figures) -> None:
    print(f"{'':12} {'CPU ms: median (range)':>28} {'wall ms':>28}")
    for name in ("bare first", "first", "later", "unchanged", "match", "directory"):
        print(f"{name:12}", *(f"{_spread([pair[n] * 1000 for pair in figures[name]]):>28}" for n in (0, 1)))


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 7))
