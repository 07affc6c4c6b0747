"""Writes the configuration of an Asterisk, starts it on loopback and ends it."""

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from connector.errors import ConfigError
from connector.sandbox.asterisk.music import make_music
from connector.sandbox.asterisk.processes import tied
from connector.sandbox.asterisk.texts import render, templates
from connector.sandbox.parts import PartError

USER: Final = "connector"
LONGEST_FOLDER: Final = 80
"""Asterisk's control socket is below the folder, and the path of a UNIX socket has 108 bytes at most (unix(7))."""

READY_WITHIN: Final = 30.0
EMPTY: Final = (
    *("cel", "features", "udptl", "pjproject", "ccss", "manager", "pjsip_notify", "stir_shaken", "statsd"),
    *("websocket_client", "geolocation", "pjsip_wizard", "codecs"),
)
"""Files that Asterisk asks for at its start, and of which we say nothing."""

RINGS: Final = 8
"""How often the dialplan tries a connector that is away, every second, before the caller is told to wait."""

WAITS: Final = 40
"""How often after that, every five seconds and a sound."""



class Ports(Struct, frozen=True):
    """Where it listens, on loopback: ARI and media sockets, SIP, and the first of a thousand for audio."""

    http: int
    sip: int
    rtp: int


class Asterisk:
    """One Asterisk in a folder of its own.

    `command` runs the program; `program` is the folder with its modules; `carrier` is host:port of the SIP side that
    brings callers and is dialled out to.
    """

    def __init__(self, folder: Path, command: Sequence[str], program: Path, ports: Ports, carrier: str) -> None:
        if len(str(folder)) > LONGEST_FOLDER:
            raise ConfigError(f"{folder} is too long a path for Asterisk: use one of {LONGEST_FOLDER} characters.")
        self.folder = folder
        self.ports = ports
        self.password = secrets.token_urlsafe(24)
        self._command = [*command, "-C", str(folder / "etc" / "asterisk.conf")]
        self._values = {"here": folder, "program": program, "ports": ports, "carrier": carrier}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def ari(self) -> str:
        """The address of its REST interface."""
        return f"http://127.0.0.1:{self.ports.http}/ari"

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self._process is not None
        return self._process.pid

    def configure(self, *, app: str, away: str, emergency: str = "carrier", psap: str = "") -> None:
        """Its files are written: `app` is the Stasis application, `away` what those hear who wait while that is away.

        `emergency` is the endpoint for emergency numbers that are dialled on a phone of which nothing is known; `psap`
        is host:port of an emergency answering point, which is the endpoint psap then.
        """
        for name in ("etc", "lib/keys", "lib/moh", "spool/recording", "run", "log", "cache"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        make_music(self.folder / "lib" / "moh" / "chords.wav")
        values = {
            **self._values,
            "user": USER,
            "password": self.password,
            "app": app,
            "away": away,
            "rings": RINGS,
            "waits": WAITS,
            "emergency": emergency,
            "psap": psap,
        }
        for template in templates("templates"):
            file = self.folder / "etc" / Path(template).stem
            file.touch(mode=0o600)
            file.write_text(render(template, values), encoding="utf-8")
        for name in EMPTY:
            (self.folder / "etc" / f"{name}.conf").write_text("[general]\n", encoding="utf-8")
        (self.folder / "etc" / "acl.conf").touch()

    async def start(self) -> None:
        """Runs it until it is fully booted.  Raises `PartError` with its last words."""
        with (self.folder / "log" / "console").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tied([*self._command, "-f", "-n"]),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._booted():
                    if self._process.returncode is not None:
                        raise PartError(f"Asterisk did not start.\n{self.last_words()}")
                    # Its control socket says nothing before it is there: there is no event, only the next look.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self.stop()
            raise PartError(f"Asterisk was not ready within {READY_WITHIN:.0f} s.\n{self.last_words()}") from None

    async def _booted(self) -> bool:
        return "fully booted" in await self.cli("core waitfullybooted")

    async def cli(self, command: str) -> str:
        """What Asterisk's console says to a command; "" when it cannot be reached."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *("-rx", command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await process.communicate()
        return said.decode("utf-8", "replace")

    async def ended(self) -> int:
        """Waits for its end; returns the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """It is ended; calls are cut."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._process.wait()
                return
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """It is ended at once, as by a power cut."""
        assert self._process is not None
        self._process.kill()

    def last_words(self) -> str:
        """The end of what it printed and logged."""
        files = (self.folder / "log" / name for name in ("console", "messages"))
        lines = [
            line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()[-15:]
        ]
        return "\n".join(lines)


def free_ports() -> Ports:
    """Ports that nobody uses now."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        return Ports(tcp.getsockname()[1], udp.getsockname()[1], 20_000 + 1_000 * secrets.randbelow(10))
