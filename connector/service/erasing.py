"""A person asks to be forgotten: what can be erased is, and what cannot yet is named."""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from connector.domain import numbers
from connector.domain.erasure import Person
from connector.domain.events import PersonErased
from connector.errors import BadInput
from connector.ports.number_index import NumberIndex, Place
from connector.ports.recordings import RecordingStore
from connector.ports.store import About, Store
from connector.service.runner import Runner

log = logging.getLogger(__name__)

_KINDS: Final = {"003": "Contact", "00Q": "Lead", "001": "Account"}
"""Objects whose records are people, and may have numbers, by the first characters of their ids."""

_IDS: Final = frozenset({15, 18})


class Left(Struct, frozen=True):
    """A contact that could not be erased yet, and why."""

    contact: str
    why: str


class Erased(Struct, frozen=True):
    """What was erased, or would be: contacts, recordings of them, records of the index of numbers."""

    contacts: tuple[str, ...]
    recordings: int
    numbers: int
    left: tuple[Left, ...]


class Erasing:
    """Without `runner` and `recordings`: on a store that no connector has open."""

    def __init__(
        self, store: Store, index: NumberIndex, *, runner: Runner | None, recordings: RecordingStore | None
    ) -> None:
        self._store = store
        self._index = index
        self._runner = runner
        self._recordings = recordings

    async def erase(self, person: Person, *, dry_run: bool) -> Erased:
        """What is settled is gone when this returns, from every file of ours; nothing is with `dry_run`.

        Raises `BadInput` for what is no number or id, and `SwitchUnavailable` before anything but recordings is gone.
        """
        person = _checked(person)
        found = await self._store.about(person)
        left = tuple(Left(it.contact.key, why) for it in found if (why := self._why_not(it)))
        gone = [it for it in found if not self._why_not(it)]
        keys = tuple(it.contact.key for it in gone)
        recordings = await self._remove_recordings(keys, person, left, dry_run=dry_run)
        if dry_run:
            return Erased(keys, recordings, 0, left)
        if self._runner is not None:
            self._runner.event(PersonErased(person))
        await self._store.erase(person, keys)
        listed = [key for number in person.numbers for key in numbers.looked_up(number)]
        places = [Place(kind, one) for one in person.records if (kind := _KINDS.get(one[:3]))]
        count = await asyncio.to_thread(self._index.erase, listed, places)
        log.warning("a person was erased", extra={"count": len(keys), "left": len(left)})
        return Erased(keys, recordings, count, left)

    def _why_not(self, found: About) -> str:
        contact = found.contact
        if contact.closed is None:
            return "it is under way, or waits: erase again when it is over"
        if not found.settled:
            return "its Task is not written: see `connector outbox explain`, retry or discard it, then erase again"
        if self._runner is not None and contact.key in self._runner.floor.contacts:
            return "it is being finished: erase again in a minute"
        if found.recorded and self._recordings is None:
            return "it was recorded: erase again while the connector runs, which reaches the recordings"
        return ""

    async def _remove_recordings(
        self, keys: tuple[str, ...], person: Person, left: tuple[Left, ...], *, dry_run: bool
    ) -> int:
        """Also of contacts that were named and that the store has forgotten: recordings are kept for longer."""
        if self._recordings is None:
            return 0
        count = 0
        kept = {it.contact for it in left}
        for key in dict.fromkeys((*keys, *(key for key in person.contacts if key not in kept))):
            for one in await self._recordings.of(key):
                count += 1
                if not dry_run:
                    await self._recordings.remove(one.name)
        return count


def _checked(person: Person) -> Person:
    found = []
    for number in person.numbers:
        if not number.startswith("+"):
            raise BadInput("number_invalid", "number", f"{number}: write it with its country code, as +14155550143.")
        found.append(numbers.normalise(number, "US").e164)
    for record in person.records:
        if len(record) not in _IDS or not record.isalnum():
            raise BadInput("id_invalid", "person", f"{record}: is no id of a record: 15 or 18 letters and digits.")
    if not (found or person.records or person.contacts):
        raise BadInput("nobody_named", "person", "Name somebody: by --person, --number or --contact.")
    return Person(tuple(found), person.records, person.contacts)

