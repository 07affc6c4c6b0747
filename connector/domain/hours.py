"""Opening hours: whether a skill takes callers at a moment."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.domain.directory import Skill


def local(at: int, time_zone: str) -> datetime:
    """The wall clock of a time zone (an unknown one counts as UTC) at a moment."""
    return datetime.fromtimestamp(at / 1000, _zone(time_zone))


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def is_open(skill: Skill, at: int) -> bool:
    """Whether the skill is open; one without hours always is.  The minute at which it closes is outside.

    Hours are wall-clock time: where a clock is put forward or back, the skill is open for an hour less or more.
    """
    if not skill.hours:
        return True
    clock = local(at, skill.time_zone)
    day, minute = clock.weekday(), clock.hour * 60 + clock.minute
    return any(hours.day == day and hours.opens <= minute < hours.closes for hours in skill.hours)
