"""What the simulated switch has recorded: a quiet tone, and silence where nobody was to be heard.

All of it follows from what was noted in the journal, so the same calls make the same bytes.
"""

import math
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from connector.domain.model import Recording
from connector.errors import RecordingGone
from connector.ports.recordings import Stored
from connector.switch.register.clock import Clock
from connector.switch.register.entry import Entry

A_MS: Final = 16
"""Bytes of a millisecond: 8 samples of 16 bits."""

TONE: Final = 440
LOUD: Final = 2_000


class Take(Struct):
    """One recording, of these legs; `changes` says from when on it is silent, or not."""

    name: str
    contact: str
    legs: tuple[str, ...]
    started: int
    paused: bool = False
    ended: int | None = None
    changes: tuple[tuple[int, bool], ...] = ()

    @property
    def silent(self) -> bool:
        """Whether it is now."""
        return bool(self.changes) and self.changes[-1][1]


class Takes:
    """All of them; see `connector.ports.recordings.RecordingStore`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._takes: dict[str, Take] = {}
        self._running: dict[str, Take] = {}
        self._held: set[str] = set()
        self._heard: dict[str, frozenset[str]] = {}

    def see(self, entry: Entry) -> None:
        """One more entry of the journal."""
        match entry.what:
            case "held":
                self._held.add(entry.leg)
            case "resumed" | "answered":
                self._held.discard(entry.leg)
            case "ended":
                self._held.discard(entry.leg)
                self._heard.pop(entry.leg, None)
            case "mixed":
                self._heard.update(dict.fromkeys(entry.legs, frozenset(entry.legs)))
            case "recording":
                self._recording(entry)
            case _:
                return
        for take in self._running.values():
            silent = self._silent(take)
            if silent is not take.silent:
                take.changes = (*take.changes, (entry.at, silent))

    def _silent(self, take: Take) -> bool:
        apart = len(take.legs) > 1 and not {*take.legs} <= self._heard.get(take.legs[0], frozenset())
        return take.paused or apart or not self._held.isdisjoint(take.legs)

    def _recording(self, entry: Entry) -> None:
        contact = entry.contact or ""
        take = self._running.get(contact)
        if entry.recording is Recording.OFF:
            if take is not None:
                take.ended = entry.at
                del self._running[contact]
        elif take is not None:
            take.paused = entry.recording is Recording.PAUSED
        elif entry.recording is Recording.ON:
            started = entry.at
            while (name := f"{contact}-{started}") in self._takes:
                started += 1
            self._takes[name] = self._running[contact] = Take(name, contact, entry.legs, started)

    # --- as a store --------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """All, the first one first."""
        return [take.name for take in sorted(self._takes.values(), key=lambda take: (take.started, take.name))]

    def wav(self, name: str) -> "Wav":
        """That one, as far as it is.  Raises `RecordingGone`."""
        take = self._takes.get(name)
        if take is None:
            raise RecordingGone(name)
        return Wav(take, self._clock.now())

    def drop(self, name: str) -> None:
        """There is no such recording (any more)."""
        take = self._takes.pop(name, None)
        if take is not None and self._running.get(take.contact) is take:
            del self._running[take.contact]

    async def of(self, contact: str) -> Sequence[Stored]:
        """See the port."""
        return [one for one in self._stored() if one.contact == contact]

    async def before(self, time: int) -> Sequence[Stored]:
        """See the port."""
        return [one for one in self._stored() if one.started < time]

    def _stored(self) -> list[Stored]:
        return [Stored(name, self._takes[name].contact, self._takes[name].started) for name in self.names()]

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator["Wav"]:
        """See the port."""
        yield self.wav(name)

    async def remove(self, name: str) -> None:
        """See the port."""
        self.drop(name)

    async def close(self) -> None:
        """See the port."""


class Wav:
    """A take as a file; see `connector.ports.recordings.Opened`."""

    def __init__(self, take: Take, now: int) -> None:
        end = now if take.ended is None else take.ended
        self._spans = _spans(take, end)
        self._bytes = max(0, end - take.started) * A_MS

    @property
    def size(self) -> int:
        """See the port."""
        return len(_header(0)) + self._bytes

    async def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """See the port."""
        at = 0
        for piece in self.pieces():
            wanted = piece[max(0, start - at) : max(0, stop - at)]
            at += len(piece)
            if wanted:
                yield wanted
            if at >= stop:
                return

    def pieces(self) -> Iterator[bytes]:
        """All of it, in parts of a second at most."""
        yield _header(self._bytes)
        for ms, silent in self._spans:
            for at in range(0, ms, 1_000):
                size = min(1_000, ms - at) * A_MS
                yield bytes(size) if silent else _tone()[:size]


def _spans(take: Take, end: int) -> list[tuple[int, bool]]:
    """How long it is silent, or not, in turn, in ms."""
    marks = [(take.started, False), *take.changes, (end, False)]
    return [(max(0, after - at), silent) for (at, silent), (after, _) in pairwise(marks)]


@cache
def _tone() -> bytes:
    """A second of it."""
    levels = (int(LOUD * math.sin(2 * math.pi * TONE * n / 8_000)) for n in range(8_000))
    return b"".join(struct.pack("<h", level) for level in levels)


def _header(size: int) -> bytes:
    """Of a WAV file with so many bytes of sound."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
