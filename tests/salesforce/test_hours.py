"""Opening hours as administrators write them."""

import pytest

from connector.domain.directory import Opening
from connector.salesforce.hours import opening_hours

NINE, FIVE, DAY = 9 * 60, 17 * 60, 24 * 60


@pytest.mark.parametrize("text", ["", "  ", ",", " ; "])
def test_nothing_is_always_open(text: str) -> None:
    assert opening_hours(text) == ()


def test_days_and_spans_of_days() -> None:
    week = tuple(Opening(day, 8 * 60, 17 * 60 + 30) for day in range(5))
    assert opening_hours("Mo-Fr 08:00-17:30, Sa 10:00-14:00") == (*week, Opening(5, 600, 840))
    assert opening_hours("mon\u2013Friday 8.00 \u2013 17:30; SAT. 10:00-14:00") == (*week, Opening(5, 600, 840))


def test_a_lunch_break_is_two_parts_in_order() -> None:
    assert opening_hours("Tu 13:00-17:00, Tu 09:00-12:00") == (Opening(1, NINE, 720), Opening(1, 780, FIVE))


def test_a_span_may_pass_sunday_and_hours_midnight() -> None:
    assert [opening.day for opening in opening_hours("Sa-Mo 09:00-17:00")] == [0, 5, 6]
    assert opening_hours("Su 22:00-06:00") == (Opening(0, 0, 360), Opening(6, 1320, DAY))
    assert opening_hours("Fr 22:00-00:00") == (Opening(4, 1320, DAY),)
    assert opening_hours("Mo-Su 00:00-24:00") == tuple(Opening(day, 0, DAY) for day in range(7))


@pytest.mark.parametrize(
    "text,words",
    [
        ("always", "'always' is not written like Mo-Fr 08:00-17:30"),
        ("Mo-Fr 08:00", "is not written like"),
        ("Mo-Fr 8-17", "is not written like"),
        ("Mo 08:00-12:00 13:00-17:00", "is not written like"),
        ("Ma-Vr 08:00-17:00", "'Ma' is no day; known are Mo, Tu, We, Th, Fr, Sa, Su"),
        ("Mo-Xy 08:00-17:00", "'Xy' is no day"),
        ("Mo 08:60-17:00", "08:60 is no time of day"),
        ("Mo 08:00-24:01", "24:01 is no time of day"),
        ("Mo 08:00-08:00", "no time between opening and closing"),
        ("Mo 24:00-08:00", "no time between opening and closing"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", "[.]")):
        opening_hours(text)
