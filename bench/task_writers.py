"""A program that writes Tasks, in a process of its own: the connector's outbox, or one of two others beside it.

    python bench/task_writers.py VARIANT ORG_PORT RATE SECONDS SEED FOLDER

`connector`: each version is committed to the store with its contact, then outbox and Salesforce adapter bring it to
the org; what comes back is committed, too.  `ledger alone`: the same commits without outbox and org.  `one by one`:
simple-salesforce upserts each version by external id: one object, one session that keeps its connections and reads
nothing from the environment, as many threads as it needs.  `ready batches`: an aiohttp client sends bodies that were
made before, each with what is wanted within the connector's own waiting time, and looks whether every row was taken;
it keeps nothing and looks nothing up.

Prints `ready`, begins at a line of standard input, and prints a `Wrote` when every version is confirmed.  With
BENCH_PROFILE=FILE the profile of its main thread is left there.
"""

import asyncio
import cProfile
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import requests
from msgspec import Struct
from msgspec.structs import replace
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.task_schedule import Wanted, contact_of, fields_of, schedule
from connector import collector
from connector.config import Config
from connector.domain.effects import SaveTask
from connector.domain.events import TaskSaved
from connector.domain.model import Contact, SaveState
from connector.ports.crm import Budget, TaskResult
from connector.ports.store import Commit, OutboxRow, TaskFields
from connector.salesforce import SalesforceConfig, SalesforceCrm, open_crm
from connector.service.clock import WallClock
from connector.service.judgement import TaskNews
from connector.service.outbox import Outbox
from connector.store.sqlite import SqliteStore

KEY = "Phone_Contact_Key__c"
GATHER_MS = Config().gather_ms
LARGEST = 200


class Wrote(Struct, frozen=True):
    """`cpu`: seconds of all threads from the start signal on; `ages`: ms from wanted to confirmed; rows in a batch."""

    cpu: float
    ages: list[float]
    batches: list[int]


class Run:
    """The time since the start signal, and what it took."""

    def __init__(self) -> None:
        print("ready", flush=True)
        sys.stdin.readline()
        self._cpu = time.process_time()
        self.began = time.monotonic()
        self.ages: list[float] = []
        self.batches: list[int] = []

    def since(self) -> float:
        return time.monotonic() - self.began

    def confirmed(self, one: Wanted) -> None:
        self.ages.append((self.since() - one.at) * 1000)

    def end(self) -> None:
        print(msgspec.json.encode(Wrote(time.process_time() - self._cpu, self.ages, self.batches)).decode(), flush=True)


# The connector ------------------------------------------------------------------------------------------------------


class Counted:
    """The adapter; how many rows it gets at a time is noted."""

    def __init__(self, crm: SalesforceCrm) -> None:
        self._crm = crm
        self.batches: list[int] = []
        self.budget: Budget | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._crm, name)

    async def write_tasks(self, rows: Sequence[OutboxRow]) -> Sequence[TaskResult]:
        """See the port."""
        self.batches.append(len(rows))
        return await self._crm.write_tasks(rows)


async def connector(port: int, wanted: list[Wanted], folder: Path) -> None:
    """Store, outbox and adapter, put together as the app does it."""
    clock = WallClock()
    store = SqliteStore(folder / "bench.db", clock.now)
    await store.open()
    crm = open_crm(SalesforceConfig(f"http://127.0.0.1:{port}", "bench", client_secret="bench"))
    await crm.write_tasks([])
    contacts = [(one, contact_of(one)) for one in wanted]
    made = [(one, contact, SaveTask(contact.key, one.revision, fields_of(contact))) for one, contact in contacts]
    by_key = {(contact.key, one.revision): (one, contact) for one, contact, _ in made}
    left = len(made)
    done = asyncio.Event()
    counted: Any = Counted(crm)

    def failed(error: BaseException | None) -> None:
        if error is not None:
            raise error

    def told(news: TaskNews) -> None:
        nonlocal left
        assert isinstance(news, TaskSaved), news
        one, contact = by_key[news.contact, news.revision]
        run.confirmed(one)
        store.commit(Commit((_saved(contact, news),)), failed)
        left -= 1
        if not left:
            done.set()

    outbox = Outbox(store, counted, clock=clock, report=told, gather_ms=GATHER_MS)

    def on_disk(error: BaseException | None) -> None:
        failed(error)
        outbox.poke()

    outbox.start()
    collector.settle()
    run = Run()
    for one, contact, task in made:
        await asyncio.sleep(one.at - run.since())
        store.commit(Commit((contact,), (), (task,)), on_disk)
    await done.wait()
    await outbox.stop()
    await store.close()
    run.batches = counted.batches
    run.end()
    await crm.close()


