"""When an agent's day began."""

from datetime import UTC, datetime

import pytest

from connector.api.today import midnight


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-11-23T07:30:00+00:00", "UTC", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T07:30:00+00:00", "America/Los_Angeles", "2026-11-22T00:00:00-08:00"),
        ("2026-11-23T08:00:00+00:00", "America/Los_Angeles", "2026-11-23T00:00:00-08:00"),
        ("2026-11-23T23:30:00+00:00", "Europe/Amsterdam", "2026-11-24T00:00:00+01:00"),
        # The days on which the clocks are set forward and back begin at the offset of the day before.
        ("2026-03-29T20:00:00+00:00", "Europe/Amsterdam", "2026-03-29T00:00:00+01:00"),
        ("2026-10-25T20:00:00+00:00", "Europe/Amsterdam", "2026-10-25T00:00:00+02:00"),
        ("2026-06-01T12:00:00+00:00", "Asia/Kolkata", "2026-06-01T00:00:00+05:30"),
        ("2026-06-01T12:00:00+00:00", "Nowhere/Atlantis", "2026-06-01T00:00:00+00:00"),
        ("2026-06-01T12:00:00+00:00", "", "2026-06-01T00:00:00+00:00"),
        ("2026-06-01T12:00:00+00:00", "../../etc/passwd", "2026-06-01T00:00:00+00:00"),
    ],
)
def test_the_day_begins_at_midnight_where_the_agent_is(now: str, zone: str, began: str) -> None:
    assert datetime.fromtimestamp(midnight(ms(now), zone) / 1000, UTC) == datetime.fromisoformat(began)
