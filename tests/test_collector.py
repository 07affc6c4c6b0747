"""The collector after a start."""

import gc
from collections.abc import Iterator

import pytest

from connector import collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_was_loaded_is_not_walked_again() -> None:
    loaded: list[dict[str, int]] = [{} for _ in range(1_000)]
    collector.settle()
    assert gc.get_threshold() == collector.THRESHOLDS
    assert gc.get_freeze_count() > len(loaded)


def test_cycles_that_come_later_are_still_found() -> None:
    collector.settle()
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
