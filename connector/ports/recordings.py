"""What was recorded, where the switch keeps it: found by contact, read in parts, removed when its time is over."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from msgspec import Struct

CONTACT: Final = r"[0-9A-Za-z][0-9A-Za-z-]{0,63}"
"""A contact's key, as a pattern: with nothing in it that a path could be made of."""

_NAME: Final = re.compile(rf"(?P<contact>{CONTACT})-(?P<started>\d{{13}})\Z")


class Stored(Struct, frozen=True):
    """One recording: WAV, 8,000 samples of 16 bits a second.  `started` is in ms since 1970, UTC."""

    name: str
    contact: str
    started: int


def stored(name: str) -> Stored | None:
    """The recording of that name; None for a name that is none of ours."""
    found = _NAME.match(name)
    return None if found is None else Stored(name, found["contact"], int(found["started"]))


class Opened(Protocol):
    """A recording that can be read; `size` in bytes."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not with, `stop`; once.  Raises `SwitchUnavailable` when they stop coming."""


class RecordingStore(Protocol):
    """Whole recordings; one that still runs may be among them.

    Every method raises `SwitchUnavailable` when the switch cannot be asked.
    """

    async def of(self, contact: str) -> Sequence[Stored]:
        """The contact's recordings, the first one first."""

    def open(self, name: str) -> AbstractAsyncContextManager[Opened]:
        """That recording, to be read.  Raises `RecordingGone` when there is none of that name."""

    async def before(self, time: int) -> Sequence[Stored]:
        """All that began before that time, in ms."""

    async def remove(self, name: str) -> None:
        """There is no such recording (any more)."""

    async def close(self) -> None:
        """Nothing is asked any more."""
