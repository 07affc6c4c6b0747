"""`connector demo`: the whole product on this machine (`connector simulate` makes things happen in it).

Everything is made anew at each start (keys, org, store) in a folder that is removed at the end, and only this machine
can reach it.
"""

import asyncio
import contextlib
import errno
import json
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connector import config as settings
from connector.api.auth import SANDBOX_ISSUER
from connector.api.keys import hash_of, new_key
from connector.errors import ConfigError
from connector.sandbox.asterisk.world import Programs
from connector.sandbox.org.seed import ORGANIZATION_ID
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from connector.sandbox.parts import Part, PartError
from connector.sandbox.requests import Requests, ask_for_callbacks
from connector.sandbox.simulate import Note, note_file
from connector.speech.moonshine import is_installed
from connector.switch.simulated.exchange import ROUTES

PORTS: Final = {"PANEL_PORT": 8080, "ORG_PORT": 8081, "CONSOLE_PORT": 8082}
LINES: Final = (
    "Support_EN=+14155550100,Billing=+14155550101,Sales=+14155550102,"
    "Sam=+14155550161,Jonas=+31205550142,Emergency=+14155550109"
)
"""What can be called: the skills, the agents' direct numbers, and the one that emergency calls of the others show."""

CALLED: Final = "Support_EN,Billing,Sales"
PHONES: Final = "2041,2042,2043"
CALLERS: Final = (
    "+14155550143",  # Mia Chen
    "+12125550163",  # Oluwaseun Adeyemi
    "+31205550121",  # Sanne de Vries
    "+16285550144",  # Dana, Dan or D. Whitfield
    "+15035550127",  # Grace Okafor
    "+16285550172",  # nobody
    "+442079460130",  # Beatrice Pemberton
)
"""Who calls by themselves in the demo."""


def ports(environment: Mapping[str, str]) -> dict[str, int]:
    """The three ports, all different.  Raises `ConfigError` for one that cannot be used (0 takes a free one)."""
    chosen: dict[str, int] = {}
    # Held until all are found, so that none is found twice.
    with contextlib.ExitStack() as held:
        for name, default in PORTS.items():
            text = (environment.get(name) or str(default)).strip()
            if not text.isdecimal() or int(text) > 65_535:
                raise ConfigError(f"{name}: {text!r} is not a port; give 1 to 65535.")
            for other, port in chosen.items():
                if port == int(text):
                    raise ConfigError(f"{name} and {other} are both {port}: give each a port of its own.")
            chosen[name] = _free(name, int(text), held)
    return chosen


def _free(name: str, port: int, held: contextlib.ExitStack) -> int:
    probe = held.enter_context(socket.socket())
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError as error:
        why = "is taken. Stop what uses it" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise ConfigError(f"Port {port} {why}, or choose another: {name}=<port> make demo") from error
    found: int = probe.getsockname()[1]
    return found


