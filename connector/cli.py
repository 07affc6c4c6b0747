"""The command line: `connector serve`, `demo`, `check`, `simulate`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from connector import config as settings
from connector import log
from connector.app import Connector, crm_of, try_switch
from connector.errors import ConnectorError


def main(argv: list[str] | None = None) -> int:
    """Runs the command.  Returns the exit code: 0, 1 when something is wrong (told on stderr), 2 for bad usage."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except ConnectorError as error:
        print(f"connector: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="connector",
        description="The connector behind the phone panel: controls a telephone switch and writes each contact to a "
        "Salesforce Task.",
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    with_config = argparse.ArgumentParser(add_help=False)
    with_config.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (TOML); the environment goes on top of them"
    )

    def add(name: str, run: Callable[[argparse.Namespace], int], words: str, *parents: argparse.ArgumentParser) -> None:
        commands.add_parser(name, help=words, description=words, parents=list(parents)).set_defaults(run=run)

    add("serve", _serve, "Run the connector until it is stopped; calls go on when it is.", with_config)
    add("check", _check, "Try the configured org and switch, and say in plain words what is wrong.", with_config)
    add("demo", _demo, "Run the whole product on this machine: stand-in org, console, simulated switch, panel.")
    simulate = commands.add_parser("simulate", help="Make something happen in the running demo.")
    what = simulate.add_subparsers(metavar="what", required=True)
    call = what.add_parser("call", help="A customer calls.", description="A customer calls in the running demo.")
    call.add_argument("--from", dest="number", required=True, metavar="NUMBER", help="who calls, as +14155550143")
    call.add_argument("--skill", metavar="NAME", help="the skill that is called (default: Support_EN)")
    call.add_argument("--talk", type=float, metavar="SECONDS", help="hang up so long after the answer (default: 120)")
    call.set_defaults(run=_simulate_call)
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    config = settings.read(arguments.config, os.environ)
    log.set_up(config.log_level)
    asyncio.run(serve(Connector(config)))
    return 0


async def serve(connector: Connector) -> None:
    """Starts, prints `connector ready http://…` on stdout, and stops on SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        await connector.start()
        print(f"connector ready http://127.0.0.1:{connector.port}", flush=True)
        await stopped.wait()
    finally:
        await connector.stop()


def _check(arguments: argparse.Namespace) -> int:
    config = settings.read(arguments.config, os.environ)
    return asyncio.run(_try_all(config))


async def _try_all(config: settings.Config) -> int:
    ok = True

    def say(good: bool, what: str, cure: str = "") -> None:
        nonlocal ok
        ok = ok and good
        print(f"{'ok   ' if good else 'WRONG'}  {what}{f'  ->  {cure}' if cure and not good else ''}", flush=True)

    say(bool(config.origins), "origins that may frame the panel", "set SALESFORCE_ORIGINS to your Lightning origins")
    try:
        crm = crm_of(config)
        try:
            for finding in await crm.check():
                say(finding.ok, finding.what, finding.cure)
        finally:
            await crm.close()
    except ConnectorError as error:
        say(False, f"Salesforce: {error}")
    try:
        await try_switch(config)
        say(True, f"switch: {config.switch.kind}")
    except ConnectorError as error:
        say(False, f"switch: {error}", "is it running, and is switch.url right?")
    return 0 if ok else 1


def _demo(_arguments: argparse.Namespace) -> int:
    # The demo is the one command that may use the sandbox; nothing of it is loaded otherwise.
    from connector.sandbox.demo import run_demo  # noqa: PLC0415

    return run_demo(os.environ)


def _simulate_call(arguments: argparse.Namespace) -> int:
    from connector.sandbox.demo import simulate_call  # noqa: PLC0415  # as above

    print(simulate_call(os.environ, arguments.number, arguments.skill, arguments.talk))
    return 0
