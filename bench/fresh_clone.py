"""From a fresh clone to a demo in which a call can be taken: `git clone`, `make demo`, until it prints `ready:`.

    python bench/fresh_clone.py [--again N]

The first time with an empty cache, so everything is downloaded and built; then N times more in the same clone; then the
same with a real Asterisk (`SWITCH=asterisk`), whose packages are fetched the first time.  Ports are free ones, no
browser is opened.  What is not committed is not part of it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.figures import ROOT, Figure, figure, options, tell

PROGRAM = "fresh_clone"
PATIENCE = 1_200
"""Seconds after which it is given up."""


def free_ports() -> dict[str, str]:
    """Three of them."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    names = ("PANEL_PORT", "ORG_PORT", "CONSOLE_PORT")
    found = {name: str(sock.getsockname()[1]) for name, sock in zip(names, sockets, strict=True)}
    for sock in sockets:
        sock.close()
    return found


def demo(clone: Path, cache: Path, *wishes: str) -> float:
    """Seconds from `make demo` to its line `ready:`; the demo is ended with Ctrl-C."""
    environment = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    environment |= {"XDG_CACHE_HOME": str(cache), "XDG_STATE_HOME": str(cache / "state"), "BROWSER": "none"}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "demo", *wishes],
        cwd=clone,
        env=environment | free_ports(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    taken = None
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said.append(line)
            print(f"    {time.monotonic() - began:6.1f}  {line}", end="", flush=True)
            if line.startswith("ready:"):
                taken = time.monotonic() - began
                break
            if time.monotonic() - began > PATIENCE:
                break
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.close()
        process.wait(60)
    if taken is None:
        raise SystemExit("make demo was never ready:\n" + "".join(said[-20:]))
    return taken


def main() -> None:
    """Measures and tells."""
    parser = options(__doc__ or "", repeats=1)
    parser.add_argument("--again", type=int, default=3, help="later starts in the same clone (3)")
    given = parser.parse_args()
    started = os.getloadavg()
    folder = Path(tempfile.mkdtemp(prefix="phone-panel-clone-"))
    first: list[float] = []
    later: list[float] = []
    first_real: list[float] = []
    later_real: list[float] = []
    try:
        for number in range(given.repeats):
            clone, cache = folder / f"clone-{number}", folder / f"cache-{number}"
            began = time.monotonic()
            subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)
            cloned = time.monotonic() - began
            first.append(cloned + demo(clone, cache))
            later += [demo(clone, cache) for _ in range(given.again)]
            first_real.append(demo(clone, cache, "SWITCH=asterisk"))
            later_real += [demo(clone, cache, "SWITCH=asterisk") for _ in range(given.again)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures: list[Figure] = [
        figure(PROGRAM, "Fresh clone to ready, empty cache", first, "s", "git clone, make demo, until it says ready",
               below=300, note="downloads included"),
        figure(PROGRAM, "make demo again to ready", later, "s", "in the same clone", below=10),
        figure(PROGRAM, "make demo SWITCH=asterisk, the first", first_real, "s", "after that, in the same clone",
               below=120, note="packages downloaded, speech made"),
        figure(PROGRAM, "make demo SWITCH=asterisk again to ready", later_real, "s", "in the same clone", below=10),
    ]
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
