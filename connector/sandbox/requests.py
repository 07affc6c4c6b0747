"""Other systems in the demo: they ask the connector by its HTTP API, with a key that the demo made."""

import asyncio
import logging
from itertools import cycle
from typing import Any, Final

import aiohttp

from connector.errors import ConnectorError
from connector.sandbox.samples import CALLBACKS, Body

log = logging.getLogger(__name__)

CALLBACKS_PATH: Final = "/api/callbacks"
WORK_PATH: Final = "/api/work-items"

FIRST_S: Final = 150.0
EVERY_S: Final = 420.0
"""When the first call back is asked for, and how much later each of the others."""


class RequestRefused(ConnectorError):
    """The connector does not take the request; the message is its own, with the field."""

    code = "request_refused"


class Requests:
    """`address` is the connector's, `key` an API key of it."""

    def __init__(self, http: aiohttp.ClientSession, address: str, key: str) -> None:
        self._http = http
        self._address = address
        self._headers = {"Authorization": f"Bearer {key}"}

    async def send(self, path: str, body: Body) -> str:
        """The contact's key.  Raises `RequestRefused`, and `aiohttp.ClientError` when the connector does not answer."""
        async with self._http.post(self._address + path, json=body, headers=self._headers) as answer:
            said: dict[str, Any] = await answer.json()
            if answer.status >= 400:
                field = f"{said['field']}: " if said.get("field") else ""
                raise RequestRefused(f"{field}{said.get('message')}")
            return str(said["contact"])


async def ask_for_callbacks(requests: Requests, first_s: float = FIRST_S, every_s: float = EVERY_S) -> None:
    """Somebody asks to be called back now and then, until this is cancelled."""
    wait = first_s
    for body in cycle(CALLBACKS):
        await asyncio.sleep(wait)
        wait = every_s
        try:
            await requests.send(CALLBACKS_PATH, body)
        except (aiohttp.ClientError, ConnectorError, TimeoutError, ValueError) as error:
            log.warning("nobody asks for a call back: %s", error)
