"""A console between a real stand-in org and a panel that does nothing by itself, each on an origin of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from playwright.async_api import Browser, BrowserContext

from connector.sandbox.console import page as page_module
from connector.sandbox.console.server import Console, start_console
from connector.sandbox.org.server import Org, start_org
from tests.browsing import open_chromium
from tests.sandbox.console.doubles import Panel, Simulated, panel_page, panel_script, served

OpenPanel = Callable[[str], Awaitable[Panel]]


class Seeded(NamedTuple):
    """A database of the seeded world, to be copied, and the keys of an org: making these takes longer than a test."""

    database: Path
    client_key: bytes
    session_key: bytes


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """Made once; every test starts from a copy."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    database = tmp_path_factory.mktemp("seeded") / "org.sqlite"

    async def seed() -> None:
        org = await start_org(client_certificate=public, session_key=private, database=database)
        await org.close()

    asyncio.run(seed())
    return Seeded(database, public, private)


@pytest_asyncio.fixture(loop_scope="module")
async def org(seeded: Seeded, tmp_path: Path) -> AsyncIterator[Org]:
    database = tmp_path / "org.sqlite"
    shutil.copy(seeded.database, database)
    started = await start_org(client_certificate=seeded.client_key, session_key=seeded.session_key, database=database)
    yield started
    await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def simulated() -> AsyncIterator[Simulated]:
    double = Simulated()
    async with served(web.post("/simulate", double.take)) as origin:
        double.url = f"{origin}/simulate"
        yield double


@pytest_asyncio.fixture(loop_scope="module")
async def panel_url() -> AsyncIterator[str]:
    """The address of the fake panel."""
    routes = [web.get("/panel", panel_page), web.get("/standby", panel_page), web.get("/fake_panel.js", panel_script)]
    async with served(*routes) as origin:
        yield f"{origin}/panel"


@pytest_asyncio.fixture(loop_scope="module")
async def console(org: Org, panel_url: str, simulated: Simulated) -> AsyncIterator[Console]:
    started = await start_console(
        org_url=org.url, control_key=org.control_key, panel_url=panel_url, simulate_url=simulated.url
    )
    yield started
    await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def http(console: Console) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a window: a cookie jar and the console's address."""
    async with aiohttp.ClientSession(console.url) as session:
        yield session


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One Chromium for the tests of a module: starting it takes longer than most of them."""
    async with open_chromium(chromium_path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser, needs: Callable[[str], str]) -> AsyncIterator[BrowserContext]:
    """A browser context of the test's own: its cookies, its storage, its pages."""
    if not (Path(page_module.__file__).parent / "static" / "vendor" / "utility-sprite.svg").exists():
        needs("panel")
    opened = await browser.new_context(viewport={"width": 1440, "height": 900})
    yield opened
    await opened.close()


@pytest.fixture
def open_panel(context: BrowserContext, console: Console) -> OpenPanel:
    """Opens a path of the console, and waits until the page and the fake panel are ready."""

    async def opened(path: str) -> Panel:
        page = await context.new_page()
        await page.goto(console.url + path)
        panel = await Panel.on(page)
        await page.wait_for_selector("main .lx-card")
        return panel

    return opened
