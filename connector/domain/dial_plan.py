"""The administrator's dial plan: which numbers are refused, internal, or dialled as another one.  First match wins.

A pattern has digits, `x` for any one digit and, at its end, `*` for whatever follows.  One that begins with + is about
the number that is meant (E.164), one without is about the digits as they were typed.  An emergency number is touched by
none, and none leads to one.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from connector.domain import numbers
from connector.domain.directory import Directory, NumberPattern, PatternAction, Profile
from connector.domain.emergency import dialled_numbers, emergency_of, route_of
from connector.errors import BadInput

REST: Final = "*"
ANY: Final = "x"
SHORTEST: Final = 2
"""Digits that there must be for a switch to call them."""

_SOUND: Final = re.compile(r"\+?[0-9x]*\*?")
_SEPARATOR: Final = re.compile(r"[\s().\-/]+")


def written(text: str) -> str:
    """A pattern as it is compared: without spaces and punctuation.  Raises `ValueError` for what is none."""
    pattern = _SEPARATOR.sub("", text).lower()
    if not _SOUND.fullmatch(pattern) or pattern in ("", "+"):
        raise ValueError("write digits, x for any digit, a + only at the beginning and a * only at the end")
    return pattern


def matches(pattern: str, number: str) -> bool:
    """Whether the pattern is about that number (E.164, or digits as typed)."""
    if pattern.startswith("+") != number.startswith("+"):
        return False
    fixed = pattern.removesuffix(REST)
    if len(number) < len(fixed) or (len(number) > len(fixed) and fixed == pattern):
        return False
    return all(sign in (ANY, digit) for sign, digit in zip(fixed, number, strict=False))


def rewritten(pattern: str, result: str, number: str) -> str:
    """What becomes of a number that matches: each `x` is the next digit that an `x` stood for, `*` what followed."""
    fixed = pattern.removesuffix(REST)
    digits = iter([digit for sign, digit in zip(fixed, number, strict=False) if sign == ANY])
    rest = number[len(fixed) :]
    return "".join(next(digits) if sign == ANY else rest if sign == REST else sign for sign in result)


def same_places(pattern: str, result: str) -> bool:
    """Whether the result has as many places as the pattern leaves open, so that no digit is lost or made up."""
    return all(pattern.count(sign) == result.count(sign) for sign in (ANY, REST))


def covers(wide: str, narrow: str) -> bool:
    """Whether every number that matches `narrow` matches `wide`."""
    if wide.startswith("+") != narrow.startswith("+"):
        return False
    fixed, other = wide.removesuffix(REST), narrow.removesuffix(REST)
    if len(other) < len(fixed) or (fixed == wide and (len(other) > len(fixed) or other != narrow)):
        return False
    return all(sign == one or (sign == ANY and one != "+") for sign, one in zip(fixed, other, strict=False))


def first(patterns: Sequence[NumberPattern], number: str, skill: str) -> NumberPattern | None:
    """The first pattern for calls of that skill that the number matches; "" for a skill that is not known yet."""
    return next(
        (one for one in patterns if matches(one.pattern, number) and (not one.skills or skill in one.skills)), None
    )


def dialled(directory: Directory, typed: str, profile: Profile, skill: str = "") -> tuple[str, bool]:
    """What will be called: a colleague's extension (True), a number in E.164, or an internal number's digits (False).

    Raises `BadInput` naming what is wrong with the number, `number_refused` for one that the dial plan forbids; an
    emergency number is never dialled by this way.
    """
    if emergency_of(directory, profile, typed) is not None:
        raise numbers.emergency_refused(typed)
    colleague = directory.agent_of_device(typed.strip())
    if colleague is not None and colleague.id != profile.id:
        return colleague.device, True
    number = meant(directory, typed, profile.country, skill)
    owner = directory.agent_of_device(_as_dialled(directory, number, skill))
    if owner is not None and owner.id != profile.id:
        return owner.device, True
    if number == profile.device:
        raise BadInput("number_invalid", "number", f"{number} is your own phone: call another number.")
    return number, False


def meant(directory: Directory, text: str, country: str, skill: str, emergency: Collection[str] = ()) -> str:
    """The number that somebody in `country` means by `text`: in E.164, or an internal number's digits.

    Raises `BadInput`: `number_refused` when the dial plan forbids it, and what `numbers.normalise` raises.
    """
    digits = numbers.short_digits(text.strip().removeprefix("tel:"))
    touched = len(digits) >= SHORTEST and not _urgent(directory, digits, country)
    rule = first(directory.patterns, digits, skill) if touched else None
    if rule is not None:
        match rule.action:
            case PatternAction.REFUSE:
                raise _refused(text, rule)
            case PatternAction.INTERNAL:
                return digits
            case PatternAction.REWRITE:
                text = rewritten(rule.pattern, rule.result, digits)
                if _urgent(directory, text, country):
                    raise numbers.emergency_refused(text)
                if directory.agent_of_device(text) is not None:
                    return text
    number = numbers.normalise(text, country, emergency=emergency).e164
    rule = first(directory.patterns, number, skill)
    if rule is not None and rule.action is PatternAction.REFUSE:
        raise _refused(text, rule)
    return number


def outside(directory: Directory, number: str, skill: str) -> str:
    """What the switch dials for a number: as the dial plan rewrites it, else with the call centre's prefix.

    An internal number is dialled as it is, and all three stay out of what is stored.  No number of the outside is ever
    dialled as an agent's phone or as an emergency number.
    """
    sent = _as_dialled(directory, number, skill)
    return _usual(directory, number) if directory.agent_of_device(sent) is not None else sent


def _as_dialled(directory: Directory, number: str, skill: str) -> str:
    rule = first(directory.patterns, number, skill) if number.startswith("+") else None
    if rule is not None and rule.action is PatternAction.REWRITE:
        sent = rewritten(rule.pattern, rule.result, number)
        if not _urgent(directory, sent, ""):
            return sent
    return _usual(directory, number)


def _usual(directory: Directory, number: str) -> str:
    """With the prefix, after which no + can be dialled."""
    prefix = directory.settings.outside_prefix
    return prefix + number.removeprefix("+") if prefix and number.startswith("+") else number


def _refused(text: str, rule: NumberPattern) -> BadInput:
    typed = text.strip()[:40]
    return BadInput("number_refused", "number", f"{typed!r} may not be called from here: {rule.name}.")


def _urgent(directory: Directory, digits: str, country: str) -> bool:
    """Whether these digits reach, or could be taken to reach, the emergency services of anybody here."""
    if country and numbers.is_emergency(digits, country):
        return True
    ours = route_of(directory, country)
    routes = directory.emergency if ours is None else (*directory.emergency, ours)
    return any(digits in dialled_numbers(route) for route in routes)
