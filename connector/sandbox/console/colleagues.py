"""The page's word on who sits here, and what the Demo menu asks of colleagues (see `connector.sandbox.colleagues`)."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

import msgspec
from aiohttp import web

from connector.sandbox.attendance import Attendance, NotThereError
from connector.sandbox.console.api import DESK, body_of, reply, signed_in
from connector.sandbox.console.catalogue import BadRequestError
from connector.sandbox.console.desk import Desk

log = logging.getLogger(__name__)

ROUTES = web.RouteTableDef()
PASSED_SKILL = "Sales"
PASSED_CUSTOMER = "+15035550127"
PASSED_TALK = 300
HEARTBEAT_S = 15.0


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the colleague `who` (a user's key) is to do: `call` you, `pass` a customer on, make an `emergency` call."""

    who: str
    act: Literal["call", "pass", "emergency"]


def _attendance(desk: Desk) -> Attendance:
    if desk.attendance is None:
        raise BadRequestError("This console has no colleagues: start it with --colleagues")
    return desk.attendance


@ROUTES.get("/api/presence")
async def presence(request: web.Request) -> web.StreamResponse:
    """An event stream: while a page reads it, that user's console has a person."""
    desk = request.app[DESK]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    async with _attendance(desk).person(signed_in(request).key):
        await response.prepare(request)
        await response.write(b"event: here\ndata: {}\n\n")
        while not desk.closing.is_set():
            try:
                await asyncio.wait_for(desk.closing.wait(), HEARTBEAT_S)
            except TimeoutError:
                await response.write(b":\n\n")
    return response


@ROUTES.get("/api/colleagues")
async def colleagues(request: web.Request) -> web.Response:
    """Whom the signed-in user can ask for something now."""
    there = _attendance(request.app[DESK]).there()
    return reply({"colleagues": [{"key": key, "name": key.title(), "free": free} for key, free in there.items()]})


@ROUTES.post("/api/colleagues")
async def ask(request: web.Request) -> web.Response:
    """The colleague does it now."""
    desk, user = request.app[DESK], signed_in(request)
    wish = await body_of(request, Wish)
    try:
        colleague = _attendance(desk).ask(wish.who)
    except NotThereError as error:
        raise BadRequestError(str(error)) from error
    session = await desk.rest.session(user.username)
    if wish.act == "emergency":
        colleague.call_emergency()
    elif wish.act == "pass":
        if desk.simulation is None:
            raise BadRequestError("This console has no simulated switch: start it with --simulate-url")
        colleague.pass_on(session.user_id, lambda: _ring(desk))
    else:
        row = await desk.rest.call(user.username, "GET", f"sobjects/User/{session.user_id}")
        colleague.call(row["Phone_Device__c"] or "")
    return reply({}, status=202)


def _ring(desk: Desk) -> None:
    """A customer calls the colleague who is ready for them."""
    assert desk.simulation is not None
    call = desk.simulation.call(PASSED_CUSTOMER, PASSED_SKILL, PASSED_TALK)
    task = asyncio.get_running_loop().create_task(call)
    _ringing.add(task)
    task.add_done_callback(_rung)


def _rung(task: asyncio.Task[None]) -> None:
    _ringing.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("no customer calls: %s", error)


_ringing: set[asyncio.Task[None]] = set()
"""A loop keeps no hold of its tasks."""
