"""A console between a real stand-in org and a panel that does nothing by itself, each on an origin of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.sandbox.console.server import Console, start_console
from connector.sandbox.org.server import Org, start_org

HERE = Path(__file__).parent
VENDOR = Path(web.__file__)


@pytest.fixture(scope="session")
def client_key() -> bytes:
    """A public key for the org's connected app; the console never uses it."""
    key = rsa.generate_private_key(65537, 2048)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
async def org(client_key: bytes) -> AsyncIterator[Org]:
    started = await start_org(client_certificate=client_key)
    yield started
    await started.close()


class Simulated:
    """A double of the simulated switch: `calls` are the bodies that it took; `answer` is the status that it gives."""

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


@pytest.fixture
async def simulated() -> AsyncIterator[Simulated]:
    double = Simulated()
    app = web.Application()
    app.router.add_post("/simulate", double.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/simulate"
    yield double
    await runner.cleanup()


@pytest.fixture
async def panel_url() -> AsyncIterator[str]:
    """The address of the fake panel, on an origin that is neither the console's nor the org's."""

    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(HERE / "fake_panel.html")

    async def script(request: web.Request) -> web.FileResponse:
        return web.FileResponse(HERE / "fake_panel.js")

    app = web.Application()
    app.add_routes([web.get("/panel", page), web.get("/standby", page), web.get("/fake_panel.js", script)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://localhost:{runner.addresses[0][1]}/panel"
    await runner.cleanup()


@pytest.fixture
async def console(org: Org, panel_url: str, simulated: Simulated) -> AsyncIterator[Console]:
    started = await start_console(
        org_url=org.url, control_key=org.control_key, panel_url=panel_url, simulate_url=simulated.url
    )
    yield started
    await started.close()


@pytest.fixture
def vendor(needs: Callable[[str], str]) -> None:
    """The SLDS files of the page, which the build makes."""
    if not (Path(start_console.__code__.co_filename).parent / "static" / "vendor" / "utility-sprite.svg").exists():
        needs("panel")
