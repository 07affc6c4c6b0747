"""A file that is damaged while it is in use: what is hit is said, and the rest is kept."""

from pathlib import Path

import pytest

from connector.domain.model import Draft, Field, Phase
from connector.errors import StoreError
from connector.ports.store import Commit
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import NOON, committed, contact


async def test_what_does_not_lie_in_the_damaged_part_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = SqliteStore(path, lambda: NOON)
    await store.open()
    words = Draft(comments=Field("w" * 9_000, 1))
    await committed(store, *(Commit((contact(f"k{n:03}", Phase.CLOSED, draft=words),)) for n in range(200)))
    await store.close()
    data = bytearray(path.read_bytes())
    hit = data.find(b"k100")
    while hit >= 0 and b"w" * 50 not in data[hit : hit + 600]:  # where its value begins, and not in an index
        hit = data.find(b"k100", hit + 1)
    assert hit > 0
    page = hit // 4096 * 4096
    data[page : page + 64] = b"\xa5" * 64
    path.write_bytes(data)

    store = SqliteStore(path, lambda: NOON)
    await store.open()
    with pytest.raises(StoreError, match="damaged: keep a copy, then restore the file from a backup") as failed:
        await committed(store, Commit((contact("k100", Phase.CLOSED),)))
    assert failed.value.damaged
    await committed(store, Commit((contact("k000", Phase.CLOSED), contact("new"))))
    assert await store.contact("new") == contact("new")
    with pytest.raises(StoreError, match="damaged"):
        await store.contact("k100")
    await store.close()
