"""Screen pops as an administrator writes them: when, what opens for how many, and how a new record is filled in."""

import re
import string
from typing import Final

from connector.domain.directory import PopMoment, PopRule
from connector.domain.rules.pops import WORDS

_RULE: Final = re.compile(r"(\w+)(?:[ :]+(\w+))?")
_NAME: Final = re.compile(r"[A-Za-z]\w{0,79}")
_NAMED: Final = {"flow": "the API name of a screen flow", "new": "the API name of an object"}
_PLAIN: Final = ("search", "layout", "nothing")


def moment(text: str) -> PopMoment:
    """When something opens.  Raises `ValueError` with the cure."""
    try:
        return PopMoment(text.lower())
    except ValueError:
        raise ValueError(f"give one of {', '.join(PopMoment)}") from None


def rule(text: str) -> PopRule:
    """What opens for several, or for nobody.  Raises `ValueError` with the cure."""
    return _rule(text, _PLAIN)


def rule_of_one(text: str) -> PopRule:
    """What opens for the one who was found.  Raises `ValueError` with the cure."""
    return _rule(text, ("record", *_PLAIN))


def _rule(text: str, plain: tuple[str, ...]) -> PopRule:
    found = _RULE.fullmatch(text)
    what, name = (found[1].lower(), found[2] or "") if found else ("", "")
    if what in _NAMED:
        if not _NAME.fullmatch(name):
            raise ValueError(f"after {what!r} give {_NAMED[what]}")
        return PopRule(what, name)
    if what in plain and not name:
        return PopRule(what)
    raise ValueError(f"give {', '.join(plain)}, flow and its name, or new and the name of an object")


def fields(text: str) -> tuple[tuple[str, str], ...]:
    """What a new record is filled in with: `Phone={number}; LeadSource=Phone`.  Raises `ValueError` with the cure."""
    if text.lower() == "nothing":
        return ()
    return tuple(_field(part.strip()) for part in text.split(";") if part.strip())


def _field(part: str) -> tuple[str, str]:
    name, equals, template = map(str.strip, part.partition("="))
    if not equals or not _NAME.fullmatch(name):
        raise ValueError(f"{part!r} is no field with its value; write fields as Phone={{number}}; LeadSource=Phone")
    try:
        words = [word for _, word, form, turned in string.Formatter().parse(template) if word is not None]
        odd = [word for _, word, form, turned in string.Formatter().parse(template) if form or turned]
    except ValueError as error:
        raise ValueError(f"{part!r}: {error}") from None
    unknown = odd or [word for word in words if word not in WORDS]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is not known; known are {', '.join(WORDS)}")
    return name, template
