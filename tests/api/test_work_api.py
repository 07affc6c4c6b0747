"""Work from other systems by HTTP: who may, what is answered, and that nothing comes of a request twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import BaseTestServer, TestServer

from connector.api.keys import RATE, ApiKeys, hash_of
from connector.api.work import LARGEST, WorkApi
from connector.domain.commands import Answer, SetState
from connector.domain.model import AgentState, Contact, Kind, Phase
from connector.errors import StoreError
from tests.api.rig import PATIENCE, Edge
from tests.domain.stage import MIA, SAM

KEY, OTHER = "ppk_flow", "ppk_other"
CALLBACK = {"number": "415 555 0143", "name": "Mia Chen", "skill": "support"}
WORK = {"title": "Check parcel", "skill": "support", "payload": {"Order": "A-1"}}
PATHS = ("/api/callbacks", "/api/work-items")


class Api:
    """The connector as another system sees it."""

    def __init__(self, edge: Edge, server: BaseTestServer, client: ClientSession) -> None:
        self.edge = edge
        self.server = server
        self.client = client

    async def post(
        self, path: str, body: Any, *, key: str | None = KEY, **headers: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, answer and headers."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        async with self.client.post(self.server.make_url(path), data=data, headers=sent) as answer:
            return answer.status, await answer.json(), dict(answer.headers)

    async def refused(self, path: str, body: Any, **how: Any) -> tuple[int, str, str]:
        """Status, code and field; the floor is as it was, and the words say what is right."""
        before = dict(self.edge.runner.floor.contacts)
        status, told, _ = await self.post(path, body, **how)
        assert self.edge.runner.floor.contacts == before
        assert told["message"]
        return status, told["code"], told["field"]

    def contacts(self) -> list[Contact]:
        return list(self.edge.runner.floor.contacts.values())


@pytest.fixture
async def api(edge: Edge) -> AsyncIterator[Api]:
    keys = ApiKeys({"flow": hash_of(KEY), "other": hash_of(OTHER)})
    work = WorkApi(runner=edge.runner, store=edge.disk, keys=keys, clock=edge.clock)  # type: ignore[arg-type]  # as there
    app = web.Application()
    app.router.add_post("/api/callbacks", work.callback)
    app.router.add_post("/api/work-items", work.work_item)
    async with TestServer(app) as server, ClientSession() as client:
        yield Api(edge, server, client)


async def test_a_callback_waits_in_its_skill_and_is_offered(api: Api) -> None:
    status, told, _ = await api.post("/api/callbacks", CALLBACK)
    (contact,) = api.contacts()
    assert (status, told) == (201, {"contact": contact.key})
    assert (contact.kind, contact.phase, contact.number, contact.caller) == (
        Kind.CALLBACK,
        Phase.QUEUED,
        MIA,
        "Mia Chen",
    )
    api.edge.runner.command(SetState(SAM, AgentState.AVAILABLE), "up", lambda _: None)
    async with api.edge.panel() as panel:
        (shown,) = panel.heard[-1]["contacts"]
        assert (shown["kind"], shown["phase"], shown["caller"]) == ("callback", "OFFERED", "Mia Chen")
        assert shown["controls"] == {"answer": None, "decline": None}


async def test_a_work_item_waits_in_its_skill_and_is_handled(api: Api) -> None:
    status, _, _ = await api.post("/api/work-items", WORK)
    assert status == 201
    api.edge.runner.command(SetState(SAM, AgentState.AVAILABLE), "up", lambda _: None)
    (contact,) = api.contacts()
    api.edge.runner.command(Answer(SAM, contact.key), "take", lambda _: None)
    async with api.edge.panel() as panel:
        (shown,) = panel.heard[-1]["contacts"]
        assert (shown["title"], shown["payload"]) == ("Check parcel", [{"name": "Order", "value": "A-1"}])
        assert shown["controls"] == {"finish": None, "give_back": None}
        assert (await panel.order("finish", contact=contact.key)).get("error") is None


async def test_the_same_request_again_is_the_same_contact(api: Api) -> None:
    status, first, _ = await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"})
    assert status == 201
    for more in ({"key": "order-1"}, {}):
        status, again, _ = await api.post("/api/callbacks", {**CALLBACK, **more}, **{"Idempotency-Key": "order-1"})
        assert (status, again) == (200, first)
    assert len(api.contacts()) == 1
    status, other, _ = await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"}, key=OTHER)
    assert status == 201
    assert other != first, "another system's keys are its own"
    for _ in range(2):
        assert (await api.post("/api/callbacks", CALLBACK))[0] == 201
    assert len(api.contacts()) == 4


async def test_the_same_request_at_the_same_time_makes_one_contact(api: Api) -> None:
    body = {**WORK, "key": "order-1"}
    answers = await asyncio.gather(*(api.post("/api/work-items", body) for _ in range(10)))
    assert len({told["contact"] for _, told, _ in answers}) == 1
    assert len(api.contacts()) == 1


async def test_what_is_over_and_forgotten_is_not_done_again(api: Api) -> None:
    _, told, _ = await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"})
    floor = api.edge.runner.floor
    api.edge.disk.closed[told["contact"]] = floor.contacts.pop(told["contact"])
    floor.queues.clear()
    status, again, _ = await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"})
    assert (status, again) == (200, told)
    assert api.contacts() == []
    assert await api.refused("/api/callbacks", {**CALLBACK, "name": "Leo", "key": "order-1"}) == (
        409,
        "key_reused",
        "key",
    )


async def test_a_key_is_for_one_request(api: Api) -> None:
    await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"})
    assert await api.refused("/api/work-items", {**WORK, "key": "order-1"}) == (409, "key_reused", "key")
    answer = await api.refused("/api/callbacks", {**CALLBACK, "key": "a"}, **{"Idempotency-Key": "b"})
    assert answer == (400, "key_invalid", "key")
    answer = await api.refused("/api/callbacks", CALLBACK, **{"Idempotency-Key": "b" * 256})
    assert answer == (400, "key_invalid", "Idempotency-Key")


async def test_it_is_answered_when_it_is_on_disk_and_not_before(api: Api) -> None:
    disk = api.edge.disk
    disk.at_once = False
    disk.handed.clear()
    first = asyncio.ensure_future(api.post("/api/callbacks", {**CALLBACK, "key": "order-1"}))
    await asyncio.wait_for(disk.handed.wait(), PATIENCE)
    again = asyncio.ensure_future(api.post("/api/callbacks", {**CALLBACK, "key": "order-1"}))
    done, _ = await asyncio.wait({first, again}, timeout=0.05)
    assert not done
    disk.write()
    answers = await asyncio.wait_for(asyncio.gather(first, again), PATIENCE)
    assert [status for status, _, _ in answers] == [201, 200]


async def test_a_disk_that_takes_too_long_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.api.work.WITHIN", 0.01)
    api.edge.disk.at_once = False
    status, told, _ = await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"})
    assert (status, told["code"]) == (503, "store_slow")
    monkeypatch.undo()
    api.edge.disk.at_once = True
    api.edge.disk.write()
    assert (await api.post("/api/callbacks", {**CALLBACK, "key": "order-1"}))[0] == 200


async def test_a_store_that_cannot_be_read_is_told(api: Api) -> None:
    api.edge.disk.broken = StoreError("the disk is gone")
    assert await api.refused("/api/callbacks", {**CALLBACK, "key": "order-1"}) == (503, "store", "")


async def test_a_mistake_of_ours_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(api.edge.runner, "deliver", fails)
    assert await api.refused("/api/callbacks", CALLBACK) == (500, "internal", "")
    assert api.edge.runner.counts.faults == 1


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer ppk_no", f"Basic {KEY}", KEY, "Bearer \xe9"])
async def test_without_a_key_that_is_known_nothing_is_read(
    api: Api, path: str, header: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {} if header is None else {"Authorization": header}
    before = api.edge.runner.counts.inputs
    status, told, answered = await api.post(path, b"{", key=None, **headers)
    assert (status, told["code"], answered["WWW-Authenticate"]) == (401, "key_refused", "Bearer")
    assert [vars(record)["code"] for record in caplog.records if "code" in vars(record)] == ["key_refused"]
    assert "ppk_" not in caplog.text
    assert api.edge.runner.counts.inputs == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/callbacks", b"", ""),
        ("/api/callbacks", b"\xff", ""),
        ("/api/callbacks", b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "x"),
        ("/api/callbacks", [], ""),
        ("/api/callbacks", {"skill": "support"}, "number"),
        ("/api/callbacks", {**CALLBACK, "number": 4155550143}, "number"),
        ("/api/callbacks", {**CALLBACK, "extra": 1}, "extra"),
        ("/api/callbacks", {**CALLBACK, "country": "us"}, "country"),
        ("/api/callbacks", {**CALLBACK, "priority": 11}, "priority"),
        ("/api/callbacks", {**CALLBACK, "priority": 1.5}, "priority"),
        ("/api/callbacks", {**CALLBACK, "key": ""}, "key"),
        ("/api/callbacks", {**CALLBACK, "name": "x" * 256}, "name"),
        ("/api/work-items", {"skill": "support"}, "title"),
        ("/api/work-items", {**WORK, "title": ""}, "title"),
        ("/api/work-items", {**WORK, "kind": "call"}, "kind"),
        ("/api/work-items", {**WORK, "payload": {"a": [1]}}, "payload"),
        ("/api/work-items", {**WORK, "payload": {"a": True}}, "payload"),
        ("/api/work-items", {**WORK, "payload": {"a": "x" * 1_001}}, "payload"),
        ("/api/work-items", {**WORK, "payload": {str(n): n for n in range(21)}}, "payload"),
        ("/api/work-items", {**WORK, "record": {"id": "1", "type": "Case"}}, "record.id"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_field(api: Api, path: str, body: Any, field: str) -> None:
    assert await api.refused(path, body) == (400, "message_invalid", field)


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/api/callbacks", {**CALLBACK, "number": "911"}, (400, "number_emergency", "number")),
        ("/api/callbacks", {**CALLBACK, "number": "12"}, (400, "number_too_short", "number")),
        ("/api/callbacks", {**CALLBACK, "not_before": "soon"}, (400, "time_invalid", "not_before")),
        ("/api/callbacks", {**CALLBACK, "skill": "juggling"}, (404, "skill_unknown", "skill")),
        ("/api/work-items", {**WORK, "url": "javascript:1"}, (400, "url_invalid", "url")),
    ],
)
async def test_what_cannot_be_done_is_refused_by_its_field(
    api: Api, path: str, body: Any, answer: tuple[int, str, str]
) -> None:
    assert await api.refused(path, body) == answer


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_only_json_is_taken(api: Api, kind: str) -> None:
    assert await api.refused("/api/callbacks", CALLBACK, **{"Content-Type": kind}) == (415, "json_only", "")


async def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    body = b'{"number":"' + b"4" * LARGEST + b'"}'
    assert await api.refused("/api/callbacks", body) == (413, "body_too_large", "")


async def test_who_asks_too_often_waits_and_the_others_do_not(api: Api) -> None:
    answers = await asyncio.gather(*(api.post("/api/callbacks", b"{") for _ in range(RATE[0] + 5)))
    assert sorted(status for status, _, _ in answers) == [400] * RATE[0] + [429] * 5
    status, told, headers = await api.post("/api/callbacks", CALLBACK)
    assert (status, told["code"], headers["Retry-After"]) == (429, "too_many_requests", "1")
    assert (await api.post("/api/callbacks", CALLBACK, key=OTHER))[0] == 201
    api.edge.clock.advance(1_000)
    assert (await api.post("/api/callbacks", CALLBACK))[0] == 201


async def test_neither_a_key_nor_a_number_is_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await api.post("/api/callbacks", CALLBACK)
    await api.post("/api/callbacks", {**CALLBACK, "number": "12"})
    assert KEY not in caplog.text
    assert "flow" in [vars(record).get("sender") for record in caplog.records]


async def test_what_cannot_be_kept_is_not_taken(api: Api) -> None:
    """The sender is told at once, and need not wait until it gives up."""
    api.edge.disk.at_once = False
    api.edge.ring()
    for _, done in list(api.edge.disk.waiting):
        done(StoreError("x.db: database or disk is full", reason="the disk is full: free some space"))
    api.edge.disk.waiting.clear()
    before = len(api.contacts())
    for path, body in zip(PATHS, (CALLBACK, WORK), strict=True):
        status, told, headers = await api.post(path, body)
        assert (status, told["code"], headers["Retry-After"]) == (503, "store_down", "10")
        assert "the disk is full: free some space" in told["message"]
    assert len(api.contacts()) == before
    api.edge.disk.at_once = True
    api.edge.clock.advance(1_000)
    assert (await api.post("/api/callbacks", CALLBACK))[0] == 201
