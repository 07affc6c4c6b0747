"""A call with a consult and a transfer, step by step, and somebody who counts what happens at the switch meanwhile."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import aiohttp
from msgspec import Struct

from connector.sandbox.asterisk.instance import USER
from tests.e2e.product import JONAS
from tests.e2e.robot import Robot, State
from tests.live.asterisk_rig import World
from tests.live.whole import PHONES, ProductOnAsterisk

MIA: Final = "+14155550143"
COUNTED: Final = frozenset(
    {
        *("StasisStart", "StasisEnd", "ChannelCreated", "ChannelStateChange", "ChannelDestroyed", "Dial"),
        *("BridgeCreated", "BridgeDestroyed", "ChannelEnteredBridge", "ChannelLeftBridge"),
        *("ChannelHangupRequest", "ChannelMohStart", "ChannelMohStop"),
    }
)


class Witness:
    """Sees all that happens at the switch, as an application of its own that does nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reading: asyncio.Task[None] | None = None
        self._happened = asyncio.Condition()
        self.seen: list[str] = []

    async def __aenter__(self) -> "Witness":
        there = asyncio.Event()
        self._reading = asyncio.get_running_loop().create_task(self._read(there))
        await there.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._reading is not None
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading

    async def _read(self, there: asyncio.Event) -> None:
        headers = {"Authorization": aiohttp.encode_basic_auth(USER, self._world.pbx.password)}
        async with aiohttp.ClientSession(headers=headers) as http:
            address = f"{self._world.pbx.ari}/events?app=witness&subscribeAll=true"
            async with http.ws_connect(address, max_msg_size=0) as socket:
                there.set()
                async for message in socket:
                    kind = json.loads(message.data)["type"]
                    if kind in COUNTED:
                        async with self._happened:
                            self.seen.append(kind)
                            self._happened.notify_all()

    async def until(self, count: int) -> None:
        """Returns when so many things have happened since `seen` was emptied."""
        async with self._happened:
            await self._happened.wait_for(lambda: len(self.seen) >= count)


class Rest(Struct):
    """How things stand after a step: who hears whom, and by agent the controls of their call (None: they have none)."""

    heard: dict[str, list[str]]
    controls: dict[str, dict[str, str | None] | None] = {}
    count: int = 0


class Call:
    """One call: Mia calls, Sam answers, asks Jonas, and transfers her to him; he holds her, and they say goodbye.

    `share`: of how many moments to kill the connector at, how many are in each step; `part`: one in so many kills is of
    this call.  `tasks`: how many there are then.
    """

    share: Mapping[str, int] = MappingProxyType(
        {"ring": 6, "consult": 5, "transfer": 4, "hold": 2, "resume": 1, "end": 2}
    )
    tasks = 2
    part = 1

    def __init__(self, product: ProductOnAsterisk, sam: Robot, jonas: Robot) -> None:
        self.product = product
        self.agents = {"sam": sam, "jonas": jonas}
        self.steps: dict[str, tuple[Callable[[], Awaitable[Any]], Rest]] = {
            "ring": (self._ring, Rest({"customer": ["sam"], "sam": ["customer"]})),
            "consult": (self._consult, Rest({"customer": [], "sam": ["jonas"], "jonas": ["sam"]})),
            "transfer": (self._transfer, Rest({"customer": ["jonas"], "jonas": ["customer"]})),
            "hold": (self._order("hold"), Rest({"customer": [], "jonas": []})),
            "resume": (self._order("resume"), Rest({"customer": ["jonas"], "jonas": ["customer"]})),
            "end": (self._order("end"), Rest({})),
        }

    async def begin(self) -> None:
        """What comes before the call."""

    async def leave(self) -> None:
        """What comes after it."""

    async def restored(self) -> None:
        """Asterisk runs again, and all is as before `begin`."""

    async def _ring(self) -> None:
        await self.product.ring(MIA)

    async def _consult(self) -> None:
        to = {"kind": "agent", "id": await self.product.user(JONAS)}
        await self._do("sam", "consult", to=to)

    async def _transfer(self) -> None:
        await self._do("sam", "transfer")

    def _order(self, name: str) -> Callable[[], Awaitable[Any]]:
        return lambda: self._do("jonas", name)

    async def _do(self, agent: str, name: str, **values: Any) -> None:
        robot = self.agents[agent]
        key = (await robot.until(_active, f"{agent} has a call"))["key"]
        reply = await robot.command(name, contact=key, **values)
        assert reply.get("ok", True) is not False and not reply.get("error"), f"{name}: {reply}"

    def controls(self, agent: str) -> dict[str, str | None] | None:
        """What that agent may do with their call now, None when they have none."""
        contact = _active(self.agents[agent].state or {"contacts": []})
        return None if contact is None else dict(contact["controls"])

    async def controls_are(self, rest: Rest) -> None:
        """Each agent has exactly the controls of that rest."""
        for agent, wanted in rest.controls.items():
            await self.agents[agent].until(partial(self._may, agent, wanted), f"{agent}: {wanted}", 10)

    def _may(self, agent: str, wanted: dict[str, str | None] | None, _state: State) -> bool:
        return self.controls(agent) == wanted

    async def wrapped_up(self) -> None:
        """Both agents are done with their part, and nobody has a call."""
        for name, robot in self.agents.items():
            await robot.until(lambda state: not _active(state), f"{name} has no call")
            while contact := next(iter((robot.state or {"contacts": []})["contacts"]), None):
                seen = robot.fresh
                if contact["disposition_required"] and not contact["draft"]["disposition"]["value"]:
                    revision = contact["draft"]["disposition"]["revision"] + 1
                    robot.draft(contact["key"], "disposition", revision, text="Resolved")
                elif contact["controls"]["done"] is None:
                    await robot.command("done", contact=contact["key"])
                await robot.news(seen)


