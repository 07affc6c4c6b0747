"""The HTTP side: the panel's page and files, the socket, work from other systems, and what a monitor asks."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import jinja2
from aiohttp import web
from msgspec import Struct

from connector.api import hosted, openapi
from connector.api.recordings import RecordingsApi
from connector.api.work import WorkApi
from connector.api.ws import PanelSockets
from connector.errors import ConfigError

PANEL: Final = Path(__file__).parent.parent / "panel"
STATIC: Final = PANEL / "static"
OPEN_CTI_VERSION: Final = "62.0"


def _built() -> dict[str, str]:
    """The names of the built files.  Raises `ConfigError` when there are none."""
    try:
        names: dict[str, str] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError("The panel's files are missing: run `make build`, or install the wheel.") from error
    return names


_NOT_KEPT: Final = {"Cache-Control": "no-store"}


class PanelPage:
    """`/panel` and its files.  The built files have their content's hash in the name, so they are kept for ever."""

    def __init__(self, origins: frozenset[str], opens: str = "") -> None:
        """`opens` is the origin of the org, for records.  Raises `ConfigError` when the panel was not built."""
        _built()
        self.hosted: hosted.Hosted | None = None
        self._opens = opens
        self._origins = sorted(origins)
        loader = jinja2.FileSystemLoader(PANEL / "templates")
        self._page = jinja2.Environment(loader=loader, autoescape=True).get_template("panel.html.j2")

    async def page(self, request: web.Request) -> web.Response:
        """The panel's page.  The query string (mode, sfdcIframeOrigin) is read by the script in the browser."""
        alone = self.hosted is not None and "sfdcIframeOrigin" not in request.query
        if alone and self.hosted is not None and self.hosted.agent(request) is None:
            return web.Response(status=303, headers={"Location": self.hosted.start_url(hosted.PANEL), **_NOT_KEPT})
        scheme = "wss" if request.secure or request.headers.get("X-Forwarded-Proto") == "https" else "ws"
        config: dict[str, object] = {
            "socket": f"{scheme}://{request.host}/panel/socket",
            "origins": self._origins,
            "openCtiVersion": OPEN_CTI_VERSION,
            "language": None,
        }
        if alone:
            config["org"] = self._opens
        # Read anew, so that a panel that was built meanwhile is there after a reload.
        text = self._page.render(files=_built(), config=config)
        return web.Response(text=text, content_type="text/html", headers=self._headers(scheme, request.host))

    def _headers(self, scheme: str, host: str) -> dict[str, str]:
        framed_by = " ".join(self._origins) or "'none'"
        # The Open CTI script comes from the org that frames the page; nothing else is loaded from elsewhere.
        policy = (
            f"default-src 'self'; script-src 'self' {' '.join(self._origins)}; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data:; connect-src 'self' {scheme}://{host}; frame-ancestors {framed_by}; "
            "base-uri 'none'; form-action 'none'; object-src 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One of the built files."""
        name = request.match_info["name"]
        if name not in _built().values():
            raise web.HTTPNotFound(text="There is no such file.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return web.FileResponse(STATIC / name, headers=headers)


class Health(Struct, frozen=True):
    """Whether work can be taken, and if not, why: a word per thing that is missing, and of some what mends it."""

    missing: tuple[str, ...]
    reasons: dict[str, str] = {}


def build_app(
    *,
    page: PanelPage,
    sockets: PanelSockets,
    work: WorkApi,
    ready: Callable[[], Health],
    metrics: Callable[[], Awaitable[bytes]],
    recordings: RecordingsApi | None = None,
) -> web.Application:
    """The connector's web application."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_request: web.Request) -> web.Response:
        health = ready()
        told: dict[str, object] = {"ready": not health.missing, "missing": health.missing}
        if health.reasons:
            told["reasons"] = health.reasons
        return web.json_response(told, status=503 if health.missing else 200)

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    described = json.dumps(openapi.document()).encode()

    async def describe(_request: web.Request) -> web.Response:
        return web.Response(body=described, content_type="application/json")

    app = web.Application()
    app.router.add_get("/panel", page.page)
    app.router.add_get("/panel/socket", sockets.handle)
    app.router.add_get("/panel/static/{name}", page.file)
    app.router.add_post("/api/callbacks", work.callback)
    app.router.add_post("/api/work-items", work.work_item)
    if recordings is not None:
        app.router.add_routes(recordings.routes())
    if page.hosted is not None:
        app.router.add_routes(page.hosted.routes())
    app.router.add_get("/openapi.json", describe)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    return app
