"""kill -9 of the connector in the middle of a call with a consult and a transfer, on a real Asterisk.

A call without a kill is made first: it says how each step ends, and how many things happen at the switch in it.  Then,
for each moment, the connector is killed when so many of them have happened, and started again.  `SOAK=true` takes all
moments; KILLS and SEED can be given, or MOMENTS as consult:10,ring:4.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.product import JONAS, SAM
from tests.e2e.robot import Robot
from tests.live.killing import Call, Kept, Outbound, Rest, Witness, kill_connector, told
from tests.live.whole import ProductOnAsterisk

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SOAK = os.environ.get("SOAK") == "true"
SEED = int(os.environ.get("SEED", "20261130"))
KILLS = int(os.environ.get("KILLS", "20" if SOAK else "6"))
MOMENTS = os.environ.get("MOMENTS", "")
WITHIN = 5.0


@pytest_asyncio.fixture(loop_scope="session")
async def call(request: pytest.FixtureRequest, product: ProductOnAsterisk) -> AsyncIterator[Call]:
    """Sam waits for calls, Jonas can be asked."""
    kind: type[Call] = getattr(request, "param", Call)
    async with AsyncExitStack() as stack:
        sam = await stack.enter_async_context(product.connected(SAM))
        jonas = await stack.enter_async_context(product.connected(JONAS))
        yield kind(product, sam, jonas)


def contacts_of(robot: Robot) -> list[dict[str, Any]]:
    """What that agent sees."""
    assert robot.state is not None
    found: list[dict[str, Any]] = robot.state["contacts"]
    return found


async def ready(call: Call) -> None:
    """Both agents are at their desks, and nobody calls."""
    sam, jonas = call.agents.values()
    await sam.command("set_state", state="AVAILABLE")
    await jonas.command("set_state", state="UNAVAILABLE", reason="Training")
    await sam.until(lambda state: state["agent"]["state"] == "AVAILABLE", "Sam waits")
    call.product.parties.clear()
    await call.begin()


async def settled(call: Call, rest: Rest) -> None:
    """It is so, or what is so instead is told."""
    try:
        await call.product.hear(**rest.heard)
        await call.controls_are(rest)
    except (AssertionError, TimeoutError) as wrong:
        raise AssertionError(f"{wrong!r}\n{await told(call)}") from wrong


async def without_a_kill(call: Call, witness: Witness) -> dict[str, Rest]:
    """The whole call; how each step ends, with the number of things that happened in it."""
    await ready(call)
    for act, rest in call.steps.values():
        witness.seen.clear()
        await act()
        await settled(call, rest)
        if not rest.heard and not isinstance(call, Kept):
            await call.product.all_gone()
        rest.count = len(witness.seen)
        # Controls come with the last news, which may be a moment after the sound.
        await asyncio.sleep(0.3)
        rest.controls = {agent: call.controls(agent) for agent in call.agents}
    await over(call)
    return {name: rest for name, (_, rest) in call.steps.items()}


async def over(call: Call) -> None:
    """Nothing is left at the switch, and each agent's part has its one Task."""
    await call.wrapped_up()
    await call.leave()
    await call.product.all_gone()
    await call.product.none_left("outbox")


def moments(call: Call, rests: dict[str, Rest]) -> list[tuple[str, int]]:
    """In each step so many, from when little has happened to when all has."""
    found = []
    for name, share in call.share.items():
        count = rests[name].count
        found += [(name, round(count * (at + 1) / share)) for at in range(share)]
    return found


