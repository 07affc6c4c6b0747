"""Values on their way to Salesforce, and as it gives them back."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from connector.domain.given import BETWEEN, day, is_id, number
from connector.ports.store import TaskFields
from connector.salesforce.shapes import FieldShape, Shape

_Held = str | int | float | bool
Value = _Held | None

TAG_SEPARATOR: Final = "; "
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TEXT: Final = frozenset({"string", "textarea", "combobox", "picklist", "multipicklist", "phone", "email", "url"})
TAKEN: Final = frozenset({"double", "int", "datetime"}) | _TEXT - {"multipicklist", "email"}
"""The types of custom fields that values of a call are written to."""

_NUMBERS: Final = frozenset({"double", "int", "currency", "percent"})
_GIVEN: Final = frozenset({"boolean", "date", "reference", "multipicklist", "email", "currency", "percent"})
"""The types of custom fields that only people give a value, always as text (see `domain.given`)."""


def prepared(fields: TaskFields, shape: Shape) -> TaskFields:
    """The values that the org's Task can hold: fields that it lacks left out, texts fitted, empty text as None.

    Custom fields are whatever an administrator made them: what does not fit one is left out, and refuses no Task.
    """
    found: TaskFields = {}
    for name, value in fields.items():
        field = shape.fields.get(name)
        if field is None or (name == "RecordTypeId" and not _is_usable(value, shape)):
            continue
        custom = name.endswith("__c")
        if custom and field.type not in TAKEN and not (field.type in _GIVEN and isinstance(value, str | None)):
            continue
        if value is None:
            found[name] = False if field.type == "boolean" else None
        else:
            found[name] = _of_custom(value, field) if custom else _of_standard(value, field)
    return found


def _is_usable(record_type: Value, shape: Shape) -> bool:
    return any(kind.id[:15] == str(record_type)[:15] and kind.available for kind in shape.record_types)


def _of_standard(value: _Held, field: FieldShape) -> Value:
    """What a person gave is text, whatever its field."""
    if isinstance(value, str) and field.type == "boolean":
        return value == "true"
    if isinstance(value, str) and field.type in _NUMBERS:
        return number(value)
    return _fitted(value, field)


def _of_custom(value: _Held, field: FieldShape) -> Value:
    """The value as that field can hold it, or None: one that cannot be read would refuse all Tasks of its request."""
    if field.type in _TEXT:
        text = _fitted(str(value), field)
        return text if not field.restricted or text is None or _is_offered(str(text), field) else None
    look = _LOOKS.get(field.type)
    if look is not None:
        return value if isinstance(value, str) and look(value) else None
    if field.type == "boolean":
        return value == "true"
    found = number(value) if isinstance(value, str) else value
    return None if found is None or (field.digits and abs(found) >= 10**field.digits) else found


def _is_offered(text: str, field: FieldShape) -> bool:
    chosen = text.split(BETWEEN) if field.type == "multipicklist" else [text]
    return set(chosen) <= set(field.values)


def moment(text: str) -> float | None:
    """The moment that the API writes so, in seconds since 1970; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.timestamp() if at.tzinfo else None


_LOOKS: Final[dict[str, Callable[[str], bool]]] = {
    "datetime": lambda text: moment(text) is not None,
    "date": lambda text: day(text) is not None,
    "reference": is_id,
}


def _fitted(value: _Held, field: FieldShape) -> Value:
    if not isinstance(value, str):
        return value
    # Most values are plain: what is printable has nothing to take out.
    text = value if value.isprintable() else _UNSENDABLE.sub("", value)
    if not text or text.isspace():
        return None
    if 0 < field.length < len(text) and field.type in _TEXT:
        return cut(text, field.length)
    return text


def cut(text: str, length: int) -> str:
    """`text` in at most `length` characters (code points), with a mark that says that something is missing.

    A list of tags loses whole tags; a long text says how long it was.
    """
    if len(text) <= length:
        return text
    mark = f"\n[… cut, {len(text):,} characters]" if length >= 1_000 else "…"
    kept = text[: max(0, length - len(mark))]
    if TAG_SEPARATOR in kept and length < 1_000:
        kept = kept[: kept.rindex(TAG_SEPARATOR) + len(TAG_SEPARATOR)]
    return (kept + mark)[:length]


def comparable(value: Any, field: FieldShape) -> str | float | None:
    """A value so that what we sent equals what Salesforce returns for it.

    Salesforce trims texts, has null for empty ones, returns 18-character ids for 15-character ones and decimals for
    whole numbers; its own pages write lines with CR LF.
    """
    if value is None or isinstance(value, bool):
        return value
    if field.type in _NUMBERS:
        return float(value)
    text = str(value).replace("\r\n", "\n").strip()
    if field.type == "datetime":
        return moment(text)
    if field.type in ("reference", "id"):
        return text[:15] or None
    return text or None
