"""Where a number is from, in words, out of the data that comes with `phonenumbers`.

`phonenumbers.geocoder` loads all of that data: 0.7 s and 100 MB.  It is stored in parts, sorted by prefix, so this
module loads only the part that a prefix belongs to, past the package's own `__init__`: about 10 ms and 4 MB each, and
keeps the few that were used last.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import phonenumbers

_DATA = Path(phonenumbers.__file__).parent / "geodata"
_HEAD = 4_096
_FIRST_PREFIX = re.compile(rb"^ *'(\d+)':", re.MULTILINE)


def place(number: phonenumbers.PhoneNumber, language: str) -> str:
    """The town, area or else the country of a number, in that language or in English; "" when nothing is known.

    `language` is a Salesforce or ISO code ("nl_NL", "en").
    """
    code = language.replace("-", "_").partition("_")[0].lower()
    area = _area(number, code) if phonenumbers.is_number_geographical(number) else None
    return area or _country(number, code)


def country_code(number: phonenumbers.PhoneNumber) -> int:
    """The country code; a number that was parsed has one."""
    assert number.country_code is not None
    return number.country_code


def _area(number: phonenumbers.PhoneNumber, language: str) -> str | None:
    code = country_code(number)
    national = phonenumbers.national_significant_number(number)
    digits = f"{code}{national.removeprefix(phonenumbers.country_mobile_token(code))}"
    while digits:
        names = _part_of(digits).get(digits)
        if names:
            return names.get(language) or names.get("en")
        digits = digits[:-1]
    return None


def _country(number: phonenumbers.PhoneNumber, language: str) -> str:
    region = phonenumbers.region_code_for_number(number)
    return "" if region is None else _countries(language).get(region, "")


@lru_cache(maxsize=8)
def _countries(language: str) -> dict[str, str]:
    """ISO country → its name.  In the data, "*xx" stands for "the same as in language xx"."""
    names: dict[str, str] = {}
    for region, by_language in _load("locale").LOCALE_DATA.items():
        name = by_language.get(language) or by_language["en"]
        names[region] = by_language[name[1:]] if name.startswith("*") else name
    return names


def _part_of(prefix: str) -> dict[str, dict[str, str]]:
    firsts = _first_prefixes()
    index = bisect_right(firsts, prefix) - 1
    return _part(index) if index >= 0 else {}


@lru_cache(maxsize=1)
def _first_prefixes() -> tuple[str, ...]:
    """The first prefix of each part, in order: read from the beginning of the files, which costs 14 ms once."""
    firsts: list[str] = []
    while (file := _DATA / f"data{len(firsts)}.py").exists():
        with file.open("rb") as text:
            found = _FIRST_PREFIX.search(text.read(_HEAD))
        if found is None:
            return ()
        firsts.append(found[1].decode())
    return tuple(firsts) if firsts == sorted(firsts) else ()


@lru_cache(maxsize=3)
def _part(index: int) -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = _load(f"data{index}").data
    return data


def _load(name: str) -> ModuleType:
    """A module of the data package, by itself and not kept in `sys.modules`."""
    spec = spec_from_file_location(f"phonenumbers.geodata.{name}", _DATA / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
