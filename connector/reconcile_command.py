"""`connector reconcile`: proves that each contact has exactly one Task, and mends what is not so on request.

It asks the running connector, by the socket beside its store; when none runs it opens the store itself.
"""

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from connector import config as settings
from connector.configured import crm_of
from connector.outbox_commands import ask, moment
from connector.service.proof import GAPS, LEFT, Verdict
from connector.service.proving import Outcome, Told

WITHIN: Final = 6 * 3_600.0
"""Seconds that the proof of a large ledger may take; it gives way to everything else."""

_RECONCILE = (
    "Compare the contacts of the ledger with the Tasks in Salesforce: each must have exactly one, with the same key "
    "and revision.  Beside a running connector as well as without one.  Ends with 0 when all is proven or mended, "
    "with 1 when there are gaps, or something could not be looked at."
)

_WORDS: Final = {
    Verdict.PROVEN: "exactly one Task, with the ledger's key and revision",
    Verdict.EDITED: "… which somebody has edited since: left alone",
    Verdict.DELETED: "deleted by people: left alone",
    Verdict.AHEAD: "newer in the org than here (a backup was restored): left alone",
    Verdict.DISCARDED: "not written, because somebody decided so",
    Verdict.WAITING: "not written yet: the outbox is at it",
    Verdict.MISSING: "gone without a trace, also from the recycle bin",
    Verdict.BEHIND: "an older revision than here, or without its key",
    Verdict.DOUBLE: "more than one Task of ours",
    Verdict.PARKED: "refused by Salesforce: see `connector outbox explain`",
    Verdict.UNPROVEN: "could not be looked at",
}


def add_command(commands: Any, with_config: argparse.ArgumentParser) -> None:
    """`reconcile` is among the subcommands."""
    parser = commands.add_parser(
        "reconcile",
        help="Prove that each contact has exactly one Task.",
        description=_RECONCILE,
        parents=[with_config],
    )
    parser.set_defaults(run=_reconcile)
    parser.add_argument(
        "--since",
        type=_moment,
        metavar="TIME",
        help="contacts that ended since then, as 2026-11-29 or 2026-11-29T08:00 (UTC); default: the last two days",
    )
    parser.add_argument("--mend", action="store_true", help="mend gaps; never what people edited or deleted")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; give 2026-11-29 or 2026-11-29T08:00 (UTC)") from error
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _reconcile(arguments: argparse.Namespace) -> int:
    since = arguments.since
    if since is None:
        since = round((datetime.now(UTC) - timedelta(days=2)).timestamp() * 1000)
    body = {"since": since, "mend": arguments.mend}
    outcome = msgspec.convert(ask(arguments, "reconcile", body, within=WITHIN, open_crm=crm_of), Outcome)
    if arguments.format == "json":
        told = {**msgspec.to_builtins(outcome), "contacts": outcome.contacts, "gaps": outcome.gaps}
        print(msgspec.json.format(msgspec.json.encode(told)).decode())
    else:
        _show(outcome)
    kept = settings.read(arguments.config, os.environ).retention.contacts_days
    if outcome.at - since > kept * 86_400_000:
        print(f"contacts are kept for {kept} days (retention.contacts_days): older ones are not here", file=sys.stderr)
    return 1 if outcome.gaps or outcome.why else 0


def _show(outcome: Outcome) -> None:
    print(f"{outcome.contacts:,} contacts since {moment(outcome.since)}, looked at in {outcome.took / 1000:.1f} s")
    for verdict, words in _WORDS.items():
        if count := outcome.counts.get(verdict, 0):
            mended = outcome.mended.get(verdict, 0)
            print(f"{count:>9,}  {verdict.value:<9}  {words}" + (f"; {mended:,} mended" if mended else ""))
    if outcome.strangers:
        print(f"{len(outcome.strangers):>9,}  unknown    Tasks of ours whose contact is not in the ledger: left alone")
    for one in outcome.told:
        if one.verdict in GAPS or one.verdict in LEFT:
            print(_line(one))
    for other in outcome.strangers:
        revision = "" if other.revision is None else f"  revision {other.revision}"
        print(f"unknown    {other.contact}  {other.task_id}{revision}")
    if outcome.why:
        print(f"not all was looked at: {outcome.why}")
    if outcome.gaps:
        print(f"{outcome.gaps:,} gaps" + ("" if outcome.mended else "; --mend mends them"))
    elif not outcome.why:
        print("no gaps")


def _line(one: Told) -> str:
    parts = [f"revision {one.revision}"]
    if one.held is not None and one.held != one.revision:
        parts.append(f"the org has {one.held}")
    if one.doubles:
        parts.append(f"doubles {', '.join(one.doubles)}")
    if one.mended:
        parts.append(f"mended: {one.mended}")
    return f"{one.verdict.value:<9}  {one.contact}  {one.task_id or 'no Task':<18}  {'; '.join(parts)}"
