"""A running edge for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from tests.api.rig import Edge


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    """Nobody is connected and nobody calls."""
    async with Edge().running() as running:
        yield running
