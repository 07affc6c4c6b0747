"""`python -m tests.speech.stand_in_worker FD`: the worker's process with a model that understands the voice of `voice`.

Some words it takes for orders: what a model with a bug may do.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable

from connector.ports.audio import PIECE
from connector.speech.worker import main
from tests.speech.voice import understood

PR_GET_DUMPABLE = 3


class StandIn:
    """The model."""

    def text(self, audio: bytes) -> str:
        words = [word for word, _, _ in understood(audio[at : at + PIECE] for at in range(0, len(audio), PIECE))]
        match words:
            case ["crash", *_]:
                os.kill(os.getpid(), signal.SIGSEGV)
            case ["hang", *_]:
                while True:
                    signal.pause()
            case ["rubbish", *_]:
                os.write(int(sys.argv[1]), b"\xff" * 100)
            case ["broken", *_]:
                raise ValueError("my secret words")
            case ["limits", *_]:
                dumps = resource.getrlimit(resource.RLIMIT_CORE)
                dumpable = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
                return f"{dumps} {dumpable} {os.nice(0)} {sorted(os.environ)}"
        return " ".join(words)


def load() -> tuple[StandIn, Callable[[], Callable[[bytes], bool]]]:
    """The model, and what tells its voice from silence."""
    return StandIn(), lambda: any


if __name__ == "__main__":
    sys.exit(main(load))
