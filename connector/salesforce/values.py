"""Values on their way to Salesforce, and as it gives them back."""

import re
from typing import Any, Final

from connector.ports.store import TaskFields
from connector.salesforce.shapes import FieldShape, Shape

Value = str | int | None

TAG_SEPARATOR: Final = "; "
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TEXT: Final = frozenset({"string", "textarea", "combobox", "picklist", "multipicklist", "phone", "email", "url"})


def prepared(fields: TaskFields, shape: Shape) -> TaskFields:
    """The values that the org's Task can hold: fields that it lacks left out, texts fitted, empty text as None."""
    return {name: _fitted(value, shape.fields[name]) for name, value in fields.items() if name in shape.fields}


def _fitted(value: Value, field: FieldShape) -> Value:
    if not isinstance(value, str):
        return value
    text = _UNSENDABLE.sub("", value)
    if not text.strip():
        return None
    if field.type in _TEXT and 0 < field.length < len(text):
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
    if field.type in ("double", "int", "currency", "percent"):
        return float(value)
    text = str(value).replace("\r\n", "\n").strip()
    if field.type in ("reference", "id"):
        return text[:15] or None
    return text or None