@pytest.mark.parametrize("call", [Call, Outbound, Kept], indirect=True)
async def test_the_connector_is_killed_in_the_middle_of_a_call(call: Call) -> None:
    product = call.product
    worst = 0.0
    async with Witness(product.world) as witness:
        rests = await without_a_kill(call, witness)
        every = moments(call, rests)
        kills = KILLS // call.part
        chosen = every if len(every) <= kills else sorted(random.Random(SEED).sample(every, kills), key=every.index)
        if MOMENTS:
            chosen = [(name, int(count)) for name, _, count in (one.partition(":") for one in MOMENTS.split(","))]
        print(f"seed {SEED}; things that happen in each step: { ({name: rest.count for name, rest in rests.items()}) }")
        for step, count in chosen:
            before = len(product.tasks())
            await ready(call)
            for name, (act, rest) in call.steps.items():
                if name != step:
                    await act()
                    await settled(call, rest)
                    continue
                witness.seen.clear()
                acting = asyncio.ensure_future(act())
                # The number of things varies by a few: after a while all of them have happened.
                with suppress(TimeoutError):
                    await asyncio.wait_for(witness.until(count), 3)
                last = witness.seen[-1] if witness.seen else ""
                whole = rest.heard if count == rest.count else {}
                # What else happened may have been counted instead of the last of it.
                await product.hear(**whole)
                started, was_ready = await kill_connector(product, whole)
                await settled(call, rest)
                now = time.monotonic()
                worst = max(worst, now - was_ready)
                print(
                    f"killed in {step} after {count} ({last}): as it was {now - was_ready:.1f} s after it was ready, "
                    f"{now - started:.1f} s after it was started",
                    flush=True,
                )
                assert now - was_ready < WITHIN
                await acting
            await over(call)
            keys = [task["Phone_Contact_Key__c"] for task in product.tasks()[before:]]
            assert len(keys) == len(set(keys)) == call.tasks, keys
    print(f"kills {len(chosen)}, the slowest {worst:.1f} s")


LOST = {"ring": 1, "consult": 1, "transfer": 2, "hold": 2}
"""After which steps Asterisk is killed, and how many Tasks there must be then; a phone that rang has none."""


async def last_heard(call: Call) -> None:
    """Both panels say that the switch is away."""
    for name, robot in call.agents.items():
        await robot.until(lambda state: state["agent"]["controls"]["dial"] == "switch_down", f"{name} is told")


async def new_call(call: Call) -> None:
    """Sam takes a call of his own."""
    await call.steps["ring"][0]()
    await settled(call, Rest(call.steps["ring"][1].heard))


AFTER = ["", *LOST] if SOAK else random.Random(SEED).sample(["", *LOST], 2)


@pytest.mark.parametrize(("call", "after"), [*((Call, after) for after in AFTER), (Kept, "consult")], indirect=["call"])
async def test_asterisk_is_killed(call: Call, after: str) -> None:
    product, pbx = call.product, call.product.world.pbx
    sam = call.agents["sam"]
    await ready(call)
    if not after:
        product.stays_down.add("sam")
        await call.steps["ring"][0]()
        await sam.until(lambda state: state["contacts"], "Sam's phone rings")
    for name, (act, rest) in call.steps.items() if after else ():
        await act()
        await settled(call, rest)
        if name == after:
            break
    killed = time.monotonic()
    pbx.kill()
    await pbx.stop()
    await last_heard(call)
    told_after, told_at = time.monotonic() - killed, time.time() * 1000
    await asyncio.gather(*(product.network.hang_up(channel) for channel in await product.network.channels()))
    started = time.monotonic()
    await pbx.start()
    await product.world.registered()
    for name, robot in call.agents.items():
        await robot.until(
            lambda state: all(it["phase"] == "WRAP_UP" for it in state["contacts"]), f"{name}'s call ended"
        )
    ended_after = time.monotonic() - started
    # Not when Asterisk was back, but when it went.
    assert all(it["ended"] <= told_at for robot in call.agents.values() for it in contacts_of(robot))
    await call.wrapped_up()
    await product.none_left("outbox")
    assert len(product.tasks()) == LOST.get(after, 0), product.tasks()
    product.stays_down.clear()
    await call.restored()
    await ready(call)
    ringing = time.monotonic()
    await new_call(call)
    talking = time.monotonic()
    print(
        f"Asterisk killed after {after or 'the first ring'}: told after {told_after:.1f} s; once started, calls ended "
        f"after {ended_after:.1f} s; a new call is heard {talking - ringing:.1f} s after it came",
        flush=True,
    )
    assert ended_after < WITHIN
    assert talking - ringing < WITHIN
    await sam.command("end", contact=contacts_of(sam)[0]["key"])
    await over(call)
