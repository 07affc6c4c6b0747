"""The org's REST API as the console uses it: in the name of the signed-in user, never of an integration user."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec

API_VERSION = "63.0"
TIMEOUT = aiohttp.ClientTimeout(total=30)


class Problem(msgspec.Struct, frozen=True):
    """One error as the org words it; `fields` are API names."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


class OrgRefusedError(Exception):
    """The org answered with errors. `status` is its HTTP status."""

    def __init__(self, status: int, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.status = status
        self.problems = problems


class OrgUnreachableError(Exception):
    """No usable answer came from the org: refused connection, time-out, or a body that is not JSON."""


class Session(msgspec.Struct, frozen=True):
    """A user's session at the org."""

    access_token: str
    user_id: str


class OrgRest:
    """Requests to the org with one session per user, signed in when first needed and again when it has expired."""

    def __init__(self, http: aiohttp.ClientSession, org_url: str, control_key: str) -> None:
        self._http = http
        self._org_url = org_url.rstrip("/")
        self._control = {"X-Sandbox-Key": control_key}
        self._sessions: dict[str, Session] = {}
        self._signing_in: dict[str, asyncio.Lock] = {}

    async def session(self, username: str) -> Session:
        """The user's session. Raises `OrgRefusedError` when the org does not know the user."""
        async with self._signing_in.setdefault(username, asyncio.Lock()):
            if username not in self._sessions:
                answer = await self._request(
                    "POST", "/sandbox/sessions", headers=self._control, json={"username": username}
                )
                self._sessions[username] = msgspec.convert(answer, Session)
            return self._sessions[username]

    async def call(
        self, username: str, method: str, path: str, *, json: object = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """What the org answers to `method` on `path` below `/services/data/vNN/`; None for an empty answer.

        An expired session is renewed once and the request repeated; Salesforce refuses such a request before it does
        anything, so the repeat is safe. Raises `OrgRefusedError` and `OrgUnreachableError`.
        """
        for attempt in (1, 2):
            session = await self.session(username)
            headers = {"Authorization": f"Bearer {session.access_token}"}
            try:
                return await self._request(
                    method, f"/services/data/v{API_VERSION}/{path}", headers=headers, json=json, params=params
                )
            except OrgRefusedError as refused:
                if refused.status != 401 or attempt == 2:
                    raise
                if self._sessions.get(username) is session:
                    del self._sessions[username]
        raise AssertionError("the second attempt returns or raises")

    async def query(self, username: str, soql: str) -> list[dict[str, Any]]:
        """The first page of rows, without their `attributes`' urls touched. Raises as `call`."""
        answer = await self.call(username, "GET", "query", params={"q": soql})
        rows: list[dict[str, Any]] = answer["records"]
        return rows

    async def apex(self, username: str, class_name: str, method_name: str, params: str) -> str:
        """What the Apex method returned, for the signed-in user. Raises as `call`."""
        session = await self.session(username)
        body = {
            "user_id": session.user_id,
            "apexClass": class_name,
            "methodName": method_name,
            "methodParams": params,
        }
        answer = await self._request("POST", "/sandbox/apex", headers=self._control, json=body)
        result: str = answer["result"]
        return result

    async def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        json: object = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        try:
            async with self._http.request(
                method, self._org_url + path, headers=headers, json=json, params=params, timeout=TIMEOUT
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OrgUnreachableError(
                f"The org at {self._org_url} did not answer: {str(error) or type(error).__name__}"
            ) from error
        if status >= 400:
            raise OrgRefusedError(status, _problems(status, body))
        if not body:
            return None
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise OrgUnreachableError(f"The org answered {status} with something that is not JSON") from error


def _problems(status: int, body: bytes) -> tuple[Problem, ...]:
    """The errors in a refusal's body: the REST API's list, or the control calls' one object; else one of the status."""
    try:
        listed = msgspec.json.decode(body)
    except msgspec.DecodeError:
        listed = None
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list) or not listed:
        return (Problem("SERVER_ERROR", f"The org answered {status}"),)
    return tuple(
        Problem(
            str(item.get("errorCode") or item.get("code") or "SERVER_ERROR"),
            str(item.get("message") or item.get("error") or f"The org answered {status}"),
            tuple(item.get("fields") or ()),
        )
        for item in listed
    )


def soql_text(value: str) -> str:
    """`value` as a SOQL string literal with its quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def sosl_term(value: str, *, beginnings: bool = False) -> str:
    """`value` with SOSL's reserved characters escaped, to stand between the braces of FIND.

    `beginnings`: a last word of letters also finds the words that begin with it, as Lightning's search boxes do.
    """
    escaped = "".join("\\" + char if char in "?&|!{}[]()^~*:\\\"'+-;" else char for char in value)
    return escaped + "*" if beginnings and value[-1:].isalpha() else escaped
