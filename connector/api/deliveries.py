"""Work from outside: what a request means, as an event of the domain.  Pure, but for the time and the keys."""

import hashlib
import re
from datetime import datetime
from functools import cache
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from connector.domain import numbers
from connector.domain.dial_plan import meant
from connector.domain.directory import Directory, Profile, Skill
from connector.domain.events import CallbackRequested, WorkDelivered
from connector.domain.model import Contact, Kind, Record
from connector.errors import BadInput
from connector.wire.commands import RecordLink
from connector.wire.requests import CallbackRequest, WorkRequest

Delivery = CallbackRequested | WorkDelivered

LATEST: Final = 366 * 24 * 3_600_000
"""A callback may be asked for so many ms ahead."""

_NO_SPACE: Final = re.compile(r"[\x21-\x7e\u00a1-\U0010ffff]+")


def contact_key(api_key: str, key: str) -> str:
    """The contact's key for an idempotency key: the same for the same, another for another API key."""
    return hashlib.sha256(f"{api_key}\n{key}".encode()).hexdigest()[:32]


def callback(request: CallbackRequest, key: str, directory: Directory, now: int) -> CallbackRequested:
    """What a request for a callback means.  Raises `BadInput` naming the field and the cure."""
    skill = _skill(directory, request.skill)
    country = request.country or _country(skill)
    ours = {number for route in directory.emergency for number in (*route.numbers, *route.tests)}
    number = meant(directory, request.number, country, skill.id, ours)
    if directory.agent_of_device(number) is not None:
        raise BadInput("number_invalid", "number", f"{number} is an agent's own phone: give another number.")
    return CallbackRequested(
        key,
        number,
        " ".join(request.name.split()),
        skill.id,
        _not_before(request, skill, now),
        request.priority or skill.priority,
        now,
        _record(request.record),
    )


def work(request: WorkRequest, key: str, directory: Directory, now: int) -> WorkDelivered:
    """What a delivered work item or e-mail means.  Raises `BadInput` naming the field and the cure."""
    skill = _skill(directory, request.skill)
    return WorkDelivered(
        key,
        Kind(request.kind),
        skill.id,
        " ".join(request.title.split()),
        tuple((name, _text(value)) for name, value in request.payload.items()),
        _url(request.url),
        _record(request.record),
        request.priority or skill.priority,
        now,
    )


def same(contact: Contact, delivery: Delivery) -> bool:
    """Whether the contact came of such a request: what is compared does not change while the contact is dealt with."""
    if isinstance(delivery, CallbackRequested):
        ours = (contact.kind, contact.number, contact.caller, contact.record and contact.record.id)
        return ours == (Kind.CALLBACK, delivery.number, delivery.name, delivery.record and delivery.record.id)
    about = (contact.kind, contact.title, contact.payload, contact.url, contact.record and contact.record.id)
    given = (delivery.kind, delivery.title, delivery.payload, delivery.url, delivery.record and delivery.record.id)
    return about == given


def _record(link: RecordLink | None) -> Record | None:
    return None if link is None else Record(link.id, link.type, link.name)


def _skill(directory: Directory, name: str) -> Skill:
    found = directory.skills.get(name)
    if found is None:
        known = ", ".join(sorted(directory.skills)[:20])
        raise BadInput("skill_unknown", "skill", f"There is no skill {name!r}; there are: {known}.")
    return found


def _country(skill: Skill) -> str:
    """Where the skill's own numbers are."""
    lines = (skill.caller_id, *skill.numbers)
    return next((found for line in lines if (found := numbers.country_of(line))), Profile("", "").country)


def _not_before(request: CallbackRequest, skill: Skill, now: int) -> int:
    """The time in ms, 0 for at once."""
    if request.time_zone is not None and request.time_zone not in _zones():
        raise BadInput("time_zone_unknown", "time_zone", "Name a time zone as IANA does, such as Europe/Amsterdam.")
    if request.not_before is None:
        return 0
    try:
        when = datetime.fromisoformat(request.not_before)
        if when.tzinfo is None:
            zone = request.time_zone or (skill.time_zone if skill.time_zone in _zones() else "UTC")
            when = when.replace(tzinfo=ZoneInfo(zone))
        at = round(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        words = "Write the time as ISO 8601, such as 2026-11-25T14:30 or 2026-11-25T14:30:00+01:00."
        raise BadInput("time_invalid", "not_before", words) from None
    if at - now > LATEST:
        raise BadInput("time_too_far", "not_before", "A callback can be asked for a year ahead.")
    return at if at > now else 0


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _text(value: str | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _url(url: str) -> str:
    """A page that can be opened; what a browser would run is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and _NO_SPACE.fullmatch(url)
    except ValueError:
        good = None
    if not good:
        raise BadInput("url_invalid", "url", "Give a whole address, such as https://acme.example/orders/1.")
    return url
