"""The contract of the port on a real Asterisk."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.live.asterisk_rig import AsteriskRig, World
from tests.ports.switch_contract import SwitchContract
from tests.ports.switch_party_contract import PartyContract

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world() -> AsyncIterator[World]:
    import shutil

    from house import asterisk as fetched
    from house.cache import Cache

    program = fetched.make_asterisk(Cache.of_user(), Path(__file__).resolve().parents[2])
    shutil.rmtree("/tmp/pp", ignore_errors=True)
    made = World(Path("/tmp/pp"), fetched.command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


class TestAsterisk(SwitchContract, PartyContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def rig(self, world: World) -> AsyncIterator[AsteriskRig]:
        rig = AsteriskRig(world)
        await rig.switch.start(rig.heard)
        yield rig
        await rig.close()
        assert not rig.heard.impossible
