"""What the routes of the console share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import aiohttp
import jinja2
import msgspec

from connector.sandbox.attendance import Attendance
from connector.sandbox.console.catalogue import BadRequestError, Catalogue
from connector.sandbox.console.news import News
from connector.sandbox.console.org_rest import OrgRest, OrgUnreachableError
from connector.sandbox.console.records import Records
from connector.sandbox.console.work_queue import WorkQueue
from connector.sandbox.requests import Requests
from connector.sandbox.samples import Body


class ConsoleUser(msgspec.Struct, frozen=True):
    """Somebody who may be signed in: `key` stands in `?user=`, `username` is that of the org."""

    key: str
    username: str


DEFAULT_USERS = (
    ConsoleUser("sam", "sam.rivera@phone-panel.example"),
    ConsoleUser("jonas", "jonas.weber@phone-panel.example"),
    ConsoleUser("priya", "priya.nair@phone-panel.example"),
)
"""The agents of the seeded world."""


class Simulation:
    """Where simulated customers are asked to call."""

    def __init__(self, http: aiohttp.ClientSession, url: str, key: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"X-Sandbox-Key": key}

    async def call(self, number: str, skill: str, talk_seconds: int) -> None:
        """Makes `number` (E.164) ring in `skill`. Raises `BadRequestError` when the simulation refuses it."""
        body = {"from": number, "skill": skill, "talk": talk_seconds}
        try:
            async with self._http.post(self._url, json=body, headers=self._headers) as response:
                if response.status >= 400:
                    raise BadRequestError(
                        f"The simulation refused the call ({response.status}): {await response.text()}"
                    )
        except aiohttp.ClientError as error:
            raise OrgUnreachableError(f"The simulated switch at {self._url} did not answer: {error}") from error


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The console's parts and settings. `nonce` is new at each start, as in the iframe address of Lightning.

    `attendance` plays agents at whose console nobody sits; `requests` reaches the connector's API, `samples` are what
    is sent there, by kind; `news` tells open pages of alarms.  `softphone_layout` can be set anew, section by section.
    """

    rest: OrgRest
    catalogue: Catalogue
    records: Records
    work_queue: WorkQueue
    users: Mapping[str, ConsoleUser]
    panel_url: str
    standby_url: str | None
    standby_ms: int
    simulation: Simulation | None
    attendance: Attendance | None
    requests: Requests | None
    samples: Mapping[str, Iterator[Body]]
    news: News
    templates: jinja2.Environment
    nonce: str
    now: Callable[[], float]
    softphone_layout: dict[str, Any]

    def user(self, key: str | None) -> ConsoleUser:
        """The user of that key, or the first one when no key is given. Raises `BadRequestError` for an unknown key."""
        if key is None:
            return next(iter(self.users.values()))
        try:
            return self.users[key]
        except KeyError:
            raise BadRequestError(f"user {key!r} is unknown; choose one of: {', '.join(self.users)}") from None