async def ledger(wanted: list[Wanted], folder: Path) -> None:
    """What the connector commits before it does anything else."""
    clock = WallClock()
    store = SqliteStore(folder / "ledger.db", clock.now)
    await store.open()
    contacts = [(one, contact_of(one)) for one in wanted]
    made = [(one, contact, SaveTask(contact.key, one.revision, fields_of(contact))) for one, contact in contacts]
    left = len(made)
    done = asyncio.Event()

    def on_disk(one: Wanted, error: BaseException | None) -> None:
        nonlocal left
        if error is not None:
            raise error
        run.confirmed(one)
        left -= 1
        if not left:
            done.set()

    collector.settle()
    run = Run()
    for one, contact, task in made:
        await asyncio.sleep(one.at - run.since())
        store.commit(Commit((contact,), (), (task,)), partial(on_disk, one))
    await done.wait()
    await store.close()
    run.end()


def _saved(contact: Contact, news: TaskSaved) -> Contact:
    save = replace(contact.save, state=SaveState.SAVED, written=news.revision, task_id=news.task_id)
    return replace(contact, save=save)


# simple-salesforce, one by one ---------------------------------------------------------------------------------------


class Plain(HTTPAdapter):
    """simple-salesforce writes https in every address; the double has no TLS."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Sends it to the same port without."""
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def one_by_one(port: int, wanted: list[Wanted], rate: float) -> None:
    """An upsert each."""
    threads = max(4, round(rate))  # two versions a contact, 150 ms each: three times as many as are busy
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Plain(pool_connections=1, pool_maxsize=threads))
    salesforce = Salesforce(session_id="bench", instance=f"127.0.0.1:{port}", session=session)
    made = [(one, contact.key, _less_key(fields_of(contact))) for one in wanted for contact in (contact_of(one),)]
    task = salesforce.Task
    failures: list[BaseException] = []
    counting = threading.Lock()

    def upsert(one: Wanted, key: str, fields: TaskFields) -> None:
        task.upsert(f"{KEY}/{key}", fields)
        with counting:
            run.confirmed(one)

    def ended(future: "Future[None]") -> None:
        error = future.exception()
        if error is not None:
            failures.append(error)

    collector.settle()
    run = Run()
    with ThreadPoolExecutor(threads) as pool:
        for one, key, fields in made:
            time.sleep(max(0.0, one.at - run.since()))
            pool.submit(upsert, one, key, fields).add_done_callback(ended)
    if failures:
        raise failures[0]
    run.end()


def _less_key(fields: TaskFields) -> TaskFields:
    return {name: value for name, value in fields.items() if name != KEY}


# Ready-made batches --------------------------------------------------------------------------------------------------


class Taken(Struct, frozen=True):
    """The answer for a row."""

    success: bool


def _bodies(wanted: list[Wanted]) -> list[tuple[float, list[Wanted], bytes]]:
    """When to send, whose rows they are, and the body."""
    gather = max(GATHER_MS, 1) / 1000
    windows: dict[int, list[Wanted]] = {}
    for one in wanted:
        windows.setdefault(int(one.at / gather), []).append(one)
    found = []
    for window, ones in windows.items():
        for first in range(0, len(ones), LARGEST):
            part = ones[first : first + LARGEST]
            records = [{"attributes": {"type": "Task"}, **_sent(fields_of(contact_of(one)))} for one in part]
            body = msgspec.json.encode({"allOrNone": False, "records": records})
            found.append(((window + 1) * gather, part, body))
    return found


def _sent(fields: TaskFields) -> TaskFields:
    return {name: value for name, value in fields.items() if value is not None}


async def ready_batches(port: int, wanted: list[Wanted]) -> None:
    """A request a batch."""
    bodies = _bodies(wanted)
    taken = msgspec.json.Decoder(list[Taken]).decode
    url = f"http://127.0.0.1:{port}/services/data/v62.0/composite/sobjects/Task/{KEY}"
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as http:

        async def send(ones: list[Wanted], body: bytes) -> None:
            async with http.patch(url, data=body) as answer:
                answers = taken(await answer.read())
            assert len(answers) == len(ones)
            assert all(one.success for one in answers)
            for one in ones:
                run.confirmed(one)

        collector.settle()
        run = Run()
        sending = []
        for at, ones, body in bodies:
            await asyncio.sleep(at - run.since())
            sending.append(asyncio.create_task(send(ones, body)))
            run.batches.append(len(ones))
        await asyncio.gather(*sending)
        run.end()


def main() -> None:
    """Runs the variant that it was told to."""
    variant, port, rate, seconds, seed, folder = sys.argv[1:]
    wanted = schedule(float(rate), float(seconds), int(seed))
    profile = cProfile.Profile() if os.environ.get("BENCH_PROFILE") else None
    if profile is not None:
        profile.enable()
    if variant == "connector":
        asyncio.run(connector(int(port), wanted, Path(folder)))
    elif variant == "ledger alone":
        asyncio.run(ledger(wanted, Path(folder)))
    elif variant == "one by one":
        one_by_one(int(port), wanted, float(rate))
    elif variant == "ready batches":
        asyncio.run(ready_batches(int(port), wanted))
    else:
        raise SystemExit(f"no such variant: {variant}")
    if profile is not None:
        profile.disable()
        profile.dump_stats(os.environ["BENCH_PROFILE"])


if __name__ == "__main__":
    main()
