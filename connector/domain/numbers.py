"""Telephone numbers: what was typed or received → E.164, how they are shown, compared, searched and kept out of logs.

An internal extension of a colleague is not a number in this sense: who accepts those looks for them first.
"""

import re
from collections.abc import Collection
from functools import lru_cache

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from connector.domain import places
from connector.errors import BadInput

ALSO_EMERGENCY = {"US": frozenset({"933"}), "CA": frozenset({"933"})}
"""Numbers that are dialled as an emergency call is, beside those that `phonenumbers` knows: 933 tests 911."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LOCAL_EXTENSION = re.compile(
    r"[\s,;]*\b(?:toestel|tst|durchwahl|nebenstelle|apparat|dw|poste|anexo|interno|ramal)\b[.:\s]*(\d{1,8})\s*$",
    re.IGNORECASE,
)
_OLD_MEXICAN = re.compile(r"(\+|00|011)[^\d]*52[^\d]*1([^\d]*(?:\d[^\d]*){10})")
_NORTH_AMERICA = 1
_NORTH_AMERICAN = re.compile(r"[2-9]\d\d[2-9]\d{6}")
_LETTERS = re.compile(r"[^\W\d_]")
_TYPED_SHORT = re.compile(r"[\d\s().\-/]+")
_NOT_DIGIT = re.compile(r"\D")
_EXTENSION = re.compile(r"\s*(?:;|,|#|\bext|x(?=[\s.:]*\d)).*$", re.IGNORECASE)
_SEPARATED = r"[^\S\n]|[().\-/\u2010-\u2015\u2212]"
_SHORTEST_FILED = 4
_REDACTED = re.compile(
    r"(?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\b)"
    rf"|\+?\(?\d(?:(?:{_SEPARATED}){{0,3}}\d){{6,}}(?:[\s,;]*(?:x|ext\.?|extension|#|ext=)[\s.:=]*\d+)?"
    r"|\d{5,}",
    re.IGNORECASE,
)


class Number(Struct, frozen=True):
    """A number that can be dialled: E.164 and, if there was one, the extension to dial once it is answered.

    `country` and `language` are those of the person it is for.
    """

    e164: str
    extension: str = ""
    country: str = ""
    language: str = "en"

    @property
    def shown(self) -> str:
        """As a person of `country` writes it, extension included."""
        return shown(self.e164, self.country, self.extension)

    @property
    def place(self) -> str:
        """The town, area or country it belongs to, in words; "" when that is not known."""
        return place(self.e164, self.language)


def normalise(text: str, country: str, *, language: str = "en", emergency: Collection[str] = ()) -> Number:
    """The number that somebody in `country` (ISO two letters) means by `text`.

    Any writing is understood: spaces and punctuation, full-width digits, letters for digits (1-800-FLOWERS), + or 00 or
    011 before a country code, a bracketed trunk zero, `tel:`, extensions ("x 2031", "ext.", ";ext=", "toestel").  Only
    length and (in North America) form are checked against the numbering plan, since new ranges open all the time.

    Raises `BadInput`, field "number": `number_emergency` for an emergency number of `country` or of `emergency`,
    `number_too_short` (the area code may be missing), `number_invalid` for anything else that is no number.
    """
    country = country.upper()
    if is_emergency(text, country, emergency):
        raise emergency_refused(text)
    found = _parsed(text, country)
    if isinstance(found, str):
        raise BadInput(found, "number", _refusal(text.strip()[:40], found))
    e164 = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return Number(e164, found.extension or "", country, language)


def emergency_refused(typed: str) -> BadInput:
    """What is answered when an emergency number is to be dialled like any other."""
    how = "use the emergency button, or your own telephone"
    return BadInput("number_emergency", "number", f"{typed.strip()[:40]} is an emergency number: {how}.")


def _refusal(typed: str, code: str) -> str:
    if code == "number_too_short":
        return f"{typed!r} is not a complete telephone number. Write it with its area code."
    return f"{typed!r} is not a telephone number. Write it as +, country code, number."


def short_digits(text: str) -> str:
    """The digits of what was typed with nothing but separators between them, or ""."""
    cleaned = _INVISIBLE.sub("", text).strip()
    if not _TYPED_SHORT.fullmatch(cleaned):
        return ""
    return "".join(str(int(sign)) for sign in _NOT_DIGIT.sub("", cleaned))


def is_emergency(text: str, country: str, emergency: Collection[str] = ()) -> bool:
    """Whether dialling `text` in `country` must reach the emergency services."""
    country, digits = country.upper(), short_digits(text)
    if not digits:
        return False
    if digits in emergency or digits in ALSO_EMERGENCY.get(country, ()):
        return True
    return phonenumbers.is_emergency_number(digits, country)


def shown(e164: str, country: str, extension: str = "") -> str:
    """A number for people in `country`: national form at home, international form otherwise, groups parted by spaces.

    Where one country code is shared by several countries (+1, +7, +44 …) home, too, sees the international form.  What
    is no number (an internal extension, "anonymous") is shown as it is.
    """
    tail = f" x {extension}" if extension else ""
    return _shown(e164, country.upper()) + tail


@lru_cache(maxsize=4_096)
def _shown(e164: str, country: str) -> str:
    number = _of_e164(e164)
    if number is None:
        return e164
    at_home = phonenumbers.region_codes_for_country_code(places.country_code(number)) == (country,)
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form).replace("-", " ")


@lru_cache(maxsize=1_024)
def place(e164: str, language: str) -> str:
    """The town or area of a fixed line, else the country, in `language` or in English; "" when that is not known.

    The first call for a part of the world loads its data (10 to 30 ms, about 4 MB; three parts are kept).
    """
    number = _of_e164(e164)
    return places.place(number, language) if number else ""


def is_assigned(text: str, country: str) -> bool:
    """Whether `text`, read as written in `country`, lies in a range that `phonenumbers` knows to be in use."""
    found = _parsed(text, country.upper())
    return not isinstance(found, str) and phonenumbers.is_valid_number(found)


def country_of(e164: str) -> str:
    """The country (ISO two letters) that a number belongs to, "" when that is not known."""
    number = _of_e164(e164)
    return (number and phonenumbers.region_code_for_number(number)) or ""


def same(one: str, other: str, country: str = "") -> bool:
    """Whether two writings mean the same line; what has no country code is read as written in `country`.

    With two extensions these must be equal; a number without one is the same as with one, since callers show none.
    """
    first, second = _parsed(one, country.upper()), _parsed(other, country.upper())
    if isinstance(first, str) or isinstance(second, str):
        return False
    if first.extension and second.extension and first.extension != second.extension:
        return False
    return _subscriber(first) == _subscriber(second)


def variants(e164: str) -> tuple[str, ...]:
    """The digit strings as which a number may be stored, the most usual first; () for what is no E.164.

    National, with country code, with trunk prefix, with both (+44 (0)20 …) and with 00 before the country code.
    """
    number = _of_e164(e164)
    if number is None:
        return ()
    code = str(places.country_code(number))
    main = _subscriber(number)[1]
    as_is = phonenumbers.national_significant_number(number)
    region = phonenumbers.region_code_for_country_code(places.country_code(number))
    trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True)
    found = [as_is, code + as_is, main, code + main]
    if trunk and trunk != code:
        found += [trunk + as_is, code + trunk + as_is]
    found.append("00" + code + as_is)
    return tuple(dict.fromkeys(found))


class Filed(Struct, frozen=True):
    """Under which keys a written number is filed in an index of numbers, and its extension."""

    keys: tuple[str, ...]
    extension: str = ""


def filed(text: str, country: str = "") -> Filed:
    """The keys of a number as it is written in a record of `country` ("": not known); none for what is no number.

    A key is the E.164, where the text has a country code or `country` gives it one; for a number without +, its digits,
    too, since its country may be that of whoever reads it.  Every caller whom the text may mean finds it by
    `looked_up`; `same` then tells who is meant.
    """
    found = _parsed(text, country.upper())
    keys = [] if isinstance(found, str) else [_key(found)]
    extension = "" if isinstance(found, str) else found.extension or ""
    cleaned = _LOCAL_EXTENSION.sub(r" ext. \1", _INVISIBLE.sub("", text)).strip()
    if not cleaned.startswith(("+", "\uff0b")):
        main = _EXTENSION.sub("", cleaned)
        rest = phonenumbers.normalize_digits_only(cleaned[len(main) :])
        written = phonenumbers.convert_alpha_characters_in_number(main)
        digits = phonenumbers.normalize_digits_only(written).lstrip("0")
        if len(digits) >= _SHORTEST_FILED:
            keys.append(f"~{digits}")
            extension = extension or rest
    return Filed(tuple(dict.fromkeys(keys)), extension)


def looked_up(e164: str) -> tuple[str, ...]:
    """The keys under which `filed` may have put this number; () for what is no E.164."""
    number = _of_e164(e164)
    if number is None:
        return ()
    national = (f"~{digits.lstrip('0')}" for digits in variants(e164))
    return tuple(dict.fromkeys((_key(number), *national)))


def _key(number: PhoneNumber) -> str:
    code, national = _subscriber(number)
    return f"+{code}{national}"


def redact(text: str) -> str:
    """`text` with telephone numbers and any run of five or more digits reduced to their last two digits.

    Dates and times in ISO form stay, as do shorter runs.
    """
    return _REDACTED.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    return match["time"] or "***" + _NOT_DIGIT.sub("", match[0])[-2:]


def _subscriber(number: PhoneNumber) -> tuple[int, str]:
    """Country code and national number, without the 9 that Argentina puts before a mobile number called from abroad."""
    code, national = places.country_code(number), phonenumbers.national_significant_number(number)
    return code, national[1:] if (code, national[:1], len(national)) == (54, "9", 11) else national


def _of_e164(e164: str) -> PhoneNumber | None:
    if not e164.startswith("+"):
        return None
    found = _parsed(e164, None)
    return None if isinstance(found, str) else found


@lru_cache(maxsize=8_192)
def _parsed(text: str, country: str | None) -> PhoneNumber | str:
    """The number, or the code that says why it is none."""
    cleaned = _LOCAL_EXTENSION.sub(r" ext. \1", _INVISIBLE.sub("", text)).strip()
    if "*" in cleaned:
        return "number_invalid"
    if not any(sign.isdigit() for sign in cleaned):
        return "number_invalid" if _LETTERS.search(cleaned) else "number_too_short"
    # Mexican mobile numbers had a 1 after the country code until 2020, and have it still in many records.
    cleaned = _OLD_MEXICAN.sub(r"\1 52 \2", cleaned)
    first = _checked(cleaned, country)
    if not isinstance(first, str):
        return first
    for prefix in ("011", "00"):  # the international prefix of another country than the agent's
        if cleaned.startswith(prefix):
            second = _checked(f"+{cleaned.removeprefix(prefix)}", country)
            if not isinstance(second, str):
                return second
    return first


def _checked(text: str, country: str | None) -> PhoneNumber | str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        short = error.error_type in (error.TOO_SHORT_NSN, error.TOO_SHORT_AFTER_IDD)
        digits = sum(sign.isdigit() for sign in text)
        return "number_too_short" if short or (digits < 3 and not _LETTERS.search(text)) else "number_invalid"
    national = phonenumbers.national_significant_number(number)
    if number.country_code == _NORTH_AMERICA and len(national) == 10 and not _NORTH_AMERICAN.fullmatch(national):
        return "number_invalid"
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE:
        return number
    too_short = possible in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    return "number_too_short" if too_short else "number_invalid"
