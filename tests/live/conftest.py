"""The whole product on a real Asterisk, in a browser where a test wants one."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from house.asterisk import command

from tests.e2e.conftest import browser, desk
from tests.live.asterisk_rig import World
from tests.live.whole import DemoOnAsterisk, ProductOnAsterisk

__all__ = ["browser", "desk"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole(
    tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]
) -> AsyncIterator[ProductOnAsterisk]:
    """The running product on an Asterisk of its own; one for all tests."""
    needs("panel")
    program = Path(needs("asterisk"))
    world = World(tmp_path_factory.mktemp("w"), command(program), program)
    demo = DemoOnAsterisk(tmp_path_factory.mktemp("demo"), world)
    try:
        await world.start()
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield ProductOnAsterisk(demo, http, world)
    finally:
        await demo.stop()
        await world.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def product(whole: ProductOnAsterisk) -> AsyncIterator[ProductOnAsterisk]:
    """The running product, as new."""
    await whole.clear()
    yield whole
