"""Date literals such as TODAY or LAST_N_DAYS:3, as half-open ranges in the calendar of the user's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.sandbox.org.values import stamp


def day_range(name: str, count: int | None, today: date) -> tuple[date, date]:
    """The days from the first to before the second that the literal `name`, with its `:n` if any, stands for.

    Weeks begin on Sunday, as in Salesforce's default locale. LAST_N_DAYS:n ends with today and NEXT_N_DAYS:n begins
    tomorrow; ranges of weeks, months and years are whole ones and leave out the present one.
    """
    one = timedelta(days=1)
    n = count or 0
    match name.split("_"):
        case ["YESTERDAY" | "TODAY" | "TOMORROW" as which]:
            day = today + {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}[which] * one
            return day, day + one
        case ["LAST", "90", "DAYS"]:
            return today - 90 * one, today + one
        case ["NEXT", "90", "DAYS"]:
            return today + one, today + 91 * one
        case ["LAST", "N", "DAYS"]:
            return today - n * one, today + one
        case ["NEXT", "N", "DAYS"]:
            return today + one, today + (n + 1) * one
        case ["N", "DAYS", "AGO"]:
            return today - n * one, today - (n - 1) * one
        case ["N", unit, "AGO"]:
            return _shifted(unit[:-1], today, -n), _shifted(unit[:-1], today, 1 - n)
        case ["LAST", "N", unit]:
            return _shifted(unit[:-1], today, -n), _shifted(unit[:-1], today, 0)
        case ["NEXT", "N", unit]:
            return _shifted(unit[:-1], today, 1), _shifted(unit[:-1], today, n + 1)
        case [which, unit]:
            step = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
            return _shifted(unit, today, step), _shifted(unit, today, step + 1)
    raise AssertionError(f"the parser let an unknown date literal through: {name}")


def _shifted(unit: str, today: date, steps: int) -> date:
    """The first day of the week, month, quarter or year that is `steps` away from today's."""
    if unit == "WEEK":
        return today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=steps)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    index = today.year * 12 + today.month - 1
    index = (index // months + steps) * months
    return date(index // 12, index % 12 + 1, 1)


def local_today(now: float, zone: ZoneInfo) -> date:
    """The date on the wall of someone in that zone at `now`, seconds since 1970."""
    return datetime.fromtimestamp(now, UTC).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> str:
    """The kept form of the instant when `day` begins in that zone."""
    return stamp(datetime.combine(day, time(), zone).timestamp())
