"""kill -9 of the connector at random instants, with calls running in the switch's own process.

What must be true comes from the switch's journal, and the Tasks from the org's database; neither from our store.
`SOAK=true` runs the long form; KILLS and SEED can be given.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.sandbox.demo import CALLERS, Demo, ports
from connector.switch.simulated.journal import CallSeen, calls_by_contact, read
from tests.e2e.product import ANY_PORT, JONAS, PRIYA, SAM, Product
from tests.e2e.robot import Robot

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("SEED", "20261123"))
KILLS = int(os.environ.get("KILLS", "100" if os.environ.get("SOAK") == "true" else "6"))
SKILLS = ("Support_EN", "Support_EN", "Billing", "Sales")
WORDS = ("refund", "invoice 20931", "by Friday", "call back", "charged twice", "address", "thanks", "naïve café ☎")


class Player:
    """An agent who works on, whatever happens to the connector."""

    def __init__(self, robot: Robot, dice: random.Random) -> None:
        self._robot = robot
        self._dice = dice
        self.going_home = False
        self._hands = asyncio.Lock()
        self.held: set[str] = set()
        self.ended: set[str] = set()

    async def play(self) -> None:
        while True:
            state = await self._robot.until(lambda known: known, "a state", timeout=60)
            contacts = state["contacts"]
            if not contacts:
                if self.going_home:
                    return
                if state["agent"]["state"] != "AVAILABLE":
                    await self._robot.command("set_state", state="AVAILABLE")
                elif self._dice.random() < 0.05 and state["agent"]["controls"]["dial"] is None:
                    await self._robot.command("dial", number=self._dice.choice(CALLERS), skill="Sales")
            async with self._hands:
                for contact in contacts:
                    await self._work(contact)
            await asyncio.sleep(self._dice.uniform(0.02, 0.2))

    async def _work(self, contact: dict[str, Any]) -> None:
        key, controls = contact["key"], contact["controls"]
        if contact["phase"] == "OFFERED" and controls["answer"] is None:
            await self._robot.command("answer", contact=key)
        elif contact["phase"] == "ACTIVE":
            self._type(key)
            orders = [name for name in ("hold", "resume", "mute", "unmute") if controls[name] is None]
            over = contact["answered"] is not None or self.going_home
            if controls["end"] is None and over and (self.going_home or self._dice.random() < 0.15):
                orders = ["end"]
            if orders:
                await self._robot.command(self._dice.choice(orders), contact=key)
        elif contact["phase"] == "WRAP_UP":
            self._type(key)
            if contact["disposition_required"] and not contact["draft"]["disposition"]["value"]:
                self._robot.draft(key, "disposition", contact["draft"]["disposition"]["revision"] + 1, text="Answered")
            elif controls["done"] is None and self._dice.random() < 0.5:
                await self._robot.command("done", contact=key)

    async def prove(self, *, end: bool) -> None:
        """A call that the restarted connector restored can be held (and ended), unless the customer hangs up first."""
        async with self._hands:
            restored = [contact["key"] for contact in (self._robot.state or {"contacts": []})["contacts"]]
            for key in restored:
                if await self._bring(key, "resume", held=False) and await self._bring(key, "hold", held=True):
                    self.held.add(key)
                    if await self._bring(key, "resume", held=False) and end:
                        await self._robot.command("end", contact=key)
                        await self._robot.until(_without(key), "the call has ended")
                        self.ended.add(key)

    async def _bring(self, key: str, order: str, *, held: bool) -> bool:
        """Gives the order until the contact is so; False when the call is over before that."""

        def now(known: dict[str, Any]) -> str | None:
            contact = _active(known, key)
            if contact is None:
                return "over"
            if (contact["held_since"] is not None) is held:
                return "so"
            return "allowed" if contact["controls"][order] is None else None

        while (found := await self._robot.until(now, f"{order} is allowed or needless")) == "allowed":
            await self._robot.command(order, contact=key)
        return bool(found == "so")

    def _type(self, key: str) -> None:
        before = self._robot.sent.get(key, (0, ""))[1]
        self._robot.type(key, f"{before} {self._dice.choice(WORDS)}".strip())


def _without(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda state: _active(state, key) is None


def _active(state: dict[str, Any], key: str) -> dict[str, Any] | None:
    return next((c for c in state["contacts"] if c["key"] == key and c["phase"] == "ACTIVE"), None)


@pytest.fixture(params=["unique", "plain"])
async def quick_product(
    request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[[str], str]
) -> AsyncIterator[Product]:
    """The product with a fast telephone network and short timeouts; the external id unique, or plain."""
    needs("panel")
    demo = Demo(
        tmp_path,
        ports(ANY_PORT),
        customers=False,
        org_options=["--external-id", request.param],
        switch_options=["--speed", "8"],
        timeout_s=0.5,
    )
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


async def kill(demo: Demo) -> None:
    """kill -9, then start again."""
    assert demo.connector is not None
    os.kill(demo.connector.pid, signal.SIGKILL)
    await demo.connector.ended()
    demo.parts.remove(demo.connector)
    await demo.start_connector()


def must_have_a_task(call: CallSeen) -> bool:
    return call.spoke or call.placed


async def test_no_contact_is_lost_or_written_twice(quick_product: Product) -> None:
    product, demo = quick_product, quick_product.demo
    print(f"seed {SEED}, kills {KILLS}")
    dice = random.Random(SEED)
    began = asyncio.get_running_loop().time()
    robots = [product.robot(user, name) for user, name in ((SAM, "sam"), (JONAS, "jonas"), (PRIYA, "priya"))]
    for robot in robots:
        robot.start()
    players = [Player(robot, random.Random(dice.random())) for robot in robots]
    playing = [asyncio.create_task(player.play()) for player in players]

    async def customers() -> None:
        while True:
            await product.ring(dice.choice(CALLERS), dice.choice(SKILLS), talk=dice.uniform(2, 40))
            await asyncio.sleep(dice.uniform(0.3, 1.2))

    calling = asyncio.create_task(customers())
    try:
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.1, 3.0))
            print(f"kill at {asyncio.get_running_loop().time() - began:.1f} s", flush=True)
            seen = [robot.fresh for robot in robots]
            await kill(demo)
            for robot, before in zip(robots, seen, strict=True):
                await robot.news(before)
            await asyncio.gather(*(player.prove(end=dice.random() < 0.3) for player in players))
        calling.cancel()
        for player in players:
            player.going_home = True
        async with asyncio.timeout(90):
            await asyncio.gather(*playing)
        await product.none_left("outbox", but="")
    finally:
        for task in (calling, *playing):
            task.cancel()
        await asyncio.gather(calling, *playing, return_exceptions=True)
        for robot in robots:
            await robot.stop()

    calls = calls_by_contact(read(demo.journal))
    expected = {key for key, call in calls.items() if must_have_a_task(call)}
    tasks = product.tasks()
    keys = [task["Phone_Contact_Key__c"] for task in tasks]
    print(f"calls {len(calls)}, with a Task to be {len(expected)}, Tasks {len(tasks)}")
    assert len(expected) >= KILLS, "hardly any call was taken: this proves nothing"
    assert sorted(keys) == sorted(expected)
    held, ended = (set().union(*(getattr(player, name) for player in players)) for name in ("held", "ended"))
    print(f"restored calls held {len(held)}, ended {len(ended)}")
    assert held
    assert ended
    by_key = {task["Phone_Contact_Key__c"]: task for task in tasks}
    for robot in robots:
        assert robot.errors == []
        for key, (revision, text) in robot.acked.items():
            written = by_key[key]["Description"] or ""
            assert revision <= robot.sent[key][0]
            assert written.startswith(text), f"{key}: acknowledged {text!r}, written {written!r}"
