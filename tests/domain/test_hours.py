"""Opening hours: what a wall clock shows where the skill is, whatever the season."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from connector.domain.directory import Opening, Skill
from connector.domain.hours import is_open, local

WORKDAYS = tuple(Opening(day, 8 * 60, 17 * 60 + 30) for day in range(5))
NIGHT = (Opening(4, 22 * 60, 1440), Opening(5, 0, 6 * 60))


def moment(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "zone", "at", "expected"),
    [
        ((), "UTC", "2026-11-22 03:00:00", True),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-23 07:59:59", False),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-23 08:00:00", True),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-23 17:29:59", True),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-23 17:30:00", False),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-27 12:00:00", True),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-28 12:00:00", False),
        (WORKDAYS, "Europe/Amsterdam", "2026-11-29 12:00:00", False),
        (WORKDAYS, "Europe/Amsterdam", "2026-07-20 08:00:00", True),
        (WORKDAYS, "Europe/Amsterdam", "2026-07-20 07:59:59", False),
        (NIGHT, "America/Los_Angeles", "2026-11-27 21:59:59", False),
        (NIGHT, "America/Los_Angeles", "2026-11-27 23:59:59", True),
        (NIGHT, "America/Los_Angeles", "2026-11-28 00:00:00", True),
        (NIGHT, "America/Los_Angeles", "2026-11-28 06:00:00", False),
        ((Opening(0, 0, 1440),), "UTC", "2026-11-23 23:59:59", True),
        ((Opening(0, 540, 600), Opening(0, 660, 720)), "UTC", "2026-11-23 10:30:00", False),
        ((Opening(0, 540, 600), Opening(0, 660, 720)), "UTC", "2026-11-23 11:30:00", True),
    ],
)
def test_open_or_closed(hours: tuple[Opening, ...], zone: str, at: str, expected: bool) -> None:
    assert is_open(Skill("s", "S", hours=hours, time_zone=zone), moment(at, zone)) is expected


def test_the_hour_is_the_skill_s_and_not_ours() -> None:
    skill = Skill("s", "S", hours=WORKDAYS, time_zone="America/Los_Angeles")
    assert not is_open(skill, moment("2026-11-23 08:00:00", "Europe/Amsterdam"))
    assert is_open(skill, moment("2026-11-23 17:00:00", "Europe/Amsterdam"))


@pytest.mark.parametrize("zone", ["", "Middle-earth/Shire", "America", "/etc/passwd", "../UTC", "a\0b"])
def test_an_unknown_time_zone_counts_as_utc(zone: str) -> None:
    at = moment("2026-11-23 12:34:00", "UTC")
    assert local(at, zone).isoformat() == "2026-11-23T12:34:00+00:00"
    assert is_open(Skill("s", "S", hours=WORKDAYS, time_zone=zone), at)
