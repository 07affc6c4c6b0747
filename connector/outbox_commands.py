"""`connector outbox`: which Tasks are not written, why, and what is to be done about them; and `connector erase`.

It asks the running connector, by the socket beside its store; when none runs it opens the store itself.
"""

import argparse
import asyncio
import csv
import getpass
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from connector import config as settings
from connector.api.admin import act, address
from connector.configured import keep_of
from connector.domain.directory import Directory
from connector.errors import ConfigError, StoreError
from connector.ports.crm import Crm
from connector.ports.store import Keep
from connector.service.admin import STATES, Admin, Line
from connector.service.clock import WallClock
from connector.service.erasing import Erased
from connector.service.proving import Proving
from connector.store.number_index import SqliteNumberIndex
from connector.store.sqlite import SqliteStore

WITHIN = 60.0
"""Seconds in which a running connector must have answered."""

_OUTBOX = (
    "Look at the Tasks that are not written to Salesforce, and deal with them; beside a running connector as well as "
    "without one."
)
_RETRY = "Try again now: one Task, or all that wait or were refused.  What was refused is written as it is by now."
_DISCARD = "Decide that a Task is not written.  Who decided so, when and why is kept, and the contact shows it."
_EXPORT = "Write all that is known of these Tasks, notes and all, as JSON or CSV."


def add_commands(commands: Any, with_config: argparse.ArgumentParser) -> None:
    """`outbox` and `erase` are among the subcommands."""
    _add_erase(commands, with_config)
    parser = commands.add_parser("outbox", help="Tasks that are not written: why, and retry.", description=_OUTBOX)
    what = parser.add_subparsers(metavar="what", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], words: str, more: str = "") -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = what.add_parser(
            name, help=words, description=more or words, parents=[with_config]
        )
        added.set_defaults(run=run)
        return added

    listed = add("list", _list, "One line per Task that is not written.")
    listed.add_argument("--state", choices=STATES[:-1], help="only those")
    add("explain", _explain, "All about one Task, and what mends it.").add_argument("contact", metavar="CONTACT")
    retry = add("retry", _retry, "Try one or all again now.", _RETRY)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("contact", nargs="?", metavar="CONTACT", help="whose Task")
    which.add_argument("--all", action="store_true", help="all that wait or were refused")
    export = add("export", _export, "All of them, as JSON or CSV.", _EXPORT)
    export.add_argument("--format", choices=("json", "csv"), default="json")
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file, its owner's only (default: shown)")
    discard = add("discard", _discard, "Decide that a Task is not written.", _DISCARD)
    discard.add_argument("contact", metavar="CONTACT")
    discard.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept and shown")
    discard.add_argument("--by", metavar="NAME", help="who decides (default: your name on this machine)")


_ERASE = (
    "Erase what the connector knows of a person: contacts with them, notes, recordings, their numbers in the index, "
    "and that they were missed or looked at.  What is under way, or not written yet, is named and left: erase again "
    "then.  Erase them in Salesforce first, or their numbers are read from there again."
)


def _add_erase(commands: Any, with_config: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "erase", help="Erase what is known of a person.", description=_ERASE, parents=[with_config]
    )
    parser.set_defaults(run=_erase)
    parser.add_argument("--person", action="append", default=[], metavar="ID", help="a record of theirs, as 003…")
    parser.add_argument("--number", action="append", default=[], metavar="NUMBER", help="as +14155550143")
    parser.add_argument("--contact", action="append", default=[], metavar="KEY", help="Phone_Contact_Key__c of a Task")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")


def _erase(arguments: argparse.Namespace) -> int:
    asked = {"numbers": arguments.number, "records": arguments.person, "contacts": arguments.contact}
    done = msgspec.convert(ask(arguments, "erase", {**asked, "dry_run": arguments.dry_run}), Erased)
    verb = "would be erased" if arguments.dry_run else "erased"
    print(f"{verb}: {len(done.contacts)} contacts, {done.recordings} recordings, {done.numbers} records of the index")
    for key in done.contacts:
        print(f"  {key}")
    for left in done.left:
        print(f"left: {left.contact}: {left.why}", file=sys.stderr)
    store = Path(settings.read(arguments.config, os.environ).store)
    for copy in sorted(store.parent.glob(f"{store.name}.before-restore-*")):
        print(f"not looked at: {copy}: an older store; remove it when it is not needed", file=sys.stderr)
    return 1 if done.left else 0


def ask(
    arguments: argparse.Namespace,
    name: str,
    body: object,
    *,
    within: float = WITHIN,
    open_crm: Callable[[settings.Config], Crm] | None = None,
) -> Any:
    """What a running connector answers, or the store itself when none runs.  Raises a `ConnectorError`.

    `within` so many seconds; `open_crm` for what needs Salesforce, too.
    """
    config = settings.read(arguments.config, os.environ)
    return asyncio.run(_asked(config, name, msgspec.json.encode(body), within, open_crm))


async def _asked(
    config: settings.Config,
    name: str,
    body: bytes,
    within: float,
    open_crm: Callable[[settings.Config], Crm] | None,
) -> Any:
    found = await _by_socket(Path(f"{config.store}.admin"), name, body, within)
    if found is None:
        crm = None if open_crm is None else open_crm(config)
        try:
            found = await _by_store(Path(config.store), keep_of(config), name, body, crm)
        finally:
            if crm is not None:
                await crm.close()
    return msgspec.json.decode(found)


