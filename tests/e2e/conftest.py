"""The whole product as its demo runs it: every part a process, on free ports, in a temporary folder."""

from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from connector.sandbox.demo import Demo, ports
from tests.browsing import open_chromium
from tests.e2e.desk import Desk
from tests.e2e.org_hosts import ORIGINS
from tests.e2e.product import ANY_PORT, SAM, Product
from tests.e2e.robot import Robot

ROOT = Path(__file__).resolve().parents[2]
REPORTS: pytest.StashKey[dict[str, pytest.TestReport]] = pytest.StashKey()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A running demo in which nobody calls but who the test lets call; one for all tests."""
    needs("panel")
    demo = Demo(tmp_path_factory.mktemp("demo"), ports(ANY_PORT), customers=False, directory_every_s=2, origins=ORIGINS)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def product(whole: Product) -> AsyncIterator[Product]:
    """The running demo, as new: nobody calls, nobody is logged in, no fault and no Task of an earlier test counts."""
    await whole.clear()
    yield whole


@pytest_asyncio.fixture(loop_scope="session")
async def sam(product: Product) -> AsyncIterator[Robot]:
    """Sam, without a face, available."""
    async with product.connected(SAM) as robot:
        await robot.command("set_state", state="AVAILABLE")
        yield robot


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One headless Chromium for all tests."""
    async with open_chromium(chromium_path) as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report is kept on the item, so that a fixture knows whether its test failed."""
    report = yield
    item.stash.setdefault(REPORTS, {})[report.when] = report
    return report


@pytest_asyncio.fixture(loop_scope="session")
async def desk(product: Product, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk with a browser context of its own; after a failure its trace is kept in `.traces`."""
    opened = Desk(product, browser)
    yield opened
    reports = request.node.stash.get(REPORTS, {})
    failed = any(report.failed for report in reports.values())
    await opened.close(ROOT / ".traces" / f"{request.node.name}.zip" if failed else None)
    if not failed:
        assert opened.troubles == []
