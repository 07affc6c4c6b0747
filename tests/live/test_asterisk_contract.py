"""The contract of the port on a real Asterisk."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command

from connector.ports.recordings import RecordingStore
from connector.sandbox.asterisk.instance import USER
from connector.switch import SwitchConfig, open_recordings
from tests.live.asterisk_rig import AsteriskRig, World
from tests.ports.recordings_contract import RecordingsContract
from tests.ports.switch_contract import SwitchContract
from tests.ports.switch_line_contract import LineContract
from tests.ports.switch_party_contract import PartyContract
from tests.ports.switch_phone_contract import PhoneContract
from tests.ports.switch_recording_contract import RecordingContract

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    """Two running Asterisks, for all tests."""
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("a"), command(program), program)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


class TestAsterisk(SwitchContract, PartyContract, RecordingContract, PhoneContract, RecordingsContract, LineContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def rig(self, world: World) -> AsyncIterator[AsteriskRig]:
        rig = AsteriskRig(world)
        await rig.switch.start(rig.heard)
        yield rig
        await rig.close()
        assert not rig.heard.impossible

    @pytest_asyncio.fixture(loop_scope="session")
    async def recordings(self, world: World, rig: AsteriskRig) -> AsyncIterator[RecordingStore]:
        config = SwitchConfig("asterisk", world.pbx.ari, user=USER, password=world.pbx.password)
        opened = open_recordings(config, rig.switch)
        yield opened
        await opened.close()
