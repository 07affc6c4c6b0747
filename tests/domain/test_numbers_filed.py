"""Numbers in an index: whatever is written is found by every caller whom it may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import numbers


@pytest.mark.parametrize(
    ("written", "country", "caller"),
    [
        ("+1 415 555 0143", "", "+14155550143"),
        ("(415) 555-0143", "", "+14155550143"),
        ("415.555.0143 x 2031", "", "+14155550143"),
        ("1-415-555-0143", "", "+14155550143"),
        ("001 415 555 0143", "", "+14155550143"),
        ("011 31 20 555 0121", "", "+31205550121"),
        ("020 555 0121", "", "+31205550121"),
        ("020 555 0121", "NL", "+31205550121"),
        ("0031 (0)20 555 0121", "", "+31205550121"),
        ("31205550121", "", "+31205550121"),
        ("020-5550121 toestel 14", "", "+31205550121"),
        ("+31 (0)20 555 0121;ext=9", "", "+31205550121"),
        ("\uff0b31 20 555 0121", "", "+31205550121"),
        ("\uff10\uff12\uff10 555 0121", "", "+31205550121"),
        ("0113 496 0128", "", "+441134960128"),
        ("1-800-FLOWERS", "", "+18003569377"),
        ("06 1234 5678", "", "+390612345678"),
        ("+39 06 1234 5678", "", "+390612345678"),
        ("+52 1 55 1234 5678", "", "+525512345678"),
        ("+54 11 2345 6789", "", "+5491123456789"),
        ("+54 9 11 2345 6789", "", "+541123456789"),
    ],
)
def test_the_caller_is_found(written: str, country: str, caller: str) -> None:
    assert set(numbers.filed(written, country).keys) & set(numbers.looked_up(caller))


@pytest.mark.parametrize(
    ("written", "country", "caller"),
    [
        ("+49 415 555 0143", "", "+14155550143"),
        ("(415) 555-0144", "", "+14155550143"),
        ("+31 20 555 0121", "", "+4420555012"),
        ("", "", "+14155550143"),
        ("see notes", "", "+14155550143"),
        ("112", "NL", "+14155550112"),
    ],
)
def test_nobody_else_is(written: str, country: str, caller: str) -> None:
    assert not set(numbers.filed(written, country).keys) & set(numbers.looked_up(caller))


@pytest.mark.parametrize(
    ("written", "extension"),
    [
        ("+1 415 555 0143 x 2031", "2031"),
        ("(415) 555-0143 ext. 7", "7"),
        ("415.555.0143#118", "118"),
        ("020 555 0121 toestel 14", "14"),
        ("020 555 0121 DW 14", "14"),
        ("+31205550121;ext=9", "9"),
        ("(415) 555-0143", ""),
        ("1-800-FLOWERS", ""),
    ],
)
def test_its_extension_is_known(written: str, extension: str) -> None:
    assert numbers.filed(written).extension == extension


def test_a_number_with_its_country_has_one_key() -> None:
    assert numbers.filed("+31 20 555 0121").keys == ("+31205550121",)
    assert numbers.filed("020 555 0121", "NL").keys == ("+31205550121", "~205550121")


@pytest.mark.parametrize("caller", ["", "anonymous", "2042", "+1", "+999"])
def test_what_is_no_number_is_looked_up_nowhere(caller: str) -> None:
    assert numbers.looked_up(caller) == ()


@given(st.text(max_size=40), st.sampled_from(["", "US", "NL", "GB"]))
def test_any_text_can_be_filed(text: str, country: str) -> None:
    assert all(key[0] in "+~" and key[1:].isdigit() for key in numbers.filed(text, country).keys)


@given(
    st.integers(200_000_000, 999_999_999),
    st.sampled_from(["+31 {}", "0{}", "0031{}", "31{}", "+31 (0){}", "0{} x 12", "{}"]),
)
def test_whatever_is_the_same_number_is_found(national: int, form: str) -> None:
    caller, written = f"+31{national}", form.format(national)
    if numbers.same(caller, written, "NL"):
        assert set(numbers.filed(written).keys) & set(numbers.looked_up(caller))
