"""Who sits at which console: where nobody does, a colleague without a face (see `colleagues`) has the panel."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import aiohttp

from connector.errors import ConnectorError
from connector.sandbox.colleagues import Colleague, Manner, Message

log = logging.getLogger(__name__)

MANNERS: Final = {"jonas": Manner(helps=True), "priya": Manner(answer=4, declines=True)}
"""Who is played, by the console's key of the user: Jonas answers and helps, Priya declines every other time."""

GRACE_S: Final = 5.0
"""A page that is loaded again is back within this time: the colleague does not come for that."""

RETRY_S: Final = 1.0

Token = Callable[[str], Awaitable[str]]
"""A session token for the user of that console key."""


class NotThereError(ConnectorError):
    """That colleague cannot be asked now: a person has the panel, or they deal with something."""

    code = "colleague_not_there"


class Attendance:
    """`socket` is the panel's WebSocket; `token` may raise, and is then asked again later."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        socket: str,
        token: Token,
        manners: Mapping[str, Manner] = MANNERS,
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._http = http
        self._socket = socket
        self._token = token
        self._manners = manners
        self._grace_s = grace_s
        self._origin = ""
        self._people: dict[str, int] = {}
        self._mine: dict[str, set[str]] = {key: set() for key in manners}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._there: dict[str, Colleague] = {}

    def start(self, origin: str) -> None:
        """Colleagues come to every panel where nobody is; `origin` is the one that may open its socket."""
        self._origin = origin
        for key in self._manners:
            self._begin(key, 0)

    async def stop(self) -> None:
        """All leave."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def person(self, key: str) -> AsyncIterator[None]:
        """A person has that user's console open meanwhile: a colleague who had the panel has left it."""
        self._people[key] = self._people.get(key, 0) + 1
        try:
            await self._leave(key)
            yield
        finally:
            self._people[key] -= 1
            if not self._people[key] and self._origin and key in self._manners:
                self._begin(key, self._grace_s)

    def there(self) -> dict[str, bool]:
        """The colleagues by their key: whether they could be asked for something now."""
        return {key: key in self._there and self._there[key].free for key in self._manners}

    def ask(self, key: str) -> Colleague:
        """The colleague, who has nothing else to do.  Raises `NotThereError`."""
        if not self.there().get(key):
            raise NotThereError(f"{key.title()} cannot be asked now: busy, or somebody has that console open.")
        return self._there[key]

    async def _leave(self, key: str) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _begin(self, key: str, after: float) -> None:
        if key not in self._tasks:
            self._tasks[key] = asyncio.get_running_loop().create_task(self._stay(key, after))

    async def _stay(self, key: str, after: float) -> None:
        """Comes after so many seconds, and back after every cut, until it is cancelled."""
        await asyncio.sleep(after)
        while True:
            try:
                await self._one_connection(key)
            except (aiohttp.ClientError, OSError, TimeoutError, ConnectorError) as error:
                log.info("%s has no panel: %s", key, error)
            except Exception:
                log.exception("%s could not go on", key)
            finally:
                self._there.pop(key, None)
            await asyncio.sleep(RETRY_S)

    async def _one_connection(self, key: str) -> None:
        token = await self._token(key)
        loop = asyncio.get_running_loop()
        outbox: asyncio.Queue[Message] = asyncio.Queue()
        timers: list[asyncio.TimerHandle] = []

        def later(seconds: float, do: Callable[[], None]) -> None:
            timers[:] = [timer for timer in timers if timer.when() > loop.time()]
            timers.append(loop.call_later(seconds, do))

        async with self._http.ws_connect(self._socket, headers={"Origin": self._origin}) as socket:
            await socket.send_json({"type": "hello", "version": 1, "token": token, "panel": f"colleague-{key}"})
            colleague = Colleague(self._manners[key], self._mine[key], outbox.put_nowait, later)
            self._there[key] = colleague
            writer = loop.create_task(_write(socket, outbox))
            try:
                async for message in socket:
                    colleague.take(json.loads(message.data))
            finally:
                writer.cancel()
                for timer in timers:
                    timer.cancel()
                await asyncio.gather(writer, return_exceptions=True)


async def _write(socket: aiohttp.ClientWebSocketResponse, outbox: "asyncio.Queue[Message]") -> None:
    while True:
        await socket.send_json(await outbox.get())
