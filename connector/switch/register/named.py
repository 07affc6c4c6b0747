"""The record that a call is about, as whoever sends the call names it: the id of a Salesforce record."""

import logging
import re
from typing import Final

log = logging.getLogger(__name__)

_ID: Final = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def is_record(text: str) -> bool:
    """Whether that is the id of a record, in one of its two forms."""
    return _ID.fullmatch(text) is not None


def record_of(text: str, leg: str) -> str:
    """The id; "" where nothing is named, or (after a word in the log) something that is none."""
    text = text.strip()
    if not text or is_record(text):
        return text
    log.warning("a call names a record by what is no id, which has 15 or 18 letters and digits", extra={"leg": leg})
    return ""