def _free_port() -> int:
    """One that is free now; who listens there soon finds it so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


class Demo:
    """The parts, wired to each other."""

    def __init__(
        self,
        folder: Path,
        chosen: Mapping[str, int],
        *,
        customers: bool = True,
        colleagues: bool = False,
        org_options: Sequence[str] = (),
        switch_options: Sequence[str] = (),
        programs: Programs | None = None,
        timeout_s: float = 10,
        directory_every_s: int = 10,
        origins: Sequence[str] = (),
        connector: str = "connector.sandbox.connector_process",
        salesforce: Mapping[str, str] | None = None,
        console: bool = True,
        transcript: bool = False,
    ) -> None:
        """`folder` is the demo's own; `customers` says whether simulated customers call by themselves, `colleagues`
        whether agents at whose console nobody sits are played.

        With `programs` the switch is a real Asterisk, with phones and a carrier; without, it is simulated.  With
        `transcript` what is said is written down, for which the extra `speech` must be installed.
        The options are those of the parts' own command lines; `timeout_s` is the connector's for one request, and
        it reads the org's configuration again every `directory_every_s`; `origins` may frame the panel and open its
        socket, as the console may; `connector` is the module that runs it, `salesforce` has other settings of
        [salesforce]; without `console` there is none.
        """
        self.folder = folder
        self.connector_address = f"http://localhost:{chosen['PANEL_PORT']}"
        self.panel = f"{self.connector_address}/panel"
        self.org = f"http://localhost:{chosen['ORG_PORT']}"
        self.console = f"http://localhost:{chosen['CONSOLE_PORT']}"
        self.config = folder / "connector.toml"
        self.key_file = folder / "sandbox.key"
        self.key = secrets.token_urlsafe(32)
        self.api_key = new_key()
        self.journal = folder / "switch.jsonl"
        self.org_database = folder / "org.db"
        self._ports = chosen
        self._mail_port = _free_port()
        self._customers = customers
        self._colleagues = colleagues
        self._org_options = org_options
        self._switch_options = switch_options
        self._programs = programs
        self._timeout_s = timeout_s
        self._directory_every_s = directory_every_s
        self._origins = (self.console, *origins)
        self._connector = connector
        self._salesforce = salesforce or {}
        self._console = console
        self._transcript = '\n[transcript]\nrecognizer = "moonshine"\n' if transcript else ""
        self.parts: list[Part] = []
        self.connector: Part | None = None
        self.switch_control = ""

    async def start(self) -> None:
        """All parts run, and a call can be taken.  Raises `PartError`."""
        _write(self.key_file, self.key.encode())
        _write(self.folder / "api.key", self.api_key.encode())
        _new_key_pair(self.folder)
        # One that fails must not leave the other behind, half started, when all are stopped.
        for failed in await asyncio.gather(self._start_org(), self._start_switch(), return_exceptions=True):
            if failed is not None:
                raise failed
        await self.start_connector()
        if self._console:
            await self._start_console()

    async def _start_console(self) -> None:
        simulate = ["--simulate-url", f"{self.switch_control}/calls"]
        await self._start(
            "console",
            "connector.sandbox.console",
            [
                *("--port", str(self._ports["CONSOLE_PORT"]), "--org-url", self.org, "--panel-url", self.panel),
                *("--control-key-file", str(self.key_file), *simulate),
                *("--requests-url", self.connector_address, "--requests-key-file", str(self.folder / "api.key")),
                *("--mail-port", str(self._mail_port)),
                *(("--colleagues",) if self._colleagues else ()),
            ],
        )

    async def _start_org(self) -> None:
        await self._start(
            "org",
            "connector.sandbox.org",
            [
                *("--port", str(self._ports["ORG_PORT"]), "--database", str(self.org_database)),
                *("--public-key", str(self.folder / "app.public.pem"), "--control-key-file", str(self.key_file)),
                *("--session-key-out", str(self.folder / "session.public.pem"), *self._org_options),
                *("--callback-url", f"{self.connector_address}/sign-in/callback"),
            ],
        )

    async def _start_switch(self) -> None:
        people = self.folder / "people.txt"
        people.write_text("\n".join(CALLERS), encoding="utf-8")
        calling = ["--people", str(people), "--called", CALLED] if self._customers else []
        if self._programs is not None:
            await self._start_asterisk(self._programs, calling)
            return
        address = await self._start(
            "switch",
            "connector.sandbox.switch",
            [
                *("--key-file", str(self.key_file), "--journal", str(self.journal), "--agents", PHONES),
                *("--lines", LINES, "--routes", ",".join(ROUTES), *calling, *self._switch_options),
            ],
        )
        self.switch_control = address.replace("ws://", "http://")
        key_file = json.dumps(str(self.key_file))
        self._write_config(f'[switch]\nkind = "remote"\nurl = "{address}"\nkey_file = {key_file}\n')

    async def _start_asterisk(self, programs: Programs, calling: Sequence[str]) -> None:
        settings_file, folder = self.folder / "switch.toml", self.folder / "pbx"
        folder.mkdir()
        self.switch_control = await self._start(
            "switch",
            "connector.sandbox.asterisk",
            [
                *("--asterisk", str(programs.asterisk), "--phones", str(programs.phones), "--folder", str(folder)),
                *("--key-file", str(self.key_file), "--settings-out", str(settings_file), "--agents", PHONES),
                *("--lines", LINES, "--routes", ",".join(ROUTES), *calling, *self._switch_options),
            ],
        )
        self._write_config(settings_file.read_text(encoding="utf-8"))

    async def start_connector(self) -> None:
        """The connector runs (again)."""
        self.connector = Part("connector", self._connector, [str(self.config)], self.folder)
        self.parts.append(self.connector)
        await self.connector.start()

    async def _start(self, name: str, module: str, arguments: list[str]) -> str:
        part = Part(name, module, arguments, self.folder)
        self.parts.append(part)
        return await part.start()

    def _write_config(self, switch: str) -> None:
        """`switch` is the table [switch]."""
        quoted = {
            "store": self.folder / "phone-panel.db",
            "public_key_file": self.folder / "session.public.pem",
        }
        value = {name: json.dumps(str(text)) for name, text in quoted.items()}
        salesforce = {
            "login_url": self.org,
            "consumer_key": CONSUMER_KEY,
            "username": INTEGRATION_USERNAME,
            "private_key_file": str(self.folder / "app.private.pem"),
            **self._salesforce,
        }
        lines = "".join(f"{name} = {json.dumps(text)}\n" for name, text in salesforce.items())
        self.config.write_text(
            f'host = "127.0.0.1"\nport = {self._ports["PANEL_PORT"]}\nstore = {value["store"]}\n'
            f"origins = {json.dumps(self._origins)}\npublic_url = {json.dumps(self.connector_address)}\n"
            # Who tries it out looks on: a Task is there at once.
            f'directory_every_s = {self._directory_every_s}\ngather_ms = 300\nlog_level = "warning"\n\n'
            f"[salesforce]\n{lines}timeout_s = {self._timeout_s}\n\n"
            f"{switch}{self._transcript}\n"
            f'[[sign_in]]\nissuer = "{SANDBOX_ISSUER}"\npublic_key_file = {value["public_key_file"]}\n'
            f'org = "{ORGANIZATION_ID}"\n\n'
            f'[oidc]\nclient_id = "{CONSUMER_KEY}"\norg = "{ORGANIZATION_ID}"\n\n'
            f'[[api_keys]]\nname = "demo"\nsha256 = "{hash_of(self.api_key)}"\n\n'
            # The console shows what would be sent: nothing of an emergency leaves this machine.
            f'[emergency]\nwebhook_url = "{self.console}/api/alarms"\nemail_to = ["security@phone-panel.example"]\n'
            'email_from = "phone@phone-panel.example"\nsmtp_host = "127.0.0.1"\nsmtp_tls = "none"\n'
            f"smtp_port = {self._mail_port}\n",
            encoding="utf-8",
        )

    def note(self) -> Note:
        """How the running demo is reached."""
        return Note(self.switch_control, self.key, self.connector_address, self.api_key, self.org)

    async def ask_for_callbacks(self) -> None:
        """Customers ask to be called back now and then, until this is cancelled."""
        async with aiohttp.ClientSession() as http:
            await ask_for_callbacks(Requests(http, self.connector_address, self.api_key))

    async def stop(self) -> None:
        """All parts end, the last started first."""
        for part in reversed(self.parts):
            await part.stop()


def _new_key_pair(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(folder / "app.private.pem", private)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "app.public.pem").write_bytes(public)


def _write(path: Path, secret: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(secret)


def run_demo(environment: Mapping[str, str]) -> int:
    """Runs the demo until Ctrl-C.  Raises a `ConnectorError` that says why it cannot."""
    chosen = ports(environment)
    origins = settings.read(None, {"SALESFORCE_ORIGINS": environment.get("SALESFORCE_ORIGINS", "")}).origins
    programs = programs_of(environment)
    with tempfile.TemporaryDirectory(prefix="phone-panel-demo-") as folder:
        colleagues = environment.get("COLLEAGUES") != "none"
        demo = Demo(
            Path(folder),
            chosen,
            colleagues=colleagues,
            programs=programs,
            origins=origins,
            transcript=is_installed(),
        )
        return asyncio.run(_run(demo, environment))


def programs_of(environment: Mapping[str, str]) -> Programs | None:
    """Where Asterisk and the phones are when SWITCH=asterisk, else None.  Raises `ConfigError`."""
    switch = environment.get("SWITCH") or "simulated"
    if switch not in ("simulated", "asterisk"):
        raise ConfigError(f"SWITCH: {switch!r} is no switch of the demo; write simulated or asterisk.")
    if switch == "simulated":
        return None
    folders = [Path(environment.get(name, "")) for name in ("ASTERISK", "PHONES")]
    for name, folder in zip(("ASTERISK", "PHONES"), folders, strict=True):
        if not environment.get(name) or not (folder / "usr").is_dir():
            raise ConfigError(f"{name}: is not there; `make demo SWITCH=asterisk` fetches it.")
    return Programs(*folders)


async def _run(demo: Demo, environment: Mapping[str, str]) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    print("starting: org, switch, connector, console …", flush=True)
    note = note_file(environment)
    starting = loop.create_task(demo.start())
    stop = loop.create_task(stopped.wait())
    try:
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            return 130
        starting.result()
        _write(note, msgspec.json.encode(demo.note()))
        print(f"ready: console {demo.console}  panel {demo.panel}  org {demo.org}", flush=True)
        print(
            "Open the console, choose Available in the phone, and a customer calls within a minute or two.\n"
            f"Or let one call now: connector simulate call --from {CALLERS[0]}\n"
            "Others: connector simulate callback | work-item | email | hangup\n"
            f"The panel outside Salesforce, by signing in with the org: {demo.panel}\n"
            f"Settings to try `connector check --config` with: {demo.config}\n"
            "Ctrl-C ends everything.",
            flush=True,
        )
        if _can_show(environment):
            await asyncio.to_thread(webbrowser.open, demo.console)
        callbacks = loop.create_task(demo.ask_for_callbacks())
        try:
            return await _watch(demo, stop)
        finally:
            callbacks.cancel()
            await asyncio.gather(callbacks, return_exceptions=True)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        _take_back(note, demo.key)
        await demo.stop()


def _can_show(environment: Mapping[str, str]) -> bool:
    """Whether a page can be opened in a window; a browser in the terminal would take that from the demo."""
    if environment.get("BROWSER") == "none":
        return False
    return sys.platform == "darwin" or any(environment.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))


def _take_back(note: Path, key: str) -> None:
    """The note is removed, unless another demo has written its own since."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        if json.loads(note.read_text(encoding="utf-8"))["key"] == key:
            note.unlink()


async def _watch(demo: Demo, stop: "asyncio.Task[bool]") -> int:
    """Until it is stopped.  A connector that dies is started again, and finds its calls still up; of the others the
    end is the end of the demo."""
    loop = asyncio.get_running_loop()
    while True:
        ends = {loop.create_task(part.ended()): part for part in demo.parts}
        done, _ = await asyncio.wait({*ends, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
        if stop in done:
            return 0
        part = next(ends[task] for task in done if task in ends)
        if part is not demo.connector:
            raise PartError(f"{part.name} ended by itself.\n{part.last_words()}")
        print("the connector ended; starting it again, calls go on …", flush=True)
        demo.parts.remove(part)
        again = loop.create_task(demo.start_connector())
        await asyncio.wait({again, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not again.done():
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)
            return 0
        again.result()
