"""Field values: from JSON to what SQLite keeps, and back; each with Salesforce's words for what is wrong.

Kept forms: dates `YYYY-MM-DD`; date-times `YYYY-MM-DDTHH:MM:SS.000+0000`, always UTC, so that text order is time order;
booleans 0 and 1; references as 18-character ids.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

from connector.sandbox.org import ids
from connector.sandbox.org.errors import OrgError, parse_error
from connector.sandbox.org.schema import NUMBER_TYPES, TEXT_TYPES, Field, Scalar

DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)
NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
LARGEST = 1e18
"""No number field holds more than 18 digits."""
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
EARLIEST_YEAR = 1700
PLACE = " at [line:1, column:1]"
"""Where the value stands. Salesforce counts columns; the stand-in no longer knows them."""


def stamp(seconds: float) -> str:
    """The kept form of a time given in seconds since 1970, whole seconds, as audit fields have them."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def kept_datetime(text: str) -> str | None:
    """The kept form of an xsd:dateTime with a zone, or None when it is none."""
    match = DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, dayno, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(dayno), int(hour), int(minute), int(second or 0), tzinfo=UTC
        ) - _offset(zone)
    except (ValueError, OverflowError):
        return None
    if moment.year < EARLIEST_YEAR:
        return None
    millis = int((fraction or "0").ljust(3, "0")[:3])
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{millis:03d}+0000"


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def kept_date(text: str) -> str | None:
    """`text` itself when it is a calendar date, else None."""
    match = DATE.fullmatch(text)
    if match is None:
        return None
    try:
        date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
    return text if int(match[1]) >= EARLIEST_YEAR else None


def read(field: Field, value: object) -> Scalar:
    """The kept form of a JSON value. Raises parse errors, which refuse a request as a whole.

    Rules about content (length, picklists, ids) are not looked at here: see `check`.
    """
    if value is None:
        # A checkbox cannot be empty; Salesforce reads null as "not checked".
        return False if field.type == "boolean" else None
    if field.type == "boolean":
        return _read_boolean(value)
    if field.type in NUMBER_TYPES:
        return _read_number(field, value)
    if not isinstance(value, str):
        _refuse(field, value)
    if field.type == "date":
        return None if not value else kept_date(value) or _refuse(field, value)
    if field.type == "datetime":
        return None if not value else kept_datetime(value) or _refuse(field, value)
    if field.type == "textarea":
        return value or None
    return value.strip() or None


def _read_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise parse_error(_cannot("boolean", value))


def _read_number(field: Field, value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        _refuse(field, value)
    if value == "":
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        _refuse(field, value)
    number = float(value)
    if not math.isfinite(number) or abs(number) >= LARGEST or (field.type == "int" and not number.is_integer()):
        _refuse(field, value)
    return int(number) if field.type == "int" else number


def _refuse(field: Field, value: object) -> NoReturn:
    kind = {"currency": "double", "percent": "double"}.get(field.type, field.type)
    raise parse_error(_cannot(kind if kind in ("int", "double", "date", "datetime") else "string", value))


def _cannot(kind: str, value: object) -> str:
    match value:
        case bool():
            got = f"VALUE_{str(value).upper()} value {str(value).lower()}"
        case int():
            got = f"VALUE_NUMBER_INT value {value}"
        case float():
            got = f"VALUE_NUMBER_FLOAT value {value}"
        case str():
            got = f"VALUE_STRING value {value}"
        case list():
            got = "START_ARRAY value ["
        case _:
            got = "START_OBJECT value {"
    return f"Cannot deserialize instance of {kind} from {got} or request may be missing a required field{PLACE}"


def check(field: Field, value: Scalar) -> Scalar:
    """`value` when the field's own rules allow it (references: in canonical form), else an error of the record."""
    if value is None:
        return None
    if field.type in TEXT_TYPES and isinstance(value, str):
        return _check_text(field, value)
    if field.type == "reference" and isinstance(value, str):
        record_id = ids.canonical(value)
        if record_id is None:
            message = f"{field.label}: id value of incorrect type: {value}"
            raise OrgError("MALFORMED_ID", message, fields=[field.name])
        return record_id
    if field.type in NUMBER_TYPES and isinstance(value, int | float):
        return _check_number(field, value)
    return value


def _check_text(field: Field, value: str) -> str:
    if len(value) > field.length:
        message = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise OrgError("STRING_TOO_LONG", message, fields=[field.name])
    chosen = value.split(";") if field.type == "multipicklist" else [value]
    if field.restricted and not set(chosen) <= set(field.values):
        message = f"{field.label}: bad value for restricted picklist field: {value}"
        raise OrgError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=[field.name])
    if field.type == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        message = f"{field.label}: invalid email address: {value}"
        raise OrgError("INVALID_EMAIL_ADDRESS", message, fields=[field.name])
    return value


def _check_number(field: Field, value: int | float) -> int | float:
    digits = field.digits or (field.precision - field.scale)
    if digits and abs(value) >= 10**digits:
        message = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message, fields=[field.name])
    return value if field.type == "int" else round(float(value), field.scale)


def shown(field: Field, value: Scalar) -> Scalar:
    """The JSON form of a kept value."""
    if field.type == "boolean":
        return bool(value)
    if value is not None and field.type in ("double", "currency", "percent"):
        return float(value)
    return value
