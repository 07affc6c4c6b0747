"""The whole product with a real Asterisk for a switch: the demo's parts, wired to the Asterisk of a `World`."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from connector.sandbox.asterisk.instance import USER
from connector.sandbox.demo import Demo, ports
from connector.switch.asterisk.socket import AriRefusal
from tests.e2e.product import ANY_PORT, JONAS, PRIYA, SAM, Product, _go_home, tasks_in
from tests.live.asterisk_rig import World
from tests.live.network import Ear

LINES: Final = {"Support_EN": "+14155550100", "Billing": "+14155550101", "Sales": "+14155550102"}
PHONES: Final = {"sam": "2041", "jonas": "2042"}


TONE: Final = {"customer": 450, "sam": 570, "jonas": 1060, "outside": 1750, "second": 1900, "third": 2350}
"""What each party says, in hertz."""


class DemoOnAsterisk(Demo):
    """The demo without its simulated switch."""

    def __init__(self, folder: Path, world: World, more: str = "") -> None:
        """`more` are tables of the connector's settings."""
        super().__init__(folder, ports(ANY_PORT), customers=False, directory_every_s=2)
        self._world = world
        self._more = more

    async def _start_switch(self) -> None:
        secret = self.folder / "ari.password"
        secret.touch(mode=0o600)
        secret.write_text(self._world.pbx.password, encoding="utf-8")
        self.switch_control = "http://127.0.0.1:9"
        sounds = "".join(f'{name} = "{media}"\n' for name, media in self._world.sounds.items())
        self._write_config(
            f'[switch]\nkind = "asterisk"\nurl = "{self._world.pbx.ari}"\nuser = "{USER}"\n'
            f'password_file = "{secret}"\ntrunk = "carrier"\n\n'
            f'[switch.routes]\nsim-local = "psap"\nsim-national = "psap"\n\n[switch.sounds]\n{sounds}\n{self._more}\n'
        )


class Party:
    """Somebody in a call: their channel in the Network, and what they hear."""

    def __init__(self, channel: str, ear: Ear) -> None:
        self.channel = channel
        self.ear = ear


class ProductOnAsterisk(Product):
    """As the product, with parties that speak and listen: each has a name and a tone.

    Phones are lifted when they ring, and outside numbers answer, unless the test says `stays_down`.
    """

    def __init__(self, demo: Demo, http: aiohttp.ClientSession, world: World) -> None:
        super().__init__(demo, http)
        self.world = world
        self.network = world.network
        self.parties: dict[str, Party] = {}
        self.stays_down: set[str] = set()
        self.numbers: dict[str, str] = {}
        self.rings: dict[str, str] = {}
        self._came = asyncio.Condition()
        self._jobs: set[asyncio.Task[None]] = set()
        self._callers: dict[str, str] = {}
        self.network.arrived = lambda channel, number: self._begin(self._called(channel, number))
        self.network.came_up = lambda channel: self._begin(self._speaks(self._callers[channel], channel))

    def _begin(self, work: Any) -> None:
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._over)

    def _over(self, job: "asyncio.Task[None]") -> None:
        self._jobs.discard(job)
        if not job.cancelled() and job.exception() is not None:
            raise AssertionError("a party of the test could not do its part") from job.exception()

    async def _called(self, channel: str, number: str) -> None:
        of_phone = {device: name for name, device in PHONES.items()}
        name = of_phone.get(number) or self.numbers.get(number, "outside")
        await self.network.ring(channel)
        if name not in self.stays_down:
            await self.network.answer(channel)
            await self._speaks(name, channel)
            return
        async with self._came:
            self.rings[name] = channel
            self._came.notify_all()

    async def _ringing(self, name: str) -> str:
        """The channel that rings at that party, which is dealt with now."""
        async with asyncio.timeout(15), self._came:
            await self._came.wait_for(lambda: name in self.rings)
        return self.rings.pop(name)

    async def lift(self, name: str) -> None:
        """That party, at whom it rings, takes the call."""
        channel = await self._ringing(name)
        await self.network.answer(channel)
        await self._speaks(name, channel)

    async def decline(self, name: str) -> None:
        """That party, at whom it rings, presses the red button."""
        await self.network.hang_up(await self._ringing(name), 17)

    async def _speaks(self, name: str, channel: str) -> None:
        await self.network.sing(channel, TONE[name])
        ear = await self.network.listen(channel)
        async with self._came:
            self.parties[name] = Party(channel, ear)
            self._came.notify_all()

    async def ring(self, number: str, skill: str = "Support_EN", **values: Any) -> str:
        """A customer calls, as the party `customer` or `name`; returns their channel in the Network."""
        channel = await self.network.call(number, values.pop("line", None) or LINES[skill])
        self._callers[channel] = values.pop("name", "customer")
        assert not values
        return channel

    async def party(self, name: str) -> Party:
        """That party, as soon as they are in a call."""
        async with asyncio.timeout(15), self._came:
            await self._came.wait_for(lambda: name in self.parties)
        return self.parties[name]

    async def hear(self, for_ms: int = 400, /, **whom: Iterable[str]) -> None:
        """Each named party hears exactly those."""
        ears = [(await self.party(name)).ear for name in whom]
        wanted = [[TONE[other] for other in others] for others in whom.values()]
        await asyncio.gather(*(ear.until(tones, for_ms) for ear, tones in zip(ears, wanted, strict=True)))

    async def free(self, name: str) -> None:
        """That party's call is over."""
        channel = (await self.party(name)).channel
        async with asyncio.timeout(10):
            while True:
                if channel not in await self.network.channels():
                    del self.parties[name]
                    return
                # Another process's state: there is no event to wait for, only the next look.
                await asyncio.sleep(0.05)

    async def pressed(self, name: str, digits: str) -> None:
        """That party has received these keys, since the last look."""
        channel = (await self.party(name)).channel
        await self.until(lambda: self.network.digits.get(channel) == digits, f"{digits} at {name}'s phone")
        self.network.digits[channel] = ""

    async def hang_up(self, name: str) -> None:
        """That party hangs up."""
        await self.network.hang_up(self.parties.pop(name).channel)

    async def all_gone(self) -> None:
        """No channel and no bridge is left at the switch."""
        async with asyncio.timeout(10):
            while True:
                if not (await self.world.all("channels") or await self.world.all("bridges")):
                    return
                # Another process's state: there is no event to wait for, only the next look.
                await asyncio.sleep(0.05)

    async def clear(self) -> None:
        """Nobody is in a call or logged in, and Tasks so far do not count."""
        await self.control("settings", {"rules": []})
        for job in list(self._jobs):
            job.cancel()
        for channel in await self.network.channels():
            # One that was there may have gone with another by now.
            with suppress(AriRefusal):
                await self.network.hang_up(channel)
        for username in (SAM, JONAS, PRIYA):
            async with self.connected(username) as robot:
                await _go_home(robot)
        await self.none_left("contacts")
        await self.none_left("outbox")
        await self.all_gone()
        self.parties.clear()
        self.stays_down.clear()
        self.numbers.clear()
        self.rings.clear()
        self._old = {task["Id"] for task in tasks_in(self.demo.org_database)}
