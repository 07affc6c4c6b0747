"""A Task that is saved without a record on which Salesforce will not have it hang, where that is allowed."""

from typing import Final

from msgspec.structs import replace

from connector.domain.events import TaskRefused
from connector.domain.model import Contact, Link

_GONE: Final = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
_UNSEEN: Final = frozenset({"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"})
_CODES: Final = {"": frozenset[str](), "deleted": _GONE, "unseen": _GONE | _UNSEEN}
"""What is left out under each policy: REST API error codes."""

_SHORT: Final = 15
"""Characters of an id that are the same in its short form."""


def without(contact: Contact, event: TaskRefused, policy: str) -> Contact | None:
    """The contact without the one link that was refused; None when it was none, or may not be left out.

    The same codes tell of an owner or a record type: the refusal must name the link's field or the record's id.
    """
    if event.code not in _CODES[policy]:
        return None
    for name, field in (("who", "WhoId"), ("what", "WhatId")):
        link: Link = getattr(contact.draft, name)
        if link.value is not None and (field in event.fields or link.value.id[:_SHORT] in event.message):
            dropped = Link(None, link.revision + 1, "left_out")
            names = ", ".join(filter(None, (contact.save.left_out, link.value.name)))
            save = replace(contact.save, left_out=names)
            return replace(contact, draft=replace(contact.draft, **{name: dropped}), save=save)
    return None
