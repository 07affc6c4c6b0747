"""The event stream of each open page: it says who sits here, and tells the page what goes on around it.

The alarms of emergency calls end here in the demo: `POST /api/alarms` is the webhook, the mailbox the mail server.
"""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import web

from connector.sandbox.console.api import DESK, body_of, reply, signed_in
from connector.sandbox.console.desk import Desk

ROUTES = web.RouteTableDef()
HEARTBEAT_S = 15.0


class Alarm(msgspec.Struct, frozen=True):
    """What the webhook is told of an emergency call, as far as it is shown."""

    name: str
    number: str
    address: str
    callback: str


@ROUTES.get("/api/stream")
async def stream(request: web.Request) -> web.StreamResponse:
    """While a page reads it, that user's console has a person, and no colleague plays them."""
    desk = request.app[DESK]
    if desk.attendance is None:
        return await _told(request, desk)
    async with desk.attendance.person(signed_in(request).key):
        return await _told(request, desk)


async def _told(request: web.Request, desk: Desk) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b"event: here\ndata: {}\n\n")
    queue = desk.news.listen()
    try:
        while (text := await _next(queue)) is not None:
            data = msgspec.json.encode({"text": text})
            await response.write(b"event: news\ndata: " + data + b"\n\n" if text else b":\n\n")
    finally:
        desk.news.leave(queue)
    return response


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    """What the page is told next, "" for nothing within a while, None when the console stops."""
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT_S)
    except TimeoutError:
        return ""


@ROUTES.post("/api/alarms")
async def alarm(request: web.Request) -> web.Response:
    """The webhook of emergency calls."""
    told = await body_of(request, Alarm)
    where = told.address or "no verified address"
    request.app[DESK].news.tell(
        f"Webhook: {told.name} calls {told.number} ({where}); call back on {told.callback or 'no number'}"
    )
    return reply({})
