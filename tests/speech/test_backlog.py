"""What waits for a recognizer: in its order, with its time, and never more than five seconds of it."""

from collections.abc import AsyncIterator, Iterable

import pytest

from connector.ports.audio import PIECE
from connector.speech.backlog import BYTES_A_MS, CHUNK_MS, KEPT_MS, LATEST_MS, Backlog, Chunk


async def audio(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def numbered(ms: int) -> list[bytes]:
    """Pieces that say which they are."""
    return [number.to_bytes(2, "big") * (PIECE // 2) for number in range(ms // 20)]


async def taken(backlog: Backlog) -> list[Chunk]:
    chunks = []
    while (chunk := await backlog.take()) is not None:
        chunks.append(chunk)
    return chunks


async def test_it_is_taken_in_tenths_of_a_second_and_the_rest() -> None:
    backlog = Backlog()
    await backlog.fill(audio(numbered(340)))
    chunks = await taken(backlog)
    assert [(chunk.at, chunk.end) for chunk in chunks] == [(0, 100), (100, 200), (200, 300), (300, 340)]
    assert b"".join(chunk.data for chunk in chunks) == b"".join(numbered(340))
    assert await backlog.take() is None


async def test_what_nobody_takes_is_dropped_and_what_is_left_has_its_own_time() -> None:
    backlog = Backlog()
    pieces = numbered(LATEST_MS + 20)
    await backlog.fill(audio(pieces))
    chunks = await taken(backlog)
    left = KEPT_MS // 20
    assert b"".join(chunk.data for chunk in chunks) == b"".join(pieces[-left:])
    assert chunks[0].at == backlog.dropped == LATEST_MS + 20 - KEPT_MS
    assert chunks[-1].end == LATEST_MS + 20
    assert {len(chunk.data) for chunk in chunks} == {CHUNK_MS * BYTES_A_MS}


async def test_what_the_audio_raises_is_raised_to_who_takes() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(PIECE)
        raise LookupError("gone")

    backlog = Backlog()
    await backlog.fill(broken())
    with pytest.raises(LookupError, match="gone"):
        await backlog.take()
