"""The programs of the demo's telephone network as processes, each with its own loader and libraries."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from connector.sandbox.parts import END_WITHIN, PartError

LOADER = "usr/lib64/ld-linux-x86-64.so.2"
LIBRARIES = "usr/lib/x86_64-linux-gnu"


def loaded(folder: Path, program: str) -> list[str]:
    """What runs a program of a folder that set-up made, as usr/bin/sipp, with the loader and the libraries there."""
    libraries = f"{folder / LIBRARIES}:{folder / LIBRARIES / 'pulseaudio'}"
    loader = [str(folder / LOADER), "--inhibit-cache", "--library-path", libraries]
    return [*loader, "--argv0", Path(program).name, str(folder / program)]


def tied(command: Sequence[str]) -> list[str]:
    """The command, which is killed when the process that started it is gone, however that ended (Linux)."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


class Running:
    """A program that runs; its output goes to `log`."""

    def __init__(self, name: str, log: Path, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._log = log
        self._process = process

    @classmethod
    async def start(cls, name: str, command: Sequence[str], folder: Path) -> "Running":
        """It runs in the folder, where its output goes to `name`.log.  Raises `PartError`."""
        log = folder / f"{name}.log"
        try:
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    *tied(command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=folder,
                    start_new_session=True,
                )
        except OSError as error:
            raise PartError(f"{name} cannot be started: {error}") from error
        return cls(name, log, process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ended(self) -> int:
        """Waits for its end; returns the exit code."""
        return await self._process.wait()

    async def stop(self) -> None:
        """It is ended, if need be by force."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), END_WITHIN / 2)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """It is ended at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def last_words(self, lines: int = 15) -> str:
        """The end of what it printed."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
