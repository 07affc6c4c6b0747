"""The connector on a real Asterisk, in a process of its own: its own parts, N agents who are free.

    python bench/on_asterisk.py AGENTS ARI_URL PASSWORD PUBLIC_KEY_FILE FOLDER

Prints `ready PORT`, and for each line on its standard input what it has done so far; ends when that does.
"""

import asyncio
import cProfile
import os
import sys
import time
from pathlib import Path

import msgspec
from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import floor
from bench.stalls import Stalls, watch
from bench.under_test import put_together
from connector import collector
from connector.domain.model import AgentState
from connector.sandbox.asterisk.instance import USER
from connector.switch.asterisk import socket
from connector.switch.asterisk.driver import AsteriskSwitch


class Done(Struct):
    """Messages of Asterisk's socket, inputs of the loop, mistakes of ours, and how long the loop was kept."""

    messages: int
    inputs: int
    faults: int
    stalls: Stalls


class Counted:
    """The parser, which counts."""

    def __init__(self) -> None:
        self.messages = 0
        self._parse = socket.parse
        socket.parse = self.parse

    def parse(self, text: str | bytes) -> object:
        """As the parser does."""
        self.messages += 1
        return self._parse(text)


def free_agent(n: int) -> floor.Agent:
    """The n-th agent, waiting for a call."""
    return replace(floor.agent(n), state=AgentState.AVAILABLE, contacts=(), phone_ready=False)


def directory(agents: int) -> floor.Directory:
    """As the floor's, without wrap-up: who has hung up is free again."""
    made = floor.directory(agents)
    return replace(made, skills={key: replace(skill, wrap_up=0) for key, skill in made.skills.items()})


async def main(agents: int, url: str, password: str, key: str, folder: Path) -> None:
    """Serves until standard input ends."""
    stalls = watch()
    counted = Counted()
    devices = tuple(str(20_000 + n) for n in range(agents))
    switch = AsteriskSwitch(url, USER, password, devices=devices, start_within=60)
    app = await put_together((), tuple(map(free_agent, range(agents))), directory(agents), switch, key, folder)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    collector.settle()
    print("ready", runner.addresses[0][1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        counts = app["runner"].counts
        done = Done(counted.messages, counts.inputs, counts.faults + counts.unknown_events, stalls)
        print(msgspec.json.encode(done).decode(), flush=True)
        stalls.clear()
    await switch.close()
    await runner.cleanup()
    for task in app["tasks"]:
        task.cancel()


if __name__ == "__main__":
    given = (int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]).read_text(), Path(sys.argv[5]))
    profile = os.environ.get("BENCH_PROFILE")
    if profile:
        with cProfile.Profile(time.thread_time) as profiler:
            asyncio.run(main(*given))
        profiler.dump_stats(profile)
    else:
        asyncio.run(main(*given))
