"""SOSL: phone numbers in every format, names without accents, and the words of refusals."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.org.context import Settings
from tests.sandbox.org.rig import Desk


def search(desk: Desk, text: str) -> list[dict[str, Any]]:
    reply: Any = desk.ask("GET", "search", q=text)
    assert reply.status == 200, reply.body
    return list(reply.body["searchRecords"])


def names(desk: Desk, text: str) -> list[str]:
    return sorted(row["Name"] for row in search(desk, text))


def by_phone(desk: Desk, term: str) -> list[str]:
    return names(desk, f"FIND {{{term}}} IN PHONE FIELDS RETURNING Contact(Name), Lead(Name), Account(Name)")


# What is searched for, and who has that number, in whatever form it is stored.
NUMBERS: list[tuple[str, list[str]]] = [
    ("+14155550143", ["Mia Chen"]),  # +1 415 555 0143
    ("4155550143", ["Mia Chen"]),
    ("\\(415\\) 555\\-0143", ["Mia Chen"]),
    ("+16285550119", ["Mia Chen"]),  # (628) 555-0119
    ("14155550100", ["Mia Chen"]),  # 415.555.0100 x 2031
    ("4155550151", ["Mia Chen"]),  # her assistant's
    ("16285550144", ["D. Whitfield", "Dan Whitfield", "Dana Whitfield"]),
    ("+14155550146", ["Tom Becker"]),  # with extension
    ("31205550121", ["Sanne de Vries"]),  # 020 555 01 21
    ("+31655501021", ["Sanne de Vries"]),  # 06 5550 1021
    ("31655501023", ["Fleur Janssen"]),  # 0031 6 55501023
    ("31655501025", ["Lotte Visser"]),  # +31 (0)6 5550 1025
    ("31715550124", ["Daan Bakker"]),  # 071-5550124 toestel 14
    ("4989 99998123", ["Anneliese Köhler"]),  # 089 / 99998 123
    ("493023125127", ["Stefan Groß"]),  # 030 23125-127 Durchwahl 8
    ("442079460130", ["Beatrice Pemberton"]),  # 020 7946 0130
    ("447700900130", ["Beatrice Pemberton"]),  # +44 (0)7700 900130
    ("442079460131", ["Owen Davies"]),  # (020) 7946 0131 ext 21
    ("2031", ["Mia Chen"]),  # an extension alone
    ("16285550172", []),  # belongs to nobody
    ("14155550189", ["Elena Petrova", "Elena Petrova"]),  # a person account and its contact
]


@pytest.mark.parametrize(("term", "people"), NUMBERS, ids=[term for term, _ in NUMBERS])
def test_phone_numbers(desk: Desk, term: str, people: list[str]) -> None:
    assert by_phone(desk, term.replace("+", "\\+")) == people


def test_several_forms_in_one_search(desk: Desk) -> None:
    assert by_phone(desk, "14155550143 OR 4155550188") == ["Mia Chen", "Rosa Martínez"]


def test_index_follows_changes(desk: Desk) -> None:
    contact = desk.create("Contact", FirstName="Nova", LastName="Quist", Phone="(303) 555-0199")
    assert by_phone(desk, "3035550199") == ["Nova Quist"]
    desk.ask("PATCH", f"sobjects/Contact/{contact}", {"Phone": "(303) 555-0198", "LastName": "Quill"})
    assert by_phone(desk, "3035550199") == []
    assert names(desk, "FIND {Quist} IN NAME FIELDS RETURNING Contact(Name)") == []
    assert names(desk, "FIND {quill} IN NAME FIELDS RETURNING Contact(Name)") == ["Nova Quill"]
    desk.ask("DELETE", f"sobjects/Contact/{contact}")
    assert by_phone(desk, "3035550198") == []


def test_new_records_are_found_when_the_index_has_caught_up(desk: Desk) -> None:
    desk.context.apply(Settings(search_lag_seconds=60.0))
    desk.create("Contact", FirstName="Nova", LastName="Quist", Phone="(303) 555-0199")
    desk.clock.advance(59)
    assert by_phone(desk, "3035550199") == []
    assert by_phone(desk, "4155550143") == ["Mia Chen"]
    desk.clock.advance(1)
    assert by_phone(desk, "3035550199") == ["Nova Quist"]


TERMS: list[tuple[str, list[str]]] = [
    ("chen", ["Mia Chen"]),
    ("Mia Chen", ["Mia Chen"]),
    ("mia AND chen", ["Mia Chen"]),
    ("martinez", ["Rosa Martínez"]),
    ("KÖHLER", ["Anneliese Köhler"]),
    ("whit*", ["Dan Whitfield", "Dana Whitfield"]),
    ("Whitfield AND NOT Dana", ["Dan Whitfield"]),
    ("(dana OR dan) AND whitfield", ["Dan Whitfield", "Dana Whitfield"]),
    ("D?n Whitfield", ["Dan Whitfield"]),
    ('"van der Berg"', ["Pieter van der Berg"]),
    ('"der van Berg"', []),
    ("O\\'Connor", ["Megan O'Connor"]),
    ("chens", []),
]


@pytest.mark.parametrize(("term", "people"), TERMS, ids=[term for term, _ in TERMS])
def test_names(desk: Desk, term: str, people: list[str]) -> None:
    assert names(desk, f"FIND {{{term}}} IN NAME FIELDS RETURNING Contact(Name)") == people


def test_all_fields_e_mail_and_conditions(desk: Desk) -> None:
    assert "Mia Chen" in names(desk, "FIND {northwind.example} IN EMAIL FIELDS RETURNING Contact(Name)")
    rows = search(desk, 'FIND {"charged twice"} RETURNING Case(Id, CaseNumber, Contact.Name), Contact(Id)')
    assert [(row["CaseNumber"], row["Contact"]["Name"]) for row in rows] == [("00001026", "Mia Chen")]
    assert rows[0]["attributes"]["type"] == "Case"
    found = search(
        desk,
        "FIND {Whit*} IN NAME FIELDS RETURNING Contact(Id, Name WHERE MobilePhone != null ORDER BY Name LIMIT 5), Lead",
    )
    assert [row["attributes"]["type"] for row in found] == ["Contact", "Lead"]
    assert found[0]["Name"] == "Dan Whitfield"
    assert len(search(desk, "FIND {whitfield} RETURNING Contact(Id), Lead(Id) LIMIT 1")) == 1


WRONG: list[tuple[str, str, str]] = [
    ("FIND {a} RETURNING Contact(Id)", "MALFORMED_SEARCH", "search term must be longer than one character: a"),
    ("FIND {a*} RETURNING Contact(Id)", "MALFORMED_SEARCH", "search term must be longer than one character"),
    ("FIND {+14155550143} RETURNING Contact(Id)", "MALFORMED_SEARCH", "No viable alternative at character '+'"),
    ("FIND {415-555} RETURNING Contact(Id)", "MALFORMED_SEARCH", "No viable alternative at character '-'"),
    ("FIND {O'Connor} RETURNING Contact(Id)", "MALFORMED_SEARCH", "No viable alternative at character '''"),
    ("FIND {(mia} RETURNING Contact(Id)", "MALFORMED_SEARCH", "a parenthesis is not closed"),
    ("FIND mia RETURNING Contact(Id)", "MALFORMED_SEARCH", "expecting 'FIND {search term}'"),
    ("FIND {mia} RETURNING Nobody(Id)", "INVALID_TYPE", "sObject type 'Nobody' is not supported"),
    ("FIND {mia} RETURNING Contact(Nope)", "INVALID_FIELD", "No such column 'Nope' on entity 'Contact'"),
    ("FIND {mia} IN SHOE FIELDS RETURNING Contact(Id)", "MALFORMED_QUERY", "unexpected token: 'SHOE'"),
]


@pytest.mark.parametrize(("text", "code", "message"), WRONG, ids=[text for text, _, _ in WRONG])
def test_wrong_searches(desk: Desk, text: str, code: str, message: str) -> None:
    reply: Any = desk.ask("GET", "search", q=text)
    (error,) = reply.body
    assert (reply.status, error["errorCode"]) == (400, code)
    assert message in error["message"]