class Kept(Call):
    """The same, with Sam's phone kept connected between calls: Answer in the panel is enough."""

    share: Mapping[str, int] = MappingProxyType({"ring": 4, "consult": 1, "transfer": 2})
    part = 2

    async def begin(self) -> None:
        """Sam's phone is connected."""
        sam = self.agents["sam"]
        await sam.command("line", on=True)
        await sam.until(lambda state: state["agent"]["line"] == "kept", "Sam's phone is kept")
        await self.product.party("sam")

    async def leave(self) -> None:
        """It is not any more."""
        await self.agents["sam"].command("line", on=False)

    async def restored(self) -> None:
        """It was kept again by itself."""
        sam = self.agents["sam"]
        await sam.until(lambda state: state["agent"]["line"] == "kept", "Sam's phone is kept again")
        await self.leave()
        await sam.until(lambda state: state["agent"]["line"] == "lifted", "Sam's phone is let go")
        await self.product.all_gone()

    async def _ring(self) -> None:
        await super()._ring()
        sam = self.agents["sam"]
        offered = await sam.until(_answerable, "a call can be answered")
        reply = await sam.command("answer", contact=offered["key"])
        assert not reply.get("error"), reply


class Outbound(Call):
    """One call: Sam calls a number outside, which answers."""

    share: Mapping[str, int] = MappingProxyType({"dial": 6, "end": 1})
    tasks = 1
    part = 3

    def __init__(self, product: ProductOnAsterisk, sam: Robot, jonas: Robot) -> None:
        super().__init__(product, sam, jonas)
        self.steps = {
            "dial": (self._dial, Rest({"outside": ["sam"], "sam": ["outside"]})),
            "end": (lambda: self._do("sam", "end"), Rest({})),
        }

    async def _dial(self) -> None:
        await self.agents["sam"].command("dial", number="+14155550171", skill="Sales")


def _answerable(state: State) -> dict[str, Any] | None:
    return next((contact for contact in state["contacts"] if contact["controls"]["answer"] is None), None)


def _active(state: State) -> dict[str, Any] | None:
    return next((contact for contact in state["contacts"] if contact["phase"] == "ACTIVE"), None)


async def kill_connector(product: ProductOnAsterisk, heard: dict[str, list[str]]) -> tuple[float, float]:
    """kill -9, then started again once those hear each other without it.

    Returns when it was started and when it was ready, on the monotonic clock.
    """
    part = product.demo.connector
    assert part is not None
    os.kill(part.pid, signal.SIGKILL)
    await part.ended()
    product.demo.parts.remove(part)
    await product.hear(**heard)
    started = time.monotonic()
    await product.demo.start_connector()
    return started, time.monotonic()


async def told(call: Call) -> str:
    """How things stand, for whoever has to find out why they are not as they should be."""
    world = call.product.world
    channels = [(it["id"], it["name"], it["state"], it["dialplan"]["app_data"]) for it in await world.all("channels")]
    bridges = [(it["id"], it["channels"]) for it in await world.all("bridges")]
    states = {name: robot.state for name, robot in call.agents.items()}
    phones = {name: await world.get(f"endpoints/PJSIP/{device}", "state") for name, device in PHONES.items()}
    log = (call.product.demo.folder / "connector.log").read_text(encoding="utf-8").splitlines()[-30:]
    return "\n".join(map(str, (channels, bridges, phones, states, *log)))
