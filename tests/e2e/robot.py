"""An agent without a face: speaks the panel's wire, comes back after every cut, and forgets no draft."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from itertools import count
from typing import Any

import aiohttp

State = dict[str, Any]


class Robot:
    """One panel of one agent.  `acked` and `sent` hold, per contact, the newest comments acknowledged and sent."""

    def __init__(self, socket_url: str, origin: str, token: Callable[[], Any], name: str) -> None:
        self._url = socket_url
        self._origin = origin
        self._token = token
        self._name = name
        self._ids = count(1)
        self._unanswered: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._drafts: dict[tuple[str, str], dict[str, Any]] = {}
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.state: State | None = None
        self.fresh = 0
        self.setups = 0
        self.errors: list[dict[str, Any]] = []
        self.chores: list[dict[str, Any]] = []
        self.sent: dict[str, tuple[int, str]] = {}
        self.acked: dict[str, tuple[int, str]] = {}

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._stay())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _stay(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    await self._one_connection(http)
                self._ws = None
                # A panel waits before it comes back, too: a connector that starts must not be hammered.
                await asyncio.sleep(0.1)

    async def _one_connection(self, http: aiohttp.ClientSession) -> None:
        token = await self._token()
        async with http.ws_connect(self._url, headers={"Origin": self._origin}) as ws:
            drafts = list(self._drafts.values())
            hello = {"type": "hello", "version": 1, "token": token, "panel": self._name, "drafts": drafts}
            await ws.send_json(hello)
            # From here on whatever is ordered goes out by itself; what was ordered before goes out once more.
            self._ws = ws
            for command in list(self._unanswered.values()):
                await ws.send_json(command)
            async for message in ws:
                self._take(json.loads(message.data))

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "state":
                self.state = message
                self.fresh += 1
            case "setup":
                self.setups += 1
            case "reply":
                self._unanswered.pop(message["id"], None)
                waiting = self._answers.pop(message["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case "draft_saved":
                key = (message["contact"], message["field"])
                kept = self._drafts.get(key)
                if message["field"] == "comments":
                    revision, text = self.sent[message["contact"]]
                    if message["revision"] == revision:
                        self.acked[message["contact"]] = (revision, text)
                if kept is not None and kept["revision"] <= message["revision"]:
                    del self._drafts[key]
            case "draft_refused":
                self.errors.append(message)
                self._drafts.pop((message["contact"], message["field"]), None)
            case "chore" | "chore_yours":
                self._chore(message)
            case "error":
                self.errors.append(message)
        self._changed.set()

    def _chore(self, message: dict[str, Any]) -> None:
        """It would do each chore, and says that it has done each that is its own."""
        if message["type"] == "chore":
            self.chores.append(message)
            self._send_soon({"type": "chore_taken", "chore": message["id"]})
        else:
            self._send_soon({"type": "chore_done", "chore": message["chore"], "ok": True})

    def _send_soon(self, message: dict[str, Any]) -> None:
        ws = self._ws
        if ws is not None and not ws.closed:
            task = asyncio.get_running_loop().create_task(_quietly(ws, message))
            task.add_done_callback(lambda done: done.exception())

    async def command(self, name: str, **values: Any) -> dict[str, Any]:
        """Gives an order, again after every cut, until it is answered."""
        command = {"type": "command", "id": f"{self._name}-{next(self._ids)}", "name": name, **values}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[command["id"]] = answer
        self._unanswered[command["id"]] = command
        self._send_soon(command)
        return await answer

    def type(self, contact: str, text: str) -> None:
        """Comments as typed so far."""
        revision = self.sent.get(contact, (0, ""))[0] + 1
        self.sent[contact] = (revision, text)
        self.draft(contact, "comments", revision, text=text)

    def draft(self, contact: str, field: str, revision: int, **value: Any) -> None:
        message = {"type": "draft", "contact": contact, "field": field, "revision": revision, **value}
        self._drafts[contact, field] = message
        self._send_soon(message)

    async def news(self, seen: int) -> None:
        """Waits until a newer state than the `seen`-th has come."""
        await self.until(lambda _: self.fresh > seen, "a newer state")

    async def until(self, true: Callable[[State], Any], what: str, timeout: float = 20) -> Any:
        """Waits until that holds of the state; returns what the condition returned."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = true(self.state) if self.state is not None else None
                    if found:
                        return found
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self._name} waited in vain: {what}; last state {self.state}") from None


async def _quietly(ws: aiohttp.ClientWebSocketResponse, message: dict[str, Any]) -> None:
    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
        await ws.send_json(message)


def contact_in(phase: str) -> Callable[[State], dict[str, Any] | None]:
    """The first contact of that phase."""
    return lambda state: next((contact for contact in state["contacts"] if contact["phase"] == phase), None)


def contact_of(key: str, **values: Any) -> Callable[[State], dict[str, Any] | None]:
    """That contact, when it has these values."""

    def found(state: State) -> dict[str, Any] | None:
        for contact in state["contacts"]:
            if contact["key"] == key and all(contact[name] == value for name, value in values.items()):
                return dict(contact)
        return None

    return found
