"""Starts the console: the page, its static files, the Open CTI script, and the narrow API behind the page."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import jinja2
from aiohttp import web

from connector.sandbox.attendance import MANNERS, Attendance
from connector.sandbox.console import api, menu_wishes, page, stream
from connector.sandbox.console.call_center import SOFTPHONE_LAYOUT
from connector.sandbox.console.catalogue import BadRequestError, Catalogue
from connector.sandbox.console.desk import DEFAULT_USERS, ConsoleUser, Desk, Simulation
from connector.sandbox.console.news import News
from connector.sandbox.console.org_rest import OrgRefusedError, OrgRest, OrgUnreachableError, Problem
from connector.sandbox.console.records import Records
from connector.sandbox.console.work_queue import WorkQueue
from connector.sandbox.mailbox import Mailbox
from connector.sandbox.requests import Requests
from connector.sandbox.samples import SAMPLES

HERE = Path(__file__).parent


class Console:
    """A running console. `url` is its origin as a browser should be sent to it; sign in with `{url}/?user=sam`."""

    def __init__(
        self,
        url: str,
        port: int,
        runner: web.AppRunner,
        desk: Desk,
        mailbox: Mailbox,
        http: aiohttp.ClientSession,
    ) -> None:
        self.url = url
        self.port = port
        self._runner = runner
        self._desk = desk
        self._mailbox = mailbox
        self._http = http

    async def close(self) -> None:
        """Stops serving and closes the connections to the org. May be called twice."""
        self._desk.news.close()
        await self._mailbox.stop()
        if self._desk.attendance is not None:
            await self._desk.attendance.stop()
        await self._runner.cleanup()
        await self._http.close()


async def start_console(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    org_url: str,
    control_key: str,
    panel_url: str,
    users: Sequence[ConsoleUser] = DEFAULT_USERS,
    simulate_url: str | None = None,
    standby_url: str | None = None,
    standby_seconds: float = 20.0,
    colleagues_come: bool = False,
    requests_url: str | None = None,
    requests_key: str = "",
    mail_port: int | None = None,
    now: Callable[[], float] = time.time,
) -> Console:
    """A console that serves at `host:port` (0: any free port) and shows the panel at `panel_url` in its utility bar.

    `users` may be chosen in the avatar menu; the first is signed in when a browser comes without `?user=`.
    `simulate_url` takes the simulated calls of the Demo menu; without it that menu is not there.
    `standby_url` replaces the panel when it has not called notifyInitializationComplete within `standby_seconds`.
    `colleagues_come`: agents at whose console nobody sits are played (see `connector.sandbox.colleagues`).
    `requests_url` is the connector's, whose API takes `requests_key`: the Demo menu delivers work there.
    `mail_port`: mail of emergency calls is taken there (0: any free port), and shown.
    `now` is the clock behind "overdue", in seconds since 1970. Raises `OSError` when the port is taken and `ValueError`
    when an address is not an http(s) URL.
    """
    if not users:
        raise ValueError("users must name at least one user of the org")
    for name, value in (("org_url", org_url), ("panel_url", panel_url)):
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError(f"{name} must be an http:// or https:// address, not {value!r}")
    http = aiohttp.ClientSession()
    rest = OrgRest(http, org_url, control_key)
    catalogue = Catalogue(rest)
    by_key = {user.key: user for user in users}

    async def token(key: str) -> str:
        return await rest.apex(by_key[key].username, "PhonePanelSession", "token", "")

    manners = {key: manner for key, manner in MANNERS.items() if key in by_key}
    attendance = Attendance(http, _socket_of(panel_url), token, manners) if colleagues_come else None
    desk = Desk(
        softphone_layout=deepcopy(SOFTPHONE_LAYOUT),
        rest=rest,
        catalogue=catalogue,
        records=Records(rest, catalogue),
        work_queue=WorkQueue(rest, catalogue, now),
        users=by_key,
        panel_url=panel_url,
        standby_url=standby_url,
        standby_ms=round(standby_seconds * 1000),
        simulation=Simulation(http, simulate_url, control_key) if simulate_url else None,
        attendance=attendance,
        requests=Requests(http, requests_url, requests_key) if requests_url else None,
        samples={kind: cycle(samples) for kind, samples in SAMPLES.items()},
        news=News(),
        templates=jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True),
        nonce=secrets.token_urlsafe(16),
        now=now,
    )
    mailbox = Mailbox(desk.news.tell_mail)
    runner = web.AppRunner(_application(desk), access_log=None, handler_cancellation=True)
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        if mail_port is not None:
            await mailbox.start(mail_port)
    except BaseException:
        await runner.cleanup()
        await http.close()
        raise
    bound: int = runner.addresses[0][1]
    shown = "localhost" if host in ("127.0.0.1", "::1", "localhost") else host
    console = Console(f"http://{shown}:{bound}", bound, runner, desk, mailbox, http)
    if attendance is not None:
        attendance.start(console.url)
    return console


def _socket_of(panel_url: str) -> str:
    """The WebSocket of the panel that is shown at that address."""
    parts = urlsplit(panel_url)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/socket"


def _application(desk: Desk) -> web.Application:
    application = web.Application(middlewares=[_errors, _same_origin])
    application[api.DESK] = desk
    application.add_routes(page.ROUTES)
    application.add_routes(api.ROUTES)
    application.add_routes(menu_wishes.ROUTES)
    application.add_routes(stream.ROUTES)
    application.router.add_static("/static/", HERE / "static")
    return application


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page of another site must not act with the cookie of this one."""
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != request.host:
        return _refusal(403, Problem("FORBIDDEN", f"Requests from {origin} are not accepted"))
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals of the org reach the page in the org's own words."""
    try:
        return await handler(request)
    except BadRequestError as error:
        return _refusal(400, Problem("INVALID_PARAM", str(error)))
    except OrgRefusedError as refused:
        return _refusal(refused.status if 400 <= refused.status < 500 else 502, *refused.problems)
    except OrgUnreachableError as error:
        return _refusal(502, Problem("SERVER_ERROR", str(error)))


def _refusal(status: int, *problems: Problem) -> web.Response:
    return api.reply({"errors": problems}, status=status)
