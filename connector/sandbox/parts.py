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
        self._command = [sys.executable, "-m", module, *arguments]
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id of the part that runs."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> str:
        """Runs it.  Returns the last word of its line `… ready <address>`; raises `PartError`."""
        with self._log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                # Ctrl-C is for the demo, which stops its parts in order.
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN):
                while line := (await self._process.stdout.readline()).decode():
                    if " ready " in line:
                        return line.split()[-1]
        except TimeoutError:
            await self.stop()
            late = f"{self.name} was not ready within {READY_WITHIN:.0f} seconds."
            raise PartError(f"{late}\n{self.last_words()}") from None
        await self._process.wait()
        raise PartError(f"{self.name} did not start.\n{self.last_words()}")

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
