"""`python -m connector.sandbox.org`: the stand-in org as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import ssl
import sys
from pathlib import Path
from typing import get_args

from connector.sandbox.org.hostile import Hostility
from connector.sandbox.org.server import CONSUMER_KEY, DEFAULT_DAILY_LIMIT, INTEGRATION_USERNAME, Org, start_org


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m connector.sandbox.org", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free port")
    parser.add_argument("--database", type=Path, help="SQLite file; kept in memory when absent")
    parser.add_argument("--public-key", type=Path, required=True, help="PEM of the connected app's certificate or key")
    parser.add_argument("--consumer-key", default=CONSUMER_KEY)
    parser.add_argument("--client-secret-file", type=Path, help="lets client credentials sign in, with its content")
    parser.add_argument("--username", default=INTEGRATION_USERNAME, help="the integration user")
    parser.add_argument(
        "--control-key-file", type=Path, required=True, help="key of the /sandbox/ calls; made when it is not there"
    )
    parser.add_argument("--session-key-out", type=Path, help="where the public key of session tokens is written")
    parser.add_argument(
        "--session-key-file", type=Path, help="private key of session tokens; made when it is not there"
    )
    parser.add_argument("--external-id", choices=("unique", "shared", "plain"), default="unique")
    parser.add_argument("--hostile", action="append", default=[], choices=get_args(Hostility), help="may be repeated")
    parser.add_argument("--daily-limit", type=int, default=DEFAULT_DAILY_LIMIT)
    parser.add_argument("--tls-certificate", type=Path, help="PEM with certificate and private key: serve https")
    parser.add_argument(
        "--callback-url", action="append", default=[], help="where a browser may go that signed in by OpenID Connect"
    )
    parser.add_argument("--no-seed", action="store_true", help="start without people, cases and configuration")
    parser.add_argument("--bare", action="store_true", help="start without anything that the product deploys")
    return parser.parse_args(argv)


async def _start(options: argparse.Namespace) -> Org:
    tls: ssl.SSLContext | None = None
    if options.tls_certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_certificate)
    control_key = _read(options.control_key_file)
    org = await start_org(
        host=options.host,
        port=options.port,
        database=options.database,
        client_certificate=options.public_key.read_bytes(),
        consumer_key=options.consumer_key,
        client_secret=secret.decode().strip() if (secret := _read(options.client_secret_file)) else None,
        integration_username=options.username,
        control_key=control_key.decode().strip() if control_key else None,
        session_key=_read(options.session_key_file),
        tls=tls,
        seed=not options.no_seed,
        product=not options.bare,
        external_id=options.external_id,
        hostile=tuple(options.hostile),
        daily_limit=options.daily_limit,
        callbacks=options.callback_url,
    )
    _write_secret(options.control_key_file, org.control_key.encode())
    if options.session_key_file:
        _write_secret(options.session_key_file, org.signer.private_pem())
    if options.session_key_out:
        options.session_key_out.write_bytes(org.signer.public_pem())
    return org


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None and path.exists() else None


def _write_secret(path: Path, content: bytes) -> None:
    """Write for the owner's eyes alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)


async def serve(options: argparse.Namespace) -> None:
    """Run until a signal asks to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    org = await _start(options)
    try:
        print(f"org ready {org.url}", flush=True)
        await stopped.wait()
    finally:
        await org.close()


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    options = arguments()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(options))
    except (OSError, ValueError) as error:
        print(f"the stand-in org cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