async def _by_socket(path: Path, name: str, body: bytes, within: float) -> bytes | None:
    """None when nobody listens there."""
    try:
        with address(path) as where:
            async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=where)) as http:
                timeout = aiohttp.ClientTimeout(total=within)
                async with http.post(f"http://connector/{name}", data=body, timeout=timeout) as answer:
                    text = await answer.read()
                    status = answer.status
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StoreError(f"{path}: {error.strerror}: run this as the user who runs the connector") from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, PermissionError):
            raise StoreError(f"{path}: run this as the user who runs the connector") from error
        return None  # of a connector that was killed
    except (aiohttp.ClientError, TimeoutError) as error:
        raise StoreError(f"{path}: the connector does not answer ({error!r}): look at its log") from error
    if status != 200:
        raise StoreError(str(msgspec.json.decode(text)["message"]))
    return text


async def _by_store(path: Path, keep: Keep, name: str, body: bytes, crm: Crm | None) -> bytes:
    if not path.exists():  # noqa: ASYNC240 - nothing else runs here
        raise StoreError(f"{path}: there is no store yet: look at the setting `store`")
    clock = WallClock()
    store = SqliteStore(path, clock.now, keep)
    loaded = await store.open()
    numbers = SqliteNumberIndex(path.with_name(path.name + ".numbers"))
    try:
        directory = loaded.directory or Directory()
        admin = Admin(store, clock, lambda: directory, numbers)
        if crm is not None:
            admin.proving = Proving(
                store, crm, clock, lambda: directory, retry=admin.retry, kept_ms=keep.contacts
            )
        return await act(admin, name, body)
    finally:
        numbers.close()
        await store.close()


def _lines(arguments: argparse.Namespace, contact: str | None = None) -> list[Line]:
    return msgspec.convert(ask(arguments, "outbox", {"contact": contact}), list[Line])


def _list(arguments: argparse.Namespace) -> int:
    lines = [line for line in _lines(arguments) if arguments.state in (None, line.state)]
    for line in lines:
        why = line.what + (f" ({line.message})" if line.message and line.code != line.message else "")
        print(f"{line.state:<9}  {line.contact}  {moment(line.started)}  {line.agent}  {line.subject!r}  {why}")
    counts = ", ".join(f"{n} {state}" for state in STATES if (n := sum(line.state == state for line in lines)))
    print(counts or "nothing waits: each Task is written")
    return 0


def moment(ms: int | None) -> str:
    """In UTC, for people."""
    return "-" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _explain(arguments: argparse.Namespace) -> int:
    (line,) = _lines(arguments, arguments.contact)
    told: list[tuple[str, object]] = [
        ("contact", f"{line.contact}, {line.agent or 'nobody'}, {moment(line.started)}"),
        ("state", line.state),
        ("Task", line.task_id or ("deleted by people" if line.written else "none that is confirmed")),
        ("revisions", f"{line.wanted} wanted, {line.written} written"),
        ("matter", line.what),
        ("words", line.message),
        ("field", line.field),
        ("cure", line.cure),
        ("tries", line.attempts or ""),
        ("next try", moment(line.next_try) if line.next_try is not None and line.state != "written" else ""),
        ("doubt", "an earlier try may have been carried out: it is looked up first" if line.doubtful else ""),
        ("restored", "from a backup: what is newer in the org stays" if line.restored else ""),
        *(("discarded", f"revision {d.revision}, {moment(d.at)}, {d.who}: {d.reason}") for d in line.discards),
    ]
    for name, value in told:
        if value:
            print(f"{name:>9}: {value}")
    print("\nas wanted:" if line.state != "written" else "\nas written:")
    for name, text in (line.fields or line.written_fields).items():
        before = line.written_fields.get(name, text)
        print(f"  {name} = {text!r}" + (f"  (written: {before!r})" if line.written and before != text else ""))
    return 0


def _retry(arguments: argparse.Namespace) -> int:
    count = ask(arguments, "retry", {"contact": arguments.contact})
    print(f"{count} to be tried now" if count else "nothing waits: each Task is written, or discarded")
    return 0


def _discard(arguments: argparse.Namespace) -> int:
    body = {"contact": arguments.contact, "who": arguments.by or getpass.getuser(), "reason": arguments.reason}
    line = msgspec.convert(ask(arguments, "discard", body), Line)
    print(f"{line.contact}: revision {line.wanted} is not written; by {body['who']}: {body['reason']}")
    if line.doubtful:
        print("an earlier try may have been carried out: Salesforce may have a Task with this key")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    lines = _lines(arguments)
    if arguments.output is None:
        _write(arguments.format, lines, sys.stdout)
        return 0
    try:
        handle = os.open(arguments.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            _write(arguments.format, lines, file)
    except OSError as error:
        raise ConfigError(f"--output: {arguments.output}: {error.strerror}; give the name of a new file.") from error
    print(f"{arguments.output}: {len(lines)} Tasks", file=sys.stderr)
    return 0


def _write(form: str, lines: list[Line], file: Any) -> None:
    if form == "json":
        print(msgspec.json.format(msgspec.json.encode(lines)).decode(), file=file)
        return
    names = list(dict.fromkeys(name for line in lines for name in line.fields))
    own = [name for name in Line.__struct_fields__ if name not in ("fields", "written_fields", "discards")]
    table = csv.writer(file)
    table.writerow([*own, *names, "discards"])
    for line in lines:
        told = [_cell(getattr(line, name)) for name in own]
        discards = json.dumps(msgspec.to_builtins(line.discards), ensure_ascii=False) if line.discards else ""
        table.writerow([*told, *(_cell(line.fields.get(name)) for name in names), discards])


def _cell(value: object) -> object:
    """What a spreadsheet shows and does not calculate: notes are other people's words."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

