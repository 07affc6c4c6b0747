"""The command line: it explains itself, says in plain words what is wrong, and ends with the right code."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector import cli
from connector.app import Connector
from connector.cli import main
from connector.config import ENVIRONMENT, Config, Salesforce, read
from connector.configured import api_keys_of
from connector.errors import ConfigError, SwitchTaken, SwitchUnavailable
from connector.store import database
from tests.api.tokens import ORG, key, public_pem

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _nobodys_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ("serve", "check", "doctor", "demo", "simulate", "Salesforce Task")),
        (["serve", "--help"], ("--config", "until it is stopped")),
        (["check", "--help"], ("--config", "plain words")),
        (["doctor", "--help"], ("--config", "--try-task", "--json", "for whom")),
        (["api-key", "--help"], ("shown once", "hash")),
        (["backup", "--help"], ("TARGET", "--replace", "while the connector runs", "its owner's only")),
        (["restore", "--help"], ("SOURCE", "kept beside it", "looked up in Salesforce before it is written")),
        (["migrate", "--help"], ("--dry-run", "without serving")),
        (["outbox", "--help"], ("list", "explain", "retry", "export", "discard")),
        (["erase", "--help"], ("--person", "--number", "--contact", "--dry-run", "Salesforce first")),
        (["demo", "--help"], ("stand-in org", "console", "panel")),
        (["simulate", "--help"], ("call", "A customer calls.", "callback", "work-item", "email", "hangup")),
        (["simulate", "call", "--help"], ("--from", "--skill", "--to", "--talk", "+14155550143")),
    ],
)
def test_each_command_explains_itself(
    arguments: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "command"),
        (["dance"], "dance"),
        (["api-key"], "NAME"),
        (["simulate"], "what"),
        (["simulate", "call"], "--from"),
        (["simulate", "call", "--from", "+1", "--talk", "long"], "--talk"),
        (["serve", "--port", "1"], "--port"),
    ],
)
def test_bad_usage_says_what_is_bad(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.slow
def test_the_help_needs_nothing_of_the_sandbox() -> None:
    code = "import sys; from connector.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not [name for name in sys.modules if name.startswith('connector.sandbox')]"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('client_id = "3MVG9"', "oidc.org: is missing"),
        (f'client_id = "3MVG9"\norg = "{ORG}"\nlogin_url = "http://127.0.0.1:9"', "cannot be reached"),
    ],
)
def test_check_says_why_nobody_could_sign_in_at_the_connector(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "connector.toml"
    settings.write_text(f'public_url = "https://phone.acme.example"\n[oidc]\n{text}\n')
    assert main(["check", "--config", str(settings)]) == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "sign-in at the connector" in line)
    assert line.startswith("WRONG")
    assert said in line


@pytest.mark.parametrize("command", ["serve", "check", "doctor"])
def test_a_missing_file_is_named(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing.toml"
    assert main([command, "--config", str(missing)]) == 1
    told = capsys.readouterr().err
    assert told == f"connector: {missing}: cannot be read: No such file or directory.\n"


@pytest.mark.parametrize("command", ["serve", "check", "doctor"])
def test_a_bad_setting_is_named(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PANEL_PORT", "http")
    assert main([command]) == 1
    assert capsys.readouterr().err == "connector: PANEL_PORT: takes a port, 1 to 65535 (0: any free one).\n"


def test_serve_says_what_salesforce_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], needs: Callable[[str], str]
) -> None:
    needs("panel")
    monkeypatch.setenv("PANEL_STORE", str(tmp_path / "store.db"))
    assert main(["serve"]) == 1
    assert "salesforce.consumer_key: is missing" in capsys.readouterr().err


def test_serve_leaves_the_store_of_a_newer_connector_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], needs: Callable[[str], str]
) -> None:
    needs("panel")
    store = tmp_path / "store.db"
    database.connect(store).close()
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA user_version = 99")
    before = store.read_bytes()
    pem = tmp_path / "app.pem"
    pem.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("PANEL_STORE", str(store))
    monkeypatch.setenv("SALESFORCE_CONSUMER_KEY", "k")
    monkeypatch.setenv("SALESFORCE_USERNAME", "u")
    monkeypatch.setenv("SALESFORCE_PRIVATE_KEY_FILE", str(pem))
    assert main(["serve"]) == 1
    words = f"connector: {store}: written by a newer connector (schema 99, this one knows {database.latest_schema()}): "
    assert words + "install that version again, or restore the backup made before it\n" in capsys.readouterr().err
    assert store.read_bytes() == before


def test_check_tells_everything_that_is_wrong_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "connector.toml"
    settings.write_text('[tls]\ncertificate_file = "x.crt"\n[switch]\nkind = "remote"\nurl = "ws://127.0.0.1:1"\n')
    assert main(["check", "--config", str(settings)]) == 1
    told = capsys.readouterr().out
    wrong = [line for line in told.splitlines() if line.startswith("WRONG")]
    assert "SALESFORCE_ORIGINS" in wrong[0]
    assert "[[sign_in]]" in wrong[1]
    assert "tls.key_file: is missing" in wrong[2]
    assert "salesforce.consumer_key: is missing" in wrong[3]
    assert "switch.key" in wrong[4]
    assert len(wrong) == 5


def test_check_tells_what_is_right_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pem = tmp_path / "session.pem"
    pem.write_text(public_pem())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: who connects is refused
        settings = tmp_path / "connector.toml"
        settings.write_text(
            'origins = ["https://acme.lightning.force.com"]\n'
            f'[salesforce]\nlogin_url = "http://127.0.0.1:{nobody.getsockname()[1]}"\nconsumer_key = "k"\n'
            f'username = "u"\nprivate_key_file = "{tmp_path / "missing.pem"}"\n'
            f'[[sign_in]]\nissuer = "https://acme.my.salesforce.com"\npublic_key_file = "{pem}"\norg = "{ORG}"\n'
        )
        assert main(["check", "--config", str(settings)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("ok")] == [
        "ok     origins that may frame the panel",
        "ok     orgs whose agents may sign in",
        "ok     switch: simulated",
    ]
    (wrong,) = [line for line in lines if line.startswith("WRONG")]
    assert "salesforce.private_key_file" in wrong
    assert "cannot be read" in wrong


def test_check_tries_what_an_emergency_call_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = tmp_path / "connector.toml"
        settings.write_text(
            f'[[api_keys]]\nname = "flow"\nsha256 = "{"ab" * 32}"\n'
            '[emergency]\nwebhook_url = "https://x.example/alarm"\nemail_to = ["security@acme.example"]\n'
            'email_from = "phone@acme.example"\nsmtp_host = "127.0.0.1"\n'
            f"smtp_port = {nobody.getsockname()[1]}\n"
        )
        assert main(["check", "--config", str(settings)]) == 1
    told = capsys.readouterr().out
    assert "ok     API keys: 1" in told
    assert "ok     webhook of emergency calls" in told
    assert "WRONG  mail server 127.0.0.1: " in told
    assert "smtp_port" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[api_keys]]\nname = "a"\n', "api_keys: a: takes either sha256 or sha256_file"),
        ('[[api_keys]]\nname = "a"\nsha256_file = "missing"\n', "api_keys.sha256_file: missing cannot be read"),
        ('[emergency]\nwebhook_url = "http://x.example/"\n', "emergency.webhook_url: must be https"),
        ('[emergency]\nemail_to = ["a@b"]\n', "emergency.email_from: is missing"),
    ],
)
def test_check_names_what_is_wrong_with_keys_and_alarms(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "connector.toml"
    settings.write_text(text)
    assert main(["check", "--config", str(settings)]) == 1
    assert f"WRONG  {words}" in capsys.readouterr().out


def test_a_key_is_made_with_its_hash_for_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["api-key", "crm-flow"]) == 0
    told = capsys.readouterr().out
    (key,) = [line for line in told.splitlines() if line.startswith("ppk_")]
    settings = tmp_path / "connector.toml"
    settings.write_text(told[told.index("[[api_keys]]") :])
    keys = api_keys_of(read(settings, {}))
    assert keys.name_of(f"Bearer {key}", 0) == "crm-flow"
    assert main(["api-key", "crm-flow"]) == 0
    assert key not in capsys.readouterr().out, "another one each time"
    assert main(["api-key", "a b"]) == 1
    assert capsys.readouterr().err.startswith("connector: NAME: 'a b'")


@pytest.mark.parametrize("content", [None, "nonsense"])
def test_check_tries_the_key_of_the_session_tokens(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "session.pem"
    if content is not None:
        pem.write_text(content)
    settings = tmp_path / "connector.toml"
    settings.write_text(f'[[sign_in]]\nissuer = "x"\npublic_key_file = "{pem}"\norg = "{ORG}"\n')
    assert main(["check", "--config", str(settings)]) == 1
    assert "WRONG  sign_in.public_key_file: " in capsys.readouterr().out


def test_simulate_without_a_demo_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "call", "--from", "+14155550143"]) == 1
    assert capsys.readouterr().err == "connector: No demo is running here: start one with `make demo`.\n"


def test_ctrl_c_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("connector.config.read", interrupted)
    assert main(["check"]) == 130


# --- serving ---------------------------------------------------------------------------------------------------------


class Scripted:
    """A connector that starts and stops as it is told."""

    port = 8080

    def __init__(self, *, starts: bool = True, error: Exception | None = None) -> None:
        self.started = asyncio.Event()
        self.stopped = False
        self.read_again = 0
        self.loses: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._starts = starts
        self._error = error

    async def start(self) -> None:
        self.started.set()
        if self._error is not None:
            raise self._error
        if not self._starts:
            await asyncio.Event().wait()

    def read_configuration(self) -> None:
        self.read_again += 1

    async def lost(self) -> Exception:
        return await self.loses

    async def stop(self) -> None:
        self.stopped = True


async def test_serve_ends_with_why_it_cannot_go_on() -> None:
    connector = Scripted()
    connector.loses.set_result(SwitchTaken("another connector has taken the application"))
    with pytest.raises(SwitchTaken, match="taken the application"):
        await cli.serve(connector)  # type: ignore[arg-type]  # all that is used
    assert connector.stopped


async def signalled(connector: Scripted, number: int) -> None:
    """Serves until that signal has come."""
    serving = asyncio.get_running_loop().create_task(cli.serve(connector))  # type: ignore[arg-type]  # all that is used
    await connector.started.wait()
    for _ in range(10):  # what is ready by then happens
        await asyncio.sleep(0)
    os.kill(os.getpid(), number)
    await asyncio.wait_for(serving, 10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_says_where_it_is_and_stops_at_a_signal(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    connector = Scripted()
    await signalled(connector, number)
    assert connector.stopped
    assert capsys.readouterr().out == "connector ready http://127.0.0.1:8080\n"


@pytest.mark.parametrize("starts", [True, False])
async def test_at_a_signal_the_configuration_is_read_again_and_nothing_ends(starts: bool) -> None:
    connector = Scripted(starts=starts)
    serving = asyncio.get_running_loop().create_task(cli.serve(connector))  # type: ignore[arg-type]  # all that is used
    await connector.started.wait()
    os.kill(os.getpid(), signal.SIGUSR1)
    for _ in range(10):  # what is ready by then happens
        await asyncio.sleep(0)
    assert (connector.read_again, connector.stopped) == (1, False)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 10)


async def test_a_start_that_takes_its_time_can_be_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    connector = Scripted(starts=False)
    await signalled(connector, signal.SIGINT)
    assert connector.stopped
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("starting: "), "what takes its time says what it does"


async def test_what_was_started_is_stopped_when_the_rest_cannot() -> None:
    connector = Scripted(error=ConfigError("port: 8080 cannot be used"))
    with pytest.raises(ConfigError):
        await cli.serve(connector)  # type: ignore[arg-type]  # as above
    assert connector.stopped


def test_a_switch_that_is_not_there_yet_is_worth_another_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The unit in docs/admin/connector.md starts it again, but for 1."""
    raised: list[Exception] = [SwitchUnavailable("nothing answers"), SwitchTaken("by another"), ConfigError("port")]

    async def serve(_: object) -> None:
        raise raised.pop(0)

    monkeypatch.setattr(cli, "serve", serve)
    monkeypatch.setattr(cli, "Connector", lambda _: None)
    settings = tmp_path / "connector.toml"
    settings.write_text("port = 8080\n")
    assert [main(["serve", "--config", str(settings)]) for _ in range(3)] == [cli.TRY_AGAIN, 1, 1]
    assert capsys.readouterr().err.splitlines()[0] == "connector: nothing answers"
    unit = (Path(__file__).parents[1] / "docs/admin/connector.md").read_text("utf-8")
    assert "Restart=on-failure" in unit
    assert "RestartPreventExitStatus=1\n" in unit
    assert "StartLimitIntervalSec=0" in unit


async def test_a_taken_port_is_named_with_the_cure(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("panel")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        pem = tmp_path / "app.pem"
        pem.write_text(private_pem())
        salesforce = Salesforce("http://127.0.0.1:1", "key", "user", str(pem))
        connector = Connector(Config(port=port, store=str(tmp_path / "store.db"), salesforce=salesforce))
        # Only the page is served.
        connector._runner = connector._hub = connector._outbox = None  # type: ignore[assignment]
        connector._recordings = connector._retention = None  # type: ignore[assignment]
        with pytest.raises(ConfigError, match=rf"^port: {port} on 127\.0\.0\.1 cannot be used.*set PANEL_PORT"):
            await connector._serve(None)
        await connector.stop()
        await connector._crm.close()


def private_pem() -> str:
    return key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
