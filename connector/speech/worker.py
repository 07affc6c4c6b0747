"""`python -m connector.speech.worker FD`: the process of the embedded recognizer, started by the connector.

One thread, since the model's library corrupts memory with two.  It hears and answers on the socket FD and ends with it:
so when the connector is gone, however that ended.  It writes no file, no line and no core dump.
"""

import ctypes
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Protocol

from connector.speech.desk import Desk
from connector.speech.frames import (
    Broken,
    End,
    Forget,
    FromWorker,
    Listen,
    Over,
    Ping,
    Pong,
    Ready,
    Said,
    Sound,
    ToWorker,
    encode,
    to_worker,
)
from connector.speech.utterances import Utterance

AT_ONCE = 1 << 16
NICER = 10
"""Calls come first: what is computed here gives way to the connector and the switch."""

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4


class Model(Protocol):
    """What makes text of an utterance."""

    def text(self, audio: bytes) -> str:
        """What is said in it, as the `Audio` port has audio."""


Loaded = tuple[Model, Callable[[], Callable[[bytes], bool]]]
"""A model, and what makes for each who is listened to what tells voice from silence."""


def main(load: Callable[[], Loaded]) -> int:
    """Runs until the connector closes the socket.  Returns the exit code."""
    _harden()
    connector = socket.socket(fileno=int(sys.argv[1]))
    try:
        model, voiced = load()
        connector.sendall(encode(Ready()))
        _Worker(connector, model, Desk(voiced)).run()
    except (BrokenPipeError, ConnectionResetError):
        return 0
    except Exception as error:  # its words may hold what was said, or where files are
        connector.sendall(encode(Broken(type(error).__name__)))
        return 1
    return 0


def _harden() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # those are for the connector, with which it ends
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None)
    # A program that collects dumps does not mind the limit; and nobody may look into the memory.
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.nice(NICER)


class _Worker:
    def __init__(self, connector: socket.socket, model: Model, desk: Desk) -> None:
        self._connector = connector
        self._model = model
        self._desk = desk
        self._frames = to_worker()

    def run(self) -> None:
        """Between two utterances everything is read that has come: what was forgotten is not made text of."""
        busy = False
        while True:
            readable, _, _ = select.select([self._connector], [], [], 0 if busy else None)
            if readable:
                data = self._connector.recv(AT_ONCE)
                if not data:
                    return
                for message in self._frames.feed(data):
                    self._told(message)
                busy = True
                continue
            busy = self._work()

    def _told(self, message: ToWorker) -> None:
        match message:
            case Sound(ear, at, data):
                self._desk.hear(ear, at, data)
            case Listen(ear):
                self._desk.listen(ear)
            case End(ear):
                self._desk.end(ear)
            case Forget(ear):
                self._desk.forget(ear)
            case Ping():
                self._say(Pong())

    def _work(self) -> bool:
        """Makes text of one utterance; whether there was any."""
        taken = self._desk.take()
        if taken is not None:
            self._say(self._said(*taken))
        for ear in self._desk.over():
            self._say(Over(ear))
        return taken is not None

    def _said(self, ear: int, utterance: Utterance) -> Said:
        text = self._model.text(utterance.audio) if utterance.audio else ""
        return Said(ear, text, utterance.final, utterance.began, utterance.ended)

    def _say(self, message: FromWorker) -> None:
        self._connector.sendall(encode(message))


if __name__ == "__main__":
    from connector.speech.moonshine import load_moonshine

    sys.exit(main(load_moonshine))
