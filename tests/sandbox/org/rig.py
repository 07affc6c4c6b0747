"""How tests talk to an org: a desk that answers without HTTP, and an org that runs in a thread."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.sandbox.org.context import Context
from connector.sandbox.org.rest.call import Call, Reply, RowLock, split_path
from connector.sandbox.org.rest.dispatch import answer
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME, Org, start_org
from connector.sandbox.org.sessions import GRANT

NOON = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC).timestamp()
"""Wednesday noon in Los Angeles, where Sam works."""


@dataclass
class Clock:
    """A time that only tests move."""

    seconds: float = NOON

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Desk:
    """Sam's requests to an org, answered without HTTP."""

    context: Context
    clock: Clock
    user_id: str = ""
    version: str = "v59.0"
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None, *, lock: RowLock | None = None, **query: str) -> Reply:
        _, segments, in_path = split_path(f"/services/data/{self.version}/{path}")
        call = Call(
            method=method,
            version=self.version,
            segments=segments,
            query={**in_path, **query},
            headers=self.headers,
            body=b"" if body is None else msgspec.json.encode(body),
            user_id=self.user_id,
            lock=lock,
        )
        reply = answer(self.context, call)
        # As a client reads it: whatever is no plain JSON would show here.
        return Reply(reply.status, None if reply.body is None else msgspec.json.decode(msgspec.json.encode(reply.body)))

    def rows(self, soql: str) -> list[dict[str, Any]]:
        reply = self.ask("GET", "query", q=soql)
        assert reply.status == 200, reply.body
        body: Any = reply.body
        return list(body["records"])

    def values(self, soql: str) -> list[Any]:
        """The first selected field of every row."""
        return [next(value for name, value in row.items() if name != "attributes") for row in self.rows(soql)]

    def one(self, soql: str) -> Any:
        (value,) = self.values(soql)
        return value

    def create(self, sobject: str, **values: object) -> str:
        reply = self.ask("POST", f"sobjects/{sobject}", values)
        assert reply.status == 201, reply.body
        body: Any = reply.body
        return str(body["id"])

    def get(self, sobject: str, record_id: str) -> dict[str, Any]:
        reply = self.ask("GET", f"sobjects/{sobject}/{record_id}")
        assert reply.status == 200, reply.body
        body: Any = reply.body
        return dict(body)

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Status and the one error of a refused request."""
        reply = self.ask(method, path, body)
        assert isinstance(reply.body, list), reply
        (error,) = reply.body
        return reply.status, error


class _UndoneError(Exception):
    """Ends a transaction that is not to be kept."""


def _undo() -> None:
    raise _UndoneError


@contextmanager
def undone(context: Context) -> Iterator[None]:
    """Whatever is written inside is rolled back at the end."""
    try:
        with context.database.transaction():
            yield
            _undo()
    except _UndoneError:
        return


class RunningOrg:
    """An org in a thread of its own, for clients that block."""

    def __init__(self, private_key: rsa.RSAPrivateKey, **options: Any) -> None:
        self._key = private_key
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.org: Org = asyncio.run_coroutine_threadsafe(start_org(**options), self._loop).result(30)
        self.url = self.org.url
        self.http = requests.Session()
        self.http.trust_env = False

    def close(self) -> None:
        self.http.close()
        asyncio.run_coroutine_threadsafe(self.org.close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def assertion(self, *, key: rsa.RSAPrivateKey | None = None, **claims: object) -> str:
        """A JWT bearer assertion that is good unless a claim is given otherwise; None leaves a claim out."""
        good: dict[str, object] = {
            "iss": CONSUMER_KEY,
            "sub": INTEGRATION_USERNAME,
            "aud": "https://login.salesforce.com",
            "exp": int(dt.datetime.now(dt.UTC).timestamp()) + 180,
        }
        whole = {name: value for name, value in {**good, **claims}.items() if value is not None}
        return jwt.encode(whole, key or self._key, algorithm="RS256")

    def sign_in(self, assertion: str, grant: str = GRANT) -> requests.Response:
        form = {"grant_type": grant, "assertion": assertion}
        return self.http.post(f"{self.url}/services/oauth2/token", data=form, timeout=10)

    def session(self, username: str = "sam.rivera@phone-panel.example") -> dict[str, str]:
        """Headers of a new session of that user."""
        answer = self.control("POST", "sessions", {"username": username}).json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    def api(self, method: str, path: str, session: dict[str, str], **more: Any) -> requests.Response:
        return self.http.request(method, f"{self.url}/services/data/v59.0/{path}", headers=session, timeout=10, **more)

    def control(self, method: str, path: str, body: object = None) -> requests.Response:
        headers = {"X-Sandbox-Key": self.org.control_key}
        url = f"{self.url}/sandbox/{path}"
        return self.http.request(method, url, headers=headers, data=msgspec.json.encode(body), timeout=10)
