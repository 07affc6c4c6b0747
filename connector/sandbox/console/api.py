"""The narrow API behind the page: each call is made in the org as the signed-in user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from connector.sandbox.console.callers import callers, skills
from connector.sandbox.console.catalogue import BadRequestError
from connector.sandbox.console.desk import ConsoleUser, Desk

DESK = web.AppKey("desk", Desk)
USER_COOKIE = "phone_panel_console_user"
ROUTES = web.RouteTableDef()

T = TypeVar("T")


class Write(msgspec.Struct, frozen=True):
    """Field values of one record."""

    fields: dict[str, Any]


class Apex(msgspec.Struct, frozen=True, rename="camel"):
    apex_class: str
    method_name: str
    method_params: str = ""


class StepDone(msgspec.Struct, frozen=True, rename="camel"):
    disposition: str
    task_id: str
    was_connected: bool = True


class PopRule(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a softphone layout says for so many matches; nothing where no type is given."""

    screen_pop_type: Literal["PopToEntity", "PopToSearch", "PopToFlow", "PopToVisualforce"] | None = None
    screen_pop_data: str = ""


_RULES = {"none": "NoMatch", "one": "SingleMatch", "many": "MultipleMatches"}


class PopRules(msgspec.Struct, frozen=True, rename=_RULES):
    """The screen pops of one kind of call."""

    none: PopRule = PopRule()
    one: PopRule = PopRule()
    many: PopRule = PopRule()


class SimulatedCall(msgspec.Struct, frozen=True, rename={"number": "from"}):
    number: str
    skill: str
    talk: int = 60


def reply(body: object, *, status: int = 200) -> web.Response:
    """A JSON answer that no cache keeps."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def signed_in(request: web.Request) -> ConsoleUser:
    """The user of this browser context; the first user when it has not chosen one, or chose one that is gone."""
    desk = request.app[DESK]
    key = request.cookies.get(USER_COOKIE)
    return desk.user(key if key in desk.users else None)


async def body_of(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise BadRequestError(f"The request body is wrong: {error}") from error


def _context(request: web.Request) -> tuple[Desk, str, Mapping[str, str]]:
    return request.app[DESK], signed_in(request).username, request.match_info


@ROUTES.get("/api/records/{id}")
async def record(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    return reply(await desk.records.page(user, match["id"]))


@ROUTES.get("/api/records/{id}/activity")
async def activity(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    return reply(await desk.records.activity(user, match["id"]))


@ROUTES.get("/api/objects/{type}")
async def listed(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    view = request.query.get("view", "all")
    if view not in ("all", "mine"):
        raise BadRequestError(f"view must be 'all' or 'mine', not {view!r}")
    mine = (await desk.rest.session(user)).user_id if view == "mine" else None
    return reply(await desk.records.listed(user, match["type"], mine=mine))


@ROUTES.get("/api/objects/{type}/form")
async def form(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    extra = [name for name in request.query.get("extra", "").split(",") if name]
    info = await desk.catalogue.object(user, match["type"])
    return reply({"label": info.label, "fields": await desk.records.form(user, match["type"], extra)})


@ROUTES.post("/api/objects/{type}")
async def create(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    info = await desk.catalogue.object(user, match["type"])
    created = await desk.records.create(user, info.name, (await body_of(request, Write)).fields)
    return reply({"id": created}, status=201)


@ROUTES.patch("/api/records/{id}")
async def update(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    await desk.records.update(user, match["id"], (await body_of(request, Write)).fields)
    return reply({"id": match["id"]})


@ROUTES.get("/api/search")
async def search(request: web.Request) -> web.Response:
    desk, user, _ = _context(request)
    return reply(await desk.records.found(user, request.query.get("q", "")))


@ROUTES.get("/api/matches")
async def matches(request: web.Request) -> web.Response:
    """What searchAndScreenPop finds: rows of the objects and fields of the softphone layout."""
    desk, user, _ = _context(request)
    return reply(await desk.records.matches(user, request.query.get("q", "")))


@ROUTES.get("/api/work-queue")
async def work_queue(request: web.Request) -> web.Response:
    desk, user, _ = _context(request)
    return reply({"now": round(desk.now() * 1000), "steps": await desk.work_queue.steps(user)})


@ROUTES.post("/api/work-queue/{id}")
async def complete_step(request: web.Request) -> web.Response:
    desk, user, match = _context(request)
    done = await body_of(request, StepDone)
    await desk.work_queue.complete(user, match["id"], done.disposition, done.task_id, done.was_connected)
    return reply({"id": match["id"]})


@ROUTES.put("/api/softphone-layout/{call:Inbound|Outbound|Internal}")
async def softphone_layout(request: web.Request) -> web.Response:
    """An administrator changes the screen pops of a kind of call; pages that are opened from now on are told so."""
    rules = msgspec.to_builtins(await body_of(request, PopRules))
    layout = request.app[DESK].softphone_layout
    call = request.match_info["call"]
    layout[call] = {**layout[call], "screenPopSettings": {"screenPopsOpenWithin": "ExistingWindow", **rules}}
    return reply(layout[call])


@ROUTES.post("/api/apex")
async def apex(request: web.Request) -> web.Response:
    desk, user, _ = _context(request)
    call = await body_of(request, Apex)
    result = await desk.rest.apex(user, call.apex_class, call.method_name, call.method_params)
    return reply({"runApex": result})


@ROUTES.get("/api/callers")
async def simulated_callers(request: web.Request) -> web.Response:
    desk, user, _ = _context(request)
    return reply({"callers": await callers(desk.rest, user), "skills": await skills(desk.rest, user)})


@ROUTES.post("/api/simulate")
async def simulate(request: web.Request) -> web.Response:
    desk, _, _ = _context(request)
    if desk.simulation is None:
        raise BadRequestError("This console has no simulated switch: start it with --simulate-url")
    call = await body_of(request, SimulatedCall)
    await desk.simulation.call(call.number, call.skill, call.talk)
    return reply({}, status=202)
