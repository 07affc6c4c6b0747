"""Fields of a Task that the panel has no place for: the agent fills them in when Salesforce has refused the Task.

A value is text, as a panel sends it: a number with a point, a date as 2026-11-30, a moment as 2026-11-30T09:00:00Z, a
checkbox as true or false, several values of a picklist with `;` between.  "" is none.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.model import Contact, Field, Given
from connector.errors import BadInput

IN_THE_PANEL: Final[dict[str, str]] = {
    "WhoId": "who",
    "WhatId": "what",
    "CallDisposition": "disposition",
    "Description": "comments",
    "Phone_Tags__c": "tags",
}
"""Fields of a Task that have a place in the panel, and their names there."""

OURS: Final = frozenset(
    {
        "Id",
        "OwnerId",
        "RecordTypeId",
        "TaskSubtype",
        "CallObject",
        "CallDurationInSeconds",
        "Phone_Contact_Key__c",
        "Phone_Interaction_Key__c",
        "Phone_Revision__c",
    }
)
"""Fields that nobody else gives a value: by them the connector knows its Tasks, or they are facts of the call."""

BETWEEN: Final = ";"
LONGEST: Final = 32_000
"""Characters of a value, whatever its field."""

_NUMBER: Final = re.compile(r"([+-]?)([0-9]{1,18})(?:\.([0-9]{1,18}))?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?Z")
_ID: Final = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
EARLIEST: Final = 1700
"""The first year that Salesforce takes."""


class Choice(Struct, frozen=True, gc=False):
    """A value of a picklist, and how people read it."""

    value: str
    label: str


class FieldForm(Struct, frozen=True, gc=False):
    """How a field of Task is filled in, as the org describes it.

    `kind`: text, long_text, email, phone, url, number, date, moment, checkbox, choice, choices (several), id (of a
    record of one of the `targets`), other (that no form is made for).  `longest` in characters, `digits` before and
    `decimals` after the point, each 0 for no limit that is known.  `strict`: nothing but the `choices`.  `writable`:
    the connector's user may write it.
    """

    name: str
    label: str
    kind: str
    required: bool = False
    writable: bool = True
    strict: bool = False
    choices: tuple[Choice, ...] = ()
    longest: int = 0
    digits: int = 0
    decimals: int = 0
    targets: tuple[str, ...] = ()
    help: str = ""


def asked_for(names: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the fields that Salesforce named a person may give a value, and has no other place to."""
    return tuple(name for name in names if name not in IN_THE_PANEL and name not in OURS)


def askable(contact: Contact) -> tuple[str, ...]:
    """The fields that the contact's agent may give a value: asked for, or given before."""
    return tuple(dict.fromkeys([*contact.save.asked, *(one.name for one in contact.draft.given)]))


def written(contact: Contact, name: str, text: str, revision: int) -> tuple[Given, ...]:
    """What is given with that value in it, if its revision is newer.  Raises `BadInput`."""
    given = contact.draft.given
    if name not in askable(contact):
        raise BadInput("field_unknown", name, f"Salesforce has not asked for {name} of this Task: it stays as it is.")
    if len(text) > LONGEST:
        raise BadInput("too_long", name, f"{name} takes up to {LONGEST:,} characters: shorten it.")
    before = next((one for one in given if one.name == name), Given(name))
    if revision <= before.text.revision:
        return given
    now = replace(before, text=Field(text, revision))
    return tuple(now if one is before else one for one in given) if before in given else (*given, now)


def fields(contact: Contact) -> dict[str, str | None]:
    """The values by field; None clears one."""
    return {one.name: one.text.value or None for one in contact.draft.given if one.name not in OURS}


# Whether a value fits its field -------------------------------------------------------------------------------------


def check(form: FieldForm, text: str) -> None:
    """Raises `BadInput`, which names the field and what it takes; "" fits, since Salesforce says what it requires."""
    if not form.writable:
        words = "may not be written by the connector: ask your administrator for Edit Access of its permission set."
        raise _bad("field_read_only", form, words)
    if not text:
        return
    look = _CHECKS.get(form.kind)
    if look is None:
        raise _bad("field_read_only", form, "cannot be filled in here: ask your administrator.")
    look(form, text)


def _bad(code: str, form: FieldForm, words: str) -> BadInput:
    return BadInput(code, form.name, f"{form.label or form.name} {words}")


def _text(form: FieldForm, text: str) -> None:
    if form.longest and len(text) > form.longest:
        words = f"takes up to {form.longest:,} characters, and these are {len(text):,}: shorten it."
        raise _bad("value_too_long", form, words)


def _mail(form: FieldForm, text: str) -> None:
    _text(form, text)
    if not _MAIL.fullmatch(text.strip()):
        raise _bad("value_wrong", form, "takes an e-mail address, as name@company.com.")


def _number(form: FieldForm, text: str) -> None:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise _bad("value_wrong", form, "takes a number, as 12 or 12.5.")
    whole, part = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if form.digits and len(whole) > form.digits:
        raise _bad("value_wrong", form, f"takes up to {form.digits} digits before the point.")
    if len(part) > form.decimals:
        words = f"takes up to {form.decimals} decimals." if form.decimals else "takes a whole number."
        raise _bad("value_wrong", form, words)


def number(text: str) -> int | float | None:
    """The number that is written so; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    value = float(found[0])
    return int(value) if value.is_integer() else value


def _date(form: FieldForm, text: str) -> None:
    if day(text) is None:
        raise _bad("value_wrong", form, "takes a date, as 2026-11-30.")


def _at(form: FieldForm, text: str) -> None:
    if not _MOMENT.fullmatch(text) or moment(text) is None:
        raise _bad("value_wrong", form, "takes a date and time in UTC, as 2026-11-30T09:00:00Z.")


def day(text: str) -> date | None:
    """The calendar day that is written so; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year >= EARLIEST and text == found.isoformat() else None


def moment(text: str) -> datetime | None:
    """The moment that is written so, with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and found.year >= EARLIEST else None


def _checkbox(form: FieldForm, text: str) -> None:
    if text not in ("true", "false"):
        raise _bad("value_wrong", form, "is a checkbox: true or false.")


def _choices(form: FieldForm, text: str) -> None:
    chosen = text.split(BETWEEN) if form.kind == "choices" else [text]
    known = {choice.value for choice in form.choices}
    unknown = next((one for one in chosen if one not in known), None)
    if form.strict and unknown is not None:
        names = ", ".join(choice.label for choice in form.choices) or "there are none"
        raise _bad("value_wrong", form, f"does not have the value {unknown!r}: choose one of {names}.")
    _text(replace(form, longest=form.longest or 255), text)


def is_id(text: str) -> bool:
    """Whether it can be the id of a record."""
    return _ID.fullmatch(text.strip()) is not None


def _id(form: FieldForm, text: str) -> None:
    if not is_id(text):
        kinds = " or ".join(form.targets) or "record"
        raise _bad("value_wrong", form, f"takes the id of a {kinds}: 15 or 18 letters and digits.")


_CHECKS: Final[dict[str, Callable[[FieldForm, str], None]]] = {
    "text": _text,
    "long_text": _text,
    "phone": _text,
    "url": _text,
    "email": _mail,
    "number": _number,
    "date": _date,
    "moment": _at,
    "checkbox": _checkbox,
    "choice": _choices,
    "choices": _choices,
    "id": _id,
}
