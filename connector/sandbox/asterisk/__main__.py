"""`python -m connector.sandbox.asterisk`: a real Asterisk with phones, carrier and customers, until it is stopped.

Prints `switch ready <address of its control>` when calls can be made; the connector's settings are in --settings-out.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from connector.errors import ConnectorError
from connector.sandbox.asterisk.control import Control
from connector.sandbox.asterisk.world import Programs, World
from connector.sandbox.customers import SEED, Customers
from connector.sandbox.switch import numbers_in, pace_of


def options() -> argparse.ArgumentParser:
    """Those of the simulated switch, as far as they make sense for a real one."""
    p = argparse.ArgumentParser(prog="python -m connector.sandbox.asterisk")
    p.add_argument("--asterisk", type=Path, required=True, metavar="FOLDER", help="Asterisk, as set-up unpacked it")
    p.add_argument("--phones", type=Path, required=True, metavar="FOLDER", help="baresip, sipp and what they say")
    p.add_argument("--folder", type=Path, required=True, metavar="FOLDER", help="where all of it may write")
    p.add_argument("--key-file", type=Path, required=True, metavar="FILE", help="the key of its control")
    p.add_argument("--settings-out", type=Path, required=True, metavar="FILE", help="gets the table [switch]")
    p.add_argument("--agents", required=True, metavar="DEVICE,...", help="the agents' phones")
    p.add_argument("--lines", required=True, metavar="SKILL=NUMBER,...", help="our numbers")
    p.add_argument("--routes", default="", metavar="NAME,...", help="the routes of emergency calls")
    p.add_argument("--lift-after", type=float, default=4, metavar="SECONDS", help="when a phone that rings is lifted")
    p.add_argument("--dumps", type=Path, metavar="FOLDER", help="what the phones say and hear is written there, as WAV")
    p.add_argument("--people", type=Path, metavar="FILE", help="numbers of customers who call, one a line")
    p.add_argument("--called", default="", metavar="SKILL,...", help="the lines that they call (default: all)")
    p.add_argument("--between", metavar="45-90", help="seconds between their calls, the fewest and the most")
    p.add_argument("--seed", type=int, default=SEED, help="the same seed, the same customers")
    return p


async def run(chosen: argparse.Namespace) -> int:
    """Until it is stopped, or one of the programs ends by itself.  Returns the exit code."""
    world = World(
        chosen.folder,
        Programs(chosen.asterisk, chosen.phones),
        chosen.agents.split(","),
        dict(line.split("=", 1) for line in chosen.lines.split(",")),
        [route for route in chosen.routes.split(",") if route],
        answer_after=chosen.lift_after,
        dumps=chosen.dumps,
    )
    control = Control(world, chosen.key_file.read_text(encoding="utf-8").strip())
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        stop = asyncio.ensure_future(stopped.wait())
        starting = asyncio.ensure_future(_start(world, control, chosen))
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return 0
        print(f"switch ready {starting.result()}", flush=True)
        ended = asyncio.ensure_future(world.ended())
        await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            ended.cancel()
            return 0
        print(ended.result(), file=sys.stderr, flush=True)
        return 1
    finally:
        await control.stop()
        await world.stop()


async def _start(world: World, control: Control, chosen: argparse.Namespace) -> str:
    await world.start()
    password = chosen.folder / "ari.password"
    password.touch(mode=0o600)
    password.write_text(world.asterisk.password, encoding="utf-8")
    chosen.settings_out.write_text(world.settings(password), encoding="utf-8")
    if chosen.people is not None:
        called = [line for line in chosen.called.split(",") if line]
        pace = pace_of(chosen.between)
        Customers(world, numbers_in(chosen.people), lines=called, seed=chosen.seed, pace=pace).start()
    return await control.start()


def main() -> int:
    """Returns the exit code; what is wrong is told on stderr."""
    try:
        return asyncio.run(run(options().parse_args()))
    except ConnectorError as error:
        print(f"switch: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
