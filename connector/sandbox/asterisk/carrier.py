"""The carrier and everybody outside, by sipp: a process for each customer who calls, and one for all who are called."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from connector.sandbox.asterisk.free import free_udp
from connector.sandbox.asterisk.processes import Running, loaded
from connector.sandbox.asterisk.texts import render
from connector.switch.simulated.destinations import PATIENCE, TRY_OUT, Fate, Rule

HOST: Final = "127.0.0.2"
ANSWERING_POINT: Final = "127.0.0.4"
"""Where the emergency routes lead."""

DAY: Final = 86_400_000
STATUSES: Final = {
    Fate.BUSY: "486 Busy Here",
    Fate.NO_ANSWER: "480 Temporarily Unavailable",
    Fate.DECLINED: "603 Decline",
    Fate.WRONG_NUMBER: "404 Not Found",
    Fate.FAILED: "503 Service Unavailable",
}
SPEECHES: Final = ("customer-1", "customer-2")
DUTCH: Final = "customer-3"


def sipp(program: Path, host: str, port: int, scenario: Path, *more: str) -> list[str]:
    """The command that plays that scenario at host:port."""
    return [
        *loaded(program, "usr/bin/sipp"),
        *("-sf", str(scenario), "-i", host, "-mi", host, "-p", str(port), "-mp", str(free_udp(host)), "-nostdin"),
        *more,
    ]


class Called:
    """Everybody who is called at host:port.  `talk` is after how many ms they hang up by themselves."""

    def __init__(
        self,
        folder: Path,
        program: Path,
        host: str,
        *,
        speech: str,
        rules: Sequence[Rule] = TRY_OUT,
        rings: int = PATIENCE[Fate.ANSWER],
        talk: int = DAY,
    ) -> None:
        self.port = free_udp(host)
        self.host = host
        self._folder = folder
        self._program = program
        self._values = {
            "rules": [rule for rule in rules if rule.fate is not Fate.ANSWER], "statuses": STATUSES,
            "rings": rings, "talk": talk, "speech": program / "speech" / f"{speech}.ulaw",
        }
        self.running: Running | None = None

    @property
    def address(self) -> str:
        """Where Asterisk finds it."""
        return f"{self.host}:{self.port}"

    async def start(self) -> None:
        """They can be called.  Raises `PartError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        scenario = self._folder / "called.xml"
        scenario.write_text(render("sipp/called.xml.j2", self._values), encoding="utf-8")
        command = sipp(self._program, self.host, self.port, scenario)
        self.running = await Running.start(f"called {self.host}", command, self._folder)


class Caller:
    """One customer who has called."""

    def __init__(self, leg: str, number: str, line: str, port: int) -> None:
        self.leg = leg
        self.number = number
        self.line = line
        self.port = port


class Customers:
    """Those who call, from `HOST` to the Asterisk at 127.0.0.1:`pbx`; `changed` is called when one has gone."""

    def __init__(self, folder: Path, program: Path, pbx: int, changed: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._program = program
        self._pbx = pbx
        self._changed = changed
        self._count = 0
        self.calling: dict[str, Caller] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: set[Running] = set()

    def name(self) -> str:
        """A name for a call that is to be made."""
        return f"customer-{secrets.token_hex(8)}"

    async def call(
        self,
        number: str,
        line: str,
        *,
        talk: int | None = None,
        patience: int | None = None,
        call: str = "",
        record: str = "",
    ) -> str:
        """A customer calls the line and hangs up `talk` ms after the answer, or gives up after `patience` ms of
        waiting; returns the call's name.  Without a number it is withheld; `record` is named in a header.

        Raises `PartError`.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        leg = call or self.name()
        port = free_udp(HOST)
        scenario = self._folder / f"{leg}.xml"
        values = {
            "line": line, "from": self._from(number), "speech": self._speech(number),
            "talk": DAY if talk is None else talk, "patience": DAY if patience is None else patience,
            "record": record,
        }
        scenario.write_text(render("sipp/caller.xml.j2", values), encoding="utf-8")
        command = sipp(self._program, HOST, port, scenario, "-m", "1", "-cid_str", leg, f"127.0.0.1:{self._pbx}")
        running = await Running.start(leg, command, self._folder)
        self.calling[leg] = Caller(leg, number, line, port)
        self._running.add(running)
        task = asyncio.get_running_loop().create_task(self._until_gone(leg, running))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return leg

    def _from(self, number: str) -> str:
        if not number:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        return f"<sip:{number}@[local_ip]:[local_port]>"

    def _speech(self, number: str) -> Path:
        self._count += 1
        name = DUTCH if number.startswith("+31") else SPEECHES[self._count % len(SPEECHES)]
        return self._program / "speech" / f"{name}.ulaw"

    async def _until_gone(self, leg: str, running: Running) -> None:
        await running.ended()
        self._running.discard(running)
        del self.calling[leg]
        self._changed()

    async def stop(self) -> None:
        """Nobody calls any more."""
        for running in list(self._running):
            running.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def hang_up(host: str, port: int, call: str) -> None:
    """Whoever is in that call at host:port hangs up."""
    message = (
        f"MESSAGE sip:hang-up@{host}:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:9;branch=z9hG4bK-{secrets.token_hex(8)}\r\n"
        f"From: <sip:demo@{host}>;tag={secrets.token_hex(4)}\r\nTo: <sip:hang-up@{host}>\r\n"
        f"Call-ID: {call}\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    )
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind((host, 0))
        sender.sendto(message.encode(), (host, port))
