"""What the Demo menu asks for: something of a colleague, or work that another system delivers."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

import aiohttp
import msgspec
from aiohttp import web

from connector.sandbox.attendance import Attendance, NotThereError
from connector.sandbox.console.api import DESK, body_of, reply, signed_in
from connector.sandbox.console.catalogue import BadRequestError
from connector.sandbox.console.desk import Desk
from connector.sandbox.console.org_rest import OrgUnreachableError, soql_text
from connector.sandbox.requests import CALLBACKS_PATH, WORK_PATH, RequestRefused

log = logging.getLogger(__name__)

ROUTES = web.RouteTableDef()
PASSED_SKILL = "Sales"
PASSED_CUSTOMER = "+15035550127"
PASSED_TALK = 300

RECORDS = {"Refund of order 20931": "00001026"}
"""The number of the Case that a work item of that title is about."""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the colleague `who` (a user's key) is to do: `call` you, `pass` a customer on, make an `emergency` call."""

    who: str
    act: Literal["call", "pass", "emergency"]


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sample is to come next."""

    what: Literal["callback", "work_item", "email"]


def _attendance(desk: Desk) -> Attendance:
    if desk.attendance is None:
        raise BadRequestError("This console has no colleagues: start it with --colleagues")
    return desk.attendance


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


@ROUTES.post("/api/deliveries")
async def deliver(request: web.Request) -> web.Response:
    """The next sample of its kind is delivered to the connector, as another system would."""
    desk, user = request.app[DESK], signed_in(request)
    if desk.requests is None:
        raise BadRequestError("This console knows no connector: start it with --requests-url")
    what = (await body_of(request, Delivery)).what
    body = dict(next(desk.samples[what]))
    if what != "callback":
        body |= {"kind": what, **await _record(desk, user.username, body["title"])}
    try:
        await desk.requests.send(CALLBACKS_PATH if what == "callback" else WORK_PATH, body)
    except RequestRefused as error:
        raise BadRequestError(f"The connector refused it: {error}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise OrgUnreachableError(f"The connector did not answer: {error}") from error
    return reply({"skill": body["skill"], "title": body.get("title") or body["name"]}, status=202)


async def _record(desk: Desk, user: str, title: str) -> dict[str, object]:
    """The record that a work item of that title is about, as the API takes it."""
    wanted = soql_text(RECORDS.get(title, ""))
    rows = await desk.rest.query(user, f"SELECT Id, CaseNumber FROM Case WHERE CaseNumber = {wanted}")  # noqa: S608 - quoted
    if not rows:
        return {}
    return {"record": {"id": rows[0]["Id"], "type": "Case", "name": rows[0]["CaseNumber"]}}


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
