"""The page itself, and the script that the panel loads from it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from connector.sandbox.console.api import DESK, USER_COOKIE, reply, signed_in
from connector.sandbox.console.call_center import (
    HEIGHT_PX,
    WIDTH_PX,
    call_center_settings,
)
from connector.sandbox.console.catalogue import BadRequestError
from connector.sandbox.console.desk import ConsoleUser, Desk
from connector.sandbox.console.layout import LAYOUTS, NAVIGATION

ROUTES = web.RouteTableDef()
HERE = Path(__file__).parent
HOME = "/lightning/o/Contact/list"


@ROUTES.get("/")
async def home(request: web.Request) -> web.Response:
    raise web.HTTPFound(f"{HOME}?{request.query_string}" if request.query_string else HOME)


@ROUTES.get("/lightning/{tail:.*}")
async def lightning(request: web.Request) -> web.Response:
    """The page, whatever record its address names; `?user=sam` signs that user in and drops the parameter."""
    desk = request.app[DESK]
    if "user" in request.query:
        user = desk.user(request.query["user"])
        query = [(name, value) for name, value in request.query.items() if name != "user"]
        redirect = web.HTTPFound(request.rel_url.with_query(query))
        redirect.set_cookie(USER_COOKIE, user.key, httponly=True, samesite="Lax")
        raise redirect
    html = desk.templates.get_template("console.html").render(boot=await _boot(desk, signed_in(request)))
    return web.Response(text=html, content_type="text/html", headers=_headers(desk))


@ROUTES.get(r"/support/api/{version:\d+\.\d}/lightning/{script:opencti(?:_min)?\.js}")
async def open_cti(request: web.Request) -> web.FileResponse:
    """The client side of Open CTI; the panel takes it from the org, so its origin says whom to talk to."""
    return web.FileResponse(
        HERE / "script" / "opencti.js",
        headers={"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


@ROUTES.get(r"/_slds/icons/{set:utility|standard}-sprite/svg/symbols.svg")
async def sprite(request: web.Request) -> web.FileResponse:
    """The icons where the components of an org look for them."""
    return web.FileResponse(HERE / "static" / "vendor" / f"{request.match_info['set']}-sprite.svg")


@ROUTES.get(r"/api/icons/{name}")
async def icon(request: web.Request) -> web.Response:
    """Whether the SLDS utility icon exists, so that a wrong key is an error and not an empty place."""
    return reply({"known": request.match_info["name"] in utility_icons()})


@cache
def utility_icons() -> frozenset[str]:
    """The names in the utility sprite. Raises `BadRequestError` when the vendor files have not been built."""
    sprite = HERE / "static" / "vendor" / "utility-sprite.svg"
    if not sprite.exists():
        raise BadRequestError(f"{sprite.name} is missing: build the panel's assets first")
    return frozenset(re.findall(r'<symbol[^>]*?\sid="(\w+)"', sprite.read_text()))


async def _boot(desk: Desk, user: ConsoleUser) -> str:
    """What the page's script starts with, as JSON that may stand inside a script element."""
    session = await desk.rest.session(user.username)
    row = await desk.rest.call(user.username, "GET", f"sobjects/User/{session.user_id}")
    boot = {
        "user": {
            "id": row["Id"],
            "key": user.key,
            "name": row["Name"],
            "timeZone": row["TimeZoneSidKey"],
            "locale": row["LocaleSidKey"].replace("_", "-"),
        },
        "users": [{"key": other.key, "name": other.key.title()} for other in desk.users.values()],
        "now": round(desk.now() * 1000),
        "panel": {
            "url": desk.panel_url,
            "nonce": desk.nonce,
            "height": HEIGHT_PX,
            "width": WIDTH_PX,
            "standbyUrl": desk.standby_url,
            "standbyMs": desk.standby_ms,
        },
        "callCenter": call_center_settings(desk.panel_url, desk.standby_url, desk.standby_ms),
        "softphoneLayout": desk.softphone_layout,
        "navigation": NAVIGATION,
        "icons": {name: layout.icon for name, layout in LAYOUTS.items()},
        "simulation": desk.simulation is not None,
        "colleagues": desk.attendance is not None,
        "deliveries": desk.requests is not None,
    }
    return msgspec.json.encode(boot).decode().replace("<", "\\u003c")


def _headers(desk: Desk) -> dict[str, str]:
    frames = {_origin(desk.panel_url)} | ({_origin(desk.standby_url)} if desk.standby_url else set())
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; frame-src {' '.join(sorted(frames))}; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action {_origin(desk.panel_url)}"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
