"""Which records have a number: an index of our own, which the search index of the org need not be asked for."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from msgspec import Struct


class Place(Struct, frozen=True):
    """A record that has, or had when it was last read, a number under the key that was looked up."""

    sobject: str
    record: str


class Numbers(Struct, frozen=True):
    """All numbers of a record, as (key, extension); none takes the record out of the index."""

    record: str
    keys: tuple[tuple[str, str], ...] = ()


class Mark(Struct, frozen=True):
    """How far an object was read: up to this SystemModstamp and, of those, this id.

    `fields` says which fields of which org were read: with others, the object is read anew.  `filled`: once to the end.
    """

    fields: str = ""
    stamp: str = ""
    record: str = ""
    filled: bool = False


class NumberIndex(Protocol):
    """Methods block, and may be called from any thread.  What is kept can be read from the org again at any time."""

    def find(self, keys: Sequence[str], most: int) -> Sequence[Place]:
        """Up to `most` records under any of these keys, those with the number to themselves first."""

    def put(self, sobject: str, records: Iterable[Numbers], mark: Mark) -> None:
        """Replaces what is known of these records and moves the object's mark, both or neither."""

    def remove(self, places: Iterable[Place]) -> None:
        """These records are there no more."""

    def erase(self, keys: Sequence[str], places: Iterable[Place]) -> int:
        """As `remove`, and of whoever has a number under these keys; their bytes are in no file of it any more.

        Returns of how many records.
        """

    def mark(self, sobject: str) -> Mark:
        """How far the object was read; an empty one for an object that was not."""

    def begin(self, sobject: str, fields: str) -> None:
        """Forgets the object's records; it will be read from the start, by these fields."""

    def keep_only(self, sobjects: Collection[str]) -> None:
        """Forgets every other object."""

    def count(self) -> int:
        """How many records have a number."""

    def close(self) -> None:
        """Lets go of the file."""
