"""What `connector outbox`, `reconcile` and `erase` ask a running connector, by a socket beside its store.

The socket is its owner's only.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from connector.domain.erasure import Person
from connector.errors import BadInput, ConnectorError, StoreError
from connector.service.admin import Admin

log = logging.getLogger(__name__)

LONGEST_PATH: Final = 100
"""Bytes of an address; systems take 104 or 108."""


PATIENCE_S: Final = 5.0
"""So long a connector that stops waits for an answer under way; a proof of a large ledger takes hours."""


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """All rows that are not written, or that of one contact."""

    contact: str | None = None


class Retry(Struct, frozen=True, forbid_unknown_fields=True):
    """One contact's row, or all."""

    contact: str | None = None


class GiveUp(Struct, frozen=True, forbid_unknown_fields=True):
    """One contact's row is not to be written."""

    contact: str
    who: str
    reason: str


class Erase(Struct, frozen=True, forbid_unknown_fields=True):
    """A person is to be forgotten."""

    numbers: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    dry_run: bool = False


class Prove(Struct, frozen=True, forbid_unknown_fields=True):
    """The contacts since then (ms since 1970 UTC) are compared with the org; `mend`: and gaps are mended."""

    since: int
    mend: bool = False


async def act(admin: Admin, name: str, body: bytes) -> bytes:
    """Does what is asked; returns JSON.  Raises a `ConnectorError`."""
    try:
        answer = await _acted(admin, name, body)
    except msgspec.DecodeError as error:
        raise BadInput("message_invalid", name, f"{name}: {error}") from error
    return msgspec.json.encode(answer)


async def _acted(admin: Admin, name: str, body: bytes) -> object:
    match name:
        case "outbox":
            return await admin.lines(msgspec.json.decode(body, type=Look).contact)
        case "retry":
            return await admin.retry(msgspec.json.decode(body, type=Retry).contact)
        case "discard":
            given = msgspec.json.decode(body, type=GiveUp)
            return await admin.discard(given.contact, given.who, given.reason)
        case "erase":
            asked = msgspec.json.decode(body, type=Erase)
            return await admin.erase(Person(asked.numbers, asked.records, asked.contacts), dry_run=asked.dry_run)
        case "reconcile":
            wanted = msgspec.json.decode(body, type=Prove)
            return await admin.prove(wanted.since, mend=wanted.mend)
    raise BadInput("command_unknown", "act", f"{name}: this connector does not know that; is it older?")


class AdminSocket:
    """Listens at `path` from `start` to `stop`, which gives up what is not over in time."""

    def __init__(self, admin: Admin, path: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._admin = admin
        self._path = path
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """One that cannot be had is logged: the connector's work does not depend on it."""
        app = web.Application()
        app.router.add_post("/{act}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=self._patience_s)
        await runner.setup()
        try:
            listening = _listening(self._path)
        except OSError as error:
            log.warning("`connector outbox` cannot be answered: %s: %s", self._path, error.strerror or error)
            await runner.cleanup()
            return
        await web.SockSite(runner, listening).start()
        self._runner = runner

    async def stop(self) -> None:
        """It is gone."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._path.unlink(missing_ok=True)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            answer = await act(self._admin, request.match_info["act"], await request.read())
        except ConnectorError as error:
            told = {"code": error.code, "message": str(error)}
            return web.json_response(told, status=503 if isinstance(error, StoreError) else 400)
        return web.Response(body=answer, content_type="application/json")


def _listening(path: Path) -> socket.socket:
    """A socket there, its owner's only before anybody can reach it.  Raises `OSError`."""
    path.unlink(missing_ok=True)  # of a connector that was killed: whoever has the store's lock is the only one
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address(path) as where:
            made.bind(where)
        path.chmod(0o600)
    except OSError:
        made.close()
        raise
    return made


@contextmanager
def address(path: Path) -> Iterator[str]:
    """A name of it that is short enough for a socket's address, for as long as it is needed.  Raises `OSError`."""
    if len(os.fsencode(path)) <= LONGEST_PATH or not Path("/proc/self/fd").is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        with suppress(OSError):
            os.close(folder)
