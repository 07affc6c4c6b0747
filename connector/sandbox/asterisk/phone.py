"""A telephone without a person: baresip, which registers, rings, is answered after a moment, and speaks."""

import asyncio
import contextlib
import json
import logging
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from connector.sandbox.asterisk.free import free_tcp, free_udp_pair
from connector.sandbox.asterisk.processes import Running, loaded
from connector.sandbox.asterisk.texts import render
from connector.sandbox.parts import PartError

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.3"
"""Where the phones are; Asterisk is at 127.0.0.1, the carrier at 127.0.0.2 and the answering point at 127.0.0.4."""

CONNECT_WITHIN: Final = 10.0
OVERLAP: Final = 0.5
"""Seconds before its end at which a speech is begun anew: a phone whose speech ends hangs up."""


class Phone:
    """The phone of `device`.  `answer_after`: seconds of ringing until it is lifted; None is never.

    `at_once` says of a call, by its name in SIP, whether it is not to wait for that.  `dumps` is a folder where what
    the phone says and hears is written as WAV, or None.
    """

    def __init__(
        self,
        device: str,
        password: str,
        folder: Path,
        program: Path,
        pbx: int,
        *,
        speech: Path,
        answer_after: float | None = 2,
        at_once: Callable[[str], Awaitable[bool]] | None = None,
        dumps: Path | None = None,
    ) -> None:
        self.device = device
        self.password = password
        self.answer_after = answer_after
        self._at_once = at_once
        self.running: Running | None = None
        self.calls: dict[str, str] = {}
        self._folder = folder
        self._program = program
        self._speech = speech
        self._dumps = dumps
        self._control = free_tcp("127.0.0.1")
        self._values = {
            "device": device, "password": password, "pbx": pbx, "program": program, "speech": speech,
            "host": HOST, "sip": free_udp_pair(HOST), "control": self._control,
            "dumps": dumps,
        }
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None

    async def start(self) -> None:
        """It runs and registers by itself.  Raises `PartError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._dumps is not None:
            self._dumps.mkdir(parents=True, exist_ok=True)
        for name in ("config", "accounts"):
            text = render(f"baresip/{name}.j2", self._values)
            (self._folder / name).touch(mode=0o600)
            (self._folder / name).write_text(text, encoding="utf-8")
        command = [*loaded(self._program, "usr/bin/baresip"), "-f", str(self._folder)]
        self.running = await Running.start(f"phone {self.device}", command, self._folder)
        reader, self._writer = await self._reach()
        self._keep(self._listen(reader))

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert self.running is not None
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                while True:
                    with contextlib.suppress(OSError):
                        return await asyncio.open_connection("127.0.0.1", self._control)
                    # It listens when it has read its files; nothing tells when that is.
                    await asyncio.sleep(0.02)
        except TimeoutError:
            words = self.running.last_words()
            raise PartError(f"the phone {self.device} cannot be controlled.\n{words}") from None

    async def do(self, command: str, parameters: str = "") -> None:
        """Its keys are pressed: a command of baresip's menu, as accept, hangup, hold, resume, dial."""
        assert self._writer is not None
        text = json.dumps({"command": command, "params": parameters, "token": command}).encode()
        self._writer.write(b"%d:%s," % (len(text), text))
        await self._writer.drain()

    async def stop(self) -> None:
        """It is ended."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
        if self.running is not None:
            await self.running.stop()

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Its news are netstrings of JSON; the end of them is the end of the phone, which is told elsewhere."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                news = json.loads((await reader.readexactly(size + 1))[:-1])
                if news.get("event"):
                    self._take(news.get("type", ""), news.get("id", ""))

    def _take(self, kind: str, call: str) -> None:
        match kind:
            case "CALL_INCOMING":
                self.calls[call] = "ringing"
                if self.answer_after is not None:
                    self._keep(self._lift(call, self.answer_after))
            case "CALL_ESTABLISHED":
                self.calls[call] = "up"
                if list(self.calls.values()).count("up") == 1:
                    self._keep(self._speak())
            case "CALL_CLOSED":
                self.calls.pop(call, None)

    async def _lift(self, call: str, after: float) -> None:
        if self._at_once is None or not await self._at_once(call):
            await asyncio.sleep(after)
        if self.calls.get(call) == "ringing":
            await self.do("accept")

    async def _speak(self) -> None:
        """As long as it is in a call its speech goes on."""
        with wave.open(str(self._speech)) as file:
            seconds = file.getnframes() / file.getframerate()
        while "up" in self.calls.values():
            await asyncio.sleep(max(seconds - OVERLAP, 0.1))
            if "up" in self.calls.values():
                await self.do("ausrc", f"aufile,{self._speech}")
