"""Running the outside commands of a set-up: progress while they take long, three tries, what went wrong at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

QUIET_SECONDS = 2.0
BEAT_SECONDS = 10.0
LIMIT_SECONDS = 1200.0
PAUSES = (2.0, 8.0)
"""Seconds before the second and the third try: long enough for a registry's hiccup, short enough to wait for."""

_running: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()
_stopping = threading.Event()


class SetupError(Exception):
    """The set-up cannot go on. The message says what is missing and what cures it, and is shown without a traceback."""


def say(text: str) -> None:
    """Print one line of progress to standard error, at once."""
    print(text, file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    tries: int = 1,
    before_retry: Iterable[Path] = (),
    forward: bool = False,
) -> str:
    """Run `command` to its end and return what it printed.

    `what` names the step in the progress lines. After a failure it is tried again, up to `tries` times in all, with a
    pause before each, after emptying the folders `before_retry`. With `forward` its output is shown also on success.
    Raises SetupError with the command's last lines when every try failed.
    """
    for attempt in range(1, tries + 1):
        code, output = _once([str(part) for part in command], what, cwd, env)
        if code == 0:
            if forward and output.strip():
                say(output.rstrip())
            return output
        if _stopping.is_set():
            raise SetupError(f"{what}: stopped")
        if attempt < tries:
            pause = PAUSES[min(attempt, len(PAUSES)) - 1]
            say(f"  {what}: try {attempt} of {tries} failed (exit code {code}); again in {pause:.0f} s")
            _stopping.wait(pause)
            for folder in before_retry:
                _empty(folder)
    tail = "\n".join("    " + line for line in output.rstrip().splitlines()[-30:])
    raise SetupError(f"{what} failed (exit code {code}): {' '.join(str(part) for part in command)}\n{tail}")


def end_children() -> None:
    """End every command that `run` has under way, with its own children; it starts no more."""
    _stopping.set()
    with _guard:
        left = list(_running)
    for child in left:
        _signal_group(child, signal.SIGTERM)
    for child in left:
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            _signal_group(child, signal.SIGKILL)


def _once(command: list[str], what: str, cwd: Path | None, env: Mapping[str, str] | None) -> tuple[int, str]:
    started = time.monotonic()
    with tempfile.TemporaryFile() as log:
        try:
            child = _start(command, cwd, env, log)
        except OSError as problem:
            return 127, str(problem)
        try:
            code = _wait(child, what, started)
        finally:
            with _guard:
                _running.discard(child)
        log.seek(0)
        return code, log.read().decode("utf-8", "replace")


def _start(
    command: list[str], cwd: Path | None, env: Mapping[str, str] | None, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    with _guard:
        if _stopping.is_set():
            raise SetupError("stopped")
        # A session of its own, so that an end reaches the grandchildren (npm's, pip's) too.
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(child)
    return child


def _wait(child: subprocess.Popen[bytes], what: str, started: float) -> int:
    """Wait for the child's end; from QUIET_SECONDS on the waiting is told. Returns its exit code."""
    try:
        return child.wait(timeout=QUIET_SECONDS)
    except subprocess.TimeoutExpired:
        say(f"  {what} …")
    while True:
        try:
            code = child.wait(timeout=BEAT_SECONDS)
        except subprocess.TimeoutExpired:
            spent = time.monotonic() - started
            if spent > LIMIT_SECONDS:
                _signal_group(child, signal.SIGKILL)
                child.wait()
                return 124
            say(f"  {what} … {spent:.0f} s")
            continue
        if code == 0:
            say(f"  {what}: done in {time.monotonic() - started:.0f} s")
        return code


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return  # it ended by itself in the meantime, which is what was wanted


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
