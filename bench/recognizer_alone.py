"""The embedded recognizer without a switch: what it understands of files, and what so many who speak at once cost."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from bench.figures import cpu_of
from connector.ports.audio import PIECE
from connector.ports.recognizer import Heard
from connector.speech.embedded import Embedded

PIECE_S = 0.02
PAGE = 4096


class Load(Struct, frozen=True):
    """`core`: of one; `interval`: seconds between two texts of one who speaks, 0 where only final ones came."""

    core: float
    interval: float
    megabytes: float


async def as_spoken(sound: bytes, seconds: float | None = None) -> AsyncIterator[bytes]:
    """In real time, once or, over and over, for so many seconds."""
    began, sent = time.monotonic(), 0
    while seconds is None or sent * PIECE_S < seconds:
        start = sent * PIECE % (len(sound) - len(sound) % PIECE)
        if seconds is None and sent and not start:
            return
        sent += 1
        await asyncio.sleep(max(0.0, began + sent * PIECE_S - time.monotonic()))
        yield sound[start : start + PIECE]


async def heard_of(recognizer: Embedded, audio: AsyncIterator[bytes]) -> list[tuple[float, Heard]]:
    """All texts, each with when it came."""
    async with aclosing(recognizer.hear(audio, "en-US")) as texts:
        return [(time.monotonic(), one) async for one in texts]


async def understood(recognizer: Embedded, sounds: Sequence[bytes]) -> list[str]:
    """The final text of each file, two of them at a time."""
    found = []
    for start in range(0, len(sounds), 2):
        pair = [heard_of(recognizer, as_spoken(sound)) for sound in sounds[start : start + 2]]
        found += [" ".join(one.text for _, one in said if one.final) for said in await asyncio.gather(*pair)]
    return found


async def load(recognizer: Embedded, sounds: Sequence[bytes], count: int, seconds: float) -> Load:
    """So many speak at once, for so long."""
    assert recognizer.pid is not None
    pid, before, began = recognizer.pid, cpu_of(recognizer.pid), time.monotonic()
    ears = [heard_of(recognizer, as_spoken(sounds[n % len(sounds)], seconds)) for n in range(count)]
    memory = asyncio.create_task(_most(pid, seconds * 0.9))
    said = await asyncio.gather(*ears)
    core = (cpu_of(pid) - before) / (time.monotonic() - began)
    gaps = [
        now - then
        for texts in said
        for (then, _), (now, one) in pairwise(texts)
        if not one.final
    ]
    return Load(core, sorted(gaps)[len(gaps) // 2] if gaps else 0.0, await memory)


def megabytes(pid: int) -> float:
    """What that process has in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 2**20


async def _most(pid: int, seconds: float) -> float:
    await asyncio.sleep(seconds)
    return megabytes(pid)
