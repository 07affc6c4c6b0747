"""A double of an org that costs little: it keeps Tasks by contact key and answers every request after a latency.

    python bench/org_double.py LATENCY_MS ORGS

Upsert by key, alone and in collections, update by id, queries by id and by key, several of these in one composite
request, and describe.  It trusts what it gets: rules, errors and limits are the stand-in org's, which is far slower.
Prints `ready PORT ...`, a port for each org; ends when its standard input does.  `/stats` is a `Stats`.
"""

import asyncio
import hashlib
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from aiohttp import web
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.task_schedule import LAST

Json = dict[str, Any]
KEY = "Phone_Contact_Key__c"
WE = "005000000000000AAA"
_LISTED = re.compile(r"WHERE (\w+) IN \(([^)]*)\)")
_SELECTED = re.compile(r"SELECT (.*?) FROM")
_TYPES = {
    "Id": "id", "IsDeleted": "boolean", "CreatedDate": "datetime", "CreatedById": "reference",
    "LastModifiedById": "reference", "OwnerId": "reference", "WhoId": "reference", "WhatId": "reference",
    "Subject": "combobox", "Status": "picklist", "Priority": "picklist", "TaskSubtype": "picklist",
    "CallType": "picklist", "CallDisposition": "string", "CallObject": "string", "Description": "textarea",
    "ActivityDate": "date", "CallDurationInSeconds": "int", KEY: "string", "Phone_Interaction_Key__c": "string",
    "Phone_Revision__c": "double", "Phone_Queue_Time__c": "double", "Phone_Ring_Time__c": "double",
    "Phone_Hold_Time__c": "double", "Phone_Direction__c": "string", "Phone_Skill__c": "string",
    "Phone_Tags__c": "string", "Phone_Recording__c": "string",
}  # fmt: skip
_LENGTHS = {"Description": 32_000}


class Request(Struct, frozen=True):
    """A request that was answered: when (seconds), and how many contacts had their last version by it."""

    at: float
    finished: int


class Stats(Struct, frozen=True):
    """All that reached an org: `requests` to its API in order, `tasks` it has, and a `digest` of what is in them."""

    requests: list[Request]
    tasks: int
    digest: str


def described() -> Json:
    """Task, as an org with the package describes it to a user who may do everything."""
    ours = {"Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedById"}
    fields = [
        {
            "name": name, "type": kind, "length": _LENGTHS.get(name, 255 if kind not in ("double", "int") else 0),
            "createable": name not in ours, "updateable": name not in ours and name != "TaskSubtype",
            "externalId": name == KEY, "unique": name == KEY, "filterable": name != "Description", "digits": 0,
        }
        for name, kind in _TYPES.items()
    ]  # fmt: skip
    return {"name": "Task", "fields": fields, "recordTypeInfos": []}


class Org:
    """One org.  `finished` counts the contacts whose last version came."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.by_key: dict[str, Json] = {}
        self.by_id: dict[str, Json] = {}
        self.finished = 0

    def upsert(self, record: Json) -> Json:
        """By contact key."""
        task = self.by_key.get(record[KEY])
        created = task is None
        if task is None:
            made = f"00T{len(self.by_key):012d}"
            task = {"Id": f"{made}AAA", "IsDeleted": False, "CreatedDate": "2026-11-23T10:00:00.000+0000",
                    "CreatedById": WE, "LastModifiedById": WE}  # fmt: skip
            self.by_key[record[KEY]] = self.by_id[made] = task
        return {**self._put(task, record), "created": created}

    def update(self, record: Json) -> Json:
        """By id."""
        return self._put(self.by_id[record["id"][:15]], record)

    def _put(self, task: Json, record: Json) -> Json:
        before = task.get("Phone_Revision__c")
        task.update({name: value for name, value in record.items() if name in _TYPES})
        self.finished += before != LAST and task.get("Phone_Revision__c") == LAST
        return {"id": task["Id"], "success": True, "errors": []}

    def query(self, soql: str) -> Json:
        """Tasks by a list of ids or of keys."""
        listed, selected = _LISTED.search(soql), _SELECTED.search(soql)
        assert listed is not None and selected is not None, soql
        values = [value.strip("' ") for value in listed[2].split(",")]
        where = self.by_key if listed[1] == KEY else self.by_id
        names = [name.strip() for name in selected[1].split(",")]
        found = [where[value] for value in values if value in where]
        records = [{"attributes": {"type": "Task"}, **{name: task.get(name) for name in names}} for task in found]
        return {"totalSize": len(records), "done": True, "records": records}

    def answer(self, method: str, url: str, body: bytes) -> object:
        """What a request below `/services/data/vXX.X` is answered."""
        parts = urlsplit(url)
        path = parts.path.split("/")[4:]
        if path[0] in ("query", "queryAll"):
            return self.query(parse_qs(parts.query)["q"][0])
        if path == ["composite"]:
            asked = msgspec.json.decode(body)["compositeRequest"]
            return {"compositeResponse": [self._part(one) for one in asked]}
        if path[:2] == ["composite", "sobjects"]:
            act: Callable[[Json], Json] = self.upsert if len(path) > 2 else self.update
            return [act(record) for record in msgspec.json.decode(body)["records"]]
        if path[-1] == "describe":
            return described()
        assert (method, path[:3]) == ("PATCH", ["sobjects", "Task", KEY]), (method, path)
        return self.upsert({KEY: unquote(path[3]), **msgspec.json.decode(body)})

    def _part(self, one: Json) -> Json:
        body = self.answer(one["method"], one["url"], msgspec.json.encode(one.get("body")))
        return {"body": body, "httpHeaders": {}, "httpStatusCode": 200, "referenceId": one["referenceId"]}

    def stats(self) -> Stats:
        """See `Stats`.  A value that was never sent is as good as one that was sent empty."""
        digest = hashlib.sha256()
        for key in sorted(self.by_key):
            values = {name: value for name, value in self.by_key[key].items() if value is not None and name != "Id"}
            digest.update(msgspec.json.encode(values, order="sorted"))
        return Stats(self.requests, len(self.by_key), digest.hexdigest())


async def serve(org: Org, latency: float, request: web.Request) -> web.Response:
    """One request, after the latency."""
    if request.path == "/stats":
        return _json(org.stats())
    body = await request.read()
    await asyncio.sleep(latency)
    if request.path.endswith("/oauth2/token"):
        return _json({"access_token": "bench", "instance_url": f"http://{request.host}"})
    answer = org.answer(request.method, request.raw_path, body)
    org.requests.append(Request(time.monotonic(), org.finished))
    return _json(answer)


def _json(value: object) -> web.Response:
    headers = {"Sforce-Limit-Info": "api-usage=18/1000000"}
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", headers=headers)


async def main(latency: float, orgs: int) -> None:
    """Serves until standard input ends."""
    ports = []
    for _ in range(orgs):
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", partial(serve, Org(), latency))
        runner = web.AppRunner(app, access_log=None, keepalive_timeout=600, max_line_size=1 << 16)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
    print("ready", *ports, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) / 1000, int(sys.argv[2])))
