"""The command line of the simulated switch as a process of its own."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from connector.errors import BadInput, ConfigError, ConnectorError
from connector.switch.register.clock import Clock, RealClock
from connector.switch.simulated.destinations import TRY_OUT, parse_rules
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.exchange import ROUTES
from connector.switch.simulated.journal import JournalFile
from connector.switch.simulated.new_call import E164
from connector.switch.simulated.server import SwitchServer
from connector.switch.simulated.timing import Timing

Extra = Callable[[Engine], None]


def parser(prog: str) -> argparse.ArgumentParser:
    """The options that every form of the switch has."""
    p = argparse.ArgumentParser(prog=prog, description="A simulated telephone switch, on loopback only.")
    p.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    p.add_argument("--key-file", type=Path, required=True, help="file with the key that who asks must send")
    p.add_argument("--journal", type=Path, required=True, help="file to add to what the switch saw (JSON lines)")
    p.add_argument("--agents", default="", metavar="2041,2042", help="the agents' phones, all registered at the start")
    p.add_argument("--lines", default="", metavar="SKILL=+1...,...", help="our numbers, by the skill they lead to")
    p.add_argument("--rules", default=None, metavar="0181=busy,...", help="what becomes of called numbers, by ending")
    p.add_argument("--routes", default=",".join(ROUTES), metavar="NAME,...", help="the routes of emergency calls")
    p.add_argument("--calls-every", type=float, metavar="SECONDS", help="a stranger calls this often")
    p.add_argument("--talk", type=float, default=60, metavar="SECONDS", help="how long strangers talk (default 60)")
    p.add_argument("--speed", type=float, default=1, metavar="N", help="the network is N times as fast as a real one")
    return p


def main(p: argparse.ArgumentParser, extra: Callable[[argparse.Namespace], Extra]) -> int:
    """Runs until SIGINT or SIGTERM; `extra` makes of the options what is done with the engine once it serves.

    Returns the exit code: 2 for a setting that cannot be used, told on stderr.
    """
    options = p.parse_args()
    try:
        asyncio.run(_serve(options, extra(options)))
    except ConnectorError as bad:
        print(f"{p.prog}: {bad}", file=sys.stderr)
        return 2
    return 0


def strangers(options: argparse.Namespace) -> Extra:
    """Calls of fictional numbers at the pace of `--calls-every`, to one line after the other."""

    def begin(engine: Engine) -> None:
        if options.calls_every is None:
            return
        lines = list(engine.lines.values())
        if not lines or options.calls_every <= 0:
            raise ConfigError("--calls-every needs --lines to call, and a time above 0 seconds")
        pace, talk, count = int(options.calls_every * 1000), int(options.talk * 1000), 0

        def call() -> None:
            nonlocal count
            engine.ring(f"+1415555{100 + count % 100:04}", lines[count % len(lines)], talk=talk)
            count += 1
            engine.clock.after(pace, call)

        engine.clock.after(pace, call)

    return begin


async def _serve(options: argparse.Namespace, extra: Extra) -> None:
    key = read_key(options.key_file)
    try:
        journal = JournalFile(options.journal)
    except OSError as bad:
        raise ConfigError(f"--journal: {options.journal} cannot be written: {bad.strerror}") from bad
    with closing(journal):
        engine = engine_of(options, journal, RealClock())
        server = SwitchServer(engine, key, options.journal)
        # Before anybody is told that it is ready: a signal from then on must end it as it should.
        ended = _signals()
        try:
            port = await server.start(options.port)
        except OSError as taken:
            raise ConfigError(f"--port: {options.port} cannot be used: {taken.strerror}") from taken
        try:
            extra(engine)
            print(f"switch ready ws://127.0.0.1:{port}", flush=True)
            await ended.wait()
        finally:
            await server.stop()


def engine_of(options: argparse.Namespace, journal: JournalFile, clock: Clock) -> Engine:
    """The engine that the options describe.  Raises a ConnectorError that names the option which is wrong."""
    if options.speed <= 0:
        raise ConfigError("--speed: must be above 0")
    rules = TRY_OUT if options.rules is None else parse_rules(options.rules)
    devices = [device for device in options.agents.split(",") if device]
    timing = Timing().faster(options.speed)
    lines = _lines(options.lines)
    routes = [route for route in options.routes.split(",") if route]
    return Engine(clock, devices, lines=lines, rules=rules, timing=timing, journal=journal.write, routes=routes)


def _lines(text: str) -> dict[str, str]:
    lines = {}
    for part in filter(None, text.split(",")):
        skill, _, number = part.partition("=")
        if not skill or not E164.fullmatch(number):
            raise BadInput("lines_invalid", "lines", f"--lines: {part!r} is not SKILL=NUMBER, as in Sales=+14155550102")
        lines[skill] = number
    return lines


def read_key(file: Path) -> str:
    """The key in a key file.  Raises ConfigError for one that cannot be read or is empty."""
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"--key-file: {file} cannot be read: {bad}") from bad
    if not key:
        raise ConfigError(f"--key-file: {file} is empty; write a random key into it")
    return key


def _signals() -> asyncio.Event:
    """Set at the first SIGINT or SIGTERM."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    return asked
