"""The whole product on a real Asterisk whose parties speak, with the recognizer that makes text of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from house.asterisk import command

from tests.live.asterisk_rig import World
from tests.live.whole import DemoOnAsterisk, Party, ProductOnAsterisk


class Speaking(ProductOnAsterisk):
    """The parties have no tones; they say what is in a file."""

    speech: Path

    async def _speaks(self, name: str, channel: str) -> None:
        async with self._came:
            self.parties[name] = Party(channel, await self.network.listen(channel))
            self._came.notify_all()

    async def say(self, name: str, file: str) -> str:
        """That party says it."""
        return await self.network.speak((await self.party(name)).channel, self.speech / f"{file}.wav")

    async def say_all(self, name: str, file: str) -> None:
        """That party has said all of it."""
        await self.said(await self.say(name, file))

    async def said(self, speech: str) -> None:
        """What `say` began is over."""
        async with asyncio.timeout(60):
            while True:
                if not await self.network.is_speaking(speech):
                    return
                # Another process's state: there is no event to wait for, only the next look.
                await asyncio.sleep(0.05)

    def recognizer(self) -> int:
        """The process of the connector's recognizer."""
        connector = self.demo.connector
        assert connector is not None
        pid = connector.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        (found,) = [int(child) for child in children if b"speech.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]
        return found


@asynccontextmanager
async def speaking(
    tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str], **environment: str
) -> AsyncIterator[Speaking]:
    """It runs, with those variables in the environment of its parts."""
    needs("panel")
    program, speech = Path(needs("asterisk")), Path(needs("phones")) / "speech"
    world = World(tmp_path_factory.mktemp("w"), command(program), program)
    demo = DemoOnAsterisk(tmp_path_factory.mktemp("demo"), world, '[transcript]\nrecognizer = "moonshine"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", needs("speech"))
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            await world.start()
            await demo.start()
            async with aiohttp.ClientSession() as http:
                product = Speaking(demo, http, world)
                product.speech = speech
                yield product
        finally:
            await demo.stop()
            await world.stop()
