"""Addresses: in one line as each country writes them, in the parts that are sent, and what they lack."""

import pytest
from msgspec.structs import replace

from connector.domain.address import CivicAddress, cleaned

SF = CivicAddress("US", "CA", "San Francisco", "Market Street", "1", floor="4", postal_code="94105")
AMSTERDAM = CivicAddress("NL", "", "Amsterdam", "Damrak", "1", floor="4", room="12", postal_code="1012 LG")


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (SF, "1 Market Street, Floor 4, San Francisco, CA 94105"),
        (
            CivicAddress("US", "CA", "San José", "1st Street", "9", "B", "4th floor", "Desk 7", "95101", "Acme"),
            "Acme, 9 1st Street, Building B, 4th floor, Desk 7, San José, CA 95101",
        ),
        (AMSTERDAM, "Damrak 1, Verdieping 4, Kamer 12, 1012 LG Amsterdam"),
        (CivicAddress("GB", "", "London", "Downing Street", "10", postal_code="SW1A 2AA"),
         "10 Downing Street, London SW1A 2AA"),
        (CivicAddress("IT", "RM", "Roma", "Via Appia", "3", postal_code="00179"), "Via Appia 3, 00179 Roma (RM)"),
        (CivicAddress("US", street="Mission St", number="415"), "415 Mission St"),
        (CivicAddress("US", "CA", street="Mission St"), "Mission St, CA"),
        (CivicAddress("NL"), ""),
    ],
)  # fmt: skip
def test_in_one_line(address: CivicAddress, line: str) -> None:
    assert address.line == line


@pytest.mark.parametrize(
    ("country", "line"),
    [
        *((country, "7 Road, City, XY 1234") for country in ("US", "CA", "AU")),
        *((country, "7 Road, City, XY 1234") for country in ("GB", "IE", "NZ", "ZA")),
        *((country, "7 Road, 1234 City (XY)") for country in ("FR", "LU")),
        *((country, "Road 7, 1234 City (XY)") for country in ("NL", "BE", "DE", "IT")),
    ],
)
def test_each_country_has_its_order(country: str, line: str) -> None:
    assert CivicAddress(country, "XY", "City", "Road", "7", postal_code="1234").line == line


def test_indoors_it_is_in_the_language_of_the_place() -> None:
    inside = {"building": "A", "floor": "4", "room": "12"}
    assert CivicAddress("NL", **inside).line == "Gebouw A, Verdieping 4, Kamer 12"
    assert CivicAddress("DE", **inside).line == "Building A, Floor 4, Room 12"


@pytest.mark.parametrize(
    ("country", "right", "wrong"),
    [
        ("US", "94105", "9410"),
        ("US", "94105-1234", "94105-12"),
        ("CA", "K1A 0B1", "K1A-0B1"),
        ("CA", "K1A0B1", "k1a0b1"),
        ("AU", "2000", "200"),
        ("DE", "20095", "2009"),
        ("NL", "1012 LG", "0012 LG"),
        ("NL", "1012LG", "1012"),
        ("BE", "1000", "0100"),
    ],
)
def test_postal_codes(country: str, right: str, wrong: str) -> None:
    place = CivicAddress(country, "XY", "City", "Road", "7", postal_code=right)
    assert place.faults() == {}
    assert list(replace(place, postal_code=wrong).faults()) == ["postal_code"]


@pytest.mark.parametrize(
    ("country", "needed"), [("US", True), ("CA", True), ("AU", True), ("NL", False), ("GB", False)]
)
def test_who_needs_a_state(country: str, needed: bool) -> None:
    codes = {"US": "94105", "CA": "K1A 0B1", "AU": "2000", "NL": "1012 LG"}
    place = CivicAddress(country, "", "City", "Road", "7", postal_code=codes.get(country, "SW1A 2AA"))
    assert ("state" in place.faults()) is needed
    assert ("state" in replace(place, state="Some State").faults()) is needed


def test_the_parts_that_are_sent() -> None:
    every = CivicAddress("US", "CA", "San José", "1st Street", "9", "B", "4", "7", "95101", "Acme")
    assert every.elements == (
        *(("country", "US"), ("A1", "CA"), ("A3", "San José"), ("RD", "1st Street"), ("HNO", "9")),
        *(("BLD", "B"), ("FLR", "4"), ("ROOM", "7"), ("PC", "95101"), ("NAM", "Acme")),
    )
    assert [name for name, _ in AMSTERDAM.elements] == ["country", "A3", "RD", "HNO", "FLR", "ROOM", "PC"]


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        (SF, {}),
        (AMSTERDAM, {}),
        (CivicAddress("JP", city="Tokyo", street="Chiyoda", number="1-1", postal_code="100-8111"), {}),
        (CivicAddress("NL"), dict.fromkeys(("street", "number", "postal_code", "city"), "is blank")),
        (CivicAddress("US", "", "Reno", "Main", "1", postal_code="89501"), {"state": "is blank"}),
        (
            CivicAddress("US", "California", "Reno", "Main", "1", postal_code="8950"),
            {
                "postal_code": "'8950' is no postal code there",
                "state": "'California' is not as in an address: give two or three letters",
            },
        ),
        (
            CivicAddress("NL", "", "Amsterdam", "Damrak", "1", postal_code="0012 LG"),
            {"postal_code": "'0012 LG' is no postal code there"},
        ),
    ],
)
def test_what_keeps_help_from_finding_it(address: CivicAddress, faults: dict[str, str]) -> None:
    assert address.faults() == faults


def test_on_one_line_and_without_what_no_document_can_hold() -> None:
    assert cleaned(" Market\r\n Street\x07 \ud800é ") == "Market Street é"
