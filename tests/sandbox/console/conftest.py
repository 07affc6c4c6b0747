"""A console between a real stand-in org and a panel that does nothing by itself, each on an origin of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser

from connector.sandbox.console import page as page_module
from connector.sandbox.console.server import Console, start_console
from connector.sandbox.org.server import Org, start_org
from tests.sandbox.console.doubles import Panel, Simulated, panel_page, panel_script, served

OpenPanel = Callable[[str], Awaitable[Panel]]


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


@pytest.fixture
async def simulated() -> AsyncIterator[Simulated]:
    double = Simulated()
    async with served(web.post("/simulate", double.take)) as origin:
        double.url = f"{origin}/simulate"
        yield double


@pytest.fixture
async def panel_url() -> AsyncIterator[str]:
    """The address of the fake panel."""
    routes = [web.get("/panel", panel_page), web.get("/standby", panel_page), web.get("/fake_panel.js", panel_script)]
    async with served(*routes) as origin:
        yield f"{origin}/panel"


@pytest.fixture
async def console(org: Org, panel_url: str, simulated: Simulated) -> AsyncIterator[Console]:
    started = await start_console(
        org_url=org.url, control_key=org.control_key, panel_url=panel_url, simulate_url=simulated.url
    )
    yield started
    await started.close()


@pytest.fixture
async def http(console: Console) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a window: a cookie jar and the console's address."""
    async with aiohttp.ClientSession(console.url) as session:
        yield session


@pytest.fixture
def open_panel(chromium: Browser, console: Console, needs: Callable[[str], str]) -> OpenPanel:
    """Opens a path of the console in a browser context of its own, and waits until the fake panel is ready."""
    if not (Path(page_module.__file__).parent / "static" / "vendor" / "utility-sprite.svg").exists():
        needs("panel")

    async def opened(path: str) -> Panel:
        context = await chromium.new_context(viewport={"width": 1440, "height": 900})
        page = await context.new_page()
        await page.goto(console.url + path)
        panel = await Panel.on(page)
        await page.wait_for_selector("main .lx-card")
        return panel

    return opened
