"""A recognizer on this machine, in a process of its own: when that crashes, hangs or talks rubbish, no call notices.

The process is started again by itself, each time later.  Who was listened to is told, and asks again.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

from connector.errors import RecognizerBusy, RecognizerUnavailable
from connector.ports.recognizer import Heard
from connector.speech.backlog import Backlog
from connector.speech.frames import (
    BadFrame,
    Broken,
    End,
    Forget,
    FromWorker,
    Listen,
    Over,
    Ping,
    Ready,
    Said,
    Sound,
    encode,
    from_worker,
)

log = logging.getLogger(__name__)

WORKER: Final = (sys.executable, "-P", "-m", "connector.speech.worker")
AGAIN_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""So long after it ended it is started again; the last goes on, and one that was ready for a minute begins anew."""

STEADY_S: Final = 60.0
LOADED_WITHIN_S: Final = 120.0
PING_EVERY_S: Final = 5.0
ANSWERS_WITHIN_S: Final = 40.0
"""It answers between two utterances, and the longest takes seconds, on a machine with much else to do many."""

ON_ITS_WAY: Final = 32 * 1024
"""Bytes in the socket's buffer: a second of one who speaks.  More waits in their backlogs, where it can be dropped."""

READ_AT_ONCE: Final = 64 * 1024

UNREAD: Final = 1_000
"""Texts of one who is listened to that nobody took; a process that sends more has gone mad."""

Told = Said | Over | Exception


