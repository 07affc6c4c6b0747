"""`python -m connector.sandbox.console`: the console as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from connector.sandbox.console.desk import DEFAULT_USERS, ConsoleUser
from connector.sandbox.console.server import start_console


def _user(text: str) -> ConsoleUser:
    key, found, username = text.partition("=")
    if not found or not key or not username:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=USERNAME, for example sam=sam.rivera@example.com")
    return ConsoleUser(key, username)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m connector.sandbox.console",
        description="A page that looks and behaves like the Salesforce service console, with the phone panel in its "
        "utility bar. Prints one line, 'console ready http://…', when it can be opened.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8082, help="port; 0 takes a free one (default %(default)s)")
    parser.add_argument("--org-url", required=True, help="the stand-in org, for example http://localhost:8081")
    parser.add_argument("--panel-url", required=True, help="the panel page, for example http://localhost:8080/panel")
    parser.add_argument("--control-key-file", required=True, type=Path, help="file with the org's sandbox key")
    parser.add_argument("--simulate-url", help="where the Demo menu posts simulated calls; without it there is no menu")
    parser.add_argument("--standby-url", help="page shown instead of a panel that does not report itself ready")
    parser.add_argument("--colleagues", action="store_true", help="agents at whose console nobody sits are played")
    parser.add_argument("--requests-url", help="the connector, to whose API the Demo menu delivers work")
    parser.add_argument("--requests-key-file", type=Path, help="file with an API key of it")
    parser.add_argument("--mail-port", type=int, help="take the mail of emergency calls at this port, and show it")
    parser.add_argument(
        "--user",
        type=_user,
        action="append",
        metavar="KEY=USERNAME",
        help="somebody who can sign in; may be repeated (default: the seeded agents)",
    )
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    try:
        console = await start_console(
            host=arguments.host,
            port=arguments.port,
            org_url=arguments.org_url,
            control_key=arguments.control_key_file.read_text().strip(),
            panel_url=arguments.panel_url,
            users=arguments.user or DEFAULT_USERS,
            simulate_url=arguments.simulate_url,
            standby_url=arguments.standby_url,
            colleagues_come=arguments.colleagues,
            requests_url=arguments.requests_url,
            requests_key=arguments.requests_key_file.read_text().strip() if arguments.requests_key_file else "",
            mail_port=arguments.mail_port,
        )
    except (OSError, ValueError) as error:
        raise SystemExit(f"the console cannot start: {error}") from error
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print(f"console ready {console.url}", flush=True)
    try:
        await stopped.wait()
    finally:
        await console.close()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
