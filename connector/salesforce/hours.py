"""A skill's opening hours as an administrator writes them: "Mo-Fr 08:00-17:30, Sa 10:00-14:00"."""

import re
from collections.abc import Iterator
from typing import Final

from connector.domain.directory import Opening

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIDNIGHT: Final = 24 * 60
_PART = re.compile(
    r"(?P<first>[a-z]{2,9})\.?(?:\s*[-\u2013]\s*(?P<last>[a-z]{2,9})\.?)?\s+"
    r"(?P<opens>\d{1,2}[:.]\d\d)\s*[-\u2013]\s*(?P<closes>\d{1,2}[:.]\d\d)",
    re.IGNORECASE,
)


def opening_hours(text: str) -> tuple[Opening, ...]:
    """The hours by day, in the order of the week; () for a blank text, which means always open.

    Hours that pass midnight ("Fr 22:00-06:00") go on on the next day.  Raises `ValueError` with what would be right.
    """
    found = [opening for part in re.split(r"[,;]", text) if part.strip() for opening in _of_part(part.strip())]
    return tuple(sorted(found, key=lambda opening: (opening.day, opening.opens, opening.closes)))


def _of_part(part: str) -> Iterator[Opening]:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is not written like Mo-Fr 08:00-17:30")
    first = _day(match["first"])
    last = _day(match["last"]) if match["last"] else first
    opens, closes = _minutes(match["opens"]), _minutes(match["closes"])
    if opens in (closes, _MIDNIGHT):
        raise ValueError(f"{part!r} has no time between opening and closing; all day is 00:00-24:00")
    for n in range((last - first) % 7 + 1):
        day = (first + n) % 7
        yield Opening(day, opens, closes if closes > opens else _MIDNIGHT)
        if 0 < closes < opens:
            yield Opening((day + 1) % 7, 0, closes)


def _day(text: str) -> int:
    """0 is Monday; any beginning of the English name from two letters on is understood."""
    for day, name in enumerate(_NAMES):
        if name.startswith(text.lower()):
            return day
    raise ValueError(f"{text!r} is no day; known are {', '.join(_DAYS)}")


def _minutes(text: str) -> int:
    hours, minutes = map(int, re.split(r"[:.]", text))
    if minutes > 59 or hours * 60 + minutes > _MIDNIGHT:
        raise ValueError(f"{text} is no time of day")
    return hours * 60 + minutes
