"""The address book: searched in memory, an agent's favourites first."""

import re
from collections.abc import Sequence
from typing import Final

from connector.domain import numbers
from connector.domain.directory import Directory, Entry, Profile
from connector.wire.state import RecordView

MOST: Final = 50
"""Entries of one answer."""

_NUMBER: Final = re.compile(r"[\d\s+().\-/]*\d[\d\s+().\-/]*")
_NOT_DIGIT: Final = re.compile(r"\D")


class Book:
    """The entries in the order in which they are shown, made ready for searching once per directory."""

    def __init__(self) -> None:
        self._entries: Sequence[Entry] | None = None
        self._pages: list[tuple[str, str, Entry]] = []

    def find(self, directory: Directory, favourites: Sequence[str], text: str, profile: Profile) -> list[RecordView]:
        """Up to 50 entries that have each word of `text` in name or detail, or that digits in their number.

        The agent's favourites come first, each part by name; an empty text finds all.
        """
        self._read(directory.entries)
        words = text.casefold().split()
        # A national number is stored with its country code instead of the zero.
        digits = _NOT_DIGIT.sub("", text).lstrip("0") if _NUMBER.fullmatch(text.strip()) else ""
        found = [
            entry
            for words_of, digits_of, entry in self._pages
            if all(word in words_of for word in words) or (digits and digits in digits_of)
        ]
        mine = frozenset(favourites)
        found.sort(key=lambda entry: entry.id not in mine)
        return [_shown(entry, entry.id in mine, profile.country) for entry in found[:MOST]]

    def _read(self, entries: Sequence[Entry]) -> None:
        if entries is not self._entries:
            self._entries = entries
            in_order = sorted(entries, key=lambda entry: (entry.name.casefold(), entry.id))
            self._pages = [
                (f"{it.name}\n{it.detail}\n{it.number}".casefold(), _NOT_DIGIT.sub("", it.number), it)
                for it in in_order
            ]


def _shown(entry: Entry, favourite: bool, country: str) -> RecordView:
    number = numbers.shown(entry.number, country)
    detail = f"{number} · {entry.detail}" if entry.detail else number
    return RecordView(entry.id, "Entry", entry.name, detail, "favourite" if favourite else "")
