"""The demo's parts as processes: each prints a line when it is ready, and all end with the one that started them."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from connector.errors import ConnectorError

READY_WITHIN = 30.0
"""Seconds in which a part must be ready."""

END_WITHIN = 5.0
"""Seconds that a part has to stop by itself before it is killed."""


class PartError(ConnectorError):
    """A part did not start, or ended by itself; the message has its last words."""

    code = "demo_part"


class Part:
    """A Python module run as a process of its own."""

    def __init__(self, name: str, module: str, arguments: Sequence[str], folder: Path) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "connector.sandbox.child", module, *arguments]
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The process id of the part that runs."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> str:
        """Runs it.  Returns the last word of its line `… ready <address>`; raises `PartError`."""
        process = await self._spawn()
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN):
                while line := (await process.stdout.readline()).decode():
                    if " ready " in line:
                        self._reader = asyncio.get_running_loop().create_task(_read_away(process.stdout))
                        return line.split()[-1]
        except TimeoutError:
            await self.stop()
            late = f"{self.name} was not ready within {READY_WITHIN:.0f} seconds."
            raise PartError(f"{late}\n{self.last_words()}") from None
        await process.wait()
        raise PartError(f"{self.name} did not start.\n{self.last_words()}")

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as errors:
            spawning = asyncio.get_running_loop().create_task(
                asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=errors,
                    # Ctrl-C is for the demo, which stops its parts in order.
                    start_new_session=True,
                    env=_environment(),
                )
            )
            try:
                self._process = await asyncio.shield(spawning)
            except asyncio.CancelledError:
                # Who gives up starting must still be able to stop what runs by then.
                self._process = await spawning
                raise
        return self._process

    async def ended(self) -> int:
        """Waits for its end; returns the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Asks it to end, and kills it if it does not; a part that is gone is left alone."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_WITHIN)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def last_words(self, lines: int = 20) -> str:
        """The end of what it wrote to its log."""
        try:
            text = self._log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


async def _read_away(stream: asyncio.StreamReader) -> None:
    """A part that says more than that it is ready must not stand still because nobody listens."""
    while await stream.read(65_536):
        pass


def _environment() -> dict[str, str]:
    """Ours; the parts speak to each other on this machine only, past any proxy that it is set up to use."""
    named = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    direct = ",".join(filter(None, (named, "localhost", "127.0.0.1")))
    return {**os.environ, "PYTHONUNBUFFERED": "1", "NO_PROXY": direct, "no_proxy": direct}
