"""Where an agent is: a civic address in the parts that emergency services know it by (RFC 5139)."""

import re
from typing import Final

from msgspec import Struct

NUMBER_FIRST: Final = frozenset({"US", "CA", "GB", "IE", "AU", "NZ", "ZA", "FR", "LU"})
"""Countries that write the number of a house before its street."""

STATED: Final = frozenset({"US", "CA", "AU"})
"""Countries whose addresses have a state or province, as two or three letters before the postal code."""

CITY_FIRST: Final = STATED | {"GB", "IE", "NZ", "ZA"}
"""Countries that write the postal code after the city."""

POSTAL_CODES: Final = {
    "US": re.compile(r"\d{5}(-\d{4})?"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
    "AU": re.compile(r"\d{4}"),
    "DE": re.compile(r"\d{5}"),
    "NL": re.compile(r"[1-9]\d{3} ?[A-Z]{2}"),
    "BE": re.compile(r"[1-9]\d{3}"),
}
"""How a postal code looks, where we know; elsewhere there must be one."""

_STATE: Final = re.compile(r"[A-Z]{2,3}")
_INDOORS: Final = {"NL": ("Gebouw", "Verdieping", "Kamer")}
_INDOORS_ELSEWHERE: Final = ("Building", "Floor", "Room")


class CivicAddress(Struct, frozen=True, omit_defaults=True):
    """A place.  `country` is two letters, `state` as it is written in addresses (CA), `number` that of the house.

    `name` is whose place it is; `room` may be a desk.
    """

    country: str
    state: str = ""
    city: str = ""
    street: str = ""
    number: str = ""
    building: str = ""
    floor: str = ""
    room: str = ""
    postal_code: str = ""
    name: str = ""

    @property
    def line(self) -> str:
        """In one line, as that country writes it."""
        house = (self.number, self.street) if self.country in NUMBER_FIRST else (self.street, self.number)
        building, floor, room = _INDOORS.get(self.country, _INDOORS_ELSEWHERE)
        indoors = (_called(building, self.building), _called(floor, self.floor), _called(room, self.room))
        return ", ".join(part for part in (self.name, _joined(*house), *indoors, self._town()) if part)

    def _town(self) -> str:
        if self.country in CITY_FIRST:
            town = _joined(self.state, self.postal_code)
            return ", ".join(part for part in (self.city, town) if part) if self.state else _joined(self.city, town)
        return _joined(self.postal_code, self.city, self.state and f"({self.state})")

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """The names of RFC 4119 and 5139 with their values, without those that are blank."""
        every = (
            ("country", self.country),
            ("A1", self.state),
            ("A3", self.city),
            ("RD", self.street),
            ("HNO", self.number),
            ("BLD", self.building),
            ("FLR", self.floor),
            ("ROOM", self.room),
            ("PC", self.postal_code),
            ("NAM", self.name),
        )
        return tuple((name, value) for name, value in every if value)

    def faults(self) -> dict[str, str]:
        """What keeps help from finding it: field → what is wrong; empty for an address that can be sent."""
        needed = ("street", "number", "postal_code", "city", *(("state",) if self.country in STATED else ()))
        found = {field: "is blank" for field in needed if not getattr(self, field)}
        code = POSTAL_CODES.get(self.country)
        if self.postal_code and code is not None and not code.fullmatch(self.postal_code):
            found["postal_code"] = f"{self.postal_code!r} is no postal code there"
        if self.state and self.country in STATED and not _STATE.fullmatch(self.state):
            found["state"] = f"{self.state!r} is not as in an address: give two or three letters"
        return found


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _called(word: str, value: str) -> str:
    """Floor 4; but what has a word of its own ("4th floor", "Suite 12") stays as it is."""
    return value if not value or re.search(r"[^\W\d]{2}", value) else f"{word} {value}"


def cleaned(text: str) -> str:
    """On one line, and without what can be in no document: control characters, and halves of characters."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
