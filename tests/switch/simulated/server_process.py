"""The simulated switch as a process of its own, for tests."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from connector.domain.effects import EndLeg
from connector.domain.events import LegEnded
from connector.ports.switch import Switch
from connector.switch.simulated.driver import RemoteSwitch
from connector.switch.simulated.faults import Fault
from connector.switch.simulated.wire import KEY_HEADER
from tests.ports.switch_rig import CALLER, JONAS, LINE, SAM, Heard, fresh


class ServerProcess:
    """A started switch; `stop` ends it, `kill` as kill -9 does."""

    def __init__(self, folder: Path, *options: str, port: int = 0, module: str = "connector.switch.simulated") -> None:
        self.journal = folder / "journal.jsonl"
        key_file = folder / "key"
        if not key_file.exists():
            key_file.write_text(secrets.token_hex(16))
        self.key = key_file.read_text()
        command = [sys.executable, "-m", module, "--port", str(port), "--key-file", str(key_file)]
        command += ["--journal", str(self.journal), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("switch ready ws://127.0.0.1:"), line
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self) -> int:
        """Ended as by Ctrl-C; returns the exit code."""
        self.process.terminate()
        return self._ended()

    def kill(self) -> None:
        """Ended without notice."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


class RemoteRig:
    """A connector's place at a switch in another process."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.switch: Switch = RemoteSwitch(server.url, server.key, first_retry=0.001)
        self.heard = Heard()
        self.http = aiohttp.ClientSession(server.url.replace("ws", "http", 1), headers={KEY_HEADER: server.key})
        self._opened: list[Switch] = [self.switch]

    async def start(self) -> None:
        await self.switch.start(self.heard)

    async def close(self) -> None:
        for switch in self._opened:
            await switch.close()
        await self.http.close()

    async def connect(self, heard: Heard) -> Switch:
        switch = RemoteSwitch(self.server.url, self.server.key)
        self._opened.append(switch)
        await switch.start(heard)
        return switch

    async def post(self, path: str, body: object) -> tuple[int, dict[str, Any]]:
        async with self.http.post(path, data=msgspec.json.encode(body)) as reply:
            return reply.status, await reply.json()

    async def ring(self, record: str = "") -> str:
        status, reply = await self.post("/calls", {"from": CALLER, "to": LINE, "record": record})
        assert status == 201, reply
        leg: str = reply["leg"]
        return leg

    async def phone_hold(self, leg: str) -> None:
        status, reply = await self.post("/phones", {"leg": leg, "does": "hold"})
        assert status == 200, reply

    async def phone_resume(self, leg: str) -> None:
        status, reply = await self.post("/phones", {"leg": leg, "does": "resume"})
        assert status == 200, reply

    async def phone_transfer(self, leg: str, number: str, other: str = "") -> None:
        act = {"leg": leg, "does": "transfer", "to": number, "other": other}
        status, reply = await self.post("/phones", act)
        assert status == 200, reply

    async def hang_up(self, leg: str) -> None:
        status, reply = await self.post("/hangup", {"leg": leg})
        assert status == 200, reply

    async def lift(self, leg: str) -> None:
        status, reply = await self.post("/lift", {"leg": leg})
        assert status == 200, reply

    async def lay_down(self, device: str) -> None:
        status, reply = await self.post("/hangup", {"device": device})
        assert status == 200, reply

    async def dial(self, device: str, number: str) -> None:
        status, reply = await self.post("/dial", {"device": device, "number": number})
        assert status == 200, reply

    async def inflict(self, fault: Fault) -> None:
        status, reply = await self.post("/faults", fault)
        assert status == 200, reply

    async def until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(5):
                while not condition():
                    self.heard.woken.clear()
                    await self.heard.woken.wait()
        except TimeoutError:
            pytest.fail(f"did not happen; told so far: {self.heard.news}")

    async def settle(self) -> None:
        """An end is asked of a leg that never was: its answer comes after those of all asks before."""
        leg = fresh("fence")
        await self.switch.ask(EndLeg(leg, "fence", leg))
        await self.until(lambda: any(isinstance(event, LegEnded) and event.leg == leg for event in self.heard.news))


PHONES = ("--agents", f"{SAM},{JONAS}", "--lines", f"Support_EN={LINE},Sales=+14155550102")
