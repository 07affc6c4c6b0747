"""The commands about the store's file: `connector backup`, `restore`, `migrate`."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector import config as settings
from connector.service.clock import WallClock
from connector.store import copies

Run = Callable[[argparse.Namespace], int]

_BACKUP = (
    "Write a copy of the store, also while the connector runs.  It is consistent, looked through whole before it gets "
    "its name, and its owner's only."
)
_RESTORE = (
    "Put a backup in the store's place; the store that was there is kept beside it.  Afterwards each Task is looked up "
    "in Salesforce before it is written: what is newer there stays."
)
_MIGRATE = "Bring the store's schema up to date without serving.  `serve` does the same when it starts."


def add_commands(commands: Any, with_config: argparse.ArgumentParser) -> None:
    """They are among the subcommands."""

    def add(name: str, run: Run, words: str, description: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(
            name, help=words, description=description, parents=[with_config]
        )
        added.set_defaults(run=run)
        return added

    backup = add("backup", _backup, "Copy the store, also while the connector runs.", _BACKUP)
    backup.add_argument("target", type=Path, metavar="TARGET", help="the file to write, or a folder for dated ones")
    backup.add_argument("--replace", action="store_true", help="a file of that name is replaced")
    restore = add("restore", _restore, "Put a backup in the store's place.", _RESTORE)
    restore.add_argument("source", type=Path, metavar="SOURCE", help="a file that `connector backup` wrote")
    migrate = add("migrate", _migrate, "Bring the store's schema up to date.", _MIGRATE)
    migrate.add_argument("--dry-run", action="store_true", help="only say what would be done")


def store_of(arguments: argparse.Namespace) -> Path:
    """The configured store.  Raises `ConfigError`."""
    return Path(settings.read(arguments.config, os.environ).store)


def _backup(arguments: argparse.Namespace) -> int:
    now = WallClock().now()
    target, found = copies.back_up(store_of(arguments), arguments.target, now, replace=arguments.replace)
    print(f"{target}: {_held(found)}; looked through, and good")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    store = store_of(arguments)
    done = copies.restore(arguments.source, store, WallClock().now())
    print(f"{store}: restored from {arguments.source}: {_held(done.found)}")
    if done.aside:
        print(f"the store that was there is {done.aside}; it holds personal data, too: remove it when it is not needed")
    print("each Task is looked up in Salesforce before it is written again: what is newer there stays")
    return 0


def _held(found: copies.Found) -> str:
    return f"schema {found.schema}, {found.contacts} contacts, {found.unwritten} Tasks still to be written"


def _migrate(arguments: argparse.Namespace) -> int:
    store = store_of(arguments)
    done = copies.migrate(store, dry_run=arguments.dry_run)
    if not done.steps:
        print(f"{store}: schema {done.found} is the newest; there is nothing to do")
        return 0
    verb = "would go" if arguments.dry_run else "went"
    print(f"{store}: {verb} from schema {done.found} to {done.latest}: {', '.join(done.steps)}")
    return 0