class Embedded:
    """The recognizer.  `languages` are those that it understands, as en; `most` may be listened to at once."""

    def __init__(
        self,
        languages: Sequence[str],
        *,
        most: int = 16,
        command: Sequence[str] = WORKER,
        again_s: Sequence[float] = AGAIN_S,
        ping_every_s: float = PING_EVERY_S,
        answers_within_s: float = ANSWERS_WITHIN_S,
    ) -> None:
        self._languages = languages
        self._most = most
        self._command = command
        self._again_s = again_s
        self._ping_every_s = ping_every_s
        self._answers_within_s = answers_within_s
        self._made = 0
        self._ears: dict[int, asyncio.Queue[Told]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.is_up = asyncio.Event()
        """The process is there and its model is loaded."""
        self.pid: int | None = None
        self._ready_at = 0.0

    async def start(self) -> None:
        """As the port says."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name="recognizer")

    async def close(self) -> None:
        """As the port says."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def try_out(self) -> str:
        """Starts a process, and returns what is wrong with it, "" when its model could be loaded."""
        running = asyncio.create_task(self._run())
        up = asyncio.create_task(self.is_up.wait())
        try:
            await asyncio.wait({running, up}, return_when=asyncio.FIRST_COMPLETED)
            return "" if up.done() else await running
        finally:
            for task in (running, up):
                task.cancel()
            await asyncio.gather(running, up, return_exceptions=True)

    def knows(self, language: str) -> bool:
        """As the port says; where nobody has said which it is hoped for."""
        return not language or language.partition("-")[0] in self._languages

    async def hear(self, audio: AsyncIterator[bytes], language: str) -> AsyncGenerator[Heard, None]:
        """As the port says."""
        if not self.knows(language):
            known = ", ".join(self._languages)
            raise RecognizerUnavailable(f"the embedded recognizer understands {known}, and not {language!r}")
        if len(self._ears) >= self._most:
            raise RecognizerBusy(f"{self._most} are listened to already; transcript.speakers is the limit")
        if self._writer is None:
            raise RecognizerUnavailable("the recognizer's process is not there (yet)")
        self._made += 1
        ear, writer, said = self._made, self._writer, asyncio.Queue[Told](UNREAD)
        self._ears[ear] = said
        backlog = Backlog()
        tasks = [asyncio.create_task(backlog.fill(audio)), asyncio.create_task(_send(writer, ear, backlog, said))]
        try:
            while not isinstance(message := await said.get(), Over):
                if isinstance(message, Exception):
                    raise message
                yield Heard(message.text, message.final, message.began, message.ended)
        finally:
            del self._ears[ear]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if writer is self._writer:
                writer.write(encode(Forget(ear)))

    # The process -------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """There is a process, or there will soon be one, until cancelled."""
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            self._ready_at = loop.time()
            why = await self._run()
            log.warning("the recognizer's process is started again: it %s", why)
            for said in self._ears.values():
                _put(said, RecognizerUnavailable(f"the recognizer's process {why}"))
            tries = 0 if loop.time() - self._ready_at > STEADY_S else tries
            await asyncio.sleep(self._again_s[min(tries, len(self._again_s) - 1)])
            tries += 1

    async def _run(self) -> str:
        """Runs one process to its end; returns what became of it."""
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ON_ITS_WAY)
        # Of our environment nothing is its affair, and it finds the same packages as we do.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
        nowhere = asyncio.subprocess.DEVNULL
        try:
            with theirs:
                fd = theirs.fileno()
                process = await asyncio.create_subprocess_exec(
                    *(*self._command, str(fd)),
                    pass_fds=(fd,),
                    env=environment,
                    cwd="/",
                    stdin=nowhere,
                    stdout=nowhere,
                    stderr=nowhere,
                )
        except OSError as error:
            ours.close()
            return f"cannot be started: {error.strerror}"
        reader, writer = await asyncio.open_connection(sock=ours)
        writer.transport.set_write_buffer_limits(ON_ITS_WAY)
        self.pid = process.pid
        why = ""
        try:
            why = await self._listen(reader, writer)
        finally:
            self.pid, self._writer = None, None
            self.is_up.clear()
            writer.close()
            if not why:
                # It closed its end, or we are closing: either way there is nothing to wait for.
                why = "ended"
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return f"{why} (exit code {process.returncode})"

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Hands out what the process says; returns what is wrong with it, "" when it has hung up."""
        frames = from_worker()
        pinging = asyncio.create_task(self._ping(writer))
        try:
            async with asyncio.timeout(LOADED_WITHIN_S) as patience:
                while data := await reader.read(READ_AT_ONCE):
                    for message in frames.feed(data):
                        if isinstance(message, Broken):
                            return f"failed with {message.why}"
                        self._told(message, writer)
                    if self._writer is not None:
                        patience.reschedule(asyncio.get_running_loop().time() + self._answers_within_s)
        except TimeoutError:
            return "does not answer"
        except (BadFrame, asyncio.QueueFull):
            return "talks rubbish"
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        finally:
            pinging.cancel()
        return ""

    def _told(self, message: FromWorker, writer: asyncio.StreamWriter) -> None:
        match message:
            case Ready():
                self._ready_at = asyncio.get_running_loop().time()
                self._writer = writer
                self.is_up.set()
            case Said(ear) | Over(ear):
                # Who was closed meanwhile is not told any more.
                if ear in self._ears:
                    self._ears[ear].put_nowait(message)
            case _:
                pass

    async def _ping(self, writer: asyncio.StreamWriter) -> None:
        """It is asked for a sign of life, again and again."""
        while True:
            await asyncio.sleep(self._ping_every_s)
            writer.write(encode(Ping()))


async def _send(writer: asyncio.StreamWriter, ear: int, backlog: Backlog, said: asyncio.Queue[Told]) -> None:
    """All audio is sent as it comes, and the end of it; what goes wrong is told to who listens."""
    try:
        writer.write(encode(Listen(ear)))
        while (chunk := await backlog.take()) is not None:
            writer.write(encode(Sound(ear, chunk.at, chunk.data)))
            await writer.drain()
        writer.write(encode(End(ear)))
    except ConnectionError:
        _put(said, RecognizerUnavailable("the recognizer's process has gone"))
    except Exception as error:  # the audio's
        _put(said, error)


def _put(said: asyncio.Queue[Told], error: Exception) -> None:
    """The error is the next that is heard; what was not taken before it does not matter any more."""
    while not said.empty():
        said.get_nowait()
    said.put_nowait(error)
