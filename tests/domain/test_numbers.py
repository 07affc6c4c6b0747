"""Telephone numbers: tables of writings, and round trips over every country's example numbers."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import numbers, places
from connector.domain.numbers import Number
from connector.errors import BadInput

WRITTEN = [
    ("(415) 555-0143", "US", "+14155550143", ""),
    ("415.555.0143", "US", "+14155550143", ""),
    ("415/555-0143", "US", "+14155550143", ""),
    ("1 415 555 0143", "US", "+14155550143", ""),
    ("+1 415 555 0143", "NL", "+14155550143", ""),
    ("4155550143", "us", "+14155550143", ""),
    ("+1 (415) 555–0143", "NL", "+14155550143", ""),
    ("\u202a+1\u00a0415\u00a0555\u00a00143\u202c", "US", "+14155550143", ""),
    ("４１５５５５０１４３", "US", "+14155550143", ""),
    ("٤١٥٥٥٥٠١٤٣", "US", "+14155550143", ""),
    ("Tel: (415) 555-0143", "US", "+14155550143", ""),
    ("tel:+1-415-555-0143", "NL", "+14155550143", ""),
    ("tel:415-555-0143;phone-context=+1", "NL", "+14155550143", ""),
    ("1-800-FLOWERS", "US", "+18003569377", ""),
    ("1-800-FLOWERS poste 12", "US", "+18003569377", "12"),
    ("415\u200b555\u200b0143", "US", "+14155550143", ""),
    ("0031 20 123 4567", "NL", "+31201234567", ""),
    ("0031 20 123 4567", "US", "+31201234567", ""),
    ("011 31 20 123 4567", "US", "+31201234567", ""),
    ("011 1 415 555 0143", "NL", "+14155550143", ""),
    ("020 123 4567", "NL", "+31201234567", ""),
    ("+31 (0)20 123 4567", "US", "+31201234567", ""),
    ("+44 (0)20 7946 0958", "US", "+442079460958", ""),
    ("020 7946 0958", "GB", "+442079460958", ""),
    ("06 698 12345", "IT", "+390669812345", ""),
    ("030 231250", "DE", "+4930231250", ""),
    ("+52 1 55 1234 5678", "US", "+525512345678", ""),
    ("+5215512345678", "MX", "+525512345678", ""),
    ("00 52 1 55 1234 5678", "US", "+525512345678", ""),
    ("011 52 1 55 1234 5678", "NL", "+525512345678", ""),
    ("0800 1234", "NL", "+318001234", ""),
    ("415.555.0100 x 2031", "US", "+14155550100", "2031"),
    ("415 555 0100 x2031", "US", "+14155550100", "2031"),
    ("415 555 0100 ext. 2031", "US", "+14155550100", "2031"),
    ("415 555 0100 extension 2031", "US", "+14155550100", "2031"),
    ("+1 415 555 0100;ext=2031", "NL", "+14155550100", "2031"),
    ("4155550100,,2031", "US", "+14155550100", "2031"),
    ("415-555-0100 #2031", "US", "+14155550100", "2031"),
    ("020 123 4567 toestel 12", "NL", "+31201234567", "12"),
    ("030 231250 Durchwahl 12", "DE", "+4930231250", "12"),
    ("01 23 45 67 89 poste 12", "FR", "+33123456789", "12"),
]


@pytest.mark.parametrize("text,country,e164,extension", WRITTEN)
def test_every_writing_is_understood(text: str, country: str, e164: str, extension: str) -> None:
    found = numbers.normalise(text, country)
    assert (found.e164, found.extension) == (e164, extension)


REFUSED = [
    ("", "US", "number_too_short"),
    ("+", "US", "number_too_short"),
    ("0", "US", "number_too_short"),
    ("12", "US", "number_too_short"),
    ("+1 415", "US", "number_too_short"),
    ("555-0143", "US", "number_too_short"),
    ("123", "US", "number_too_short"),
    ("12", "XX", "number_too_short"),
    ("123", "XX", "number_invalid"),
    ("+99", "US", "number_too_short"),
    ("+999", "US", "number_invalid"),
    ("+31 2", "NL", "number_too_short"),
    ("011 31", "US", "number_too_short"),
    ("12a", "US", "number_invalid"),
    ("1a", "US", "number_invalid"),
    ("hello", "US", "number_invalid"),
    ("sip:mia@example.com", "US", "number_invalid"),
    ("*67 415 555 0143", "US", "number_invalid"),
    ("415 555 0143*", "US", "number_invalid"),
    ("415 555 0143 Mia", "US", "number_invalid"),
    ("+999 123 4567", "US", "number_invalid"),
    ("020 555 0121", "US", "number_invalid"),
    ("+1 415 155 0143", "NL", "number_invalid"),
    ("+1 115 555 0143", "NL", "number_invalid"),
    ("415 555 0143", "", "number_invalid"),
    ("415 555 0143", "XX", "number_invalid"),
    ("415 555 0143 999 999 999", "US", "number_invalid"),
    ("1" * 300, "US", "number_invalid"),
    ("911", "US", "number_emergency"),
    ("9-1-1", "US", "number_emergency"),
    (" 9 1 1 ", "us", "number_emergency"),
    ("９１１", "US", "number_emergency"),
    ("112", "US", "number_emergency"),
    ("933", "US", "number_emergency"),
    ("933", "CA", "number_emergency"),
    ("933", "NL", "number_too_short"),
    ("112", "NL", "number_emergency"),
    ("112", "DE", "number_emergency"),
    ("110", "DE", "number_emergency"),
    ("999", "GB", "number_emergency"),
    ("000", "AU", "number_emergency"),
]


@pytest.mark.parametrize("text,country,code", REFUSED)
def test_what_is_no_number_is_refused_with_its_code_and_field(text: str, country: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        numbers.normalise(text, country)
    assert (caught.value.code, caught.value.field) == (code, "number")
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" 555-0143 ", "'555-0143' is not a complete telephone number. Write it with its area code."),
        ("hello", "'hello' is not a telephone number. Write it as +, country code, number."),
        (f"+{'9' * 39}8", f"'+{'9' * 39}' is not a telephone number. Write it as +, country code, number."),
        (" 9-1-1 ", "9-1-1 is an emergency number: use the emergency button, or your own telephone."),
    ],
)
def test_a_refusal_says_what_was_typed_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        numbers.normalise(text, "US")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("911", "911"),
        (" 9-1/1. ", "911"),
        ("(9) 11", "911"),
        ("9\u200b11", "911"),
        ("９１１", "911"),
        ("+911", ""),
        ("call 911", ""),
        ("9#11", ""),
        ("", ""),
        (" - ", ""),
    ],
)
def test_the_digits_of_what_was_typed_with_nothing_but_separators(text: str, expected: str) -> None:
    assert numbers.short_digits(text) == expected


def test_configured_emergency_numbers_count_too() -> None:
    assert not numbers.is_emergency("5555", "US")
    assert numbers.is_emergency("55-55", "US", {"5555"})
    with pytest.raises(BadInput) as caught:
        numbers.normalise("5555", "US", emergency={"5555"})
    assert caught.value.code == "number_emergency"


@pytest.mark.parametrize(
    "e164,country,expected",
    [
        ("+14155550143", "US", "+1 415 555 0143"),
        ("+14155550143", "NL", "+1 415 555 0143"),
        ("+31201234567", "NL", "020 123 4567"),
        ("+31201234567", "US", "+31 20 123 4567"),
        ("+442079460958", "GB", "+44 20 7946 0958"),
        ("+4930231250", "DE", "030 231250"),
        ("2042", "US", "2042"),
        ("anonymous", "US", "anonymous"),
        ("", "US", ""),
        ("+1", "US", "+1"),
    ],
)
def test_shown_as_people_of_the_country_write_it(e164: str, country: str, expected: str) -> None:
    assert numbers.shown(e164, country) == expected
    assert numbers.shown(e164, country.lower(), "12") == f"{expected} x 12"


@pytest.mark.parametrize(
    "e164,language,expected",
    [
        ("+14155550143", "en_US", "San Francisco, CA"),
        ("+15105550110", "en", "California"),
        ("+31201234567", "nl_NL", "Amsterdam"),
        ("+31612345678", "nl-NL", "Nederland"),
        ("+18005550199", "en", "United States"),
        ("+18005550199", "xx", "United States"),
        ("+18005550199", "", "United States"),
        ("+18005550199", "de", "Vereinigte Staaten von Amerika"),
        ("+498912345678", "de", "München"),
        ("+498912345678", "nl", "Munich"),
        ("+8613612345678", "en", "Shantou, Guangdong"),
        ("+5491123456789", "en", "Buenos Aires"),
        ("+442079460958", "xx", "London"),
        ("+442079460958", "", "London"),
        ("+12015550123", "en", "New Jersey"),
        ("+14148055550", "en", "Milwaukee, WI"),
        ("+358912345", "se", "Helsingfors"),
        ("+358912345", "en", "Finland"),
        ("+38328012345", "en", "Gjilan"),
        ("+38343201234", "en", ""),
        ("+31955555555", "en", "Netherlands"),
        ("+12005550123", "en", ""),
        ("+80012345678", "en", ""),
        ("2042", "en", ""),
        ("", "en", ""),
    ],
)
def test_place_is_the_town_or_else_the_country(e164: str, language: str, expected: str) -> None:
    assert numbers.place(e164, language) == expected


def test_a_number_knows_how_it_is_shown_and_where_it_belongs() -> None:
    found = Number("+14155550100", "2031", "NL", "nl")
    assert (found.shown, found.place) == ("+1 415 555 0100 x 2031", "San Francisco, CA")
    assert Number("+14155550100") == Number("+14155550100", "", "", "en")
    assert numbers.normalise("415 555 0100", "us") == Number("+14155550100", "", "US", "en")
    assert numbers.normalise("415 555 0100 x 2", "US", language="nl") == Number("+14155550100", "2", "US", "nl")


@pytest.mark.slow
def test_places_agree_with_the_geocoder_of_the_library_without_loading_it() -> None:
    """In a process of its own: the library's geocoder takes 100 MB.  Where it knows nothing we say the country."""
    code = """
import sys, phonenumbers
from connector.domain import places
regions = sorted(phonenumbers.SUPPORTED_REGIONS)
kinds = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
numbers = [n for r in regions for k in kinds if (n := phonenumbers.example_number_for_type(r, k))]
ours = [places.place(n, language) for n in numbers for language in ("en", "nl", "de")]
assert not any("geodata" in name or "geocoder" in name for name in sys.modules), "the library's data was loaded"
from phonenumbers import geocoder
theirs = [geocoder.description_for_number(n, language) for n in numbers for language in ("en", "nl", "de")]
differ = [(n, a, b) for n, a, b in zip([n for n in numbers for _ in range(3)], ours, theirs) if b and a != b]
assert len(ours) > 1000 and not differ, differ
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr


def test_the_parts_of_the_place_data_are_found() -> None:
    firsts = places._first_prefixes()
    assert len(firsts) > 20
    assert firsts[0].startswith("1")


@pytest.mark.parametrize(
    "one,other,country,expected",
    [
        ("+14155550143", "(415) 555-0143", "US", True),
        ("+14155550143", "(415) 555-0143", "NL", False),
        ("+14155550143", "(415) 555-0144", "US", False),
        ("+14155550100", "415.555.0100 x 2031", "US", True),
        ("+14155550100;ext=2031", "415.555.0100 x 2031", "US", True),
        ("+14155550100;ext=2032", "415.555.0100 x 2031", "US", False),
        ("+31201234567", "020-1234567", "NL", True),
        ("+31201234567", "+31 (0)20 123 45 67", "US", True),
        ("+5491123456789", "+541123456789", "US", True),
        ("+5215512345678", "+525512345678", "US", True),
        ("+14155550143", "anonymous", "US", False),
        ("anonymous", "anonymous", "US", False),
        ("", "", "US", False),
    ],
)
def test_same_line(one: str, other: str, country: str, expected: bool) -> None:
    assert numbers.same(one, other, country) is expected
    assert numbers.same(other, one, country) is expected


@pytest.mark.parametrize(
    "text,country,expected",
    [
        ("(415) 555-0143", "US", True),
        ("(415) 555-0143", "NL", False),
        ("020 555 01 21", "NL", True),
        ("020 555 01 21", "US", False),
        ("+31 20 555 01 21", "US", True),
        ("anonymous", "US", False),
    ],
)
def test_is_assigned(text: str, country: str, expected: bool) -> None:
    assert numbers.is_assigned(text, country) is expected


@pytest.mark.parametrize(
    "e164,expected", [("+14155550143", "US"), ("+31201234567", "NL"), ("+16045550143", "CA"), ("2042", ""), ("", "")]
)
def test_country_of(e164: str, expected: str) -> None:
    assert numbers.country_of(e164) == expected


@pytest.mark.parametrize(
    "e164,expected",
    [
        ("+14155550143", ("4155550143", "14155550143", "0014155550143")),
        ("+31201234567", ("201234567", "31201234567", "0201234567", "310201234567", "0031201234567")),
        ("+390669812345", ("0669812345", "390669812345", "00390669812345")),
        ("2042", ()),
        ("", ()),
    ],
)
def test_variants_are_what_a_search_must_try(e164: str, expected: tuple[str, ...]) -> None:
    assert numbers.variants(e164) == expected


def test_variants_of_an_argentine_mobile_number_have_both_writings() -> None:
    assert {"91123456789", "1123456789", "5491123456789", "541123456789"} <= set(numbers.variants("+5491123456789"))


@pytest.mark.parametrize(
    "line,expected",
    [
        ("call from +1 415 555 0143 to (628) 555-0119", "call from ***43 to ***19"),
        ("number=+14155550143", "number=***43"),
        ("415.555.0100 x 2031 rings", "***31 rings"),
        ("(415) 555-014-3 rings", "***43 rings"),
        ("at 2026-11-23T05:52:34 and 2026-11-23", "at 2026-11-23T05:52:34 and 2026-11-23"),
        ("digits 12345#", "digits ***45#"),
        ("pin 1234, extension 2041", "pin 1234, extension 2041"),
        ("GET /match?from=%2B14155550143", "GET /match?from=%2B***43"),
        ("+14155550143 200", "***00"),
        ("４１５５５５０１４３", "***４３"),
        ("+31 (0)20 123 4567", "***67"),
        ("127.0.0.1:8080 answered in 4999 ms", "127.0.0.1:8080 answered in 4999 ms"),
        ("", ""),
    ],
)
def test_redact(line: str, expected: str) -> None:
    assert numbers.redact(line) == expected


def _examples() -> list[tuple[str, phonenumbers.PhoneNumber]]:
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
        if number is not None:
            found.append((region, number))
    return found


FORMS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
)


@pytest.mark.parametrize("form", FORMS)
def test_every_country_and_form_comes_back_as_the_same_number(form: int) -> None:
    examples = _examples()
    assert len(examples) > 200
    for region, number in examples:
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        text = phonenumbers.format_number(number, form)
        assert numbers.normalise(text, region).e164 == e164, (region, text)
        assert numbers.same(e164, text, region), (region, text)
        assert all(term.isdigit() for term in numbers.variants(e164)), region
        assert any(numbers.normalise("+" + term, "").e164 == e164 for term in numbers.variants(e164)[1:2]), region


@given(
    st.sampled_from(_examples()),
    st.lists(st.sampled_from(["", " ", "-", ".", "\u00a0", ") ", "/"]), min_size=16, max_size=16),
    st.one_of(st.just(""), st.integers(0, 999_999).map(str)),
)
def test_separators_and_extensions_never_change_the_number(
    example: tuple[str, phonenumbers.PhoneNumber], separators: list[str], extension: str
) -> None:
    region, number = example
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    text = e164[:3] + "".join(a + b for a, b in zip(separators, e164[3:], strict=False))
    found = numbers.normalise(f"{text} x {extension}" if extension else text, region)
    assert (found.e164, found.extension) == (e164, extension)


@given(st.text(max_size=60), st.sampled_from(["US", "NL", "", "??"]))
def test_any_text_gives_a_number_or_a_refusal(text: str, country: str) -> None:
    try:
        found = numbers.normalise(text, country)
    except BadInput as error:
        refused = error.code
    else:
        refused = ""
        assert numbers.normalise(found.e164, "").e164 == found.e164
    assert refused in {"", "number_invalid", "number_too_short", "number_emergency"}


@given(st.text(alphabet="0123456789 +()-.x#abc\n", max_size=80))
def test_a_redacted_line_has_no_run_of_five_digits(text: str) -> None:
    run = 0
    for sign in numbers.redact(text):
        run = run + 1 if sign.isdigit() else 0
        assert run < 5
