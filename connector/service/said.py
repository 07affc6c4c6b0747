"""What was said in one call, as far as it is remembered: in memory only, bounded, and gone with the call."""

from collections import OrderedDict
from typing import Final

from msgspec import Struct

MOST: Final = 1_000
"""So many items are remembered of one call; the oldest go."""

LONGEST: Final = 2_000
"""Characters of one utterance; the rest is cut off."""


class Segment(Struct, frozen=True, gc=False):
    """One utterance.  `party` is the leg; `side` and `name` are as of a `Speaker`; times are ms since 1970.

    Until it is `final` it comes again under the same id with a higher `revision`.
    """

    id: str
    party: str
    side: str
    name: str
    text: str
    final: bool
    began: int
    ended: int
    revision: int


class Pause(Struct, frozen=True, gc=False):
    """A stretch of which nothing was heard.  `why`: hold or mask; `ended` None: it goes on."""

    id: str
    why: str
    began: int
    ended: int | None = None


Item = Segment | Pause


class Memory:
    """The items of one call, oldest first; `cut` says that older ones were forgotten."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._made = 0
        self.cut = False

    def new_id(self) -> str:
        """An id that no other item of this call has."""
        self._made += 1
        return str(self._made)

    def put(self, item: Item) -> None:
        """A new item, or the next revision of one."""
        self._items[item.id] = item
        while len(self._items) > MOST:
            self._items.popitem(last=False)
            self.cut = True

    def drop(self, item: str) -> None:
        """It was never said."""
        self._items.pop(item, None)

    def all(self) -> tuple[Item, ...]:
        """What is remembered."""
        return tuple(self._items.values())
