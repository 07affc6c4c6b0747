"""Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum that survives loss of case.

Each of the three added characters stands for five of the first fifteen: bit n is set when character n is a capital,
and the five bits index `A-Z0-5`. Inside the stand-in every id is kept in its 18-character form.
"""

from __future__ import annotations

import string

CHECK_ALPHABET = string.ascii_uppercase + "012345"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_CHARACTERS = frozenset(BASE62)
INSTANCE = "5g"
FIRST_NUMBER = 4_918_007_301
"""Where counting starts: high enough that ids show letters of both cases, as real ones do."""


def checksum(id15: str) -> str:
    """The three characters that follow a 15-character id."""
    groups = (id15[0:5], id15[5:10], id15[10:15])
    return "".join(CHECK_ALPHABET[sum(1 << i for i, c in enumerate(group) if c.isupper())] for group in groups)


def canonical(text: str) -> str | None:
    """The 18-character form of `text`, or None when it is no id (length, characters, or checksum)."""
    if len(text) == 15 and ID_CHARACTERS.issuperset(text):
        return text + checksum(text)
    if len(text) == 18 and ID_CHARACTERS.issuperset(text) and text[15:].upper() == checksum(text[:15]):
        return text[:15] + text[15:].upper()
    return None


def make_id(prefix: str, number: int) -> str:
    """The 18-character id of the `number`-th record (from 0) of the object with this three-character key prefix."""
    rest, digits = FIRST_NUMBER + number, ""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = BASE62[digit] + digits
    id15 = f"{prefix}{INSTANCE}0{digits.rjust(9, '0')}"
    return id15 + checksum(id15)
