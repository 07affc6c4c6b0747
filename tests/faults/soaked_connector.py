"""`python -m tests.faults.soaked_connector CONFIG`: the demo's connector, on a machine that has bad days, too.

Beside the configuration `clock` says by how many ms the machine's clock is wrong (read at the start and at SIGUSR2);
while `no-names` exists no thread that asks Salesforce can resolve a name.
"""

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLOCK = "clock"
NO_NAMES = "no-names"


def set_clock(file: Path) -> None:
    """From now on this process has the time that the file says, whoever in it asks."""
    real: Callable[[], int] = time.time_ns
    wrong_by = 0

    def read(*_: Any) -> None:
        nonlocal wrong_by
        wrong_by = int(file.read_text()) * 1_000_000

    def time_ns() -> int:
        return real() + wrong_by

    read()
    signal.signal(signal.SIGUSR2, read)
    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


def lose_names(file: Path) -> None:
    """Names cannot be resolved while the file is there."""
    real = socket.getaddrinfo

    def lookup(*given: Any, **more: Any) -> Any:
        if threading.current_thread().name.startswith("salesforce") and file.exists():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(*given, **more)

    socket.getaddrinfo = lookup


if __name__ == "__main__":
    folder = Path(sys.argv[1]).parent
    # Before anything is loaded that keeps these functions for itself.
    set_clock(folder / CLOCK)
    lose_names(folder / NO_NAMES)

    from connector.sandbox.connector_process import main

    raise SystemExit(main())
