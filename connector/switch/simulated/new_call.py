"""A customer who is to call, as somebody asks for it: who calls whom, and for how long."""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from connector.errors import BadInput
from connector.switch.register.named import is_record

E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_PUNCTUATION: Final = re.compile(r"[\s().\-\u2010-\u2015\u00a0]")
WITHHELD: Final = ("anonymous", "withheld")
"""What a caller without a number is called; their number is empty."""


class NewCall(Struct, frozen=True, rename={"caller": "from"}, forbid_unknown_fields=True):
    """A customer who is to call.  Without `to` and `skill` they call the first line.

    `talk`: seconds after the answer at which they hang up; `patience`: seconds of waiting after which they give up;
    None is never.  `record`: the id of the Salesforce record that the call is about, as if an IVR had asked.
    """

    caller: str
    to: str | None = None
    skill: str | None = None
    talk: float | None = None
    patience: float | None = None
    record: str = ""


def record_of(call: NewCall) -> str:
    """The id of the record that the call is about, "" for none.  Raises BadInput for what is none."""
    if call.record and not is_record(call.record):
        raise BadInput("record_invalid", "record", f"{call.record!r} is no id of a record: 15 or 18 letters and digits")
    return call.record


def times_of(call: NewCall) -> tuple[int | None, int | None]:
    """Talk and patience in ms.  Raises BadInput for one that is too long."""
    for field in ("talk", "patience"):
        seconds = getattr(call, field)
        if seconds is not None and not 0 <= seconds <= 86_400:
            raise BadInput("value_invalid", field, f"{field} must be 0 to 86400 seconds")
    talk, patience = (None if s is None else int(s * 1000) for s in (call.talk, call.patience))
    return talk, patience


def line_of(call: NewCall, lines: Mapping[str, str]) -> str:
    """The number of ours that is called.  Raises BadInput for one that is none."""
    if call.to is not None and call.skill is not None:
        raise BadInput("value_invalid", "skill", "give either to or skill, not both")
    if call.skill is not None:
        if call.skill not in lines:
            known = ", ".join(lines) or "none; give this switch --lines"
            raise BadInput("skill_unknown", "skill", f"no line leads to the skill {call.skill!r}; known: {known}")
        return lines[call.skill]
    if call.to is not None:
        line = _PUNCTUATION.sub("", call.to)
        if not E164.fullmatch(line):
            raise BadInput("number_invalid", "to", f"{call.to!r} is no number; write it as +14155550100")
        if lines and line not in lines.values():
            known = ", ".join(lines.values())
            raise BadInput("line_unknown", "to", f"{line} is no line of this switch; its lines: {known}")
        return line
    if not lines:
        raise BadInput("value_missing", "to", "this switch has no lines: say which number is called")
    return next(iter(lines.values()))


def caller_of(text: str) -> str:
    """The number of who calls, "" where it is withheld.  Raises BadInput for one that is no number."""
    if text in WITHHELD:
        return ""
    number = _PUNCTUATION.sub("", text)
    if not E164.fullmatch(number):
        raise BadInput("number_invalid", "from", f"{text!r} is no number; write it as +14155550143, or anonymous")
    return number
