"""Ids: checksum against ids from public documents, and both lengths equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.org import ids
from tests.sandbox.org.rig import Desk


@pytest.mark.parametrize(
    "id18", ["001D000000IRFmaIAH", "00D50000000IehZEAS", "0031t00000MpQbwAAF", "0018000000MoPDQAA3"]
)
def test_checksum_of_public_ids(id18: str) -> None:
    assert ids.canonical(id18[:15]) == id18
    assert ids.canonical(id18) == id18


@pytest.mark.parametrize("text", ["", "003", "003D000000IRFma!", "001D000000IRFmaIAA", "001D000000IRFmaIA", "é" * 15])
def test_what_is_no_id(text: str) -> None:
    assert ids.canonical(text) is None


@given(st.integers(0, 10**9))
def test_made_ids_are_canonical_and_distinct(number: int) -> None:
    made = ids.make_id("00T", number)
    assert ids.canonical(made) == made
    assert made.startswith("00T")
    assert made != ids.make_id("00T", number + 1)


def test_both_lengths_name_the_same_record(desk: Desk) -> None:
    long_id = desk.one("SELECT Id FROM Contact WHERE Name = 'Mia Chen'")
    assert desk.get("Contact", long_id[:15]) == desk.get("Contact", long_id)
    assert desk.values(f"SELECT Name FROM Contact WHERE Id = '{long_id[:15]}'") == ["Mia Chen"]
    task = desk.create("Task", WhoId=long_id[:15])
    assert desk.get("Task", task)["WhoId"] == long_id
