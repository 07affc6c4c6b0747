"""What stands around a console under test: a panel of nothing but wires, and a simulated switch that takes notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Frame, Page

HERE = Path(__file__).parent

SAM = "sam.rivera@phone-panel.example"
JONAS = "jonas.weber@phone-panel.example"
MIA = "Mia Chen"
MIA_PHONE = "+1 415 555 0143"


@asynccontextmanager
async def served(*routes: web.RouteDef) -> AsyncIterator[str]:
    """A server for the routes on a free port; its origin."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def panel_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / "fake_panel.html")


async def panel_script(_: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / "fake_panel.js")


class Simulated:
    """`calls` are the bodies that it took, `keys` the control keys; `answer` is the status that it gives."""

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.answer = 202
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("X-Sandbox-Key"))
        if self.answer >= 400:
            return web.Response(status=self.answer, text="no such skill")
        self.calls.append(await request.json())
        return web.Response(status=self.answer)


class Panel:
    """The fake panel in its frame on a console page."""

    def __init__(self, page: Page, frame: Frame) -> None:
        self.page = page
        self.frame = frame

    @classmethod
    async def on(cls, page: Page, address: str = "/") -> Panel:
        """The panel on the page, once it is ready; `address` is a part of the frame's address to wait for."""
        element = await page.wait_for_selector(f"#phone iframe[src*='{address}']")
        assert element is not None
        frame = await element.content_frame()
        assert frame is not None
        await frame.wait_for_selector("#state:text('ready')")
        return cls(page, frame)

    async def call(self, name: str, args: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the callback of the method got: success, returnValue, errors."""
        answer: dict[str, Any] = await self.frame.evaluate("([n, a]) => cti(n, a)", [name, args or {}])
        return answer

    async def value(self, name: str, args: dict[str, Any] | None = None) -> Any:
        """The returnValue of a call that must succeed."""
        answer = await self.call(name, args)
        assert answer["success"], answer
        assert answer["errors"] is None
        return answer["returnValue"]

    async def error(self, name: str, args: dict[str, Any] | None = None) -> dict[str, Any]:
        """The one error of a call that must be refused."""
        answer = await self.call(name, args)
        assert not answer["success"], answer
        assert answer["returnValue"] is None
        [error] = answer["errors"]
        assert isinstance(error, dict)
        return error

    async def heard(self, name: str, count: int = 1) -> list[Any]:
        """The payloads of the listener, once it has heard `count` events."""
        await self.frame.wait_for_function(
            "([n, c]) => heard.filter((h) => h.name === n).length >= c", arg=[name, count]
        )
        payloads: list[Any] = await self.frame.evaluate(
            "(n) => heard.filter((h) => h.name === n).map((h) => h.payload)", name
        )
        return payloads

    async def forget(self) -> None:
        await self.frame.evaluate("heard.length = 0")
