"""The command line: `connector serve`, `check`, `doctor`, `api-key`, `demo`, `simulate`, and what `*_commands` have."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from smtplib import SMTPException

import msgspec

from connector import collector, log, outbox_commands, reconcile_command, store_commands
from connector import config as settings
from connector.api.keys import hash_of, new_key
from connector.api.openid import OpenId
from connector.app import Connector
from connector.config import KEY_NAME
from connector.configured import (
    api_keys_of,
    channels_of,
    crm_of,
    mail_server_of,
    openid_of,
    sign_in_of,
    tls_of,
    try_switch,
    try_transcript,
)
from connector.domain.directory import Directory
from connector.errors import ConfigError, ConnectorError, CrmUnavailable, SwitchUnavailable
from connector.ports.diagnosis import Diagnosis, State
from connector.ports.finding import Finding
from connector.service.alarm_channels import try_mail
from connector.service.clock import WallClock

TRY_AGAIN = 75
"""Exit code of `serve` when what it needs may be there in a moment (EX_TEMPFAIL): whoever runs it tries again."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command.  Returns the exit code: 0, 1 when something is wrong (told on stderr), 2 for bad usage.

    `serve` also returns `TRY_AGAIN`.
    """
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
    doctor = argparse.ArgumentParser(add_help=False)
    doctor.add_argument(
        "--try-task", action="store_true", help="write a Task of each kind and for each agent, and delete them"
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object with the findings, for other programs")
    add("doctor", _doctor, _DOCTOR, with_config, doctor)
    store_commands.add_commands(commands, with_config)
    outbox_commands.add_commands(commands, with_config)
    reconcile_command.add_command(commands, with_config)
    keys = commands.add_parser("api-key", help="Make a key for another system.", description=_API_KEY)
    keys.add_argument("name", metavar="NAME", help="whose key it is: letters, digits, dots, dashes, underscores")
    keys.set_defaults(run=_api_key)
    demo = argparse.ArgumentParser(add_help=False)
    demo.add_argument(
        "--no-colleagues", action="store_true", help="nobody plays the agents at whose console nobody sits"
    )
    add("demo", _demo, "Run the whole product on this machine: stand-in org, console, simulated switch, panel.", demo)
    _add_simulate(commands.add_parser("simulate", help="Make something happen in the running demo."))
    return parser


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(metavar="what", required=True)

    def add(name: str, words: str) -> argparse.ArgumentParser:
        added = what.add_parser(name, help=words, description=f"{words[:-1]} in the running demo.")
        added.set_defaults(run=_simulate, what=name)
        return added

    call = add("call", "A customer calls.")
    call.add_argument("--from", dest="number", required=True, metavar="NUMBER", help="who calls, as +14155550143")
    called = call.add_mutually_exclusive_group()
    called.add_argument("--skill", metavar="NAME", help="the skill that is called (default: Support_EN)")
    called.add_argument("--to", metavar="NUMBER", help="the number that is called, as an agent's direct number")
    call.add_argument("--talk", type=float, metavar="SECONDS", help="hang up so long after the answer (default: 120)")
    hangup = add("hangup", "The far end of a call hangs up.")
    hangup.add_argument("--from", dest="number", metavar="NUMBER", help="who hangs up (default: everybody)")
    callback = add("callback", "A customer asks to be called back.")
    callback.add_argument("--number", metavar="NUMBER", help="whom to call, as +14155550143")
    callback.add_argument("--name", metavar="NAME", help="what they call themselves")
    callback.add_argument("--not-before", metavar="TIME", help="as 2026-11-25T14:30")
    callback.add_argument("--time-zone", metavar="ZONE", help="of that time, as Europe/Amsterdam")
    for name, words in (("work-item", "A work item is delivered."), ("email", "An e-mail is delivered.")):
        work = add(name, words)
        work.add_argument("--title", metavar="TEXT", help="what it is about")
        work.add_argument("--detail", action="append", type=_detail, metavar="NAME=VALUE", help="may be repeated")
        work.add_argument("--url", metavar="URL", help="the page that opens when it is accepted")
    setting = add("setting", "An administrator changes a setting.")
    setting.add_argument("name", metavar="KEY", help="as Click_To_Dial; docs/reference/salesforce.md has all")
    setting.add_argument("value", metavar="VALUE", help="as no")
    skill = add("skill", "An administrator changes a skill.")
    skill.add_argument("name", metavar="NAME", help="as Billing")
    skill.add_argument("detail", nargs="+", type=_detail, metavar="FIELD=VALUE", help='as Hours__c="Su 03:00-03:01"')
    for request in (callback, *(what.choices[name] for name in ("work-item", "email"))):
        request.add_argument("--skill", metavar="NAME", help="whose queue it waits in")
        request.add_argument("--priority", type=int, metavar="1-10", help="1 is dealt with first")


def _detail(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _serve(arguments: argparse.Namespace) -> int:
    config = settings.read(arguments.config, os.environ)
    log.set_up(config.log_level)
    try:
        asyncio.run(serve(Connector(config)))
    except SwitchUnavailable as error:
        print(f"connector: {error}", file=sys.stderr)
        return TRY_AGAIN
    return 0


async def serve(connector: Connector) -> None:
    """Starts, prints `connector ready http://…` on stdout, and stops on SIGINT or SIGTERM, also while it is starting.

    At a SIGUSR1 the org's configuration is read again.

    Raises a `ConnectorError` that says why it cannot start, or not go on.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGUSR1, connector.read_configuration)
    starting = loop.create_task(connector.start())
    stop = loop.create_task(stopped.wait())
    print("starting: store, Salesforce, switch …", file=sys.stderr, flush=True)
    try:
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            collector.settle()
            print(f"connector ready http://127.0.0.1:{connector.port}", flush=True)
            lost = loop.create_task(connector.lost())
            await asyncio.wait({lost, stop}, return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                raise lost.result()
            lost.cancel()
    finally:
        # A start that is waited for no more must have ended before what it started is put down.
        for task in (starting, stop):
            task.cancel()
        await asyncio.gather(starting, stop, return_exceptions=True)
        await connector.stop()


def _check(arguments: argparse.Namespace) -> int:
    config = settings.read(arguments.config, os.environ)
    return asyncio.run(_try_all(config))


async def _try_all(config: settings.Config) -> int:
    ok = True

    def say(found: Finding | bool, what: str = "", cure: str = "") -> None:
        nonlocal ok
        finding = found if isinstance(found, Finding) else Finding(found, what, cure)
        ok = ok and finding.ok
        word = "hint " if finding.hint else "ok   " if finding.ok else "WRONG"
        then = f"  ->  {finding.cure}" if finding.cure and (finding.hint or not finding.ok) else ""
        print(f"{word}  {finding.what}{then}", flush=True)

    say(bool(config.origins), "origins that may frame the panel", "set SALESFORCE_ORIGINS to your Lightning origins")
    try:
        # Of the demo's settings, too, it can be said whether they are right; only `serve` must refuse its issuer.
        sign_in_of(config, WallClock().now, sandbox=True)
        cure = "add a [[sign_in]] with issuer, public_key_file and org"
        say(bool(config.sign_in), "orgs whose agents may sign in", cure)
    except ConnectorError as error:
        say(False, str(error))
    try:
        if tls_of(config) is not None:
            say(True, "certificate and key of the connector's own port")
    except ConnectorError as error:
        say(False, str(error))
    await _try_openid(config, say)
    await _try_around(config, say)
    directory: Directory | None = None
    try:
        crm = crm_of(config)
        print(f"Asking {config.salesforce.login_url} …", flush=True)
        try:
            for finding in await crm.check():
                say(finding)
            with suppress(CrmUnavailable):  # which was told above
                directory = await crm.directory()
        finally:
            await crm.close()
    except ConnectorError as error:
        say(False, f"Salesforce: {error}")
    print(f"Asking the switch {config.switch.url or f'({config.switch.kind})'} …", flush=True)
    try:
        for finding in await try_switch(config, directory):
            say(finding)
    except ConnectorError as error:
        say(False, f"switch: {error}", "is it running, and is switch.url right?")
    await _try_transcript(config, directory, say)
    return 0 if ok else 1


_DOCTOR = (
    "Look at the configured org before agents do: what will fail, for whom, and what mends it.  Nothing is changed "
    "there but by --try-task, which removes what it made."
)
_WORDS = {State.OK: "ok     ", State.HINT: "hint   ", State.WRONG: "WRONG  ", State.UNKNOWN: "UNKNOWN"}


def _doctor(arguments: argparse.Namespace) -> int:
    config = settings.read(arguments.config, os.environ)
    found = asyncio.run(_examined(config, try_task=arguments.try_task))
    bad = [one for one in found if one.state in (State.WRONG, State.UNKNOWN)]
    if arguments.json:
        told = {"org": config.salesforce.login_url, "ok": not bad, "findings": found}
        print(msgspec.json.format(msgspec.json.encode(told)).decode())
        return 1 if bad else 0
    for one in found:
        print(f"{_WORDS[one.state]}  {one.about}: {one.what}")
        for label, text in (("fails", one.fails), ("for", one.whom), ("mend", one.cure)):
            if text:
                print(f"         {label:>5}: {text}")
    count = {state: sum(one.state is state for one in found) for state in State}
    print(f"\n{count[State.WRONG]} wrong, {count[State.UNKNOWN]} not to be looked at, {count[State.HINT]} hints.")
    return 1 if bad else 0


async def _examined(config: settings.Config, *, try_task: bool) -> Sequence[Diagnosis]:
    crm = crm_of(config)
    print(f"Asking {config.salesforce.login_url} …", file=sys.stderr, flush=True)
    try:
        return await crm.examine(try_task=try_task)
    finally:
        await crm.close()


async def _try_openid(config: settings.Config, say: Callable[..., None]) -> None:
    """Whether browsers could be sent to Salesforce to sign in; nobody is."""
    try:
        given = openid_of(config)
        if given is None:
            return
        openid = OpenId(given, WallClock().now)
        try:
            await openid.authorize_url("", "", "")
            await openid.look_for_keys()
        finally:
            await openid.close()
        say(True, f"sign-in at the connector: the app must have the callback URL {given.callback}")
    except ConnectorError as error:
        say(False, f"sign-in at the connector: {error}", "see docs/admin/sign-in.md")


async def _try_transcript(config: settings.Config, directory: Directory | None, say: Callable[..., None]) -> None:
    """Whether what is said could be written down; nobody is listened to."""
    try:
        for finding in await try_transcript(config, directory):
            say(finding)
    except ConnectorError as error:
        say(False, str(error))


async def _try_around(config: settings.Config, say: Callable[..., None]) -> None:
    """The keys of other systems, and the ways out of an emergency alarm; nothing is sent."""
    try:
        keys = api_keys_of(config)
        if len(keys):
            say(True, f"API keys: {len(keys)}")
    except ConnectorError as error:
        say(False, str(error))
    try:
        channels = channels_of(config)
        for channel in channels:
            await channel.close()
        if config.emergency.webhook_url:
            say(True, "webhook of emergency calls: is called when there is one")
        server = mail_server_of(config)
    except ConnectorError as error:
        say(False, str(error))
        return
    if server is None:
        return
    print(f"Asking the mail server {server.host} …", flush=True)
    try:
        await try_mail(server)
        say(True, f"mail server of emergency calls: {server.host}")
    except (OSError, SMTPException) as error:
        say(False, f"mail server {server.host}: {error}", "are smtp_host, smtp_port, smtp_tls and the log-in right?")


_API_KEY = (
    "Make a key with which another system may deliver callbacks and work items.  The key is shown once; the settings "
    "hold its hash."
)


def _api_key(arguments: argparse.Namespace) -> int:
    if not KEY_NAME.fullmatch(arguments.name):
        raise ConfigError(f"NAME: {arguments.name!r} has signs other than letters, digits, dots, dashes, underscores.")
    key = new_key()
    print(f"key, for the other system:\n\n{key}\n\nfor the settings:\n")
    print(f'[[api_keys]]\nname = "{arguments.name}"\nsha256 = "{hash_of(key)}"')
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    # The demo is the one command that may use the sandbox; nothing of it is loaded otherwise.
    from connector.sandbox.demo import run_demo  # noqa: PLC0415

    return run_demo({**os.environ, "COLLEAGUES": "none"} if arguments.no_colleagues else os.environ)


def _simulate(arguments: argparse.Namespace) -> int:
    from connector.sandbox import simulate  # noqa: PLC0415  # as above

    if arguments.what == "call":
        told = simulate.call(os.environ, arguments.number, arguments.skill, arguments.talk, arguments.to)
    elif arguments.what == "hangup":
        told = simulate.hang_up(os.environ, arguments.number)
    elif arguments.what == "setting":
        told = simulate.configure(os.environ, "Phone_Setting__mdt", arguments.name, {"Value__c": arguments.value})
    elif arguments.what == "skill":
        told = simulate.configure(os.environ, "Phone_Skill__mdt", arguments.name, dict(arguments.detail))
    else:
        names = ("number", "name", "not_before", "time_zone", "title", "url", "skill", "priority")
        given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
        if details := getattr(arguments, "detail", None):
            given["payload"] = dict(details)
        if arguments.what == "callback":
            told = simulate.callback(os.environ, given)
        else:
            told = simulate.work(os.environ, arguments.what.replace("-", "_"), given)
    print(told)
    return 0
